"""Writes an animated GIF of bounded size: for slides and messages, where a clip does not play by itself."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from app.capture.pixels import shrunk
from app.capture.source import Pixels
from model.files import write_beside

if TYPE_CHECKING:
    from PIL import Image

LONGEST_SIDE = 480
"""Pixels."""
RATE = 10.0
"""Pictures a second at most."""
MOST_PICTURES = 200
"""Twenty seconds; of what is longer, every other picture is kept, and so on. That bounds the memory, too."""
_GREYS, _COLOURS = 64, 64
"""Of each picture. Speckle cannot be packed: with 256 greys a GIF is a third larger, and looks the same."""
_COLOURFUL = 24
"""From so much difference between a pixel's red, green and blue on, it is no grey."""
_LAST_MS = 100
"""How long a single picture is shown, or the last one."""


class GifWriter:
    """Keeps what will be in the GIF, small, until `finish`. It lasts as long as what it shows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pictures: list[tuple[float, Image.Image]] = []
        self._step_s = 1 / RATE
        self._next_s: float | None = None

    def write(self, picture: Pixels, time_s: float) -> None:
        """Adds a BGR picture that is shown from `time_s` seconds on, unless the one before is near enough."""
        due_s = time_s if self._next_s is None else self._next_s
        # A millisecond of grace: time stamps are rounded.
        if time_s < due_s - 0.001:
            return
        self._next_s = max(due_s + self._step_s, time_s + self._step_s / 2)
        self._pictures.append((time_s, _small(picture)))
        if len(self._pictures) > MOST_PICTURES:
            self._pictures = self._pictures[::2]
            self._step_s *= 2
            self._next_s = self._pictures[-1][0] + self._step_s

    def finish(self) -> None:
        """Writes the GIF, if there is a picture. Raises OSError."""
        if not self._pictures:
            return
        times = [round(time_s * 100) * 10 for time_s, _ in self._pictures]
        lasting = [max(after - before, 20) for before, after in itertools.pairwise(times)]
        lasting.append(lasting[-1] if lasting else _LAST_MS)
        first, *others = [picture for _, picture in self._pictures]
        self._pictures = []

        def save(beside: Path) -> None:
            with beside.open("wb") as stream:
                first.save(stream, "GIF", save_all=True, append_images=others, duration=lasting, loop=0, optimize=False)

        write_beside(self.path, save)


def _small(picture: Pixels) -> Image.Image:
    """The picture within LONGEST_SIDE, with few colours, and no dots in their place: speckle has its own."""
    # Only who wants a GIF need wait for it.
    from PIL import Image

    small = shrunk(picture, (LONGEST_SIDE, LONGEST_SIDE))
    rgb = np.ascontiguousarray(small[:, :, ::-1])
    palette = Image.new("P", (1, 1))
    palette.putpalette(_palette(rgb))
    return Image.fromarray(rgb).quantize(palette=palette, dither=Image.Dither.NONE)


def _palette(rgb: Pixels) -> bytes:
    """Greys, and the colours that suit the others best: chosen together, the many greys would leave none for them."""
    from PIL import Image

    greys = np.linspace(0, 255, _GREYS).astype(np.uint8).repeat(3).tobytes()
    colourful = rgb[np.ptp(cv2.split(rgb), axis=0) > _COLOURFUL]
    if not len(colourful):
        return greys
    chosen = Image.fromarray(colourful[None]).quantize(_COLOURS, method=Image.Quantize.MEDIANCUT)
    return greys + bytes(chosen.getpalette() or ())[: 3 * _COLOURS]
