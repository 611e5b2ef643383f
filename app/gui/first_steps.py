"""The first steps: three cards over a corner of the picture, which goes on behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app.gui.actions import keys_of, with_keys
from app.gui.live_view import LiveView
from app.gui.status import NOTICE
from app.gui.widgets import accessible, action_button, tip
from app.gui.words import mark, tr

_MARGIN = 12
_WIDTH = 430


@dataclass(frozen=True)
class Step:
    """One card."""

    title: str
    text: str
    actions: tuple[str, ...] = ()
    """Actions of the window that can be done from the card."""


STEPS = (
    Step(
        mark("What this is, and is not"),
        mark(
            "A model outlines where the anaesthetic goes on an ultrasound picture of the groin. It is a guess: it does "
            "not find the nerve, and must not decide where a needle goes. {notice} Hold {raw} to see the picture "
            "without it."
        ),
    ),
    Step(
        mark("Choose a source"),
        mark(
            "A camera, a monitor, a part of the screen or a file: each is offered with its picture. Or stay with what "
            "is shown now."
        ),
        ("choose_source",),
    ),
    Step(
        mark("Check the scan area"),
        mark(
            "The model should see the ultrasound alone, without name, menu or scale: drag a rectangle round it. It is "
            "kept for this source. Snapshots hold nothing else."
        ),
        ("edit_scan_area", "reset_scan_area"),
    ),
)


class FirstSteps(QFrame):
    """Hidden until `start`; a key or its button skips it."""

    def __init__(self, view: LiveView, actions: Mapping[str, QAction], done: Callable[[], None]) -> None:
        """`done` is told when the steps were gone through or skipped."""
        super().__init__(view)
        self.setObjectName("firstSteps")
        self._view = view
        self._actions = actions
        self._done = done
        self._step = 0
        self.active = False
        """Whether the steps are being gone through; while the scan area is drawn they are out of the way."""
        self.title, self.text = QLabel(), QLabel()
        self.title.setObjectName("name")
        self.text.setWordWrap(True)
        self._extra: list[list[QPushButton]] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        layout.addLayout(self._row())
        view.installEventFilter(self)
        view.mode_changed.connect(lambda: self.setVisible(self.active and view.tool is None))
        self.hide()

    def _row(self) -> QHBoxLayout:
        self.skip, self.next = QPushButton(tr("Skip")), QPushButton(tr("Next"))
        accessible(self.skip, tr("Skip the first steps"))
        tip(self.skip, self._actions["leave"], self._actions["first_steps"])
        accessible(self.next, tr("Next step"))
        for button, call in ((self.skip, self.finish), (self.next, self._go_on)):
            button.setObjectName("segment")
            button.clicked.connect(call)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.skip, 1)
        for step in STEPS:
            self._extra.append([self._doing(name) for name in step.actions])
            for button in self._extra[-1]:
                row.addWidget(button, 2)
        row.addWidget(self.next, 1)
        return row

    def _doing(self, name: str) -> QPushButton:
        return action_button(self._actions[name], text=tr(_TEXTS[name]), name="segment")

    def start(self) -> None:
        """Begins with the first card."""
        self.active = True
        self._show(0)
        self.show()
        self._place()
        self.next.setFocus()

    def finish(self) -> None:
        """Done, or skipped."""
        self.active = False
        self._view.setFocus()
        self.hide()
        self._done()

    def _go_on(self) -> None:
        if self._step == len(STEPS) - 1:
            self.finish()
        else:
            self._show(self._step + 1)

    def _show(self, number: int) -> None:
        self._step = number
        step, last = STEPS[number], number == len(STEPS) - 1
        self.title.setText(tr("{n} of {total} · {title}", n=number + 1, total=len(STEPS), title=tr(step.title)))
        text = tr(step.text, notice=tr(NOTICE), raw=keys_of(self._actions["raw"]))
        self.text.setText(text)
        self.setAccessibleName(f"{self.title.text()}. {text}")
        for place, buttons in enumerate(self._extra):
            for button, name in zip(buttons, STEPS[place].actions, strict=True):
                button.setVisible(place == number)
                button.setText(with_keys(tr(_TEXTS[name]), self._actions[name]))
        self.skip.setVisible(not last)
        self.next.setText(tr("Done") if last else tr("Next"))
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        """In the lower left corner: the upper edge is the messages', and the middle the picture's."""
        layout, room = self.layout(), self._view
        if layout is None:
            return
        width = min(room.width() - 2 * _MARGIN, _WIDTH)
        layout.activate()
        height = self.heightForWidth(width)
        self.setGeometry(_MARGIN, max(room.height() - height - _MARGIN, 0), width, height)
        self.raise_()


_TEXTS = {
    "choose_source": mark("Choose a source"),
    "edit_scan_area": mark("Draw it"),
    "reset_scan_area": mark("Whole frame"),
}
