"""What a training says when it is stopped or runs out of memory, and the options beside the recipe."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("keras", reason="training requirements are not installed")
import keras

from model import train as training
from model.__main__ import main
from model.data.folder import load
from model.data.splits import random_split
from model.errors import ModelError
from model.presets import PRESETS, Preset
from model.run import SETTINGS, Run
from tests.conftest import ROOT
from tests.dataset import write_dataset

TINY = Preset("paper_unet", {"channels": 2}, size=32, epochs=2, batch=4, average=0.9, xla=False)


@pytest.fixture
def data(tmp_path):
    return write_dataset(tmp_path / "d", 8)


def run(data, out, preset=TINY, **options):
    return training.train(data, out, "tiny", preset, development=2, grouped=False, **options)


def fail_in_epoch(monkeypatch, number, error):
    def begin(self, epoch, logs=None):
        original(self, epoch, logs)
        if epoch == number - 1:
            raise error

    original = training.EachEpoch.on_epoch_begin
    monkeypatch.setattr(training.EachEpoch, "on_epoch_begin", begin)


def test_a_stop_says_what_is_kept(data, tmp_path, monkeypatch):
    fail_in_epoch(monkeypatch, 2, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt, match=r"Epoch 1 of 2 is kept in .*go on with --resume"):
        run(data, tmp_path / "out")
    assert training.newest_checkpoint(tmp_path / "out" / "training").name == "epoch-0001"


def test_memory_that_runs_out_is_a_clear_sentence(data, tmp_path, monkeypatch):
    from tensorflow.errors import ResourceExhaustedError

    fail_in_epoch(monkeypatch, 1, ResourceExhaustedError(None, None, "OOM when allocating tensor"))
    with pytest.raises(ModelError, match=r"Memory ran out with batches of 4 .*No epoch was finished.*--batch"):
        run(data, tmp_path / "out")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_the_command_with_130_and_one_line(data, tmp_path):
    out = tmp_path / "out"
    tiny = ["--preset", "paper", "--size", "32", "--channels", "2", "--batch", "4", "--epochs", "10000"]
    arguments = ["train", "--data", str(data), "--out", str(out), "--development", "2", *tiny]
    # Without XLA: compiling takes longer than all the rest.
    code = (
        "import dataclasses, sys; from model import __main__, presets; "
        "presets.PRESETS['paper'] = dataclasses.replace(presets.PRESETS['paper'], xla=False); "
        f"sys.exit(__main__.main({arguments!r}))"
    )
    command = [sys.executable, "-c", code]
    log = tmp_path / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=stream, stderr=subprocess.PIPE, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        )
        try:
            while b" left" not in log.read_bytes():
                assert process.poll() is None
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=60)[1].decode()
        finally:
            process.kill()
            process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "of 10000 is kept in" in said.strip().splitlines()[-1]
    assert training.newest_checkpoint(out / "training") is not None
    # Without a terminal there is no bar, but a line an epoch.
    assert b"\x1b" not in log.read_bytes()


def test_time_left_is_told_in_words_and_leaves_out_the_first_epoch():
    assert training.time_left([0, 10], 3) == "about 30 s left"
    assert training.time_left([0, 500, 600, 700], 6) == "about 10 min left"
    assert training.time_left([0, 100, 3700], 2) == "about 2.0 h left"


def test_mixed_precision_trains_and_ends_in_float32(data, tmp_path):
    preset = dataclasses.replace(TINY, mixed_precision=True, epochs=1)
    network, settings = run(data, tmp_path / "out", preset)
    assert settings.preset.mixed_precision
    assert keras.config.dtype_policy().name == "float32"
    assert {str(layer.compute_dtype) for layer in network.layers} == {"float32"}
    assert np.isfinite(network.predict(np.zeros((1, 32, 32, 1), np.float32), verbose=0)).all()


def test_more_gpus_than_there_are_is_refused(data, tmp_path):
    with pytest.raises(ModelError, match=r"--gpus 99: TensorFlow finds \d+ GPUs"):
        run(data, tmp_path / "out", gpus=99)
    assert not (tmp_path / "out").exists()


def test_a_training_spread_over_two_devices_learns_like_one(data, tmp_path):
    code = f"""
