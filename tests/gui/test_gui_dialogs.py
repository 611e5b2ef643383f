"""What is asked for beside the running picture: files, folders, addresses, a part of the screen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot

from app.gui.main_window import MainWindow
from app.gui.panel import OPEN_MODEL
from app.gui.rubber_band import RubberBand
from app.pipeline.types import Rect
from tests.gui.parts import Clip, Live, picture

Opened = Callable[..., MainWindow]


def ask(window: MainWindow, action: str) -> None:
    window.actions_by_name[action].trigger()


def dialog_of(window: MainWindow, kind: type[QDialog]) -> QDialog:
    found = window.findChildren(kind)
    assert len(found) == 1
    return found[0]


def choose(window: MainWindow, path: Path) -> None:
    """Chooses a path in the open dialog."""
    dialog = dialog_of(window, QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.selectFile(str(path))
    dialog.accept()


@pytest.mark.parametrize(
    ("address", "word"),
    [
        (" rtsp://10.0.0.5/scan ", "camera:rtsp://10.0.0.5/scan"),
        ("camera:rtsp://10.0.0.5/scan", "camera:rtsp://10.0.0.5/scan"),
        (" igtl://10.0.0.5:18944 ", "igtl://10.0.0.5:18944"),
    ],
)
def test_an_address_is_opened_as_a_camera_or_by_openigtlink(
    opened: Opened, qtbot: QtBot, address: str, word: str
) -> None:
    window = opened(sources={word: Live(picture(), word, "Far camera")})
    ask(window, "open_address")
    dialog = dialog_of(window, QInputDialog)
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue(address)
    dialog.accept()
    qtbot.waitUntil(lambda: window.top.name.text() == "Far camera")


def test_a_dialog_that_is_left_opens_nothing_and_the_next_one_may_come(opened: Opened, qtbot: QtBot) -> None:
    window = opened()
    ask(window, "open_address")
    ask(window, "open_file")
    dialog = dialog_of(window, QInputDialog)
    assert not window.findChildren(QFileDialog)
    dialog.reject()
    assert window.top.name.text() == "Test camera"
    assert window.messages.text == ""
    ask(window, "open_file")
    dialog_of(window, QFileDialog).reject()


@pytest.mark.parametrize("action", ["open_file", "open_folder"])
def test_a_file_or_a_folder_is_opened(opened: Opened, qtbot: QtBot, tmp_path: Path, action: str) -> None:
    path = tmp_path / "scan"
    path.mkdir() if action == "open_folder" else path.touch()
    window = opened(sources={str(path): Clip(str(path))})
    ask(window, action)
    choose(window, path)
    qtbot.waitUntil(lambda: window.top.name.text() == "scan")
    assert window.settings.recent[0] == str(path)


def test_the_demos_folder_is_kept_and_shown(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened(sources={"demo": Clip("demo")})
    ask(window, "choose_demo_folder")
    choose(window, tmp_path)
    qtbot.waitUntil(lambda: window.top.name.text() == "demo")
    assert Path(window.settings.demo_folder) == tmp_path


def test_a_models_folder_is_loaded_and_kept(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened()
    window.panel.model_chosen.emit(OPEN_MODEL)
    choose(window, tmp_path)
    qtbot.waitUntil(lambda: window.bottom.model.text() == f"ONNX Runtime · {tmp_path.name}")
    assert Path(window.settings.model) == tmp_path


def test_a_part_of_the_screen_is_drawn_while_the_window_is_away(opened: Opened, qtbot: QtBot) -> None:
    word = "screen:10,20,300,200"
    window = opened(sources={word: Live(picture(), word, "Part of the screen")})
    ask(window, "open_screen_area")
    assert not window.isVisible()
    qtbot.waitUntil(lambda: window.findChild(RubberBand) is not None)
    band = window.findChild(RubberBand)
    assert band is not None
    band.chosen.emit(Rect(10, 20, 300, 200))
    band.close()
    assert window.isVisible()
    qtbot.waitUntil(lambda: window.top.name.text() == "Part of the screen")


def test_leaving_the_screen_without_a_part_brings_the_window_back(opened: Opened, qtbot: QtBot) -> None:
    window = opened()
    ask(window, "open_screen_area")
    qtbot.waitUntil(lambda: window.findChild(RubberBand) is not None)
    band = window.findChild(RubberBand)
    assert band is not None
    place = window.pos()
    window.move(place + QPoint(300, 200))  # As some window managers place a window that comes back.
    QTest.keyClick(band._panes[0], Qt.Key.Key_Escape)
    qtbot.waitUntil(window.isVisible)
    assert window.pos() == place
    assert window.top.name.text() == "Test camera"
