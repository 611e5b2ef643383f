"""Labelme's JSON files (github.com/wkentaro/labelme): read into masks, and written from masks.

One file describes one picture, which lies beside it (`imagePath`) or in it (`imageData`). What its shapes mean here:

- polygon, rectangle, oriented_rectangle, circle and mask are areas; ellipse (other programs write it) too, by two
  opposite corners of the box around it. Points and lines have no area: they are left out, and `data check` says so.
- A pixel belongs to an area if its centre does; Labelme's coordinates put the first pixel's centre at (0.5, 0.5).
- A label is a class. Capitals, '_' and '-' make no difference. Shapes of one label are joined; classes may overlap.
- Shapes are painted in their order. One labelled 'LABEL hole' takes its area out of what was painted of LABEL so far;
  one labelled '_background_', Labelme's own word, out of every class. A hole with a group_id cuts only that group.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.data.pictures import (
    Listing,
    Mask,
    Pair,
    Picture,
    by_stem,
    decode,
    decode_mask,
    natural_key,
    pictures_in,
    read_file,
)
from model.errors import DataError
from model.files import read_json, write_text

AREAS = {"polygon": 3, "rectangle": 2, "oriented_rectangle": 4, "circle": 2, "ellipse": 2, "mask": 2}
"""Shapes with an area, and the fewest points that each needs."""
WITHOUT_AREA = {"point", "points", "line", "linestrip"}
BACKGROUND = "_background_"
HOLE = " hole"
TOLERANCE = 0.5
"""A polygon written here strays at most this many pixels from the mask's edge."""
COARSE = 1.0
"""The same for what a hand is to correct: about a quarter of the points."""
FINER = 5
"""Polygons are filled on a grid this much finer (odd, so that it has the pixels' centres)."""
FARTHEST = 1e6
"""Points farther out than this are damage, not drawing."""

LARGEST = 2**28
"""A picture of more pixels than this is damage, too."""

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Shape:
    """One area in a Labelme file; `points` float64 (n, 2), x and y in pixels."""

    label: str
    kind: str
    points: Points
    group: int | str | None
    content: Mask | None = None
    """What a mask shape holds between its corner points, both included."""


@dataclass(frozen=True)
class LabelFile:
    """A Labelme file: its areas in painting order, its picture's place or content, its size (height, width) if given"""

    path: Path
    shapes: tuple[Shape, ...]
    without_area: Counter[str]
    image_path: Path | None
    image_data: bytes | None
    size: tuple[int, int] | None


def is_labelme(path: Path) -> bool:
    """Whether `path` is a Labelme file by its name, or a folder with at least one in it."""
    if path.suffix.lower() == ".json" and not path.is_dir():
        return True
    return path.is_dir() and any(b'"shapes"' in file.read_bytes() for file in _json_files(path))


def look(path: Path, classes: tuple[str, ...]) -> Listing:
    """The pairs of a Labelme file or folder. Raises DataError if no shape anywhere is of the classes asked for."""
    found = Listing("labelme")
    files = [path] if path.is_file() else _json_files(path)
    used: set[Path] = set()
    for stem, file in by_stem(files, found.twice).items():
        try:
            content = _read_json(file)
            if content is None and path.is_dir():
                continue
            label_file = _parse(file, content)
        except DataError as error:
            found.damaged.append((file, str(error)))
            used.update(picture for picture in pictures_in(file.parent) if picture.stem == stem)
            continue
        found.labels.update(shape.label for shape in label_file.shapes)
        if label_file.without_area:
            shapes = ", ".join(f"{kind} ({count})" for kind, count in label_file.without_area.items())
            found.notes.append((file, f"shapes without an area are left out: {shapes}"))
        image = file if label_file.image_data is not None else label_file.image_path
        if image is None:
            found.lonely.append(file)
        else:
            found.pairs.append(Pair(stem, image, file, classes))
            # A copy of an embedded picture may still lie beside its file.
            used.update({image, label_file.image_path or image})
    if path.is_dir():
        beside = {picture.resolve() for picture in used}
        found.lonely += [picture for picture in pictures_in(path) if picture.resolve() not in beside]
    _check_labels(path, classes, found)
    return found


def _json_files(folder: Path) -> list[Path]:
    files = (file for file in folder.iterdir() if file.suffix.lower() == ".json" and not file.name.startswith("."))
    return sorted((file for file in files if file.is_file()), key=lambda file: natural_key(file.name))


def _check_labels(path: Path, classes: tuple[str, ...], found: Listing) -> None:
    wanted = {_plain(name) for name in classes}
    unused = {label: count for label, count in found.labels.items() if _class_of(label) not in wanted | {BACKGROUND}}
    if not unused or not classes:
        return
    labels = ", ".join(f"{label} ({count})" for label, count in unused.items())
    if len(unused) == len(found.labels):
        raise DataError(
            f"{path} has no shape labelled '{classes[0]}'; its labels are: {labels}. Name yours: "
            f'python -m model data convert "{path}" --to masks --classes "{next(iter(unused))}" --out FOLDER'
        )
    found.notes.append((path, f"labels that are not used: {labels}"))


