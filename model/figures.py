"""The drawings of the report: box plots, examples, folds and training curves, with the paper's numbers in them.

Colours are those of Okabe and Ito's palette, told apart by every kind of colour sight; nothing is told by colour alone.
The paper's numbers are always grey and hatched or dashed, and named.
"""

from __future__ import annotations

import logging
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from model import calibration, paper
from model.files import write_beside
from model.metrics import HIT
from model.paper import Quartiles
from model.robustness import NONE, Row

EXPERT, PREDICTED = "#0072B2", "#E69F00"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
PAPER = "#666666"
# Of systems and of usual packages, the first of each file: Matplotlib sees no other.
_CHINESE = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "Microsoft YaHei", "SimHei", "PingFang SC"),
    *("Hiragino Sans GB", "Heiti TC", "Arial Unicode MS", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei"),
    "Droid Sans Fallback",
)
# Which of its weights are missing is nothing to say.
logging.getLogger(font_manager.__name__).setLevel(logging.ERROR)
STYLE: Any = {
    # Names of runs and structures may be Chinese, which Matplotlib's own font lacks.
    "font.family": ["DejaVu Sans", *[name for name in _CHINESE if name in font_manager.get_font_names()][:1]],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    # A name of a run or structure may hold a $.
    "text.parse_math": False,
    "savefig.bbox": "tight",
    # The same figure is the same file.
    "svg.hashsalt": "sonoblock",
}
ENOUGH_FOLDS = 4
"""Quartiles of fewer folds than this are not drawn."""


@dataclass(frozen=True)
class Box:
    """A box of the box plot: the IoU of each picture of one model on one set, or the paper's quartiles."""

    label: str
    pictures: int
    values: NDArray[np.float64] | None
    """None for the paper, of which only quartiles are known."""
    quartiles: Quartiles
    sum_iou: float | None
    colour: str


@dataclass(frozen=True)
class Example:
    """A picture, uint8 (size, size) grey, and both masks, bool (size, size)."""

    iou: float
    picture: NDArray[np.uint8]
    expert: NDArray[np.bool_]
    predicted: NDArray[np.bool_]


@dataclass(frozen=True)
class Folds:
    """One cross-validation: fold number, sum IoU and accuracy of each fold that is done."""

    label: str
    numbers: Sequence[int]
    sum_iou: Sequence[float]
    accuracy: Sequence[float]
    count: int
    """How many folds there are, done or not."""
    grouped: bool = False
    colour: str = COLOURS[0]


@dataclass(frozen=True)
class Curve:
    """The history of one training, or of each fold's: (epoch, loss, development sum IoU), float64 (n, 3)."""

    label: str
    lines: Sequence[NDArray[np.float64]]
    colour: str = COLOURS[0]


@dataclass(frozen=True)
class Reliability:
    """How well a model's probabilities hold: reliability curves before and after calibration."""

    label: str
    before: calibration.Curve
    after: calibration.Curve
    colour: str = COLOURS[0]


