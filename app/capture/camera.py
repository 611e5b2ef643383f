"""Cameras: video grabbers and webcams at this machine, and streams on the network."""

from __future__ import annotations

import math
import re
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from app.capture.camera_mode import RATE, SIZE, CameraMode
from app.capture.newest import NewestPictures, read_pixels
from app.capture.pixels import as_pixels
from app.capture.source import Picture, Pixels, SourceError, SourceInfo, SourceKind
from app.capture.video import fourcc

TIMEOUT_S = 3.0
"""How long opening, or a read, may wait."""
BUFFERS = 2
"""Pictures that a driver may hold: one is filled while the other is read. With 1, many give only half their rate."""
SCHEMES = ("rtsp", "rtsps", "http", "https")
DOMAIN = 100
"""OpenCV numbers its readers of cameras in steps of this, and takes 'reader + device' for a device's number."""


@dataclass(frozen=True)
class Attempt:
    """One way to open a camera."""

    target: int | str
    reader: int
    """One of OpenCV's CAP_ constants."""
    parameters: tuple[int, ...] = ()
    """Pairs of OpenCV's CAP_PROP_ constants and values, set on opening."""


def attempts(target: int | str, platform: str) -> list[Attempt]:
    """The ways to open `target` on `platform`, best first: the one place where cameras differ between systems.

    A device's number may be given as OpenCV does to choose its reader: 701 is device 1 through DirectShow.
    """
    if isinstance(target, str) and "://" in target:
        wait = int(TIMEOUT_S * 1000)
        # More decoding threads would each hold one frame back.
        limits = (cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, wait, cv2.CAP_PROP_READ_TIMEOUT_MSEC, wait, cv2.CAP_PROP_N_THREADS, 1)
        return [Attempt(target, cv2.CAP_FFMPEG, limits)]
    if isinstance(target, int) and target >= DOMAIN:
        return [Attempt(target % DOMAIN, target - target % DOMAIN)]
    readers = {
        "linux": (cv2.CAP_V4L2,),
        "win32": (cv2.CAP_MSMF, cv2.CAP_DSHOW),
        "darwin": (cv2.CAP_AVFOUNDATION,),
    }
    return [Attempt(target, reader) for reader in readers.get(platform, (cv2.CAP_ANY,))]


