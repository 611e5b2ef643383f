"""Fits the score of `model.novelty` to a model's training pictures, and measures what it flags.

Nothing but the training pictures goes into the score. Its limit is the 95th percentile of the scores that training
pictures get when they are left out: five parts, near duplicates in one part, each scored by what the other four gave.
So the model's development pictures stay unseen, and say how many false alarms there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model import novelty
from model.bundle import NOVELTY_FILE, Bundle, copy_files, write_card
from model.data.folder import find_pairs, read_image
from model.data.pictures import pictures_in
from model.data.splits import near_duplicate_groups
from model.engines.engine import Engine
from model.errors import DataError
from model.novelty import Novelty, describe
from model.postprocess import find_region
from model.preprocess import to_grey, to_input, to_square
from model.structures import names_of

Picture = NDArray[np.uint8]
Descriptions = NDArray[np.float64]

VARIATIONS = 4
"""Of each training picture, besides itself."""
PARTS = 5
FALSE_ALARMS = 0.05
"""Share of pictures like the training pictures that lies above the limit."""
NOT_OTHERS = "femoral"
"""Kinds whose names begin so are listed, and not counted among the others."""


@dataclass(frozen=True)
class Row:
    """What became of the pictures of one kind."""

    name: str
    pictures: int
    flagged: int
    """Unlike the training pictures."""
    found: int
    """With a region that is shown: found by the network and not flagged."""
    found_by_network: int
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
        sums = {name: sum(getattr(row, name) for row in rows) for name in ("pictures", "flagged", "found")}
        return Row(
            "all others",
            found_by_network=sum(row.found_by_network for row in rows),
            score_median=float(np.median([row.score_median for row in rows])),
            score_least=min(row.score_least for row in rows),
            **sums,
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
    development = set(bundle.card.get("training", {}).get("development", []))
    pairs = find_pairs(folder, names_of(bundle.structures))
    seen = [pair.image for pair in pairs if pair.stem not in development]
    unseen = [pair.image for pair in pairs if pair.stem in development]
    if not unseen or len(seen) < PARTS:
        raise DataError(f"{folder} is not what {bundle.name} was trained on: give the data set that its card parts.")
    return seen, unseen


def fit(paths: Sequence[Path], size: int, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Novelty:
    """The score of the training pictures in these files, for networks of that input size. Raises DataError."""
    found, small = [], []
    for number, path in enumerate(paths):
        picture = to_grey(read_image(path))
        small.append(to_square(picture))
        varied = [vary(picture, np.random.default_rng((number, turn))) for turn in range(VARIATIONS)]
        found.append(np.stack([_describe(one, size) for one in (picture, *varied)]))
        progress(number + 1, len(paths))
    return _fit(np.stack(found), near_duplicate_groups(np.stack(small)))


def _fit(found: Descriptions, groups: NDArray[np.int64]) -> Novelty:
    """From descriptions (pictures, variations, n) and the group of each picture."""
    part_of = np.random.default_rng(0).permutation(int(groups.max()) + 1)[groups] % PARTS
    if len(np.unique(part_of)) < 2:
        raise DataError("The training pictures are too alike to leave some of them out: add pictures of other scans.")
    scores = [
        novelty.fit(_flat(found[part_of != part])).scores(_flat(found[part_of == part])) for part in np.unique(part_of)
    ]
    return novelty.fit(_flat(found)).with_limit(float(np.quantile(np.concatenate(scores), 1 - FALSE_ALARMS)))


def _flat(found: Descriptions) -> Descriptions:
    return found.reshape(-1, found.shape[-1])


def _describe(picture: Picture, size: int) -> Descriptions:
    return describe(to_input(picture, size)[0, ..., 0])


def vary(picture: Picture, random: np.random.Generator) -> Picture:
    """A grey picture as the same scan may look on another screen: mirrored, cut a little closer, finer or coarser, with
    another grey curve, gain and depth gain, and as a lossy file."""
    if random.random() < 1 / 2:
        picture = picture[:, ::-1]
    height, width = picture.shape
    top, bottom, left, right = random.uniform(0, 0.1, 4)
    picture = picture[int(top * height) : height - int(bottom * height), int(left * width) : width - int(right * width)]
    if random.random() < 1 / 2:
        picture = _scaled(picture, random.uniform(0.5, 2))
    if random.random() < 1 / 3:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), random.uniform(0.3, 1.5)), np.uint8)
    grey = (picture / np.float32(255)) ** random.uniform(0.67, 1.5) * random.uniform(0.5, 2)
    if random.random() < 1 / 3:
        first, last = random.uniform(0.5, 1.3, 2).tolist()
        grey = grey * np.linspace(first, last, len(grey))[:, None]
    picture = _bytes(grey * 255)
    return _lossy(picture, int(random.integers(40, 95))) if random.random() < 1 / 2 else picture


def _scaled(picture: Picture, factor: float) -> Picture:
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=how), np.uint8)


def _lossy(picture: Picture, quality: int) -> Picture:
    """As a JPEG file of that quality shows it."""
    content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_UNCHANGED), np.uint8)


def _bytes(grey: Any) -> Picture:
    return np.asarray(np.clip(np.round(grey), 0, 255), np.uint8)


CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "mirrored": lambda picture: picture[:, ::-1],
    "half the gain": lambda picture: picture // 2,
    "half as much gain again": lambda picture: _bytes(picture * 1.5),
    "cut by a tenth": lambda picture: _middle(picture, 0.9),
    "cut by a third": lambda picture: _middle(picture, 0.67),
    "half as fine": lambda picture: _scaled(picture, 0.5),
    "JPEG of quality 30": lambda picture: _lossy(picture, 30),
    "in a black frame": lambda picture: np.pad(picture, [(side // 5, side // 5) for side in picture.shape]),
    "left half only": lambda picture: picture[:, : picture.shape[1] // 2],
    "upside down": lambda picture: picture[::-1],
    "on its side": lambda picture: picture.T,
    "black for white": lambda picture: 255 - picture,
}
"""Held-out pictures, changed: the first seven should pass; the others show the same tissue as no scan of it does."""


def _middle(picture: Picture, share: float) -> Picture:
    edges = [int(side * (1 - share) / 2) for side in picture.shape]
    return picture[edges[0] : picture.shape[0] - edges[0], edges[1] : picture.shape[1] - edges[1]]


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
        return _row(name, [_judge(bundle, score, engine, picture) for picture in pictures])

    held_out = row("held-out pictures", map(read_image, unseen))
    changed = [row(name, (change(to_grey(read_image(path))) for path in unseen)) for name, change in CHANGES.items()]
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


def _judge(bundle: Bundle, score: Novelty, engine: Engine, picture: Picture) -> tuple[float, bool]:
    """The picture's score, and whether the network finds the leading structure in it."""
    inputs = to_input(np.ascontiguousarray(picture), bundle.size)
    size = picture.shape[0], picture.shape[1]
    return score.score(inputs), find_region(engine.predict(inputs)[0], size, bundle.threshold) is not None


