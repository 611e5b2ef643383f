"""The temporal filter: averages probability maps over time, along the picture's movement, so that masks hold still."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
Maps = NDArray[np.float32]
Affine = NDArray[np.float64]

TIME_S = 1 / 20
"""The time constant of the average, seconds.

The longest with which a region that comes or goes does so one frame later at most, at 30 a second (ADR 6).
"""
HISTORY_S = 0.25
"""A picture captured later than this after the one before it is judged by itself."""
ALIKE = 0.95
"""Correlation with the picture before it, moved onto it, below which a picture does not continue it."""
SIDE = 64
"""Side of the small pictures by which movement is found: coarse enough for speckle to be averaged away."""

_STEPS = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 10, 1e-3)


@dataclass(frozen=True)
class _Memory:
    small: Picture
    maps: Maps
    time_s: float


class TemporalFilter:
    """An exponential average whose memory moves along with the picture, and is forgotten where that cannot be.

    The movement is the affine one that makes the picture before most like this one. It is found by maximizing their
    enhanced correlation coefficient (Evangelidis and Psarakis 2008, doi 10.1109/TPAMI.2008.113), which gain does not
    change. Only the past is used. One object for one stream of pictures, in one thread.

    `time_s` is the time constant in seconds. Without `follows` the memory stays in its place, for comparison.
    """

    def __init__(self, time_s: float = TIME_S, follows: bool = True) -> None:
        self._time_s, self._follows = time_s, follows
        self._memory: _Memory | None = None

    def apply(self, picture: Picture, maps: Maps, time_s: float) -> Maps:
        """The steadied probability maps float32 (classes, n, n) of a picture captured at `time_s` (seconds).

        `picture` is the network's input float32 (n, n); `maps` is what the network made of it, which comes back as it
        is where the picture does not continue the one before it.
        """
        small = np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)
        memory = self._memory
        if memory is not None and 0 <= time_s - memory.time_s <= HISTORY_S:
            movement = find_movement(memory.small, small)
            if movement is not None:
                before = _moved(memory.maps, movement, maps) if self._follows else memory.maps
                weight = np.float32(1 - math.exp((memory.time_s - time_s) / self._time_s))
                maps = before + weight * (maps - before)
        self._memory = _Memory(small, maps, time_s)
        return maps


def find_movement(before: Picture, now: Picture) -> Affine | None:
    """The matrix (2, 3) from pixels of `now` to those of `before` that shows the same; None if it shows something else.

    Both are float32 (SIDE, SIDE).
    """
    start = np.eye(2, 3, dtype=np.float32)
    try:
        alike, found = cv2.findTransformECC(now, before, start, cv2.MOTION_AFFINE, _STEPS)
    except cv2.error:  # It finds no movement, such as in pictures without any contrast.
        return None
    return found.astype(np.float64) if alike >= ALIKE else None


def _moved(maps: Maps, movement: Affine, now: Maps) -> Maps:
    """`maps` moved by what was found on the small pictures; what comes in from outside is as in `now`."""
    side = maps.shape[-1]
    scale = side / SIDE
    # Pixels are counted by their centres, which lie half a pixel from the edges on either grid.
    shift = scale * movement[:, 2] + (scale - 1) / 2 * (1 - movement[:, :2].sum(axis=1))
    matrix = np.column_stack([movement[:, :2], shift])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = now.copy()
    for one, place in zip(maps, moved, strict=True):
        cv2.warpAffine(one, matrix, (side, side), place, flags, cv2.BORDER_TRANSPARENT)
    return moved
