"""Disturbances of pictures, and the table of what they cost, by an engine that sees brightness."""

import importlib.util
import json
import shutil

import cv2
import numpy as np
import pytest

from model.__main__ import main
from model.bundle import SHIPPED_FOLDER
from model.disturbances import DISTURBANCES
from model.engines import choice
from model.errors import ModelError
from model.metrics import iou
from model.robustness import read_rows
from model.structures import BLOCK_REGION
from tests.dataset import write_dataset

MOVING = {"rotation", "left-right flip", "crop too wide"}
BY_LABEL = {f"{disturbance.name} {disturbance.strength}": disturbance for disturbance in DISTURBANCES}
needs_matplotlib = pytest.mark.skipif(
    importlib.util.find_spec("matplotlib") is None, reason="training requirements are not installed"
)


class Brightness:
    """Takes what is bright for the region, and counts what it is asked."""

    name, threads, size, structures = "brightness", 1, 256, (BLOCK_REGION,)

    def __init__(self):
        self.asked = 0
        self.closed = False

    def predict(self, inputs):
        self.asked += 1
        return (cv2.blur(inputs[0, ..., 0], (7, 7)) > 0.45).astype(np.float32)[None]

    def close(self):
        self.closed = True


@pytest.fixture
def engines(monkeypatch):
    opened = []

    def open_engine(name, bundle):
        opened.append(Brightness())
        return opened[-1]

    monkeypatch.setattr(choice, "open_engine", open_engine)
    return opened


@pytest.fixture
def model(tmp_path):
    """Makes a bundle of this name with these development pictures, and with these classes."""

    def make(name, development, classes=("block region",)):
        folder = tmp_path / "models" / name
        shutil.copytree(SHIPPED_FOLDER / "default", folder)
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        card |= {"name": name, "classes": list(classes)}
        card["training"]["development"] = list(development)
        (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
        return folder

    return make


@pytest.fixture
def data(tmp_path):
    return write_dataset(tmp_path / "d", 6)


def labelled(path):
    """The rows of what `--json` wrote, each with its disturbance and strength as one name."""
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return [{**row, "label": f"{row['disturbance']} {row['strength']}"} for row in rows]


def robustness(data, *arguments):
    return main(["robustness", "--data", str(data), *map(str, arguments)])


def scene(height=180, width=320):
    """A grey picture with fine structure and its region, which alone is very bright, away from the middle."""
    rng = np.random.default_rng(5)
    grey = cv2.GaussianBlur(rng.uniform(0, 180, (height, width)).astype(np.float32), (0, 0), 1.2)
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, (110, 80), (45, 18), 15, 0, 360, 1, -1)
    picture = np.where(mask > 0, 250, grey).astype(np.uint8)
    return cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), mask > 0


@pytest.mark.parametrize("label", BY_LABEL)
def test_a_disturbance_is_the_same_each_time_and_does_not_change_what_it_is_given(label):
    picture, mask = scene()
    kept = picture.copy(), mask.copy()
    once, again = (BY_LABEL[label](picture, mask, "p_1") for _ in range(2))
    assert once[0].dtype == np.uint8
    assert once[1].dtype == np.bool_
    assert once[0].shape == (*once[1].shape, 3)
    assert np.array_equal(once[0], again[0])
    assert np.array_equal(once[1], again[1])
    assert np.array_equal(picture, kept[0])
    assert np.array_equal(mask, kept[1])
    assert not np.array_equal(once[0], picture)


@pytest.mark.parametrize("label", [label for label in BY_LABEL if not label.startswith(tuple(MOVING))])
def test_what_moves_nothing_leaves_mask_and_size(label):
    picture, mask = scene()
    disturbed, region = BY_LABEL[label](picture, mask, "p_1")
    assert disturbed.shape == picture.shape
    assert np.array_equal(region, mask)


@pytest.mark.parametrize("label", [label for label in BY_LABEL if label.startswith(tuple(MOVING))])
def test_the_mask_moves_with_the_picture(label):
    picture, mask = scene()
    disturbed, region = BY_LABEL[label](picture, mask, "p_1")
    seen = cv2.blur(disturbed[..., 0], (5, 5)) > 215
    assert iou(seen, region) > 0.85
    if region.shape == mask.shape:
        assert iou(region, mask) < 0.8


