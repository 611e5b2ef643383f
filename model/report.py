"""The paper's figures from our runs, and the training curves: one page, and PNG and SVG files.

A run is a bundle (also a finished training's folder), a training that is still going on, or a cross-validation.
Figures 3 and 4 are measured anew on the pictures at hand (`--data`, `--test`); figure 5 and the curves are read.
"""

from __future__ import annotations

import base64
import csv
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from model import calibration, crossvalidate, figures, paper
from model.bundle import CARD, Bundle, read, sha256
from model.calibration import Calibration
from model.crossvalidate import CrossValidation, quartiles
from model.data.folder import Pair, find_pairs, find_pictures, read_pair
from model.engines.choice import open_engine
from model.errors import DataError, ModelError
from model.evaluate import Evaluation, evaluate
from model.figures import COLOURS, Box, Curve, Example, Folds, Reliability
from model.files import write_text
from model.intervals import intervals
from model.metrics import Overlap
from model.postprocess import to_mask
from model.preprocess import SIZE, mask_to_square, to_input, to_square
from model.robustness import Row, read_rows
from model.structures import names_of

PAGE = "report.html"
SETS = ("train", "development", "test")


@dataclass(frozen=True)
class Run:
    """What one folder given to the report holds."""

    name: str
    folder: Path
    bundle: Bundle | None
    folds: CrossValidation | None


@dataclass(frozen=True)
class Score:
    """One class of a bundle on one set of pictures."""

    run: Run
    bundle: Bundle
    place: int
    """Of the class among the bundle's."""
    part: str
    pairs: list[Pair]
    result: Evaluation

    @property
    def label(self) -> str:
        """The run's name, and the class where there are several."""
        return f"{self.run.name}\n{self.result.structure}" if len(self.bundle.structures) > 1 else self.run.name


@dataclass(frozen=True)
class Part:
    """A part of the page: a figure's name, its heading, what it shows."""

    name: str
    heading: str
    caption: str
    figure: Figure


def write_figures(folder: Path, bundle: Bundle, result: Evaluation, pairs: list[Pair]) -> list[Path]:
    """Writes `iou.png/.svg` and `examples.png/.svg` of one evaluation into `folder`; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    ours = _box(result.model, result.grid, COLOURS[0])
    theirs = {f"paper's {name} set": [figures.paper_box(name)] for name in ("development", "test")}
    paths = figures.save(figures.box_plot({"measured": [ours], **theirs}), folder, "iou")
    return paths + figures.save(figures.example_sheet(_examples(bundle, 0, result, pairs)), folder, "examples")


def write_reliability(folder: Path, bundle: Bundle, found: Calibration) -> list[Path]:
    """Writes `reliability.png/.svg` of a calibration into `folder`; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pairs = zip(found.classes, found.before, found.after, strict=True)
    drawn = [
        Reliability(name if len(found.classes) > 1 else bundle.name, before.curve, after.curve)
        for name, before, after in pairs
    ]
    return figures.save(figures.reliability_plot(drawn), folder, "reliability")


def write_report(
    out: Path,
    folders: list[Path],
    data: Path | None = None,
    test: Path | None = None,
    engine: str = "auto",
    robustness: Path | None = None,
) -> list[Path]:
    """Writes the page and its figures into `out`; gives the paths, the page first.

    `robustness` is a file that `robustness --json` wrote. Raises ModelError, OSError.
    """
    if data and test:
        _require_others(test, data)
    runs = _open_runs(folders)
    disturbed = read_rows(robustness) if robustness else []
    scores = [score for run in runs if run.bundle for score in _measure(run, run.bundle, data, test, engine)]
    parts = [*_box_part(runs, scores), *_example_parts(scores), *_fold_part(runs), *_curve_part(runs)]
    parts += _robustness_part(disturbed)
    parts += _reliability_part(runs)
    if not parts:
        raise ModelError("There is nothing to draw: no history, no folds, and no --data to measure the models on.")
    out.mkdir(parents=True, exist_ok=True)
    paths = [path for part in parts for path in figures.save(part.figure, out, part.name)]
    page = out / PAGE
    write_text(page, _page(runs, scores, parts, out, measured=data is not None or test is not None))
    return [page, *paths]


def _require_others(test: Path, data: Path) -> None:
    """Raises DataError where a picture of `data` is in `test`, too, under whatever name."""
    seen = {sha256(path) for _, path in find_pictures(data)}
    again = [path for _, path in find_pictures(test) if sha256(path) in seen]
    if again:
        raise DataError(
            f"{again[0]} is in {data}, too ({len(again)} such pictures): --test is for pictures that no run has seen."
        )


