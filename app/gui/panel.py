"""The controls beside the picture; all of it folds away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from app.gui.record_box import RecordBox
from app.gui.section import Folds, Section
from app.gui.source_notes import Side
from app.gui.widgets import WheelScrolls, accessible, action_button, tip
from app.gui.words import mark, tr
from app.options import LanguageName, Layout, Style, ThemeName, engine_name

WIDTH = 328
_ABOUT = {
    "default": mark("The quick one, for live pictures."),
    "accurate": mark("The mean of three networks: more accurate, and several times slower."),
    "paper-unet": mark("The network of Huang et al. 2019, to compare with."),
}
"""What is said of the models that come with the program."""
OPEN_MODEL = "…"
"""The model chooser's last entry: a bundle's folder is asked for."""
_STYLE_NAMES: dict[Style, str] = {"fill": mark("Fill"), "outline": mark("Outline"), "both": mark("Both")}
_STYLE_TEXTS: dict[Style, str] = {
    "fill": mark("Overlay as fill"),
    "outline": mark("Overlay as outline"),
    "both": mark("Overlay as both"),
}
_LAYOUT_NAMES: dict[Layout, str] = {"one": mark("Off"), "two": mark("Beside"), "corner": mark("Corner")}
_LATERAL: dict[Side | None, str] = {
    None: mark("Lateral: –"),
    "left": mark("Lateral: left"),
    "right": mark("Lateral: right"),
}
_THEME_NAMES: dict[ThemeName, str] = {"dark": mark("Dark"), "light": mark("Light"), "system": mark("System")}
_LANGUAGE_NAMES: dict[LanguageName, str] = {"system": mark("As system"), "en": "English", "zh_CN": "中文"}
"""A language is called what it calls itself."""
_LANGUAGE_TEXTS: dict[LanguageName, str] = {
    "system": mark("Language: that of the desktop, where it is known here"),
    "en": "Language: English",
    "zh_CN": "语言:中文",
}
_THEME_TEXTS: dict[ThemeName, str] = {
    "dark": mark("Dark, for a dim room"),
    "light": mark("Light controls, for a bright room; what surrounds the picture stays dark"),
    "system": mark("Dark or light, as the desktop is"),
}
_LAYOUT_TEXTS: dict[Layout, str] = {
    "one": mark("No second picture"),
    "two": mark("The raw picture beside the one with the overlay"),
    "corner": mark("The raw scan small in a corner"),
}


class Panel(QScrollArea):
    """Signals what the user chose; the window does it and says back what is."""

    opacity_chosen = Signal(float)
    threshold_chosen = Signal(float)
    style_chosen = Signal(str)
    layout_chosen = Signal(str)
    model_chosen = Signal(str)
    engine_chosen = Signal(str)
    theme_chosen = Signal(str)
    language_chosen = Signal(str)

    def __init__(self, actions: dict[str, QAction], folds: Folds) -> None:
        super().__init__()
        self._actions = actions
        self._folds = folds
        self.setObjectName("panel")
        self.setWidgetResizable(True)
        self.setFixedWidth(WIDTH)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.recordings = RecordBox(actions)
        body = QWidget()
        body.setObjectName("panelBody")
        self._layout = QVBoxLayout(body)
        self._layout.setContentsMargins(14, 8, 14, 8)
        self._layout.setSpacing(6)
        self._add_everyday(self._layout)
        self._layout.addSpacing(2)
        self._add_overlay(self._section(tr("Look of the overlay"), "overlay").body)
        self._add_scan_area(self._section(tr("Scan area"), "scan area"))
        self._add_orientation(self._section(tr("Orientation and scale"), "orientation").body)
        self._add_recordings(self._section(tr("Recordings"), "recordings").body)
        self._add_model(self._section(tr("Model and engine"), "model").body)
        self._add_window(self._section(tr("Window and settings"), "window").body)
        self._layout.addStretch(1)
        self.setWidget(body)
        wheel = WheelScrolls(self)
        for control in (*body.findChildren(QComboBox), *body.findChildren(QSlider)):
            control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # Without the wheel's, which it has by default.
            control.installEventFilter(wheel)

    def _section(self, title: str, name: str) -> Section:
        section = Section(title, name, self._folds)
        # Once what was unfolded has its place.
        section.opened.connect(lambda: QTimer.singleShot(0, section, lambda: self.ensureWidgetVisible(section, 0, 8)))
        self._layout.addWidget(section)
        return section

    def _add_everyday(self, layout: QVBoxLayout) -> None:
        """What is always in sight, however low the window is."""
        actions, recordings = self._actions, self.recordings
        self.source = action_button(actions["choose_source"], "source")
        layout.addWidget(self.source)
        overlay = action_button(actions["toggle_overlay"], "overlay", tr("Overlay"))
        layout.addLayout(_row(overlay, action_button(actions["toggle_spotlight"], "spotlight", tr("Spotlight"))))
        freeze = action_button(actions["toggle_freeze"], "freeze", tr("Freeze"))
        layout.addLayout(_row(freeze, action_button(actions["snapshot"], "snapshot", tr("Snapshot"))))
        layout.addLayout(_row(recordings.record, recordings.save_last))
        self.opacity, self.opacity_value = self._slider(tr("Opacity"), 5, 100, "more_opacity", "less_opacity")
        self.opacity.valueChanged.connect(lambda value: self.opacity_chosen.emit(value / 100))
        layout.addLayout(self._row(tr("Opacity"), self.opacity, self.opacity_value))

    def _add_overlay(self, layout: QVBoxLayout) -> None:
        self._style_buttons = self._segments(layout, _STYLE_NAMES, _STYLE_TEXTS, "cycle_style", self.style_chosen)
        self.threshold, self.threshold_value = self._slider(
            tr("Threshold"), 5, 95, "more_threshold", "less_threshold", "model_threshold"
        )
        self.threshold.valueChanged.connect(lambda value: self.threshold_chosen.emit(value / 100))
        layout.addLayout(self._row(tr("Threshold"), self.threshold, self.threshold_value))
        self._layout_buttons = self._segments(
            layout, _LAYOUT_NAMES, _LAYOUT_TEXTS, "cycle_layout", self.layout_chosen, tr("Raw picture")
        )
        layout.addWidget(action_button(self._actions["toggle_steady"], "steady", tr("Steady")))

    def _add_scan_area(self, section: Section) -> None:
        self.scan_area = section.note
        self.scan_area.setAccessibleName(tr("Where the scan area comes from"))
        buttons = (
            action_button(self._actions[action], name, text)
            for action, name, text in (
                ("find_scan_area", "find", tr("Find")),
                ("edit_scan_area", "scan-area", tr("Draw")),
                ("reset_scan_area", "whole-frame", tr("Whole")),
            )
        )
        section.body.addLayout(_row(*buttons))

    def _add_orientation(self, layout: QVBoxLayout) -> None:
        self.lateral = action_button(self._actions["cycle_lateral"], "", tr(_LATERAL[None]))
        self.scale = action_button(self._actions["cycle_scale"], "", tr("Scale: none"))
        layout.addLayout(_row(self.lateral, action_button(self._actions["toggle_mirror"], "mirror", tr("Mirrored"))))
        layout.addLayout(_row(action_button(self._actions["edit_scale"], "ruler", tr("Set scale")), self.scale))

    def _add_recordings(self, layout: QVBoxLayout) -> None:
        layout.addWidget(self.recordings.memory)
        layout.addWidget(self.recordings.kept)
        layout.addWidget(self.recordings.snapshot)
        correct = action_button(self._actions["toggle_correct"], "correct", tr("Correct"))
        layout.addLayout(_row(correct, action_button(self._actions["toggle_compare"], "compare", tr("Compare"))))
        layout.addWidget(action_button(self._actions["toggle_test"], "test", tr("Test yourself")))

    def _add_model(self, layout: QVBoxLayout) -> None:
        self.model, self.engine = QComboBox(), QComboBox()
        accessible(self.model, tr("Model"), tr("The model that predicts the block region"))
        accessible(self.engine, tr("Engine"), tr("What runs the model; Automatic takes the quickest here"))
        self.model.activated.connect(lambda _: self.model_chosen.emit(self.model.currentData()))
        self.engine.activated.connect(lambda _: self.engine_chosen.emit(self.engine.currentData()))
        layout.addWidget(self.model)
        self.about_model = QLabel()
        self.about_model.setObjectName("quiet")
        self.about_model.setWordWrap(True)
        layout.addWidget(self.about_model)
        layout.addWidget(self.engine)

    def _add_window(self, layout: QVBoxLayout) -> None:
        actions = self._actions
        self._theme_buttons = self._segments(layout, _THEME_NAMES, _THEME_TEXTS, "", self.theme_chosen)
        self._language_buttons = self._segments(layout, _LANGUAGE_NAMES, _LANGUAGE_TEXTS, "", self.language_chosen)
        plots, keys = (
            action_button(actions["toggle_plots"], "plots"),
            action_button(actions["show_help"], "help", tr("Keys")),
        )
        presets, check = (
            action_button(actions["presets"], "preset"),
            action_button(actions["self_check"], "check", tr("Self-check")),
        )
        layout.addLayout(_row(presets, plots))
        layout.addLayout(_row(keys, check))

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
            button, text = QPushButton(tr(name)), tr(texts[value])
            button.setObjectName("segment")
            button.setCheckable(True)
            # A press leaves the arrow keys with the recording; who comes by Tab chooses by them.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            accessible(button, text)
            if action:
                tip(button, self._actions[action], first=text)
            button.clicked.connect(lambda _=False, value=value: chosen.emit(value))
            group.addButton(button)
            buttons[value] = button
            row.addWidget(button, 1)
        layout.addLayout(row)
        return buttons

    def _slider(self, name: str, low: int, high: int, *actions: str) -> tuple[QSlider, QLabel]:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(low, high)
        slider.setPageStep(10)
        accessible(slider, name)
        tip(slider, *(self._actions[action] for action in actions))
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
        short = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, WIDTH - 84)
        self.source.setText(short.replace("&", "&&"))  # One alone would make a shortcut of the letter after it.

    def show_scan_area(self, words: str) -> None:
        """Where the scan area comes from, and its size."""
        self.scan_area.setText(words)

    def show_lateral(self, side: Side | None) -> None:
        self.lateral.setText(tr(_LATERAL[side]))

    def show_scale(self, name: str) -> None:
        """The button names the scale in use; empty: none."""
        text = tr("Scale: {name}", name=name) if name else tr("Scale: none")
        self.scale.setText(self.scale.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, WIDTH // 2 - 42))

    def show_opacity(self, opacity: float) -> None:
        with QSignalBlocker(self.opacity):
            self.opacity.setValue(round(opacity * 100))
        self.opacity_value.setText(f"{opacity:.0%}")
        self.opacity.setAccessibleDescription(self.opacity_value.text())

    def show_threshold(self, threshold: float) -> None:
        with QSignalBlocker(self.threshold):
            self.threshold.setValue(round(threshold * 100))
        self.threshold_value.setText(f"{threshold:.2f}")
        self.threshold.setAccessibleDescription(self.threshold_value.text())

    def show_style(self, style: Style) -> None:
        self._style_buttons[style].setChecked(True)

    def show_theme(self, theme: ThemeName) -> None:
        self._theme_buttons[theme].setChecked(True)

    def show_language(self, language: LanguageName) -> None:
        self._language_buttons[language].setChecked(True)

    def show_layout(self, layout: Layout) -> None:
        self._layout_buttons[layout].setChecked(True)

    def fill_models(self, names: Sequence[str], chosen: str) -> None:
        """The shipped models, the chosen one even where it is a folder, and the way to another folder."""
        self.model.clear()
        for name in names:
            self.model.addItem(tr("Model: {name}", name=name), name)
        if chosen not in names:
            self.model.addItem(tr("Model: {name}", name=Path(chosen).name), chosen)
        self.model.addItem(tr("Open a model's folder…"), OPEN_MODEL)
        self.model.setCurrentIndex(max(self.model.findData(chosen), 0))
        self.about_model.setText(tr(_ABOUT[chosen]) if chosen in _ABOUT else "")
        self.about_model.setVisible(chosen in _ABOUT)

    def fill_engines(self, names: Sequence[str], chosen: str) -> None:
        self.engine.clear()
        for name in names:
            self.engine.addItem(tr("Engine: {name}", name=tr(engine_name(name))), name)
        self.engine.setCurrentIndex(max(self.engine.findData(chosen), 0))


def _row(*widgets: QWidget) -> QHBoxLayout:
    """Widgets of the same width beside each other."""
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget, 1)
    return row
