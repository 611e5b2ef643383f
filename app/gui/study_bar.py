"""The line under the picture while masks are corrected or compared: everything by finger and mouse, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.gui.flow import FlowLayout
from app.gui.theme import TARGET
from app.gui.widgets import accessible, action_button
from app.gui.words import mark, tr

CORRECT_TEXTS = {
    "polygon": mark("Polygon"),
    "brush": mark("Brush"),
    "eraser": mark("Eraser"),
    "take_model": mark("Model's mask"),
    "take_neighbour": mark("Neighbour's"),
    "no_region": mark("No region"),
    "interpolate": mark("Interpolate"),
    "confirm": mark("Confirm"),
    "forget_correction": mark("Forget"),
    "undo": mark("Undo"),
    "redo": mark("Redo"),
    "save_training": mark("Save as data …"),
}
SELF_TEST_TEXTS = {name: CORRECT_TEXTS[name] for name in ("polygon", "brush", "eraser", "no_region", "undo")}
OPEN_MASKS, OPEN_MODEL, OWN, RECORDED = "masks …", "model …", "own corrections", "recorded masks"


class CorrectBar(QWidget):
    """The tools, where a mask may come from, and what becomes of it."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        _strip(self)
        around = QVBoxLayout(self)
        around.setContentsMargins(10, 5, 8, 4)
        layout = FlowLayout(6)
        around.addLayout(layout)
        self.brush = BrushSize(actions)
        _add_tools(layout, actions, CORRECT_TEXTS, self.brush)
        layout.addWidget(_leave(actions["toggle_correct"]))
        self.hide()


class SelfTestBar(QWidget):
    """The tools, the way on, and how it went."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        _strip(self)
        row = FlowLayout(6)
        self.brush = BrushSize(actions)
        _add_tools(row, actions, SELF_TEST_TEXTS, self.brush)
        self._check = _fitting(action_button(actions["check_outline"], "", tr("Next case"), "segment"))
        row.addWidget(self._check)
        row.addWidget(_fitting(action_button(actions["next_place"], "", tr("Another case"), "segment")))
        row.addWidget(_leave(actions["toggle_test"]))
        self.numbers = _numbers_line(tr("How it went"))
        _stack(self, row, self.numbers)
        self.show_checked(False)
        self.hide()

    def show_checked(self, checked: bool) -> None:
        """Whether the outline of this picture was given."""
        self._check.setText(tr("Next case") if checked else tr("Check"))


class BrushSize(QWidget):
    """Says how large the brush is, and changes it."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.size_text = QLabel()
        self.size_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.size_text.setMinimumWidth(self.fontMetrics().horizontalAdvance("400 px") + 8)
        smaller = action_button(actions["less_threshold"], "", "−", "icon")
        larger = action_button(actions["more_threshold"], "", "+", "icon")
        for button, name in ((smaller, tr("Smaller brush")), (larger, tr("Larger brush"))):
            button.setAccessibleName(name)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for part in (smaller, self.size_text, larger):
            row.addWidget(part)

    def show_size(self, radius: float) -> None:
        """Of the brush, in frame pixels."""
        self.size_text.setText(f"{2 * radius:.0f} px")


class CompareBar(QWidget):
    """What is compared, how it is shown, and how far it agrees."""

    chosen = Signal(str, str)
    """'a' or 'b', and a model or one of the words above."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        _strip(self)
        self.a, self.b = QComboBox(), QComboBox()
        accessible(self.a, "A", tr("A, on the left: a model"))
        accessible(
            self.b, "B", tr("B, on the right: a model, a folder of masks, recorded masks or your own corrections")
        )
        row = FlowLayout(6)
        for name, box in (("a", self.a), ("b", self.b)):
            box.setMinimumWidth(170)
            box.setMaximumWidth(260)
            box.activated.connect(lambda _=0, name=name, box=box: self.chosen.emit(name, box.currentData()))
            side = QWidget()
            pair = QHBoxLayout(side)
            pair.setContentsMargins(0, 0, 0, 0)
            pair.addWidget(QLabel(name.upper()))
            pair.addWidget(box)
            row.addWidget(side)
        row.addWidget(_fitting(action_button(actions["toggle_difference"], "", tr("Difference"), "segment")))
        row.addWidget(_fitting(action_button(actions["previous_place"], "", tr("◀ Disagreement"), "segment")))
        row.addWidget(_fitting(action_button(actions["next_place"], "", tr("Disagreement ▶"), "segment")))
        row.addWidget(_leave(actions["toggle_compare"]))
        self.numbers = _numbers_line(tr("Agreement"))
        _stack(self, row, self.numbers)
        self.hide()

    def fill(self, box: QComboBox, entries: Sequence[tuple[str, str]], chosen: str) -> None:
        """Names and what they stand for."""
        with QSignalBlocker(box):
            box.clear()
            for name, data in entries:
                box.addItem(name, data)
            box.setCurrentIndex(max(box.findData(chosen), 0))


def _strip(widget: QWidget) -> None:
    widget.setObjectName("strip")
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)


def _add_tools(layout: FlowLayout, actions: Mapping[str, QAction], texts: Mapping[str, str], brush: QWidget) -> None:
    for name, text in texts.items():
        layout.addWidget(_fitting(action_button(actions[name], "", tr(text), "segment")))
        if name == "eraser":
            layout.addWidget(brush)


def _numbers_line(name: str) -> QLabel:
    line = QLabel()
    line.setObjectName("measures")
    line.setAccessibleName(name)
    line.setWordWrap(True)
    line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return line


def _stack(bar: QWidget, row: FlowLayout, numbers: QLabel) -> None:
    layout = QVBoxLayout(bar)
    layout.setContentsMargins(10, 4, 8, 4)
    layout.addLayout(row)
    layout.addWidget(numbers)


def _leave(action: QAction) -> QPushButton:
    button = _fitting(action_button(action, "", tr("Leave"), "segment"))
    button.setCheckable(False)
    return button


def _fitting(button: QPushButton) -> QPushButton:
    # A click leaves the keys with the picture.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setMinimumWidth(max(button.fontMetrics().horizontalAdvance(button.text()) + 28, TARGET))
    return button
