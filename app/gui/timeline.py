"""The time line of a recording: small pictures, what the model says of each frame, and where the picture is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QLabel, QSizePolicy, QSlider

from app.capture.source import Pixels
from app.gui import study_rows
from app.gui.images import to_image
from app.gui.status import Level
from app.gui.study_rows import StudyRow, by_column
from app.gui.theme import BASE, FOCUS, HALO, LEVELS, QUIET, RAISED, TEXT, colour, sized
from app.gui.widgets import accessible
from app.gui.words import mark, tr
from app.pipeline.ahead import THUMBNAILS, Strips

_RIGHT = 8
_MARKS, _GAP = 12, 2
"""Heights: of the marks at the top, and between strips."""


@dataclass(frozen=True)
class _Form:
    """Sizes of a form of the line."""

    gutter: int
    """Room for the strips' names, left of the line."""
    pictures: int
    """Height of the row of pictures."""
    strip: int
    """Height of a strip."""

    @property
    def height(self) -> int:
        return _MARKS + self.pictures + 3 * (self.strip + _GAP) + (4 if self.pictures else 2)


_WHOLE, _THIN = _Form(100, 40, 16), _Form(8, 0, 8)
CONFIDENCE, AREA, UNLIKE = "#8fe0c0", "#b3cfe6", LEVELS[Level.WARN][0]
_NAMES = ((mark("Confidence"), CONFIDENCE), (mark("Area"), AREA), (mark("Unlike training"), UNLIKE))


