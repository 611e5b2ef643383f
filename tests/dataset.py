"""A small data set on disk: bright tilted bars in noise, the bar being the region."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np


def write_dataset(folder: Path, count: int = 6, size: tuple[int, int] = (90, 120), seed: int = 0) -> Path:
    """Writes `count` pictures of `size` (height, width) with their masks; returns `folder`."""
    rng = np.random.default_rng(seed)
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    for number in range(count):
        mask = np.zeros(size, np.uint8)
        centre = rng.uniform(0.3, 0.7, 2) * (size[1], size[0])
        box = (tuple(centre), (size[1] * 0.4, size[0] * 0.12), rng.uniform(-20, 20))
        cv2.fillPoly(mask, [cv2.boxPoints(box).astype(np.int32)], 1)
        picture = rng.integers(20, 90, size).astype(np.uint8) + mask * 120
        cv2.imwrite(str(folder / "images" / f"p_{number}.png"), picture)
        cv2.imwrite(str(folder / "masks" / f"p_{number}.png"), mask)
    return folder


def name_as_development(folder: Path, bundle: Path, count: int) -> Path:
    """Gives the first pictures of a data set the names of some that the bundle's model was not trained on."""
    names = json.loads((bundle / "card.json").read_text(encoding="utf-8"))["training"]["development"][:count]
    for number, name in enumerate(names):
        for part in ("images", "masks"):
            (folder / part / f"p_{number}.png").rename(folder / part / f"{name}.png")
    return folder
