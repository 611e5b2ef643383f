"""A model's masks for a folder of pictures, to use or to correct by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from model.bundle import Bundle
from model.data import labelme
from model.data.convert import check_names, copy_image, require_new
from model.data.folder import find_pictures, read_image
from model.data.pictures import Mask, Picture, write_mask
from model.engines.engine import Engine
from model.files import folder_beside
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
    `out` must be new or empty, and is there only once it is whole. Raises DataError, EngineError and OSError.
    """
    pictures = find_pictures(folder)
    names = names_of(bundle.structures)
    check_names(names)
    require_new(out)
    with folder_beside(out) as beside:
        folders = {name: beside / "masks" / name if len(names) > 1 else beside / "masks" for name in names}
        for mask_folder in folders.values():
            mask_folder.mkdir(parents=True, exist_ok=True)
        if as_labelme:
            (beside / "labelme").mkdir()
        for number, (stem, path) in enumerate(pictures, 1):
            image = read_image(path)
            masks = dict(zip(names, _masks(bundle, engine, image), strict=True))
            for name, mask in masks.items():
                write_mask(folders[name] / f"{stem}.png", mask)
            if as_labelme:
                copied = copy_image(stem, path, beside / "labelme")
                labelme.write(beside / "labelme" / f"{stem}.json", copied, masks, tolerance=labelme.COARSE)
            progress(number, len(pictures))
    return len(pictures)


def _masks(bundle: Bundle, engine: Engine, image: Picture) -> list[Mask]:
    """The mask of each class at the picture's size."""
    maps = engine.predict(to_input(image, bundle.size))
    return [to_mask(probability, (image.shape[0], image.shape[1]), bundle.threshold) for probability in maps]
