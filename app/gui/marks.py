"""What is painted round the ultrasound itself: which side is lateral, whether it is mirrored, the depth ruler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from app.gui.source_notes import Side
from app.gui.theme import HALO, TEXT, colour
from app.gui.words import tr
from app.pipeline.scale import Scale
from app.pipeline.types import Rect

LONG, SHORT = 14.0, 7.0
"""Length of the ruler's ticks, in the desktop's units."""
ROOM_FOR_NUMBERS, ROOM_FOR_HALVES = 18.0, 26.0
"""Smallest height of a centimetre at which each gets its number, and halves their ticks."""
_PAD = 10.0


@dataclass(frozen=True)
class Marks:
    """What is known of the picture's orientation and scale."""

    mirrored: bool = False
    """Whether left and right are changed on the screen."""
    lateral: Side | None = None
    """Which side of the captured picture is lateral; None: not known."""
    scale: Scale | None = None

    @property
    def lateral_on_screen(self) -> Side | None:
        return other_side(self.lateral) if self.mirrored else self.lateral

    @property
    def words(self) -> str:
        """The same in words, for what is kept of a picture; empty where there is nothing to say."""
        side = self.lateral_on_screen
        return ", ".join(filter(None, ("mirrored" if self.mirrored else "", f"lateral is {side}" if side else "")))


def other_side(side: Side | None) -> Side | None:
    return None if side is None else "right" if side == "left" else "left"


def ticks(scale: Scale, height: int) -> Iterator[tuple[float, float]]:
    """Each half centimetre of an area of so many pixels: its depth in cm, and how far below the area's top, pixels."""
    pixels = 5 / scale.mm_y
    for number in range(int(height / pixels) + 1):
        yield number / 2, number * pixels


def paint_marks(painter: QPainter, area: QRectF, in_frame: Rect, marks: Marks, font: QFont) -> None:
    """Paints the marks of a scan area, which lies at `area` of the view and at `in_frame` of the frame."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if marks.lateral_on_screen is not None:
        _paint_lateral(painter, area, marks.lateral_on_screen, font)
    if marks.mirrored:
        _paint_text(painter, _mirrored_at(area, marks, font), tr("mirrored"), font)
    if marks.scale is not None:
        _paint_ruler(painter, area, in_frame, marks.scale, font)


def mark_boxes(area: QRectF, marks: Marks, font: QFont) -> list[QRectF]:
    """Where the marks of a scan area at `area` of the view stand."""
    metrics = QFontMetricsF(font)
    boxes = []
    if marks.lateral_on_screen is not None:
        dot, wide = _lateral_at(area, marks.lateral_on_screen), 14 + metrics.horizontalAdvance(tr("lateral"))
        left = dot.x() - 8 if marks.lateral_on_screen == "left" else dot.x() - wide
        boxes.append(QRectF(left, dot.y() - 8, wide + 8, 16))
    if marks.mirrored:
        at = _mirrored_at(area, marks, font)
        boxes.append(metrics.boundingRect(tr("mirrored")).translated(at))
    if marks.scale is not None:
        wide = LONG + 5 + metrics.horizontalAdvance("00")
        boxes.append(QRectF(area.right() - wide, area.top(), wide, area.height()))
    return boxes


def _lateral_at(area: QRectF, side: Side) -> QPointF:
    """The middle of the dot. The ruler stands at the right edge."""
    across = area.left() + _PAD + 6 if side == "left" else area.right() - _PAD - 6 - LONG - 30
    return QPointF(across, area.top() + _PAD + 8)


def _mirrored_at(area: QRectF, marks: Marks, font: QFont) -> QPointF:
    """In the lower left corner; above the scale's name where both do not fit side by side."""
    metrics = QFontMetricsF(font)
    name = "" if marks.scale is None else _scale_words(marks.scale)
    both = sum(map(metrics.horizontalAdvance, (tr("mirrored"), name))) + LONG + 5 + 3 * _PAD
    above = metrics.height() if name and both > area.width() else 0.0
    return QPointF(area.left() + _PAD, area.bottom() - _PAD - above)


def _scale_words(scale: Scale) -> str:
    return tr("cm · scale {name}", name=tr(scale.name))


def _paint_lateral(painter: QPainter, area: QRectF, side: Side, font: QFont) -> None:
    """A dot in the upper corner, as machines draw it, and the word."""
    metrics = QFontMetricsF(font)
    left = side == "left"
    dot = _lateral_at(area, side)
    painter.setPen(QPen(colour(HALO, 0.75), 2))
    painter.setBrush(colour(TEXT))
    painter.drawEllipse(dot, 6, 6)
    text = tr("lateral")
    shift = 14 if left else -14 - metrics.horizontalAdvance(text)
    _paint_text(painter, dot + QPointF(shift, metrics.capHeight() / 2), text, font)


def _paint_ruler(painter: QPainter, area: QRectF, in_frame: Rect, scale: Scale, font: QFont) -> None:
    """Centimetres along the right edge, from the scan area's top edge down."""
    metrics = QFontMetricsF(font)
    zoom, right = area.height() / in_frame.height, area.right() - 1
    centimetre = 10 / scale.mm_y * zoom
    lines = [(QPointF(right, area.top()), QPointF(right, area.bottom()))]
    for depth, below in ticks(scale, in_frame.height):
        whole, y = depth == int(depth), area.top() + below * zoom
        if whole or centimetre >= ROOM_FOR_HALVES:
            lines.append((QPointF(right - (LONG if whole else SHORT), y), QPointF(right, y)))
        if whole and depth and (centimetre >= ROOM_FOR_NUMBERS or depth % 5 == 0) and y + 6 < area.bottom() - 18:
            text = f"{depth:.0f}"
            at = QPointF(right - LONG - 5 - metrics.horizontalAdvance(text), y + metrics.capHeight() / 2)
            _paint_text(painter, at, text, font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for name, alpha, width in ((HALO, 0.75, 3.0), (TEXT, 1.0, 1.0)):
        painter.setPen(QPen(colour(name, alpha), width))
        for start, end in lines:
            painter.drawLine(start, end)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    text = _scale_words(scale)
    _paint_text(painter, QPointF(right - LONG - 5 - metrics.horizontalAdvance(text), area.bottom() - _PAD), text, font)


def _paint_text(painter: QPainter, at: QPointF, text: str, font: QFont) -> None:
    """Light letters with a dark edge, readable on any tissue."""
    path = QPainterPath()
    path.addText(at, font, text)
    pen = QPen(colour(HALO, 0.8), 3.0)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.fillPath(path, colour(TEXT))
