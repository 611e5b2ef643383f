"""The keys that are no shortcuts: Space while it is held, Enter on what has the focus, arrows where they are needed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSlider, QWidget

from app.gui.live_view import LiveView

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class Keyboard(QObject):
    """Watches a window and everything that is in it now."""

    def __init__(self, window: QWidget, view: LiveView, hold_raw: Callable[[bool], None]) -> None:
        super().__init__(window)
        self._window = window
        self._view = view
        self._hold_raw = hold_raw
        for widget in (window, *window.findChildren(QWidget)):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space is the raw picture wherever the focus is, so Enter presses what has the focus."""
        kind = event.type()
        if kind is QEvent.Type.WindowDeactivate:
            self._hold_raw(False)
        if isinstance(event, QKeyEvent) and isinstance(watched, QWidget) and watched.window() is self._window:
            return self._key(watched, event, kind)
        return False

    def _key(self, watched: QWidget, event: QKeyEvent, kind: QEvent.Type) -> bool:
        if kind is QEvent.Type.ShortcutOverride:
            own = isinstance(watched, QSlider) and event.key() in _ARROWS
            if own or (self._view.tool is not None and event.key() in _ARROWS):
                event.accept()
                return True
            return False
        if isinstance(watched, QLineEdit):
            return False  # What is typed belongs to the field.
        if event.key() == Qt.Key.Key_Space and kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            if not event.isAutoRepeat():
                self._hold_raw(kind is QEvent.Type.KeyPress)
            return True
        if kind is QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return _press(watched)
        return False


def _press(watched: QWidget) -> bool:
    if isinstance(watched, QAbstractButton):
        watched.click()
        return True
    if isinstance(watched, QComboBox):
        watched.showPopup()
        return True
    return False
