"""What disturbances of the pictures cost each model: sum IoU and accuracy, and how much less than undisturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model.bundle import Bundle, find, tell_apart
from model.data.folder import Pair, find_pairs, read_pair
from model.data.pictures import Mask, Picture
from model.disturbances import DISTURBANCES, SEED, Disturbance
from model.engines import choice
from model.engines.engine import Engine
from model.errors import DataError, ModelError
from model.files import read_json
from model.intervals import Interval, differences
from model.metrics import Overlap, joined, overlap
from model.postprocess import to_mask
from model.preprocess import SIZE, mask_to_square, to_input

NONE = "none"
"""Stands for a disturbance in the rows of the undisturbed pictures."""
PARTS = ("development", "own", "all")


@dataclass(frozen=True)
class Contender:
    """One of the models that are measured, under a name that tells it apart from the others."""

    name: str
    bundle: Bundle


@dataclass(frozen=True)
class Row:
    """One model's measures under one disturbance, on the 256 x 256 grid; differences are those to undisturbed."""

    disturbance: str
    strength: str
    model: str
    sum_iou: float
    accuracy: float
    sum_iou_difference: float
    accuracy_difference: float
    sum_iou_interval: Interval | None
    """Of the difference: 95 % bootstrap, each picture drawn with and without the disturbance together."""
    accuracy_interval: Interval | None

    @property
    def label(self) -> str:
        """Disturbance and strength."""
        return f"{self.disturbance} {self.strength}".strip()


@dataclass(frozen=True)
class Robustness:
    """All rows, the undisturbed ones first, and what they were measured with."""

    part: str
    stems: tuple[str, ...]
    contenders: tuple[Contender, ...]
    engines: tuple[str, ...]
    """The engine of each contender."""
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "part": self.part,
            "images": len(self.stems),
            "names": list(self.stems),
            "seed": SEED,
            "models": [
                {"model": contender.name, "hash": contender.bundle.hash, "engine": engine}
                for contender, engine in zip(self.contenders, self.engines, strict=True)
            ],
            "rows": [asdict(row) for row in self.rows],
        }

    def table(self) -> Iterator[str]:
        """Lines for the screen: which pictures, then for each disturbance each model's measures and differences."""
        yield f"{len(self.stems)} pictures: {self._which()}"
        yield "Measures on 256 x 256, accuracy in %; after each the difference to undisturbed."
        yield ""
        width = max(len(row.label) for row in self.rows) + 2
        lines = [f"{'':{width}}" + "".join(f"{contender.name[-30:]:^33}" for contender in self.contenders)]
        lines += [f"{'disturbance':{width}}" + f"{'sum IoU':>10}{'':7}{'accuracy':>9}{'':7}" * len(self.contenders)]
        for label in dict.fromkeys(row.label for row in self.rows):
            lines += [f"{label:{width}}" + "".join(_cells(row) for row in self.rows if row.label == label)]
        yield from map(str.rstrip, lines)

    def _which(self) -> str:
        if self.part == "all":
            return "all of the data set, also those that a model may have been trained on"
        each = ", ".join(f"{contender.name} {len(contender.bundle.development)}" for contender in self.contenders)
        if self.part == "own":
            return f"each model on those that it was not trained on ({each})"
        return f"those that no model here was trained on (development pictures: {each})"


def _cells(row: Row) -> str:
    if row.disturbance == NONE:
        return f"{row.sum_iou:>10.3f}{'':7}{100 * row.accuracy:>9.1f}{'':7}"
    sum_iou = f"{row.sum_iou:>10.3f}{row.sum_iou_difference:>+7.3f}"
    return sum_iou + f"{100 * row.accuracy:>9.1f}{100 * row.accuracy_difference:>+7.1f}"


def measure(
    data: Path,
    models: Sequence[str],
    part: str = "development",
    engine: str = choice.AUTO,
    progress: Callable[[int, int], None] = lambda done, total: None,
    disturbances: Sequence[Disturbance] = DISTURBANCES,
) -> Robustness:
    """Runs every picture through every disturbance and every model, cleaned mask included.

    `models` are folders of bundles or shipped names; their leading class is measured, which must be the same in all.
    With the part 'development', the pictures are those that are development pictures of every model; with 'own', each
    model has its own. Raises ModelError, DataError, EngineError.
    """
    contenders = _contenders(models)
    there = find_pairs(data, (_leading_class(contenders),))
    pictures = _choose([pair.stem for pair in there], part, contenders)
    pairs = [pair for pair in there if any(pair.stem in stems for stems in pictures)]
    with ExitStack() as stack:
        engines = []
        for contender in contenders:
            engines.append(choice.open_engine(engine, contender.bundle))
            stack.callback(engines[-1].close)
        rows = _rows(contenders, engines, pictures, pairs, disturbances, progress)
        names = tuple(one.name for one in engines)
    return Robustness(part, tuple(pair.stem for pair in pairs), contenders, names, rows)


