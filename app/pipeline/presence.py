"""Keeps the block region from flickering: when a new answer of the model is believed."""

from __future__ import annotations

from app.pipeline.types import Prediction
from model.temporal import HISTORY_S

SURE = 0.4
"""How far from the threshold to 1 the confidence must lie for a region to be shown at once."""
IN_A_ROW = 3
"""A less sure region, or its absence, is believed when that many predictions in a row say so."""


class Presence:
    """Believes a change between 'region' and 'no region found' when it is sure or has been said IN_A_ROW times.

    An answer that is not believed is simply not published: the one before it stays, with its own overlay age, and is
    hidden like any other when it gets old. A steady answer is therefore never altered, and still pictures never wait.
    """

    def __init__(self) -> None:
        self._before: Prediction | None = None
        self._shown = False
        self._against = 0

    def believes(self, prediction: Prediction, threshold: float) -> bool:
        """Whether `prediction`, made with `threshold`, is to be published."""
        found = prediction.region is not None
        if not self._has_history(prediction) or found == self._shown:
            believed = True
        else:
            believed = self._is_sure(prediction, threshold) or self._against + 1 >= IN_A_ROW
        self._shown, self._against = (found, 0) if believed else (self._shown, self._against + 1)
        self._before = prediction
        return believed

    def _has_history(self, prediction: Prediction) -> bool:
        before = self._before
        return (
            before is not None
            and before.generation == prediction.generation
            and prediction.captured - before.captured <= HISTORY_S
        )

    @staticmethod
    def _is_sure(prediction: Prediction, threshold: float) -> bool:
        region = prediction.region
        return region is not None and region.confidence >= threshold + SURE * (1 - threshold)
