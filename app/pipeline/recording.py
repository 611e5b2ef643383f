"""A recording on the disk: a folder named by its time, with the raw scan area, the masks, and what they come from."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2

from app import __version__
from app.capture.matroska import ClipWriter
from app.capture.recorded import CLIP, MASKS
from app.capture.source import Frame, Pixels
from app.errors import OutputError
from app.pipeline.png import encode_bits, encode_picture
from app.pipeline.table import COLUMNS, TABLE, Row, frame_mask, table_row
from app.pipeline.types import Prediction, Rect
from app.writing import make_folder
from model.files import write_text
from model.preprocess import to_grey

ABOUT = "recording.json"
FRAMES = "frames.csv"
FRAME_COLUMNS = ("frame", "time_s", "source_frame")
"""`source_frame` is the frame's number in its source: a gap is a frame that was dropped."""
FORMAT = 1
RESERVE_BYTES = 200_000_000
"""Left free on the disk: other programs, and the end of the recording, need some."""
TINT = 3
"""Grey levels by which the channels of a grey picture may differ: grabbers and video codecs tint it so."""
NAME = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(-\d+)?")
"""What a recording's folder is called."""
_TIME_FORMAT = "%Y-%m-%d_%H-%M-%S"


@dataclass(frozen=True)
class MadeBy:
    """What predictions were made with."""

    model: str
    hash: str
    """Names the model's very weights; see `model.bundle.Bundle.hash`."""
    engine: str
    threshold: float


@dataclass(frozen=True)
class Answer:
    """What the model said about a frame, ready to be written."""

    mask: bytes
    """PNG of one bit a pixel."""
    row: Row
    """Of the table, without frame and time."""
    made_by: MadeBy


@dataclass(eq=False)
class Shot:
    """One frame's scan area, ready to be written."""

    captured: float
    """`time.monotonic()` seconds."""
    source_frame: int
    size: tuple[int, int]
    """Width and height in pixels."""
    png: bytes
    dropped: int = 0
    """How many frames and predictions the recorder had dropped when this one came."""
    answer: Answer | None = None

    @property
    def bytes(self) -> int:
        """In memory, and about as many on the disk."""
        return len(self.png) + (len(self.answer.mask) if self.answer is not None else 0)


def encode(frame: Frame, area: Rect, dropped: int = 0) -> Shot:
    """The scan area of `frame`, without loss. Grey in three channels is kept as the one that a model sees of it."""
    picture = area.cut(frame.pixels)
    if picture.ndim == 3 and _is_grey(picture):
        picture = to_grey(picture)
    return Shot(frame.captured, frame.number, (area.width, area.height), encode_picture(picture), dropped)


def encode_answer(prediction: Prediction, made_by: MadeBy) -> Answer:
    """The leading structure's mask and row, in the recorded picture's own pixels."""
    width, height = prediction.scan_area.width, prediction.scan_area.height
    moved = dataclasses.replace(prediction, scan_area=Rect(0, 0, width, height))
    mask = frame_mask(moved, (height, width), made_by.threshold)
    row = table_row(Frame(mask, 0, 0.0), moved, mask)
    return Answer(encode_bits(mask), row[2:], made_by)


def _is_grey(picture: Pixels) -> bool:
    blue, green, red = cv2.split(picture)
    return max(cv2.norm(one, green, cv2.NORM_INF) for one in (blue, red)) <= TINT


