import numpy as np
import pytest

from app.pipeline.presence import IN_A_ROW, Presence
from app.pipeline.types import Prediction, Rect
from model.postprocess import Region
from model.temporal import HISTORY_S

EMPTY = np.zeros((256, 256), np.float32)
SURE, UNSURE = 0.9, 0.6
UNLIKE = "unlike"


@pytest.fixture
def ask():
    """Gives a new answer (a confidence, None for no region, UNLIKE) 1/30 s after the last; whether it is believed."""
    presence = Presence()
    clock = [50.0]

    def answer(confidence, after=1 / 30, generation=1):
        clock[0] += after
        unlike = confidence == UNLIKE
        region = None if confidence is None or unlike else Region(confidence, 100.0, (1.0, 1.0), [])
        prediction = Prediction(generation, 0, clock[0], Rect(0, 0, 9, 9), EMPTY, (region,), {}, 1.1 if unlike else 0.9)
        return presence.believes(prediction, threshold=0.5)

    return answer


def test_the_first_answer_is_believed_whatever_it_is(ask):
    assert ask(UNSURE)
    assert ask(None, generation=2)


def test_a_sure_region_is_shown_at_once(ask):
    ask(None)
    assert ask(SURE)


def test_an_unsure_region_is_shown_when_it_stays(ask):
    ask(None)
    assert [ask(UNSURE) for _ in range(IN_A_ROW + 1)] == [False] * (IN_A_ROW - 1) + [True, True]


def test_an_unsure_region_that_flickers_is_never_shown(ask):
    ask(None)
    believed = [ask(confidence) for confidence in [UNSURE, None] * 10]
    assert believed == [False, True] * 10


def test_a_region_missing_for_a_moment_does_not_hide_it(ask):
    ask(SURE)
    assert [ask(confidence) for confidence in (None, UNSURE, None, None, UNSURE)] == [False, True, False, False, True]


def test_a_region_that_stays_away_is_gone(ask):
    ask(SURE)
    assert [ask(None) for _ in range(IN_A_ROW + 1)] == [False] * (IN_A_ROW - 1) + [True, True]


def test_still_pictures_stand_by_themselves(ask):
    answers = [SURE, None, UNSURE, None, UNSURE]
    assert all(ask(confidence, after=HISTORY_S * 1.1) for confidence in answers)


def test_a_new_generation_starts_without_history(ask):
    ask(SURE)
    assert ask(None, generation=2)


def test_a_picture_that_is_unlike_for_a_moment_hides_nothing(ask):
    ask(SURE)
    assert [ask(answer) for answer in (UNLIKE, UNLIKE, SURE, UNLIKE, SURE)] == [False, False, True, False, True]


@pytest.mark.parametrize("before", [SURE, None])
def test_what_stays_unlike_is_said(ask, before):
    ask(before)
    assert [ask(UNLIKE) for _ in range(IN_A_ROW + 1)] == [False] * (IN_A_ROW - 1) + [True, True]


def test_after_unlike_pictures_even_a_sure_region_must_stay(ask):
    ask(UNLIKE)
    assert [ask(SURE) for _ in range(IN_A_ROW)] == [False] * (IN_A_ROW - 1) + [True]


def test_at_the_edge_of_what_is_known_nothing_flickers(ask):
    ask(UNLIKE)
    assert [ask(answer) for answer in [SURE, UNLIKE, None, UNLIKE] * 5] == [False, True] * 10
