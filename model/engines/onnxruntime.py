"""ONNX Runtime: small, starts at once, and runs everywhere."""

from __future__ import annotations

import os

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from model.bundle import Bundle
from model.engines.threads import spare_threads
from model.errors import EngineError

# Microsoft's builds for Windows report what they do to the system's diagnostics unless told not to.
ort.disable_telemetry_events()

# In this order where the installed build has them: NVIDIA, any GPU on Windows, and always the processor.
PROVIDERS = ("CUDAExecutionProvider", "DmlExecutionProvider", "CPUExecutionProvider")


class OnnxRuntimeEngine:
    """Runs the bundle's ONNX file."""

    name = "onnxruntime"

    def __init__(self, bundle: Bundle) -> None:
        self.size, self.structures = bundle.size, bundle.structures
        options = ort.SessionOptions()
        options.log_severity_level = 3
        # Idle threads would otherwise spin between frames and take the processor from the picture.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if (threads := spare_threads()) is not None:
            options.intra_op_num_threads = threads
        providers = [name for name in PROVIDERS if name in ort.get_available_providers()]
        try:
            self._session = ort.InferenceSession(bundle.onnx_file, options, providers=providers)
        except Exception as error:  # ONNX Runtime's errors share no base class
            raise EngineError(f"ONNX Runtime cannot load {bundle.onnx_file}: {str(error).splitlines()[0]}") from error
        self.threads = options.intra_op_num_threads or os.cpu_count() or 0
        self._input = self._session.get_inputs()[0].name

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            found = np.asarray(self._session.run(None, {self._input: inputs})[0])[0]
            return np.ascontiguousarray(found.transpose(2, 0, 1))
        except Exception as error:  # ONNX Runtime's errors share no base class
            raise EngineError(f"ONNX Runtime stopped: {str(error).splitlines()[0]}") from error

    def close(self) -> None:
        """Nothing to do: ONNX Runtime frees its memory with the object."""
