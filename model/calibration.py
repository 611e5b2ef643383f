"""Probabilities that mean something: how well they are calibrated, Platt scaling, and the threshold.

**What is measured.** The expected calibration error (Guo et al. 2017, arXiv 1706.04599, equation 3) of single pixels,
on the network's grid: the sum over 15 even bins of (share of the pixels that are in the bin) times (distance between
their mean probability and the share of them that is in the expert mask). In place of the confidence of the predicted
class stands the probability of the region. And the mean negative log-likelihood.

**Where.** In a window: the pixels within MARGIN cells (of a grid of 256) of the expert mask, or of where the network
as it was trained gives HINT or more. All other pixels, most of a picture, are background with a probability near 0: by
them, any network would look calibrated. The window is the same before and after.

**What is changed.** Platt scaling: p becomes sigmoid(scale * logit(p) + offset) for each class, with the smallest
negative log-likelihood in the window. The scale alone is Guo's 1 / temperature. It goes into the weights of the
network's last layer, so every engine gives calibrated probabilities and nothing is added to the live path.

**The threshold** is the middle of the plateau of the sum IoU: of the range around the best one in which the sum IoU of
the cleaned masks stays within PLATEAU of it.

**Honest figures** are cross-fitted: the pictures are parted, near duplicates together, and each part is scaled and
thresholded by what was fitted on the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.bundle import Bundle
from model.crossvalidate import CrossValidation, held_out_maps
from model.data.folder import Pair, load, read_pair
from model.data.splits import near_duplicate_groups
from model.engines.engine import Engine
from model.errors import ModelError
from model.metrics import Overlap, overlap
from model.postprocess import to_mask
from model.preprocess import SIZE, mask_to_square, to_input, to_square
from model.structures import names_of

Maps = NDArray[np.float32]
Masks = NDArray[np.bool_]

BINS = 15
MARGIN = 16
HINT = 0.1
PLATEAU = 0.002
THRESHOLDS = np.round(np.arange(0.1, 0.9001, 0.02), 2)
PARTS = 2


@dataclass(frozen=True)
class Scaling:
    """sigmoid(scale * logit + offset)."""

    scale: float = 1.0
    offset: float = 0.0

    def __call__(self, probability: Maps) -> Maps:
        logits = self.scale * logit(probability) + self.offset
        return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


@dataclass(frozen=True)
class Curve:
    """A reliability curve: of each bin that is not empty, float64 (n,)."""

    predicted: NDArray[np.float64]
    """Mean probability."""
    observed: NDArray[np.float64]
    """Share of the pixels that lie in the expert mask."""
    share: NDArray[np.float64]
    """Of all pixels."""

    @property
    def ece(self) -> float:
        """The expected calibration error, 0..1."""
        return float((self.share * np.abs(self.observed - self.predicted)).sum())

    def as_json(self) -> dict[str, list[float]]:
        names = ("predicted", "observed", "share")
        return {name: [round(value, 5) for value in getattr(self, name).tolist()] for name in names}

    @staticmethod
    def from_json(content: dict[str, list[float]]) -> Curve:
        """Raises KeyError, TypeError or ValueError."""
        names = ("predicted", "observed", "share")
        predicted, observed, share = (np.asarray(content[name], np.float64) for name in names)
        return Curve(predicted, observed, share)


@dataclass(frozen=True)
class HeldOut:
    """Pictures that a network had not seen: its maps (n, classes, size, size), the expert masks on the same grid and on
    that of the measures (n, classes, 256, 256), and the part that each picture is in."""

    maps: Maps
    experts: Masks
    measured: Masks
    part: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.maps)

    def windows(self, place: int) -> Masks:
        """Of the class at `place`: bool (n, size, size)."""
        return np.stack([window(*pair) for pair in zip(self.maps[:, place], self.experts[:, place], strict=True)])


@dataclass(frozen=True)
class Quality:
    """How good the probabilities of one class are."""

    nll: float
    curve: Curve
    everywhere: Curve
    """Of all pixels, in the window or not."""
    threshold: float
    sum_iou: float
    """At the threshold, cleaned, on the 256 x 256 grid."""

    def as_json(self) -> dict[str, Any]:
        return {
            "ece": self.curve.ece,
            "nll": self.nll,
            "ece_all_pixels": self.everywhere.ece,
            "threshold": self.threshold,
            "sum_iou": self.sum_iou,
            "curve": self.curve.as_json(),
        }


@dataclass(frozen=True)
class Calibration:
    """What was found on held-out pictures: `before` as the network is, `after` cross-fitted; by class."""

    classes: tuple[str, ...]
    pictures: int
    in_window: float
    """Share of all pixels that lie in the leading class's window."""
    parts: int
    before: tuple[Quality, ...]
    after: tuple[Quality, ...]
    scaling: tuple[Scaling, ...]
    """Fitted on all pictures."""
    threshold: float
    """Chosen on all pictures, after the scaling."""
    thresholds: tuple[float, ...]
    """Of each part: chosen on the others."""

    def as_json(self) -> dict[str, Any]:
        return {
            "method": "Platt scaling",
            "pictures": self.pictures,
            "parts": self.parts,
            "window": {"margin": MARGIN, "hint": HINT, "share_of_pixels": self.in_window},
            "bins": BINS,
            "threshold": self.threshold,
            "thresholds_of_parts": list(self.thresholds),
            "classes": {
                name: {
                    "scale": scaling.scale,
                    "offset": scaling.offset,
                    "before": before.as_json(),
                    "after": after.as_json(),
                }
                for name, scaling, before, after in zip(
                    self.classes, self.scaling, self.before, self.after, strict=True
                )
            },
        }


