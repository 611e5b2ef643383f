"""Paints the regions that a model found: fill, outline with a dark halo, thin inner outline, a label off each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QTransform

from app.gui.mask_paths import to_path
from app.gui.theme import HALO, colour, sized
from app.gui.words import tr
from app.options import Layout, Style
from model.postprocess import Outline, Region

SPOTLIGHT = 0.62
"""How much of its light the picture loses outside the region."""
THIN_PX = 0.5
"""The outline that is painted is nowhere farther from the traced one, in scan-area pixels."""
EDGE = 4.0
"""So far the outline's strokes reach beyond the region, in the view's units."""
_GAP = 26.0
"""Distance of the label from the region."""


@dataclass(frozen=True)
class OverlayStyle:
    """How the overlay is painted."""

    style: Style = "both"
    opacity: float = 0.35
    """Of the fill, 0..1; the outline follows, but stays visible."""
    spotlight: bool = False
    """The picture round the block region is dimmed."""
    layout: Layout = "one"
    """Where the raw picture stands besides."""


def thinned(outlines: list[Outline]) -> list[Outline]:
    """The same polygons without the points that lie on a line: traced on a fine grid, those are most of them.

    Painting takes as long as there are points.
    """
    thin = (
        cv2.approxPolyDP(np.ascontiguousarray(outline), THIN_PX, closed=True).reshape(-1, 2) for outline in outlines
    )
    return [np.asarray(outline, np.float32) for outline in thin if len(outline) > 2]


class OverlayPainter:
    """Paints the regions of one prediction, each with its own label."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self._painters = [RegionPainter(region) for region in regions]

    def boxes(self, to_view: QTransform) -> list[QRectF]:
        """The rectangles of the view that the regions lie in. `to_view` maps scan-area pixels to the view."""
        return [region.bounds(to_view) for region in self._painters]

    def paint(self, painter: QPainter, to_view: QTransform, style: OverlayStyle) -> None:
        """Paints fills and outlines into the view."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for region in self._painters:
            region.paint(painter, to_view, style)

    def paint_spotlight(self, painter: QPainter, to_view: QTransform, picture: QRectF) -> None:
        """Dims `picture`, in the view, outside the leading structure's region."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.OddEvenFill)
        path.addRect(picture)
        path.addPath(to_view.map(self._painters[-1].path))
        painter.fillPath(path, colour(HALO, SPOTLIGHT))

    def place_labels(
        self, font: QFont, to_view: QTransform, room: QRectF, sides: dict[str, int], taken: Sequence[QRectF] = ()
    ) -> list[QRectF]:
        """Where each region's label stands inside `room`, off the regions and off what is `taken`; empty: nowhere.

        `sides` is where each structure's label stood last, and is brought up to date.
        """
        boxes = [*self.boxes(to_view), *taken]
        labels = [QRectF() for _ in self._painters]
        # The leading structure comes last and chooses its label's place first.
        for number in reversed(range(len(self._painters))):
            others = boxes[:number] + boxes[number + 1 :]
            labels[number] = self._painters[number].place_label(font, to_view, room, sides, others)
            boxes.append(labels[number])
        return labels

    def paint_labels(self, painter: QPainter, to_view: QTransform, places: Sequence[QRectF]) -> None:
        """Paints the labels where `place_labels` has them."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for region, place in zip(self._painters, places, strict=True):
            if not place.isEmpty():
                region.paint_label(painter, to_view, place)


class RegionPainter:
    """Holds the paths of one region, so that each prediction is converted once, however often it is painted."""

    def __init__(self, region: Region) -> None:
        outlines = thinned(region.outlines)
        self._structure = region.structure
        self._colour = region.structure.hex
        self._points = np.concatenate(outlines) if outlines else np.empty((0, 2), np.float32)
        self.path = self._outline = to_path(outlines)
        """Of the region, in scan-area pixels."""
        self._inner = to_path(thinned(region.inner_outlines))

    def bounds(self, to_view: QTransform) -> QRectF:
        """The rectangle of the view that the region lies in."""
        return to_view.mapRect(self._outline.boundingRect())

    def paint(self, painter: QPainter, to_view: QTransform, style: OverlayStyle) -> None:
        """Paints fill and outlines."""
        outline, inner = to_view.map(self._outline), to_view.map(self._inner)
        if style.style != "outline":
            painter.fillPath(outline, colour(self._colour, style.opacity))
        if style.style != "fill":
            strength = 0.5 + 0.5 * style.opacity
            _stroke(painter, outline, HALO, 5.0, 0.75 * strength)
            _stroke(painter, outline, self._colour, 2.2, strength)
            _stroke(painter, inner, self._colour, 1.0, 0.8 * strength)

    def place_label(
        self, font: QFont, to_view: QTransform, room: QRectF, sides: dict[str, int], others: list[QRectF]
    ) -> QRectF:
        """Where the label stands off the region and off `others`; empty where there is no room."""
        name = self._structure.name
        if self._outline.isEmpty():
            return QRectF()
        size = _label_size(font, tr(self._structure.title))
        box, sides[name] = place_label(self.bounds(to_view), size, room, sides.get(name, 0), others)
        return box

    def paint_label(self, painter: QPainter, to_view: QTransform, box: QRectF) -> None:
        """Paints the label, with its leader."""
        _leader(painter, box, self._nearest(box.center(), to_view), self._colour)
        _label(painter, box, tr(self._structure.title), self._colour)

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


def place_label(
    region: QRectF, size: tuple[float, float], room: QRectF, side: int, others: Sequence[QRectF] = ()
) -> tuple[QRectF, int]:
    """The first place that lies in `room` and off `others`, starting with the one used last, so that it does not jump.

    Then the corners of `room` are tried. Where nothing is free (a region as large as the picture), the place is empty:
    the label never lies over a region.
    """
    right, bottom = room.right() - size[0], room.bottom() - size[1]
    corners = [(room.left(), room.top()), (right, room.top()), (room.left(), bottom), (right, bottom)]
    places = [*label_places(region, size), *(QRectF(x, y, *size) for x, y in corners)]
    for number in [side, *range(len(places))]:
        place = places[number]
        if room.contains(place) and not any(place.intersects(other) for other in (region, *others)):
            return place, number
    return QRectF(), side


def _label_font(font: QFont) -> QFont:
    return sized(font, 16, QFont.Weight.DemiBold)


def _label_size(font: QFont, text: str) -> tuple[float, float]:
    metrics = QFontMetricsF(_label_font(font))
    return metrics.horizontalAdvance(text) + 18, metrics.height() + 8


def _label(painter: QPainter, box: QRectF, text: str, name: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(HALO, 0.72))
    painter.drawRoundedRect(box, 6, 6)
    painter.setFont(_label_font(painter.font()))
    painter.setPen(colour(name))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _leader(painter: QPainter, box: QRectF, end: QPointF, line: str) -> None:
    """A thin line from the label's edge to the outline."""
    start = QPointF(min(max(end.x(), box.left()), box.right()), min(max(end.y(), box.top()), box.bottom()))
    for name, width in ((HALO, 3.0), (line, 1.2)):
        painter.setPen(QPen(colour(name, 0.8), width))
        painter.drawLine(start, end)