class Timeline(QSlider):
    """A slider whose handle is a line over all that is known of the recording. Its value is the frame's number."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.pictures: Sequence[Pixels] = ()
        # A press on it leaves the arrow keys with the recording, where they go by seconds; Tab still reaches it.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.range: tuple[int, int | None] | None = None
        """First and last frame of what is repeated; the last is None while it is not chosen yet."""
        self._strips = Strips.unknown(0)
        self._columns: tuple[int, list[NDArray[np.float32]]] | None = None
        self._best: list[int] = []
        self._study: StudyRow | None = None
        self._form = _WHOLE
        self.progress = QLabel(self)
        """How far the recording is analysed: beside the pictures, where the strips have their names."""
        self.progress.setObjectName("progress")
        self.progress.setAccessibleName(tr("Analysis"))
        self.progress.setWordWrap(True)
        self.progress.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.progress.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.progress.setGeometry(0, _MARKS - 2, _WHOLE.gutter - 8, _WHOLE.pictures + 4)
        accessible(
            self,
            tr("Position in the recording"),
            tr(
                "Position in the recording. Triangles: frames where the model is surest. "
                "Strips: its confidence, the region's area, and where the picture is unlike the training data"
            ),
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(400, self._height(self._form))

    @property
    def heights(self) -> tuple[int, int]:
        """Of the whole form and of the thin one."""
        return self._height(_WHOLE), self._height(_THIN)

    def _height(self, form: _Form) -> int:
        return form.height + (study_rows.HEIGHT + _GAP if self._study is not None else 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._form.gutter + 80, self.sizeHint().height())

    def set_thin(self, thin: bool) -> None:
        """Leaves the pictures and the strips' names out, and makes the strips lower."""
        self._form, self._columns = _THIN if thin else _WHOLE, None
        self.progress.setVisible(not thin)
        self._take_room()

    def set_strips(self, strips: Strips) -> None:
        """Shows what is known by now."""
        self._strips, self._columns, self._best = strips, None, strips.best()
        self.update()

    def set_study(self, row: StudyRow | None) -> None:
        """Shows one more row under the strips, or none."""
        before, self._study = self._study, row
        if (row is None) != (before is None):
            self._take_room()
        self.update()

    def _take_room(self) -> None:
        """The style sheet gives every slider a least height, and this one would stay at it."""
        self.setMinimumHeight(self.sizeHint().height())
        self.updateGeometry()
        self.update()

    def set_pictures(self, pictures: Sequence[Pixels]) -> None:
        """Small pictures, evenly spread over the recording, as many as there are by now."""
        if pictures is not self.pictures:
            self.pictures = pictures
            self.update()

    # Places

    def x_of(self, frame: float) -> float:
        """Where a frame's middle is, in the widget's own units."""
        return self._form.gutter + (frame + 0.5) / (self.maximum() + 1) * self._room()

    def frame_at(self, x: float) -> int:
        """The frame at a place, the first or last one outside."""
        place = int((x - self._form.gutter) / self._room() * (self.maximum() + 1))
        return min(max(place, 0), self.maximum())

    def _room(self) -> int:
        return max(self.width() - self._form.gutter - _RIGHT, 1)

    # The mouse: where it is pressed, there the picture is

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self.frame_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setValue(self.frame_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(BASE))
        self._paint_pictures(painter)
        self._paint_strips(painter)
        self._paint_study(painter)
        self._paint_range(painter)
        self._paint_marks(painter)
        self._paint_place(painter)
        painter.end()

    def _paint_pictures(self, painter: QPainter) -> None:
        if not self._form.pictures:
            return
        room = QRectF(self._form.gutter, _MARKS, self._room(), self._form.pictures)
        painter.fillRect(room, colour(RAISED))
        if not self.pictures:
            return
        painter.save()
        painter.setClipRect(room)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        height, width = self.pictures[0].shape[:2]
        wide = max(self._form.pictures * width / height, 1.0)
        for place in range(int(np.ceil(room.width() / wide))):
            # Of the pictures there are, the nearest to the middle of its place.
            share = min((place + 0.5) * wide / room.width(), 0.999)
            number = int(share * THUMBNAILS)
            if number < len(self.pictures):
                target = QRectF(room.left() + place * wide, room.top(), wide, self._form.pictures)
                painter.drawImage(target, to_image(self.pictures[number]))
        painter.restore()

    def _paint_strips(self, painter: QPainter) -> None:
        painter.setFont(sized(self.font(), 11))
        # The thin line has nothing else that shows where it is.
        unknown = 0.55 if self._form is _WHOLE else 0.1
        for row, ((name, ink), values) in enumerate(zip(_NAMES, self._heights(), strict=True)):
            room = self._strip(row)
            painter.fillRect(room, colour(RAISED))
            if self._form is _WHOLE:
                painter.setPen(colour(QUIET))
                names = QRectF(0, room.top(), self._form.gutter - 8, room.height())
                painter.drawText(names, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), tr(name))
            painter.drawImage(room, _strip_image(values, self._form.strip, colour(ink), colour(HALO, unknown)))

    def _paint_study(self, painter: QPainter) -> None:
        if self._study is None:
            return
        above = self._strip(2)
        room = QRectF(above.left(), above.bottom() + _GAP, above.width(), study_rows.HEIGHT)
        painter.fillRect(room, colour(RAISED))
        painter.setPen(colour(QUIET))
        names = QRectF(0, room.top(), max(room.left() - 8, 0), room.height())
        painter.drawText(names, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), tr(self._study.name))
        painter.save()
        painter.setClipRect(room)
        self._study.paint(painter, room, self.x_of, self._room() / (self.maximum() + 1))
        painter.restore()

    def _paint_range(self, painter: QPainter) -> None:
        if self.range is None:
            return
        first, last = self.range
        half = 0.5 / (self.maximum() + 1) * self._room()
        left = self.x_of(first) - half
        right = self.x_of(last) + half if last is not None else left + 2
        bar = QRectF(left, _MARKS - 4, max(right - left, 3), 4)
        painter.fillRect(bar, colour(FOCUS))
        before = QRectF(self._form.gutter, _MARKS, left - self._form.gutter, self._form.pictures)
        after = QRectF(right, _MARKS, self.width() - _RIGHT - right, self._form.pictures)
        for outside in (before, after):
            if last is not None and outside.width() > 0:
                painter.fillRect(outside, colour(HALO, 0.6))

    def _paint_marks(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(CONFIDENCE))
        for frame in self._best:
            x = self.x_of(frame)
            painter.drawPolygon(QPolygonF([QPointF(x - 5, 0), QPointF(x + 5, 0), QPointF(x, 7)]))

    def _paint_place(self, painter: QPainter) -> None:
        x = self.x_of(self.value())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for name, width in ((HALO, 4.0), (FOCUS if self.hasFocus() else TEXT, 2.0)):
            painter.setPen(QPen(colour(name), width))
            painter.drawLine(QPointF(x, 3), QPointF(x, self.sizeHint().height() - 4))

    def _strip(self, row: int) -> QRectF:
        return QRectF(
            self._form.gutter,
            _MARKS + self._form.pictures + _GAP + row * (self._form.strip + _GAP),
            self._room(),
            self._form.strip,
        )

    def _heights(self) -> list[NDArray[np.float32]]:
        """Of each strip, the largest height in each column, 0..1; NaN where a frame is not known yet."""
        if self._columns is None or self._columns[0] != self._room():
            strips = self._strips
            largest = float(np.nanmax(strips.area, initial=0.0)) or 1.0
            unlike = np.where(np.isnan(strips.novelty), np.nan, (strips.novelty > 1).astype(np.float32))
            rows = (strips.confidence, strips.area / largest, unlike.astype(np.float32))
            self._columns = self._room(), [by_column(row, self._room(), self.maximum() + 1, np.max) for row in rows]
        return self._columns[1]


def _strip_image(heights: NDArray[np.float32], room: int, ink: QColor, unknown: QColor) -> QImage:
    """A strip, one pixel a column and `room` high: `heights` 0..1 of `ink` from below; `unknown` where they are NaN.

    Painted column by column, it would take as long as ten frames.
    """
    from_below = np.arange(room, 0, -1)[:, None]
    known = np.nan_to_num(heights)
    inside = (known > 0) & (from_below <= np.maximum(np.round(known * room), 1))
    pixels = np.where(inside, np.uint32(ink.rgba()), np.uint32(0))
    pixels[:, np.isnan(heights)] = unknown.rgba()
    pixels = np.ascontiguousarray(pixels, np.uint32)
    return QImage(pixels.data, len(heights), room, 4 * len(heights), QImage.Format.Format_ARGB32).copy()
