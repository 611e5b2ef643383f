from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.gui import check_page
from app.gui.check_page import CheckPage
from app.pipeline.self_check import Line
from tests.gui.parts import grab
from tests.gui.test_gui_window import Opened, press, shows_overlay


def page_of(window: object) -> CheckPage:
    found = window.findChild(CheckPage)  # type: ignore[attr-defined]
    assert isinstance(found, CheckPage)
    return found


def button(page: CheckPage, text: str) -> QPushButton:
    return next(one for one in page.findChildren(QPushButton) if one.text() == text)


def test_f2_checks_shows_a_page_and_keeps_it_as_text(opened: Opened, qtbot: QtBot, own_home: Path) -> None:
    window = opened()
    qtbot.waitUntil(lambda: shows_overlay(window))
    press(window, Qt.Key.Key_F2)
    page = page_of(window)
    qtbot.waitUntil(lambda: "Free disk" in page.text.text())
    assert "ONNX Runtime" in page.text.text()
    assert "LIVE · 320 × 240" in page.text.text()
    button(page, "Save as text").click()
    qtbot.waitUntil(lambda: window.messages.text.startswith("Self-check saved"))
    (written,) = (own_home / "pictures").iterdir()
    text = written.read_text(encoding="utf-8")
    assert "Free disk" in text
    assert "Test camera" not in text
    QTest.keyClick(page, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: window.findChild(CheckPage) is None)


def test_the_page_does_not_grow_out_of_the_screen_when_it_is_filled(opened: Opened, qtbot: QtBot) -> None:
    window = opened()
    qtbot.waitUntil(lambda: shows_overlay(window))
    press(window, Qt.Key.Key_F2)
    page = page_of(window)
    before = page.height()
    qtbot.waitUntil(lambda: "Free disk" in page.text.text())
    assert page.height() == before


def test_on_a_small_screen_all_of_the_page_can_be_scrolled_to(opened: Opened, qtbot: QtBot) -> None:
    window = opened()
    qtbot.waitUntil(lambda: shows_overlay(window))
    press(window, Qt.Key.Key_F2)
    page = page_of(window)
    qtbot.waitUntil(lambda: "Free disk" in page.text.text())
    page.setMinimumHeight(0)
    page.resize(640, 300)
    QApplication.processEvents()
    corner = page._area.geometry().topLeft()
    focused = grab(page).pixelColor(corner)
    button(page, "Close").setFocus()
    assert grab(page).pixelColor(corner) != focused  # Where the focus is can be seen.
    page._area.setFocus()
    QApplication.processEvents()
    assert page.text.height() >= page.text.heightForWidth(page.text.width())
    for _ in range(3):
        QTest.keyClick(page.focusWidget(), Qt.Key.Key_PageDown)
    bottom = page.text.mapTo(page, QPoint(0, page.text.height())).y()
    assert bottom <= button(page, "Close").y()


def test_the_page_can_be_closed_checked_again_and_opened_again(opened: Opened, qtbot: QtBot) -> None:
    window = opened()
    next(one for one in window.panel.findChildren(QPushButton) if one.text() == "Self-check").click()
    page = page_of(window)
    qtbot.waitUntil(lambda: "Free disk" in page.text.text())
    page.text.setText("")
    button(page, "Check again").click()
    qtbot.waitUntil(lambda: "Free disk" in page.text.text())
    button(page, "Close").click()
    qtbot.waitUntil(lambda: window.findChild(CheckPage) is None)
    window.actions_by_name["self_check"].trigger()
    assert page_of(window).isVisible()


def test_the_start_says_what_is_wrong_and_nothing_else(
    opened: Opened, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened()
    said: list[str] = []
    window.check._say = lambda text, offers=None: said.append(f"{text} {[*(offers or {})]}")
    found = [Line("Engine", "fine"), Line("Free disk", "0.1 GB", "Make room.")]
    monkeypatch.setattr(check_page, "quick_check", lambda model, folder: found)
    window.check.at_start()
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["Free disk: 0.1 GB. Make room. ['Check everything']"]
    del found[1], said[:]
    window.check.at_start()
    window.background._threads[-1].join()
    QApplication.processEvents()
    assert said == []


def test_what_is_found_after_the_window_went_is_not_said(opened: Opened) -> None:
    window = opened()
    window.check.toggle()
    window.close()
    window.check.at_start()
