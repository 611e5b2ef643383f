"""Play, pause, step, seek and repeat, for sources that are recordings."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.capture.source import Frame, SourceKind
from app.gui.section import DEMO_TIME_LINE, TIME_LINE, Folds
from app.gui.status import clock
from app.gui.theme import TARGET
from app.gui.timeline import Timeline
from app.gui.widgets import accessible, action_button, set_drawing, tip
from app.gui.words import mark, tr
from app.pipeline.ahead import Strips

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)

_TO_HERE = mark("Repeat: to here")


class Transport(QWidget):
    """The time line under the picture, and a line of buttons and numbers; thin, all of it is one line."""

    sought = Signal(int)
    """A frame's number."""
    speed_chosen = Signal(float)

    def __init__(self, actions: dict[str, QAction], folds: Folds) -> None:
        super().__init__()
        self._folds = folds
        self._fold_name = TIME_LINE
        self.cramped = False
        self.setObjectName("transport")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.back = action_button(actions["play_back"], "play-back", "", "icon")
        self.back.setCheckable(True)  # Down while it plays backwards; `set_playing` says so.
        self._play = action_button(actions["play_pause"], "pause", "", "icon")
        self.slider = Timeline()
        self.slider.valueChanged.connect(self.sought)
        self.position = _quiet(tr("Time and frame"))
        self.speed = QComboBox()
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g} ×", speed)
        self.speed.setFixedWidth(self.fontMetrics().horizontalAdvance("0.25 ×") + 52)
        accessible(self.speed, tr("Speed"))
        tip(self.speed, actions["slower"], actions["faster"], first=tr("Speed"))
        self.speed.activated.connect(lambda _: self.speed_chosen.emit(self.speed.currentData()))
        self.loop = action_button(actions["loop"], "", tr("Repeat A–B"), "segment")
        self.ahead = action_button(actions["toggle_ahead"], "", tr("Analyse"), "segment")
        self.export = action_button(actions["export"], "", tr("Export …"), "segment")
        self.progress = self.slider.progress
        self.form = QPushButton()
        self.form.setObjectName("icon")
        self.form.clicked.connect(self._change_form)
        self._line = QHBoxLayout()
        self._line.setSpacing(8)
        self._line.addWidget(action_button(actions["step_back"], "step-back", "", "icon"))
        self._line.addWidget(self.back)
        self._line.addWidget(self._play)
        self._line.addWidget(action_button(actions["step_forward"], "step-forward", "", "icon"))
        self._line.addWidget(self.speed)
        self._line.addWidget(self.loop)
        self._line.addWidget(self.export)
        self._line.addStretch(1)
        self._line.addWidget(self.ahead)
        self._line.addWidget(self.position)
        self._line.addWidget(self.form)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(10, 4, 10, 4)
        self._lines.setSpacing(4)
        self._lines.addLayout(self._line)
        self._optional = (self.loop, self.ahead, self.export)
        for button, longest in ((self.ahead, ""), (self.export, ""), (self.loop, tr(_TO_HERE))):
            button.setMinimumWidth(self.fontMetrics().horizontalAdvance(longest or button.text()) + 40)
        self._set_thin(False)
        self.set_speed(1.0)

    @property
    def thin(self) -> bool:
        """Whether all is one line."""
        return self._line.indexOf(self.slider) >= 0

    def set_kind(self, kind: SourceKind) -> None:
        """A demo's line is thin, a recording's whole, unless the user has it otherwise; remembered for each."""
        self._fold_name = DEMO_TIME_LINE if kind is SourceKind.DEMO else TIME_LINE
        self._show_form()

    @property
    def spare(self) -> int:
        """The height that it gives way by where it is cramped."""
        if self.isHidden() or not self._folds.is_open(self._fold_name):
            return 0
        whole, thin = self.slider.heights
        return whole + self._lines.spacing() - max(thin - TARGET, 0)

    def set_cramped(self, cramped: bool) -> None:
        """There is no room for the whole line: it is thin, whatever the user wants."""
        if cramped is not self.cramped:
            self.cramped = cramped
            self.form.setHidden(cramped)
            self._show_form()

    def _change_form(self) -> None:
        self._folds.keep(self._fold_name, self.thin)
        self._show_form()

    def _show_form(self) -> None:
        self._set_thin(self.cramped or not self._folds.is_open(self._fold_name))

    def _set_thin(self, thin: bool) -> None:
        self._line.removeWidget(self.slider)
        self._lines.removeWidget(self.slider)
        self.slider.set_thin(thin)
        if thin:
            self._line.insertWidget(self._line.indexOf(self.ahead), self.slider, 1000)
        else:
            self._lines.insertWidget(0, self.slider)
        self.speed.setVisible(not thin)
        self._show_what_fits()
        set_drawing(self.form, "up" if thin else "down")
        accessible(self.form, tr("Show the whole time line") if thin else tr("Make the time line thin"))

    def _show_what_fits(self) -> None:
        """In a narrow window, what is not needed at every moment gives way; its keys go on working."""
        fits = self._needed() + self._giving_way() <= self.width()
        for widget in self._optional:
            widget.setVisible(fits and not self.thin)

    def _giving_way(self) -> int:
        """Width of what may be left out."""
        return sum(max(one.sizeHint().width(), one.minimumWidth()) + self._line.spacing() for one in self._optional)

    def _needed(self) -> int:
        """Width of all the rest."""
        return super().minimumSizeHint().width() - (0 if self.loop.isHidden() else self._giving_way())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_what_fits()

    def minimumSizeHint(self) -> QSize:
        """Without what may be left out."""
        return QSize(self._needed(), super().minimumSizeHint().height())

    def set_length(self, frames: int) -> None:
        """The recording has that many frames."""
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(frames - 1, 0))
        self.slider.setPageStep(max(frames // 20, 1))
        self.position.setMinimumWidth(self.fontMetrics().horizontalAdvance(f"00:00.0 · {frames} / {frames}"))

    def set_playing(self, playing: bool, backwards: bool = False) -> None:
        set_drawing(self._play, "pause" if playing else "play")
        self._play.setAccessibleName(tr("Pause") if playing else tr("Play"))
        self.back.setChecked(playing and backwards)

    def set_speed(self, speed: float) -> None:
        """So many times as fast as it was taken; one of SPEEDS."""
        self.speed.setCurrentIndex(self.speed.findData(speed))

    def set_range(self, frames: tuple[int, int | None] | None) -> None:
        """What is repeated; its last frame is None while it is not chosen yet."""
        texts = {None: tr("Repeat A–B"), True: tr(_TO_HERE), False: tr("Repeat off")}
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
        self.slider.setAccessibleDescription(self.position.text())


def _quiet(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName("quiet")
    label.setAccessibleName(name)
    return label
