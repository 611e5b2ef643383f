"""Training on a small data set: whole runs, broken and resumed ones, and what ends in a clear sentence."""

import csv
import dataclasses
import json
import re
import shutil
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

pytest.importorskip("keras", reason="training requirements are not installed")

from model import train as training
from model.data.folder import Dataset, find_pairs, load, read_image
from model.data.splits import random_split
from model.errors import DataError, ModelError
from model.package import package_run
from model.preprocess import to_input
from model.presets import PRESETS, Preset
from model.run import Run
from tests.conftest import ROOT
from tests.dataset import write_dataset

TINY = Preset("paper_unet", {"channels": 2}, size=32, epochs=3, batch=3, average=0.9, xla=False)
PAIR = dataclasses.replace(TINY, epochs=2, members=2)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("data") / "d", 8)


@pytest.fixture(scope="module")
def whole(data, tmp_path_factory):
    """An unbroken run: its folder and its network."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    return folder, run(data, folder, name="first")[0]


@pytest.fixture(scope="module")
def pair(data, tmp_path_factory):
    """An unbroken run of two members: its folder, its network and its settings."""
    folder = tmp_path_factory.mktemp("runs") / "pair"
    return folder, *run(data, folder, PAIR)


def run(data, out, preset=TINY, **options):
    return training.train(data, out, "tiny", preset, development=2, grouped=False, **options)


def history(out):
    with (out / "training" / "history.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


class PowerCutError(Exception):
    """The power went off."""


def test_a_resumed_run_ends_like_an_unbroken_one(data, whole, tmp_path, monkeypatch):
    whole_folder, whole_network = whole

    def cut(self, epoch, logs=None):
        original(self, epoch, logs)
        if epoch == 0:
            raise PowerCutError

    original = training.EachEpoch.on_epoch_end
    with monkeypatch.context() as patch:
        patch.setattr(training.EachEpoch, "on_epoch_end", cut)
        with pytest.raises(PowerCutError):
            run(data, tmp_path / "broken")
    resumed, _ = run(data, tmp_path / "broken", resume=True)

    for one, other in zip(whole_network.get_weights(), resumed.get_weights(), strict=True):
        assert np.array_equal(one, other)
    assert history(whole_folder) == history(tmp_path / "broken")
    assert [row["epoch"] for row in history(whole_folder)] == ["1", "2", "3"]
    assert [path.name for path in (whole_folder / "training").glob("epoch-*")] == ["epoch-0003"]


def test_members_are_trained_from_seeds_of_their_own_and_ship_as_their_mean(data, pair, tmp_path):
    out, network, settings = pair
    members = [
        training.train(
            data,
            tmp_path / f"alone-{number}",
            "tiny",
            dataclasses.replace(TINY, epochs=2),
            seed=settings.seed + 1000 * (number - 1),
            split=settings.split,
        )[0]
        for number in (1, 2)
    ]
    picture = np.random.default_rng(0).random((2, 32, 32, 1), dtype=np.float32)
    logits = [np.asarray(training.without_probability(member)(picture)) for member in members]
    assert not np.allclose(*logits)
    expected = 1 / (1 + np.exp(-np.mean(logits, axis=0)))
    assert np.abs(np.asarray(network(picture)) - expected).max() < 1e-5
    assert (
        np.abs(
            np.asarray(training.load_shipped(out)(training.to_layout(np.moveaxis(picture, -1, 1)))).ravel()
            - expected.ravel()
        ).max()
        < 1e-5
    )


def test_a_mirrored_network_ships_whose_answer_for_a_mirrored_picture_is_the_mirrored_one(data, tmp_path):
    out = tmp_path / "mirrored"
    network, _ = run(data, out, dataclasses.replace(TINY, epochs=1, mirrored=True))
    picture = np.random.default_rng(0).random((1, 32, 32, 1), dtype=np.float32)
    answer = np.asarray(network(picture))
    assert np.allclose(network(picture[:, :, ::-1]), answer[:, :, ::-1], atol=1e-6)
    again = training.load_shipped(out)(training.to_layout(np.moveaxis(picture, -1, 1)))
    assert np.allclose(np.asarray(again).ravel(), answer.ravel(), atol=1e-5)


def test_a_broken_run_of_members_goes_on_where_it_stopped(data, pair, tmp_path, monkeypatch):
    def cut(self, epoch, logs=None):
        original(self, epoch, logs)
        if "member-02" in str(self._folder) and epoch == 0:
            raise KeyboardInterrupt

    original = training.EachEpoch.on_epoch_end
    with monkeypatch.context() as patch:
        patch.setattr(training.EachEpoch, "on_epoch_end", cut)
        with pytest.raises(KeyboardInterrupt, match="Epoch 1 of 2 of member 2 of 2 is kept"):
            run(data, tmp_path / "broken", PAIR)
    resumed, _ = run(data, tmp_path / "broken", resume=True)
    for one, other in zip(pair[1].get_weights(), resumed.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_an_existing_training_is_not_overwritten(data, whole):
    with pytest.raises(ModelError, match="--resume"):
        run(data, whole[0])


def test_a_resumed_run_keeps_its_name_until_it_is_given_another(data, whole, tmp_path):
    out = shutil.copytree(whole[0], tmp_path / "out")
    assert run(data, out, resume=True)[1].name == "first"
    assert run(data, out, resume=True, name="second")[1].name == "second"
    assert run(data, out, resume=True)[1].name == "second"


@pytest.mark.parametrize("fitted", ["calibration", "novelty"])
def test_a_model_that_was_calibrated_since_is_not_written_anew(data, whole, tmp_path, fitted):
    out = tmp_path / "out"
    shutil.copytree(whole[0], out)
    (out / "card.json").write_text(json.dumps({fitted: {"version": 1}}), encoding="utf-8")
    with pytest.raises(ModelError, match="--resume would lose"):
        run(data, out, resume=True)
    (out / "card.json").write_text("{", encoding="utf-8")
    run(data, out, resume=True)


def test_one_process_at_a_time_trains_in_a_folder(data, whole, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(whole[0], out)
    hold = "import sys; from pathlib import Path; from model.files import held\n"
    hold += "with held(Path(sys.argv[1])) as alone: print(alone, flush=True); input()"
    command = [sys.executable, "-c", hold, str(out / "training" / "lock")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "True\n"
        with pytest.raises(ModelError, match=f"Another process is training in {re.escape(str(out))}"):
            run(data, out, resume=True)
        other.kill()
    run(data, out, resume=True)


def test_a_model_without_its_training_is_not_overwritten(data, tmp_path):
    (tmp_path / "card.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="already holds a model"):
        run(data, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name != "sonoblock-home"] == ["card.json"]


@pytest.mark.parametrize("name", ["network.keras", "shipped.weights.h5"])
def test_a_checkpoint_that_was_cut_off_is_named(data, whole, tmp_path, name):
    out = tmp_path / "out"
    shutil.copytree(whole[0], out)
    path = out / "training" / "epoch-0003" / name
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ModelError, match=re.escape(str(path)) + r" is damaged .*remove .*epoch-0003, and --resume"):
        run(data, out, resume=True)


def test_nothing_to_resume_is_said(data, tmp_path):
    with pytest.raises(ModelError, match="no training to resume"):
        run(data, tmp_path / "out", resume=True)


def test_a_damaged_run_is_one_sentence(data, tmp_path):
    (tmp_path / "out" / "training").mkdir(parents=True)
    for content in ("{", "[]", "[" * 20_000, '{"preset_name": "paper"}'):
        (tmp_path / "out" / "training" / "run.json").write_text(content)
        with pytest.raises(ModelError, match="cannot be read"):
            run(data, tmp_path / "out", resume=True)


def test_a_loss_of_nan_stops_and_keeps_the_last_weights(data, tmp_path, monkeypatch):
    def spoil(self, batch, logs=None):
        original(self, batch, {"loss": float("nan")} if self._epoch_done else logs)

    def done(self, epoch, logs=None):
        finish(self, epoch, logs)
        self._epoch_done = True

    original, finish = training.EachEpoch.on_train_batch_end, training.EachEpoch.on_epoch_end
    monkeypatch.setattr(training.EachEpoch, "_epoch_done", False, raising=False)
    monkeypatch.setattr(training.EachEpoch, "on_train_batch_end", spoil)
    monkeypatch.setattr(training.EachEpoch, "on_epoch_end", done)
    with pytest.raises(ModelError, match="NaN"):
        run(data, tmp_path / "out")
    assert training.newest_checkpoint(tmp_path / "out" / "training").name == "epoch-0001"


def test_a_split_that_the_data_no_longer_fits_is_refused(whole, tmp_path):
    other = write_dataset(tmp_path / "other", 3)
    with pytest.raises(DataError, match="no picture named"):
        run(other, whole[0], resume=True)


def test_batches_depend_on_seed_epoch_and_place_only(data):
    pictures = load(data, 32)
    preset = dataclasses.replace(TINY, augment=True)
    first = training.Batches(pictures, preset, seed=1, epoch=4)
    again = training.Batches(pictures, preset, seed=1, epoch=3)
    again[1]
    again.on_epoch_end()
    for one, other in zip(first[1], again[1], strict=True):
        assert np.array_equal(one, other)
    assert not np.array_equal(first[1][0], training.Batches(pictures, preset, seed=2, epoch=4)[1][0])


def test_a_picture_is_the_same_input_for_training_and_live_bit_by_bit(data):
    live = {to_input(read_image(pair.image), 32).tobytes() for pair in find_pairs(data)}
    batches = training.Batches(load(data, 32), TINY, seed=1, epoch=0)
    assert {picture.tobytes() for place in range(len(batches)) for picture in batches[place][0]} == live


def test_batches_need_no_memory_for_all_pictures():
    pictures = Dataset(("a",) * 50, np.zeros((50, 256, 256), np.uint8), np.zeros((50, 1, 256, 256), np.bool_))
    tracemalloc.start()
    batches = training.Batches(pictures, dataclasses.replace(TINY, size=256), seed=1, epoch=0)
    assert batches[0][0].max() == 0
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < pictures.images.nbytes


def test_without_augmentation_every_picture_is_seen_once_an_epoch(data):
    pictures = load(data, 32)
    batches = training.Batches(pictures, TINY, seed=1, epoch=0)
    seen = np.concatenate([batches[i][0] for i in range(len(batches))])
    assert len(seen) == len(pictures)
    assert len(np.unique(seen.reshape(len(seen), -1), axis=0)) == len(pictures)


def test_loss_is_lowest_for_the_expert_mask():
    expert = np.zeros((2, 8, 8, 1), np.float32)
    expert[:, 2:5, 2:6] = 1
    right = np.mean(training.cross_entropy_and_dice(expert, np.where(expert > 0, 14, -14).astype(np.float32)))
    empty = np.mean(training.cross_entropy_and_dice(expert, np.full_like(expert, -14.0)))
    assert right < 0.05 < empty


def test_the_papers_preset_is_the_papers():
    preset = PRESETS["paper"]
    assert (preset.network, preset.epochs, preset.batch, preset.size) == ("paper_unet", 75, 32, 256)
    assert not preset.augment
    assert not preset.dice
    assert preset.one_cycle is None
    assert preset.average is None


def test_a_trained_network_becomes_a_bundle_that_every_engine_reads(data, tmp_path):
    from model.engines.choice import open_engine

    preset = dataclasses.replace(TINY, size=256)
    network = training.build(preset)
    settings = Run("tiny", preset, 1, random_split(load(data, 32), 2, seed=1))
    bundle = package_run(tmp_path / "out", network, settings, data, "tiny")
    assert bundle.name == "tiny"
    assert bundle.card["scores"]["development"]["images"] == 2
    assert sorted(bundle.card["training"]["development"]) == sorted(settings.split.development)
    assert json.loads((tmp_path / "out" / "card.json").read_text(encoding="utf-8")) == bundle.card
    picture = np.random.default_rng(0).random((1, 256, 256, 1), dtype=np.float32)
    expected = np.asarray(network(picture))[0, ..., 0]
    for name in ("openvino", "onnxruntime", "tensorflow"):
        assert np.abs(open_engine(name, bundle).predict(picture) - expected).max() < 1e-3
