"""Fits the score of `model.novelty` to a model's training pictures, and measures what it flags.

Nothing but the training pictures goes into the score. Its limit is the 95th percentile of the scores that training
pictures get when they are left out: five parts, near duplicates in one part, each scored by what the other four gave.
So the model's development pictures stay unseen, and say how many false alarms there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import novelty
from model.bundle import NOVELTY_FILE, Bundle, copy_files, write_card
from model.data.folder import find_pairs, read_image
from model.data.pictures import pictures_in
from model.data.splits import near_duplicate_groups
from model.disturbances import DISTURBANCES, Disturbance
from model.engines.engine import Engine
from model.errors import DataError
from model.novelty import Novelty, describe
from model.postprocess import find_region
from model.preprocess import to_grey, to_input, to_square
from model.structures import names_of

Picture = NDArray[np.uint8]
Descriptions = NDArray[np.float64]
Progress = Callable[[int, int], None]

VARIATIONS = 4
"""Of each training picture, besides itself."""
PARTS = 5
FALSE_ALARMS = 0.05
"""Share of pictures like the training pictures that lies above the limit."""
_HARMFUL = {
    *(("gain", "-12 dB"), ("blur", "0.8% of width"), ("speckle", "30%"), ("speckle", "50%")),
    *(("rotation", "20°"), ("resolution", "64 columns")),
}
FAMILIAR = tuple(one for one in DISTURBANCES if (one.name, one.strength) not in _HARMFUL)
"""What a network of ours stands: disturbances that cost the first shipped one under 0.03 sum IoU (`robustness`)."""
NOT_OTHERS = "femoral"
"""Kinds whose names begin so are listed, and not counted among the others."""


@dataclass(frozen=True)
class Fit:
    """A score, and what it was made from."""

    score: Novelty
    pictures: int
    plain_above: float
    """Share of the training pictures that lay above the limit when they were left out."""
    all_above: float
    """The same with their variations: FALSE_ALARMS, by the choice of the limit."""

    def __str__(self) -> str:
        return (
            f"made from {self.pictures} training pictures; left out, {self.plain_above:.1%} of them are flagged, "
            f"and {self.all_above:.1%} with their variations"
        )


@dataclass(frozen=True)
class Row:
    """What became of the pictures of one kind."""

    name: str
    pictures: int
    flagged: int
    """Unlike the training pictures."""
    found: int | None
    """With a region that is shown: found by the network and not flagged. None: the network was not asked."""
    found_by_network: int | None
    """With a region if nothing were flagged."""
    score_median: float
    score_least: float

    @property
    def share(self) -> float:
        return self.flagged / self.pictures


@dataclass(frozen=True)
class Measured:
    """The score of one model on pictures like and unlike its training pictures."""

    model: str
    held_out: Row
    """The model's development pictures, which went neither into the score nor into its limit."""
    interval: tuple[float, float]
    """95 % interval of the share of them that is flagged (Wilson)."""
    changed: tuple[Row, ...]
    """The same pictures, changed."""
    others: tuple[Row, ...]

    @property
    def total(self) -> Row | None:
        """All other pictures together; None without any."""
        rows = [row for row in self.others if not row.name.startswith(NOT_OTHERS)]
        if not rows:
            return None
        names = ("pictures", "flagged", "found", "found_by_network")
        return Row(
            "all others",
            score_median=float(np.median([row.score_median for row in rows])),
            score_least=min(row.score_least for row in rows),
            **{name: sum(getattr(row, name) for row in rows) for name in names},
        )

    def as_json(self) -> dict[str, Any]:
        total = self.total
        return {
            "model": self.model,
            "held_out": asdict(self.held_out),
            "false_alarms": self.held_out.share,
            "false_alarms_interval": list(self.interval),
            "changed": [asdict(row) for row in self.changed],
            "others": [asdict(row) for row in self.others],
            "all_others": None if total is None else {**asdict(total), "flagged_share": total.share},
        }


