"""What is done with the picture itself: freezing it, keeping it, and cutting the scan area out of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction

from app.gui.bridge import Background
from app.gui.live_view import LiveView
from app.gui.sources import Sources
from app.paths import pictures_folder
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import Rect
from app.settings import Settings


class PictureControl:
    """Hands the user's wishes to pipeline and view, and says what came of them."""

    def __init__(
        self,
        settings: Settings,
        pipeline: Pipeline,
        view: LiveView,
        sources: Sources,
        freeze: QAction,
        background: Background,
        say: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._pipeline = pipeline
        self._view = view
        self._sources = sources
        self._freeze = freeze
        self._background = background
        self._say = say

    def freeze_toggled(self) -> None:
        """The picture was frozen or let go."""
        self._pipeline.set_frozen(self._freeze.isChecked())
        self._view.pull()  # What was published before stays.

    def snapshot(self) -> None:
        """Keeps the scan area that is shown, as the settings say."""
        from app.pipeline.snapshot import save_snapshot

        self._view.pull()
        frame, prediction, area = self._view.frame, self._view.state.prediction, self._pipeline.scan_area
        if frame is None:
            self._say("There is no picture to save yet.")
            return
        style, opacity, kind = self._settings.style, self._settings.opacity, self._settings.snapshot
        self._background.run(
            "snapshot",
            lambda: save_snapshot(pictures_folder(), frame, prediction, area, style, opacity, kind=kind),
            lambda paths: self._say(f"Snapshot saved: {paths[-1]}"),
            self._say,
        )

    def edit_scan_area(self) -> None:
        """Begins to draw the scan area, or leaves it."""
        if self._view.in_scan_area_mode:
            self._view.leave_scan_area_mode()
        else:
            self._view.enter_scan_area_mode()

    def set_scan_area(self, area: Rect | None) -> None:
        """None is the whole frame."""
        source = self._sources.current
        if source is None:
            return
        self._view.leave_scan_area_mode()
        self._sources.set_scan_area(source, area)
        self._say(f"Scan area: {area.width} × {area.height} pixels." if area else "Scan area: the whole frame.")
        self._view.update()
