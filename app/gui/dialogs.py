"""Asking for what to open: a file, a folder, an address, a part of the screen; the picture goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QWidget

from app.gui.rubber_band import RubberBand
from app.gui.words import mark, tr
from app.pipeline.types import Rect

_HIDE_FIRST_MS = 300
"""Until the desktop has painted what was under the window."""
_WAYLAND = mark("Wayland lets no program see the screen: log in with X11 to watch a part of it.")

Say = Callable[[str], None]


class Dialogs:
    """Opens dialogs beside the running picture, one at a time: while one is open, no other is asked for."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._open: QDialog | None = None

    def ask_file(self, title: str, chosen: Callable[[str], None]) -> None:
        """Asks for a file's path."""
        self._ask_path(title, QFileDialog.FileMode.ExistingFile, chosen)

    def ask_new_file(self, title: str, name: str, chosen: Callable[[str], None]) -> None:
        """Asks for the path of a file to write, such as `name`."""
        if self._open is None:
            dialog = QFileDialog(self._window, title)
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(name.rpartition(".")[2])
            dialog.selectFile(name)
            self._ask(dialog, lambda: chosen(dialog.selectedFiles()[0]))

    def ask_folder(self, title: str, chosen: Callable[[str], None]) -> None:
        """Asks for a folder's path."""
        self._ask_path(title, QFileDialog.FileMode.Directory, chosen)

    def _ask_path(self, title: str, mode: QFileDialog.FileMode, chosen: Callable[[str], None]) -> None:
        if self._open is None:
            dialog = QFileDialog(self._window, title)
            dialog.setFileMode(mode)
            self._ask(dialog, lambda: chosen(dialog.selectedFiles()[0]))

    def ask_address(self, chosen: Callable[[str], None]) -> None:
        """Asks for the address of a stream, and gives its source word."""
        if self._open is None:
            dialog = QInputDialog(self._window)
            dialog.setWindowTitle(tr("Address of a stream"))
            dialog.setLabelText(
                tr(
                    "Address of the stream, such as rtsp://192.168.1.20/stream, http://192.168.1.20/video"
                    " or igtl://192.168.1.20:18944"
                )
            )
            dialog.resize(560, dialog.sizeHint().height())
            self._ask(dialog, lambda: chosen(_word_of(dialog.textValue().strip())))

    def _ask(self, dialog: QDialog, accepted: Callable[[], None]) -> None:
        self._open = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def finished(result: int) -> None:
            self._open = None
            if result == QDialog.DialogCode.Accepted:
                accepted()
            dialog.deleteLater()

        dialog.finished.connect(finished)
        dialog.open()


def _word_of(address: str) -> str:
    return address if address.startswith(("igtl://", "camera:")) else f"camera:{address}"


class ScreenAreaChooser:
    """Takes the window away, has a part of the screen drawn, and brings the window back."""

    def __init__(self, window: QWidget, chosen: Callable[[Rect], None], say: Say) -> None:
        self._window = window
        self._chosen = chosen
        self._say = say
        self._band: RubberBand | None = None
        self._was_full_screen, self._place = False, window.pos()

    def start(self) -> None:
        if QGuiApplication.platformName().startswith("wayland"):
            self._say(tr(_WAYLAND))
            return
        if self._band is None:
            self._was_full_screen, self._place = self._window.isFullScreen(), self._window.pos()
            self._window.hide()
            QTimer.singleShot(_HIDE_FIRST_MS, self._window, self._start_band)

    def close(self) -> None:
        """The window goes."""
        if self._band is not None:
            self._band.close()
            self._band = None

    def _start_band(self) -> None:
        self._band = RubberBand(self._window)
        self._band.chosen.connect(self._area_chosen)
        self._band.left.connect(self._band_left)
        self._band.start()

    def _area_chosen(self, area: Rect) -> None:
        self._band_left()
        self._chosen(area)

    def _band_left(self) -> None:
        self._band = None
        if not self._window.windowState() & (Qt.WindowState.WindowFullScreen | Qt.WindowState.WindowMaximized):
            # Some window managers would place it anew: over what is watched, maybe.
            self._window.move(self._place)
        self._window.showFullScreen() if self._was_full_screen else self._window.show()
        self._window.activateWindow()
