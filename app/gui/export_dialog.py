"""What of a recording is to be exported: which frames, what of them, and where to; then how far it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.gui.actions import keys_within, triggered_within
from app.gui.dialogs import Dialogs
from app.gui.outside import outside
from app.gui.widgets import ElidedLabel, Page, accessible, heading, push_button, scrolled
from app.gui.words import mark, tr
from app.options import SnapshotKind
from app.pipeline.codecs import Codec
from app.pipeline.export import Masks
from app.pipeline.exporter import Exported
from app.pipeline.gif import LONGEST_SIDE, RATE

LAST_S = (5, 10, 30, 60)
_WIDTH = 108
"""Of a button, at least."""
_SAME_S = 0.002
"""Time stamps that are closer are the same: they are rounded to a ms."""
_PICTURES: dict[SnapshotKind | Literal[""], str] = {
    "": mark("No frames"),
    "raw": mark("Frames as they came"),
    "overlay": mark("Frames with overlay"),
    "raw and overlay": mark("Frames raw and with overlay"),
    "side by side": mark("Frames side by side"),
}
_MASKS: dict[Masks | Literal[""], str] = {
    "": mark("No masks"),
    "scan area": mark("Masks, size of the scan area"),
    "frame": mark("Masks, size of the frame"),
}
_WHOLE_FRAME = mark(
    "The scan area is the whole frame: a name in the picture would be exported. Draw the scan area first."
)


@dataclass(frozen=True)
class Choice:
    """What the user chose, kept from one export to the next."""

    frames: str = "all"
    """'all', 'range' or 'last'."""
    seconds: int = 10
    video: bool = True
    gif: bool = False
    masks: Masks | None = None
    pictures: SnapshotKind | None = None
    table: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is to be written."""
        return not (self.video or self.gif or self.masks or self.pictures or self.table)

    @property
    def shows_pictures(self) -> bool:
        """Whether anything of the recorded pictures is written."""
        return bool(self.video or self.gif or self.pictures)


@dataclass(frozen=True)
class Situation:
    """What there is to export just now."""

    total: int
    """Frames of the recording."""
    at: int
    """The frame that is shown."""
    range: tuple[int, int] | None
    """First and last frame of what is repeated."""
    rate: float
    """Frames a second."""
    whole_frame: bool
    """Whether the scan area is the whole frame."""
    clip: str = ""
    """Name of the clip that is shown, where several are played as one; all else here is about it alone."""
    times_s: Sequence[float] | None = None
    """When each frame is shown, seconds since the first; None where only the rate is known."""

    def frames(self, choice: Choice) -> tuple[int, int]:
        """First and last frame of what is chosen."""
        if choice.frames == "range" and self.range is not None:
            return self.range
        if choice.frames == "last":
            return self._first_of_last(choice.seconds), self.at
        return 0, max(self.total - 1, 0)

    def seconds(self, first: int, last: int) -> float:
        """How long these frames are shown."""
        if self.times_s is None or last >= len(self.times_s):
            return (last - first + 1) / self.rate
        after = self.times_s[last + 1] if last + 1 < len(self.times_s) else self.times_s[last] + 1 / self.rate
        return after - self.times_s[first]

    def _first_of_last(self, seconds: float) -> int:
        """The first frame of the last seconds up to the one that is shown."""
        if self.times_s is None or self.at >= len(self.times_s):
            return max(self.at - round(seconds * self.rate) + 1, 0)
        return min(bisect_right(self.times_s, self.times_s[self.at] - seconds + _SAME_S), self.at)


