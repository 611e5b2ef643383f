"""Small sources, engines and listeners with which tests drive the pipeline step by step."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.capture.source import Frame, Picture, Pixels, SourceError, SourceInfo, SourceKind
from model.bundle import Bundle
from model.structures import BLOCK_REGION

WAIT_S = 20.0
"""How long a test waits for what must happen; generous, since it is only spent when it does not happen."""


def pixels_of(value: int, size: tuple[int, int] = (24, 32)) -> Pixels:
    """A grey picture with that value (modulo 256) everywhere, read-only."""
    pixels = np.full(size, value % 256, np.uint8)
    pixels.flags.writeable = False
    return pixels


def frame_of(value: int = 0, number: int = 0, captured: float = 0.0) -> Frame:
    return Frame(pixels_of(value), number, captured)


def await_true(condition: Callable[[], bool], what: str = "condition") -> None:
    """Looks again and again until `condition` holds; fails after WAIT_S."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.002)


def pipeline_threads() -> list[str]:
    """The names of the pipeline's threads that are alive."""
    return [one.name for one in threading.enumerate() if one.name.startswith(("grab ", "segmentation"))]


class Clip:
    """A recording of `count` grey pictures; each shows `first` plus its own number, modulo 256."""

    kind = SourceKind.REPLAY
    paced = False
    retries = False

    def __init__(
        self, count: int = 10, *, rate: float = 200.0, loops: bool = True, first: int = 0, word: str = "clip"
    ) -> None:
        self.word, self.name, self.loops = word, word, loops
        self.count, self.rate, self.first = count, rate, first
        self.seeks: list[int] = []
        self.opened = self.closed = 0
        self._next = 0

    @property
    def frame_count(self) -> int:
        return self.count

    def open(self) -> SourceInfo:
        self.opened += 1
        return SourceInfo(32, 24, self.rate)

    def read(self) -> Picture | None:
        if self._next >= self.count:
            return None
        self._next += 1
        return Picture(pixels_of(self.first + self._next - 1), (self._next - 1) / self.rate)

    def seek(self, frame: int) -> None:
        self.seeks.append(frame)
        self._next = max(min(frame, self.count - 1), 0)

    def close(self) -> None:
        self.closed += 1
        self._next = 0


class Hand:
    """A live source whose pictures, or failures, the test hands in one by one."""

    kind = SourceKind.LIVE
    paced = True

    def __init__(self, word: str = "hand", *, retries: bool = True) -> None:
        self.word = self.name = word
        self.retries = retries
        self.opened = self.closed = 0
        self.reading = threading.Event()
        self._items: queue.Queue[int | Pixels | Exception] = queue.Queue()

    def give(self, *items: int | Pixels | Exception) -> None:
        for item in items:
            self._items.put(item)

    def open(self) -> SourceInfo:
        self.opened += 1
        return SourceInfo(32, 24, None)

    def read(self) -> Picture | None:
        self.reading.set()
        try:
            item = self._items.get(timeout=0.2)
        except queue.Empty:
            raise SourceError(f"{self.name} gives no picture: check the cable.") from None
        if isinstance(item, Exception):
            raise item
        return Picture(pixels_of(item) if isinstance(item, int) else item)

    def close(self) -> None:
        self.closed += 1


class BlobEngine:
    """An engine that finds a disc in the middle of every scan area brighter than `dark`; `gate` holds it up."""

    size = 256
    structures = (BLOCK_REGION,)
    threads = 1

    def __init__(self, name: str = "blob", dark: float = -1.0) -> None:
        self.name = name
        self.dark = dark
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)
        self.failure: Exception | None = None
        self.seen: list[float] = []
        self.closed = False

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        value = float(inputs.mean()) * 255
        self.seen.append(value)
        self.entered.release()
        assert self.gate.wait(WAIT_S)
        if self.failure is not None:
            raise self.failure
        y, x = np.indices((256, 256))
        disc = ((x - 128) ** 2 + (y - 128) ** 2 < 50**2) & (value > self.dark)
        return np.where(disc, np.float32(0.9), np.float32(0.1))[None]

    def close(self) -> None:
        self.closed = True


def bundle_of(name: str, threshold: float = 0.5) -> Bundle:
    return Bundle(Path(name), {"name": name, "title": name, "threshold": threshold})


class Listener:
    """Keeps what is reported, and waits for it."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self._changed = threading.Condition()

    def __call__(self, event: object) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait_for(self, wanted: Callable[[object], bool], count: int = 1) -> object:
        """The last of the first `count` events that are wanted; fails after WAIT_S."""

        def found() -> list[object]:
            return [event for event in self.events if wanted(event)]

        with self._changed:
            assert self._changed.wait_for(lambda: len(found()) >= count, WAIT_S), self.events
            return found()[count - 1]
