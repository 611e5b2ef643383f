"""What a training was started with, and whether one can begin or go on in a folder. Without Keras, so at once."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from model.bundle import CARD, read_card
from model.data.splits import Split
from model.errors import BundleError, DataError, ModelError
from model.files import read_json, write_text
from model.presets import Preset
from model.structures import BLOCK_REGION, Structure, colours_of, from_colours, names_of

SETTINGS = Path("training") / "run.json"
"""Where a run is written down in its folder."""

BACKENDS = ("tensorflow", "torch")
"""Of Keras, that training runs on."""


@dataclass(frozen=True)
class Run:
    """What a training folder was started with; `--resume` goes on with exactly this."""

    preset_name: str
    preset: Preset
    seed: int
    split: Split
    structures: tuple[Structure, ...] = (BLOCK_REGION,)
    name: str = ""
    """The bundle's; empty: that of its folder."""
    backend: str = ""
    """Keras's, whose checkpoints no other one reads; empty in runs of before it was kept."""

    @property
    def classes(self) -> tuple[str, ...]:
        return names_of(self.structures)

    def write(self, path: Path) -> None:
        """Raises OSError."""
        content = {
            "preset_name": self.preset_name,
            "preset": asdict(self.preset),
            "seed": self.seed,
            "split": self.split.as_json(),
            "structures": colours_of(self.structures),
            "name": self.name,
            "backend": self.backend,
        }
        write_text(path, json.dumps(content, indent=1))

    @staticmethod
    def read(path: Path) -> Run:
        """Raises ModelError where it cannot be read."""
        try:
            content = read_json(path)
            split = content["split"]
            return Run(
                content["preset_name"],
                Preset(**content["preset"]),
                content["seed"],
                Split(tuple(split["train"]), tuple(split["development"]), split["method"], split["seed"]),
                from_colours(content.get("structures")),
                content.get("name", ""),
                content.get("backend", ""),
            )
        except (ValueError, KeyError, TypeError, AttributeError, DataError) as error:
            raise ModelError(f"{path} cannot be read ({error}); start anew in another folder.") from error


def require_keras() -> None:
    """Raises ModelError where KERAS_BACKEND names nothing to train on, or where something is not installed."""
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    if backend not in BACKENDS:
        raise ModelError(f"KERAS_BACKEND={backend}: training runs on {' or '.join(BACKENDS)}; set one of them.")
    # Whatever trains, TensorFlow exports.
    missing = [name for name in dict.fromkeys(("keras", "tensorflow", backend)) if find_spec(name) is None]
    if missing:
        raise ModelError(
            f"Training needs {' and '.join(missing)}: install the training requirements (see docs/train-your-own.md)."
        )


def find_run(out: Path, resume: bool) -> Run | None:
    """The run in the folder `out` that is to go on; None where one is to begin.

    Raises ModelError where there is nothing to `resume`, or something that would be written over.
    """
    settings = out / SETTINGS
    if resume:
        if not settings.exists():
            raise ModelError(f"{out} holds no training to resume.")
        _require_nothing_fitted(out)
        return Run.read(settings)
    if settings.exists():
        raise ModelError(f"{out} already holds a training. Go on with --resume, or choose another folder.")
    if (out / CARD).exists():
        raise ModelError(f"{out} already holds a model. Choose another folder.")
    return None


def _require_nothing_fitted(out: Path) -> None:
    """Raises ModelError where the model in `out` has what was fitted after its training, and would be written anew."""
    try:
        card = read_card(out)
    except BundleError:
        return  # There is none, or a damaged one, which going on mends.
    if card.get("calibration") or card.get("novelty"):
        raise ModelError(
            f"{out} holds a finished model, and --resume would lose its calibration or its score of unlike pictures: "
            "there is nothing to go on with."
        )
