"""Cross-validation: folds, results kept as they come, resuming, and a cluster of real processes that loses a worker."""

import contextlib
import csv
import dataclasses
import json
import os
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from model import cluster as cluster_module
from model import crossvalidate
from model.__main__ import main
from model.crossvalidate import CrossValidation, cross_validate, draw_folds
from model.data.folder import Dataset
from model.errors import DataError, ModelError
from model.presets import PRESETS, Preset
from tests import dask_cluster, folds
from tests.dask_cluster import wait_for
from tests.dataset import write_dataset

TINY = Preset("paper_unet", {"channels": 2}, size=32, epochs=1, batch=4, xla=False)


def dataset(groups, seed=0):
    """One random picture a group, repeated with a little noise for each member."""
    rng = np.random.default_rng(seed)
    scenes = rng.integers(0, 200, (max(groups) + 1, 64, 64))
    images = np.stack([scenes[g] + rng.integers(0, 20, (64, 64)) for g in groups]).astype(np.uint8)
    return Dataset(tuple(f"p{i}" for i in range(len(groups))), images, images[:, None] > 100)


def test_folds_of_another_cross_validation_are_not_gone_on_with(tmp_path):
    (tmp_path / "fold-01").mkdir()
    with pytest.raises(ModelError, match="folds of another"):
        crossvalidate.start(tmp_path, tmp_path, "tiny", TINY, folds=3, grouped=False, seed=1)


@pytest.mark.parametrize("grouped", [False, True])
def test_every_picture_is_in_one_fold_and_the_folds_are_of_one_size(grouped):
    data = dataset(list(range(23)))
    drawn, method = draw_folds(data, 5, seed=1, grouped=grouped)
    assert method == ("grouped by near duplicates" if grouped else "random")
    assert sorted(name for fold in drawn for name in fold) == sorted(data.names)
    assert sorted(map(len, drawn)) == [4, 4, 5, 5, 5]
    assert drawn == draw_folds(data, 5, seed=1, grouped=grouped)[0]
    assert drawn != draw_folds(data, 5, seed=2, grouped=grouped)[0]


def test_grouped_folds_keep_near_duplicates_together_and_are_balanced():
    members = [0] * 7 + [1] * 5 + [2] * 4 + [3] * 3 + [4] * 3 + [5, 6]
    data = dataset(members)
    drawn, _ = draw_folds(data, 3, seed=1, grouped=True)
    group_of = dict(zip(data.names, members, strict=True))
    seen = [{group_of[name] for name in fold} for fold in drawn]
    assert sum(map(len, seen)) == 7
    assert sorted(map(len, drawn)) == [8, 8, 8]


def test_the_users_groups_stay_together_and_are_said():
    data = dataset(list(range(8)))
    patients = {name: f"patient {number // 2}" for number, name in enumerate(data.names)}
    drawn, method = draw_folds(data, 4, seed=1, grouped=True, groups=patients)
    assert method == "grouped by the user's table"
    assert all(len({patients[name] for name in fold}) == 1 for fold in drawn)


@pytest.mark.parametrize(("count", "grouped", "said"), [(1, False, "2 or more"), (9, False, "8"), (4, True, "groups")])
def test_impossible_folds_are_refused(count, grouped, said):
    with pytest.raises(DataError, match=said):
        draw_folds(dataset([0, 0, 0, 0, 0, 1, 1, 2]), count, seed=0, grouped=grouped)


@pytest.fixture(autouse=True)
def without_xla(monkeypatch):
    """Compiling takes longer than all the rest."""
    monkeypatch.setitem(PRESETS, "paper", dataclasses.replace(PRESETS["paper"], xla=False))


@pytest.fixture
def data(tmp_path):
    return write_dataset(tmp_path / "d", 12)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def plan(data, out):
    return crossvalidate.start(data, out, "tiny", TINY, folds=6, grouped=False, seed=1)


def test_a_fold_is_trained_on_all_the_others(plan, data, out):
    job = plan.job(2, data, out)
    assert job.split.development == plan.folds[1]
    assert sorted(job.split.train + job.split.development) == sorted(name for fold in plan.folds for name in fold)
    assert (len(job.split.train), len(job.split.development)) == (10, 2)
    assert job.out.name == "fold-02"
    assert job.seed != plan.job(3, data, out).seed


