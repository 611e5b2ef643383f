"""The tools for correcting a mask: polygon, brush and eraser. They know where and what, not how it is painted.

`press`, `release` and `accept` (what is begun is wanted as it is) give the mask, bool at the frame's size, once it is
another; else None. `cancel` throws away what is begun and tells whether anything was; `take_back` the last press.
"""

from __future__ import annotations

import numpy as np

from app.trainer.shapes import Mask, Point, Ring, mask_of, nearest_edge, nearest_point, rings_of, stroke

SMALLEST, LARGEST, USUAL = 1.0, 200.0, 12.0
"""Radius of the brush, in pixels of the frame."""
_GROWTH = 1.25


class PolygonTool:
    """Points round the region: a click sets one or takes one, on an edge it adds one; the first one closes."""

    def __init__(self) -> None:
        self._size = (0, 0)
        self.rings: list[Ring] = []
        self.open: list[Point] = []
        """The points of an outline that is not closed yet."""
        self.chosen: tuple[int, int] | None = None
        """Ring and place of the point that was touched last."""
        self._drag: tuple[Point, list[Ring]] | None = None
        self._made: Mask | None = None
        """The mask of these outlines, once a change of theirs was wanted."""

    def load(self, mask: Mask) -> None:
        self._size = mask.shape[0], mask.shape[1]
        self.cancel()
        # The points stay those that were set, as long as the mask is theirs: traced ones are others.
        if self._made is None or not np.array_equal(mask, self._made):
            self.rings, self.chosen, self._made = rings_of(mask), None, None

    def press(self, point: Point, reach: float) -> Mask | None:
        if self.open:
            if len(self.open) > 2 and nearest_point([Ring((self.open[0],))], point, reach):
                return self.accept()
            self.open.append(point)
            return None
        before = list(self.rings)
        self.chosen = nearest_point(self.rings, point, reach)
        if self.chosen is None and (edge := nearest_edge(self.rings, point, reach)) is not None:
            self.rings[edge[0]] = self.rings[edge[0]].with_point(edge[1], point)
            self.chosen = edge
        if self.chosen is None:
            self.open = [point]
            return None
        at = self.rings[self.chosen[0]].points[self.chosen[1]]
        # A point that is taken by its surroundings stays where it is until it is moved.
        self._drag = (at[0] - point[0], at[1] - point[1]), before
        return None

    def move(self, point: Point) -> None:
        if self._drag is not None and self.chosen is not None:
            ring, place = self.chosen
            (across, down), _ = self._drag
            height, width = self._size
            x, y = min(max(point[0] + across, 0.0), float(width)), min(max(point[1] + down, 0.0), float(height))
            self.rings[ring] = self.rings[ring].moved(place, (x, y))

    def release(self, point: Point) -> Mask | None:
        if self._drag is None:
            return None
        self.move(point)
        _, before = self._drag
        self._drag = None
        return self._mask() if self.rings != before else None

    def accept(self) -> Mask | None:
        if len(self.open) < 3:
            return None
        self.rings.append(Ring(tuple(self.open)))
        self.open = []
        return self._mask()

    def cancel(self) -> bool:
        begun = bool(self.open) or self._drag is not None
        if self._drag is not None:
            self.rings = self._drag[1]
        self.open, self._drag = [], None
        return begun

    def take_back(self) -> None:
        if self._drag is not None:
            self.rings, self._drag, self.chosen = self._drag[1], None, None
        elif self.open:
            self.open.pop()

    def delete(self, at: Point | None = None, reach: float = 0.0) -> Mask | None:
        """Takes away the last point that was set, or the chosen one, or the one at a place."""
        if self.open:
            self.open.pop()
            return None
        chosen = self.chosen if at is None else nearest_point(self.rings, at, reach)
        if chosen is None:
            return None
        ring, place = chosen
        left = self.rings[ring].without(place)
        self.rings[ring : ring + 1] = [left] if len(left.points) > 2 else []
        self.chosen = None
        return self._mask()

    def _mask(self) -> Mask:
        self._made = mask_of(self.rings, self._size)
        return self._made


class BrushTool:
    """Paints, or wipes, while it is held down."""

    def __init__(self, paints: bool) -> None:
        self.paints = paints
        self.radius = USUAL
        self.mask: Mask = np.zeros((0, 0), np.bool_)
        """As painted so far."""
        self._before: Mask = self.mask
        self._last: Point | None = None
        self._paints_now = paints

    @property
    def drawing(self) -> bool:
        return self._last is not None

    def load(self, mask: Mask) -> None:
        self.mask, self._before, self._last = mask.copy(), mask, None

    def resize(self, steps: int) -> None:
        """Larger (1) or smaller (-1)."""
        self.radius = min(max(self.radius * _GROWTH**steps, SMALLEST), LARGEST)

    def press(self, point: Point, reach: float, other_end: bool = False) -> Mask | None:
        """`other_end`: with the eraser of a pen."""
        self._paints_now = self.paints and not other_end
        self._last = point
        self.move(point)
        return None

    def move(self, point: Point) -> None:
        if self._last is not None:
            stroke(self.mask, self._last, point, self.radius, self._paints_now)
            self._last = point

    def release(self, point: Point) -> Mask | None:
        if self._last is None:
            return None
        self.move(point)
        self._last = None
        return self.mask.copy() if (self.mask != self._before).any() else None

    def accept(self) -> Mask | None:
        return None

    def take_back(self) -> None:
        self.cancel()

    def cancel(self) -> bool:
        begun = self.drawing
        self.mask, self._last = self._before.copy(), None
        return begun
