"""The measures of a bundle on a data set, on the network's grid as in the paper and at each picture's own size.

Empty masks: where both are empty, IoU and Dice are 1; where one is, 0, and the picture counts as `missed` (the model
found nothing) or `unexpected` (the expert drew nothing). Distances need two regions: they are those of the `compared`
pictures, and None where there are none.
"""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import intervals
from model.bundle import Bundle
from model.data.folder import Pair, read_pair
from model.engines.engine import Engine
from model.errors import ModelError
from model.files import ESCAPED, write_beside
from model.intervals import Difference, Interval
from model.metrics import Distances, Overlap, distances, joined, overlap
from model.postprocess import to_mask
from model.preprocess import SIZE, mask_to_square, to_input

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Evaluation:
    """One class's outcome for each picture: `grid` on the network's grid as in the paper, `native` at its own size."""

    structure: str
    """The class."""
    names: tuple[str, ...]
    grid: Overlap
    native: Overlap
    grid_distances: Distances
    """In cells of the network's grid, which are not square where the picture is not."""
    native_distances: Distances
    """In the picture's own pixels."""
    ms: NDArray[np.float64]
    """Time of the network alone, ms a picture."""
    engine: str
    model: str

    def as_json(self, mm_per_pixel: float | None = None) -> dict[str, Any]:
        """The measures under the names that other programs read, then distances, and the interval of each measure."""
        by_unit = self.distances(mm_per_pixel)
        compared = len(self.native_distances.compared)
        return {
            "images": len(self.names),
            **measures(self.grid),
            "ms_median": float(np.median(self.ms)),
            "engine": self.engine,
            "model": self.model,
            "native": measures(self.native),
            "distances": {
                "compared": compared,
                "missed": self.native.missed,
                "unexpected": self.native.unexpected,
                **{unit: _numbers(found) for unit, found in by_unit.items()},
            },
            "intervals": {
                "level": intervals.LEVEL,
                "resamples": intervals.RESAMPLES,
                "seed": intervals.SEED,
                "grid": intervals.intervals(self.grid, len(self.names)),
                "native": intervals.intervals(self.native, len(self.names)),
                **{unit: intervals.intervals(found, len(found.centre)) for unit, found in by_unit.items()},
            },
        }

    def distances(self, mm_per_pixel: float | None = None) -> dict[str, Distances]:
        """The distances of the compared pictures by unit: `grid_px`, `native_px`, and `mm` where a scale is known."""
        # A region can vanish on the coarser grid, so the compared pictures need not be the same ones there.
        grid = self.grid_distances.take(self.grid_distances.compared)
        native = self.native_distances.take(self.native_distances.compared)
        found = {"grid_px": grid, "native_px": native}
        return found if mm_per_pixel is None else {**found, "mm": native.scaled(mm_per_pixel)}


def measures(result: Overlap) -> dict[str, float]:
    """Sum IoU, quartiles and mean of the IoU, accuracy and mean Dice; all 0..1."""
    return {name: float(value) for name, value in result.summary().items()}


def _numbers(found: Distances) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else float(value) for name, value in found.summary().items()}


class _Collected:
    """One class's measures of each picture, on the grid and at its own size. No masks: many fill the memory."""

    def __init__(self) -> None:
        self.grid: list[tuple[Overlap, Distances]] = []
        self.native: list[tuple[Overlap, Distances]] = []

    def add(self, probability: NDArray[np.float32], expert: Mask, limit: float) -> None:
        self.grid.append(_measured(to_mask(probability, (SIZE, SIZE), limit), mask_to_square(expert)))
        self.native.append(_measured(to_mask(probability, (expert.shape[0], expert.shape[1]), limit), expert))


def _measured(predicted: Mask, expert: Mask) -> tuple[Overlap, Distances]:
    return overlap([predicted], [expert]), distances([predicted], [expert])


def evaluate(
    bundle: Bundle,
    engine: Engine,
    pairs: Iterable[Pair],
    threshold: float | None = None,
    progress: Callable[[], None] = lambda: None,
) -> list[Evaluation]:
    """Runs every pair through the same steps as the live picture, cleaned mask included; one outcome for each class.

    The pairs must have the bundle's classes. Raises DataError.
    """
    limit = bundle.threshold if threshold is None else threshold
    names, times = [], []
    collected = [_Collected() for _ in bundle.structures]
    for pair in pairs:
        image, experts = read_pair(pair)
        inputs = to_input(image, bundle.size)
        start = time.perf_counter()
        maps = engine.predict(inputs)
        times.append((time.perf_counter() - start) * 1000)
        names.append(pair.stem)
        for one, probability, expert in zip(collected, maps, experts, strict=True):
            one.add(probability, expert, limit)
        progress()
    return [
        Evaluation(
            structure.name,
            tuple(names),
            joined([found for found, _ in one.grid]),
            joined([found for found, _ in one.native]),
            joined([away for _, away in one.grid]),
            joined([away for _, away in one.native]),
            np.array(times),
            engine.name,
            bundle.name,
        )
        for structure, one in zip(bundle.structures, collected, strict=True)
    ]


