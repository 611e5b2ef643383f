"""What the model says about every frame of a source, as files: masks, a table, a clip, a GIF, pictures.

The command line and the window write through this alike. Only the scan area of a frame is ever written, since what lies
around it may show a patient's name.
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from app.capture.source import Frame, Pixels, Recording, Reply, Source, SourceError, SourceInfo
from app.errors import OutputError
from app.options import SnapshotKind, Style
from app.pipeline.clip import ClipWriter
from app.pipeline.drawing import OPACITY, draw_overlay
from app.pipeline.gif import GifWriter
from app.pipeline.grab import RATE
from app.pipeline.in_order import in_order
from app.pipeline.png import encode_mask, encode_picture
from app.pipeline.recording import check_room
from app.pipeline.scan_area import ScanAreas
from app.pipeline.snapshot import pictures_of
from app.pipeline.table import COLUMNS, TABLE, Row, frame_mask, table_row
from app.pipeline.types import check_area
from app.pipeline.worker import Job, predict
from app.writing import make_folder, write_file
from model.engines.crew import Crew
from model.files import beside
from model.novelty import Novelty

CLIP = "overlay.mp4"
"""Or with the suffix of what the machine can write."""
GIF = "overlay.gif"
FRAMES = "frames"
"""The folder of pictures."""
RESERVE_BYTES = 50_000_000
"""Left free on the disk by a clip or a GIF: their ends need some, and OpenCV does not say when there is none."""
LOOK_AT_DISK = 50
"""Frames from one look to the next."""
_FEWEST_WORKERS = 2
Masks = Literal["frame", "scan area"]
"""The size of the masks' files."""
Progress = Callable[[int, int | None], None]
"""Takes the number of frames that are done, and that of all, None where nobody knows. Called from `export`'s thread."""


@dataclass(frozen=True)
class Task:
    """What to write, and of which frames."""

    out: Path
    threshold: float
    areas: ScanAreas = field(default_factory=ScanAreas)
    video: bool = False
    limit: int | None = None
    """Frames at most."""
    novelty: Novelty | None = None
    """Frames that it calls unlike the training pictures count as not found."""
    first: int = 0
    """Number of the frame to begin with; only in recordings."""
    masks: Masks | None = "frame"
    """None: no masks."""
    table: bool = True
    gif: bool = False
    pictures: SnapshotKind | None = None
    """What is kept of each frame's scan area as PNG."""
    style: Style = "both"
    opacity: float = OPACITY

    @property
    def painted(self) -> bool:
        """Whether the overlay is painted."""
        return self.video or self.gif or self.pictures not in (None, "raw")


@dataclass(frozen=True, eq=False)
class Answer:
    """All that is to be written of a frame, made beside other frames'."""

    number: int
    time_s: float
    rows: list[Row]
    """Of each structure's table."""
    masks: list[bytes]
    """Of each structure, as PNG."""
    pictures: dict[str, bytes]
    """PNG by the ending of its name."""
    overlay: Pixels | None
    """The scan area with its overlay, BGR."""
    reply: Reply | None
    mask: Pixels
    """Of the leading structure, for the reply."""


