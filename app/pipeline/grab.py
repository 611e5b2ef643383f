"""The grab thread: opens a source, reads it at its own pace, and publishes each picture as a frame."""

from __future__ import annotations

import enum
import logging
import threading
import time
import zlib
from bisect import bisect_left
from collections.abc import Callable, Sequence

from app import log
from app.capture.source import Frame, Picture, Pixels, Recording, Source, SourceError, SourceInfo, Stamped
from app.pipeline.rewind import Rewind
from app.pipeline.types import SourceChanged, SourceState
from app.thread import OwnThread

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 10.0)
"""Seconds before a failed source is tried again; the last one from then on."""
RATE = 25.0
"""Pictures a second where the source does not say."""
DEBT_S = 0.25
"""A recording that is later than this goes on from now instead of hurrying after the clock."""
REPEAT_S = 1.0
"""A live picture that has not changed for longer than this is reported as repeating."""
REPEAT_GRID = 4
"""Every so many pixels are compared, down and across."""

_log = logging.getLogger(log.NAME)

Publish = Callable[["Grabber", Frame, bool], None]
Report = Callable[["Grabber", SourceChanged], None]
Timed = Callable[[dict[str, float]], None]


class _Order(enum.Enum):
    """What the grab thread of a recording does next."""

    STOP = enum.auto()
    SEEK = enum.auto()
    TURN = enum.auto()
    """Play instead of pause, or the other way round."""
    PACE = enum.auto()
    """Play faster or slower."""
    SHOW = enum.auto()


