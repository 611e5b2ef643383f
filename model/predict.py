"""A model's masks for a folder of pictures, to use or to correct by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from model.bundle import Bundle
from model.data import labelme
from model.data.convert import copy_image, require_new
from model.data.folder import find_pictures, read_image
from model.data.pictures import BLOCK_REGION, write_mask
from model.engines.engine import Engine
from model.postprocess import to_mask
from model.preprocess import to_input


def predict(
    bundle: Bundle,
    engine: Engine,
    folder: Path,
    out: Path,
    *,
    as_labelme: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> int:
    """Writes `out`/masks/STEM.png (0 and 255, at the picture's size) for every picture; gives their number.

    With `as_labelme` also `out`/labelme/: Labelme files with polygons, each with a copy of its picture. `out` must be
    new or empty. Raises DataError and OSError.
    """
    pictures = find_pictures(folder)
    require_new(out)
    (out / "masks").mkdir(parents=True, exist_ok=True)
    if as_labelme:
        (out / "labelme").mkdir(exist_ok=True)
    for number, (stem, path) in enumerate(pictures, 1):
        image = read_image(path)
        mask = to_mask(engine.predict(to_input(image, bundle.size)), image.shape[:2], bundle.threshold)
        write_mask(out / "masks" / f"{stem}.png", mask)
        if as_labelme:
            name = copy_image(stem, path, out / "labelme")
            labelme.write(out / "labelme" / f"{stem}.json", name, {BLOCK_REGION: mask}, tolerance=labelme.COARSE)
        progress(number, len(pictures))
    return len(pictures)
