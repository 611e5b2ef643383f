"""Reading a recording backwards: the frames before the one that is wanted are decoded together and kept a while."""

from __future__ import annotations

from app.capture.source import Picture, Recording

LONGEST = 32
"""Frames decoded together, at most."""
MOST_BYTES = 96_000_000
"""Of the pictures that are kept."""


class Rewind:
    """Seeks and reads as a recording does, and does both quickly towards the beginning.

    Where each frame is coded by those before it, as in most videos, a frame costs as much as all since the last key
    frame. So with each step back twice as many frames are decoded at once as with the step before, and are at hand for
    the next steps.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._kept: dict[int, Picture] = {}
        self._next: int | None = None
        """The frame that the next `read` gives, where the recording itself stands elsewhere."""
        self._at = 0
        """The frame after those that were decoded together."""
        self._block, self._most = 1, LONGEST

    def seek(self, frame: int) -> None:
        """The next `read` gives this frame. Raises SourceError."""
        self._forget()
        self._block = 1
        self._recording.seek(frame)

    def back_to(self, frame: int) -> None:
        """As `seek`, on the way backwards. Raises SourceError."""
        if frame not in self._kept:
            self._decode_up_to(frame)
        self._next = frame

    def read(self) -> Picture | None:
        """The next picture, or None after the last. Raises SourceError."""
        number = self._next
        if number is None or number == self._at:
            self._forget()
            return self._recording.read()
        picture = self._kept.get(number)
        self._next = number + 1 if picture is not None else number
        return picture

    def _forget(self) -> None:
        self._kept.clear()
        self._next = None

    def _decode_up_to(self, frame: int) -> None:
        first = max(frame - self._block + 1, 0)
        self._block = min(2 * self._block, self._most)
        self._forget()
        self._recording.seek(first)
        for number in range(first, frame + 1):
            self._at = number
            picture = self._recording.read()
            if picture is None:
                return
            self._at = number + 1
            self._kept[number] = picture
            if len(self._kept) * picture.pixels.nbytes > MOST_BYTES:
                self._most = max(len(self._kept) - 1, 1)
                del self._kept[min(self._kept)]
