"""Testing oneself: takes the trainee's outline of a picture, then shows the expert's and the model's, and scores it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction

from app.capture.folder import ImageFolder
from app.capture.source import Copyable, Frame, HasCases, KnowsRegion
from app.gui.bridge import Background
from app.gui.correct_control import CorrectControl
from app.gui.correct_view import TOOLS, Scene, nothing
from app.gui.dialogs import Dialogs
from app.gui.live_view import LiveView
from app.gui.models import Models
from app.gui.outside import outside
from app.gui.self_test_view import SelfTestView
from app.gui.sources import Sources
from app.gui.study_bar import SelfTestBar
from app.gui.words import mark, tr
from app.paths import cache_folder, data_folder
from app.pipeline.ahead_cache import mark_of
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import SourceState
from app.settings import Settings
from app.trainer.cases import Deck, Expert, MadeMasks, expert_of
from app.trainer.compare import Comparison, Comparisons, Verdict
from app.trainer.corrections import Correction
from app.trainer.history import LAST, Answer, History, Summary
from app.trainer.scoring import Score, score
from app.trainer.shapes import Mask
from app.trainer.sides import CorrectedMasks, open_side
from model.metrics import HIT

ACTIONS = (*TOOLS, "no_region", "undo", "check_outline", "next_place", "zoom_in", "zoom_out", "zoom_fit")
"""What does something in this mode."""
_EXPERT = mark("Expert")
_EXPERTS = {MadeMasks.name: mark("Phantom"), CorrectedMasks.name: mark("By hand")}
"""What it is called where it is no expert's mask."""
_LOOK_MS = 60
_JOIN_S = 5.0


