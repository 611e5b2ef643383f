"""TensorFlow: the reference, and the live engine where it sees a GPU. Importing this takes seconds."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from model.bundle import Bundle
from model.engines.engine import require_fit
from model.errors import EngineError


def _load(bundle: Bundle) -> keras.Model:
    for gpu in tf.config.list_physical_devices("GPU"):
        try:
            # Take what is needed and no more: the display and other programs share the GPU.
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:
            break  # It is in use already, with whatever was set before.
    try:
        network = keras.saving.load_model(bundle.keras_file, compile=False)
    except (OSError, ValueError, TypeError) as error:
        raise EngineError(f"TensorFlow cannot load {bundle.keras_file}: {str(error).splitlines()[0]}") from error
    require_fit(bundle, network.input_shape, network.output_shape)
    return network


class TensorFlowEngine:
    """Runs the bundle's Keras file as one graph with a fixed signature, warmed up."""

    name = "tensorflow"

    def __init__(self, bundle: Bundle, threads: int = 0) -> None:
        """`threads` changes nothing: TensorFlow has one number for the whole process."""
        self.size, self.structures = bundle.size, bundle.structures
        network = _load(bundle)
        signature = tf.TensorSpec((1, bundle.size, bundle.size, 1), tf.float32)
        self._graph = tf.function(lambda inputs: network(inputs, training=False), input_signature=[signature])
        self.threads = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count() or 0
        self.predict(np.zeros((1, bundle.size, bundle.size, 1), np.float32))

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            return np.ascontiguousarray(np.asarray(self._graph(tf.constant(inputs)))[0].transpose(2, 0, 1))
        except tf.errors.OpError as error:
            raise EngineError(f"TensorFlow stopped: {error.message.splitlines()[0]}") from error

    def close(self) -> None:
        """Nothing to do: TensorFlow frees its memory with the object."""


class KerasPredictEngine:
    """`keras.Model.predict`, as scripts of this kind call it: a yardstick for `model bench`, not for use."""

    name = "keras-predict"

    def __init__(self, bundle: Bundle, threads: int = 0) -> None:
        """`threads` changes nothing: TensorFlow has one number for the whole process."""
        self.size, self.structures = bundle.size, bundle.structures
        self._network = _load(bundle)
        self.threads = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count() or 0

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.ascontiguousarray(np.asarray(self._network.predict(inputs, verbose=0))[0].transpose(2, 0, 1))

    def close(self) -> None:
        """Nothing to do."""
