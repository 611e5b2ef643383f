"""The live view: pulls the newest frame and prediction at screen rate and paints them when something is new."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.capture.source import Frame
from app.gui.layout import Cell, cells
from app.gui.overlay import OverlayPainter, OverlayStyle
from app.gui.pictures import Pictures, around, in_view
from app.gui.scan_area_tool import ScanAreaTool
from app.gui.status import ANSWERS, OverlayKind, OverlayState, Wishes, overlay_state
from app.gui.theme import HALO, SURROUND, TEXT, colour
from app.pipeline.slot import Slot
from app.pipeline.statistics import Statistics
from app.pipeline.types import Prediction, Rect

_PULL_MS = 8
"""Half of a screen's picture time: a new frame waits at most that long. Looking costs microseconds."""


class Supply(Protocol):
    """What the view needs of the pipeline."""

    frames: Slot[Frame]
    predictions: Slot[Prediction]
    statistics: Statistics

    @property
    def scan_area(self) -> Rect | None: ...


class LiveView(QWidget):
    """The picture with its overlay, kept in its aspect."""

    state_changed = Signal()
    """What is said about the overlay may have changed."""
    scan_area_drawn = Signal(object)
    """A Rect in frame pixels, or None for the whole frame."""
    scan_area_mode = Signal(bool)
    first_painted = Signal()
    """The first frame is on the screen."""

    def __init__(self, supply: Supply, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._supply = supply
        self._clock = clock
        self._pictures = Pictures()
        self._regions: tuple[Prediction, OverlayPainter] | None = None
        self._counted: Frame | None = None
        self._label_sides: dict[str, int] = {}
        self._tool: ScanAreaTool | None = None
        self.frame: Frame | None = None
        """The frame that is shown."""
        self.state = OverlayState(OverlayKind.WAITING)
        """The overlay as last painted or decided."""
        self._told: tuple[Frame | None, OverlayKind, Prediction | None] = (None, self.state.kind, None)
        self.wishes = Wishes()
        self.style_of_overlay = OverlayStyle()
        self.text = ""
        """What is said over the picture, or in its place while there is none."""
        self.first_picture: float | None = None
        """`time.time()` when the first frame was painted."""
        self.first_overlay: float | None = None
        """`time.time()` when the first prediction's answer was painted."""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 180)
        self.setAccessibleName("Live view")
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.pull)
        self._timer.start(_PULL_MS)

    # What is shown

    def stop(self) -> None:
        """Stops pulling, before the pipeline goes."""
        self._timer.stop()

    def clear(self, text: str = "") -> None:
        """Forgets the picture, as when the source changes."""
        self.frame = self._regions = None
        self._pictures.forget()
        self.text = text
        self.leave_scan_area_mode()
        self.pull()
        self.update()

    def say(self, text: str) -> None:
        """Says something over the picture until something else, or nothing, is said."""
        if text != self.text:
            self.text = text
            self.update()

    def show_as(self, wishes: Wishes | None = None, style: OverlayStyle | None = None) -> None:
        """Changes what decides about the overlay, or how it looks."""
        self.wishes = wishes or self.wishes
        self.style_of_overlay = style or self.style_of_overlay
        self.pull()
        self.update()

    def pull(self) -> None:
        """Looks for something new, and asks for painting if there is."""
        self.state = self._look()
        found = (self.frame, self.state.kind, self.state.prediction)
        # Painting looks, too: what it found must be said no less.
        if found != self._told:
            self._told = found
            self.update()
            self.state_changed.emit()

    def _look(self) -> OverlayState:
        self.frame = self._supply.frames.latest() or self.frame
        if self._tool is not None and self.wishes.overlay:
            return OverlayState(OverlayKind.DRAWING)
        return overlay_state(self.wishes, self.frame, self._supply.predictions.latest(), self._clock())

    # Where things are, in device pixels

    def shown_rect(self) -> Rect | None:
        """Where the frame with its overlay lies in the view, in device pixels; None without a frame."""
        found = self._cells()
        return found[0].picture if found else None

    def raw_rect(self) -> Rect | None:
        """Where the same frame lies once more, raw; None where there is one picture only."""
        found = self._cells()
        return found[1].picture if len(found) > 1 else None

    def _cells(self) -> list[Cell]:
        if self.frame is None:
            return []
        height, width = self.frame.pixels.shape[:2]
        # Drawing the scan area takes all the room there is.
        layout = "one" if self._tool is not None else self.style_of_overlay.layout
        return cells(layout, (width, height), self._room(), self.devicePixelRatioF())

    def _room(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)

    def _to_device(self, point: QPointF) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return point.x() * ratio, point.y() * ratio

    def _frame_to_view(self, shown: Rect, frame: Frame) -> QTransform:
        """From frame pixels to the view's own units."""
        ratio = self.devicePixelRatioF()
        height, width = frame.pixels.shape[:2]
        to_view = QTransform.fromTranslate(shown.x / ratio, shown.y / ratio)
        return to_view.scale(shown.width / width / ratio, shown.height / height / ratio)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        start = time.perf_counter()
        # Looked at again: what was asked for some milliseconds ago may be too old by now.
        self.state = self._look()
        painter = QPainter(self)
        frame, found = self.frame, self._cells()
        if frame is None or not found:
            self._paint_empty(painter)
            painter.end()
            return
        self._pictures.paint(painter, frame, found, QRectF(self.rect()), self.devicePixelRatioF())
        if not self.wishes.signal:
            for cell in found:
                painter.fillRect(in_view(cell.picture, self.devicePixelRatioF()), colour(SURROUND, 0.6))
        to_view = self._frame_to_view(found[0].picture, frame)
        if self._tool is not None:
            self._paint_tool(painter, to_view, self._tool)
        else:
            self._paint_scan_area(painter, to_view, frame)
            self._paint_overlay(painter, to_view, frame, found[0])
            if self.text:
                self._paint_chip(painter, self.text)
        painter.end()
        self._count(frame, (time.perf_counter() - start) * 1000)

    def _paint_empty(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), colour(SURROUND))
        painter.setPen(colour(TEXT))
        painter.setFont(self._font(16))
        room = self.rect().adjusted(48, 48, -48, -48)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.text)

    def _paint_overlay(self, painter: QPainter, to_view: QTransform, frame: Frame, cell: Cell) -> None:
        prediction, style, ratio = self.state.prediction, self.style_of_overlay, self.devicePixelRatioF()
        regions, mapping, boxes = None, to_view, list[QRectF]()
        if prediction is not None and prediction.regions:
            if self._regions is None or self._regions[0] is not prediction:
                self._regions = (prediction, OverlayPainter(prediction.regions))
            regions = self._regions[1]
            mapping = QTransform.fromTranslate(prediction.scan_area.x, prediction.scan_area.y) * to_view
            boxes = regions.boxes(mapping)
            if style.spotlight and prediction.region is not None:
                regions.paint_spotlight(painter, mapping, in_view(cell.picture, ratio))
            regions.paint(painter, mapping, style)
        taken = [] if style.layout != "corner" else self._paint_small(painter, frame, boxes)
        room = in_view(cell.room, ratio)
        if regions is not None:
            regions.paint_labels(painter, mapping, room.adjusted(8, 8, -8, -8), self._label_sides, taken)
        if words := ANSWERS.get(self.state.kind):
            self._paint_chip(painter, words, room, bottom=True)

    def _paint_small(self, painter: QPainter, frame: Frame, regions: list[QRectF]) -> list[QRectF]:
        """The raw scan in a corner; the raw picture needs none. Where it stands."""
        if self.wishes.raw_held:
            return []
        height, width = frame.pixels.shape[:2]
        area = (self._supply.scan_area or Rect(0, 0, width, height)).within(width, height)
        place = self._pictures.place_small(frame, area, self._room(), regions, self.devicePixelRatioF())
        self._pictures.paint_small(painter, place)
        return [place]

    def _paint_scan_area(self, painter: QPainter, to_view: QTransform, frame: Frame) -> None:
        area = self._supply.scan_area
        height, width = frame.pixels.shape[:2]
        if area is None or area.within(width, height) == Rect(0, 0, width, height):
            return
        self._frame_line(painter, to_view.mapRect(_rectf(area.within(width, height))), 0.45)

    def _paint_tool(self, painter: QPainter, to_view: QTransform, tool: ScanAreaTool) -> None:
        draft = to_view.mapRect(_rectf(tool.area))
        for edge in around(to_view.mapRect(QRectF(0, 0, *tool.frame)), draft):
            painter.fillRect(edge, colour(HALO, 0.55))
        self._frame_line(painter, draft, 1.0)
        size = f"{tool.area.width} × {tool.area.height}"
        self._paint_chip(
            painter,
            f"Scan area {size} · drag round the ultrasound picture, or use the arrow keys (Shift sizes) · "
            "Enter sets · double click takes the whole frame · Esc leaves",
        )

    def _frame_line(self, painter: QPainter, area: QRectF, alpha: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for name, width in ((HALO, 3.0), (TEXT, 1.0)):
            painter.setPen(QPen(colour(name, alpha), width))
            painter.drawRect(area)

    def _paint_chip(self, painter: QPainter, text: str, room: QRectF | None = None, bottom: bool = False) -> None:
        """A line of text on dark ground at the upper or lower edge of `room`, which is the whole view at first."""
        room = QRectF(self.rect()) if room is None else room
        font = self._font(16)
        box = QFontMetrics(font).boundingRect(
            QRect(0, 0, max(round(room.width()) - 60, 100), round(room.height())),
            int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap),
            text,
        )
        area = QRectF(0, 0, box.width() + 28, box.height() + 14)
        top = room.bottom() - 12 - area.height() if bottom else room.top() + 12
        area.moveTo(room.center().x() - area.width() / 2, top)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(HALO, 0.72))
        painter.drawRoundedRect(area, 8, 8)
        painter.setFont(font)
        painter.setPen(colour(TEXT))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), text)

    def _font(self, pixels: int) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(pixels)
        return font

    def _count(self, frame: Frame, paint_ms: float) -> None:
        """Tells the statistics of a frame's first painting."""
        if self.first_picture is None:
            self.first_picture = time.time()
            self.first_painted.emit()
        if self.first_overlay is None and self.state.kind in ANSWERS:
            self.first_overlay = time.time()
        if frame is not self._counted:
            self._counted = frame
            shown = self.state.kind in ANSWERS
            self._supply.statistics.painted(frame, self.state.age_ms if shown else None)
            self._supply.statistics.timed({"paint": paint_ms})

    # The scan area

    @property
    def in_scan_area_mode(self) -> bool:
        return self._tool is not None

    def enter_scan_area_mode(self) -> None:
        """The next drag draws the scan area; nothing happens without a picture."""
        if self.frame is None or self._tool is not None:
            return
        height, width = self.frame.pixels.shape[:2]
        area = self._supply.scan_area or Rect(0, 0, width, height)
        self._tool = ScanAreaTool((width, height), area.within(width, height))
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocus()
        self.update()
        self.scan_area_mode.emit(True)

    def leave_scan_area_mode(self) -> None:
        """Leaves the scan area as it was."""
        if self._tool is None:
            return
        self._tool = None
        self.unsetCursor()
        self.update()
        self.scan_area_mode.emit(False)

    def _finish(self, area: Rect | None) -> None:
        self.leave_scan_area_mode()
        self.scan_area_drawn.emit(area)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._tool is not None and event.button() is Qt.MouseButton.LeftButton:
            self._tool.press(self._to_device(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        shown = self.shown_rect()
        if self._tool is not None and shown is not None:
            self._tool.move(self._to_device(event.position()), shown)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        shown = self.shown_rect()
        if self._tool is None or shown is None:
            return
        area = self._tool.release(self._to_device(event.position()), shown)
        if area is not None:
            self._finish(area)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # Only while drawing: a slip on the picture must not throw a scan area away.
        if self._tool is not None:
            self._finish(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._tool is None:
            super().keyPressEvent(event)
            return
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish(self._tool.area)
        elif self._tool.nudge(key, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)):
            self.update()
        else:
            super().keyPressEvent(event)


def _rectf(area: Rect) -> QRectF:
    return QRectF(area.x, area.y, area.width, area.height)
