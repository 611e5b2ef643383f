"""How far apart experts' outlines of nearly the same picture are: what no model can be expected to pass."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.data.folder import Dataset
from model.data.splits import similarity
from model.errors import DataError
from model.metrics import Overlap, overlap

BANDS = (0.80, 0.85, 0.90, 0.93, 0.96, 1.0)
"""Correlations of two pictures' 64 x 64 grey versions between which pairs are counted together."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Band:
    """Pairs of different pictures that are alike to one degree, and how well their expert masks overlap."""

    low: float
    high: float
    as_drawn: Overlap
    registered: Overlap
    """With the second picture, and its mask, moved onto the first one."""

    @property
    def pairs(self) -> int:
        return len(self.as_drawn.intersection)


def agreement(data: Dataset) -> list[Band]:
    """The leading class's masks compared over all pairs of alike pictures, band by band; empty bands are left out.

    Raises DataError if no two pictures are alike.
    """
    alike = similarity(data.images)
    first, second = np.triu_indices(len(data), 1)
    correlation = alike[first, second]
    bands = []
    for low, high in itertools.pairwise(BANDS):
        inside = (correlation > low) & (correlation <= high)
        if inside.any():
            bands.append(_band(data, low, high, first[inside], second[inside]))
    if not bands:
        raise DataError(f"No two of the {len(data)} pictures are alike (correlation above {BANDS[0]}).")
    return bands


def _band(data: Dataset, low: float, high: float, first: NDArray[np.int64], second: NDArray[np.int64]) -> Band:
    masks = data.masks[:, 0]
    moved = [register(data.images[b], masks[b], data.images[a]) for a, b in zip(first, second, strict=True)]
    return Band(low, high, overlap(masks[first], masks[second]), overlap(masks[first], moved))


def register(picture: NDArray[np.uint8], mask: Mask, onto: NDArray[np.uint8]) -> Mask:
    """`mask` of `picture`, moved by the affine map that lays `picture` best upon `onto`; as it is where none is found.

    By the enhanced correlation coefficient (Evangelidis and Psarakis 2008, doi 10.1109/TPAMI.2008.113)
    of smooth versions.
    """
    target, source = (cv2.GaussianBlur(image, (0, 0), 3) for image in (onto, picture))
    start, everywhere = np.eye(2, 3, dtype=np.float32), np.full(picture.shape, 255, np.uint8)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 200, 1e-5)
    try:
        _, found = cv2.findTransformECC(target, source, start, cv2.MOTION_AFFINE, criteria, everywhere, 5)
    except cv2.error:
        # The search did not converge: the pictures are alike, but not by movement.
        return mask
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(mask.astype(np.uint8), found, mask.shape[::-1], flags=flags) > 0)


def table(bands: list[Band]) -> Iterator[str]:
    """The bands as lines for the screen."""
    yield "Expert masks of different pictures that are alike, on 256 x 256: as drawn, and after registration"
    yield f"{'correlation':>14}{'pairs':>7}" + f"{'sum IoU':>9}{'median':>8}{'over 0.5':>10}" * 2
    for band in bands:
        cells = "".join(
            f"{result.sum_iou:9.3f}{np.median(result.iou):8.3f}{result.accuracy:10.1%}"
            for result in (band.as_drawn, band.registered)
        )
        yield f"{band.low:7.2f} to {band.high:.2f}{band.pairs:7}{cells}"
