"""The masks of one recording that were corrected by hand, those interpolated between them, and the way back."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.trainer.shapes import Between, Mask

MOST_STEPS = 500
"""So many changes can be undone."""


@dataclass(frozen=True)
class Correction:
    """One frame's mask, in the frame's own pixels."""

    size: tuple[int, int]
    """Height and width."""
    packed: bytes
    area_px: int
    by_hand: bool
    """Else it was interpolated."""
    mark: int | None = None
    """`mark_of` the frame that it was drawn on; None where nobody saw one."""

    @staticmethod
    def of(mask: Mask, by_hand: bool, mark: int | None = None) -> Correction:
        """Of a mask bool (height, width)."""
        size = mask.shape[0], mask.shape[1]
        return Correction(size, zlib.compress(np.packbits(mask).tobytes(), 1), int(mask.sum()), by_hand, mark)

    def mask(self) -> Mask:
        """The mask bool (height, width)."""
        bits = np.frombuffer(zlib.decompress(self.packed), np.uint8)
        return np.unpackbits(bits, count=self.size[0] * self.size[1]).reshape(self.size).astype(np.bool_)

    @property
    def empty(self) -> bool:
        """Whether it says that the region is not in this frame."""
        return self.area_px == 0


Entries = Mapping[int, Correction]
"""By the frame's number."""
_Step = dict[int, tuple[Correction | None, Correction | None]]
"""What a change did to each frame: what was there before, and what after."""


class Corrections:
    """Changes are whole steps that can be undone. `entries` is replaced and never changed: any thread may keep it."""

    def __init__(self, entries: Entries | None = None) -> None:
        self.entries: Entries = dict(entries or {})
        self._done: list[_Step] = []
        self._undone: list[_Step] = []

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def by_hand(self) -> list[int]:
        """Numbers of the frames that were corrected by hand, in order."""
        return sorted(number for number, entry in self.entries.items() if entry.by_hand)

    def interpolated(self) -> list[int]:
        """Numbers of the frames that were interpolated, in order."""
        return sorted(number for number, entry in self.entries.items() if not entry.by_hand)

    def neighbour(self, number: int) -> int | None:
        """The frame nearest to this one, and another, that was corrected by hand; of two, the one before."""
        others = [other for other in self.by_hand() if other != number]
        return min(others, key=lambda other: (abs(other - number), other), default=None)

    def next(self, number: int, step: int) -> int | None:
        """The next frame corrected by hand after (step 1) or before (-1) this one."""
        found = [other for other in self.by_hand() if (other - number) * step > 0]
        return (min(found) if step > 0 else max(found)) if found else None

    def correct(self, number: int, mask: Mask, mark: int | None = None) -> None:
        """This is the frame's mask, says a person. An empty one says that the region is not in it.

        What was interpolated from another mask of it no longer follows, and goes.
        """
        before, correction = self.entries.get(number), Correction.of(mask, by_hand=True, mark=mark)
        if before == correction:
            return
        confirmed = before is not None and before.packed == correction.packed
        self._change({number: correction, **dict.fromkeys(() if confirmed else self._around(number))})

    def forget(self, number: int) -> None:
        """Nothing is known of this frame any more."""
        if number in self.entries:
            self._change({number: None, **dict.fromkeys(self._around(number))})

    def fill(self, filled: Entries) -> None:
        """Takes what `interpolate` made of these entries."""
        if filled:
            self._change(filled)

    def undo(self) -> list[int]:
        """Takes the last change back; the frames that it is about, in order, as `_about` says."""
        return self._moved(self._done, self._undone, 0)

    def redo(self) -> list[int]:
        """Does what was taken back last; the frames that it is about, in order, as `_about` says."""
        return self._moved(self._undone, self._done, 1)

    def _moved(self, steps: list[_Step], others: list[_Step], side: int) -> list[int]:
        """Moves the last of `steps` to the `others`: its frames are as they were before (0) or after (1) it."""
        if not steps:
            return []
        step = steps.pop()
        others.append(step)
        self._put({number: entries[side] for number, entries in step.items()})
        return _about(step)

    def _around(self, number: int) -> list[int]:
        """The interpolated frames up to the next ones by hand on either side."""
        before, after = self.next(number, -1), self.next(number, 1)
        return [
            other
            for other in self.interpolated()
            if other != number and (before is None or other > before) and (after is None or other < after)
        ]

    def _change(self, change: Mapping[int, Correction | None]) -> None:
        self._done.append({number: (self.entries.get(number), after) for number, after in change.items()})
        del self._done[:-MOST_STEPS]
        self._undone = []
        self._put(change)

    def _put(self, change: Mapping[int, Correction | None]) -> None:
        entries = {**self.entries, **change}
        self.entries = {number: entry for number, entry in entries.items() if entry is not None}


def gone(before: Entries, after: Entries) -> list[int]:
    """Numbers of the frames that were interpolated before, and of which nothing is known after."""
    return sorted(number for number, entry in before.items() if not entry.by_hand and number not in after)


def _about(step: _Step) -> list[int]:
    """The frames that a person changed; where there is none, as after interpolating, all of them."""
    by_hand = [n for n, entries in step.items() if any(entry is not None and entry.by_hand for entry in entries)]
    return by_hand or list(step)


def interpolate(entries: Entries, starts: Sequence[int] = ()) -> tuple[Entries, int]:
    """Masks for the frames between those corrected by hand, and how many gaps had to stay open. May take seconds.

    A gap stays open where the region is on one side only, or the pictures differ in size. Frames with one of `starts`
    between them are of two recordings, and nothing lies between those.
    """
    filled: dict[int, Correction] = {}
    gaps = 0
    for first, second in pairwise(sorted(number for number, entry in entries.items() if entry.by_hand)):
        if second - first < 2 or any(first < start <= second for start in starts):
            continue
        between = _between(entries[first], entries[second], second - first)
        gaps += not between
        filled.update(zip(range(first + 1, second), between, strict=False))
    return filled, gaps


def _between(first: Correction, second: Correction, steps: int) -> list[Correction]:
    """What lies between two corrections that are `steps` frames apart; empty where nothing follows from them."""
    if first.size != second.size or first.empty != second.empty:
        return []
    if first.empty:
        return [Correction(first.size, first.packed, 0, by_hand=False)] * (steps - 1)
    shapes = Between(first.mask(), second.mask())
    return [Correction.of(shapes.at(step / steps), by_hand=False) for step in range(1, steps)]
