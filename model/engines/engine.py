"""What an engine is."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model.structures import Structure


class Engine(Protocol):
    """Runs one bundle's network on one picture at a time; used by one thread at a time."""

    name: str
    """As on the command line: openvino, onnxruntime, tensorflow."""
    size: int
    """Side of the square network input in pixels."""
    structures: tuple[Structure, ...]
    """What its probability maps stand for."""
    threads: int
    """Threads that the engine uses; 0 where it does not say."""

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Network input float32 (1, size, size, 1) to probability maps float32 (classes, size, size).

        Raises EngineError.
        """
        ...

    def close(self) -> None:
        """Lets the network go."""
        ...
