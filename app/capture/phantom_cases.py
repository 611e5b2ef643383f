"""Still pictures of made-up legs, each another one: to test oneself on without any file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.capture.phantom import FRAME_COUNT, Phantom
from app.capture.phantom_scene import HEIGHT, WIDTH
from app.capture.source import Picture, SourceInfo, SourceKind

COUNT = 40
"""Right and left leg of so many halves of people."""
RATE = 2.0
"""Pictures a second, as a folder of images has."""


class PhantomCases:
    """A recording of grey pictures (336, 640): `COUNT` moments of as many legs. It never raises SourceError."""

    name = Phantom.name
    kind = SourceKind.DEMO
    paced = False
    retries = False
    loops = True
    frame_count = COUNT

    def __init__(self, word: str = "phantom") -> None:
        self.word = word
        self._next = 0
        self._shown: tuple[int, Phantom, int] | None = None

    def another(self) -> PhantomCases:
        """A second one of the same legs, not open."""
        return PhantomCases(self.word)

    def open(self) -> SourceInfo:
        return SourceInfo(WIDTH, HEIGHT, RATE, stills=True)

    def read(self) -> Picture | None:
        """The next picture, uint8 (336, 640), or None after the last."""
        number = self._next
        if number >= COUNT:
            return None
        self._next = number + 1
        phantom, frame = self._leg(number)
        phantom.seek(frame)
        picture = phantom.read()
        assert picture is not None
        return Picture(picture.pixels, number / RATE)

    def seek(self, frame: int) -> None:
        self._next = min(max(frame, 0), COUNT - 1)

    def close(self) -> None:
        self._shown, self._next = None, 0

    def expert_mask(self, frame: int) -> NDArray[np.bool_]:
        """The block region in a picture, bool (336, 640)."""
        phantom, moment = self._leg(frame)
        return phantom.expert_mask(moment)

    def _leg(self, number: int) -> tuple[Phantom, int]:
        """The phantom of a picture, and the frame of its loop."""
        if self._shown is None or self._shown[0] != number:
            # One is kept: each takes a fifth of a second to make, and many megabytes.
            leg = Phantom(self.word, seed=number // 2 + 1, left=number % 2 == 1)
            self._shown = number, leg, (97 * number + 13) % FRAME_COUNT
        return self._shown[1], self._shown[2]