class SelfTestControl(QObject):
    """A case is a frame: whichever is shown can be outlined, and `next` goes to one that was not asked yet."""

    def __init__(
        self,
        settings: Settings,
        pipeline: Pipeline,
        sources: Sources,
        models: Models,
        view: LiveView,
        bar: SelfTestBar,
        actions: Mapping[str, QAction],
        dialogs: Dialogs,
        background: Background,
        corrections: CorrectControl,
        say: Callable[[str], None],
        rng: random.Random | None = None,
    ) -> None:
        super().__init__()
        self._settings, self._pipeline, self._sources, self._models = settings, pipeline, sources, models
        self._live, self._bar, self._actions, self._dialogs = view, bar, actions, dialogs
        self._background, self._corrections, self._say = background, corrections, say
        self._rng = rng or random.Random()
        self.view = SelfTestView(view, lambda: pipeline.scan_area, self._playing)
        self.active = False
        self.waiting = False
        """Whether to begin once the phantoms are there, or it is known what was corrected by hand."""
        self._folder: Path | None = None
        """Masks that the user chose."""
        self._useless = False
        """Whether those of the last time were none for these pictures: then another folder can be chosen."""
        self._wish: tuple[object, ...] | None = None
        self._comparisons = Comparisons()
        self._with_model = False
        self._expert: Expert | None = None
        self._by_hand = False
        """Whether what was corrected by hand is the only answer that is known."""
        self._said = ""
        """What is wrong, and was said."""
        self._history = History(data_folder() / "self-test.jsonl")
        self._answers: list[Answer] | None = None
        """All that were ever given; None until they are read."""
        self._so_far: Summary | None = None
        """Of them; None without any."""
        self._forget()
        self.view.edited.connect(self._edited)
        self.view.pressed_while_playing.connect(pipeline.pause)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.show)
        view.state_changed.connect(self.show)
        view.state_changed.connect(self._begin_with_phantoms)

    def _forget(self) -> None:
        """Another source, another expert, or other numbers since a damaged picture left the folder: other cases."""
        self._cases: tuple[object, ...] | None = None
        self._deck: Deck | None = None
        self._drawn: dict[int, Correction] = {}
        self._before: dict[int, list[Correction | None]] = {}
        """What the changes of a frame were made of, the last one last."""
        self._scores: dict[int, Score] = {}
        self._checking: int | None = None
        """The frame whose outline is given, and whose expert's mask is on its way."""

    # The mode

    def start(self) -> bool:
        """Begins; whether that could be."""
        source, event = self._sources.current, self._sources.event
        if isinstance(source, HasCases):
            # The phantom is always the same leg. Opening another source ends whatever waits.
            self._sources.open(source.cases(), remember=False)
            self.waiting = True
            return False
        if not isinstance(source, Copyable) or event is None or event.info is None or self._live.frame is None:
            self._say(tr("You can test yourself on the demo, on a folder of images or on a recording: open one first."))
            return False
        self.waiting = False
        if self._useless or expert_of(source, self._corrections.entries, self._folder) is None:
            if not self._useless and not self._corrections.known:
                self._corrections.look()
                self.waiting = True
            else:
                self._ask_masks()
            return False
        self._by_hand = expert_of(source, {}, self._folder) is None
        if self._pipeline.frozen:
            self._actions["toggle_freeze"].trigger()  # Behind a frozen picture, no other case would be seen.
        self._pipeline.pause()
        self.active = True
        self.view.start()
        self._bar.show()
        self._timer.start(_LOOK_MS)
        self._read_history()
        self.show()
        if self._live.frame.number not in self._drawn.keys() - self._scores.keys():
            self.go(1)
        return True

    def _begin_with_phantoms(self) -> None:
        """Once they can be seen."""
        if not self.waiting or not isinstance(self._sources.current, KnowsRegion):
            return
        toggle = self._actions["toggle_test"]
        if self._live.frame is not None and toggle.isEnabled():
            self.waiting = False
            toggle.trigger()

    def _ask_masks(self) -> None:
        self._say(
            tr(
                "Nobody has said yet where the region is in these pictures: choose the folder with their expert masks,"
                " or correct some frames by hand first."
            )
        )
        self._dialogs.ask_folder(tr("Folder with expert masks"), self.choose_masks)

    def choose_masks(self, folder: str) -> None:
        """The expert's masks of this source lie there."""
        self._folder, self._useless = Path(folder), False
        self._actions["toggle_test"].trigger()

    def stop(self) -> None:
        """Ends; what was answered is kept. From the phantom's stills it goes back to the one that moves."""
        source, active, self.waiting = self._sources.current, self.active, False
        self._end()
        if active and isinstance(source, KnowsRegion):
            self._sources.open_word(source.word)

    def reset(self) -> None:
        """Another source is shown."""
        self._end()
        self._folder, self._useless, self.waiting = None, False, False
        self._forget()

    def close(self) -> None:
        """The window closes: waits for the threads."""
        self._end()
        self._comparisons.join(_JOIN_S)

    def _end(self) -> None:
        if self.active:
            self.view.finish()
            self.active = False
            self._timer.stop()
            if self._failed():
                self._folder, self._deck, self._useless = None, None, True
            self._comparisons.end()
            self._wish = None
            self.view.leave()
            self._bar.hide()

    def _failed(self) -> bool:
        """Whether the masks that were chosen are of no use."""
        if self._comparisons.now is not None and self._comparisons.now.problem:
            return True
        if self._deck is None:
            return False  # Nobody knows yet.
        return not self._deck or (self._expert is not None and bool(self._expert.problems) and not self._deck.done)

    def step_out(self) -> bool:
        """Esc: an outline that is begun goes first; whether there was one."""
        begun = self.view.tool.cancel()
        self.view.update()
        return begun

    def _playing(self) -> bool:
        event = self._sources.event
        return event is not None and event.state is SourceState.RUNNING

    # Who is asked

    def _follow(self) -> None:
        """Begins anew where something is another: then nothing of the old holds."""
        source, areas = self._sources.current, self._pipeline.scan_areas
        model, engine = self._models.running
        if not isinstance(source, Copyable):
            return
        ready, entries = self._models.ready, self._corrections.entries
        own = id(entries) if self._by_hand else None
        left_out = len(source.skipped) if isinstance(source, ImageFolder) else 0
        cases = (self._folder, own, left_out)
        wish = (source, areas, model, engine, ready, self._settings.threshold, cases)
        if wish == self._wish:
            return
        expert = expert_of(source, entries, self._folder)
        if expert is None:
            return
        if cases != self._cases:
            self._forget()
            self._cases = cases
        self._wish, self._with_model, self._expert = wish, ready, expert
        pipeline, cache = self._pipeline, cache_folder() / "ahead"
        threshold = self._settings.threshold
        asked = open_side(model, engine, areas, pipeline.open_engine, pipeline.find_bundle, threshold, cache)
        # Without a model, the expert alone is asked.
        self._comparisons.begin(Comparison(source, areas, (asked if ready else expert, expert), lambda: False))

    # What is shown

    def show(self) -> None:
        """The frame, or what is known of it, may be another."""
        if not self.active:
            return
        self._follow()
        frame, comparison = self._live.frame, self._comparisons.now
        if frame is None or comparison is None:
            return
        self._deal()
        verdict = comparison.at(frame)
        if verdict is None:
            comparison.want(frame.number)
        elif self._checking == frame.number:
            self._score(frame, verdict)
        if self._pipeline.sought is not None:
            self.view.finish()  # What is begun is taken as it is, as when another frame is there.
        own = self._drawn.get(frame.number)
        if own is not None and own.size != frame.pixels.shape[:2]:
            own = None
        seen = verdict if frame.number in self._scores else None
        no_case = self._no_case(frame)
        asked = not comparison.problem and not no_case and not self._given(frame)
        self.view.show_scene(frame, Scene(own, None, asked and self._pipeline.sought is None))
        self.view.reveal(seen, self._with_model, tr(_EXPERTS.get(comparison.names[1], _EXPERT)))
        of_mask = self._expert.problems.get(frame.number, "") if no_case and self._expert is not None else ""
        problem = comparison.problem or of_mask
        self.view.say(self._words(frame, verdict, problem))
        if problem and problem != self._said:
            self._say(problem)  # There, it has room.
        self._said = problem
        self._bar.numbers.setText(self._numbers())
        self._bar.show_checked(frame.number in self._scores or no_case)
        for name in ("no_region", "undo"):
            self._actions[name].setEnabled(asked)

    def _no_case(self, frame: Frame) -> bool:
        """Whether it is known that no expert says anything about this frame."""
        comparison = self._comparisons.now
        verdict = comparison.at(frame) if comparison is not None else None
        return verdict is not None and verdict.b is None

    def _given(self, frame: Frame) -> bool:
        """Whether the outline of this frame was given: from then on it is not changed."""
        return frame.number in self._scores or frame.number == self._checking

    def _deal(self) -> None:
        """The cases, once it is known which frames are some; then on to the first of them."""
        numbers = self._expert.numbers if self._expert is not None else None
        if self._deck is None and numbers is not None and self._pipeline.sought is None:
            self._deck = Deck(numbers, self._rng)
            if not numbers:
                self._say(tr("None of the masks there belongs to a picture here."))
            elif not self._drawn:
                self.go(1)

    def _words(self, frame: Frame, verdict: Verdict | None, problem: str) -> str:
        if problem:
            return outside(problem)
        found = self._scores.get(frame.number)
        if found is not None:
            model = verdict.iou if verdict is not None and self._with_model else math.nan
            return " · ".join(filter(None, (_overlap_words(found.iou, model), self._distance_words(found))))
        if self._checking == frame.number:
            return tr("Looking up the expert's mask …")
        if verdict is not None and verdict.b is None:
            return tr("No expert says where the region is in this picture: go on to another case.")
        return tr("Outline the block region, then check it.")

    def _distance_words(self, found: Score) -> str:
        edges, centres = found.boundary_px, found.centre_px
        if math.isnan(edges):
            return ""
        scale = self._live.marks.scale
        # One number for both directions: where pixels are not square, it would be wrong in either.
        if scale is not None and math.isclose(scale.mm_x, scale.mm_y, rel_tol=0.05):
            edges, centres = edges * scale.mm_x, centres * scale.mm_x
            return tr("edges {edges:.1f} mm, centres {centres:.1f} mm apart", edges=edges, centres=centres)
        return tr("edges {edges:.0f} px, centres {centres:.0f} px apart", edges=edges, centres=centres)

    def _numbers(self) -> str:
        parts = []
        if self._deck is not None:
            parts.append(tr("Cases: {done} of {total}", done=self._deck.done, total=len(self._deck)))
        if (so_far := self._so_far) is not None:
            parts += [
                tr("All your answers: {count}", count=so_far.count),
                tr(
                    "mean IoU {mean:.2f}, of the last {n} {last:.2f}",
                    mean=so_far.mean_iou,
                    n=LAST,
                    last=so_far.last_iou,
                ),
                tr("above {hit:g}: {right:.0%}", hit=HIT, right=so_far.right),
            ]
        return " · ".join(parts)

    # What the user does

    def _case(self) -> Frame | None:
        """The frame that is shown; None while another one is on its way: nobody has seen that one yet."""
        if self._pipeline.sought is not None:
            return None
        self._live.pull()  # It may be published, and not shown yet.
        return self._live.frame

    def _edited(self, frame: Frame, mask: Mask) -> None:
        if not self._given(frame):
            self._before.setdefault(frame.number, []).append(self._drawn.get(frame.number))
            self._drawn[frame.number] = Correction.of(mask, by_hand=True)
            self.show()

    def no_region(self) -> None:
        """The region is not in this picture."""
        if (frame := self._case()) is not None:
            self.view.tool.cancel()
            self._edited(frame, nothing(frame))

    def undo(self) -> None:
        """Takes back the last point, or the last change of this picture."""
        frame = self._case()
        if self.view.tool is self.view.polygon and self.view.polygon.open:
            self.view.polygon.delete()
            self.view.update()
        elif frame is not None and (changes := self._before.get(frame.number)):
            before = changes.pop()
            if before is None:
                self._drawn.pop(frame.number, None)
            else:
                self._drawn[frame.number] = before
            self.show()

    def check(self) -> None:
        """The outline is given; where it was, on to the next case."""
        frame = self._case()
        if frame is None:
            return
        if frame.number in self._scores or self._no_case(frame):
            self.go(1)
            return
        self.view.finish()
        if frame.number not in self._drawn:
            self._say(tr("Outline the region first, or say that there is none."))
            return
        self._checking = frame.number
        self.show()

    def _score(self, frame: Frame, verdict: Verdict) -> None:
        """The expert's mask is there."""
        self._checking = None
        own = self._drawn.get(frame.number)
        if own is None or verdict.b is None or own.size != frame.pixels.shape[:2]:
            return
        area = verdict.area
        mask = own.mask()[area.y : area.y + area.height, area.x : area.x + area.width]
        found = self._scores[frame.number] = score(mask, verdict.b.mask())
        if self._deck is not None:
            self._deck.answer(frame.number, found.iou)
        answer = Answer.of(mark_of(frame.pixels), found, verdict.iou if self._with_model else None)
        if self._answers is not None:
            self._count([*self._answers, answer])
        self._background.run("answer", lambda: self._history.add(answer), lambda _: None, self._say)

    def go(self, step: int) -> None:
        """To the next case."""
        frame, deck = self._case(), self._deck
        if frame is None or deck is None:
            return
        if self._no_case(frame):
            deck.drop(frame.number)
        number = deck.next(frame.number)
        if number is None:
            self._say(tr("There is no other case here."))
            return
        if deck.again:
            self._say(tr("All other cases are answered: those that went worst come again."))
        # What comes again is asked anew.
        for known in (self._scores, self._drawn, self._before):
            known.pop(number, None)
        self._pipeline.seek(number)

    def _read_history(self) -> None:
        if self._answers is None:

            def read(found: list[Answer]) -> None:
                self._count(found)
                self.show()

            self._background.run("earlier answers", self._history.load, read, self._say)

    def _count(self, answers: list[Answer]) -> None:
        self._answers, self._so_far = answers, Summary.of(answers) if answers else None


def _overlap_words(own: float, model: float) -> str:
    """`model` NaN: there is none."""
    if math.isnan(model):
        return tr("Overlap (IoU): you {own:.2f}", own=own)
    return tr("Overlap (IoU): you {own:.2f}, model {model:.2f}", own=own, model=model)