def _row(name: str, judged: Sequence[tuple[float, bool]]) -> Row:
    scores, found = np.array([score for score, _ in judged]), np.array([found for _, found in judged])
    flagged = scores > 1
    return Row(
        name,
        len(judged),
        int(flagged.sum()),
        int((found & ~flagged).sum()),
        int(found.sum()),
        float(np.median(scores)),
        float(scores.min()),
    )


def _wilson(count: int, whole: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927, doi 10.1080/01621459.1927.10502953)."""
    z = 1.959964
    middle, half = count + z * z / 2, z * np.sqrt(count * (whole - count) / whole + z * z / 4)
    return float((middle - half) / (whole + z * z)), float((middle + half) / (whole + z * z))


def table(measured: Measured, limit_from: str = "") -> Iterator[str]:
    """What was measured as lines for the screen."""
    low, high = measured.interval
    yield f"{'':26}{'pictures':>9}{'flagged':>10}{'region found':>14}{'without the score':>19}{'score, median':>15}"
    yield _line(measured.held_out)
    yield f"false alarms on them: {measured.held_out.share:.1%} (95 % interval {low:.1%} to {high:.1%})"
    yield ""
    yield "the same pictures, changed"
    yield from map(_line, measured.changed)
    if measured.others:
        yield ""
        yield "other pictures"
        yield from map(_line, measured.others)
    if measured.total is not None:
        yield _line(measured.total)


def _line(row: Row) -> str:
    shares = [count / row.pictures for count in (row.flagged, row.found, row.found_by_network)]
    return f"{row.name:26}{row.pictures:9}{shares[0]:10.1%}{shares[1]:14.1%}{shares[2]:19.1%}{row.score_median:15.2f}"


def write(bundle: Bundle, score: Novelty, measured: Measured, trained_on: int, out: Path) -> Bundle:
    """Writes the bundle with the score and its figures into the folder `out`, which may be its own. Raises OSError."""
    copy_files(bundle, out)
    score.write(out / NOVELTY_FILE)
    entry = {
        "version": novelty.VERSION,
        "pictures": trained_on,
        "variations": VARIATIONS,
        "limit": f"{1 - FALSE_ALARMS:.0%} of training pictures, left out in {PARTS} parts, score below 1",
        **measured.as_json(),
    }
    del entry["model"]
    return write_card(out, {**bundle.card, "novelty": entry})
