"""The table of predictions: what is written of each frame's mask, by `annotate` and beside a recording."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from app.capture.source import Frame
from app.pipeline.types import Prediction
from model.postprocess import to_mask

TABLE = "predictions.csv"
COLUMNS = (
    "frame",
    "time_s",
    "found",
    "confidence",
    "area_px",
    "centre_x",
    "centre_y",
    "scan_x",
    "scan_y",
    "scan_w",
    "scan_h",
    "ms",
)

Row = tuple[object, ...]


def frame_mask(prediction: Prediction, size: tuple[int, ...], threshold: float, place: int = 0) -> NDArray[np.uint8]:
    """The mask uint8 (height, width) of the structure at `place`, at the frame's `size`: 255 inside, 0 elsewhere."""
    area = prediction.scan_area
    mask = np.zeros(size, np.uint8)
    if prediction.unlike:
        return mask
    area.cut(mask)[to_mask(prediction.probability[place], (area.height, area.width), threshold)] = 255
    return mask


def table_row(frame: Frame, prediction: Prediction, mask: NDArray[np.uint8], place: int = 0) -> Row:
    """One line of the table; area and centre are those of the mask that is written, in the frame's pixels."""
    area, region = prediction.scan_area, prediction.answers[place]
    pixels, x, y = _measured(mask)
    found = region is not None and pixels > 0
    confidence = region.confidence if region is not None and found else 0.0
    centre = (f"{x:.2f}", f"{y:.2f}") if found else ("", "")
    time_s = "" if frame.time_s is None else f"{frame.time_s:.3f}"
    milliseconds = f"{sum(prediction.steps_ms.values()):.2f}"
    scan = (area.x, area.y, area.width, area.height)
    return (frame.number, time_s, int(found), f"{confidence:.4f}", pixels, *centre, *scan, milliseconds)


def _measured(mask: NDArray[np.uint8]) -> tuple[int, float, float]:
    """Number of a mask's pixels, and x and y of their centre, in pixels; NaN where there are none."""
    left, top, width, height = cv2.boundingRect(mask)
    part = mask[top : top + height, left : left + width] > 0
    by_row, by_column = np.count_nonzero(part, axis=1), np.count_nonzero(part, axis=0)
    pixels = int(by_row.sum())
    if not pixels:
        return 0, float("nan"), float("nan")
    # A pixel's centre lies half a pixel from its edges.
    x = left + 0.5 + float(by_column @ np.arange(width)) / pixels
    y = top + 0.5 + float(by_row @ np.arange(height)) / pixels
    return pixels, x, y
