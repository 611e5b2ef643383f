import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.errors import UsageError
from app.gui.bench import Report, run_bench, table
from app.gui.main import has_display
from app.options import WindowOptions
from app.pipeline.statistics import Percentiles
from model.bundle import shipped
from tests.gui.parts import Clip

ROOT = Path(__file__).resolve().parents[2]
AGES = Percentiles(1.0, 2.0, 3.0)
UNKNOWN = Percentiles(float("nan"), float("nan"), float("nan"))
KEYS = {
    "source_fps",
    "painted_fps",
    "predicted_fps",
    "picture_age_ms",
    "overlay_age_ms",
    "dropped",
    "painted_in_time",
    "paint_ms",
    "engine",
    "model",
    "cpu_percent",
    "rss_mb",
    "first_picture_s",
    "first_overlay_s",
    "steps_ms",
}


def report() -> Report:
    return Report(
        30, 30, 29, AGES, UNKNOWN, 0, 0.98, "openvino", "default", 50, 200, 0.8, None, 10, 300, AGES, {"paint": AGES}
    )


def test_the_report_has_the_keys_of_the_contract_and_null_for_what_is_not_known() -> None:
    content = json.loads(report().to_json())
    assert content.keys() >= KEYS
    assert content["picture_age_ms"] == {"p50": 1.0, "p95": 2.0, "max": 3.0}
    assert content["overlay_age_ms"] == {"p50": None, "p95": None, "max": None}
    assert content["first_overlay_s"] is None


def test_the_table_names_what_was_measured() -> None:
    text = table(report())
    for words in (
        "source",
        "painted",
        "predicted",
        "picture age",
        "overlay age",
        "step: paint",
        "two refreshes of a 60 Hz screen: 98.0%",
        "first picture 0.80 s",
    ):
        assert words in text


def test_the_age_of_the_process_counts_from_its_start() -> None:
    code = "from app.gui.bench import process_age_s; print(process_age_s())"
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 0 < float(done.stdout) <= time.monotonic() - start + 0.02


def test_a_source_that_fails_ends_in_one_sentence(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    with pytest.raises(UsageError, match="is not a video file"):
        run_bench(Clip(broken=True), 0.2, out, WindowOptions())
    assert not out.exists()


@pytest.mark.skipif("default" not in shipped(), reason="needs the shipped model in assets/models/default")
def test_bench_measures_the_real_window(tmp_path: Path, own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "bench.json"
    run_bench(Clip(), 0.5, out, WindowOptions(engine="onnxruntime"))
    content = json.loads(out.read_text())
    assert content["painted_fps"] > 1
    assert content["picture_age_ms"]["p50"] > 0
    steps = {"capture", "scale", "preprocess", "network", "novelty", "temporal filter", "postprocess"}
    assert content["steps_ms"].keys() == steps | {"draw overlay", "paint"}
    assert 0 < content["paint_ms"]["p50"] <= content["paint_ms"]["p95"] <= content["paint_ms"]["max"]
    assert content["model"] == "default"
    assert content["engine"] == "onnxruntime"
    assert "picture age" in capsys.readouterr().out
    assert not (own_home / "config").exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_the_window_without_a_display_is_one_line_and_status_2(tmp_path: Path) -> None:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment["SONOBLOCK_HOME"] = str(tmp_path)
    command = [sys.executable, "-m", "app", "phantom"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no display" in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
@pytest.mark.parametrize(("name", "value"), [("DISPLAY", ":1"), ("WAYLAND_DISPLAY", "w"), ("QT_QPA_PLATFORM", "x")])
def test_what_counts_as_a_display(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for other in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(other, raising=False)
    assert not has_display()
    monkeypatch.setenv(name, value)
    assert has_display()
