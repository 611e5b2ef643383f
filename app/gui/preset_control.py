"""Makes the window follow where many settings change at once: a preset, or an import."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.gui.models import Models
from app.gui.overlay_control import OverlayControl
from app.gui.preset_dialog import PresetDialog
from app.gui.sources import Sources
from app.gui.words import tr
from app.presets import use_preset
from app.settings import Settings


class PresetControl:
    """Opens the dialog, and applies what comes of it."""

    def __init__(
        self,
        window: QWidget,
        settings: Settings,
        sources: Sources,
        overlay: OverlayControl,
        models: Models,
        keep: Callable[[], None],
    ) -> None:
        """`keep` writes the settings."""
        self._window = window
        self._settings = settings
        self._sources = sources
        self._overlay = overlay
        self._models = models
        self._keep = keep
        self.dialog: PresetDialog | None = None
        """The one that is open."""

    def start(self) -> None:
        """Opens the dialog."""
        if self.dialog is None:
            self.dialog = PresetDialog(self._window, self._settings)
            self.dialog.used.connect(self.use)
            self.dialog.imported.connect(lambda: self._follow(self._settings.source))
            self.dialog.finished.connect(self._finished)
            self.dialog.open()

    def use(self, name: str) -> None:
        """Sets everything as the preset has it."""
        settings, shown = self._settings, self._settings.source
        use_preset(settings, settings.presets[name])
        # Only once it is known to be good is a source the one that the next start shows.
        source, settings.source = settings.source, shown
        self._follow(source, tr("Preset: {name}", name=name))

    def _follow(self, source: str, said: str = "") -> None:
        self._overlay.follow()
        self._models.follow()
        self._overlay.set_steady(self._settings.temporal_filter)
        self._sources.open_word(source or "demo", said)

    def _finished(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
            self._keep()  # Now: what was named with care should outlive a crash.
