"""How steady a model's overlay is on pictures that move in a known way, without and with the temporal filter.

From each picture clips are made: it swings to and fro, grows and shrinks, turns, changes in gain, and has fresh noise
in each frame. The network sees each frame as in live work. Its masks are moved back by the known movement and compared.
Places are in pixels of a grid of SIZE x SIZE over the picture, as in the paper; masks are compared on one FINER times
as fine, so that rounding to whole pixels, which nobody sees on the smooth outline, does not count as jitter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.bundle import Bundle
from model.data.folder import Pair, read_pair
from model.engines.engine import Engine
from model.metrics import iou
from model.postprocess import clean
from model.preprocess import SIZE, mask_to_square, to_grey, to_input
from model.temporal import TIME_S, TemporalFilter

FRAMES = 40
RATE = 30.0
"""Frames a second."""
SEED = 0
FINER = 2
WAYS = ("without", "with")
"""The filter."""

SWINGS = 0.3, 0.5
"""Each movement swings with a frequency drawn from these, Hz."""
SHIFT_PX = 10.0
"""Of a swing sideways: 30 px/s at most, as a probe slides. In depth, half as much."""
ZOOM = 0.05
TURN_DEGREES = 2.0
GAIN = 0.2
JUMP_PX = 12.0, 20.0
SPECKLE = 0.1
"""Standard deviation of the noise that is new in each frame, relative to the grey level; its grain is a pixel wide."""
RECEIVER = 3.0
"""Standard deviation of the noise that is new in each pixel, grey levels."""
ARRIVED = 0.8
"""A mask has followed a jump when its centre has come so far of the way."""

_OFFSETS = np.arange(-10, 41) / 10
"""Lags that are tried, frames."""

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Maps = NDArray[np.float32]
Numbers = NDArray[np.float64]
Measures = dict[str, float | None]


@dataclass(frozen=True)
class Part:
    """What happens in a clip."""

    name: str
    title: str
    shift: bool = False
    zoom: bool = False
    turn: bool = False
    gain: bool = False
    noise: bool = False
    jump: bool = False
    """Half-way, from one frame to the next."""
    fade: bool = False
    """To black and back, as when the probe loses contact."""


PARTS = (
    Part("all", "shift, zoom, turn, gain and noise", shift=True, zoom=True, turn=True, gain=True, noise=True),
    Part("still", "noise alone", noise=True),
    Part("gain", "gain alone", gain=True),
    Part("shift", "shift alone", shift=True),
    Part("zoom", "zoom alone", zoom=True),
    Part("turn", "turn alone", turn=True),
    Part("jump", "one sudden shift, and noise", jump=True, noise=True),
    Part("fade", "to black and back, and noise", fade=True, noise=True),
)


@dataclass(frozen=True)
class Path:
    """What a clip does to its picture, frame by frame."""

    matrices: Numbers
    """(FRAMES, 2, 3): from the picture's grid to the frame's."""
    gains: Numbers
    """(FRAMES,): what grey levels are multiplied by."""


def make_path(part: Part, rng: np.random.Generator) -> Path:
    """A smooth path of what `part` names; the same draws whatever that is, so that parts can be told apart."""
    time_s = np.arange(FRAMES) / RATE
    swings = [np.sin(2 * np.pi * (rng.uniform(*SWINGS) * time_s + rng.random())) for _ in range(5)]
    across, down, zoom, turn, gain = swings
    shift = SHIFT_PX * part.shift * np.stack([across, down / 2])
    direction, distance = rng.uniform(0, 2 * np.pi), rng.uniform(*JUMP_PX)
    step = np.array([[math.cos(direction)], [math.sin(direction)]]) * distance
    shift = shift + step * (part.jump & (np.arange(FRAMES) >= FRAMES // 2))
    size = (1 + ZOOM) ** (zoom * part.zoom)
    angle = np.radians(TURN_DEGREES * turn * part.turn)
    gains = (1 + GAIN) ** (gain * part.gain)
    if part.fade:
        gains = gains * (1 + np.cos(2 * np.pi * np.arange(FRAMES) / FRAMES)) / 2
    turned = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.full(2, (SIZE - 1) / 2)
    # About the middle of the picture.
    moved = middle[:, None] + shift - np.einsum("ijt,j->it", turned, middle)
    return Path(np.concatenate([turned, moved[:, None]], axis=1).transpose(2, 0, 1), gains)


def make_frames(picture: Grey, part: Part, path: Path, rng: np.random.Generator) -> Iterator[Grey]:
    """The clip's frames, each of the picture's size; what comes in from outside is the picture mirrored at its edge."""
    height, width = picture.shape
    # Pixels are counted by their centres, which lie half a pixel from the edges on either grid.
    own = np.array([[width / SIZE, 0, (width / SIZE - 1) / 2], [0, height / SIZE, (height / SIZE - 1) / 2], [0, 0, 1]])
    for matrix, gain in zip(path.matrices, path.gains, strict=True):
        native = (own @ np.vstack([matrix, [0, 0, 1]]) @ np.linalg.inv(own))[:2]
        moved = cv2.warpAffine(
            picture, native, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
        )
        frame = moved.astype(np.float32) * np.float32(gain)
        if part.noise:
            grain = cv2.GaussianBlur(rng.standard_normal(picture.shape, np.float32), (0, 0), 1)
            receiver = rng.standard_normal(picture.shape, np.float32)
            frame = frame * (1 + SPECKLE * grain / grain.std()) + RECEIVER * receiver
        yield np.clip(np.rint(frame), 0, 255).astype(np.uint8)


@dataclass
class Track:
    """What one way of predicting gave for one clip."""

    masks: list[Mask]
    """Moved back onto the picture, on the fine grid."""
    centres: Numbers
    """(FRAMES, 2): x, y of the centroid in each frame; NaN where there is no region."""

    @property
    def found(self) -> Mask:
        """(FRAMES,): where there is a region."""
        return np.isfinite(self.centres[:, 0])


def make_track(maps: Sequence[Maps], path: Path, threshold: float) -> Track:
    """The masks of the probability maps float32 (n, n), one for each frame of a clip, moved back."""
    masks, centres = [], []
    for probability, matrix in zip(maps, path.matrices, strict=True):
        cleaned = cv2.resize(clean(probability, threshold), (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
        masks.append(_move_back(np.asarray(cleaned, np.float32), matrix) >= threshold)
        centres.append(_centre(np.asarray(cleaned >= threshold)))
    return Track(masks, np.array(centres))


def _move_back(grid: Maps, matrix: Numbers) -> Maps:
    """What `matrix` moved, on the fine grid as it was before; 0 where the frame does not show it."""
    coarse = np.array([[1 / FINER, 0, (1 / FINER - 1) / 2], [0, 1 / FINER, (1 / FINER - 1) / 2], [0, 0, 1]])
    back = (np.vstack([matrix, [0, 0, 1]]) @ coarse)[:2]
    size = (FINER * SIZE, FINER * SIZE)
    return np.asarray(cv2.warpAffine(grid, back, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP), np.float32)


def _centre(mask: Mask) -> Numbers:
    rows, columns = np.nonzero(mask)
    return np.array([columns.mean(), rows.mean()]) if rows.size else np.full(2, math.nan)


@dataclass
class Outcome:
    """What all clips of one part gave, one way."""

    part: Part
    consecutive: list[float] = field(default_factory=list)
    """IoU of each mask with the one before it, where both frames show the place."""
    unfiltered: list[float] = field(default_factory=list)
    """IoU of each mask with the one without the filter."""
    expert: list[float] = field(default_factory=list)
    flips: list[int] = field(default_factory=list)
    """How often a region comes or goes, clip by clip."""
    centres: list[Numbers] = field(default_factory=list)
    expected: list[Numbers] = field(default_factory=list)
    """Where the expert mask's centre has gone, clip by clip."""
    late: list[int] = field(default_factory=list)
    """Frames by which a region that fades goes, and comes back, later than without the filter.

    Only of clips where it goes and comes once without: what the filter leaves out of a flicker is not late.
    """

    def add(self, track: Track, without: Track, path: Path, expert: Mask) -> None:
        """Adds what one clip gave; `expert` is the expert mask on the fine grid."""
        seen = [_move_back(np.ones((SIZE, SIZE), np.float32), matrix) > 0.5 for matrix in path.matrices]
        for number in range(1, FRAMES):
            both = seen[number] & seen[number - 1]
            self.consecutive.append(iou(track.masks[number] & both, track.masks[number - 1] & both))
        self.unfiltered += [iou(one, other) for one, other in zip(track.masks, without.masks, strict=True)]
        self.expert += [iou(mask, expert & place) for mask, place in zip(track.masks, seen, strict=True)]
        self.flips.append(_changes(track))
        self.centres.append(track.centres)
        middle = (_centre(expert) + 0.5) / FINER - 0.5 if expert.any() else np.full(2, (SIZE - 1) / 2)
        self.expected.append(path.matrices @ np.append(middle, 1))
        if self.part.fade and without.found[0] and _changes(without) == 2:
            self.late += [gone - before for gone, before in zip(_gap(track), _gap(without), strict=True)]

    def measures(self) -> Measures:
        """The measures by name; IoU 0..1, lags in frames, None where no clip tells."""
        found: Measures = {
            "iou_consecutive_median": float(np.median(self.consecutive)),
            "iou_consecutive_p5": float(np.percentile(self.consecutive, 5)),
            "iou_unfiltered_median": float(np.median(self.unfiltered)),
            "iou_expert_mean": float(np.mean(self.expert)),
            "flips_per_s": sum(self.flips) / (len(self.flips) * FRAMES / RATE),
        }
        if self.part.shift:
            found["lag_frames"] = lag_frames(self.centres, self.expected)
        if self.part.jump:
            steps = [n for one, other in zip(self.centres, self.expected, strict=True) for n in step_frames(one, other)]
            found |= {"step_frames_mean": _or_none(np.mean, steps), "step_frames_max": _or_none(np.max, steps)}
        if self.part.fade:
            found |= {"late_frames_mean": _or_none(np.mean, self.late), "late_frames_max": _or_none(np.max, self.late)}
        return found