@pytest.mark.parametrize("name", ["gain", "blur", "speckle", "crop too wide", "JPEG quality", "resolution"])
def test_the_strengths_of_a_disturbance_differ_in_what_they_change(name):
    picture, mask = scene()
    changes = []
    for disturbance in DISTURBANCES:
        if disturbance.name == name:
            disturbed, _ = disturbance(picture, mask, "p_1")
            same_size = cv2.resize(disturbed, picture.shape[1::-1], interpolation=cv2.INTER_AREA)
            changes.append(float(np.abs(same_size.astype(float) - picture).mean()))
    # Gain has its two strengths in both directions, the weaker ones in the middle.
    weaker_to_stronger = [changes[1::-1], changes[2:]] if name == "gain" else [changes]
    for row in weaker_to_stronger:
        assert row == sorted(row)
        assert len(set(row)) == len(row)


def test_gain_leaves_black_black():
    picture = np.zeros((20, 20, 3), np.uint8)
    picture[10:] = 100
    brighter, _ = BY_LABEL["gain +12 dB"](picture, picture[..., 0] > 0, "p_1")
    assert brighter[:10].max() == 0
    assert brighter[10:].min() == round(100 + 12 * 255 / 60)


def test_a_crop_too_wide_holds_the_whole_picture_in_dark_surroundings_with_a_machines_marks():
    picture, mask = scene()
    blacks = set()
    for stem in (f"p_{number}" for number in range(8)):
        wide, _ = BY_LABEL["crop too wide 20%"](picture, mask, stem)
        assert wide.shape == (216, 384, 3)
        found = cv2.matchTemplate(wide, picture, cv2.TM_SQDIFF)
        top, left = np.unravel_index(found.argmin(), found.shape)
        assert np.array_equal(wide[top : top + 180, left : left + 320], picture)
        around = np.ones(wide.shape[:2], np.bool_)
        around[top : top + 180, left : left + 320] = False
        level = int(np.median(wide[around]))
        blacks.add(level)
        assert (wide[around] == level).mean() > 0.6
        assert (wide[around] > 150).sum() > 200
    assert blacks == {0, 16}


@pytest.mark.parametrize("label", BY_LABEL)
def test_even_a_picture_of_one_pixel_is_disturbed_without_a_warning(label):
    picture, mask = BY_LABEL[label](np.full((1, 1, 3), 90, np.uint8), np.ones((1, 1), np.bool_), "p_1")
    assert picture.shape[:2] == mask.shape


def test_chance_falls_differently_on_each_picture():
    first, second = BY_LABEL["speckle 30%"](*scene(), "p_1")[0], BY_LABEL["speckle 30%"](*scene(), "p_2")[0]
    assert not np.array_equal(first, second)


def test_the_table_has_a_line_for_each_disturbance_and_says_which_pictures(data, engines, model, tmp_path, capsys):
    out = tmp_path / "r.json"
    one, other = model("one", ["p_0", "p_1", "p_2", "x"]), model("other", ["p_1", "p_2", "p_3"])
    assert robustness(data, "--models", f"{one},{other}", "--json", out) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("2 pictures: those that no model here was trained on")
    assert "one 4, other 3" in printed[0]
    for label in BY_LABEL:
        assert sum(line.startswith(label.strip() + " ") for line in printed) == 1
    content = json.loads(out.read_text(encoding="utf-8"))
    assert content["names"] == ["p_1", "p_2"]
    assert [entry["model"] for entry in content["models"]] == ["one", "other"]
    assert len(content["rows"]) == 2 * (1 + len(DISTURBANCES))
    assert all(engine.closed and engine.asked == 2 * (1 + len(DISTURBANCES)) for engine in engines)


def test_undisturbed_rows_are_what_evaluate_gives_and_differences_are_to_them(data, engines, tmp_path):
    rows, scores = tmp_path / "r.json", tmp_path / "scores.json"
    assert robustness(data, "--part", "all", "--json", rows) == 0
    assert main(["evaluate", "--data", str(data), "--json", str(scores)]) == 0
    known = json.loads(scores.read_text(encoding="utf-8"))
    none, *others = json.loads(rows.read_text(encoding="utf-8"))["rows"]
    assert (none["disturbance"], none["sum_iou_difference"], none["accuracy_difference"]) == ("none", 0, 0)
    assert none["sum_iou"] == pytest.approx(known["sum_iou"])
    assert none["accuracy"] == pytest.approx(known["accuracy"])
    for row in others:
        assert row["sum_iou_difference"] == pytest.approx(row["sum_iou"] - none["sum_iou"])
        assert row["accuracy_difference"] == pytest.approx(row["accuracy"] - none["accuracy"])
        low, high = row["sum_iou_interval"]
        assert low <= row["sum_iou_difference"] <= high
    by_label = {f"{row['disturbance']} {row['strength']}": row for row in others}
    # The bars are told by brightness: without it nothing is found, turned round everything is.
    assert by_label["contrast × 0.5"]["sum_iou"] < none["sum_iou"] - 0.3
    assert by_label["left-right flip "]["sum_iou_difference"] == pytest.approx(0, abs=0.02)


