"""Random variation of training pictures: geometry, grey levels and noise as they differ between scans."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]


def augment(picture: Picture, masks: Picture, rng: np.random.Generator) -> tuple[Picture, Picture]:
    """Picture float32 (size, size) and masks float32 (classes, size, size), 0..1, varied together.

    The masks stay soft at their edges.
    """
    picture, masks = _move(picture, masks, rng)
    picture = np.clip(_grey_levels(picture, rng), 0, 1)
    if rng.random() < 1 / 5:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.5))  # type: ignore[assignment]
    if rng.random() < 1 / 3:
        noise = rng.standard_normal(picture.shape, dtype=np.float32)
        picture = np.clip(picture * (1 + 0.15 * noise), 0, 1)
    return picture, masks


def _move(picture: Picture, masks: Picture, rng: np.random.Generator) -> tuple[Picture, Picture]:
    """Flip, scale, aspect, rotation and shift in one affine step; what comes in from outside is black."""
    size = picture.shape[0]
    scale, aspect = math.exp(rng.uniform(-0.3, 0.3)), math.exp(rng.uniform(-0.15, 0.15) / 2)
    angle = math.radians(rng.uniform(-15, 15))
    shift = rng.uniform(-30, 30, 2) * size / 256
    flip = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]]) * scale @ np.diag([flip * aspect, 1 / aspect])
    centre = np.full(2, (size - 1) / 2)
    matrix = np.column_stack([turn, centre + shift - turn @ centre])
    moved = cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_LINEAR)
    moved_masks = [cv2.warpAffine(mask, matrix, (size, size), flags=cv2.INTER_LINEAR) for mask in masks]
    return moved, np.stack(moved_masks)  # type: ignore[return-value]


def _grey_levels(picture: Picture, rng: np.random.Generator) -> Picture:
    """Gamma, gain and offset, and in a third of the pictures a gain that changes with depth."""
    picture = picture ** np.float32(math.exp(rng.uniform(-0.5, 0.5)))
    picture = picture * np.float32(rng.uniform(0.7, 1.4)) + np.float32(rng.uniform(-0.05, 0.05))
    if rng.random() < 1 / 3:
        top, bottom = rng.uniform(0.5, 1.3, 2)
        picture = picture * np.linspace(top, bottom, len(picture), dtype=np.float32)[:, None]
    return picture