class RecordingWriter:
    """Writes one recording. All of it can be played at any time, whatever happens to the program."""

    def __init__(self, root: Path, size: tuple[int, int], reserve_bytes: int = RESERVE_BYTES) -> None:
        """Makes the folder in `root`. Raises OutputError, also where the disk has less than `reserve_bytes` free."""
        self._reserve_bytes = reserve_bytes
        self.size = size
        self._frames = self._answers = 0
        self._began: float | None = None
        self._seconds = 0.0
        self._times: dict[float, tuple[int, float]] = {}
        self._made_by: list[dict[str, Any]] = []
        self._open_files = ExitStack()
        make_folder(root)
        try:
            check_room(root, reserve_bytes)
            self.folder = new_folder(root, datetime.now())
            self._start()
        except OSError as error:
            self._open_files.close()
            raise OutputError.of(f"A recording in {root}", error) from error

    @property
    def seconds(self) -> float:
        """From the first frame to the last."""
        return self._seconds

    @property
    def bytes(self) -> int:
        return self._clip.bytes + self._masks.bytes

    def add(self, shot: Shot) -> None:
        """Adds a frame, and its answer if there is one already. Raises OSError."""
        self._began = shot.captured if self._began is None else self._began
        time_s = shot.captured - self._began
        self._clip.add(time_s, shot.png)
        csv.writer(self._frame_rows).writerow((self._frames, f"{time_s:.6f}", shot.source_frame))
        self._times[shot.captured] = self._frames, time_s
        self._frames, self._seconds = self._frames + 1, time_s
        if shot.answer is not None:
            self.add_answer(shot.captured, shot.answer)

    def add_answer(self, captured: float, answer: Answer) -> None:
        """Adds what the model said about the frame of that capture time; no other than the first. Raises OSError."""
        place = self._times.get(captured)
        if place is None:
            return
        # Answers come in the order of their frames: no earlier one is waited for any more.
        self._times = {time: known for time, known in self._times.items() if time > captured}
        number, time_s = place
        self._note(answer.made_by, time_s)
        self._masks.add(time_s, answer.mask)
        csv.writer(self._rows).writerow((number, f"{time_s:.3f}", *answer.row))
        self._answers += 1

    def check_room(self) -> None:
        """Raises OSError where the disk is nearly full."""
        check_room(self.folder, self._reserve_bytes)

    def finish(self, ended: str, dropped: int = 0) -> None:
        """Closes everything. Raises OSError where that was not possible; what can be played stays so."""
        try:
            self._open_files.close()
        finally:
            self._write_about(ended, dropped)

    def _start(self) -> None:
        self._write_about(None, 0)
        self._clip, self._masks = ClipWriter(self.folder / CLIP, self.size), ClipWriter(self.folder / MASKS, self.size)
        self._open_files.callback(self._clip.close)
        self._open_files.callback(self._masks.close)
        # Line by line, so that a table is never far behind its clip.
        self._frame_rows = self._open_files.enter_context((self.folder / FRAMES).open("x", 1, "ascii", newline=""))
        self._rows = self._open_files.enter_context((self.folder / TABLE).open("x", 1, "ascii", newline=""))
        csv.writer(self._frame_rows).writerow(FRAME_COLUMNS)
        csv.writer(self._rows).writerow(COLUMNS)

    def _note(self, made_by: MadeBy, time_s: float) -> None:
        """Writes down what predictions are made with from now on, if it is something else than before."""
        entry = dataclasses.asdict(made_by)
        if not self._made_by or {**self._made_by[-1], "from_s": 0} != {**entry, "from_s": 0}:
            self._made_by.append({"from_s": round(time_s, 6), **entry})
            self._write_about(None, 0)

    def _write_about(self, ended: str | None, dropped: int) -> None:
        """No patient, no source: what a recording is of, only its pictures say."""
        content = {
            "format": FORMAT,
            "program": f"SonoBlock {__version__}",
            "scan_area": {"width": self.size[0], "height": self.size[1]},
            "mm_per_pixel": None,
            "predictions_by": self._made_by,
            "frames": self._frames,
            "predictions": self._answers,
            "seconds": round(self._seconds, 6),
            "dropped": dropped,
            "ended": ended,
        }
        write_text(self.folder / ABOUT, json.dumps(content, indent=2) + "\n")


def check_room(folder: Path, reserve_bytes: int) -> None:
    """Raises OSError where less than `reserve_bytes` are free on the folder's disk."""
    free = shutil.disk_usage(folder).free
    if free < reserve_bytes:
        raise OSError(None, f"the disk is nearly full, {free / 1e6:.0f} MB are free")


def new_folder(root: Path, now: datetime) -> Path:
    """Makes a folder in `root` that is called after the time and nothing else. Raises OSError."""
    stem = now.strftime(_TIME_FORMAT)
    number, folder = 1, root / stem
    while True:
        try:
            folder.mkdir()
            return folder
        except FileExistsError:
            number += 1
            folder = root / f"{stem}-{number}"
