import numpy as np
import pytest

from app.capture.source import Frame, SourceKind
from app.gui.status import Level, OverlayKind, Wishes, badge, clock, overlay_state, overlay_words
from app.pipeline.types import Prediction, Rect, SourceState
from model.postprocess import Region

PIXELS = np.zeros((10, 10), np.uint8)
PROBABILITY = np.zeros((1, 256, 256), np.float32)
REGION = Region(0.9, 10.0, (5.0, 5.0), [])


def frame(number: int, captured: float) -> Frame:
    return Frame(PIXELS, number, captured)


def prediction(number: int, captured: float, region: Region | None = REGION) -> Prediction:
    return Prediction(0, number, captured, Rect(0, 0, 10, 10), PROBABILITY, (region,), {})


@pytest.mark.parametrize(
    ("kind", "state", "frozen", "expected"),
    [
        (SourceKind.LIVE, SourceState.RUNNING, False, "LIVE"),
        (SourceKind.REPLAY, SourceState.RUNNING, False, "REPLAY"),
        (SourceKind.DEMO, SourceState.RUNNING, False, "DEMO"),
        (SourceKind.REPLAY, SourceState.PAUSED, False, "PAUSED"),
        (SourceKind.REPLAY, SourceState.ENDED, False, "PAUSED"),
        (SourceKind.LIVE, SourceState.RUNNING, True, "FROZEN"),
        (SourceKind.LIVE, SourceState.REPEATING, False, "FROZEN"),
        (SourceKind.LIVE, SourceState.NO_SIGNAL, False, "NO SIGNAL"),
        (SourceKind.LIVE, SourceState.NO_SIGNAL, True, "FROZEN · NO SIGNAL"),
        (SourceKind.LIVE, SourceState.ENDED, False, "NO SIGNAL"),
        (SourceKind.LIVE, SourceState.OPENING, False, "OPENING"),
    ],
)
def test_badge(kind: SourceKind, state: SourceState, frozen: bool, expected: str) -> None:
    assert badge(kind, state, frozen)[0] == expected


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        (Wishes(), OverlayKind.SHOWN),
        (Wishes(overlay=False), OverlayKind.OFF),
        (Wishes(overlay=False, signal=False), OverlayKind.OFF),
        (Wishes(raw_held=True), OverlayKind.RAW),
        (Wishes(signal=False), OverlayKind.NO_SIGNAL),
        (Wishes(model_ready=False), OverlayKind.NO_MODEL),
    ],
)
def test_what_hides_the_overlay(wishes: Wishes, expected: OverlayKind) -> None:
    state = overlay_state(wishes, frame(1, 10.0), prediction(1, 10.0), 10.05)
    assert state.kind is expected
    assert (state.prediction is not None) == (expected is OverlayKind.SHOWN)


def test_an_overlay_of_an_earlier_frame_is_hidden_past_200_ms() -> None:
    old = prediction(1, 10.0)
    assert overlay_state(Wishes(), frame(2, 10.03), old, 10.19).kind is OverlayKind.SHOWN
    assert overlay_state(Wishes(), frame(2, 10.03), old, 10.21).kind is OverlayKind.TOO_OLD
    assert overlay_state(Wishes(), frame(1, 10.0), old, 60.0).kind is OverlayKind.SHOWN


def test_no_region_found_is_said_in_words() -> None:
    state = overlay_state(Wishes(), frame(1, 10.0), prediction(1, 10.0, None), 10.03)
    assert state.prediction is not None
    assert not state.prediction.regions
    assert overlay_words(state, moving=True) == ("Overlay on · No region found · 30 ms", Level.GOOD)


def test_unlike_the_training_data_is_said_in_words_instead() -> None:
    unlike = Prediction(0, 1, 10.0, Rect(0, 0, 10, 10), PROBABILITY, (None,), {}, novelty=1.2)
    state = overlay_state(Wishes(), frame(1, 10.0), unlike, 10.03)
    assert state.kind is OverlayKind.UNLIKE
    assert overlay_words(state, moving=True) == ("Overlay on · Unlike the training data · 30 ms", Level.WARN)
    assert overlay_words(state, moving=False) == ("Overlay on · Unlike the training data · of this frame", Level.WARN)


@pytest.mark.parametrize("novelty", [None, 0.2, 1.0])
def test_a_picture_like_the_training_data_is_not(novelty: float | None) -> None:
    known = Prediction(0, 1, 10.0, Rect(0, 0, 10, 10), PROBABILITY, (REGION,), {}, novelty)
    assert overlay_state(Wishes(), frame(1, 10.0), known, 10.03).kind is OverlayKind.SHOWN


@pytest.mark.parametrize(
    ("now", "moving", "words", "level"),
    [
        (10.04, True, "Overlay on · 40 ms", Level.GOOD),
        (10.15, True, "Overlay on · 150 ms (late)", Level.WARN),
        (10.30, True, "Overlay on · hidden: 300 ms behind", Level.WARN),
        (15.00, True, "Overlay on · hidden: over 1 s behind", Level.WARN),
    ],
)
def test_overlay_age_in_words(now: float, moving: bool, words: str, level: Level) -> None:
    state = overlay_state(Wishes(), frame(2, 10.03), prediction(1, 10.0), now)
    assert overlay_words(state, moving) == (words, level)


def test_a_paused_pictures_own_overlay_does_not_age() -> None:
    state = overlay_state(Wishes(), frame(1, 10.0), prediction(1, 10.0), 99.0)
    assert overlay_words(state, moving=False) == ("Overlay on · of this frame", Level.GOOD)


def test_every_state_has_words_that_say_on_or_off() -> None:
    for wishes in (Wishes(), Wishes(overlay=False), Wishes(raw_held=True), Wishes(signal=False)):
        words, _ = overlay_words(overlay_state(wishes, None, None, 0.0), moving=True)
        assert words.startswith(("Overlay on", "Overlay off"))


def test_clock() -> None:
    assert clock(0.0) == "0:00.0"
    assert clock(67.34) == "1:07.3"
    assert clock(59.96) == "1:00.0"
