"""A file whose pictures can be had by their numbers, as a recording: what its readers have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from app.capture.files import unreadable
from app.capture.source import Picture, SourceError, SourceInfo, SourceKind


class FileClip(ABC):
    """A file of one or many pictures; every seek is exact."""

    kind = SourceKind.REPLAY
    paced = False
    retries = False

    def __init__(self, path: Path, *, word: str | None = None) -> None:
        self.word = word or str(path)
        self.name = path.name
        self.loops = True
        self.path = path
        self._info: SourceInfo | None = None
        self._position = 0

    @property
    @abstractmethod
    def frame_count(self) -> int:
        """Number of pictures, once open."""

    @abstractmethod
    def _start(self) -> SourceInfo:
        """Finds the pictures and decodes the first. Raises SourceError and OSError."""

    @abstractmethod
    def _picture(self, number: int) -> Picture:
        """The picture of that number, which there is. Raises SourceError."""

    @abstractmethod
    def _release(self) -> None:
        """Lets everything go; may be called at any time."""

    def another(self) -> Self:
        """A second one of the same file, not open."""
        return type(self)(self.path, word=self.word)

    def open(self) -> SourceInfo:
        """Opens the file and decodes its first picture. Raises SourceError."""
        if self._info is None:
            try:
                self._info = self._start()
            except OSError as error:
                self.close()
                raise unreadable(self.path, error) from error
            except SourceError:
                self.close()
                raise
        return self._info

    def read(self) -> Picture | None:
        """The next picture, or None behind the last. Raises SourceError."""
        if self._info is None:
            raise SourceError(f"{self.path} is not open: open it before reading.")
        if self._position >= self.frame_count:
            return None
        picture = self._picture(self._position)
        self._position += 1
        return picture

    def seek(self, frame: int) -> None:
        """The next `read` gives this picture, counted from 0 and clipped to the file."""
        self._position = max(0, min(frame, self.frame_count - 1))

    def close(self) -> None:
        """Lets the file go."""
        self._release()
        self._info, self._position = None, 0
