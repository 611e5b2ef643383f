import csv
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydicom.data import get_testdata_file

import app.__main__ as command_line
from app.capture.source import SourceError
from app.settings import Settings, save_settings
from tests.media import write_images
from tests.pipeline_parts import Clip


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("SONOBLOCK_HOME", str(tmp_path / "home"))


@pytest.fixture
def run(capsys):
    """Runs the command line in this process; gives exit status, standard output and the lines of standard error."""

    def run(*arguments):
        status = command_line.main([str(argument) for argument in arguments])
        output = capsys.readouterr()
        return status, output.out, output.err.splitlines()

    return run


def start(*arguments, **settings):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-m", "app", *map(str, arguments)], **{**pipes, **settings})


@pytest.fixture
def window(monkeypatch):
    """In place of the window: keeps what it was called with."""
    calls = []

    def keep(source, options):
        calls.append((source, options))
        source.close()
        return 0

    monkeypatch.setattr("app.gui.main.run_window", keep)
    return calls


def test_help_lists_every_command_and_source_word_and_imports_next_to_nothing():
    code = (
        "import sys; sys.argv = ['app', '--help'];"
        "import atexit; atexit.register(lambda: print([n for n in ('numpy', 'cv2', 'PySide6') if n in sys.modules]));"
        "import runpy; runpy.run_module('app', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for word in ("annotate", "bench", "devices", "--scan-area", "--model", "--engine", "--threshold", "camera:N"):
        assert word in done.stdout
    assert "Not a medical device" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["annotate", "bench", "compare", "devices"])
