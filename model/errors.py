"""The errors that a user can mend. The command line prints their text alone and exits with status 2."""


class ModelError(Exception):
    """Something about a data set, a bundle or an engine that the user can mend; the text says what to do."""


class DataError(ModelError):
    """A data set that cannot be used as it is."""


class BundleError(ModelError):
    """A model bundle that is missing, damaged or does not fit this program."""


class EngineError(ModelError):
    """An engine that is not installed or cannot run this network."""