import pathlib, tensorflow as tf
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
import keras
from model import train as training
from tests.unit.test_train_options import TINY, run
training.training_devices = lambda: ["CPU:0", "CPU:1"]
network, _ = run(pathlib.Path({str(data)!r}), pathlib.Path({str(tmp_path / "two")!r}), gpus=2)
network.save({str(tmp_path / "two.keras")!r})
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = {}
    run(data, tmp_path / "one")
    for name in ("one", "two"):
        lines = (tmp_path / name / "training" / "history.csv").read_text(encoding="utf-8").splitlines()
        rows[name] = [float(line.split(",")[1]) for line in lines[1:]]
    assert len(rows["two"]) == 2
    assert rows["two"] == pytest.approx(rows["one"], rel=0.1)
    assert keras.saving.load_model(tmp_path / "two.keras").count_params() > 0


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--preset", "best", "--channels", "8"], "--channels"),
        (["--preset", "paper", "--size", "100"], "--size 100"),
        (["--preset", "paper", "--batch", "0"], "--batch 0"),
        (["--preset", "paper", "--seed", "-1"], "--seed -1"),
        (["--preset", "paper", "--seed", "4294967296"], "--seed 4294967296"),
        (["--preset", "paper", "--seed", "one"], "--seed"),
        (["--preset", "paper", "--gpus", "99"], "--gpus 99"),
    ],
)
def test_an_option_that_does_not_fit_is_one_line(data, tmp_path, capsys, more, named):
    assert main(["train", "--data", str(data), "--out", str(tmp_path / "out"), "--development", "2", *more]) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert named in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--data", "no-such-folder"], "no-such-folder"),
        (["--groups", "no-such-table.csv"], "no-such-table.csv"),
        (["--out", "FILE"], "is a file"),
        (["--out", "BUNDLE"], "already holds a model"),
        (["--resume"], "no training to resume"),
    ],
)
def test_what_is_wrong_is_said_before_tensorflow_is_loaded(data, tmp_path, more, named):
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "card.json").write_text("{}", encoding="utf-8")
    places = {"FILE": str(tmp_path / "file"), "BUNDLE": str(tmp_path / "bundle")}
    arguments = ["train", "--data", str(data), "--preset", "paper", "--out", str(tmp_path / "out")]
    arguments += [places.get(part, part) for part in more]
    code = f"import sys; from model.__main__ import main; print(main({arguments!r}), 'keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False"]
    assert done.stderr.count("\n") == 1
    assert named in done.stderr


@pytest.fixture
def begun(data, tmp_path):
    """The folder of a run that was begun with TINY, two development pictures of eight and the seed 42."""
    out = tmp_path / "begun"
    split = random_split(load(data, 32), 2, seed=42)
    (out / "training").mkdir(parents=True)
    Run("paper", TINY, 42, split).write(out / SETTINGS)
    return out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--preset", "best"], "with the preset 'paper', not 'best'"),
        (["--seed", "0"], "with --seed 42, not 0"),
        (["--epochs", "9"], "with --epochs 2, not 9"),
        (["--development", "3"], "with --development 2, not 3"),
        (["--groups", "table.csv"], "without --groups"),
    ],
)
def test_another_recipe_than_the_one_that_was_started_is_not_gone_on_with(data, begun, capsys, more, said):
    assert main(["train", "--data", str(data), "--preset", "paper", "--out", str(begun), "--resume", *more]) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert f"{begun} was started {said}" in line


@pytest.mark.parametrize("more", [[], ["--seed", "42", "--epochs", "2", "--development", "2", "--random-split"]])
def test_options_left_away_or_given_as_before_go_on(data, begun, monkeypatch, more):
    class GoesOnError(Exception):
        pass

    def goes_on(*arguments, resume, **options):
        assert resume
        raise GoesOnError

    monkeypatch.setattr(training, "train", goes_on)
    with pytest.raises(GoesOnError):
        main(["train", "--data", str(data), "--preset", "paper", "--out", str(begun), "--resume", *more])


def test_whole_groups_may_be_fewer_than_were_asked_for(data, begun, capsys):
    run = Run.read(begun / SETTINGS)
    dataclasses.replace(run, split=dataclasses.replace(run.split, method="grouped by near duplicates")).write(
        begun / SETTINGS
    )
    resume = ["train", "--data", "no-such-folder", "--preset", "paper", "--out", str(begun), "--resume"]
    for asked, said in (("3", "no-such-folder"), ("9", "with --development 2, not 9")):
        assert main([*resume, "--development", asked]) == 2
        assert said in capsys.readouterr().err


def test_size_and_channels_stand_in_the_card_and_the_bundle_is_measured(data, tmp_path, monkeypatch):
    # Without XLA: compiling takes longer than all the rest.
    monkeypatch.setitem(PRESETS, "paper", dataclasses.replace(PRESETS["paper"], xla=False))
    out, scores = tmp_path / "small", tmp_path / "scores.json"
    small = ["--preset", "paper", "--size", "64", "--channels", "2", "--epochs", "1", "--batch", "4"]
    assert main(["train", "--data", str(data), "--out", str(out), "--development", "2", *small]) == 0
    card = json.loads((out / "card.json").read_text(encoding="utf-8"))
    assert card["input"]["size"] == 64
    assert (card["network"]["channels"], card["training"]["batch"], card["training"]["epochs"]) == (2, 4, 1)
    for engine in ("openvino", "onnxruntime"):
        arguments = ["--model", str(out), "--engine", engine, "--json", str(scores)]
        assert main(["evaluate", "--data", str(data), *arguments]) == 0
    assert json.loads(scores.read_text(encoding="utf-8"))["images"] == 8
