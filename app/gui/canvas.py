"""The picture at the size of the screen: scaled once per frame into memory that is kept, then painted 1:1."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtGui import QImage

from app.capture.source import Pixels


class Canvas:
    """A QImage of the last picture given to `draw`.

    A picture more than twice too large is halved first, by averaging 2 × 2 pixels, so that speckle does not alias; what
    is left between half and whole is interpolated, which uses every pixel. Measured on two cores in one run, in colour:
    1920 × 1080 to 968 × 545 takes 2 ms, averaging areas of broken sizes 12 ms; 3840 × 2160 to that 5 and 34 ms. New
    memory for each picture would cost another 2 to 4 ms in page faults.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Pixels] = {}
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
        halvings = 0
        while pixels.shape[1] >= 2 * width and pixels.shape[0] >= 2 * height and min(pixels.shape[:2]) > 1:
            half = pixels.shape[1] // 2, pixels.shape[0] // 2
            pixels = self._resize(f"halved {halvings}", pixels, half, cv2.INTER_AREA)
            halvings += 1
        if pixels.shape[:2] == (height, width):
            return pixels
        return self._resize("scaled", pixels, (width, height), cv2.INTER_LINEAR)

    def _resize(self, name: str, pixels: Pixels, size: tuple[int, int], interpolation: int) -> Pixels:
        shape = (size[1], size[0], *pixels.shape[2:])
        kept = self._kept.get(name)
        if kept is None or kept.shape != shape:
            kept = self._kept[name] = np.empty(shape, np.uint8)
        cv2.resize(pixels, size, dst=kept, interpolation=interpolation)
        return kept
