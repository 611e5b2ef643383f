"""The screen as a source: a monitor or a rectangle of it, for scanners whose own viewer runs on this machine.

Coordinates are the system's, over all monitors: physical pixels on Windows and Linux, points on macOS, where a picture
of a Retina monitor has more pixels than were asked for. They are negative left of and above the main monitor.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import NamedTuple

import cv2
import mss
import numpy as np
from mss.exception import ScreenShotError

from app.capture.pixels import as_pixels
from app.capture.source import Picture, Pixels, SourceError, SourceInfo, SourceKind

RATE = 30.0
"""Pictures a second."""
LOOK_S = 2.0
"""How often it is looked where the monitors are: one is plugged in, or shows another resolution from now on."""

# Besides its own error, mss lets assertions and the system's errors out when the X server goes away.
FAILURES = (ScreenShotError, AssertionError, OSError)


class Area(NamedTuple):
    """A rectangle in the system's screen coordinates."""

    x: int
    y: int
    width: int
    height: int

    def common(self, other: Area) -> Area | None:
        """What this and `other` share, or None."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        return Area(x, y, right - x, bottom - y) if right > x and bottom > y else None

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.width},{self.height}"


class Monitor(NamedTuple):
    """A monitor of this machine."""

    area: Area
    name: str
    primary: bool


class Screen:
    """`what` is a monitor's number from 1, a rectangle, or None for the main monitor.

    The part of a rectangle that lies on no monitor is cut off.
    """

    kind = SourceKind.LIVE
    paced = False
    retries = True

    def __init__(self, what: int | Area | None = None, *, word: str | None = None, rate: float = RATE) -> None:
        self.word = word or ("screen" if what is None else f"screen:{what}")
        self.name = {int: f"Monitor {what}", Area: f"Screen area {what}"}.get(type(what), "Screen")
        self._what = what
        self._rate = rate
        self._grabber: mss.MSS | None = None
        self._area: Area | None = None
        self._pending: Pixels | None = None
        self._info: SourceInfo | None = None
        self._looked = 0.0

    def open(self) -> SourceInfo:
        """Finds the area and grabs a first picture. Raises SourceError."""
        if self._info is not None:
            return self._info
        self._grabber, self._looked = connect(), time.monotonic()
        try:
            self._area = self._find(list_monitors(self._grabber))
            self._pending = first = self._grab(self._grabber, self._area)
            if on_wayland() and not first.any():
                raise SourceError(_WAYLAND)
        except SourceError:
            self.close()
            raise
        height, width = first.shape[:2]
        detail = "" if self._what in (None, self._area) or isinstance(self._what, int) else f"cut to {self._area}"
        self._info = SourceInfo(width, height, self._rate, detail)
        return self._info

    def read(self) -> Picture:
        """What is on the screen now, BGR. Raises SourceError."""
        if self._grabber is None or self._area is None:
            raise SourceError(f"{self.name} is not open: open it before reading.")
        if time.monotonic() - self._looked > LOOK_S:
            self._follow_monitors()
        pixels = self._grab(self._grabber, self._area) if self._pending is None else self._pending
        self._pending = None
        return Picture(pixels)

    def close(self) -> None:
        """Lets the screen go."""
        if self._grabber is not None:
            with contextlib.suppress(*FAILURES):  # there is nothing to let go any more
                self._grabber.close()
        self._grabber = self._pending = self._info = self._area = None

    def region(self) -> Area | None:
        """The area that is captured, once known: for a monitor, while it is open."""
        return self._area or (self._what if isinstance(self._what, Area) else None)

    def covers(self, window: tuple[int, int, int, int]) -> bool:
        """Whether a window at (x, y, width, height), in the system's coordinates, lies in the area that is captured."""
        region = self.region()
        return region is not None and region.common(Area(*window)) is not None

    def _follow_monitors(self) -> None:
        """Opens anew where the area is another one by now. Raises SourceError."""
        self._looked = time.monotonic()
        # A connection goes on listing the monitors that it found first.
        with contextlib.closing(connect()) as fresh:
            area = self._find(list_monitors(fresh))
        if area != self._area:
            self.close()
            self.open()

    def _find(self, monitors: list[Monitor]) -> Area:
        if isinstance(self._what, int):
            if not 1 <= self._what <= len(monitors):
                raise SourceError(f"There is no monitor {self._what}: {_numbers(len(monitors))}.")
            return monitors[self._what - 1].area
        if self._what is None:
            return next((monitor.area for monitor in monitors if monitor.primary), monitors[0].area)
        if not any(self._what.common(monitor.area) for monitor in monitors):
            areas = " and ".join(str(monitor.area) for monitor in monitors)
            raise SourceError(f"Screen area {self._what} lies on no monitor: choose a part of {areas}.")
        return self._what.common(_bounds(monitors)) or self._what

    def _grab(self, grabber: mss.MSS, area: Area) -> Pixels:
        try:
            shot = grabber.grab({"left": area.x, "top": area.y, "width": area.width, "height": area.height})
        except FAILURES as error:
            raise SourceError(_WAYLAND if on_wayland() else f"{self.name} cannot be captured: {_remedy()}") from error
        bgra = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
        return as_pixels(cv2.cvtColor(bgra, cv2.COLOR_BGRA2BGR))


def connect() -> mss.MSS:
    """A connection to the screen. Raises SourceError where there is none."""
    try:
        return mss.MSS()
    except FAILURES as error:
        if on_wayland():
            raise SourceError(_WAYLAND) from error
        if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
            raise SourceError(
                "There is no screen to capture: DISPLAY is not set; start this from a desktop session."
            ) from error
        raise SourceError(f"The screen cannot be captured: {_remedy()}") from error


def list_monitors(grabber: mss.MSS) -> list[Monitor]:
    """The monitors in the system's order, at least one. Raises SourceError."""
    try:
        whole, *each = grabber.monitors
    except FAILURES as error:
        raise SourceError(f"The monitors cannot be listed: {_remedy()}") from error
    # X servers without RandR know only the whole.
    return [
        Monitor(
            Area(found["left"], found["top"], found["width"], found["height"]),
            found.get("name") or found.get("output") or f"Monitor {number}",
            bool(found.get("is_primary")),
        )
        for number, found in enumerate(each or [whole], 1)
    ]


def on_wayland() -> bool:
    """Whether this is a Wayland desktop, which lets no program see another's windows."""
    return os.environ.get("XDG_SESSION_TYPE") == "wayland" or bool(os.environ.get("WAYLAND_DISPLAY"))


_WAYLAND = (
    "Wayland lets no program capture the screen: log in again with 'Xorg' or 'X11' chosen, or use a video grabber."
)


def _remedy() -> str:
    if sys.platform == "darwin":
        return "allow it in System Settings, Privacy & Security, Screen Recording, and start the program again."
    return "check that the monitor is on and the desktop is not locked."


def _numbers(count: int) -> str:
    return "there is only monitor 1" if count == 1 else f"choose one from 1 to {count}"


def _bounds(monitors: list[Monitor]) -> Area:
    areas = [monitor.area for monitor in monitors]
    x, y = min(area.x for area in areas), min(area.y for area in areas)
    right, bottom = max(area.x + area.width for area in areas), max(area.y + area.height for area in areas)
    return Area(x, y, right - x, bottom - y)
