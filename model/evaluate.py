"""The paper's measures of a bundle on a data set, on the network's grid and at each picture's own size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.bundle import Bundle
from model.data.folder import Pair, read_pair
from model.engines.engine import Engine
from model.metrics import Overlap, overlap
from model.postprocess import to_mask
from model.preprocess import mask_to_square, to_input

Masks = list[NDArray[np.bool_]]


@dataclass(frozen=True)
class Evaluation:
    """The outcome for each picture: `grid` on the network's grid as in the paper, `native` at its own size."""

    names: tuple[str, ...]
    grid: Overlap
    native: Overlap
    ms: NDArray[np.float64]
    """Time of the network alone, ms a picture."""
    engine: str
    model: str

    def as_json(self) -> dict[str, Any]:
        """The measures under the names that other programs read."""
        return {
            "images": len(self.names),
            **measures(self.grid),
            "ms_median": float(np.median(self.ms)),
            "engine": self.engine,
            "model": self.model,
            "native": measures(self.native),
        }


def measures(result: Overlap) -> dict[str, float]:
    """Sum IoU, quartiles and mean of the IoU, accuracy and mean Dice; all 0..1."""
    q1, median, q3 = np.quantile(result.iou, (0.25, 0.5, 0.75))
    return {
        "sum_iou": result.sum_iou,
        "iou_median": float(median),
        "iou_q1": float(q1),
        "iou_q3": float(q3),
        "iou_mean": float(result.iou.mean()),
        "accuracy": result.accuracy,
        "dice_mean": float(result.dice.mean()),
    }


def evaluate(
    bundle: Bundle,
    engine: Engine,
    pairs: Iterable[Pair],
    threshold: float | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Runs every pair through the same steps as the live picture, cleaned mask included. Raises DataError."""
    limit = bundle.threshold if threshold is None else threshold
    names, times = [], []
    grid: tuple[Masks, Masks] = ([], [])
    native: tuple[Masks, Masks] = ([], [])
    for pair in pairs:
        image, expert = read_pair(pair)
        inputs = to_input(image, bundle.size)
        start = time.perf_counter()
        probability = engine.predict(inputs)
        times.append((time.perf_counter() - start) * 1000)
        names.append(pair.stem)
        _add(grid, to_mask(probability, probability.shape[:2], limit), mask_to_square(expert, bundle.size))
        _add(native, to_mask(probability, expert.shape[:2], limit), expert)
        progress()
    return Evaluation(tuple(names), overlap(*grid), overlap(*native), np.array(times), engine.name, bundle.name)


def _add(lists: tuple[Masks, Masks], predicted: NDArray[np.bool_], expert: NDArray[np.bool_]) -> None:
    lists[0].append(predicted)
    lists[1].append(expert)
