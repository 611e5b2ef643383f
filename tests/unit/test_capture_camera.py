import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest

from app.capture import camera
from app.capture.camera import Attempt, Camera, attempts, without_password
from app.capture.newest import Lateness
from app.capture.source import Recording, Source, SourceError, SourceInfo, SourceKind
from tests.media import MjpegServer, free_port, needs
from tests.rtsp import RtspServer

BEFORE_OPENCV_S = 20.0
"""OpenCV by itself waits for half a minute; how much sooner ours gives up, on a busy machine too, is not for a test."""


class FakeCapture:
    """A UVC grabber as OpenCV shows it: raw pictures at few a second, Motion JPEG at full rate."""

    made: ClassVar[list["FakeCapture"]]
    absent: frozenset[int] = frozenset()
    """Readers through which it cannot be opened."""
    largest = (1920, 1080)
    raw_rate = 10.0
    pictures: int = 1_000_000
    """How many it gives before it vanishes."""
    empty = 0
    """How many reads fail before the first picture."""

    def __init__(self, target: int | str, reader: int, parameters: list[int]) -> None:
        self.target, self.reader, self.parameters = target, reader, parameters
        self.released = False
        self.reads = 0
        self.values = {cv2.CAP_PROP_FRAME_WIDTH: 640.0, cv2.CAP_PROP_FRAME_HEIGHT: 480.0, cv2.CAP_PROP_FPS: 30.0}
        self.values[cv2.CAP_PROP_FOURCC] = float(cv2.VideoWriter.fourcc(*"YUYV"))
        type(self).made.append(self)

    def isOpened(self) -> bool:
        return self.reader not in self.absent and not self.released

    def set(self, what: int, value: float) -> bool:
        self.values[what] = value
        self.values[cv2.CAP_PROP_FRAME_WIDTH] = min(self.values[cv2.CAP_PROP_FRAME_WIDTH], self.largest[0])
        self.values[cv2.CAP_PROP_FRAME_HEIGHT] = min(self.values[cv2.CAP_PROP_FRAME_HEIGHT], self.largest[1])
        return True

    def get(self, what: int) -> float:
        raw = self.values[cv2.CAP_PROP_FOURCC] != cv2.VideoWriter.fourcc(*"MJPG")
        if what == cv2.CAP_PROP_FPS and raw:
            return min(self.raw_rate, self.values[what])
        return self.values.get(what, 0.0)

    def read(self) -> tuple[bool, Any]:
        self.reads += 1
        if not self.empty < self.reads <= self.empty + self.pictures:
            return False, None
        size = (int(self.values[cv2.CAP_PROP_FRAME_HEIGHT]), int(self.values[cv2.CAP_PROP_FRAME_WIDTH]), 3)
        return True, np.full(size, self.reads % 256, np.uint8)

    def release(self) -> None:
        self.released = True


@pytest.fixture
def grabber(monkeypatch: pytest.MonkeyPatch) -> type[FakeCapture]:
    """A grabber in place of OpenCV's, on a system without device files that could be looked at."""

    class Grabber(FakeCapture):
        made: ClassVar[list[FakeCapture]] = []

    monkeypatch.setattr(cv2, "VideoCapture", Grabber)
    monkeypatch.setattr(sys, "platform", "win32")
    return Grabber


def test_a_camera_is_a_live_source_that_is_tried_again() -> None:
    device = Camera(0)
    assert isinstance(device, Source)
    assert not isinstance(device, Recording)
    assert (device.paced, device.retries, device.kind) == (True, True, SourceKind.LIVE)
    assert (device.word, device.name) == ("camera:0", "Camera 0")


@pytest.mark.parametrize(
    ("target", "platform", "readers"),
    [
        (1, "linux", [cv2.CAP_V4L2]),
        ("/dev/video1", "linux", [cv2.CAP_V4L2]),
        (1, "win32", [cv2.CAP_MSMF, cv2.CAP_DSHOW]),
        (1, "darwin", [cv2.CAP_AVFOUNDATION]),
        (1, "freebsd14", [cv2.CAP_ANY]),
        ("rtsp://host/a", "win32", [cv2.CAP_FFMPEG]),
    ],
)
def test_each_system_has_its_own_readers(target: int | str, platform: str, readers: list[int]) -> None:
    ways = attempts(target, platform)
    assert [way.reader for way in ways] == readers
    assert {way.target for way in ways} == {target}