def split(bundle: Bundle, folder: Path) -> tuple[list[Path], list[Path]]:
    """The pictures of a data set that the model was trained on, and its development pictures. Raises DataError."""
    development = bundle.development
    pairs = find_pairs(folder, names_of(bundle.structures))
    seen = [pair.image for pair in pairs if pair.stem not in development]
    unseen = [pair.image for pair in pairs if pair.stem in development]
    if not unseen or len(seen) < PARTS:
        raise DataError(f"{folder} is not what {bundle.name} was trained on: give the data set that its card parts.")
    return seen, unseen


def fit(paths: Sequence[Path], size: int, progress: Progress = lambda _done, _all: None) -> Fit:
    """The score of the training pictures in these files, for networks of that input size. Raises DataError."""
    found, small = [], []
    for number, path in enumerate(paths):
        picture = read_image(path)
        small.append(to_square(picture))
        varied = [vary(picture, np.random.default_rng((number, turn)), 1 + turn % 2) for turn in range(VARIATIONS)]
        found.append(np.stack([_describe(one, size) for one in (picture, *varied)]))
        progress(number + 1, len(paths))
    return fit_descriptions(np.stack(found), near_duplicate_groups(np.stack(small)))


def fit_descriptions(found: Descriptions, groups: NDArray[np.int64]) -> Fit:
    """The score of pictures and their variations, described (pictures, 1 + variations, n), and each picture's group.

    Raises DataError.
    """
    part_of = np.random.default_rng(0).permutation(int(groups.max()) + 1)[groups] % PARTS
    if len(np.unique(part_of)) < 2:
        raise DataError("The training pictures are too alike to leave some of them out: add pictures of other scans.")
    left_out = np.empty(found.shape[:2])
    for part in np.unique(part_of):
        own = part_of == part
        left_out[own] = novelty.fit(_flat(found[~own])).scores(_flat(found[own])).reshape(-1, found.shape[1])
    limit = float(np.quantile(left_out, 1 - FALSE_ALARMS))
    above = left_out > limit
    return Fit(novelty.fit(_flat(found)).with_limit(limit), len(found), float(above[:, 0].mean()), float(above.mean()))


def _flat(found: Descriptions) -> Descriptions:
    return found.reshape(-1, found.shape[-1])


def _describe(picture: Picture, size: int) -> Descriptions:
    return describe(to_input(picture, size)[0, ..., 0])


def vary(picture: Picture, random: np.random.Generator, disturbances: int) -> Picture:
    """A picture as the same scan may look elsewhere: perhaps mirrored, cut a little closer, and disturbed so often.

    Only such disturbances occur as a network stands.
    """
    if random.random() < 1 / 2:
        picture = picture[:, ::-1]
    height, width = picture.shape[:2]
    top, bottom, left, right = random.uniform(0, 0.1, 4)
    rows, columns = (
        slice(int(top * height), int((1 - bottom) * height)),
        slice(int(left * width), int((1 - right) * width)),
    )
    picture = np.ascontiguousarray(picture[rows, columns])
    names = sorted({one.name for one in FAMILIAR})
    for name in random.choice(names, disturbances, replace=False):
        strengths = [one for one in FAMILIAR if one.name == name]
        mask = np.zeros(picture.shape[:2], np.bool_)
        picture, _ = strengths[random.integers(len(strengths))].apply(picture, mask, random)
    return picture


CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "left half only": lambda picture: picture[:, : picture.shape[1] // 2],
    "upside down": lambda picture: picture[::-1],
    "on its side": lambda picture: picture.T,
    "black for white": lambda picture: 255 - picture,
}
"""The same tissue as no scan shows it."""


def measure(
    bundle: Bundle,
    score: Novelty,
    engine: Engine,
    unseen: Sequence[Path],
    others: Mapping[str, Sequence[Path]],
) -> Measured:
    """What the score flags: of the held-out pictures in `unseen`, plain and changed, and of each kind of `others`.

    Raises DataError and EngineError.
    """

    def row(name: str, pictures: Iterable[Picture]) -> Row:
        judged = [_judge(bundle, score, engine, picture) for picture in pictures]
        return _row(name, [one for one, _ in judged], [found for _, found in judged])

    held_out = row("held-out pictures", map(read_image, unseen))
    changed = [
        _row(name, [_score(bundle, score, change(read_image(path), path.stem)) for path in unseen])
        for name, change in _changes().items()
    ]
    return Measured(
        bundle.name,
        held_out,
        _wilson(held_out.flagged, held_out.pictures),
        tuple(changed),
        tuple(row(name, map(read_image, paths)) for name, paths in others.items()),
    )


