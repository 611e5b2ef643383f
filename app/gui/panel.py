"""The controls beside the picture; all of it folds away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from app.gui.keys import tooltip
from app.gui.record_box import RecordBox
from app.gui.widgets import ElidedLabel, accessible, action_button, heading
from app.options import Layout, Style, engine_name

WIDTH = 312
OPEN_MODEL = "…"
"""The model chooser's last entry: a bundle's folder is asked for."""
_STYLE_NAMES: dict[Style, str] = {"fill": "Fill", "outline": "Outline", "both": "Both"}
_LAYOUT_NAMES: dict[Layout, str] = {"one": "Off", "two": "Beside", "corner": "Corner"}
_LAYOUT_TEXTS: dict[Layout, str] = {
    "one": "No second picture",
    "two": "The raw picture beside the one with the overlay",
    "corner": "The raw scan small in a corner",
}


class Panel(QScrollArea):
    """Signals what the user chose; the window does it and says back what is."""

    opacity_chosen = Signal(float)
    threshold_chosen = Signal(float)
    style_chosen = Signal(str)
    layout_chosen = Signal(str)
    model_chosen = Signal(str)
    engine_chosen = Signal(str)

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__()
        self._actions = actions
        self.setObjectName("panel")
        self.setWidgetResizable(True)
        self.setFixedWidth(WIDTH)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        body.setObjectName("panelBody")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(14, 6, 14, 12)
        layout.setSpacing(6)
        self._add_source(layout)
        self._add_overlay(layout)
        self._add_picture(layout)
        self.recordings = RecordBox(actions)
        layout.addWidget(self.recordings)
        self._add_scan_area(layout)
        self._add_orientation(layout)
        self._add_model(layout)
        layout.addStretch(1)
        self.setWidget(body)

    def _add_source(self, layout: QVBoxLayout) -> None:
        layout.addWidget(heading("Source"))
        self.source = action_button(self._actions["choose_source"], "source")
        layout.addWidget(self.source)
        layout.addWidget(action_button(self._actions["presets"], "preset"))

    def _add_overlay(self, layout: QVBoxLayout) -> None:
        layout.addWidget(heading("Overlay"))
        overlay = action_button(self._actions["toggle_overlay"], "overlay", "Overlay")
        layout.addLayout(_row(overlay, action_button(self._actions["toggle_spotlight"], "spotlight", "Spotlight")))
        texts = {style: f"Overlay as {name.lower()}" for style, name in _STYLE_NAMES.items()}
        self._style_buttons = self._segments(layout, _STYLE_NAMES, texts, "cycle_style", self.style_chosen)
        self.opacity, self.opacity_value = self._slider("Opacity", 5, 100, "more_opacity", "less_opacity")
        self.opacity.valueChanged.connect(lambda value: self.opacity_chosen.emit(value / 100))
        layout.addLayout(self._row("Opacity", self.opacity, self.opacity_value))
        self.threshold, self.threshold_value = self._slider("Threshold", 5, 95, "more_threshold", "less_threshold")
        self.threshold.valueChanged.connect(lambda value: self.threshold_chosen.emit(value / 100))
        self.threshold.setToolTip(f"{self.threshold.toolTip()}\n{tooltip('model_threshold')}")
        layout.addLayout(self._row("Threshold", self.threshold, self.threshold_value))
        self._layout_buttons = self._segments(
            layout, _LAYOUT_NAMES, _LAYOUT_TEXTS, "cycle_layout", self.layout_chosen, "Raw picture"
        )

    def _add_picture(self, layout: QVBoxLayout) -> None:
        layout.addWidget(heading("Picture"))
        grid = QGridLayout()
        grid.setSpacing(6)
        for number, (action, name, text) in enumerate(
            (
                ("toggle_freeze", "freeze", "Freeze"),
                ("snapshot", "snapshot", "Snapshot"),
                ("toggle_correct", "correct", "Correct"),
                ("toggle_compare", "compare", "Compare"),
            )
        ):
            grid.addWidget(action_button(self._actions[action], name, text), number // 2, number % 2)
        layout.addLayout(grid)

    def _add_scan_area(self, layout: QVBoxLayout) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(heading("Scan area"))
        self.scan_area = ElidedLabel("quiet")
        self.scan_area.setAccessibleName("Where the scan area comes from")
        line.addWidget(self.scan_area, 1)
        layout.addLayout(line)
        row = QHBoxLayout()
        row.setSpacing(6)
        for action, name, text in (
            ("find_scan_area", "find", "Find"),
            ("edit_scan_area", "scan-area", "Draw"),
            ("reset_scan_area", "whole-frame", "Whole"),
        ):
            row.addWidget(action_button(self._actions[action], name, text), 1)
        layout.addLayout(row)

    def _add_orientation(self, layout: QVBoxLayout) -> None:
        layout.addWidget(heading("Orientation and scale"))
        grid = QGridLayout()
        grid.setSpacing(6)
        self.lateral = action_button(self._actions["cycle_lateral"], "", "Lateral: –")
        self.scale = action_button(self._actions["cycle_scale"], "", "Scale: none")
        grid.addWidget(self.lateral, 0, 0)
        grid.addWidget(action_button(self._actions["toggle_mirror"], "mirror", "Mirrored"), 0, 1)
        grid.addWidget(action_button(self._actions["edit_scale"], "ruler", "Set scale"), 1, 0)
        grid.addWidget(self.scale, 1, 1)
        layout.addLayout(grid)

    def _add_model(self, layout: QVBoxLayout) -> None:
        layout.addWidget(heading("Model and engine"))
        self.model, self.engine = QComboBox(), QComboBox()
        accessible(self.model, "Model", "The model that predicts the block region")
        accessible(self.engine, "Engine", "What runs the model; Automatic takes the quickest here")
        self.model.activated.connect(lambda _: self.model_chosen.emit(self.model.currentData()))
        self.engine.activated.connect(lambda _: self.engine_chosen.emit(self.engine.currentData()))
        layout.addWidget(self.model)
        layout.addWidget(self.engine)
        steady = action_button(self._actions["toggle_steady"], "steady", "Steady")
        layout.addLayout(_row(steady, action_button(self._actions["self_check"], "check", "Self-check")))
        layout.addWidget(action_button(self._actions["toggle_plots"], "plots"))

    def _segments(
        self,
        layout: QVBoxLayout,
        names: Mapping[Any, str],
        texts: Mapping[Any, str],
        action: str,
        chosen: SignalInstance,
        label: str = "",
    ) -> dict[str, QPushButton]:
        """Adds a row of buttons of which one is down; gives them by what they stand for."""
        row = QHBoxLayout()
        row.setSpacing(6)
        if label:
            row.addWidget(QLabel(label))
        group = QButtonGroup(self)
        buttons: dict[str, QPushButton] = {}
        for value, name in names.items():
            button = QPushButton(name)
            button.setObjectName("segment")
            button.setCheckable(True)
            accessible(button, texts[value], f"{texts[value]}\n{tooltip(action)}")
            button.clicked.connect(lambda _=False, value=value: chosen.emit(value))
            group.addButton(button)
            buttons[value] = button
            row.addWidget(button, 1)
        layout.addLayout(row)
        return buttons

    def _slider(self, name: str, low: int, high: int, more: str, less: str) -> tuple[QSlider, QLabel]:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(low, high)
        slider.setPageStep(10)
        accessible(slider, name, f"{tooltip(more)}\n{tooltip(less)}")
        value = QLabel()
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        value.setFixedWidth(44)
        return slider, value

    def _row(self, name: str, slider: QSlider, value: QLabel) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        label = QLabel(name)
        label.setFixedWidth(76)
        label.setBuddy(slider)
        row.addWidget(label)
        row.addWidget(slider, 1)
        row.addWidget(value)
        return row

    # What is

    def show_source(self, name: str) -> None:
        """The button names the source; a long name is cut in its middle."""
        metrics = self.source.fontMetrics()
        self.source.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, WIDTH - 84))

    def show_scan_area(self, words: str) -> None:
        """Where the scan area comes from, and its size."""
        self.scan_area.setText(words)

    def show_lateral(self, side: str | None) -> None:
        self.lateral.setText(f"Lateral: {side or '–'}")

    def show_scale(self, name: str) -> None:
        """The button names the scale in use; empty: none."""
        text = f"Scale: {name or 'none'}"
        self.scale.setText(self.scale.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, WIDTH // 2 - 42))

    def show_opacity(self, opacity: float) -> None:
        with QSignalBlocker(self.opacity):
            self.opacity.setValue(round(opacity * 100))
        self.opacity_value.setText(f"{opacity:.0%}")

    def show_threshold(self, threshold: float) -> None:
        with QSignalBlocker(self.threshold):
            self.threshold.setValue(round(threshold * 100))
        self.threshold_value.setText(f"{threshold:.2f}")

    def show_style(self, style: Style) -> None:
        self._style_buttons[style].setChecked(True)
        self.opacity.setEnabled(True)

    def show_layout(self, layout: Layout) -> None:
        self._layout_buttons[layout].setChecked(True)

    def fill_models(self, names: Sequence[str], chosen: str) -> None:
        """The shipped models, the chosen one even where it is a folder, and the way to another folder."""
        self.model.clear()
        for name in names:
            self.model.addItem(f"Model: {name}", name)
        if chosen not in names:
            self.model.addItem(f"Model: {Path(chosen).name}", chosen)
        self.model.addItem("Open a model's folder…", OPEN_MODEL)
        self.model.setCurrentIndex(max(self.model.findData(chosen), 0))

    def fill_engines(self, names: Sequence[str], chosen: str) -> None:
        self.engine.clear()
        for name in names:
            self.engine.addItem(f"Engine: {engine_name(name)}", name)
        self.engine.setCurrentIndex(max(self.engine.findData(chosen), 0))


def _row(*widgets: QWidget) -> QHBoxLayout:
    """Widgets of the same width beside each other."""
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget, 1)
    return row
