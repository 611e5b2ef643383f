"""Paints the raw pictures: the one under the overlay, the one beside it, the small one in a corner."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.capture.source import Frame
from app.gui.canvas import Canvas
from app.gui.layout import CAPTION, Cell, cells, choose_corner, corner_size
from app.gui.theme import LINE, QUIET, SURROUND, colour, sized
from app.gui.tool_painting import around
from app.gui.words import mark, tr
from app.options import Layout
from app.pipeline.types import Rect

_CAPTIONS = (mark("With overlay"), mark("Raw picture"))


@dataclass(frozen=True)
class Wish:
    """How frames are painted now."""

    layout: Layout
    room: tuple[int, int]
    """Of the view, in device pixels."""
    ratio: float
    """So many device pixels make one unit of the view."""
    mirrored: bool


class Pictures:
    """Keeps what was scaled for the frame that is shown, so that an overlay alone costs no scaling.

    A frame is scaled by `prepare` before it is published, so that painting it takes no time for that; one that was not,
    or that is wanted in another size meanwhile, is scaled when it is painted.
    """

    def __init__(self) -> None:
        self._whole, self._small = _Kept(), _Kept()
        self._corner = 0
        self._wish: Wish | None = None
        self._lock = threading.Lock()
        self._ready: _Kept | None = None
        self._spare: list[_Kept] = []

    def forget(self) -> None:
        """Another source: nothing of the old one is kept."""
        self._whole.key = self._small.key = None
        self._exchange(None)

    def want(self, wish: Wish) -> None:
        """Frames that come are to be prepared for this."""
        self._wish = wish

    def prepare(self, frame: Frame) -> None:
        """Scales a frame to the size that is wanted now. In any thread."""
        wish = self._wish
        if wish is None:
            return
        height, width = frame.pixels.shape[:2]
        place = cells(wish.layout, (width, height), wish.room, wish.ratio)[0].picture
        with self._lock:
            kept = self._spare.pop() if self._spare else _Kept()
        kept.draw(frame, None, place, wish.ratio, wish.mirrored)
        with self._lock:
            if self._ready is not None:
                self._spare.append(self._ready)
            self._ready = kept

    def _exchange(self, frame: Frame | None) -> None:
        """Takes what is ready, if it is that frame's, instead of what was painted before; None throws it away."""
        with self._lock:
            ready = self._ready
            if ready is None or (frame is not None and not ready.is_of(frame)):
                return
            self._ready = None
            if frame is not None:
                self._whole, ready = ready, self._whole
            ready.key = None  # No frame is held in memory for nothing.
            self._spare.append(ready)

    def paint(
        self,
        painter: QPainter,
        frame: Frame,
        places: Sequence[Cell],
        view: QRectF,
        ratio: float,
        mirrored: bool = False,
    ) -> None:
        """Paints the frame in each cell, and the ground round it. `ratio` device pixels make one unit of the view."""
        areas = [in_view(cell.picture, ratio) for cell in places]
        if len(areas) == 1:
            for edge in around(view, areas[0]):
                painter.fillRect(edge, colour(SURROUND))
        else:
            painter.fillRect(view, colour(SURROUND))
            self._paint_captions(painter, areas)
        if not self._whole.is_of(frame):
            self._exchange(frame)
        self._whole.draw(frame, None, places[0].picture, ratio, mirrored)
        for area in areas:
            painter.drawImage(area.topLeft(), self._whole.canvas.image)

    def _paint_captions(self, painter: QPainter, areas: Sequence[QRectF]) -> None:
        painter.setFont(sized(painter.font(), 14))
        painter.setPen(colour(QUIET))
        for area, text in zip(areas, _CAPTIONS, strict=True):
            painter.drawText(QRectF(area.left(), area.bottom(), area.width(), CAPTION), _CENTRE, tr(text))

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

    def is_of(self, frame: Frame) -> bool:
        """Whether something of this frame is on it."""
        return self.key is not None and self.key[0] is frame

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
