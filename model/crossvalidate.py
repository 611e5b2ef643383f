"""Cross-validation: every picture is a development picture once, in one of several trainings (the paper's figure 5).

The folder of a cross-validation holds `cross-validation.json` (what it is, its folds, and the outcome of each fold that
is done), the same outcomes as `folds.csv`, and one folder for each fold's training, which can be resumed. Folds are
trained here one after the other, or on the workers of a Dask cluster (`--dask`), which see the same folders.
"""

from __future__ import annotations

import csv
import functools
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from model.cluster import spread
from model.data.folder import Dataset, find_pairs, load
from model.data.splits import Split, group_numbers
from model.errors import DataError, ModelError
from model.files import held, read_json, write_beside, write_text
from model.presets import Preset
from model.run import SETTINGS, require_keras
from model.structures import BLOCK_REGION, Structure, colours_of, from_colours, names_of

FILE = "cross-validation.json"
TABLE = "folds.csv"
THRESHOLD = 0.5
_FOLD = "fold-"
"""A fold's folder begins with this."""


@dataclass(frozen=True)
class Job:
    """One fold's training; all that a worker needs to know."""

    fold: int
    """From 1 on."""
    data: Path
    out: Path
    """The fold's own folder."""
    preset_name: str
    preset: Preset
    seed: int
    split: Split
    structures: tuple[Structure, ...] = (BLOCK_REGION,)


@dataclass(frozen=True)
class Outcome:
    """How the network of one fold scored on the fold's pictures, on the network's grid, cleaned, at 0.5.

    With several classes, the scores are the first one's; the others' are in `others`.
    """

    fold: int
    pictures: int
    sum_iou: float
    accuracy: float
    iou_q1: float
    iou_median: float
    iou_q3: float
    iou_mean: float
    dice_mean: float
    epochs: int
    seconds: float
    """Time of the last start until the end; of a fold that was resumed, not all of it."""
    iou: dict[str, float]
    """IoU of each picture by its name."""
    others: dict[str, dict[str, float]] = field(default_factory=dict)
    """The same measures of each further class."""


@dataclass(frozen=True)
class CrossValidation:
    """What a cross-validation is, and what is done of it."""

    preset_name: str
    preset: Preset
    seed: int
    method: str
    """How the folds were drawn: 'random', or 'grouped by ...'."""
    folds: tuple[tuple[str, ...], ...]
    """Names of each fold's pictures."""
    structures: tuple[Structure, ...] = (BLOCK_REGION,)
    done: dict[int, Outcome] = field(default_factory=dict)

    def write(self, out: Path) -> None:
        """Writes both files into the folder `out`, each beside the old one first. Raises OSError."""
        done = [self.done[fold] for fold in sorted(self.done)]
        content = {
            "preset_name": self.preset_name,
            "preset": asdict(self.preset),
            "seed": self.seed,
            "split": self.method,
            "structures": colours_of(self.structures),
            "folds": [list(names) for names in self.folds],
            "done": [asdict(outcome) for outcome in done],
        }
        write_text(out / FILE, json.dumps(content, indent=1))
        write_beside(out / TABLE, functools.partial(_write_table, done))

    @staticmethod
    def read(out: Path) -> CrossValidation:
        """The cross-validation in the folder `out`. Raises ModelError where it cannot be read."""
        try:
            content = read_json(out / FILE)
            outcomes = [Outcome(**row) for row in content["done"]]
            return CrossValidation(
                content["preset_name"],
                Preset(**content["preset"]),
                content["seed"],
                content["split"],
                tuple(tuple(names) for names in content["folds"]),
                from_colours(content.get("structures")),
                {outcome.fold: outcome for outcome in outcomes},
            )
        except FileNotFoundError as error:
            raise ModelError(f"{out} holds no cross-validation: it has no {FILE}.") from error
        except (ValueError, KeyError, TypeError, AttributeError, DataError) as error:
            raise ModelError(f"{out / FILE} cannot be read ({error}); start anew in another folder.") from error

    def job(self, fold: int, data: Path, out: Path) -> Job:
        """The training of fold number `fold` (from 1)."""
        development = self.folds[fold - 1]
        train = tuple(name for i, names in enumerate(self.folds, 1) if i != fold for name in names)
        split = Split(train, development, f"fold {fold} of {len(self.folds)}, {self.method}", self.seed)
        # Each fold starts from weights of its own, as separate trainings do.
        seed = self.seed + fold
        folder = out / f"{_FOLD}{fold:02d}"
        return Job(fold, data, folder, self.preset_name, self.preset, seed, split, self.structures)


