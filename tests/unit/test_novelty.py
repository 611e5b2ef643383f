"""The score of unlike pictures: what it flags, how it is kept in a bundle, and the command that makes it."""

import json
import shutil

import cv2
import numpy as np
import pytest

from model import bundle, fit_novelty, novelty
from model.__main__ import main
from model.disturbances import DISTURBANCES
from model.engines import choice
from model.errors import BundleError
from model.novelty import Novelty, describe
from model.preprocess import to_input
from model.structures import BLOCK_REGION
from scripts import other_pictures
from tests.dataset import name_as_development, write_dataset

DEFAULT = bundle.SHIPPED_FOLDER / "default"


def squares(draw, numbers):
    """Made pictures of one kind as network inputs."""
    pictures = [draw(np.random.default_rng((7, number)), number) for number in numbers]
    return [to_input(picture) for picture in pictures]


@pytest.fixture(scope="module")
def vessels():
    """The score of forty made vessels."""
    found = np.stack([describe(inputs[0, ..., 0]) for inputs in squares(other_pictures.vessel, range(0, 80, 2))])
    return fit_novelty.fit_descriptions(found[:, None], np.arange(len(found))).score


@pytest.fixture(scope="module")
def known(vessels):
    """How other vessels of the kind score."""
    return [vessels.score(inputs) for inputs in squares(other_pictures.vessel, range(100, 116, 2))]


def test_pictures_of_the_kind_stay_below_the_limit(known):
    assert np.median(known) < 1
    assert max(known) < 2


@pytest.mark.parametrize("kind", ["empty frame", "noise", "machine menu", "heart phantom", "lung phantom"])
def test_pictures_of_other_kinds_do_not(vessels, known, kind):
    others = [vessels.score(inputs) for inputs in squares(other_pictures.MADE[kind], range(6))]
    assert min(others) > max(1, *known)


def test_a_known_picture_scores_the_same_in_the_mirror(vessels):
    (inputs,) = squares(other_pictures.vessel, [200])
    assert vessels.score(inputs[:, :, ::-1]) == pytest.approx(vessels.score(inputs), rel=0.02)


@pytest.mark.parametrize("grey", [0, 1 / 255, 0.5, 1])
def test_a_picture_with_nothing_in_it_has_a_description(grey):
    found = describe(np.full((256, 256), grey, np.float32))
    assert np.isfinite(found).all()
    assert len(found) == len(describe(np.zeros((64, 64), np.float32)))


def test_the_limit_is_where_it_is_set(vessels):
    (inputs,) = squares(other_pictures.noise, [0])
    limit = vessels.score(inputs)
    assert vessels.with_limit(limit).score(inputs) == pytest.approx(1)


def test_pictures_that_are_all_alike_give_a_score_that_is_finite():
    score = novelty.fit(np.repeat(describe(np.zeros((256, 256), np.float32))[None], 5, axis=0))
    assert 1 < score.score(np.ones((1, 256, 256, 1), np.float32)) < np.inf


# --- in a bundle


@pytest.fixture
def copy(tmp_path):
    """The shipped bundle without a score."""
    folder = shutil.copytree(DEFAULT, tmp_path / "copy")
    (folder / bundle.NOVELTY_FILE).unlink(missing_ok=True)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    card.pop("novelty", None)
    return bundle.write_card(folder, card)


@pytest.fixture
def scored(copy, vessels):
    """The same with one."""
    vessels.write(copy.folder / bundle.NOVELTY_FILE)
    return bundle.write_card(copy.folder, {**copy.card, "novelty": {"version": novelty.VERSION}})


def test_a_bundle_without_a_score_is_read_as_before(copy):
    assert bundle.NOVELTY_FILE not in copy.card["files"]
    assert Novelty.of(copy) is None


def test_a_bundle_gives_back_the_score_that_was_written(scored, vessels):
    (inputs,) = squares(other_pictures.vessel, [0])
    assert Novelty.of(bundle.read(scored.folder)).score(inputs) == pytest.approx(vessels.score(inputs), rel=1e-3)
    assert scored.hash != bundle.Bundle(scored.folder, {**scored.card, "files": {}}).hash


def test_a_changed_score_is_found(scored):
    path = scored.folder / bundle.NOVELTY_FILE
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(BundleError, match=r"damaged: novelty\.npz"):
        bundle.read(scored.folder)


