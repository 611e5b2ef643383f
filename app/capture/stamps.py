"""When each frame of a video file is shown: read once, in the background, without decoding a picture."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from app.capture.source import SourceError

TOLERANCE_MS = 0.6
"""Two stamps that are closer are the same: containers round them to a ms, each reader in its own way."""

Stamps = NDArray[np.float64]


class StampIndex:
    """Lists a file's time stamps in a thread of its own, from the making to the end of the file or `close`."""

    def __init__(self, open_packets: Callable[[], tuple[cv2.VideoCapture, Callable[[], None]]]) -> None:
        """`open_packets` gives a reader of the file's packets, and what closes it."""
        self._open = open_packets
        self._closing = threading.Event()
        self._stamps: Stamps | None = None
        self._thread = threading.Thread(target=self._run, name="time stamps", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        return not self._thread.is_alive()

    def stamps(self) -> Stamps | None:
        """ms since the first frame, float64 (frames,), rising; None where the file has none to go by. Waits for it."""
        self._thread.join()
        return self._stamps

    def close(self) -> None:
        """Ends the thread."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            capture, close = self._open()
        except (OSError, SourceError, cv2.error):
            return  # It opened a moment ago; without an index, frames are found by counting.
        found = []
        try:
            while not self._closing.is_set() and capture.grab():
                found.append(capture.get(cv2.CAP_PROP_POS_MSEC))
        finally:
            close()
        if found and not self._closing.is_set():
            # Packets come in the order of decoding, pictures in that of their stamps.
            stamps = np.sort(np.array(found)) - min(found)
            usable = math.isfinite(float(stamps.sum())) and bool((np.diff(stamps) > TOLERANCE_MS).all())
            self._stamps = stamps if usable else None


def frame_at(stamps: Stamps, stamp: float) -> int | None:
    """Number of the frame that is shown at `stamp`, ms since the first; None where there is none."""
    near = int(np.searchsorted(stamps, stamp - TOLERANCE_MS))
    return near if near < len(stamps) and abs(float(stamps[near]) - stamp) <= TOLERANCE_MS else None
