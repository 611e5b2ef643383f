"""Two answers about one frame: side by side with one zoom, or where they differ, told by pattern and line."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPaintEvent, QPen, QTransform

from app.capture.source import Frame
from app.gui.live_view import LiveView
from app.gui.mask_paths import path_of
from app.gui.study_view import StudyView, outline
from app.gui.theme import HALO, QUIET, TEXT, colour, sized
from app.gui.tool_painting import paint_words
from app.gui.words import tr
from app.pipeline.types import Rect
from app.trainer.compare import Verdict
from app.trainer.corrections import Correction
from app.trainer.sides import difference

A, B, BOTH = "#f0e442", "#cc79a7", "#ffffff"
"""Yellow and reddish purple of Okabe and Ito's palette, which colour-blind people tell apart, and white."""
LINES = {A: Qt.PenStyle.SolidLine, B: Qt.PenStyle.DashLine}
PATTERNS = {A: Qt.BrushStyle.BDiagPattern, B: Qt.BrushStyle.FDiagPattern, BOTH: Qt.BrushStyle.Dense6Pattern}
CAPTION = 28
_GAP = 8


class CompareView(StudyView):
    """Shows the verdict on the live view's frame."""

    def __init__(self, live: LiveView, scan_area: Callable[[], Rect | None]) -> None:
        super().__init__(live, scan_area)
        self.title = tr("COMPARING")
        self.setAccessibleName(self.title)
        self.differs = False
        """Whether the difference is shown, in one picture."""
        self.names = ("", "")
        self._verdict: Verdict | None = None
        self._paths: dict[str, QPainterPath] = {}

    def show_verdict(self, verdict: Verdict | None) -> None:
        """What is known of the frame; None: nothing yet."""
        if verdict is not self._verdict:
            self._verdict, self._paths = verdict, {} if verdict is None else paths_of(verdict)
            self.update()

    def rooms(self) -> list[QRectF]:
        whole = super().rooms()[0].adjusted(0, 0, 0, -CAPTION)
        if self.differs:
            return [whole]
        wide = (whole.width() - _GAP) / 2
        return [QRectF(whole.left() + place * (wide + _GAP), whole.top(), wide, whole.height()) for place in (0, 1)]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_ground(painter)
        frame = self.frame
        if frame is not None:
            for place, room in enumerate(self.rooms()):
                self.paint_picture(painter, frame, room)
                painter.save()
                painter.setClipRect(room)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._paint_answers(painter, frame, room, place)
                painter.restore()
            self._paint_captions(painter)
        painter.end()

    def _paint_answers(self, painter: QPainter, frame: Frame, room: QRectF, place: int) -> None:
        verdict = self._verdict
        if verdict is None:
            paint_words(painter, room, tr("Not compared yet"), self.font(), bottom=True)
            return
        if not self.raw:
            to_view = self.to_view(frame, room)
            if self.differs:
                self._paint_difference(painter, to_view)
            else:
                ink, name = ((A, "a"), (B, "b"))[place]
                outline(painter, to_view.map(self._paths.get(name, QPainterPath())), ink, LINES[ink], 2.4)
        words = words_of(verdict) if self.differs else _answer((verdict.a, verdict.b)[place])
        paint_words(painter, room, words, self.font(), bottom=True)

    def _paint_difference(self, painter: QPainter, to_view: QTransform) -> None:
        for name, ink in (("both", BOTH), ("a only", A), ("b only", B)):
            path = to_view.map(self._paths.get(name, QPainterPath()))
            painter.fillPath(path, colour(HALO, 0.35 if ink != BOTH else 0.0))
            painter.fillPath(path, pattern(ink))
        for name, ink in (("a", A), ("b", B)):
            outline(painter, to_view.map(self._paths.get(name, QPainterPath())), ink, LINES[ink])

    def _paint_captions(self, painter: QPainter) -> None:
        painter.setFont(sized(self.font(), 14))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rooms = self.rooms()
        if not self.differs:
            for room, letter, name, ink in zip(rooms, "AB", self.names, (A, B), strict=True):
                line = QRectF(room.left(), room.bottom(), room.width(), CAPTION)
                paint_legend(painter, line, [(f"{letter}: {name}", ink, False)])
            return
        line = QRectF(rooms[0].left(), rooms[0].bottom(), rooms[0].width(), CAPTION)
        entries = [(tr("A only"), A, True), (tr("B only"), B, True), (tr("Both"), BOTH, True)]
        entries += [(f"A: {self.names[0]}", A, False), (f"B: {self.names[1]}", B, False)]
        paint_legend(painter, line, entries)


def pattern(ink: str) -> QBrush:
    """What an area of that ink is filled with."""
    return QBrush(QColor(ink), PATTERNS[ink])


def paint_legend(painter: QPainter, line: QRectF, entries: list[tuple[str, str, bool]]) -> None:
    """Swatches with words in the middle of a line: a pattern where it is filled so, else a piece of line."""
    metrics = painter.fontMetrics()
    widths = [metrics.horizontalAdvance(text) + 58 for text, _, _ in entries]
    x = line.center().x() - sum(widths) / 2
    for (text, ink, filled), wide in zip(entries, widths, strict=True):
        swatch = QRectF(x, line.center().y() - 8, 32, 16)
        if filled:
            painter.fillRect(swatch, pattern(ink))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour(ink), 1))
            painter.drawRect(swatch)
        else:
            painter.setPen(QPen(colour(ink), 2.4, LINES.get(ink, Qt.PenStyle.SolidLine)))
            painter.drawLine(QPointF(swatch.left(), swatch.center().y()), QPointF(swatch.right(), line.center().y()))
        painter.setPen(colour(TEXT if filled else QUIET))
        room = QRectF(swatch.right() + 8, line.top(), wide, line.height())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        x += wide


def words_of(verdict: Verdict) -> str:
    """What there is to say of a verdict besides its number; mostly nothing."""
    a, b = verdict.a, verdict.b
    if a is None or b is None:
        if a is None and b is None:
            return tr("Neither A nor B has an answer for this frame")
        return tr("A has no answer for this frame") if a is None else tr("B has no answer for this frame")
    if a.empty and b.empty:
        return tr("Both: no region found, which agrees")
    if a.empty or b.empty:
        return tr("A finds no region") if a.empty else tr("B finds no region")
    return ""


def _answer(side: Correction | None) -> str:
    if side is None:
        return tr("No answer for this frame")
    return tr("No region found") if side.empty else ""


def paths_of(verdict: Verdict) -> dict[str, QPainterPath]:
    """Edges in the frame of what each side has an answer for, and of 'a only', 'b only' and 'both' where both have."""
    corner = verdict.area.x, verdict.area.y
    masks = {name: side.mask() for name, side in (("a", verdict.a), ("b", verdict.b)) if side is not None}
    if len(masks) == 2:
        masks.update(zip(("a only", "b only", "both"), difference(masks["a"], masks["b"]), strict=True))
    return {name: path_of(mask, corner) for name, mask in masks.items()}
