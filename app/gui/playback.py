"""Playing, pausing and seeking: for sources that are recordings, and only for those."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction

from app.capture.source import Recording, Source
from app.gui.actions import RECORDING
from app.gui.live_view import LiveView
from app.gui.transport import Transport
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import SourceChanged, SourceState

_OPEN = (SourceState.RUNNING, SourceState.PAUSED, SourceState.ENDED)
_USUAL_RATE = 25.0
"""Frames a second of a recording that does not say."""


class Playback:
    """Hands the user's wishes to the pipeline, and shows or hides the transport."""

    def __init__(
        self, pipeline: Pipeline, view: LiveView, transport: Transport, actions: Mapping[str, QAction]
    ) -> None:
        self._pipeline = pipeline
        self._view = view
        self._transport = transport
        self._actions = [actions[name] for name in RECORDING]
        self._recording = False
        self._folded = False
        self._playing = False
        transport.sought.connect(pipeline.seek)
        self.reset()

    def reset(self) -> None:
        """Another source: no recording until it is known to be one."""
        self._playing = False
        self._set_recording(False)

    def changed(self, source: Source | None, event: SourceChanged) -> None:
        """The current source says something."""
        if event.state in _OPEN and not self._recording and isinstance(source, Recording):
            self._transport.set_length(source.frame_count)
            self._set_recording(True)
        self._playing = event.state is SourceState.RUNNING
        self._transport.set_playing(self._playing)

    def show_frame(self) -> None:
        """Says in the transport which frame is shown."""
        if self._recording and self._view.frame is not None:
            self._transport.show_frame(self._view.frame)

    def fold(self, folded: bool) -> None:
        """Hides the transport, or shows it where there is a recording."""
        self._folded = folded
        self._transport.setVisible(self._recording and not folded)

    def play_pause(self) -> None:
        self._pipeline.pause() if self._playing else self._pipeline.play()

    def step(self, frames: int) -> None:
        self._pipeline.step(frames)

    def seek_by(self, seconds: int) -> None:
        frame, info = self._view.frame, self._pipeline.source_info
        if frame is not None:
            rate = (info.rate if info else None) or _USUAL_RATE
            self._pipeline.seek(max(frame.number + round(seconds * rate), 0))

    def seek_start(self) -> None:
        self._pipeline.seek(0)

    def _set_recording(self, recording: bool) -> None:
        self._recording = recording
        for action in self._actions:
            action.setEnabled(recording)
        self._transport.setVisible(recording and not self._folded)
