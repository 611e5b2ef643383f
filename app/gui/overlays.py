"""The overlay as an image of the screen's pixels, made once for a prediction: painting lays it over the picture."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QFont, QImage, QPainter, QTransform

from app.gui.overlay import EDGE, OverlayPainter, OverlayStyle
from app.pipeline.types import Prediction


@dataclass(frozen=True)
class Look:
    """How overlays are painted now."""

    style: OverlayStyle
    to_view: QTransform
    """From frame pixels."""
    room: QRectF
    """The part of the view that the overlay lies in."""
    ratio: float
    """So many device pixels make one unit of the view."""
    font: QFont
    taken: tuple[QRectF, ...] = ()
    """Parts of the room where no label may stand."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """The overlay of a prediction, as it looks."""

    prediction: Prediction
    look: Look
    regions: OverlayPainter
    to_view: QTransform
    """From scan-area pixels."""
    image: QImage
    place: QPointF
    """Of the image in the view."""
    sides: dict[str, int]
    """Where each structure's label stands, so that it does not jump."""

    def is_of(self, prediction: Prediction, look: Look) -> bool:
        return self.prediction is prediction and self.look == look


def draw(prediction: Prediction, look: Look, sides: dict[str, int]) -> Drawn:
    """Draws fills, outlines and labels of the regions of `prediction`. In any thread."""
    regions, sides = OverlayPainter(prediction.regions), dict(sides)
    to_view = to_view_of(prediction, look)
    labels = regions.place_labels(look.font, to_view, look.room.adjusted(8, 8, -8, -8), sides, look.taken)
    bounds = QRectF()
    for box in [*regions.boxes(to_view), *labels]:
        bounds = bounds.united(box.adjusted(-EDGE, -EDGE, EDGE, EDGE)) if not box.isEmpty() else bounds
    pixels = _pixels(bounds.intersected(look.room), look.ratio)
    image = QImage(pixels.size(), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(look.ratio)
    place = QPointF(pixels.topLeft()) / look.ratio
    if not image.isNull():
        image.fill(0)
        painter = QPainter(image)
        painter.setFont(look.font)
        painter.translate(-place)
        regions.paint(painter, to_view, look.style)
        regions.paint_labels(painter, to_view, labels)
        painter.end()
    return Drawn(prediction, look, regions, to_view, image, place, sides)


def to_view_of(prediction: Prediction, look: Look) -> QTransform:
    """From a prediction's scan-area pixels to the view."""
    return QTransform.fromTranslate(prediction.scan_area.x, prediction.scan_area.y) * look.to_view


def _pixels(area: QRectF, ratio: float) -> QRect:
    """The whole device pixels that an area of the view touches."""
    return QRectF(area.topLeft() * ratio, area.size() * ratio).toAlignedRect()


class Overlays:
    """Keeps the overlay that is shown, and the next one, which is drawn before its prediction is published."""

    def __init__(self) -> None:
        self._look: Look | None = None
        self._lock = threading.Lock()
        self._ready: Drawn | None = None
        self._shown: Drawn | None = None
        self._sides: dict[str, int] = {}

    def forget(self) -> None:
        """Another source: nothing of the old one is kept."""
        with self._lock:
            self._ready = None
        self._shown = self._look = None

    def want(self, look: Look | None) -> None:
        """Predictions that come are to be drawn so; None: they are not wanted."""
        self._look = look

    def prepare(self, prediction: Prediction) -> None:
        """Draws a prediction as it is wanted now. In any thread."""
        look = self._look
        if look is None or not prediction.regions:
            return
        drawn = draw(prediction, look, self._sides)
        with self._lock:
            self._ready = drawn

    def of(self, prediction: Prediction, look: Look) -> Drawn:
        """The overlay of a prediction; drawn now, if it was not before, or not so."""
        shown = self._shown
        if shown is not None and shown.is_of(prediction, look):
            return shown
        with self._lock:
            ready = self._ready
            if ready is not None and ready.is_of(prediction, look):
                self._ready = None
            else:
                ready = None
        shown = ready or draw(prediction, look, self._sides)
        self._shown, self._sides = shown, shown.sides
        return shown
