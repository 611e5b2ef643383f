"""Writes the clip that the window's speed is measured on: the phantom as it would stand in a machine's screen.

python scripts/bench_clip.py --out clip.mp4
python -m app bench clip.mp4 --seconds 15 --json bench.json

The same arguments give the same pictures. Where OpenCV cannot write MPEG-4, the clip is Motion JPEG in an .avi file.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np

from app.capture.phantom import Phantom
from app.capture.source import Pixels
from app.errors import OutputError
from app.pipeline.clip import ClipWriter
from app.pipeline.types import Rect
from app.writing import make_folder

GROUND = 14
"""Grey level around the scan area."""
INK = 190
SHARE = 0.8
"""The scan area fills so much of the screen's width or height."""
SMALLEST = 160
"""Side of the smallest screen in which there is something to see, pixels."""
WORDS = ("PHANTOM", "Linear  Gen 62%", "DR 70", "Depth 4.0 cm")


def write(out: Path, seconds: float, size: tuple[int, int], rate: float) -> tuple[Path, Rect]:
    """Writes the clip of `size` (width, height); gives its path and where the scan area is in it.

    Raises OutputError and OSError.
    """
    phantom = Phantom(rate=rate)
    info = phantom.open()
    area = scan_area(size, (info.width, info.height))
    ground = screen(size, area)
    make_folder(out.parent)
    clip = ClipWriter(out, rate)
    try:
        for number in range(round(seconds * rate)):
            phantom.seek(number % phantom.frame_count)
            picture = phantom.read()
            assert picture is not None
            frame = ground.copy()
            grown = cv2.resize(picture.pixels, (area.width, area.height), interpolation=cv2.INTER_LINEAR)
            area.cut(frame)[:] = grown[:, :, None]
            clip.write(frame)
    finally:
        clip.finish()
    return clip.path, area


def scan_area(size: tuple[int, int], picture: tuple[int, int]) -> Rect:
    """Where a picture of (width, height) stands in the middle of a screen of `size` (width, height)."""
    scale = SHARE * min(size[0] / picture[0], size[1] / picture[1])
    width, height = round(picture[0] * scale), round(picture[1] * scale)
    return Rect((size[0] - width) // 2, (size[1] - height) // 2, width, height)


def screen(size: tuple[int, int], area: Rect) -> Pixels:
    """What stands around the scan area: a line of words above it, and a depth scale beside it."""
    frame = np.full((size[1], size[0], 3), GROUND, np.uint8)
    ink = (INK, INK, INK)
    for number, word in enumerate(WORDS):
        x = area.x + number * area.width // len(WORDS)
        cv2.putText(frame, word, (x, area.y * 2 // 3), cv2.FONT_HERSHEY_SIMPLEX, area.y / 160, ink, 1, cv2.LINE_AA)
    right = area.x + area.width + 4
    for y in np.linspace(area.y, area.y + area.height - 1, 17).astype(int).tolist():
        cv2.line(frame, (right, y), (right + 6, y), ink)
    return frame


def parse_size(text: str) -> tuple[int, int]:
    """Width and height from WxH. Raises ArgumentTypeError."""
    found = re.fullmatch(r"(\d{1,4})x(\d{1,4})", text)
    width, height = (int(part) for part in found.groups()) if found else (0, 0)
    if min(width, height) < SMALLEST or width % 2 or height % 2:
        raise argparse.ArgumentTypeError(f"'{text}' is no size: give even numbers from {SMALLEST} on, such as 1280x720")
    return width, height


def parse_positive(text: str) -> float:
    """A number above 0. Raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 10_000:
        raise argparse.ArgumentTypeError(f"'{text}': give a number above 0")
    return value


def main(arguments: list[str] | None = None) -> int:
    """Writes the clip; gives the exit status."""
    parser = argparse.ArgumentParser(description="Writes the clip that the window's speed is measured on.")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=".mp4 or .avi")
    parser.add_argument("--seconds", type=parse_positive, default=15.0, metavar="S", help="length (15)")
    parser.add_argument("--size", type=parse_size, default=(1280, 720), metavar="WxH", help="of the screen (1280x720)")
    parser.add_argument("--rate", type=parse_positive, default=30.0, metavar="R", help="frames a second (30)")
    options = parser.parse_args(arguments)
    try:
        path, area = write(options.out, options.seconds, options.size, options.rate)
    except OutputError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(OutputError.of(options.out, error), file=sys.stderr)
        return 2
    print(f"{path}, scan area {area}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
