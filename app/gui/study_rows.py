"""One more row of the time line: which frames were corrected, or how far two answers agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPolygonF

from app.gui.theme import HALO, QUIET, TEXT, colour
from app.gui.words import mark
from model.structures import BLOCK_REGION

HEIGHT = 24


class StudyRow(Protocol):
    """Paints itself into `room`; `x_of` gives where a frame's middle is, `width` how wide a frame is."""

    name: str

    def paint(self, painter: QPainter, room: QRectF, x_of: Callable[[float], float], width: float) -> None: ...


class CorrectionsRow:
    """A full bar with a diamond for each frame by hand, a hatched low one for what is interpolated."""

    name = mark("Corrected")

    def __init__(self, by_hand: Sequence[int], interpolated: Sequence[int]) -> None:
        self._by_hand, self._interpolated = by_hand, interpolated

    def paint(self, painter: QPainter, room: QRectF, x_of: Callable[[float], float], width: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        ink = colour(BLOCK_REGION.hex)
        half = room.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(ink, Qt.BrushStyle.BDiagPattern))
        for first, last in runs(self._interpolated):
            left, right = x_of(first) - width / 2, x_of(last) + width / 2
            painter.drawRect(QRectF(left, room.top() + half, max(right - left, 1.0), half))
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

    name = mark("IoU of A, B")

    def __init__(self, ious: NDArray[np.float32], worst: Sequence[int]) -> None:
        """`ious` float32 (frames,), NaN where nothing is known."""
        # A copy: the thread that compares goes on writing.
        self._ious, self._worst = ious.copy(), worst
        self._drawn: tuple[tuple[int, int], NDArray[np.float32]] | None = None

    def paint(self, painter: QPainter, room: QRectF, x_of: Callable[[float], float], width: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for column, value in enumerate(self._columns(round(room.width()), round(room.width() / width)).tolist()):
            if value == value:
                high = max(value * room.height(), 1.0)
                painter.fillRect(QRectF(room.left() + column, room.bottom() - high, 1, high), colour(TEXT, 0.75))
        painter.setPen(QPen(colour(QUIET), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(room.left(), room.center().y()), QPointF(room.right(), room.center().y()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour(HALO), 1))
        painter.setBrush(colour(BLOCK_REGION.hex))
        for number in self._worst:
            x, y = x_of(number), room.top()
            painter.drawPolygon(QPolygonF([QPointF(x - 6, y), QPointF(x + 6, y), QPointF(x, y + 9)]))

    def _columns(self, width: int, frames: int) -> NDArray[np.float32]:
        """The lowest IoU of the frames in each of so many columns, NaN where none is known."""
        if self._drawn is None or self._drawn[0] != (width, frames):
            self._drawn = (width, frames), by_column(self._ious, width, frames, np.fmin.reduce)
        return self._drawn[1]


def by_column(
    values: NDArray[np.float32], width: int, frames: int, one: Callable[[NDArray[np.float32]], Any]
) -> NDArray[np.float32]:
    """What `one` makes of the frames of each of so many columns; the value of a frame without one is NaN."""
    padded = np.full(frames, np.nan, np.float32)
    padded[: len(values)] = values[:frames]
    first = np.arange(width) * frames // width
    last = np.maximum((np.arange(width) + 1) * frames // width, first + 1)
    # One column holds several frames of a long recording, several columns hold one of a short recording.
    return np.array([one(padded[start:end]) for start, end in zip(first, last, strict=True)], np.float32)


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each run of numbers, which are in order, without a gap."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found
