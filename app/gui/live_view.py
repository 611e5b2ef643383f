"""The live view: pulls the newest frame and prediction at screen rate and paints them when something is new."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.capture.source import Frame
from app.gui.geometry import Point, to_frame
from app.gui.layout import Cell, cells
from app.gui.marks import Marks, mark_boxes, paint_marks
from app.gui.overlay import OverlayPainter, OverlayStyle
from app.gui.overlays import Look, Overlays, to_view_of
from app.gui.pictures import Pictures, Wish, in_view
from app.gui.scale_tool import ScaleTool
from app.gui.scan_area_tool import ScanAreaTool
from app.gui.status import ANSWERS, OverlayKind, OverlayState, Wishes, overlay_state
from app.gui.theme import SURROUND, TARGET, TEXT, colour, sized
from app.gui.tool_painting import frame_line, paint_tool, paint_words, rectf
from app.gui.words import tr
from app.options import Layout
from app.pipeline.freshness import HIDE_MS
from app.pipeline.slot import Slot
from app.pipeline.statistics import Statistics
from app.pipeline.types import Prediction, Rect

HEIGHT, LEAST_HEIGHT = 180, 110
"""What a picture needs, and what it is left with where the screen is too low for all else."""
_OTHER_WAY = {Qt.Key.Key_Left: Qt.Key.Key_Right, Qt.Key.Key_Right: Qt.Key.Key_Left}


class Supply(Protocol):
    """What the view needs of the pipeline."""

    frames: Slot[Frame]
    predictions: Slot[Prediction]
    statistics: Statistics
    prepare: Callable[[Frame], None]
    """Called with each frame before it is put."""
    prepare_overlay: Callable[[Prediction], None]
    """The same of predictions."""

    @property
    def scan_area(self) -> Rect | None: ...


class LiveView(QWidget):
    """The picture with its overlay, kept in its aspect."""

    state_changed = Signal()
    """What is said about the overlay may have changed."""
    scan_area_drawn = Signal(object)
    """A Rect in frame pixels, or None for the whole frame."""
    frame_sized = Signal(int, int)
    """Width and height of the frames, pixels, where they are not those of the frames before."""
    mode_changed = Signal()
    """A tool was taken, or put away."""
    tool_moved = Signal()
    """What the tool draws has changed."""
    full_screen_asked = Signal()
    """The picture was double-clicked."""
    first_painted = Signal()
    """The first frame is on the screen."""
    _newer = Signal()
    """Something was put, by any thread."""

    def __init__(self, supply: Supply, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._supply = supply
        self._clock = clock
        self._pictures = Pictures()
        self._overlays = Overlays()
        self._counted: Frame | None = None
        self._sized: tuple[int, int] | None = None
        self.frame: Frame | None = None
        """The frame that is shown."""
        self.tool: ScanAreaTool | ScaleTool | None = None
        """What the mouse and the arrow keys do now, if anything."""
        self.state = OverlayState(OverlayKind.WAITING)
        """The overlay as last painted or decided."""
        self._told: tuple[Frame | None, OverlayKind, Prediction | None] = (None, self.state.kind, None)
        self.wishes = Wishes()
        self.style_of_overlay = OverlayStyle()
        self.marks = Marks()
        self._covered = 0
        self.text = ""
        """What is said over the picture, or in its place while there is none."""
        self.first_picture: float | None = None
        """`time.time()` when the first frame was painted."""
        self.first_overlay: float | None = None
        """`time.time()` when the first prediction's answer was painted."""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, HEIGHT)
        self.setAccessibleName(tr("Live view"))
        self._too_old = QTimer(self)
        self._too_old.setTimerType(Qt.TimerType.PreciseTimer)
        self._too_old.setSingleShot(True)
        self._too_old.timeout.connect(self.pull)
        self._newer.connect(self.pull, Qt.ConnectionType.QueuedConnection)
        supply.prepare, supply.prepare_overlay = self._prepare, self._prepare_overlay
        supply.frames.watch(self._newer.emit)
        supply.predictions.watch(self._newer.emit)

    # What is shown

    def stop(self) -> None:
        """Looks for nothing any more, before the pipeline goes."""
        self._supply.prepare = lambda _: None
        self._supply.prepare_overlay = lambda _: None
        self._supply.frames.watch(None)
        self._supply.predictions.watch(None)
        self._too_old.stop()

    def clear(self, text: str = "") -> None:
        """Forgets the picture, as when the source changes."""
        self.frame = self._sized = None
        self._pictures.forget()
        self._overlays.forget()
        self.text = text
        self.leave_mode()
        self.pull()
        self.update()

    def keep_off(self, bottom: int) -> None:
        """Something covers the upper edge down to `bottom`; 0: nothing does."""
        self._covered = bottom
        self.update()

    def say(self, text: str) -> None:
        """Says something over the picture until something else, or nothing, is said."""
        if text != self.text:
            self.text = text
            self.update()

    def show_as(
        self, wishes: Wishes | None = None, style: OverlayStyle | None = None, marks: Marks | None = None
    ) -> None:
        """Changes what decides about the overlay, how it looks, or what is known of the picture."""
        self.wishes = wishes or self.wishes
        self.style_of_overlay = style or self.style_of_overlay
        self.marks = marks or self.marks
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
        self._watch_size()
        self._watch_age()

    def _watch_age(self) -> None:
        """Looks again when the overlay is too old, should nothing come until then."""
        state = self.state
        if state.prediction is None or state.age_ms is None or state.same_frame:
            self._too_old.stop()
        else:
            self._too_old.start(max(math.ceil(HIDE_MS - state.age_ms), 0) + 1)

    # What is made ready before it is published, in the threads that publish it

    def _prepare(self, frame: Frame) -> None:
        start = time.perf_counter()
        self._pictures.prepare(frame)
        self._supply.statistics.timed({"scale": (time.perf_counter() - start) * 1000})

    def _prepare_overlay(self, prediction: Prediction) -> None:
        start = time.perf_counter()
        self._overlays.prepare(prediction)
        self._supply.statistics.timed({"draw overlay": (time.perf_counter() - start) * 1000})

    def _watch_size(self) -> None:
        """Says how large the frames are: what is known of the picture goes by that."""
        if self.frame is None:
            return
        height, width = self.frame.pixels.shape[:2]
        if self._sized != (width, height):
            self._sized = width, height
            self.leave_mode()
            self.frame_sized.emit(width, height)

    def _look(self) -> OverlayState:
        self._pictures.want(Wish(self._layout, self._room(), self.devicePixelRatioF(), self.marks.mirrored))
        self.frame = self._supply.frames.latest() or self.frame
        if self.tool is not None and self.wishes.overlay:
            return OverlayState(self.tool.hides)
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
        return cells(self._layout, (width, height), self._room(), self.devicePixelRatioF())

    @property
    def _layout(self) -> Layout:
        """A tool takes all the room there is."""
        return "one" if self.tool is not None else self.style_of_overlay.layout

    def _room(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)

    def _to_frame(self, point: QPointF, shown: Rect, frame: tuple[int, int]) -> Point:
        """A point of the view to pixels of a frame (width, height), kept inside it."""
        ratio = self.devicePixelRatioF()
        x, y = point.x() * ratio, point.y() * ratio
        if self.marks.mirrored:
            x = 2 * shown.x + shown.width - x
        return to_frame((x, y), shown, frame)

    def _frame_to_view(self, shown: Rect, frame: Frame) -> QTransform:
        """From frame pixels to the view's own units."""
        ratio = self.devicePixelRatioF()
        height, width = frame.pixels.shape[:2]
        across, down = shown.width / width / ratio, shown.height / height / ratio
        if self.marks.mirrored:
            return QTransform.fromTranslate((shown.x + shown.width) / ratio, shown.y / ratio).scale(-across, down)
        return QTransform.fromTranslate(shown.x / ratio, shown.y / ratio).scale(across, down)

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
        self._pictures.paint(painter, frame, found, QRectF(self.rect()), self.devicePixelRatioF(), self.marks.mirrored)
        if not self.wishes.signal:
            for cell in found:
                painter.fillRect(in_view(cell.picture, self.devicePixelRatioF()), colour(SURROUND, 0.6))
        to_view = self._frame_to_view(found[0].picture, frame)
        if self.tool is not None:
            paint_tool(painter, to_view, self.tool)
        else:
            area, on_screen, marks = self._known_marks(to_view, frame)
            font = sized(self.font(), 14)
            self._paint_edge(painter, area, on_screen, frame)
            # Only the small picture in a corner makes room for them.
            in_corner = self.style_of_overlay.layout == "corner"
            taken = mark_boxes(on_screen, marks, font) if in_corner else []
            self._paint_overlay(painter, to_view, frame, found[0], taken)
            # Over the overlay: a spotlight must not dim them.
            paint_marks(painter, on_screen, area, marks, font)
            paint_words(painter, QRectF(self.rect()).adjusted(0, self._covered, 0, 0), self.text, self.font())
        painter.end()
        self._count(frame, (time.perf_counter() - start) * 1000)

    def _paint_empty(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), colour(SURROUND))
        painter.setPen(colour(TEXT))
        painter.setFont(sized(self.font(), 16))
        room = self.rect().adjusted(48, 48, -48, -48)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.text)

    def _paint_overlay(
        self, painter: QPainter, to_view: QTransform, frame: Frame, cell: Cell, taken: list[QRectF]
    ) -> None:
        """The regions, the small picture, off what is `taken` besides, and the answer where there is no region."""
        prediction, style, ratio = self.state.prediction, self.style_of_overlay, self.devicePixelRatioF()
        room, in_corner = in_view(cell.room, ratio), style.layout == "corner"
        look = Look(style, to_view, room, ratio, self.font())
        # Where the small picture stands depends on the regions, and where their labels stand, on the small picture.
        self._overlays.want(look if self.wishes.overlay and not in_corner else None)
        regions = prediction.regions if prediction is not None else ()
        small = self._place_small(frame, prediction, look, taken) if in_corner else None
        if prediction is not None and regions:
            drawn = self._overlays.of(prediction, look if small is None else replace(look, taken=(small,)))
            if style.spotlight and prediction.region is not None:
                drawn.regions.paint_spotlight(painter, drawn.to_view, in_view(cell.picture, ratio))
            painter.drawImage(drawn.place, drawn.image)
        if small is not None:
            self._pictures.paint_small(painter, small)
        # Of two pictures, each has a caption below it.
        place = in_view(cell.picture, ratio) if style.layout == "two" else room
        paint_words(painter, place, tr(ANSWERS.get(self.state.kind, "")), self.font(), bottom=True)

    def _place_small(
        self, frame: Frame, prediction: Prediction | None, look: Look, taken: list[QRectF]
    ) -> QRectF | None:
        """Where the raw scan stands in a corner, off the regions and the marks; None where all of it is raw."""
        if self.wishes.raw_held:
            return None
        boxes = taken
        if prediction is not None:
            boxes = [*taken, *OverlayPainter(prediction.regions).boxes(to_view_of(prediction, look))]
        area = Rect.in_frame(self._supply.scan_area, frame.pixels.shape)
        return self._pictures.place_small(frame, area, self._room(), boxes, look.ratio, self.marks.mirrored)

    def _known_marks(self, to_view: QTransform, frame: Frame) -> tuple[Rect, QRectF, Marks]:
        """The scan area in the frame and in the view, and what is known of the picture in it."""
        height, width = frame.pixels.shape[:2]
        area = Rect.in_frame(self._supply.scan_area, frame.pixels.shape)
        marks = self.marks
        if marks.scale is not None and marks.scale.frame != (width, height):
            marks = replace(marks, scale=None)
        return area, to_view.mapRect(rectf(area)), marks

    def _paint_edge(self, painter: QPainter, area: Rect, on_screen: QRectF, frame: Frame) -> None:
        height, width = frame.pixels.shape[:2]
        if area != Rect(0, 0, width, height):
            frame_line(painter, on_screen, 0.45)

    def _count(self, frame: Frame, paint_ms: float) -> None:
        """Tells the statistics how long painting took, and of a frame's first painting."""
        self._supply.statistics.timed({"paint": paint_ms})
        if self.first_picture is None:
            self.first_picture = time.time()
            self.first_painted.emit()
        if self.first_overlay is None and self.state.kind in ANSWERS:
            self.first_overlay = time.time()
        if frame is not self._counted:
            self._counted = frame
            shown = self.state.kind in ANSWERS
            self._supply.statistics.painted(frame, self.state.age_ms if shown else None)

    # Tools

    def enter_scan_area_mode(self) -> None:
        """The next drag draws or corrects the scan area; nothing happens without a picture."""
        if self.frame is not None:
            height, width = self.frame.pixels.shape[:2]
            area = Rect.in_frame(self._supply.scan_area, self.frame.pixels.shape)
            self._enter(ScanAreaTool((width, height), area))

    def enter_scale_mode(self) -> None:
        """The next two clicks mark ticks of the machine's scale; nothing happens without a picture."""
        if self.frame is not None:
            height, width = self.frame.pixels.shape[:2]
            self._enter(ScaleTool((width, height)))

    def _enter(self, tool: ScanAreaTool | ScaleTool) -> None:
        self.tool = tool
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocus()
        self.update()
        self.mode_changed.emit()

    def leave_mode(self) -> None:
        """Puts the tool away; scan area and scale stay as they were."""
        if self.tool is None:
            return
        self.tool = None
        self.unsetCursor()
        self.setFocus()
        self.update()
        self.mode_changed.emit()

    def accept(self) -> None:
        """What the tool has so far is wanted."""
        if self.tool is not None:
            self.tool.accept()
            self._settle()

    def _settle(self) -> None:
        """The tool was used."""
        self.update()
        if isinstance(self.tool, ScanAreaTool) and self.tool.done:
            self._finish(self.tool.area)
        else:
            self.tool_moved.emit()

    def _finish(self, area: Rect | None) -> None:
        self.leave_mode()
        self.scan_area_drawn.emit(area)

    def _at(self, event: QMouseEvent) -> Point | None:
        """Where in the frame the mouse is."""
        shown = self.shown_rect()
        if shown is None or self.tool is None:
            return None
        return self._to_frame(event.position(), shown, self.tool.frame)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point, shown = self._at(event), self.shown_rect()
        if self.tool is None or shown is None or point is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        reach = TARGET / 2 * self.devicePixelRatioF() * self.tool.frame[0] / shown.width
        self.tool.press(point, reach)
        self._settle()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = self._at(event)
        if self.tool is not None and point is not None:
            self.tool.move(point)
            self._settle()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        point = self._at(event)
        if self.tool is not None and point is not None:
            self.tool.release(point)
            self._settle()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # Only while drawing: a slip on the picture must not throw a scan area away.
        if isinstance(self.tool, ScanAreaTool):
            self._finish(None)
        elif self.tool is not None:
            self.mousePressEvent(event)
        elif event.button() is Qt.MouseButton.LeftButton:
            self.full_screen_asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.tool is None:
            super().keyPressEvent(event)
            return
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        elif self.tool.nudge(self._as_in_frame(key), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)):
            self._settle()
        else:
            super().keyPressEvent(event)

    def _as_in_frame(self, key: Qt.Key) -> Qt.Key:
        """The arrow key that moves in the frame where this one points on the screen."""
        return _OTHER_WAY.get(key, key) if self.marks.mirrored else key
