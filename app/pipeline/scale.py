"""How large things are: millimetres for pixels, and what that says about a region. Without a scale nothing is said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.pipeline.scan_area import shared
from app.pipeline.types import Rect
from model.postprocess import Region

if TYPE_CHECKING:
    from app.capture.dicom import UltrasoundRegion

FROM_FILE = "from the file"
"""Name of the scale that a DICOM file gives."""
FLAT_PICTURE = 1
"""DICOM's region spatial format of a 2D picture; others measure time or nothing."""
ALIKE = 0.005
"""Scales that differ by less, relatively, are the same: headers are rounded."""
INSIDE = 0.9
"""Share of the scan area that must lie in a file's region for the region's scale to hold."""
FINEST_MM, COARSEST_MM = 0.01, 2.0
"""Pixels of other sizes do not occur in ultrasound pictures: a slip of the hand or of the keyboard."""
NEAREST_PX = 20.0
"""Points closer than this give no scale: a pixel's error would count too much."""


@dataclass(frozen=True)
class Scale:
    """What a pixel is, in frames of one size. It holds for one depth setting of the machine only."""

    mm_x: float
    """Width of a pixel, mm."""
    mm_y: float
    """Height of a pixel, mm."""
    frame: tuple[int, int]
    """Width and height of the frames it holds for, pixels."""
    name: str = ""
    """The machine's depth setting, such as '4 cm', or where the scale comes from."""


@dataclass(frozen=True)
class Measures:
    """How deep and how large a region is."""

    depth_mm: float
    """From the scan area's top edge to the region's highest point."""
    width_mm: float
    """Between the region's leftmost and rightmost points."""
    area_mm2: float

    def __str__(self) -> str:
        # Two digits of the area: it changes with every prediction, and more could not be read.
        return f"{self.depth_mm:.0f} mm deep · {self.width_mm:.0f} mm wide · {float(f'{self.area_mm2:.2g}'):.0f} mm²"


def measure(region: Region, scale: Scale) -> Measures:
    """Measures a region whose coordinates are pixels of a scan area in frames that `scale` holds for."""
    left = min(float(line[:, 0].min()) for line in region.outlines)
    right = max(float(line[:, 0].max()) for line in region.outlines)
    top = min(float(line[:, 1].min()) for line in region.outlines)
    return Measures(top * scale.mm_y, (right - left) * scale.mm_x, region.area_px * scale.mm_x * scale.mm_y)


def pixel_mm(first: tuple[float, float], second: tuple[float, float], distance_cm: float) -> float:
    """Size of a square pixel, mm, where two points of a frame lie `distance_cm` apart.

    Raises ValueError with a sentence for the user where that cannot be.
    """
    pixels = math.dist(first, second)
    if pixels < NEAREST_PX:
        raise ValueError("The two ticks are too close to each other: take two that are far apart.")
    size = distance_cm * 10 / pixels
    if not FINEST_MM <= size <= COARSEST_MM:
        raise ValueError(f"{distance_cm:g} cm for {pixels:.0f} pixels cannot be: check the distance in cm.")
    return size


def of_regions(regions: Sequence[UltrasoundRegion], area: Rect, frame: tuple[int, int]) -> Scale | None:
    """The scale that a DICOM file's regions give a scan area; None where there is none, or it is not certain which."""
    if not all(region.fits for region in regions):
        return None
    known = [
        (Rect(region.x, region.y, region.width, region.height), Scale(region.mm_x, region.mm_y, frame, FROM_FILE))
        for region in regions
        if region.spatial_format == FLAT_PICTURE and region.mm_x is not None and region.mm_y is not None
    ]
    scales = [scale for place, scale in known if _share_inside(area, place) >= INSIDE] or [scale for _, scale in known]
    if not scales or any(not _alike(scales[0], scale) for scale in scales):
        return None
    return scales[0]


def _share_inside(area: Rect, place: Rect) -> float:
    return shared(area, place) / (area.width * area.height)


def _alike(first: Scale, second: Scale) -> bool:
    return math.isclose(first.mm_x, second.mm_x, rel_tol=ALIKE) and math.isclose(first.mm_y, second.mm_y, rel_tol=ALIKE)