def test_each_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as ended:
        command_line.main([command, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert f"python -m app {command}" in said
    # Two models, or a model and masks, are compared: a third one would mean nothing.
    assert ("--model" in said) == (command in ("annotate", "bench"))


def test_devices_lists_cameras_monitors_and_engines_without_importing_them():
    code = (
        "import sys, app.__main__ as m; assert m.main(['devices']) == 0;"
        "print([n for n in ('tensorflow', 'openvino', 'onnxruntime', 'PySide6') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == ["Cameras:", "Monitors:", "Engines:", "[]"]
    for engine in ("openvino", "onnxruntime"):
        assert (f"  {engine}" in lines) == (importlib.util.find_spec(engine) is not None)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["/no/such/file.mp4"], "/no/such/file.mp4"),
        (["annotate", "/no/such/file.mp4", "--out", "o"], "/no/such/file.mp4"),
        (["bench", "/no/such/file.mp4", "--seconds", "1", "--json", "j"], "/no/such/file.mp4"),
        (["camera:front"], "camera:front"),
        (["--hologram"], "--hologram"),
        (["phantom", "extra"], "extra"),
        (["annotate", "phantom"], "--out"),
        (["compare", "phantom", "--b", "default", "--csv", "c.csv"], "--a"),
        (["compare", "phantom", "--a", "default", "--b", "/no/folder", "--csv", "c.csv"], "/no/folder"),
        (["compare", "phantom", "--a", "default", "--b", "default", "--csv", "c.csv", "--model", "x"], "--model"),
        (["compare", "camera:0", "--a", "default", "--b", "default", "--csv", "c.csv"], "has no end"),
        (["annotate", "phantom", "--out", "o", "--limit", "0"], "--limit 0"),
        (["annotate", "phantom", "--out", "o", "--limit", "many"], "many"),
        (["annotate", "phantom", "--out", ""], "--out"),
        (["annotate", "phantom", "--out", " "], "--out"),
        (["annotate", "phantom", "phantom", "--out", "", "--limit", "1"], "--out"),
        (["bench", "phantom", "--json", ""], "--json"),
        (["bench", "phantom", "--json", "."], ". is a folder"),
        (["compare", "/no/such/file.mp4", "--a", "default", "--b", "default", "--csv", ""], "--csv"),
        (["annotate", "phantom", "--out", "o", "--model", "/no/model"], "/no/model"),
        (["annotate", "phantom", "--out", "o", "--engine", "steam"], "steam"),
        (["phantom", "--scan-area", "1,2,3"], "1,2,3"),
        (["phantom", "--scan-area", "0,0,0,5"], "0,0,0,5"),
        (["phantom", "--scan-area", "640,0,9,9"], "640,0,9,9"),
        (["check", "phantom", "--scan-area", "640,0,9,9"], "640,0,9,9"),
        (["bench", "phantom", "--scan-area", "640,0,9,9"], "640,0,9,9"),
        (["phantom", "--threshold", "1.5"], "1.5"),
        (["phantom", "--threshold", "nan"], "nan"),
        (["phantom", "--rate", "-3"], "-3"),
        (["annotate", "phantom", "--out", "o", "--no-temporal-filter"], "--no-temporal-filter"),
        (["bench", "phantom", "--seconds", "0"], "--seconds 0"),
        (["bench", "phantom", "--window", "wide"], "--window wide"),
        (["bench", "phantom", "--window", "1280x12"], "--window 1280x12"),
        (["bench", "phantom", "--seconds", "nan"], "--seconds nan"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_one_line_that_names_it_and_status_2(run, tmp_path, monkeypatch, arguments, named):
    monkeypatch.chdir(tmp_path)
    status, output, errors = run(*arguments)
    assert status == 2
    assert output == ""
    assert len(errors) == 1
    assert errors[0].startswith("sonoblock: ")
    assert named in errors[0]


@pytest.mark.parametrize("content", [b"", b"not a video at all" * 100, b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 500])
def test_a_broken_file_ends_in_one_line_and_without_a_traceback(tmp_path, content):
    path = tmp_path / "scan.mp4"
    path.write_bytes(content)
    process = start("annotate", path, "--out", tmp_path / "out")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert len(errors.splitlines()) == 1
    assert errors.startswith("sonoblock: ")
    assert str(path) in errors
    assert not (tmp_path / "out").exists()


def test_the_window_gets_an_open_source_and_what_was_asked_for(run, window, tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((40, 50), np.uint8))
    status, _, errors = run(
        tmp_path, "--scan-area", "1,2,30,20", "--model", "m", "--engine", "e", "--threshold", "0.4", "--rate", "7"
    )
    assert (status, errors) == (0, [])
    ((source, options),) = window
    assert source.word == str(tmp_path)
    assert str(options.scan_area) == "1,2,30,20"
    assert (options.model, options.engine, options.threshold) == ("m", "e", 0.4)


@pytest.mark.parametrize(("arguments", "asked"), [([], None), (["--no-temporal-filter"], False)])
def test_the_temporal_filter_is_left_to_the_settings_unless_switched_off(run, window, arguments, asked):
    assert run("phantom", *arguments)[0] == 0
    assert window[0][1].temporal_filter is asked


def test_sources_are_open_before_the_window_unless_opening_may_take_long(run, window, monkeypatch):
    clip, camera = Clip(3), Clip(3)
    camera.paced = True
    monkeypatch.setattr("app.capture.words.parse", lambda word, **_: {"clip": clip, "camera": camera}[word])
    assert run("clip")[0] == run("camera")[0] == 0
    assert (clip.opened, camera.opened) == (1, 0)


def test_check_waits_for_a_camera_whose_scan_area_it_has_to_know(run, monkeypatch):
    camera = Clip(3)
    camera.paced = True
    monkeypatch.setattr("app.capture.words.parse", lambda *_, **__: camera)
    status, _, errors = run("check", "camera", "--scan-area", "32,0,9,9")
    assert (status, camera.closed) == (2, 1)
    assert "outside the 32 x 24 pixels of clip" in errors[0]


@pytest.mark.parametrize(("last", "shown"), [("", "demo"), ("phantom", "phantom"), ("/gone/since.mp4", "demo")])
def test_without_a_source_the_last_one_opens_or_else_the_demo(run, window, last, shown):
    save_settings(Settings(source=last))
    assert run() == (0, "", [])
    assert window[0][0].word == shown


@pytest.mark.parametrize(("arguments", "shown"), [([], True), (["demo"], True), (["phantom"], False)])
def test_the_first_steps_come_once_and_not_for_who_names_a_source(run, window, arguments, shown):
    assert run(*arguments)[0] == 0
    save_settings(Settings(introduced=True))
    assert run(*arguments)[0] == 0
    assert [options.first_steps for _, options in window] == [shown, False]


def test_a_demo_folder_that_is_gone_is_said_and_the_phantom_shown(run, window):
    save_settings(Settings(demo_folder="/gone/since"))
    status, _, errors = run()
    assert status == 0
    assert "/gone/since" in errors[0]
    assert window[0][0].word == "phantom"


def test_damaged_settings_are_said_on_the_command_line_and_to_the_window(run, window, tmp_path):
    (tmp_path / "home" / "config").mkdir(parents=True)
    (tmp_path / "home" / "config" / "settings.json").write_text("{")
    status, _, errors = run("phantom")
    assert status == 0
    assert len(errors) == 1
    assert window[0][1].notice in errors[0]
    assert "damaged" in window[0][1].notice


def test_bench_hands_everything_over(run, monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr("app.gui.bench.run_bench", lambda *arguments: calls.append(arguments) or 0)
    assert run("bench", "phantom", "--seconds", "2.5", "--json", tmp_path / "j.json", "--engine", "e")[0] == 0
    ((source, seconds, path, options),) = calls
    assert (source.word, seconds, path, options.engine) == ("phantom", 2.5, tmp_path / "j.json", "e")


def test_a_file_that_could_not_be_written_at_the_end_is_said_before_the_work(run, monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr("app.gui.bench.run_bench", lambda *arguments: calls.append(arguments) or 0)
    monkeypatch.setattr("app.trainer.compare.compare_all", lambda *_: calls.append("compare"))
    (tmp_path / "file").touch()
    write_images(tmp_path / "pictures", 2)
    both = ["--a", "default", "--b", "default"]
    for path, words in ((tmp_path / "file" / "x", "cannot be written"), (tmp_path, "is a folder")):
        for command in (["bench", "phantom", "--json"], ["compare", tmp_path / "pictures", *both, "--csv"]):
            status, _, (error,) = run(*command, path)
            assert (status, words in error) == (2, True)
    assert calls == []
    assert run("bench", "phantom", "--json", tmp_path / "new" / "x")[0] == 0
    assert (tmp_path / "new").is_dir()


def test_an_error_of_several_lines_is_said_in_one(run, monkeypatch):
    def fail(word, **_):
        raise SourceError("One\nthing after\n another.")

    monkeypatch.setattr("app.capture.words.parse", fail)
    assert run("x") == (2, "", ["sonoblock: One thing after another."])


def test_annotate_writes_masks_and_table_with_a_shipped_network(tmp_path):
    pytest.importorskip("onnxruntime")
    out = tmp_path / "out"
    process = start("annotate", "phantom", "--out", out, "--limit", "3", "--engine", "onnxruntime")
    output, errors = process.communicate(timeout=100)
    assert (process.returncode, output, errors) == (0, "", "")
    assert [path.name for path in sorted(out.glob("*.png"))] == ["000000.png", "000001.png", "000002.png"]
    with (out / "predictions.csv").open(newline="") as stream:
        assert [row["scan_w"] for row in csv.DictReader(stream)] == ["640"] * 3


def test_names_of_several_lines_are_said_in_one(run, tmp_path):
    pytest.importorskip("onnxruntime")
    write_images(tmp_path / "pictures", 2)
    (tmp_path / "pictures" / "no\npicture.png").write_bytes(b"no picture")
    (tmp_path / "a\nclip.mp4").write_bytes(b"no clip" * 100)
    said = run("annotate", tmp_path / "pictures", "--out", tmp_path / "one", "--engine", "onnxruntime")
    assert said == (0, "", ["sonoblock: no picture.png cannot be read and was left out."])
    both = tmp_path / "pictures", tmp_path / "a\nclip.mp4"
    status, _, errors = run("annotate", *both, "--out", tmp_path / "two", "--engine", "onnxruntime")
    assert (status, len(errors)) == (2, 2)
    assert errors[0] == f"sonoblock: {tmp_path / 'pictures'}: no picture.png cannot be read and was left out."
    assert errors[1].count("a clip.mp4") == 1


@pytest.mark.parametrize("name", ["predictions.csv", "000000.png", "004711.png"])
def test_annotate_mixes_nothing_into_the_masks_of_another_run(run, tmp_path, name):
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_bytes(b"of another run")
    status, _, errors = run("annotate", "phantom", "--out", out, "--limit", "1")
    assert status == 2
    assert errors == [f"sonoblock: {out} holds masks or a table already: choose another folder, or remove it."]
    assert [path.read_bytes() for path in out.iterdir()] == [b"of another run"]


def test_annotate_writes_beside_what_is_no_mask(run, tmp_path):
    pytest.importorskip("onnxruntime")
    (tmp_path / "notes.txt").touch()
    assert run("annotate", "phantom", "--out", tmp_path, "--limit", "1", "--engine", "onnxruntime") == (0, "", [])
    assert {"000000.png", "predictions.csv"} <= {path.name for path in tmp_path.iterdir()}


def test_annotate_names_the_pictures_that_it_left_out(run, tmp_path):
    pytest.importorskip("onnxruntime")
    folder = tmp_path / "pictures"
    folder.mkdir()
    cv2.imwrite(str(folder / "1.png"), np.full((40, 50), 90, np.uint8))
    (folder / "2.png").write_bytes(b"no picture")
    cv2.imwrite(str(folder / "3.png"), np.full((40, 50), 90, np.uint8))
    status, output, errors = run("annotate", folder, "--out", tmp_path / "out", "--engine", "onnxruntime")
    assert (status, output) == (0, "")
    assert errors == ["sonoblock: 2.png cannot be read and was left out."]
    assert len(list((tmp_path / "out").glob("*.png"))) == 2


def test_annotate_goes_through_a_dicom_folder_and_counts_what_it_left_out(run, tmp_path):
    pytest.importorskip("onnxruntime")
    folder = tmp_path / "dicom"
    folder.mkdir()
    shutil.copy(get_testdata_file("examples_ybr_color.dcm", download=False), folder / "1")
    engine = "--engine", "onnxruntime"
    assert run("annotate", folder, "--out", tmp_path / "one", *engine) == (0, "", [])
    other = Path(get_testdata_file("examples_rgb_color.dcm", download=False)).read_bytes()
    (folder / "2").write_bytes(other[:1500])
    sentence = f"sonoblock: {folder} holds DICOM files that cannot be read and were left out: 1."
    assert run("annotate", folder, "--out", tmp_path / "two", *engine) == (0, "", [sentence])


@pytest.mark.skipif(sys.platform != "linux", reason="only there a name may be anything but Unicode")
def test_a_clip_is_not_written_where_opencv_would_crash(tmp_path):
    pytest.importorskip("onnxruntime")
    out = Path(os.fsdecode(os.fsencode(tmp_path) + b"/M\xfcller"))
    process = start("annotate", "phantom", "--out", out, "--limit", "1", "--engine", "onnxruntime", "--video")
    _, errors = process.communicate(timeout=100)
    assert (process.returncode, errors.count("\n")) == (2, 1)
    assert "its path is not Unicode" in errors


def started_annotate(out, *arguments, nohup=False, **settings):
    """`annotate` of the phantom in another process, which has written some frames."""
    pytest.importorskip("onnxruntime")
    # What is started inherits whether SIGHUP is ignored; the tests themselves may have been started by nohup.
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN if nohup else signal.SIG_DFL)
    try:
        process = start("annotate", "phantom", "--out", out, "--engine", "onnxruntime", *arguments, **settings)
    finally:
        signal.signal(signal.SIGHUP, before)
    deadline = time.monotonic() + 60
    while not (out / "000004.png").exists():
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    return process


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals for another process")
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_ctrl_c_and_being_told_to_end_stop_annotate_with_whole_files(tmp_path, name, status):
    out = tmp_path / "out"
    process = started_annotate(out, "--video")
    process.send_signal(getattr(signal, name))
    _, errors = process.communicate(timeout=60)
    assert process.returncode == status
    assert errors.splitlines() == ["sonoblock: stopped."]
    with (out / "predictions.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    masks = [cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in sorted(out.glob("*.png"))]
    assert len(rows) in (len(masks), len(masks) - 1)
    assert all(mask is not None and mask.shape == (336, 640) for mask in masks)
    assert list(out.glob("overlay.*"))
    assert not list(out.glob(".part*"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGHUP")
def test_annotate_ends_in_order_where_its_terminal_is_closed(tmp_path):
    terminal, other_end = os.openpty()
    process = started_annotate(tmp_path / "out", stderr=other_end)
    os.close(other_end)
    os.close(terminal)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=60)
    assert process.returncode == 129
    assert (tmp_path / "out" / "predictions.csv").exists()
    assert not list((tmp_path / "out").glob(".part*"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGHUP")
def test_nohup_keeps_annotate_going_when_the_terminal_is_closed(tmp_path):
    process = started_annotate(tmp_path / "out", "--limit", "200", nohup=True)
    assert process.poll() is None
    process.send_signal(signal.SIGHUP)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0
    assert len(list((tmp_path / "out").glob("*.png"))) == 200


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes and devices")
@pytest.mark.parametrize(("command", "unbuffered"), [("devices", ""), ("devices", "1"), ("--help", "")])
def test_output_that_nobody_reads_or_that_finds_no_room_ends_without_a_traceback(command, unbuffered):
    read, write = os.pipe()
    os.close(read)
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    run = [sys.executable, "-m", "app", command]
    done = subprocess.run(run, stdout=write, stderr=subprocess.PIPE, text=True, check=False, env=environment)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")
    if not Path("/dev/full").exists():
        return
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(run, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert done.stderr.startswith("sonoblock: Standard output cannot be written (No space left on device)")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("hanging", [True, False])
def test_a_thread_that_hangs_in_a_library_is_left_behind_without_taking_python_apart(hanging):
    code = (
        "import atexit, threading, time; from app.__main__ import leave;"
        "atexit.register(print, 'taken apart'); print('said');"
        f"{hanging} and threading.Thread(target=time.sleep, args=(60,), daemon=True).start(); leave(3)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 3
    assert done.stdout.split("\n") == (["said", ""] if hanging else ["said", "taken apart", ""])


def test_settings_are_json_that_the_command_line_understands(run, window, tmp_path):
    folder = tmp_path / "home" / "config"
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text(json.dumps({"source": "phantom"}))
    assert run()[0] == 0
    assert window[0][0].word == "phantom"
