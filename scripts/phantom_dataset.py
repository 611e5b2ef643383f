"""Writes a data set of phantom pictures with their expert masks, for trying training and measuring without patients.

python scripts/phantom_dataset.py --out DIR --count 60
python -m model evaluate --data DIR

With `--vessels`, artery and vein have masks too, in folders of masks/ named like them.
Each picture comes from another place in the loop of one of ten phantoms: five seeds, right and left leg.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np

from app.capture.phantom import Phantom

SEEDS = (1, 2, 3, 4, 5)
NAMES = ("block region", "artery", "vein")


def write(out: Path, count: int, vessels: bool = False) -> None:
    """Writes `count` pictures into `out`/images and `out`/masks. Raises OSError."""
    folders = {name: out / "masks" / name if vessels else out / "masks" for name in NAMES[: 3 if vessels else 1]}
    for folder in (out / "images", *folders.values()):
        folder.mkdir(parents=True, exist_ok=True)
    phantoms = [Phantom(seed=seed, left=left) for seed in SEEDS for left in (False, True)]
    for number in range(count):
        phantom = phantoms[number % len(phantoms)]
        info = phantom.open()
        frame = (number // len(phantoms) * 97 + 13 * number) % phantom.frame_count
        phantom.seek(frame)
        picture = phantom.read()
        assert picture is not None
        masks = {NAMES[0]: phantom.expert_mask(frame), **phantom.vessel_masks(frame)}
        cv2.imwrite(str(out / "images" / f"phantom_{number:04}.png"), picture.pixels)
        for name, folder in folders.items():
            assert masks[name].shape == (info.height, info.width)
            cv2.imwrite(str(folder / f"phantom_{number:04}.png"), masks[name].astype(np.uint8) * 255)


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes a data set of phantom pictures with their expert masks.")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--count", type=int, default=60, metavar="N")
    parser.add_argument("--vessels", action="store_true", help="masks of artery and vein too")
    options = parser.parse_args()
    write(options.out, options.count, options.vessels)
    print(f"{options.count} pictures in {options.out}")


if __name__ == "__main__":
    main()