class ExportDialog(Page):
    """Signals what is to be exported; the picture goes on behind it."""

    started = Signal()
    stopped = Signal()

    def __init__(self, parent: QWidget, choice: Choice, folder: Path, codec: Codec | None, toggle: QAction) -> None:
        super().__init__(parent)
        self._choice, self.folder, self._codec = choice, folder, codec
        self._situation = Situation(0, 0, None, 25.0, False)
        self._running = False
        self._ended: Exported | None = None
        self._dialogs = Dialogs(self)
        self.setWindowTitle(tr("Export"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make()
        self._place()
        keys_within(self, toggle, self.close)
        triggered_within(self, parent, "close")
        self._show_choice()
        room = self.screen().availableSize()
        self.resize(min(620, room.width() * 19 // 20), min(self.sizeHint().height(), room.height() * 9 // 10))

    # Building

    def _make(self) -> None:
        self.ranges = {
            "all": self._checkable(
                tr("All frames"), tr("Every frame of the recording"), lambda: self._take(frames="all")
            ),
            "range": self._checkable(tr("A–B"), tr("The range that is repeated"), lambda: self._take(frames="range")),
            "last": self._checkable(
                tr("Up to here"), tr("Seconds before this frame"), lambda: self._take(frames="last")
            ),
        }
        group = QButtonGroup(self)
        for button in self.ranges.values():
            group.addButton(button)
        self.seconds = self._combo(
            tr("Seconds up to the frame that is shown"), {one: tr("{n} seconds", n=one) for one in LAST_S}
        )
        self.seconds.activated.connect(lambda _: self._take(frames="last", seconds=self.seconds.currentData()))
        self.count = QLabel()
        self.count.setObjectName("quiet")
        kind = self._codec.name if self._codec is not None else tr("not possible here")
        self.video = self._checkable(
            tr("Clip, {kind}", kind=kind),
            tr("A clip of the scan area with its overlay"),
            lambda: self._take(video=self.video.isChecked()),
        )
        self.video.setEnabled(self._codec is not None)
        self.gif = self._checkable(
            tr("Animated GIF"),
            tr(
                "The same, {side} pixels wide at most and {rate:g} pictures a second",
                side=LONGEST_SIDE,
                rate=RATE,
            ),
            lambda: self._take(gif=self.gif.isChecked()),
        )
        self.table = self._checkable(
            tr("Table (CSV)"),
            tr("Of every frame: found or not, confidence, area, centre"),
            lambda: self._take(table=self.table.isChecked()),
        )
        self.pictures = self._combo(tr("Frames as PNG"), _PICTURES)
        self.pictures.activated.connect(lambda _: self._take(pictures=self.pictures.currentData() or None))
        self.masks = self._combo(tr("Masks as PNG"), _MASKS)
        self.masks.activated.connect(lambda _: self._take(masks=self.masks.currentData() or None))
        self.where = ElidedLabel("quiet", Qt.TextElideMode.ElideMiddle)
        self.where.setAccessibleName(tr("Folder to export into"))
        self.bar = QProgressBar()
        accessible(self.bar, tr("How far the export is"))
        self.bar.setTextVisible(False)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setMinimumHeight(3 * self.said.fontMetrics().height())
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.change = push_button(tr("Change …"), self._ask_folder, tr("Choose the folder to export into"), _WIDTH)
        self.go = push_button(tr("Export"), self._go, tr("Begin"), _WIDTH)
        self.show_folder = push_button(tr("Show folder"), self._show_folder, tr("Show what was exported"), _WIDTH)
        self.leave = push_button(tr("Close"), self.close, tr("Close; an export goes on"), _WIDTH)

    def _place(self) -> None:
        frames, things, where, buttons = QHBoxLayout(), QGridLayout(), QHBoxLayout(), QHBoxLayout()
        for row in (frames, things, where, buttons):
            row.setSpacing(8)
        for button in self.ranges.values():
            frames.addWidget(button, 1)
        frames.addWidget(self.seconds, 1)
        things.addWidget(self.video, 0, 0)
        things.addWidget(self.pictures, 0, 1)
        things.addWidget(self.gif, 1, 0)
        things.addWidget(self.masks, 1, 1)
        things.addWidget(self.table, 2, 0)
        things.setColumnStretch(0, 1)
        things.setColumnStretch(1, 1)
        where.addWidget(self.where, 1)
        where.addWidget(self.change)
        buttons.addWidget(self.go)
        buttons.addWidget(self.show_folder)
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        body = QWidget()
        choices, layout = QVBoxLayout(body), QVBoxLayout(self)
        choices.setContentsMargins(0, 0, 0, 0)
        layout.setContentsMargins(16, 12, 16, 14)
        for column in (choices, layout):
            column.setSpacing(8)
        choices.addWidget(heading(tr("Frames")))
        choices.addLayout(frames)
        choices.addWidget(self.count)
        choices.addWidget(heading(tr("What to write")))
        choices.addLayout(things)
        choices.addWidget(heading(tr("Folder")))
        choices.addLayout(where)
        choices.addStretch(1)
        layout.addWidget(scrolled(body), 1)
        layout.addWidget(self.said)
        layout.addWidget(self.bar)
        layout.addLayout(buttons)

    def _checkable(self, text: str, tooltip: str, call: Callable[[], object]) -> QPushButton:
        button = push_button(text, call, tooltip, _WIDTH)
        button.setCheckable(True)
        return button

    def _combo(self, name: str, entries: Mapping[Any, str]) -> QComboBox:
        combo = QComboBox()
        accessible(combo, name)
        for value, text in entries.items():
            combo.addItem(tr(text), value)
        return combo

    # What the user does

    @property
    def choice(self) -> Choice:
        return self._choice

    @property
    def frames(self) -> tuple[int, int]:
        """First and last frame of what is chosen."""
        return self._situation.frames(self._choice)

    def _take(self, **changed: object) -> None:
        self._choice = replace(self._choice, **changed)  # type: ignore[arg-type]
        self._ended = None
        self._show_choice()

    def _ask_folder(self) -> None:
        self._dialogs.ask_folder(tr("Folder to export into"), self._set_folder)

    def _set_folder(self, folder: str) -> None:
        self.folder = Path(folder)
        self._show_choice()

    def _go(self) -> None:
        if self._running:
            self.stopped.emit()
        elif not self._choice.empty:
            self.started.emit()

    def _show_folder(self) -> None:
        if self._ended is not None and self._ended.folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._ended.folder)))

    # What is

    def show_situation(self, situation: Situation) -> None:
        """What could be exported now; called again whenever that may have changed."""
        if situation != self._situation and not self._running:
            self._situation = situation
            self._show_choice()

    def show_progress(self, done: int, total: int | None) -> None:
        """An export runs."""
        self._running, self._ended = True, None
        self.bar.setRange(0, total or 0)
        self.bar.setValue(done)
        self.said.setText(
            tr("Exporting: {done} of {total} frames. Playing goes on.", done=done, total=total)
            if total
            else tr("Exporting: {done} frames. Playing goes on.", done=done)
        )
        self._enable()

    def show_ended(self, ended: Exported) -> None:
        """The export is over."""
        self._running, self._ended = False, ended
        self.bar.setRange(0, 1)
        self.bar.setValue(int(ended.whole))
        self.said.setText(outside(ended.text))
        self._enable()

    def _show_choice(self) -> None:
        choice, situation = self._choice, self._situation
        if choice.frames == "range" and situation.range is None:
            choice = self._choice = replace(choice, frames="all")
        self.ranges[choice.frames].setChecked(True)
        self.ranges["range"].setEnabled(situation.range is not None and not self._running)
        self.seconds.setCurrentIndex(self.seconds.findData(choice.seconds))
        first, last = situation.frames(choice)
        count = last - first + 1
        self.count.setText(
            tr(
                "Frames {first} to {last} of {total}: {count} frames, {seconds:.1f} s",
                first=first + 1,
                last=last + 1,
                total=situation.total,
                count=count,
                seconds=situation.seconds(first, last),
            )
        )
        self.video.setChecked(choice.video and self._codec is not None)
        self.gif.setChecked(choice.gif)
        self.table.setChecked(choice.table)
        self.pictures.setCurrentIndex(self.pictures.findData(choice.pictures or ""))
        self.masks.setCurrentIndex(self.masks.findData(choice.masks or ""))
        self.where.setText(str(self.folder))
        if not self._running and self._ended is None:
            self.said.setText(self._before())
            self.bar.setRange(0, 1)
            self.bar.setValue(0)
        self._enable()

    def _before(self) -> str:
        """What is to be known before an export."""
        said = []
        if self._situation.clip:
            said.append(tr("Only the clip that is shown is exported: {clip}.", clip=self._situation.clip))
        if self._situation.whole_frame and self._choice.shows_pictures:
            said.append(tr(_WHOLE_FRAME))
        return " ".join(said)

    def _enable(self) -> None:
        self.go.setText(tr("Stop") if self._running else tr("Export"))
        self.go.setAccessibleName(self.go.text())
        self.go.setEnabled(self._running or not self._choice.empty)
        self.show_folder.setEnabled(self._ended is not None and self._ended.folder is not None)
        for part in (self.gif, self.table, self.pictures, self.masks, self.change, self.seconds):
            part.setEnabled(not self._running)
        self.video.setEnabled(not self._running and self._codec is not None)
        self.ranges["all"].setEnabled(not self._running)
        self.ranges["last"].setEnabled(not self._running)
        self.ranges["range"].setEnabled(not self._running and self._situation.range is not None)
