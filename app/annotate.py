"""The `annotate` command: what the model says about every frame of a source, as files, without a window."""

from __future__ import annotations

import time
from typing import TextIO

from app.capture.source import Source
from app.pipeline.export import Task, export
from model.engines.crew import Crew

_SAY_S = 0.1
"""Quicker numbers cannot be read, and cost time."""


def annotate(source: Source, crew: Crew, task: Task, progress: TextIO | None = None, before: str = "") -> int:
    """As `export`; tells in `progress` how far it is, in a line that begins with `before`."""
    said_at, done, total = float("-inf"), 0, None

    def say(count: int, of: int | None) -> None:
        nonlocal said_at, done, total
        done, total = count, of
        if time.monotonic() - said_at >= _SAY_S:
            said_at = time.monotonic()
            _say(progress, f"\r{before}{count}{f'/{of}' if of else ''} frames")

    count = export(source, crew, task, say)
    _say(progress, f"\r{before}{count}{f'/{total}' if total else ''} frames\n")
    return count


def _say(progress: TextIO | None, text: str) -> None:
    if progress is not None:
        progress.write(text)
        progress.flush()
