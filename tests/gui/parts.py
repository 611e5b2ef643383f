"""Parts of the window's tests: pictures, sources and a model that are known exactly, and looking at pixels."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QPointF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget

from app.capture.source import Frame, Picture, Pixels, SourceError, SourceInfo, SourceKind
from app.gui.live_view import LiveView
from app.pipeline.slot import Slot
from app.pipeline.statistics import Statistics
from app.pipeline.types import Prediction, Rect
from model.bundle import Bundle
from model.errors import EngineError
from model.postprocess import find_region
from model.preprocess import to_grey
from model.structures import BLOCK_REGION

GREY = 60
MIDDLE = Rect(120, 90, 80, 60)


def picture(width: int = 320, height: int = 240, white: Rect | None = MIDDLE) -> Pixels:
    """A dark grey picture with a white ellipse, which the tests' model takes for the block region."""
    pixels = np.full((height, width), GREY, np.uint8)
    if white is not None:
        centre = white.x + white.width // 2, white.y + white.height // 2
        cv2.ellipse(pixels, centre, (white.width // 2, white.height // 2), 0, 0, 360, 255, -1)
    pixels.flags.writeable = False
    return pixels


class BrightEngine:
    """Takes brightness for probability: whoever makes the picture knows the region."""

    name = "onnxruntime"
    size = 256
    structures = (BLOCK_REGION,)
    threads = 1

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.ascontiguousarray(inputs[:, :, :, 0])

    def close(self) -> None:
        pass


def find_bundle(name: str) -> Bundle:
    return Bundle(Path("tests"), {"name": name, "title": name, "threshold": 0.5})


def open_engine(name: str, bundle: Bundle) -> BrightEngine:
    if bundle.name == "bad":
        raise EngineError("The model 'bad' cannot be loaded: choose another one.")
    return BrightEngine()


class Live:
    """A live source that shows `pixels`, a little different each time, until it is told to fail."""

    kind = SourceKind.LIVE
    paced = False
    retries = True

    def __init__(self, pixels: Pixels, word: str = "camera:0", name: str = "Test camera") -> None:
        self.word, self.name = word, name
        self.pixels = pixels
        self.failing = False
        self.still = False
        self._count = 0

    def open(self) -> SourceInfo:
        self._check()
        return SourceInfo(self.pixels.shape[1], self.pixels.shape[0], 60.0)

    def read(self) -> Picture:
        self._check()
        pixels = self.pixels.copy()
        if not self.still:
            self._count += 1
            pixels[:8, :8] = self._count % 2 * 20
        pixels.flags.writeable = False
        return Picture(pixels)

    def close(self) -> None:
        pass

    def _check(self) -> None:
        if self.failing:
            raise SourceError(f"{self.name} was unplugged: plug it in.")


class Clip:
    """A recording of ten pictures; the white ellipse moves to the right."""

    kind = SourceKind.REPLAY
    paced = False
    retries = False
    loops = True

    def __init__(self, word: str = "/clips/one.avi", broken: bool = False) -> None:
        self.word, self.name = word, Path(word).name
        self._broken = broken
        self._next = 0

    @property
    def frame_count(self) -> int:
        return 10

    def open(self) -> SourceInfo:
        if self._broken:
            raise SourceError(f"{self.word} is not a video file: choose another one.")
        return SourceInfo(320, 240, 10.0)

    def read(self) -> Picture | None:
        number = self._next
        if number >= self.frame_count:
            return None
        self._next += 1
        return Picture(picture(white=Rect(40 + 15 * number, 90, 80, 60)), number / 10)

    def seek(self, frame: int) -> None:
        self._next = min(max(frame, 0), self.frame_count - 1)

    def close(self) -> None:
        self._next = 0


@dataclass
class Plain:
    """Slots without a pipeline, for the view alone."""

    frames: Slot[Frame] = field(default_factory=Slot)
    predictions: Slot[Prediction] = field(default_factory=Slot)
    statistics: Statistics = field(default_factory=lambda: Statistics(lambda: 0))
    prepare: Callable[[Frame], None] = lambda _: None
    prepare_overlay: Callable[[Prediction], None] = lambda _: None
    scan_area: Rect | None = None
    now: float = 100.0

    def show(self, pixels: Pixels, number: int = 0) -> Frame:
        """A new frame, captured now."""
        frame = Frame(pixels, number, self.now)
        self.frames.put(frame)
        return frame

    def predict(self, frame: Frame) -> Prediction:
        """The prediction of a frame by brightness."""
        height, width = frame.pixels.shape[:2]
        area = (self.scan_area or Rect(0, 0, width, height)).within(width, height)
        probability = np.asarray(cv2.resize(to_grey(area.cut(frame.pixels)), (256, 256)) / 255, np.float32)
        region = find_region(probability, (area.height, area.width), 0.5)
        prediction = Prediction(0, frame.number, frame.captured, area, probability[None], (region,), {})
        self.predictions.put(prediction)
        return prediction


def delete_later() -> None:
    """Has Qt delete what is to be deleted."""
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def grab(widget: QWidget) -> QImage:
    """What the widget looks like now."""
    return widget.grab().toImage()


def colour_at(view: LiveView, x: float, y: float) -> QColor:
    """The colour that the view paints over a point of the frame."""
    shown, frame = view.shown_rect(), view.frame
    assert shown is not None
    assert frame is not None
    height, width = frame.pixels.shape[:2]
    point = QPointF(shown.x + (x + 0.5) * shown.width / width, shown.y + (y + 0.5) * shown.height / height)
    return grab(view).pixelColor(int(point.x()), int(point.y()))


def is_overlay(colour: QColor) -> bool:
    """Whether the overlay's colour is mixed in: the tests' pictures are grey."""
    return max(colour.red(), colour.green(), colour.blue()) - min(colour.red(), colour.green(), colour.blue()) > 20
