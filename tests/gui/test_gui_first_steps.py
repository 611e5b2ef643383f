"""The first steps: shown once, over the running picture, and only where nobody named a source."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

import app.gui.main
from app.__main__ import main
from app.gui.main_window import MainWindow
from app.gui.scan_area_tool import ScanAreaTool
from app.gui.theme import TARGET
from app.options import WindowOptions
from app.settings import Settings, load_settings, save_settings
from tests.gui.parts import Live, colour_at, is_overlay, picture

Opened = Callable[..., MainWindow]


@pytest.fixture
def window(opened: Opened, qtbot: QtBot) -> MainWindow:
    """A window at its first start."""
    made = opened(Live(picture()), options=WindowOptions(first_steps=True))
    qtbot.waitUntil(lambda: made.top.badge.text() == "LIVE")
    return made


def shown_buttons(window: MainWindow) -> list[str]:
    return [button.text() for button in window.first_steps.findChildren(QPushButton) if button.isVisible()]


def test_three_steps_lead_through_and_never_come_again(window: MainWindow, qtbot: QtBot) -> None:
    steps = window.first_steps
    qtbot.waitUntil(lambda: is_overlay(colour_at(window.view, 160, 120)))
    assert steps.title.text() == "1 of 3 · What this is, and is not"
    assert "Not a medical device." in steps.text.text()
    QTest.keyClick(steps.next, Qt.Key.Key_Return)
    assert steps.title.text() == "2 of 3 · Choose a source"
    assert shown_buttons(window) == ["Skip", "Choose a source (C)", "Next"]
    steps.next.click()
    assert shown_buttons(window) == ["Draw it (A)", "Whole frame (R)", "Done"]
    assert not window.settings.introduced
    steps.next.click()
    assert not steps.isVisible()
    assert load_settings()[0].introduced


def test_esc_skips_them_and_a_key_brings_them_back(window: MainWindow) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    assert not window.first_steps.isVisible()
    assert window.settings.introduced
    window.actions_by_name["first_steps"].trigger()
    assert window.first_steps.isVisible()
    assert window.first_steps.title.text().startswith("1 of 3")


def test_the_source_is_chosen_from_the_second_step(window: MainWindow) -> None:
    window.first_steps.next.click()
    next(one for one in window.first_steps.findChildren(QPushButton) if one.text().startswith("Choose")).click()
    assert window.choice.chooser is not None
    window.choice.chooser.reject()
    assert window.first_steps.isVisible()


def test_the_steps_are_out_of_the_way_while_the_scan_area_is_drawn(window: MainWindow) -> None:
    for _ in range(2):
        window.first_steps.next.click()
    next(one for one in window.first_steps.findChildren(QPushButton) if one.text().startswith("Draw")).click()
    assert isinstance(window.view.tool, ScanAreaTool)
    assert not window.first_steps.isVisible()
    window.view.leave_mode()
    assert window.first_steps.isVisible()
    assert window.first_steps.title.text().startswith("3 of 3")


def test_drawing_the_scan_area_later_does_not_bring_them_back(window: MainWindow) -> None:
    window.first_steps.finish()
    window.scan_area.edit()
    window.view.leave_mode()
    assert not window.first_steps.isVisible()


@pytest.mark.parametrize("size", [(1280, 720), (640, 360)])
def test_the_card_is_whole_and_large_enough_in_every_step(window: MainWindow, size: tuple[int, int]) -> None:
    window.resize(*size)
    window.fold(size[0] < 1000)
    for _ in range(3):
        QApplication.processEvents()
        steps = window.first_steps
        assert window.view.rect().contains(steps.geometry())
        assert steps.text.height() >= steps.text.heightForWidth(steps.text.width())
        for button in steps.findChildren(QPushButton):
            if button.isVisible():
                assert button.accessibleName()
                assert button.height() >= TARGET
                assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())
        steps.next.click()


def test_a_window_is_not_surprised_by_them(opened: Opened) -> None:
    assert not opened(Live(picture())).first_steps.isVisible()


@pytest.mark.parametrize(
    ("arguments", "introduced", "expected"), [([], False, True), ([], True, False), (["phantom"], False, False)]
)
def test_they_come_once_and_never_with_a_source_on_the_command_line(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], introduced: bool, expected: bool
) -> None:
    save_settings(Settings(introduced=introduced))
    asked: list[WindowOptions] = []

    def run(source: object, options: WindowOptions) -> int:
        asked.append(options)
        return 0

    monkeypatch.setattr(app.gui.main, "run_window", run)
    assert main(arguments) == 0
    assert asked[0].first_steps is expected
