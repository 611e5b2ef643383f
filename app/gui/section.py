"""A group of controls that folds away under its title, and what is remembered of that."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.gui.widgets import ElidedLabel, accessible, set_drawing
from app.gui.words import tr

TIME_LINE, DEMO_TIME_LINE = "time line", "time line of the demo"
_OPEN_AT_FIRST = (TIME_LINE,)


class Folds:
    """Which groups are open: in the settings stands only what differs from the default."""

    def __init__(self, kept: dict[str, bool]) -> None:
        """`kept` is the settings' own and is brought up to date."""
        self._kept = kept

    def is_open(self, name: str) -> bool:
        return self._kept.get(name, name in _OPEN_AT_FIRST)

    def keep(self, name: str, opened: bool) -> None:
        """Remembers it."""
        if opened == (name in _OPEN_AT_FIRST):
            self._kept.pop(name, None)
        else:
            self._kept[name] = opened


class Section(QWidget):
    """The title is the button; at its right a few words may say what is set, also while the group is folded away."""

    opened = Signal()
    """The user has opened it."""

    def __init__(self, title: str, name: str, folds: Folds) -> None:
        super().__init__()
        self._title, self._name, self._folds = title, name, folds
        self.header = QPushButton(title)
        self.header.setObjectName("section")
        self.header.setCheckable(True)
        self.header.toggled.connect(self._toggled)
        self.note = ElidedLabel("quiet")
        self.note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight)
        inside = QHBoxLayout(self.header)
        inside.setContentsMargins(self.fontMetrics().horizontalAdvance(title) + 56, 0, 4, 0)
        inside.addWidget(self.note)
        self._body = QWidget()
        self.body = QVBoxLayout(self._body)
        self.body.setContentsMargins(0, 0, 0, 8)
        self.body.setSpacing(6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.header)
        layout.addWidget(self._body)
        self.header.setChecked(folds.is_open(name))
        self._show(self.header.isChecked())

    def _toggled(self, opened: bool) -> None:
        self._folds.keep(self._name, opened)
        self._show(opened)
        if opened:
            self.opened.emit()

    def _show(self, opened: bool) -> None:
        self._body.setVisible(opened)
        set_drawing(self.header, "down" if opened else "right", 20)
        accessible(
            self.header,
            self._title,
            tr("Fold away: {title}", title=self._title) if opened else tr("Show: {title}", title=self._title),
        )
        self.header.setAccessibleDescription(tr("open") if opened else tr("folded away"))