def test_of_several_classes_the_leading_one_is_measured(data, engines, model, tmp_path):
    out = tmp_path / "r.json"
    both = model("both", ["p_0", "p_1"], ["block region", "artery"])
    for number in range(6):
        (data / "masks" / "block region").mkdir(exist_ok=True)
        (data / "masks" / f"p_{number}.png").rename(data / "masks" / "block region" / f"p_{number}.png")
    assert robustness(data, "--models", both, "--json", out) == 0
    assert json.loads(out.read_text(encoding="utf-8"))["rows"][0]["sum_iou"] > 0.5


def test_models_of_one_name_are_told_apart_by_how_they_were_asked_for(data, engines, model, tmp_path, capsys):
    mine = model("default", ["p_0"])
    assert robustness(data, "--models", f"default,{mine}", "--part", "all") == 0
    assert str(mine)[-30:] in capsys.readouterr().out


def test_no_picture_that_is_new_to_all_is_refused(data, engines, model, capsys):
    one, other = model("one", ["p_0", "p_1"]), model("other", ["p_2"])
    assert robustness(data, "--models", f"{one},{other}") == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert "--part all" in line
    assert robustness(data, "--models", f"{one},{other}", "--part", "all") == 0


def test_each_model_can_have_its_own_pictures(data, engines, model, tmp_path, capsys):
    one, other, out = model("one", ["p_0", "p_1"]), model("other", ["p_2"]), tmp_path / "rows.json"
    assert robustness(data, "--models", f"{one},{other}", "--part", "own", "--json", out) == 0
    assert "each model on those that it was not trained on (one 2, other 1)" in capsys.readouterr().out
    together = {(row["model"], row["label"]): row["sum_iou"] for row in labelled(out)}
    assert robustness(data, "--models", one, "--json", out) == 0
    assert all(together["one", row["label"]] == row["sum_iou"] for row in labelled(out))


def test_what_the_user_can_mend_is_one_line(data, engines, model, tmp_path, capsys):
    artery = model("arteries", ["p_0"], ["artery"])
    for arguments, named in (
        (["--models", f"default,{artery}"], "artery"),
        (["--models", "default,default"], "--models"),
        (["--models", "no-such-model"], "no-such-model"),
        (["--json", tmp_path / "nowhere" / "r.json"], "nowhere"),
        (["--json", tmp_path], "is a folder"),
        (["--figure", tmp_path / "r.docx"], ".png"),
    ):
        assert robustness(data, *arguments) == 2
        line = capsys.readouterr().err.strip()
        assert "\n" not in line
        assert named in line
    assert not engines


@needs_matplotlib
def test_the_figure_has_a_dot_for_each_disturbance_and_model(data, engines, model, tmp_path):
    from model.figures import robustness_plot

    drawn, rows = tmp_path / "r.png", tmp_path / "r.json"
    one, other = model("one", ["p_0"]), model("other", ["p_0"])
    assert robustness(data, "--models", f"{one},{other}", "--figure", drawn, "--json", rows) == 0
    assert min(cv2.imread(str(drawn)).shape[:2]) > 500
    (axes,) = robustness_plot(read_rows(rows)).axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [label.strip() for label in BY_LABEL]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["one", "other"]
    dots = [line for line in axes.lines if len(line.get_ydata()) == len(DISTURBANCES)]
    expected = [row.sum_iou for row in read_rows(rows) if row.model == "one" and row.disturbance != "none"]
    assert dots[0].get_xdata().tolist() == expected


@pytest.mark.parametrize("content", ["{", "[" * 20_000, '{"rows": 5}'])
def test_a_damaged_file_of_measures_is_named(tmp_path, content):
    (tmp_path / "r.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"r\.json"):
        read_rows(tmp_path / "r.json")


@needs_matplotlib
def test_the_report_draws_what_was_measured(data, engines, tmp_path, capsys):
    rows, history, out = tmp_path / "r.json", tmp_path / "run" / "training" / "history.csv", tmp_path / "report"
    history.parent.mkdir(parents=True)
    history.write_text("epoch,loss,development_sum_iou\n1,0.5,0.2\n", encoding="utf-8")
    assert robustness(data, "--part", "all", "--json", rows) == 0
    report = ["report", "--runs", str(tmp_path / "run"), "--out", str(out), "--robustness", str(rows)]
    assert main(report) == 0
    assert (out / "robustness.svg").exists()
    assert "Sum IoU under disturbances" in (out / "report.html").read_text(encoding="utf-8")
    rows.write_text('{"rows": [{"model": "x"}]}', encoding="utf-8")
    assert main(report) == 2
    assert "r.json" in capsys.readouterr().err
