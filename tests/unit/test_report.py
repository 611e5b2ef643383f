"""The report: what is drawn, what is said, and that the page stands alone."""

import re
import shutil
import xml.etree.ElementTree

import cv2
import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="training requirements are not installed")

from model import calibration, crossvalidate, figures, paper
from model.__main__ import main
from model.bundle import SHIPPED_FOLDER
from model.crossvalidate import cross_validate
from model.engines import choice
from model.figures import Curve, Folds
from model.presets import PRESETS
from tests import folds
from tests.dataset import name_as_development, write_dataset

DEFAULT = SHIPPED_FOLDER / "default"


class Brightness:
    name, threads, size = "brightness", 1, 256

    def predict(self, inputs):
        return (cv2.blur(inputs[0, ..., 0], (7, 7)) > 0.45).astype(np.float32)[None]

    def close(self):
        pass


@pytest.fixture
def brightness(monkeypatch):
    monkeypatch.setattr(choice, "open_engine", lambda name, bundle: Brightness())
    monkeypatch.setattr("model.report.open_engine", lambda name, bundle: Brightness())


@pytest.fixture
def data(tmp_path):
    """Eight pictures, three of them under names of the shipped model's development pictures."""
    return name_as_development(write_dataset(tmp_path / "d", 8), DEFAULT, 3)


@pytest.fixture
def cross(data, tmp_path):
    out = tmp_path / "cross"
    plan = crossvalidate.start(data, out, "paper", PRESETS["paper"], folds=4, grouped=False, seed=1)
    cross_validate(plan, data, out, only=[1, 3], fold=folds.light)
    return out


@pytest.fixture
def training(tmp_path):
    folder = tmp_path / "run <1>" / "training"
    folder.mkdir(parents=True)
    rows = [f"{epoch},{1 / epoch},{0.1 * epoch},{0.1 * epoch}" for epoch in (1, 2, 3)]
    text = "\n".join(["epoch,loss,development_sum_iou,development_accuracy", *rows, ""])
    (folder / "history.csv").write_text(text, encoding="utf-8")
    return folder.parent


def test_all_figures_are_drawn_and_the_page_stands_alone(data, cross, training, tmp_path, brightness, capsys):
    out = tmp_path / "report"
    test = write_dataset(tmp_path / "t", 4, seed=9)
    runs = map(str, (DEFAULT, cross, training))
    assert main(["report", "--runs", *runs, "--data", str(data), "--test", str(test), "--out", str(out)]) == 0
    names = {"figure3-iou-by-set", "figure4-examples-default", "figure5-folds", "training-curves", "reliability"}
    expected = {f"{name}.{kind}" for name in names for kind in ("png", "svg")} | {"report.html"}
    assert {path.name for path in out.iterdir()} == expected
    for path in out.glob("*.svg"):
        assert xml.etree.ElementTree.parse(path).getroot().tag.endswith("svg")
    for path in out.glob("*.png"):
        picture = cv2.imread(str(path))
        assert min(picture.shape[:2]) > 500
        assert picture.std() > 5
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count('src="data:image/png;base64,') == len(names)
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "run &lt;1&gt;" in page
    assert "2 of 4 folds" in page
    assert "0.638" in page
    assert "83.9%" in page
    assert str(out / "report.html") in capsys.readouterr().out


def test_without_pictures_folds_and_curves_are_drawn(cross, training, tmp_path):
    out = tmp_path / "report"
    assert main(["report", "--runs", str(cross), str(training), "--out", str(out)]) == 0
    assert not list(out.glob("figure4*"))
    assert (out / "figure5-folds.svg").exists()
    assert "give --data" in (out / "report.html").read_text(encoding="utf-8")


def test_a_training_of_several_members_has_a_curve_of_each(training, tmp_path):
    for number in (1, 2):
        shutil.copytree(training / "training", tmp_path / "members" / "training" / f"member-0{number}")
    out = tmp_path / "report"
    assert main(["report", "--runs", str(tmp_path / "members"), "--out", str(out)]) == 0
    assert (out / "training-curves.svg").exists()


def test_chinese_names_are_drawn_where_the_system_has_letters_for_them(tmp_path, recwarn, caplog):
    if len(figures.STYLE["font.family"]) == 1:
        pytest.skip("no Chinese font is installed")
    box = figures.Box("模型甲", 3, np.array([0.5, 0.6, 0.7]), (0.5, 0.6, 0.7), 0.6, figures.COLOURS[0])
    figures.save(figures.box_plot({"measured": [box]}), tmp_path, "boxes")
    assert [str(one.message) for one in recwarn] == []
    assert caplog.messages == []


