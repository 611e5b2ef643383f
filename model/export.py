"""A network's way to other engines, each result checked against the network that it came from.

Run as `python -m model.export KERAS_FILE FORMAT OUT` it converts one file; `convert` does that in a process of its own,
because the exporters need Keras on TensorFlow, whatever trains here, and keep its memory.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from model.bundle import Bundle
from model.errors import ModelError

TOLERANCE = 1e-3
"""Largest difference of probability between a network and its export."""
FORMATS = {"onnx": "network.onnx", "openvino": "network.xml", "savedmodel": "saved_model"}
"""What `export --to` gives: the format's name and the file or folder that it becomes."""


def export(bundle: Bundle, to: str, out: Path) -> Path:
    """Writes the bundle's network in the format `to` into the folder `out`; gives the path. Raises ModelError."""
    if to not in FORMATS:
        raise ModelError(f"There is no export to '{to}': give one of {', '.join(FORMATS)}.")
    out.mkdir(parents=True, exist_ok=True)
    target = out / FORMATS[to]
    convert(bundle.keras_file, to, target)
    return target


def convert(keras_file: Path, to: str, target: Path) -> None:
    """Converts in a process of its own and checks the result there. Raises ModelError with that process's last line."""
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": ""}
    root = Path(__file__).resolve().parent.parent
    # Made here: that process may be ended before it can take away what it has half written.
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        beside = Path(folder).resolve() / target.name
        command = [sys.executable, "-m", "model.export", str(keras_file.resolve()), to, str(beside)]
        done = subprocess.run(
            command, env=environment, cwd=root, capture_output=True, text=True, errors="replace", check=False
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ModelError(f"The export of {keras_file} to {to} failed: {last}")
        if target.is_dir():
            shutil.rmtree(target)
        for written in beside.parent.iterdir():
            written.replace(target.parent / written.name)


def _convert_here(keras_file: Path, to: str, target: Path) -> None:
    import keras

    network = keras.saving.load_model(keras_file, compile=False)
    # One picture at a time, known beforehand: the engines can lay out everything for it.
    signature = [keras.InputSpec(shape=(1, *network.input_shape[1:]), dtype="float32")]
    run = _WRITERS[to](network, signature, target)
    difference = largest_difference(lambda inputs: np.asarray(network(inputs)), run, network.input_shape[1])
    if not difference < TOLERANCE:
        raise SystemExit(f"its probabilities differ from the network's by up to {difference:.2g}")
    print(f"largest difference of probability: {difference:.2g}")


def _write_onnx(network: Any, signature: Any, path: Path) -> Callable[[Any], Any]:
    import onnxruntime

    network.export(path, format="onnx", verbose=False, input_signature=signature)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return lambda inputs: session.run(None, {session.get_inputs()[0].name: inputs})[0]


def _write_openvino(network: Any, signature: Any, path: Path) -> Callable[[Any], Any]:
    import openvino

    onnx_file = path.with_suffix(".onnx")
    _write_onnx(network, signature, onnx_file)
    converted = openvino.convert_model(onnx_file)
    openvino.save_model(converted, path, compress_to_fp16=False)
    onnx_file.unlink()
    compiled = openvino.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda inputs: compiled(inputs)[0]


def _write_savedmodel(network: Any, signature: Any, path: Path) -> Callable[[Any], Any]:
    import tensorflow

    network.export(path, format="tf_saved_model", verbose=False, input_signature=signature)
    loaded = tensorflow.saved_model.load(path)
    return lambda inputs: np.asarray(loaded.serve(inputs))


_WRITERS: dict[str, Callable[[Any, Any, Path], Callable[[Any], Any]]] = {
    "onnx": _write_onnx,
    "openvino": _write_openvino,
    "savedmodel": _write_savedmodel,
}


def largest_difference(one: Callable[[Any], Any], other: Callable[[Any], Any], size: int, pictures: int = 8) -> float:
    """Largest difference of probability on seeded pictures from plain noise to smooth shapes."""
    rng = np.random.default_rng(0)
    worst = 0.0
    for number in range(pictures):
        coarse = rng.random((1, 2**number, 2**number, 1), dtype=np.float32)
        # From one grey to as many as there are pixels, whatever the size.
        place = np.arange(size) * 2**number // size
        picture = coarse[:, place][:, :, place]
        worst = max(worst, float(np.abs(np.asarray(one(picture)) - np.asarray(other(picture))).max()))
    return worst


if __name__ == "__main__":
    _convert_here(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
