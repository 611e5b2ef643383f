"""Looks for the scan area beside everything else: its own thread, which only ever looks at the newest frame."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.capture.source import Frame
from app.pipeline.scan_area import STEP_S, Found, ScanAreaFinder

NewestFrame = Callable[[], tuple[object, Frame] | None]
"""The newest frame and what it comes from; None while nothing is to be looked for."""
Tell = Callable[[object, Found | None], None]
"""What was found in the frames of that source, called when it has changed."""


class AreaWatch:
    """One thread, from `start` to `stop`. Another source is looked at anew."""

    def __init__(self, newest: NewestFrame, tell: Tell) -> None:
        self._newest, self._tell = newest, tell
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scan area", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Asks the thread to end; returns at once."""
        self._stopping.set()

    def join(self, timeout: float) -> bool:
        """Waits for the thread to end, `timeout` seconds at most. Whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        finder = ScanAreaFinder()
        source: object = None
        last: Frame | None = None
        while not self._stopping.wait(STEP_S):
            newest = self._newest()
            if newest is None:
                finder, source, last = ScanAreaFinder(), None, None
                continue
            if newest[0] is not source:
                finder, source, last = ScanAreaFinder(), newest[0], None
            frame = newest[1]
            if frame is last:
                continue
            last, before = frame, finder.found
            if finder.feed(frame.pixels, frame.captured) is not before:
                self._tell(source, finder.found)