def test_results_are_on_disk_as_they_come(plan, data, out):
    on_disk = []
    cross_validate(plan, data, out, fold=folds.light, on_done=lambda _: on_disk.append(CrossValidation.read(out)))
    assert [len(state.done) for state in on_disk] == [1, 2, 3, 4, 5, 6]
    assert on_disk[-1] == plan
    with (out / "folds.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["sum_iou"] for row in csv.DictReader(stream)] == ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]


def test_what_is_done_is_not_done_again(plan, data, out):
    cross_validate(plan, data, out, only=[2, 5], fold=folds.light)
    again = crossvalidate.resume(data, out)
    done = []
    cross_validate(again, data, out, fold=folds.light, on_done=lambda outcome: done.append(outcome.fold))
    assert done == [1, 3, 4, 6]
    assert len(CrossValidation.read(out).done) == 6


def test_folds_that_are_not_done_are_not_filled_in(plan, data, out):
    cross_validate(plan, data, out, only=[1, 2, 3], fold=folds.light)
    lines = "\n".join(crossvalidate.table(plan))
    assert "3 of 6 folds" in lines
    assert "median of folds 0.200, quartiles 0.150 to 0.250" in lines
    assert "all 6 folds" not in lines


def test_two_processes_on_one_plan_lose_none_of_each_others_folds(plan, data, out):
    other = crossvalidate.resume(data, out)
    cross_validate(plan, data, out, only=[1, 4], fold=folds.light)
    cross_validate(other, data, out, only=[2], fold=folds.light)
    assert sorted(CrossValidation.read(out).done) == [1, 2, 4]


def test_two_processes_that_write_at_once_lose_none_of_each_others_folds(plan, data, out, monkeypatch):
    other, read = crossvalidate.resume(data, out), CrossValidation.read
    both_have_read = threading.Barrier(2)

    def slow(folder):
        found = read(folder)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_have_read.wait(0.3)
        return found

    monkeypatch.setattr(CrossValidation, "read", staticmethod(slow))
    with ThreadPoolExecutor() as pool:
        for one, number in ((plan, 1), (other, 2)):
            pool.submit(cross_validate, one, data, out, only=[number], fold=folds.light)
    assert sorted(read(out).done) == [1, 2]


def test_a_fold_that_fails_does_not_stop_the_others(plan, data, out):
    with pytest.raises(ModelError, match=r"1 of 6 folds failed.*fold 3: the loss became NaN"):
        cross_validate(plan, data, out, fold=folds.third_fails)
    assert sorted(CrossValidation.read(out).done) == [1, 2, 4, 5, 6]


def test_a_data_set_that_has_changed_is_refused(plan, data, out):
    (data / "images" / "p_3.png").unlink()
    (data / "masks" / "p_3.png").unlink()
    with pytest.raises(DataError, match="p_3"):
        crossvalidate.resume(data, out)


def arguments(data, out, *more):
    tiny = ["--preset", "paper", "--size", "32", "--channels", "2", "--epochs", "1", "--batch", "4", "--folds", "6"]
    return ["cross-validate", "--data", str(data), "--out", str(out), *tiny, *more]


def test_a_real_fold_is_trained_scored_and_resumed_by_the_command(data, out, capsys):
    pytest.importorskip("keras", reason="training requirements are not installed")
    assert main(arguments(data, out, "--only", "2")) == 0
    content = json.loads((out / "cross-validation.json").read_text(encoding="utf-8"))
    (outcome,) = content["done"]
    assert outcome["fold"] == 2
    assert sorted(outcome["iou"]) == sorted(content["folds"][1])
    assert 0 <= outcome["sum_iou"] <= 1
    run = json.loads((out / "fold-02" / "training" / "run.json").read_text(encoding="utf-8"))
    assert sorted(run["split"]["development"]) == sorted(content["folds"][1])
    assert "1 of 6 folds" in capsys.readouterr().out

    # The outcome is lost, the training is not: the fold is scored again and not trained again.
    trained = (out / "fold-02" / "training" / "epoch-0001" / "network.keras").stat().st_mtime_ns
    content["done"] = []
    (out / "cross-validation.json").write_text(json.dumps(content), encoding="utf-8")
    same = ["--classes", "block region", "--seed", "42"]
    assert main(arguments(data, out, "--only", "2", "--resume", *same)) == 0
    (again,) = json.loads((out / "cross-validation.json").read_text(encoding="utf-8"))["done"]
    assert again["iou"] == outcome["iou"]
    assert (out / "fold-02" / "training" / "epoch-0001" / "network.keras").stat().st_mtime_ns == trained


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--resume"], "no cross-validation to resume"),
        (["--only", "1,x"], "--only 1,x"),
        (["--only", "7"], "fold 7"),
        (["--folds", "13"], "13 folds"),
        (["--size", "30"], "--size 30"),
        (["--epochs", "0"], "--epochs 0"),
        (["--preset", "best"], "--channels"),
        (["--preset", "none"], "none"),
    ],
)
def test_what_the_user_can_mend_is_one_line_and_exit_status_2(data, out, capsys, more, named):
    assert main(arguments(data, out, *more)) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert named in line
    # The corrected command finds nothing in its way.
    assert not out.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--seed", "7"], "with --seed 1, not 7"),
        (["--folds", "5"], "with --folds 6, not 5"),
        (["--epochs", "9"], "with --epochs 1, not 9"),
        (["--channels", "4"], "with --channels 2, not 4"),
        (["--grouped"], "without --grouped"),
        (["--mixed-precision"], "without --mixed-precision"),
        (["--classes", "artery"], "with --classes block region=#f0e442, not artery"),
    ],
)
def test_another_recipe_than_the_one_that_was_started_is_not_gone_on_with(data, out, capsys, more, said):
    crossvalidate.start(data, out, "paper", TINY, folds=6, grouped=False, seed=1)
    assert main(arguments(data, out, "--resume", *more)) == 2
    assert f"{out} was started {said}: leave {more[0]} away" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["nonsense://nowhere", "tcp://127.0.0.1:9"])
