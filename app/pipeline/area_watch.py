"""Looks for the scan area beside everything else: its own thread, which only ever looks at the newest frame."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from app import log
from app.capture.source import Frame
from app.pipeline.priority import stand_back
from app.pipeline.scan_area import STEP_S, Found, ScanAreaFinder
from app.thread import OwnThread

STILL_S = 0.5
"""A frame that has stayed for so long (paused, frozen) is looked at again until something is found."""

_log = logging.getLogger(log.NAME)

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
            try:
                found = finder.feed(frame.pixels, now)
            # The boundary of the thread: a picture that it stumbles over must not end the search in the next ones.
            except Exception as error:  # noqa: BLE001
                log.failure(_log, "looking for the scan area failed", error)
                finder = ScanAreaFinder()
                continue
            if found is not before:
                self._tell(search, found)
