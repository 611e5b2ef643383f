"""The real window in a script's hand: opens it, waits for what it shows, and takes its picture. For screenshots."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
import psutil
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, UltrasoundMultiFrameImageStorage
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from app.capture.phantom import Phantom
from app.capture.source import Pixels, Source
from app.capture.words import parse
from app.gui.main_window import MainWindow
from app.options import WindowOptions
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import SourceState
from app.settings import Settings
from model.bundle import Bundle
from model.engines.choice import open_live
from model.engines.engine import Engine
from scripts import bench_clip, other_pictures

SIZE = (1280, 760)
SCREEN = (1920, 1600)
PATIENCE_S = 60.0
TITLE_BAR = 28
_SERVE_S = 10.0


class StateError(RuntimeError):
    """The window did not come into a state in time."""


class SlowEngine:
    """A real engine that takes `delay_s` longer for every answer, as on a slower computer."""

    def __init__(self, engine: Engine, delay: Callable[[], float]) -> None:
        self._engine, self._delay = engine, delay
        self.name, self.size, self.structures = engine.name, engine.size, engine.structures
        self.threads = engine.threads

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        time.sleep(self._delay())
        return self._engine.predict(inputs)

    def close(self) -> None:
        self._engine.close()


class Stream:
    """A machine's screen over HTTP, as a grabber's small server sends it: Motion JPEG, by ffmpeg, to one viewer."""

    def __init__(self, picture: Path, port: int) -> None:
        still = ["-loop", "1", "-framerate", "25"] if picture.suffix == ".png" else ["-stream_loop", "-1"]
        self.url = f"http://127.0.0.1:{port}/live.mjpg"
        kind = ("-q:v", "3", "-c:v", "mjpeg", "-f", "mpjpeg", "-listen", "1")
        form = ("-content_type", "multipart/x-mixed-replace;boundary=ffmpeg")
        command = ["ffmpeg", "-v", "quiet", "-re", *still, "-i", str(picture), *kind, *form, self.url]
        self._server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        limit = time.monotonic() + _SERVE_S
        # Connecting to see would use up the one viewer.
        while not any(one.status == psutil.CONN_LISTEN for one in psutil.Process(self._server.pid).net_connections()):
            if self._server.poll() is not None or time.monotonic() > limit:
                raise StateError(f"ffmpeg does not serve {picture} at {self.url}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Breaks the stream off, as when the machine is switched off."""
        self._server.kill()
        self._server.wait(_SERVE_S)


