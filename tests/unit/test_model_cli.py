"""The command line of the networks, as a person calls it."""

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from model import export
from model.__main__ import main
from model.bundle import SHIPPED_FOLDER
from model.data.folder import find_pairs
from model.engines import choice
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
        (["evaluate", "--data", "DATA", "--json", "no/such/folder/x.json"], "folder is not a folder"),
        (["train", "--data", "DATA", "--preset", "no-such-preset"], "no-such-preset"),
        (["export", "--to", "punched-cards"], "punched-cards"),
        (["bench", "--engines", "abacus"], "abacus"),
        (["bench", "--models", "no-such-model"], "no-such-model"),
        (["bench", "--rounds", "0"], "--rounds 0"),
        (["bench", "--json", "DATA"], "is a folder"),
        (["evaluate", "--data", "DATA", "--csv", "DATA"], "is a folder"),
        (["evaluate", "--data", "DATA", "--figures", "FILE"], "is a file"),
        (["calibrate", "--data", "DATA", "--json", "no/such/folder/x.json"], "folder"),
        (["calibrate", "--data", "DATA", "--folds", "no-such-folds"], "no-such-folds"),
        (["novelty", "--data", "DATA", "--json", "no/such/folder/x.json"], "folder"),
        (["report", "--runs", "DATA", "--out", "FILE"], "is a file"),
        (["evaluate", "--data", "DATA", "--json", "new", "--csv", "new"], "new is asked for twice"),
        (["calibrate", "--data", "DATA", "--out", "new"], "--out is where --write writes"),
        (["novelty", "--data", "DATA", "--fit", "--out", "new"], "--out is where --write writes"),
        (["calibrate", "--data", "DATA", "--model", "default", "--write"], "default is calibrated already"),
        (["evaluate"], "--data. See python -m model evaluate --help"),
        (["evaluate", "--data", "DATA", "--part", "none"], "See python -m model evaluate --help"),
        (["no-such-command"], "no-such-command"),
        (["data", "check"], "DIR. See python -m model data check --help"),
    ],
)
def test_what_the_user_can_mend_is_one_line_and_exit_status_2(tmp_path, capsys, monkeypatch, arguments, named):
    def too_late(*_, **__):
        raise AssertionError("measured before all was looked at")

    data = write_dataset(tmp_path / "d", 2)
    (tmp_path / "file").write_text("", encoding="utf-8")
    places = {"DATA": str(data), "FILE": str(tmp_path / "file")}
    # Not where the engine's name is what is wrong.
    if "--engine" not in arguments:
        monkeypatch.setattr(choice, "open_engine", too_late)
    assert main([places.get(part, part) for part in arguments]) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert named in line


def test_a_full_disk_is_named_by_the_file_that_was_asked_for(tmp_path, small_disk, capsys):
    data, out = write_dataset(tmp_path / "d", 2), small_disk / "scores.json"
    with contextlib.suppress(OSError):
        (small_disk / "filler").write_bytes(bytes(2**21))
    assert main(["evaluate", "--data", str(data), "--engine", "onnxruntime", "--json", str(out)]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"sonoblock: {out} cannot be written (")
    assert said.endswith("): free some space or choose another folder.")
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


def test_a_folder_that_cannot_be_written_to_is_said_before_anything_is_measured(tmp_path, small_disk, capsys):
    data = str(write_dataset(tmp_path / "d", 2))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for option, name in (("--json", "x.json"), ("--figures", "new")):
        assert main(["evaluate", "--data", data, option, str(small_disk / name)]) == 2
        assert f"{small_disk} cannot be written to" in capsys.readouterr().err


