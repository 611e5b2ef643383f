"""Finds the scan area by itself: where on a machine's screen the ultrasound is.

What gives a scan away is speckle: grain that fills an area without gaps and, while the probe is held by a hand, changes
in nearly every frame. Text and lines are thin, menus are flat, a clock changes once a second, a cursor only passes by.
How bright anything is says little: screens are dark or light, black may be 16, and a grabber adds noise everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from app.capture.source import Pixels
from app.pipeline.types import Rect

WINDOW = 12
"""Frames of a look."""
STEP_S = 0.08
"""Frames that follow sooner are left out, so that a look spans a second."""
WAIT_S = 1.5
"""A slow source is looked at with what came in this time."""
SMALL = 640, 400
"""About the size of the reduced picture that is looked at, pixels."""

NOISE = 3.0
"""Grey levels by which a grabber may be wrong: what changes by more is the scan's own doing."""
ALIVE = 0.35
"""Speckle changes in at least this share of the frames. A cursor, a clock, a sweeping line change a pixel less often."""
FLAT = 1.0
"""Standard deviation over 3 x 3 pixels, in grey levels, up to which a place without noise counts as flat."""
GRAIN = 7
"""What is thinner than so many pixels of the reduced picture is writing or a line."""
NEAR = 0.12
"""How far from what moves still grain may belong to the scan, as a share of the picture's height."""
LEAST_ALIVE = 0.015
"""Where less of the picture than this moves like speckle, the scan is taken to be frozen."""
MOSTLY = 0.3
"""Where this share of the scan moves like speckle, what moves decides how far it reaches."""
SOLID = 0.35
"""Still grain continues the scan where it covers this share of its side."""
SLOPE = 0.75
"""Or where it covers hardly less than one pixel before: a fan ends in points."""
PORE = 0.003
"""Holes smaller than this share of the picture are dark speckle."""
LEAST_WIDTH, LEAST_HEIGHT, LEAST_FILL = 0.15, 0.2, 0.35
"""Smaller shares of the picture, or emptier rectangles, are not believed to be the scan."""

SAME = 0.9
"""Areas that overlap by this (intersection over union) are the same one: the one found first stays."""
AGREE = 3
"""So many looks in a row must agree that the scan is elsewhere."""
CHANGED = 0.1
"""Share of what is around the scan area that must look different for a new layout."""
CELLS = 64, 36
CELL_CHANGE = 12.0
"""What is around the scan area is compared in so many cells; one that differs by so many grey levels has changed."""
TISSUE = 1
"""DICOM's region data type of a picture of tissue (PS3.3, C.8.5.5.1.2); 2 to 4 are kinds of flow."""

