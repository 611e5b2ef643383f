"""The list of recordings and snapshots: by their time, with a small picture; opened, shown in their folder, deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QColor, QDesktopServices, QIcon, QImage, QKeySequence, QPainter, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.capture.source import Pixels
from app.gui.actions import keys_of, keys_within
from app.gui.bridge import Background
from app.gui.images import to_image
from app.gui.record_control import megabytes, minutes
from app.gui.theme import RAISED
from app.gui.widgets import Page, push_button
from app.gui.words import mark, tr
from app.paths import pictures_folder, recordings_folder
from app.pipeline.kept import THUMBNAIL, Kept, delete, find_kept
from app.pipeline.recorder import Recorder
from app.settings import Settings

_KEPT = Qt.ItemDataRole.UserRole
_FOLDER = mark("Show folder")
_WIDTH = 108
"""Of a button, at least."""


class KeptList(Page):
    """Signals what is to be done; the picture goes on behind it."""

    open_asked = Signal(object)
    folder_asked = Signal(object)
    delete_asked = Signal(object)
    """A Kept; it was confirmed."""

    def __init__(self, parent: QWidget, actions: Mapping[str, QAction]) -> None:
        super().__init__(parent)
        self._actions = actions
        self._running: Path | None = None
        self.setWindowTitle(tr("Recordings and snapshots"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        room = self.screen().availableSize()
        self.resize(min(620, room.width() * 19 // 20), min(560, room.height() * 9 // 10))
        self.list = QListWidget()
        self.list.setObjectName("kept")
        self.list.setAccessibleName(tr("Recordings and snapshots, the newest first"))
        self.list.setIconSize(QSize(*THUMBNAIL))
        self.list.setSpacing(2)
        self.list.setUniformItemSizes(True)
        self.list.itemActivated.connect(lambda _: None if self._is_running else self._ask(self.open_asked))
        self.list.currentItemChanged.connect(lambda *_: self._enable())
        self.empty = QLabel(tr("Looking …"))
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.buttons = {
            name: push_button(tr(name), do, width=_WIDTH)
            for name, do in (
                (mark("Open"), lambda: self._ask(self.open_asked)),
                (_FOLDER, lambda: self._ask(self.folder_asked)),
                (mark("Delete …"), self._confirm),
            )
        }
        for button in self.buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(push_button(tr("Close"), self.close, width=_WIDTH))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 14)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self.list, 1)
        layout.addLayout(row)
        for key in ("Del", "Backspace"):
            QShortcut(QKeySequence(key), self, self._confirm)
        keys_within(self, actions["show_kept"], self.close)
        self.fill(None)

    def fill(self, found: Sequence[Kept] | None, running: Path | None = None) -> None:
        """Lists these; None as long as they are being looked for. `running` is being recorded now."""
        self._running = running
        at = max(self.list.currentRow(), 0)
        self.list.clear()
        for kept in found or ():
            item = QListWidgetItem(thumbnail_icon(kept.thumbnail), words(kept, kept.path == running))
            item.setData(_KEPT, kept)
            item.setToolTip(str(kept.path))
            self.list.addItem(item)
        self.list.setCurrentRow(min(at, self.list.count() - 1))
        appears = bool(found) and self.list.isHidden()
        self.list.setVisible(bool(found))
        self.empty.setVisible(not found)
        if appears:
            self.list.setFocus()  # Arrow keys choose, and Enter opens, at once.
        if found is not None:
            record, last, snapshot = (
                keys_of(self._actions[name]) for name in ("toggle_recording", "save_last", "snapshot")
            )
            self.empty.setText(
                tr(
                    "Nothing was kept yet. Record: {record}. Save the last seconds: {last}. "
                    "Save a snapshot: {snapshot}.",
                    record=record,
                    last=last,
                    snapshot=snapshot,
                )
            )
        self._enable()

    @property
    def chosen(self) -> Kept | None:
        item = self.list.currentItem()
        kept = item.data(_KEPT) if item is not None else None
        return kept if isinstance(kept, Kept) else None

    def _enable(self) -> None:
        for name, button in self.buttons.items():
            button.setEnabled(self.chosen is not None and (name == _FOLDER or not self._is_running))

    @property
    def _is_running(self) -> bool:
        """Whether the chosen one is being recorded: it can be neither opened nor deleted."""
        return self.chosen is not None and self.chosen.path == self._running

    def _ask(self, signal: object) -> None:
        if self.chosen is not None:
            signal.emit(self.chosen)  # type: ignore[attr-defined]

    def _confirm(self) -> None:
        kept = self.chosen
        if kept is None or self._is_running:
            return
        question = (
            tr("Delete the recording of {when}? It cannot be brought back.", when=when(kept))
            if kept.is_recording
            else tr("Delete the snapshot of {when}? It cannot be brought back.", when=when(kept))
        )
        box = QMessageBox(
            QMessageBox.Icon.NoIcon,
            tr("Delete"),
            question,
            QMessageBox.StandardButton.NoButton,
            self,
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Named before the box has them: their look goes by it.
        yes, no = QPushButton(tr("Delete"), box), QPushButton(tr("Keep"), box)
        for button, role in ((yes, QMessageBox.ButtonRole.DestructiveRole), (no, QMessageBox.ButtonRole.RejectRole)):
            button.setObjectName("segment")
            button.setMinimumWidth(_WIDTH)
            box.addButton(button, role)
        box.setDefaultButton(no)
        yes.clicked.connect(lambda _=False: self.delete_asked.emit(kept))
        box.open()


class KeptControl:
    """Opens the list and does what is asked for in it."""

    def __init__(
        self,
        window: QWidget,
        settings: Settings,
        recorder: Recorder,
        background: Background,
        actions: Mapping[str, QAction],
        open_word: Callable[[str], None],
        say: Callable[[str], None],
    ) -> None:
        self._window = window
        self._settings = settings
        self._recorder = recorder
        self._background = background
        self._actions = actions
        self._open_word = open_word
        self._say = say
        self.list: KeptList | None = None

    def toggle(self) -> None:
        """Shows the list, or closes it."""
        if self.list is not None:
            self.list.close()
            return
        self.list = KeptList(self._window, self._actions)
        self.list.open_asked.connect(self._open)
        self.list.folder_asked.connect(lambda kept: _show(kept.path.parent if not kept.is_recording else kept.path))
        self.list.delete_asked.connect(self._delete)
        self.list.finished.connect(self._closed)
        self.list.show()
        self.reload()

    def reload(self) -> None:
        """Looks again for what there is to list, where the list is open."""
        if self.list is not None:
            self._background.run(
                "find what was kept", lambda: find_kept(recordings_folder(), pictures_folder()), self._fill, self._say
            )

    def _fill(self, found: list[Kept]) -> None:
        if self.list is not None:
            self.list.fill(found, self._recorder.state.folder)

    def _closed(self) -> None:
        self.list = None
        # Or its keys would be deaf where the desktop does not see to it.
        self._window.activateWindow()

    def _open(self, kept: Kept) -> None:
        if not kept.is_recording:
            _show(kept.path)
            return
        if kept.path == self._recorder.state.folder:
            self._say(tr("This one is being recorded: stop the recording first."))
            return
        self._open_word(str(kept.path))
        if self.list is not None:
            self.list.close()

    def _delete(self, kept: Kept) -> None:
        if kept.path == self._recorder.state.folder:
            self._say(tr("This one is being recorded: stop the recording first."))
            return
        self._settings.recent = [word for word in self._settings.recent if word != str(kept.path)]
        self._background.run(
            "delete", lambda: delete(kept, recordings_folder(), pictures_folder()), lambda _: self.reload(), self._say
        )


def words(kept: Kept, running: bool = False) -> str:
    """Such as '24 November 2026, 13:45:10' and below it 'Recording, 00:32, 84 MB'."""
    if running:
        return tr("{when}\nBeing recorded now", when=when(kept))
    if not kept.is_recording:
        return tr("{when}\nSnapshot, {size}", when=when(kept), size=megabytes(kept.bytes))
    length = tr("cannot be played") if kept.seconds is None else minutes(kept.seconds)
    return tr("{when}\nRecording, {length}, {size}", when=when(kept), length=length, size=megabytes(kept.bytes))


def when(kept: Kept) -> str:
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(round(kept.time.timestamp())), tr("d MMMM yyyy, HH:mm:ss"))


def _show(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def thumbnail_icon(thumbnail: Pixels | None) -> QIcon:
    """The small picture in the middle of a ground that is the same size for all."""
    ground = QImage(*THUMBNAIL, QImage.Format.Format_RGB32)
    ground.fill(QColor(RAISED))
    if thumbnail is not None:
        picture = to_image(thumbnail)
        painter = QPainter(ground)
        painter.drawImage((THUMBNAIL[0] - picture.width()) // 2, (THUMBNAIL[1] - picture.height()) // 2, picture)
        painter.end()
    pixmap = QPixmap.fromImage(ground)
    icon = QIcon(pixmap)
    # Or Qt would colour the one that is chosen.
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
