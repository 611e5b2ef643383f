"""Reading picture files, and the pair that every layout of a data set is read into."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import DataError
from model.files import write_beside
from model.structures import BLOCK_REGION

IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"}
CLASSES = (BLOCK_REGION.name,)
"""What is segmented where nobody says otherwise."""

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Pair:
    """One picture and the expert masks that belong to it.

    `image` is a picture file, or the Labelme file that carries the picture. `mask` is the first class's mask file, or
    the Labelme file; `others` are the mask files of the further classes. `group` is what the layout itself says about
    where the picture comes from (Kaggle's subject), or empty.
    """

    stem: str
    image: Path
    mask: Path
    classes: tuple[str, ...] = CLASSES
    others: tuple[Path, ...] = ()
    group: str = ""


@dataclass
class Listing:
    """What a folder holds as one layout reads it: the pairs, and what is wrong before any picture is opened."""

    layout: str
    pairs: list[Pair] = field(default_factory=list)
    lonely: list[Path] = field(default_factory=list)
    """Pictures without a mask, and masks without a picture."""
    twice: list[tuple[Path, Path]] = field(default_factory=list)
    """Two files with the same stem."""
    damaged: list[tuple[Path, str]] = field(default_factory=list)
    """Files that cannot be read, with a sentence that names them."""
    labels: Counter[str] = field(default_factory=Counter)
    """How often each label is used, in layouts that have labels."""
    notes: list[tuple[Path, str]] = field(default_factory=list)
    """What was left out, and is no fault."""


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Sort key that puts sample_2 before sample_10."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part.lower()) for part in re.split(r"(\d+)", text) if part]


def is_picture(path: Path) -> bool:
    """Whether the name is that of a picture; hidden files are not."""
    return path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")


def pictures_in(folder: Path) -> list[Path]:
    """The picture files of a folder, in natural order."""
    return sorted(filter(is_picture, folder.iterdir()), key=lambda path: natural_key(path.name))


def by_stem(paths: Iterable[Path], twice: list[tuple[Path, Path]]) -> dict[str, Path]:
    """The paths by their stems; what has the stem of an earlier one goes into `twice` instead."""
    found: dict[str, Path] = {}
    for path in paths:
        if path.stem in found:
            twice.append((found[path.stem], path))
        else:
            found[path.stem] = path
    return found


def read_bytes(path: Path) -> bytes:
    """A file's content. Raises DataError that names it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error


def decode(content: bytes, path: Path) -> Picture:
    """The picture in `content` as uint8 (height, width, 3) BGR. Raises DataError that names `path`."""
    return np.asarray(_decode(content, path, cv2.IMREAD_COLOR), np.uint8)


def decode_deep(content: bytes, path: Path) -> NDArray[np.uint8 | np.uint16]:
    """The same in the file's own depth, 8 or 16 bits. Raises DataError that names `path`."""
    return _decode(content, path, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)


def _decode(content: bytes, path: Path, how: int) -> NDArray[Any]:
    # Damaged, it would have OpenCV write past its memory.
    if content.startswith(b"\x89PNG") and b"acTL" in content[: content.find(b"IDAT")]:
        raise DataError(f"{path} is an animated picture: give a still one.")
    # Not cv2.imread: it cannot open names outside the code page on Windows.
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), how) if content else None
    except cv2.error:
        # Sizes that no memory holds are an exception, other damage is None.
        picture = None
    if picture is None:
        raise DataError(f"{path} is not a picture, or is damaged.")
    return picture


def read_file(path: Path) -> Picture:
    """A picture file as uint8 (height, width, 3) BGR. Raises DataError that names the file."""
    return decode(read_bytes(path), path)


def decode_mask(content: bytes, path: Path) -> Mask:
    """A mask picture as bool (height, width): whatever is not black is region. Raises DataError that names `path`."""
    # In its own depth: of a mask of 16 bits with the values 0 and 1, nothing would be left in 8.
    return np.asarray(brightest(decode_deep(content, path)) > 0)


def brightest(pixels: NDArray[Any]) -> NDArray[Any]:
    """The largest value of each pixel of (height, width, channels), as (height, width)."""
    # By channel: over the three values of each pixel, NumPy takes fifty times as long.
    return np.asarray(np.max(cv2.split(pixels), axis=0))


def read_mask(path: Path) -> Mask:
    """A mask file as bool (height, width): whatever is not black is region. Raises DataError that names the file."""
    return decode_mask(read_bytes(path), path)


def write_picture(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Writes uint8 pixels in the format of the suffix, whole or not at all. Raises OSError."""
    written, content = cv2.imencode(path.suffix, pixels)
    assert written, path.suffix
    write_beside(path, lambda beside: beside.write_bytes(content.tobytes()))


def write_mask(path: Path, mask: Mask) -> None:
    """Writes a mask as a grey picture of 0 and 255. Raises OSError."""
    write_picture(path, mask.astype(np.uint8) * 255)
