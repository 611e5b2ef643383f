"""A clip that the program recorded: every frame as it was, at the time at which it was captured."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np

from app.capture.files import unreadable
from app.capture.matroska import Stored, is_clip, read_index
from app.capture.pixels import decode_image
from app.capture.source import Picture, SourceError, SourceInfo, SourceKind

CLIP = "clip.mkv"
"""The pictures, in a recording's folder."""
MASKS = "masks.mkv"
"""The masks beside them: 255 in the block region, with their pictures' time stamps."""
_HEAD_BYTES = 4096


class RecordedClip:
    """A recording's folder, or its clip alone; every seek is exact, also where the recording was broken off."""

    kind = SourceKind.REPLAY
    paced = False
    retries = False

    def __init__(self, path: Path, *, word: str | None = None) -> None:
        self.word = word or str(path)
        self.name = path.name if path.is_dir() else path.parent.name
        self.loops = True
        self.path = path / CLIP if path.is_dir() else path
        self._stream: BinaryIO | None = None
        self._frames: list[Stored] = []
        self._position = 0
        self._info: SourceInfo | None = None

    @property
    def frame_count(self) -> int:
        """Number of frames, once open."""
        return len(self._frames)

    def another(self) -> RecordedClip:
        """A second one of the same clip, not open."""
        return RecordedClip(self.path, word=self.word)

    @property
    def times_s(self) -> list[float]:
        """When each frame was captured, in seconds since the first, once open."""
        return [frame.time_s - self._frames[0].time_s for frame in self._frames]

    def open(self) -> SourceInfo:
        """Finds the frames and decodes the first. Raises SourceError."""
        if self._info is None:
            try:
                self._stream = self.path.open("rb")
                self._frames = read_index(self._stream)
                self._info = self._look()
            except OSError as error:
                self.close()
                raise unreadable(self.path, error) from error
            except ValueError as error:
                self.close()
                raise SourceError(f"{self.path} is not a recording of this program: choose another file.") from error
            except SourceError:
                self.close()
                raise
        return self._info

    def read(self) -> Picture | None:
        """The next frame, or None behind the last. Raises SourceError."""
        if self._stream is None:
            raise SourceError(f"{self.path} is not open: open it before reading.")
        if self._position >= len(self._frames):
            return None
        picture = self._picture(self._position)
        self._position += 1
        return picture

    def seek(self, frame: int) -> None:
        """The next `read` gives this frame, counted from 0 and clipped to the clip."""
        self._position = max(0, min(frame, len(self._frames) - 1))

    def close(self) -> None:
        """Lets the file go."""
        if self._stream is not None:
            self._stream.close()
        self._stream, self._info, self._frames, self._position = None, None, [], 0

    def _look(self) -> SourceInfo:
        if not self._frames:
            raise SourceError(f"{self.path} holds no frame: it was broken off at once; delete it.")
        height, width = self._picture(0).pixels.shape[:2]
        steps = np.diff([frame.time_s for frame in self._frames])
        # Frames that were dropped leave gaps, which the median passes over.
        rate = 1 / float(np.median(steps)) if steps.size and np.median(steps) > 0 else None
        return SourceInfo(width, height, rate)

    def _picture(self, number: int) -> Picture:
        assert self._stream is not None
        frame = self._frames[number]
        try:
            self._stream.seek(frame.offset)
            data = np.frombuffer(self._stream.read(frame.length), np.uint8)
            return Picture(decode_image(data), frame.time_s - self._frames[0].time_s)
        except OSError as error:
            raise unreadable(self.path, error) from error
        except ValueError as error:
            raise SourceError(f"{self.path} is damaged at frame {number}: copy it again from where it came.") from error


def is_recorded(path: Path) -> bool:
    """Whether `path` is a recording's folder or clip; False where it cannot be read."""
    try:
        clip = path / CLIP if path.is_dir() else path
        with clip.open("rb") as stream:
            return is_clip(stream.read(_HEAD_BYTES))
    except OSError:
        return False
