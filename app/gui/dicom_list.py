"""The list of a DICOM folder or DICOMDIR: its clips by study and series, without anything about a patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.capture.dicom import DicomClip
from app.capture.dicom_folder import DicomEntry, DicomFolder
from app.capture.pixels import shrunk
from app.capture.source import Pixels, Source
from app.gui.actions import keys_within, triggered_within
from app.gui.bridge import Background
from app.gui.kept_list import thumbnail_icon
from app.gui.outside import outside
from app.gui.sources import Sources
from app.gui.widgets import Page, push_button
from app.gui.words import tr
from app.pipeline.kept import THUMBNAIL
from app.pipeline.scan_area import from_regions
from app.pipeline.types import SourceChanged, SourceState

ACTIONS = ("show_entries", "entry_back", "entry_next")
_ELSEWHERE = ("play_pause", "play_back", "play_on", "step_back", "step_forward", "close")
"""What the window's keys do in the list, too. Arrows, Home, End and Space are the list's own."""
_WIDTH = 92
"""Of a button, at least."""
_OPEN = (SourceState.RUNNING, SourceState.PAUSED, SourceState.ENDED)


class DicomList(Page):
    """Signals which clip is wanted; the picture goes on behind it."""

    chosen = Signal(int)
    """A clip's place in the list."""
    moved = Signal(int)
    """So many clips on, or back."""

    def __init__(
        self, parent: QWidget, entries: Sequence[DicomEntry], skipped: int, actions: Mapping[str, QAction]
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("DICOM clips"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        room = self.screen().availableSize()
        self.resize(min(430, room.width() * 19 // 20), min(500, room.height() * 9 // 10))
        self.list = QListWidget()
        self.list.setObjectName("kept")
        self.list.setAccessibleName(tr("Clips by study and series"))
        self.list.setIconSize(QSize(*THUMBNAIL))
        self.list.setSpacing(2)
        self.list.setUniformItemSizes(True)
        for entry in entries:
            self.list.addItem(QListWidgetItem(thumbnail_icon(None), words(entry)))
        self.list.itemActivated.connect(lambda _: self._choose())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 14)
        layout.addWidget(QLabel(_count(len(entries), skipped)))
        layout.addWidget(self.list, 1)
        layout.addLayout(self._buttons())
        keys_within(self, actions["show_entries"], self.close)
        keys_within(self, actions["entry_back"], lambda: self.moved.emit(-1))
        keys_within(self, actions["entry_next"], lambda: self.moved.emit(1))
        triggered_within(self, parent, *_ELSEWHERE)

    def mark(self, place: int | None) -> None:
        """This clip is the one that is shown."""
        for row in range(self.list.count()):
            font = self.list.item(row).font()
            font.setBold(row == place)
            self.list.item(row).setFont(font)
        if place is not None:
            self.list.setCurrentRow(place)

    def set_picture(self, place: int, pixels: Pixels) -> None:
        """A clip's small picture is there."""
        self.list.item(place).setIcon(thumbnail_icon(pixels))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(push_button(tr("Open"), self._choose, width=_WIDTH))
        row.addWidget(push_button(tr("Previous clip"), lambda: self.moved.emit(-1), width=_WIDTH))
        row.addWidget(push_button(tr("Next clip"), lambda: self.moved.emit(1), width=_WIDTH))
        row.addStretch(1)
        row.addWidget(push_button(tr("Close"), self.close, width=_WIDTH))
        return row

    def _choose(self) -> None:
        if self.list.currentRow() >= 0:
            self.chosen.emit(self.list.currentRow())


class DicomControl:
    """Knows the clips of the folder that was opened last, as long as one of them is shown."""

    def __init__(
        self,
        window: QWidget,
        sources: Sources,
        background: Background,
        actions: Mapping[str, QAction],
    ) -> None:
        self._window, self._sources, self._background = window, sources, background
        self._actions = {name: actions[name] for name in ACTIONS}
        self._folder: DicomFolder | None = None
        self._entries: list[DicomEntry] = []
        self._skipped = 0
        self.list: DicomList | None = None
        """The list, while it is open."""
        self._enable()

    def source_shown(self, source: Source) -> None:
        """Another source: the clips stay known where it is one of them."""
        if not (isinstance(source, DicomClip) and any(entry.path == source.path for entry in self._entries)):
            self._folder, self._entries = None, []
            if self.list is not None:
                self.list.close()
        self._enable()
        self._mark()

    def changed(self, event: SourceChanged) -> None:
        """The current source says something: a folder that is open has its list now, and shows it."""
        source = self._sources.current
        if not isinstance(source, DicomFolder) or source is self._folder or event.state not in _OPEN:
            return
        self._folder, self._entries, self._skipped = source, list(source.entries), source.skipped
        self._enable()
        if len(self._entries) > 1 and self.list is None:
            self._show(asked=False)

    def toggle(self) -> None:
        """Shows the list, or closes it."""
        if self.list is not None:
            self.list.close()
        elif self._entries:
            self._show(asked=True)

    def _show(self, asked: bool) -> None:
        """Where nobody asked for it, the keyboard stays with the picture."""
        self.list = DicomList(self._window, self._entries, self._skipped, self._actions)
        self.list.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, not asked)
        self.list.chosen.connect(self.open)
        self.list.moved.connect(self.move)
        self.list.finished.connect(self._closed)
        self._mark()
        # Over the controls rather than over the picture.
        window = self._window.geometry()
        self.list.move(window.right() - self.list.width() - 12, window.top() + 60)
        self.list.show()
        self._look(self.list, 0)

    def open(self, place: int) -> None:
        """Shows the clip at this place of the list alone."""
        entry = self._entries[place]
        # The folder, not each of its clips, is what the next start begins with.
        self._sources.open_when_good(DicomClip(entry.path, name=entry.name), remember=False)

    def move(self, clips: int) -> None:
        """Shows the clip so many on from the one that is shown, or back; at the ends nothing happens."""
        shown = self._shown()
        place = (0 if clips > 0 else -1) if shown is None else shown + clips
        if 0 <= place < len(self._entries):
            self.open(place)

    def _shown(self) -> int | None:
        """Place of the clip that is shown alone."""
        source = self._sources.current
        if not isinstance(source, DicomClip):
            return None
        return next((place for place, entry in enumerate(self._entries) if entry.path == source.path), None)

    def _mark(self) -> None:
        if self.list is not None:
            self.list.mark(self._shown())

    def _enable(self) -> None:
        for action in self._actions.values():
            action.setEnabled(bool(self._entries))

    def _look(self, shown: DicomList, place: int) -> None:
        """Has the small pictures made one after another, as long as that list is open."""
        if shown is not self.list or place >= len(self._entries):
            return

        def done(pixels: Pixels | None) -> None:
            if pixels is not None and shown is self.list:
                shown.set_picture(place, pixels)
            self._look(shown, place + 1)

        entry = self._entries[place]
        self._background.run("small picture", lambda: _picture(entry), done, lambda _: self._look(shown, place + 1))

    def _closed(self) -> None:
        self.list = None
        # Or its keys would be deaf where the desktop does not see to it.
        self._window.activateWindow()


def words(entry: DicomEntry) -> str:
    """Such as 'Series 2' and below it '48 frames, 10:31', with the study where there are several."""
    first, _, rest = entry.name.replace(", series", " · series").partition(", ")
    return f"{outside(first)}\n{outside(rest)}"


def _count(entries: int, skipped: int) -> str:
    clips = tr("1 clip") if entries == 1 else tr("{n} clips", n=entries)
    if skipped:
        return tr("{clips}; {skipped} files cannot be read and are left out.", clips=clips, skipped=skipped)
    return tr("{clips}.", clips=clips)


def _picture(entry: DicomEntry) -> Pixels | None:
    """The middle of a clip, small; of its ultrasound alone, where it says where that is. Raises SourceError."""
    clip = DicomClip(entry.path)
    try:
        clip.open()
        clip.seek(clip.frame_count // 2)
        picture, regions = clip.read(), clip.regions
    finally:
        clip.close()
    if picture is None:
        return None
    tissue = from_regions(regions)
    return shrunk(picture.pixels if tissue is None else tissue.area.cut(picture.pixels), THUMBNAIL)
