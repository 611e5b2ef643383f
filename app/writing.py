"""Folders and files that the user asked for: what keeps them from being written is one sentence."""

from __future__ import annotations

from pathlib import Path

from app.errors import OutputError
from model.files import write_beside


def make_folder(folder: Path) -> None:
    """Makes `folder` where it is missing. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError.of(f"The folder {folder}", error) from error


def write_file(path: Path, content: bytes | str) -> None:
    """Writes a file whole or not at all, text as UTF-8. Raises OutputError."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        write_beside(path, lambda beside: beside.write_bytes(data))
    except OSError as error:
        raise OutputError.of(path, error) from error