def paper_box(name: str) -> Box:
    """The paper's box of one of its sets."""
    known = paper.SETS[name]
    return Box("paper", known.pictures, None, known.iou, known.sum_iou, PAPER)


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Writes NAME.png and NAME.svg; gives their paths. Raises OSError."""
    paths = [folder / f"{name}.{kind}" for kind in ("png", "svg")]
    for path in paths:
        save_as(figure, path)
    return paths


def save_as(figure: Figure, path: Path) -> None:
    """Writes one file, PNG or SVG by its suffix. Raises OSError."""
    with matplotlib.rc_context(STYLE):
        # No date inside: the same runs give the same file.
        metadata = {"Date": None} if path.suffix == ".svg" else {}
        write_beside(path, lambda beside: figure.savefig(beside, dpi=200, metadata=metadata))


def box_plot(sets: dict[str, list[Box]]) -> Figure:
    """The paper's figure 3: IoU of each picture, set by set, one box for each model and one for the paper."""
    with matplotlib.rc_context(STYLE):
        count = sum(map(len, sets.values()))
        figure = Figure(figsize=(1.2 + 0.95 * count + 0.5 * len(sets), 3.8))
        axes = figure.subplots()
        place = 0.0
        ticks: list[tuple[float, str]] = []
        for name, boxes in sets.items():
            places = [place + i for i in range(len(boxes))]
            for x, box in zip(places, boxes, strict=True):
                _draw_box(axes, x, box)
                # Names of folders are long and have hyphens rather than spaces.
                label = "\n".join(textwrap.fill(line, 13) for line in box.label.splitlines())
                ticks.append((x, f"{label}\nn = {box.pictures}"))
            axes.text(float(np.mean(places)), 1.04, name, ha="center", va="bottom", weight="bold")
            place = places[-1] + 1.6
        axes.set_xticks([x for x, _ in ticks], [text for _, text in ticks], fontsize=8)
        axes.tick_params(axis="x", length=0)
        axes.axhline(HIT, color=PAPER, linewidth=0.6, linestyle=":", zorder=0)
        axes.set(ylim=(-0.02, 1.02), xlim=(-0.7, place - 0.75), ylabel="IoU of each picture")
        diamond = Line2D([], [], marker="D", color="black", markerfacecolor="white", markersize=5, linestyle="")
        dotted = Line2D([], [], color=PAPER, linewidth=0.6, linestyle=":")
        axes.legend(
            [diamond, dotted],
            ["sum IoU of the set", "above: counts as right (accuracy)"],
            loc="upper center",
            bbox_to_anchor=(0.5, -0.06 - 0.05 * max(text.count("\n") + 1 for _, text in ticks)),
            ncols=2,
            fontsize=8,
        )
    return figure


def _draw_box(axes: Axes, x: float, box: Box, form: str = ".2f") -> None:
    theirs = box.values is None
    q1, median, q3 = box.quartiles
    if box.values is None:
        stats = {"med": median, "q1": q1, "q3": q3, "whislo": q1, "whishi": q3, "fliers": []}
    else:
        stats = matplotlib.cbook.boxplot_stats(box.values)[0]
    style = {"facecolor": "white" if theirs else f"{box.colour}55", "edgecolor": box.colour, "linewidth": 1.0}
    drawn = axes.bxp(
        [stats],
        positions=[x],
        widths=0.6,
        patch_artist=True,
        showcaps=False,
        boxprops={**style, "hatch": "////" if theirs else "", "linestyle": "--" if theirs else "-"},
        medianprops={"color": "black", "linewidth": 1.6},
        whiskerprops={"color": box.colour, "linewidth": 1.0},
        flierprops={"marker": ".", "markersize": 4, "markerfacecolor": box.colour, "markeredgecolor": "none"},
        manage_ticks=False,
    )
    if theirs:
        drawn["boxes"][0].set_edgecolor(PAPER)
    axes.text(x + 0.34, median, format(median, form), ha="left", va="center", fontsize=7.5)
    if box.sum_iou is not None:
        axes.plot(x, box.sum_iou, "D", color="black", markerfacecolor="white", markersize=5, zorder=4)


