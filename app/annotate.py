"""The `annotate` command: what the model says about every frame of a source, as files, without a window."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TextIO

from app.capture.source import Source
from app.errors import UsageError
from app.pipeline.export import Task, export
from app.pipeline.table import TABLE
from model.engines.crew import Crew

_SAY_S = 0.1
"""Quicker numbers cannot be read, and cost time."""


_ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_MASK = "[0-9]" * 6 + ".png"


def check_unused(out: Path) -> None:
    """Raises UsageError where a folder holds a table or masks: those of two runs could not be told apart."""
    if any(True for pattern in (TABLE, _MASK) for _ in out.glob(pattern)):
        raise UsageError(f"{out} holds masks or a table already: choose another folder, or remove it.")


def check_apart(word: str, out: Path) -> None:
    """Raises UsageError where what is written would come between the pictures of the source that `word` names."""
    if Path(word).resolve() == out.resolve():
        raise UsageError(f"{out} is what is to be gone through: choose another folder to write into.")


def left_out(source: Source) -> list[str]:
    """What could not be read of a source that was gone through: sentences."""
    skipped = getattr(source, "skipped", ())
    if isinstance(skipped, int):
        return [f"{source.word} holds DICOM files that cannot be read and were left out: {skipped}."] if skipped else []
    return [f"{name} cannot be read and was left out." for name in skipped]


def annotate(source: Source, crew: Crew, task: Task, progress: TextIO | None = None, before: str = "") -> int:
    """As `export`; tells in `progress` how far it is, in a line that begins with `before`.

    Ctrl+C, and being asked to end, is KeyboardInterrupt with the signal's number, once the frame that is being written
    is whole.
    """
    said_at, done, total = float("-inf"), 0, None

    def say(count: int, of: int | None) -> None:
        nonlocal said_at, done, total
        done, total = count, of
        if time.monotonic() - said_at >= _SAY_S:
            said_at = time.monotonic()
            _say(progress, f"\r{before}{count}{f'/{of}' if of else ''} frames")

    with _signals() as stopped:
        count = export(source, crew, task, say, stopped)
    _say(progress, f"\r{before}{count}{f'/{total}' if total else ''} frames\n")
    return count


@contextmanager
def _signals() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl+C was pressed, the program told to end, or its terminal closed.

    A second time does not wait, since a source may not give another frame.
    """
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # Signals are the main thread's.
        yield lambda: False
        return

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        if len(asked) > 1:
            raise KeyboardInterrupt(number)

    # What is ignored stays so: nohup means that.
    ends = (signal.SIGINT, *_ENDS)
    numbers = [one for one in ends if signal.getsignal(one) in (signal.SIG_DFL, signal.default_int_handler)]
    before = [(number, signal.signal(number, note)) for number in numbers]
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    if asked:
        raise KeyboardInterrupt(asked[0])


def _say(progress: TextIO | None, text: str) -> None:
    if progress is not None:
        # A terminal that was closed takes nothing.
        with suppress(OSError):
            progress.write(text)
            progress.flush()
