"""Play, pause, step, seek and repeat, for sources that are recordings."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.capture.source import Frame
from app.gui.status import clock
from app.gui.theme import icon
from app.gui.timeline import Timeline
from app.gui.widgets import action_button
from app.pipeline.ahead import Strips

_TO_HERE = "Repeat: to here"


class Transport(QWidget):
    """The time line under the picture, and a line of buttons and numbers."""

    sought = Signal(int)
    """A frame's number."""

    def __init__(self, actions: dict[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("transport")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._play = action_button(actions["play_pause"], "pause", "", "icon")
        self.slider = Timeline()
        self.slider.valueChanged.connect(self.sought)
        self.position = _quiet("Time and frame")
        self.speed = _quiet("Speed")
        self.loop = action_button(actions["loop"], "", "Repeat A–B", "segment")
        self.ahead = action_button(actions["toggle_ahead"], "", "Analyse", "segment")
        self.export = action_button(actions["export"], "", "Export …", "segment")
        self.progress = _quiet("Analysis")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(action_button(actions["step_back"], "step-back", "", "icon"))
        line.addWidget(self._play)
        line.addWidget(action_button(actions["step_forward"], "step-forward", "", "icon"))
        slower = action_button(actions["slower"], "", "Slower", "segment")
        faster = action_button(actions["faster"], "", "Faster", "segment")
        line.addWidget(slower)
        line.addWidget(self.speed)
        line.addWidget(faster)
        line.addWidget(self.loop)
        line.addWidget(self.export)
        line.addStretch(1)
        line.addWidget(self.progress)
        line.addWidget(self.ahead)
        line.addWidget(self.position)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 4)
        layout.setSpacing(4)
        layout.addWidget(self.slider)
        layout.addLayout(line)
        for button, longest in ((slower, ""), (faster, ""), (self.ahead, ""), (self.export, ""), (self.loop, _TO_HERE)):
            button.setMinimumWidth(self.fontMetrics().horizontalAdvance(longest or button.text()) + 40)
        self.speed.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.speed.setMinimumWidth(self.fontMetrics().horizontalAdvance("0.25 ×") + 8)
        self.set_speed(1.0)

    def set_length(self, frames: int) -> None:
        """The recording has that many frames."""
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(frames - 1, 0))
        self.slider.setPageStep(max(frames // 20, 1))
        self.position.setMinimumWidth(self.fontMetrics().horizontalAdvance(f"00:00.0 · {frames} / {frames}"))

    def set_playing(self, playing: bool) -> None:
        self._play.setIcon(icon("pause" if playing else "play"))
        self._play.setIconSize(QSize(22, 22))
        self._play.setAccessibleName("Pause" if playing else "Play")

    def set_speed(self, speed: float) -> None:
        """So many times as fast as it was taken."""
        self.speed.setText(f"{speed:g} ×")

    def set_range(self, frames: tuple[int, int | None] | None) -> None:
        """What is repeated; its last frame is None while it is not chosen yet."""
        texts = {None: "Repeat A–B", True: _TO_HERE, False: "Repeat off"}
        self.loop.setText(texts[None if frames is None else frames[1] is None])
        self.slider.range = frames
        self.slider.update()

    def set_strips(self, strips: Strips, progress: str) -> None:
        """What is known of each frame, and how far that is, in a few words."""
        self.slider.set_strips(strips)
        self.progress.setText(progress)

    def show_frame(self, frame: Frame) -> None:
        """Follows the recording, unless the user holds the slider."""
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(frame.number)
        time = f"{clock(frame.time_s)} · " if frame.time_s is not None else ""
        self.position.setText(f"{time}{frame.number + 1} / {self.slider.maximum() + 1}")


def _quiet(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName("quiet")
    label.setAccessibleName(name)
    return label
