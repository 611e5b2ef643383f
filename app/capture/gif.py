"""Animated GIF: where its pictures lie, and each one put together, from the nearest whole picture that is kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.capture.file_clip import FileClip
from app.capture.files import unreadable
from app.capture.near import MOST_BYTES, NearPictures
from app.capture.pixels import as_pixels
from app.capture.source import Picture, Pixels, SourceError, SourceInfo

MOST_PIXELS = 64_000_000
"""A picture of more has a damaged header."""
MOST_FRAMES = 1_000_000
MOST_KEPT = 64
"""Whole pictures kept as places to begin from, evenly spread: going back costs a share of the file, not all of it."""
_USUAL_STEP = 10
"""Hundredths of a second, for a file that asks for none or one: what browsers take."""


@dataclass(frozen=True)
class _Part:
    """One picture in the file, which may be a piece of the whole."""

    box: tuple[int, int, int, int]
    """Left, top, width, height."""
    data: tuple[int, int]
    """Offset and length of the coded indices."""
    palette: tuple[int, int]
    """Offset and length of its colours."""
    interlaced: bool
    clear: int | None
    """The index that lets through what was there before."""
    disposal: int
    """What becomes of it afterwards: 2 empties its box, 3 brings back what was there before."""
    step: int
    """Hundredths of a second that it is shown."""


class GifClip(FileClip):
    """A GIF file of one or many pictures; each seek costs a bounded number of pictures."""

    def __init__(self, path: Path, *, word: str | None = None) -> None:
        super().__init__(path, word=word)
        self._stream: BinaryIO | None = None
        self._parts: list[_Part] = []
        self._times: list[float] = []
        self._canvas: NDArray[np.uint8] = np.zeros((0, 0, 3), np.uint8)
        self._drawn = 0
        self._kept: dict[int, NDArray[np.uint8]] = {}
        self._apart = 16
        self._near = NearPictures()

    @property
    def frame_count(self) -> int:
        """Number of pictures, once open."""
        return len(self._parts)

    @property
    def times_s(self) -> list[float]:
        """When each picture is shown, in seconds since the first, once open."""
        return self._times

    def _release(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream, self._parts = None, []
        self._kept.clear()
        self._near.clear()

    def _start(self) -> SourceInfo:
        self._stream = self.path.open("rb")
        (width, height), self._parts = _contents(self._stream)
        if not self._parts or not 0 < width * height <= MOST_PIXELS:
            raise SourceError(f"{self.path} is damaged or holds no picture: copy it again from where it came.")
        steps = np.array([part.step for part in self._parts], np.float64) / 100
        self._times = [0.0, *np.cumsum(steps)[:-1].tolist()]
        self._apart, self.loops = 16, len(self._parts) > 1
        self._canvas, self._drawn = np.zeros((height, width, 3), np.uint8), 0
        self._whole(0)
        return SourceInfo(width, height, 1 / float(np.median(steps)), "GIF", stills=len(self._parts) == 1)

    def _picture(self, number: int) -> Picture:
        return Picture(self._whole(number), self._times[number])

    def _whole(self, number: int) -> Pixels:
        """The whole picture of that number. Raises SourceError."""
        known = self._near.get(number)
        if known is not None:
            return known
        start = max((kept for kept in self._kept if kept <= number), default=0)
        if not start <= self._drawn <= number:
            self._canvas = self._kept[start].copy() if start in self._kept else np.zeros_like(self._canvas)
            self._drawn = start
        while self._drawn < number:
            self._draw()
        return self._draw()

    def _draw(self) -> Pixels:
        """Draws the next part over the canvas, keeps the picture, and does what is to become of it."""
        self._keep()
        number, part = self._drawn, self._parts[self._drawn]
        before = self._canvas.copy() if part.disposal == 3 else None
        area = self._canvas[part.box[1] : part.box[1] + part.box[3], part.box[0] : part.box[0] + part.box[2]]
        try:
            indices, colours = self._decode(part)
        except OSError as error:
            if error.errno is not None:
                raise unreadable(self.path, error) from error
            raise self._damaged(number) from error
        # What Pillow makes of damaged data must reach the user as one sentence.
        except (ValueError, SyntaxError, IndexError, EOFError, RuntimeError, MemoryError) as error:
            raise self._damaged(number) from error
        indices, shown = indices[: area.shape[0], : area.shape[1]], colours[indices[: area.shape[0], : area.shape[1]]]
        np.copyto(area, shown, where=True if part.clear is None else (indices != part.clear)[..., None])
        pixels = self._near.add(number, as_pixels(self._canvas.copy()))
        if part.disposal == 2:
            area[:] = 0
        elif before is not None:
            self._canvas = before
        self._drawn += 1
        return pixels

    def _keep(self) -> None:
        """The canvas is a place to begin from, now and then; where there are too many, every second one goes."""
        if self._drawn % self._apart == 0 and self._drawn not in self._kept:
            self._kept[self._drawn] = self._canvas.copy()
            # Large pictures are fewer.
            if len(self._kept) > min(MOST_KEPT, max(MOST_BYTES // self._canvas.nbytes, 4)):
                self._apart *= 2
                self._kept = {at: kept for at, kept in self._kept.items() if at % self._apart == 0}

    def _decode(self, part: _Part) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The indices, uint8 (height, width), and the colours, uint8 (256, 3) BGR. What Pillow throws."""
        assert self._stream is not None
        self._stream.seek(part.palette[0])
        palette = self._stream.read(part.palette[1])
        self._stream.seek(part.data[0])
        coded = self._stream.read(part.data[1])
        width, height = part.box[2:]
        size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
        # A file of this part alone, in grey steps that are the indices.
        steps = bytes(value for step in range(256) for value in (step, step, step))
        flags = bytes([0x40 if part.interlaced else 0])
        alone = b"GIF89a" + size + b"\xf7\0\0" + steps + b",\0\0\0\0" + size + flags + coded + b";"
        with Image.open(io.BytesIO(alone), formats=["GIF"]) as image:
            indices = np.asarray(image.convert("L"), np.uint8)
        colours = np.zeros((256, 3), np.uint8)
        given = np.frombuffer(palette[: len(palette) // 3 * 3], np.uint8).reshape(-1, 3)
        colours[: len(given)] = given[:, ::-1]
        return indices, colours

    def _damaged(self, number: int) -> SourceError:
        return SourceError(f"{self.path} is damaged at picture {number}: copy it again from where it came.")


def _contents(stream: BinaryIO) -> tuple[tuple[int, int], list[_Part]]:
    """Width and height, and all whole parts. What is behind the first damage is left out."""
    head = stream.read(13)
    if len(head) < 13:
        return (0, 0), []
    size = int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
    palette = (13, 3 << (head[10] & 7) + 1) if head[10] & 0x80 else (13, 0)
    stream.seek(sum(palette))
    return size, list(_parts(stream, palette))


def _parts(stream: BinaryIO, palette: tuple[int, int]) -> Iterator[_Part]:
    clear, disposal, step = None, 0, 0
    for _ in range(2 * MOST_FRAMES):
        kind = stream.read(1)
        if kind == b"!" and stream.read(1) == b"\xf9":
            control = stream.read(6)
            if len(control) < 6:
                return
            clear = control[4] if control[1] & 1 else None
            disposal, step = control[1] >> 2 & 7, int.from_bytes(control[2:4], "little")
            continue
        if kind == b"!":
            if not _passed(stream):
                return
            continue
        head = stream.read(9) if kind == b"," else b""
        if len(head) < 9:
            return
        left, top, width, height = (int.from_bytes(head[at : at + 2], "little") for at in (0, 2, 4, 6))
        own = (stream.tell(), 3 << (head[8] & 7) + 1) if head[8] & 0x80 else palette
        start = stream.seek(sum(own)) if head[8] & 0x80 else stream.tell()
        stream.seek(1, io.SEEK_CUR)
        if not _passed(stream) or not 0 < width * height <= MOST_PIXELS:
            return
        data = start, stream.tell() - start
        step = step if step > 1 else _USUAL_STEP
        yield _Part((left, top, width, height), data, own, bool(head[8] & 0x40), clear, disposal, step)
        clear, disposal, step = None, 0, 0


def _passed(stream: BinaryIO) -> bool:
    """Goes past the blocks that follow; whether they end before the file does."""
    while length := stream.read(1):
        if length == b"\0":
            return True
        stream.seek(length[0], io.SEEK_CUR)
    return False
