"""The log file: what the program did, for whoever mends it. Never what is in a picture, a file or a file's name.

Paths and addresses can carry a patient's name or a password, so neither source words nor the texts of unexpected
errors are logged: of an error, its type and where in the program it arose.
"""

from __future__ import annotations

import logging
import logging.handlers
import traceback

from app.paths import log_folder

NAME = "sonoblock"
FILE = "sonoblock.log"
_BYTES = 500_000
_FILES = 3

_logger = logging.getLogger(NAME)
# Without a log file, nothing is printed: what the user is to know is said by the command line or the window.
_logger.addHandler(logging.NullHandler())


def start() -> None:
    """Begins the log file of this user, or none where it cannot be written: a program without a log is still useful."""
    if _files_of(_logger):
        return
    path = log_folder() / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_FILES - 1, encoding="utf-8")
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(message)s"))
    _logger.addHandler(handler)
    _logger.setLevel(logging.INFO)


def stop() -> None:
    """Ends the log file."""
    for handler in _files_of(_logger):
        _logger.removeHandler(handler)
        handler.close()


def failure(logger: logging.Logger, what: str, error: BaseException) -> None:
    """Logs an unexpected error: its type and the way to it, without its text."""
    way = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s: %s\n%s", what, type(error).__name__, way)


def _files_of(logger: logging.Logger) -> list[logging.Handler]:
    return [one for one in logger.handlers if isinstance(one, logging.handlers.RotatingFileHandler)]
