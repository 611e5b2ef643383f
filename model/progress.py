"""A line on standard error that says how far something is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

EVERY_S = 0.2


def progress_line(what: str) -> Callable[[int, int], None]:
    """A function of (done, all) that keeps one line up to date on a terminal, and says only the end elsewhere."""
    last = 0.0
    terminal = sys.stderr.isatty()

    def progress(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done < total and (not terminal or now - last < EVERY_S):
            return
        last = now
        print(f"\r{what} {done} of {total}" if terminal else f"{what} {done} of {total}", end="", file=sys.stderr)
        if done == total or not terminal:
            print(file=sys.stderr, flush=True)
        else:
            sys.stderr.flush()

    return progress
