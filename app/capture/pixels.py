"""Pixels as the pipeline wants them, from image files and from whatever OpenCV returns."""

from __future__ import annotations

import contextlib
import io
import os
import threading
import warnings
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
    # Where it lies depends on OpenCV's version, and its types name neither in all of them.
    getattr(cv2 if hasattr(cv2, "setLogLevel") else getattr(cv2.utils, "logging"), "setLogLevel")(0)  # noqa: B009

# Each thread of the program does its part of a picture by itself. OpenCV's own threads would be one more that each of
# them has to wait for on a busy processor, and cost more time than they save on pictures of this size.
cv2.setNumThreads(1)


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


def shrunk(pixels: Pixels, most: tuple[int, int]) -> Pixels:
    """The picture scaled to fit into `most` (width, height), never enlarged; read-only, its own memory."""
    height, width = pixels.shape[:2]
    scale = min(most[0] / width, most[1] / height, 1.0)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    small.flags.writeable = False
    return small


def read_image(path: Path) -> Pixels:
    """The picture in an image file, grey or BGR. Raises OSError if it cannot be read, ValueError if it is damaged."""
    # OpenCV's own reading of files fails on Windows where the path has letters outside the system's code page.
    return decode_image(np.fromfile(path, np.uint8))


def decode_image(data: NDArray[np.uint8]) -> Pixels:
    """The picture in an encoded image, the first of several, grey or BGR. Raises ValueError if it is damaged."""
    if not _is_opencvs(data.tobytes()):
        return _by_pillow(data)
    try:
        with _quiet_decoders():
            array = cv2.imdecode(data, cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH)
    except cv2.error:
        array = None
    if array is None:
        raise ValueError("no picture can be decoded")
    return as_pixels(array)


def _is_opencvs(data: bytes) -> bool:
    """Whether OpenCV is trusted with it: damaged animated PNG write past its memory, and end the program."""
    if data.startswith(b"\x89PNG"):
        return b"acTL" not in data and b"fcTL" not in data
    return data.startswith((b"\xff\xd8", b"BM", b"II", b"MM"))


def _by_pillow(data: NDArray[np.uint8]) -> Pixels:
    from PIL import Image  # rarely needed

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data.tobytes()), formats=["PNG", "WEBP", "AVIF", "GIF"]) as image:
                return as_pixels(np.asarray(image.convert("RGB"))[..., ::-1])
    # Whatever Pillow makes of damaged data is one thing to the user: a picture that cannot be read.
    except Exception as error:
        raise ValueError("no picture can be decoded") from error


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
