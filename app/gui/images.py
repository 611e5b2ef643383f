"""Captured pictures as Qt's images."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from app.capture.source import Pixels


def to_image(pixels: Pixels) -> QImage:
    """A copy of a picture (height, width) or (height, width, 3) BGR."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_BGR888
    return QImage(pixels.data, width, height, pixels.strides[0], kind).copy()
