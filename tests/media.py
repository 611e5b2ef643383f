"""Test material: real videos with readable frame numbers, broken files, a virtual screen, a stream that stops."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import mss
import numpy as np
import psutil
import pytest

from app.capture.recorded import RecordedClip
from app.capture.source import Picture, Pixels, Recording

BITS = 12
CELL = 16
"""Side of the square that carries one bit of a frame's number, pixels."""
SIZE = (320, 240)
"""Width and height of the frames made here, pixels; the number takes 292 of the width."""
BAND = 24
"""Height of the dark band on top that carries the number, pixels."""


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skips a test where one of these programs is not installed."""
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {' and '.join(missing)}")


def wait_for(condition: Callable[[], bool], timeout: float = 10.0, every: float = 0.01) -> None:
    """Waits for something outside this process, which cannot tell us. Fails the test when it does not come."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(every)


def read_all(path: Path) -> list[Picture]:
    """Every picture of an own recording."""
    clip, found = RecordedClip(path), []
    clip.open()
    while (picture := clip.read()) is not None:
        found.append(picture)
    clip.close()
    return found


def frame_at(recording: Recording, number: int) -> Pixels:
    """The frame of that number of an open recording."""
    recording.seek(number)
    picture = recording.read()
    assert picture is not None
    return picture.pixels


def painted(number: int, size: tuple[int, int] = SIZE) -> Pixels:
    """A BGR picture, uint8 (height, width, 3), from which `painted_number` reads `number` even after compression."""
    width, height = size
    pixels = np.full((height, width, 3), (40, 60, 80), np.uint8)
    pixels[:BAND] = 0
    for bit in range(BITS):
        if number >> bit & 1:
            pixels[4 : 4 + CELL, _bit(bit)] = 255
    centre = (width // 2 + int(width / 3 * np.sin(number / 7)), (height + BAND) // 2)
    cv2.circle(pixels, centre, height // 8, (200, 180, 90), -1)
    return pixels


def painted_number(pixels: Pixels) -> int:
    """The number in a picture that `painted` made, grey or BGR."""
    return sum(int(pixels[8:CELL, _bit(bit)].mean() > 128) << bit for bit in range(BITS))


def _bit(bit: int) -> slice:
    return slice(bit * (CELL + 8) + 4, bit * (CELL + 8) + 4 + CELL)


def write_video(path: Path, frames: int = 60, rate: float = 30.0, size: tuple[int, int] = SIZE) -> Path:
    """A video of painted frames by OpenCV alone: Motion JPEG for .avi, MPEG-4 for .mp4."""
    code = {".avi": "MJPG", ".mp4": "mp4v"}[path.suffix]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), rate, size)
    assert writer.isOpened()
    for number in range(frames):
        writer.write(painted(number, size))
    writer.release()
    return path


def encode_video(path: Path, *options: str, frames: int = 60, rate: int = 30, size: tuple[int, int] = SIZE) -> Path:
    """A video of painted frames by ffmpeg; `options` choose the codec."""
    raw = b"".join(painted(number, size).tobytes() for number in range(frames))
    source = ("-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{size[0]}x{size[1]}", "-r", str(rate), "-i", "-")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *options, str(path)], input=raw, check=True)
    return path


def write_image(path: Path, pixels: Pixels) -> Path:
    """An image file of the kind that its suffix says, also where the path has letters from anywhere."""
    ok, data = cv2.imencode(path.suffix, pixels)
    assert ok
    data.tofile(path)
    return path


def write_images(folder: Path, count: int = 12, suffix: str = ".png") -> Path:
    """A folder of painted pictures 'scan 1' to 'scan 12': their natural order is not that of their letters."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        write_image(folder / f"scan {number + 1}{suffix}", painted(number))
    return folder


def cut(path: Path, share: float = 0.5) -> Path:
    """Cuts the file short, as a copy does that was broken off."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