def _open_runs(folders: list[Path]) -> list[Run]:
    names = [folder.resolve().name for folder in folders]
    # Where two folders have one name, their parents tell them apart.
    names = [
        f"{folder.resolve().parent.name}/{name}" if names.count(name) > 1 else name
        for folder, name in zip(folders, names, strict=True)
    ]
    return [_open_run(folder, name) for folder, name in zip(folders, names, strict=True)]


def _open_run(folder: Path, name: str) -> Run:
    if (folder / crossvalidate.FILE).exists():
        return Run(name, folder, None, CrossValidation.read(folder))
    if (folder / CARD).exists():
        return Run(name, folder, read(folder), None)
    if _histories(folder):
        return Run(name, folder, None, None)
    raise ModelError(f"{folder} holds no model bundle, no training and no cross-validation.")


def _measure(run: Run, bundle: Bundle, data: Path | None, test: Path | None, engine_name: str) -> Iterator[Score]:
    parts: dict[str, list[Pair]] = {}
    if data:
        held_out = bundle.development
        pairs = find_pairs(data, names_of(bundle.structures))
        parts["train"] = [pair for pair in pairs if pair.stem not in held_out]
        parts["development"] = [pair for pair in pairs if pair.stem in held_out]
        if not parts["development"]:
            raise ModelError(f"{data} holds none of the development pictures of {run.folder}: give its own data set.")
    if test:
        parts["test"] = find_pairs(test, names_of(bundle.structures))
    if not parts:
        return
    engine = open_engine(engine_name, bundle)
    try:
        for part, pairs in parts.items():
            for place, result in enumerate(evaluate(bundle, engine, pairs) if pairs else []):
                yield Score(run, bundle, place, part, pairs, result)
    finally:
        engine.close()


def _box(label: str, result: Overlap, colour: str) -> Box:
    return Box(label, len(result.iou), result.iou, quartiles(result.iou.tolist()), result.sum_iou, colour)


def _box_part(runs: list[Run], scores: list[Score]) -> Iterator[Part]:
    """Figure 3, if anything was measured."""
    sets: dict[str, list[Box]] = {}
    for part in SETS:
        ours = [
            _box(score.label, score.result.grid, _colour(runs, score.run)) for score in scores if score.part == part
        ]
        if part == "development":
            ours += [_pooled(run.name, run.folds, _colour(runs, run)) for run in runs if run.folds and run.folds.done]
        if ours:
            sets[part] = [figures.paper_box(part), *ours]
    if sets:
        caption = (
            "Boxes: median and quartiles; whiskers: to the last picture within 1.5 times the box; points: the others. "
            "The paper's boxes (hatched) are its quartiles; its whiskers are not known. Each set is the model's own: "
            "the paper's and ours are not the same pictures. "
            "A cross-validation shows each picture once, scored by the network that had not seen it."
        )
        yield Part(
            "figure3-iou-by-set", "IoU of each picture, by set (the paper's figure 3)", caption, figures.box_plot(sets)
        )


def _pooled(name: str, folds: CrossValidation, colour: str) -> Box:
    values = np.array([value for outcome in folds.done.values() for value in outcome.iou.values()])
    label = f"{name}\n{crossvalidate.progress(folds)}"
    return Box(label, len(values), values, quartiles(values.tolist()), None, colour)


def _colour(runs: list[Run], run: Run) -> str:
    return COLOURS[runs.index(run) % len(COLOURS)]


def _example_parts(scores: list[Score]) -> Iterator[Part]:
    """Figure 4 for each class of each bundle, from the pictures that it was not trained on."""
    for score in scores:
        tested = any(other.run is score.run and other.part == "test" for other in scores)
        if score.part != ("test" if tested else "development"):
            continue
        label = score.label.replace("\n", ", ")
        name = re.sub(r"[^\w.-]+", "-", label)
        yield Part(
            f"figure4-examples-{name}",
            f"Examples at several levels of IoU: {label} (the paper's figure 4)",
            f"From the best to the worst of the {len(score.pairs)} {score.part} pictures in even steps of rank. "
            "Blue: the expert's mask; orange: the model's. Pictures as the network sees them, 256 x 256.",
            figures.example_sheet(_examples(score.bundle, score.place, score.result, score.pairs)),
        )


