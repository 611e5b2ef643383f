"""The command line of the networks, as a person calls it."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from model.__main__ import main
from tests.dataset import write_dataset

ROOT = Path(__file__).resolve().parents[2]
needs_training = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason="training requirements are not installed"
)
MEASURES = {"sum_iou", "iou_median", "iou_q1", "iou_q3", "iou_mean", "accuracy", "dice_mean"}


def test_evaluate_writes_the_measures(tmp_path, capsys):
    data = write_dataset(tmp_path / "d", 3)
    out = tmp_path / "scores.json"
    assert main(["evaluate", "--data", str(data), "--engine", "onnxruntime", "--json", str(out)]) == 0
    content = json.loads(out.read_text(encoding="utf-8"))
    assert content.keys() == MEASURES | {"images", "ms_median", "engine", "model", "native", "distances", "intervals"}
    assert content["native"].keys() == MEASURES
    assert (content["images"], content["engine"], content["model"]) == (3, "onnxruntime", "default")
    assert "sum_iou" in capsys.readouterr().out


@needs_training
def test_evaluate_draws_the_figures(tmp_path):
    data = write_dataset(tmp_path / "d", 3)
    figures = tmp_path / "figures"
    assert main(["evaluate", "--data", str(data), "--figures", str(figures)]) == 0
    assert sorted(path.name for path in figures.iterdir()) == ["examples.png", "examples.svg", "iou.png", "iou.svg"]
    assert all(path.stat().st_size > 5000 for path in figures.iterdir())


def test_bench_times_every_engine_asked_for(tmp_path):
    out = tmp_path / "times.json"
    arguments = ["bench", "--engines", "openvino,onnxruntime", "--models", "default", "--rounds", "3"]
    assert main([*arguments, "--json", str(out)]) == 0
    results = json.loads(out.read_text(encoding="utf-8"))["results"]
    assert [(row["engine"], row["model"]) for row in results] == [("openvino", "default"), ("onnxruntime", "default")]
    assert all(0 < row["ms_median"] <= row["ms_p95"] and row["threads"] >= 1 for row in results)


@needs_training
@pytest.mark.parametrize("to", ["onnx", "openvino", "savedmodel"])
def test_export_is_checked_and_written(tmp_path, capsys, to):
    assert main(["export", "--to", to, "--out", str(tmp_path)]) == 0
    written = {path.name for path in tmp_path.iterdir()}
    expected = {"onnx": {"network.onnx"}, "openvino": {"network.xml", "network.bin"}, "savedmodel": {"saved_model"}}
    assert written == expected[to]
    assert str(tmp_path) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["evaluate", "--data", "no-such-folder"], "no-such-folder"),
        (["evaluate", "--data", "DATA", "--model", "no-such-model"], "no-such-model"),
        (["evaluate", "--data", "DATA", "--engine", "abacus"], "abacus"),
        (["evaluate", "--data", "DATA", "--part", "development"], "development"),
        (["evaluate", "--data", "DATA", "--json", "no/such/folder/x.json"], "x.json"),
        (["train", "--data", "DATA", "--preset", "no-such-preset"], "no-such-preset"),
        (["export", "--to", "punched-cards"], "punched-cards"),
        (["bench", "--engines", "abacus"], "abacus"),
        (["bench", "--models", "no-such-model"], "no-such-model"),
    ],
)
def test_what_the_user_can_mend_is_one_line_and_exit_status_2(tmp_path, capsys, arguments, named):
    data = write_dataset(tmp_path / "d", 2)
    assert main([str(data) if part == "DATA" else part for part in arguments]) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert named in line


def test_a_wrong_argument_ends_with_exit_status_2_and_no_traceback():
    done = subprocess.run(
        [sys.executable, "-m", "model", "evaluate"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "--data" in done.stderr
