"""The picture while a mask is corrected by hand: the mask, where it comes from, the tool, and what they do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QPolygonF,
    QTransform,
)

from app.capture.source import Frame
from app.gui.correct_tools import BrushTool, PolygonTool
from app.gui.live_view import LiveView
from app.gui.mask_paths import path_of, to_path
from app.gui.scan_area_tool import STEPS
from app.gui.study_view import StudyView, outline
from app.gui.theme import HALO, TARGET, TEXT, colour
from app.gui.tool_painting import paint_words
from app.gui.words import tr
from app.pipeline.types import Rect
from app.trainer.corrections import Correction
from app.trainer.shapes import Mask, Point
from model.structures import BLOCK_REGION

TOOLS = ("polygon", "brush", "eraser")
_REACH = 10.0
"""For a mouse or a pen, in the view's units; a finger reaches farther."""
_HANDLE = 9.0
_FILL = 0.28


@dataclass(frozen=True, eq=False)
class Scene:
    """What there is to show of a frame."""

    correction: Correction | None = None
    guess: Mask | None = None
    """The model's mask bool (height, width), where it has answered."""
    ready: bool = False
    """Whether corrections can be made."""


class CorrectView(StudyView):
    """Emits `edited` for each change; what is then known of the frame comes back by `show_scene`."""

    edited = Signal(object, object)
    """The frame, and its mask bool (height, width)."""
    pressed_while_playing = Signal()

    def __init__(self, live: LiveView, scan_area: Callable[[], Rect | None], playing: Callable[[], bool]) -> None:
        super().__init__(live, scan_area)
        self.title = tr("CORRECTING BY HAND")
        self.setAccessibleName(self.title)
        self._playing = playing
        self.polygon = PolygonTool()
        self.brush, self.eraser = BrushTool(paints=True), BrushTool(paints=False)
        self.tool: PolygonTool | BrushTool = self.polygon
        self.cursor_at: Point | None = None
        """Where the mouse, or the arrow keys, are in the frame."""
        self._of: Frame | None = None
        self._scene = Scene()
        self._path = QPainterPath()
        self._guess = QPainterPath()

    # What is shown

    def show_scene(self, frame: Frame | None, scene: Scene) -> None:
        """Shows what is known of a frame; an outline that was begun on another one is taken as it is."""
        if frame is not self._of:
            self.finish()
            self.polygon.chosen = None
        if frame is self._of and scene.correction is self._scene.correction and scene.ready == self._scene.ready:
            if scene.guess is not self._scene.guess:
                self._scene, self._guess = scene, _path(scene.guess)
                self.update()
            return
        self._of, self._scene = frame, scene
        self._guess = _path(scene.guess)
        if frame is not None:
            mask = self.own_mask
            self._path = path_of(mask)
            for tool in (self.polygon, self.brush, self.eraser):
                tool.load(mask)
        self.update()

    @property
    def has_own(self) -> bool:
        """Whether the frame has a mask by hand."""
        return self._scene.correction is not None

    @property
    def own_mask(self) -> Mask:
        """The frame's corrected mask; empty where there is none yet."""
        if self._scene.correction is not None:
            return self._scene.correction.mask()
        assert self._of is not None
        return nothing(self._of)

    def use(self, name: str) -> None:
        """Takes another one of the `TOOLS`."""
        self.finish()
        tools: dict[str, PolygonTool | BrushTool] = {
            "polygon": self.polygon,
            "brush": self.brush,
            "eraser": self.eraser,
        }
        self.tool = tools[name]
        self.update()

    def resize_brush(self, steps: int) -> None:
        """A larger (1) or smaller (-1) brush; the eraser has the same."""
        self.brush.resize(steps)
        self.eraser.radius = self.brush.radius
        self.update()

    def finish(self) -> None:
        """Takes what is begun as it is, or throws it away where it is nothing yet."""
        self._emit(self.tool.accept())
        self.tool.cancel()

    def _emit(self, mask: Mask | None) -> None:
        if mask is not None and self._of is not None:
            self.edited.emit(self._of, mask)
        self.update()

    # Mouse, finger, pen

    def _point(self, at: QPointF) -> Point | None:
        if self._of is None:
            return None
        found = self.to_view(self._of, self.rooms()[0]).inverted()[0].map(at)
        height, width = self._of.pixels.shape[:2]
        return min(max(found.x(), 0.0), float(width)), min(max(found.y(), 0.0), float(height))

    def _reach(self, finger: bool = False) -> float:
        """How far from a point it is taken, in frame pixels."""
        assert self._of is not None
        return (TARGET / 2 if finger else _REACH) / self.to_view(self._of, self.rooms()[0]).m22()

    def _down(self, at: QPointF, finger: bool = False, other_end: bool = False) -> None:
        """The tool comes down; `other_end`: the eraser of a pen."""
        point = self._point(at)
        if self._playing():
            self.pressed_while_playing.emit()
        elif point is not None and self._scene.ready:
            self.cursor_at = point
            if isinstance(self.tool, BrushTool):
                self.tool.press(point, self._reach(finger), other_end)
            else:
                self._emit(self.tool.press(point, self._reach(finger)))
            self.update()

    def _moved_to(self, at: QPointF) -> None:
        self.cursor_at = point = self._point(at)
        if point is not None:
            self.tool.move(point)
        self.update()

    def _up(self, at: QPointF) -> None:
        point = self._point(at)
        if point is not None:
            self._emit(self.tool.release(point))

    def pans(self, event: QMouseEvent) -> bool:
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() is Qt.MouseButton.LeftButton
        if left:
            self._down(event.position(), other_end=event.pointerType() is QPointingDevice.PointerType.Eraser)
        elif event.button() is Qt.MouseButton.RightButton and isinstance(self.tool, PolygonTool):
            point = self._point(event.position())
            if point is not None and not self._playing() and self._scene.ready:
                self._emit(self.tool.delete(point, self._reach()))
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if isinstance(self.tool, PolygonTool) and self.tool.open and event.button() is Qt.MouseButton.LeftButton:
            self._emit(self.tool.accept())
        else:
            self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._moved_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self._up(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self.cursor_at = None
        self.update()

    def finger_down(self, at: QPointF) -> None:
        self._down(at, finger=True)

    def finger_moved(self, at: QPointF, before: QPointF) -> None:
        self._moved_to(at)

    def finger_up(self, at: QPointF) -> None:
        self._up(at)

    def stop_drawing(self) -> None:
        self.tool.take_back()
        self.update()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if not self._scene.ready:
            event.ignore()
        elif key in STEPS and modifiers & Qt.KeyboardModifier.AltModifier:
            self._move_cursor(key, 10 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._press_key(bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and isinstance(self.tool, PolygonTool):
            self._emit(self.tool.delete())
        else:
            event.ignore()

    def _move_cursor(self, key: Qt.Key, far: int) -> None:
        if self._of is None:
            return
        area = self.area(self._of)
        x, y = self.cursor_at or (area.x + area.width / 2, area.y + area.height / 2)
        across, down = STEPS[key]
        x = min(max(x + (-across if self.mirrored else across) * far, area.x), area.x + area.width)
        self.cursor_at = x, min(max(y + down * far, area.y), area.y + area.height)
        if isinstance(self.tool, PolygonTool) and self.tool.chosen is not None and not self.tool.open:
            # The point that was touched last goes along.
            ring, place = self.tool.chosen
            at = self.tool.rings[ring].points[place]
            self.tool.press(at, 0.1)
            self.cursor_at = at[0] + (-across if self.mirrored else across) * far, at[1] + down * far
            self._emit(self.tool.release(self.cursor_at))
        self.update()

    def _press_key(self, closes: bool) -> None:
        """Enter does at the cursor what a click does; with Shift it closes the outline."""
        if closes:
            self._emit(self.tool.accept())
        elif self.cursor_at is not None and self._of is not None:
            self._emit(self.tool.press(self.cursor_at, self._reach()))
            self._emit(self.tool.release(self.cursor_at))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_ground(painter)
        frame = self._of
        if frame is None:
            painter.end()
            return
        room = self.rooms()[0]
        self.paint_picture(painter, frame, room)
        painter.setClipRect(room)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        to_view = self.to_view(frame, room)
        if not self.raw:
            self.paint_answer(painter, to_view)
        paint_words(painter, room, self.answer_words(), self.font(), bottom=True)
        painter.end()

    def paint_answer(self, painter: QPainter, to_view: QTransform) -> None:
        """What is drawn, and the tool."""
        self.paint_masks(painter, to_view)
        if isinstance(self.tool, PolygonTool):
            self._paint_points(painter, to_view, self.tool)
        self._paint_cursor(painter, to_view)

    def answer_words(self) -> str:
        """What there is to say where no mask tells it."""
        correction = self._scene.correction
        if correction is not None and correction.empty:
            return tr("No region in this frame")
        if correction is None and self._scene.guess is not None and self._guess.isEmpty():
            return tr("The model finds no region in this frame")
        return ""

    def paint_masks(self, painter: QPainter, to_view: QTransform) -> None:
        """The mask by hand, and the model's."""
        correction, ink = self._scene.correction, BLOCK_REGION.hex
        path = self._path
        if isinstance(self.tool, BrushTool) and self.tool.drawing:
            path = path_of(self.tool.mask)
        elif isinstance(self.tool, PolygonTool) and self.tool.rings:
            path = to_path([np.array(ring.points) for ring in self.tool.rings])
        if correction is None and self._guess is not None:
            outline(painter, to_view.map(self._guess), TEXT, Qt.PenStyle.DotLine)
        shown = to_view.map(path)
        painter.fillPath(shown, colour(ink, _FILL))
        by_hand = correction is None or correction.by_hand
        outline(painter, shown, ink, Qt.PenStyle.SolidLine if by_hand else Qt.PenStyle.DashLine)

    def _paint_points(self, painter: QPainter, to_view: QTransform, tool: PolygonTool) -> None:
        if tool.open:
            line = [to_view.map(QPointF(*point)) for point in tool.open]
            if self.cursor_at is not None:
                line.append(to_view.map(QPointF(*self.cursor_at)))
            path = QPainterPath()
            path.addPolygon(QPolygonF(line))
            outline(painter, path, BLOCK_REGION.hex, Qt.PenStyle.SolidLine)
        painter.setPen(QPen(colour(HALO), 1.5))
        for number, ring in enumerate(tool.rings):
            for place, point in enumerate(ring.points):
                self._paint_handle(painter, to_view.map(QPointF(*point)), tool.chosen == (number, place))
        for place, point in enumerate(tool.open):
            # The first one is larger: there the outline is closed.
            self._paint_handle(painter, to_view.map(QPointF(*point)), place == 0)

    def _paint_handle(self, painter: QPainter, at: QPointF, large: bool) -> None:
        side = _HANDLE * (1.6 if large else 1.0)
        painter.setBrush(colour(TEXT if large else BLOCK_REGION.hex))
        painter.drawRect(QRectF(at.x() - side / 2, at.y() - side / 2, side, side))

    def _paint_cursor(self, painter: QPainter, to_view: QTransform) -> None:
        """The brush's circle, or a cross where the keys are."""
        if self.cursor_at is None:
            return
        at = to_view.map(QPointF(*self.cursor_at))
        path = QPainterPath()
        if isinstance(self.tool, BrushTool):
            radius = self.tool.radius * to_view.m22()
            path.addEllipse(at, radius, radius)
            style = Qt.PenStyle.SolidLine if self.tool.paints else Qt.PenStyle.DashLine
            outline(painter, path, TEXT, style, 1.5)
        else:
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                path.moveTo(at + QPointF(x, y) * 4)
                path.lineTo(at + QPointF(x, y) * 12)
            outline(painter, path, TEXT, Qt.PenStyle.SolidLine, 1.2)


def _path(mask: Mask | None) -> QPainterPath:
    return path_of(mask) if mask is not None else QPainterPath()


def nothing(frame: Frame) -> Mask:
    """The mask of a frame without the region."""
    return np.zeros(frame.pixels.shape[:2], np.bool_)
