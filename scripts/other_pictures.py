"""Writes pictures that are no femoral scan, one folder a kind, to see which of them a model takes for one.

python scripts/other_pictures.py --out DIR
python -m model novelty --model M --data DATA --others DIR

Most are made up here: empty frames, noise, menus, and body parts other than the groin, with the echo of the program's
own phantom. Real ones come from packages that ship licensed pictures, where they are installed: ultrasound from pydicom
(with pillow), photographs from scikit-image and Matplotlib. The same seed gives the same pictures.
The kinds whose names begin with 'femoral' are the program's own phantom: the command lists them, and does not count
them among the others.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from numpy.typing import NDArray

from app.capture.phantom import CURVE, NOISE, RANGE_DB, Phantom
from app.capture.phantom_scene import ATTENUATION_DB, echo

Picture = NDArray[np.uint8]
Field = NDArray[np.float32]
Random = np.random.Generator

COUNT = 30
WIDTH, HEIGHT = 512, 320
PHOTOGRAPHS = (
    *("astronaut", "brick", "camera", "cell", "chelsea", "clock_motion", "coffee", "coins", "grass", "gravel"),
    *("hubble_deep_field", "ihc", "moon", "motorcycle_left", "motorcycle_right", "page", "retina", "rocket", "text"),
    "grace_hopper",
)
"""Those of scikit-image's and Matplotlib's pictures that come inside the packages; two of them show printed pages."""
WORDS = ("Patient", "Exam", "Depth", "Gain", "Save", "Review", "Setup", "Preset", "Vascular", "Report", "Store")


# --- empty frames, noise, menus


def empty(random: Random, number: int) -> Picture:
    """One grey from black to white, in a third of the frames with a slope, in a third with a little noise."""
    grey = np.full((HEIGHT, WIDTH), random.uniform(0, 255) if number % 4 else (0, 255)[number // 4 % 2], np.float32)
    if number % 3 == 1:
        grey += np.linspace(-1, 1, WIDTH, dtype=np.float32) * random.uniform(5, 120)
    if number % 3 == 2:
        grey += random.normal(0, random.uniform(0.5, 4), grey.shape)
    return _grey(grey)


def noise(random: Random, number: int) -> Picture:
    """Noise of six kinds: even, normal, of Rayleigh's distribution like speckle, coarse, in lines, and in specks."""
    size = HEIGHT, WIDTH
    kinds: tuple[Callable[[], Any], ...] = (
        lambda: random.uniform(0, 255, size),
        lambda: random.normal(random.uniform(60, 190), random.uniform(10, 60), size),
        lambda: random.rayleigh(random.uniform(20, 60), size),
        lambda: _stretch(_clouds(random, size, random.uniform(2, 25))),
        lambda: _stretch(_streaks(random, size, random.uniform(10, 60), random.uniform(1, 4))),
        lambda: np.where(random.random(size) < random.uniform(0.02, 0.4), 255, random.uniform(0, 80)),
    )
    return _grey(kinds[number % len(kinds)]())


def menu(random: Random, number: int) -> Picture:
    """A screen of a machine: a patient list, buttons, a dialog over an empty picture, or a page of text."""
    back, front = ((24, 24, 28), (220, 220, 220)) if number % 2 else ((228, 226, 222), (30, 30, 30))
    picture = np.full((HEIGHT, WIDTH, 3), back, np.uint8)

    def write(x: int, y: int, scale: float) -> None:
        text = " ".join(random.choice(WORDS, 2)) + f" {random.integers(1000)}"
        cv2.putText(picture, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, front, 1, cv2.LINE_AA)

    shade = tuple(int(value) for value in random.integers(50, 200, 3))
    if number % 4 < 2:
        cv2.rectangle(picture, (0, 0), (WIDTH, 34), shade, -1)
        for y in range(56, HEIGHT - 8, int(random.integers(17, 34))):
            for x in range(10, WIDTH - 60, int(random.integers(150, 260))):
                write(x, y, random.uniform(0.35, 0.5))
    elif number % 4 == 2:
        for y in range(14, HEIGHT - 50, 62):
            for x in range(14, WIDTH - 100, 124):
                cv2.rectangle(picture, (x, y), (x + 108, y + 46), shade, -1 if random.random() < 0.6 else 1)
                write(x + 6, y + 28, 0.3)
    else:
        cv2.rectangle(picture, (100, 80), (WIDTH - 100, HEIGHT - 80), shade, -1)
        for y in (120, 150, 180, 210):
            write(120, y, 0.5)
        write(10, 24, 0.45)
        write(10, HEIGHT - 14, 0.45)
    return picture


