"""The newest pictures of a stream, and no others: streams do not wait for those who look at them."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import cv2

from app.capture.pixels import as_pixels
from app.capture.source import Picture, Pixels
from app.thread import OwnThread

KEPT = 2
"""Pictures that may wait to be taken: on a network, two often come together."""
LATE_S, CAUGHT_UP_S = 0.3, 0.1
"""A stream that has come to be so late is read on without showing its pictures, until it is no later than that."""
CATCH_UP_S = 1.0
"""If that has not made it less late in so long, it is in vain; tried so often, its time stamps are wrong."""
MOST_IN_VAIN = 3
DRIFT = 0.001
"""Two computers' clocks drift apart by less than this share."""


class NewestPictures(OwnThread):
    """Reads a stream as fast as it comes, keeps the newest pictures or packets, and lets the capture go at its end.

    What nobody reads waits in the network's buffers, and would be shown seconds late, looking live.
    """

    def __init__(self, capture: cv2.VideoCapture, packed: bool, longest_s: float) -> None:
        """A read that takes longer than `longest_s` is the end; `packed`: packets are read, not pictures."""
        super().__init__("stream")
        self._capture, self._longest_s = capture, longest_s
        # Motion JPEG has no time stamps; its packets are read in no time.
        self._lateness = None if packed else Lateness()
        self._changed = threading.Condition()
        self._kept: deque[Picture] = deque(maxlen=KEPT)
        self._ended = False

    def take(self) -> Picture | None:
        """Waits for one that was not taken yet; None when no more come."""
        with self._changed:
            self._changed.wait_for(lambda: self._kept or self._ended)
            return self._kept.popleft() if self._kept else None

    def _run(self) -> None:
        try:
            while not self._stopping.is_set() and self._grab():
                now = time.monotonic()
                if self._lateness is not None:
                    stamp_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
                    if self._lateness.too_late(stamp_s, now):
                        continue
                read = read_pixels(self._capture.retrieve)
                if read is None:
                    return
                with self._changed:
                    self._kept.append(Picture(read, arrived=now))
                    self._changed.notify_all()
        finally:
            self._capture.release()
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _grab(self) -> bool:
        begun = time.monotonic()
        # When it gives up waiting, FFmpeg hands out a picture that it had kept back: one from before.
        return self._capture.grab() and time.monotonic() - begun < self._longest_s


class Lateness:
    """Notices that pictures come later than the promptest one did, by their own time stamps.

    Where decoding does not keep up, as on a busy laptop, what the network and the sender hold back grows.
    """

    def __init__(self) -> None:
        self._least_s, self._stamp_s, self._now = math.inf, 0.0, 0.0
        self._begun: tuple[float, float] | None = None
        """When catching up began, and how late the pictures were then."""
        self._in_vain = 0

    def too_late(self, stamp_s: float, now: float) -> bool:
        """Whether the picture with that time stamp, read at `now` (`time.monotonic()` seconds), is not to be shown."""
        offset_s = now - stamp_s
        if not 0 < stamp_s - self._stamp_s < 1:  # There is no clock, or the sender has begun anew.
            self._least_s = offset_s
        self._least_s = min(self._least_s + DRIFT * (now - self._now), offset_s)
        self._stamp_s, self._now = stamp_s, now
        late_s = offset_s - self._least_s
        if late_s <= (LATE_S if self._begun is None else CAUGHT_UP_S) or self._in_vain == MOST_IN_VAIN:
            self._begun = None
            return False
        since, before_s = self._begun = self._begun or (now, late_s)
        if now - since > CATCH_UP_S:
            self._begun = now, late_s
            if late_s > 0.9 * before_s:  # What waits can be caught up with: this is how long they take by now.
                self._least_s, self._begun = offset_s, None
                self._in_vain += 1
        return self._begun is not None


def read_pixels(call: Callable[[], tuple[bool, Any]]) -> Pixels | None:
    """What one of a capture's methods gives; None where it gives nothing."""
    try:
        ok, array = call()
        return as_pixels(array) if ok else None
    except (cv2.error, ValueError):
        return None
