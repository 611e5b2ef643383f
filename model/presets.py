"""The recipes that `train --preset` knows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from model.preprocess import SIZE


@dataclass(frozen=True)
class Preset:
    """Everything that decides a training besides the data and the seed."""

    network: str
    """A name in `model.unet.BUILDERS`."""
    network_options: dict[str, Any] = field(default_factory=dict)
    size: int = SIZE
    epochs: int = 75
    batch: int = 32
    augment: bool = False
    dice: bool = False
    """Binary cross-entropy plus soft Dice instead of binary cross-entropy alone."""
    imagenet: bool = False
    """Start the encoder from ImageNet weights."""
    one_cycle: float | None = None
    """Highest learning rate of AdamW over one cycle; None for Adam with its default settings."""
    weight_decay: float = 0.0
    average: float | None = None
    """Decay of the moving average of the weights that ships; None ships the last weights."""
    members: int = 1
    """How many networks are trained, each from its own seed; their mean ships as one network."""
    mirrored: bool = False
    """The mean with the mirrored picture's map, mirrored back, ships: twice the time of a frame, none of training."""
    xla: bool = True
    """Compile the training step with XLA (TensorFlow only); costs minutes on deep networks."""
    mixed_precision: bool = False
    """Compute in float16 and keep the weights in float32: quicker on GPUs with tensor cores, slower on processors."""


_BEST = Preset(
    "lite_unet",
    {"decoder": (64, 32)},
    size=192,
    epochs=60,
    batch=16,
    augment=True,
    dice=True,
    imagenet=True,
    one_cycle=2e-3,
    weight_decay=0.01,
    average=0.998,
    xla=False,
)

PRESETS: dict[str, Preset] = {
    "paper": Preset("paper_unet"),
    "best": _BEST,
    "accurate": replace(_BEST, members=3, mirrored=True),
}
"""`best` gives the bundle `default`, the quick one that the program starts with; the others those of their names.

The first member of `accurate` is the network of `best` from the same seed.
"""
