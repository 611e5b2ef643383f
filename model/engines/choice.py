"""Which engine runs: by name, or `auto`, which measures those present once per machine and model and remembers."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import time
from pathlib import Path
from typing import Any

import numpy as np

from model.bundle import Bundle
from model.engines.crew import Crew
from model.engines.engine import Engine
from model.engines.threads import spare_threads
from model.errors import EngineError
from model.files import read_json, write_text
from model.userdirs import cache_folder

AUTO = "auto"
_CLASSES = {
    "openvino": ("model.engines.openvino", "OpenVinoEngine"),
    "onnxruntime": ("model.engines.onnxruntime", "OnnxRuntimeEngine"),
    "tensorflow": ("model.engines.tensorflow", "TensorFlowEngine"),
    "keras-predict": ("model.engines.tensorflow", "KerasPredictEngine"),
}
NAMES = ("openvino", "onnxruntime", "tensorflow")
_MEMORY = "engines.json"


def installed() -> list[str]:
    """Engines that are installed, found without importing them."""
    return [name for name in NAMES if importlib.util.find_spec(name) is not None]


def open_engine(name: str, bundle: Bundle, threads: int = 0) -> Engine:
    """The engine of that name, or the quickest one for `auto`, with the bundle's network loaded.

    With 0 `threads` it takes as many as it likes. Raises EngineError.
    """
    check_name(name)
    if name == AUTO:
        return _open_quickest(bundle, threads)
    engine: Engine = _class_of(name)(bundle, threads)
    return engine


def open_live(name: str, bundle: Bundle) -> Engine:
    """The same beside a picture that has to be painted meanwhile. Raises EngineError."""
    return open_engine(name, bundle, spare_threads())


def open_crew(name: str, bundle: Bundle) -> Crew:
    """Engines for a recording that is gone through as fast as it goes: more pictures a second, each of them later.

    Their answers are bit by bit those of `open_engine`. Raises EngineError.
    """
    check_name(name)
    if name == AUTO:
        engine = _open_quickest(bundle)
        name = engine.name
        engine.close()
    engine_class = _class_of(name)
    team = getattr(engine_class, "team", None)
    return Crew([engine_class(bundle)] if team is None else team(bundle))


def _class_of(name: str) -> Any:
    """The class of an engine. Raises EngineError where it is not installed, or Keras runs on something else."""
    module, class_name = _CLASSES[name]
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    if module == "model.engines.tensorflow" and backend != "tensorflow":
        raise EngineError(f"KERAS_BACKEND={backend}: set it to tensorflow for the engine {name}, and start again.")
    try:
        return getattr(importlib.import_module(module), class_name)
    except ImportError as error:
        found = ", ".join(installed()) or "none"
        raise EngineError(f"The engine {name} is not installed here (found: {found}).") from error


def check_name(name: str) -> None:
    """Raises EngineError for a word that is no engine's name."""
    if name != AUTO and name not in _CLASSES:
        raise EngineError(f"There is no engine '{name}': give auto, {', '.join(NAMES)}.")


def _open_quickest(bundle: Bundle, threads: int = 0) -> Engine:
    key, memory = _key(bundle, threads), _recall()
    if key in memory:
        try:
            return open_engine(memory[key], bundle, threads)
        except EngineError:
            pass  # What was quickest does not run any more: measure again.
    engines = _open_all(_candidates(), bundle, threads)
    times = measure(engines, rounds=12)
    best = min(engines, key=lambda engine: times[engine.name])
    for engine in engines:
        if engine is not best:
            engine.close()
    _remember({**memory, key: best.name})
    return best


def _candidates() -> list[str]:
    """TensorFlow takes seconds to import, which pays only where there is a GPU for it."""
    return [name for name in installed() if name != "tensorflow" or nvidia_gpu_present()]


def nvidia_gpu_present() -> bool:
    """Whether an NVIDIA driver is loaded (Linux only: TensorFlow uses no GPU on native Windows or macOS)."""
    return Path("/proc/driver/nvidia/version").exists()


def _open_all(names: list[str], bundle: Bundle, threads: int) -> list[Engine]:
    engines, problems = [], []
    for name in names:
        try:
            engines.append(open_engine(name, bundle, threads))
        except EngineError as error:
            problems.append(str(error))
    if not engines:
        raise EngineError(" ".join(problems) or "No engine is installed: install openvino or onnxruntime.")
    return engines


def measure(engines: list[Engine], rounds: int) -> dict[str, float]:
    """Smallest ms a picture of each engine, taken in turns.

    Other work only ever adds time: at a busy start the median says more about that work than about the engines.
    """
    times: dict[str, list[float]] = {engine.name: [] for engine in engines}
    rng = np.random.default_rng(0)
    for number in range(rounds + 2):
        for engine in engines:
            picture = rng.random((1, engine.size, engine.size, 1), dtype=np.float32)
            start = time.perf_counter()
            engine.predict(picture)
            if number >= 2:  # The first calls set up memory.
                times[engine.name].append((time.perf_counter() - start) * 1000)
    return {name: min(values) for name, values in times.items()}


def _key(bundle: Bundle, threads: int) -> str:
    versions = ",".join(f"{name} {importlib.metadata.version(name)}" for name in _candidates())
    return f"{bundle.hash} on {platform.machine()} with {threads or 'all'} of {os.cpu_count()} cores: {versions}"


def _recall() -> dict[str, str]:
    try:
        memory = read_json(cache_folder() / _MEMORY)
    except (OSError, ValueError):
        return {}
    return memory if isinstance(memory, dict) else {}


def _remember(memory: dict[str, str]) -> None:
    path = cache_folder() / _MEMORY
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(memory, indent=1))
    except OSError:
        pass  # A cache that cannot be kept costs a second at the next start, no more.
