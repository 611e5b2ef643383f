"""Pixels as the pipeline wants them, from image files and from whatever OpenCV returns."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.capture.source import Pixels

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})

# The environment that app.capture sets comes too late where something else imported OpenCV first.
if os.environ.get("OPENCV_LOG_LEVEL") == "SILENT":
    getattr(cv2, "setLogLevel", lambda _: None)(0)


def as_pixels(array: NDArray[Any]) -> Pixels:
    """Makes `array` uint8 (height, width) or (height, width, 3), contiguous and read-only, copied only if need be.

    uint16 is scaled by its whole range, a fourth channel is dropped. Raises ValueError for anything else.
    """
    if array.dtype == np.uint16:
        array = (array >> 8).astype(np.uint8)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 3 and array.shape[2] == 4:
        array = array[:, :, :3]
    if array.dtype != np.uint8 or array.size == 0 or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)):
        raise ValueError(f"{array.dtype} {array.shape} is not a picture of 8 or 16 bits")
    pixels: Pixels = np.ascontiguousarray(array)
    pixels.flags.writeable = False
    return pixels


def read_image(path: Path) -> Pixels:
    """The picture in an image file, grey or BGR. Raises OSError if it cannot be read, ValueError if it is damaged."""
    # OpenCV's own reading of files fails on Windows where the path has letters outside the system's code page.
    return decode_image(np.fromfile(path, np.uint8))


def decode_image(data: NDArray[np.uint8]) -> Pixels:
    """The picture in an encoded image, grey or BGR. Raises ValueError if it is damaged."""
    try:
        with _quiet_decoders():
            array = cv2.imdecode(data, cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH)
    except cv2.error:
        array = None
    if array is None:
        raise ValueError("no picture can be decoded")
    return as_pixels(array)


_quieting = threading.Lock()


@contextlib.contextmanager
def _quiet_decoders() -> Iterator[None]:
    """libpng and libjpeg write warnings straight to file descriptor 2, and OpenCV offers no way to stop them."""
    with _quieting:
        try:
            kept = os.dup(2)
        except OSError:  # a program without a console has none
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
