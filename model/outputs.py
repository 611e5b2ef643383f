"""What is written and printed: whether it can be, looked at before the minutes of work that it waits for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from model.errors import ModelError

EXIT_PIPE = 141
"""Nobody reads what is printed any more, as `head` does after some lines: what shells say of SIGPIPE."""


def drop_output() -> None:
    """What was printed and cannot be written goes nowhere: Python would try once more as it ends, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


@contextmanager
def printed(lines: Iterable[object]) -> Iterator[None]:
    """Prints `lines` after what is written to files, whether that went well or not.

    Who reads them may have enough at any line, as `head` does; who has no room on the disk still sees them.
    """
    try:
        yield
    finally:
        print(*lines, sep="\n")


def flush_output() -> None:
    """Writes what was printed. Raises OSError where that cannot be, once it is dropped."""
    try:
        # There is none where the caller closed it.
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        drop_output()
        error.filename = "Standard output"
        raise


def require_files(*paths: Path | None) -> None:
    """Raises ModelError for a file that cannot be made: without its folder, a folder itself, or asked for twice."""
    asked: set[Path] = set()
    for path in paths:
        if path is None:
            continue
        if path.resolve() in asked:
            raise ModelError(f"{path} is asked for twice: give each file a name of its own.")
        asked.add(path.resolve())
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
