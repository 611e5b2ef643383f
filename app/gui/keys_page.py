"""The page of keys: every action with its keys of now, each of which can be changed by pressing another one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.gui.actions import keys_within
from app.gui.bindings import FIXED, MOUSE, SLOTS, Bindings, normal, typed, written
from app.gui.keys import HELD, KEYS, Key, key_for
from app.gui.widgets import Page, accessible, heading, push_button, scrolled, set_drawing
from app.gui.words import mark, tr

_COLUMNS = (
    (mark("Overlay"), mark("Picture"), mark("Orientation and scale"), mark("Correct by hand")),
    (mark("Recording"), mark("Compare and look closer"), mark("Test yourself"), mark("Source"), mark("Window")),
)
_COLUMN = 440
"""Width that a column needs, its frame included, or the words beside the keys would stand one by one."""
_AROUND = 60
"""What the page's margins, and a bar to scroll by, take of its width."""
_BUTTONS = {button: name for name, button in MOUSE.items()}
_HOW = mark(
    "Choose a key, then press another one, or the pedal. Each action takes two: one to type, one for a pedal. "
    "Tab goes on, and Enter presses what has the focus: these two stay."
)
_ALL, _REALLY = mark("Reset all"), mark("Really reset all")


class KeysPage(Page):
    """Changes the bindings at once; the picture goes on behind it."""

    def __init__(self, parent: QWidget, bindings: Bindings, toggle: QAction, keep: Callable[[], None]) -> None:
        """`toggle` is the action whose keys close the page, too; `keep` writes the settings."""
        super().__init__(parent)
        self._bindings = bindings
        self._toggle = toggle
        self._keep = keep
        self._waiting: tuple[str, int] | None = None
        self._asked: tuple[str, int, str] | None = None
        self.buttons: dict[tuple[str, int], QPushButton] = {}
        """The button of each slot of each action."""
        self.resets: dict[str, QPushButton] = {}
        self._shortcuts: list[QShortcut] = []
        self.setObjectName("help")
        self.setWindowTitle(tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build()
        self.installEventFilter(self)
        for button in self.findChildren(QPushButton):
            button.installEventFilter(self)
        bindings.changed.connect(self._show)
        # Or the window's keys would be deaf where the desktop does not see to it.
        self.finished.connect(parent.activateWindow)
        self._show()
        room = self.screen().availableSize()
        self.resize(min(1180, room.width() * 19 // 20), min(700, room.height() * 9 // 10))

    # Building

    def _build(self) -> None:
        body = QWidget()
        self._columns = QHBoxLayout(body)
        self._columns.setContentsMargins(0, 0, 8, 0)
        self._columns.setSpacing(28)
        self._grids = [self._column(groups) for groups in _COLUMNS]
        for grid in self._grids:
            self._columns.addLayout(grid, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 12, 14)
        layout.setSpacing(8)
        layout.addWidget(scrolled(body), 1)
        layout.addLayout(self._foot())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side the columns stand only where both have room for their words."""
        super().resizeEvent(event)
        both = len(_COLUMNS) * max(_COLUMN, self._widest()) + self._columns.spacing() + _AROUND
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(beside if event.size().width() >= both else below)

    def _widest(self) -> int:
        """Smallest width of a column in this font and language."""
        return max(grid.minimumSize().width() for grid in self._grids)

    def _column(self, groups: tuple[str, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        row = 0
        for group in groups:
            title = heading(tr(group))
            title.setContentsMargins(0, 8, 0, 2)
            grid.addWidget(title, row, 0)
            row += 1
            for key in (key for key in KEYS if key.group == group):
                self._add_row(grid, row, key)
                row += 1
        grid.setRowStretch(row, 1)
        return grid

    def _add_row(self, grid: QGridLayout, row: int, key: Key) -> None:
        text = QLabel(tr(key.text))
        text.setWordWrap(True)
        grid.addWidget(text, row, 0)
        for slot in range(SLOTS):
            button = push_button("", partial(self._wait_for, key.action, slot))
            button.setFixedWidth(112)
            self.buttons[key.action, slot] = button
            grid.addWidget(button, row, 1 + slot)
        reset = push_button("", lambda: self._reset(key.action))
        reset.setObjectName("icon")
        set_drawing(reset, "reset")
        accessible(reset, tr("Reset: {text}", text=tr(key.text)), tr("The keys as shipped"))
        policy = reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        reset.setSizePolicy(policy)
        self.resets[key.action] = reset
        grid.addWidget(reset, row, 1 + SLOTS)

    def _foot(self) -> QHBoxLayout:
        self.text = QLabel(tr(_HOW))
        self.text.setWordWrap(True)
        self.text.setMinimumHeight(2 * self.fontMetrics().height() + 4)
        self.move_key = push_button(tr("Move it here"), self._move)
        self.leave_key = push_button(tr("Leave it there"), self._stop)
        self.take_away = push_button(tr("No key"), self._take_away)
        self.stop = push_button(tr("Cancel"), self._stop)
        self.reset_all = push_button(tr(_ALL), self._reset_all)
        self.close_page = push_button(tr("Close"), self.close)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        for button in (
            *(self.move_key, self.leave_key, self.take_away, self.stop),
            *(self.reset_all, self.close_page),
        ):
            button.setMinimumWidth(button.fontMetrics().horizontalAdvance(tr(_REALLY)) + 28)
            row.addWidget(button)
        return row

    # What is

    def _show(self) -> None:
        """The keys of now, and what can be done."""
        for (action, slot), button in self.buttons.items():
            names = self._bindings.keys(action)
            name = names[slot] if slot < len(names) else ""
            waiting = self._waiting == (action, slot)
            shown = tr("Press …") if waiting else written(name) if name else "–"
            button.setText(button.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, 96))
            what = written(name) if name else tr("none")
            accessible(
                button,
                tr("{text}: second key, {what}", text=_text(action), what=what)
                if slot
                else tr("{text}: first key, {what}", text=_text(action), what=what),
                tr("Press to choose another key"),
            )
        for action, reset in self.resets.items():
            reset.setVisible(self._bindings.is_changed(action))
        waiting, asked = self._waiting is not None, self._asked is not None
        self.take_away.setVisible(waiting)
        self.stop.setVisible(waiting)
        self.move_key.setVisible(asked)
        self.leave_key.setVisible(asked)
        self.reset_all.setVisible(not waiting and not asked)
        self.reset_all.setEnabled(any(self._bindings.is_changed(action) for action in self.resets))
        self.reset_all.setText(tr(_ALL))
        self._listen_for_closing(not waiting)

    def _listen_for_closing(self, on: bool) -> None:
        """While the page waits for a key, none may close it."""
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._shortcuts = keys_within(self, self._toggle, self.close) if on else []

    def _say(self, text: str) -> None:
        self.text.setText(text)

    # What the user does

    def _wait_for(self, action: str, slot: int) -> None:
        """The next key that is pressed is this slot's."""
        self._waiting, self._asked = (action, slot), None
        hold = tr(" It has to be held down.") if action == HELD else ""
        self._say(
            tr(
                "{text}: press the new key or the pedal.{hold} Esc leaves it as it is.",
                text=_text(action),
                hold=hold,
            )
        )
        self._show()

    def reject(self) -> None:
        """Esc: a question is answered with no first."""
        if self._asked is not None:
            self._stop()
        else:
            super().reject()

    def _stop(self) -> None:
        self._waiting = self._asked = None
        self._say(tr(_HOW))
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While a key is waited for, every key is that key."""
        kind = event.type()
        if self._waiting is None:
            return False
        if isinstance(event, QKeyEvent):
            if kind is QEvent.Type.ShortcutOverride:
                event.accept()
            elif kind is QEvent.Type.KeyPress and not event.isAutoRepeat():
                self._pressed(event)
            return True
        if isinstance(event, QMouseEvent) and kind is QEvent.Type.MouseButtonPress and event.button() in _BUTTONS:
            self._chosen(_BUTTONS[event.button()])
            return True
        return False

    def _pressed(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._stop()
            return
        name = typed(event)
        if name in FIXED:
            self._say(
                tr("{name} stays what it is, or the window could not be used by keys: press another key.", name=name)
            )
            return
        try:
            self._chosen(normal(name))
        except ValueError:
            self._say(tr("Shift, Ctrl and Alt cannot be used alone: press another key."))

    def _chosen(self, name: str) -> None:
        assert self._waiting is not None
        action, slot = self._waiting
        owner = self._bindings.owner(name)
        if owner is None or owner == action:
            self._bind(action, slot, name)
            return
        self._waiting, self._asked = None, (action, slot, name)
        self._say(
            tr(
                "{key} is taken by '{owner}'. Move it to '{action}'?",
                key=written(name),
                owner=_text(owner),
                action=_text(action),
            )
        )
        self._show()
        self.move_key.setFocus()

    def _move(self) -> None:
        if self._asked is not None:
            self._bind(*self._asked)

    def _bind(self, action: str, slot: int, name: str) -> None:
        owner = self._bindings.owner(name)
        self._waiting = self._asked = None
        self._bindings.bind(action, slot, name)
        text = f"{written(name)}: {_text(action)}." if name else tr("{text}: a key was taken away.", text=_text(action))
        if owner is not None and owner != action and not self._bindings.label(owner):
            text += tr(" '{text}' has no key now.", text=_text(owner))
        self._say(text)
        self._keep()
        self.buttons[action, slot].setFocus()

    def _take_away(self) -> None:
        if self._waiting is not None:
            self._bind(*self._waiting, "")

    def _reset(self, action: str) -> None:
        self._bindings.reset(action)
        self._say(tr("{text}: {label}, as shipped.", text=_text(action), label=self._bindings.label(action)))
        self._keep()

    def _reset_all(self) -> None:
        """At the second press only."""
        if self.reset_all.text() == tr(_ALL):
            self.reset_all.setText(tr(_REALLY))
            return
        self._bindings.reset_all()
        self._say(tr("All keys are as shipped."))
        self._keep()


def _text(action: str) -> str:
    """What an action does, for people."""
    return tr(key_for(action).text)
