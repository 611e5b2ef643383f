"""Records the scan area: the last seconds in memory, and everything on the disk while recording is on.

The only queue of the program. Whatever puts into it never waits: when it is full, what comes is dropped and counted.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app import log
from app.capture.source import Frame
from app.errors import OutputError
from app.paths import recordings_folder
from app.pipeline.priority import stand_back
from app.pipeline.recording import (
    RESERVE_BYTES,
    Answer,
    MadeBy,
    RecordingWriter,
    Shot,
    encode,
    encode_answer,
)
from app.pipeline.types import Prediction, Rect
from app.thread import OwnThread

QUEUE = 45
"""Frames and predictions that may wait."""
QUEUE_BYTES = 200_000_000
"""Of the frames that wait: eight of 3840 × 2160 in colour. The newest one may wait in any case, alone."""
RING_BYTES = 300_000_000
LOOK_AT_DISK_S = 1.0

_log = logging.getLogger(log.NAME)


@dataclass(frozen=True)
class Ended:
    """How a recording ended."""

    folder: Path | None
    """None where it could not begin."""
    seconds: float
    bytes: int
    dropped: int
    problem: str = ""
    """A sentence, where it was not the user who ended it."""


@dataclass(frozen=True)
class RecorderState:
    """The recorder at one moment."""

    recording: bool
    seconds: float
    """Of what is recorded so far."""
    bytes: int
    dropped: int
    """Frames and predictions since the recording began that came when the queue was full, and frames whose scan area
    was not known."""
    ring_seconds: float
    """What 'save the last seconds' would give now."""
    ring_bytes: int
    folder: Path | None
    """Of what is being recorded."""
    ended: Ended | None
    """The last recording that ended, or that could not begin."""


class Ring:
    """The last frames in memory: so many seconds, and so many bytes at most. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shots: deque[Shot] = deque()
        self._bytes = 0
        self._seconds, self._most_bytes = 0.0, 0

    @property
    def on(self) -> bool:
        return self._seconds > 0

    def limit(self, seconds: float, most_bytes: int) -> None:
        """Sets the bounds; 0 seconds switch it off and forget everything."""
        with self._lock:
            self._seconds, self._most_bytes = seconds, most_bytes
            self._trim()

    def add(self, shot: Shot) -> None:
        with self._lock:
            self._shots.append(shot)
            self._bytes += shot.bytes
            self._trim()

    def answer(self, captured: float, answer: Answer) -> None:
        """Keeps the answer with its frame, which is among the last, if it is there at all."""
        with self._lock:
            for shot in reversed(self._shots):
                if shot.captured <= captured:
                    if shot.captured == captured and shot.answer is None:
                        shot.answer = answer
                        self._bytes += len(answer.mask)
                    break

    def clear(self) -> None:
        with self._lock:
            self._shots.clear()
            self._bytes = 0

    def shots(self) -> list[Shot]:
        """Those that are in it now, in order."""
        with self._lock:
            return list(self._shots)

    def size(self) -> tuple[float, int]:
        """Seconds from the first frame to the last, and bytes."""
        with self._lock:
            seconds = self._shots[-1].captured - self._shots[0].captured if self._shots else 0.0
            return seconds, self._bytes

    def _trim(self) -> None:
        while self._shots and (
            not self.on
            or self._bytes > self._most_bytes
            or self._shots[-1].captured - self._shots[0].captured > self._seconds
        ):
            shot = self._shots.popleft()
            self._bytes -= shot.bytes