def example_sheet(examples: list[Example]) -> Figure:
    """The paper's figure 4: picture, expert mask and predicted mask at several levels of IoU."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(1.75 * len(examples) + 0.3, 5.5))
        grid = figure.subplots(3, len(examples), squeeze=False, gridspec_kw={"wspace": 0.04, "hspace": 0.04})
        for column, example in zip(grid.T, examples, strict=True):
            masks = ((None, ""), (example.expert, EXPERT), (example.predicted, PREDICTED))
            for axes, (mask, colour) in zip(column, masks, strict=True):
                axes.imshow(example.picture, cmap="gray", vmin=0, vmax=255)
                axes.set(xticks=[], yticks=[])
                axes.spines[:].set_visible(False)
                if mask is not None and mask.any():
                    _draw_mask(axes, mask, colour)
            column[0].set_title(f"IoU {example.iou:.2f}", fontsize=9)
        for axes, label in zip(grid[:, 0], ("picture", "expert", "model"), strict=True):
            axes.set_ylabel(label)
    return figure


def _draw_mask(axes: Axes, mask: NDArray[np.bool_], colour: str) -> None:
    # A frame of nothing around it, so that a region at the picture's edge is closed too.
    padded = np.pad(mask, 1).astype(np.uint8)
    place = np.arange(-1, len(mask) + 1)
    axes.contourf(place, place, padded, levels=[0.5, 1], colors=[colour], alpha=0.35)
    axes.contour(place, place, padded, levels=[0.5], colors=[colour], linewidths=1.2)
    axes.set(xlim=(-0.5, len(mask) - 0.5), ylim=(len(mask) - 0.5, -0.5))


def fold_plot(runs: list[Folds]) -> Figure:
    """The paper's figure 5: sum IoU and accuracy of each fold, the paper's median and quartiles as a band."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8.4, 3.5))
        panels = figure.subplots(1, 2, gridspec_kw={"wspace": 0.28})
        count = max(run.count for run in runs)
        _fold_panel(panels[0], runs, [run.sum_iou for run in runs], count, paper.FOLD_SUM_IOU, ".3f")
        _fold_panel(panels[1], runs, [run.accuracy for run in runs], count, paper.FOLD_ACCURACY, ".1%")
        panels[0].set_ylabel("sum IoU of the fold")
        panels[1].set_ylabel("accuracy of the fold")
        panels[1].yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        handles = [
            Line2D([], [], marker=MARKERS[i % len(MARKERS)], color=run.colour, linestyle="")
            for i, run in enumerate(runs)
        ]
        labels = [f"{run.label}, {_how_many(run)}" for run in runs]
        band = matplotlib.patches.Patch(facecolor="#dddddd", edgecolor=PAPER, hatch="////", linestyle="--")
        figure.legend(
            [*handles, band],
            [*labels, f"paper, median and quartiles of its {paper.FOLDS} random folds"],
            loc="upper center",
            bbox_to_anchor=(0.5, 0.0),
            ncols=min(2, len(runs) + 1),
            fontsize=8,
        )
    return figure


def _fold_panel(
    axes: Axes, runs: list[Folds], values: list[Sequence[float]], count: int, theirs: Quartiles, form: str
) -> None:
    axes.axhspan(theirs[0], theirs[2], facecolor="#f2f2f2", edgecolor="#d4d4d4", hatch="////", zorder=0)
    axes.axhline(theirs[1], color=PAPER, linestyle="--", linewidth=1.0, zorder=1)
    right = count + 0.7
    for number, (run, scores) in enumerate(zip(runs, values, strict=True)):
        marker = MARKERS[number % len(MARKERS)]
        places = np.array(run.numbers) + 0.3 * (number - (len(runs) - 1) / 2)
        axes.plot(places, scores, marker, color=run.colour, markersize=5)
        if len(scores) >= ENOUGH_FOLDS:
            q1, median, q3 = np.quantile(scores, (0.25, 0.5, 0.75)).tolist()
            place = right + 0.7
            _draw_box(axes, place, Box("", 0, np.asarray(scores), (q1, median, q3), None, run.colour), form)
            axes.plot(place, median, marker, color=run.colour, markeredgecolor="black", markersize=5, zorder=4)
            right += 2.6
    axes.set(xlabel="fold", xlim=(0.3, right))
    axes.set_xticks(range(1, count + 1))
    # A scale that does not follow the points: otherwise every difference looks large.
    scores = [score for run in values for score in run]
    axes.set_ylim(min(theirs[1] - 0.12, *scores) - 0.01, max(theirs[1] + 0.12, *scores) + 0.01)


def _how_many(run: Folds) -> str:
    done = f"all {run.count}" if len(run.numbers) == run.count else f"{len(run.numbers)} of {run.count}"
    return f"{done} {'grouped' if run.grouped else 'random'} folds"


