"""The program's own errors that a user can mend. The command line prints their text alone and exits with status 2."""


class UsageError(Exception):
    """An argument that cannot be meant; the text names it and says what to give."""


class OutputError(Exception):
    """A file or folder that cannot be written; the text names it and says why."""

    @staticmethod
    def of(what: object, error: OSError) -> "OutputError":
        """The sentence for an `error` met while writing `what`."""
        reason = error.strerror or str(error) or "no reason given"
        return OutputError(f"{what} cannot be written ({reason}): free some space or choose another folder.")
