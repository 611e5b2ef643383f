"""A clip that the program recorded: every frame as it was, at the time at which it was captured."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np

from app.capture.file_clip import FileClip
from app.capture.files import unreadable
from app.capture.matroska import Stored, is_clip, read_index
from app.capture.pixels import decode_image
from app.capture.source import Picture, SourceError, SourceInfo

CLIP = "clip.mkv"
"""The pictures, in a recording's folder."""
MASKS = "masks.mkv"
"""The masks beside them: 255 in the block region, with their pictures' time stamps."""
_HEAD_BYTES = 4096


class RecordedClip(FileClip):
    """A recording's folder, or its clip alone; it may have been broken off."""

    def __init__(self, path: Path, *, word: str | None = None) -> None:
        clip = path / CLIP if path.is_dir() else path
        super().__init__(clip, word=word or str(path))
        self.name = clip.parent.name
        self._stream: BinaryIO | None = None
        self._frames: list[Stored] = []

    @property
    def frame_count(self) -> int:
        """Number of frames, once open."""
        return len(self._frames)

    @property
    def times_s(self) -> list[float]:
        """When each frame was captured, in seconds since the first, once open."""
        return [frame.time_s - self._frames[0].time_s for frame in self._frames]

    def _release(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream, self._frames = None, []

    def _start(self) -> SourceInfo:
        self._stream = self.path.open("rb")
        try:
            self._frames = read_index(self._stream)
        except ValueError as error:
            raise SourceError(f"{self.path} is not a recording of this program: choose another file.") from error
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
