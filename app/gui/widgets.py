"""Small parts of which the window is made."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from app.gui.status import Level
from app.gui.theme import LEVELS, QUIET, icon


class ElidedLabel(QLabel):
    """One line of text that gives way where room is short; all of it is in the tooltip."""

    def __init__(self, object_name: str, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        if text != self.text():
            super().setText(text)
            self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter | self.alignment()), text)
        painter.end()


class Chip(QLabel):
    """A word or a few on a coloured ground."""

    def __init__(self, accessible_name: str, quiet: bool = False) -> None:
        """A `quiet` chip has no ground as long as nothing is wrong."""
        super().__init__()
        self._quiet = quiet
        self._said: tuple[str, Level] | None = None
        self.setAccessibleName(accessible_name)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)

    @property
    def level(self) -> Level | None:
        return self._said[1] if self._said else None

    def _style(self, level: Level) -> str:
        if self._quiet and level is Level.PLAIN:
            return f"color: {QUIET}; padding: 4px 0;"
        ink, ground = LEVELS[level]
        return (
            f"color: {ink}; background: {ground}; border-radius: 6px; padding: 4px 10px; "
            "font-size: 15px; font-weight: 600;"
        )

    def say(self, text: str, level: Level) -> None:
        """Shows `text`; costs nothing where it is shown already."""
        if self._said == (text, level):
            return
        if self._said is None or self._said[1] is not level:
            self.setStyleSheet(self._style(level))
        self._said = (text, level)
        self.setText(text)
        self.setAccessibleDescription(text)


def action_button(action: QAction, icon_name: str = "", text: str | None = None, name: str = "") -> QPushButton:
    """A button for an action of the window: same tooltip, same state, pressed by the action's key as well."""
    button = QPushButton(action.iconText() if text is None else text)
    button.setObjectName(name)
    button.setAccessibleName(action.iconText())
    button.setToolTip(action.toolTip())
    button.setCheckable(action.isCheckable())
    button.setChecked(action.isChecked())
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if icon_name:
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(22, 22))
    button.clicked.connect(action.trigger)
    if action.isCheckable():
        action.toggled.connect(button.setChecked)
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
    return button


def heading(text: str) -> QLabel:
    """A quiet title over a group of controls."""
    label = QLabel(text)
    label.setObjectName("heading")
    return label


def accessible(widget: QWidget, name: str, tooltip: str = "") -> None:
    """Names a control for screen readers, and says what it does when pointed at."""
    widget.setAccessibleName(name)
    widget.setToolTip(tooltip or name)
