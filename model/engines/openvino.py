"""OpenVINO: the quickest on Intel and AMD processors without a GPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from model.bundle import Bundle
from model.engines.engine import require_fit
from model.errors import EngineError


class OpenVinoEngine:
    """Runs the bundle's ONNX file on the processor, tuned for the latency of single pictures."""

    name = "openvino"

    def __init__(self, bundle: Bundle, threads: int = 0, compiled: Any = None) -> None:
        """0 threads: OpenVINO's own choice. `compiled` is the bundle's network where it is there already."""
        self.size, self.structures = bundle.size, bundle.structures
        compiled = compiled or _compile(bundle, "LATENCY", threads)
        require_fit(bundle, _sides(compiled.input(0)), _sides(compiled.output(0)))
        self.threads = int(compiled.get_property("INFERENCE_NUM_THREADS"))
        self._request = compiled.create_infer_request()

    @classmethod
    def team(cls, bundle: Bundle) -> list[OpenVinoEngine]:
        """As many as keep the processor busy with the least work for each picture."""
        compiled = _compile(bundle, "THROUGHPUT")
        count = max(int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")), 1)
        return [cls(bundle, compiled=compiled) for _ in range(count)]

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            # The copy is 0.1 ms; without it the next picture would overwrite this one's map.
            return np.array(self._request.infer(inputs, share_inputs=True)[0][0].transpose(2, 0, 1), order="C")
        except RuntimeError as error:
            raise EngineError(f"OpenVINO stopped: {str(error).splitlines()[0]}") from error

    def close(self) -> None:
        """Nothing to do: OpenVINO frees its memory with the object."""


def _sides(port: Any) -> list[int | None]:
    """The lengths of an input's or output's sides, None where one is not fixed."""
    return [side.get_length() if side.is_static else None for side in port.get_partial_shape()]


def _compile(bundle: Bundle, hint: str, threads: int = 0) -> Any:
    """The bundle's network for the processor. Raises EngineError."""
    # Full precision: some processors would otherwise choose bfloat16 and give another mask than this one.
    config: dict[str, str | int] = {"PERFORMANCE_HINT": hint, "INFERENCE_PRECISION_HINT": "f32"}
    if threads:
        config["INFERENCE_NUM_THREADS"] = threads
    try:
        core = ov.Core()
        return core.compile_model(core.read_model(bundle.onnx_file), "CPU", config)
    except RuntimeError as error:
        raise EngineError(f"OpenVINO cannot load {bundle.onnx_file}: {str(error).splitlines()[0]}") from error