# --- body parts


def neck(random: Random, number: int) -> Picture:
    """Thyroid: two even ovals beside the windpipe, which throws a shadow, and the carotid arteries."""
    y, x = _grid()
    decibels = _layers(random)
    middle = WIDTH * random.uniform(0.4, 0.6)
    for side in (-1, 1):
        lobe = _inside(x - middle - side * random.uniform(85, 110), y - random.uniform(130, 150), 62, 48)
        decibels = np.where(lobe < 1, -13 + _clouds(random, y.shape, 5) * 1.5, decibels)
        artery = _inside(x - middle - side * random.uniform(175, 200), y - random.uniform(150, 175), 30, 27)
        decibels = np.where(artery < 1, -60, decibels) + 8 * _ring(artery, 0.12)
    windpipe = _inside(x - middle, y - 150, 52, 58)
    decibels = np.where((windpipe < 1) | ((y > 150) & (abs(x - middle) < 50)), -45, decibels)
    decibels = decibels + 14 * _ring(windpipe, 0.1) * (y < 140)
    return _scan(decibels, random)


def lung(random: Random, number: int) -> Picture:
    """Two ribs with their shadows, the bright pleura between them, and its echoes below at even distances (A-lines)."""
    y, x = _grid()
    decibels = _layers(random)
    depth = random.uniform(80, 120)
    decibels = np.where(y > depth, -32 - (y - depth) / 15, decibels)
    for turn in range(1, 4):
        line = np.exp(-(((y - turn * depth) / 2.2) ** 2))
        decibels = np.maximum(decibels, -2 - 7 * (turn - 1) - 60 * (1 - line))
    for rib in (random.uniform(60, 110), random.uniform(400, 450)):
        ring = _inside(x - rib, y - depth + 8, 56, 26)
        shadow = (abs(x - rib) < 52) & (y > depth - 20)
        decibels = np.where(shadow, -48, decibels) + 40 * _ring(ring, 0.12) * (y < depth)
    return _scan(decibels, random)


def vessel(random: Random, number: int) -> Picture:
    """One or two vessels in the middle of even tissue, in cross-section, as in the arm, between two bones or none."""
    y, x = _grid()
    decibels = -19 + 3 * _clouds(random, y.shape, 12) + 2 * _streaks(random, y.shape, 18, 1.5)
    for _ in range(int(random.integers(1, 3))):
        radius = random.uniform(14, 70)
        ring = _inside(x - random.uniform(100, 410), y - random.uniform(90, 220), radius, radius * 0.9)
        decibels = np.where(ring < 1, -60, decibels) + 9 * _ring(ring, 3 / radius)
    if number % 2:
        for bone in (random.uniform(60, 150), random.uniform(360, 450)):
            ring = _inside(x - bone, y - random.uniform(230, 260), 70, 55)
            decibels = np.where((ring < 1) | ((y > 240) & (abs(x - bone) < 62)), -50, decibels)
            decibels = decibels + 36 * _ring(ring, 0.08) * (y < 250)
    return _scan(decibels, random)


