"""The picture while a trainee outlines the region: the own outline, then the expert's and the model's beside it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QTransform

from app.gui.compare_view import BOTH, CAPTION, LINES, B, paint_legend, paths_of
from app.gui.correct_view import CorrectView
from app.gui.live_view import LiveView
from app.gui.study_view import outline
from app.gui.theme import sized
from app.gui.words import tr
from app.pipeline.types import Rect
from app.trainer.compare import Verdict
from model.structures import BLOCK_REGION

EXPERT, MODEL, OWN = BOTH, B, BLOCK_REGION.hex


class SelfTestView(CorrectView):
    """Nothing but the own outline is seen until `reveal`."""

    def __init__(self, live: LiveView, scan_area: Callable[[], Rect | None], playing: Callable[[], bool]) -> None:
        super().__init__(live, scan_area, playing)
        self.title = tr("TEST YOURSELF")
        self.setAccessibleName(self.title)
        self._verdict: Verdict | None = None
        self._with_model, self._expert = True, ""
        self._paths: dict[str, QPainterPath] = {}

    def reveal(self, verdict: Verdict | None, with_model: bool, expert: str) -> None:
        """Shows the model's answer (A of the verdict) and that of the `expert`, so called (B); None: not yet."""
        self._with_model, self._expert = with_model, expert
        if verdict is not self._verdict:
            self._verdict = verdict
            self._paths = {} if verdict is None else paths_of(verdict)
            self.update()

    def rooms(self) -> list[QRectF]:
        return [super().rooms()[0].adjusted(0, 0, 0, -CAPTION)]

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.frame is None or self._verdict is None:
            return
        painter = QPainter(self)
        painter.setFont(sized(self.font(), 14))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self.rooms()[0]
        entries = [(tr("You"), OWN, False), (self._expert, EXPERT, False)]
        if self._with_model:
            entries.append((tr("Model"), MODEL, False))
        paint_legend(painter, QRectF(room.left(), room.bottom(), room.width(), CAPTION), entries)
        painter.end()

    def paint_answer(self, painter: QPainter, to_view: QTransform) -> None:
        if self._verdict is None:
            super().paint_answer(painter, to_view)
            return
        self.paint_masks(painter, to_view)
        for name, ink in (("a", MODEL), ("b", EXPERT)):
            if name == "b" or self._with_model:
                path = to_view.map(self._paths.get(name, QPainterPath()))
                outline(painter, path, ink, LINES.get(ink, Qt.PenStyle.SolidLine), 2.4)

    def answer_words(self) -> str:
        verdict = self._verdict
        if verdict is None:
            return tr("You: no region in this picture") if self.has_own and not self.own_mask.any() else ""
        none = [
            (tr("You"), self.has_own and not self.own_mask.any()),
            (self._expert, verdict.b is not None and verdict.b.empty),
            (tr("Model"), self._with_model and verdict.a is not None and verdict.a.empty),
        ]
        names = ", ".join(name for name, empty in none if empty)
        return tr("{names}: no region in this picture", names=names) if names else ""
