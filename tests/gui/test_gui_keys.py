"""The keys: the table, what the user changed of it, the page where it is changed, and what a pedal can send."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

import app.gui
from app.gui.bindings import MOUSE, Bindings, normal, typed, written
from app.gui.keys import HELD, KEYS
from app.gui.keys_page import KeysPage
from app.gui.main_window import MainWindow
from app.settings import Settings, load_settings
from tests.gui.parts import Clip, Live, picture

Opened = Callable[..., MainWindow]
NO_MODIFIER = Qt.KeyboardModifier.NoModifier
PEDAL = {f"F{number}": getattr(Qt.Key, f"Key_F{number}") for number in range(13, 25)} | {
    "PgUp": Qt.Key.Key_PageUp,
    "PgDown": Qt.Key.Key_PageDown,
    "Media Play": Qt.Key.Key_MediaPlay,
    "Media Next": Qt.Key.Key_MediaNext,
    "Volume Up": Qt.Key.Key_VolumeUp,
    "Back": Qt.Key.Key_Back,
    "Forward": Qt.Key.Key_Forward,
}


def event(key: Qt.Key, text: str = "", modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text)


# The bindings alone


def test_no_key_of_the_table_is_there_twice_and_all_are_as_qt_writes_them() -> None:
    sequences = [name for key in KEYS for name in key.keys]
    assert len(sequences) == len(set(sequences))
    assert [normal(name) for name in sequences] == sequences
    assert all(len(key.keys) <= 2 for key in KEYS)
    assert Bindings({}).problem == ""


@pytest.mark.parametrize("name", PEDAL)
def test_whatever_a_pedal_types_has_a_name_that_can_be_kept(name: str) -> None:
    assert typed(event(PEDAL[name])) == name
    assert normal(name) == name
    assert QKeySequence(name)[0].key() is PEDAL[name]


@pytest.mark.parametrize(
    ("pressed", "name"),
    [
        (event(Qt.Key.Key_Question, "?", Qt.KeyboardModifier.ShiftModifier), "?"),
        (event(Qt.Key.Key_A, "A", Qt.KeyboardModifier.ShiftModifier), "Shift+A"),
        (event(Qt.Key.Key_5, "5", Qt.KeyboardModifier.KeypadModifier), "5"),
        (event(Qt.Key.Key_F13, "", Qt.KeyboardModifier.ControlModifier), "Ctrl+F13"),
        (event(Qt.Key.Key_Shift, "", Qt.KeyboardModifier.ShiftModifier), ""),
        (event(Qt.Key.Key_unknown), ""),
        (event(Qt.Key.Key_Space, " "), "Space"),
    ],
)
def test_a_pressed_key_is_named_as_it_is_kept(pressed: QKeyEvent, name: str) -> None:
    assert typed(pressed) == name


def test_only_what_differs_is_kept() -> None:
    kept: dict[str, list[str]] = {}
    keys = Bindings(kept)
    keys.bind("toggle_freeze", 1, "F13")
    assert kept == {"toggle_freeze": ["F", "F13"]}
    assert keys.label("toggle_freeze") == "F or F13"
    keys.bind("toggle_freeze", 1, "")
    assert kept == {}


def test_a_key_that_is_taken_moves() -> None:
    kept: dict[str, list[str]] = {}
    keys = Bindings(kept)
    keys.bind(HELD, 1, "F")
    assert keys.keys(HELD) == ("Space", "F")
    assert keys.keys("toggle_freeze") == ()
    assert kept == {HELD: ["Space", "F"], "toggle_freeze": []}
    again = Bindings(dict(kept))
    assert again.problem == ""
    assert again.owner("F") == HELD
    keys.reset("toggle_freeze")
    assert keys.keys(HELD) == ("Space",)
    assert kept == {}


def test_reset_all_brings_every_key_back() -> None:
    kept: dict[str, list[str]] = {}
    keys = Bindings(kept)
    for place, key in enumerate(KEYS[:12]):
        keys.bind(key.action, place % 2, f"F{13 + place}")
    assert kept
    keys.reset_all()
    assert kept == {}
    assert all(keys.keys(key.action) == key.keys for key in KEYS)


@pytest.mark.parametrize(
    ("kept", "sentence"),
    [
        ({"toggle_freeze": ["Hop"]}, "'Hop' is no key that can be used"),
        ({"toggle_freeze": ["A, B"]}, "'A, B' is no key"),
        ({"toggle_freeze": ["Return"]}, "'Return' is no key that can be used"),
        ({"toggle_freeze": ["O"]}, "O is given twice and stays with 'Freeze the picture, or go on'"),
        ({"toggle_freeze": ["F13"], "snapshot": ["F13"]}, "F13 is given twice and stays with 'Freeze"),
        ({"toggle_freeze": ["Hop"], "snapshot": ["Hop"]}, ", and 1 more)"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence_and_the_rest_holds(
    kept: dict[str, list[str]], sentence: str
) -> None:
    keys = Bindings({**kept, "self_check": ["F14"], "of_another_version": ["F15"]})
    assert sentence in keys.problem
    assert keys.problem.endswith("see the page of keys.")
    assert keys.keys("self_check") == ("F14",)
    assert keys.owner("F15") is None
    names = [name for key in KEYS for name in keys.keys(key.action) if name]
    assert len(names) == len(set(names))


def test_damaged_keys_in_the_settings_set_the_file_aside(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"keys": {"toggle_freeze": "F13"}}')
    settings, notice = load_settings(path)
    assert settings == Settings()
    assert "'keys' cannot be" in notice


# In the window


@pytest.fixture
def window(opened: Opened, qtbot: QtBot) -> MainWindow:
    made = opened(Live(picture()))
    qtbot.waitUntil(lambda: made.top.badge.text() == "LIVE")
    return made


@pytest.fixture
def page(window: MainWindow) -> KeysPage:
    QTest.keyClick(window.view, Qt.Key.Key_F1)
    found = window.findChild(KeysPage)
    assert found is not None
    return found


def leave(page: KeysPage, window: MainWindow) -> None:
    page.close()
    QTest.qWaitForWindowActive(window)


def test_f1_opens_the_page_with_every_action_and_closes_it(window: MainWindow, page: KeysPage, qtbot: QtBot) -> None:
    assert page.isVisible()
    assert {action for action, _ in page.buttons} == {key.action for key in KEYS} == set(window.actions_by_name)
    assert [page.buttons["show_help", slot].text() for slot in (0, 1)] == ["F1", "?"]
    QTest.keyClick(page, Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: window.findChild(KeysPage) is None)


def test_the_next_key_is_the_actions_own_at_once_and_kept(window: MainWindow, page: KeysPage) -> None:
    button = page.buttons["toggle_freeze", 1]
    button.click()
    assert button.text() == "Press …"
    QTest.keyClick(button, Qt.Key.Key_F13)
    assert button.text() == "F13"
    assert load_settings()[0].keys == {"toggle_freeze": ["F", "F13"]}
    leave(page, window)
    QTest.keyClick(window.view, Qt.Key.Key_F13)
    assert window.pipeline.frozen
    QTest.keyClick(window.view, Qt.Key.Key_F)
    assert not window.pipeline.frozen


def test_a_key_that_is_taken_is_asked_about(window: MainWindow, page: KeysPage) -> None:
    page.buttons["snapshot", 1].click()
    QTest.keyClick(page.buttons["snapshot", 1], Qt.Key.Key_F)
    assert "F is taken by 'Freeze the picture, or go on'" in page.text.text()
    page.leave_key.click()
    assert window.settings.keys == {}
    page.buttons["snapshot", 1].click()
    QTest.keyClick(page.buttons["snapshot", 1], Qt.Key.Key_F)
    QTest.keyClick(page, Qt.Key.Key_Escape)  # Answers the question, and does not close the page.
    assert page.isVisible()
    assert not page.leave_key.isVisible()
    assert window.settings.keys == {}
    page.buttons["snapshot", 1].click()
    QTest.keyClick(page.buttons["snapshot", 1], Qt.Key.Key_F)
    page.move_key.click()
    assert "has no key now" in page.text.text()
    assert page.buttons["toggle_freeze", 0].text() == "–"
    assert window.settings.keys == {"toggle_freeze": [], "snapshot": ["S", "F"]}
    assert page.resets["snapshot"].isVisible()
    page.resets["toggle_freeze"].click()
    assert window.settings.keys == {}


def test_keys_that_stay_are_refused_and_esc_changes_nothing(window: MainWindow, page: KeysPage) -> None:
    button = page.buttons["snapshot", 0]
    button.click()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Tab):
        QTest.keyClick(button, key)
        assert "stays what it is" in page.text.text()
    QTest.keyClick(button, Qt.Key.Key_Shift)
    assert "cannot be used alone" in page.text.text()
    QTest.keyClick(button, Qt.Key.Key_Escape)
    assert button.text() == "S"
    assert page.isVisible()
    assert window.settings.keys == {}


def test_everything_on_the_page_goes_by_keys(window: MainWindow, page: KeysPage) -> None:
    button = page.buttons["snapshot", 1]
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert button.text() == "Press …"
    QTest.keyClick(button, Qt.Key.Key_Space)
    QTest.keyClick(page.move_key, Qt.Key.Key_Return)
    assert window.settings.keys == {HELD: [], "snapshot": ["S", "Space"]}
    QTest.keyClick(page.resets[HELD], Qt.Key.Key_Space)
    assert window.settings.keys == {}


def test_the_key_of_the_page_itself_can_be_given_away(window: MainWindow, page: KeysPage) -> None:
    button = page.buttons["toggle_overlay", 1]
    button.click()
    QTest.keyClick(button, Qt.Key.Key_F1)
    assert page.isVisible()
    page.move_key.click()
    assert window.bindings.keys("show_help") == ("", "?")
    leave(page, window)
    QTest.keyClick(window.view, Qt.Key.Key_F1)
    assert not window.settings.overlay


def test_a_key_is_taken_away_and_reset_all_asks_twice(window: MainWindow, page: KeysPage) -> None:
    page.buttons["self_check", 0].click()
    page.take_away.click()
    assert window.settings.keys == {"self_check": []}
    assert window.actions_by_name["self_check"].toolTip() == "Self-check: source, speed, engine, model, disk"
    page.reset_all.click()
    assert window.settings.keys
    page.reset_all.click()
    assert window.settings.keys == {}


def test_what_holds_the_raw_picture_can_be_any_key(window: MainWindow, page: KeysPage) -> None:
    button = page.buttons[HELD, 0]
    button.click()
    QTest.keyClick(button, Qt.Key.Key_PageDown)
    page.move_key.click()
    leave(page, window)
    QTest.keyPress(window.panel.opacity, Qt.Key.Key_PageDown)
    assert window.view.wishes.raw_held
    assert window.top.overlay.text() == "Overlay off while PgDown is held"
    QTest.keyRelease(window.panel.opacity, Qt.Key.Key_PageDown)
    assert not window.view.wishes.raw_held
    QTest.keyPress(window.view, Qt.Key.Key_Space)
    assert not window.view.wishes.raw_held


@pytest.mark.parametrize("name", MOUSE)
def test_a_button_of_a_mouse_can_be_bound_and_held(window: MainWindow, page: KeysPage, name: str) -> None:
    for action in (HELD, "toggle_freeze"):
        button = page.buttons[action, 1]
        button.click()
        QTest.mouseClick(button, MOUSE[name])
        if page.move_key.isVisible():
            page.move_key.click()
        assert button.text() == written(name) or button.text().startswith("Mouse")
        QTest.mousePress(window.view, MOUSE[name], pos=QPoint(50, 50))
        assert (window.view.wishes.raw_held, window.pipeline.frozen) == (action == HELD, action != HELD)
        QTest.mouseRelease(window.view, MOUSE[name], pos=QPoint(50, 50))
        assert not window.view.wishes.raw_held
    assert window.settings.keys["toggle_freeze"] == ["F", name]


def test_a_key_without_a_name_is_known_by_its_number(window: MainWindow, page: KeysPage) -> None:
    def send(to: QWidget, kind: QEvent.Type, code: int) -> None:
        QApplication.sendEvent(to, QKeyEvent(kind, 0, NO_MODIFIER, code, 0, 0))

    for action, code in ((HELD, 202), ("toggle_freeze", 203)):
        page.buttons[action, 1].click()
        send(page.buttons[action, 1], QEvent.Type.KeyPress, code)
    assert window.settings.keys == {HELD: ["Space", "Key 202"], "toggle_freeze": ["F", "Key 203"]}
    assert Bindings(dict(window.settings.keys)).problem == ""
    send(window.view, QEvent.Type.KeyPress, 202)
    assert window.view.wishes.raw_held
    send(window.view, QEvent.Type.KeyRelease, 202)
    assert not window.view.wishes.raw_held
    send(window.view, QEvent.Type.KeyPress, 203)
    assert window.pipeline.frozen
    send(window.view, QEvent.Type.KeyPress, 204)
    assert window.pipeline.frozen
    assert not window.view.wishes.raw_held


def test_an_empty_first_slot_holds_nothing(window: MainWindow) -> None:
    window.bindings.bind(HELD, 1, "F13")
    window.bindings.bind(HELD, 0, "")
    QApplication.sendEvent(window.view, QKeyEvent(QEvent.Type.KeyPress, 0, NO_MODIFIER, 99, 0, 0))
    assert not window.view.wishes.raw_held
    QTest.keyPress(window.view, Qt.Key.Key_F13)
    assert window.view.wishes.raw_held
    QTest.keyRelease(window.view, Qt.Key.Key_F13)


def test_tooltips_messages_and_first_steps_show_the_keys_of_now(opened: Opened) -> None:
    kept = {HELD: ["F13"], "toggle_freeze": ["F14"], "edit_scan_area": ["F15"], "more_opacity": ["F16"]}
    window = opened(Live(picture()), Settings(keys=kept))
    freeze = next(one for one in window.panel.findChildren(QPushButton) if one.text() == "Freeze")
    assert freeze.toolTip() == "Freeze the picture, or go on (F14)"
    assert "(F16)" in window.panel.opacity.toolTip()
    window.first_steps.start()
    assert "Hold F13" in window.first_steps.text.text()
    window.messages.say("A message.", {"Draw it": window.actions_by_name["edit_scan_area"]})
    (offer,) = (one for one in window.messages.findChildren(QPushButton) if one.text().startswith("Draw"))
    assert offer.text() == "Draw it (F15)"
    window.bindings.bind("toggle_freeze", 0, "F17")
    assert freeze.toolTip() == "Freeze the picture, or go on (F17)"


def test_what_a_message_offers_is_next_is_seen_and_pressed_by_enter_and_leaves_space_to_the_raw_picture(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened(Live(picture()))
    qtbot.waitUntil(window.isActiveWindow)
    window.messages.say("A message.", {"Draw it": window.actions_by_name["edit_scan_area"]})
    (offer,) = (one for one in window.messages.findChildren(QPushButton) if one.text().startswith("Draw"))
    without = offer.grab().toImage()
    QTest.keyClick(window.view, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is offer
    assert offer.grab().toImage() != without
    QTest.keyPress(offer, Qt.Key.Key_Space)
    assert window.view.wishes.raw_held
    QTest.keyRelease(offer, Qt.Key.Key_Space)
    assert window.view.tool is None
    window.messages._timer.timeout.emit()
    assert window.messages.text == "A message."  # It does not go from under who is about to press.
    QTest.keyClick(offer, Qt.Key.Key_Return)
    assert window.view.tool is not None


def test_arrow_keys_choose_in_a_group_that_has_the_focus_and_seek_otherwise(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Clip(), Settings(folds={"window": True}))
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.transport.isVisible())
    window.pipeline.pause()
    dark, light = (next(one for one in window.panel.findChildren(QPushButton) if one.text() == name) for name in NAMES)
    dark.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(dark, Qt.Key.Key_Right)
    assert QApplication.focusWidget() is light
    assert window.settings.theme == "light"
    window.view.setFocus()
    QTest.mouseClick(dark, Qt.MouseButton.LeftButton)
    assert window.settings.theme == "dark"
    assert QApplication.focusWidget() is window.view
    QTest.keyClick(window.view, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: window.view.frame is not None and window.view.frame.number == 9)


NAMES = ("Dark", "Light")


def test_keys_in_the_settings_that_cannot_be_used_are_said_at_the_start(opened: Opened) -> None:
    window = opened(Live(picture()), Settings(keys={"toggle_freeze": ["O"]}))
    assert window.messages.text.startswith("Not all keys are as the settings say")


def test_no_sentence_of_the_window_names_a_key_that_can_be_changed() -> None:
    """Keys in brackets and Space are written by `keys_of`, `with_keys` and `tip` only."""
    shipped = "|".join(re.escape(name) for key in KEYS for name in key.keys)
    literal = re.compile(
        rf'"[^"\n]*(\((?:{shipped})\)|\[ and \]|[Hh]old Space|Space is|\bEsc (?:skips|closes))[^"\n]*"'
    )
    found = []
    for path in Path(str(app.gui.__path__[0])).glob("*.py"):
        code = re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += [f"{path.name}: {match.group()}" for match in literal.finditer(code)]
    assert found == []


def test_every_button_of_the_page_is_large_enough_and_in_sight(page: KeysPage) -> None:
    page.resize(1216, 648)
    QApplication.processEvents()
    buttons: list[QWidget] = [one for one in page.findChildren(QPushButton) if one.isVisible()]
    assert len(buttons) > 100
    for button in buttons:
        assert min(button.width(), button.height()) >= 44
        assert button.accessibleName()


@pytest.mark.parametrize("width", [760, 1180])
def test_the_columns_stand_one_below_the_other_where_there_is_no_room_beside(page: KeysPage, width: int) -> None:
    page.resize(width, 600)
    QApplication.processEvents()
    resets = list(page.resets.values())
    right = max(button.mapTo(page, QPoint(button.width(), 0)).x() for button in resets)
    assert right <= page.width(), "nothing is cut off at the right"
    lefts = {button.mapTo(page, QPoint(0, 0)).x() for button in resets}
    assert len(lefts) == (2 if width > 1000 else 1)