def test_a_name_with_dollars_is_a_name_and_no_formula_and_shares_are_plain_numbers(tmp_path):
    name = "a$x^{$b"
    box = figures.Box(name, 3, np.array([0.5, 0.6, 0.7]), (0.5, 0.6, 0.7), 0.6, figures.COLOURS[0])
    figures.save(figures.box_plot({"measured": [box]}), tmp_path, "boxes")
    curve = calibration.Curve(*(np.array(values) for values in ((0.1, 0.9), (0.2, 0.8), (0.95, 0.05))))
    plot = figures.reliability_plot([figures.Reliability(name, curve, curve)])
    figures.save(plot, tmp_path, "reliability")
    texts = [tick.get_text() for tick in plot.axes[1].get_yticklabels(which="both")]
    assert "0.1" in texts
    assert not any("$" in text for text in texts)


def test_the_same_runs_give_the_same_files(cross, training, tmp_path):
    for out in ("one", "two"):
        assert main(["report", "--runs", str(cross), str(training), "--out", str(tmp_path / out)]) == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("what", "named"), [("empty", "empty"), ("history", "history.csv"), ("other", "development"), ("test", "p_1.png")]
)
def test_what_the_user_can_mend_is_one_line(tmp_path, training, capsys, what, named):
    empty = tmp_path / "empty"
    empty.mkdir()
    out = str(tmp_path / "report")
    if what == "history":
        (training / "training" / "history.csv").write_text("epoch,loss\n1,2\n", encoding="utf-8")
    other = write_dataset(tmp_path / "o", 2)
    # One picture of a name that the data set has, too, and one that is in it under another name.
    again = write_dataset(tmp_path / "t", 2, seed=9)
    shutil.copyfile(other / "images" / "p_0.png", again / "images" / "p_1.png")
    given = {
        "empty": ["--runs", str(empty)],
        "history": ["--runs", str(training)],
        "other": ["--runs", str(DEFAULT), "--data", str(other)],
        "test": ["--runs", str(DEFAULT), "--data", str(other), "--test", str(again)],
    }[what]
    assert main(["report", *given, "--out", out]) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert named in line


def points(axes):
    return [(line.get_xdata(), line.get_ydata()) for line in axes.lines]


def test_the_fold_plot_shows_the_folds_that_are_done_and_the_papers_quartiles():
    drawn = figures.fold_plot([Folds("ours", [1, 3], [0.6, 0.7], [0.8, 0.9], 10)])
    first, second = drawn.axes
    assert any(np.array_equal(x, [1, 3]) and np.array_equal(y, [0.6, 0.7]) for x, y in points(first))
    assert any(np.array_equal(y, [0.8, 0.9]) for _, y in points(second))
    assert any(set(y) == {paper.FOLD_SUM_IOU[1]} for _, y in points(first))
    texts = [text.get_text() for text in drawn.legends[0].get_texts()]
    assert texts[0] == "ours, 2 of 10 random folds"
    assert "paper" in texts[-1]
    assert [tick.get_text() for tick in first.get_xticklabels()] == [str(n) for n in range(1, 11)]


def test_the_box_plot_names_every_box_and_set():
    box = figures.Box("ours", 3, np.array([0.2, 0.6, 0.7]), (0.4, 0.6, 0.65), 0.55, "#0072B2")
    (axes,) = figures.box_plot({"test": [figures.paper_box("test"), box]}).axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["paper\nn = 62", "ours\nn = 3"]
    texts = [text.get_text() for text in axes.texts]
    assert {"test", "0.64", "0.60"} <= set(texts)
    diamonds = {float(y[0]) for x, y in points(axes) if np.ndim(x) and len(np.atleast_1d(x)) == 1}
    assert {0.638, 0.55} <= diamonds


def test_the_curves_show_the_papers_score():
    line = np.array([(1, 0.9, 0.3), (2, 0.5, 0.6)])
    first, second = figures.curves([Curve("a", [line])]).axes
    assert any(np.array_equal(y, line[:, 1]) for _, y in points(first))
    assert any(set(y) == {paper.SETS["development"].sum_iou} for _, y in points(second))


def test_examples_run_from_the_best_to_the_worst():
    rng = np.random.default_rng(0)
    mask = rng.random((256, 256)) > 0.9
    examples = [figures.Example(iou, np.zeros((256, 256), np.uint8), mask, ~mask & mask) for iou in (0.9, 0.0)]
    drawn = figures.example_sheet(examples)
    assert [axes.get_title() for axes in drawn.axes if axes.get_title()] == ["IoU 0.90", "IoU 0.00"]
    assert [axes.get_ylabel() for axes in drawn.axes if axes.get_ylabel()] == ["picture", "expert", "model"]
