"""Rates, ages and times of the pipeline, counted by all its threads."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from app.capture.source import Frame
from app.pipeline.history import History, Series

RATE_WINDOW_S = 2.5
"""Rates are those of the last so many seconds."""
IN_TIME_MS = 2 * 1000 / 60
"""Two pictures of a usual screen."""
SAMPLES = 600
"""Percentiles are those of the last so many values."""


@dataclass(frozen=True)
class Percentiles:
    """Of some times in ms; NaN where there is none yet."""

    p50: float
    p95: float
    max: float

    @staticmethod
    def of(values: Iterable[float]) -> Percentiles:
        found = np.fromiter(values, np.float64)
        if not found.size:
            return Percentiles(float("nan"), float("nan"), float("nan"))
        p50, p95, largest = np.percentile(found, (50, 95, 100))
        return Percentiles(float(p50), float(p95), float(largest))


@dataclass(frozen=True)
class Totals:
    """Counts since the last reset, and how long that is."""

    seconds: float
    grabbed: int
    painted: int
    predicted: int


@dataclass(frozen=True)
class Measures:
    """How many frames a second go where, and how old they are when they are painted."""

    source_fps: float
    painted_fps: float
    predicted_fps: float
    picture_age_ms: Percentiles
    """Painting minus capture, of each painted frame."""
    overlay_age_ms: Percentiles
    """Painting minus capture of the frame that the overlay was computed from, of each painted frame that had one."""
    dropped: int
    """Frames that were replaced by a newer one before the worker took them."""
    painted_in_time: float
    """Share of the source's frames that were painted within IN_TIME_MS of their capture, 0..1; NaN: none yet."""


@dataclass(frozen=True)
class Snapshot(Measures):
    """The statistics at one moment; the rates are those of the last seconds."""

    steps_ms: dict[str, Percentiles]
    """Where the time of a frame goes."""
    totals: Totals

    def since_reset(self) -> Measures:
        """The same with the rates of the whole time since the last reset."""
        totals = self.totals
        return Measures(
            source_fps=totals.grabbed / totals.seconds,
            painted_fps=totals.painted / totals.seconds,
            predicted_fps=totals.predicted / totals.seconds,
            picture_age_ms=self.picture_age_ms,
            overlay_age_ms=self.overlay_age_ms,
            dropped=self.dropped,
            painted_in_time=self.painted_in_time,
        )


class _Counter:
    """Counts events, and knows their present rate."""

    def __init__(self) -> None:
        self.total = 0
        self._times: deque[float] = deque()

    def count(self, now: float) -> None:
        self.total += 1
        self._times.append(now)
        self._forget(now)

    def rate(self, now: float) -> float:
        """Events a second: by the time between the first and the last, so that a steady rate reads steady."""
        self._forget(now)
        span = self._times[-1] - self._times[0] if self._times else 0.0
        return (len(self._times) - 1) / span if span > 0 else 0.0

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] < now - RATE_WINDOW_S:
            self._times.popleft()


class Statistics:
    """Thread-safe; cheap enough for every frame. `dropped` gives the latest-frame slot's count of drops."""

    def __init__(self, dropped: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._dropped = dropped
        self._clock = clock
        self._samples = SAMPLES
        self.reset()

    def reset(self, samples: int | None = None) -> None:
        """Begins anew; percentiles are from now on those of the last `samples` values, where given."""
        with self._lock:
            self._samples = samples or self._samples
            self._began = self._clock()
            self._dropped_before = self._dropped()
            self._grabbed, self._painted, self._predicted = _Counter(), _Counter(), _Counter()
            self._painted_in_time = 0
            self._picture_ages: deque[float] = deque(maxlen=self._samples)
            self._overlay_ages: deque[float] = deque(maxlen=self._samples)
            self._steps: dict[str, deque[float]] = {}
            self._history = History(self._began)

    def grabbed(self) -> None:
        """The source gave a frame."""
        with self._lock:
            now = self._clock()
            self._grabbed.count(now)
            self._history.grabbed(now)

    def predicted(self, steps_ms: Mapping[str, float]) -> None:
        """The worker finished a prediction, in these steps."""
        with self._lock:
            now = self._clock()
            self._predicted.count(now)
            self._history.predicted(now)
            self._add_steps(steps_ms, now)

    def painted(self, frame: Frame, prediction_age_ms: float | None) -> None:
        """The view painted `frame` for the first time, with an overlay of that age or with none."""
        with self._lock:
            now = self._clock()
            self._painted.count(now)
            picture_age_ms = (now - frame.captured) * 1000
            self._painted_in_time += picture_age_ms <= IN_TIME_MS
            self._picture_ages.append(picture_age_ms)
            self._history.painted(now, picture_age_ms, prediction_age_ms)
            if prediction_age_ms is not None:
                self._overlay_ages.append(prediction_age_ms)

    def timed(self, steps_ms: Mapping[str, float]) -> None:
        """Times of other steps of a frame, such as painting."""
        with self._lock:
            self._add_steps(steps_ms, self._clock())

    def found(self, area_share: float, confidence: float) -> None:
        """A block region of that share of the scan area, 0..1, was published."""
        with self._lock:
            self._history.found(self._clock(), area_share, confidence)

    def series(self) -> Series:
        """The last minute, second by second."""
        with self._lock:
            return self._history.series(self._clock())

    def snapshot(self) -> Snapshot:
        """The statistics now."""
        with self._lock:
            now = self._clock()
            return Snapshot(
                source_fps=self._grabbed.rate(now),
                painted_fps=self._painted.rate(now),
                predicted_fps=self._predicted.rate(now),
                picture_age_ms=Percentiles.of(self._picture_ages),
                overlay_age_ms=Percentiles.of(self._overlay_ages),
                dropped=self._dropped() - self._dropped_before,
                painted_in_time=self._share_in_time(),
                steps_ms={name: Percentiles.of(times) for name, times in self._steps.items()},
                totals=Totals(now - self._began, self._grabbed.total, self._painted.total, self._predicted.total),
            )

    def _add_steps(self, steps_ms: Mapping[str, float], now: float) -> None:
        self._history.timed(now, steps_ms)
        for name, ms in steps_ms.items():
            self._steps.setdefault(name, deque(maxlen=self._samples)).append(ms)

    def _share_in_time(self) -> float:
        # The newest frame may be on its way to the screen.
        due = max(self._painted.total, self._grabbed.total - 1)
        return self._painted_in_time / due if due > 0 else float("nan")