Grey = NDArray[np.float32]
Mask = NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in the reduced picture; right and bottom are the first ones outside."""


@dataclass(frozen=True)
class Found:
    """A scan area that was found."""

    area: Rect
    confidence: float
    """0 to 1."""
    why: str
    """A few words for the screen: what gave it away."""


class DicomRegion(Protocol):
    """An item of DICOM's Sequence of Ultrasound Regions, with pydicom's names."""

    RegionLocationMinX0: int
    RegionLocationMinY0: int
    RegionLocationMaxX1: int
    RegionLocationMaxY1: int
    RegionDataType: int


def from_regions(regions: Sequence[DicomRegion]) -> Found | None:
    """The largest region that a DICOM file says shows tissue; None where there is none."""
    areas = [
        Rect(left, top, right - left + 1, bottom - top + 1)
        for region in regions
        if region.RegionDataType == TISSUE
        for left, top, right, bottom in [
            (
                int(region.RegionLocationMinX0),
                int(region.RegionLocationMinY0),
                int(region.RegionLocationMaxX1),
                int(region.RegionLocationMaxY1),
            )
        ]
        if 0 <= left < right and 0 <= top < bottom
    ]
    if not areas:
        return None
    return Found(max(areas, key=lambda area: area.width * area.height), 1.0, "given by the file")


def find(frames: Sequence[Pixels]) -> Found | None:
    """Where the scan is on these frames, or on this single one; None where nothing looks like one.

    Frames are uint8 (height, width) or (height, width, 3), all of one size, in the order in which they came.
    """
    factor = reduction(frames[0])
    height, width = frames[0].shape[:2]
    return _find([reduced(frame, factor) for frame in frames], factor, width, height)


def reduction(pixels: Pixels) -> int:
    """By how much a picture is made smaller to be looked at."""
    height, width = pixels.shape[:2]
    return max(1, round(max(width / SMALL[0], height / SMALL[1])))


def reduced(pixels: Pixels, factor: int) -> Pixels:
    """Grey, and smaller by a whole number; what is left over at the right and at the foot is cut off."""
    height, width = pixels.shape[0] // factor, pixels.shape[1] // factor
    if factor > 1:
        whole = pixels[: height * factor, : width * factor]
        pixels = np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8) if pixels.ndim == 3 else pixels


def _find(small: Sequence[Pixels], factor: int, width: int, height: int) -> Found | None:
    alive = _alive(small, factor)
    grain = _grain(small, factor)
    part = _choose(alive, grain)
    if part is None:
        return None
    box, live, full = part
    return Found(_scaled(box, factor, grain.shape, width, height), *_trust(live, full))


def _alive(small: Sequence[Pixels], factor: int) -> Mask:
    """Where the picture changes most of the time, and by more than noise: 0 or 1."""
    changes = [cv2.absdiff(one, other) for one, other in zip(small, small[1:], strict=False)]
    changes = [change for change in changes if change.any()]  # a grabber may give each picture twice
    if len(changes) < 2:
        return np.zeros(small[0].shape, np.uint8)
    total = np.zeros(small[0].shape, np.float32)
    for change in changes:
        cv2.accumulate(change, total)
    quiet = float(np.percentile(total[::4, ::4], 20)) / len(changes)
    # The mean of |a - b| is 1.13 standard deviations for noise. Where all of the picture moves, nothing is quiet.
    limit = max(1.0, 4.0 * min(quiet, 1.13 * NOISE / factor))
    count = np.zeros(small[0].shape, np.uint8)
    for change in changes:
        count += change > limit
    often = (count >= max(2, round(ALIVE * len(changes)))).astype(np.uint8)
    return np.asarray(cv2.medianBlur(often, 5), np.uint8)


def _grain(small: Sequence[Pixels], factor: int) -> Mask:
    """Where the picture, averaged over the frames, is not flat: 0 or 1."""
    mean = np.zeros(small[0].shape, np.float32)
    for one in small:
        cv2.accumulate(one, mean)
    mean /= len(small)
    middle = cv2.blur(mean, (3, 3))
    spread = np.sqrt(np.maximum(cv2.blur(mean * mean, (3, 3)) - middle * middle, 0))
    quiet = float(np.percentile(spread[::4, ::4], 20))
    limit = max(FLAT, 3.0 * min(quiet, NOISE / factor / len(small) ** 0.5))
    return np.asarray(cv2.medianBlur((spread > limit).astype(np.uint8), 3), np.uint8)


def _choose(alive: Mask, grain: Mask) -> tuple[Box, float, float] | None:
    """Of what is grainy in one piece the piece most like a scan: its box, the share of it that is alive, and how much
    of its box it fills. None if no piece is plausible.
    """
    height, width = grain.shape
    body = _opened(alive, 5)
    moves = int(body.sum()) > LEAST_ALIVE * body.size
    # Grain is measured over 3 x 3 pixels, so it begins one pixel too early.
    both = alive | np.asarray(cv2.erode(_without_pores(grain), np.ones((3, 3), np.uint8)), np.uint8)
    if moves:
        reach = 2 * round(NEAR * height) + 1
        both &= cv2.dilate(body, np.ones((reach, reach), np.uint8))
    thick = _opened(_without_pores(both), GRAIN)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(thick, connectivity=4)
    if count < 2:
        return None
    weights = np.bincount(labels.ravel(), (body if moves else both).ravel(), count)
    weights[0] = 0
    best = int(weights.argmax())
    piece = (labels == best).astype(np.uint8)
    live = float((piece & body).sum()) / int(stats[best][4])
    box = _box(piece)
    if live > MOSTLY:
        box = _grown(_box(piece & body), piece, box)
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    fill = float(piece[top:bottom, left:right].mean())
    if wide < LEAST_WIDTH * width or high < LEAST_HEIGHT * height or fill < LEAST_FILL:
        return None
    return box, live, fill


def _without_pores(mask: Mask) -> Mask:
    """Small holes filled; gaps between pieces stay open, which closing would bridge."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - mask, connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < PORE * mask.size
    small[0] = False
    return mask | small.astype(np.uint8)[labels]


def _box(mask: Mask) -> Box:
    left, top, wide, high = cv2.boundingRect(mask)
    return left, top, left + wide, top + high


def _grown(inner: Box, piece: Mask, outer: Box) -> Box:
    """The box of what is alive, grown over rows and columns of still grain that go on for much of its sides.

    Deep tissue may be too dark to be seen moving. Writing and lines that touch the scan are thin or short.
    """
    left, top, right, bottom = inner
    rows = piece[:, left:right].mean(axis=1)
    top = _reach(rows, top, outer[1] - 1, -1)
    bottom = _reach(rows, bottom - 1, outer[3], 1) + 1
    columns = piece[top:bottom].mean(axis=0)
    return _reach(columns, left, outer[0] - 1, -1), top, _reach(columns, right - 1, outer[2], 1) + 1, bottom


def _reach(shares: NDArray[np.float64], at: int, end: int, step: int) -> int:
    """The last row, or column, from `at` on before the shares end abruptly; `end` is the first one never reached."""
    while at + step != end and shares[at + step] >= min(SOLID, SLOPE * shares[at]):
        at += step
    return at


def _opened(mask: Mask, size: int) -> Mask:
    """Without what is thinner than `size`."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((size, size), np.uint8)), np.uint8)


def _scaled(
    box: tuple[int, int, int, int], factor: int, shape: tuple[int, ...], width: int, height: int
) -> Rect:
    """The box in the frame's own pixels; what touches the reduced picture's edge reaches the frame's."""
    left, top, right, bottom = box
    right, bottom = (
        size if at >= reduced_size else at * factor
        for at, reduced_size, size in ((right, shape[1], width), (bottom, shape[0], height))
    )
    return Rect(left * factor, top * factor, right - left * factor, bottom - top * factor)


def _trust(live: float, fill: float) -> tuple[float, str]:
    """Confidence, 0 to 1, and what gave the area away."""
    if live > 0.1:
        return min(1.0, 0.6 + 0.5 * live), "it moves like speckle"
    return min(0.6, 0.7 * fill), "it is grainy like speckle"
