"""Correcting masks by hand: opens what is kept of a recording, hands on what the tools do, saves training data."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction

from app.capture.files import unreadable
from app.capture.source import Frame, Joined, Repeatable
from app.gui.bridge import Background
from app.gui.correct_view import TOOLS, CorrectView, Scene, nothing
from app.gui.dialogs import Dialogs
from app.gui.live_view import LiveView
from app.gui.outside import outside
from app.gui.scan_area_control import Say
from app.gui.sources import Sources
from app.gui.study_bar import CORRECT_TEXTS, CorrectBar
from app.gui.study_rows import CorrectionsRow
from app.gui.timeline import Timeline
from app.gui.words import tr
from app.paths import data_folder
from app.pipeline.ahead_cache import content_hash, mark_of
from app.pipeline.freshness import is_of
from app.pipeline.pipeline import Pipeline
from app.pipeline.table import frame_mask
from app.pipeline.types import Prediction, SourceState
from app.trainer.corrections import Corrections, Entries, gone, interpolate
from app.trainer.saving import Saved, save_training
from app.trainer.shapes import Mask
from app.trainer.store import Autosave, Store

ACTIONS = (*CORRECT_TEXTS, "next_place", "previous_place", "zoom_in", "zoom_out", "zoom_fit")
"""What does something only in this mode, or in one like it."""
_NEED_CORRECTIONS = ("take_model", "take_neighbour", "no_region", "undo", "next_place", "previous_place")
"""What can be done as soon as the recording's corrections are there, and not before."""

_LOOK_MS = 60


@dataclass(eq=False)
class Session:
    """A recording's corrections while it is the source."""

    source: Repeatable
    store: Store
    corrections: Corrections
    autosave: Autosave


