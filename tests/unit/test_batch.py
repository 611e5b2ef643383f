"""Many recordings: which ones, what their folders are called, going on, broken ones, and a real cluster."""

import asyncio
import csv
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import threading

import cv2
import numpy as np
import pytest

import app.__main__ as command_line
from app import batch
from app.batch import How, find_recordings, folder_names, run_batch
from app.capture.source import SourceError
from app.errors import OutputError, UsageError
from app.pipeline.types import Rect
from model.errors import ModelError
from tests import dask_cluster, works
from tests.conftest import ROOT
from tests.dask_cluster import wait_for
from tests.media import write_images

HOW = How("default", "onnxruntime", 0.5)
FRAMES = 4


def write_clip(path, frames=FRAMES):
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (96, 64))
    for number in range(frames):
        writer.write(np.full((64, 96, 3), 20 * number % 250, np.uint8))
    writer.release()
    return path


@pytest.fixture
def tree(tmp_path):
    """An archive: two clips, one of them deeper, a folder of images, a broken clip and things that are no recording."""
    root = tmp_path / "archive"
    write_clip(root / "one.avi")
    write_clip(root / "deep" / "er" / "two.avi")
    stills = root / "stills"
    stills.mkdir()
    for number in range(3):
        cv2.imwrite(str(stills / f"{number}.png"), np.full((50, 60), 90, np.uint8))
    (root / "broken.mp4").write_bytes(b"\0\1\2 not a clip" * 500)
    (root / "notes.txt").write_text("nothing to see", encoding="utf-8")
    return root


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def frames_in(folder):
    with (folder / "predictions.csv").open(newline="", encoding="utf-8") as stream:
        rows = len(list(csv.DictReader(stream)))
    assert rows == len(list(folder.glob("*.png")))
    return rows


def folders(out):
    return sorted(path.name for path in out.iterdir() if path.is_dir())


def test_all_recordings_of_a_tree_are_found_and_what_is_written_is_not(tree):
    write_clip(tree / "out" / "overlay.avi")
    found = [path.relative_to(tree).as_posix() for path in find_recordings(tree, tree / "out")]
    assert found == ["broken.mp4", "one.avi", "deep/er/two.avi", "stills"]


def test_a_recording_of_this_program_is_one_recording(tree):
    from app.capture.matroska import ClipWriter

    own = tree / "2026-01-02_03-04-05"
    own.mkdir()
    writer = ClipWriter(own / "clip.mkv", (96, 64))
    writer.add(0.0, cv2.imencode(".png", np.zeros((64, 96), np.uint8))[1].tobytes())
    writer.close()
    assert own in list(find_recordings(tree, tree / "out"))
    assert own / "clip.mkv" not in list(find_recordings(tree, tree / "out"))


def test_folders_are_called_after_files_and_those_alike_keep_their_names():
    assert folder_names(["a/one.mp4", "b/two.avi"]) == ["one", "two"]
    alike = folder_names(["a/one.mp4", "b/ONE.avi", "c/two.avi"])
    assert alike[2] == "two"
    assert len(set(alike)) == 3
    assert alike[0] == folder_names(["a/one.mp4", "x/one.mp4"])[0]
    assert folder_names(["camera:0", "/x/.mp4"]) == ["camera_0", "mp4"]
    # A name that fills all that a disk takes leaves no room for what is put behind it.
    long = folder_names([f"{'超' * 80}.mp4", f"{'超' * 81}.mp4", f"{'n' * 251}.mp4"])
    assert len(set(long)) == 3
    assert max(len(f"{name}.incomplete".encode()) for name in long) <= 143


def test_a_broken_recording_is_one_sentence_and_the_others_are_done(tree, out):
    said = []
    outcome = run_batch([str(tree)], out, HOW, recursive=True, say=said.append)
    assert (outcome.done, outcome.before, outcome.failed) == (3, 0, 1)
    assert folders(out) == ["one", "stills", "two"]
    assert [frames_in(out / name) for name in ("one", "stills", "two")] == [FRAMES, 3, FRAMES]
    (sentence,) = said
    assert "broken.mp4" in sentence
    assert "\n" not in sentence


def test_a_picture_that_cannot_be_read_is_said_and_its_folder_is_done(tree, out):
    (tree / "stills" / "1.png").write_bytes(b"no picture")
    said = []
    outcome = run_batch([str(tree / "stills"), str(tree / "one.avi")], out, HOW, say=said.append)
    assert (outcome.done, outcome.failed) == (2, 0)
    assert said == [f"{tree / 'stills'}: 1.png cannot be read and was left out."]
    assert frames_in(out / "stills") == 2


