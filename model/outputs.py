"""Whether what is to be written can be, looked at before the minutes of work that it waits for."""

from __future__ import annotations

import os
from pathlib import Path

from model.errors import ModelError


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
