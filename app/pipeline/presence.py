"""Keeps the block region, and what is said in its place, from flickering: when the model's new answer is believed."""

from __future__ import annotations

import enum

from app.pipeline.types import Prediction
from model.temporal import HISTORY_S

SURE = 0.4
"""How far from the threshold to 1 the confidence must lie for a region to be shown at once."""
IN_A_ROW = 3
"""A less sure region, or its absence, is believed when that many predictions in a row say so."""


class Answer(enum.Enum):
    """What a prediction says."""

    REGION = enum.auto()
    NO_REGION = enum.auto()
    UNLIKE = enum.auto()
    """Unlike the training pictures."""

    @staticmethod
    def of(prediction: Prediction) -> Answer:
        if prediction.unlike:
            return Answer.UNLIKE
        return Answer.NO_REGION if prediction.region is None else Answer.REGION


class Presence:
    """Believes a change of answer when it is a sure region or something else has been said IN_A_ROW times.

    After 'unlike the training pictures' no region is sure: a picture at the edge of what the model knows would flicker.

    An answer that is not believed is simply not published: the one before it stays, with its own overlay age, and is
    hidden like any other when it gets old. A steady answer is therefore never altered, and still pictures never wait.
    """

    def __init__(self) -> None:
        self._before: Prediction | None = None
        self._shown = Answer.NO_REGION
        self._against = 0

    def believes(self, prediction: Prediction, threshold: float) -> bool:
        """Whether `prediction`, made with `threshold`, is to be published."""
        answer = Answer.of(prediction)
        if not self._has_history(prediction) or answer is self._shown:
            believed = True
        else:
            believed = self._is_sure(prediction, threshold) or self._against + 1 >= IN_A_ROW
        self._shown, self._against = (answer, 0) if believed else (self._shown, self._against + 1)
        self._before = prediction
        return believed

    def _has_history(self, prediction: Prediction) -> bool:
        before = self._before
        return (
            before is not None
            and before.generation == prediction.generation
            and prediction.captured - before.captured <= HISTORY_S
        )

    def _is_sure(self, prediction: Prediction, threshold: float) -> bool:
        region = prediction.region
        if region is None or self._shown is Answer.UNLIKE:
            return False
        return region.confidence >= threshold + SURE * (1 - threshold)
