"""Screen readers: everything that can be used has a name, in the window and in all of its pages."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.gui.main_window import MainWindow
from app.settings import Settings
from tests.gui.parts import Clip, Live, picture

Opened = Callable[..., MainWindow]
USED = (QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox, QLineEdit)
PAGES = ("show_help", "self_check", "show_kept", "choose_source", "presets")


def nameless(root: QWidget) -> list[str]:
    """What can be used and has no name; what is inside of Qt's own parts is Qt's."""
    return [
        f"{type(one).__name__} {one.objectName()} in {type(one.parent()).__name__}"
        for one in root.findChildren(QWidget)
        if (isinstance(one, USED) or one.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and not isinstance(one, QScrollBar)
        and not one.window().metaObject().className().startswith("QComboBoxPrivate")  # The list of a chooser.
        and not one.objectName().startswith("qt_")
        and not one.accessibleName().strip()
    ]


def test_everything_in_the_window_has_a_name_folded_or_not(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Clip())
    qtbot.waitUntil(window.transport.isVisible)
    window.messages.say("A message.", {"Draw it": window.actions_by_name["edit_scan_area"]})
    window.first_steps.start()
    window.view.enter_scale_mode()
    assert nameless(window) == []


@pytest.mark.parametrize("action", PAGES)
def test_everything_in_every_page_has_a_name(opened: Opened, qtbot: QtBot, action: str) -> None:
    window = opened(Live(picture()), Settings(presets={"SonoSite": {}}))
    qtbot.waitUntil(lambda: window.top.badge.text() == "LIVE")
    window.actions_by_name[action].trigger()
    QApplication.processEvents()
    (page,) = (one for one in window.findChildren(QDialog) if not isinstance(one, QFileDialog))
    assert page.windowTitle()
    assert nameless(page) == []
    page.close()


def test_the_picture_says_what_state_it_is_in(opened: Opened, qtbot: QtBot) -> None:
    source = Live(picture())
    window = opened(source)
    qtbot.waitUntil(lambda: window.view.accessibleDescription() == "LIVE · Overlay on")
    assert window.view.accessibleName() == "Live view"
    window.actions_by_name["toggle_overlay"].trigger()
    assert window.view.accessibleDescription() == "LIVE · Overlay off"
    window.actions_by_name["toggle_overlay"].trigger()
    window.actions_by_name["toggle_freeze"].trigger()
    qtbot.waitUntil(lambda: window.view.accessibleDescription().startswith("FROZEN"))
    window.actions_by_name["toggle_freeze"].trigger()
    source.pixels = picture(white=None)
    qtbot.waitUntil(lambda: window.view.accessibleDescription() == "LIVE · Overlay on · No region found")
    source.failing = True
    qtbot.waitUntil(lambda: window.view.accessibleDescription() == "NO SIGNAL · Overlay on · hidden: no signal")


def test_a_screen_reader_gets_names_states_and_values(opened: Opened) -> None:
    window = opened(Live(picture()))
    opacity = QAccessible.queryAccessibleInterface(window.panel.opacity)
    assert opacity is not None
    assert opacity.text(QAccessible.Text.Name) == "Opacity"
    assert opacity.text(QAccessible.Text.Description) == "35%"
    badge = QAccessible.queryAccessibleInterface(window.top.badge)
    assert badge is not None
    assert badge.text(QAccessible.Text.Name) == "State of the source"
    assert badge.text(QAccessible.Text.Description)
