"""How well the scan area is found on made-up machine screens, beside the usual rules.

python scripts/scan_area_table.py                 48 screens around the phantom
python scripts/scan_area_table.py --data DIR      and 24 around pictures of DIR/images

'nonzero' keeps the rows and columns in which a tenth of the pixels is above zero; 'otsu' is the box of the largest
piece above Otsu's threshold. Both see the first frame, ours all frames. IoU is with the true rectangle.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from natsort import natsorted

from app.capture.pixels import IMAGE_SUFFIXES
from app.capture.source import Pixels
from app.pipeline import scan_area
from app.pipeline.types import Rect
from tests import layouts

SHARE = 0.1


def nonzero_rule(frame: Pixels) -> Rect | None:
    """The rows and columns in which a tenth of the pixels is above zero."""
    above = _grey(frame) > 0
    rows = np.flatnonzero(above.mean(axis=1) > SHARE)
    columns = np.flatnonzero(above.mean(axis=0) > SHARE)
    if not rows.size or not columns.size:
        return None
    x, y = int(columns[0]), int(rows[0])
    return Rect(x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y)


def otsu_rule(frame: Pixels) -> Rect | None:
    """The box around the largest piece above Otsu's threshold, after small gaps are closed."""
    _, mask = cv2.threshold(_grey(frame), 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return None
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return Rect(*(int(value) for value in stats[best][:4]))


def _grey(frame: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8) if frame.ndim == 3 else frame


def made(count: int, data: Path | None, real: int) -> Iterator[layouts.Layout]:
    """Layouts around the phantom, then around pictures of `data`, evenly spread. Raises OSError."""
    clip = layouts.phantom_clip()
    for plan in layouts.plans(count):
        yield layouts.make(plan, clip)
    if data is None:
        return
    files = natsorted(path for path in (data / "images").iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
    for plan, file in zip(layouts.plans(real, seed=1), files[:: max(1, len(files) // real)], strict=False):
        grey = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            raise OSError(f"{file} cannot be read as a picture: remove it, or copy it again.")
        yield layouts.make(plan, layouts.moving(np.asarray(grey, np.uint8), plan.seed))


def main() -> int:
    parser = argparse.ArgumentParser(description="How well the scan area is found, beside the usual rules.")
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder with images/, real scans to be shown too")
    parser.add_argument("--count", type=int, default=48, metavar="N", help="screens around the phantom (48)")
    parser.add_argument("--real", type=int, default=24, metavar="N", help="screens around real scans (24)")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    scores: dict[str, list[float]] = {"ours": [], "one frame": [], "nonzero": [], "otsu": []}
    reduce_ms, look_ms = [], []
    print(f"{'ours':>6} {'one':>6} {'nonz.':>6} {'otsu':>6}  layout")
    try:
        for layout in made(options.count, options.data, options.real):
            factor = scan_area.reduction(layout.frames[0].shape)
            start = time.perf_counter()
            small = [scan_area.reduced(frame, factor) for frame in layout.frames]
            middle = time.perf_counter()
            ours = scan_area.find_reduced(small, layout.frames[0].shape[:2])
            look_ms.append((time.perf_counter() - middle) * 1000)
            reduce_ms.append((middle - start) * 1000 / len(small))
            single = scan_area.find(layout.frames[:1])
            answers = {
                "ours": None if ours is None else ours.area,
                "one frame": None if single is None else single.area,
                "nonzero": nonzero_rule(layout.frames[0]),
                "otsu": otsu_rule(layout.frames[0]),
            }
            for rule, area in answers.items():
                scores[rule].append(0.0 if area is None else scan_area.overlap(area, layout.truth))
            line = " ".join(f"{values[-1]:6.3f}" for values in scores.values())
            print(f"{line}  {layout.name}", flush=True)
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    for rule, values in scores.items():
        bad = sum(value < 0.9 for value in values)
        print(
            f"{rule:>10}: median {np.median(values):.3f}, worst tenth {layouts.worst_tenth(values):.3f},"
            f" worst {min(values):.3f}, below 0.9: {bad} of {len(values)}"
        )
    print(f"ms: a look {np.median(look_ms):.1f} (most {max(look_ms):.1f}), a frame {np.median(reduce_ms):.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
