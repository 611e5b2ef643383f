"""What is done with the picture itself: freezing it, and keeping it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction

from app.gui.bridge import Background
from app.gui.live_view import LiveView
from app.gui.scan_area_control import Say, keeps_whole_frame, say_kept
from app.gui.sources import Sources
from app.gui.words import tr
from app.paths import pictures_folder
from app.pipeline.pipeline import Pipeline
from app.settings import Settings


class PictureControl:
    """Hands the user's wishes to pipeline and view, and says what came of them."""

    def __init__(
        self,
        settings: Settings,
        pipeline: Pipeline,
        sources: Sources,
        view: LiveView,
        actions: Mapping[str, QAction],
        background: Background,
        say: Say,
    ) -> None:
        self._settings = settings
        self._pipeline = pipeline
        self._sources = sources
        self._view = view
        self._freeze, self._draw = actions["toggle_freeze"], actions["edit_scan_area"]
        self._background = background
        self._say = say

    def freeze_toggled(self) -> None:
        """The picture was frozen or let go."""
        self._pipeline.set_frozen(self._freeze.isChecked())
        self._view.pull()  # What was published before stays.
        if self._view.frame is None and self._pipeline.frozen:
            self._pipeline.set_frozen(False)
            self._freeze.setChecked(False)
            self._say(tr("There is no picture to freeze yet."))

    def snapshot(self) -> None:
        """Keeps the scan area that is shown, as the settings say."""
        from app.pipeline.snapshot import save_snapshot

        self._view.pull()
        frame, prediction, area = self._view.frame, self._view.state.prediction, self._pipeline.scan_area
        if frame is None:
            self._say(tr("There is no picture to save yet."))
            return
        settings, marks = self._settings, self._view.marks
        style, opacity, kind = settings.style, settings.opacity, settings.snapshot
        whole = keeps_whole_frame(self._sources.current, self._pipeline)
        self._background.run(
            "snapshot",
            lambda: save_snapshot(
                *(pictures_folder(), frame, prediction, area, style, opacity),
                kind=kind,
                mirrored=marks.mirrored,
                words=marks.words,
            ),
            lambda paths: say_kept(
                self._say,
                tr("Snapshot saved, mirrored: {path}", path=paths[-1])
                if marks.mirrored
                else tr("Snapshot saved: {path}", path=paths[-1]),
                whole,
                self._draw,
            ),
            self._say,
        )
