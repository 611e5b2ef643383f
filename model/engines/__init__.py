"""Engines: what runs a bundle's network. Importing this imports no engine."""
