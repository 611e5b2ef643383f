"""How near `annotate` comes to the network's own speed: both in turns in one run, and the share.

python scripts/bench_annotate.py [--clip FILE] [--engine E] [--model M]

Without a clip, that of bench_clip.py is made: 1280 x 720, the whole frame. The network alone is measured as `python -m
model bench` measures it, one picture at a time, before and after each run of `annotate`; the share of a run is taken
against the mean of both, and the median of the runs' shares is printed.

It needs a quiet machine: beside other work, the median of short calls passes over what a long run has to wait for. The
processor's time for each picture is printed too, all cores together, which tells where the time goes, not the share:
alone on the machine, the network has the caches to itself.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.annotate import annotate
from app.capture.words import parse
from app.errors import OutputError, UsageError
from app.options import DEFAULT_ENGINE, DEFAULT_MODEL
from app.pipeline.export import Task
from app.pipeline.scan_area import ScanAreas
from app.pipeline.types import Rect
from model.bench import _interleave
from model.bundle import find
from model.engines.choice import open_crew, open_engine
from model.engines.crew import Crew
from model.engines.engine import Engine
from model.errors import ModelError
from model.novelty import Novelty
from scripts import bench_clip

GOAL = 0.85
NETWORK_ROUNDS = 60


@dataclass(frozen=True)
class Speed:
    """Of the network alone, or of `annotate`."""

    rate: float
    """Pictures a second."""
    cpu_ms: float
    """The processor's time for each, all cores together."""


def network_speed(engine: Engine) -> Speed:
    """Of the network alone, by the median of its times."""
    start = time.process_time()
    times = _interleave([engine], NETWORK_ROUNDS)[0]
    # It is called twice for each time that is taken, and three times more at first.
    cpu_ms = (time.process_time() - start) * 1000 / (2 * (NETWORK_ROUNDS + 3))
    return Speed(1000 / statistics.median(times), cpu_ms)


def annotate_speed(clip: Path, crew: Crew, task: Task) -> Speed:
    """Of `annotate`, from opening the clip to its last file."""
    start, cpu_start = time.perf_counter(), time.process_time()
    count = annotate(parse(str(clip)), crew, task)
    return Speed(count / (time.perf_counter() - start), (time.process_time() - cpu_start) * 1000 / count)


def main(arguments: list[str] | None = None) -> int:
    """Measures and prints; gives the exit status."""
    parser = argparse.ArgumentParser(description="How near annotate comes to the network's own speed.")
    parser.add_argument("--clip", type=Path, metavar="FILE", help="a clip (default: a made one of 1280x720)")
    parser.add_argument("--scan-area", type=Rect.parse, metavar="X,Y,W,H", help="(default: the whole frame)")
    parser.add_argument("--engine", default=DEFAULT_ENGINE, metavar="E")
    parser.add_argument("--model", default=DEFAULT_MODEL, metavar="M")
    parser.add_argument("--frames", type=int, default=450, metavar="N", help="of the clip in each run (450)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="runs (5)")
    parser.add_argument("--video", action="store_true", help="with the clip with its overlay")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        try:
            clip = options.clip
            if clip is None:
                clip, _ = bench_clip.write(Path(folder) / "clip.mp4", options.frames / 30, (1280, 720), 30.0)
            measure(clip, Path(folder), options)
        except (ModelError, OutputError, UsageError) as error:
            print(error, file=sys.stderr)
            return 2
    return 0


def measure(clip: Path, folder: Path, options: argparse.Namespace) -> None:
    """Runs both in turns, and prints a line for each round. Raises ModelError and OutputError."""
    bundle = find(options.model)
    engine = open_engine(options.engine, bundle)
    crew = open_crew(engine.name, bundle)
    print(f"{bundle.name} in {engine.name}: {engine.threads} threads for one picture, {len(crew)} pictures at a time")
    areas, novelty = ScanAreas(options.scan_area), Novelty.of(bundle)
    task = Task(folder / "out", bundle.threshold, areas, options.video, options.frames, novelty)
    shares = []
    before = network_speed(engine)
    for number in range(options.rounds):
        here = annotate_speed(clip, crew, task)
        after = network_speed(engine)
        rate, cpu_ms = (before.rate + after.rate) / 2, (before.cpu_ms + after.cpu_ms) / 2
        shares.append(here.rate / rate)
        print(
            f"round {number + 1}: network {rate:.1f}/s ({cpu_ms:.1f} ms of processor), "
            f"annotate {here.rate:.1f}/s ({here.cpu_ms:.1f} ms): share {shares[-1]:.0%}"
        )
        before = after
    print(f"median share {statistics.median(shares):.0%} (goal: {GOAL:.0%} or more)")


if __name__ == "__main__":
    sys.exit(main())
