"""Where things are: picture in view, view in frame, monitor in desktop. Plain arithmetic, tested without a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.pipeline.types import Rect

Point = tuple[float, float]

SMALLEST_SCAN_AREA = 32
"""Pixels a side: less is a slip of the hand."""


def fit(picture: tuple[int, int], room: tuple[int, int]) -> Rect:
    """The largest rectangle of the picture's aspect (width, height) in the middle of `room`, at least one pixel."""
    scale = min(room[0] / picture[0], room[1] / picture[1])
    width, height = max(round(picture[0] * scale), 1), max(round(picture[1] * scale), 1)
    return Rect((room[0] - width) // 2, (room[1] - height) // 2, width, height)


def to_frame(point: Point, shown: Rect, frame: tuple[int, int]) -> Point:
    """A point of the view to frame pixels, kept inside the frame. `shown` is where the frame (width, height) lies."""
    x = (point[0] - shown.x) * frame[0] / shown.width
    y = (point[1] - shown.y) * frame[1] / shown.height
    return min(max(x, 0.0), float(frame[0])), min(max(y, 0.0), float(frame[1]))


def between(first: Point, second: Point) -> Rect:
    """The rectangle with these two corners, in whole pixels."""
    left, right = sorted((round(first[0]), round(second[0])))
    top, bottom = sorted((round(first[1]), round(second[1])))
    return Rect(left, top, right - left, bottom - top)


def dragged_scan_area(first: Point, second: Point) -> Rect | None:
    """The scan area that a drag between two points of the frame asks for; None where it is too small to be meant."""
    area = between(first, second)
    return area if min(area.width, area.height) >= SMALLEST_SCAN_AREA else None


Handle = tuple[int, int]
"""A corner of a rectangle, or the middle of a side: -1, 0 or 1 for left, middle and right; and for top and bottom."""
HANDLES: tuple[Handle, ...] = tuple((x, y) for y in (-1, 0, 1) for x in (-1, 0, 1) if (x, y) != (0, 0))


def handle_point(area: Rect, handle: Handle) -> Point:
    """Where a handle lies."""
    return area.x + area.width * (handle[0] + 1) / 2, area.y + area.height * (handle[1] + 1) / 2


def handle_at(area: Rect, point: Point, reach: float) -> Handle | None:
    """The handle that is nearest to `point`, if it is within `reach` both ways."""

    def away(handle: Handle) -> float:
        x, y = handle_point(area, handle)
        return max(abs(x - point[0]), abs(y - point[1]))

    nearest = min(HANDLES, key=away)
    return nearest if away(nearest) <= reach else None


def resized(area: Rect, handle: Handle, step: Point, bounds: Rect) -> Rect:
    """`area` with a handle moved by `step`, kept inside `bounds` and not smaller than is meant."""
    left, right = _moved(area.x, area.width, handle[0], step[0], bounds.x, bounds.width)
    top, bottom = _moved(area.y, area.height, handle[1], step[1], bounds.y, bounds.height)
    return Rect(left, top, right - left, bottom - top)


def _moved(start: int, length: int, side: int, step: float, low: int, room: int) -> tuple[int, int]:
    """Start and end of one direction, with the start (side -1) or the end (side 1) moved."""
    end = start + length
    if side < 0:
        start = max(min(round(start + step), end - SMALLEST_SCAN_AREA), low)
    if side > 0:
        end = min(max(round(end + step), start + SMALLEST_SCAN_AREA), low + room)
    return start, end


def nudged(area: Rect, step: tuple[int, int], resize: bool, bounds: Rect) -> Rect:
    """`area` moved, or with its lower right corner moved, by `step` and kept inside `bounds`."""
    if resize:
        width = min(max(area.width + step[0], SMALLEST_SCAN_AREA), bounds.x + bounds.width - area.x)
        height = min(max(area.height + step[1], SMALLEST_SCAN_AREA), bounds.y + bounds.height - area.y)
        return Rect(area.x, area.y, width, height)
    x = min(max(area.x + step[0], bounds.x), bounds.x + bounds.width - area.width)
    y = min(max(area.y + step[1], bounds.y), bounds.y + bounds.height - area.height)
    return Rect(x, y, area.width, area.height)


@dataclass(frozen=True)
class Monitor:
    """One monitor as the desktop lays it out, and where its pixels are."""

    area: Rect
    """In the desktop's own units; the top left corner may be negative."""
    origin: tuple[int, int]
    """Top left corner in physical pixels."""
    scale: float
    """Physical pixels in one unit of the desktop."""

    def physical(self, point: Point) -> Point:
        return (
            self.origin[0] + (point[0] - self.area.x) * self.scale,
            self.origin[1] + (point[1] - self.area.y) * self.scale,
        )

    def distance(self, point: Point) -> float:
        """0 inside, else how far outside (the larger of both axes)."""
        beside = max(self.area.x - point[0], point[0] - (self.area.x + self.area.width), 0)
        above = max(self.area.y - point[1], point[1] - (self.area.y + self.area.height), 0)
        return max(beside, above)


def physical_area(first: Point, second: Point, monitors: Sequence[Monitor]) -> Rect:
    """The rubber band between two points of the desktop, in physical pixels; monitors may differ in scale.

    Each corner counts in the pixels of the monitor that it lies on. Raises ValueError without monitors.
    """
    left, right = sorted((first[0], second[0]))
    top, bottom = sorted((first[1], second[1]))
    # The lower right corner belongs to the monitor whose last pixel it closes, not to the next one's first.
    start = _nearest((left + 0.5, top + 0.5), monitors).physical((left, top))
    end = _nearest((right - 0.5, bottom - 0.5), monitors).physical((right, bottom))
    return between(start, end)


def _nearest(point: Point, monitors: Sequence[Monitor]) -> Monitor:
    return min(monitors, key=lambda monitor: monitor.distance(point))
