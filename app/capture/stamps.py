"""When each frame of a video file is shown: read once, in the background, without decoding a picture."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.capture.source import SourceError

LARGEST_MS = 1e15
"""No stamp, and no time, is as large."""
TOLERANCE_MS = 0.6
"""Two stamps that are closer are the same: containers round them to a ms, each reader in its own way."""


@dataclass(frozen=True, eq=False)
class Stamps:
    """When each frame is shown, and where decoding may begin."""

    times_ms: NDArray[np.float64]
    """ms since the first frame, (frames,), rising."""
    keys: NDArray[np.int64]
    """Numbers of the frames that need no other, rising."""

    def __len__(self) -> int:
        return len(self.times_ms)

    def frame_at(self, stamp: float) -> int | None:
        """Number of the frame that is shown at `stamp`, ms since the first; None where there is none."""
        times = self.times_ms
        near = int(np.searchsorted(times, stamp - TOLERANCE_MS))
        return near if near < len(times) and abs(float(times[near]) - stamp) <= TOLERANCE_MS else None

    def key_before(self, frame: int) -> int:
        """Number of the last frame up to this one that needs no other; `frame` itself where none is marked."""
        near = int(np.searchsorted(self.keys, frame, side="right")) - 1
        return int(self.keys[near]) if near >= 0 else frame


class StampIndex:
    """Lists a file's time stamps in a thread of its own, from the making to the end of the file or `close`."""

    def __init__(self, open_packets: Callable[[], tuple[cv2.VideoCapture, Callable[[], None]]]) -> None:
        """`open_packets` gives a reader of the file's packets, and what closes it."""
        self._open = open_packets
        self._closing = threading.Event()
        self._stamps: Stamps | None = None
        self._count = 0
        self._thread = threading.Thread(target=self._run, name="time stamps", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        return not self._thread.is_alive()

    def stamps(self) -> Stamps | None:
        """The list; None where the file's stamps are nothing to go by. Waits for it."""
        self._thread.join()
        return self._stamps

    def count(self) -> int:
        """Number of frames, or of packets, which is the same in all but a few files; 0 where they could not be read.

        Waits for it.
        """
        self._thread.join()
        return self._count

    def close(self) -> None:
        """Ends the thread."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            capture, close = self._open()
        except (OSError, SourceError, cv2.error):
            return  # It opened a moment ago; without an index, frames are found by counting.
        found, keys, claimed = [], [], capture.get(cv2.CAP_PROP_FRAME_COUNT)
        try:
            while not self._closing.is_set() and capture.grab():
                found.append(capture.get(cv2.CAP_PROP_POS_MSEC))
                keys.append(capture.get(cv2.CAP_PROP_LRF_HAS_KEY_FRAME) > 0)
        finally:
            close()
        if found and not self._closing.is_set():
            self._stamps, self._count = _listed(np.array(found), np.array(keys)), len(found)
            if self._stamps is None and abs(len(found) - 2 * claimed) <= 2:
                # Of two fields that are packed apart, only the first has a stamp of its own.
                self._stamps = _listed(np.array(found[::2]), np.array(keys[::2]))
                self._count = len(found) if self._stamps is None else len(self._stamps)


def _listed(found: NDArray[np.float64], keys: NDArray[np.bool_]) -> Stamps | None:
    # Packets come in the order of decoding, pictures in that of their stamps.
    order = np.argsort(found, kind="stable")
    times = found[order] - found.min()
    # A packet without a stamp has FFmpeg's least number.
    usable = float(np.abs(found).max()) < LARGEST_MS and bool((np.diff(times) > TOLERANCE_MS).all())
    return Stamps(times, np.flatnonzero(keys[order])) if usable else None
