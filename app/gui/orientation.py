"""Which way the picture is seen: its lateral side, and whether left and right are changed."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QAction

from app.gui.live_view import LiveView
from app.gui.marks import Marks, other_side
from app.gui.panel import Panel
from app.gui.source_notes import Side, SourceNotes
from app.gui.sources import Sources

_NEXT: dict[Side | None, Side | None] = {None: "left", "left": "right", "right": None}


class Orientation:
    """Kept for each source. The lateral side is kept of the captured picture, so that mirroring carries it along."""

    def __init__(self, notes: SourceNotes, view: LiveView, sources: Sources, panel: Panel, mirror: QAction) -> None:
        self._notes = notes
        self._view = view
        self._sources = sources
        self._panel = panel
        self._mirror = mirror

    def reset(self) -> None:
        """Another source."""
        word = self._word
        self._show(replace(Marks(), mirrored=self._notes.mirrored(word), lateral=self._notes.lateral(word)))

    def cycle_lateral(self) -> None:
        """Not known, left, right: as it is seen on the screen."""
        marks = self._view.marks
        seen = _NEXT[marks.lateral_on_screen]
        side = other_side(seen) if marks.mirrored else seen
        self._notes.keep_lateral(self._word, side)
        self._show(replace(marks, lateral=side))

    def mirror_toggled(self) -> None:
        mirrored = self._mirror.isChecked()
        self._notes.keep_mirrored(self._word, mirrored)
        self._show(replace(self._view.marks, mirrored=mirrored))

    @property
    def _word(self) -> str:
        return self._sources.current.word if self._sources.current is not None else ""

    def _show(self, marks: Marks) -> None:
        self._view.show_as(marks=marks)
        self._mirror.setChecked(marks.mirrored)
        self._panel.show_lateral(marks.lateral_on_screen)