def export(
    source: Source,
    crew: Crew,
    task: Task,
    progress: Progress = lambda done, total: None,
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Goes through `source` once, as fast as it goes, and writes into `task.out`; ends early once `stopped`.

    Reading, predicting and encoding run in threads beside each other; everything is written here, in order. Masks and
    table are the leading structure's; each further one has its own in a folder with its name. Every prediction stands
    by itself: nothing is smoothed or held. On an error or Ctrl+C what is finished is kept, whole. Gives the number of
    frames. Raises SourceError, OutputError and EngineError.
    """
    folders = [task.out, *(task.out / folder_name(structure.name) for structure in crew.structures[1:])]
    workers = max(len(crew) + 1, _FEWEST_WORKERS)
    info = source.open()
    with ExitStack() as stack:
        stack.callback(source.close)
        _go_to(source, task.first)
        _make_folders(task, folders)
        total = frames_in(source, task)
        writer = stack.enter_context(_Writer(task, folders, info.rate or RATE))
        frames = stack.enter_context(closing(_frames(source, info, task)))
        answers = in_order(frames, lambda frame: _answer(frame, task, crew), workers)
        # Closed first of all, so that nothing is being read when the source is closed.
        for answer in stack.enter_context(closing(answers)):
            writer.write(answer)
            progress(writer.count, total)
            if stopped():
                break
    return writer.count


def folder_name(structure: str) -> str:
    """The folder of a structure's masks."""
    return re.sub(r"[^\w -]", "_", structure).strip()


def frames_in(source: Source, task: Task) -> int | None:
    """How many frames an open source gives; None where nobody knows."""
    if not isinstance(source, Recording):
        return task.limit
    left = max(source.frame_count - task.first, 0)
    return min(left, task.limit or left)


def _go_to(source: Source, first: int) -> None:
    """Has an open source begin with this frame. Raises SourceError where it has none of that number."""
    if not first:
        return
    if not isinstance(source, Recording):
        raise SourceError(f"{source.name} is no recording: it has no frame {first} to begin with.")
    source.seek(first)
    # Only now it is certain: some files have to be looked through.
    if first >= source.frame_count:
        raise SourceError(
            f"{source.name} has {source.frame_count} frames: begin with one from 0 to {source.frame_count - 1}."
        )


def _make_folders(task: Task, folders: list[Path]) -> None:
    """Raises OutputError."""
    for folder in folders if task.masks is not None or task.table else folders[:1]:
        make_folder(folder)
    if task.pictures is not None:
        make_folder(task.out / FRAMES)


def _frames(source: Source, info: SourceInfo, task: Task) -> Generator[Frame, None, None]:
    """The frames of an open source, once through. Raises SourceError, also where the scan area is outside one."""
    # A live source that does not wait for its pictures would give the same one over and over.
    interval = 0.0 if source.paced or isinstance(source, Recording) else 1 / (info.rate or RATE)
    start = time.monotonic()
    done = 0
    while task.limit is None or done < task.limit:
        time.sleep(max(start + done * interval - time.monotonic(), 0) if interval else 0)
        picture = source.read()
        if picture is None:
            return
        check_area(task.areas.of(picture), picture.pixels.shape, source.name)
        captured = time.monotonic()
        time_s = captured - start if picture.time_s is None else picture.time_s
        yield Frame(picture.pixels, task.first + done, captured, time_s, picture.reply)
        done += 1


# What each frame takes, in threads beside each other


def _answer(frame: Frame, task: Task, crew: Crew) -> Answer:
    """All that is to be written of a frame."""
    area = task.areas.inside(frame)
    job = Job(0, area, task.threshold, outlined=task.painted)
    prediction = predict(frame, job, crew, task.novelty)
    places = range(len(prediction.answers))
    masks = [frame_mask(prediction, frame.pixels.shape[:2], task.threshold, place) for place in places]
    rows = [table_row(frame, prediction, mask, place) for place, mask in enumerate(masks)] if task.table else []
    files = [encode_mask(mask if task.masks == "frame" else area.cut(mask)) for mask in masks] if task.masks else []
    scan = area.cut(frame.pixels)
    overlay = draw_overlay(scan, prediction.regions, style=task.style, opacity=task.opacity) if task.painted else None
    pictures = {}
    if task.pictures is not None:
        kept = pictures_of(task.pictures, scan, scan if overlay is None else overlay)
        pictures = {ending: encode_picture(pixels) for ending, pixels in kept.items()}
    return Answer(frame.number, frame.time_s or 0.0, rows, files, pictures, overlay, frame.reply, masks[0])


# Writing, in order


class _Writer:
    """The files of an export, from the first frame to the last; they get their names when this is left."""

    def __init__(self, task: Task, folders: list[Path], rate: float) -> None:
        self.count = 0
        """Frames of which everything is written."""
        self._task, self._folders = task, folders
        self._tables = [Table(folder / TABLE) for folder in folders] if task.table else []
        self._clip = ClipWriter(task.out / CLIP, rate) if task.video else None
        self._gif = GifWriter(task.out / GIF) if task.gif else None
        self._parts = ExitStack()

    def __enter__(self) -> _Writer:
        for table in self._tables:
            self._parts.enter_context(_kept(table, table.path))
        if self._clip is not None:
            self._parts.enter_context(_kept(self._clip, f"The clip in {self._task.out}"))
        if self._gif is not None:
            self._parts.enter_context(_kept(self._gif, self._gif.path))
        return self

    def __exit__(self, *error: object) -> None:
        self._parts.__exit__(*error)  # type: ignore[arg-type]

    def write(self, answer: Answer) -> None:
        """Writes what belongs to a frame. Raises OutputError."""
        ends_large = self._clip is not None or self._gif is not None
        if ends_large and self.count % LOOK_AT_DISK == 0:
            self._check_room()
        for folder, file in zip(self._folders, answer.masks, strict=False):
            write_file(folder / f"{answer.number:06}.png", file)
        for ending, file in answer.pictures.items():
            write_file(self._task.out / FRAMES / f"{answer.number:06}{ending}.png", file)
        for table, row in zip(self._tables, answer.rows, strict=True):
            table.write(row)
        if answer.reply is not None:
            answer.reply.send(answer.mask)
        if self._clip is not None and answer.overlay is not None:
            self._add_to_clip(self._clip, answer.overlay)
        if self._gif is not None and answer.overlay is not None:
            self._gif.write(answer.overlay, answer.time_s)
        self.count += 1

    def _check_room(self) -> None:
        try:
            check_room(self._task.out, RESERVE_BYTES)
        except OSError as error:
            raise OutputError.of(self._task.out, error) from error

    def _add_to_clip(self, clip: ClipWriter, picture: Pixels) -> None:
        try:
            clip.write(picture)
        except OutputError as error:
            raise OutputError(f"{error} To have the masks alone, leave out the clip (--video).") from error


class Table:
    """The table of predictions, begun with its first row; however it ends, its rows are whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: BinaryIO | None = None
        self._good = 0

    def write(self, row: Row) -> None:
        """Adds a row. Raises OutputError."""
        try:
            if self._stream is None:
                self._stream = beside(self.path).open("wb", buffering=0)
                self._add(COLUMNS)
            self._add(row)
        except OSError as error:
            raise OutputError.of(self.path, error) from error

    def finish(self) -> None:
        """Gives the table its name. Raises OSError."""
        if self._stream is not None:
            with self._stream:
                self._stream.truncate(self._good)
            beside(self.path).replace(self.path)

    def _add(self, row: Row) -> None:
        assert self._stream is not None
        text = io.StringIO(newline="")
        csv.writer(text).writerow(row)
        data = text.getvalue().encode()
        left = memoryview(data)
        while left:
            # A disk that is nearly full takes a part first, and says so with the next one.
            left = left[self._stream.write(left) :]
        self._good += len(data)


@contextmanager
def _kept(part: Table | ClipWriter | GifWriter, name: object) -> Iterator[None]:
    """Finishes `part` however the work ends. Raises OutputError with `name` in it."""
    try:
        try:
            yield
        finally:
            part.finish()
    except OSError as error:
        raise OutputError.of(name, error) from error
