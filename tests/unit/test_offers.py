from pathlib import Path

import pytest

from app.capture.devices import CameraDevice, MonitorDevice
from app.gui.offers import Found, can_preview, offers, short, shown_elsewhere

GRABBER, WEBCAM = CameraDevice(2, "/dev/video2", "USB Video: USB Video"), CameraDevice(0, "/dev/video0", "Webcam")
MONITOR = MonitorDevice(1, 0, 0, 1920, 1080, "DP-1")


def test_the_last_used_come_first_then_devices_phantom_and_demo() -> None:
    found = offers(["/scans/clip.avi", "camera:2"], Found((WEBCAM, GRABBER), (MONITOR,)), ["Dell U2720Q"])
    assert [(one.word, one.title) for one in found] == [
        ("/scans/clip.avi", "clip.avi"),
        ("camera:2", "USB Video"),
        ("camera:0", "Webcam"),
        ("screen:1", "Dell U2720Q"),
        ("phantom", "Phantom"),
        ("demo", "Demo"),
    ]


def test_a_source_is_offered_once_by_the_word_that_was_used() -> None:
    found = offers(["camera:/dev/video2", "phantom"], Found((GRABBER,), ()))
    assert [one.word for one in found] == ["camera:/dev/video2", "phantom", "demo"]
    assert found[0].title == "USB Video"
    assert found[0].adjustable


def test_a_camera_that_is_not_plugged_in_and_a_stream_stay_among_the_last_used() -> None:
    stream, link = "camera:rtsp://me:secret@10.0.0.5/scan?key=1", "igtl://10.0.0.6:18944/Image"
    found = offers(["camera:3", stream, link, "screen:10,20,300,400"], Found())
    assert [(one.title, one.detail, one.adjustable) for one in found[:4]] == [
        ("Camera 3", "Camera", True),
        ("rtsp://10.0.0.5/scan", "Stream", False),
        ("igtl://10.0.0.6:18944/Image", "Stream", False),
        ("Part of the screen", "10,20,300,400", False),
    ]


def test_a_monitor_without_a_name_has_its_number() -> None:
    first = offers([], Found((), (MONITOR,)), [""])[0]
    assert (first.title, first.detail) == ("Monitor 1", "1920 × 1080")


@pytest.mark.parametrize(
    ("word", "may"), [("camera:0", True), ("screen", True), ("/a/clip.avi", True), ("camera:rtsp://h/s", False)]
)
def test_nothing_on_the_network_is_looked_at_unasked(word: str, may: bool) -> None:
    assert can_preview(word) is may


def test_one_camera_by_two_words_is_not_opened_twice() -> None:
    assert shown_elsewhere("camera:0", "camera:/dev/video0")
    assert not shown_elsewhere("camera:0", "camera:1")
    assert not shown_elsewhere("demo", "phantom")


def test_a_short_word_hides_passwords() -> None:
    assert short("camera:rtsp://me:secret@h/s") == "camera:rtsp://h/s"
    assert short(str(Path("/scans/clip.avi").absolute())) == "clip.avi"
