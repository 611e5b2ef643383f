"""The paper's figures 3 and 4 from an evaluation: box plot of per-image IoU, and examples at several IoU levels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from model.bundle import Bundle
from model.data.folder import Pair, read_pair
from model.engines.choice import open_engine
from model.evaluate import Evaluation
from model.postprocess import to_mask
from model.preprocess import to_input

EXPERT, PREDICTED = "#0072B2", "#E69F00"
"""Blue and orange of Okabe and Ito's palette, told apart by every kind of colour sight."""
PAPER_TEST = (0.555, 0.644, 0.735)
"""Quartiles of the per-image IoU on the paper's test set."""


def write_figures(folder: Path, bundle: Bundle, result: Evaluation, pairs: list[Pair]) -> list[Path]:
    """Writes `iou.png/.svg` and `examples.png/.svg` into `folder`; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"iou": _box_plot(result), "examples": _examples(bundle, result, pairs)}
    paths = [folder / f"{name}.{kind}" for name in figures for kind in ("png", "svg")]
    for path in paths:
        figures[path.stem].savefig(path, dpi=150, bbox_inches="tight")
    return paths


def _box_plot(result: Evaluation) -> Figure:
    figure = Figure(figsize=(4, 4))
    axes = figure.subplots()
    q1, median, q3 = PAPER_TEST
    paper = {"med": median, "q1": q1, "q3": q3, "whislo": q1, "whishi": q3, "label": "paper, its test set\n(quartiles)"}
    axes.boxplot(result.grid.iou, positions=[1], tick_labels=[f"{result.model}\n{len(result.names)} pictures"])
    axes.bxp([paper], positions=[2], showfliers=False)
    axes.set(ylim=(0, 1), ylabel="IoU of each picture")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _examples(bundle: Bundle, result: Evaluation, pairs: list[Pair], columns: int = 5) -> Figure:
    order = np.argsort(result.grid.iou)
    chosen = order[np.linspace(len(order) - 1, 0, min(columns, len(order))).astype(int)]
    engine = open_engine(result.engine, bundle)
    figure = Figure(figsize=(2.6 * len(chosen), 4.6))
    grid = figure.subplots(3, len(chosen), squeeze=False)
    for column, place in enumerate(chosen):
        image, expert = read_pair(pairs[place])
        predicted = to_mask(engine.predict(to_input(image)), expert.shape, bundle.threshold)
        for axes, mask, colour in zip(grid[:, column], (None, expert, predicted), ("", EXPERT, PREDICTED), strict=True):
            axes.imshow(image, aspect="auto")
            axes.set(xticks=[], yticks=[])
            if mask is not None and mask.any():
                axes.contourf(mask, levels=[0.5, 1], colors=[colour], alpha=0.45)
                axes.contour(mask, levels=[0.5], colors=[colour], linewidths=1.2)
        grid[0, column].set_title(f"IoU {result.grid.iou[place]:.2f}", fontsize=10)
    for axes, label in zip(grid[:, 0], ("picture", "expert", "model"), strict=True):
        axes.set_ylabel(label)
    engine.close()
    return figure