def _plain(label: str) -> str:
    """A label without what makes no difference."""
    return label if label == BACKGROUND else " ".join(label.casefold().replace("_", " ").replace("-", " ").split())


def _class_of(label: str) -> str:
    return _plain(label).removesuffix(HOLE)


def read(path: Path) -> LabelFile:
    """A Labelme file. Raises DataError that names it and what is wrong in it."""
    return _parse(path, _read_json(path))


def _read_json(path: Path) -> dict[str, Any] | None:
    """The file's content; None if it is JSON of another kind."""
    try:
        content = read_json(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise DataError(f"{path} is damaged: it is not a JSON file ({error}).") from error
    return content if isinstance(content, dict) and "shapes" in content else None


def _parse(path: Path, content: dict[str, Any] | None) -> LabelFile:
    if content is None or not isinstance(content["shapes"], list):
        raise DataError(f"{path} is not a Labelme file: it has no list of shapes.")
    shapes, without_area = [], Counter[str]()
    for number, entry in enumerate(content["shapes"], 1):
        try:
            kind = str(entry.get("shape_type") or "polygon")
            if kind in WITHOUT_AREA:
                without_area[kind] += 1
            else:
                shapes.append(_shape(path, kind, entry))
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
            raise DataError(f"{path}: shape {number} is damaged ({error}); draw it anew in Labelme.") from error
    image_path, image_data = _image_path(path, content), _image_data(path, content)
    return LabelFile(path, tuple(shapes), without_area, image_path, image_data, _size(path, content))


def _size(path: Path, content: Mapping[str, Any]) -> tuple[int, int] | None:
    height, width = content.get("imageHeight"), content.get("imageWidth")
    # True and False are whole numbers to Python.
    if type(height) is not int or type(width) is not int or min(height, width) <= 0:
        return None
    if height * width > LARGEST:
        raise DataError(f"{path} is damaged: no picture is as large as it says (imageHeight, imageWidth).")
    return height, width


def _shape(path: Path, kind: str, entry: Mapping[str, Any]) -> Shape:
    if kind not in AREAS:
        raise ValueError(f"a '{kind}' is not known")
    points = np.asarray(entry["points"], np.float64).reshape(-1, 2)
    if len(points) < AREAS[kind]:
        raise ValueError(f"a {kind} has at least {AREAS[kind]} points, this one {len(points)}")
    if not (np.abs(points) < FARTHEST).all():
        raise ValueError("a point is far outside of the picture or no number")
    group = entry.get("group_id")
    if group is not None and not isinstance(group, (int, str)):
        raise ValueError(f"{group} is no group_id")
    content = _mask_content(path, points, entry["mask"]) if kind == "mask" else None
    return Shape(str(entry["label"]), kind, points, group, content)


def _mask_content(path: Path, points: Points, encoded: str) -> Mask:
    try:
        mask = decode_mask(base64.b64decode(encoded), path)
    except (DataError, binascii.Error) as error:
        raise ValueError("its mask is not a PNG") from error
    (left, top), (right, bottom) = points[:2].astype(int)
    if mask.shape != (bottom - top + 1, right - left + 1):
        raise ValueError("its mask does not fit its corner points")
    return mask


def _image_path(path: Path, content: Mapping[str, Any]) -> Path | None:
    """The picture that the file names, where it says or else beside it; None where there is none."""
    named = str(content.get("imagePath") or "").replace("\\", "/")
    places = [path.parent / named, path.parent / Path(named).name] if named else []
    return next((place for place in places if place.is_file()), None)


def _image_data(path: Path, content: Mapping[str, Any]) -> bytes | None:
    encoded = content.get("imageData")
    if not encoded:
        return None
    try:
        return base64.b64decode(encoded)
    except (binascii.Error, TypeError, ValueError) as error:
        raise DataError(f"{path}: the picture in it (imageData) is damaged.") from error


def read_image(path: Path) -> Picture:
    """The picture of a Labelme file, embedded or beside, uint8 (height, width, 3) BGR. Raises DataError."""
    file = read(path)
    if file.image_data is not None:
        return decode(file.image_data, path)
    if file.image_path is None:
        raise DataError(f"{path}: its picture is neither in it nor beside it.")
    return read_file(file.image_path)


def read_masks(path: Path, classes: Sequence[str]) -> NDArray[np.bool_]:
    """The masks bool (classes, height, width) that the file's shapes paint. Raises DataError."""
    file = read(path)
    size = file.size or read_image(path).shape[:2]
    return paint(file.shapes, classes, size)


def paint(shapes: Sequence[Shape], classes: Sequence[str], size: tuple[int, ...]) -> NDArray[np.bool_]:
    """The masks bool (classes, height, width) of these shapes, painted in their order."""
    masks: dict[tuple[str, int | str | None], Mask] = {}
    for shape in shapes:
        area = rasterise(shape, size)
        name, hole = _class_of(shape.label), _plain(shape.label).endswith(HOLE)
        if not hole and name != BACKGROUND:
            masks[name, shape.group] = masks.get((name, shape.group), np.zeros(size, np.bool_)) | area
            continue
        for of, group in masks:
            if name in (of, BACKGROUND) and shape.group in (None, group):
                masks[of, group] &= ~area
    empty = np.zeros(size, np.bool_)
    parts = [[mask for (of, _), mask in masks.items() if of == _plain(name)] for name in classes]
    return np.stack([np.logical_or.reduce([empty, *each]) for each in parts])


def rasterise(shape: Shape, size: tuple[int, ...]) -> Mask:
    """The area of one shape as bool (height, width) = `size`; what lies outside is cut off."""
    mask = np.zeros(size, np.bool_)
    first, last = shape.points[0], shape.points[1]
    if shape.content is not None:
        _paste(mask, shape.content, first.astype(int))
    elif shape.kind == "circle":
        _fill_ellipse(mask, first, np.full(2, np.hypot(*(last - first))))
    elif shape.kind == "ellipse":
        _fill_ellipse(mask, (first + last) / 2, np.abs(last - first) / 2)
    elif shape.kind == "rectangle" and len(shape.points) == 2:
        _fill_polygon(mask, np.array([first, (last[0], first[1]), last, (first[0], last[1])]))
    else:
        _fill_polygon(mask, shape.points)
    return mask


def _paste(mask: Mask, content: Mask, corner: NDArray[Any]) -> None:
    left, top = corner
    height, width = content.shape
    inside = content[max(0, -top) : mask.shape[0] - top, max(0, -left) : mask.shape[1] - left]
    if top < mask.shape[0] and left < mask.shape[1] and top + height > 0 and left + width > 0:
        mask[max(0, top) : top + height, max(0, left) : left + width] = inside


def _fill_ellipse(mask: Mask, centre: Points, radii: Points) -> None:
    y, x = np.ogrid[: mask.shape[0], : mask.shape[1]]
    across, down = np.maximum(radii, 1e-9)
    mask |= ((x + 0.5 - centre[0]) / across) ** 2 + ((y + 0.5 - centre[1]) / down) ** 2 <= 1


def _fill_polygon(mask: Mask, points: Points) -> None:
    """Sets the pixels whose centres lie in the polygon or on its edge."""
    limit = np.array(mask.shape[::-1])
    low = np.clip(np.floor(points.min(axis=0)).astype(int), 0, limit)
    high = np.clip(np.ceil(points.max(axis=0)).astype(int) + 1, 0, limit)
    if (high <= low).any():
        return
    fine = np.zeros((high - low)[::-1] * FINER, np.uint8)
    cv2.fillPoly(fine, [np.rint((points - low) * FINER - 0.5).astype(np.int32)], 1)
    mask[low[1] : high[1], low[0] : high[0]] |= fine[FINER // 2 :: FINER, FINER // 2 :: FINER] > 0


def shapes_of(mask: Mask, label: str, *, exact: bool = False, tolerance: float = TOLERANCE) -> list[dict[str, Any]]:
    """Labelme's shapes for a mask: polygons true to `tolerance`, holes as 'LABEL hole'; or one exact mask shape."""
    if not mask.any():
        return []
    if exact:
        return [_mask_shape(mask, label)]
    shapes, part, hole = [], mask, False
    # Outer edges first, then the holes in them, then the islands in those.
    while part.any():
        outlines, _ = cv2.findContours(part.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        shapes += [_polygon(outline, label + HOLE if hole else label, tolerance) for outline in outlines]
        filled = np.zeros(mask.shape, np.uint8)
        cv2.fillPoly(filled, list(outlines), 1)
        part, hole = (filled > 0) & ~part, not hole
    return shapes


def _polygon(outline: NDArray[Any], label: str, tolerance: float) -> dict[str, Any]:
    points = cv2.approxPolyDP(outline, tolerance, closed=True)[:, 0] + 0.5
    # Labelme wants three points, and a stray pixel has one.
    points = np.concatenate([points, np.repeat(points[-1:], max(0, 3 - len(points)), axis=0)])
    return _entry(label, "polygon", points.tolist())


def _mask_shape(mask: Mask, label: str) -> dict[str, Any]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom, left, right = int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])
    _, png = cv2.imencode(".png", mask[top : bottom + 1, left : right + 1].astype(np.uint8) * 255)
    encoded = base64.b64encode(png.tobytes()).decode()
    return {**_entry(label, "mask", [[left, top], [right, bottom]]), "mask": encoded}


def _entry(label: str, kind: str, points: list[list[float]]) -> dict[str, Any]:
    return {"label": label, "points": points, "group_id": None, "description": "", "shape_type": kind, "flags": {}}


def write(
    path: Path, image_name: str, masks: Mapping[str, Mask], *, exact: bool = False, tolerance: float = TOLERANCE
) -> None:
    """Writes a Labelme file for the picture `image_name` beside it, with a mask for each class. Raises OSError."""
    height, width = next(iter(masks.values())).shape
    content = {
        "version": "5.5.0",
        "flags": {},
        "shapes": [
            shape for label, mask in masks.items() for shape in shapes_of(mask, label, exact=exact, tolerance=tolerance)
        ],
        "imagePath": image_name,
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
    }
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
