"""What the pictures for correcting and comparing share: they cover the live view, show the scan area, and zoom."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QTouchEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.capture.source import Frame
from app.gui.images import to_image
from app.gui.live_view import LiveView
from app.gui.status import Level
from app.gui.theme import FOCUS, HALO, LEVELS, SURROUND, colour, sized
from app.gui.zoom import STEP, Zoom
from app.pipeline.types import Rect

BAND = 38
"""Height of the line under the picture, which says what the window is doing."""
_WORDS = (16, 14, 12)
"""Sizes of the letters in it, in pixels."""
EDGE = 4
"""Width of the line round the whole, which says the same to the corner of the eye."""

_TOUCHES = (QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TouchEnd, QEvent.Type.TouchCancel)


class StudyView(QWidget):
    """Lies over the live view and shows its frame, without its overlay."""

    def __init__(self, live: LiveView, scan_area: Callable[[], Rect | None]) -> None:
        super().__init__(live)
        self._live = live
        self._scan_area = scan_area
        self._image: tuple[Frame, QImage] | None = None
        self._grip: QPointF | None = None
        self.zoom = Zoom()
        self.title = ""
        self.words = ""
        """What is said beside the title."""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self._fingers = 0
        """The most that were down at once since the first one."""
        self._pair: tuple[QPointF, QPointF] | None = None
        """Where the first two of them were last."""
        live.installEventFilter(self)
        live.state_changed.connect(self._follow)
        self.hide()

    @property
    def frame(self) -> Frame | None:
        """The frame that is shown."""
        return self._live.frame

    @property
    def raw(self) -> bool:
        """Whether the raw picture is wanted now."""
        return self._live.wishes.raw_held

    @property
    def mirrored(self) -> bool:
        return self._live.marks.mirrored

    def area(self, frame: Frame) -> Rect:
        """The scan area inside a frame."""
        return Rect.in_frame(self._scan_area(), frame.pixels.shape)

    def start(self) -> None:
        """Covers the live view and takes the keys."""
        self.zoom = Zoom()
        self.setGeometry(self._live.rect())
        self.show()
        self.raise_()
        QWidget.setTabOrder(self._live, self)
        self._live.setFocusProxy(self)  # Nothing can be done there that is not seen.
        self.setFocus()

    def leave(self) -> None:
        """Gives the live view back."""
        if not self.isHidden():
            self._live.setFocusProxy(None)  # type: ignore[arg-type]  # Qt takes None, which its types do not say.
            self.hide()
            self._live.setFocus()

    def say(self, words: str) -> None:
        """Says something in the line under the picture."""
        if words != self.words:
            self.words = words
            self.setAccessibleName(f"{self.title}: {words}")
            self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and not self.isHidden():
            self.setGeometry(self._live.rect())
        return False

    def _follow(self) -> None:
        """The live view has something new."""
        if not self.isHidden():
            self.changed()
            self.update()

    def changed(self) -> None:
        """The frame, or what is known of it, may be another."""

    # Places

    def rooms(self) -> list[QRectF]:
        """Where the pictures go; all of them zoom alike."""
        return [QRectF(self.rect()).adjusted(EDGE, EDGE, -EDGE, -BAND)]

    def to_view(self, frame: Frame, room: QRectF) -> QTransform:
        """From frame pixels to the view."""
        return self.zoom.to_view(self.area(frame), room, self.mirrored)

    def room_at(self, point: QPointF) -> QRectF:
        """The room of the picture at a point, the first one elsewhere."""
        rooms = self.rooms()
        return next((room for room in rooms if room.contains(point)), rooms[0])

    # Zooming

    def zoom_by(self, times: float, about: QPointF | None = None) -> None:
        """Larger or smaller, about a point of the view or the middle."""
        if (frame := self.frame) is not None:
            room = self.room_at(about) if about is not None else self.rooms()[0]
            self.zoom = self.zoom.about(about or room.center(), times, self.area(frame), room, self.mirrored)
            self.update()

    def zoom_fit(self) -> None:
        """All of the scan area."""
        self.zoom = Zoom()
        self.update()

    def _drag(self, step: QPointF) -> None:
        if (frame := self.frame) is not None:
            self.zoom = self.zoom.dragged(step, self.area(frame), self.rooms()[0], self.mirrored)
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(STEP ** (event.angleDelta().y() / 120), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.MiddleButton or self.pans(event):
            self._grip = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def pans(self, event: QMouseEvent) -> bool:
        """Whether the left button moves the picture now."""
        return event.button() is Qt.MouseButton.LeftButton

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self._drag(event.position() - self._grip)
            self._grip = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self._grip = None
            self.unsetCursor()

    # Touch: one finger does what the left button does, two zoom and move

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QTouchEvent) and event.type() in _TOUCHES:
            self._touched(event)
            event.accept()
            return True
        return super().event(event)

    def _touched(self, event: QTouchEvent) -> None:
        points = event.points()
        if event.type() is QEvent.Type.TouchCancel:
            self.stop_drawing()
            self._fingers, self._pair = 0, None
            return
        first = points[0]
        if event.type() is QEvent.Type.TouchBegin:
            self._fingers = len(points)
            if self._fingers == 1:
                self.finger_down(first.position())
        elif self._fingers == 1 and len(points) == 1:
            self.finger_moved(first.position(), first.lastPosition())
        elif len(points) > 1:
            if self._fingers == 1:
                self.stop_drawing()
            self._fingers = max(self._fingers, len(points))
            self._pinch(points[0].position(), points[1].position())
        if event.type() is QEvent.Type.TouchEnd:
            if self._fingers == 1:
                self.finger_up(first.position())
            self._fingers, self._pair = 0, None

    def _pinch(self, one: QPointF, other: QPointF) -> None:
        """What was under the two fingers stays there."""
        before, self._pair = self._pair, (one, other)
        if before is None:
            return
        far, wide = (math.hypot((a - b).x(), (a - b).y()) for a, b in (before, (one, other)))
        self._drag((one + other) / 2 - (before[0] + before[1]) / 2)
        if far > 0 and wide > 0:
            self.zoom_by(wide / far, (one + other) / 2)

    def finger_down(self, at: QPointF) -> None:
        """One finger came down."""

    def finger_moved(self, at: QPointF, before: QPointF) -> None:
        """One finger moved, alone."""
        self._drag(at - before)

    def finger_up(self, at: QPointF) -> None:
        """One finger went up, and no other was down with it."""

    def stop_drawing(self) -> None:
        """A second finger came down: what the first one has begun was not meant."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    # Painting

    def paint_ground(self, painter: QPainter) -> None:
        """The ground, the line below, and the edge."""
        painter.fillRect(self.rect(), colour(SURROUND))
        band = QRectF(0, self.height() - BAND, self.width(), BAND)
        ink, ground = LEVELS[Level.CALM]
        painter.fillRect(band, colour(ground))
        painter.setFont(sized(self.font(), 16, QFont.Weight.Bold))
        painter.setPen(colour(ink))
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        title = painter.boundingRect(band.adjusted(14, 0, -14, 0), left, self.title)
        painter.drawText(band.adjusted(14, 0, -14, 0), left, self.title)
        room = band.adjusted(title.right() - band.left() + 18, 0, -14, 0)
        painter.setFont(fitting(self.font(), self.words, room.width()))
        words = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, left, words)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(colour(FOCUS), EDGE)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(QRectF(self.rect()).adjusted(EDGE / 2, EDGE / 2, -EDGE / 2, -EDGE / 2))

    def paint_picture(self, painter: QPainter, frame: Frame, room: QRectF) -> None:
        """The frame's scan area in its room."""
        if self._image is None or self._image[0] is not frame:
            self._image = frame, to_image(frame.pixels)
        area = self.area(frame)
        part = QRectF(area.x, area.y, area.width, area.height)
        painter.save()
        painter.setClipRect(room)
        painter.setTransform(self.to_view(frame, room), True)
        # Large pixels are shown as they are.
        smooth = self.to_view(frame, room).m22() < 4
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(part, self._image[1], part)
        painter.restore()


def fitting(font: QFont, words: str, width: float) -> QFont:
    """The font in the largest size with which the words fit into the line, or in the smallest."""
    fonts = [sized(font, size, QFont.Weight.Normal) for size in _WORDS]
    return next((one for one in fonts if QFontMetricsF(one).horizontalAdvance(words) <= width), fonts[-1])


def outline(painter: QPainter, path: QPainterPath, ink: str, style: Qt.PenStyle, width: float = 2.0) -> None:
    """A line with a dark halo, as thick as it is at any zoom."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    halo = QPen(colour(HALO, 0.7), width + 2.6)
    halo.setCosmetic(True)
    painter.strokePath(path, halo)
    pen = QPen(colour(ink), width, style)
    pen.setCosmetic(True)
    painter.strokePath(path, pen)
