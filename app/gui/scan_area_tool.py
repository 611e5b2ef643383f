"""Drawing the scan area over the live view, by mouse or by keys. Knows where and what, not how it is painted."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.gui.geometry import Point, dragged_scan_area, nudged
from app.pipeline.types import Rect

STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_STEP = 8
"""Pixels that an arrow key moves an edge."""


class ScanAreaTool:
    """A rectangle in the making, in frame pixels."""

    def __init__(self, frame: tuple[int, int], area: Rect) -> None:
        """`frame` is (width, height); `area` where to start from."""
        self.frame = frame
        whole = Rect(0, 0, *frame)
        # The whole frame cannot be moved by keys: start with its middle instead.
        middle = Rect(frame[0] // 8, frame[1] // 8, frame[0] * 3 // 4, frame[1] * 3 // 4)
        self.area = middle if area == whole else area
        self._start: Point | None = None

    @property
    def dragging(self) -> bool:
        return self._start is not None

    def press(self, point: Point) -> None:
        """The mouse went down at a point of the view."""
        self._start = point

    def move(self, point: Point, shown: Rect) -> None:
        """The mouse moved; `shown` is where the frame lies in the view."""
        if self._start is not None:
            self.area = dragged_scan_area(self._start, point, shown, self.frame) or self.area

    def release(self, point: Point, shown: Rect) -> Rect | None:
        """The mouse went up: the scan area that was drawn, or None where it was too small to be meant."""
        start, self._start = self._start, None
        return dragged_scan_area(start, point, shown, self.frame) if start is not None else None

    def nudge(self, key: Qt.Key, resize: bool) -> bool:
        """Moves or resizes by an arrow key; False for any other key."""
        step = STEPS.get(key)
        if step is None:
            return False
        bounds = Rect(0, 0, *self.frame)
        self.area = nudged(self.area, (step[0] * _STEP, step[1] * _STEP), resize, bounds)
        return True