def breast(random: Random, number: int) -> Picture:
    """Fat, glandular tissue, and an oval dark lump with a bright rim."""
    y, x = _grid()
    border = 90 + 14 * np.sin(x / random.uniform(30, 60))
    decibels = np.where(y < border, -24, -12) + 4 * _clouds(random, y.shape, 10)
    lump = _inside(x - random.uniform(180, 330), y - random.uniform(140, 190), random.uniform(40, 80), 38)
    decibels = np.where(lump < 1, -33, decibels) + 10 * _ring(lump, 0.08)
    return _scan(decibels, random)


def bladder(random: Random, number: int) -> Picture:
    """A large black lake in a wide fan."""
    y, x = _grid()
    decibels = -18 + 4 * _clouds(random, y.shape, 9)
    lake = _inside(x - random.uniform(220, 290), y - random.uniform(140, 170), random.uniform(90, 170), 75)
    decibels = np.where(lake < 1, -70, decibels) + 8 * _ring(lake, 0.05) + 8 * ((y > 190) & (lake > 1))
    return _fan(_scan(decibels, random), math.radians(random.uniform(55, 75)), random.uniform(0.12, 0.3))


def kidney(random: Random, number: int) -> Picture:
    """Liver with its vessels, and a kidney with dark rind and bright core, in a wide fan."""
    y, x = _grid()
    decibels = -17 + 2 * _clouds(random, y.shape, 5)
    for _ in range(5):
        spot = _inside(x - random.uniform(60, 300), y - random.uniform(40, 200), random.uniform(5, 14), 7)
        decibels = np.where(spot < 1, -55, decibels)
    organ = _inside(x - random.uniform(300, 350), y - random.uniform(180, 220), 110, 52)
    decibels = np.where(organ < 1, -23, decibels)
    decibels = np.where(organ < 0.45, -9 + 3 * _clouds(random, y.shape, 6), decibels) + 9 * _ring(organ, 0.05)
    return _fan(_scan(decibels, random), math.radians(random.uniform(55, 75)), random.uniform(0.12, 0.3))


def heart(random: Random, number: int) -> Picture:
    """Four dark chambers between bright walls, in a narrow fan."""
    y, x = _grid()
    decibels = -22 + 4 * _clouds(random, y.shape, 6)
    for column, row, radius in ((-62, 120, 48), (62, 120, 48), (-52, 225, 40), (56, 225, 40)):
        place = x - WIDTH / 2 - column - random.uniform(-8, 8), y - row - random.uniform(-8, 8)
        chamber = _inside(*place, radius * random.uniform(0.9, 1.1), radius)
        decibels = np.where(chamber < 1, -60, decibels) + 12 * _ring(chamber, 0.1)
    return _fan(_scan(decibels, random), math.radians(random.uniform(35, 45)), 0.01)


def foetus(random: Random, number: int) -> Picture:
    """A head with a bright skull and a body in black fluid, in a wide fan."""
    y, x = _grid()
    decibels = -20 + 4 * _clouds(random, y.shape, 8)
    fluid = _inside(x - WIDTH / 2, y - 170, 190, 105)
    decibels = np.where(fluid < 1, -60, decibels)
    body = _inside(x - random.uniform(300, 340), y - random.uniform(180, 200), 85, 45)
    decibels = np.where(body < 1, -16 + 4 * _clouds(random, y.shape, 6), decibels)
    head = _inside(x - random.uniform(170, 200), y - random.uniform(150, 170), random.uniform(48, 60), 44)
    decibels = np.where(head < 1, -26, decibels) + 30 * _ring(head, 0.09)
    return _fan(_scan(decibels, random), math.radians(random.uniform(55, 75)), random.uniform(0.12, 0.3))


# --- how they are drawn


def _grid() -> tuple[Any, Any]:
    """Row and column of each pixel."""
    y, x = np.indices((HEIGHT, WIDTH), np.float32)
    return y, x