def _examples(bundle: Bundle, place: int, result: Evaluation, pairs: list[Pair], columns: int = 5) -> list[Example]:
    """Of the class at `place`: the best, the worst and what lies between in even steps of rank."""
    order = np.argsort(-result.grid.iou, kind="stable")
    chosen = order[np.linspace(0, len(order) - 1, min(columns, len(order))).round().astype(int)]
    engine = open_engine(result.engine, bundle)
    examples = []
    for number in chosen:
        image, experts = read_pair(pairs[number])
        predicted = to_mask(engine.predict(to_input(image, bundle.size))[place], (SIZE, SIZE), bundle.threshold)
        examples.append(Example(result.grid.iou[number], to_square(image), mask_to_square(experts[place]), predicted))
    engine.close()
    return examples


def _fold_part(runs: list[Run]) -> Iterator[Part]:
    """Figure 5, if a fold is done."""
    drawn = []
    for run in runs:
        if run.folds and run.folds.done:
            done = [run.folds.done[number] for number in sorted(run.folds.done)]
            drawn.append(
                Folds(
                    run.name,
                    [outcome.fold for outcome in done],
                    [outcome.sum_iou for outcome in done],
                    [outcome.accuracy for outcome in done],
                    len(run.folds.folds),
                    run.folds.method != "random",
                    _colour(runs, run),
                )
            )
    if drawn:
        caption = (
            "Each point is one training, scored on the fold that it had not seen. Dashed line and band: the paper's "
            f"median and quartiles of {paper.FOLDS} random folds. Boxes at the right, from "
            f"{figures.ENOUGH_FOLDS} folds on: ours. Folds that are not done are left out, not filled in."
        )
        yield Part(
            "figure5-folds",
            "Sum IoU and accuracy of each fold (the paper's figure 5)",
            caption,
            figures.fold_plot(drawn),
        )


def _curve_part(runs: list[Run]) -> Iterator[Part]:
    """The training curves of the runs whose history is at hand."""
    drawn = []
    for run in runs:
        places = sorted(run.folder.glob("fold-*")) if run.folds else [run.folder]
        found = [files for files in map(_histories, places) if files]
        lines = [_history(path) for files in found for path in files]
        if lines:
            several = f"{len(found)} folds" if len(found) > 1 else f"{len(lines)} members" if len(lines) > 1 else ""
            label = f"{run.name}, {several}" if several else run.name
            drawn.append(Curve(label, lines, _colour(runs, run)))
    if drawn:
        caption = (
            "Development sum IoU here is that of each epoch, before cleaning. The losses of different recipes are not "
            "comparable. Dashed line: the paper's development sum IoU at its end."
        )
        yield Part("training-curves", "Training curves", caption, figures.curves(drawn))


def _robustness_part(rows: Sequence[Row]) -> Iterator[Part]:
    """Sum IoU under disturbances, if it was measured."""
    if rows:
        caption = (
            "Each dot: all pictures under one disturbance, on the 256 x 256 grid. Dashed lines: the same pictures "
            "undisturbed. The colours are of this figure only."
        )
        yield Part("robustness", "Sum IoU under disturbances", caption, figures.robustness_plot(rows))


def _reliability_part(runs: list[Run]) -> Iterator[Part]:
    """The reliability curves of the bundles whose cards hold them."""
    drawn = [one for run in runs if run.bundle for one in _reliabilities(run, run.bundle, _colour(runs, run))]
    if drawn:
        caption = (
            "Single pixels of held-out pictures, in the window around the expert's and the model's region. On the "
            "dashed line, probabilities mean what they say. Before: the network as it was trained. After: calibrated "
            "by what was fitted on the other part of the pictures. ECE: expected calibration error (Guo et al. 2017). "
            "Below: how many pixels have such a probability."
        )
        yield Part("reliability", "Reliability of the probabilities", caption, figures.reliability_plot(drawn))


def _reliabilities(run: Run, bundle: Bundle, colour: str) -> Iterator[Reliability]:
    try:
        classes = bundle.card.get("calibration", {}).get("classes", {})
        for name, found in classes.items():
            label = f"{run.name}\n{name}" if len(classes) > 1 else run.name
            before, after = (calibration.Curve.from_json(found[when]["curve"]) for when in ("before", "after"))
            yield Reliability(label, before, after, colour)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"The calibration in {run.folder / CARD} cannot be read ({error}).") from error


def _histories(folder: Path) -> list[Path]:
    """The history of the training in `folder`, or that of each of its members."""
    return sorted((folder / "training").glob("**/history.csv"))


def _history(path: Path) -> NDArray[np.float64]:
    """(epoch, loss, development sum IoU) of each epoch, float64 (n, 3). Raises ModelError."""
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = [
                (float(row["epoch"]), float(row["loss"]), float(row["development_sum_iou"]))
                for row in csv.DictReader(stream)
            ]
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} is not the history of a training ({error}).") from error
    return np.array(rows, np.float64).reshape(-1, 3)


