"""Choosing a source: opens the chooser, keeps cameras' modes, and has a camera let go before it is opened again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.capture.camera_mode import CameraMode, ask_kept
from app.capture.previews import Previews
from app.capture.source import Pixels, Source
from app.gui.bridge import Background
from app.gui.camera_mode_dialog import CameraModeDialog
from app.gui.live_view import LiveView
from app.gui.offers import find_devices
from app.gui.source_chooser import SourceChooser
from app.gui.source_notes import SourceNotes
from app.gui.sources import ParseWord, Sources
from app.pipeline.types import SourceState
from app.settings import Settings


class SourceChoice:
    """At most one chooser is open."""

    def __init__(
        self,
        window: QWidget,
        settings: Settings,
        sources: Sources,
        view: LiveView,
        actions: Mapping[str, QAction],
        background: Background,
        parse: ParseWord,
        forget: Callable[[], None],
    ) -> None:
        """`forget` has the settings hold no file or folder any more."""
        self._window = window
        self._settings = settings
        self._notes = SourceNotes(settings)
        self._sources = sources
        self._view = view
        self._actions = actions
        self._background = background
        self._parse = parse
        self._forget_files = forget
        self.find = find_devices
        """What looks for devices."""
        self.chooser: SourceChooser | None = None
        """The one that is open."""
        self._let_go: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Opens the chooser."""
        if self.chooser is not None:
            return
        previews = Previews(self._source)
        self.chooser = SourceChooser(
            self._window,
            self._actions,
            self._settings.recent,
            self._notes.knows_files(),
            self._current,
            previews,
            self.find,
            self._background,
        )
        self.chooser.chosen.connect(self._chosen)
        self.chooser.adjusting.connect(self._adjust)
        self.chooser.forgetting.connect(self._forget)
        self.chooser.finished.connect(self._finished)
        self.chooser.open()

    def close(self) -> None:
        """The window goes: no thread of a picture stays."""
        if self.chooser is not None:
            self.chooser.reject()
        self._let_go()

    def _source(self, word: str) -> Source:
        source = self._parse(word, self._settings.demo_path)
        ask_kept(source, word, self._settings.camera_modes)
        return source

    def _current(self) -> tuple[str, Pixels | None, bool]:
        source, frame, event = self._sources.current, self._view.frame, self._sources.event
        lost = event is not None and event.state is SourceState.NO_SIGNAL
        return (source.word if source else ""), (frame.pixels if frame else None), lost

    def _finished(self) -> None:
        chooser, self.chooser = self.chooser, None
        if chooser is not None:
            self._let_go = chooser.previews.close()
            chooser.deleteLater()

    def _chosen(self, word: str) -> None:
        """A camera can be opened only once its preview has let it go."""
        if word.startswith("camera:"):
            self._background.run("let go", self._let_go, lambda _: self._sources.open_word(word), lambda _: None)
        else:
            self._sources.open_word(word)

    def _forget(self) -> None:
        self._forget_files()
        if self.chooser is not None:
            self.chooser.show_recent(self._settings.recent, self._notes.knows_files())

    def _adjust(self, word: str) -> None:
        chooser = self.chooser
        if chooser is None:
            return
        dialog = CameraModeDialog(chooser, word, self._mode(word))
        dialog.accepted.connect(lambda: self._keep(word, dialog.mode))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _mode(self, word: str) -> CameraMode:
        try:
            return CameraMode.parse(self._settings.camera_modes[word])
        except (KeyError, ValueError):
            return CameraMode()

    def _keep(self, word: str, mode: CameraMode) -> None:
        modes = self._settings.camera_modes
        modes.pop(word, None)
        if mode != CameraMode():
            modes[word] = str(mode)
        if self._current()[0] == word:
            self._sources.open_word(word)
        elif self.chooser is not None:
            self.chooser.look_again(word)
