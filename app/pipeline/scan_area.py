"""Finds the scan area by itself: where on a machine's screen the ultrasound is.

What gives a scan away is speckle: grain that fills an area without gaps and, while the probe is held by a hand, changes
in nearly every frame. Text and lines are thin, menus are flat, a clock changes once a second, a cursor only passes by.
How bright anything is says little: screens are dark or light, black may be 16, and a grabber adds noise everywhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.capture.source import Frame, Part, Picture, Pixels
from app.pipeline.types import Rect, Size
from model.preprocess import to_grey

if TYPE_CHECKING:
    from app.capture.dicom import UltrasoundRegion

WINDOW = 12
"""Frames of a look."""
STEP_S = 0.06
"""Frames that follow sooner are left out, so that a look spans about a second."""
WAIT_S = 1.5
"""A slow source is looked at with what came in this time."""
SMALL = 640, 400
"""About the size of the reduced picture that is looked at, pixels."""

NOISE = 3.0
"""Grey levels by which a grabber may be wrong: what changes by more is the scan's own doing."""
ALIVE = 0.35
"""Speckle changes in at least this share of the frames. A clock, a cursor, a sweeping line change less often."""
FLAT = 1.0
"""Standard deviation over 3 x 3 pixels, in grey levels, up to which a place without noise counts as flat."""
GRAIN = 7
"""What is thinner than so many pixels of the reduced picture is writing or a line."""
CORE = 21
"""On a frozen picture, what is thinner than this (a grey bar, a marker) belongs to the scan only if it continues it."""
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

SURE = 0.6
"""Above this confidence one look is enough; two must agree on a picture that does not move."""
SAME = 0.9
"""Areas that overlap by this (intersection over union) are the same one: the one found first stays."""
AGREE = 3
"""So many looks in a row must agree that the scan is elsewhere."""
CHANGED = 0.1
"""Share of what is around the scan area that must look different for a new layout."""
CELLS = 64, 36
CELL_CHANGE = 12.0
"""What is around the scan area is compared in so many cells; one that differs by so many grey levels has changed."""
FILLS = 0.97
"""A scan of this share of the frame's width that begins at its top has no screen around it."""
TISSUE = 1
"""DICOM's region data type of a picture of tissue (PS3.3, C.8.5.5.1.2); 2 to 4 are kinds of flow."""

Grey = NDArray[np.float32]
Mask = NDArray[np.uint8]
AreasBySize = tuple[tuple[Size, Rect | None], ...]
"""Scan areas of frames of one size each; None: the whole frame."""
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


def from_regions(regions: Sequence[UltrasoundRegion]) -> Found | None:
    """The largest region that a DICOM file says shows tissue; None where there is none."""
    areas = [
        Rect(region.x, region.y, region.width, region.height)
        for region in regions
        if region.data_type == TISSUE and region.fits
    ]
    if not areas:
        return None
    return Found(max(areas, key=lambda area: area.width * area.height), 1.0, "given by the file")


@dataclass(frozen=True)
class ScanAreas:
    """Where the scan is in each of a source's pictures."""

    own: Rect | None = None
    """The one that is set."""
    found: Rect | None = None
    by_file: bool = False
    """Whether `own` is what the file of the part that is shown gives. It holds for no other part, since a name may
    stand where that one has its ultrasound."""
    by_size: AreasBySize = ()
    """Those that are set for pictures of one size alone: there, they win."""

    def of(self, frame: Frame | Picture) -> Rect | None:
        """The scan area in a picture; None: not known, or the whole frame."""
        for size, area in self.by_size:
            if size == frame.pixels.shape[1::-1]:
                return area
        if frame.part is None or not self.by_file:
            return self.own or self.found
        given = from_regions(frame.part.regions)
        return self.found if given is None else given.area

    def inside(self, frame: Frame | Picture) -> Rect:
        """The scan area inside a frame, all of it where none is known."""
        return Rect.in_frame(self.of(frame), frame.pixels.shape)

    def for_all(self, part: Part | None, size: Size | None) -> ScanAreas:
        """The same without what only says where the scan is in `part`, or in pictures of that size: equal, whichever
        picture is shown."""
        alone = any(size == one for one, _ in self.by_size)
        if part is not None and self.by_file:
            return replace(self, own=None)
        return ScanAreas(None if alone else self.own or self.found, by_size=self.by_size)

    def __str__(self) -> str:
        areas = [f"by file, else {self.found}" if self.by_file else str(self.own)]
        return "; ".join([*areas, *(f"{width}x{height}: {area}" for (width, height), area in self.by_size)])


