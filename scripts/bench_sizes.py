"""Measures the window at several picture sizes and rates, in turns, and prints one table.

python scripts/bench_sizes.py --out FOLDER

The clips are those of bench_clip.py, and those that are in FOLDER already are used again. Each run is a process of its
own, as a user starts it, and the runs take turns, so that a busy moment hits all alike; printed is the median of a
size's runs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import bench_clip

SIZES = ("1280x720", "1920x1080", "3840x2160")
RATES = (30, 60)
_COLUMNS = (
    "painted/s",
    "predicted/s",
    "paint p50",
    "paint p95",
    "picture p95",
    "overlay p50",
    "overlay p95",
    "in time",
)


def measure(clip: Path, seconds: float, window: str, out: Path) -> dict[str, Any]:
    """One run of `app bench`; its JSON. Raises CalledProcessError."""
    command = [sys.executable, "-m", "app", "bench", str(clip), "--seconds", f"{seconds:g}", "--json", str(out)]
    subprocess.run([*command, "--window", window], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def numbers(report: dict[str, Any]) -> list[float]:
    """What the table shows of a report; NaN where nothing was painted."""
    paint, picture, overlay = report["paint_ms"], report["picture_age_ms"], report["overlay_age_ms"]
    rates, times = [report["painted_fps"], report["predicted_fps"]], [paint["p50"], paint["p95"], picture["p95"]]
    cells = [*rates, *times, overlay["p50"], overlay["p95"], report["painted_in_time"]]
    return [float("nan") if cell is None else float(cell) for cell in cells]


def main(arguments: list[str] | None = None) -> int:
    """Writes the clips, measures, prints the table; gives the exit status."""
    parser = argparse.ArgumentParser(description="Measures the window at several picture sizes and rates.")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="for the clips and the measures")
    parser.add_argument("--seconds", type=bench_clip.parse_positive, default=8.0, metavar="S", help="of each run (8)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="runs of each size and rate (3)")
    parser.add_argument("--window", default="1920x1080", metavar="WxH", help="size of the window (1920x1080)")
    options = parser.parse_args(arguments)
    runs = [(size, rate) for size in SIZES for rate in RATES]
    clips = {}
    for size, rate in runs:
        clip = options.out / f"{size}-{rate}.mp4"
        there = [path for path in (clip, clip.with_suffix(".avi")) if path.exists()]
        clips[size, rate] = there[0] if there else bench_clip.write(clip, 6.0, bench_clip.parse_size(size), rate)[0]
    found: dict[tuple[str, int], list[list[float]]] = {run: [] for run in runs}
    for number in range(options.rounds):
        for run in runs:
            out = options.out / f"{run[0]}-{run[1]}-{number}.json"
            found[run].append(numbers(measure(clips[run], options.seconds, options.window, out)))
    print(f"{'frames':<16}" + "".join(f"{column:>13}" for column in _COLUMNS))
    for (size, rate), rows in found.items():
        cells = [statistics.median(values) for values in zip(*rows, strict=True)]
        text = "".join(f"{cell:>13.1f}" for cell in cells[:-1]) + f"{cells[-1]:>13.0%}"
        print(f"{f'{size}, {rate}/s':<16}{text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
