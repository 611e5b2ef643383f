"""The `annotate` command: what the model says about every frame of a source, as files, without a window."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from app.capture.source import Frame, Picture, Pixels, Recording, Source, SourceInfo
from app.errors import OutputError
from app.pipeline.clip import ClipWriter
from app.pipeline.drawing import draw_overlay
from app.pipeline.grab import RATE
from app.pipeline.snapshot import make_folder, write_png
from app.pipeline.table import COLUMNS, TABLE, Row, frame_mask, table_row
from app.pipeline.types import Rect
from app.pipeline.worker import Job, predict
from model.engines.engine import Engine
from model.novelty import Novelty

CLIP = "overlay.mp4"
"""Or with the suffix of what the machine can write."""


@dataclass(frozen=True)
class Task:
    """What to annotate, and how."""

    out: Path
    threshold: float
    scan_area: Rect | None = None
    """None: the whole frame."""
    video: bool = False
    limit: int | None = None
    """Frames at most."""
    novelty: Novelty | None = None
    """Frames that it calls unlike the training pictures count as not found."""


def annotate(source: Source, engine: Engine, task: Task, progress: TextIO | None = None) -> int:
    """Predicts every frame of `source` once, as fast as it goes, and writes masks, table and clip into `task.out`.

    Masks and table are the leading structure's; each further one has its own in a folder with its name.
    Every prediction stands by itself: nothing is smoothed or held. On an error or Ctrl+C what is finished is kept,
    whole. Gives the number of frames. Raises SourceError, OutputError and EngineError.
    """
    folders = [task.out, *(task.out / _folder_name(structure.name) for structure in engine.structures[1:])]
    for folder in folders:
        make_folder(folder)
    info = source.open()
    count = 0
    with ExitStack() as stack:
        stack.callback(source.close)
        tables, clip = [_Table(folder) for folder in folders], ClipWriter(task.out / CLIP, info.rate or RATE)
        for table in tables:
            stack.enter_context(_kept(table, str(table.path)))
        stack.enter_context(_kept(clip, f"The clip in {task.out}"))
        total = _total(source, task.limit)
        # Closed first of all, so that nothing is being read when the source is closed.
        for frame in stack.enter_context(closing(_frames(source, info, task.limit))):
            prediction = predict(frame, _job(frame, task), engine, task.novelty)
            for place, table in enumerate(tables):
                mask = frame_mask(prediction, frame.pixels.shape[:2], task.threshold, place)
                write_png(table.folder / f"{frame.number:06}.png", mask)
                table.write(table_row(frame, prediction, mask, place))
                if place == 0 and frame.reply is not None:
                    frame.reply.send(mask)
            if task.video:
                _add_to(clip, draw_overlay(prediction.scan_area.cut(frame.pixels), prediction.regions))
            count += 1
            _say(progress, f"\r{count}{f'/{total}' if total else ''} frames")
        _say(progress, "\n")
    return count


def _folder_name(structure: str) -> str:
    return re.sub(r"[^\w -]", "_", structure).strip()


def _job(frame: Frame, task: Task) -> Job:
    height, width = frame.pixels.shape[:2]
    area = (task.scan_area or Rect(0, 0, width, height)).within(width, height)
    return Job(0, area, task.threshold)


def _total(source: Source, limit: int | None) -> int | None:
    if not isinstance(source, Recording):
        return limit
    return min(source.frame_count, limit or source.frame_count)


def _frames(source: Source, info: SourceInfo, limit: int | None) -> Generator[Frame, None, None]:
    """The frames of an open source, once through, one of them read ahead while the one before is worked on."""
    # A live source that does not wait for its pictures would give the same one over and over.
    interval = 0.0 if source.paced or isinstance(source, Recording) else 1 / (info.rate or RATE)
    start = time.monotonic()

    def read(number: int) -> tuple[Picture | None, float]:
        time.sleep(max(start + number * interval - time.monotonic(), 0) if interval else 0)
        return source.read(), time.monotonic()

    number = 0
    with ThreadPoolExecutor(1, "read ahead") as pool:
        ahead = pool.submit(read, 0)
        while limit is None or number < limit:
            picture, captured = ahead.result()
            if picture is None:
                return
            if limit is None or number + 1 < limit:
                ahead = pool.submit(read, number + 1)
            time_s = captured - start if picture.time_s is None else picture.time_s
            yield Frame(picture.pixels, number, captured, time_s, picture.reply)
            number += 1


class _Table:
    """The table of predictions, begun with its first row."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / TABLE
        self._stream: TextIO | None = None

    def write(self, row: Row) -> None:
        """Adds a row. Raises OSError."""
        if self._stream is None:
            self._stream = self._beside().open("w", newline="", encoding="utf-8")
            csv.writer(self._stream).writerow(COLUMNS)
        csv.writer(self._stream).writerow(row)

    def finish(self) -> None:
        """Gives the table its name. Raises OSError."""
        if self._stream is not None:
            self._stream.close()
            self._beside().replace(self.path)

    def _beside(self) -> Path:
        return self.path.with_name(f".part-{self.path.name}")


def _add_to(clip: ClipWriter, picture: Pixels) -> None:
    try:
        clip.write(picture)
    except OutputError as error:
        raise OutputError(f"{error} To have the masks alone, leave out --video.") from error


@contextmanager
def _kept(part: _Table | ClipWriter, name: str) -> Iterator[None]:
    """Finishes `part` however the work ends. Raises OutputError with `name` in it."""
    try:
        try:
            yield
        finally:
            part.finish()
    except OSError as error:
        raise OutputError.of(name, error) from error


def _say(progress: TextIO | None, text: str) -> None:
    if progress is not None:
        progress.write(text)
        progress.flush()
