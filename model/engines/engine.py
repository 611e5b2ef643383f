"""What an engine is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model.bundle import Bundle
from model.errors import EngineError
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


def require_fit(bundle: Bundle, takes: Sequence[object], gives: Sequence[object]) -> None:
    """Raises EngineError where a network does not take and give what its card says.

    `takes` and `gives` are its shapes (n, size, size, channels); a side that is no number may have any length.
    """
    classes = len(bundle.structures)
    for shape, channels in ((takes, 1), (gives, classes)):
        sides = zip(shape[1:], (bundle.size, bundle.size, channels), strict=False)
        if len(shape) != 4 or any(isinstance(side, int) and side != wanted for side, wanted in sides):
            raise EngineError(
                f"The network in {bundle.folder} is not the one that its card describes, "
                f"of {bundle.size} x {bundle.size} pixels and {classes} classes: get the model anew."
            )
