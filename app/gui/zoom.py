"""Looking closer at a part of the picture: how large, and which part. Plain arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform

from app.pipeline.types import Rect

LARGEST = 16.0
STEP = 1.25
"""One press of a key, or one notch of a wheel."""


@dataclass(frozen=True)
class Zoom:
    """How many times as large as it fits, and which point of the scan area (shares, 0..1) is in the middle."""

    factor: float = 1.0
    middle: tuple[float, float] = (0.5, 0.5)

    def to_view(self, area: Rect, room: QRectF, mirrored: bool) -> QTransform:
        """From frame pixels to the view, so that the scan area `area` is kept in its aspect and fills `room`."""
        scale = self.factor * min(room.width() / area.width, room.height() / area.height)
        x, y = area.x + self.middle[0] * area.width, area.y + self.middle[1] * area.height
        made = QTransform.fromTranslate(room.center().x(), room.center().y())
        made.scale(-scale if mirrored else scale, scale)
        return made.translate(-x, -y)

    def about(self, point: QPointF, times: float, area: Rect, room: QRectF, mirrored: bool) -> Zoom:
        """So many times as large as now; what is at `point` of the view stays there."""
        factor = min(max(self.factor * times, 1.0), LARGEST)
        if factor == 1.0:
            return Zoom()
        before = self.to_view(area, room, mirrored).inverted()[0].map(point)
        after = Zoom(factor, self.middle).to_view(area, room, mirrored).inverted()[0].map(point)
        return Zoom(factor, self.middle)._moved(before - after, area)

    def dragged(self, step: QPointF, area: Rect, room: QRectF, mirrored: bool) -> Zoom:
        """With the picture moved by `step` in the view."""
        back = self.to_view(area, room, mirrored).inverted()[0]
        return self._moved(back.map(QPointF(0, 0)) - back.map(step), area)

    def _moved(self, step: QPointF, area: Rect) -> Zoom:
        """With the middle moved by `step` frame pixels, no farther than the picture's edges."""
        least = 0.5 / self.factor
        x = min(max(self.middle[0] + step.x() / area.width, least), 1 - least)
        y = min(max(self.middle[1] + step.y() / area.height, least), 1 - least)
        return Zoom(self.factor, (x, y))