def _changes(track: Track) -> int:
    """How often a region comes or goes."""
    return int(np.count_nonzero(np.diff(track.found)))


def _gap(track: Track) -> tuple[int, int]:
    """First frame without a region, and the first one with a region after the last one without."""
    missing = np.flatnonzero(~track.found)
    return (int(missing[0]), int(missing[-1]) + 1) if missing.size else (FRAMES, FRAMES)


def lag_frames(centres: Sequence[Numbers], expected: Sequence[Numbers]) -> float | None:
    """How many frames the centres come after the expected ones, (FRAMES, 2) each: the offset that fits all clips best.

    None where there is no region at all.
    """
    frames = np.arange(FRAMES)
    inside = slice(math.ceil(_OFFSETS[-1]), FRAMES + math.floor(_OFFSETS[0]))
    errors = np.zeros(len(_OFFSETS))
    count = 0
    for one, other in zip(centres, expected, strict=True):
        known = np.isfinite(one[:, 0]) & (frames >= inside.start) & (frames < inside.stop)
        count += int(np.count_nonzero(known))
        for place, offset in enumerate(_OFFSETS):
            delayed = np.stack([np.interp(frames - offset, frames, column) for column in other.T], axis=1)
            # The network may see the region beside the expert's: that is no lag.
            away = (one - delayed)[known]
            errors[place] += ((away - away.mean(axis=0)) ** 2).sum() if len(away) else 0
    return float(_OFFSETS[np.argmin(errors)]) if count else None


