"""Marking two ticks of the machine's own scale, by mouse, finger or keys. Knows where, not how it is painted."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt

from app.gui.geometry import Point
from app.gui.scan_area_tool import STEPS
from app.gui.status import OverlayKind

_FAR = 10
"""Pixels that an arrow key moves with Shift held."""


class ScaleTool:
    """Two points in the making, in frame pixels, kept inside the frame."""

    hides = OverlayKind.SCALING
    done = False
    """The points alone are no scale: the distance is still asked for."""

    def __init__(self, frame: tuple[int, int]) -> None:
        """`frame` is (width, height)."""
        self.frame = frame
        self.points: list[Point] = []
        self.cursor: Point = (frame[0] / 2, frame[1] / 2)
        """What the arrow keys move: the next point, or once both are there, the one touched last."""
        self._touched = 0
        self._grip: Point | None = None

    @property
    def complete(self) -> bool:
        return len(self.points) == 2

    def press(self, point: Point, reach: float) -> None:
        """Takes the point within `reach`, or adds one; with both there, the nearer one comes here."""
        away = [math.dist(one, point) for one in self.points]
        if not self.complete and not any(distance <= reach for distance in away):
            self.points.append(point)
            away.append(0.0)
        self._touched = away.index(min(away))
        taken = self.points[self._touched] if min(away) <= reach else point
        # One that is taken by its surroundings stays where it is until it is moved.
        self._grip = taken[0] - point[0], taken[1] - point[1]
        self.move(point)

    def move(self, point: Point) -> None:
        if self._grip is not None:
            self._put((point[0] + self._grip[0], point[1] + self._grip[1]))
            self.points[self._touched] = self.cursor

    def release(self, point: Point) -> None:
        self.move(point)
        self._grip = None

    def nudge(self, key: Qt.Key, shift: bool) -> bool:
        """Moves by an arrow key, farther with Shift; False for any other key."""
        step = STEPS.get(key)
        if step is None:
            return False
        far = _FAR if shift else 1
        self._put((self.cursor[0] + step[0] * far, self.cursor[1] + step[1] * far))
        if self.complete:
            self.points[self._touched] = self.cursor
        return True

    def accept(self) -> None:
        """Enter: the next point is here."""
        if not self.complete:
            self._touched = len(self.points)
            self.points.append(self.cursor)

    def _put(self, point: Point) -> None:
        self.cursor = min(max(point[0], 0.0), float(self.frame[0])), min(max(point[1], 0.0), float(self.frame[1]))
