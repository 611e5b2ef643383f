"""The bundle that ships, on real pictures: the way from file to measure."""

import pytest

from model.bundle import find
from model.data.folder import find_pairs, load
from model.data.splits import near_duplicate_groups
from model.engines.choice import open_engine
from model.evaluate import evaluate


@pytest.fixture(scope="module")
def default():
    return find("default")


@pytest.fixture
def development(default, data_folder):
    chosen = set(default.card["training"]["development"])
    return [pair for pair in find_pairs(data_folder) if pair.stem in chosen]


def test_the_development_score_is_the_cards(default, development):
    result = evaluate(default, open_engine("onnxruntime", default), development)[0].as_json()
    card = default.card["scores"]["development"]
    for name in ("sum_iou", "iou_median", "accuracy", "dice_mean"):
        assert result[name] == pytest.approx(card[name], abs=0.005)
        assert result["native"][name] == pytest.approx(card["native"][name], abs=0.005)


def test_the_score_is_what_the_program_promises(default):
    assert default.card["scores"]["development"]["sum_iou"] >= 0.66
    assert default.card["scores"]["development"]["accuracy"] >= 0.86


def test_no_near_duplicate_of_a_development_picture_was_trained_on(default, data_folder):
    data = load(data_folder)
    chosen = set(default.card["training"]["development"])
    groups = dict(zip(data.names, near_duplicate_groups(data.images).tolist(), strict=True))
    held = {group for name, group in groups.items() if name in chosen}
    trained = {group for name, group in groups.items() if name not in chosen}
    assert not held & trained
