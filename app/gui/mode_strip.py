"""The line under the picture while a tool is in use: what to do, fields where something is typed, Set and Leave."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from app.gui.flow import FlowLayout
from app.gui.theme import TARGET
from app.gui.widgets import accessible, tip
from app.gui.words import tr

_TEXT = 260
"""Room for words in which they can be read."""
_BESIDE, _BELOW = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class ModeStrip(QWidget):
    """Everything that a tool needs can be done here by finger as well as by keys."""

    accepted = Signal()
    left = Signal()

    def __init__(self, leave: QAction) -> None:
        """`leave` is the action that leaves a tool by its key."""
        super().__init__()
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self.distance, self.depth_name = (
            self._field(tr("Distance in cm"), "cm", 76),
            self._field(tr("Depth setting"), tr("e.g. 4 cm"), 104),
        )
        self._fields = _named(tr("Distance in cm"), self.distance), _named(tr("Depth setting"), self.depth_name)
        controls = QWidget()
        self._flow = FlowLayout(8)
        controls.setLayout(self._flow)
        self._layout = QBoxLayout(_BESIDE, self)
        self._layout.setContentsMargins(12, 3, 6, 3)
        self._layout.setSpacing(8)
        self._layout.addWidget(self._text, 1)
        self._layout.addWidget(controls)
        for field in self._fields:
            self._flow.addWidget(field)
        for name, says, signal in (
            (tr("Set"), tr("Set (Enter)"), self.accepted),
            (tr("Leave"), "", self.left),
        ):
            button = QPushButton(name)
            button.setObjectName("segment")
            button.setMinimumWidth(2 * TARGET)
            accessible(button, name, says)
            if not says:
                tip(button, leave)
            button.clicked.connect(signal)
            self._flow.addWidget(button)
        self.hide()

    def _field(self, name: str, example: str, width: int) -> QLineEdit:
        field = QLineEdit()
        field.setFixedWidth(width)
        field.setPlaceholderText(example)
        field.setMaxLength(12)
        accessible(field, name)
        field.returnPressed.connect(self.accepted)
        return field

    def ask(self, text: str, fields: bool = False) -> None:
        """Shows what to do; with `fields`, the distance and the depth setting can be typed."""
        self._text.setText(text)
        self.setAccessibleName(text)
        appears = fields and (self.isHidden() or self._fields[0].isHidden())
        for field in self._fields:
            field.setVisible(fields)
        self._arrange()
        self.show()
        if appears:
            self.distance.clear()
            self.depth_name.clear()
            self.distance.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """The controls stand beside the text where that has room for its words, else below it."""
        beside = self.width() >= self._flow.row_width() + _TEXT
        self._flow.set_one_row(beside)
        self._layout.setDirection(_BESIDE if beside else _BELOW)

    def minimumSizeHint(self) -> QSize:
        """As narrow as it can be with the controls below the text."""
        margins = self._layout.contentsMargins()
        around = margins.left() + margins.right()
        return QSize(self._flow.widest() + around, super().minimumSizeHint().height())

    @property
    def text(self) -> str:
        """What is asked; empty while hidden."""
        return "" if self.isHidden() else self._text.text()


def _named(name: str, field: QLineEdit) -> QWidget:
    """A field with its name before it."""
    pair = QWidget()
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(QLabel(name))
    row.addWidget(field)
    return pair
