"""A model's masks for a folder of pictures, to use or to correct by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from model.bundle import Bundle
from model.data import labelme
from model.data.convert import check_names, copy_image, require_new
from model.data.folder import find_pictures, read_image
from model.data.pictures import write_mask
from model.engines.engine import Engine
from model.postprocess import to_mask
from model.preprocess import to_input
from model.structures import names_of


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

    A bundle of several classes gives `out`/masks/CLASS/STEM.png for each. With `as_labelme` also `out`/labelme/:
    Labelme files with polygons, each with a copy of its picture.
    `out` must be new or empty. Raises DataError and OSError.
    """
    pictures = find_pictures(folder)
    names = names_of(bundle.structures)
    check_names(names)
    require_new(out)
    folders = {name: out / "masks" / name if len(names) > 1 else out / "masks" for name in names}
    for mask_folder in folders.values():
        mask_folder.mkdir(parents=True, exist_ok=True)
    if as_labelme:
        (out / "labelme").mkdir(exist_ok=True)
    for number, (stem, path) in enumerate(pictures, 1):
        image = read_image(path)
        maps = engine.predict(to_input(image, bundle.size))
        size = image.shape[0], image.shape[1]
        masks = {
            name: to_mask(probability, size, bundle.threshold) for name, probability in zip(names, maps, strict=True)
        }
        for name, mask in masks.items():
            write_mask(folders[name] / f"{stem}.png", mask)
        if as_labelme:
            copied = copy_image(stem, path, out / "labelme")
            labelme.write(out / "labelme" / f"{stem}.json", copied, masks, tolerance=labelme.COARSE)
        progress(number, len(pictures))
    return len(pictures)
