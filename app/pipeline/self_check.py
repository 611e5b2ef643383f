"""The self-check: is everything here as it should be? One line for each thing, with what to do where it is not."""

from __future__ import annotations

import importlib.metadata
import math
import os
import platform
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.capture.source import Source, SourceKind
from app.options import DEFAULT_ENGINE, DEFAULT_MODEL, WindowOptions, engine_name
from app.pipeline.freshness import AMBER_MS
from app.pipeline.pipeline import Pipeline
from app.pipeline.statistics import Percentiles, Snapshot
from app.pipeline.types import Event, ModelChanged, SourceChanged, SourceState
from model import bundle
from model.errors import BundleError

ROOM_GB = 2.0
"""Less free disk than this is said: recordings and snapshots need it."""
SLOW_SHARE = 0.8
"""A live source that gives less than this share of the pictures that it promises is said."""
READY_S = 60.0
"""How long `measure` waits for picture and model."""
LONGER_S = 10.0
"""How much longer it measures where nothing was predicted."""
_STEPS = (
    *("capture", "scale", "preprocess", "network", "novelty"),
    *("temporal filter", "postprocess", "draw overlay", "paint"),
)
"""In the order in which a frame goes through them."""


@dataclass(frozen=True)
class Line:
    """One thing that was looked at. Nothing in it names a patient, a file or an address."""

    name: str
    value: str
    advice: str = ""
    """What to do; empty where all is well."""


@dataclass(frozen=True)
class Facts:
    """What the pipeline knows, at one moment."""

    kind: SourceKind | None
    event: SourceChanged | None
    """The source's last."""
    model: ModelChanged | None
    """The model's last."""
    bundle: str
    """The model's folder or name, as it was asked for."""
    numbers: Snapshot


def quick_check(model: ModelChanged | None, folders: Sequence[Path]) -> list[Line]:
    """What is looked at when the program starts: engine and model run, and there is room in all `folders`."""
    return [_engine_line(model), _disk_line(folders)]