def test_a_number_may_choose_the_reader_as_in_opencv() -> None:
    assert attempts(cv2.CAP_DSHOW + 1, "win32") == [Attempt(1, cv2.CAP_DSHOW)]


def test_streams_have_limits_of_three_seconds() -> None:
    parameters = attempts("rtsp://host/a", "linux")[0].parameters
    limits = dict(zip(parameters[::2], parameters[1::2], strict=True))
    assert limits[cv2.CAP_PROP_OPEN_TIMEOUT_MSEC] == limits[cv2.CAP_PROP_READ_TIMEOUT_MSEC] == 3000


def test_making_a_camera_touches_nothing(grabber: type[FakeCapture]) -> None:
    Camera(0)
    assert grabber.made == []


def test_the_size_and_rate_asked_for_are_got_with_motion_jpeg_where_raw_is_too_slow(
    grabber: type[FakeCapture],
) -> None:
    assert Camera(2).open() == SourceInfo(1280, 720, 30.0, "MJPG")
    assert grabber.made[0].target == 2
    assert grabber.made[0].reader == cv2.CAP_MSMF


def test_raw_pictures_are_kept_where_they_are_quick_enough(grabber: type[FakeCapture]) -> None:
    grabber.raw_rate = 60.0
    assert Camera(0).open() == SourceInfo(1280, 720, 30.0, "YUYV")


def test_what_was_got_instead_of_what_was_asked_for_is_told(grabber: type[FakeCapture]) -> None:
    grabber.largest = (720, 576)
    info = Camera(0, size=(1920, 1080), rate=60).open()
    assert (info.width, info.height) == (720, 576)
    assert info.detail == "MJPG, 1920 × 1080 at 60 a second was asked for"


def test_a_rate_that_is_none_is_told_as_none(grabber: type[FakeCapture]) -> None:
    grabber.raw_rate = float("nan")
    assert Camera(0).open().rate is None


def test_directshow_is_tried_where_media_foundation_fails(grabber: type[FakeCapture]) -> None:
    grabber.absent = frozenset({cv2.CAP_MSMF})
    device = Camera(0)
    device.open()
    assert [made.reader for made in grabber.made] == [cv2.CAP_MSMF, cv2.CAP_DSHOW]
    assert [made.released for made in grabber.made] == [True, False]
    device.close()
    assert grabber.made[1].released


def test_pictures_come_in_turn_read_only_and_the_first_is_not_lost(grabber: type[FakeCapture]) -> None:
    grabber.empty = 2
    device = Camera(0)
    device.open()
    pictures = [device.read() for _ in range(3)]
    assert [picture.pixels[0, 0, 0] for picture in pictures] == [3, 4, 5]
    assert all(picture.time_s is None for picture in pictures)
    assert not any(picture.pixels.flags.writeable for picture in pictures)


def test_opening_twice_changes_nothing_and_closing_twice_does_no_harm(grabber: type[FakeCapture]) -> None:
    device = Camera(0)
    assert device.open() is device.open()
    assert len(grabber.made) == 1
    device.close()
    device.close()
    with pytest.raises(SourceError, match="is not open"):
        device.read()
    device.open()
    assert len(grabber.made) == 2


def test_a_camera_that_vanishes_says_so_and_can_be_opened_again(grabber: type[FakeCapture]) -> None:
    grabber.pictures = 3
    device = Camera(0)
    device.open()
    for _ in range(3):
        device.read()
    with pytest.raises(SourceError, match=r"Camera 0 gives no more pictures: check its cable"):
        device.read()
    device.close()
    device.open()
    device.read()


