"""The network's whole life: data, training, measures, export and engines. Imports neither Qt nor `app`."""

import sys

# With this package, `import openvino` alone reports to its makers over the network. A program that sees patients'
# pictures tells nobody anything: without it, OpenVINO puts a stub in its place.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