class CorrectControl(QObject):
    """`show` and `hide` are called when the mode begins and ends."""

    opened = Signal()
    """The corrections of the source are there."""
    _save_failed = Signal(str)

    def __init__(
        self,
        pipeline: Pipeline,
        sources: Sources,
        view: LiveView,
        timeline: Timeline,
        bar: CorrectBar,
        actions: Mapping[str, QAction],
        dialogs: Dialogs,
        background: Background,
        say: Say,
    ) -> None:
        super().__init__()
        self._pipeline, self._sources, self._live = pipeline, sources, view
        self._timeline, self._bar, self._actions = timeline, bar, actions
        self._dialogs, self._background, self._say = dialogs, background, say
        self.view = CorrectView(view, lambda: pipeline.scan_area, self._playing)
        self.active = False
        self._session: Session | None = None
        self._opening: Repeatable | None = None
        self._refused = ""
        """Why the corrections of the source could not be opened."""
        self._stopping = threading.Event()
        self._guess: tuple[Prediction, float, Mask] | None = None
        self._held: list[tuple[int, Callable[[], None]]] = []
        """Answers about frames that are on their way, by the frame's number."""
        self.view.edited.connect(self._edited)
        self.view.pressed_while_playing.connect(pipeline.pause)
        self._save_failed.connect(say, Qt.ConnectionType.QueuedConnection)
        view.state_changed.connect(self.show)
        # The model's answer comes without the overlay being another.
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.show)

    # The mode

    def start(self) -> bool:
        """Begins; whether that could be."""
        source, event = self._sources.current, self._sources.event
        if not isinstance(source, Repeatable) or event is None or event.info is None or self._live.frame is None:
            self._say(tr("Only a recording or a folder of images can be corrected by hand: open one first."))
            return False
        self._pipeline.pause()
        self.active = True
        self.look()
        self.view.start()
        self._bar.show()
        self._timer.start(_LOOK_MS)
        self.show()
        return True

    def stop(self) -> None:
        """Ends; everything is kept."""
        if self.active:
            self.view.finish()
            self.active = False
            self._drop_held()
            self._timer.stop()
            self.view.leave()
            self._bar.hide()

    def reset(self) -> None:
        """Another source is shown."""
        self.stop()
        self._opening, session, self._session, self._refused = None, self._session, None, ""
        self._timeline.set_study(None)
        if session is not None:
            session.autosave.close()

    def close(self) -> None:
        """The window closes."""
        self._stopping.set()
        self.reset()

    def step_out(self) -> bool:
        """Esc: an outline that is begun goes first; whether there was one."""
        begun = self.view.tool.cancel()
        self.view.update()
        return begun

    @property
    def entries(self) -> Entries:
        """The corrections of the source, as far as they were opened."""
        return self._session.corrections.entries if self._session is not None else {}

    @property
    def known(self) -> bool:
        """Whether the corrections of the source were opened, or could not be."""
        return self._session is not None or bool(self._refused)

    def _playing(self) -> bool:
        event = self._sources.event
        return event is not None and event.state is SourceState.RUNNING

    def look(self) -> None:
        """Has the corrections of the source opened, unless they are; `opened` tells."""
        source = self._sources.current
        if self._session is None and isinstance(source, Repeatable) and self._opening is not source:
            self._open(source)

    def _open(self, source: Repeatable) -> None:
        self._opening, self._refused = source, ""

        def work() -> tuple[Store, Entries, str] | None:
            try:
                content = content_hash(source.path, self._stopping.is_set)
            except OSError as error:
                raise unreadable(source.path, error) from error
            if content is None:
                return None
            store = Store(data_folder() / "corrections", content)
            return store, *store.load()

        def opened(found: tuple[Store, Entries, str] | None) -> None:
            if found is None or self._opening is not source:
                return
            store, entries, said = found
            self._opening = None
            autosave = Autosave(store, self._save_failed.emit)
            self._session = Session(source, store, Corrections(entries), autosave)
            if said:
                self._say(said)
            self.show()
            self.opened.emit()

        def failed(text: str) -> None:
            if self._opening is source:
                self._opening, self._refused = None, text  # The next time, it is tried again.
                self._say(text)
                self.show()

        self._background.run("corrections", work, opened, failed)

    # What is shown

    def show(self) -> None:
        """The frame, or what is known of it, may be another."""
        if not self.active:
            return
        self._give_held()
        frame, session = self._live.frame, self._session
        if frame is None:
            return
        correction = session.corrections.entries.get(frame.number) if session is not None else None
        if correction is not None and correction.size != frame.pixels.shape[:2]:
            correction = None
        guess = self._model_mask(frame)
        self.view.show_scene(frame, Scene(correction, guess, session is not None))
        self.view.say(self._words(frame, guess))
        self._enable()

    def _words(self, frame: Frame, guess: Mask | None) -> str:
        if self._session is None:
            return outside(self._refused) or tr("Opening what is kept of this recording …")
        place = tr("Frame {n} of {total}", n=frame.number + 1, total=self._timeline.maximum() + 1)
        entry = self._session.corrections.entries.get(frame.number)
        if entry is None:
            what = tr("not corrected") if guess is None else tr("not corrected · dotted: the model's mask")
        elif not entry.by_hand:
            what = tr("interpolated (dashed)")
        else:
            what = tr("no region, by hand") if entry.empty else tr("corrected by hand")
        return f"{place} · {what}"

    def _model_mask(self, frame: Frame) -> Mask | None:
        """The model's mask of this very frame, where it has answered."""
        prediction, threshold = self._pipeline.predictions.latest(), self._pipeline.threshold
        if prediction is None or not is_of(prediction, frame):
            return None
        if self._guess is None or self._guess[0] is not prediction or self._guess[1] != threshold:
            mask = frame_mask(prediction, frame.pixels.shape[:2], threshold) > 0
            self._guess = prediction, threshold, mask
        return self._guess[2]

    def _enable(self) -> None:
        session = self._session
        corrections = session.corrections if session is not None else Corrections()
        for name in TOOLS:
            self._actions[name].setEnabled(self.active and not self._refused)
        for name in _NEED_CORRECTIONS:
            self._actions[name].setEnabled(self.active and session is not None)
        self._actions["redo"].setEnabled(self.active and corrections.can_redo)
        # Whatever frame is shown: the one that they are about may be on its way.
        self._actions["forget_correction"].setEnabled(self.active and bool(corrections.entries))
        self._actions["confirm"].setEnabled(self.active and bool(corrections.interpolated()))
        self._actions["interpolate"].setEnabled(self.active and len(corrections.by_hand()) > 1)
        self._actions["save_training"].setEnabled(self.active and bool(corrections.entries))

    def _changed(self) -> None:
        """The corrections are others."""
        session = self._session
        if session is None:
            return
        session.autosave.put(session.corrections.entries)
        self.show_marks()
        self.show()

    def show_marks(self) -> None:
        """Marks on the time line what is corrected, once that is known; nothing where nothing is, and will be."""
        if self._session is not None:
            corrections = self._session.corrections
            marks = CorrectionsRow(corrections.by_hand(), corrections.interpolated())
            self._timeline.set_study(marks if self.active or self.entries else None)

    # What the user does

    def _answer(self, do: Callable[[], None]) -> None:
        """Does something with the frame that is shown; where another one was sought, with that, once it is there."""
        number = self._sought()
        self._live.pull()  # It may be published, and not shown yet.
        if number is None or (self._live.frame is not None and self._live.frame.number == number):
            do()
        else:
            self._held.append((number, do))

    def _sought(self) -> int | None:
        """The frame that is on its way; None: nothing is."""
        sought = self._pipeline.sought
        return None if sought is None else min(sought, self._timeline.maximum())

    def _give_held(self) -> None:
        if not self._held:
            return
        coming = self._pipeline.sought is not None  # Asked before looking: what came meanwhile is seen.
        self._live.pull()
        held, self._held = self._held, []
        number = self._live.frame.number if self._live.frame is not None else None
        for of, do in held:
            if of == number:
                do()
        others = [one for one in held if one[0] != number]
        if coming:
            self._held = others + self._held
        else:
            self._held += others
            self._drop_held()

    def _drop_held(self) -> None:
        if self._held:
            self._held = []
            self._say(tr("A frame was left before it was shown: go back to it and answer again."))

    def _edited(self, frame: Frame, mask: Mask) -> None:
        if self._session is not None:
            before = self.entries
            self._session.corrections.correct(frame.number, mask, mark_of(frame.pixels))
            self._changed()
            self._say_loose(gone(before, self.entries))

    def _say_loose(self, loose: list[int]) -> None:
        """Of these frames, nothing is known any more, since what they were interpolated from is another."""
        if loose:
            self._say(
                tr("Interpolated frames that no longer fit were taken out: {loose}.", loose=len(loose)),
                {tr("Interpolate again"): self._actions["interpolate"]},
            )

    def take_model(self) -> None:
        """The model's mask is right, or a start."""
        self._answer(self._take_model)

    def _take_model(self) -> None:
        frame = self._live.frame
        guess = self._model_mask(frame) if frame is not None else None
        if frame is None or guess is None:
            self._say(tr("The model has not answered for this frame yet: wait a moment, or choose a model."))
        else:
            self.view.tool.cancel()
            self._edited(frame, guess)

    def take_neighbour(self) -> None:
        """The mask of the nearest frame that was corrected by hand."""
        self._answer(self._take_neighbour)

    def _take_neighbour(self) -> None:
        frame, session = self._live.frame, self._session
        if frame is None or session is None:
            return
        other = session.corrections.neighbour(frame.number)
        if other is None:
            self._say(tr("No other frame was corrected by hand yet."))
            return
        entry = session.corrections.entries[other]
        if entry.size != frame.pixels.shape[:2]:
            self._say(tr("The nearest corrected picture has another size: its mask does not fit here."))
            return
        self.view.tool.cancel()
        self._edited(frame, entry.mask())

    def no_region(self) -> None:
        """The region is not in this frame."""
        self._answer(self._no_region)

    def _no_region(self) -> None:
        if (frame := self._live.frame) is not None:
            self.view.tool.cancel()
            self._edited(frame, nothing(frame))

    def confirm(self) -> None:
        """The interpolated mask is right: it is as good as one by hand."""
        self._answer(self._confirm)

    def _confirm(self) -> None:
        frame = self._live.frame
        entry = self.entries.get(frame.number) if frame is not None else None
        if frame is not None and entry is not None and entry.size == frame.pixels.shape[:2]:
            self._edited(frame, entry.mask())

    def forget(self) -> None:
        """Nothing is known of this frame any more."""
        self._answer(self._forget)

    def _forget(self) -> None:
        if self._session is not None and (frame := self._live.frame) is not None:
            before = self.entries
            self._session.corrections.forget(frame.number)
            self._changed()
            self._say_loose([number for number in gone(before, self.entries) if number != frame.number])

    def interpolate(self) -> None:
        """Fills the frames between those corrected by hand, in the background: there may be thousands."""
        self.view.finish()
        session = self._session
        if session is None:
            return
        entries = session.corrections.entries
        starts = session.source.starts if isinstance(session.source, Joined) else ()

        def done(found: tuple[Entries, int]) -> None:
            if session is not self._session:
                return
            if session.corrections.entries is not entries:
                self._say(
                    tr("Something was corrected meanwhile."), {tr("Interpolate again"): self._actions["interpolate"]}
                )
                return
            filled, open_gaps = found
            session.corrections.fill(filled)
            self._changed()
            said = tr("Frames interpolated: {n}. Look at them before you train on them.", n=len(filled))
            if open_gaps:
                said += tr(" Nothing is interpolated between a frame with the region and one without it.")
            self._say(said)

        self._background.run("interpolation", lambda: interpolate(entries, starts), done, self._say)

    def undo(self) -> None:
        """Takes back the last point, or the last change, and goes to its frame."""
        if self.view.tool is self.view.polygon and self.view.polygon.open:
            self.view.polygon.delete()
            self.view.update()
        elif self._held:
            self._held.pop()  # It was given last.
        elif self._session is not None:
            before = self.entries
            self._moved(self._session.corrections.undo(), before)

    def redo(self) -> None:
        if self._session is not None:
            before = self.entries
            self._moved(self._session.corrections.redo(), before)

    def _moved(self, numbers: list[int], before: Entries) -> None:
        """What was changed in these frames is as it was, or as it was made; `before` are the entries until then."""
        frame = self._live.frame
        if numbers and frame is not None and frame.number not in numbers:
            self._pipeline.seek(numbers[0])
        self._changed()
        # What was said of them when they went or came no longer holds: this takes its place.
        if back := gone(self.entries, before):
            self._say(tr("Interpolated frames that are back: {n}.", n=len(back)))
        elif lost := gone(before, self.entries):
            self._say(tr("Interpolated frames that were taken out again: {n}.", n=len(lost)))

    def go(self, step: int) -> None:
        """To the next frame corrected by hand (1) or the one before (-1)."""
        frame = self._live.frame
        if self._session is not None and frame is not None:
            number = self._session.corrections.next(frame.number, step)
            if number is None:
                after, before = (
                    tr("No frame after this one was corrected."),
                    tr("No frame before this one was corrected."),
                )
                self._say(after if step > 0 else before)
            else:
                self._pipeline.seek(number)

    def save(self) -> None:
        """Asks for a folder and writes training data there."""
        self.view.finish()
        self._dialogs.ask_folder(tr("Save pictures and masks as training data into a folder"), self.save_into)

    def save_into(self, folder: str) -> None:
        """Writes training data into a folder, in the background."""
        session = self._session
        if session is None:
            return
        source, entries, name = session.source.another(), session.corrections.entries, session.store.name
        # What was found in one clip says nothing of where a name stands in another.
        areas = replace(self._pipeline.scan_areas, found=None)
        self._background.run(
            "training data",
            lambda: save_training(source, entries, areas, Path(folder), name, self._stopping.is_set),
            lambda saved: self._say(_saved_words(saved, folder)),
            self._say,
        )


def _saved_words(saved: Saved, folder: str) -> str:
    said = tr(
        "Pictures with masks saved in {folder}: {pictures}, of them interpolated: {interpolated}.",
        folder=folder,
        pictures=saved.pictures,
        interpolated=saved.interpolated,
    )
    if saved.removed:
        said += tr(" Removed, since their frames have no correction any more: {removed}.", removed=saved.removed)
    if saved.without_area:
        said += tr(
            " Left out, since their clip has no scan area of its own: {without_area}. Draw one, and save again.",
            without_area=saved.without_area,
        )
    if saved.left_out:
        said += tr(
            " Left out, since their frames are others than those that were corrected: {left_out}.",
            left_out=saved.left_out,
        )
    return said