def hold_out(
    bundle: Bundle,
    engine: Engine,
    pairs: Sequence[Pair],
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> HeldOut:
    """The maps of a bundle's network on pictures that it was not trained on, in PARTS parts. Raises ModelError."""
    maps, experts, measured, small = [], [], [], []
    for number, pair in enumerate(pairs, 1):
        image, masks = read_pair(pair)
        maps.append(engine.predict(to_input(image, bundle.size)))
        experts.append(np.stack([mask_to_square(mask, bundle.size) for mask in masks]))
        measured.append(np.stack([mask_to_square(mask, SIZE) for mask in masks]))
        small.append(to_square(image))
        progress(number, len(pairs))
    groups = near_duplicate_groups(np.stack(small))
    part = np.random.default_rng(0).permutation(int(groups.max()) + 1)[groups] % PARTS
    return HeldOut(np.stack(maps), np.stack(experts), np.stack(measured), part)


def hold_out_folds(plan: CrossValidation, data_folder: Path, out: Path) -> HeldOut:
    """The maps of each fold's network on its own fold, for the folds that are done. Raises ModelError."""
    maps, experts, measured, part = [], [], [], []
    every = load(data_folder, classes=names_of(plan.structures))
    for fold, pictures, found in held_out_maps(plan, data_folder, out):
        maps.append(found)
        experts.append(pictures.masks)
        measured.append(every.subset(pictures.names).masks)
        part += [fold] * len(pictures)
    if len(maps) < 2:
        raise ModelError(f"{out} has {len(maps)} folds that are done: two at least are needed.")
    return HeldOut(np.concatenate(maps), np.concatenate(experts), np.concatenate(measured), np.array(part))


def require_uncalibrated(bundle: Bundle) -> None:
    """Raises ModelError for a model whose probabilities were scaled before."""
    if "calibration" in bundle.card:
        raise ModelError(f"{bundle.name} is calibrated already: calibrate the model as it was trained.")


def calibrate(held: HeldOut, classes: Sequence[str], threshold: float) -> Calibration:
    """Fits scalings and threshold; `threshold` is the one in force before. Raises ModelError.

    With several classes, one threshold serves all: the sum IoU that decides is the mean of theirs.
    """
    parts = np.unique(held.part)
    if len(parts) < 2:
        raise ModelError("The held-out pictures are too few, or too alike, to leave some out: calibration needs more.")
    for place, name in enumerate(classes):
        if not all(held.experts[held.part != part, place].any() for part in parts):
            raise ModelError(f"Too few held-out pictures have a region of '{name}': calibration needs more.")
    windows = [held.windows(place) for place in range(len(classes))]
    scaled, masks, thresholds = np.empty_like(held.maps), np.empty_like(held.measured), []
    for part in parts:
        rest, own = held.part != part, held.part == part
        found = [_fit(held, windows, place, rest) for place in range(len(classes))]
        thresholds.append(choose_threshold(_scaled(held.maps[rest], found), held.measured[rest]))
        scaled[own] = _scaled(held.maps[own], found)
        masks[own] = _masks(scaled[own], thresholds[-1])
    everything = np.ones(len(held), np.bool_)
    scaling = tuple(_fit(held, windows, place, everything) for place in range(len(classes)))

    def quality(maps: Maps, cut: Masks, limit: float, place: int) -> Quality:
        inside, experts = windows[place], held.experts[:, place]
        probability = maps[:, place]
        return Quality(
            nll(probability[inside], experts[inside]),
            reliability(probability[inside], experts[inside]),
            reliability(probability.ravel(), experts.ravel()),
            limit,
            overlap(cut[:, place], held.measured[:, place]).sum_iou,
        )

    before = _masks(held.maps, threshold)
    return Calibration(
        tuple(classes),
        len(held),
        float(windows[0].mean()),
        len(parts),
        tuple(quality(held.maps, before, threshold, place) for place in range(len(classes))),
        tuple(quality(scaled, masks, float(np.mean(thresholds)), place) for place in range(len(classes))),
        scaling,
        choose_threshold(_scaled(held.maps, scaling), held.measured),
        tuple(thresholds),
    )


def _fit(held: HeldOut, windows: Sequence[Masks], place: int, rows: Masks) -> Scaling:
    inside = windows[place][rows]
    return fit_scaling(held.maps[rows, place][inside], held.experts[rows, place][inside])


def _scaled(maps: Maps, scaling: Sequence[Scaling]) -> Maps:
    return np.stack([scale(maps[:, place]) for place, scale in enumerate(scaling)], axis=1)


def _masks(maps: Maps, threshold: float) -> Masks:
    return np.array([[to_mask(one, (SIZE, SIZE), threshold) for one in picture] for picture in maps])


def window(probability: Maps, expert: Masks) -> Masks:
    """Where calibration is measured in one picture: maps and mask (size, size) to bool (size, size)."""
    around = round(MARGIN * len(expert) / SIZE)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * around + 1, 2 * around + 1))
    return np.asarray(cv2.dilate((expert | (probability >= HINT)).astype(np.uint8), disc) > 0)