class Booth:
    """Holds one window at a time, in a home of its own."""

    def __init__(self, application: QApplication, home: Path, size: tuple[int, int] = SIZE) -> None:
        self.home, self.size = home, size
        self._application = application
        self.slow_s = 0.0
        """What every answer of the model takes longer now."""
        self.opened: MainWindow | None = None
        self._streams: list[Stream] = []
        self.clip, self.area = self._clip()
        self.still = home / "machine.png"
        found, picture = cv2.VideoCapture(str(self.clip)).read()
        assert found
        cv2.imwrite(str(self.still), picture)

    def _clip(self) -> tuple[Path, object]:
        return bench_clip.write(self.home / "clip.mp4", 4.0, (1280, 720), 25)

    def study(self) -> Path:
        """A folder of three DICOM clips of phantoms, of two series."""
        folder = self.home / "study"
        if not folder.exists():
            folder.mkdir()
            for number, (series, frames) in enumerate(((1, 30), (1, 1), (2, 45)), 1):
                _write_dicom(folder / f"IM{number:04}", series, number, frames)
        return folder

    def lungs(self) -> Path:
        """A folder of pictures of a lung phantom: ultrasound, but not of the groin."""
        folder = self.home / "lungs"
        if not folder.exists():
            folder.mkdir()
            random = np.random.default_rng(0)
            for number in range(3):
                cv2.imwrite(str(folder / f"{number}.png"), other_pictures.lung(random, number))
        return folder

    @property
    def window(self) -> MainWindow:
        assert self.opened is not None
        return self.opened

    # A window

    def open(self, word: str | None = "phantom", settings: Settings | None = None, **options: object) -> MainWindow:
        """Opens a window on a source; the one before closes."""
        self._close_window()
        settings = settings or Settings()
        window = MainWindow(settings, lambda post: Pipeline(post, self._open_engine), keep_settings=False)
        self.opened = window
        # What it says depends on the computer that this runs on.
        window.check.at_start = lambda: None  # type: ignore[method-assign]
        window.resize(*self.size)
        window.show()
        self.wait(window.isVisible, "a window")
        source: Source | None = None if word is None else parse(word)
        window.begin(source, dataclasses.replace(WindowOptions(), **options))  # type: ignore[arg-type]
        return window

    def _open_engine(self, name: str, bundle: Bundle) -> Engine:
        return SlowEngine(open_live(name, bundle), lambda: self.slow_s)

    def close(self) -> None:
        """Ends the window and what it was sent."""
        self._close_window()
        for stream in self._streams:
            stream.stop()
        self._streams.clear()

    def _close_window(self) -> None:
        self.slow_s = 0.0
        if self.opened is not None:
            for dialog in self._dialogs():
                dialog.close()
            self.opened.close()
            self.opened.deleteLater()
            self.opened = None
        self.pause(0.05)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def stream(self, still: bool = False) -> Stream:
        """Starts to send the machine's screen; its `url` can be opened once."""
        stream = Stream(self.still if still else self.clip, 8091)
        self._streams.append(stream)
        return stream

    def live(self, still: bool = False, settings: Settings | None = None) -> Stream:
        """A window on a stream, with an overlay on it."""
        stream = self.stream(still)
        self.open(f"camera:{stream.url}", settings)
        self.wait(lambda: self.window.view.frame is not None, "pictures of the stream")
        return stream

    # Waiting

    def wait(self, until: Callable[[], object], what: str, seconds: float = PATIENCE_S) -> None:
        """Lets the program run until something is. Raises StateError."""
        limit = time.monotonic() + seconds
        while not until():
            if time.monotonic() > limit:
                raise StateError(f"waited {seconds:.0f} s in vain for {what}")
            self._application.processEvents()
            time.sleep(0.008)

    def pause(self, seconds: float) -> None:
        """Lets the program run for some time."""
        limit = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() >= limit, "time")

    def shown(self) -> None:
        """Waits for an overlay that is not late."""
        window = self.window
        self.wait(lambda: window.models.ready, "the model")
        self.wait(lambda: window.view.state.prediction is not None and not self._late(), "an overlay")

    def _late(self) -> bool:
        age = self.window.view.state.age_ms
        return not self.window.view.state.same_frame and age is not None and age > 90

    def still_at(self, frame: int = 75) -> None:
        """Stops a recording on a frame, with its answer."""
        window = self.window
        self.wait(lambda: window.view.frame is not None, "a first frame")
        window.pipeline.pause()
        window.pipeline.seek(frame)
        self.wait(lambda: self.at(frame), f"frame {frame}, paused")
        self.wait(lambda: self._answered(frame), "its answer")
        self.pause(0.3)

    def _answered(self, frame: int) -> bool:
        prediction = self.window.pipeline.predictions.latest()
        return prediction is not None and prediction.frame_number == frame

    def at(self, frame: int) -> bool:
        """Whether a recording stands still on that frame."""
        event, shown = self.window.sources.event, self.window.view.frame
        paused = event is not None and event.state is SourceState.PAUSED
        return paused and shown is not None and shown.number == frame

    # What a person does

    def do(self, *actions: str) -> None:
        """Does what the keys of these actions do."""
        for action in actions:
            self.window.actions_by_name[action].trigger()
        self.pause(0.05)

    def mouse(self, widget: QWidget, points: Sequence[QPointF], release: bool = True) -> None:
        """Presses at the first point, drags over the others, and lets go at the last."""
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        last = points[-1]
        events = [(QEvent.Type.MouseButtonPress, points[0], left, left)]
        events += [(QEvent.Type.MouseMove, point, none, left) for point in points[1:]]
        events += [(QEvent.Type.MouseButtonRelease, last, left, none)] if release else []
        for kind, point, button, buttons in events:
            place = QPointF(widget.mapToGlobal(point.toPoint()))
            event = QMouseEvent(kind, point, place, button, buttons, Qt.KeyboardModifier.NoModifier)
            QCoreApplication.sendEvent(widget, event)
        self.pause(0.05)

    # Its picture

    def _dialogs(self) -> list[QWidget]:
        tops = (widget for widget in QApplication.topLevelWidgets() if widget.isVisible())
        return [
            widget for widget in tops if widget is not self.opened and widget.windowType() is not Qt.WindowType.Desktop
        ]

    def shoot(self) -> Pixels:
        """What is on the screen now: the window with its dialogs over it; uint8 (height, width, 3) BGR."""
        for _ in range(20):
            self.window.lines.refresh()
            # What was said may need other room now.
            self._application.processEvents()
            said = self.window.view.state.kind
            taken = self.window.grab()
            if self.window.view.state.kind is said:  # Painting looks once more.
                break
        painter = QPainter(taken)
        for dialog in self._dialogs():
            at = self.window.mapFromGlobal(dialog.mapToGlobal(QPoint(0, 0)))
            # Kept on the window, as window managers do.
            room = self.window.size() - dialog.size()
            at = QPoint(max(min(at.x(), room.width()), 0), max(min(at.y(), room.height()), TITLE_BAR))
            painter.drawPixmap(at, dialog.grab())
            _paint_frame(painter, QRect(at, dialog.size()), dialog.windowTitle())
        painter.end()
        return to_pixels(taken.toImage())


