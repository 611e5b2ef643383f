import numpy as np
import pytest

from app.pipeline.freshness import AMBER_MS, HIDE_MS, overlay_age_ms, overlay_for
from app.pipeline.types import Prediction, Rect
from tests.pipeline_parts import frame_of

EMPTY = np.zeros((256, 256), np.float32)


def prediction_of(number, captured):
    return Prediction(0, number, captured, Rect(0, 0, 32, 24), EMPTY, None, {})


def test_a_prediction_of_the_very_frame_stays_however_old():
    prediction = prediction_of(7, 100.0)
    assert overlay_for(frame_of(number=7, captured=100.0), prediction, 900.0) is prediction


def test_a_young_prediction_is_shown_on_a_later_frame():
    prediction = prediction_of(7, 100.0)
    assert overlay_for(frame_of(number=8, captured=100.03), prediction, 100.0 + HIDE_MS / 1000 - 0.001) is prediction


def test_an_old_prediction_is_hidden_on_a_later_frame():
    prediction = prediction_of(7, 100.0)
    assert overlay_for(frame_of(number=8, captured=100.03), prediction, 100.0 + HIDE_MS / 1000 + 0.001) is None


def test_the_same_number_shown_again_is_another_frame():
    assert overlay_for(frame_of(number=7, captured=105.0), prediction_of(7, 100.0), 105.0) is None


def test_without_frame_or_prediction_there_is_no_overlay():
    assert overlay_for(None, prediction_of(0, 0.0), 0.0) is None
    assert overlay_for(frame_of(), None, 0.0) is None


def test_overlay_age_counts_from_the_capture_in_ms():
    assert overlay_age_ms(prediction_of(0, 10.0), 10.15) == pytest.approx(150)
    assert AMBER_MS < 150 < HIDE_MS
