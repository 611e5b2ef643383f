"""Looks at a recording ahead of the user: every frame's answer, and small pictures for the time line."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from app import log
from app.capture.source import Copyable, Frame, Picture, Pixels, Recording, Repeatable, SourceError
from app.pipeline.ahead_cache import AheadCache, Entry, content_hash, mark_of
from app.pipeline.priority import stand_back
from app.pipeline.scan_area import ScanAreas
from app.pipeline.types import Rect
from app.pipeline.worker import FindBundle, Known, OpenEngine
from app.thread import OwnThread
from model.engines.engine import Engine
from model.errors import ModelError
from model.novelty import Novelty
from model.postprocess import find_region
from model.preprocess import to_input

MOST_FRAMES = 1_000_000
"""Of a longer recording, the frames behind are not looked at ahead: what is known of each takes memory."""
LOOK_S = 0.1
"""How often it is seen whether the picture stands still by now."""
THUMBNAILS = 16
THUMBNAIL_HEIGHT = 72
"""Pixels: twice what the time line shows, for screens with small pixels."""

_log = logging.getLogger(log.NAME)


@dataclass(frozen=True)
class Wish:
    """What the answers depend on."""

    model: str
    engine: str
    areas: ScanAreas
    threshold: float


@dataclass(frozen=True, eq=False)
class Strips:
    """What is known of each frame; NaN where nothing is known yet. All float32 (frames,)."""

    confidence: NDArray[np.float32]
    """0..1; 0 where no region is found."""
    area: NDArray[np.float32]
    """Share of the scan area, 0..1."""
    novelty: NDArray[np.float32]
    """Above 1: unlike the training data. 0 where the model cannot tell."""

    @staticmethod
    def unknown(count: int) -> Strips:
        return Strips(*(np.full(count, np.nan, np.float32) for _ in range(3)))

    def first(self, count: int) -> Strips:
        """Those of the first frames."""
        return Strips(self.confidence[:count], self.area[:count], self.novelty[:count])

    def best(self, most: int = 3) -> list[int]:
        """Numbers of the frames with the highest confidence among their neighbours, the best first."""
        worth = np.where(np.isnan(self.confidence) | (self.novelty > 1), 0, self.confidence)
        apart = max(len(worth) // 12, 1)
        found: list[int] = []
        while len(found) < most and len(worth) and worth.max() > 0:
            at = int(np.argmax(worth))
            found.append(at)
            worth[max(at - apart, 0) : at + apart + 1] = 0
        return found


class Reader(OwnThread):
    """A thread with a second reader of a recording. Whatever fails ends it: the live picture has its own."""

    def __init__(self, source: Copyable, name: str) -> None:
        super().__init__(name)
        self._recording = source.another()

    def _run(self) -> None:
        stand_back()
        try:
            self._recording.open()
            self._work(self._recording)
        except (SourceError, ModelError, OSError) as error:
            log.failure(_log, "looking ahead ended", error)
        # The boundary of the thread: a decoder or an engine that throws costs the strips and no more.
        except Exception as error:  # noqa: BLE001
            log.failure(_log, "looking ahead failed", error)
        finally:
            self._recording.close()

    def _work(self, recording: Recording) -> None:
        raise NotImplementedError


class Thumbnails(Reader):
    """Small pictures of a recording, evenly spread."""

    def __init__(self, source: Repeatable) -> None:
        super().__init__(source, "thumbnails")
        self.pictures: tuple[Pixels, ...] = ()
        """From the beginning on, as many as there are by now; BGR, uint8 (THUMBNAIL_HEIGHT, width, 3)."""

    def _work(self, recording: Recording) -> None:
        recording.seek(0)  # From then on, the number of frames is right in all but a few files.
        count, self.pictures = recording.frame_count, ()
        for place in range(THUMBNAILS):
            if self._stopping.is_set():
                return
            recording.seek(int((place + 0.5) * count / THUMBNAILS))
            picture = recording.read()
            if picture is None:
                if recording.frame_count < count:
                    self._work(recording)  # It is shorter than it says.
                return
            self.pictures = (*self.pictures, _small(picture.pixels))


class Ahead(Reader):
    """Has the model look at every frame, one by one, each by itself as after a seek, and keeps what it says.

    It works only while `resting()`, with an engine of its own. Frames that the cache in `folder` knows are not looked
    at again. Its answers stay there after its end.
    """

    def __init__(
        self,
        source: Repeatable,
        wish: Wish,
        resting: Callable[[], bool],
        open_engine: OpenEngine,
        find_bundle: FindBundle,
        folder: Path,
    ) -> None:
        super().__init__(source, "analysis ahead")
        self.wish = wish
        self.strips = Strips.unknown(0)
        """Grows while the thread runs."""
        self._path = source.path
        self._resting, self._open_engine, self._find_bundle, self._folder = resting, open_engine, find_bundle, folder
        self._cache: AheadCache | None = None

    @property
    def done(self) -> int:
        """Number of frames that are known."""
        return int(np.count_nonzero(~np.isnan(self.strips.confidence)))

    @property
    def total(self) -> int:
        """Number of frames to know; 0 until the recording is open."""
        return len(self.strips.confidence)

    @property
    def is_full(self) -> bool:
        """Whether it ended since the cache takes no more."""
        return self._cache is not None and self._cache.is_full

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return not self._thread.is_alive()

    def recall(self, frame: Frame, scan_area: Rect) -> Known | None:
        """What is known of a very frame in a very scan area (inside the frame). From any thread."""
        entry = self._cache.get(frame.number) if self._cache is not None else None
        if entry is None or scan_area != self.wish.areas.inside(frame) or mark_of(frame.pixels) != entry.mark:
            return None
        return Known(entry.maps(), entry.novelty)

    # What follows runs in the thread.

    def _work(self, recording: Recording) -> None:
        bundle = self._find_bundle(self.wish.model)
        content = content_hash(self._path, self._stopping.is_set)
        if content is None:
            return
        recording.seek(0)  # From then on, the number of frames is right.
        self.strips = Strips.unknown(min(recording.frame_count, MOST_FRAMES))
        cache = AheadCache(self._folder, content, bundle.hash, str(self.wish.areas))
        self._cache = cache
        for entry in cache.each():
            if self._stopping.is_set():
                return
            self._enter(entry, entry.maps())
        missing = [number for number in range(self.total) if number not in cache]
        if not missing or not self._rest():
            return
        novelty, engine = Novelty.of(bundle), self._open_engine(self.wish.engine, bundle)
        try:
            for number in missing:
                if not self._rest():
                    return
                recording.seek(number)
                picture = recording.read()
                if picture is None:  # It is shorter than it says.
                    self.strips = self.strips.first(number)
                    return
                self._look(number, picture, engine, novelty, cache)
                if cache.is_full:
                    return
        finally:
            engine.close()

    def _rest(self) -> bool:
        """Waits until the live picture rests; False once the thread is to end."""
        while not self._resting():
            if self._stopping.wait(LOOK_S):
                return False
        return not self._stopping.is_set()

    def _look(self, number: int, picture: Picture, engine: Engine, novelty: Novelty | None, cache: AheadCache) -> None:
        inputs = to_input(self.wish.areas.inside(picture).cut(picture.pixels), engine.size)
        maps = engine.predict(inputs)
        score = None if novelty is None else novelty.score(inputs)
        entry = Entry.of(number, mark_of(picture.pixels), maps, score)
        cache.add(entry)
        if not cache.is_full:  # The strips show what is shown at once when one goes there.
            self._enter(entry, maps)

    def _enter(self, entry: Entry, maps: NDArray[np.float32]) -> None:
        """Writes what an entry says into the strips."""
        if entry.number >= self.total:
            return
        size = maps.shape[1], maps.shape[2]
        unlike = entry.novelty is not None and entry.novelty > 1
        region = None if unlike else find_region(maps[0], size, self.wish.threshold)
        self.strips.novelty[entry.number] = entry.novelty or 0.0
        self.strips.area[entry.number] = region.area_px / (size[0] * size[1]) if region is not None else 0.0
        # Last: a frame counts as known by its confidence.
        self.strips.confidence[entry.number] = region.confidence if region is not None else 0.0


def _small(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    size = max(round(width * THUMBNAIL_HEIGHT / height), 1), THUMBNAIL_HEIGHT
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small if small.ndim == 3 else cv2.cvtColor(small, cv2.COLOR_GRAY2BGR), np.uint8)
