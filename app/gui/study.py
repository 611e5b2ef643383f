"""Correcting, comparing and testing as one part of the window: at most one of them is on, over the live view."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.gui.bridge import Background
from app.gui.compare_control import CompareControl
from app.gui.correct_control import ACTIONS, CorrectControl
from app.gui.correct_view import TOOLS, CorrectView
from app.gui.dialogs import Dialogs
from app.gui.live_view import LiveView
from app.gui.models import Models
from app.gui.scan_area_control import Say
from app.gui.self_test_control import ACTIONS as TEST_ACTIONS
from app.gui.self_test_control import SelfTestControl
from app.gui.sources import Sources
from app.gui.study_bar import CompareBar, CorrectBar, SelfTestBar
from app.gui.study_view import StudyView
from app.gui.timeline import Timeline
from app.gui.zoom import STEP
from app.pipeline.pipeline import Pipeline
from app.settings import Settings

Mode = CorrectControl | CompareControl | SelfTestControl
_COMPARE_ACTIONS = ("toggle_difference", "next_place", "previous_place", "zoom_in", "zoom_out", "zoom_fit")


class StudyBar(QWidget):
    """Where the bars of all stand."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.correct, self.compare, self.test = CorrectBar(actions), CompareBar(actions), SelfTestBar(actions)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for bar in (self.correct, self.compare, self.test):
            layout.addWidget(bar)


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
        self.test = SelfTestControl(
            *(settings, pipeline, sources, models, view, bar.test, actions, dialogs, background, self.correct, say)
        )
        self._modes: dict[str, Mode] = {
            "toggle_correct": self.correct,
            "toggle_compare": self.compare,
            "toggle_test": self.test,
        }
        self._brushes = bar.correct.brush, bar.test.brush
        self.correct.opened.connect(self._corrections_opened)
        view.mode_changed.connect(self._tool_taken)
        self.resize_brush(0)
        self._use("polygon")
        self._update()

    @property
    def active(self) -> bool:
        """Whether any is on."""
        return self._mode is not None

    def handlers(self) -> dict[str, Callable[[], None]]:
        """What the keys do."""
        correct, compare, test = self.correct, self.compare, self.test
        return {
            "toggle_correct": lambda: self._toggle(correct),
            "toggle_compare": lambda: self._toggle(compare),
            "toggle_test": lambda: self._toggle(test),
            "polygon": lambda: self._use("polygon"),
            "brush": lambda: self._use("brush"),
            "eraser": lambda: self._use("eraser"),
            "check_outline": test.check,
            "take_model": correct.take_model,
            "take_neighbour": correct.take_neighbour,
            "no_region": self._no_region,
            "interpolate": correct.interpolate,
            "confirm": correct.confirm,
            "forget_correction": correct.forget,
            "undo": self._undo,
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
        """A larger or smaller brush; False where nothing is drawn."""
        for view, size in zip(self._drawn_on, self._brushes, strict=True):
            view.resize_brush(steps)
            size.show_size(view.brush.radius)
        return self.correct.active or self.test.active

    @property
    def _drawn_on(self) -> tuple[CorrectView, CorrectView]:
        return self.correct.view, self.test.view

    def _use(self, name: str) -> None:
        """Takes a tool, for correcting and for testing alike."""
        for other in TOOLS:
            self._actions[other].setChecked(other == name)
        for view in self._drawn_on:
            view.use(name)
        if (shown := self._view) is not None:
            shown.setFocus()

    def leave(self) -> bool:
        """Esc; False where there was nothing to leave."""
        if not self.active:
            return False
        if self._mode is self.compare or not self._drawing.step_out():
            self._stop()
        return True

    def reset(self) -> None:
        """Another source is shown."""
        for mode in self._modes.values():
            mode.reset()
        self._update()

    def close(self) -> None:
        """The window closes."""
        for mode in self._modes.values():
            mode.close()

    def _toggle(self, one: Mode) -> None:
        if one.active:
            one.stop()
        else:
            self._stop()
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
        if self.test.waiting:
            self._toggle(self.test)

    def _stop(self) -> None:
        for mode in self._modes.values():
            mode.stop()
        self._update()

    def _tool_taken(self) -> None:
        """Scan area and scale are set on the live view itself."""
        if self._live.tool is not None and self.active:
            self._stop()

    def _update(self) -> None:
        own = {"toggle_correct": ACTIONS, "toggle_compare": _COMPARE_ACTIONS, "toggle_test": TEST_ACTIONS}
        for name in {name for names in own.values() for name in names}:
            self._actions[name].setEnabled(any(mode.active and name in own[key] for key, mode in self._modes.items()))
        for key, mode in self._modes.items():
            self._actions[key].setChecked(mode.active)
        if not self.compare.active:
            self.correct.show_marks()
        for shown in (self.correct, self.test):
            shown.show()
        self._changed(self.active)

    @property
    def _mode(self) -> Mode | None:
        return next((mode for mode in self._modes.values() if mode.active), None)

    @property
    def _drawing(self) -> CorrectControl | SelfTestControl:
        """What a drawing is for."""
        return self.test if self.test.active else self.correct

    @property
    def _view(self) -> StudyView | None:
        mode = self._mode
        return mode.view if mode is not None else None

    def _no_region(self) -> None:
        self._drawing.no_region()

    def _undo(self) -> None:
        self._drawing.undo()

    def _go(self, step: int) -> None:
        if (mode := self._mode) is not None:
            mode.go(step)

    def _zoom(self, times: float | None) -> None:
        if (view := self._view) is not None:
            view.zoom_fit() if times is None else view.zoom_by(times)
