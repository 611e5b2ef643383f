"""How far an outline drawn by a trainee agrees with an expert's."""

from __future__ import annotations

from dataclasses import dataclass

from app.trainer.shapes import Mask
from model import metrics


@dataclass(frozen=True)
class Score:
    """Of one case. Distances are NaN where either mask is empty."""

    iou: float
    """Intersection over union; 1 where both say that there is no region."""
    boundary_px: float
    """Average symmetric surface distance, pixels of the frame."""
    centre_px: float
    """Distance of the centres."""

    @property
    def right(self) -> bool:
        """As the paper counts a picture: more than half of both is shared."""
        return self.iou > metrics.HIT


def score(own: Mask, expert: Mask) -> Score:
    """Compares two masks bool (height, width) of one size."""
    apart = metrics.distances([own], [expert])
    return Score(metrics.iou(own, expert), float(apart.boundary[0]), float(apart.centre[0]))
