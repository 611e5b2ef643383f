"""What goes through the pipeline besides frames: scan areas, predictions, and the events that it reports."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.capture.source import Pixels, Reply, SourceError, SourceInfo, SourceKind
from model.postprocess import Region

Size = tuple[int, int]
"""Width and height of a frame, pixels."""


@dataclass(frozen=True)
class Rect:
    """A rectangle of a frame, in its pixels; x and y are the left and top edge."""

    x: int
    y: int
    width: int
    height: int

    @staticmethod
    def parse(text: str) -> Rect:
        """From 'X,Y,W,H'. Raises ValueError with a sentence for the user."""
        try:
            x, y, width, height = (int(part) for part in text.split(","))
        except ValueError:
            raise ValueError(f"'{text}' is not a rectangle: give X,Y,W,H in pixels, such as 100,80,640,480.") from None
        if width <= 0 or height <= 0 or x < 0 or y < 0:
            raise ValueError(f"'{text}' is not a rectangle inside a picture: X and Y from 0, W and H at least 1.")
        return Rect(x, y, width, height)

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.width},{self.height}"

    def within(self, width: int, height: int) -> Rect:
        """The part of this rectangle inside a picture of that size; the whole picture if there is none."""
        x, y = min(self.x, width), min(self.y, height)
        right, bottom = min(self.x + self.width, width), min(self.y + self.height, height)
        return Rect(x, y, right - x, bottom - y) if right > x and bottom > y else Rect(0, 0, width, height)

    @staticmethod
    def in_frame(area: Rect | None, shape: tuple[int, ...]) -> Rect:
        """`area` inside a frame of that shape, (height, width) or (height, width, 3); the whole frame for None."""
        height, width = shape[:2]
        return (area or Rect(0, 0, width, height)).within(width, height)

    def cut(self, pixels: Pixels) -> Pixels:
        """The view of `pixels` inside this rectangle."""
        return pixels[self.y : self.y + self.height, self.x : self.x + self.width]


def check_area(area: Rect | None, shape: tuple[int, ...], name: str) -> None:
    """Raises SourceError where a scan area has no part in a picture of that shape, of the source with that `name`.

    `Rect.in_frame` would take the whole picture in its stead, in which a patient's name may stand.
    """
    height, width = shape[:2]
    if area is not None and (area.x >= width or area.y >= height):
        raise SourceError(
            f"The scan area {area} lies outside the {width} x {height} pixels of {name}: give one inside the picture."
        )


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the model said about one frame."""

    generation: int
    frame_number: int
    captured: float
    """When the frame was captured (`time.monotonic()` seconds): the overlay's age counts from here."""
    scan_area: Rect
    probability: NDArray[np.float32]
    """float32 (classes, n, n), 0..1, steadied where the job was; n is the side of the network's input."""
    answers: tuple[Region | None, ...]
    """One for each of the model's structures; None is an answer: no region found."""
    steps_ms: dict[str, float]
    """Where the time went: preprocess, network, novelty and temporal filter where they were used, postprocess."""
    novelty: float | None = None
    """How unlike the model's training pictures the scan area is, above 1 unlike; None: the model cannot tell."""
    reply: Reply | None = None
    """Where the frame's mask is wanted; None: nowhere."""

    @property
    def unlike(self) -> bool:
        """Whether the scan area is unlike the training pictures: then no answer is a region."""
        return self.novelty is not None and self.novelty > 1

    @property
    def region(self) -> Region | None:
        """That of the leading structure, the block region, which decides whether a region is found."""
        return self.answers[0]

    @property
    def regions(self) -> tuple[Region, ...]:
        """Those that were found, the leading one last, so that it lies on top."""
        return tuple(region for region in reversed(self.answers) if region is not None)


class SourceState(enum.Enum):
    """What a source is doing."""

    OPENING = "OPENING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    REPEATING = "REPEATING"
    """A live source whose frames have not changed for over a second: the scanner's picture is frozen."""
    NO_SIGNAL = "NO SIGNAL"
    """Failed or vanished; it is tried again where that may help."""
    ENDED = "ENDED"


@dataclass(frozen=True)
class SourceChanged:
    """A source's state changed. `reason` is a sentence; `retry_s` the pause before the next try."""

    word: str
    name: str
    kind: SourceKind
    state: SourceState
    info: SourceInfo | None = None
    reason: str = ""
    retry_s: float | None = None


@dataclass(frozen=True)
class ModelChanged:
    """The model or engine changed; while `ready` is false there is no overlay and `reason` says why."""

    model: str
    engine: str
    ready: bool
    reason: str = ""
    again: bool = False
    """Not ready, but being loaded once more."""
    loading: bool = False
    """Not ready, because it was asked for just now."""
    hash: str = ""
    """Names the very weights of a model that is ready."""


Event = SourceChanged | ModelChanged
