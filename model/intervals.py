"""How sure a measure is: bootstrap intervals over the pictures, and two models compared on the same pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from model.errors import ModelError

LEVEL = 0.95
RESAMPLES = 2000
SEED = 0
"""The same pictures always give the same intervals."""

Interval = tuple[float, float]


class Measured(Protocol):
    """Something measured on each picture of a set: `metrics.Overlap` or `metrics.Distances`."""

    def take(self, rows: NDArray[np.int64]) -> Any: ...

    def summary(self) -> dict[str, NDArray[np.float64]]: ...


def draws(pictures: int) -> NDArray[np.int64]:
    """Places (RESAMPLES, pictures) of pictures drawn with replacement."""
    return np.random.default_rng(SEED).integers(pictures, size=(RESAMPLES, pictures))


def percentile_interval(values: NDArray[np.float64]) -> Interval:
    """The middle 95 % of what the drawn sets gave."""
    low, high = np.quantile(values, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(low), float(high)


def intervals(measured: Measured, pictures: int) -> dict[str, Interval | None]:
    """The bootstrap interval of each measure of the set; None with fewer than two pictures, which say nothing of it."""
    if pictures < 2:
        return dict.fromkeys(measured.summary())
    drawn = measured.take(draws(pictures)).summary()
    return {name: percentile_interval(values) for name, values in drawn.items()}


@dataclass(frozen=True)
class Difference:
    """A measure of two models on the same pictures; `difference` is the second's less the first's."""

    name: str
    pictures: int
    first: float
    second: float
    difference: float
    interval: Interval | None
    """Bootstrap over the pictures, each drawn for both models together."""
    wilcoxon_p: float | None
    """Two-sided Wilcoxon signed-rank test of the pictures' differences; given beside the means only."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def differences(
    first: Measured, second: Measured, pictures: int, each: Callable[[Any], dict[str, NDArray[np.float64]]]
) -> list[Difference]:
    """Every measure of two models on the same `pictures`; `each` gives the value of each picture by a measure's name.

    Raises ModelError where SciPy is missing.
    """
    one, other = first.summary(), second.summary()
    rows = draws(pictures) if pictures >= 2 else None
    drawn_one, drawn_other = (
        (first.take(rows).summary(), second.take(rows).summary()) if rows is not None else (one, other)
    )
    single = {name: wilcoxon(values, each(second)[name]) for name, values in each(first).items()}
    return [
        Difference(
            name,
            pictures,
            float(one[name]),
            float(other[name]),
            float(other[name] - one[name]),
            percentile_interval(drawn_other[name] - drawn_one[name]) if rows is not None else None,
            single.get(name),
        )
        for name in one
    ]


def table(rows: list[Difference], first: str, second: str) -> Iterator[str]:
    """The differences of two models of these names, as lines for the screen."""
    names = f"{first[-15:]:>16}{second[-15:]:>16}"
    yield f"{'':20}{'pictures':>9}{names}{'difference (95 % interval)':>32}{'Wilcoxon p':>12}"
    for row in rows:
        difference = f"{row.difference:+.3f}"
        if row.interval:
            difference += f" ({row.interval[0]:+.3f} to {row.interval[1]:+.3f})"
        p = "" if row.wilcoxon_p is None else f"{row.wilcoxon_p:.2g}"
        yield f"{row.name:20}{row.pictures:9}{row.first:16.3f}{row.second:16.3f}{difference:>32}{p:>12}"


def wilcoxon(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """p of the two-sided Wilcoxon signed-rank test of paired values; 1 where no pair differs. Raises ModelError."""
    try:
        from scipy import stats
    except ImportError as error:
        raise ModelError("Comparing two models needs SciPy: install the requirements for training.") from error
    if not (first != second).any():
        return 1.0
    return float(stats.wilcoxon(second, first).pvalue)