def test_a_scheduler_that_does_not_answer_is_one_line_and_exit_status_2(data, out, capsys, monkeypatch, address):
    pytest.importorskip("distributed", reason="the requirements for clusters are not installed")
    monkeypatch.setattr(cluster_module, "CONNECT_S", 1)
    assert main(arguments(data, out, "--dask", address)) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert address in line
    assert not out.exists()


def test_an_existing_cross_validation_is_not_overwritten(plan, data, out, capsys):
    assert main(arguments(data, out)) == 2
    assert "--resume" in capsys.readouterr().err
    assert main(arguments(data, out, "--resume")) == 2
    assert "'tiny'" in capsys.readouterr().err


@pytest.mark.parametrize("content", ['{"preset', "[" * 20_000, "9" * 5000, '{"done": [], "structures": 5}'])
def test_a_damaged_file_is_named(plan, data, out, content):
    (out / "cross-validation.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"cross-validation\.json"):
        crossvalidate.resume(data, out)


cluster_processes: list[subprocess.Popen] = []
"""Of the last `cluster`: the scheduler and both workers."""


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler with two workers, all of them processes of their own."""
    with dask_cluster.running(tmp_path, cluster_processes) as address:
        yield address


def test_a_worker_that_is_killed_midway_loses_nothing(plan, data, out, cluster):
    held, killed = out / "fold-01" / "try-1", []

    def kill_the_first(outcome):
        if not killed:
            wait_for(held.exists)
            killed.append(int(held.read_text(encoding="ascii")))
            os.kill(killed[0], signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)

    cross_validate(plan, data, out, dask=cluster, fold=folds.first_hangs_once, on_done=kill_the_first)
    kept = CrossValidation.read(out)
    assert {fold: outcome.sum_iou for fold, outcome in kept.done.items()} == {n: n / 10 for n in range(1, 7)}
    tries = {path.parent.name: int(path.read_text(encoding="ascii")) for path in sorted(out.glob("fold-*/try-*"))}
    assert (out / "fold-01" / "try-2").exists()
    assert tries["fold-01"] != killed[0]


def test_a_failure_on_a_worker_is_told_and_the_rest_is_kept(plan, data, out, cluster):
    with pytest.raises(ModelError, match="fold 3: the loss became NaN"):
        cross_validate(plan, data, out, dask=cluster, fold=folds.third_fails)
    assert sorted(CrossValidation.read(out).done) == [1, 2, 4, 5, 6]


def test_a_scheduler_that_vanishes_is_told_and_what_is_done_is_kept(plan, data, out, cluster):
    def kill_the_scheduler(outcome):
        cluster_processes[0].kill()

    with pytest.raises(ModelError, match=r"is gone.*--resume"):
        cross_validate(plan, data, out, dask=cluster, fold=folds.first_hangs_once, on_done=kill_the_scheduler)
    assert CrossValidation.read(out).done


def test_a_stop_says_how_much_is_done(plan, data, out):
    def stop(outcome):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="1 of 6 folds"):
        cross_validate(plan, data, out, fold=folds.light, on_done=stop)
    assert len(CrossValidation.read(out).done) == 1


def test_a_real_fold_is_trained_on_a_worker(data, out, cluster, capsys):
    pytest.importorskip("keras", reason="training requirements are not installed")
    assert main(arguments(data, out, "--only", "4", "--dask", cluster)) == 0
    assert (out / "fold-04" / "training" / "epoch-0001" / "network.keras").exists()
    assert sorted(CrossValidation.read(out).done) == [4]
    assert "1 of 6 folds" in capsys.readouterr().out
