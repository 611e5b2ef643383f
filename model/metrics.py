"""The measures: the paper's sum IoU, per-image IoU and accuracy, Dice, and distances. All on boolean masks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Masks = NDArray[np.bool_]

HIT = 0.5
"""A picture counts as right when its IoU is above this (the paper's accuracy)."""


@dataclass(frozen=True)
class Overlap:
    """Pixels that two masks share (`intersection`), and the size of each, picture by picture."""

    intersection: NDArray[np.int64]
    predicted: NDArray[np.int64]
    expert: NDArray[np.int64]

    @property
    def union(self) -> NDArray[np.int64]:
        return self.predicted + self.expert - self.intersection

    @property
    def iou(self) -> NDArray[np.float64]:
        """Intersection over union of each picture; 1 where both masks are empty."""
        return _ratio(self.intersection, self.union)

    @property
    def dice(self) -> NDArray[np.float64]:
        """Dice of each picture, 2 |A ∩ B| / (|A| + |B|); 1 where both masks are empty."""
        return _ratio(2 * self.intersection, self.predicted + self.expert)

    @property
    def sum_iou(self) -> float:
        """The paper's measure of a set: all intersections over all unions; 1 where every mask is empty."""
        return float(self.summary()["sum_iou"])

    @property
    def accuracy(self) -> float:
        """Share of pictures with IoU above 0.5, 0..1."""
        return float((self.iou > HIT).mean())

    def summary(self) -> dict[str, NDArray[np.float64]]:
        """The measures of the set, 0..1, along the last axis: one number each, or one for each drawn set (`take`)."""
        q1, median, q3 = np.quantile(self.iou, (0.25, 0.5, 0.75), axis=-1)
        return {
            "sum_iou": _ratio(self.intersection.sum(axis=-1), self.union.sum(axis=-1)),
            "iou_median": median,
            "iou_q1": q1,
            "iou_q3": q3,
            "iou_mean": self.iou.mean(axis=-1),
            "accuracy": (self.iou > HIT).mean(axis=-1),
            "dice_mean": self.dice.mean(axis=-1),
        }

    def take(self, rows: NDArray[np.int64]) -> Overlap:
        """The pictures at these places; with places (m, n), m drawn sets of n pictures."""
        return Overlap(self.intersection[rows], self.predicted[rows], self.expert[rows])

    @property
    def missed(self) -> int:
        """Pictures with a region of the expert's and none of the model's."""
        return int(np.count_nonzero((self.predicted == 0) & (self.expert > 0)))

    @property
    def unexpected(self) -> int:
        """Pictures with a region of the model's and none of the expert's."""
        return int(np.count_nonzero((self.predicted > 0) & (self.expert == 0)))


def overlap(predicted: list[Masks] | Masks, expert: list[Masks] | Masks) -> Overlap:
    """Compares masks bool (height, width) picture by picture; the two of a pair must have one size."""
    pairs = list(zip(predicted, expert, strict=True))
    return Overlap(
        np.array([np.count_nonzero(a & b) for a, b in pairs], np.int64),
        np.array([np.count_nonzero(a) for a, _ in pairs], np.int64),
        np.array([np.count_nonzero(b) for _, b in pairs], np.int64),
    )


def iou(predicted: Masks, expert: Masks) -> float:
    """Intersection over union of two masks; 1 if both are empty."""
    return float(overlap([predicted], [expert]).iou[0])


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(whole > 0, part / np.maximum(whole, 1), 1.0)


@dataclass(frozen=True)
class Distances:
    """How far the edges and the centres of two masks lie apart, picture by picture, float64 (n,), in pixels.

    NaN where a mask is empty: there is no edge to measure from. IoU and Dice count such pictures, and so do `missed`
    and `unexpected`, so that leaving them out here hides nothing.
    """

    hausdorff95: NDArray[np.float64]
    """The larger of the two 95th percentiles of the distance from one mask's edge to the other's."""
    boundary: NDArray[np.float64]
    """Average symmetric surface distance: the mean of all distances from either edge to the other."""
    centre: NDArray[np.float64]
    """Distance of the centroids."""

    def summary(self) -> dict[str, NDArray[np.float64]]:
        """Median and mean of each distance along the last axis; NaN where a picture without distances is among them."""
        found: dict[str, NDArray[np.float64]] = {}
        for field in fields(self):
            values = getattr(self, field.name)
            found[f"{field.name}_median"] = np.median(values, axis=-1) if values.size else np.array(math.nan)
            found[f"{field.name}_mean"] = values.mean(axis=-1) if values.size else np.array(math.nan)
        return found

    def take(self, rows: NDArray[np.int64]) -> Distances:
        """The pictures at these places; with places (m, n), m drawn sets of n pictures."""
        return Distances(self.hausdorff95[rows], self.boundary[rows], self.centre[rows])

    @property
    def compared(self) -> NDArray[np.int64]:
        """Places of the pictures that have distances."""
        return np.flatnonzero(np.isfinite(self.centre))

    def scaled(self, factor: float) -> Distances:
        """The same in another unit, such as mm with the size of a pixel."""
        return Distances(self.hausdorff95 * factor, self.boundary * factor, self.centre * factor)


def distances(predicted: Sequence[Masks], expert: Sequence[Masks]) -> Distances:
    """Compares masks bool (height, width) picture by picture; the two of a pair must have one size."""
    rows = [_distances_of_pair(a, b) for a, b in zip(predicted, expert, strict=True)]
    columns = np.array(rows, np.float64).reshape(-1, 3).T
    return Distances(*columns)


def _distances_of_pair(predicted: Masks, expert: Masks) -> tuple[float, float, float]:
    if not (predicted.any() and expert.any()):
        return (math.nan, math.nan, math.nan)
    predicted, expert = _surroundings(predicted, expert)
    one, other = _edge(predicted), _edge(expert)
    there, back = _distance_to(other)[one], _distance_to(one)[other]
    return (
        float(max(np.percentile(there, 95), np.percentile(back, 95))),
        float(np.concatenate([there, back]).mean()),
        float(np.linalg.norm(_centroid(predicted) - _centroid(expert))),
    )


def _surroundings(one: Masks, other: Masks) -> tuple[Masks, Masks]:
    """Both masks cut to what surrounds them: distances there are the same, and found sooner."""
    either = one | other
    rows, columns = np.flatnonzero(either.any(axis=1)), np.flatnonzero(either.any(axis=0))
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return one[window], other[window]


def _edge(mask: Masks) -> Masks:
    """The pixels of a mask with a neighbour (above, below, left or right) that is not in it."""
    padded = np.pad(mask, 1)
    inside = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return mask & ~inside


def _distance_to(edge: Masks) -> NDArray[np.float32]:
    """Distance of every pixel to the nearest one of `edge`."""
    found = cv2.distanceTransform((~edge).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(found, np.float32)


def _centroid(mask: Masks) -> NDArray[np.float64]:
    return np.asarray(np.argwhere(mask).mean(axis=0), np.float64)


Measured = TypeVar("Measured", Overlap, Distances)


def joined(parts: Sequence[Measured]) -> Measured:
    """What was measured on single pictures, or on some at a time, as one of them all; there is one part at least."""
    kind = type(parts[0])
    return kind(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(kind)))