class Grabber(OwnThread):
    """One thread for one source, from `start` to `stop`; it ends by itself soon after, when the source lets it.

    `publish(grabber, frame, jumped)` is called for each picture; `jumped` says that it does not follow the one before
    it in time (after a seek, a step, or at the start of the next round). `report(grabber, event)` says what the source
    is doing. Both are called from the grab thread, as is `timed`, which gets the ms a picture took to decode
    or grab (not a camera's: reading one is mostly waiting). `after` are grabbers that must let that device go first.
    """

    def __init__(
        self,
        source: Source,
        publish: Publish,
        report: Report,
        after: Sequence[Grabber] = (),
        pauses: Sequence[float] = PAUSES,
        timed: Timed = lambda _: None,
    ) -> None:
        super().__init__(f"grab {source.kind.value}")
        self.source = source
        self._publish = publish
        self._report = report
        self._after = after
        self._pauses = pauses
        self._timed = timed
        self._changed = threading.Condition()
        self._playing = True
        self._seek: int | None = None
        self._shown: int | None = None
        self._going: int | None = None
        self._ended = False
        self._speed = 1.0
        self._range: tuple[int, int] | None = None
        self._info: SourceInfo | None = None
        self._live_number = 0
        self._said: SourceState | None = None

    def stop(self) -> None:
        """Asks the thread to end; returns at once."""
        with self._changed:
            self._stopping.set()
            self._changed.notify_all()

    def play(self) -> None:
        """Plays a recording on; from its start, if it has ended."""
        with self._changed:
            if self._ended and self._speed > 0:
                self._seek = 0
            self._playing = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Keeps a recording at the frame that it shows."""
        with self._changed:
            self._playing = False
            self._changed.notify_all()

    def step(self, frames: int) -> None:
        """Pauses a recording and shows the frame so many further on, or back."""
        with self._changed:
            self._playing = False
            self._seek = max(self._at() + frames, 0)
            self._changed.notify_all()

    def skip(self, seconds: float) -> None:
        """Shows the frame of a recording so many seconds further on, or back; it plays on from there if it was playing.

        Where the recording lists no time stamps, seconds are counted by its rate.
        """
        with self._changed:
            rate = (self._info.rate if self._info is not None else None) or RATE
            self._seek = frame_after(self.source, max(self._at(), 0), seconds, rate)
            self._changed.notify_all()

    def _at(self) -> int:
        """The frame that is shown, -1 before the first.

        What is on its way counts as shown, or a step that comes before it arrives would be lost.
        """
        return next((place for place in (self._seek, self._going, self._shown) if place is not None), -1)

    def seek(self, frame: int) -> None:
        """Shows this frame of a recording, which plays on from there if it was playing."""
        with self._changed:
            self._seek = max(frame, 0)
            self._changed.notify_all()

    @property
    def sought(self) -> int | None:
        """The frame that a seek or step asked for last, as it was asked for; None once it is published."""
        with self._changed:
            return self._going if self._seek is None else self._seek

    def set_speed(self, speed: float) -> None:
        """Plays a recording so many times as fast as it was taken, from the next frame on; below 0: backwards."""
        with self._changed:
            self._speed = speed
            self._changed.notify_all()

    def set_range(self, frames: tuple[int, int] | None) -> None:
        """Plays only from the first of these frames to the last, over and over; None: the whole recording."""
        with self._changed:
            self._range = frames
            if frames is not None and self._shown is not None and not frames[0] <= self._shown <= frames[1]:
                self._seek = frames[0]
            self._changed.notify_all()

    # What follows runs in the grab thread.

    def _run(self) -> None:
        try:
            self._await_predecessors()
            self._say(SourceState.OPENING)
            self._keep_grabbing()
        finally:
            self.source.close()

    def _await_predecessors(self) -> None:
        for grabber in self._after:
            while grabber.alive and not self._stopping.is_set():
                grabber.join(0.02)
        self._after = ()

    def _keep_grabbing(self) -> None:
        tries = 0
        while not self._stopping.is_set():
            with self._changed:
                # What was sought before the signal was lost does not come any more.
                self._shown = self._going = None
            try:
                self._grab()
                return
            except SourceError as error:
                reason = str(error)
            # The boundary of the thread: whatever a driver or decoder throws must reach the user as a lost signal,
            # and not end in a thread that is silently gone.
            except Exception as error:  # noqa: BLE001
                log.failure(_log, "grabbing failed", error)
                reason = f"{self.source.name} failed unexpectedly ({type(error).__name__}: {error}). Choose it again."
            self.source.close()
            tries = 0 if self._shown is not None else tries
            pause = self._pauses[min(tries, len(self._pauses) - 1)] if self.source.retries else None
            self._say(SourceState.NO_SIGNAL, reason, pause)
            if pause is None:
                return
            tries += 1
            self._wait(time.monotonic() + pause)

    def _grab(self) -> None:
        """Grabs until stopped. Raises SourceError."""
        if self._stopping.is_set():
            return
        self._info = self.source.open()
        source = self.source
        if isinstance(source, Recording):
            self._grab_recording(source, self._info)
        else:
            self._grab_live(source, self._info)

    def _grab_live(self, source: Source, info: SourceInfo) -> None:
        self._say(SourceState.RUNNING)
        watch = RepeatWatch()
        interval = 1 / (info.rate or RATE)
        due = time.monotonic()
        while not self._stopping.is_set():
            picture = source.read() if source.paced else read_timed(source, self._timed)
            if picture is None:
                raise SourceError(f"{source.name} sends no more pictures: check that it is on and connected.")
            now = self._show(picture, self._live_number)
            # After a lost signal they go on, too: a recording, which goes on as well, has each number once.
            self._live_number += 1
            self._say(SourceState.REPEATING if watch.repeats(picture.pixels, now) else SourceState.RUNNING)
            if not source.paced:
                # Pictures that were missed are not made up for: what counts is now.
                due = max(due + interval, now)
                self._wait(due)

    def _grab_recording(self, recording: Recording, info: SourceInfo) -> None:
        reel = Reel(recording, self._timed)
        try:
            self._play(reel, info)
        finally:
            reel.close()

    def _play(self, reel: Reel, info: SourceInfo) -> None:
        pace, playing = Pace(info.rate or RATE), self._playing
        reel.read_ahead()
        self._say(SourceState.RUNNING if playing else SourceState.PAUSED)
        self._show_next(reel, pace, sought=True)
        while True:
            self._turn_back(reel, playing)
            if playing:
                self._aim(reel)
            reel.read_ahead()
            self._ended = reel.at_end
            state = SourceState.ENDED if reel.at_end else SourceState.RUNNING if playing else SourceState.PAUSED
            self._say(state, reel.take_problem())
            pace.speed = self._speed
            due = pace.due(reel.picture) if playing and reel.picture else None
            order, target = self._await_order(due, playing, pace.speed)
            if order is _Order.STOP:
                return
            if order is _Order.PACE:
                # From the frame that is shown on: what was slow so far is not made up for.
                pace.restart(time.monotonic())
            elif order is _Order.SEEK:
                reel.seek(target)
                reel.read_ahead()
                self._show_next(reel, pace, sought=True)
            elif order is _Order.TURN:
                playing = not playing
                pace.restart(time.monotonic())
            else:
                self._show_next(reel, pace, sought=False)

    def _turn_back(self, reel: Reel, playing: bool) -> None:
        """At the end of the range that is played, its beginning is next. Raises SourceError."""
        frames = self._range
        if self._speed < 0 or not playing or self._seek is not None:
            return
        if frames is not None and (reel.number > frames[1] or reel.at_end):
            reel.seek(frames[0])

    def _aim(self, reel: Reel) -> None:
        """Makes the frame next that follows the one that is shown, in the direction of playing. Raises SourceError."""
        shown = self._shown
        if self._seek is not None or shown is None:
            return
        if self._speed > 0:
            if reel.backwards:
                reel.go_on(shown + 1)
            return
        first, last = self._range or (0, None)
        # Backwards, each frame has to be sought: at a higher speed, some are left out.
        frame = shown - max(round(-self._speed), 1)
        if frame >= first:
            reel.go_back(frame)
        elif shown > first:
            reel.go_back(first)
        elif last is not None or reel.loops:
            reel.seek(reel.last if last is None else last)
        else:
            self.pause()

    def _await_order(self, due: float | None, playing: bool, speed: float) -> tuple[_Order, int]:
        """Waits for what comes next, at the latest `due` (`time.monotonic()` seconds); and the frame to seek."""
        with self._changed:
            while True:
                if self._stopping.is_set():
                    return _Order.STOP, 0
                if self._seek is not None:
                    target, self._seek = self._seek, None
                    self._going = target
                    return _Order.SEEK, target
                if self._playing != playing:
                    return _Order.TURN, 0
                if self._speed != speed:
                    return _Order.PACE, 0
                left = None if due is None else due - time.monotonic()
                if left is not None and left <= 0:
                    return _Order.SHOW, 0
                self._changed.wait(left)

    def _show_next(self, reel: Reel, pace: Pace, sought: bool) -> None:
        if reel.picture is None:
            self._going = None
            return  # The recording is shorter than it claims, and this place is beyond its end.
        now = self._show(reel.picture, reel.number, reel.jumped)
        pace.shown(reel.picture, now)
        if sought:
            pace.restart(now)
        reel.advance()

    def _show(self, picture: Picture, number: int, jumped: bool = False) -> float:
        """Publishes `picture` and returns when it was captured."""
        captured = time.monotonic() if picture.arrived is None else picture.arrived
        frame = Frame(picture.pixels, number, captured, picture.time_s, picture.reply, picture.part)
        self._publish(self, frame, jumped and self._shown is not None)
        with self._changed:
            self._shown, self._going = number, None
        return frame.captured

    def _say(self, state: SourceState, reason: str = "", retry_s: float | None = None) -> None:
        """Reports `state`, unless nothing is new. Never called with the lock held: the pipeline has its own."""
        if state is self._said and not reason:
            return
        self._said = state
        source = self.source
        self._report(self, SourceChanged(source.word, source.name, source.kind, state, self._info, reason, retry_s))

    def _wait(self, due: float) -> None:
        """Waits until `due` (`time.monotonic()` seconds) or until stopped."""
        with self._changed:
            while not self._stopping.is_set() and (left := due - time.monotonic()) > 0:
                self._changed.wait(left)


def read_timed(source: Source | Rewind, timed: Timed) -> Picture | None:
    """Reads a picture and reports how long that took. Raises SourceError."""
    start = time.perf_counter()
    picture = source.read()
    timed({"capture": (time.perf_counter() - start) * 1000})
    return picture


def frame_after(source: Source, frame: int, seconds: float, rate: float) -> int:
    """The frame that is shown so many seconds after another, or before it; never that one itself, if there is another.

    By the time stamps of an open recording where it lists them, else by a steady rate, in frames a second.
    """
    times = source.times_s if isinstance(source, Stamped) else None
    if times is None or frame >= len(times):
        found = frame + round(seconds * rate)
    else:
        wanted = times[frame] + seconds
        found = min(bisect_left(times, wanted), len(times) - 1)
        if found > 0 and wanted - times[found - 1] < times[found] - wanted:
            found -= 1
    # Where frames are rare, the next one is further away than that.
    found = max(found, frame + 1) if seconds > 0 else min(found, frame - 1)
    last = source.frame_count - 1 if isinstance(source, Recording) else found
    return max(min(found, last), 0)


class Reel:
    """A recording with one picture read ahead, so that decoding does not delay it."""

    def __init__(self, recording: Recording, timed: Timed) -> None:
        self._recording = recording
        self._frames = Rewind(recording)
        self._timed = timed
        self.backwards = False
        """Whether the next picture is one on the way backwards."""
        self.picture: Picture | None = None
        """The next picture, once it is read."""
        self.number = 0
        """The next picture's number."""
        self.jumped = False
        """Whether the next picture does not follow the last one in time."""
        self.at_end = False
        self._problem: str | None = None
        self._told = False

    def close(self) -> None:
        """Ends the thread that decodes backwards, if there is one."""
        self._frames.close()

    def read_ahead(self) -> None:
        """Reads the next picture, the first one after the last if the recording loops. Raises SourceError."""
        if self.picture is not None or self.at_end:
            return
        self.picture = self._read()
        if self.picture is None and self.jumped and self.number > self.last:
            # What was sought lies beyond the end, which is known only now.
            self._go(self.last)
            self.picture = self._read()
        if self.picture is None and self._recording.loops and self.number > 0:
            self._go(0)
            self.picture = self._read()
        if self.picture is None and self.number == 0:
            raise SourceError(f"{self._recording.name} holds no picture that can be read: choose another file.")
        self.at_end = self.picture is None

    def _read(self) -> Picture | None:
        """The next picture; None at the end, which for a recording that is cut off is where it can be read no further.

        Raises SourceError where there is nothing before that.
        """
        try:
            return read_timed(self._frames, self._timed)
        except SourceError as error:
            if self.number == 0:
                raise
            self._problem = str(error)
            return None

    def take_problem(self) -> str:
        """Why the recording can be read no further, the first time that this was met; else empty."""
        if self._problem is None or self._told:
            return ""
        self._told = True
        return self._problem

    def advance(self) -> None:
        """The next picture was shown."""
        self.picture = None
        self.number += 1
        self.jumped = False

    def seek(self, frame: int) -> None:
        """Makes `frame` the next, clipped to the recording. Raises SourceError."""
        target = max(min(frame, self._recording.frame_count - 1), 0)
        # One step on is the picture that was read ahead: seeking in a compressed file would only take time.
        if self.picture is None or target != self.number:
            self._go(target)
        self.jumped = True

    @property
    def loops(self) -> bool:
        return self._recording.loops

    @property
    def last(self) -> int:
        """The last frame's number, as far as it is known."""
        return max(self._recording.frame_count - 1, 0)

    def go_back(self, frame: int) -> None:
        """Makes `frame`, a little before the one that is shown, the next. Raises SourceError."""
        if self.picture is None or self.number != frame:
            self._frames.back_to(frame)
            self.picture, self.number, self.jumped, self.at_end, self.backwards = None, frame, False, False, True

    def go_on(self, frame: int) -> None:
        """After going back: `frame`, which follows the one that is shown, is the next. Raises SourceError."""
        if self.number != frame:
            self._go(frame)
        self.jumped = self.backwards = False

    def _go(self, frame: int) -> None:
        self._frames.seek(frame)
        frame = min(frame, self.last)
        self.picture, self.number, self.jumped, self.at_end, self.backwards = None, frame, True, False, False