def _page(runs: list[Run], scores: list[Score], parts: list[Part], out: Path, measured: bool) -> str:
    blocks = [_score_table(scores), _fold_table(runs)]
    for part in parts:
        picture = base64.b64encode((out / f"{part.name}.png").read_bytes()).decode("ascii")
        blocks.append(
            f"<h2>{html.escape(part.heading)}</h2>\n"
            f'<figure><img src="data:image/png;base64,{picture}" alt="{html.escape(part.heading, quote=True)}">\n'
            f"<figcaption>{html.escape(part.caption)}</figcaption></figure>"
        )
    if not measured:
        blocks.append("<p>Figures 3 and 4 of models need pictures: give --data, --test, or both.</p>")
    return PAGE_TEXT.format(
        runs=html.escape(", ".join(run.name for run in runs)),
        paper=html.escape(paper.SOURCE),
        body="\n".join(block for block in blocks if block),
    )


def _score_table(scores: list[Score]) -> str:
    if not scores:
        return ""
    rows = []
    for part in SETS:
        theirs, ours = paper.SETS[part], [score for score in scores if score.part == part]
        if not ours:
            continue
        right = "–" if theirs.accuracy is None else f"{theirs.accuracy:.1%}"
        rows.append((part, "paper", str(theirs.pictures), f"{theirs.sum_iou:.3f}", _middle(theirs.iou), right))
        for score in ours:
            result, known = score.result.grid, intervals(score.result.grid, len(score.pairs))
            rows.append(
                (
                    part,
                    score.label.replace("\n", ", "),
                    str(len(score.pairs)),
                    f"{result.sum_iou:.3f}{_range(known['sum_iou'], '.3f')}",
                    _middle(quartiles(result.iou.tolist())),
                    f"{result.accuracy:.1%}{_range(known['accuracy'], '.1%')}",
                )
            )
    head = ("set", "model", "pictures", "sum IoU [95 %]", "IoU, median (quartiles)", "accuracy [95 %]")
    return "<h2>Measures on the 256 x 256 grid</h2>\n" + _table(head, rows)


def _fold_table(runs: list[Run]) -> str:
    rows = []
    for run in runs:
        if run.folds and run.folds.done:
            done = list(run.folds.done.values())
            how = f"{run.folds.method}, seed {run.folds.seed}"
            measures = [quartiles([outcome.sum_iou for outcome in done])]
            measures += [quartiles([outcome.accuracy for outcome in done])]
            folds = (crossvalidate.progress(run.folds), how, str(run.folds.preset.epochs))
            rows.append((run.name, *folds, _middle(measures[0]), _middle(measures[1], ".1%")))
    if not rows:
        return ""
    theirs = (_middle(paper.FOLD_SUM_IOU), _middle(paper.FOLD_ACCURACY, ".1%"))
    rows.insert(0, ("paper", f"all {paper.FOLDS} folds", "random", "75", *theirs))
    head = ("run", "done", "folds", "epochs", "sum IoU, median (quartiles) of folds", "accuracy, the same")
    return "<h2>Cross-validation</h2>\n" + _table(head, rows)


def _middle(values: tuple[float, float, float], form: str = ".3f") -> str:
    q1, median, q3 = (format(value, form) for value in values)
    return f"{median} ({q1}–{q3})"


def _range(interval: tuple[float, float] | None, form: str) -> str:
    return f" [{interval[0]:{form}}–{interval[1]:{form}}]" if interval else ""


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    def line(cells: tuple[str, ...], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    return "<table>\n" + "\n".join([line(head, "th"), *(line(row, "td") for row in rows)]) + "\n</table>"


PAGE_TEXT = """\
<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SonoBlock: report</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.6rem; }} h2 {{ font-size: 1.15rem; margin-top: 2.2rem; }}
table {{ border-collapse: collapse; font-size: 0.9rem; }}
th, td {{ text-align: left; padding: 0.25rem 1rem 0.25rem 0; border-bottom: 1px solid #ddd; }}
figure {{ margin: 0; }} img {{ max-width: 100%; height: auto; }}
figcaption, .quiet {{ color: #555; font-size: 0.9rem; max-width: 48rem; }}
</style>
</head>
<body>
<h1>Block-region networks: {runs}</h1>
<p class="quiet">Training and research only. Not a medical device.<br>
'Paper' is {paper}; its numbers are as published there.</p>
{body}
</body>
</html>
"""