def test_however_a_path_is_written_a_recording_is_not_done_twice(tree, out, monkeypatch):
    write_clip(tree / "deep" / "one.avi")
    run_batch([str(tree)], out, HOW, recursive=True)
    before = folders(out)
    monkeypatch.chdir(tree / "deep")
    for word in ("..", f"{tree}{os.sep}"):
        outcome = run_batch([word], tree / "deep" / ".." / ".." / "out", HOW, recursive=True, resume=True)
        assert outcome.done == 0
    assert folders(out) == before


def test_a_recording_keeps_its_folder_when_another_of_its_name_is_added(tree, out):
    run_batch([str(tree)], out, HOW, recursive=True)
    write_clip(tree / "later" / "one.avi")
    for done in (1, 0):
        outcome = run_batch([str(tree)], out, HOW, recursive=True, resume=True)
        assert (outcome.done, outcome.failed) == (done, 1)
    assert "one" in folders(out)
    assert len(folders(out)) == 4
    # Elsewhere by now, it is still the same archive.
    shutil.rmtree(tree / "later")
    tree.rename(tree.with_name("moved"))
    assert run_batch([str(tree.with_name("moved"))], out, HOW, recursive=True, resume=True).done == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only there a name may be anything but Unicode")
def test_names_from_an_old_archive_are_read(tree, out):
    for folder in (tree, tree / "deep"):
        shutil.copy(os.fsencode(tree / "one.avi"), os.fsencode(folder) + b"/M\xfcller.avi")
    outcome = run_batch([str(tree)], out, HOW, recursive=True)
    assert (outcome.done, outcome.failed) == (5, 1)
    assert [frames_in(folder) for folder in out.glob("M_ller-*")] == [FRAMES, FRAMES]


def test_a_recording_without_the_scan_area_is_one_sentence(tree, out):
    said, how = [], dataclasses.replace(HOW, scan_area=Rect(70, 10, 20, 20))
    outcome = run_batch([str(tree / "one.avi"), str(tree / "stills")], out, how, say=said.append)
    assert (outcome.done, outcome.failed) == (1, 1)
    assert [sentence.split(":")[0] for sentence in said] == [
        "The scan area 70,10,20,20 lies outside the 60 x 50 pixels of stills"
    ]


def test_a_recording_that_the_program_stumbles_over_does_not_end_the_batch(tree, out, monkeypatch):
    def stumble(source, *arguments):
        if "one" in source.name:
            raise ZeroDivisionError
        return annotate(source, *arguments)

    annotate, said = batch.annotate, []
    monkeypatch.setattr(batch, "annotate", stumble)
    outcome = run_batch([str(tree / "one.avi"), str(tree / "deep" / "er" / "two.avi")], out, HOW, say=said.append)
    assert (outcome.done, outcome.failed) == (1, 1)
    assert said == [f"{tree / 'one.avi'} failed (ZeroDivisionError): it is left out."]


@pytest.mark.parametrize("moment", ["before", "while", "after"])
def test_what_a_worker_of_a_stopped_batch_finishes_meanwhile_counts(tree, out, monkeypatch, moment):
    def finish(*_):
        (out / "one").mkdir()
        (out / "one" / "predictions.csv").touch()

    def meanwhile(*arguments):
        if moment == "while":
            finish()
            shutil.rmtree(out / "one.incomplete", ignore_errors=True)
            raise OutputError("one cannot be written")
        annotate(*arguments)
        finish()

    annotate, said = batch.annotate, []
    monkeypatch.setattr(batch, "annotate", meanwhile)
    if moment == "before":
        begin = batch.run_work
        monkeypatch.setattr(batch, "run_work", lambda *arguments: finish() or begin(*arguments))
    outcome = run_batch([str(tree / "one.avi")], out, HOW, recursive=True, say=said.append)
    assert (outcome.done, outcome.failed, said) == (1, 0, [])
    assert folders(out) == ["one"]
    assert [path.name for path in (out / "one").iterdir()] == ["predictions.csv"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda known: json.dumps({**known, "newer": 1}), "another newer"),
        (lambda known: "5", "cannot be read"),
        (lambda known: "[" * 20_000, "cannot be read"),
    ],
)
def test_a_batch_of_another_version_is_one_line(tree, out, change, told):
    run_batch([str(tree / "one.avi")], out, HOW)
    known = json.loads((out / batch.FILE).read_text())
    (out / batch.FILE).write_text(change(known))
    with pytest.raises(UsageError, match=told):
        run_batch([str(tree / "one.avi")], out, HOW, resume=True)


