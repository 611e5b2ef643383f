"""The keys that are no shortcuts: the raw picture while held, Enter on what has the focus, mouse buttons, arrows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QChildEvent, QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSlider, QWidget

from app.gui.bindings import MOUSE, Bindings, is_sequence, typed
from app.gui.keys import HELD
from app.gui.live_view import LiveView

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_BUTTONS = {button: name for name, button in MOUSE.items()}
_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)


class Keyboard(QObject):
    """Watches a window and everything that is in it, or comes into it."""

    def __init__(
        self,
        window: QWidget,
        view: LiveView,
        bindings: Bindings,
        actions: Mapping[str, QAction],
        hold_raw: Callable[[bool], None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._view = view
        self._bindings = bindings
        self._actions = actions
        self._hold_raw = hold_raw
        self._held: int | None = None
        self._watch(window)

    def _watch(self, part: QWidget) -> None:
        for widget in (part, *part.findChildren(QWidget)):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What holds the raw picture does so wherever the focus is; by default that is Space, so Enter presses."""
        kind = event.type()
        if kind is QEvent.Type.WindowDeactivate:
            self._let_go()
        elif isinstance(event, QChildEvent) and event.polished():
            child = event.child()
            if isinstance(child, QWidget) and not child.isWindow():
                self._watch(child)  # Such as what a message offers.
        if isinstance(watched, QWidget) and watched.window() is self._window:
            if isinstance(event, QKeyEvent):
                return self._key(watched, event, kind)
            if isinstance(event, QMouseEvent):
                return self._mouse(event, kind)
        return False

    def _key(self, watched: QWidget, event: QKeyEvent, kind: QEvent.Type) -> bool:
        if kind is QEvent.Type.ShortcutOverride:
            if event.key() in _ARROWS and (self._view.tool is not None or _goes_by_arrows(watched)):
                event.accept()
                return True
            return False
        if kind is QEvent.Type.KeyRelease and event.key() == self._held:
            if not event.isAutoRepeat():
                self._let_go()
            return True
        if isinstance(watched, QLineEdit):
            return False  # What is typed belongs to the field.
        if kind is QEvent.Type.KeyPress and self._holds_raw(event):
            if not event.isAutoRepeat():
                self._held = event.key()
                self._hold_raw(True)
            return True
        if kind is QEvent.Type.KeyPress and not is_sequence(typed(event)):
            return self._trigger(typed(event), event.isAutoRepeat())
        if kind is QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return _press(watched)
        return False

    def _holds_raw(self, event: QKeyEvent) -> bool:
        """Also with Shift or Ctrl down, so that nothing else comes of it."""
        names = {typed(event), QKeySequence(event.key()).toString()} - {""}
        return not names.isdisjoint(self._bindings.keys(HELD))

    def _let_go(self) -> None:
        self._held = None
        self._hold_raw(False)

    def _trigger(self, name: str, again: bool) -> bool:
        """Does what a key is bound to that is none of Qt's shortcuts."""
        owner = self._bindings.owner(name)
        if owner is not None and (not again or self._actions[owner].autoRepeat()):
            self._actions[owner].trigger()
        return owner is not None

    def _mouse(self, event: QMouseEvent, kind: QEvent.Type) -> bool:
        """A button that is bound, as of a pedal that plays a mouse."""
        owner = self._bindings.owner(_BUTTONS.get(event.button(), ""))
        if owner is None or kind not in (*_PRESSES, QEvent.Type.MouseButtonRelease):
            return False
        if owner == HELD:
            self._hold_raw(kind in _PRESSES)
        elif kind in _PRESSES:
            self._actions[owner].trigger()
        return True


def _goes_by_arrows(watched: QWidget) -> bool:
    """Whether the arrow keys are its own: they change it, or choose another button of its group."""
    return isinstance(watched, QSlider) or (isinstance(watched, QAbstractButton) and watched.group() is not None)


def _press(watched: QWidget) -> bool:
    if isinstance(watched, QAbstractButton):
        watched.click()
        return True
    if isinstance(watched, QComboBox):
        watched.showPopup()
        return True
    return False
