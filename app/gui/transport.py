"""Play, pause, step and seek, for sources that are recordings."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from app.capture.source import Frame
from app.gui.status import clock
from app.gui.theme import icon
from app.gui.widgets import accessible, action_button


class Transport(QWidget):
    """One line under the picture."""

    sought = Signal(int)
    """A frame's number."""

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("transport")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._play = action_button(actions["play_pause"], "pause", "", "icon")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        accessible(self.slider, "Position in the recording")
        self.slider.valueChanged.connect(self.sought)
        self.position = QLabel()
        self.position.setObjectName("quiet")
        self.position.setAccessibleName("Time and frame")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 2, 10, 2)
        layout.setSpacing(8)
        layout.addWidget(action_button(actions["step_back"], "step-back", "", "icon"))
        layout.addWidget(self._play)
        layout.addWidget(action_button(actions["step_forward"], "step-forward", "", "icon"))
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.position)

    def set_length(self, frames: int) -> None:
        """A recording of that many frames was opened."""
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(frames - 1, 0))
        self.slider.setPageStep(max(frames // 20, 1))
        self.position.setMinimumWidth(self.fontMetrics().horizontalAdvance(f"00:00.0 · {frames} / {frames}"))

    def set_playing(self, playing: bool) -> None:
        self._play.setIcon(icon("pause" if playing else "play"))
        self._play.setIconSize(QSize(22, 22))
        self._play.setAccessibleName("Pause" if playing else "Play")

    def show_frame(self, frame: Frame) -> None:
        """Follows the recording, unless the user holds the slider."""
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(frame.number)
        time = f"{clock(frame.time_s)} · " if frame.time_s is not None else ""
        self.position.setText(f"{time}{frame.number + 1} / {self.slider.maximum() + 1}")