def step_frames(centres: Numbers, expected: Numbers) -> list[int]:
    """Frames after the jump until the centre has come ARRIVED of its way; none where the region did not jump along."""
    half = FRAMES // 2
    before, after = _mean(centres[half // 2 : half]), _mean(centres[half + half // 2 :])
    way = after - before
    known = np.linalg.norm(expected[-1] - expected[0])
    if not np.linalg.norm(way) > known / 2:
        return []
    come = (centres[half:] - before) @ way / (way @ way)
    return [int(np.argmax(come >= ARRIVED))]


def _mean(centres: Numbers) -> Numbers:
    found = centres[np.isfinite(centres[:, 0])]
    return np.asarray(found.mean(axis=0)) if len(found) else np.full(2, math.nan)


def _or_none(measure: Callable[[list[int]], Any], values: list[int]) -> float | None:
    return float(measure(values)) if values else None


def draw(pairs: Sequence[Pair], count: int) -> list[Pair]:
    """`count` of the pairs, always the same, in their order; all of them where there are no more."""
    chosen = np.random.default_rng(SEED).permutation(len(pairs))[:count]
    return [pairs[place] for place in sorted(chosen)]


def measure(
    bundle: Bundle,
    engine: Engine,
    pairs: Sequence[Pair],
    *,
    time_s: float = TIME_S,
    follows: bool = True,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> dict[str, Any]:
    """The measures of the leading structure, by part and then 'without' and 'with' the filter. Raises DataError.

    `time_s` and `follows` are the filter's.
    """
    outcomes = {part.name: {way: Outcome(part) for way in WAYS} for part in PARTS}
    for number, pair in enumerate(pairs):
        image, experts = read_pair(pair)
        expert = mask_to_square(experts[0], FINER * SIZE)
        for place, part in enumerate(PARTS):
            rng = np.random.default_rng([SEED, number, place])
            path = make_path(part, rng)
            tracks = _run(to_grey(image), part, path, rng, engine, bundle.threshold, TemporalFilter(time_s, follows))
            for way in WAYS:
                outcomes[part.name][way].add(tracks[way], tracks["without"], path, expert)
            progress(number * len(PARTS) + place + 1, len(pairs) * len(PARTS))
    return {
        "pictures": len(pairs),
        "frames": FRAMES,
        "rate": RATE,
        "seed": SEED,
        "time_constant_s": time_s,
        "follows": follows,
        "model": bundle.name,
        "engine": engine.name,
        "parts": {name: {way: ways[way].measures() for way in WAYS} for name, ways in outcomes.items()},
    }


def _run(
    picture: Grey,
    part: Part,
    path: Path,
    rng: np.random.Generator,
    engine: Engine,
    limit: float,
    temporal: TemporalFilter,
) -> dict[str, Track]:
    plain, steadied = [], []
    for number, frame in enumerate(make_frames(picture, part, path, rng)):
        inputs = to_input(frame, engine.size)
        maps = engine.predict(inputs)
        plain.append(maps[0])
        steadied.append(temporal.apply(inputs[0, ..., 0], maps, number / RATE)[0])
    return {way: make_track(maps, path, limit) for way, maps in zip(WAYS, (plain, steadied), strict=True)}


def table(content: dict[str, Any]) -> Iterator[str]:
    """What `measure` gave as lines for the screen."""
    yield (
        f"{content['pictures']} pictures, clips of {content['frames']} frames at {content['rate']:g}/s, "
        f"model {content['model']}, engine {content['engine']}"
    )
    titles = {part.name: part.title for part in PARTS}
    for name, ways in content["parts"].items():
        yield f"\n{name + ': ' + titles[name]:45}{'without':>10}{'with':>10}"
        for measure_name in ways["with"]:
            cells = (_cell(measure_name, ways[way][measure_name]) for way in WAYS)
            yield f"{measure_name:45}" + "".join(f"{cell:>10}" for cell in cells)


def _cell(name: str, value: float | None) -> str:
    return "-" if value is None else f"{value:.{3 if name.startswith('iou') else 2}f}"
