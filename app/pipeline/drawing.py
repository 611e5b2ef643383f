"""The overlay drawn into a picture that is kept: snapshots and clips. The live view paints its own, with Qt."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from app.capture.source import Pixels
from app.options import Style
from model.postprocess import Outline, Region

HALO = (0, 0, 0)
"""Lines have a black edge, for bright tissue."""
OPACITY = 0.35
WORDS = (232, 228, 223)
_SHIFT = 4
"""OpenCV draws at 1/16 of a pixel."""
_HEIGHT = 480
"""Lines are one pixel wide and letters normal in a picture of this height."""


def draw_overlay(pixels: Pixels, regions: Sequence[Region], style: Style = "both", opacity: float = OPACITY) -> Pixels:
    """A BGR copy uint8 (height, width, 3) of the scan area `pixels` with the regions over it; without any, the copy."""
    picture = np.array(pixels if pixels.ndim == 3 else cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)
    width = max(1, round(picture.shape[0] / _HEIGHT))
    for region in regions:
        _draw_region(picture, region, style, opacity, width)
    for region in regions:
        _draw_label(picture, region, width)
    return picture


def draw_words(picture: Pixels, words: str) -> Pixels:
    """`picture`, BGR, with a line of plain letters at its foot; it is drawn into."""
    width = max(1, round(picture.shape[0] / _HEIGHT))
    _put_text(picture, words, (6 * width, picture.shape[0] - 6 * width), 0.45 * width, WORDS, width)
    return picture


def _draw_region(picture: Pixels, region: Region, style: Style, opacity: float, width: int) -> None:
    colour = region.structure.colour[::-1]
    lines = [_to_points(line) for line in region.outlines]
    if style != "outline":
        # Only where the region is: all of a large picture would take ten times as long.
        part, corner = _around(picture, lines)
        filled = cv2.fillPoly(part.copy(), lines, colour, cv2.LINE_AA, _SHIFT, corner)
        part[:] = cv2.addWeighted(filled, opacity, part, 1 - opacity, 0)
    if style != "fill":
        inner = [_to_points(line) for line in region.inner_outlines]
        for shade, halo in ((HALO, 2 * width), (colour, 0)):
            cv2.polylines(picture, lines, True, shade, 2 * width + halo, cv2.LINE_AA, _SHIFT)
            cv2.polylines(picture, inner, True, shade, width + halo, cv2.LINE_AA, _SHIFT)


def _around(picture: Pixels, lines: Sequence[NDArray[np.int32]]) -> tuple[Pixels, tuple[int, int]]:
    """The view of `picture` around `lines`, and what moves them into it, (x, y) in parts of a pixel."""
    points = np.concatenate(lines) >> _SHIFT
    left, top = np.maximum(points.min(axis=0) - 2, 0).tolist()
    right, bottom = (points.max(axis=0) + 3).tolist()
    return picture[top:bottom, left:right], (-left << _SHIFT, -top << _SHIFT)


def _draw_label(picture: Pixels, region: Region, width: int) -> None:
    """The label above the region, moved to where it fits into the picture."""
    label, colour, scale = region.structure.title, region.structure.colour[::-1], 0.5 * width
    (label_width, label_height), _ = cv2.getTextSize(label, cv2.FONT_HERSHEY_SIMPLEX, scale, width)
    top = min(float(line[:, 1].min()) for line in region.outlines)
    x = round(region.centre[0] - label_width / 2)
    x = max(min(x, picture.shape[1] - label_width - 2), 2)
    y = max(round(top) - 4 * width, label_height + 2)
    _put_text(picture, label, (x, y), scale, colour, width)


def _put_text(
    picture: Pixels, text: str, at: tuple[int, int], scale: float, colour: tuple[int, int, int], width: int
) -> None:
    """Letters with a black edge. Thicker black letters below them would not do: some fonts make those wider as well."""
    edge = [(x * width, y * width, HALO) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y]
    for x, y, shade in (*edge, (0, 0, colour)):
        place = (at[0] + x, at[1] + y)
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, shade, width, cv2.LINE_AA)


def _to_points(line: Outline) -> NDArray[np.int32]:
    # An outline counts from the picture's edge, OpenCV from the centre of its first pixel.
    return np.asarray(np.rint((line - 0.5) * 2**_SHIFT), np.int32)
