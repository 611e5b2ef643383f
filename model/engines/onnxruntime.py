"""ONNX Runtime: small, starts at once, and runs everywhere."""

from __future__ import annotations

import os

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from model.bundle import Bundle
from model.engines.engine import require_fit
from model.errors import EngineError

# Older builds for Windows know nothing of ORT_DISABLE_TELEMETRY (see model/__init__.py): they report what they do to
# the system's diagnostics until told not to here.
ort.disable_telemetry_events()

# In this order where the installed build has them: NVIDIA, any GPU on Windows, and always the processor.
_PROCESSOR = "CPUExecutionProvider"
PROVIDERS = ("CUDAExecutionProvider", "DmlExecutionProvider", _PROCESSOR)


class OnnxRuntimeEngine:
    """Runs the bundle's ONNX file."""

    name = "onnxruntime"

    def __init__(self, bundle: Bundle, threads: int = 0, session: ort.InferenceSession | None = None) -> None:
        """0 threads: as many as there are cores. `session` is one with the bundle's network, where it is there."""
        self.size, self.structures = bundle.size, bundle.structures
        self._session = session or _open(bundle, _providers(), threads)
        self.threads = self._session.get_session_options().intra_op_num_threads or os.cpu_count() or 0
        taken, given = self._session.get_inputs()[0], self._session.get_outputs()[0]
        require_fit(bundle, taken.shape, given.shape)
        self._input = taken.name

    @classmethod
    def team(cls, bundle: Bundle) -> list[OnnxRuntimeEngine]:
        """One for each core, of one thread each; a single one where there is a GPU."""
        providers = _providers()
        if providers[0] != _PROCESSOR:
            return [cls(bundle)]
        session = _open(bundle, providers, threads=1)
        return [cls(bundle, session=session) for _ in range(os.cpu_count() or 1)]

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            found = np.asarray(self._session.run(None, {self._input: inputs})[0])[0]
            return np.ascontiguousarray(found.transpose(2, 0, 1))
        except Exception as error:  # ONNX Runtime's errors share no base class
            raise EngineError(f"ONNX Runtime stopped: {str(error).splitlines()[0]}") from error

    def close(self) -> None:
        """Nothing to do: ONNX Runtime frees its memory with the object."""


def _providers() -> list[str]:
    there = ort.get_available_providers()
    return [name for name in PROVIDERS if name in there]


def _open(bundle: Bundle, providers: list[str], threads: int) -> ort.InferenceSession:
    """A session with the bundle's network; 0 threads: as many as there are cores. Raises EngineError."""
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    # Idle threads would otherwise spin between frames and take the processor from the picture.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(bundle.onnx_file, options, providers=providers)
    except Exception as error:  # ONNX Runtime's errors share no base class
        raise EngineError(f"ONNX Runtime cannot load {bundle.onnx_file}: {str(error).splitlines()[0]}") from error