@contextlib.contextmanager
def forbidden(path: Path) -> Iterator[Path]:
    """This may not be read meanwhile, not even by root. It must not lie in pytest's own folder, which is private."""
    if os.name == "nt":
        pytest.skip("Windows has no such permissions")
    mode = path.stat().st_mode
    path.chmod(0)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    try:
        yield path
    finally:
        if was_root:
            os.seteuid(0)
        path.chmod(mode)


@contextlib.contextmanager
def virtual_screen(width: int = 640, height: int = 480) -> Iterator[str]:
    """An X server without a monitor on a display that was free, DISPLAY set to it. Needs Xvfb."""
    ready, say_ready = os.pipe()
    # Without -noreset the server starts anew, deaf meanwhile, whenever its last program goes.
    command = [
        "Xvfb",
        "-displayfd",
        str(say_ready),
        "-screen",
        "0",
        f"{width}x{height}x24",
        "-nolisten",
        "tcp",
        "-noreset",
    ]
    server = subprocess.Popen(command, pass_fds=(say_ready,), stderr=subprocess.DEVNULL)
    os.close(say_ready)
    before = os.environ.get("DISPLAY")
    try:
        with os.fdopen(ready) as stream:
            os.environ["DISPLAY"] = f":{stream.readline().strip()}"
        yield os.environ["DISPLAY"]
    finally:
        if before is None:
            os.environ.pop("DISPLAY", None)
        else:
            os.environ["DISPLAY"] = before
        _end(server)


@contextlib.contextmanager
def shown(path: Path, x: int, y: int, size: tuple[int, int] = SIZE) -> Iterator[None]:
    """An ordinary program shows an image or a clip, over and over, at this place of the screen. Needs ffplay."""
    place = ["-noborder", "-left", str(x), "-top", str(y), "-x", str(size[0]), "-y", str(size[1])]
    command = ["ffplay", "-v", "error", "-nostats", "-an", "-loop", "0", *place, str(path)]
    environment = {**os.environ, "SDL_VIDEODRIVER": "x11", "SDL_RENDER_DRIVER": "software", "SDL_AUDIODRIVER": "dummy"}
    player = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    try:
        with contextlib.closing(mss.MSS()) as grabber:
            area = {"left": x, "top": y, "width": size[0], "height": size[1]}
            wait_for(lambda: player.poll() is None and np.frombuffer(grabber.grab(area).raw, np.uint8).max() > 0, 30)
        yield
    finally:
        _end(player)


class Server:
    """What serves from `start` to `stop`, or for as long as it is entered."""

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class MjpegServer(Server):
    """A Motion JPEG stream of a moving test picture over HTTP, served by ffmpeg to one viewer at a time.

    `stop` breaks it off as a sender does that is switched off; `start` brings it back at the same address.
    """

    def __init__(self, size: tuple[int, int] = SIZE, rate: int = 25) -> None:
        self._picture = f"testsrc=size={size[0]}x{size[1]}:rate={rate}"
        self._port = free_port()
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/live.mjpg"

    def start(self) -> None:
        """Starts serving; returns once a viewer can connect."""
        assert self._server is None
        kind = ("-content_type", "multipart/x-mixed-replace;boundary=ffmpeg", "-f", "mpjpeg", "-listen", "1")
        source = ("-re", "-f", "lavfi", "-i", self._picture)
        command = ["ffmpeg", "-v", "quiet", *source, "-c:v", "mjpeg", *kind, self.url]
        self._server = server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        # Connecting to see would use up the one viewer.
        wait_for(lambda: any(c.status == psutil.CONN_LISTEN for c in psutil.Process(server.pid).net_connections()))

    def stall(self) -> None:
        """Sends nothing any more, without ending the connection; `stop` still works."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """Breaks the stream off."""
        if self._server is not None:
            self._server.kill()
            self._server.wait(10)
            self._server = None


def free_port() -> int:
    """A TCP port of this machine that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
