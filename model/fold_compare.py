"""Two recipes compared by their cross-validations: each picture by the networks of either that had not seen it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model import intervals
from model.crossvalidate import CrossValidation
from model.errors import ModelError
from model.intervals import Difference
from model.metrics import HIT


@dataclass(frozen=True)
class Ious:
    """The IoU of pictures, float64 (n,) or, of several drawn sets, (m, n)."""

    iou: NDArray[np.float64]

    def take(self, rows: NDArray[np.int64]) -> Ious:
        return Ious(self.iou[rows])

    def summary(self) -> dict[str, NDArray[np.float64]]:
        """Of each set. Sum IoU would need the pixels, which a cross-validation does not keep."""
        return {
            "iou_mean": self.iou.mean(axis=-1),
            "iou_median": np.median(self.iou, axis=-1),
            "accuracy": (self.iou > HIT).mean(axis=-1),
        }


def compare(first: CrossValidation, second: CrossValidation) -> list[Difference]:
    """The second less the first, over the folds that are done in both.

    Raises ModelError where their folds are not the same, or none is done in both.
    """
    if first.folds != second.folds:
        raise ModelError("The two cross-validations have different folds, so they cannot be compared.")
    both = sorted(first.done.keys() & second.done.keys())
    if not both:
        raise ModelError("No fold is done in both cross-validations.")
    one, other = (Ious(np.array([iou for fold in both for iou in _ious(plan, fold)])) for plan in (first, second))
    return intervals.differences(one, other, one.iou.size, lambda found: {"iou_mean": found.iou})


def _ious(plan: CrossValidation, fold: int) -> list[float]:
    """The IoU of a fold's pictures, in the folds' own order."""
    found = plan.done[fold].iou
    return [found[name] for name in plan.folds[fold - 1]]