def test_going_on_leaves_out_what_is_complete_and_does_the_half_anew(tree, out):
    run_batch([str(tree)], out, HOW, recursive=True)
    kept = (out / "one" / "predictions.csv").stat().st_mtime_ns
    shutil.move(out / "two", out / "two.incomplete")
    (out / "two.incomplete" / "000099.png").touch()
    outcome = run_batch([str(tree)], out, HOW, recursive=True, resume=True)
    assert (outcome.done, outcome.before, outcome.failed) == (1, 2, 1)
    assert frames_in(out / "two") == FRAMES
    assert (out / "one" / "predictions.csv").stat().st_mtime_ns == kept
    assert folders(out) == ["one", "stills", "two"]


def test_a_recording_that_ends_early_keeps_what_there_is_under_a_name_that_says_so(tree, out, monkeypatch):
    path = write_clip(tree / "cut.avi", 30)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    said = []
    outcome = run_batch([str(path), str(tree / "one.avi")], out, HOW, say=said.append)
    assert outcome.failed == 1
    assert folders(out) == ["cut.incomplete", "one"]
    assert 0 < frames_in(out / "cut.incomplete") < 30


def test_another_batch_is_never_mixed_in(tree, out):
    run_batch([str(tree / "one.avi")], out, HOW)
    with pytest.raises(UsageError, match="--resume"):
        run_batch([str(tree / "one.avi")], out, HOW)
    with pytest.raises(UsageError, match="another threshold"):
        run_batch([str(tree / "one.avi")], out, How("default", "onnxruntime", 0.7), resume=True)
    with pytest.raises(UsageError, match="another rate"):
        run_batch([str(tree / "one.avi")], out, dataclasses.replace(HOW, rate=5.0), resume=True)
    with pytest.raises(UsageError, match="is searched"):
        run_batch([str(tree)], tree, HOW, recursive=True)


def test_what_names_no_recording_is_said(tmp_path, out):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no recording"):
        run_batch([str(tmp_path / "empty")], out, HOW, recursive=True)
    with pytest.raises(SourceError, match="never ends"):
        run_batch(["camera:0", "phantom"], out, HOW)


def test_the_command_says_what_is_done_and_its_status_tells_of_the_broken_one(tree, out, capsys):
    arguments = ["annotate", str(tree / "one.avi"), str(tree / "broken.mp4"), "--out", str(out)]
    assert command_line.main([*arguments, "--engine", "onnxruntime", "--gif", "--frames", "overlay"]) == 2
    said = capsys.readouterr()
    assert said.out == "1 recording done, 1 failed.\n"
    assert len(said.err.splitlines()) == 1
    assert "broken.mp4" in said.err
    assert (out / "one" / "overlay.gif").exists()
    assert len(list((out / "one" / "frames").iterdir())) == FRAMES
    (tree / "broken.mp4").unlink()
    write_clip(tree / "broken.avi").rename(tree / "broken.mp4")
    again = [*arguments, "--engine", "onnxruntime", "--gif", "--frames", "overlay", "--resume"]
    assert command_line.main(again) == 0
    assert capsys.readouterr().out == "1 recording done, 1 done before.\n"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["phantom", "--resume"], "--resume"),
        (["phantom", "--dask", "tcp://127.0.0.1:9"], "--dask"),
        (["phantom", "--first", "-1"], "--first -1"),
        (["phantom", "--frames", "all"], "--frames"),
    ],
)
def test_options_that_cannot_be_meant_are_one_line(arguments, named, out, capsys):
    assert command_line.main(["annotate", *arguments, "--out", str(out)]) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert named in line


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_leaves_the_complete_ones_and_a_half_that_is_done_anew(tree, out):
    write_clip(tree / "three.avi", 2000)
    command = [sys.executable, "-m", "app", "annotate", str(tree), "--recursive", "--out", str(out)]
    process = subprocess.Popen([*command, "--engine", "onnxruntime"], cwd=ROOT, stderr=subprocess.PIPE)
    wait_for(lambda: len(list(out.glob("three.incomplete/*.png"))) > 3, [process])
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[1].endswith(b"sonoblock: stopped.\n")
    assert process.returncode == 130
    assert folders(out) == ["one", "three.incomplete"]
    assert 3 < frames_in(out / "three.incomplete") < 2000


started: list[subprocess.Popen] = []


