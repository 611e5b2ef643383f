"""Masks made by hand: outlines of points, strokes of a brush, and the shapes between two masks.

Points are x, y in pixels; the first pixel's centre is (0.5, 0.5), as in Labelme.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from model.data import labelme
from model.structures import BLOCK_REGION

Mask = NDArray[np.bool_]
Point = tuple[float, float]

LABEL = BLOCK_REGION.name
_MARGIN = 4
"""Pixels round two masks within which the shapes between them are worked out."""


@dataclass(frozen=True)
class Ring:
    """A closed outline; what it holds belongs to the mask, or, where it is a hole, does not."""

    points: tuple[Point, ...]
    hole: bool = False

    def moved(self, place: int, point: Point) -> Ring:
        """With another point at this place."""
        return replace(self, points=(*self.points[:place], point, *self.points[place + 1 :]))

    def with_point(self, place: int, point: Point) -> Ring:
        """With one more point, at this place."""
        return replace(self, points=(*self.points[:place], point, *self.points[place:]))

    def without(self, place: int) -> Ring:
        """With one point less."""
        return replace(self, points=(*self.points[:place], *self.points[place + 1 :]))


def rings_of(mask: Mask, tolerance: float = labelme.COARSE) -> list[Ring]:
    """The outlines of a mask bool (height, width), true to `tolerance` pixels; outer ones before the holes in them."""
    return [
        Ring(tuple((x, y) for x, y in shape["points"]), shape["label"] != LABEL)
        for shape in labelme.shapes_of(mask, LABEL, tolerance=tolerance)
    ]


def mask_of(rings: Sequence[Ring], size: tuple[int, int]) -> Mask:
    """The mask bool (height, width) = `size` that the outlines hold, painted in their order."""
    shapes = [
        labelme.Shape(LABEL + labelme.HOLE if ring.hole else LABEL, "polygon", np.array(ring.points, np.float64), None)
        for ring in rings
        if len(ring.points) > 2
    ]
    return np.asarray(labelme.paint(shapes, (LABEL,), size)[0])


def nearest_point(rings: Sequence[Ring], at: Point, reach: float) -> tuple[int, int] | None:
    """Ring and place of the point that is nearest to `at`, if one is within `reach`."""
    away = [
        (math.dist(point, at), ring, place) for ring, one in enumerate(rings) for place, point in enumerate(one.points)
    ]
    nearest = min(away, default=None)
    return nearest[1:] if nearest is not None and nearest[0] <= reach else None


def nearest_edge(rings: Sequence[Ring], at: Point, reach: float) -> tuple[int, int] | None:
    """Ring of the edge that is nearest to `at`, if one is within `reach`, and where a point on it would stand."""
    away = [
        (_to_segment(at, one.points[place - 1], one.points[place]), ring, place)
        for ring, one in enumerate(rings)
        for place in range(len(one.points))
    ]
    nearest = min(away, default=None)
    return nearest[1:] if nearest is not None and nearest[0] <= reach else None


def _to_segment(at: Point, start: Point, end: Point) -> float:
    across, down = end[0] - start[0], end[1] - start[1]
    length = across**2 + down**2
    share = ((at[0] - start[0]) * across + (at[1] - start[1]) * down) / length if length else 0.0
    share = min(max(share, 0.0), 1.0)
    return math.dist(at, (start[0] + share * across, start[1] + share * down))


def stroke(mask: Mask, start: Point, end: Point, radius: float, value: bool) -> None:
    """Sets, or clears, the pixels whose centres are within `radius` of the line from `start` to `end`."""
    height, width = mask.shape
    left, right = (int(min(max(edge, 0), width)) for edge in _span(start[0], end[0], radius))
    top, bottom = (int(min(max(edge, 0), height)) for edge in _span(start[1], end[1], radius))
    if left >= right or top >= bottom:
        return
    y, x = np.mgrid[top:bottom, left:right] + 0.5
    across, down = end[0] - start[0], end[1] - start[1]
    length = across**2 + down**2
    share = np.clip(((x - start[0]) * across + (y - start[1]) * down) / length, 0, 1) if length else np.zeros_like(x)
    inside = np.hypot(x - start[0] - share * across, y - start[1] - share * down) <= radius
    mask[top:bottom, left:right][inside] = value


def _span(one: float, other: float, radius: float) -> tuple[int, int]:
    return math.floor(min(one, other) - radius), math.ceil(max(one, other) + radius) + 1


class Between:
    """The shapes between two masks of one size, by their signed distances (Raya and Udupa 1990).

    S. P. Raya, J. K. Udupa: Shape-based interpolation of multidimensional objects. IEEE Transactions on Medical Imaging
    9(1):32-42, doi 10.1109/42.52980. The centres of the two are laid on each other first, and their distance is gone in
    even steps: else nothing would be left half-way between two small regions that lie apart.
    """

    def __init__(self, first: Mask, second: Mask) -> None:
        """Neither mask may be empty."""
        self._size = first.shape
        self._window = _window(first | second)
        self._distances = [_signed_distance(mask[self._window]) for mask in (first, second)]
        self._centres = [np.argwhere(mask[self._window]).mean(axis=0)[::-1] for mask in (first, second)]

    def at(self, share: float) -> Mask:
        """The mask at 0 (the first) to 1 (the second)."""
        step = self._centres[1] - self._centres[0]
        first = _shifted(self._distances[0], step * share)
        second = _shifted(self._distances[1], step * (share - 1))
        mask = np.zeros(self._size, np.bool_)
        mask[self._window] = (1 - share) * first + share * second > 0
        return mask


def _window(mask: Mask) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(int(rows[0]) - _MARGIN, 0), int(rows[-1]) + 1 + _MARGIN),
        slice(max(int(columns[0]) - _MARGIN, 0), int(columns[-1]) + 1 + _MARGIN),
    )


def _signed_distance(mask: Mask) -> NDArray[np.float32]:
    """Pixels to the edge of a mask: above 0 inside, below 0 outside."""
    inside, outside = (
        cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for part in (mask, ~mask)
    )
    if mask.all():  # There is no edge to measure from.
        inside = np.full(mask.shape, float(max(mask.shape)), np.float32)
    # A pixel's centre is half a pixel from its edge.
    return np.asarray(np.where(mask, inside - 0.5, 0.5 - outside), np.float32)


def _shifted(distances: NDArray[np.float32], step: NDArray[np.float64]) -> NDArray[np.float32]:
    matrix = np.array([[1, 0, step[0]], [0, 1, step[1]]], np.float64)
    size = distances.shape[1], distances.shape[0]
    return np.asarray(cv2.warpAffine(distances, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.float32)