class Recorder(OwnThread):
    """One thread, from `start` to `stop`. Every method may be called from any thread; only `save_ring` takes time."""

    def __init__(
        self,
        root: Callable[[], Path] = recordings_folder,
        reserve_bytes: int = RESERVE_BYTES,
        queue: int = QUEUE,
        queue_bytes: int = QUEUE_BYTES,
    ) -> None:
        """Recordings go to the folder that `root` gives, as long as its disk has `reserve_bytes` free."""
        super().__init__("recorder")
        self._root = root
        self._reserve_bytes = reserve_bytes
        self._most_waiting, self._most_bytes = queue, queue_bytes
        self._changed = threading.Condition()
        self._jobs: deque[tuple[int, int, Callable[[], None]]] = deque()
        """Each with what it counts, and the bytes that it holds."""
        self._waiting = self._waiting_bytes = self._dropped = self._dropped_before = 0
        self._wanted = False
        self._session = 0
        self._ring = Ring()
        # Of the recorder's thread alone.
        self._area: Rect | None = None
        self._writer: RecordingWriter | None = None
        self._writing = self._failed = 0
        self._looked = 0.0
        self._written = (0.0, 0)
        self._ended: Ended | None = None

    def stop(self) -> None:
        """Asks the thread to finish what waits, close the recording, and end; returns at once."""
        with self._changed:
            self._wanted = False
            self._stopping.set()
            self._changed.notify_all()

    # What comes from other threads.

    def offer(self, frame: Frame, area: Rect | None, shown: bool = True) -> None:
        """A frame with its scan area, which lies inside it; only those that were `shown` are of the last seconds.

        One whose area is not known is dropped, and counted.
        """
        # Decided and put at once: a frame that came behind the end of its recording would begin another.
        with self._changed:
            session, dropped = self._session if self._wanted else 0, self._dropped
            if area is None:
                self._dropped += 1
            elif session or self._ring.on:
                # The job holds the whole frame, not the scan area alone.
                self._put(lambda: self._take(frame, area, shown, session, dropped), frame.pixels.nbytes)

    def predicted(self, prediction: Prediction, made_by: MadeBy) -> None:
        """What the model said about a frame that was offered before."""
        if self._wanted or self._ring.on:
            self._put(lambda: self._answer(prediction, made_by))

    def source_changed(self) -> None:
        """Another source: the recording ends, and the last seconds are forgotten."""
        with self._changed:
            why = "another source was opened" if self._wanted else ""
            self._wanted = False
            self._order(lambda: self._forget(why))

    def set_ring(self, seconds: float, most_bytes: int = RING_BYTES) -> None:
        """How much of the last seconds is kept in memory; 0 seconds: nothing, as before this is called."""
        self._ring.limit(seconds, most_bytes)

    def start_recording(self) -> None:
        """Records from the next frame on."""
        with self._changed:
            if not self._wanted:
                self._session += 1
                self._wanted, self._dropped_before, self._written = True, self._dropped, (0.0, 0)

    def stop_recording(self) -> None:
        """Ends the recording after what is waiting now."""
        with self._changed:
            self._wanted = False
            self._order(lambda: self._finish(""))

    def save_ring(self) -> Ended:
        """Writes the last seconds as a recording of their own. Takes its time. Raises OutputError."""
        shots = self._ring.shots()
        if not shots:
            raise OutputError("There is nothing in memory to save yet: wait for pictures.")
        size = sum(shot.bytes for shot in shots)
        writer = RecordingWriter(self._root(), shots[-1].size, self._reserve_bytes + size)
        dropped = shots[-1].dropped - shots[0].dropped
        try:
            for shot in shots:
                writer.add(shot)
        except OSError as error:
            raise OutputError(_close(writer, dropped, *_refused(error)).problem) from error
        return _close(writer, dropped)

    @property
    def state(self) -> RecorderState:
        """Now."""
        dropped = self._dropped - self._dropped_before
        writer = self._writer
        folder = writer.folder if writer is not None else None
        return RecorderState(self._wanted, *self._written, dropped, *self._ring.size(), folder, self._ended)

    def _put(self, job: Callable[[], None], size: int = 0) -> None:
        """For the recorder's thread, unless too much is waiting for it; the job holds `size` bytes."""
        with self._changed:
            too_large = size and self._waiting_bytes and self._waiting_bytes + size > self._most_bytes
            if self._waiting >= self._most_waiting or too_large:
                self._dropped += 1
                return
            self._waiting += 1
            self._waiting_bytes += size
            self._jobs.append((1, size, job))
            self._changed.notify_all()

    def _order(self, job: Callable[[], None]) -> None:
        """For the recorder's thread, in any case."""
        with self._changed:
            self._jobs.append((0, 0, job))
            self._changed.notify_all()

    # What follows runs in the recorder's thread.

    def _run(self) -> None:
        stand_back()
        while (job := self._next()) is not None:
            try:
                job()
            # The boundary of the thread: whatever goes wrong must end the recording with a sentence, and not the thread
            # in silence.
            except Exception as error:  # noqa: BLE001
                log.failure(_log, "recording failed", error)
                self._fail(f"the recorder failed ({type(error).__name__})")
        self._finish("")

    def _next(self) -> Callable[[], None] | None:
        """The next job; None when nothing is left and the thread is to end."""
        with self._changed:
            while not self._jobs:
                if self._stopping.is_set():
                    return None
                self._changed.wait()
            counted, size, job = self._jobs.popleft()
            self._waiting -= counted
            self._waiting_bytes -= size
            return job

    def _take(self, frame: Frame, area: Rect, shown: bool, session: int, dropped: int) -> None:
        if area != self._area:
            # Another part of the picture is not the same clip; what is being recorded goes on in a new one.
            self._area = area
            self._ring.clear()
            self._finish("")
        if session and session != self._writing:
            self._finish("")
            self._writing = session
        shot = encode(frame, area, dropped)
        if shown and self._ring.on:
            self._ring.add(shot)
        if session and session != self._failed:
            self._write(shot)

    def _answer(self, prediction: Prediction, made_by: MadeBy) -> None:
        if prediction.scan_area != self._area:
            return
        answer = encode_answer(prediction, made_by)
        if self._writer is not None:
            self._try(lambda writer: writer.add_answer(prediction.captured, answer))
        self._ring.answer(prediction.captured, answer)

    def _write(self, shot: Shot) -> None:
        if self._writer is None:
            self._begin(shot)
        self._try(lambda writer: writer.add(shot))
        if shot.captured - self._looked >= LOOK_AT_DISK_S:
            self._looked = shot.captured
            self._try(RecordingWriter.check_room)

    def _begin(self, shot: Shot) -> None:
        try:
            self._writer = RecordingWriter(self._root(), shot.size, self._reserve_bytes)
            self._looked = shot.captured
        except OutputError as error:
            self._switch_off()
            self._ended = Ended(None, 0.0, 0, 0, str(error))

    def _try(self, write: Callable[[RecordingWriter], None]) -> None:
        """Writes, if there is a recording; where the disk refuses, it ends."""
        if self._writer is None:
            return
        try:
            write(self._writer)
            self._written = self._writer.seconds, self._writer.bytes
        except OSError as error:
            self._fail(*_refused(error))

    def _fail(self, why: str, advice: str = "") -> None:
        was_on = self._switch_off()
        if was_on and self._writer is None:
            self._ended = Ended(None, 0.0, 0, 0, f"Recording could not begin: {why}.{advice}")
        self._finish(why, advice)

    def _switch_off(self) -> bool:
        """What is waiting of this recording is not written any more, and nothing more comes; whether it was on."""
        with self._changed:
            self._failed = self._writing
            was_on = self._wanted and self._session == self._failed
            if was_on:
                self._wanted = False
            return was_on

    def _forget(self, why: str) -> None:
        self._area = None
        self._ring.clear()
        self._finish(why)

    def _finish(self, why: str, advice: str = "") -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            self._ended = _close(writer, self._dropped - self._dropped_before, why, advice)


def _refused(error: OSError) -> tuple[str, str]:
    """Why a recording stops where the disk refuses, and what to do."""
    why = error.strerror or str(error)
    return why[:1].lower() + why[1:], " Free some space, then record again."


def _close(writer: RecordingWriter, dropped: int, why: str = "", advice: str = "") -> Ended:
    """Ends a recording, and says how it went; `why` it was not the user who ended it."""
    try:
        writer.finish(why or "by the user", dropped)
    except OSError as error:
        why, advice = (why, advice) if why else _refused(error)
    problem = f"Recording stopped: {why}. What was recorded until then is kept.{advice}" if why else ""
    return Ended(writer.folder, writer.seconds, writer.bytes, dropped, problem)
