"""How old an overlay may be before it is no longer shown on a picture that has moved on."""

from __future__ import annotations

from app.capture.source import Frame
from app.pipeline.types import Prediction

AMBER_MS = 100.0
"""An overlay age above this is shown in amber."""
HIDE_MS = 200.0
"""An overlay older than this is hidden."""


def overlay_age_ms(prediction: Prediction, now: float) -> float:
    """`now` (`time.monotonic()` seconds) minus the capture of the frame that `prediction` is of, in ms."""
    return (now - prediction.captured) * 1000


def is_of(prediction: Prediction, frame: Frame) -> bool:
    """Whether `prediction` was computed from this very frame."""
    # The number alone does not do: a recording that is sought shows the same number again.
    return prediction.frame_number == frame.number and prediction.captured == frame.captured


def overlay_for(frame: Frame | None, prediction: Prediction | None, now: float) -> Prediction | None:
    """The prediction to paint over `frame` at `now` (`time.monotonic()` seconds), or None.

    It is shown for as long as its own frame is; over any later frame only while it is younger than HIDE_MS.
    """
    if frame is None or prediction is None:
        return None
    if is_of(prediction, frame) or overlay_age_ms(prediction, now) <= HIDE_MS:
        return prediction
    return None
