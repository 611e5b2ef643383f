"""Data sets as folders, in whichever layout a folder has.

- **folders**: `images/` and `masks/` (or `masks_real/`), matched by stem. With several classes, `masks/` holds a folder
  for each class, named like it, with a mask for every picture (black where the structure is not in the picture).
- **labelme**: Labelme's JSON files, with the pictures beside or inside; see `model.data.labelme`. Also one such file.
- **kaggle**: `N_M.tif` and `N_M_mask.tif` in one folder; see `model.data.kaggle`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.data import kaggle, labelme
from model.data.pictures import CLASSES, Listing, by_stem, natural_key, pictures_in, read_file
from model.data.pictures import Pair as Pair
from model.data.pictures import read_mask as read_mask
from model.errors import DataError
from model.preprocess import SIZE, mask_to_square, to_square

MASK_FOLDERS = ("masks", "masks_real")


@dataclass(frozen=True)
class Dataset:
    """Pictures on the network's grid: `images` uint8 (n, size, size), `masks` bool (n, classes, size, size).

    `groups` says for each picture where it comes from, in layouts that know (Kaggle's subject); empty otherwise.
    """

    names: tuple[str, ...]
    images: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    groups: tuple[str, ...] = ()

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
        groups = tuple(self.groups[row] for row in rows) if self.groups else ()
        return Dataset(tuple(names), self.images[rows], self.masks[rows], groups)


def look(folder: Path, classes: Sequence[str] = CLASSES) -> Listing:
    """What is in `folder`, in whichever layout it has, without opening a picture.

    Raises DataError only if it is no data set at all, or not one with these classes.
    """
    if not folder.exists():
        raise DataError(f"{folder} does not exist: give the folder of a data set.")
    if _has_mask_folder(folder):
        return _look_at_folders(folder, tuple(classes))
    if labelme.is_labelme(folder):
        return labelme.look(folder, tuple(classes))
    if kaggle.is_kaggle(folder):
        return kaggle.look(folder, tuple(classes))
    raise DataError(
        f"{folder} is not a data set: it needs the folders images/ and masks/ (or masks_real/), "
        "or Labelme's JSON files, or Kaggle's N_M.tif with N_M_mask.tif."
    )


def find_pairs(folder: Path, classes: Sequence[str] = CLASSES) -> list[Pair]:
    """The pairs of a data set, in natural order. Raises DataError that names what is damaged or has no partner."""
    found = look(folder, classes)
    for first, second in found.twice:
        raise DataError(f"{first.parent}: {first.name} and {second.name} have the same stem; keep one.")
    for _, problem in found.damaged:
        raise DataError(problem)
    if found.lonely:
        names = sorted((path.name for path in found.lonely), key=natural_key)
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        raise DataError(
            f"{folder}: no partner for {', '.join(names[:5])}{more}. "
            "Every picture needs a mask with the same name, or a Labelme file."
        )
    if not found.pairs:
        raise DataError(f"{folder} holds no picture (JPEG, PNG, BMP or TIFF).")
    return found.pairs


def find_pictures(folder: Path) -> list[tuple[str, Path]]:
    """Stem and file of every picture in a data set or in a plain folder, masks not needed. Raises DataError.

    A file may be a Labelme file that carries its picture: `read_image` reads both.
    """
    if not folder.exists():
        raise DataError(f"{folder} does not exist: give a folder of pictures or a data set.")
    if labelme.is_labelme(folder) and (folder.is_file() or not pictures_in(folder)):
        return [(pair.stem, pair.image) for pair in find_pairs(folder, classes=())]
    inside = folder / "images" if (folder / "images").is_dir() else folder
    paths = kaggle.without_masks(pictures_in(inside)) if inside.is_dir() else []
    if labelme.is_labelme(folder):
        # Some lie beside their files, others only in them.
        beside = {path.stem for path in paths}
        files = [pair.image for pair in labelme.look(folder, ()).pairs if pair.image == pair.mask]
        paths = sorted(
            [*paths, *(file for file in files if file.stem not in beside)], key=lambda path: natural_key(path.name)
        )
    twice: list[tuple[Path, Path]] = []
    found = by_stem(paths, twice)
    for first, second in twice:
        raise DataError(f"{inside}: {first.name} and {second.name} have the same stem; keep one.")
    if not found:
        raise DataError(f"{inside} holds no picture (JPEG, PNG, BMP or TIFF).")
    return list(found.items())


def _has_mask_folder(folder: Path) -> bool:
    return (folder / "images").is_dir() and any((folder / name).is_dir() for name in MASK_FOLDERS)


def _look_at_folders(folder: Path, classes: tuple[str, ...]) -> Listing:
    found = Listing("folders")
    masks_folder = next(folder / name for name in MASK_FOLDERS if (folder / name).is_dir())
    images = by_stem(pictures_in(folder / "images"), found.twice)
    masks = [by_stem(pictures_in(place), found.twice) for place in _mask_folders(masks_folder, classes)]
    whole = images.keys() & set.intersection(*(set(each) for each in masks))
    for files in (images, *masks):
        found.lonely += [path for stem, path in files.items() if stem not in whole]
    for stem in sorted(whole, key=natural_key):
        first, *others = (each[stem] for each in masks)
        found.pairs.append(Pair(stem, images[stem], first, classes, tuple(others)))
    return found


def _mask_folders(folder: Path, classes: tuple[str, ...]) -> list[Path]:
    """Where the masks of each class are: `folder` itself, or a folder for each class in it."""
    present = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not present and len(classes) == 1:
        return [folder]
    missing = [name for name in classes if name not in present]
    if missing and present:
        raise DataError(f"{folder} has no masks of '{missing[0]}', only of: {', '.join(present)}.")
    if missing:
        raise DataError(
            f"{folder} holds one class, not {', '.join(classes)}: put each one's masks into a folder named like it."
        )
    return [folder / name for name in classes]


def read_image(path: Path) -> NDArray[np.uint8]:
    """A picture, from a Labelme file too, as uint8 (height, width, 3) BGR. Raises DataError that names the file."""
    return labelme.read_image(path) if labelme.is_labelme(path) else read_file(path)


def read_masks(pair: Pair) -> NDArray[np.bool_]:
    """The expert masks bool (classes, height, width), in the order of the pair's classes. Raises DataError."""
    if labelme.is_labelme(pair.mask):
        return labelme.read_masks(pair.mask, pair.classes)
    masks = [read_mask(path) for path in (pair.mask, *pair.others)]
    for path, mask in zip(pair.others, masks[1:], strict=True):
        if mask.shape != masks[0].shape:
            raise DataError(f"{path} has another size than {pair.mask}.")
    return np.stack(masks)


def read_pair(pair: Pair) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Picture and masks bool (classes, height, width) at their own size. Raises DataError if the sizes differ."""
    image, masks = read_image(pair.image), read_masks(pair)
    if image.shape[:2] != masks.shape[1:]:
        raise DataError(
            f"{pair.image} is {image.shape[1]} x {image.shape[0]} pixels, its mask {masks.shape[2]} x {masks.shape[1]}."
        )
    return image, masks


def load(folder: Path, size: int = SIZE, classes: Sequence[str] = CLASSES) -> Dataset:
    """The whole data set on the network's grid. Raises DataError."""
    pairs = find_pairs(folder, classes)
    images = np.empty((len(pairs), size, size), np.uint8)
    masks = np.empty((len(pairs), len(classes), size, size), np.bool_)
    for i, pair in enumerate(pairs):
        image, experts = read_pair(pair)
        images[i], masks[i] = to_square(image, size), [mask_to_square(mask, size) for mask in experts]
    groups = tuple(pair.group for pair in pairs)
    return Dataset(tuple(pair.stem for pair in pairs), images, masks, groups if all(groups) else ())
