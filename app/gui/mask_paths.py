"""Masks as paths to paint: outlines in frame pixels, holes left open."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath, QPolygonF

from app.trainer.shapes import Mask


def path_of(mask: Mask, corner: tuple[int, int] = (0, 0)) -> QPainterPath:
    """The edges of the pixels of a mask bool (height, width) whose first pixel lies at `corner` (x, y)."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return path
    top, left = int(rows[0]), int(columns[0])
    part = mask[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1].astype(np.uint8)
    # On a grid three times as fine, the way through the outermost fine pixels' centres is within a sixth of the edge.
    fine = cv2.resize(part, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
    lines, _ = cv2.findContours(fine, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for line in lines:
        points = (line[:, 0] + 0.5) / 3 + (left + corner[0], top + corner[1])
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points.tolist()]))
        path.closeSubpath()
    return path
