"""Sources: everything that yields frames. Imports no Qt."""
