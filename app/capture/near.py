"""Pictures that were decoded on the way to another, kept within bounds."""

from __future__ import annotations

from collections import OrderedDict

from app.capture.source import Pixels

MOST_BYTES = 48_000_000
"""So stepping back where decoding only goes on need not begin anew with each step."""


class NearPictures:
    """The pictures added last, by their numbers; one is always kept."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[int, Pixels] = OrderedDict()

    def get(self, number: int) -> Pixels | None:
        """The picture of that number, if it is kept still."""
        return self._pictures.get(number)

    def add(self, number: int, pixels: Pixels) -> Pixels:
        """Keeps a picture, and gives it back."""
        self._pictures[number] = pixels
        self._pictures.move_to_end(number)
        while len(self._pictures) > 1 and len(self._pictures) * pixels.nbytes > MOST_BYTES:
            self._pictures.popitem(last=False)
        return pixels

    def clear(self) -> None:
        self._pictures.clear()
