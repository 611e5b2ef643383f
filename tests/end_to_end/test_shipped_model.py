"""The bundles that ship, on real pictures: the way from file to measure."""

import pytest

from model.bundle import find, shipped
from model.data.folder import find_pairs, load
from model.data.splits import near_duplicate_groups
from model.engines.choice import open_engine
from model.evaluate import evaluate


@pytest.fixture(scope="module")
def default():
    return find("default")


@pytest.mark.parametrize("name", shipped())
def test_the_development_score_is_the_cards(name, data_folder):
    bundle = find(name)
    chosen = set(bundle.card["training"]["development"])
    development = [pair for pair in find_pairs(data_folder) if pair.stem in chosen]
    result = evaluate(bundle, open_engine("onnxruntime", bundle), development)[0].as_json()
    card = bundle.card["scores"]["development"]
    assert result["images"] == card["images"] == len(chosen)
    for measure in ("sum_iou", "iou_median", "accuracy", "dice_mean"):
        assert result[measure] == pytest.approx(card[measure], abs=0.005)
        assert result["native"][measure] == pytest.approx(card["native"][measure], abs=0.005)


def test_the_papers_network_was_trained_as_the_papers():
    training = find("paper-unet").card["training"]
    recipe = {name: training[name] for name in ("network", "epochs", "batch", "size", "augment", "dice", "pictures")}
    assert recipe == {
        "network": "paper_unet",
        "epochs": 75,
        "batch": 32,
        "size": 256,
        "augment": False,
        "dice": False,
        "pictures": 450,
    }
    assert len(training["development"]) == 50


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
