"""Which cameras and monitors are here. Looks them up by name; opens no camera."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.capture import screen
from app.capture.camera import DOMAIN, attempts
from app.capture.source import SourceError


@dataclass(frozen=True)
class CameraDevice:
    """A camera that may be opened with `camera:<index>`."""

    index: int
    path: str
    """The system's name of the device; empty where it has none."""
    name: str

    @property
    def word(self) -> str:
        """The source word that opens it."""
        return f"camera:{self.index}"


@dataclass(frozen=True)
class MonitorDevice:
    """A monitor that may be captured with `screen:<number>`; its place is in the system's screen coordinates."""

    number: int
    x: int
    y: int
    width: int
    height: int
    name: str

    @property
    def word(self) -> str:
        """The source word that opens it."""
        return f"screen:{self.number}"


def cameras() -> list[CameraDevice]:
    """The cameras of this machine, by number; on Windows, those that only DirectShow knows come last."""
    try:
        from cv2_enumerate_cameras import enumerate_cameras  # its import asks the system for its camera library
    except ImportError:
        return []
    found: list[CameraDevice] = []
    for place, reader in enumerate(attempt.reader for attempt in attempts(0, sys.platform)):
        listed = []
        with contextlib.suppress(NotImplementedError, OSError):
            listed = enumerate_cameras(reader)
        known = {device.name for device in found}
        for camera in sorted(listed, key=lambda camera: camera.index):
            if camera.name not in known:
                # OpenCV takes 'reader + device' for a device through that reader.
                index = camera.index + (reader if place else 0)
                found.append(CameraDevice(index, camera.path or "", camera.name or f"Camera {index}"))
    return found


def monitors() -> list[MonitorDevice]:
    """The monitors of this machine, numbered from 1; none without a display."""
    try:
        with contextlib.closing(screen.connect()) as grabber:
            return [
                MonitorDevice(number, *monitor.area, monitor.name)
                for number, monitor in enumerate(screen.list_monitors(grabber), 1)
            ]
    except SourceError:
        return []


def titles(found: Sequence[CameraDevice]) -> list[str]:
    """The cameras' names as people know them, in the same order; twins are told apart by a number."""
    plain = [_plain_name(device.name) for device in found]
    return [
        f"{name} ({plain[: place + 1].count(name)})" if plain.count(name) > 1 else name
        for place, name in enumerate(plain)
    ]


def camera_key(word: str) -> str:
    """The same for all source words of one camera, so that it is not opened twice; the word itself for other sources.

    On Linux `camera:0`, `camera:/dev/video0` and a link to it are one. Elsewhere the readers of one number are taken
    for one camera, which they mostly are.
    """
    head, _, target = word.partition(":")
    if head != "camera" or "://" in target:
        return word
    if target.startswith("/dev/"):
        with contextlib.suppress(OSError):
            target = str(Path(target).resolve())
        numbered = re.fullmatch(r"/dev/video([0-9]+)", target)
        return f"camera:{int(numbered[1])}" if numbered else f"camera:{target}"
    return f"camera:{int(target) % DOMAIN}" if target.isdecimal() else word


def _plain_name(name: str) -> str:
    """Drivers call a USB grabber 'USB Video: USB Video', others cut a long name off after the colon."""
    first, colon, rest = (part.strip() for part in name.partition(":"))
    return first if colon and first and first.startswith(rest) else name.strip()
