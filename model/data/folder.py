"""Data sets as folders: `images/` and `masks/` (or `masks_real/`), matched by stem."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import DataError
from model.preprocess import SIZE, mask_to_square, to_square

IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"}
MASK_FOLDERS = ("masks", "masks_real")


@dataclass(frozen=True)
class Pair:
    """One picture and the expert mask that belongs to it."""

    stem: str
    image: Path
    mask: Path


@dataclass(frozen=True)
class Dataset:
    """Pictures on the network's grid: `images` uint8 (n, size, size), `masks` bool (n, size, size)."""

    names: tuple[str, ...]
    images: NDArray[np.uint8]
    masks: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.names)

    def subset(self, names: list[str] | tuple[str, ...]) -> Dataset:
        """The pictures with these names, in this order. Raises DataError for a name that is not here."""
        place = {name: i for i, name in enumerate(self.names)}
        missing = [name for name in names if name not in place]
        if missing:
            raise DataError(
                f"The data set has no picture named {missing[0]} ({len(missing)} of the split are missing)."
            )
        rows = [place[name] for name in names]
        return Dataset(tuple(names), self.images[rows], self.masks[rows])


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Sort key that puts sample_2 before sample_10."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part.lower()) for part in re.split(r"(\d+)", text) if part]


def find_pairs(folder: Path) -> list[Pair]:
    """The pairs of a data set, in natural order. Raises DataError that names what has no partner."""
    images_folder = folder / "images"
    masks_folder = next((folder / name for name in MASK_FOLDERS if (folder / name).is_dir()), None)
    if not images_folder.is_dir() or masks_folder is None:
        raise DataError(f"{folder} is not a data set: it needs the folders images/ and masks/ (or masks_real/).")
    images, masks = _by_stem(images_folder), _by_stem(masks_folder)
    lonely = [images[s].name for s in images.keys() - masks.keys()] + [
        masks[s].name for s in masks.keys() - images.keys()
    ]
    if lonely:
        shown = ", ".join(sorted(lonely, key=natural_key)[:5])
        more = f" and {len(lonely) - 5} more" if len(lonely) > 5 else ""
        raise DataError(f"{folder}: no partner for {shown}{more}. Every picture needs a mask with the same name.")
    if not images:
        raise DataError(f"{folder}: images/ holds no picture (JPEG, PNG, BMP or TIFF).")
    return [Pair(stem, images[stem], masks[stem]) for stem in sorted(images, key=natural_key)]


def _by_stem(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in IMAGE_SUFFIXES or path.name.startswith("."):
            continue
        if path.stem in found:
            raise DataError(f"{folder}: {found[path.stem].name} and {path.name} have the same stem; keep one.")
        found[path.stem] = path
    return found


def read_image(path: Path) -> NDArray[np.uint8]:
    """A picture as uint8 (height, width) or (height, width, 3) BGR. Raises DataError that names the file."""
    return _decode(path, cv2.IMREAD_COLOR)


def read_mask(path: Path) -> NDArray[np.bool_]:
    """An expert mask as bool (height, width): whatever is not black is region. Raises DataError."""
    pixels = _decode(path, cv2.IMREAD_COLOR)
    return np.asarray(pixels.max(axis=2) > 0)


def _decode(path: Path, flag: int) -> NDArray[np.uint8]:
    # Not cv2.imread: it cannot open names outside the code page on Windows.
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    picture = cv2.imdecode(data, flag) if data.size else None
    if picture is None:
        raise DataError(f"{path} is not a picture, or is damaged.")
    return picture  # type: ignore[return-value]


def read_pair(pair: Pair) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Picture and mask at their own size. Raises DataError if the sizes differ."""
    image, mask = read_image(pair.image), read_mask(pair.mask)
    if image.shape[:2] != mask.shape:
        raise DataError(
            f"{pair.image} is {image.shape[1]} x {image.shape[0]} pixels, its mask {mask.shape[1]} x {mask.shape[0]}."
        )
    return image, mask


def load(folder: Path, size: int = SIZE) -> Dataset:
    """The whole data set on the network's grid. Raises DataError."""
    pairs = find_pairs(folder)
    images = np.empty((len(pairs), size, size), np.uint8)
    masks = np.empty((len(pairs), size, size), np.bool_)
    for i, pair in enumerate(pairs):
        image, mask = read_pair(pair)
        images[i], masks[i] = to_square(image, size), mask_to_square(mask, size)
    return Dataset(tuple(pair.stem for pair in pairs), images, masks)