def find_kinds(folder: Path) -> dict[str, list[Path]]:
    """The pictures in each folder of `folder`. Raises DataError."""
    if not folder.is_dir():
        raise DataError(f"{folder} does not exist: give a folder that holds a folder of pictures for each kind.")
    kinds = {path.name: pictures_in(path) for path in sorted(folder.iterdir()) if path.is_dir()}
    kinds = {name: paths for name, paths in kinds.items() if paths}
    if not kinds:
        raise DataError(f"{folder} needs a folder of pictures for each kind; scripts/other_pictures.py writes some.")
    return kinds


def _changes() -> dict[str, Callable[[Picture, str], Picture]]:
    """What is done to held-out pictures: every disturbance, and CHANGES. Given a picture and its name."""

    def disturb(disturbance: Disturbance, picture: Picture, stem: str) -> Picture:
        return disturbance(picture, np.zeros(picture.shape[:2], np.bool_), stem)[0]

    def change(how: Callable[[Picture], Picture], picture: Picture, stem: str) -> Picture:
        return how(to_grey(picture))

    disturbed = {f"{one.name} {one.strength}".strip(): partial(disturb, one) for one in DISTURBANCES}
    return {**disturbed, **{name: partial(change, how) for name, how in CHANGES.items()}}


def _score(bundle: Bundle, score: Novelty, picture: Picture) -> float:
    return score.score(to_input(np.ascontiguousarray(picture), bundle.size))


def _judge(bundle: Bundle, score: Novelty, engine: Engine, picture: Picture) -> tuple[float, bool]:
    """The picture's score, and whether the network finds the leading structure in it."""
    inputs = to_input(picture, bundle.size)
    size = picture.shape[0], picture.shape[1]
    return score.score(inputs), find_region(engine.predict(inputs)[0], size, bundle.threshold) is not None


def _row(name: str, scores: Sequence[float], found: Sequence[bool] | None = None) -> Row:
    flagged = np.array(scores) > 1
    shown = None if found is None else int((np.array(found) & ~flagged).sum())
    by_network = None if found is None else sum(found)
    return Row(
        name, len(scores), int(flagged.sum()), shown, by_network, float(np.median(scores)), float(np.min(scores))
    )


def _wilson(count: int, whole: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927, doi 10.1080/01621459.1927.10502953)."""
    z = 1.959964
    middle, half = count + z * z / 2, z * np.sqrt(count * (whole - count) / whole + z * z / 4)
    return float((middle - half) / (whole + z * z)), float((middle + half) / (whole + z * z))


def table(measured: Measured) -> Iterator[str]:
    """What was measured as lines for the screen."""
    low, high = measured.interval
    yield f"{'':26}{'pictures':>9}{'flagged':>9}{'score, median':>15}{'region found':>14}{'without the score':>19}"
    yield _line(measured.held_out)
    yield f"false alarms on them: {measured.held_out.share:.1%} (95 % interval {low:.1%} to {high:.1%})"
    yield from ("", "the same pictures, changed", *map(_line, measured.changed))
    if measured.others:
        yield from ("", "other pictures", *map(_line, measured.others))
    if measured.total is not None:
        yield _line(measured.total)


def _line(row: Row) -> str:
    line = f"{row.name:26}{row.pictures:9}{row.share:9.1%}{row.score_median:15.2f}"
    if row.found is None or row.found_by_network is None:
        return line
    return line + f"{row.found / row.pictures:14.1%}{row.found_by_network / row.pictures:19.1%}"


def write(bundle: Bundle, made: Fit, measured: Measured, out: Path) -> Bundle:
    """Writes the bundle with the score and its figures into the folder `out`, which may be its own. Raises OSError."""
    copy_files(bundle, out)
    made.score.write(out / NOVELTY_FILE)
    entry = {
        "version": novelty.VERSION,
        "pictures": made.pictures,
        "variations": VARIATIONS,
        "left_out_flagged": {"plain": made.plain_above, "with_variations": made.all_above},
        **measured.as_json(),
    }
    del entry["model"]
    return write_card(out, {**bundle.card, "novelty": entry})