def _contenders(models: Sequence[str]) -> tuple[Contender, ...]:
    if not models or len(set(models)) < len(models):
        raise ModelError("--models: give one or several models, each once, with commas between.")
    bundles = [find(model) for model in models]
    return tuple(map(Contender, tell_apart(bundles, models), bundles))


def _leading_class(contenders: Sequence[Contender]) -> str:
    found = [contender.bundle.structures[0].name for contender in contenders]
    if len(set(found)) > 1:
        raise ModelError(f"The models look for different structures ({', '.join(found)}): they cannot be compared.")
    return found[0]


def _choose(stems: Sequence[str], part: str, contenders: Sequence[Contender]) -> tuple[set[str], ...]:
    """Of these stems, those that each contender is measured on."""
    if part == "all":
        return tuple(set(stems) for _ in contenders)
    new = [set(contender.bundle.development.intersection(stems)) for contender in contenders]
    chosen = tuple(new) if part == "own" else (set.intersection(*new),) * len(new)
    if not all(chosen):
        raise DataError(
            "No picture here is known to be new to every model given (a development picture of all of them): give "
            "--part own for each model's own, --part all for a data set that none was trained on, or other models."
        )
    return chosen


def _rows(
    contenders: Sequence[Contender],
    engines: Sequence[Engine],
    pictures: Sequence[set[str]],
    pairs: Sequence[Pair],
    disturbances: Sequence[Disturbance],
    progress: Callable[[int, int], None],
) -> tuple[Row, ...]:
    kinds = (None, *disturbances)
    found: list[list[list[Overlap]]] = [[[] for _ in contenders] for _ in kinds]
    for done, pair in enumerate(pairs):
        picture, (expert, *_) = read_pair(pair)
        for kind, of_models in zip(kinds, found, strict=True):
            changed, moved = kind(picture, expert, pair.stem) if kind else (picture, expert)
            for contender, engine, stems, overlaps in zip(contenders, engines, pictures, of_models, strict=True):
                if pair.stem in stems:
                    overlaps.append(_overlap(contender.bundle, engine, changed, moved))
        progress(done + 1, len(pairs))
    measured = [[joined(overlaps) for overlaps in of_models] for of_models in found]
    return tuple(
        _row(kind, contender.name, undisturbed, disturbed)
        for kind, of_models in zip(kinds, measured, strict=True)
        for contender, undisturbed, disturbed in zip(contenders, measured[0], of_models, strict=True)
    )


def _overlap(bundle: Bundle, engine: Engine, picture: Picture, expert: Mask) -> Overlap:
    probability = engine.predict(to_input(picture, bundle.size))[0]
    return overlap([to_mask(probability, (SIZE, SIZE), bundle.threshold)], [mask_to_square(expert)])


def _row(kind: Disturbance | None, model: str, undisturbed: Overlap, disturbed: Overlap) -> Row:
    found = {row.name: row for row in differences(undisturbed, disturbed, len(disturbed.iou), lambda _: {})}
    sum_iou, accuracy = found["sum_iou"], found["accuracy"]
    return Row(
        disturbance=kind.name if kind else NONE,
        strength=kind.strength if kind else "",
        model=model,
        sum_iou=sum_iou.second,
        accuracy=accuracy.second,
        sum_iou_difference=sum_iou.difference,
        accuracy_difference=accuracy.difference,
        sum_iou_interval=sum_iou.interval,
        accuracy_interval=accuracy.interval,
    )


def read_rows(path: Path) -> list[Row]:
    """The rows of a file that the command wrote with `--json`. Raises ModelError, OSError."""
    try:
        return [_from_json(row) for row in read_json(path)["rows"]]
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} is not what 'robustness --json' writes ({error}): make it anew.") from error


def _from_json(row: Mapping[str, Any]) -> Row:
    def interval(ends: Any) -> Interval | None:
        return (float(ends[0]), float(ends[1])) if ends else None

    return Row(
        disturbance=str(row["disturbance"]),
        strength=str(row["strength"]),
        model=str(row["model"]),
        sum_iou=float(row["sum_iou"]),
        accuracy=float(row["accuracy"]),
        sum_iou_difference=float(row["sum_iou_difference"]),
        accuracy_difference=float(row["accuracy_difference"]),
        sum_iou_interval=interval(row["sum_iou_interval"]),
        accuracy_interval=interval(row["accuracy_interval"]),
    )
