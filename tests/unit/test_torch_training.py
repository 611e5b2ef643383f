"""Training with Keras on PyTorch: the same network as with TensorFlow. Skipped where PyTorch is not installed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or importlib.util.find_spec("keras") is None,
    reason="needs PyTorch and Keras; PyTorch is not in the lock files",
)

PROGRAM = """
import keras, numpy as np
from model.unet import TorchBatchNormalization
x = np.random.default_rng(0).normal(2, 3, (4, 5, 6, 7)).astype(np.float32)
kinds = TorchBatchNormalization, keras.layers.BatchNormalization
ours, theirs = (kind(axis=1, momentum=0.9, epsilon=1e-3) for kind in kinds)
for layer in ours, theirs:
    layer.build(x.shape)
    layer.set_weights([np.linspace(1, 2, 5), np.linspace(-1, 1, 5), np.zeros(5), np.ones(5)])
for training in True, True, False:
    found, expected = (keras.ops.convert_to_numpy(layer(x, training=training)) for layer in (ours, theirs))
    # PyTorch keeps the unbiased variance: larger by n / (n - 1) of the 168 values.
    np.testing.assert_allclose(found, expected, rtol=0 if training else 0.006, atol=1e-5 if training else 0.006)
for found, expected in zip(ours.get_weights(), theirs.get_weights()):
    np.testing.assert_allclose(found, expected, rtol=168 / 167 - 1 + 1e-5, atol=1e-5)

import torch
normed = ours(np.ascontiguousarray(x))
assert normed.is_contiguous(memory_format=torch.channels_last) and not normed.is_contiguous()

from model import train
from model.presets import PRESETS
train._use_quick_layout()
network = train.build(PRESETS["best"])
assert any(isinstance(layer, TorchBatchNormalization) for layer in network.layers)
run = train.Run("best", PRESETS["best"], 1, train.Split((), (), "", 1))
shipped = train._channels_last(network, run)
assert not any(isinstance(layer, TorchBatchNormalization) for layer in shipped.layers)
picture = np.random.default_rng(1).random((1, 192, 192, 1), np.float32)
found = keras.ops.convert_to_numpy(network(picture[:, None, :, :, 0]))[0, 0]
np.testing.assert_allclose(found, keras.ops.convert_to_numpy(shipped(picture))[0, :, :, 0], atol=1e-5)
print("the same")
"""


def test_its_batch_normalization_is_keras_own_and_what_ships_has_none_of_it() -> None:
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.stdout.strip() == "the same", done.stderr
