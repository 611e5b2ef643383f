"""What the window's tests share: a live view over plain slots, a window over a quick model, and a check for leaks."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.capture.source import Source, SourceError
from app.gui.live_view import LiveView
from app.gui.main import make_application
from app.gui.main_window import MainWindow
from app.options import WindowOptions
from app.pipeline.pipeline import Pipeline
from app.settings import Settings
from tests.gui.parts import Live, Plain, delete_later, find_bundle, open_engine, picture


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    return make_application()


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings and pictures of the tests are their own."""
    monkeypatch.setenv("SONOBLOCK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(autouse=True, scope="module")
def kept_from_before() -> None:
    """What outlives a file of tests is not searched for garbage after every test of the next: it took half the time."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_leaks(qapp: QApplication) -> Iterator[None]:
    """Fails a test that leaves a thread or a window behind."""
    threads = set(threading.enumerate())
    yield
    delete_later()
    left = [repr(widget) for widget in QApplication.topLevelWidgets() if widget.metaObject().className() not in _QT_OWN]
    assert not left, f"windows left: {left}"
    alive = [thread.name for thread in set(threading.enumerate()) - threads if thread.is_alive()]
    assert not alive, f"threads left: {alive}"


_QT_OWN = {"QTipLabel", "QDesktopWidget"}


@pytest.fixture
def supply() -> Plain:
    return Plain()


@pytest.fixture
def view(qtbot: QtBot, supply: Plain) -> Iterator[LiveView]:
    """A live view of 640 × 480 whose clock stands at `supply.now` and which is pulled by hand."""
    made = LiveView(supply, clock=lambda: supply.now)
    made.stop()
    made.resize(640, 480)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    made.deleteLater()


Opened = Callable[..., MainWindow]


@pytest.fixture
def opened(qtbot: QtBot) -> Iterator[Opened]:
    """Makes a window that shows a source, with the real pipeline and the tests' model."""
    windows: list[MainWindow] = []

    def make(
        source: Source | None = None,
        settings: Settings | None = None,
        sources: Mapping[str, Source] | None = None,
        options: WindowOptions | None = None,
    ) -> MainWindow:
        known = sources or {}

        def parse(word: str, demo: Path | None) -> Source:
            if word not in known:
                raise SourceError(f"{word} does not exist: check the path.")
            return known[word]

        window = MainWindow(settings or Settings(), lambda post: Pipeline(post, open_engine, find_bundle), parse)
        windows.append(window)
        window.resize(1280, 720)
        window.show()
        qtbot.waitExposed(window)
        window.begin(source or Live(picture()), options or WindowOptions())
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()
