"""Recording on and off, saving the last seconds, and saying at any moment what is being kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction

from app.gui.bridge import Background
from app.gui.outside import outside
from app.gui.record_box import RecordBox
from app.gui.scan_area_control import WHOLE_FRAME, Say, keeps_whole_frame, say_kept
from app.gui.sources import Sources
from app.gui.status import Level
from app.gui.widgets import Chip
from app.gui.words import tr
from app.options import SnapshotKind
from app.pipeline.pipeline import Pipeline
from app.pipeline.recorder import Ended, RecorderState
from app.settings import Settings

_LOOK_MS = 200
"""Numbers that change more often cannot be read."""


class RecordControl(QObject):
    """Hands the user's wishes to the recorder; `kept` is told when there is something new to list."""

    def __init__(
        self,
        parent: QObject,
        settings: Settings,
        pipeline: Pipeline,
        sources: Sources,
        shown: tuple[RecordBox, Chip],
        actions: Mapping[str, QAction],
        background: Background,
        say: Say,
        kept: Callable[[], None],
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._pipeline = pipeline
        self._recorder = recorder = pipeline.recorder
        self._sources = sources
        box, self._chip = shown
        self._box = box
        self._toggle, self._save, self._draw = (
            actions[name] for name in ("toggle_recording", "save_last", "edit_scan_area")
        )
        self._background = background
        self._say = say
        self._kept = kept
        self._known: Ended | None = None
        self._saving = False
        recorder.set_ring(settings.ring_seconds, round(settings.ring_mb * 1e6))
        self._save.setEnabled(settings.ring_seconds > 0)
        box.save_last.setEnabled(settings.ring_seconds > 0)
        box.save_last.setText(
            tr("Save last {seconds:g} s", seconds=settings.ring_seconds) if settings.ring_seconds else tr("Save last")
        )
        box.show_snapshot(settings.snapshot)
        box.snapshot_chosen.connect(self._set_snapshot)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(_LOOK_MS)
        self.refresh()

    def stop(self) -> None:
        """The window goes."""
        self._timer.stop()

    def toggled(self) -> None:
        """Recording was switched on or off."""
        if self._toggle.isChecked():
            self._recorder.start_recording()
            if self._is_whole_frame():
                self._say(tr(WHOLE_FRAME), {tr("Draw it"): self._draw})
        else:
            self._recorder.stop_recording()
        self.refresh()

    def save_last(self) -> None:
        """Writes the last seconds, beside everything else."""
        if self._saving:
            return
        self._saving = True
        whole = self._is_whole_frame()
        self._say(tr("Saving the last seconds …"))
        self._background.run(
            "save the last seconds", self._recorder.save_ring, lambda saved: self._saved(saved, whole), self._not_saved
        )

    def _is_whole_frame(self) -> bool:
        return keeps_whole_frame(self._sources.current, self._pipeline)

    def _saved(self, saved: Ended, whole: bool) -> None:
        self._saving = False
        say_kept(self._say, outside(saved.problem) or ended_words(tr("Saved"), saved), whole, self._draw)
        self._kept()

    def _not_saved(self, text: str) -> None:
        self._saving = False
        self._say(text)

    def _set_snapshot(self, kind: SnapshotKind) -> None:
        self._settings.snapshot = kind

    def refresh(self) -> None:
        """Says what is."""
        state = self._recorder.state
        self._toggle.setChecked(state.recording)
        self._chip.setVisible(state.recording)
        if state.recording:
            self._chip.say(record_words(state), Level.WARN)
        self._box.memory.setText(memory_words(state, self._settings.ring_seconds, self._settings.ring_mb))
        if state.ended is not None and state.ended is not self._known:
            self._known = state.ended
            if state.recording and not state.ended.problem and self._is_whole_frame():
                # The scan area was given up in the middle: what goes on shows more.
                self._say(tr(WHOLE_FRAME), {tr("Draw it"): self._draw})
            else:
                self._say(state.ended.problem or ended_words(tr("Recorded"), state.ended))
            self._kept()


def record_words(state: RecorderState) -> str:
    """The line that stays visible while recording is on."""
    return tr(
        "● REC {time} · {size} · dropped {dropped}",
        time=minutes(state.seconds),
        size=megabytes(state.bytes),
        dropped=state.dropped,
    )


def memory_words(state: RecorderState, seconds: float, most_mb: float) -> str:
    """What 'save the last seconds' would give now, and what it takes."""
    if not seconds:
        return tr("Nothing is held in memory (ring_seconds is 0)")
    full = tr(" (full)") if state.ring_bytes > 0.98 * most_mb * 1e6 else ""
    return tr(
        "In memory: {seconds:.0f} s, {size} of {most:.0f} MB{full}",
        seconds=state.ring_seconds,
        size=megabytes(state.ring_bytes),
        most=most_mb,
        full=full,
    )


def ended_words(done: str, ended: Ended) -> str:
    dropped = tr(", {dropped} dropped", dropped=ended.dropped) if ended.dropped else ""
    return tr(
        "{done} {time}, {size}{dropped}: {folder}",
        done=done,
        time=minutes(ended.seconds),
        size=megabytes(ended.bytes),
        dropped=dropped,
        folder=ended.folder,
    )


def minutes(seconds: float) -> str:
    """Seconds as 00:42."""
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def megabytes(size: int) -> str:
    """Bytes as 3.4 MB or 34 MB."""
    return f"{size / 1e6:.1f} MB" if size < 9.95e6 else f"{size / 1e6:.0f} MB"
