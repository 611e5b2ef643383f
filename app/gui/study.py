"""Correcting and comparing as one part of the window: at most one of the two is on, over the live view."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.gui.bridge import Background
from app.gui.compare_control import CompareControl
from app.gui.correct_control import ACTIONS, CorrectControl
from app.gui.dialogs import Dialogs
from app.gui.live_view import LiveView
from app.gui.models import Models
from app.gui.scan_area_control import Say
from app.gui.sources import Sources
from app.gui.study_bar import CompareBar, CorrectBar
from app.gui.study_view import StudyView
from app.gui.timeline import Timeline
from app.gui.zoom import STEP
from app.pipeline.pipeline import Pipeline
from app.settings import Settings

_COMPARE_ACTIONS = ("toggle_difference", "next_place", "previous_place", "zoom_in", "zoom_out", "zoom_fit")


class StudyBar(QWidget):
    """Where the bars of both stand."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.correct, self.compare = CorrectBar(actions), CompareBar(actions)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.correct)
        layout.addWidget(self.compare)


class Study:
    """The window hands on keys, changes and its end; `changed` is told when a mode begins or ends."""

    def __init__(
        self,
        settings: Settings,
        pipeline: Pipeline,
        sources: Sources,
        models: Models,
        view: LiveView,
        timeline: Timeline,
        bar: StudyBar,
        actions: Mapping[str, QAction],
        dialogs: Dialogs,
        background: Background,
        say: Say,
        changed: Callable[[bool], None],
    ) -> None:
        self._live, self._actions, self._changed = view, actions, changed
        self.correct = CorrectControl(pipeline, sources, view, timeline, bar.correct, actions, dialogs, background, say)
        self.compare = CompareControl(
            settings,
            pipeline,
            sources,
            models,
            view,
            timeline,
            bar.compare,
            actions,
            dialogs,
            lambda: self.correct.entries,
            say,
        )
        self.correct.opened.connect(self._corrections_opened)
        view.mode_changed.connect(self._tool_taken)
        self._update()

    @property
    def active(self) -> bool:
        """Whether either is on."""
        return self.correct.active or self.compare.active

    def handlers(self) -> dict[str, Callable[[], None]]:
        """What the keys do."""
        correct, compare = self.correct, self.compare
        return {
            "toggle_correct": lambda: self._toggle(correct, compare),
            "toggle_compare": lambda: self._toggle(compare, correct),
            "polygon": lambda: correct.use("polygon"),
            "brush": lambda: correct.use("brush"),
            "eraser": lambda: correct.use("eraser"),
            "take_model": correct.take_model,
            "take_neighbour": correct.take_neighbour,
            "no_region": correct.no_region,
            "interpolate": correct.interpolate,
            "confirm": correct.confirm,
            "forget_correction": correct.forget,
            "undo": correct.undo,
            "redo": correct.redo,
            "save_training": correct.save,
            "toggle_difference": compare.toggle_difference,
            "next_place": lambda: self._go(1),
            "previous_place": lambda: self._go(-1),
            "zoom_in": lambda: self._zoom(STEP),
            "zoom_out": lambda: self._zoom(1 / STEP),
            "zoom_fit": lambda: self._zoom(None),
        }

    def resize_brush(self, steps: int) -> bool:
        """A larger or smaller brush; False where masks are not being corrected."""
        if self.correct.active:
            self.correct.resize_brush(steps)
        return self.correct.active

    def leave(self) -> bool:
        """Esc; False where there was nothing to leave."""
        if not self.active:
            return False
        if not (self.correct.active and self.correct.step_out()):
            self._stop()
        return True

    def reset(self) -> None:
        """Another source is shown."""
        self.compare.reset()
        self.correct.reset()
        self._update()

    def close(self) -> None:
        """The window closes."""
        self.compare.close()
        self.correct.close()

    def _toggle(self, one: CorrectControl | CompareControl, other: CorrectControl | CompareControl) -> None:
        if one.active:
            one.stop()
        else:
            other.stop()
            self._live.leave_mode()
            one.start()
        if self.compare.active:
            self.correct.look()  # They are one of the things that can be compared with.
        self._update()

    def _corrections_opened(self) -> None:
        """What is kept of the source is there: it is shown, or can be chosen."""
        if self.compare.active:
            self.compare.fill()
        else:
            self.correct.show_marks()

    def _stop(self) -> None:
        self.correct.stop()
        self.compare.stop()
        self._update()

    def _tool_taken(self) -> None:
        """Scan area and scale are set on the live view itself."""
        if self._live.tool is not None and self.active:
            self._stop()

    def _update(self) -> None:
        for name in {*ACTIONS, *_COMPARE_ACTIONS}:
            correcting = self.correct.active and name in ACTIONS
            self._actions[name].setEnabled(correcting or (self.compare.active and name in _COMPARE_ACTIONS))
        self._actions["toggle_correct"].setChecked(self.correct.active)
        self._actions["toggle_compare"].setChecked(self.compare.active)
        if not self.compare.active:
            self.correct.show_marks()
        if self.correct.active:
            self.correct.show()
        self._changed(self.active)

    @property
    def _view(self) -> StudyView | None:
        if self.correct.active:
            return self.correct.view
        return self.compare.view if self.compare.active else None

    def _go(self, step: int) -> None:
        (self.correct if self.correct.active else self.compare).go(step)

    def _zoom(self, times: float | None) -> None:
        if (view := self._view) is not None:
            view.zoom_fit() if times is None else view.zoom_by(times)
