"""Paints the block region: fill, outline with a dark halo, thin inner outline, and a label off the region."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from app.gui.theme import HALO, OVERLAY, colour
from app.options import Style
from model.postprocess import Outline, Region

LABEL = "Block region"
_GAP = 26.0
"""Distance of the label from the region."""


@dataclass(frozen=True)
class OverlayStyle:
    """How the overlay is painted."""

    style: Style = "both"
    opacity: float = 0.35
    """Of the fill, 0..1; the outline follows, but stays visible."""


def to_path(outlines: list[Outline]) -> QPainterPath:
    """Closed polygons (n, 2) to a path filled by the odd-even rule, so that holes stay open."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for outline in outlines:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in outline.tolist()]))
        path.closeSubpath()
    return path


def thinned(outlines: list[Outline]) -> list[Outline]:
    """The same polygons without the points that lie on a line: traced on a fine grid, those are most of them."""
    thin = (cv2.approxPolyDP(np.ascontiguousarray(outline), 0.25, closed=True).reshape(-1, 2) for outline in outlines)
    return [np.asarray(outline, np.float32) for outline in thin if len(outline) > 2]


class RegionPainter:
    """Holds the paths of one region, so that each prediction is converted once, however often it is painted."""

    def __init__(self, region: Region) -> None:
        outlines = thinned(region.outlines)
        self._points = np.concatenate(outlines) if outlines else np.empty((0, 2), np.float32)
        self._outline = to_path(outlines)
        self._inner = to_path(thinned(region.inner_outlines))

    def paint(self, painter: QPainter, to_view: QTransform, room: QRectF, style: OverlayStyle, side: int) -> int:
        """Paints into the view. `to_view` maps scan-area pixels to it, `room` is where the label may stand.

        `side` is where the label stood last; returned is where it stands now.
        """
        outline, inner = to_view.map(self._outline), to_view.map(self._inner)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if style.style != "outline":
            painter.fillPath(outline, colour(OVERLAY, style.opacity))
        if style.style != "fill":
            strength = 0.5 + 0.5 * style.opacity
            _stroke(painter, outline, HALO, 5.0, 0.75 * strength)
            _stroke(painter, outline, OVERLAY, 2.2, strength)
            _stroke(painter, inner, OVERLAY, 1.0, 0.8 * strength)
        if outline.isEmpty():
            return side
        box, side = place_label(outline.boundingRect(), _label_size(painter), room, side)
        _leader(painter, box, self._nearest(box.center(), to_view))
        _label(painter, box)
        return side

    def _nearest(self, point: QPointF, to_view: QTransform) -> QPointF:
        """The point of the outline that is nearest to a point of the view, in the view."""
        points = self._points * (to_view.m11(), to_view.m22()) + (to_view.dx(), to_view.dy())
        nearest = points[np.argmin(((points - (point.x(), point.y())) ** 2).sum(axis=1))]
        return QPointF(float(nearest[0]), float(nearest[1]))


def _stroke(painter: QPainter, path: QPainterPath, name: str, width: float, alpha: float) -> None:
    pen = QPen(colour(name, alpha), width)
    # Round joins, which nobody sees between points so close, would take twice the time.
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
    painter.strokePath(path, pen)


def label_places(region: QRectF, size: tuple[float, float]) -> list[QRectF]:
    """Where the label may stand, off the region.

    Below it first: the needle comes from above and from the side, and the vessels lie beside the region.
    """
    width, height = size
    right, left = region.right() + _GAP, region.left() - _GAP - width
    above, below = region.top() - _GAP - height, region.bottom() + _GAP
    middle, centre = region.center().y() - height / 2, region.center().x() - width / 2
    corners = [(centre, below), (left, below), (right, below), (left, middle), (right, middle), (centre, above)]
    return [QRectF(x, y, width, height) for x, y in corners]


def place_label(region: QRectF, size: tuple[float, float], room: QRectF, side: int) -> tuple[QRectF, int]:
    """The first place that lies in `room`, starting with the one used last, so that the label does not jump about.

    Where none does (a region as large as the picture), the corner of `room` that is farthest from the region's centre.
    """
    places = label_places(region, size)
    for number in [side, *range(len(places))]:
        if room.contains(places[number]):
            return places[number], number
    x = room.left() if region.center().x() > room.center().x() else room.right() - size[0]
    y = room.top() if region.center().y() > room.center().y() else room.bottom() - size[1]
    return QRectF(x, y, *size), side


def _label_font(painter: QPainter) -> QFont:
    font = QFont(painter.font())
    font.setPixelSize(16)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _label_size(painter: QPainter) -> tuple[float, float]:
    metrics = QFontMetricsF(_label_font(painter))
    return metrics.horizontalAdvance(LABEL) + 18, metrics.height() + 8


def _label(painter: QPainter, box: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(HALO, 0.72))
    painter.drawRoundedRect(box, 6, 6)
    painter.setFont(_label_font(painter))
    painter.setPen(colour(OVERLAY))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, LABEL)


def _leader(painter: QPainter, box: QRectF, end: QPointF) -> None:
    """A thin line from the label's edge to the outline."""
    start = QPointF(min(max(end.x(), box.left()), box.right()), min(max(end.y(), box.top()), box.bottom()))
    for name, width in ((HALO, 3.0), (OVERLAY, 1.2)):
        painter.setPen(QPen(colour(name, 0.8), width))
        painter.drawLine(start, end)