class Camera:
    """A device by its number or path, or a stream by its address. Not touched before `open`.

    `size` (width, height) and `rate` are asked of a device; `SourceInfo` tells what was got. A stream comes as it is.
    A `rate` that was given holds whatever mode is asked for later.
    """

    kind = SourceKind.LIVE
    paced = True
    retries = True

    def __init__(
        self, target: int | str, *, word: str | None = None, size: tuple[int, int] = SIZE, rate: float | None = None
    ) -> None:
        self.word = word or f"camera:{target}"
        self._stream = isinstance(target, str) and "://" in target
        self.name = f"Stream {without_password(str(target))}" if self._stream else f"Camera {target}"
        self._target = target
        self._mode = CameraMode(size, rate or RATE)
        self._fixed_rate = rate
        self._capture: cv2.VideoCapture | None = None
        self._newest: NewestPictures | None = None
        self._packed = False
        self._pending: Picture | None = None
        self._info: SourceInfo | None = None

    def ask(self, mode: CameraMode) -> None:
        """Asks for another mode than the usual one; takes effect when the camera is opened next."""
        self._mode = CameraMode(mode.size, self._fixed_rate or mode.rate, mode.form)

    def open(self) -> SourceInfo:
        """Opens the camera and waits for its first picture, three seconds at most. Raises SourceError."""
        if self._info is not None:
            return self._info
        self._check_device()
        deadline = time.monotonic() + TIMEOUT_S
        opened = False
        for attempt in attempts(self._target, sys.platform):
            capture = cv2.VideoCapture(attempt.target, attempt.reader, list(attempt.parameters))
            opened |= capture.isOpened()
            first = self._first(capture, deadline)
            if first is not None:
                self._capture, self._pending = capture, first
                self._info = self._describe(capture, first.pixels)
                if self._stream:
                    self._newest = NewestPictures(capture, self._packed, 0.9 * TIMEOUT_S)
                    self._newest.start()
                return self._info
            capture.release()
        raise SourceError(self._silent() if opened else self._closed())

    def read(self) -> Picture:
        """Waits for the next picture. Raises SourceError when none comes any more."""
        if self._capture is None:
            raise SourceError(f"{self.name} is not open: open it before reading.")
        pending, self._pending = self._pending, None
        picture = pending or self._next(self._capture)
        if picture is None:
            raise SourceError(f"{self.name} gives no more pictures: {self._remedy()}")
        return picture

    def close(self) -> None:
        """Lets the camera go, for other programs too."""
        if self._newest is not None:
            self._newest.stop()
            self._newest.join(2 * TIMEOUT_S)
        elif self._capture is not None:
            self._capture.release()
        self._capture = self._newest = self._pending = self._info = None

    def _first(self, capture: cv2.VideoCapture, deadline: float) -> Picture | None:
        if not capture.isOpened():
            return None
        if not self._stream:
            _ask(capture, self._mode)
        # Decoded by OpenCV's reader of streams, each picture would have the size of the first one, whatever it has.
        motion_jpeg = fourcc(capture.get(cv2.CAP_PROP_FOURCC)) == "MJPG"
        self._packed = self._stream and motion_jpeg and capture.set(cv2.CAP_PROP_FORMAT, -1)
        while True:
            picture = self._next(capture)
            # Some grabbers give a few empty pictures while they find the signal; a stream that fails has ended.
            if picture is not None or self._stream or time.monotonic() > deadline:
                return picture
            time.sleep(0.05)

    def _next(self, capture: cv2.VideoCapture) -> Picture | None:
        """The next picture; those of a stream that arrived broken are passed over."""
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            read = _read(capture) if self._newest is None else self._newest.take()
            picture = _unpacked(read) if self._packed and read is not None else read
            if picture is not None or read is None:
                return picture
        return None

    def _describe(self, capture: cv2.VideoCapture, first: Pixels) -> SourceInfo:
        height, width = first.shape[:2]
        form = fourcc(capture.get(cv2.CAP_PROP_FOURCC))
        # What is found out about a stream's rate is a guess, mostly 25.
        rate = None if self._stream else _rate(capture)
        details = [form] if form else []
        size, asked = self._mode.size, self._mode.rate
        if not self._stream and ((width, height) != size or (rate is not None and rate < 0.9 * asked)):
            details.append(f"{size[0]} × {size[1]} at {asked:g} a second was asked for")
        return SourceInfo(width, height, rate, ", ".join(details))

    def _check_device(self) -> None:
        """Says what is wrong with a device file, where there are such: OpenCV only says no."""
        if self._stream or not sys.platform.startswith("linux"):
            return
        number = isinstance(self._target, int)
        device = Path(f"/dev/video{int(self._target) % DOMAIN}" if number else str(self._target))
        try:
            device.open("rb").close()
        except FileNotFoundError as error:
            raise SourceError(
                f"There is no {self.name} ({device}): plug it in; 'python -m app devices' lists what is there."
            ) from error
        except PermissionError as error:
            raise SourceError(f"{self.name} may not be used: add your user to the group that owns {device}.") from error
        except OSError:
            pass  # Busy, most likely: opening it for good tells.

    def _closed(self) -> str:
        if self._stream:
            return f"{self.name} cannot be opened: {self._remedy()}"
        return (
            f"{self.name} cannot be opened: plug it in, close other programs that use it, and allow this program to"
            " use cameras in the system's privacy settings."
        )

    def _silent(self) -> str:
        return f"{self.name} is there but gives no picture: {self._remedy()}"

    def _remedy(self) -> str:
        if self._stream:
            return "check the address, the network, and that the sender is on."
        return "check its cable, its signal, and that no other program uses it."


def without_password(address: str) -> str:
    """An address as it may be shown: without the user's name and password, and a query, which may hold a key."""
    return re.sub(r"(?<=://).*@|\?.*", "", address)


def _ask(capture: cv2.VideoCapture, mode: CameraMode) -> None:
    capture.set(cv2.CAP_PROP_BUFFERSIZE, BUFFERS)
    _ask_mode(capture, mode)
    # Raw pictures of this size are too much for USB 2, so grabbers offer them at a few a second only.
    slow = (_rate(capture) or mode.rate) < 0.9 * mode.rate or capture.get(cv2.CAP_PROP_FRAME_WIDTH) < mode.size[0]
    if slow and not mode.form:
        _ask_mode(capture, CameraMode(mode.size, mode.rate, "MJPG"))


def _ask_mode(capture: cv2.VideoCapture, mode: CameraMode) -> None:
    if mode.form:
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*mode.form))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, mode.size[0])
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, mode.size[1])
    capture.set(cv2.CAP_PROP_FPS, mode.rate)


def _read(capture: cv2.VideoCapture) -> Picture | None:
    pixels = read_pixels(capture.read)
    return None if pixels is None else Picture(pixels, arrived=time.monotonic())


def _unpacked(packet: Picture) -> Picture | None:
    try:
        pixels = cv2.imdecode(packet.pixels, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        return None if pixels is None else replace(packet, pixels=as_pixels(pixels))
    except cv2.error:
        return None


def _rate(capture: cv2.VideoCapture) -> float | None:
    rate = capture.get(cv2.CAP_PROP_FPS)
    return rate if math.isfinite(rate) and 0 < rate <= 1000 else None
