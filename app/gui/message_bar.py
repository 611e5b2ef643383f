"""Says what went wrong, over the upper edge of the picture, without taking the picture away."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.gui.actions import with_keys
from app.gui.outside import outside
from app.gui.widgets import accessible, set_drawing, tip
from app.gui.words import tr

SHOW_MS = 9000
_MARGIN = 12


class MessageBar(QFrame):
    """One message at a time; the newest wins. It goes by itself, by a key, or by its buttons."""

    covers = Signal(int)
    """How far down it covers what it stands over; 0: not at all."""

    def __init__(self, over: QWidget, leave: QAction) -> None:
        """`leave` is the action that closes it by its key."""
        super().__init__(over)
        self.setObjectName("messages")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._close = QPushButton()
        self._close.setObjectName("icon")
        set_drawing(self._close, "close", 20, over_picture=True)
        accessible(self._close, tr("Close the message"))
        tip(self._close, leave)
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 4, 6, 4)
        layout.addWidget(self._text, 1)
        self._offers = QHBoxLayout()
        layout.addLayout(self._offers)
        layout.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go)
        over.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What is said; empty while hidden."""
        return "" if self.isHidden() else self._text.text()

    def say(self, text: str, offers: Mapping[str, QAction] | None = None) -> None:
        """Shows one sentence, with a button for each action, by its name on it, that may be wanted now.

        A sentence of a layer below is said in the user's language where that is known.
        """
        text = outside(text)
        while (item := self._offers.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        before = self._close
        for name, action in (offers or {}).items():
            button = QPushButton(with_keys(name, action))
            button.setObjectName("offer")
            accessible(button, name, action.toolTip())
            # Hidden first: what the action does may say something new.
            button.clicked.connect(self.hide)
            button.clicked.connect(action.trigger)
            self._offers.addWidget(button)
            button.show()
            QWidget.setTabOrder(before, button)
            before = button
        QWidget.setTabOrder(before, self._close)
        self._text.setText(text)
        self.setAccessibleName(text)
        self.show()
        self._place()
        self.raise_()
        self._timer.start(SHOW_MS)

    def _go(self) -> None:
        """Goes by itself, but not from under who is about to press one of its buttons by a key."""
        if any(button.hasFocus() for button in self.findChildren(QPushButton)):
            self._timer.start(SHOW_MS)
        else:
            self.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.isHidden():  # And not only the window.
            self.covers.emit(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        room = self.parentWidget()
        if room is None:
            return
        width = min(room.width() - 2 * _MARGIN, 760)
        self.setFixedWidth(width)
        height = max(self.heightForWidth(width), self.sizeHint().height()) if self.hasHeightForWidth() else 56
        self.setGeometry((room.width() - width) // 2, _MARGIN, width, height)
        self.covers.emit(0 if self.isHidden() else _MARGIN + height)