def _write_table(done: list[Outcome], path: Path) -> None:
    names = [name for name in Outcome.__dataclass_fields__ if name not in ("iou", "others")]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        writer.writerows([getattr(outcome, name) for name in names] for outcome in done)


def draw_folds(
    data: Dataset, count: int, seed: int, grouped: bool, groups: Mapping[str, str] | None = None
) -> tuple[tuple[tuple[str, ...], ...], str]:
    """Names of the pictures of `count` folds of nearly one size, and how they were drawn.

    At random, or `grouped`: whole groups (see `model.data.splits.group_numbers`). Raises DataError where there
    are fewer pictures, or groups, than folds.
    """
    if count < 2:
        raise DataError(f"{count} folds cannot be trained on each other: give 2 or more.")
    rng = np.random.default_rng(seed)
    number_of, by = group_numbers(data, groups) if grouped else (np.arange(len(data)), "")
    members = [np.flatnonzero(number_of == number) for number in rng.permutation(int(number_of.max()) + 1)]
    if len(members) < count:
        what = f"groups by {by}" if grouped else "pictures"
        raise DataError(f"{count} folds need at least as many {what}; the data set has {len(members)}.")
    folds: list[list[int]] = [[] for _ in range(count)]
    # The large groups first, each into the fold that is smallest so far.
    for group in sorted(members, key=len, reverse=True):
        min(folds, key=len).extend(group.tolist())
    names = tuple(tuple(data.names[place] for place in sorted(fold)) for fold in folds)
    return names, f"grouped by {by}" if grouped else "random"


def start(
    data_folder: Path,
    out: Path,
    preset_name: str,
    preset: Preset,
    *,
    folds: int,
    grouped: bool,
    seed: int,
    groups: Mapping[str, str] | None = None,
    structures: tuple[Structure, ...] = (BLOCK_REGION,),
) -> CrossValidation:
    """Draws the folds and writes them down. Raises ModelError where `out` holds a cross-validation already."""
    if (out / FILE).exists():
        raise ModelError(f"{out} already holds a cross-validation. Go on with --resume, or choose another folder.")
    if any(out.glob(f"{_FOLD}*")):
        # They would be gone on with, whatever pictures they were trained on.
        raise ModelError(f"{out} holds folds of another cross-validation: remove them, or choose another folder.")
    # Groups are looked for on the grid that everything else uses, whatever the size of the network.
    data = load(data_folder, classes=names_of(structures))
    names, method = draw_folds(data, folds, seed, grouped, groups)
    plan = CrossValidation(preset_name, preset, seed, method, names, structures)
    out.mkdir(parents=True, exist_ok=True)
    plan.write(out)
    return plan


def resume(data_folder: Path, out: Path) -> CrossValidation:
    """The cross-validation in `out`. Raises ModelError if there is none, or if the data set has changed since."""
    if not (out / FILE).exists():
        raise ModelError(f"{out} holds no cross-validation to resume.")
    plan = CrossValidation.read(out)
    there = {pair.stem for pair in find_pairs(data_folder, names_of(plan.structures))}
    known = {name for names in plan.folds for name in names}
    if there != known:
        name = min(there ^ known)
        raise DataError(
            f"{data_folder} is not what {out} was started with ({name} and {len(there ^ known) - 1} more differ); "
            "start anew in another folder."
        )
    return plan


def require_folds(numbers: Iterable[int], count: int) -> None:
    """Raises ModelError for a number that is none of `count` folds'."""
    for number in numbers:
        if not 1 <= number <= count:
            raise ModelError(f"There is no fold {number}: the folds are 1 to {count}.")


# Keras keeps seeds and layouts for the whole process, and a worker may have several threads.
_one_at_a_time = threading.Lock()


def run_fold(job: Job) -> Outcome:
    """Trains one fold to its end, from where it stopped if it was begun, and scores it. Raises ModelError."""
    require_keras()
    # Here, so that drawing figures and folds does not load TensorFlow.
    import keras

    from model.train import score_cleaned, train

    with _one_at_a_time:
        begun = time.monotonic()
        keras.backend.clear_session()
        resumed = (job.out / SETTINGS).exists()
        network, run = train(
            job.data,
            job.out,
            job.preset_name,
            job.preset,
            seed=job.seed,
            split=job.split,
            structures=job.structures,
            resume=resumed,
        )
        development = load(job.data, run.preset.size, run.classes).subset(run.split.development)
        experts = load(job.data, classes=run.classes).subset(development.names).masks
        results = score_cleaned(network, development, experts, THRESHOLD)
        scores, *others = ({name: float(value) for name, value in one.summary().items()} for one in results)
        return Outcome(
            fold=job.fold,
            pictures=len(development),
            epochs=run.preset.epochs,
            seconds=time.monotonic() - begun,
            iou=dict(zip(development.names, results[0].iou.tolist(), strict=True)),
            others=dict(zip(run.classes[1:], others, strict=True)),
            **scores,
        )


