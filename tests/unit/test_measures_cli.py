"""`evaluate` with all that it can write, by an engine that sees brightness."""

import csv
import json
import tracemalloc

import cv2
import numpy as np
import pytest

from model import evaluate as evaluation
from model.__main__ import main
from model.bundle import find
from model.data.folder import find_pairs
from model.engines import choice
from model.structures import BLOCK_REGION
from tests.dataset import write_dataset


class Brightness:
    """Takes what is bright for the region; `shift` moves its answer right by so many cells."""

    name, threads, size, structures = "brightness", 1, 256, (BLOCK_REGION,)

    def __init__(self, shift=0):
        self._shift = shift

    def predict(self, inputs):
        smooth = cv2.blur(inputs[0, ..., 0], (7, 7))
        return np.roll((smooth > 0.45).astype(np.float32), self._shift, axis=1)[None]

    def close(self):
        pass


@pytest.fixture
def brightness(monkeypatch):
    shifts = iter((0, 12))
    monkeypatch.setattr(choice, "open_engine", lambda name, bundle: Brightness(next(shifts)))


@pytest.fixture
def data(tmp_path):
    return write_dataset(tmp_path / "d", 6)


def evaluate(data, *arguments):
    return main(["evaluate", "--data", str(data), *map(str, arguments)])


def test_distances_and_intervals_stand_below_the_measures(data, tmp_path, brightness, capsys):
    out = tmp_path / "scores.json"
    assert evaluate(data, "--json", out, "--mm-per-pixel", "0.2") == 0
    content = json.loads(out.read_text(encoding="utf-8"))
    found, given = content["distances"], content["intervals"]
    assert (found["compared"], found["missed"], found["unexpected"]) == (6, 0, 0)
    assert 0 < found["native_px"]["boundary_mean"] < found["native_px"]["hausdorff95_mean"] < 20
    assert found["mm"]["centre_mean"] == pytest.approx(0.2 * found["native_px"]["centre_mean"])
    assert given["grid"]["sum_iou"][0] < content["sum_iou"] < given["grid"]["sum_iou"][1]
    assert given["mm"].keys() == found["mm"].keys()
    printed = capsys.readouterr().out
    assert "95% intervals" in printed
    assert "hausdorff95_median" in printed


def test_without_a_scale_there_is_no_mm(data, tmp_path, brightness):
    out = tmp_path / "scores.json"
    assert evaluate(data, "--json", out) == 0
    assert "mm" not in json.loads(out.read_text(encoding="utf-8"))["distances"]


def test_the_masks_of_many_pictures_are_not_kept(tmp_path):
    pair = find_pairs(write_dataset(tmp_path / "large", 1, size=(600, 800)))
    tracemalloc.start()
    found = evaluation.evaluate(find("default"), Brightness(), pair * 40)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found[0].names) == len(found[0].native.iou) == len(found[0].grid_distances.centre) == 40
    assert most < 40 * 600 * 800


def test_a_missed_region_is_counted_and_has_no_distance(data, tmp_path, brightness):
    picture = data / "images" / "p_0.png"
    cv2.imwrite(str(picture), np.zeros((90, 120), np.uint8))
    scores, table = tmp_path / "scores.json", tmp_path / "each.csv"
    assert evaluate(data, "--json", scores, "--csv", table) == 0
    found = json.loads(scores.read_text(encoding="utf-8"))["distances"]
    assert (found["compared"], found["missed"]) == (5, 1)
    with table.open(encoding="utf-8", newline="") as stream:
        rows = {row["name"]: row for row in csv.DictReader(stream)}
    assert len(rows) == 6
    assert (rows["p_0"]["iou"], rows["p_0"]["hausdorff95_native_px"]) == ("0", "")
    assert float(rows["p_1"]["hausdorff95_native_px"]) > 0
    assert "centre_mm" not in rows["p_1"]


def test_nothing_found_at_all_is_written_as_null(data, tmp_path, brightness):
    for picture in (data / "images").iterdir():
        cv2.imwrite(str(picture), np.zeros((90, 120), np.uint8))
    out = tmp_path / "scores.json"
    assert evaluate(data, "--json", out) == 0
    assert set(json.loads(out.read_text(encoding="utf-8"))["distances"]["native_px"].values()) == {None}


def test_two_models_are_compared_on_the_same_pictures(data, tmp_path, brightness, capsys):
    pytest.importorskip("scipy", reason="training requirements are not installed")
    out = tmp_path / "scores.json"
    assert evaluate(data, "--json", out, "--compare", "default") == 0
    comparison = json.loads(out.read_text(encoding="utf-8"))["comparison"]
    rows = {row["name"]: row for row in comparison["differences"]}
    assert comparison["model"] == "default"
    # The second one's answers are shifted by 12 of the network's cells, which are 120 pixels wide together.
    assert rows["iou_mean"]["difference"] < 0
    assert rows["centre_mean"]["difference"] == pytest.approx(12 * 120 / find("default").size, abs=1)
    assert rows["iou_mean"]["interval"][1] < 0
    assert rows["iou_mean"]["wilcoxon_p"] == pytest.approx(2 / 2**6)
    assert "Wilcoxon" in capsys.readouterr().out


@pytest.mark.parametrize("scale", ["0", "-1", "nan", "inf"])
def test_an_impossible_scale_is_refused(data, capsys, scale):
    assert evaluate(data, f"--mm-per-pixel={scale}") == 2
    assert "--mm-per-pixel" in capsys.readouterr().err


def test_a_comparison_with_no_such_model_is_refused(data, capsys):
    assert evaluate(data, "--compare", "no-such-model") == 2
    assert "no-such-model" in capsys.readouterr().err
