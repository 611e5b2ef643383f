"""Where the pictures stand in the view: one, two of the same frame, or a small raw one in a corner. Arithmetic only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF

from app.gui.geometry import fit
from app.options import Layout
from app.pipeline.types import Rect

CAPTION = 26
"""Height of the line under each of two pictures, in the view's own units."""
_GAP = 8
"""Between two pictures, and between the small one and the view's edges."""
_CORNER_SHARE = 0.28
"""Of the view's width and height, at most, for the small picture."""


@dataclass(frozen=True)
class Cell:
    """A part of the view with a picture in it, both in device pixels."""

    room: Rect
    picture: Rect


def cells(layout: Layout, picture: tuple[int, int], room: tuple[int, int], ratio: float = 1.0) -> list[Cell]:
    """The cell with the overlay and, with two pictures, that of the raw one.

    `picture` and `room` are (width, height), `room` in device pixels, `ratio` of which make one unit of the view. Two
    pictures stand beside or above each other, whichever makes them larger.
    """
    if layout != "two":
        return [Cell(Rect(0, 0, *room), fit(picture, room))]
    gap, caption = round(_GAP * ratio), round(CAPTION * ratio)
    beside = max((room[0] - gap) // 2, 1), room[1]
    above = room[0], max((room[1] - gap) // 2, 1)
    size, step = max(
        ((beside, (beside[0] + gap, 0)), (above, (0, above[1] + gap))),
        key=lambda one: fit(picture, (one[0][0], max(one[0][1] - caption, 1))).width,
    )
    inner = fit(picture, (size[0], max(size[1] - caption, 1)))
    return [
        Cell(Rect(x, y, *size), Rect(x + inner.x, y + inner.y, inner.width, inner.height)) for x, y in ((0, 0), step)
    ]


def corner_size(picture: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a small picture of `picture`'s aspect in a view of `room`, in device pixels."""
    found = fit(picture, (max(round(room[0] * _CORNER_SHARE), 1), max(round(room[1] * _CORNER_SHARE), 1)))
    return found.width, found.height


def choose_corner(
    size: tuple[float, float], room: QRectF, regions: Sequence[QRectF], before: int
) -> tuple[QRectF, int]:
    """A corner of `room` off all `regions`, the one `before` if it is; else the one that covers least of them."""
    inner = room.adjusted(_GAP, _GAP, -_GAP, -_GAP)
    right, bottom = inner.right() - size[0], inner.bottom() - size[1]
    places = [(right, inner.top()), (inner.left(), inner.top()), (right, bottom), (inner.left(), bottom)]
    boxes = [QRectF(x, y, *size) for x, y in places]

    def covered(number: int) -> tuple[float, bool]:
        shared = [boxes[number].intersected(region) for region in regions]
        return sum(one.width() * one.height() for one in shared), number != before

    best = min(range(len(boxes)), key=covered)
    return boxes[best], best
