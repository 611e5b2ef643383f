"""Between Labelme files and folders of masks, both ways."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from model.data import labelme
from model.data.folder import find_pairs, read_image, read_masks
from model.data.pictures import CLASSES, Mask, Pair, is_picture, write_mask, write_picture
from model.errors import DataError
from model.files import UNFINISHED, folder_beside

_NAME = re.compile(r"[\w][\w .()+-]*")


def convert(folder: Path, out: Path, to: str, classes: Sequence[str] = CLASSES, *, exact: bool = False) -> int:
    """Writes the data set in `folder`, whichever layout it has, to `out`; gives the number of pictures.

    `to` is 'masks' (`images/` and `masks/`, a folder for each class in it if there are several) or 'labelme' (JSON
    files with the pictures beside). `exact` writes Labelme's mask shapes: true to the pixel, with no points to drag.
    `out` must be new or empty, and is there only once it is whole. Raises DataError and OSError.
    """
    check_names(classes)
    require_new(out)
    pairs = find_pairs(folder, classes)
    with folder_beside(out) as beside:
        for pair in pairs:
            (_to_labelme if to == "labelme" else _to_masks)(pair, beside, exact)
    return len(pairs)


def check_names(classes: Sequence[str]) -> None:
    """Raises DataError for a class that cannot become a folder."""
    for name in classes:
        if not _NAME.fullmatch(name) or name.endswith((" ", ".")):
            raise DataError(f"'{name}' is no name for a class: use letters, digits, spaces, '-' and '_'.")


def require_new(out: Path) -> None:
    """Raises DataError if `out` has anything in it: nobody's corrections are to be written over."""
    if out.exists() and (not out.is_dir() or any(one.name != UNFINISHED for one in out.iterdir())):
        raise DataError(f"{out} is there already: give a new folder, or an empty one.")


def copy_image(stem: str, image: Path, folder: Path) -> str:
    """Puts a picture into `folder` under its stem, byte by byte where it is a file; gives its name. Raises OSError."""
    if is_picture(image):
        name = stem + image.suffix.lower()
        shutil.copyfile(image, folder / name)
    else:
        name = f"{stem}.png"
        write_picture(folder / name, read_image(image))
    return name


def _read(pair: Pair) -> dict[str, Mask]:
    image, masks = read_image(pair.image), read_masks(pair)
    if image.shape[:2] != masks.shape[1:]:
        raise DataError(f"{pair.image} and its mask have different sizes; see 'python -m model data check'.")
    return dict(zip(pair.classes, masks, strict=True))


def _to_labelme(pair: Pair, out: Path, exact: bool) -> None:
    masks = _read(pair)
    labelme.write(out / f"{pair.stem}.json", copy_image(pair.stem, pair.image, out), masks, exact=exact)


def _to_masks(pair: Pair, out: Path, _exact: bool) -> None:
    masks = _read(pair)
    (out / "images").mkdir(exist_ok=True)
    copy_image(pair.stem, pair.image, out / "images")
    for name, mask in masks.items():
        folder = out / "masks" / name if len(masks) > 1 else out / "masks"
        folder.mkdir(parents=True, exist_ok=True)
        write_mask(folder / f"{pair.stem}.png", mask)