def find(frames: Sequence[Pixels]) -> Found | None:
    """Where the scan is on these frames, or on this single one; None where nothing looks like one.

    Frames are uint8 (height, width) or (height, width, 3), all of one size, in the order in which they came.
    """
    factor = reduction(frames[0].shape)
    return find_reduced([reduced(frame, factor) for frame in frames], frames[0].shape[:2])


def reduction(shape: tuple[int, ...]) -> int:
    """By how much a picture of that shape is made smaller to be looked at."""
    height, width = shape[:2]
    return max(1, round(max(width / SMALL[0], height / SMALL[1])))


def reduced(pixels: Pixels, factor: int) -> Pixels:
    """Grey, and smaller by a whole number; what is left over at the right and at the foot is cut off."""
    height, width = (max(side // factor, 1) for side in pixels.shape[:2])
    grey = to_grey(pixels)
    if factor == 1:
        return grey
    whole = grey[: height * factor, : width * factor]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


class ScanAreaFinder:
    """Takes a source's frames as they come and says where the scan is, once it knows.

    What was found stays, to the pixel, until the layout changes: a picture of another size, or the scan seen elsewhere
    in look after look. A menu that opens for a moment, a frozen picture or a probe in the air change nothing.
    """

    def __init__(self) -> None:
        self._begin(None)

    def _begin(self, size: tuple[int, int] | None) -> None:
        self.found: Found | None = None
        """The present answer; None while unsure."""
        self._size = size
        self._small: list[Pixels] = []
        self._since = self._last = 0.0
        self._rival: Found | None = None
        self._votes = 0
        self._around: Grey | None = None

    def feed(self, pixels: Pixels, now: float) -> Found | None:
        """Takes a frame, uint8 (height, width) or (height, width, 3) BGR, that came at `now` (seconds, of any clock).

        Returns the present answer. Costs a reduction of the frame, and with about one frame a second a look.
        """
        height, width = pixels.shape[:2]
        if self._size != (height, width):
            self._begin((height, width))
        if self._small and now - self._last < STEP_S:
            return self.found
        self._since = self._since if self._small else now
        self._last = now
        self._small.append(reduced(pixels, reduction(pixels.shape)))
        if len(self._small) >= WINDOW or now - self._since >= WAIT_S:
            self._look(find_reduced(self._small, pixels.shape), _cells(self._small))
            self._small = []
        return self.found

    def _look(self, seen: Found | None, cells: Grey) -> None:
        """Weighs what one look has seen against what is known."""
        if seen is None:
            self._rival = None
            return
        seen = self._whole_if_cut_out(seen)
        if self.found is not None and overlap(seen.area, self.found.area) >= SAME:
            self._rival, self._around = None, cells
            return
        if self.found is not None and self._excused(seen, self.found, cells):
            self._rival = None
            return
        again = self._rival is not None and overlap(seen.area, self._rival.area) >= SAME
        self._rival, self._votes = seen, self._votes + 1 if again else 1
        needed = AGREE if self.found is not None else 1 if seen.confidence > SURE else 2
        if self._votes >= needed:
            self.found, self._rival, self._around = seen, None, cells

    def _whole_if_cut_out(self, seen: Found) -> Found:
        """A frame that is nearly all scan, or whose scan lacks but its depth, was cut out already.

        Depth is often too dark and too coarse to be seen as speckle; a machine's screen has a line above the scan, and
        something beside it.
        """
        assert self._size is not None
        height, width = self._size
        whole = Rect(0, 0, width, height)
        fills = seen.area.width >= FILLS * width and seen.area.y <= (1 - FILLS) * height
        return replace(seen, area=whole) if fills or overlap(seen.area, whole) >= SAME else seen

    def _excused(self, seen: Found, found: Found, cells: Grey) -> bool:
        """Whether the scan is seen elsewhere only because less of it is seen: a frozen picture, or depth gone dark."""
        fades = seen.confidence <= SURE < found.confidence or _foot_is_lost(seen.area, found.area)
        return fades and not self._surroundings_changed(found.area, cells)

    def _surroundings_changed(self, area: Rect, cells: Grey) -> bool:
        assert self._size is not None and self._around is not None
        height, width = self._size
        row, column = np.indices(cells.shape)
        x, y = (column + 0.5) * width / CELLS[0], (row + 0.5) * height / CELLS[1]
        outside = (x < area.x) | (x > area.x + area.width) | (y < area.y) | (y > area.y + area.height)
        changed = np.abs(cells - self._around)[outside] > CELL_CHANGE
        return bool(changed.size and changed.mean() > CHANGED)


def shared(first: Rect, second: Rect) -> int:
    """So many pixels lie in both."""
    wide = min(first.x + first.width, second.x + second.width) - max(first.x, second.x)
    high = min(first.y + first.height, second.y + second.height) - max(first.y, second.y)
    return max(wide, 0) * max(high, 0)


def overlap(first: Rect, second: Rect) -> float:
    """Intersection over union, 0 to 1."""
    both = shared(first, second)
    return both / (first.width * first.height + second.width * second.height - both)


def _foot_is_lost(seen: Rect, found: Rect) -> bool:
    """Whether what is seen lies within what was found and ends above its foot."""
    slack_x, slack_y = 0.03 * found.width, 0.03 * found.height
    return (
        seen.y + seen.height < found.y + found.height - slack_y
        and seen.y > found.y - slack_y
        and seen.x > found.x - slack_x
        and seen.x + seen.width < found.x + found.width + slack_x
    )


def _cells(small: Sequence[Pixels]) -> Grey:
    """What a look has seen, averaged: float32 (36, 64)."""
    total = np.zeros(small[0].shape, np.float32)
    for one in small:
        cv2.accumulate(one, total)
    return np.asarray(cv2.resize(total / len(small), CELLS, interpolation=cv2.INTER_AREA), np.float32)


def find_reduced(small: Sequence[Pixels], shape: tuple[int, ...]) -> Found | None:
    """As `find`, with frames that are `reduced` already; `shape` is that of the frames, (height, width)."""
    alive, grain = _alive(small, shape), _grain(small, shape)
    part = _choose(alive, grain)
    if part is None:
        return None
    box, live, full = part
    return Found(_scaled(box, grain.shape, shape), *_trust(live, full))


def _alive(small: Sequence[Pixels], shape: tuple[int, ...]) -> Mask:
    """Where the picture changes most of the time, and by more than noise: 0 or 1."""
    changes = [cv2.absdiff(one, other) for one, other in itertools.pairwise(small)]
    changes = [change for change in changes if change.any()]  # a grabber may give each picture twice
    if len(changes) < 2:
        return np.zeros(small[0].shape, np.uint8)
    total = np.zeros(small[0].shape, np.float32)
    for change in changes:
        cv2.accumulate(change, total)
    quiet = _quiet(total) / len(changes)
    # The mean of |a - b| is 1.13 standard deviations for noise. Where all of the picture moves, nothing is quiet.
    limit = max(1.0, 3.2 * min(quiet, 1.13 * NOISE / reduction(shape)))
    count = np.zeros(small[0].shape, np.uint8)
    for change in changes:
        count += change > limit
    often = (count >= max(2, round(ALIVE * len(changes)))).astype(np.uint8)
    return np.asarray(cv2.medianBlur(often, 5), np.uint8)


def _grain(small: Sequence[Pixels], shape: tuple[int, ...]) -> Mask:
    """Where the picture, averaged over the frames, is not flat: 0 or 1."""
    mean = np.zeros(small[0].shape, np.float32)
    for one in small:
        cv2.accumulate(one, mean)
    mean /= len(small)
    middle = cv2.blur(mean, (3, 3))
    spread = np.sqrt(np.maximum(cv2.blur(mean * mean, (3, 3)) - middle * middle, 0))
    limit = max(FLAT, 2.3 * min(_quiet(spread), NOISE / reduction(shape) / len(small) ** 0.5))
    return np.asarray(cv2.medianBlur((spread > limit).astype(np.uint8), 3), np.uint8)


def _quiet(amount: NDArray[Any]) -> float:
    """What is measured where it is calmest: a screen has flat places, a picture that is all scan has hardly any."""
    return float(np.percentile(cv2.blur(amount, (9, 9))[::4, ::4], 5))


def _choose(alive: Mask, grain: Mask) -> tuple[Box, float, float] | None:
    """Of what is grainy in one piece the piece most like a scan: its box, the share of it that is alive, and how much
    of its box it fills. None if no piece is plausible.
    """
    height, width = grain.shape
    body = _opened(alive, 5)
    moves = int(body.sum()) > LEAST_ALIVE * body.size
    # Grain is measured over 3 x 3 pixels, so it begins one pixel too early.
    both = np.asarray(cv2.erode(_without_pores(grain), np.ones((3, 3), np.uint8)), np.uint8)
    both = np.asarray(both | alive, np.uint8)
    if moves:
        reach = 2 * round(NEAR * height) + 1
        both = np.asarray(cv2.bitwise_and(both, cv2.dilate(body, np.ones((reach, reach), np.uint8))), np.uint8)
    thick = _opened(_without_pores(both), GRAIN)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(thick, connectivity=4)
    if count < 2:
        return None
    weights = np.bincount(labels.ravel(), (body if moves else both).ravel(), count)
    weights[0] = 0
    best = int(weights.argmax())
    piece = (labels == best).astype(np.uint8)
    live = float((piece & body).sum()) / int(stats[best][4])
    core = np.asarray(piece & body, np.uint8) if live > MOSTLY else _opened(piece, CORE)
    box = _grown(_box(core), piece, _box(piece)) if core.any() else _box(piece)
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    fill = float(piece[top:bottom, left:right].mean())
    if wide < LEAST_WIDTH * width or high < LEAST_HEIGHT * height or fill < LEAST_FILL:
        return None
    return box, live, fill


def _without_pores(mask: Mask) -> Mask:
    """Small holes filled; gaps between pieces stay open, which closing would bridge."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(1 - mask, connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < PORE * mask.size
    small[0] = False
    return np.asarray(mask | small.astype(np.uint8)[labels], np.uint8)


def _box(mask: Mask) -> Box:
    left, top, wide, high = cv2.boundingRect(mask)
    return left, top, left + wide, top + high


def _grown(inner: Box, piece: Mask, outer: Box) -> Box:
    """The box of what is surely scan, grown over rows and columns of still grain that go on for much of its sides.

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


def _scaled(box: Box, small: tuple[int, ...], shape: tuple[int, ...]) -> Rect:
    """The box in the frame's own pixels; what touches the reduced picture's edge reaches the frame's."""
    factor = reduction(shape)
    left, top, right, bottom = box
    right = shape[1] if right >= small[1] else right * factor
    bottom = shape[0] if bottom >= small[0] else bottom * factor
    return Rect(left * factor, top * factor, right - left * factor, bottom - top * factor)


def _trust(live: float, fill: float) -> tuple[float, str]:
    """Confidence, 0 to 1, and what gave the area away."""
    if live > 0.1:
        return min(1.0, SURE + 0.5 * live), "it moves like speckle"
    return min(SURE, 0.7 * fill), "it is grainy like speckle"
