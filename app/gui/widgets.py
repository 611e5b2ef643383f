"""Small parts of which the window is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QPushButton, QScrollArea, QSizePolicy, QWidget

from app.gui.status import Level
from app.gui.theme import DRAWING, icon, now


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

    def __init__(self, accessible_name: str, quiet: bool = False, least: str = "") -> None:
        """A `quiet` chip has no ground as long as nothing is wrong.

        Where room is short, a text longer than `least` gives way at its end; without `least`, none does.
        """
        super().__init__()
        self._said: tuple[str, Level] | None = None
        self._least = least
        self.setObjectName("chip")
        self.setProperty("quiet", quiet)
        self.setAccessibleName(accessible_name)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        gives_way = QSizePolicy.Policy.Maximum if least else QSizePolicy.Policy.Minimum
        self.setSizePolicy(gives_way, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        whole = super().sizeHint()
        spared = self._advance(self.text()) - self._advance(f"{self._least}…") if self._least else 0
        return QSize(whole.width() - max(spared, 0), whole.height())

    def _advance(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        if self._advance(self.text()) <= room.width() or not self._least:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        self.drawFrame(painter)  # With its ground.
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), text)
        painter.end()

    @property
    def level(self) -> Level | None:
        return self._said[1] if self._said else None

    def say(self, text: str, level: Level) -> None:
        """Shows `text`; costs nothing where it is shown already."""
        if self._said == (text, level):
            return
        if self._said is None or self._said[1] is not level:
            self.setProperty("level", level.value)
            restyle(self)
        self._said = (text, level)
        self.setText(text)
        self.setAccessibleDescription(text)
        if self._least:
            self.setToolTip(text)


def restyle(widget: QWidget) -> None:
    """Has the style sheet look at the widget's properties anew."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def set_drawing(button: QAbstractButton, name: str, size: int = 22, over_picture: bool = False) -> None:
    """Gives a button a drawing of assets/icons; it follows the theme, except over the picture, where all is dark."""
    button.setIcon(icon(name) if over_picture else icon(name, now().text))
    button.setProperty(DRAWING, "" if over_picture else name)
    button.setIconSize(QSize(size, size))


class _Tip(QObject):
    """Keeps what a widget says when pointed at true while keys change."""

    def __init__(self, widget: QWidget, first: str, actions: Sequence[QAction]) -> None:
        super().__init__(widget)
        self._widget, self._first, self._actions = widget, first, actions
        for action in actions:
            action.changed.connect(self.say)
        self.say()

    def say(self) -> None:
        lines = [self._first, *(action.toolTip() for action in self._actions)]
        self._widget.setToolTip("\n".join(filter(None, lines)))


def tip(widget: QWidget, *actions: QAction, first: str = "") -> None:
    """Has a widget say, when pointed at, what these actions do and by which keys, now and later."""
    _Tip(widget, first, actions)


def action_button(action: QAction, icon_name: str = "", text: str | None = None, name: str = "") -> QPushButton:
    """A button for an action of the window: same tooltip, same state, pressed by the action's key as well."""
    button = QPushButton(action.iconText() if text is None else text)
    button.setObjectName(name)
    button.setAccessibleName(action.iconText())
    tip(button, action)
    button.setCheckable(action.isCheckable())
    button.setChecked(action.isChecked())
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if icon_name:
        set_drawing(button, icon_name)
    button.clicked.connect(action.trigger)
    if action.isCheckable():
        action.toggled.connect(button.setChecked)
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
    return button


def push_button(text: str, call: Callable[[], object], tooltip: str = "", width: int = 0) -> QPushButton:
    """A button of a page or a dialog, at least `width` wide."""
    button = QPushButton(text)
    button.setObjectName("segment")
    button.setMinimumWidth(width)
    accessible(button, text.removesuffix(" …"), tooltip)
    button.clicked.connect(lambda _=False: call())
    return button


class Page(QDialog):
    """Enter belongs to what has the focus: there is no button that it presses from everywhere."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)


class WheelScrolls(QObject):
    """Has the wheel scroll past a control that has not the focus, instead of changing what it sets."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def heading(text: str) -> QLabel:
    """A quiet title over a group of controls."""
    label = QLabel(text)
    label.setObjectName("heading")
    return label


def scrolled(body: QWidget) -> QScrollArea:
    """Room in which `body` is scrolled up and down where there is too little of it."""
    body.setObjectName(body.objectName() or "panelBody")
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(body)
    return area


def accessible(widget: QWidget, name: str, tooltip: str = "") -> None:
    """Names a control for screen readers, and says what it does when pointed at."""
    widget.setAccessibleName(name)
    widget.setToolTip(tooltip or name)