@pytest.fixture
def cluster(tmp_path):
    with dask_cluster.running(tmp_path, started) as address:
        yield address


def test_a_worker_that_is_killed_midway_loses_nothing(tree, out, cluster, monkeypatch):
    mark, killed = out / "one.try", []

    def kill_once():
        wait_for(mark.exists)
        killed.append(int(mark.read_text(encoding="ascii")))
        os.kill(killed[0], signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)

    killer = threading.Thread(target=kill_once)
    killer.start()
    said = []
    outcome = run_batch(
        [str(tree)], out, HOW, recursive=True, dask=cluster, say=said.append, run=works.first_hangs_once
    )
    killer.join()
    assert (outcome.done, outcome.failed) == (3, 1)
    assert [frames_in(out / name) for name in ("one", "stills", "two")] == [FRAMES, 3, FRAMES]
    assert "broken.mp4" in said[0]
    assert int(mark.read_text(encoding="ascii")) != killed[0]
    assert not list(out.glob("*.incomplete"))


def test_the_command_spreads_over_a_cluster_and_goes_on(tree, out, cluster, capsys):
    (tree / "broken.mp4").unlink()
    arguments = ["annotate", str(tree), "--recursive", "--out", str(out), "--engine", "onnxruntime"]
    assert command_line.main([*arguments, "--dask", cluster]) == 0
    assert capsys.readouterr().out == "3 recordings done.\n"
    shutil.rmtree(out / "two")
    assert command_line.main([*arguments, "--dask", cluster, "--resume"]) == 0
    assert capsys.readouterr().out == "1 recording done, 2 done before.\n"


@pytest.mark.parametrize("words", [["one"], ["one", "two"]])
def test_nothing_is_written_between_the_pictures_that_are_gone_through(words, tmp_path, capsys):
    folders = [write_images(tmp_path / name, 1) for name in ("one", "two")][: len(words)]
    out = folders[0] if len(words) == 1 else tmp_path
    assert command_line.main(["annotate", *map(str, folders), "--out", str(out)]) == 2
    assert f"{folders[0]} is what is to be gone through" in capsys.readouterr().err
    assert [path.name for path in folders[0].iterdir()] == ["scan 1.png"]


def test_a_cluster_that_does_not_find_the_program_is_one_line(tree, out, tmp_path, capsys):
    with dask_cluster.running(tmp_path, started, cwd=tmp_path) as cluster:
        assert command_line.main(["annotate", str(tree), "--recursive", "--out", str(out), "--dask", cluster]) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert "PYTHONPATH=." in line


def test_a_cluster_whose_workers_have_all_ended_is_not_waited_for_without_end(tree, out, cluster, monkeypatch):
    monkeypatch.setattr("model.cluster.PATIENCE_S", 1.0)

    def kill_all():
        wait_for((out / "one.try").exists)
        for worker in started[1:]:
            worker.kill()

    killer = threading.Thread(target=kill_all)
    killer.start()
    with pytest.raises(ModelError, match="no workers"):
        run_batch([str(tree)], out, HOW, recursive=True, dask=cluster, run=works.first_hangs_once)
    killer.join()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="a process cannot be held here")
def test_a_worker_that_vanishes_while_it_is_asked_is_not_missed(tree, out, cluster, monkeypatch):
    from distributed import Client

    def run_and_lose(client, *arguments, **options):
        asyncio.get_running_loop().call_later(0.3, started[1].kill)
        return ask(client, *arguments, **options)

    ask = Client.run
    monkeypatch.setattr(Client, "run", run_and_lose)
    os.kill(started[1].pid, signal.SIGSTOP)
    outcome = run_batch([str(tree)], out, HOW, recursive=True, dask=cluster)
    assert (outcome.done, outcome.failed) == (3, 1)


def test_a_scheduler_that_does_not_answer_is_one_line(tree, out, capsys, monkeypatch):
    pytest.importorskip("distributed", reason="the requirements for clusters are not installed")
    monkeypatch.setattr("model.cluster.CONNECT_S", 1)
    arguments = ["annotate", str(tree), "--recursive", "--out", str(out), "--dask", "tcp://127.0.0.1:9"]
    assert command_line.main(arguments) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert "tcp://127.0.0.1:9" in line


def test_a_process_loads_the_network_once(tree, out):
    batch._crew.cache_clear()
    run_batch([str(tree / "one.avi"), str(tree / "deep" / "er" / "two.avi")], out, HOW)
    assert batch._crew.cache_info().misses == 1