class Pace:
    """When the next picture of a recording is due: by its time stamps, or a steady rate where it has none."""

    def __init__(self, rate: float) -> None:
        self.speed = 1.0
        """So many times as fast as it was taken."""
        self._interval = 1 / rate
        self._due = self._at = 0.0
        self._time_s: float | None = None

    def restart(self, now: float) -> None:
        """The next picture follows as if the last one had been shown at `now` (`time.monotonic()` seconds)."""
        self._due = self._at = now

    def due(self, picture: Picture) -> float:
        """When to show `picture` next, in `time.monotonic()` seconds."""
        step = self._step(picture)
        # What was held up is caught up at double speed at most, so that the screen can still show each picture.
        return max(self._due + step, self._at + step / 2)

    def shown(self, picture: Picture, now: float) -> None:
        """`picture` was shown at `now`."""
        due = self._due + self._step(picture)
        self._due = due if now - due <= DEBT_S else now
        self._at, self._time_s = now, picture.time_s

    def _step(self, picture: Picture) -> float:
        """Seconds from the showing of the last picture to that of this one."""
        speed, backwards = abs(self.speed), self.speed < 0
        if picture.time_s is None or self._time_s is None or picture.time_s == self._time_s:
            return self._interval / speed
        passed = self._time_s - picture.time_s if backwards else picture.time_s - self._time_s
        # The other way round, it begins anew: at the end, or at the beginning.
        return passed / speed if passed > 0 else self._interval / speed


class RepeatWatch:
    """Notices that a live picture has stopped changing."""

    def __init__(self) -> None:
        self._sum: int | None = None
        self._since = 0.0

    def repeats(self, pixels: Pixels, now: float) -> bool:
        """Whether the picture has been the same for over REPEAT_S at `now`, this one being `pixels`."""
        found = zlib.crc32(pixels[::REPEAT_GRID, ::REPEAT_GRID].tobytes())
        if found != self._sum:
            self._sum, self._since = found, now
        return now - self._since > REPEAT_S
