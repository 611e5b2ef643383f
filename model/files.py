"""Writing files so that nobody ever finds half of one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_beside(path: Path, write: Callable[[Path], Any]) -> None:
    """Has `write` fill a file beside `path`, then renames it: the old one stays whole until then. Raises OSError."""
    beside = path.with_name(f".part-{path.name}")
    try:
        write(beside)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Writes `text` as UTF-8 with `write_beside`. Raises OSError."""
    write_beside(path, lambda beside: beside.write_text(text, encoding="utf-8"))
