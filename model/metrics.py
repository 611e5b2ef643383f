"""The measures: the paper's sum IoU, per-image IoU and accuracy, and Dice. All on boolean masks."""

from __future__ import annotations

from dataclasses import dataclass

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
        return float(_ratio(self.intersection.sum(keepdims=True), self.union.sum(keepdims=True))[0])

    @property
    def accuracy(self) -> float:
        """Share of pictures with IoU above 0.5, 0..1."""
        return float((self.iou > HIT).mean())


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
