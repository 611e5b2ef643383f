"""What Huang et al. 2019 report, to be set beside what we measure."""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "Huang et al. 2019, Annals of Translational Medicine 7(18):453, doi 10.21037/atm.2019.08.61"

Quartiles = tuple[float, float, float]
"""Lower quartile, median, upper quartile."""


@dataclass(frozen=True)
class SetOfPictures:
    """One of the paper's three sets."""

    pictures: int
    sum_iou: float
    iou: Quartiles
    """Of the pictures' IoU."""
    accuracy: float | None
    """Share of pictures with IoU above 0.5; None where the paper does not give it."""


SETS = {
    "train": SetOfPictures(450, 0.713, (0.647, 0.722, 0.789), None),
    "development": SetOfPictures(50, 0.633, (0.586, 0.653, 0.703), None),
    "test": SetOfPictures(62, 0.638, (0.555, 0.644, 0.735), 0.839),
}
FOLDS = 10
FOLD_SUM_IOU: Quartiles = (0.628, 0.656, 0.672)
FOLD_ACCURACY: Quartiles = (0.821, 0.884, 0.907)
