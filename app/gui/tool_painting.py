"""What is painted over a picture: words, lines, and the tools that set the scan area and the scale."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QTransform

from app.gui.geometry import HANDLES, handle_point
from app.gui.scale_tool import ScaleTool
from app.gui.scan_area_tool import ScanAreaTool
from app.gui.theme import FOCUS, HALO, TEXT, colour, sized
from app.pipeline.types import Rect

_HANDLE = 14.0
"""Side of a handle as it is seen; it is taken from farther away."""


def rectf(area: Rect) -> QRectF:
    return QRectF(area.x, area.y, area.width, area.height)


def around(outer: QRectF, inner: QRectF) -> list[QRectF]:
    """The four strips of `outer` round `inner`."""
    strips = [
        QRectF(outer.left(), outer.top(), outer.width(), inner.top() - outer.top()),
        QRectF(outer.left(), inner.bottom(), outer.width(), outer.bottom() - inner.bottom()),
        QRectF(outer.left(), inner.top(), inner.left() - outer.left(), inner.height()),
        QRectF(inner.right(), inner.top(), outer.right() - inner.right(), inner.height()),
    ]
    return [strip for strip in strips if strip.width() > 0 and strip.height() > 0]


def frame_line(painter: QPainter, area: QRectF, alpha: float) -> None:
    """A thin line round an area, with a dark edge."""
    # Filled strips: strokes of that length take ten times as long.
    for name, half in ((HALO, 1.5), (TEXT, 0.5)):
        inner, outer = area.adjusted(half, half, -half, -half), area.adjusted(-half, -half, half, half)
        for strip in around(outer, inner):
            painter.fillRect(strip, colour(name, alpha))


def paint_words(painter: QPainter, room: QRectF, text: str, font: QFont, bottom: bool = False) -> None:
    """A line of text on dark ground at the upper or lower edge of `room`; nothing where there is no text."""
    if not text:
        return
    font, flags = sized(font, 16), int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
    most = QRect(0, 0, max(round(room.width()) - 60, 100), round(room.height()))
    box = QFontMetrics(font).boundingRect(most, flags, text)
    area = QRectF(0, 0, box.width() + 28, box.height() + 14)
    top = room.bottom() - 12 - area.height() if bottom else room.top() + 12
    area.moveTo(room.center().x() - area.width() / 2, top)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(HALO, 0.72))
    painter.drawRoundedRect(area, 8, 8)
    painter.setFont(font)
    painter.setPen(colour(TEXT))
    painter.drawText(area, flags, text)


def paint_tool(painter: QPainter, to_view: QTransform, tool: ScanAreaTool | ScaleTool) -> None:
    """Paints a tool; `to_view` maps frame pixels to the view."""
    if isinstance(tool, ScanAreaTool):
        _paint_scan_area(painter, to_view, tool)
    else:
        _paint_points(painter, to_view, tool)


def _paint_scan_area(painter: QPainter, to_view: QTransform, tool: ScanAreaTool) -> None:
    draft = to_view.mapRect(rectf(tool.area))
    for edge in around(to_view.mapRect(QRectF(0, 0, *tool.frame)), draft):
        painter.fillRect(edge, colour(HALO, 0.55))
    frame_line(painter, draft, 1.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour(HALO), 2.0))
    painter.setBrush(colour(TEXT))
    for handle in HANDLES:
        at = to_view.map(QPointF(*handle_point(tool.area, handle)))
        painter.drawRoundedRect(QRectF(at.x() - _HANDLE / 2, at.y() - _HANDLE / 2, _HANDLE, _HANDLE), 3, 3)


def _paint_points(painter: QPainter, to_view: QTransform, tool: ScaleTool) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    places = [to_view.map(QPointF(*point)) for point in tool.points]
    cursor = to_view.map(QPointF(*tool.cursor))
    for name, width in ((HALO, 4.0), (FOCUS, 1.6)):
        painter.setPen(QPen(colour(name, 0.9), width))
        painter.drawPolyline(places)
        for place in places:
            _cross(painter, place, 5.0, 16.0)
        if not tool.complete:
            _cross(painter, cursor, 3.0, 24.0)


def _cross(painter: QPainter, at: QPointF, gap: float, end: float) -> None:
    """A cross that is open in the middle, so that what is marked can be seen."""
    for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        painter.drawLine(at + QPointF(x, y) * gap, at + QPointF(x, y) * end)