def full_check(facts: Facts, folders: Sequence[Path]) -> list[Line]:
    """Everything; reads the model's files through, which takes a moment."""
    return [
        _source_line(facts),
        *_age_lines(facts.numbers),
        *_step_lines(facts.numbers.steps_ms),
        _engine_line(facts.model),
        _model_line(facts.bundle),
        _disk_line(folders),
        Line("Machine", f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {_python()}"),
    ]


def as_text(lines: Sequence[Line], now: datetime | None = None) -> str:
    """The page for a file or a terminal."""
    width = max(len(line.name) for line in lines)
    rows = [f"SonoBlock self-check, {(now or datetime.now()):%Y-%m-%d %H:%M}", ""]
    for line in lines:
        rows.append(f"{line.name:<{width}}  {line.value}")
        if line.advice:
            rows.append(f"{'':<{width}}  ! {line.advice}")
    faults = sum(bool(line.advice) for line in lines)
    rows += ["", verdict(faults)]
    return "\n".join(rows) + "\n"


def verdict(faults: int) -> str:
    """The page's last line."""
    if not faults:
        return "All is well."
    return "One thing needs a look (marked !)." if faults == 1 else f"{faults} things need a look (marked !)."


def measure(source: Source, seconds: float, options: WindowOptions, folders: Sequence[Path]) -> list[Line]:
    """Runs the pipeline on `source` for `seconds` without a window, and checks."""
    events: list[Event] = []
    known = threading.Event()

    def on_event(event: Event) -> None:
        events.append(event)
        lost = isinstance(event, SourceChanged) and event.state is SourceState.NO_SIGNAL
        # The first that is said of a model is that it is being loaded, the second what became of it.
        if lost or len(_of_models(events)) > 1:
            known.set()

    asked = options.model or DEFAULT_MODEL
    pipeline = Pipeline(on_event)
    pipeline.start()
    try:
        pipeline.set_source(source, options.scan_area)
        pipeline.set_model(asked, options.engine or DEFAULT_ENGINE)
        known.wait(READY_S)
        pipeline.statistics.reset()
        time.sleep(seconds)
        # A machine that is busy beyond measure still gets its one prediction to be judged by.
        until = time.monotonic() + LONGER_S
        while _of_models(events)[-1].ready and not _predicted(pipeline) and time.monotonic() < until:
            time.sleep(0.05)
        sources = [event for event in events if isinstance(event, SourceChanged)]
        last, model = sources[-1] if sources else None, _of_models(events)[-1]
        facts = Facts(source.kind, last, model, asked, pipeline.statistics.snapshot())
        return full_check(facts, folders)
    finally:
        pipeline.close()


def _predicted(pipeline: Pipeline) -> bool:
    return pipeline.statistics.snapshot().totals.predicted > 0


def _of_models(events: Sequence[Event]) -> list[ModelChanged]:
    return [event for event in events if isinstance(event, ModelChanged)]


def _source_line(facts: Facts) -> Line:
    event, numbers = facts.event, facts.numbers
    if facts.kind is None or event is None:
        return Line("Source", "none", "Choose a source.")
    if event.state is SourceState.NO_SIGNAL:
        return Line("Source", "NO SIGNAL", "Check cable, machine and address, or choose another source.")
    info = event.info
    parts = [facts.kind.value if event.state is SourceState.RUNNING else event.state.value]
    advice = ""
    if info is not None:
        parts.append(f"{info.width} × {info.height}")
        parts.append(f"{numbers.source_fps:.1f} pictures a second" + (f" of {info.rate:g}" if info.rate else ""))
        live = facts.kind is SourceKind.LIVE and event.state is SourceState.RUNNING
        if live and info.rate and numbers.source_fps < SLOW_SHARE * info.rate:
            advice = "It gives fewer pictures than it promises: try another USB port or a smaller picture."
    return Line("Source", " · ".join(parts), advice)


def _age_lines(numbers: Snapshot) -> list[Line]:
    lines = []
    if math.isfinite(numbers.picture_age_ms.p50):
        lines.append(Line("Picture age", _times(numbers.picture_age_ms)))
    age = numbers.overlay_age_ms
    if math.isfinite(age.p50):
        slow = "The overlay is often late: plug the laptop in, close other programs, or choose a quicker engine."
        lines.append(Line("Overlay age", _times(age), slow if age.p95 > AMBER_MS else ""))
    lines.append(Line("Frames without prediction", f"{numbers.dropped} dropped"))
    return lines


def _step_lines(steps: Mapping[str, Percentiles]) -> list[Line]:
    names = sorted(steps, key=lambda name: _STEPS.index(name) if name in _STEPS else len(_STEPS))
    return [Line(f"Step: {name}", _times(steps[name])) for name in names]


def _times(times: Percentiles) -> str:
    return f"{times.p50:.1f} ms, 95 % within {times.p95:.1f} ms"


def _engine_line(model: ModelChanged | None) -> Line:
    if model is None:
        return Line("Engine", "none yet", "Wait until the model is loaded, and check again.")
    if not model.ready:
        return Line(
            "Engine", f"{engine_name(model.engine)}: not running", "No overlay: choose another engine or model."
        )
    return Line("Engine", " ".join(filter(None, (engine_name(model.engine), _version(model.engine)))))


def _version(engine: str) -> str:
    try:
        return importlib.metadata.version(engine)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _model_line(name: str) -> Line:
    try:
        found = bundle.find(name)
    except BundleError:
        return Line("Model", "not as its card says", "Its files are missing or damaged: get the model anew.")
    return Line("Model", f"{found.name} · {found.hash} · its files are those of its card")


def _disk_line(folders: Sequence[Path]) -> Line:
    """Of the disk that has least; they may be on several."""
    try:
        free = min(_free_gb(folder) for folder in folders)
    except OSError:
        advice = "The folder of snapshots or that of recordings cannot be reached: check the disk."
        return Line("Free disk", "not known", advice)
    few = f"Make room: snapshots and recordings need {ROOM_GB:g} GB."
    return Line("Free disk", f"{free:.1f} GB", few if free < ROOM_GB else "")


def _free_gb(folder: Path) -> float:
    """On the disk of a folder, which need not be there yet. Raises OSError."""
    there = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    return shutil.disk_usage(there).free / 1e9


def _python() -> str:
    return platform.python_version()
