"""The picture at the size of the screen: scaled once per frame into memory that is kept, then painted 1:1."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtGui import QImage

from app.capture.source import Pixels

_SHRINK = 0.7
"""Below this scale, areas are averaged, so that speckle does not alias."""


class Canvas:
    """A QImage of the last picture given to `draw`.

    Measured from 1280 × 720 to 1920 × 1080 on two cores: QPainter's smooth scaling 13 ms, this 4 to 6 ms in colour and
    3 ms in grey. New memory for each picture would cost another 2 to 4 ms in page faults.
    """

    def __init__(self) -> None:
        self._scaled: Pixels = np.empty((0, 0), np.uint8)
        self._bgra: Pixels = np.empty((0, 0, 4), np.uint8)
        self.image = QImage()

    def draw(self, pixels: Pixels, size: tuple[int, int], mirrored: bool = False) -> QImage:
        """Scales `pixels`, (height, width) or (height, width, 3) BGR, to `size` (width, height) in device pixels.

        `mirrored` changes left and right.

        The image stays valid, and its content is replaced, until the next call.
        """
        width, height = size
        if self._bgra.shape[:2] != (height, width):
            self._bgra = np.empty((height, width, 4), np.uint8)
            self.image = QImage(self._bgra.data, width, height, width * 4, QImage.Format.Format_RGB32)
        conversion = cv2.COLOR_GRAY2BGRA if pixels.ndim == 2 else cv2.COLOR_BGR2BGRA
        cv2.cvtColor(self._resized(pixels, width, height), conversion, dst=self._bgra)
        if mirrored:
            cv2.flip(self._bgra, 1, dst=self._bgra)
        return self.image

    def _resized(self, pixels: Pixels, width: int, height: int) -> Pixels:
        if pixels.shape[:2] == (height, width):
            return pixels
        shape = (height, width, *pixels.shape[2:])
        if self._scaled.shape != shape:
            self._scaled = np.empty(shape, np.uint8)
        small = width < _SHRINK * pixels.shape[1]
        cv2.resize(
            pixels,
            (width, height),
            dst=self._scaled,
            interpolation=cv2.INTER_AREA if small else cv2.INTER_LINEAR,
        )
        return self._scaled
