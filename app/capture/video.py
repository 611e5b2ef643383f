"""A video file, played like the recording that it is."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path

import cv2

from app.capture.files import is_utf8, unreadable
from app.capture.pixels import as_pixels
from app.capture.source import Picture, Pixels, SourceError, SourceInfo, SourceKind
from app.capture.stamps import StampIndex, Stamps
from app.capture.whole import is_cut_off

FALLBACK_RATE = 25.0
"""Frames a second for the time stamps of a file that has neither time stamps nor a rate."""
SENSIBLE_RATE = 1000.0
"""A file that claims more frames a second than this gives its clock, not its rate."""
SENSIBLE_COUNT = 100_000_000
"""A file that claims more frames than this does not know."""
HEAD_BYTES = 4096
NOT_DECODED = {"av01": "AV1", "vvc1": "H.266"}
"""What OpenCV's FFmpeg knows by name and has no decoder for."""
RESTART_S = 0.2
"""Stamps that go back by more than this begin anew."""
MOST_NEAR = 24
"""So many frames are kept on the way to one that was stepped back to, or as many as NEAR_BYTES hold."""
NEAR_BYTES = 30_000_000
NEAR = 12
"""So many frames on are decoded one by one: that is quicker than a jump, which starts at a key frame before."""


class VideoFile:
    """A video file that OpenCV's FFmpeg reads.

    `seek` is exact. OpenCV jumps to a time that it works out from a steady rate, so the time stamps of all frames are
    listed once, and each jump is checked by the stamp of the frame that it gave. Where stamps do not tell frames apart,
    all frames up to the one asked for are decoded, which takes as long as that takes.
    """

    kind = SourceKind.REPLAY
    paced = False
    retries = False

    def __init__(
        self,
        path: Path,
        *,
        word: str | None = None,
        stream: Callable[[], io.BufferedIOBase] | None = None,
        frames: int | None = None,
    ) -> None:
        """`stream` opens the video where it lies inside the file at `path`, which says that it has so many `frames`."""
        self.word = word or str(path)
        self.name = path.name
        self.loops = True
        self.path = path
        self._open_stream = stream
        self._said = frames
        self._stream: io.BufferedIOBase | None = None
        self._capture: cv2.VideoCapture | None = None
        self._info: SourceInfo | None = None
        self._rate: float | None = None
        self._claimed = 0
        self._count = 0
        self._position = self._next = 0
        self._near: dict[int, Picture] = {}
        self._most_near = 0
        self._jumped = False
        self._last_s = self._restarts_s = 0.0
        self._start_ms = 0.0
        self._index: StampIndex | None = None
        self._stamps: Stamps | None = None
        self._pending: Pixels | None = None

    @property
    def frame_count(self) -> int:
        """Number of frames, once open: what the file says, put right when its frames are counted or its end is met.

        In any thread; everything else here belongs to one.
        """
        index, count = self._index, self._count
        listed = index.count() if index is not None and index.ready else 0
        return max(listed, self._position) if listed else count

    @property
    def times_s(self) -> list[float] | None:
        """When each frame is shown, in seconds since the first; None where that is not listed, or not yet.

        In any thread.
        """
        index, stamps = self._index, self._stamps
        if index is not None and index.ready:
            stamps = index.stamps()
        return None if stamps is None else (stamps.times_ms / 1000).tolist()

    def another(self) -> VideoFile:
        """A second one of the same file, not open."""
        return VideoFile(self.path, word=self.word, stream=self._open_stream, frames=self._said)

    def open(self) -> SourceInfo:
        """Opens the file and decodes its first frame. Raises SourceError."""
        if self._info is None:
            if self._open_stream is None:
                check_video_file(self.path)
            try:
                self._info = self._start()
            except SourceError:
                self.close()
                raise
        return self._info

    def read(self) -> Picture | None:
        """The next frame, or None behind the last. Raises SourceError where the file ends early."""
        if self._capture is None:
            raise SourceError(f"{self.path} is not open: open it before reading.")
        picture = self._near.get(self._next)
        if picture is None:
            self._go(self._next)
            picture = self._take()
            if picture is not None and self._near:
                self._keep(self._next, picture)
        if picture is not None:
            self._next += 1
        return picture

    def seek(self, frame: int) -> None:
        """The next `read` gives this frame, counted from 0 and clipped to the file. Raises SourceError."""
        if self._capture is None:
            raise SourceError(f"{self.path} is not open: open it before seeking.")
        self._take_index(wait=True)
        frame = max(0, min(frame, self._count - 1))
        if frame != self._next and frame not in self._near:
            self._near.clear()
            if 0 < self._next - frame <= NEAR:
                self._look_back(frame)
            else:
                self._go(frame)
        self._next = frame

    def _look_back(self, frame: int) -> None:
        """Keeps some frames up to this one: who steps back once does so again. Raises SourceError."""
        assert self._info is not None
        self._most_near = max(min(MOST_NEAR, NEAR_BYTES // (3 * self._info.width * self._info.height)), 4)
        self._go(max(frame - self._most_near + 1, 0))
        while self._position <= frame:
            number = self._position
            if (picture := self._take()) is None:
                return
            self._keep(number, picture)

    def _keep(self, number: int, picture: Picture) -> None:
        self._near[number] = picture
        while len(self._near) > self._most_near + 4:
            del self._near[min(self._near)]

    def _take(self) -> Picture | None:
        """Decodes the frame at the position; None behind the last. Raises SourceError."""
        assert self._capture is not None
        self._take_index(wait=False)
        pixels = self._decode() if self._pending is None else self._pending
        self._pending = None
        if pixels is None:
            self._count = self._position
            self._check_whole()
            return None
        stamp_ms = self._capture.get(cv2.CAP_PROP_POS_MSEC)
        if self._stamps is not None and self._stamps.frame_at(stamp_ms - self._start_ms) != self._position:
            self._stamps = None  # What is shown is not what was listed: from now on, frames are counted.
            if self._jumped:
                return self._read_anew()
        picture = Picture(pixels, self._time_s(stamp_ms))
        self._position += 1
        self._count = max(self._count, self._position)
        return picture

    def _go(self, frame: int) -> None:
        """Has this frame be the next to be decoded. Raises SourceError."""
        if frame == self._position:
            return
        # A frame that was decoded and not read counts as one that is still to come: its place is the position.
        if self._pending is not None:
            self._pending, self._position = None, self._position + 1
        if self._stamps is not None and not 0 <= frame - self._position <= NEAR:
            if self._jump(frame):
                self._position, self._jumped, self._last_s = frame, True, 0.0
                return
            self._reopen()  # A jump that failed may have left it anywhere.
        self._walk(frame)

    def close(self) -> None:
        """Lets the file go."""
        if self._index is not None:
            self._index.close()
        self._release()
        self._info = self._pending = self._index = self._stamps = None
        self._next = 0
        self._near.clear()

    def _start(self) -> SourceInfo:
        capture = self._reopen()
        first = self._decode()
        code = fourcc(capture.get(cv2.CAP_PROP_FOURCC))
        if first is None and code.lower() in NOT_DECODED:
            raise SourceError(
                f"{self.path} is {NOT_DECODED[code.lower()]} video, which cannot be decoded here:"
                " convert it to H.264, such as by 'ffmpeg -i FILE -c:v libx264 NEW.mp4'."
            )
        if first is None:
            raise SourceError(f"{self.path} holds no frame: record it again, or choose another file.")
        self._start_ms = _finite(capture.get(cv2.CAP_PROP_POS_MSEC))
        rate = _finite(capture.get(cv2.CAP_PROP_FPS))
        self._rate = rate if 0 < rate <= SENSIBLE_RATE else None
        claimed = _finite(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self._claimed = int(claimed) if 0 < claimed <= SENSIBLE_COUNT else 0
        self._claimed = self._said or self._claimed
        self._count = max(1, self._claimed)
        self._index = StampIndex(self._open_packets)
        self._pending = first
        height, width = first.shape[:2]
        return SourceInfo(width, height, self._rate, code)

    def _reopen(self) -> cv2.VideoCapture:
        """Opens the file anew, before its first frame. Raises SourceError."""
        self._release()
        self._capture, self._stream = self._opened([])
        if not self._capture.isOpened():
            if self._open_stream is None:
                check_video_file(self.path)  # It may be gone by now.
            raise SourceError(
                f"{self.path} cannot be read as a video: it is damaged, cut short or of a kind not known here;"
                " copy it again, or convert it to MP4."
            )
        self._position, self._jumped = 0, False
        self._last_s = self._restarts_s = 0.0
        return self._capture

    def _opened(self, options: list[int]) -> tuple[cv2.VideoCapture, io.BufferedIOBase | None]:
        # FFmpeg alone: OpenCV's other readers take a picture's name for a pattern of many.
        if self._open_stream is None and is_utf8(self.path):
            return cv2.VideoCapture(str(self.path), cv2.CAP_FFMPEG, options), None
        stream = self._open_stream() if self._open_stream is not None else self._open_file()
        # OpenCV takes any reader of Python's, which its types do not say.
        return cv2.VideoCapture(stream, cv2.CAP_FFMPEG, options), stream  # type: ignore[call-overload]

    def _open_file(self) -> io.BufferedIOBase:
        """Raises SourceError."""
        try:
            return self.path.open("rb")
        except OSError as error:
            raise unreadable(self.path, error) from error

    def _open_packets(self) -> tuple[cv2.VideoCapture, Callable[[], None]]:
        """A reader of the file's packets, none of which it decodes; and what closes it. In the index's thread."""
        capture, stream = self._opened([cv2.CAP_PROP_FORMAT, -1])

        def close() -> None:
            capture.release()
            if stream is not None:
                stream.close()

        return capture, close

    def _take_index(self, wait: bool) -> None:
        """Goes by the list of stamps from now on, if there is one, and if it is there or to be waited for."""
        index = self._index
        if index is None or not (wait or index.ready):
            return
        self._stamps = index.stamps()
        if listed := index.count():
            self._count = max(listed, self._position)
        self._index = None

    def _release(self) -> None:
        if self._capture is not None:
            self._capture.release()
        if self._stream is not None:
            self._stream.close()
        self._capture = self._stream = None

    def _decode(self) -> Pixels | None:
        assert self._capture is not None
        try:
            ok, array = self._capture.read()
            return as_pixels(array) if ok else None
        except cv2.error as error:  # such as where damage makes a frame's size another one
            raise SourceError(
                f"{self.path} is damaged at frame {self._position}: copy it again, or convert it to MP4."
            ) from error
        except ValueError as error:
            raise SourceError(f"{self.path} has frames that cannot be shown ({error}): convert it to MP4.") from error

    def _jump(self, frame: int) -> bool:
        """Has the next decoded frame be this one, by its stamp; whether that worked."""
        assert self._capture is not None
        if self._stamps is None or not self._rate or frame == 0:
            return False
        # Some containers lead to any place, where frames are decoded without those that they need: so over a key frame.
        before = aim = min(self._stamps.key_before(frame), frame - 1)
        while aim > 0:
            # One less, since rounding must not take it past the frame: going back costs a second jump.
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, max(int(self._stamps.times_ms[aim] / 1000 * self._rate) - 1, 0))
            landed = self._grab()
            if landed is None:
                return False
            if landed <= before:
                return all(self._grab() == number for number in range(landed + 1, frame))
            # It counts frames at a steady rate from the key frame on, so it goes too far where frames are rare.
            aim -= max(2 * (landed - before), 4)
        return False

    def _grab(self) -> int | None:
        """Decodes a frame that is not looked at; its number by its stamp, None where that is not listed."""
        assert self._capture is not None and self._stamps is not None
        if not self._capture.grab():
            return None
        return self._stamps.frame_at(self._capture.get(cv2.CAP_PROP_POS_MSEC) - self._start_ms)

    def _read_anew(self) -> Picture | None:
        """The frame at the position, counted from the beginning: a jump led to another. Raises SourceError."""
        frame = self._position
        self._reopen()
        self._walk(frame)
        return self._take()

    def _walk(self, frame: int) -> None:
        """Goes to a frame by decoding all before it; stops at the end."""
        if frame < self._position:
            self._reopen()
        assert self._capture is not None
        while self._position < frame and self._capture.grab():
            self._time_s(self._capture.get(cv2.CAP_PROP_POS_MSEC))
            self._position += 1

    def _time_s(self, stamp_ms: float) -> float:
        """Seconds since the first frame, by the frame's own stamp, or by the frame before where the stamp is nonsense.

        Where stamps begin anew, as in a DVD's parts or files that were joined, time goes on.
        """
        passed, next_s = (stamp_ms - self._start_ms) / 1000, self._last_s + 1 / (self._rate or FALLBACK_RATE)
        if not (math.isfinite(passed) and (passed > 0 or self._position == 0)):
            self._last_s = next_s
        elif passed + self._restarts_s < self._last_s - RESTART_S:
            self._last_s, self._restarts_s = next_s, next_s - passed
        else:
            self._last_s = passed + self._restarts_s
        return self._last_s

    def _check_whole(self) -> None:
        """Raises SourceError at the end of a file that lacks a good part of what it claims.

        Numbers of frames are often estimates, and of sound that goes on longer: so the time reached must be short as
        well, and the file be shorter than it says, unless the number comes from outside the video.
        """
        if self._rate is None or self._position >= 0.9 * self._claimed - 2:
            return
        if self._last_s + 1 / self._rate >= 0.9 * self._claimed / self._rate - 0.1:
            return
        if self._said is not None or self._is_cut_off():
            raise SourceError(
                f"{self.path} ends early, after {self._position} of {self._claimed} frames:"
                " copy it again from where it came."
            )

    def _is_cut_off(self) -> bool:
        try:
            return is_cut_off(self.path)
        except OSError as error:
            raise unreadable(self.path, error) from error


def check_video_file(path: Path) -> None:
    """Raises SourceError for what FFmpeg would refuse without a reason, or take for a video though it is none."""
    try:
        # Opening a pipe would wait for its other end.
        head = head_of(path) if path.is_file() or not path.exists() else None
    except OSError as error:
        raise unreadable(path, error) from error
    if head is None:
        raise SourceError(f"{path} is not a file: give a video file; a camera is 'camera:{path}'.")
    if not head:
        raise SourceError(f"{path} is empty: copy it again from where it came, or choose another file.")
    if is_dicom(path.suffix, head):
        raise SourceError(f"{path} is a DICOM file, not a video: give its path as a source word.")
    # FFmpeg draws text files as if on a terminal, and follows playlists to other files and addresses.
    if b"\0" not in head and head.isascii():
        raise SourceError(f"{path} is a text file, not a video: choose a video file or a folder of images.")


def head_of(path: Path) -> bytes:
    """How a file begins. Raises OSError."""
    with path.open("rb") as stream:
        return stream.read(HEAD_BYTES)


def is_dicom_file(path: Path) -> bool:
    """Whether `path` is a DICOM file. Raises SourceError where it cannot be read."""
    try:
        return path.is_file() and is_dicom(path.suffix, head_of(path))
    except OSError as error:
        raise unreadable(path, error) from error


def has_dicom_mark(path: Path) -> bool:
    """Whether a file's content is DICOM; False where it cannot be read."""
    try:
        return is_dicom("", head_of(path))
    except OSError:
        return False


def is_dicom(suffix: str, head: bytes) -> bool:
    """Whether a file of this suffix and beginning is DICOM, whatever it is called."""
    return head[128:132] == b"DICM" or suffix.lower() in {".dcm", ".dicom"}


def fourcc(code: float) -> str:
    """The four letters of a format, such as 'MJPG'; empty if it has none."""
    letters = int(_finite(code)).to_bytes(8, "little", signed=True)[:4].decode("latin-1")
    return letters if letters.isascii() and letters.isprintable() else ""


def _finite(value: float) -> float:
    """`value`, or 0 where it is not a number."""
    return value if math.isfinite(value) else 0.0
