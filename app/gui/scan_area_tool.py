"""Drawing the scan area over the live view, by mouse, finger or keys. Knows where and what, not how it is painted."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.gui.geometry import Handle, Point, dragged_scan_area, handle_at, nudged, resized
from app.gui.status import OverlayKind
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
    """A rectangle in the making. Points are in frame pixels, kept inside the frame."""

    hides = OverlayKind.DRAWING

    def __init__(self, frame: tuple[int, int], area: Rect) -> None:
        """`frame` is (width, height); `area` where to start from."""
        self.frame = frame
        whole = Rect(0, 0, *frame)
        # The whole frame cannot be moved by keys: start with its middle instead.
        middle = Rect(frame[0] // 8, frame[1] // 8, frame[0] * 3 // 4, frame[1] * 3 // 4)
        self.area = middle if area == whole else area
        self.done = False
        """Whether `area` is what the user wants."""
        self._start: Point | None = None
        self._handle: Handle | None = None
        self._before = self.area

    def press(self, point: Point, reach: float) -> None:
        """The mouse went down; a handle within `reach` of it is taken."""
        self._start, self._before = point, self.area
        self._handle = handle_at(self.area, point, reach)

    def move(self, point: Point) -> None:
        """The mouse moved."""
        self.area = self._dragged(point) or self.area

    def release(self, point: Point) -> None:
        """The mouse went up. What was drawn anew is wanted; what was corrected by a handle may be corrected more."""
        drawn = self._dragged(point)
        self.area = drawn or self._before
        self.done = drawn is not None and self._handle is None
        self._start = self._handle = None

    def _dragged(self, point: Point) -> Rect | None:
        if self._start is None:
            return None
        if self._handle is None:
            return dragged_scan_area(self._start, point)
        step = point[0] - self._start[0], point[1] - self._start[1]
        return resized(self._before, self._handle, step, Rect(0, 0, *self.frame))

    def nudge(self, key: Qt.Key, shift: bool) -> bool:
        """Moves, or with Shift resizes, by an arrow key; False for any other key."""
        step = STEPS.get(key)
        if step is None:
            return False
        self.area = nudged(self.area, (step[0] * _STEP, step[1] * _STEP), shift, Rect(0, 0, *self.frame))
        return True

    def accept(self) -> None:
        """Enter: the area is wanted as it is."""
        self.done = True
