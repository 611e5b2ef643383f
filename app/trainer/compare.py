"""Compares two answers about each frame of a recording, ahead of the user, in a thread of its own."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.capture.source import Copyable, Frame, Picture, Recording, SourceError
from app.errors import OutputError
from app.pipeline.ahead import LOOK_S, Reader
from app.pipeline.ahead_cache import mark_of
from app.pipeline.scan_area import ScanAreas
from app.pipeline.types import Rect, check_area
from app.trainer.corrections import Correction
from app.trainer.sides import OpenSide, Side
from model import metrics
from model.errors import ModelError
from model.files import write_beside

COLUMNS = ("frame", "time_s", "iou", "a_px", "b_px", "both_px")
MOST_FRAMES = 20_000
"""Of a longer recording, the frames behind are compared only when they are shown: both masks of each are held."""
MOST_PLACES = 20
"""So many of the frames that agree least can be jumped to."""
AGREES = 0.9
"""Frames with an IoU of at least this are no disagreement."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """How far two answers about one frame agree."""

    number: int
    mark: int
    """`mark_of` the frame."""
    area: Rect
    """The scan area, inside the frame."""
    a: Correction | None
    """A's mask of the scan area; None: it has no answer."""
    b: Correction | None
    both_px: int

    @property
    def iou(self) -> float:
        """Intersection over union in the scan area's own pixels; 1 where both say 'no region', NaN without both."""
        if self.a is None or self.b is None:
            return float("nan")
        union = self.a.area_px + self.b.area_px - self.both_px
        return self.both_px / union if union else 1.0


def judge(frame: Frame, area: Rect, a: Side, b: Side) -> Verdict:
    """Asks both about a frame. Raises ModelError and SourceError."""
    masks = [side.mask(frame, area) for side in (a, b)]
    one, other = (None if mask is None else Correction.of(mask, by_hand=False) for mask in masks)
    shared = 0
    if masks[0] is not None and masks[1] is not None:
        shared = int(metrics.overlap([masks[0]], [masks[1]]).intersection[0])
    return Verdict(frame.number, mark_of(frame.pixels), area, one, other, shared)


class Comparison(Reader):
    """Compares the frame that is wanted first, and while `resting()` all others. Its answers end with it."""

    def __init__(
        self,
        source: Copyable,
        areas: ScanAreas,
        sides: tuple[OpenSide, OpenSide],
        resting: Callable[[], bool],
    ) -> None:
        super().__init__(source, "comparison")
        self.ious: NDArray[np.float32] = np.full(0, np.nan, np.float32)
        """Of each frame, NaN where it is not known or one has no answer. Replaced when the length is known better."""
        self.problem = ""
        """A sentence that says why it cannot go on."""
        self.names = ("A", "B")
        self._areas, self._open_sides, self._resting = areas, sides, resting
        self._known: dict[int, Verdict] = {}
        self._missing: set[int] = set()
        self._wanted: int | None = None
        self._news = threading.Condition()

    def want(self, number: int) -> None:
        """This frame next; the newest wish counts."""
        with self._news:
            self._wanted = number
            self._news.notify()

    def stop(self) -> None:
        super().stop()
        with self._news:
            self._news.notify()

    @property
    def done(self) -> int:
        """How many frames were looked at."""
        return len(self._known)

    @property
    def total(self) -> int:
        """Number of frames; 0 until the recording is open."""
        return len(self.ious)

    def at(self, frame: Frame) -> Verdict | None:
        """What is known of this very frame. From any thread."""
        verdict = self._known.get(frame.number)
        return verdict if verdict is not None and verdict.mark == mark_of(frame.pixels) else None

    def mean(self) -> tuple[float, int]:
        """The mean IoU so far, NaN without any, and of how many frames."""
        known = self.ious[~np.isnan(self.ious)]
        return (float(known.mean()) if len(known) else float("nan")), len(known)

    def worst(self) -> list[int]:
        """Numbers of the frames that agree least among their neighbours, in order."""
        return worst_places(self.ious)

    # What follows runs in the thread.

    def _work(self, recording: Recording) -> None:
        opened: list[Side] = []
        try:
            recording.seek(0)  # From then on, the number of frames is right.
            self.ious = np.full(min(recording.frame_count, MOST_FRAMES), np.nan, np.float32)
            for open_side in self._open_sides:
                opened.append(open_side(recording))
            self.names = opened[0].name, opened[1].name
            self._go_through(recording, opened[0], opened[1])
        except (ModelError, SourceError) as error:
            self.problem = str(error)
        except OSError as error:
            self.problem = f"The comparison cannot read its files ({error.strerror}): choose something else."
        finally:
            if not self._stopping.is_set() and not self.problem:
                self.problem = "The comparison broke off: choose something else, and see the log."
            for side in opened:
                side.close()

    def _go_through(self, recording: Recording, a: Side, b: Side) -> None:
        at = 0
        while not self._stopping.is_set():
            number = self._next(at)
            if number is None:
                with self._news:
                    if self._wanted is None:
                        self._news.wait(LOOK_S)
                continue
            picture = _picture(recording, number)
            at = number + 1
            if picture is None:
                if number < recording.frame_count:
                    self._missing.add(number)
                self.ious = self.ious[: recording.frame_count]
                continue
            frame = Frame(picture.pixels, number, 0.0, picture.time_s)
            verdict = judge(frame, self._areas.inside(picture), a, b)
            self._known[number] = verdict
            if number < self.total:
                self.ious[number] = verdict.iou

    def _next(self, at: int) -> int | None:
        """The wanted frame, if it is not known; else, while the picture rests, the next one that is not."""
        with self._news:
            wanted, self._wanted = self._wanted, None
        if wanted is not None and not self._is_known(wanted):
            return wanted
        if self.done + len(self._missing) >= self.total or not self._resting():
            return None
        return next((n for n in (*range(at, self.total), *range(at)) if not self._is_known(n)), None)

    def _is_known(self, number: int) -> bool:
        return number in self._known or number in self._missing