def logit(probability: Maps) -> NDArray[np.float64]:
    """log(p / (1 - p)); where float32 has rounded p to 1, that of the largest p below 1."""
    p = np.clip(probability.astype(np.float64), 1e-12, 1 - 2.0**-24)
    return np.asarray(np.log(p) - np.log1p(-p), np.float64)


def nll(probability: Maps, expert: Masks) -> float:
    """Mean negative log-likelihood of pixels, in nats."""
    signed = np.where(expert, 1, -1) * logit(probability)
    return float(np.logaddexp(0, -signed).mean())


def reliability(probability: Maps, expert: Masks) -> Curve:
    """The reliability curve of pixels (n,)."""
    number = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
    count = np.bincount(number, minlength=BINS)
    sums = [
        np.bincount(number, weights, BINS) for weights in (probability.astype(np.float64), expert.astype(np.float64))
    ]
    full = count > 0
    return Curve(sums[0][full] / count[full], sums[1][full] / count[full], count[full] / len(probability))


def fit_scaling(probability: Maps, expert: Masks) -> Scaling:
    """The scaling with the smallest negative log-likelihood of pixels (n,). Raises ModelError."""
    try:
        from scipy import optimize
    except ImportError as error:
        raise ModelError("Calibrating needs SciPy: install the requirements for training.") from error
    logits = logit(probability)
    truth = expert.astype(np.float64)

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scaled = values[0] * logits + values[1]
        slope = 1 / (1 + np.exp(-scaled)) - truth
        value = np.logaddexp(0, scaled) - truth * scaled
        return float(value.mean()), np.array([(slope * logits).mean(), slope.mean()])

    # A scale of 0 or less would turn the map inside out.
    found = optimize.minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0.05, 20), (-10, 10)])
    return Scaling(float(found.x[0]), float(found.x[1]))


def choose_threshold(maps: Maps, experts: Masks) -> float:
    """The middle of the plateau of the sum IoU of cleaned masks; maps (n, classes, size, size), experts at 256."""
    found = [_sum_iou(maps, experts, threshold) for threshold in THRESHOLDS]
    best = int(np.argmax(found))
    low = high = best
    while low > 0 and found[low - 1] >= found[best] - PLATEAU:
        low -= 1
    while high < len(found) - 1 and found[high + 1] >= found[best] - PLATEAU:
        high += 1
    return round(float(THRESHOLDS[low] + THRESHOLDS[high]) / 2, 3)


def _sum_iou(maps: Maps, experts: Masks, threshold: float) -> float:
    masks = _masks(maps, threshold)
    per_class: list[Overlap] = [overlap(masks[:, place], experts[:, place]) for place in range(maps.shape[1])]
    return float(np.mean([one.sum_iou for one in per_class]))


def table(found: Calibration) -> Iterator[str]:
    """What was found as lines for the screen."""
    yield (
        f"{found.pictures} held-out pictures in {found.parts} parts, each calibrated by what was fitted on the others; "
        f"in a window of {found.in_window:.1%} of the pixels"
    )
    for name, scaling, before, after in zip(found.classes, found.scaling, found.before, found.after, strict=True):
        yield ""
        yield f"{name:34}{'before':>10}{'after':>10}"
        yield f"{f'ECE, {BINS} bins':34}{before.curve.ece:10.4f}{after.curve.ece:10.4f}"
        yield f"{'negative log-likelihood':34}{before.nll:10.4f}{after.nll:10.4f}"
        yield f"{'ECE of all pixels':34}{before.everywhere.ece:10.4f}{after.everywhere.ece:10.4f}"
        yield f"{'threshold (mean of the parts)':34}{before.threshold:10.3f}{after.threshold:10.3f}"
        yield f"{'sum IoU at the threshold':34}{before.sum_iou:10.4f}{after.sum_iou:10.4f}"
        yield f"fitted on all of them: scale {scaling.scale:.3f}, offset {scaling.offset:+.3f}"
    yield f"threshold chosen on all of them: {found.threshold:.3f}"
