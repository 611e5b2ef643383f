"""One more row of the time line: which frames were corrected, or how far two answers agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from app.gui.theme import HALO, QUIET, TEXT, colour
from model.structures import BLOCK_REGION

HEIGHT = 24


class StudyRow(Protocol):
    """Paints itself into `room`; `x_of` gives where a frame's middle is, `width` how wide a frame is."""

    name: str

    def paint(self, painter: QPainter, room: QRectF, x_of: Callable[[float], float], width: float) -> None: ...


class CorrectionsRow:
    """A full bar with a diamond for each frame by hand, a hatched low one for what is interpolated."""

    name = "Corrected"

    def __init__(self, by_hand: Sequence[int], interpolated: Sequence[int]) -> None:
        self._by_hand, self._interpolated = by_hand, interpolated

    def paint(self, painter: QPainter, room: QRectF, x_of: Callable[[float], float], width: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        ink = colour(BLOCK_REGION.hex)
        half, brush = room.height() / 2, colour(BLOCK_REGION.hex, 0.75)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush)
        painter.setBrush(Qt.BrushStyle.BDiagPattern)
        pattern = painter.brush()
        pattern.setColor(ink)
        painter.setBrush(pattern)
        for number in self._interpolated:
            wide = max(width, 1.0)
            painter.drawRect(QRectF(x_of(number) - wide / 2, room.top() + half, wide, half))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour(HALO), 1.0))
        painter.setBrush(ink)
        for number in self._by_hand:
            x, y, side = x_of(number), room.center().y(), 7.0
            painter.fillRect(QRectF(x - 1, room.top(), 2, room.height()), ink)
            painter.drawPolygon(
                QPolygonF([QPointF(x, y - side), QPointF(x + side, y), QPointF(x, y + side), QPointF(x - side, y)])
            )


class AgreementRow:
    """IoU from 0 to 1 over time, a line at one half, and a triangle at each of the worst frames."""

    name = "IoU of A, B"

    def __init__(self, ious: NDArray[np.float32], worst: Sequence[int]) -> None:
        """`ious` float32 (frames,), NaN where nothing is known."""
        self._ious, self._worst = ious, worst

    def paint(self, painter: QPainter, room: QRectF, x_of: Callable[[float], float], width: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        columns: dict[int, float] = {}
        for number in np.flatnonzero(~np.isnan(self._ious)).tolist():
            left = x_of(number) - width / 2
            # Of several frames in one column, the one that agrees least counts.
            first = round(left)
            for column in range(first, max(round(left + width), first + 1)):
                columns[column] = min(columns.get(column, 1.0), float(self._ious[number]))
        for column, value in columns.items():
            high = max(value * room.height(), 1.0)
            painter.fillRect(QRectF(column, room.bottom() - high, 1, high), colour(TEXT, 0.75))
        painter.setPen(QPen(colour(QUIET), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(room.left(), room.center().y()), QPointF(room.right(), room.center().y()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour(HALO), 1))
        painter.setBrush(colour(BLOCK_REGION.hex))
        for number in self._worst:
            x, y = x_of(number), room.top()
            painter.drawPolygon(QPolygonF([QPointF(x - 6, y), QPointF(x + 6, y), QPointF(x, y + 9)]))