class Comparisons:
    """One comparison at a time. Nothing waits for the end of those before."""

    def __init__(self) -> None:
        self.now: Comparison | None = None
        self._old: list[Comparison] = []

    def begin(self, comparison: Comparison) -> None:
        """This one from now on."""
        self.end()
        self.now = comparison
        comparison.start()

    def end(self) -> None:
        """None from now on."""
        if self.now is not None:
            self.now.stop()
            self._old.append(self.now)
        self.now = None
        self._old = [comparison for comparison in self._old if not comparison.join(0)]

    def join(self, timeout: float) -> bool:
        """Waits for the threads of those that were ended, `timeout` seconds each; whether all have ended."""
        ended = [comparison.join(timeout) for comparison in self._old]
        return all(ended)


def _picture(recording: Recording, number: int) -> Picture | None:
    """The frame of that number; None where the recording turns out to end before it. Raises SourceError."""
    recording.seek(number)
    try:
        picture = recording.read()
    except SourceError:
        if number < recording.frame_count:
            raise
        return None
    return picture if number < recording.frame_count else None


def worst_places(ious: NDArray[np.float32], most: int = MOST_PLACES) -> list[int]:
    """Places of the lowest values, none near a lower one, in order; those that agree are not among them."""
    left = np.where(np.isnan(ious), 1.0, ious)
    apart = max(len(left) // (2 * most), 1)
    found: list[int] = []
    while len(found) < most and len(left) and left.min() < AGREES:
        place = int(np.argmin(left))
        found.append(place)
        left[max(place - apart, 0) : place + apart + 1] = 1.0
    return sorted(found)


def compare_all(
    recording: Recording, area: Rect | None, sides: tuple[OpenSide, OpenSide]
) -> Iterator[tuple[Frame, Verdict]]:
    """Every frame of an open recording, once through. Raises ModelError and SourceError."""
    opened: list[Side] = []
    try:
        for open_side in sides:
            opened.append(open_side(recording))
        number = 0
        while (picture := recording.read()) is not None:
            check_area(area, picture.pixels.shape, recording.name)
            frame = Frame(picture.pixels, number, 0.0, picture.time_s)
            yield frame, judge(frame, Rect.in_frame(area, picture.pixels.shape), *opened)
            number += 1
    finally:
        for side in opened:
            side.close()


def write_table(path: Path, rows: Iterator[tuple[Frame, Verdict]]) -> list[Verdict]:
    """Writes a line for each frame, the file whole or not at all; gives the verdicts. Raises OutputError."""
    verdicts: list[Verdict] = []

    def write(beside: Path) -> None:
        with beside.open("w", newline="", encoding="ascii") as stream:
            table = csv.writer(stream)
            table.writerow(COLUMNS)
            for frame, verdict in rows:
                table.writerow(_row(frame, verdict))
                verdicts.append(verdict)

    try:
        write_beside(path, write)
    except OSError as error:
        raise OutputError.of(path, error) from error
    return verdicts


def _row(frame: Frame, verdict: Verdict) -> tuple[object, ...]:
    time_s = "" if frame.time_s is None else f"{frame.time_s:.3f}"
    a_px, b_px = ("" if side is None else side.area_px for side in (verdict.a, verdict.b))
    compared = verdict.a is not None and verdict.b is not None
    return (
        frame.number,
        time_s,
        f"{verdict.iou:.4f}" if compared else "",
        a_px,
        b_px,
        verdict.both_px if compared else "",
    )


def summary(verdicts: list[Verdict]) -> str:
    """One line: how far both agree over all."""
    ious = [verdict.iou for verdict in verdicts if verdict.a is not None and verdict.b is not None]
    if not ious:
        return f"{len(verdicts)} frames, none with an answer of both."
    same = sum(1 for verdict in verdicts if verdict.a and verdict.b and verdict.a.empty and verdict.b.empty)
    return (
        f"{len(ious)} of {len(verdicts)} frames compared: mean IoU {np.mean(ious):.3f}, median {np.median(ious):.3f}, "
        f"lowest {min(ious):.3f}; in {same} both find no region, which counts as 1."
    )
