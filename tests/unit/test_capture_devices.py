import sys
from pathlib import Path
from typing import Any

import cv2
import cv2_enumerate_cameras
import pytest
from cv2_enumerate_cameras import CameraInfo

from app.capture import devices
from app.capture.devices import CameraDevice, MonitorDevice
from app.capture.words import parse
from tests.media import needs, virtual_screen


def list_instead(monkeypatch: pytest.MonkeyPatch, found: dict[int, list[CameraInfo]], platform: str) -> None:
    def opened(*_: Any) -> None:
        raise AssertionError("a camera was opened")

    monkeypatch.setattr(cv2, "VideoCapture", opened)
    monkeypatch.setattr(cv2_enumerate_cameras, "enumerate_cameras", lambda reader: found[reader])
    monkeypatch.setattr(sys, "platform", platform)


def test_cameras_are_listed_by_number_with_path_and_name_and_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    v4l2 = [
        CameraInfo(2, "Capture Card", "/dev/video2", 1, 2, cv2.CAP_V4L2),
        CameraInfo(0, "Webcam", "/dev/video0", 1, 3, cv2.CAP_V4L2),
    ]
    list_instead(monkeypatch, {cv2.CAP_V4L2: v4l2}, "linux")
    assert devices.cameras() == [
        CameraDevice(0, "/dev/video0", "Webcam"),
        CameraDevice(2, "/dev/video2", "Capture Card"),
    ]


def test_two_cameras_of_one_name_are_both_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    twins = [CameraInfo(number, "USB Video", None, None, None, cv2.CAP_V4L2) for number in (0, 1)]
    list_instead(monkeypatch, {cv2.CAP_V4L2: twins}, "linux")
    assert devices.cameras() == [CameraDevice(0, "", "USB Video"), CameraDevice(1, "", "USB Video")]


def test_what_only_directshow_knows_comes_last_under_opencvs_number_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {
        cv2.CAP_MSMF: [CameraInfo(0, "Webcam", "usb#1", 1, 2, cv2.CAP_MSMF)],
        cv2.CAP_DSHOW: [
            CameraInfo(0, "Webcam", "usb#1", 1, 2, cv2.CAP_DSHOW),
            CameraInfo(1, "Old Grabber", None, None, None, cv2.CAP_DSHOW),
        ],
    }
    list_instead(monkeypatch, found, "win32")
    assert devices.cameras() == [CameraDevice(0, "usb#1", "Webcam"), CameraDevice(701, "", "Old Grabber")]
    assert [device.word for device in devices.cameras()] == ["camera:0", "camera:701"]


def test_no_cameras_where_the_system_has_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(reader: int) -> list[CameraInfo]:
        raise NotImplementedError

    monkeypatch.setattr(cv2_enumerate_cameras, "enumerate_cameras", refuse)
    assert devices.cameras() == []


def test_the_cameras_of_this_machine_can_be_named(capfd: pytest.CaptureFixture[str]) -> None:
    for device in devices.cameras():
        assert device.name
        assert parse(device.word).word == device.word
    assert capfd.readouterr().err == ""


@needs("Xvfb")
def test_monitors_are_listed_with_their_place() -> None:
    with virtual_screen(640, 480):
        found = devices.monitors()
    assert found == [MonitorDevice(1, 0, 0, 640, 480, found[0].name)]
    assert found[0].name
    assert found[0].word == "screen:1"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="DISPLAY is X11's")
def test_there_are_no_monitors_without_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert devices.monitors() == []


def test_people_know_cameras_by_plain_names_and_twins_by_a_number() -> None:
    names = ["USB Video: USB Video", "USB Video: USB Video", "Integrated Camera: Integrated C", "Webcam"]
    found = [CameraDevice(number, "", name) for number, name in enumerate(names)]
    assert devices.titles(found) == ["USB Video (1)", "USB Video (2)", "Integrated Camera", "Webcam"]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("camera:0", "camera:/dev/video0", True),
        ("camera:701", "camera:1", True),
        ("camera:1", "camera:0", False),
        ("camera:rtsp://host/1", "camera:rtsp://host/1", True),
        ("camera:rtsp://host/1", "camera:1", False),
        ("screen:1", "camera:1", False),
    ],
)
def test_the_words_of_one_camera_have_one_key(first: str, second: str, same: bool) -> None:
    assert (devices.camera_key(first) == devices.camera_key(second)) is same


def test_the_cameras_of_a_mac_are_listed_through_its_own_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        CameraInfo(1, "USB3 HDMI Capture", "0x14200000534d2109", 1, 2, cv2.CAP_AVFOUNDATION),
        CameraInfo(0, "FaceTime HD Camera", "47B4B64B-7067-4B9C", 1, 3, cv2.CAP_AVFOUNDATION),
    ]
    list_instead(monkeypatch, {cv2.CAP_AVFOUNDATION: found}, "darwin")
    assert devices.titles(devices.cameras()) == ["FaceTime HD Camera", "USB3 HDMI Capture"]
    assert [device.word for device in devices.cameras()] == ["camera:0", "camera:1"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="links to devices are Linux's")
def test_a_link_to_a_device_is_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "resolve", lambda _: Path("/dev/video2"))
    assert devices.camera_key("camera:/dev/v4l/by-id/usb-Grabber-index0") == "camera:2"
