"""Outlines and masks as paths to paint, holes left open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath, QPolygonF

from app.trainer.shapes import Mask


def to_path(outlines: Sequence[NDArray[Any]]) -> QPainterPath:
    """Closed polygons (n, 2) of x, y to a path filled by the odd-even rule."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for outline in outlines:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in outline.tolist()]))
        path.closeSubpath()
    return path


def path_of(mask: Mask, corner: tuple[int, int] = (0, 0)) -> QPainterPath:
    """The edges of the pixels of a mask bool (height, width) whose first pixel lies at `corner` (x, y)."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return to_path([])
    top, left = int(rows[0]), int(columns[0])
    part = mask[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1].astype(np.uint8)
    # On a grid three times as fine, the way through the outermost fine pixels' centres is within a sixth of the edge.
    fine = cv2.resize(part, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
    lines, _ = cv2.findContours(fine, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    return to_path([(line[:, 0] + 0.5) / 3 + (left + corner[0], top + corner[1]) for line in lines])
