"""Keeps one picture: the scan area alone, as it came, with its overlay, or both."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import cv2
import numpy as np

from app.capture.source import Frame, Pixels
from app.options import SnapshotKind, Style
from app.pipeline.drawing import OPACITY, draw_overlay, draw_words
from app.pipeline.png import encode_picture
from app.pipeline.types import Prediction, Rect
from app.writing import make_folder, write_file

ENDINGS = ("", "-overlay", "-side-by-side")
"""Of the files' names, behind the time."""


def save_snapshot(
    folder: Path,
    frame: Frame,
    prediction: Prediction | None,
    scan_area: Rect | None = None,
    style: Style = "both",
    opacity: float = OPACITY,
    now: datetime | None = None,
    kind: SnapshotKind = "raw and overlay",
    mirrored: bool = False,
    words: str = "",
) -> list[Path]:
    """Writes the scan area of `frame` as PNG: raw, with its overlay, each of them, or both side by side.

    Without a prediction there is no overlay, and what is written is raw. Only the scan area is written, since the rest
    of a frame shows the patient's name; the files carry a time and nothing else. `scan_area` (None: the whole frame)
    counts where there is no prediction. `mirrored` writes all with left and right changed, as they are seen, and says
    so in their names; `words` go on what has the overlay. Gives the paths written. Raises OutputError.
    """
    area = prediction.scan_area if prediction else Rect.in_frame(scan_area, frame.pixels.shape)
    picture = area.cut(frame.pixels)
    regions = () if prediction is None else prediction.regions
    if mirrored:
        picture = np.ascontiguousarray(picture[:, ::-1])
        regions = tuple(region.mirrored(area.width) for region in regions)
    mark = "-mirrored" if mirrored else ""
    stem = _free_stem(folder, now or datetime.now(), mark) + mark
    if prediction is None or kind == "raw":
        pictures = pictures_of("raw", picture, picture)
    else:
        painted = draw_words(draw_overlay(picture, regions, style=style, opacity=opacity), words)
        pictures = pictures_of(kind, picture, painted)
    make_folder(folder)
    paths = {folder / f"{stem}{ending}.png": content for ending, content in pictures.items()}
    for path, content in paths.items():
        write_file(path, encode_picture(content))
    return list(paths)


def pictures_of(kind: SnapshotKind, raw: Pixels, painted: Pixels) -> dict[str, Pixels]:
    """What is written of the raw picture and the one with the overlay, by the ending of its name."""
    if kind == "raw":
        return {"": raw}
    if kind == "side by side":
        return {"-side-by-side": _side_by_side(raw, painted)}
    return {"-overlay": painted} if kind == "overlay" else {"": raw, "-overlay": painted}


def _side_by_side(raw: Pixels, painted: Pixels) -> Pixels:
    colour = raw if raw.ndim == 3 else cv2.cvtColor(raw, cv2.COLOR_GRAY2BGR)
    return np.asarray(np.hstack([colour, painted]), np.uint8)


def _free_stem(folder: Path, now: datetime, mark: str) -> str:
    stem = now.strftime("%Y%m%d-%H%M%S-") + f"{now.microsecond // 1000:03}"
    number, free = 1, stem
    while any((folder / f"{free}{mark}{ending}.png").is_file() for ending in ENDINGS):
        number += 1
        free = f"{stem}-{number}"
    return free
