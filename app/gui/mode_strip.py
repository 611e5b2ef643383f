"""The line under the picture while a tool is in use: what to do, fields where something is typed, Set and Leave."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from app.gui.theme import TARGET
from app.gui.widgets import accessible, tip
from app.gui.words import tr


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
        self._fields = (QLabel(tr("Distance in cm")), self.distance, QLabel(tr("Depth setting")), self.depth_name)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 3, 6, 3)
        layout.setSpacing(8)
        layout.addWidget(self._text, 1)
        for field in self._fields:
            layout.addWidget(field)
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
            layout.addWidget(button)
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
        appears = fields and (self.isHidden() or self.distance.isHidden())
        for field in self._fields:
            field.setVisible(fields)
        self.show()
        if appears:
            self.distance.clear()
            self.depth_name.clear()
            self.distance.setFocus()

    @property
    def text(self) -> str:
        """What is asked; empty while hidden."""
        return "" if self.isHidden() else self._text.text()
