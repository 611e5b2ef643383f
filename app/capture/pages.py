"""Image files by themselves: one picture, the pages of a TIFF, animated PNG and WebP."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from app.capture.file_clip import FileClip
from app.capture.files import unreadable
from app.capture.near import NearPictures
from app.capture.pixels import as_pixels, read_image
from app.capture.source import Picture, Pixels, SourceError, SourceInfo

RATE = 10.0
"""Pictures a second of pages that say nothing of time."""
MOST_PAGES = 1_000_000
_FORMATS = ["PNG", "WEBP", "TIFF", "JPEG", "BMP", "AVIF"]
_THROWN = (
    ValueError,
    SyntaxError,
    IndexError,
    EOFError,
    KeyError,
    TypeError,
    MemoryError,
    RuntimeError,
    Image.DecompressionBombError,
)
"""What Pillow throws at damaged files, beside OSError."""

# What Pillow finds wrong is said in one sentence, by SourceError.
logging.getLogger("PIL").setLevel(logging.CRITICAL + 1)


class PagedImage(FileClip):
    """An image file of one or more pictures.

    Animated PNG and WebP are decoded from their beginning to the picture asked for; pages of TIFF by themselves.
    """

    def __init__(self, path: Path, *, word: str | None = None) -> None:
        super().__init__(path, word=word)
        self._image: Image.Image | None = None
        self._count = 0
        self._times: dict[int, float] = {0: 0.0}
        self._near = NearPictures()

    @property
    def frame_count(self) -> int:
        """Number of pictures, once open."""
        return self._count

    @property
    def times_s(self) -> list[float] | None:
        """When each picture is shown, in seconds since the first; None while that is not known. In any thread."""
        times = self._times if self._is_animated() else {number: number / RATE for number in range(self._count)}
        return [times[number] for number in range(self._count)] if len(times) >= self._count else None

    def _release(self) -> None:
        if self._image is not None:
            self._image.close()
        self._image, self._count = None, 0
        self._near.clear()

    def _start(self) -> SourceInfo:
        self._image, self._count = self._opened()
        self.loops = self._count > 1
        self._times = {0: 0.0}
        if self._is_animated():
            with self.path.open("rb") as stream:
                lasting = list(_durations(stream))
            # A PNG may have one more, for readers that know no others, which has no time of its own.
            for number, shown_s in enumerate(lasting if len(lasting) == self._count else ()):
                self._add_time(number, shown_s)
        first = self._page(0)
        height, width = first.shape[:2]
        kind = (self._image.format or "") if self._image is not None else ""
        step = float(np.median(np.diff(list(self._times.values())))) if self._is_animated() else 1 / RATE
        return SourceInfo(width, height, 1 / step, kind, stills=not self._is_animated())

    def _opened(self) -> tuple[Image.Image | None, int]:
        """Pillow's picture and its number of pages; None where OpenCV reads the one there is."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                image = Image.open(self.path, formats=_FORMATS)
                count = min(int(getattr(image, "n_frames", 1)), MOST_PAGES)
        except UnidentifiedImageError:
            return None, 1
        except OSError as error:
            if error.errno is not None:
                raise unreadable(self.path, error) from error
            raise self._damaged(0) from error
        except _THROWN as error:
            raise self._damaged(0) from error
        if count > 1:
            return image, count
        kind = image.format
        image.close()
        # As in a folder of images, so that the masks are the same.
        return (None, 1) if kind in ("PNG", "TIFF", "JPEG", "BMP") else (Image.open(self.path, formats=_FORMATS), 1)

    def _is_animated(self) -> bool:
        return self._image is not None and self._count > 1 and self._image.format in ("PNG", "WEBP", "AVIF")

    def _picture(self, number: int) -> Picture:
        pixels = self._page(number)
        return Picture(pixels, self._times.get(number, number / RATE))

    def _page(self, number: int) -> Pixels:
        if (known := self._near.get(number)) is not None:
            return known
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._pass_to(number)
                pixels = read_image(self.path) if self._image is None else self._shown(number)
        except OSError as error:
            if error.errno is not None:
                raise unreadable(self.path, error) from error
            raise self._damaged(number) from error
        except _THROWN as error:
            raise self._damaged(number) from error
        return self._near.add(number, pixels)

    def _pass_to(self, number: int) -> None:
        """Decodes what lies between the last picture and this one where that is the only way to it."""
        if self._image is None or not self._is_animated():
            return
        start = self._image.tell() + 1 if self._image.tell() < number else 0
        for passed in range(max(start, 0), number):
            self._near.add(passed, self._shown(passed))

    def _shown(self, number: int) -> Pixels:
        assert self._image is not None
        self._image.seek(number)
        self._image.load()
        if self._is_animated():  # From one to the next, so the time of this one is known.
            self._add_time(number, float(self._image.info.get("duration") or 0) / 1000)
        return as_pixels(_array(self._image))

    def _add_time(self, number: int, shown_s: float) -> None:
        """A picture whose time is known is shown for so long."""
        self._times[number + 1] = self._times[number] + (shown_s if shown_s > 0 else 1 / RATE)

    def _damaged(self, number: int) -> SourceError:
        return SourceError(
            f"{self.path} cannot be read as an image, from picture {number} on: it is damaged, cut short or of a kind"
            " not known here; copy it again, or convert it to PNG."
        )


def _array(image: Image.Image) -> NDArray[Any]:
    """Grey or BGR, 8 or 16 bits."""
    if image.mode.startswith("I;16") or image.mode == "L":
        deep = np.asarray(image)
        return deep.astype(np.uint16) if image.mode != "L" else deep
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[..., ::-1])


def _durations(stream: BinaryIO) -> Iterator[float]:
    """For how many seconds each picture of an animated PNG or WebP is shown; nothing for what is neither."""
    head = stream.read(12)
    if head[:4] == b"RIFF":
        while len(chunk := stream.read(8)) == 8:
            size = int.from_bytes(chunk[4:], "little")
            end = stream.tell() + size + size % 2
            if chunk[:4] == b"ANMF":
                yield int.from_bytes(stream.read(16)[12:15], "little") / 1000
            stream.seek(end)
    elif head[:4] == b"\x89PNG":
        stream.seek(8)
        while len(chunk := stream.read(8)) == 8:
            end = stream.tell() + int.from_bytes(chunk[:4], "big") + 4
            if chunk[4:] == b"fcTL" and len(control := stream.read(24)) == 24:
                yield int.from_bytes(control[20:22], "big") / (int.from_bytes(control[22:24], "big") or 100)
            stream.seek(end)