def cross_validate(
    plan: CrossValidation,
    data_folder: Path,
    out: Path,
    *,
    only: list[int] | None = None,
    dask: str | None = None,
    fold: Callable[[Job], Outcome] = run_fold,
    on_done: Callable[[Outcome], None] = lambda outcome: None,
) -> CrossValidation:
    """Runs the folds that are not done yet (of `only`, if given); each outcome is on disk before the next is awaited.

    One fold that fails does not stop the others. Raises ModelError at the end if any did.
    """
    wanted = range(1, len(plan.folds) + 1) if only is None else only
    require_folds(wanted, len(plan.folds))
    jobs = [plan.job(number, data_folder.resolve(), out.resolve()) for number in wanted if number not in plan.done]
    failed: list[str] = []

    def keep(job: Job, outcome: Outcome | Exception) -> None:
        if isinstance(outcome, Exception):
            failed.append(f"fold {job.fold}: {outcome}")
            return
        # Another process may have finished other folds of this plan meanwhile, and may be writing now.
        with held(out / "lock", wait=True):
            plan.done.update(CrossValidation.read(out).done)
            plan.done[outcome.fold] = outcome
            plan.write(out)
        on_done(outcome)

    try:
        if dask:
            spread(dask, fold, jobs, keep)
        else:
            _here(fold, jobs, keep)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(f"{str(stop) or 'stopped.'} Done: {progress(plan)}, kept in {out}.") from stop
    if failed:
        raise ModelError(f"{len(failed)} of {len(jobs)} folds failed, the others are kept. {' '.join(failed)}")
    return plan


Keep = Callable[[Job, Outcome | Exception], None]


def _here(fold: Callable[[Job], Outcome], jobs: list[Job], keep: Keep) -> None:
    for job in jobs:
        try:
            outcome: Outcome | Exception = fold(job)
        except ModelError as error:
            outcome = error
        keep(job, outcome)


def held_out_maps(plan: CrossValidation, data_folder: Path, out: Path) -> Iterator[tuple[int, Dataset, Any]]:
    """Each finished fold's number, pictures, and the maps (n, classes, size, size) of its network, which had not seen
    them. Raises ModelError."""
    require_keras()
    import keras

    from model.train import load_shipped, probability_maps

    data = load(data_folder, plan.preset.size, names_of(plan.structures))
    for fold in sorted(plan.done):
        job = plan.job(fold, data_folder, out)
        pictures = data.subset(job.split.development)
        yield fold, pictures, probability_maps(load_shipped(job.out), pictures)
        keras.backend.clear_session()


def table(plan: CrossValidation) -> Iterator[str]:
    """The folds that are done and their median and quartiles, as lines for the screen."""
    done = [plan.done[fold] for fold in sorted(plan.done)]
    yield f"{'fold':>6}{'pictures':>10}{'sum IoU':>10}{'IoU median (quartiles)':>26}{'accuracy':>10}"
    for row in done:
        middle = f"{row.iou_median:.3f} ({row.iou_q1:.3f} to {row.iou_q3:.3f})"
        yield f"{row.fold:6}{row.pictures:10}{row.sum_iou:10.3f}{middle:>26}{row.accuracy:10.1%}"
    yield f"{progress(plan)}, {plan.method}; preset {plan.preset_name}, {plan.preset.epochs} epochs, seed {plan.seed}"
    if done:
        q1, median, q3 = quartiles([row.sum_iou for row in done])
        yield f"sum IoU   median of folds {median:.3f}, quartiles {q1:.3f} to {q3:.3f}"
        q1, median, q3 = quartiles([row.accuracy for row in done])
        yield f"accuracy  median of folds {median:.1%}, quartiles {q1:.1%} to {q3:.1%}"
    for name in names_of(plan.structures[1:]) if done else ():
        q1, median, q3 = quartiles([row.others[name]["sum_iou"] for row in done])
        yield f"{name}: sum IoU median of folds {median:.3f}, quartiles {q1:.3f} to {q3:.3f}"


def progress(plan: CrossValidation) -> str:
    """How much of it is done, in words that nobody can take for more."""
    count = len(plan.folds)
    return f"all {count} folds" if len(plan.done) == count else f"{len(plan.done)} of {count} folds"


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile."""
    q1, median, q3 = np.quantile(values, (0.25, 0.5, 0.75))
    return float(q1), float(median), float(q3)