def _inside(across: Any, down: Any, radius_x: float, radius_y: float) -> Any:
    """1 on an ellipse's edge, less inside."""
    return np.hypot(across / radius_x, down / radius_y)


def _ring(distance: Any, width: float) -> Any:
    return np.exp(-(((distance - 1) / width) ** 2))


def _clouds(random: Random, size: tuple[int, int], sigma: float) -> Any:
    """Patches about `sigma` pixels wide, mean 0 and standard deviation 1."""
    return _streaks(random, size, sigma, sigma)


def _streaks(random: Random, size: tuple[int, int], length: float, thickness: float) -> Any:
    field = cv2.GaussianBlur(random.standard_normal(size, np.float32), (0, 0), length, sigmaY=thickness)
    return (field - field.mean()) / field.std()


def _layers(random: Random) -> Any:
    """Skin, fat and flat muscle, in dB."""
    y, _ = _grid()
    border = random.uniform(35, 70)
    fat = -21 + 3 * _clouds(random, y.shape, 12)
    muscle = -20 + 6 * _streaks(random, y.shape, 30, 1.6)
    return np.where(y < border, fat, muscle) + 10 * np.exp(-(((y - border) / 2) ** 2))


def _scan(decibels: Any, random: Random) -> Picture:
    """The picture that a scanner makes of tissue that echoes so strongly, as the program's phantom does."""
    y, _ = _grid()
    loss = decibels - random.uniform(0.4, 1.2) * ATTENUATION_DB * y / HEIGHT
    rough = np.asarray(10 ** (loss / 20), np.float32) + np.float32(NOISE)
    power = sum(np.square(part) for _ in range(3) for part in echo(rough, np.zeros_like(rough), random))
    grey = 255 / RANGE_DB * (10 * np.log10(power) + random.uniform(43, 51))
    return np.asarray(CURVE[np.clip(grey, 0, 255).astype(np.uint8)], np.uint8)


def _fan(picture: Picture, half_angle: float, face: float) -> Picture:
    """A picture as a curved or phased probe shows it; `face` is the probe's radius as a share of the depth."""
    y, x = _grid()
    scale = 1.06 * HEIGHT
    start = face * scale
    down = y + start * math.cos(half_angle) - 0.03 * HEIGHT
    radius, angle = np.hypot(x - WIDTH / 2, down), np.arctan2(x - WIDTH / 2, down)
    rows = (radius - start) / scale * HEIGHT
    columns = (angle / half_angle + 1) / 2 * WIDTH
    seen = (rows >= 0) & (rows < HEIGHT) & (abs(angle) < half_angle)
    turned = cv2.remap(picture, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR)
    return np.where(seen, turned, 0).astype(np.uint8)


def _stretch(field: Any) -> Any:
    return (field - field.min()) / np.ptp(field) * 255


def _grey(values: Any) -> Picture:
    return np.asarray(np.clip(np.round(values), 0, 255), np.uint8)


# --- real pictures


def echo_clip() -> Iterator[Picture]:
    """The frames of pydicom's clip of a heart, whole, then without the machine's writing around the fan."""
    frames = _dicom("ybr_color")
    yield from frames
    for frame in frames:
        yield np.ascontiguousarray(frame[12:215, 75:225])


def ultrasound() -> Iterator[Picture]:
    """pydicom's other ultrasound: a lymph node with power Doppler, an obstetric fan; whole and cut to the scan."""
    for name, (x, y, width, height) in {"rgb_color": (0, 56, 320, 124), "palette_color": (200, 60, 470, 280)}.items():
        for frame in _dicom(name):
            yield from (frame, np.ascontiguousarray(frame[y : y + height, x : x + width]))


def other_scans() -> Iterator[Picture]:
    """Slices of computed tomography and magnetic resonance out of pydicom."""
    for name in ("ct", "mr", "overlay"):
        yield from _dicom(name)


