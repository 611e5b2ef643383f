"""What a camera is asked for: size, rate and format; as text for the settings."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

SIZE = (1280, 720)
"""Width and height asked for, pixels: what most ultrasound machines send, within the reach of USB 2."""
RATE = 30.0
SIZES = ((640, 480), (800, 600), (1024, 768), SIZE, (1280, 1024), (1600, 1200), (1920, 1080))
"""Offered for choosing; what ultrasound machines and grabbers send."""
RATES = (10.0, 15.0, 25.0, RATE, 50.0, 60.0)
FORMATS = ("", "MJPG", "YUY2", "NV12")
"""Offered for choosing, as four letters; empty leaves the choice to the program."""
_TEXT = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})@([0-9]+(?:\.[0-9]+)?)(?: ([A-Za-z0-9]{4}))?")


@dataclass(frozen=True)
class CameraMode:
    """What is asked of a camera; what it gives may differ."""

    size: tuple[int, int] = SIZE
    """Width and height, pixels."""
    rate: float = RATE
    """Pictures a second."""
    form: str = ""
    """The pixel format's four letters; empty: raw pictures, or MJPG where those are too slow or too small."""

    @staticmethod
    def parse(text: str) -> CameraMode:
        """From '1280x720@30' or '1280x720@30 MJPG'. Raises ValueError with a sentence for the user."""
        found = _TEXT.fullmatch(text)
        if found is None or not 0 < float(found[3]) <= 1000:
            raise ValueError(f"'{text}' is no camera mode: write it like 1280x720@30 or 1280x720@30 MJPG.")
        return CameraMode((int(found[1]), int(found[2])), float(found[3]), (found[4] or "").upper())

    def __str__(self) -> str:
        return f"{self.size[0]}x{self.size[1]}@{self.rate:g}{' ' if self.form else ''}{self.form}"


@runtime_checkable
class TakesMode(Protocol):
    """A source that can be asked for a mode before it is opened."""

    def ask(self, mode: CameraMode) -> None: ...


def ask_kept(source: object, word: str, modes: dict[str, str]) -> None:
    """Asks `source` for the mode kept for its word, if there is one that can be read."""
    if word in modes and isinstance(source, TakesMode):
        with contextlib.suppress(ValueError):  # Written by hand, and wrongly: what is usual.
            source.ask(CameraMode.parse(modes[word]))
