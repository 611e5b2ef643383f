"""Calibration: its measures on cases that are worked out by hand, its fit on a network that is wrong in a known way."""

import dataclasses
import json

import numpy as np
import pytest

pytest.importorskip("scipy", reason="training requirements are not installed")

from model import bundle, calibration
from model.__main__ import main
from model.calibration import Curve, HeldOut, Scaling, calibrate, fit_scaling, logit, nll, reliability
from model.engines import choice
from model.errors import ModelError
from model.structures import BLOCK_REGION
from tests.dataset import write_dataset

WRONG = Scaling(2.5, 0.8)
"""What the tests' networks do to true probabilities: too sure, and too much region."""


def true_probability(size=(4, 64, 64), seed=0):
    """Smooth maps, and masks drawn pixel by pixel with just these probabilities."""
    rng = np.random.default_rng(seed)
    probability = np.repeat(np.repeat(rng.random((size[0], size[1] // 8, size[2] // 8)), 8, axis=1), 8, axis=2) ** 2
    return probability.astype(np.float32), rng.random(size) < probability


def test_the_expected_calibration_error_is_the_distance_weighted_by_pixels():
    # Three pixels of 0.1, one of them in the mask; one of 0.9, not in it: 3/4 * (1/3 - 0.1) + 1/4 * 0.9.
    probability = np.array([0.1, 0.1, 0.1, 0.9], np.float32)
    curve = reliability(probability, np.array([True, False, False, False]))
    assert curve.ece == pytest.approx(0.75 * (1 / 3 - 0.1) + 0.25 * 0.9)
    assert curve.observed == pytest.approx([1 / 3, 0])
    assert curve.share.sum() == pytest.approx(1)


def test_certain_and_right_is_perfect_and_certain_and_wrong_is_the_worst():
    ends = np.array([0.0, 1.0], np.float32)
    assert reliability(ends, np.array([False, True])).ece == 0
    assert reliability(ends, np.array([True, False])).ece == 1


def test_the_negative_log_likelihood_is_that_of_the_probabilities():
    probability = np.array([0.2, 0.7], np.float32)
    expected = -(np.log(0.8) + np.log(0.7)) / 2
    assert nll(probability, np.array([False, True])) == pytest.approx(expected, rel=1e-6)
    assert np.isfinite(nll(np.array([0.0, 1.0], np.float32), np.array([True, False])))


def test_a_curve_survives_a_card():
    curve = reliability(*[part.ravel() for part in true_probability()])
    back = Curve.from_json(json.loads(json.dumps(curve.as_json())))
    assert back.ece == pytest.approx(curve.ece, abs=1e-4)


def test_scaling_undoes_what_a_network_does_wrong():
    probability, expert = true_probability((8, 128, 128))
    wrong = WRONG(probability)
    found = fit_scaling(wrong.ravel(), expert.ravel())
    assert found.scale == pytest.approx(1 / 2.5, rel=0.05)
    assert found.offset == pytest.approx(-0.8 / 2.5, abs=0.05)
    right = found(wrong)
    assert np.abs(right - probability).max() < 0.03
    before, after = (reliability(one.ravel(), expert.ravel()).ece for one in (wrong, right))
    assert after < 0.01 < 0.05 < before


def test_scaling_by_one_changes_nothing():
    probability = np.linspace(0.001, 0.999, 50, dtype=np.float32)
    assert np.allclose(Scaling()(probability), probability, atol=1e-6)
    assert np.allclose(logit(probability), np.log(probability / (1 - probability)), rtol=1e-3, atol=1e-4)


def test_the_window_holds_what_matters_and_little_else():
    expert, probability = np.zeros((256, 256), np.bool_), np.zeros((256, 256), np.float32)
    expert[100:110, 100:110] = True
    probability[200, 200] = 0.2
    found = calibration.window(probability, expert)
    assert found[105, 105 + 4 + calibration.MARGIN]
    assert found[200 - calibration.MARGIN, 200]
    assert not found[105, 105 + 6 + calibration.MARGIN]
    assert found.mean() < 0.05


def blobs():
    """A network that is too sure, on twelve pictures of one disc each: held-out maps and masks in two parts."""
    y, x = np.indices((256, 256))
    middles = np.random.default_rng(0).uniform(80, 170, (12, 2))
    distance = np.stack([np.hypot(x - cx, y - cy) - 40 for cx, cy in middles])
    # The expert's edge lies up to 12 pixels from the disc's; the network claims to know it to 2, and 4 too far out.
    experts = distance < np.resize((-12, -6, -2, 2, 6, 12), 12)[:, None, None]
    maps = (1 / (1 + np.exp(np.clip(distance / 2 - 2, -30, 30)))).astype(np.float32)
    return HeldOut(maps[:, None], experts[:, None], experts[:, None], np.arange(12) // 6)


def test_cross_fitting_makes_a_network_that_is_too_sure_honest():
    found = calibrate(blobs(), ["block region"], 0.5)
    (before,), (after,), (scaling,) = found.before, found.after, found.scaling
    assert scaling.scale < 0.7
    assert after.curve.ece < before.curve.ece / 2
    assert after.nll < before.nll
    assert after.sum_iou > before.sum_iou
    assert len(found.thresholds) == found.parts == 2
    assert before.threshold == 0.5
    assert "ECE" in "\n".join(calibration.table(found))


def test_no_part_is_calibrated_by_itself():
    # The first part's network is wrong, the second's right: what mends the first must spoil the second.
    probability, expert = true_probability((8, 64, 64))
    maps = np.where(np.arange(8)[:, None, None] < 4, WRONG(probability), probability)[:, None]
    measured = expert[:, None].repeat(4, axis=2).repeat(4, axis=3)
    held = HeldOut(maps, expert[:, None], measured, np.repeat([0, 1], 4))
    (after,) = calibrate(held, ["block region"], 0.5).after
    assert after.curve.ece > 0.03
    right = np.repeat([False, True], 4)
    alone = fit_scaling(maps[right].ravel(), expert[right].ravel())
    assert reliability(alone(maps[right]).ravel(), expert[right].ravel()).ece < 0.02


def test_the_threshold_is_the_middle_of_the_plateau():
    # Any threshold between 0.3 and 0.7 gives the same, perfect mask.
    expert = np.zeros((1, 1, 256, 256), np.bool_)
    expert[..., 80:160, 80:160] = True
    maps = np.where(expert, 0.7, 0.3).astype(np.float32)
    assert calibration.choose_threshold(maps, expert) == pytest.approx(0.5, abs=0.03)
    assert calibration.choose_threshold(np.where(expert, 0.4, 0.1).astype(np.float32), expert) < 0.3


def test_one_part_alone_cannot_be_cross_fitted():
    with pytest.raises(ModelError, match="too few"):
        calibrate(dataclasses.replace(blobs(), part=np.zeros(12, np.int64)), ["block region"], 0.5)


# --- the command, on a small network


def test_a_structure_that_is_in_one_part_alone_is_named():
    held = blobs()
    maps, experts, measured = (np.repeat(one, 2, axis=1) for one in (held.maps, held.experts, held.measured))
    experts[held.part == 0, 1] = False
    with pytest.raises(ModelError, match="Too few held-out pictures have a region of 'artery'"):
        calibration.calibrate(calibration.HeldOut(maps, experts, measured, held.part), ("block region", "artery"), 0.5)


class Sure:
    """Takes what is bright for the region, and is very sure of it."""

    name, threads, size, structures = "sure", 1, 256, (BLOCK_REGION,)

    def predict(self, inputs):
        import cv2

        return (1 / (1 + np.exp(-60 * (cv2.blur(inputs[0, ..., 0], (7, 7)) - 0.45)))).astype(np.float32)[None]

    def close(self):
        pass


@pytest.fixture
def data(tmp_path):
    """Eight pictures, six of them under names of the shipped model's development pictures."""
    folder = write_dataset(tmp_path / "d", 8)
    card = json.loads((bundle.SHIPPED_FOLDER / "default" / "card.json").read_text(encoding="utf-8"))
    for number, name in enumerate(card["training"]["development"][:6]):
        for part in ("images", "masks"):
            (folder / part / f"p_{number}.png").rename(folder / part / f"{name}.png")
    return folder


def test_the_command_prints_before_and_after_and_draws(data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(choice, "open_engine", lambda name, bundle: Sure())
    out, drawn = tmp_path / "calibration.json", tmp_path / "figures"
    assert main(["calibrate", "--data", str(data), "--json", str(out), "--figures", str(drawn)]) == 0
    content = json.loads(out.read_text(encoding="utf-8"))
    assert (content["pictures"], content["parts"], content["bins"]) == (6, 2, 15)
    figures = content["classes"]["block region"]
    assert figures["before"].keys() == figures["after"].keys() >= {"ece", "nll", "sum_iou", "threshold", "curve"}
    assert 0.1 <= content["threshold"] <= 0.9
    assert {path.name for path in drawn.iterdir()} == {"reliability.png", "reliability.svg"}
    printed = capsys.readouterr().out
    assert "before" in printed
    assert "threshold chosen on all of them" in printed
    assert "Nothing was written" not in printed
    assert main(["calibrate", "--data", str(data)]) == 0
    assert "Nothing was written: --write" in capsys.readouterr().out.splitlines()[-1]


def test_pictures_of_another_data_set_are_refused(tmp_path, capsys):
    assert main(["calibrate", "--data", str(write_dataset(tmp_path / "other", 3))]) == 2
    assert "development pictures" in capsys.readouterr().err


@pytest.fixture
def tiny(data, tmp_path, monkeypatch):
    """A small untrained bundle whose development pictures are those of `data`; exported in this process."""
    keras = pytest.importorskip("keras", reason="training requirements are not installed")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("exporting needs Keras on TensorFlow")
    from model import export, package
    from model.presets import Preset
    from model.train import build

    monkeypatch.setattr(package, "convert", export._convert_here)
    keras.utils.set_random_seed(3)
    preset = Preset("paper_unet", {"channels": 2}, size=32)
    names = bundle.find("default").card["training"]["development"][:6]
    card = {"name": "tiny", "title": "Tiny", "training": {"development": names}}
    return package.package(tmp_path / "tiny", build(preset), card, preset)


# tf2onnx asks numpy for names that it is about to change.
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_what_is_written_gives_scaled_probabilities_in_every_engine(tiny, data, tmp_path, capsys):
    out = tmp_path / "out"
    command = ["calibrate", "--data", str(data), "--engine", "onnxruntime"]
    assert main([*command, "--model", str(tiny.folder), "--write", "--out", str(out)]) == 0
    written = bundle.read(out)
    found = written.card["calibration"]
    scaling = Scaling(*(found["classes"]["block region"][name] for name in ("scale", "offset")))
    assert written.threshold == found["threshold"]
    assert written.card["scores"]["development"]["images"] == 6
    assert {path.name for path in out.iterdir()} == {"card.json", "network.keras", "network.onnx"}
    picture = np.random.default_rng(0).random((1, 32, 32, 1), dtype=np.float32)
    expected = scaling(choice.open_engine("onnxruntime", tiny).predict(picture))
    for name in ("openvino", "onnxruntime", "tensorflow"):
        assert np.abs(choice.open_engine(name, written).predict(picture) - expected).max() < 1e-3
    # Twice would be calibrating the calibrated.
    assert main([*command, "--model", str(out), "--write"]) == 2
    assert "calibrated already" in capsys.readouterr().err
    assert bundle.read(out).hash == written.hash


def test_the_scaling_of_logits_passes_through_what_enlarges_them():
    pytest.importorskip("keras", reason="training requirements are not installed")
    from model.package import _scale
    from model.unet import lite_unet

    network = lite_unet(size=64, classes=2, decoder=(8, 8))
    picture = np.random.default_rng(1).random((1, 64, 64, 1), dtype=np.float32)
    before = np.asarray(network(picture))
    scaling = (Scaling(0.5, 0.3), Scaling(1.7, -0.2))
    _scale(network, scaling)
    expected = np.stack([one(before[..., place]) for place, one in enumerate(scaling)], axis=-1)
    assert np.abs(np.asarray(network(picture)) - expected).max() < 1e-5
