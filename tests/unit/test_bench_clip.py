"""The clip that the window is measured on, read back as the program reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.capture.phantom import Phantom
from app.capture.video import VideoFile
from app.pipeline.types import Rect
from model.preprocess import to_grey
from scripts.bench_clip import GROUND, main, scan_area
from scripts.bench_sizes import numbers
from tests.conftest import ROOT


def read_back(path: Path) -> tuple[list[np.ndarray], float | None]:
    clip = VideoFile(path)
    info = clip.open()
    frames = []
    while (picture := clip.read()) is not None:
        frames.append(picture.pixels)
    clip.close()
    return frames, info.rate


def write(path: Path, *arguments: str) -> int:
    return main(["--out", str(path), "--seconds", "1", "--size", "480x320", "--rate", "12", *arguments])


def test_nothing_of_encoders_that_are_not_here_is_printed() -> None:
    # As a script does it: OpenCV comes first.
    code = "import cv2; from app.pipeline.codecs import best_codec; assert best_codec()"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENCV_")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert done.stderr == b""


@pytest.mark.parametrize("name", ["clip.mp4", "clip.avi"])
def test_the_clip_shows_the_phantom_in_the_middle_of_a_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = tmp_path / "new" / name
    assert write(path) == 0
    assert capsys.readouterr().out == f"{path}, scan area 48,59,384,202\n"
    frames, rate = read_back(path)
    area = Rect(48, 59, 384, 202)
    assert len(frames) == 12
    assert rate == pytest.approx(12)
    phantom = Phantom(rate=12)
    phantom.open()
    for number, frame in enumerate(frames):
        assert frame.shape == (320, 480, 3)
        picture = phantom.read()
        assert picture is not None
        seen = cv2.resize(to_grey(area.cut(frame)), (640, 336), interpolation=cv2.INTER_AREA)
        assert np.corrcoef(seen.ravel(), picture.pixels.ravel())[0, 1] > 0.9, number
        area.cut(frame := frame.copy())[:] = GROUND
        assert (abs(frame.astype(int) - GROUND) < 8).mean() > 0.9
        assert (frame > 120).sum() > 100


def test_the_scan_area_keeps_the_pictures_shape_in_the_middle() -> None:
    assert scan_area((1280, 720), (640, 336)) == Rect(128, 91, 1024, 538)
    tall = scan_area((320, 1000), (640, 336))
    assert tall.width == 256
    assert abs(tall.width / tall.height - 640 / 336) < 0.02


def test_what_cannot_be_meant_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--size", "big"], ["--size", "101x300"], ["--rate", "0"], ["--seconds", "-1"]):
        with pytest.raises(SystemExit) as ended:
            main(["--out", str(tmp_path / "clip.mp4"), *arguments])
        assert ended.value.code == 2
        assert arguments[1] in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert write(tmp_path / "file" / "clip.mp4") == 2
    assert "cannot be written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["file"]


def test_the_table_of_sizes_takes_its_numbers_from_the_bench() -> None:
    report = {
        "painted_fps": 29.9,
        "predicted_fps": 20,
        "picture_age_ms": {"p50": 12.0, "p95": 20.0, "max": None},
        "overlay_age_ms": {"p50": 40.0, "p95": None, "max": None},
        "paint_ms": {"p50": 2.0, "p95": 4.0, "max": 9.0},
        "painted_in_time": 0.9,
    }
    found = numbers(report)
    assert found[:6] == [29.9, 20.0, 2.0, 4.0, 20.0, 40.0]
    assert np.isnan(found[6])
    assert found[7] == 0.9
