"""The arrows between the parts of the program, and what starting it must not load."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

HEAVY = ("tensorflow", "keras", "torch", "tf2onnx", "onnx", "matplotlib", "scipy")
DICOM = {"pydicom", "PIL", "jpeg_ls"}
"""Loaded when a DICOM file is opened, and not before."""


def test_import_contracts_hold() -> None:
    # A process of its own: the linter keeps the standard output that it finds when it is imported.
    code = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def loaded_by(module: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after importing this one."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.split()
    )


@pytest.mark.parametrize(
    "module", ["app.__main__", "app.pipeline.pipeline", "app.annotate", "app.trainer.compare", "app.trainer.saving"]
)
def test_without_a_window_neither_training_nor_qt_is_loaded(module: str) -> None:
    assert not loaded_by(module) & {*HEAVY, *DICOM, "PySide6"}


def test_the_command_line_of_the_model_is_there_before_tensorflow() -> None:
    assert not loaded_by("model.__main__") & {*HEAVY, "PySide6", "app"}


def test_openvino_has_nothing_to_report_with() -> None:
    code = "import model.engines.openvino; from openvino.tools.ovc import telemetry; print(type(telemetry).__module__)"
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert ended.stdout.strip() == "openvino.tools.ovc.telemetry_stub"


def test_onnx_runtime_reports_nothing_and_keeps_no_number_of_this_machine(tmp_path: Path) -> None:
    code = """
import os
import numpy as np
from model.bundle import find
from model.engines.choice import open_engine
bundle = find("default")
engine = open_engine("onnxruntime", bundle)
engine.predict(np.zeros((1, engine.size, engine.size, 1), np.float32))
print(os.environ.get("ORT_DISABLE_TELEMETRY"))
"""
    folders = {name: str(tmp_path / name) for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA")}
    command = [sys.executable, "-c", code]
    environment = {**os.environ, **folders}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment)
    assert ended.stdout.strip() == "1"
    assert [path for path in tmp_path.rglob("*") if path.name in ("Microsoft", ".onnxruntime")] == []


def test_the_window_loads_nothing_of_training() -> None:
    loaded = loaded_by("app.gui.main")
    assert "PySide6" in loaded
    assert not loaded & {*HEAVY, *DICOM}
