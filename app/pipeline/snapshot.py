"""Keeps one picture: the scan area alone, as it came and with its overlay."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import cv2

from app.capture.source import Frame, Pixels
from app.errors import OutputError
from app.options import Style
from app.pipeline.drawing import OPACITY, draw_overlay, draw_words
from app.pipeline.types import Prediction, Rect
from model.files import write_beside


def save_snapshot(
    folder: Path,
    frame: Frame,
    prediction: Prediction | None,
    scan_area: Rect | None = None,
    style: Style = "both",
    opacity: float = OPACITY,
    now: datetime | None = None,
    mirrored: bool = False,
    words: str = "",
) -> list[Path]:
    """Writes the scan area of `frame` as PNG and, if there is a prediction, once more with its overlay.

    Only the scan area is written, since the rest of a frame shows the patient's name; the files carry a time and
    nothing else. `scan_area` (None: the whole frame) counts where there is no prediction. `mirrored` writes both with
    left and right changed, as they are seen, and says so in their names; `words` go on the one with the overlay. Gives
    the paths written. Raises OutputError.
    """
    height, width = frame.pixels.shape[:2]
    area = prediction.scan_area if prediction else (scan_area or Rect(0, 0, width, height)).within(width, height)
    picture = area.cut(frame.pixels)
    regions = () if prediction is None else prediction.regions
    if mirrored:
        picture = picture[:, ::-1]
        regions = tuple(region.mirrored(area.width) for region in regions)
    ending = "-mirrored" if mirrored else ""
    stem = _free_stem(folder, now or datetime.now(), ending)
    pictures = {f"{stem}{ending}.png": picture}
    if prediction is not None:
        painted = draw_overlay(picture, regions, style=style, opacity=opacity)
        pictures[f"{stem}{ending}-overlay.png"] = draw_words(painted, words)
    make_folder(folder)
    for name, content in pictures.items():
        write_png(folder / name, content)
    return [folder / name for name in pictures]


def make_folder(folder: Path) -> None:
    """Makes `folder` where it is missing. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError.of(f"The folder {folder}", error) from error


def write_png(path: Path, pixels: Pixels) -> None:
    """Writes a picture whole or not at all. Raises OutputError."""
    # Encoded here, so that OpenCV need not know the path: on Windows it takes no other letters than the system's own.
    content = cv2.imencode(".png", pixels)[1].tobytes()
    try:
        write_beside(path, lambda beside: beside.write_bytes(content))
    except OSError as error:
        raise OutputError.of(path, error) from error


def _free_stem(folder: Path, now: datetime, ending: str) -> str:
    stem = now.strftime("%Y%m%d-%H%M%S-") + f"{now.microsecond // 1000:03}"
    number, free = 1, stem
    while (folder / f"{free}{ending}.png").exists():
        number += 1
        free = f"{stem}-{number}"
    return free
