"""Finds what does not belong into a scan area: writing, coloured marks, and empty borders around the ultrasound."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray

from model.data.pictures import Picture
from model.preprocess import to_grey

BORDER_SHARE = 0.04
"""A flat strip along one side counts as a border from this share of the side's length on."""
FLAT = 4
"""Grey levels within which nearly all of a flat row or column lies."""
COLOURFUL = 40
"""Difference of two channels from which a pixel is coloured; JPEG alone stays far below."""
COLOURED_SHARE = 0.005
WORD = 3
"""Letters in a line from which on they are writing."""


def borders(picture: Picture) -> dict[str, int]:
    """Width in pixels of each flat strip along the sides of uint8 (height, width, 3), those worth naming only."""
    grey = to_grey(picture)
    flat_rows, flat_columns = _flat(grey), _flat(grey.T)
    if flat_rows.all() or flat_columns.all():
        return {}
    widths = {
        "top": int(np.argmin(flat_rows)),
        "bottom": int(np.argmin(flat_rows[::-1])),
        "left": int(np.argmin(flat_columns)),
        "right": int(np.argmin(flat_columns[::-1])),
    }
    lengths = {"top": len(flat_rows), "bottom": len(flat_rows), "left": len(flat_columns), "right": len(flat_columns)}
    return {side: width for side, width in widths.items() if width >= max(4, BORDER_SHARE * lengths[side])}


def _flat(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Of each row, whether nearly all of it (99 %) has one grey level."""
    middle = np.median(grey, axis=1, keepdims=True)
    return np.asarray((np.abs(grey - middle) <= FLAT).mean(axis=1) >= 0.99)


def coloured_share(picture: Picture) -> float:
    """Share of the pixels of uint8 (height, width, 3) that are not grey."""
    # By channel: over the three values of each pixel, NumPy takes fifty times as long.
    return float((np.ptp(cv2.split(picture), axis=0) > COLOURFUL).mean())


def letters(picture: Picture) -> int:
    """Number of bright, sharp signs of one height in the longest line of them; 0 where there is no writing."""
    grey = to_grey(picture)
    bright = (cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, np.ones((9, 9), np.uint8)) > 90).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(bright, connectivity=8)
    signs = [tuple(int(value) for value in row) for row in stats[1:] if _is_sign(grey, row)]
    return max((_line_length(sign, signs) for sign in signs), default=0)


def _is_sign(grey: NDArray[np.uint8], row: NDArray[np.int32]) -> bool:
    """Whether a piece has a letter's size and stands on an even, dark ground, which speckle does not."""
    x, y, w, h, area = (int(value) for value in row)
    if not (6 <= h <= 40 and 1 <= w <= 1.5 * h and 0.1 <= area / (w * h) <= 0.95) and not (w <= 3 and 6 <= h <= 40):
        return False
    around = grey[max(0, y - 2) : y + h + 2, max(0, x - 2) : x + w + 2]
    edge = np.concatenate([around[0], around[-1], around[:, 0], around[:, -1]])
    return bool(np.quantile(edge, 0.8) < 40)


def _line_length(sign: tuple[int, ...], signs: list[tuple[int, ...]]) -> int:
    """How many signs of nearly this one's height stand in a line with it, each near the next."""
    _, y, _, h, _ = sign
    line = sorted(other for other in signs if abs(other[1] + other[3] - y - h) <= 2 and abs(other[3] - h) <= 0.4 * h)
    length = longest = 1
    for before, after in itertools.pairwise(line):
        length = length + 1 if after[0] - before[0] - before[2] <= 1.2 * h else 1
        longest = max(longest, length)
    return longest
