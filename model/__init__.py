"""The network's whole life: data, training, measures, export and engines. Imports neither Qt nor `app`."""
