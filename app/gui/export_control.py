"""Exports what is replayed: opens the dialog, runs the export beside the picture, and says how it ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.capture.dicom import DicomClip
from app.capture.source import Part, Recording, Repeatable, Source, SourceError, Stamped
from app.gui.export_dialog import Choice, ExportDialog, Situation
from app.gui.live_view import LiveView
from app.gui.models import Models
from app.gui.outside import outside
from app.gui.sources import ParseWord, Sources
from app.gui.timeline import Timeline
from app.paths import exports_folder
from app.pipeline.codecs import best_codec
from app.pipeline.export import Task
from app.pipeline.exporter import Exporter
from app.pipeline.grab import RATE
from app.pipeline.pipeline import Pipeline
from app.pipeline.scan_area import ScanAreas
from app.settings import Settings

_JOIN_S = 5.0


class ExportControl:
    """One export at a time; it outlives the dialog, and the source that it was begun on."""

    def __init__(
        self,
        window: QWidget,
        settings: Settings,
        pipeline: Pipeline,
        sources: Sources,
        models: Models,
        view: LiveView,
        timeline: Timeline,
        parse: ParseWord,
        toggle: QAction,
        say: Callable[[str], None],
    ) -> None:
        self._window, self._settings, self._pipeline = window, settings, pipeline
        self._sources, self._models, self._view, self._timeline = sources, models, view, timeline
        self._parse, self._toggle, self._say = parse, toggle, say
        self._choice = Choice()
        self._folder: Path | None = None
        self._exporter: Exporter | None = None
        self.dialog: ExportDialog | None = None
        """The one that is open."""

    def start(self) -> None:
        """Opens the dialog, or brings it to the front."""
        if self.dialog is not None:
            self.dialog.activateWindow()
            return
        folder = self._folder or exports_folder()
        self.dialog = ExportDialog(self._window, self._choice, folder, best_codec(), self._toggle)
        self.dialog.started.connect(self._begin)
        self.dialog.stopped.connect(self._stop)
        self.dialog.finished.connect(self._closed)
        self.refresh()
        self.dialog.show()

    def refresh(self) -> None:
        """Shows what could be exported, and how far an export is."""
        exporter = self._exporter
        if exporter is not None and exporter.ended is not None:
            self._exporter = None
            if self.dialog is not None:
                self.dialog.show_ended(exporter.ended)
            else:
                self._say(exporter.ended.text)
        if self.dialog is None:
            return
        situation = self._situation()
        if situation is not None:
            self.dialog.show_situation(situation)
        elif self._exporter is None:
            self.dialog.close()
            return
        if self._exporter is not None:
            self.dialog.show_progress(self._exporter.done, self._exporter.total)

    def close(self) -> None:
        """The window goes: the export ends, and keeps what is finished."""
        if self.dialog is not None:
            self.dialog.close()
        if self._exporter is not None:
            self._exporter.stop()
            self._exporter.join(_JOIN_S)

    def _situation(self) -> Situation | None:
        """None where there is no recording.

        Of several clips that are played as one it is the one that is shown, alone: each has a scan area of its own,
        and a name may stand where another one has its own.
        """
        source, frame, info = self._sources.current, self._view.frame, self._pipeline.source_info
        if not isinstance(source, Recording) or frame is None or info is None:
            return None
        marked = self._timeline.range
        area = self._pipeline.scan_area
        height, width = frame.pixels.shape[:2]
        whole = area is None or (area.width >= width and area.height >= height)
        chosen = None if marked is None or marked[1] is None else (marked[0], marked[1])
        part = frame.part
        if part is None:
            times_s = source.times_s if isinstance(source, Stamped) else None
            rate = info.rate or RATE
            return Situation(source.frame_count, frame.number, chosen, rate, whole, times_s=times_s)
        at, rate = frame.number - part.first, part.rate or RATE
        return Situation(part.frames, at, _within(part, chosen), rate, whole, outside(part.name), part.times_s)

    def _begin(self) -> None:
        # Playing goes on: the frame, its scan area and what the dialog says are of one clip from here on.
        self._view.pull()
        self.refresh()
        dialog, source, frame = self.dialog, self._sources.current, self._view.frame
        if dialog is None or source is None or frame is None or self._exporter is not None:
            return
        try:
            own = self._another(source, frame.part)
        except SourceError as error:
            self._say(str(error))
            return
        (first, last), choice = dialog.frames, dialog.choice
        task = Task(
            dialog.folder,
            self._pipeline.threshold,
            self._pipeline.scan_areas if frame.part is None else ScanAreas(self._pipeline.scan_area),
            video=choice.video,
            limit=last - first + 1,
            first=first,
            masks=choice.masks,
            table=choice.table,
            gif=choice.gif,
            pictures=choice.pictures,
            style=self._settings.style,
            opacity=self._settings.opacity,
        )
        self._exporter = self._pipeline.export(own, *self._models.running, task, lambda: self._sources.still)
        self.refresh()

    def _another(self, source: Source, part: Part | None) -> Source:
        """A second one of the same recording, not open; of one of several, it alone. Raises SourceError."""
        if part is not None:
            return DicomClip(part.path, name=part.name)
        if isinstance(source, Repeatable):
            return source.another()
        return self._parse(source.word, self._settings.demo_path)

    def _stop(self) -> None:
        if self._exporter is not None:
            self._exporter.stop()

    def _closed(self) -> None:
        if self.dialog is not None:
            self._choice, self._folder = self.dialog.choice, self.dialog.folder
        self.dialog = None
        # Or its keys would be deaf where the desktop does not see to it.
        self._window.activateWindow()


def _within(part: Part, frames: tuple[int, int] | None) -> tuple[int, int] | None:
    """A range of the whole as one of a part's own frames; None where they share none."""
    if frames is None:
        return None
    first, last = max(frames[0] - part.first, 0), min(frames[1] - part.first, part.frames - 1)
    return (first, last) if first <= last else None
