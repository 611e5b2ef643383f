"""How near `annotate` comes to the network's own speed: both in turns in one run, and the share.

python scripts/bench_annotate.py [--clip FILE] [--engine E] [--model M]

Without a clip, that of bench_clip.py is made: 1280 x 720, the whole frame. The network alone is measured as `python -m
model bench` measures it, one picture at a time, before and after each run of `annotate`; the share of a run is taken
against the mean of both, and the median of the runs' shares is printed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.annotate import annotate
from app.capture.words import parse
from app.errors import OutputError, UsageError
from app.options import DEFAULT_ENGINE, DEFAULT_MODEL
from app.pipeline.export import Task
from app.pipeline.types import Rect
from model.bench import _interleave
from model.bundle import Bundle, find
from model.engines.choice import open_crew, open_engine
from model.engines.crew import Crew
from model.engines.engine import Engine
from model.errors import ModelError
from model.novelty import Novelty
from scripts import bench_clip

GOAL = 0.85
NETWORK_ROUNDS = 60


def network_ms(engine: Engine) -> float:
    """Median time of the network alone for one picture."""
    return statistics.median(_interleave([engine], NETWORK_ROUNDS)[0])


def frames_a_second(clip: Path, crew: Crew, bundle: Bundle, task: Task) -> float:
    """Of `annotate`, from opening the clip to its last file."""
    start = time.perf_counter()
    count = annotate(parse(str(clip)), crew, task)
    return count / (time.perf_counter() - start)


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
    task = Task(folder / "out", bundle.threshold, options.scan_area, options.video, options.frames, Novelty.of(bundle))
    shares = []
    before = network_ms(engine)
    for number in range(options.rounds):
        rate = frames_a_second(clip, crew, bundle, task)
        after = network_ms(engine)
        network = 2000 / (before + after)
        shares.append(rate / network)
        print(f"round {number + 1}: network {network:6.1f}/s, annotate {rate:6.1f}/s, share {shares[-1]:.0%}")
        before = after
    share = statistics.median(shares)
    print(f"median share {share:.0%} (goal: {GOAL:.0%} or more)")


if __name__ == "__main__":
    sys.exit(main())