def curves(runs: list[Curve]) -> Figure:
    """Training loss and development sum IoU by epoch; the paper's development sum IoU as a dashed line."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8.4, 3.2))
        panels = figure.subplots(1, 2, gridspec_kw={"wspace": 0.28})
        for number, run in enumerate(runs):
            for place, line in enumerate(run.lines):
                for axes, column in zip(panels, (1, 2), strict=True):
                    axes.plot(
                        line[:, 0],
                        line[:, column],
                        color=run.colour,
                        linestyle=("-", "--", "-.", ":")[number // len(COLOURS) % 4],
                        linewidth=1.3 if len(run.lines) == 1 else 0.8,
                        marker="." if len(line) == 1 else "",
                        label=run.label if place == 0 else None,
                    )
        known = paper.SETS["development"].sum_iou
        panels[1].axhline(known, color=PAPER, linestyle="--", linewidth=1.0, zorder=0)
        # Beside the axes, where no curve can run through it.
        panels[1].text(
            1.02,
            known,
            f"paper\n{known}",
            color=PAPER,
            ha="left",
            va="center",
            fontsize=8,
            transform=_across(panels[1]),
        )
        panels[0].set(xlabel="epoch", ylabel="training loss")
        panels[0].set_ylim(bottom=0)
        panels[1].set(xlabel="epoch", ylabel="development sum IoU", ylim=(0, 1))
        for axes in panels:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        figure.legend(
            *panels[0].get_legend_handles_labels(),
            loc="upper center",
            bbox_to_anchor=(0.5, 0.0),
            ncols=min(3, len(runs)),
            fontsize=8,
        )
    return figure


def robustness_plot(rows: Sequence[Row]) -> Figure:
    """Sum IoU under each disturbance, a dot for each model; dashed lines: undisturbed."""
    models = list(dict.fromkeys(row.model for row in rows))
    disturbed = [row for row in rows if row.disturbance != NONE]
    places = _places(disturbed)
    lowest = max(places.values(), default=0)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 1.2 + 0.19 * (lowest + 1)))
        axes = figure.subplots()
        for number, model in enumerate(models):
            colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
            own = [row for row in disturbed if row.model == model]
            heights = [places[row.label] + 0.3 * (number - (len(models) - 1) / 2) / len(models) for row in own]
            axes.plot([row.sum_iou for row in own], heights, marker, color=colour, markersize=4.5, label=model)
            for row in rows:
                if row.model == model and row.disturbance == NONE:
                    axes.axvline(row.sum_iou, color=colour, linestyle="--", linewidth=1.0, zorder=0)
        axes.set_yticks(list(places.values()), list(places), fontsize=8)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", color="#e5e5e5", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set(xlabel="sum IoU (dashed: undisturbed)", xlim=(0, 1))
        axes.set_ylim(lowest + 0.8, -0.8)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(3, len(models)), fontsize=8)
    return figure


def _places(rows: Sequence[Row]) -> dict[str, float]:
    """Where each disturbance stands from the top down: the strengths of one together, then a gap."""
    places: dict[str, float] = {}
    before = ""
    for row in rows:
        if row.label not in places:
            step = 1.0 if row.disturbance == before else 1.5
            places[row.label] = max(places.values()) + step if places else 0.0
            before = row.disturbance
    return places


def reliability_plot(models: list[Reliability]) -> Figure:
    """For each model the share of pixels in the expert mask against their probability, and how many there are of each.

    Guo et al. 2017, arXiv 1706.04599, figure 1: on the dashed line, probabilities mean what they say.
    """
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(0.6 + 3.4 * len(models), 4.4))
        grid = figure.subplots(
            2, len(models), squeeze=False, height_ratios=(4, 1), gridspec_kw={"hspace": 0.12, "wspace": 0.32}
        )
        for (upper, lower), model in zip(grid.T, models, strict=True):
            upper.plot((0, 1), (0, 1), color=PAPER, linestyle="--", linewidth=1.0)
            curves = (("before", model.before, PAPER, "s", ":"), ("after", model.after, model.colour, "o", "-"))
            for name, curve, colour, marker, line in curves:
                label = f"{name}: ECE {curve.ece:.3f}"
                upper.plot(curve.predicted, curve.observed, color=colour, linestyle=line, marker=marker, label=label)
                lower.plot(curve.predicted, curve.share, color=colour, linestyle=line, marker=marker, markersize=3)
            upper.set(title=model.label, xlim=(0, 1), ylim=(0, 1), ylabel="share in the expert mask")
            upper.set_xticklabels([])
            upper.legend(loc="upper left", fontsize=8)
            lower.set(xlabel="probability of a pixel", xlim=(0, 1), ylabel="share\nof pixels", yscale="log")
            lower.yaxis.set_major_formatter("{x:g}")
            lower.yaxis.set_minor_formatter("")
    return figure


def _across(axes: Axes) -> Any:
    """x in shares of the axes, y in data."""
    return axes.get_yaxis_transform()
