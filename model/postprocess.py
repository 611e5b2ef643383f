"""From a probability map to a structure's region: one cleaned piece, its outline, its mask; live and measured alike."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from model.structures import BLOCK_REGION, Structure

Probability = NDArray[np.float32]
Outline = NDArray[np.float32]

MINIMUM_SHARE = 0.002
"""Smallest region that is shown, as a share of the scan area; the experts' cover 0.009 to 0.057."""
_LARGE = 2
"""From so many times the map's height on, most of a mask is far from its region."""
FINER = 4
"""The outline is traced on a grid this much finer than the network's, so that it shows no steps when enlarged."""


@dataclass(frozen=True, eq=False)
class Region:
    """The block region, or another structure, in one scan area.

    Coordinates are scan-area pixels; (0, 0) is its top left corner.
    """

    confidence: float
    """Mean probability inside, 0..1."""
    area_px: float
    centre: tuple[float, float]
    """x, y of the centroid."""
    outlines: list[Outline]
    """Closed polygons float32 (n, 2), outer edges and holes alike: fill them by the odd-even rule."""
    inner_outlines: list[Outline] = field(default_factory=list)
    """The same where the model is surer (half-way from the threshold to 1)."""
    structure: Structure = BLOCK_REGION
    """What it is a region of."""

    def mirrored(self, width: int) -> Region:
        """The same in the picture of a scan area of that width, pixels, with left and right changed."""

        def turned(lines: list[Outline]) -> list[Outline]:
            return [np.asarray(line * (-1, 1) + (width, 0), np.float32) for line in lines]

        return replace(
            self,
            centre=(width - self.centre[0], self.centre[1]),
            outlines=turned(self.outlines),
            inner_outlines=turned(self.inner_outlines),
        )


def clean(probability: Probability, threshold: float) -> Probability:
    """The map with every piece above `threshold` but the weightiest set to zero; all zero if that one is too small.

    The weight of a piece is the sum of its probability: a wide sure piece wins over a speck or a faint smear.
    """
    above = (probability >= threshold).astype(np.uint8)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(above, connectivity=8, ltype=cv2.CV_16U)
    if count < 2:
        return np.zeros_like(probability)
    if count == 2 and stats[1, cv2.CC_STAT_AREA] >= MINIMUM_SHARE * probability.size:
        return probability  # As good as always, and no work.
    weights = np.bincount(pieces.ravel(), probability.ravel(), minlength=count)
    best = 1 + int(np.argmax(weights[1:]))
    if stats[best, cv2.CC_STAT_AREA] < MINIMUM_SHARE * probability.size:
        return np.zeros_like(probability)
    # What lies below the threshold around the piece stays, so that its edge can be interpolated.
    return np.where((pieces == best) | (above == 0), probability, np.float32(0))


def to_mask(probability: Probability, size: tuple[int, int], threshold: float) -> NDArray[np.bool_]:
    """Cleaned mask bool (height, width) for a scan area of `size` (height, width)."""
    cleaned = clean(probability, threshold)
    inside = cleaned >= threshold
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not rows.size:
        return np.zeros(size, np.bool_)
    if size[0] >= _LARGE * len(cleaned):
        return _enlarged(cleaned, size, threshold, rows, columns)
    if cleaned.shape != size:
        cleaned = cv2.resize(cleaned, size[::-1], interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
    return np.asarray(cleaned >= threshold)


def _enlarged(
    cleaned: Probability, size: tuple[int, int], threshold: float, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """The mask of a region that fills these `rows` and `columns` of the map, with work only where it can be."""
    above, below = max(int(rows[0]) - 1, 0), min(int(rows[-1]) + 2, cleaned.shape[0])
    wide = cv2.resize(cleaned[above:below], (size[1], below - above), interpolation=cv2.INTER_LINEAR)
    down, right = cleaned.shape[0] / size[0], cleaned.shape[1] / size[1]
    top, bottom = max(int((above - 0.5) / down), 0), min(int((below + 0.5) / down) + 1, size[0])
    beside = slice(max(int((columns[0] - 1) / right), 0), int((columns[-1] + 2) / right) + 1)
    # As OpenCV does it: the middle of each row, in rows of the map.
    places = np.clip(((np.arange(top, bottom) + 0.5) * down - 0.5).astype(np.float32), above, below - 1)
    whole = places.astype(np.intp)
    share = (places - whole)[:, None]
    upper, lower = whole - above, np.minimum(whole + 1, below - 1) - above
    part = wide[:, beside]
    mask = np.zeros(size, np.bool_)
    mask[top:bottom, beside] = part[upper] * (1 - share) + part[lower] * share >= threshold
    return mask


def find_region(
    probability: Probability,
    size: tuple[int, int],
    threshold: float,
    structure: Structure = BLOCK_REGION,
    outlined: bool = True,
) -> Region | None:
    """The region of `structure` in a scan area of `size` (height, width), or None where none is found.

    Where it need not be `outlined`, it has no outlines.
    """
    cleaned = clean(probability, threshold)
    inside = cleaned >= threshold
    by_row, by_column = np.count_nonzero(inside, axis=1), np.count_nonzero(inside, axis=0)
    count = int(by_row.sum())
    if not count:
        return None
    scale = np.array([size[1] / probability.shape[1], size[0] / probability.shape[0]], np.float32)
    middle = np.array([by_column @ np.arange(len(by_column)), by_row @ np.arange(len(by_row))]) / count
    centre = (middle + 0.5) * scale
    sure = threshold + (1 - threshold) / 2
    window = _window(np.flatnonzero(by_row), np.flatnonzero(by_column), probability.shape)
    return Region(
        confidence=float(cleaned[window][inside[window]].mean()),
        area_px=count * float(scale[0] * scale[1]),
        centre=(float(centre[0]), float(centre[1])),
        outlines=_trace(cleaned, window, threshold, scale) if outlined else [],
        inner_outlines=_trace(cleaned, window, sure, scale) if outlined else [],
        structure=structure,
    )


def _window(rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The region's surroundings: tracing there only is what makes a fine grid affordable."""
    return (
        slice(max(int(rows.min()) - 2, 0), min(int(rows.max()) + 3, shape[0])),
        slice(max(int(columns.min()) - 2, 0), min(int(columns.max()) + 3, shape[1])),
    )


def _trace(
    cleaned: Probability, window: tuple[slice, slice], threshold: float, scale: NDArray[np.float32]
) -> list[Outline]:
    part = cleaned[window]
    fine = cv2.resize(part, None, fx=FINER, fy=FINER, interpolation=cv2.INTER_LINEAR)
    above = (fine >= threshold).astype(np.uint8)
    found, _ = cv2.findContours(above, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    corner = np.array([window[1].start, window[0].start], np.float32)
    # findContours counts pixel centres from 0: half a fine pixel is added before the way back to scan-area pixels.
    lines = [line[:, 0].astype(np.float32) for line in found if len(line) > 2]
    return [np.asarray(((line + 0.5) / FINER + corner) * scale, np.float32) for line in lines]