def test_an_error_of_opencv_while_reading_is_a_camera_that_vanished(
    grabber: type[FakeCapture], monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Camera(0)
    device.open()
    device.read()

    def fail(self: FakeCapture) -> None:
        raise cv2.error("(-2:Unspecified error) in function 'read'")

    monkeypatch.setattr(grabber, "read", fail)
    with pytest.raises(SourceError, match="gives no more pictures"):
        device.read()


def test_a_camera_without_a_signal_is_given_up_in_time(
    grabber: type[FakeCapture], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "TIMEOUT_S", 0.1)
    grabber.pictures = 0
    with pytest.raises(SourceError, match="Camera 0 is there but gives no picture"):
        Camera(0).open()
    assert all(made.released for made in grabber.made)


def test_a_camera_that_cannot_be_opened_says_what_to_do(grabber: type[FakeCapture]) -> None:
    grabber.absent = frozenset({cv2.CAP_MSMF, cv2.CAP_DSHOW})
    with pytest.raises(SourceError, match=r"Camera 0 cannot be opened: plug it in, close other programs"):
        Camera(0).open()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="device files are Linux's")
@pytest.mark.parametrize("target", [98, "/dev/video98"])
def test_a_missing_device_file_is_named_in_one_quiet_sentence(
    target: int | str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SourceError, match=r"There is no Camera .*98 \(/dev/video98\): plug it in"):
        Camera(target).open()
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="device files are Linux's")
def test_a_file_that_is_no_camera_is_refused_quietly(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "video0"
    path.write_bytes(b"no camera")
    with pytest.raises(SourceError, match="cannot be opened"):
        Camera(str(path)).open()
    assert capfd.readouterr().err == ""


def test_names_and_passwords_of_users_are_never_shown() -> None:
    address = "rtsp://user:p@ss/w0rd@host:554/live?token=secret"
    assert without_password(address) == "rtsp://host:554/live"
    assert Camera(address).name == "Stream rtsp://host:554/live"
    assert Camera(address).word == f"camera:{address}"
    assert without_password("http://host/live.mjpg") == "http://host/live.mjpg"


def test_a_stream_that_is_not_there_is_refused_soon_and_quietly(capfd: pytest.CaptureFixture[str]) -> None:
    start = time.monotonic()
    url = f"http://127.0.0.1:{free_port()}/live.mjpg"
    with pytest.raises(SourceError, match=f"Stream {url} cannot be opened: check the address"):
        Camera(url).open()
    assert time.monotonic() - start < BEFORE_OPENCV_S
    assert capfd.readouterr().err == ""


@pytest.fixture(params=["http", "rtsp"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> MjpegServer | RtspServer:
    return MjpegServer() if request.param == "http" else RtspServer(tmp_path)


@needs("ffmpeg")
def test_a_stream_is_read_and_when_it_stops_says_so_and_can_be_opened_again(
    server: MjpegServer | RtspServer, capfd: pytest.CaptureFixture[str]
) -> None:
    with server:
        stream = Camera(server.url)
        for _ in range(2):
            info = stream.open()
            assert (info.width, info.height, info.rate) == (320, 240, None)
            assert info.detail == ("MJPG" if isinstance(server, MjpegServer) else "FMP4")
            read = [stream.read() for _ in range(10)]
            arrivals = [picture.arrived or 0.0 for picture in read]
            assert arrivals == sorted(set(arrivals))
            pictures = [picture.pixels for picture in read]
            assert all(picture.shape == (240, 320, 3) and not picture.flags.writeable for picture in pictures)
            assert not np.array_equal(pictures[0], pictures[-1])
            server.stop()
            with pytest.raises(SourceError, match=r"Stream \w+://127\.0\.0\.1:\d+/live\S* gives no more pictures"):
                for _ in range(1000):
                    stream.read()
            stream.close()
            with pytest.raises(SourceError, match="cannot be opened"):
                stream.open()
            server.start()
    assert capfd.readouterr().err == ""


def test_pictures_of_a_stream_may_change_their_size_and_a_broken_one_is_passed_over(
    capfd: pytest.CaptureFixture[str],
) -> None:
    random = np.random.default_rng(0)
    sizes = ((240, 320, 50), (96, 128, 90))
    shown = [random.integers(grey - 40, grey + 41, (high, wide, 3), np.uint8) for high, wide, grey in sizes]
    first, second = (cv2.imencode(".jpg", picture)[1].tobytes() for picture in shown)
    wanted = threading.Semaphore(1)

    def one_by_one() -> Iterator[bytes]:
        for picture in (first, first, first[: len(first) // 2], second, first):
            wanted.acquire(timeout=20)
            yield picture

    with serving(motion_jpeg(one_by_one())) as address:
        stream = Camera(address)
        stream.open()
        pictures = []
        for more in (0, 1, 2, 1):
            for _ in range(more):
                wanted.release()
            pictures.append(stream.read().pixels)
        stream.close()
    assert [picture.shape for picture in pictures] == [shown[number].shape for number in (0, 0, 1, 0)]
    assert [round(picture.mean()) for picture in pictures] == [50, 50, 90, 50]
    assert capfd.readouterr().err == ""


def test_pictures_of_a_stream_that_nobody_takes_do_not_wait() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (1000, 1000), np.uint8)
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 100])[1].tobytes()
    sent = threading.Event()

    def more_than_a_network_holds() -> Iterator[bytes]:
        for _ in range(100):
            yield data
        sent.set()

    with serving(motion_jpeg(more_than_a_network_holds())) as address:
        stream = Camera(address)
        stream.open()
        stream.read()
        all_sent = sent.wait(20)
        stream.close()
    assert all_sent


def shown_of(*pictures: tuple[float, float]) -> list[float]:
    """Those of pictures (time stamp, when it was read) that are not too late, by their stamps."""
    lateness = Lateness()
    return [stamp for stamp, now in pictures if not lateness.too_late(stamp, now)]


def test_pictures_that_waited_are_passed_over_until_they_are_prompt_again() -> None:
    prompt = [(number * 0.04, 100 + number * 0.04 + number % 3 * 0.05) for number in range(50)]
    assert len(shown_of(*prompt)) == 50
    # Two seconds of which nothing could be read, and what waited is then read at five times the speed.
    waited = [(2 + number * 0.04, 104 + number * 0.008) for number in range(80)]
    shown = shown_of(*prompt, *waited)[50:]
    assert shown
    assert all(104 + (stamp - 2) / 5 - (100 + stamp) <= 0.1 + 1e-6 for stamp in shown)


@pytest.mark.parametrize("rate", [0.0, 20.0])
def test_a_stream_without_a_clock_or_with_a_wrong_one_is_shown(rate: float) -> None:
    """Its stamps are all the same, or those of 25 pictures a second, of which only `rate` come."""
    pictures = [(number / 25 if rate else 0.0, number / (rate or 25)) for number in range(2000)]
    lateness = Lateness()
    late = [lateness.too_late(*picture) for picture in pictures]
    assert sum(late) < (100 if rate else 1)
    assert not any(late[500:])


def test_a_sender_that_begins_anew_is_not_late() -> None:
    pictures = [(number % 100 / 25, number / 25) for number in range(300)]
    assert len(shown_of(*pictures)) == 300


def motion_jpeg(pictures: Iterator[bytes]) -> type[BaseHTTPRequestHandler]:
    """Sends these JPEGs to the first that asks, as a camera does."""

    class Sender(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
            self.end_headers()
            with suppress(ConnectionError):
                for picture in pictures:
                    head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                    self.wfile.write(head.encode() + picture + b"\r\n")

        def log_message(self, *_: object) -> None:
            pass

    return Sender


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server that answers as `handler` does."""
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="page")
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@needs("ffmpeg")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot halt a program by a signal")
def test_a_stream_that_stalls_is_given_up_in_seconds(server: MjpegServer | RtspServer) -> None:
    with server:
        stream = Camera(server.url)
        stream.open()
        server.stall()
        start = time.monotonic()
        with pytest.raises(SourceError, match="gives no more pictures"):
            for _ in range(1000):
                stream.read()
        assert time.monotonic() - start < BEFORE_OPENCV_S
        stream.close()


def test_a_sender_that_answers_nothing_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        with pytest.raises(SourceError, match="cannot be opened"):
            Camera(f"http://127.0.0.1:{silent.getsockname()[1]}/").open()
        assert time.monotonic() - start < BEFORE_OPENCV_S


def test_a_page_that_is_no_stream_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html>Please log in.</html>")

        def log_message(self, *_: object) -> None:
            pass

    with serving(Page) as address, pytest.raises(SourceError, match=r"Stream http://.* cannot be opened"):
        Camera(address).open()
    assert capfd.readouterr().err == ""
