"""What is written and printed: whether it can be, looked at before the minutes of work that it waits for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from model.errors import ModelError

EXIT_PIPE = 141
"""Nobody reads what is printed any more, as `head` does after some lines: what shells say of SIGPIPE."""


def drop_output() -> None:
    """What was printed and cannot be written goes nowhere: Python would try once more as it ends, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def require_files(*paths: Path | None) -> None:
    """Raises ModelError for a file that cannot be made: its folder is missing, or it is a folder itself."""
    for path in paths:
        if path is None:
            continue
        if not path.parent.is_dir():
            raise ModelError(f"{path.parent} is not a folder: make it first.")
        if path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "no file"
            raise ModelError(f"{path} is {what}: give the name of a file.")
        _require_writable(path.parent)


def require_folders(*paths: Path | None) -> None:
    """Raises ModelError for a folder that neither is there nor can be made."""
    for path in paths:
        if path is None:
            continue
        there = next(place for place in (path, *path.absolute().parents) if place.exists() or place.is_symlink())
        if not there.is_dir():
            what = "a file" if there.is_file() else "no folder"
            raise ModelError(f"{there} is {what}: give a folder.")
        _require_writable(there)


def _require_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK):
        raise ModelError(f"{folder} cannot be written to: choose another folder.")
