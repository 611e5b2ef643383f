from collections import namedtuple
from datetime import datetime
from pathlib import Path

import pytest

from app import __main__ as command_line
from app.capture.source import SourceInfo, SourceKind
from app.pipeline import self_check
from app.pipeline.self_check import Facts, Line, as_text, full_check, quick_check
from app.pipeline.statistics import Measures, Percentiles, Snapshot, Totals
from app.pipeline.types import ModelChanged, SourceChanged, SourceState
from model.bundle import copy_files, find, write_card

AGES = Percentiles(20.0, 40.0, 60.0)
READY = ModelChanged("default", "onnxruntime", True)


def numbers(fps=30.0, overlay=AGES, steps=None):
    measures = Measures(fps, fps, fps, AGES, overlay, 3, 1.0)
    return Snapshot(**vars(measures), steps_ms=steps or {}, totals=Totals(1.0, 30, 30, 30))


def source(state=SourceState.RUNNING, rate=30.0, reason=""):
    info = SourceInfo(1280, 720, rate)
    return SourceChanged("camera:0", "Grabber of Smith", SourceKind.LIVE, state, info, reason, 1.0)


def facts(event=None, model=READY, bundle="default", **about):
    return Facts(SourceKind.LIVE, event or source(), model, bundle, numbers(**about))


def by_name(lines):
    return {line.name: line for line in lines}


def test_a_machine_that_is_well_needs_nothing(tmp_path):
    steps = dict.fromkeys(("scale", "draw overlay", "paint", "capture", "postprocess"), AGES)
    lines = full_check(facts(steps=steps), [tmp_path / "not" / "there"])
    assert not [line for line in lines if line.advice]
    assert by_name(lines)["Source"].value == "LIVE · 1280 × 720 · 30.0 pictures a second of 30"
    assert by_name(lines)["Model"].value.startswith(f"default · {find('default').hash}")
    shown = [line.name.removeprefix("Step: ") for line in lines if line.name.startswith("Step")]
    assert shown == ["capture", "scale", "postprocess", "draw overlay", "paint"]  # The way of a frame.
    assert as_text(lines).endswith("All is well.\n")


@pytest.mark.parametrize(
    ("found", "line", "words"),
    [
        (facts(fps=12.0), "Source", "another USB port"),
        (facts(source(SourceState.NO_SIGNAL, reason="Smith.mp4 is gone")), "Source", "Check cable"),
        (Facts(None, None, READY, "default", numbers()), "Source", "Choose a source"),
        (facts(overlay=Percentiles(90.0, 180.0, 300.0)), "Overlay age", "plug the laptop in"),
        (facts(model=None), "Engine", "Wait until"),
        (facts(model=ModelChanged("default", "openvino", False, "it broke")), "Engine", "another engine or model"),
        (facts(bundle="/nowhere/Smith"), "Model", "get the model anew"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(tmp_path, found, line, words):
    lines = full_check(found, [tmp_path])
    assert words in by_name(lines)[line].advice
    text = as_text(lines)
    assert "One thing needs a look" in text
    assert "Smith" not in text


def test_a_damaged_model_is_found(tmp_path):
    whole = find("default")
    copy_files(whole, tmp_path / "copy")
    write_card(tmp_path / "copy", dict(whole.card))
    assert not by_name(full_check(facts(bundle=str(tmp_path / "copy")), [tmp_path]))["Model"].advice
    with (tmp_path / "copy" / "network.onnx").open("ab") as stream:
        stream.write(b"x")
    assert by_name(full_check(facts(bundle=str(tmp_path / "copy")), [tmp_path]))["Model"].advice


def test_a_full_disk_is_said_at_the_start_already(tmp_path, monkeypatch):
    assert not [line for line in quick_check(READY, [tmp_path]) if line.advice]
    monkeypatch.setattr(self_check, "ROOM_GB", 1e9)
    assert "Make room" in by_name(quick_check(READY, [tmp_path]))["Free disk"].advice


def test_the_disk_with_least_room_counts(tmp_path, monkeypatch):
    """Snapshots and recordings may be on two disks."""
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(self_check.shutil, "disk_usage", lambda path: usage(1e9 if path.name == "d" else 5e11))
    for name in ("c", "d"):
        (tmp_path / name).mkdir()
    assert by_name(quick_check(READY, [tmp_path / "c"]))["Free disk"].value == "500.0 GB"
    line = by_name(quick_check(READY, [tmp_path / "c", tmp_path / "d" / "recordings"]))["Free disk"]
    assert (line.value, "Make room" in line.advice) == ("1.0 GB", True)


def test_the_text_is_aligned_and_dated():
    text = as_text([Line("A", "one", "Do this."), Line("Long", "two")], datetime(2026, 1, 2, 3, 4))
    assert text.splitlines() == [
        "SonoBlock self-check, 2026-01-02 03:04",
        "",
        "A     one",
        "      ! Do this.",
        "Long  two",
        "",
        "One thing needs a look (marked !).",
    ]


def test_the_command_prints_the_page_without_a_window(capsys):
    status = command_line.main(["check", "--seconds", "0.3", "--engine", "onnxruntime"])
    text = capsys.readouterr().out
    assert status == 0, text
    assert "DEMO · 640 × 336" in text
    assert "ONNX Runtime" in text
    assert "Step: network" in text


def test_the_command_says_what_is_wrong_and_ends_with_2(capsys):
    assert command_line.main(["check", "--seconds", "0.1", "--model", "/nowhere"]) == 2
    assert "get the model anew" in capsys.readouterr().out
    assert command_line.main(["check", "--seconds", "0"]) == 2


def test_nothing_of_the_check_needs_a_folder_that_is_there():
    assert by_name(quick_check(READY, [Path("/nowhere/at/all")]))["Free disk"].value.endswith("GB")
