"""Times every bundle in every engine, in turns in one run, so that a busy machine is unfair to none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from model.bundle import Bundle, find, shipped, tell_apart
from model.engines.choice import check_name, installed, open_engine
from model.engines.engine import Engine

KERAS_PREDICT = "keras-predict"
UNTRAINED_PAPER = "paper-unet (untrained)"


@dataclass(frozen=True)
class Timing:
    """Time of the network alone for one picture."""

    engine: str
    model: str
    ms_median: float
    ms_p95: float
    threads: int

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def bench(engines: list[str] | None = None, models: list[str] | None = None, rounds: int = 60) -> list[Timing]:
    """Every model in every engine (all by default), interleaved. Raises ModelError."""
    names = engines or default_engines()
    for name in names:
        check_name(name)
    with _bundles(models) as bundles:
        labels = tell_apart(bundles, models or [bundle.name for bundle in bundles])
        runs = [
            (label, open_engine(name, bundle)) for label, bundle in zip(labels, bundles, strict=True) for name in names
        ]
        times = _interleave([engine for _, engine in runs], rounds)
        for _, engine in runs:
            engine.close()
    return [
        Timing(engine.name, label, float(np.median(ms)), float(np.quantile(ms, 0.95)), engine.threads)
        for (label, engine), ms in zip(runs, times, strict=True)
    ]


def default_engines() -> list[str]:
    """All that are installed, and `keras.Model.predict` as the yardstick where TensorFlow is."""
    found = installed()
    return [*found, KERAS_PREDICT] if "tensorflow" in found else found


@contextmanager
def _bundles(models: list[str] | None) -> Iterator[list[Bundle]]:
    if models:
        yield [find(name) for name in models]
        return
    bundles = [find(name) for name in shipped()]
    if any(bundle.name == "paper-unet" for bundle in bundles) or "tensorflow" not in installed():
        yield bundles
        return
    # The yardstick of every speed claim here; its time does not depend on what it learned.
    with TemporaryDirectory() as folder:
        yield [*bundles, _untrained_paper(Path(folder))]


def _untrained_paper(folder: Path) -> Bundle:
    from model.package import package
    from model.presets import PRESETS
    from model.train import build

    preset = PRESETS["paper"]
    return package(folder, build(preset), {"name": UNTRAINED_PAPER, "title": "The paper's U-net, untrained"}, preset)


def _interleave(engines: list[Engine], rounds: int) -> list[list[float]]:
    rng = np.random.default_rng(0)
    times: list[list[float]] = [[] for _ in engines]
    for number in range(rounds + 3):
        for engine, ms in zip(engines, times, strict=True):
            picture = rng.random((1, engine.size, engine.size, 1), dtype=np.float32)
            # The picture before this one went through another engine: one untimed call brings this one's data back
            # into the cache, as it is when frames follow each other.
            engine.predict(picture)
            start = time.perf_counter()
            engine.predict(picture)
            if number >= 3:
                ms.append((time.perf_counter() - start) * 1000)
    return times
