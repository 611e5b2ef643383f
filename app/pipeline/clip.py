"""Writes a clip, in the best format that OpenCV can write on the machine."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from app.capture.files import is_utf8
from app.capture.source import Pixels
from app.errors import OutputError
from app.pipeline.codecs import best_codec
from model.files import beside


class ClipWriter:
    """A clip of the first picture's size, opened with it. Its suffix is that of the codec that the machine has."""

    def __init__(self, path: Path, rate: float) -> None:
        self.path = path
        self._rate = rate
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)

    def write(self, picture: Pixels) -> None:
        """Adds a BGR picture; one of another size is scaled to the first one's. Raises OutputError."""
        # Encoders take even sizes only.
        height, width = (max(side // 2 * 2, 2) for side in picture.shape[:2])
        if self._writer is None:
            self._writer = self._open((width, height))
        if (width, height) == self._size:
            picture = np.ascontiguousarray(picture[:height, :width])
        if picture.shape[1::-1] != self._size:
            picture = np.asarray(cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA), np.uint8)
        self._writer.write(picture)

    def finish(self) -> None:
        """Gives the clip its name, if there is one. Raises OSError, also where it cannot be read again."""
        if self._writer is None:
            return
        writer, self._writer = self._writer, None
        writer.release()
        # OpenCV does not say that the disk is full: then the end of the clip, where its table stands, is missing.
        capture = cv2.VideoCapture(str(beside(self.path)))
        whole = capture.isOpened() and capture.grab()
        capture.release()
        if not whole:
            beside(self.path).unlink(missing_ok=True)
            raise OSError(None, "the disk is full")
        beside(self.path).replace(self.path)

    def _open(self, size: tuple[int, int]) -> cv2.VideoWriter:
        if not is_utf8(self.path):
            raise OutputError(
                f"A clip cannot be written into {self.path.parent}: its path is not Unicode, choose another one."
            )
        codec = best_codec(self.path.suffix)
        if codec is not None:
            self.path, self._size = self.path.with_suffix(codec.suffix), size
            writer = codec.open(beside(self.path), self._rate, size)
            if writer.isOpened():
                return writer
            beside(self.path).unlink(missing_ok=True)
        raise OutputError(f"A clip cannot be written into {self.path.parent}: OpenCV has no encoder for it here.")
