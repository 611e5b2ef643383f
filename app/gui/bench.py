"""The `bench` command: the real window with the real pipeline, timed."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QObject, QTimer

from app.capture.source import Source
from app.errors import UsageError
from app.gui.main import has_display, make_application
from app.gui.main_window import MainWindow
from app.options import WindowOptions
from app.pipeline.statistics import Measures, Percentiles
from app.pipeline.types import SourceState
from app.settings import Settings
from app.writing import make_folder, write_file

WARM_UP_S = 5.0
"""Measuring begins with the first overlay, at the latest after this."""
_STEADY_MS = 500
"""After the first overlay, so that what starting costs is not measured."""
_LOOK_MS = 20
_SAMPLES = 1_000_000
"""Percentiles are those of the whole run."""


@dataclass(frozen=True)
class Report(Measures):
    """What `bench` measured: with those of the statistics, the keys of its JSON. Rates are those of the whole time."""

    engine: str
    model: str
    cpu_percent: float
    rss_mb: float
    first_picture_s: float | None
    first_overlay_s: float | None
    seconds: float
    frames_painted: int
    paint_ms: Percentiles
    """Of every painting of the picture, for a new frame or a new overlay."""
    steps_ms: dict[str, Percentiles]

    def to_json(self) -> str:
        """Numbers that are not known are null."""
        return json.dumps(_finite(dataclasses.asdict(self)), indent=2) + "\n"


def run_bench(source: Source, seconds: float, json_path: Path | None, options: WindowOptions) -> None:
    """Shows `source` for `seconds`, prints what was measured and writes it to `json_path`.

    The user's settings are neither used nor changed. Raises UsageError where there was nothing to measure, and
    OutputError where the file cannot be written.
    """
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        print("sonoblock: there is no display: the window is painted into memory (offscreen).", file=sys.stderr)
    application = make_application()
    application.setQuitOnLastWindowClosed(False)
    window = MainWindow(Settings(), keep_settings=False)
    if options.size is not None:
        window.resize(*options.size)
    run = _Run(window, seconds)
    run.ended.timeout.connect(application.quit)
    window.show()
    QTimer.singleShot(0, window, lambda: window.begin(source, options))
    application.exec()
    report, problem = run.report, run.problem
    window.close()
    window.deleteLater()
    if report is None:
        raise UsageError(problem)
    print(table(report))
    if json_path is not None:
        make_folder(json_path.parent)
        write_file(json_path, report.to_json())


class _Run(QObject):
    """Waits for the first overlay, then measures."""

    def __init__(self, window: MainWindow, seconds: float) -> None:
        super().__init__(window)
        self._window = window
        self._seconds = seconds
        self._process = psutil.Process()
        self.report: Report | None = None
        self.problem = "The window was closed before anything was measured."
        self.ended = self._timer(0, lambda: None, single=True)
        self._look = self._timer(_LOOK_MS, self._wait)
        self._limit = self._timer(round(WARM_UP_S * 1000), self._begin, single=True)
        self._look.start()
        self._limit.start()

    def _timer(self, ms: int, call: Any, single: bool = False) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(ms)
        timer.setSingleShot(single)
        timer.timeout.connect(call)
        return timer

    def _wait(self) -> None:
        if self._given_up():
            self.ended.start()
        elif self._window.view.first_overlay is not None:
            self._look.stop()
            self._limit.stop()
            QTimer.singleShot(_STEADY_MS, self, self._begin)

    def _given_up(self) -> bool:
        """A source that failed and is not tried again will never show anything."""
        event = self._window.sources.event
        if event is not None and event.state is SourceState.NO_SIGNAL and event.retry_s is None:
            self.problem = event.reason
            return True
        return not self._window.isVisible()

    def _begin(self) -> None:
        self._look.stop()
        self._process.cpu_percent()
        self._window.pipeline.statistics.reset(_SAMPLES)
        QTimer.singleShot(round(self._seconds * 1000), self, self._finish)

    def _finish(self) -> None:
        if self._window.view.first_picture is None:
            event = self._window.sources.event
            self.problem = (event.reason if event else "") or f"{self._window.top.name.text()} gave no picture."
        else:
            self.report = self._measure()
        self.ended.start()

    def _measure(self) -> Report:
        window, process = self._window, self._process
        numbers = window.pipeline.statistics.snapshot()
        model = window.models.event
        ready = model is not None and model.ready
        return Report(
            **vars(numbers.since_reset()),
            engine=model.engine if model and ready else "",
            model=model.model if model and ready else "",
            cpu_percent=process.cpu_percent(),
            rss_mb=process.memory_info().rss / 1e6,
            first_picture_s=_since_start(window.view.first_picture),
            first_overlay_s=_since_start(window.view.first_overlay),
            seconds=numbers.totals.seconds,
            frames_painted=numbers.totals.painted,
            paint_ms=numbers.steps_ms.get("paint", Percentiles.of(())),
            steps_ms=numbers.steps_ms,
        )


def _since_start(moment: float | None) -> float | None:
    """Seconds from the start of this process to `moment` (`time.time()`)."""
    return None if moment is None else moment - (time.time() - process_age_s())


def process_age_s() -> float:
    """How long this process has been running, in seconds."""
    if not sys.platform.startswith("linux"):
        return time.time() - psutil.Process().create_time()
    # There, psutil adds to the time of booting, which the kernel gives in whole seconds. Field 22 counts from booting.
    fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _finite(value: Any) -> Any:
    """JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else None
    return value


def table(report: Report) -> str:
    """The report for a person."""
    lines = [
        f"engine {report.engine or '-'}, model {report.model or '-'}, {report.seconds:.1f} s",
        "",
        f"{'frames a second':<22}{'source':>10}{'painted':>10}{'predicted':>10}{'dropped':>10}",
        f"{'':<22}{report.source_fps:>10.1f}{report.painted_fps:>10.1f}{report.predicted_fps:>10.1f}"
        f"{report.dropped:>10}",
        "",
        f"{'ms':<22}{'p50':>10}{'p95':>10}{'max':>10}",
        _row("picture age", report.picture_age_ms),
        _row("overlay age", report.overlay_age_ms),
        *(_row(f"step: {name}", times) for name, times in report.steps_ms.items()),
        "",
        f"painted within two refreshes of a 60 Hz screen: {_percent(report.painted_in_time)} of the frames",
        f"first picture {_seconds(report.first_picture_s)}, first overlay {_seconds(report.first_overlay_s)} "
        f"after process start; CPU {report.cpu_percent:.0f} %, memory {report.rss_mb:.0f} MB",
    ]
    return "\n".join(lines)


def _row(name: str, times: Percentiles) -> str:
    cells = (f"{value:>10.1f}" if math.isfinite(value) else f"{'-':>10}" for value in (times.p50, times.p95, times.max))
    return f"{name:<22}{''.join(cells)}"


def _percent(share: float) -> str:
    return f"{share:.1%}" if math.isfinite(share) else "-"


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.2f} s"
