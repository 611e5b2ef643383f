import math
from typing import Any

import cv2
import numpy as np
import pytest

from app.capture import camera
from app.capture.camera import Camera
from app.capture.camera_mode import CameraMode, ask_kept
from app.capture.words import parse


@pytest.mark.parametrize(
    "mode", [CameraMode(), CameraMode((1920, 1080), 60.0, "MJPG"), CameraMode((640, 480), 29.97, "YUY2")]
)
def test_a_mode_is_a_text_that_a_person_can_write(mode: CameraMode) -> None:
    assert CameraMode.parse(str(mode)) == mode


@pytest.mark.parametrize("text", ["", "1280x720", "1280x720@0", "0x0@30", "1280x720@30 MJPEG", "big"])
def test_what_is_no_mode_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is no camera mode: write it like"):
        CameraMode.parse(text)


class Driver:
    """In OpenCV's place: gives raw pictures at 10 a second, and MJPG as asked."""

    def __init__(self, *_: Any) -> None:
        self.asked: list[tuple[int, float]] = []
        self.values: dict[int, float] = {}
        drivers.append(self)

    def isOpened(self) -> bool:
        return True

    def set(self, name: int, value: float) -> bool:
        self.asked.append((name, value))
        self.values[name] = value
        return True

    def get(self, name: int) -> float:
        if name == cv2.CAP_PROP_FPS and self.values.get(cv2.CAP_PROP_FOURCC) != MJPG:
            return 10.0
        return self.values.get(name, math.nan if name == cv2.CAP_PROP_FPS else 0.0)

    def read(self) -> tuple[bool, Any]:
        size = int(self.values[cv2.CAP_PROP_FRAME_HEIGHT]), int(self.values[cv2.CAP_PROP_FRAME_WIDTH])
        return True, np.zeros((*size, 3), np.uint8)

    def release(self) -> None:
        pass


drivers: list[Driver] = []
MJPG = cv2.VideoWriter.fourcc(*"MJPG")
YUY2 = cv2.VideoWriter.fourcc(*"YUY2")


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> list[Driver]:
    drivers.clear()
    monkeypatch.setattr(cv2, "VideoCapture", Driver)
    monkeypatch.setattr(camera.Camera, "_check_device", lambda _: None)
    return drivers


def test_size_rate_and_format_are_asked_for_in_that_mode(driver: list[Driver]) -> None:
    source = Camera(0)
    source.ask(CameraMode((1920, 1080), 50.0, "YUY2"))
    info = source.open()
    source.close()
    (asked,) = driver
    assert (info.width, info.height) == (1920, 1080)
    # A format that was chosen is kept, slow as it is, and comes first: sizes depend on it.
    assert [value for name, value in asked.asked if name == cv2.CAP_PROP_FOURCC] == [YUY2]
    assert asked.asked[1:] == [
        (cv2.CAP_PROP_FOURCC, YUY2),
        (cv2.CAP_PROP_FRAME_WIDTH, 1920),
        (cv2.CAP_PROP_FRAME_HEIGHT, 1080),
        (cv2.CAP_PROP_FPS, 50.0),
    ]
    assert "1920 × 1080 at 50 a second was asked for" in info.detail


def test_without_a_choice_the_program_takes_mjpg_where_raw_pictures_are_slow(driver: list[Driver]) -> None:
    source = Camera(0)
    source.ask(CameraMode((640, 480), 25.0))
    assert source.open().rate == 25.0
    source.close()
    assert driver[0].values[cv2.CAP_PROP_FOURCC] == MJPG


def test_a_kept_mode_is_asked_for_but_the_command_lines_rate_wins(driver: list[Driver]) -> None:
    kept = {"camera:0": "640x480@25 MJPG", "camera:1": "rubbish"}
    for word, rate, expected in (("camera:0", None, 25.0), ("camera:0", 15.0, 15.0), ("camera:1", None, 30.0)):
        source = parse(word, rate=rate)
        ask_kept(source, word, kept)
        source.open()
        source.close()
        assert driver[-1].values[cv2.CAP_PROP_FPS] == expected


def test_what_is_no_camera_is_left_alone() -> None:
    ask_kept(parse("phantom"), "phantom", {"phantom": "640x480@25"})
