"""The network's whole life: data, training, measures, export and engines. Imports neither Qt nor `app`."""

import os
import sys

# A program that sees patients' pictures tells nobody anything. With this package, `import openvino` alone reports to
# its makers over the network: without it, OpenVINO puts a stub in its place.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
# ONNX Runtime's builds report from their import on, before they could be told not to: this is read at the import.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
