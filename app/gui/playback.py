"""Playing, pausing and seeking: for sources that are recordings, and only for those."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction

from app.capture.source import Recording, Source
from app.gui.actions import RECORDING
from app.gui.live_view import LiveView
from app.gui.transport import SPEEDS, Transport
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import SourceChanged, SourceState

_OPEN = (SourceState.RUNNING, SourceState.PAUSED, SourceState.ENDED)


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
        self._source: Recording | None = None
        self._speed = 1.0
        self._direction = 1
        self._range: tuple[int, int | None] | None = None
        transport.sought.connect(pipeline.seek)
        transport.speed_chosen.connect(self._set_speed)
        self.reset()

    def reset(self) -> None:
        """Another source: no recording until it is known to be one."""
        self._playing = False
        self._source = None
        self._direction = 1
        self._set_speed(1.0)
        self._set_range(None)
        self._set_recording(False)

    def changed(self, source: Source | None, event: SourceChanged) -> None:
        """The current source says something."""
        if event.state in _OPEN and not self._recording and isinstance(source, Recording):
            self._source = source
            self._transport.set_length(source.frame_count)
            self._transport.set_kind(source.kind)
            self._set_recording(True)
        self._set_playing(event.state is SourceState.RUNNING)

    def show_frame(self) -> None:
        """Says in the transport which frame is shown."""
        if self._source is not None and self._source.frame_count - 1 != self._transport.slider.maximum():
            self._transport.set_length(self._source.frame_count)  # It was counted meanwhile.
        if self._recording and self._view.frame is not None:
            self._transport.show_frame(self._view.frame)

    def fold(self, folded: bool) -> None:
        """Hides the transport, or shows it where there is a recording."""
        self._folded = folded
        self._transport.setVisible(self._recording and not folded)

    def play_pause(self) -> None:
        """Pauses what plays either way; plays forwards what is paused."""
        if self._playing:
            self._pipeline.pause()
        else:
            self._go(1, self._speed)

    def shuttle(self, direction: int) -> None:
        """Plays forwards (1) or backwards (-1), no faster than it was taken; each time again, a speed faster."""
        if self._playing and direction == self._direction:
            self.change_speed(1)
        else:
            self._go(direction, min(self._speed, 1.0))

    def _go(self, direction: int, speed: float) -> None:
        self._direction = direction
        self._set_speed(speed)
        self._pipeline.play()
        self._set_playing(True)

    def _set_playing(self, playing: bool) -> None:
        self._playing = playing
        self._transport.set_playing(playing, self._direction < 0)

    def seek_end(self) -> None:
        self._pipeline.seek(self._transport.slider.maximum())

    def change_speed(self, steps: int) -> None:
        """Faster or slower by so many steps of SPEEDS, in the direction that it plays."""
        at = min(max(SPEEDS.index(self._speed) + steps, 0), len(SPEEDS) - 1)
        self._set_speed(SPEEDS[at])

    def mark_loop(self) -> None:
        """Once: repeat from the frame that is shown. Twice: to the frame that is shown. Then: all of it again."""
        frame = self._view.frame
        if frame is None:
            return
        if self._range is None:
            self._set_range((frame.number, None))
        elif self._range[1] is None:
            first, last = sorted((self._range[0], frame.number))
            self._set_range((first, last))
        else:
            self._set_range(None)

    def _set_speed(self, speed: float) -> None:
        self._speed = speed
        self._pipeline.set_speed(self._direction * speed)
        self._transport.set_speed(speed)

    def _set_range(self, frames: tuple[int, int | None] | None) -> None:
        self._range = frames
        self._pipeline.set_range(None if frames is None or frames[1] is None else (frames[0], frames[1]))
        self._transport.set_range(frames)

    def _set_recording(self, recording: bool) -> None:
        self._recording = recording
        for action in self._actions:
            action.setEnabled(recording)
        self._transport.setVisible(recording and not self._folded)
