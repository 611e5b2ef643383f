"""What decides about the overlay and how it looks: the user's settings, the raw picture held, signal and model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction

from app.gui.live_view import LiveView
from app.gui.overlay import OverlayStyle
from app.gui.panel import Panel
from app.gui.status import Wishes
from app.options import LAYOUTS, STYLES, Layout, Style
from app.pipeline.pipeline import Pipeline
from app.settings import Settings

STEP = 0.05
"""Of opacity and threshold, by keys."""


class OverlayControl:
    """Changes settings, view and pipeline alike; `changed` is told when the overlay's state may be another."""

    def __init__(
        self,
        settings: Settings,
        pipeline: Pipeline,
        view: LiveView,
        panel: Panel,
        actions: Mapping[str, QAction],
        changed: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._pipeline = pipeline
        self._view = view
        self._panel = panel
        self._toggle, self._spotlight = actions["toggle_overlay"], actions["toggle_spotlight"]
        self._steady = actions["toggle_steady"]
        self._changed = changed
        self._wishes = Wishes(overlay=settings.overlay, model_ready=False)
        self._toggle.setChecked(settings.overlay)
        self._spotlight.setChecked(settings.spotlight)
        self._restyle()

    def follow(self) -> None:
        """Everything as the settings say, after many of them changed at once."""
        self._toggle.setChecked(self._settings.overlay)
        self.toggled()
        self._restyle()
        self.set_threshold(self._settings.threshold)

    def toggled(self) -> None:
        """The overlay was switched on or off."""
        self._settings.overlay = self._toggle.isChecked()
        self._wish(dataclasses.replace(self._wishes, overlay=self._settings.overlay))

    def hold_raw(self, held: bool) -> None:
        """Space went down or up."""
        if held != self._wishes.raw_held:
            self._wish(dataclasses.replace(self._wishes, raw_held=held))

    def study(self, on: bool) -> None:
        """Masks are corrected or compared on the picture now, or no longer."""
        self._wish(dataclasses.replace(self._wishes, studied=on))

    def know(self, signal: bool, model_ready: bool) -> None:
        """Whether there are pictures and a model to make an overlay of."""
        self._wish(dataclasses.replace(self._wishes, signal=signal, model_ready=model_ready))

    def _wish(self, wishes: Wishes) -> None:
        self._wishes = wishes
        if wishes != self._view.wishes:
            self._view.show_as(wishes=wishes)
        self._changed()

    def set_opacity(self, opacity: float) -> None:
        self._settings.opacity = round(min(max(opacity, STEP), 1.0), 2)
        self._restyle()

    def change_opacity(self, steps: int) -> None:
        self.set_opacity(self._settings.opacity + steps * STEP)

    def set_style(self, style: Style) -> None:
        self._settings.style = style
        self._restyle()

    def cycle_style(self) -> None:
        self.set_style(STYLES[(STYLES.index(self._settings.style) + 1) % len(STYLES)])

    def _restyle(self) -> None:
        self._panel.show_opacity(self._settings.opacity)
        self._panel.show_style(self._settings.style)
        self._panel.show_layout(self._settings.layout)
        wanted = self._settings
        self._view.show_as(style=OverlayStyle(wanted.style, wanted.opacity, wanted.spotlight, wanted.layout))

    def spotlight_toggled(self) -> None:
        self._settings.spotlight = self._spotlight.isChecked()
        self._restyle()

    def set_layout(self, layout: Layout) -> None:
        self._settings.layout = layout
        self._restyle()

    def cycle_layout(self) -> None:
        self.set_layout(LAYOUTS[(LAYOUTS.index(self._settings.layout) + 1) % len(LAYOUTS)])

    def steady_toggled(self) -> None:
        """The temporal filter was switched on or off, and is kept so."""
        self._settings.temporal_filter = self._steady.isChecked()
        self.set_steady(self._settings.temporal_filter)

    def set_steady(self, on: bool) -> None:
        """Switches the temporal filter for this run of the program."""
        self._pipeline.set_temporal_filter(on)
        self._steady.setChecked(on)

    def set_threshold(self, threshold: float | None) -> None:
        """None leaves it to the model card."""
        value = None if threshold is None else round(min(max(threshold, STEP), 1 - STEP), 2)
        self._settings.threshold = value
        self._pipeline.set_threshold(value)
        self.show_threshold()

    def change_threshold(self, steps: int) -> None:
        self.set_threshold(self._pipeline.threshold + steps * STEP)

    def show_threshold(self) -> None:
        """Says in the panel which threshold holds."""
        self._panel.show_threshold(self._pipeline.threshold)
