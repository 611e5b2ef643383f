"""Two cross-validations compared on the pictures of the folds that both have done."""

import dataclasses

import numpy as np
import pytest

from model.__main__ import main
from model.crossvalidate import CrossValidation, Outcome
from model.errors import ModelError
from model.fold_compare import compare
from model.presets import PRESETS

FOLDS = (("a", "b", "c", "d"), ("e", "f", "g", "h"), ("i", "j", "k", "l"))


def outcome(fold, ious):
    """Of a fold whose pictures stand in the file in another order than in the plan."""
    names = dict(reversed(list(zip(FOLDS[fold - 1], ious, strict=True))))
    return Outcome(fold, 4, 0.7, 0.9, 0.6, 0.7, 0.8, 0.7, 0.8, 60, 1.0, names)


def plan(name, *of_folds):
    done = {fold: outcome(fold, ious) for fold, ious in enumerate(of_folds, 1)}
    return CrossValidation(name, PRESETS[name], 42, "random", FOLDS, done=done)


FIRST = plan("best", (0.4, 0.6, 0.8, 0.7), (0.5, 0.6, 0.7, 0.8), (0.9, 0.9, 0.9, 0.9))
SECOND = plan("accurate", (0.52, 0.62, 0.83, 0.74), (0.55, 0.66, 0.72, 0.83))


def test_it_is_measured_picture_by_picture_over_the_folds_that_are_done_in_both():
    rows = {row.name: row for row in compare(FIRST, SECOND)}
    assert all(row.pictures == 8 for row in rows.values())
    assert rows["iou_mean"].first == pytest.approx(0.6375)
    assert rows["iou_mean"].difference == pytest.approx((0.12 + 0.02 + 0.03 + 0.04 + 0.05 + 0.06 + 0.02 + 0.03) / 8)
    # Each picture is better, so no draw of pictures can be worse.
    assert rows["iou_mean"].interval[0] > 0.02
    assert rows["iou_mean"].wilcoxon_p == pytest.approx(2 / 2**8)
    assert (rows["accuracy"].first, rows["accuracy"].second) == (6 / 8, 8 / 8)
    assert rows["iou_median"].second == pytest.approx(np.median([0.52, 0.62, 0.83, 0.74, 0.55, 0.66, 0.72, 0.83]))


def test_other_folds_and_none_in_common_are_refused():
    other = dataclasses.replace(SECOND, folds=(FOLDS[1], FOLDS[0], FOLDS[2]))
    with pytest.raises(ModelError, match="different folds"):
        compare(FIRST, other)
    with pytest.raises(ModelError, match="No fold"):
        compare(FIRST, dataclasses.replace(SECOND, done={}))


def test_the_command_prints_both_tables_and_the_difference(tmp_path, capsys):
    for name, one in (("first", FIRST), ("second", SECOND)):
        (tmp_path / name).mkdir()
        one.write(tmp_path / name)
    assert main(["folds", str(tmp_path / "first"), "--compare", str(tmp_path / "second")]) == 0
    said = capsys.readouterr().out
    assert "all 3 folds, random; preset best" in said
    assert "2 of 3 folds, random; preset accurate" in said
    row = next(line for line in said.splitlines() if line.startswith("iou_mean")).split()
    assert [float(cell) for cell in row[1:5]] == pytest.approx([8, 0.6375, 0.68375, 0.04625], abs=0.00051)


def test_a_folder_without_one_is_said(tmp_path, capsys):
    assert main(["folds", str(tmp_path)]) == 2
    assert "holds no cross-validation" in capsys.readouterr().err
