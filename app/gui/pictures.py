"""Paints the raw pictures: the one under the overlay, the one beside it, the small one in a corner."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen

from app.capture.source import Frame
from app.gui.canvas import Canvas
from app.gui.layout import CAPTION, Cell, choose_corner, corner_size
from app.gui.theme import LINE, QUIET, SURROUND, colour
from app.gui.tool_painting import around
from app.pipeline.types import Rect

_CAPTIONS = ("With overlay", "Raw picture")


class Pictures:
    """Keeps what was scaled for the frame that is shown, so that an overlay alone costs no scaling."""

    def __init__(self) -> None:
        self._whole, self._small = _Kept(), _Kept()
        self._corner = 0

    def forget(self) -> None:
        """Another source: nothing of the old one is kept."""
        self._whole.key = self._small.key = None

    def paint(
        self,
        painter: QPainter,
        frame: Frame,
        cells: Sequence[Cell],
        view: QRectF,
        ratio: float,
        mirrored: bool = False,
    ) -> None:
        """Paints the frame in each cell, and the ground round it. `ratio` device pixels make one unit of the view."""
        areas = [in_view(cell.picture, ratio) for cell in cells]
        if len(areas) == 1:
            for edge in around(view, areas[0]):
                painter.fillRect(edge, colour(SURROUND))
        else:
            painter.fillRect(view, colour(SURROUND))
            self._paint_captions(painter, areas)
        self._whole.draw(frame, None, cells[0].picture, ratio, mirrored)
        for area in areas:
            painter.drawImage(area.topLeft(), self._whole.canvas.image)

    def _paint_captions(self, painter: QPainter, areas: Sequence[QRectF]) -> None:
        font = QFont(painter.font())
        font.setPixelSize(14)
        painter.setFont(font)
        painter.setPen(colour(QUIET))
        for area, text in zip(areas, _CAPTIONS, strict=True):
            painter.drawText(QRectF(area.left(), area.bottom(), area.width(), CAPTION), _CENTRE, text)

    def place_small(
        self,
        frame: Frame,
        area: Rect,
        room: tuple[int, int],
        regions: Sequence[QRectF],
        ratio: float,
        mirrored: bool = False,
    ) -> QRectF:
        """Where the small picture of the scan area `area` goes, in the view, off `regions` if that can be."""
        width, height = corner_size((area.width, area.height), room)
        view = QRectF(0, 0, room[0] / ratio, room[1] / ratio)
        box, self._corner = choose_corner((width / ratio, height / ratio), view, regions, self._corner)
        # On whole device pixels, so that it is painted as it was scaled.
        place = Rect(round(box.x() * ratio), round(box.y() * ratio), width, height)
        self._small.draw(frame, area, place, ratio, mirrored)
        return in_view(place, ratio)

    def paint_small(self, painter: QPainter, place: QRectF) -> None:
        """Paints what `place_small` made."""
        painter.drawImage(place.topLeft(), self._small.canvas.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour(LINE), 2))
        painter.drawRect(place.adjusted(-1, -1, 1, 1))


_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


class _Kept:
    """A canvas, and what is on it."""

    def __init__(self) -> None:
        self.canvas = Canvas()
        self.key: tuple[Frame, Rect | None, tuple[int, int], bool] | None = None

    def draw(self, frame: Frame, area: Rect | None, place: Rect, ratio: float, mirrored: bool) -> None:
        size = place.width, place.height
        key = self.key
        if key is None or key[0] is not frame or key[1:] != (area, size, mirrored):
            self.canvas.draw(frame.pixels if area is None else area.cut(frame.pixels), size, mirrored)
            self.key = frame, area, size, mirrored
        self.canvas.image.setDevicePixelRatio(ratio)


def in_view(area: Rect, ratio: float) -> QRectF:
    """A rectangle of device pixels in the view's own units."""
    return QRectF(area.x / ratio, area.y / ratio, area.width / ratio, area.height / ratio)
