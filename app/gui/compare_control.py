"""Comparing two answers: chooses them, has them compared ahead, and shows how far they agree."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction

from app.capture.recorded import MASKS, RecordedClip
from app.capture.source import Repeatable
from app.gui.compare_view import CompareView, words_of
from app.gui.dialogs import Dialogs
from app.gui.live_view import LiveView
from app.gui.models import Models
from app.gui.outside import outside
from app.gui.sources import Sources
from app.gui.study_bar import OPEN_MASKS, OPEN_MODEL, OWN, RECORDED, CompareBar
from app.gui.study_rows import AgreementRow
from app.gui.timeline import Timeline
from app.gui.words import mark, tr
from app.paths import cache_folder
from app.pipeline.pipeline import Pipeline
from app.pipeline.scan_area import ScanAreas
from app.settings import Settings
from app.trainer.compare import Comparison, Comparisons, Verdict
from app.trainer.corrections import Entries
from app.trainer.sides import CorrectedMasks, OpenSide, RecordedMasks, open_side
from model.bundle import shipped

_LOOK_MS = 60
_JOIN_S = 5.0
_NAMES = {OWN: mark("Own corrections"), RECORDED: mark("Recorded masks")}
"""What the sides that have no name of their own are called."""


class CompareControl(QObject):
    """While it is off, nothing of it runs."""

    def __init__(
        self,
        settings: Settings,
        pipeline: Pipeline,
        sources: Sources,
        models: Models,
        view: LiveView,
        timeline: Timeline,
        bar: CompareBar,
        actions: Mapping[str, QAction],
        dialogs: Dialogs,
        entries: Callable[[], Entries],
        say: Callable[[str], None],
    ) -> None:
        """`entries` are the user's own corrections of the source."""
        super().__init__()
        self._settings, self._pipeline, self._sources, self._models = settings, pipeline, sources, models
        self._live, self._timeline, self._bar = view, timeline, bar
        self._difference, self._dialogs, self._entries, self._say = actions["toggle_difference"], dialogs, entries, say
        self.view = CompareView(view, lambda: pipeline.scan_area)
        self.active = False
        self.a, self.b = "", ""
        self._wish: tuple[object, ...] | None = None
        self._comparisons = Comparisons()
        self._said = ""
        self._shown: tuple[int, int] = (0, 0)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        view.state_changed.connect(self.refresh)
        bar.chosen.connect(self._choose)

    # The mode

    def start(self) -> bool:
        """Begins; whether that could be."""
        source, event = self._sources.current, self._sources.event
        if not isinstance(source, Repeatable) or event is None or event.info is None or self._live.frame is None:
            self._say(tr("Only a recording or a folder of images can be compared on: open one first."))
            return False
        self.active = True
        self.a = self._models.wanted
        self.b = self.b or self._other(source)
        self.fill()
        self.view.start()
        self._bar.show()
        self._timer.start(_LOOK_MS)
        self.refresh()
        return True

    def stop(self) -> None:
        """Ends; the threads too."""
        if self.active:
            self.active = False
            self._timer.stop()
            self._end()
            self._timeline.set_study(None)
            self.view.leave()
            self._bar.hide()

    def reset(self) -> None:
        """Another source is shown: what belonged to the old one is nothing to compare with."""
        self.stop()
        self.b = ""

    def close(self) -> None:
        """The window closes: waits for the threads."""
        self.stop()
        self._comparisons.join(_JOIN_S)

    @property
    def comparison(self) -> Comparison | None:
        """What runs now."""
        return self._comparisons.now

    def _other(self, source: Repeatable) -> str:
        """What is likely meant: the recorded masks, own corrections, another model."""
        if self._recorded(source) is not None:
            return RECORDED
        if self._entries():
            return OWN
        return next((name for name in shipped() if name != self.a), self.a)

    def _recorded(self, source: object) -> Path | None:
        if not isinstance(source, RecordedClip):
            return None
        masks = source.path.with_name(MASKS)
        return masks if masks.is_file() else None

    # What is compared

    def fill(self) -> None:
        """Lists what can be chosen now."""
        models = [(tr("Model: {name}", name=name), name) for name in shipped()]
        others = [(tr("Folder of masks …"), OPEN_MASKS), (tr("Another model …"), OPEN_MODEL)]
        if self._recorded(self._sources.current) is not None:
            others.insert(0, (tr("Recorded masks"), RECORDED))
        if self._entries():
            others.insert(0, (tr("Own corrections"), OWN))
        for box, chosen, entries in (
            (self._bar.a, self.a, [*models, others[-1]]),
            (self._bar.b, self.b, [*models, *others]),
        ):
            known = {data for _, data in entries}
            own = [] if chosen in known else [(Path(chosen).name, chosen)]
            self._bar.fill(box, [*own, *entries], chosen)

    def _choose(self, side: str, word: str) -> None:
        if word in (OPEN_MASKS, OPEN_MODEL):
            title = tr("Folder with masks") if word == OPEN_MASKS else tr("Open a model's folder")
            self.fill()
            self._dialogs.ask_folder(title, lambda folder: self.choose(side, folder))
        else:
            self.choose(side, word)

    def choose(self, side: str, word: str) -> None:
        """Compares another 'a' or 'b'."""
        if side == "a":
            self.a = word
        else:
            self.b = word
        self.fill()
        self.refresh()

    def _side(self, word: str, source: Repeatable, areas: ScanAreas) -> OpenSide:
        if word == OWN:
            entries = self._entries()
            return lambda _: CorrectedMasks(entries)
        masks = self._recorded(source)
        if word == RECORDED and masks is not None:
            return lambda _: RecordedMasks(masks)
        # The threshold is the model card's, unless the user has set one.
        threshold = self._settings.threshold
        pipeline, engine, cache = self._pipeline, self._models.running[1], cache_folder() / "ahead"
        return open_side(word, engine, areas, pipeline.open_engine, pipeline.find_bundle, threshold, cache)

    def _follow(self) -> None:
        """Begins anew where something is another: then nothing of the old holds."""
        source, areas = self._sources.current, self._pipeline.scan_areas
        own = self._entries() if OWN in (self.a, self.b) else None
        wish = (source, areas, self.a, self.b, self._settings.threshold, self._models.running[1], id(own))
        if wish == self._wish or not isinstance(source, Repeatable):
            return
        self._end()
        self._wish = wish
        sides = self._side(self.a, source, areas), self._side(self.b, source, areas)
        self._comparisons.begin(Comparison(source, areas, sides, lambda: self._sources.still))

    def _end(self) -> None:
        self._comparisons.end()
        self._wish, self._said = None, ""

    # What is shown

    def refresh(self) -> None:
        """Follows the frame and what is chosen, and shows what is known."""
        if not self.active:
            return
        self._follow()
        frame, comparison = self._live.frame, self.comparison
        if frame is None or comparison is None:
            return
        verdict = comparison.at(frame)
        if verdict is None:
            comparison.want(frame.number)
        a, b = (tr(_NAMES[name]) if name in _NAMES else name for name in comparison.names)
        self.view.names = a, b
        self.view.show_verdict(verdict)
        self.view.say(
            tr(
                "Frame {n} of {total} · {agreement}",
                n=frame.number + 1,
                total=self._timeline.maximum() + 1,
                agreement=_agreement(verdict),
            )
        )
        self._bar.numbers.setText(_numbers(comparison, verdict))
        if comparison.problem and comparison.problem != self._said:
            self._said = comparison.problem
            self._say(comparison.problem)
        shown = id(comparison), comparison.done
        if shown != self._shown:
            self._shown = shown
            self._timeline.set_study(AgreementRow(comparison.ious, comparison.worst()))

    def toggle_difference(self) -> None:
        """The difference in one picture, or both beside each other."""
        self.view.differs = self._difference.isChecked()
        self.view.update()

    def go(self, step: int) -> None:
        """To the next of the frames that agree least (1), or the one before (-1)."""
        frame, comparison = self._live.frame, self.comparison
        if frame is None or comparison is None:
            return
        found = [number for number in comparison.worst() if (number - frame.number) * step > 0]
        if found:
            self._pipeline.seek(min(found) if step > 0 else max(found))
        else:
            after, before = (
                tr("No disagreement is known after this frame."),
                tr("No disagreement is known before this frame."),
            )
            self._say(after if step > 0 else before)


def _agreement(verdict: Verdict | None) -> str:
    if verdict is None:
        return tr("not compared yet")
    if math.isnan(verdict.iou):
        return words_of(verdict)
    return tr("IoU {iou:.2f}", iou=verdict.iou)


def _numbers(comparison: Comparison, verdict: Verdict | None) -> str:
    if comparison.problem:
        return outside(comparison.problem)
    if not comparison.total:
        return tr("Opening …")
    mean, count = comparison.mean()
    known = verdict is not None and not math.isnan(verdict.iou)
    parts = (
        tr("IoU of this frame: {iou:.3f}", iou=verdict.iou) if verdict is not None and known else "",
        words_of(verdict) if verdict is not None else "",
        tr("Mean so far: {mean:.3f}", mean=mean) if count else "",
        tr("Frames with both answers: {count}", count=count),
        tr("Looked at: {done} of {total}", done=comparison.done, total=comparison.total),
    )
    return " · ".join(part for part in parts if part)