def test_a_wrong_argument_ends_with_exit_status_2_and_no_traceback():
    done = subprocess.run(
        [sys.executable, "-m", "model", "evaluate"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "--data" in done.stderr


def test_bench_tells_models_of_one_name_apart_by_how_they_were_asked_for(tmp_path):
    other, out = shutil.copytree(SHIPPED_FOLDER / "default", tmp_path / "other"), tmp_path / "times.json"
    arguments = ["bench", "--engines", "onnxruntime", "--models", f"default,{other}", "--rounds", "1"]
    assert main([*arguments, "--json", str(out)]) == 0
    results = json.loads(out.read_text(encoding="utf-8"))["results"]
    assert [row["model"] for row in results] == ["default", str(other)]


def test_an_export_that_is_ended_leaves_nothing_half_written(tmp_path, monkeypatch):
    def end(command, **_):
        Path(command[-1]).with_name("half").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(export.subprocess, "run", end)
    with pytest.raises(KeyboardInterrupt):
        export.convert(tmp_path / "network.keras", "onnx", tmp_path / "out.onnx")
    assert [path.name for path in tmp_path.iterdir() if path.name != "sonoblock-home"] == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are no text")
def test_names_that_are_no_text_come_back_from_what_is_written(tmp_path):
    data, out = write_dataset(tmp_path / "d", 2), tmp_path / "out"
    name = os.fsdecode(b"p\xe9")
    for part in ("images", "masks"):
        (data / part / "p_0.png").rename(data / part / f"{name}.png")
    scores, table = tmp_path / "scores.json", tmp_path / "each.csv"
    written = ["--json", str(scores), "--csv", str(table)]
    assert main(["evaluate", "--data", str(data), "--engine", "onnxruntime", *written]) == 0
    assert r"p\udce9" in table.read_text(encoding="utf-8")
    assert main(["data", "check", str(data), "--json", str(scores)]) in (0, 1)
    assert main(["data", "convert", str(data), "--to", "labelme", "--out", str(out)]) == 0
    assert {pair.image for pair in find_pairs(out)} == {out / f"{name}.png", out / "p_1.png"}


@pytest.mark.skipif(os.name == "nt", reason="needs a pipe that nobody reads")
def test_files_are_written_though_nobody_reads_what_is_printed(tmp_path):
    data, out = write_dataset(tmp_path / "d", 2), tmp_path / "findings.json"
    for buffered in "", "1":
        reading, writing = os.pipe()
        os.close(reading)
        command = [sys.executable, "-m", "model", "data", "check", str(data), "--json", str(out)]
        environment = {**os.environ, "PYTHONUNBUFFERED": buffered}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(writing)
        assert (done.returncode, done.stderr) == (141, "looked at 2 of 2\n")
        assert json.loads(out.read_text(encoding="utf-8"))["pictures"] == 2
        out.unlink()


@pytest.mark.skipif(os.name == "nt", reason="needs a shell that closes standard output")
def test_a_closed_output_ends_nothing(tmp_path):
    data = write_dataset(tmp_path / "d", 2)
    command = f"exec '{sys.executable}' -m model data check '{data}' >&-"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "looked at 2 of 2\n")


def test_a_name_that_the_terminal_cannot_show_ends_nothing(tmp_path):
    data = write_dataset(tmp_path / "d", 2).rename(tmp_path / "图")
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(
        [sys.executable, "-m", "model", "data", "check", str(data)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert rb"\u56fe: 2 pictures" in done.stdout


@pytest.mark.parametrize("command", ["train", "cross-validate"])
@pytest.mark.parametrize("backend", ["pytorch", "openvino"])
def test_a_backend_that_trains_nothing_is_one_line(tmp_path, capsys, monkeypatch, command, backend):
    data, out = write_dataset(tmp_path / "d", 6), tmp_path / "out"
    monkeypatch.setenv("KERAS_BACKEND", backend)
    arguments = [command, "--data", str(data), "--preset", "paper", "--out", str(out)]
    assert main([*arguments, *(["--folds", "2"] if command == "cross-validate" else ["--development", "2"])]) == 2
    assert capsys.readouterr().err == (
        f"sonoblock: KERAS_BACKEND={backend}: training runs on tensorflow or torch; set one of them.\n"
    )
    assert not out.exists()


def test_training_without_its_requirements_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setattr("model.run.find_spec", lambda name: None)
    data = write_dataset(tmp_path / "d", 6)
    assert main(["train", "--data", str(data), "--preset", "paper", "--out", str(tmp_path / "out")]) == 2
    assert "Training needs keras and tensorflow: install" in capsys.readouterr().err
