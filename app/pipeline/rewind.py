"""Reading a recording backwards: the frames before the one that is wanted are decoded together, and ahead of time."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.capture.source import Picture, Recording, SourceError

LONGEST = 32
"""Frames decoded together, at most."""
MOST_BYTES = 48_000_000
"""Of the pictures of one block; two are kept, the one that is shown and the one before it."""

Block = dict[int, Picture]
"""Pictures that follow each other, by their numbers."""


class Rewind:
    """Seeks and reads as a recording does, and does both quickly towards the beginning.

    Where each frame is coded by those before it, as in most videos, a frame costs as much as all since the last key
    frame. So with each step back twice as many frames are decoded at once as with the step before, and while they are
    shown, a second thread decodes those before them. Only one of the two threads touches the recording at a time.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._kept: Block = {}
        self._next: int | None = None
        """The frame that the next `read` gives, where the recording itself stands elsewhere."""
        self._size, self._most = 1, LONGEST
        self._ahead: _Ahead | None = None

    def close(self) -> None:
        """Waits for the other thread, which ends with its block."""
        self._forget()

    def seek(self, frame: int) -> None:
        """The next `read` gives this frame. Raises SourceError."""
        self._forget()
        self._size = 1
        self._recording.seek(frame)

    def back_to(self, frame: int) -> None:
        """As `seek`, on the way backwards. Raises SourceError."""
        if frame not in self._kept:
            self._kept = self._taken(frame)
            self._begin(min(self._kept, default=0))
        self._next = frame

    def read(self) -> Picture | None:
        """The next picture, or None after the last. Raises SourceError."""
        number = self._next
        if number is None:
            return self._recording.read()
        if number not in self._kept and number - 1 in self._kept:  # Forwards again, and beyond what was decoded.
            self.seek(number)
            return self._recording.read()
        picture = self._kept.get(number)
        self._next = number + 1 if picture is not None else number
        return picture

    def _forget(self) -> None:
        if self._ahead is not None:
            self._ahead.join()  # What went wrong there is of no interest any more.
        self._kept, self._next, self._ahead = {}, None, None

    def _taken(self, frame: int) -> Block:
        """The block that ends with a frame: as it was decoded ahead, or decoded now."""
        ahead, self._ahead = self._ahead, None
        block = ahead.taken() if ahead is not None else {}
        return block if frame in block else self._decoded(frame)

    def _begin(self, first: int) -> None:
        """Decodes the block before the frame `first` in the other thread."""
        if first > 0:
            self._ahead = _Ahead(lambda: self._decoded(first - 1))
            self._ahead.start()

    def _decoded(self, last: int) -> Block:
        """The block that ends with the frame `last`. Raises SourceError."""
        first = max(last - self._size + 1, 0)
        self._size = min(2 * self._size, self._most)
        self._recording.seek(first)
        block: Block = {}
        for number in range(first, last + 1):
            picture = self._recording.read()
            if picture is None:
                break
            block[number] = picture
            if len(block) * picture.pixels.nbytes > MOST_BYTES:
                self._most = max(len(block) - 1, 1)
                del block[min(block)]
        return block


class _Ahead(threading.Thread):
    """Decodes one block, and ends."""

    def __init__(self, decode: Callable[[], Block]) -> None:
        # A daemon, as the grab thread: a file that cannot be reached must not keep the program from ending.
        super().__init__(name="rewind", daemon=True)
        self._decode = decode
        self._block: Block = {}
        self._error: SourceError | None = None

    def run(self) -> None:
        try:
            self._block = self._decode()
        except SourceError as error:
            self._error = error

    def taken(self) -> Block:
        """Waits for the block. Raises SourceError."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._block
