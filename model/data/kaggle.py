"""The layout of Kaggle's 'Ultrasound Nerve Segmentation': `N_M.tif` and `N_M_mask.tif` in one folder.

N is the subject, and so the picture's group; a mask may be empty where the nerve is not in the picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from model.data.pictures import Listing, Pair, by_stem, natural_key, pictures_in
from model.errors import DataError

MASK = "_mask"
_MASK_NAME = re.compile(rf"\d+_\d+{MASK}")
_NAME = re.compile(r"(\d+)_\d+")


def is_kaggle(folder: Path) -> bool:
    """Whether pictures with Kaggle's names of masks lie directly in `folder`."""
    return folder.is_dir() and any(_MASK_NAME.fullmatch(path.stem) for path in pictures_in(folder))


def without_masks(paths: Iterable[Path]) -> list[Path]:
    """These paths but for Kaggle's masks."""
    return [path for path in paths if not _MASK_NAME.fullmatch(path.stem)]


def look(folder: Path, classes: tuple[str, ...]) -> Listing:
    """The pairs in `folder`. Raises DataError if more than one class is asked for."""
    if len(classes) > 1:
        raise DataError(f"{folder} is in Kaggle's layout, which has one class, not {len(classes)}.")
    found = Listing("kaggle")
    files = by_stem(pictures_in(folder), found.twice)
    for stem in sorted(files, key=natural_key):
        image, mask = files.get(stem.removesuffix(MASK)), files.get(stem.removesuffix(MASK) + MASK)
        name = _NAME.match(stem)
        if image is None or mask is None:
            found.lonely.append(files[stem])
        elif not stem.endswith(MASK):
            found.pairs.append(Pair(stem, image, mask, classes, group=name[1] if name else ""))
    return found
