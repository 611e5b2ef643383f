"""Training with Keras on PyTorch: the same network as with TensorFlow. Skipped where PyTorch is not installed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dataset import write_dataset

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


def run_on_torch(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "KERAS_BACKEND": "torch"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def test_its_batch_normalization_is_keras_own_and_what_ships_has_none_of_it() -> None:
    done = run_on_torch(PROGRAM)
    assert done.stdout.strip() == "the same", done.stderr


RESUMED = """
import sys
from pathlib import Path
from model import train as training
from model.errors import ModelError
from model.presets import Preset

data, out = map(Path, sys.argv[1:])
tiny = Preset("paper_unet", {"channels": 2}, size=32, epochs=2, batch=4)
run = lambda name, **options: training.train(data, out / name, "tiny", tiny, development=2, grouped=False, **options)
whole, _ = run("whole")

class Cut(Exception):
    pass

def cut(self, epoch, logs=None):
    finish(self, epoch, logs)
    raise Cut

finish, training.EachEpoch.on_epoch_end = training.EachEpoch.on_epoch_end, cut
try:
    run("broken")
except Cut:
    training.EachEpoch.on_epoch_end = finish
resumed, _ = run("broken", resume=True)
assert all((one == other).all() for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True))
training.keras.backend.backend = lambda: "tensorflow"
for read in lambda: run("broken", resume=True), lambda: training.load_shipped(out / "broken"):
    try:
        read()
    except ModelError as error:
        print(error)
"""


def test_a_resumed_run_ends_like_an_unbroken_one_and_stays_with_its_backend(tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "data", 8)
    done = run_on_torch(RESUMED, str(data), str(tmp_path))
    expected = f"{tmp_path / 'broken'} was trained with Keras on torch: set KERAS_BACKEND=torch to read it."
    assert done.stdout.splitlines()[-2:] == [expected, expected], done.stderr
