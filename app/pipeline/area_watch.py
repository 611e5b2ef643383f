"""Looks for the scan area beside everything else: its own thread, which only ever looks at the newest frame."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.capture.source import Frame
from app.pipeline.priority import stand_back
from app.pipeline.scan_area import STEP_S, Found, ScanAreaFinder
from app.thread import OwnThread

STILL_S = 0.5
"""A frame that has stayed for so long (paused, frozen) is looked at again until something is found."""

NewestFrame = Callable[[], tuple[object, Frame] | None]
"""The newest frame and the search it belongs to; None while nothing is to be looked for."""
Tell = Callable[[object, Found | None], None]
"""What was found in that search, called when it has changed."""


class AreaWatch(OwnThread):
    """One thread, from `start` to `stop`. Another search is begun anew."""

    def __init__(self, newest: NewestFrame, tell: Tell) -> None:
        super().__init__("scan area")
        self._newest, self._tell = newest, tell

    def _run(self) -> None:
        stand_back()
        finder = ScanAreaFinder()
        search: object = None
        last: Frame | None = None
        since = 0.0
        while not self._stopping.wait(STEP_S):
            newest = self._newest()
            if newest is None:
                finder, search, last = ScanAreaFinder(), None, None
                continue
            if newest[0] is not search:
                finder, search, last = ScanAreaFinder(), newest[0], None
            frame, now = newest[1], time.monotonic()
            if frame is last and (finder.found is not None or now - since < STILL_S):
                continue
            since = since if frame is last else now
            last, before = frame, finder.found
            if finder.feed(frame.pixels, now) is not before:
                self._tell(search, finder.found)
