"""The plots: nothing until they are opened, then the last minute, drawn."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QTextDocumentFragment
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.gui.main_window import MainWindow
from app.gui.plots import Plots
from app.pipeline.history import SECONDS, Series
from tests.gui.parts import Live, grab, picture

Opened = Callable[..., MainWindow]


def test_starting_the_window_does_not_load_the_plots() -> None:
    code = "import sys, app.gui.main, app.gui.bench; print([name for name in sys.modules if name == 'pyqtgraph'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def series(last: float = 30.0) -> Series:
    """A minute of which only the second half is known."""
    known = np.full(SECONDS, np.nan)
    known[SECONDS // 2 :] = last
    return Series(
        np.arange(-SECONDS, 0, dtype=float),
        known,
        known,
        known / 2,
        known,
        known,
        known,
        known / 100,
        {"network": known},
    )


@pytest.fixture
def window(opened: Opened, qtbot: QtBot) -> MainWindow:
    made = opened(Live(picture()))
    qtbot.waitUntil(lambda: made.top.badge.text() == "LIVE")
    return made


def test_the_plots_are_folded_until_asked_for_and_then_drawn(window: MainWindow, qtbot: QtBot) -> None:
    plots = window.plots
    assert not plots.isVisible()
    assert not plots._timer.isActive()
    plots._series = series  # From the first: a line keeps the colour that it got when it was drawn first.
    QTest.keyClick(window.view, Qt.Key.Key_G)
    assert plots.isVisible()
    qtbot.waitUntil(lambda: plots.canvas is not None, timeout=60000)
    assert plots.canvas is not None
    assert plots.canvas.viewport().focusPolicy() is Qt.FocusPolicy.NoFocus
    plots._update()
    assert plots.canvas.values("Frames a second")["predicted"][-1] == 15
    assert list(plots.canvas.values("Steps, ms")) == ["network"]
    image = grab(plots.canvas).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF
    assert (pixels == 0x8FE0C0).sum() > 50
    QTest.keyClick(window.view, Qt.Key.Key_G)
    assert not plots.isVisible()
    assert not plots._timer.isActive()


def test_the_legend_names_what_is_drawn_and_nothing_else(window: MainWindow, qtbot: QtBot) -> None:
    window.plots.toggle()
    qtbot.waitUntil(lambda: window.plots.canvas is not None, timeout=60000)
    canvas = window.plots.canvas
    assert canvas is not None
    known = series().source_fps
    for names in (["capture", "network"], ["network", "postprocess", "draw overlay"]):
        canvas.show_series(replace(series(), steps_ms=dict.fromkeys(names, known)))
        shown = QTextDocumentFragment.fromHtml(canvas._plots["Steps, ms"].legend.text()).toPlainText()
        assert re.findall(r"[a-z]+(?: [a-z]+)*", shown.replace("\u00a0", " ")) == names
    qtbot.waitUntil(canvas.legends.isVisible)  # What is put into a layout is shown with the next events.


def test_no_two_lines_look_alike_and_each_keeps_its_look(window: MainWindow, qtbot: QtBot) -> None:
    window.plots.toggle()
    qtbot.waitUntil(lambda: window.plots.canvas is not None, timeout=60000)
    canvas = window.plots.canvas
    assert canvas is not None
    known, plot = series().source_fps, canvas._plots["Steps, ms"]
    steps = ["capture", "scale", "network", "novelty", "postprocess", "draw overlay", "paint"]
    before: dict[str, object] = {}
    for shown in (steps[:5], steps[2:], steps[:1] + steps[3:6], steps[1:6]):
        canvas.show_series(replace(series(), steps_ms=dict.fromkeys(shown, known)))
        assert set(canvas.values("Steps, ms")) == set(shown)
        assert len(set(plot.looks.values())) == len(shown)
        assert all(plot.looks[name] == before[name] for name in before.keys() & set(shown))
        before = dict(plot.looks)


def test_the_windows_own_numbers_are_drawn(window: MainWindow, qtbot: QtBot) -> None:
    window.plots.toggle()
    qtbot.waitUntil(lambda: window.plots.canvas is not None, timeout=60000)
    canvas = window.plots.canvas
    assert canvas is not None
    # A whole second must have passed.
    qtbot.waitUntil(lambda: np.nanmax(np.nan_to_num(window.pipeline.statistics.series().source_fps)) > 10)
    window.plots._update()
    assert np.nanmax(canvas.values("Frames a second")["source"]) > 10


def test_folding_everything_folds_the_plots_too(window: MainWindow, qtbot: QtBot) -> None:
    window.plots.toggle()
    qtbot.waitUntil(lambda: window.plots.canvas is not None, timeout=60000)
    window.fold(True)
    assert not window.plots.isVisible()
    window.fold(False)
    assert window.plots.isVisible()


def test_they_are_updated_five_times_a_second_at_most(window: MainWindow) -> None:
    assert window.plots._timer.interval() >= 200 or not window.plots._timer.isActive()
    window.plots.toggle()
    assert window.plots._timer.interval() >= 200
    assert isinstance(window.plots, Plots)
