"""The source chooser: everything that yields frames, found only when the menu is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.gui.bridge import Background

Found = list[tuple[str, str]]
"""What a menu shows and the source word."""

_ALWAYS = ("demo", "phantom")


def find_cameras() -> Found:
    """Cameras here; may take a second."""
    from app.capture.devices import cameras

    return [(f"{device.name} ({device.word})", device.word) for device in cameras()]


def find_monitors() -> Found:
    """Monitors here."""
    from app.capture.devices import monitors

    return [
        (f"Monitor {device.number}: {device.name}, {device.width} × {device.height}", device.word)
        for device in monitors()
    ]


def short(word: str) -> str:
    """A source word for a menu: of a path, its last part."""
    path = Path(word)
    return path.name if path.name and path.is_absolute() else word


class SourceMenu(QMenu):
    """Opens with what needs no search; cameras and monitors follow when they are found."""

    chosen = Signal(str)
    """A source word."""
    said = Signal(str)

    def __init__(
        self,
        parent: QWidget,
        actions: dict[str, QAction],
        recent: Callable[[], list[str]],
        background: Background,
        cameras: Callable[[], Found] = find_cameras,
        monitors: Callable[[], Found] = find_monitors,
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._recent = recent
        self._background = background
        self._cameras, self._monitors = cameras, monitors
        self._fillings = 0
        self.setToolTipsVisible(True)
        self.setAccessibleName("Source")
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        self._fillings += 1
        self._add("Demo", "demo")
        self._add("Phantom", "phantom")
        self.addAction(self._actions["choose_demo_folder"])
        self.addSeparator()
        for name in ("open_file", "open_folder"):
            self.addAction(self._actions[name])
        self.addSeparator()
        before_cameras = self._placeholder("Looking for cameras …")
        self.addAction(self._actions["open_address"])
        self.addSeparator()
        before_monitors = self._placeholder("Looking for monitors …")
        self.addAction(self._actions["open_screen_area"])
        self._search("cameras", self._cameras, before_cameras, "No camera found")
        self._search("monitors", self._monitors, before_monitors, "No monitor can be watched here")
        recent = [word for word in self._recent() if word not in _ALWAYS]
        if recent:
            self.addSeparator()
            for word in recent:
                self._add(short(word), word).setToolTip(word)

    def _add(self, text: str, word: str) -> QAction:
        action = QAction(_plain(text), self)
        action.triggered.connect(lambda: self.chosen.emit(word))
        self.addAction(action)
        return action

    def _placeholder(self, text: str) -> QAction:
        action = QAction(text, self)
        action.setEnabled(False)
        self.addAction(action)
        return action

    def _search(self, name: str, find: Callable[[], Found], place: QAction, none: str) -> None:
        filling = self._fillings

        def done(found: Found) -> None:
            # The menu may have been opened anew since: then these places are gone.
            if filling != self._fillings:
                return
            if not found:
                place.setText(none)
                return
            for text, word in found:
                action = QAction(_plain(text), self)
                action.triggered.connect(lambda _=False, word=word: self.chosen.emit(word))
                self.insertAction(place, action)
            self.removeAction(place)

        def failed(text: str) -> None:
            done([])
            self.said.emit(text)

        self._background.run(f"find {name}", find, done, failed)


def _plain(text: str) -> str:
    """An ampersand is not meant as a mnemonic."""
    return text.replace("&", "&&")