def test_a_card_that_promises_a_score_must_have_its_file(scored):
    card = {**scored.card, "files": {name: scored.card["files"][name] for name in ("network.keras", "network.onnx")}}
    (scored.folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(BundleError, match=r"lacks novelty\.npz"):
        bundle.read(scored.folder)


@pytest.mark.parametrize("entry", [{"version": 0}, {}, "yes"])
def test_a_score_of_another_version_is_refused(scored, entry):
    with pytest.raises(BundleError, match="novelty --fit --write"):
        Novelty.of(bundle.Bundle(scored.folder, {**scored.card, "novelty": entry}))


@pytest.mark.parametrize("content", [b"", b"PK nonsense", "objects"])
def test_a_file_that_is_no_score_is_refused(scored, content):
    path = scored.folder / bundle.NOVELTY_FILE
    if content == "objects":
        np.savez(path, mean=np.array([print], dtype=object), whitening=np.eye(2))
    else:
        path.write_bytes(content)
    with pytest.raises(BundleError, match=r"novelty\.npz cannot be read"):
        Novelty.of(scored)


# --- the command


class Everywhere:
    """Finds a region in every picture."""

    name, threads, size, structures = "everywhere", 1, 256, (BLOCK_REGION,)

    def predict(self, inputs):
        return np.full((1, 256, 256), 0.9, np.float32)

    def close(self):
        pass


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Twenty pictures, four of them under names of the shipped model's development pictures."""
    monkeypatch.setattr(choice, "open_engine", lambda name, bundle: Everywhere())
    return name_as_development(write_dataset(tmp_path / "d", 20), DEFAULT, 4)


@pytest.fixture
def others(tmp_path):
    folder = tmp_path / "others"
    for kind, grey in (("black", 0), ("femoral white", 255)):
        (folder / kind).mkdir(parents=True)
        for number in range(3):
            cv2.imwrite(str(folder / kind / f"{number}.png"), np.full((60, 80), grey, np.uint8))
    return folder


def test_the_command_fits_measures_and_writes(copy, data, others, tmp_path, capsys):
    out, figures = tmp_path / "out", tmp_path / "novelty.json"
    command = ["novelty", "--data", str(data), "--model", str(copy.folder), "--others", str(others)]
    assert main([*command, "--fit", "--write", "--out", str(out), "--json", str(figures)]) == 0
    content = json.loads(figures.read_text(encoding="utf-8"))
    assert content["held_out"]["pictures"] == 4
    assert 0 <= content["false_alarms_interval"][0] <= content["false_alarms"] <= content["false_alarms_interval"][1]
    black, white = content["others"]
    assert (black["name"], black["flagged"], black["found"], black["found_by_network"]) == ("black", 3, 0, 3)
    assert white["name"] == "femoral white"
    # What is femoral is listed and not counted among the others.
    assert (content["all_others"]["pictures"], content["all_others"]["flagged_share"]) == (3, 1.0)
    assert "false alarms on them" in capsys.readouterr().out
    written = bundle.read(out)
    assert written.card["novelty"]["pictures"] == 16
    assert written.card["novelty"]["false_alarms"] == content["false_alarms"]
    assert Novelty.of(written).score(np.zeros((1, 256, 256, 1), np.float32)) > 1
    assert "novelty" not in bundle.read(copy.folder).card
    # The score that was written is the one that was measured.
    again = tmp_path / "again.json"
    assert main([*command[:3], "--model", str(out), "--others", str(others), "--json", str(again)]) == 0
    assert json.loads(again.read_text(encoding="utf-8"))["others"][0]["flagged"] == 3


def test_the_score_is_the_same_whenever_it_is_fitted(data, tmp_path):
    seen, _ = fit_novelty.split(bundle.find("default"), data)
    first, second = (fit_novelty.fit(seen[:10], 256) for _ in range(2))
    assert np.array_equal(first.score.whitening, second.score.whitening)
    assert 0 <= first.plain_above <= 1
    assert first.all_above == pytest.approx(fit_novelty.FALSE_ALARMS, abs=0.02)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--fit"),
        (["--fit", "--others", "nowhere"], "nowhere does not exist"),
    ],
)
def test_what_is_missing_is_said(copy, data, capsys, arguments, said):
    assert main(["novelty", "--data", str(data), "--model", str(copy.folder), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_data_set_that_the_model_was_not_trained_on_is_refused(copy, tmp_path, capsys):
    other = write_dataset(tmp_path / "other", 6)
    assert main(["novelty", "--data", str(other), "--model", str(copy.folder), "--fit"]) == 2
    assert "was trained on" in capsys.readouterr().err


def test_varied_pictures_stay_scans():
    picture = cv2.cvtColor(other_pictures.vessel(np.random.default_rng(1), 0), cv2.COLOR_GRAY2BGR)
    for number in range(8):
        varied = fit_novelty.vary(picture, np.random.default_rng(number), number % 3)
        assert varied.dtype == np.uint8
        assert 0.6 < varied.size / picture.size < 1.5
        assert varied.std() > 3


def test_a_disturbance_that_harms_the_network_is_not_taken_for_familiar():
    assert {one.name for one in fit_novelty.FAMILIAR} == {one.name for one in DISTURBANCES}
    assert len(fit_novelty.FAMILIAR) == len(DISTURBANCES) - 6


def test_the_made_pictures_are_the_same_each_time():
    for draw in other_pictures.MADE.values():
        first, second = (draw(np.random.default_rng(3), 1) for _ in range(2))
        assert first.dtype == np.uint8
        assert np.array_equal(first, second)