def _paint_frame(painter: QPainter, place: QRect, title: str) -> None:
    """What a window manager puts round a dialog."""
    bar = QRect(place.left() - 1, place.top() - TITLE_BAR, place.width() + 2, TITLE_BAR)
    painter.fillRect(bar, QColor("#2b343c"))
    painter.setPen(QColor("#c9d3da"))
    painter.drawText(bar, Qt.AlignmentFlag.AlignCenter, title)
    painter.setPen(QColor("#2b343c"))
    painter.drawRect(place.adjusted(-1, -1, 0, 0))


def to_pixels(image: QImage) -> Pixels:
    """uint8 (height, width, 3) BGR."""
    image = image.convertToFormat(QImage.Format.Format_BGR888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def _write_dicom(path: Path, series: int, number: int, frames: int) -> None:
    phantom = Phantom(seed=series, left=series > 1)
    phantom.open()
    pictures = [picture.pixels for picture in (phantom.read() for _ in range(frames)) if picture is not None]
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage
    meta.MediaStorageSOPInstanceUID = f"1.2.3.{series}.{number}"
    file = Dataset()
    file.file_meta = meta
    file.SOPClassUID, file.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    file.StudyInstanceUID, file.SeriesInstanceUID = "1.2.3", f"1.2.3.{series}"
    file.Modality, file.SeriesNumber, file.InstanceNumber = "US", series, number
    file.SeriesTime, file.FrameTime, file.NumberOfFrames = f"1{series}3000", "33.3", frames
    file.Rows, file.Columns = pictures[0].shape
    file.SamplesPerPixel, file.PhotometricInterpretation, file.PixelRepresentation = 1, "MONOCHROME2", 0
    file.BitsAllocated, file.BitsStored, file.HighBit = 8, 8, 7
    file.PixelData = np.stack(pictures).tobytes()
    file.save_as(path, enforce_file_format=True)


def use_home(home: Path) -> None:
    """Everything that the program keeps goes there."""
    home.mkdir(parents=True, exist_ok=True)
    os.environ["SONOBLOCK_HOME"] = str(home)


def use_screen(home: Path) -> None:
    """A screen of usual size that nobody sees, unless a display was chosen."""
    wide, high = SCREEN
    one = {
        "name": "one",
        "x": 0,
        "y": 0,
        "width": wide,
        "height": high,
        "logicalDpi": 96,
        "logicalBaseDpi": 96,
        "dpr": 1,
    }
    (home / "screen.json").write_text(json.dumps({"screens": [one]}), encoding="utf-8")
    os.environ.setdefault("QT_QPA_PLATFORM", f"offscreen:configfile={home / 'screen.json'}")
