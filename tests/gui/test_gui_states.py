"""What the two lines say of a source that is lost, stands still, or has no engine."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.capture.source import Picture
from app.gui.live_view import LiveView
from app.gui.main_window import MainWindow
from app.gui.status import OverlayKind
from app.options import WindowOptions
from app.pipeline import worker as workers
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import SourceState
from app.settings import Settings
from tests.gui.parts import BrightEngine, Live, Plain, colour_at, find_bundle, is_overlay, picture
from tests.gui.test_gui_window import Opened, press, shows_overlay


def test_the_next_try_counts_down(opened: Opened, qtbot: QtBot) -> None:
    source = Live(picture())
    window = opened(source)
    qtbot.waitUntil(lambda: shows_overlay(window))
    now = [100.0]
    window.lines._clock = lambda: now[0]
    source.failing = True
    qtbot.waitUntil(lambda: window.top.badge.text() == "NO SIGNAL")
    event = window.sources.event
    assert event is not None
    assert event.retry_s is not None
    since = window.lines._lost
    assert since is not None
    window.lines._lost = (type(event)(**{**vars(event), "retry_s": 3.0}), 100.0)
    for later, words in ((0.0, "Next try in 3 s."), (1.5, "Next try in 2 s."), (3.0, "Trying again.")):
        now[0] = 100.0 + later
        window.lines._say_lost()
        assert window.view.text.endswith(words)
        assert window.view.text.startswith("No signal. Test camera was unplugged: plug it in.")


class Silent(Live):
    """A camera whose `read` gives nothing and does not fail, until it is let go."""

    def __init__(self) -> None:
        super().__init__(picture())
        self.gate = threading.Event()
        self.gate.set()

    def read(self) -> Picture:
        self.gate.wait(20)
        return super().read()


def test_a_camera_that_hangs_is_not_live(opened: Opened, qtbot: QtBot) -> None:
    source = Silent()
    window = opened(source)
    qtbot.waitUntil(lambda: window.top.badge.text() == "LIVE")
    source.gate.clear()
    qtbot.waitUntil(lambda: window.top.badge.text() == "FROZEN")
    assert window.top.detail.text() == "no new pictures for over a second"
    event = window.sources.event
    assert event is not None
    assert event.state is SourceState.RUNNING
    source.gate.set()
    qtbot.waitUntil(lambda: window.top.badge.text() == "LIVE")


def test_a_source_of_few_pictures_does_not_turn_live_with_each(opened: Opened, qtbot: QtBot) -> None:
    source = Silent()
    window = opened(source)
    qtbot.waitUntil(lambda: window.top.badge.text() == "LIVE")
    source.gate.clear()
    qtbot.waitUntil(lambda: window.top.badge.text() == "FROZEN")
    before = window.view.frame
    window._status.stop()
    source.gate.set()
    qtbot.waitUntil(lambda: window.view.frame is not before)
    window.lines.refresh()
    assert window.top.badge.text() == "FROZEN"
    assert window.top.detail.text() == "no new pictures for over a second"
    before = window.view.frame
    qtbot.waitUntil(lambda: window.view.frame is not before)
    window.lines.refresh()
    assert window.top.badge.text() == "LIVE"


def test_what_painting_found_is_said_at_once(view: LiveView, supply: Plain, qtbot: QtBot) -> None:
    supply.predict(supply.show(picture()))
    view.pull()
    supply.now += 0.15
    supply.show(picture(), 1)
    view.pull()
    supply.now += 0.1
    view.grab()
    assert view.state.kind is OverlayKind.TOO_OLD
    with qtbot.waitSignal(view.state_changed, timeout=1000):
        view.pull()


class HangingEngine(BrightEngine):
    """Stops answering when told to."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        assert self.gate.wait(20)
        return super().predict(inputs)


@pytest.fixture
def hanging(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[MainWindow, HangingEngine]]:
    """A window whose first engine can be made to hang; the next one opened is well."""
    monkeypatch.setattr(workers, "PREDICTING_S", 0.4)
    bad = HangingEngine()
    engines = [bad, BrightEngine()]
    window = MainWindow(
        Settings(), lambda post: Pipeline(post, lambda name, bundle: engines.pop(0), find_bundle), keep_settings=False
    )
    window.resize(1280, 720)
    window.show()
    qtbot.waitExposed(window)
    window.begin(Live(picture()), WindowOptions())
    yield window, bad
    bad.gate.set()
    window.close()
    window.deleteLater()
    for thread in threading.enumerate():
        if thread.name == "segmentation":
            thread.join(20)


def test_an_engine_that_hangs_is_said_its_overlay_goes_and_it_comes_back(
    hanging: tuple[MainWindow, HangingEngine], qtbot: QtBot
) -> None:
    window, engine = hanging
    qtbot.waitUntil(lambda: shows_overlay(window))
    engine.gate.clear()
    qtbot.waitUntil(lambda: window.view.state.kind is OverlayKind.TOO_OLD)
    assert not is_overlay(colour_at(window.view, 160, 120))
    qtbot.waitUntil(lambda: "has not answered" in window.messages.text)
    assert "It is being started again." in window.messages.text
    qtbot.waitUntil(lambda: window.bottom.model.text() == "ONNX Runtime · default" and shows_overlay(window))
    assert is_overlay(colour_at(window.view, 160, 120))
    press(window, Qt.Key.Key_Escape)