def as_json(results: Sequence[Evaluation], mm_per_pixel: float | None = None) -> dict[str, Any]:
    """The first class's measures, and under `classes`, where there are several, those of each by its name."""
    contents = [result.as_json(mm_per_pixel) for result in results]
    first = dict(contents[0])
    if len(results) > 1:
        shared = ("images", "ms_median", "engine", "model")
        first["classes"] = {
            result.structure: {name: value for name, value in content.items() if name not in shared}
            for result, content in zip(results, contents, strict=True)
        }
    return first


def tables(results: Sequence[Evaluation], mm_per_pixel: float | None = None) -> Iterator[str]:
    """The measures as lines for the screen, those of each class under its name where there are several."""
    for number, result in enumerate(results):
        if len(results) > 1:
            yield from ([""] if number else []) + [f"{result.structure}:"]
        yield from table(result.as_json(mm_per_pixel))


def table(content: dict[str, Any]) -> Iterator[str]:
    """What `Evaluation.as_json` gave as lines for the screen, each measure with its interval."""
    given = content["intervals"]
    yield f"{content['images']} pictures, model {content['model']}, engine {content['engine']}"
    yield f"{'':20}{'256 x 256':>26}{'own size':>26}   ({given['level']:.0%} intervals, bootstrap)"
    for name, value in content["native"].items():
        cells = (_cell(content[name], given["grid"][name], 3), _cell(value, given["native"][name], 3))
        yield f"{name:20}{cells[0]:>26}{cells[1]:>26}"
    found = content["distances"]
    columns = [unit for unit in ("grid_px", "native_px", "mm") if unit in found]
    yield ""
    yield f"{'distances, ' + str(found['compared']) + ' pictures':20}" + "".join(
        f"{ {'grid_px': 'grid cells', 'native_px': 'own pixels', 'mm': 'mm'}[unit]:>26}" for unit in columns
    )
    for name in found["native_px"]:
        yield f"{name:20}" + "".join(f"{_cell(found[unit][name], given[unit][name], 2):>26}" for unit in columns)
    yield ""
    yield f"{'missed':20}{found['missed']:26}   (the model found no region where the expert drew one)"
    yield f"{'unexpected':20}{found['unexpected']:26}   (the model found a region where the expert drew none)"
    yield f"{'ms_median':20}{content['ms_median']:26.1f}"


def _cell(value: float | None, interval: Interval | None, digits: int) -> str:
    if value is None:
        return "-"
    known = f" ({interval[0]:.{digits}f} to {interval[1]:.{digits}f})" if interval else ""
    return f"{value:.{digits}f}{known}"


CSV_FIELDS = ("class", "name", "iou", "dice", "native_iou", "native_dice", "predicted_px", "expert_px")
DISTANCE_FIELDS = ("hausdorff95", "boundary", "centre")


def write_csv(path: Path, results: Sequence[Evaluation], mm_per_pixel: float | None = None) -> None:
    """One line a class and picture: IoU and Dice on the grid and at its own size, sizes, distances (empty if none).

    Raises OSError.
    """
    units = ["grid_px", "native_px", *(["mm"] if mm_per_pixel is not None else [])]
    header = [*CSV_FIELDS, *(f"{field}_{unit}" for unit in units for field in DISTANCE_FIELDS), "ms"]

    def write(beside: Path) -> None:
        with beside.open("w", newline="", encoding="utf-8", errors=ESCAPED) as stream:
            writer = csv.writer(stream)
            writer.writerow(header)
            for result in results:
                for name, row in zip(result.names, _rows(result, mm_per_pixel), strict=True):
                    cells = ("" if np.isnan(value) else f"{value:.6g}" for value in row)
                    writer.writerow([result.structure, name, *cells])

    write_beside(path, write)


def _rows(result: Evaluation, mm_per_pixel: float | None) -> Iterator[tuple[float, ...]]:
    units = [result.grid_distances, result.native_distances]
    if mm_per_pixel is not None:
        units.append(result.native_distances.scaled(mm_per_pixel))
    overlaps = (result.grid.iou, result.grid.dice, result.native.iou, result.native.dice)
    sizes = (result.native.predicted, result.native.expert)
    lengths = (getattr(found, field) for found in units for field in DISTANCE_FIELDS)
    yield from zip(*overlaps, *sizes, *lengths, result.ms, strict=True)


def compare(first: Evaluation, second: Evaluation) -> list[Difference]:
    """Two models on the same pictures: measures on the grid, distances in own pixels. Raises ModelError."""
    if first.names != second.names:
        raise ModelError(f"{first.model} and {second.model} were not measured on the same pictures.")
    found = intervals.differences(
        first.grid, second.grid, len(first.names), lambda result: {"iou_mean": result.iou, "dice_mean": result.dice}
    )
    both = np.intersect1d(first.native_distances.compared, second.native_distances.compared)
    if not both.size:
        return found
    return found + intervals.differences(
        first.native_distances.take(both),
        second.native_distances.take(both),
        len(both),
        lambda result: {f"{field}_mean": getattr(result, field) for field in DISTANCE_FIELDS},
    )


def comparison_table(rows: list[Difference], first: str, second: str, title: str = "") -> Iterator[str]:
    """The rows of `compare` as lines for the screen, after `title`."""
    yield f"{title}{second} less {first}, the same pictures; measures on 256 x 256, distances in own pixels"
    yield from intervals.table(rows, first, second)
