"""What happened in each of the last seconds: bounded, and cheap enough for every frame."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SECONDS = 60
"""So many whole seconds are kept."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """The last minute, a value for each second; arrays float64 (SECONDS,), NaN where there is none."""

    seconds: Values
    """Counted back from now: -60 … -1."""
    source_fps: Values
    painted_fps: Values
    predicted_fps: Values
    picture_age_ms: Values
    """The worst of each second, as is the overlay's."""
    overlay_age_ms: Values
    area_percent: Values
    """Mean area of the block region in percent of the scan area, where one was found."""
    confidence: Values
    """Mean of the regions found, 0..1."""
    steps_ms: dict[str, Values]
    """Mean time of each step."""


@dataclass
class _Second:
    """One second's counts and sums."""

    grabbed: int = 0
    painted: int = 0
    predicted: int = 0
    picture_age_ms: float = math.nan
    overlay_age_ms: float = math.nan
    found: int = 0
    area: float = 0.0
    confidence: float = 0.0
    steps: dict[str, tuple[float, int]] = field(default_factory=dict)

    def mean(self, total: float) -> float:
        return total / self.found if self.found else math.nan

    def step(self, name: str) -> float:
        total, count = self.steps.get(name, (0.0, 0))
        return total / count if count else math.nan


class History:
    """Not thread-safe: the statistics' lock guards it. Times are seconds of one clock."""

    def __init__(self, now: float) -> None:
        self._began = now
        self._kept: deque[tuple[int, _Second]] = deque(maxlen=SECONDS + 1)

    def grabbed(self, now: float) -> None:
        self._at(now).grabbed += 1

    def predicted(self, now: float) -> None:
        self._at(now).predicted += 1

    def painted(self, now: float, picture_age_ms: float, overlay_age_ms: float | None) -> None:
        second = self._at(now)
        second.painted += 1
        # fmax: NaN gives way.
        second.picture_age_ms = float(np.fmax(second.picture_age_ms, picture_age_ms))
        if overlay_age_ms is not None:
            second.overlay_age_ms = float(np.fmax(second.overlay_age_ms, overlay_age_ms))

    def found(self, now: float, area_share: float, confidence: float) -> None:
        """A region of that share of the scan area, 0..1, was found."""
        second = self._at(now)
        second.found += 1
        second.area += area_share
        second.confidence += confidence

    def timed(self, now: float, steps_ms: Mapping[str, float]) -> None:
        steps = self._at(now).steps
        for name, ms in steps_ms.items():
            total, count = steps.get(name, (0.0, 0))
            steps[name] = total + ms, count + 1

    def series(self, now: float) -> Series:
        """The whole seconds before the present one."""
        last = math.floor(now)
        kept = dict(self._kept)
        # A second in which nothing happened counts as one with nothing, but not before the beginning.
        empty, before = _Second(), math.floor(self._began)
        seconds = [kept.get(last + back, empty if last + back > before else None) for back in range(-SECONDS, 0)]
        names = dict.fromkeys(name for second in kept.values() for name in second.steps)

        def each(value: Callable[[_Second], float]) -> Values:
            return np.array([math.nan if one is None else value(one) for one in seconds], np.float64)

        return Series(
            seconds=np.arange(-SECONDS, 0, dtype=np.float64),
            source_fps=each(lambda one: one.grabbed),
            painted_fps=each(lambda one: one.painted),
            predicted_fps=each(lambda one: one.predicted),
            picture_age_ms=each(lambda one: one.picture_age_ms),
            overlay_age_ms=each(lambda one: one.overlay_age_ms),
            area_percent=each(lambda one: 100 * one.mean(one.area)),
            confidence=each(lambda one: one.mean(one.confidence)),
            steps_ms={name: each(lambda one, name=name: one.step(name)) for name in names},  # type: ignore[misc]
        )

    def _at(self, now: float) -> _Second:
        number = math.floor(now)
        if not self._kept or self._kept[-1][0] != number:
            self._kept.append((number, _Second()))
        return self._kept[-1][1]
