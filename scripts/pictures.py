"""Writes the pictures of the documents, small enough to be kept with them."""

from __future__ import annotations

from pathlib import Path

import cv2

from app.capture.source import Pixels


def write_picture(path: Path, pixels: Pixels, most_bytes: int) -> None:
    """Writes PNG as it is, and WebP as good as fits into so many bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        cv2.imwrite(str(path), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        return
    for quality in range(86, 20, -6):
        data = cv2.imencode(".webp", pixels, [cv2.IMWRITE_WEBP_QUALITY, quality])[1]
        if data.nbytes <= most_bytes:
            break
    path.write_bytes(data.tobytes())