def _dicom(name: str) -> list[Picture]:
    """The frames of one of pydicom's examples, uint8 (height, width[, 3 BGR]); none without pydicom and pillow."""
    if not all(importlib.util.find_spec(package) for package in ("pydicom", "PIL")):
        return []
    data = getattr(importlib.import_module("pydicom.examples"), name)
    pixels = data.pixel_array
    if "PALETTE" in data.PhotometricInterpretation:
        pixels = importlib.import_module("pydicom.pixels").apply_color_lut(pixels, data)
        pixels = pixels >> (8 if pixels.dtype == np.uint16 else 0)
    if data.PhotometricInterpretation == "MONOCHROME2":
        return [_grey(_stretch(pixels.astype(np.float32)))]
    frames = pixels[None] if pixels.ndim == 3 else pixels
    return [np.ascontiguousarray(frame[..., ::-1].astype(np.uint8)) for frame in frames]


def photographs(random: Random) -> Iterator[Picture]:
    """Licensed photographs out of installed packages, each whole and as two parts of it."""
    files = []
    for package, folder in (("skimage", "data"), ("matplotlib", "mpl-data/sample_data")):
        spec = importlib.util.find_spec(package)
        if spec and spec.origin:
            files += sorted((Path(spec.origin).parent / folder).glob("*.*"))
    for path in files:
        if path.stem not in PHOTOGRAPHS or path.suffix not in (".png", ".jpg"):
            continue
        picture = cv2.imread(str(path))
        if picture is None:
            continue
        yield np.asarray(picture, np.uint8)
        height, width = picture.shape[:2]
        for _ in range(2):
            x, y = (int(random.integers(side // 2)) for side in (width, height))
            yield np.ascontiguousarray(picture[y : y + height // 2, x : x + width // 2], np.uint8)


def femoral_phantom() -> Iterator[Picture]:
    """The program's own phantom, for comparison."""
    for seed in range(1, 6):
        for left in (False, True):
            phantom = Phantom(seed=seed, left=left)
            phantom.open()
            for frame in (40, 340):
                phantom.seek(frame)
                picture = phantom.read()
                assert picture is not None
                yield picture.pixels
            phantom.close()


MADE: dict[str, Callable[[Random, int], Picture]] = {
    "empty frame": empty,
    "noise": noise,
    "machine menu": menu,
    "neck phantom": neck,
    "lung phantom": lung,
    "vessel phantom": vessel,
    "breast phantom": breast,
    "bladder phantom": bladder,
    "kidney phantom": kidney,
    "heart phantom": heart,
    "foetus phantom": foetus,
}


def kinds(count: int = COUNT, seed: int = 0) -> Iterator[tuple[str, list[Picture]]]:
    """Each kind's name and pictures, uint8 (height, width[, 3 BGR]); without those of missing packages."""
    for place, (name, draw) in enumerate(MADE.items()):
        yield name, [draw(np.random.default_rng((seed, place, number)), number) for number in range(count)]
    real = {
        "echo clip": echo_clip(),
        "other ultrasound": ultrasound(),
        "CT or MR slice": other_scans(),
        "photograph": photographs(np.random.default_rng(seed)),
        "femoral phantom": femoral_phantom(),
    }
    for name, pictures in real.items():
        found = list(pictures)
        if found:
            yield name, found
        else:
            print(f"no pictures of the kind '{name}': install pydicom with pillow, or scikit-image")


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes pictures that are no femoral scan, one folder a kind.")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--count", type=int, default=COUNT, metavar="N", help=f"of each kind that is made up ({COUNT})")
    options = parser.parse_args()
    for name, pictures in kinds(options.count):
        folder = options.out / name
        folder.mkdir(parents=True, exist_ok=True)
        for number, picture in enumerate(pictures):
            cv2.imwrite(str(folder / f"{number:03}.png"), picture)
        print(f"{len(pictures):4} {name}")


if __name__ == "__main__":
    main()
