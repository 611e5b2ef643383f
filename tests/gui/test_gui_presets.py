"""The dialog of presets and settings, and the window that follows it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from app.gui.main_window import MainWindow
from app.gui.preset_dialog import PresetDialog
from app.gui.theme import TARGET
from app.pipeline.types import Rect
from app.settings import Settings, load_settings
from tests.gui.parts import Clip, Live, colour_at, delete_later, is_overlay, picture

Opened = Callable[..., MainWindow]
NAME = "SonoSite in theatre 3"


@pytest.fixture
def window(opened: Opened, qtbot: QtBot) -> MainWindow:
    made = opened(sources={"camera:0": Live(picture()), "phantom": Clip("phantom")})
    qtbot.waitUntil(lambda: made.top.badge.text() == "LIVE")
    return made


def dialog_of(window: MainWindow) -> PresetDialog:
    window.actions_by_name["presets"].trigger()
    assert window.presets.dialog is not None
    return window.presets.dialog


def save(window: MainWindow, name: str) -> PresetDialog:
    dialog = dialog_of(window)
    dialog.name.setText(name)
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    return dialog


def names(dialog: PresetDialog) -> list[str]:
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


def test_a_name_can_be_typed_at_once(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_name["presets"].trigger()
    dialog = dialog_of(window)
    qtbot.waitUntil(lambda: dialog.focusWidget() is dialog.name)
    QTest.keyClicks(dialog.focusWidget(), "SonoSite in theatre 3")
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert list(window.settings.presets) == ["SonoSite in theatre 3"]
    assert dialog.isVisible()


def test_a_preset_brings_source_scan_area_and_overlay_back_at_once(window: MainWindow, qtbot: QtBot) -> None:
    window.scan_area.set_area(Rect(100, 60, 160, 140))
    window.overlay.set_opacity(0.9)
    window.overlay.set_style("outline")
    window.overlay.set_threshold(0.7)
    save(window, NAME).reject()

    window.open_word("phantom")
    qtbot.waitUntil(lambda: window.top.badge.text() == "REPLAY")
    window.overlay.set_opacity(0.2)
    window.overlay.set_style("both")
    window.overlay.set_threshold(None)
    window.actions_by_name["toggle_overlay"].trigger()

    dialog = dialog_of(window)
    dialog.list.setCurrentRow(0)
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    assert window.presets.dialog is None
    qtbot.waitUntil(lambda: window.top.badge.text() == "LIVE")
    assert window.pipeline.scan_area == Rect(100, 60, 160, 140)
    assert window.pipeline.threshold == pytest.approx(0.7)
    assert window.view.style_of_overlay.opacity == pytest.approx(0.9)
    assert window.panel.opacity.value() == 90
    assert window.actions_by_name["toggle_overlay"].isChecked()
    assert window.messages.text == f"Preset: {NAME}"
    # The outline lies at the ellipse's edge, and not in its middle.
    qtbot.waitUntil(lambda: any(is_overlay(colour_at(window.view, x, 120)) for x in range(114, 128)))
    assert not is_overlay(colour_at(window.view, 140, 120))


@pytest.mark.parametrize("presses", [1, 2])
def test_a_preset_is_chosen_by_keys_alone(window: MainWindow, qtbot: QtBot, presses: int) -> None:
    window.settings.presets.update({str(number): {"opacity": number / 10} for number in range(1, presses + 1)})
    dialog = dialog_of(window)
    qtbot.waitUntil(dialog.list.hasFocus)
    assert dialog.chosen == ""
    for number in range(1, presses + 1):
        QTest.keyClick(dialog.list, Qt.Key.Key_Down)
        assert dialog.chosen == str(number)
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    assert window.settings.opacity == presses / 10


def test_a_preset_whose_source_is_gone_is_said_and_the_picture_goes_on(window: MainWindow) -> None:
    window.settings.presets["Gone"] = {"source": "/gone.avi", "opacity": 0.8}
    window.presets.use("Gone")
    assert window.messages.text == "/gone.avi does not exist: check the path."
    assert window.settings.opacity == 0.8
    assert window.settings.source == "camera:0"


def test_presets_are_saved_renamed_and_deleted_and_kept_at_once(window: MainWindow) -> None:
    dialog = save(window, NAME)
    assert names(dialog) == [NAME]
    assert not dialog.rename.isEnabled()
    dialog.name.setText("Theatre 4")
    dialog.rename.click()
    assert names(dialog) == ["Theatre 4"]
    dialog.name.setText("A second")
    dialog.save.click()
    assert names(dialog) == ["A second", "Theatre 4"]
    dialog.delete.click()
    assert dialog.delete.text() == "Really delete"
    assert len(names(dialog)) == 2
    dialog.delete.click()
    assert names(dialog) == ["Theatre 4"]
    assert dialog.delete.text() == "Delete"
    dialog.reject()
    assert list(load_settings()[0].presets) == ["Theatre 4"]


def test_deleting_asks_again_where_another_preset_was_chosen_meanwhile(window: MainWindow) -> None:
    window.settings.presets.update({"a": {}, "b": {}})
    dialog = dialog_of(window)
    dialog.list.setCurrentRow(0)
    dialog.delete.click()
    dialog.list.setCurrentRow(1)
    dialog.delete.click()
    assert names(dialog) == ["a", "b"]


def test_what_is_saved_under_a_name_that_is_there_replaces_it(window: MainWindow) -> None:
    dialog = save(window, NAME)
    window.overlay.set_opacity(0.9)
    assert dialog.save.text() == "Replace"
    dialog.save.click()
    assert window.settings.presets[NAME]["opacity"] == 0.9
    assert names(dialog) == [NAME]


def test_settings_go_out_and_come_in_and_the_window_follows(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.overlay.set_opacity(0.8)
    dialog = save(window, NAME)
    dialog.export_to(str(tmp_path / "out.json"))
    assert "out.json" in dialog.status.text()
    window.overlay.set_opacity(0.1)
    window.settings.presets.clear()
    dialog.import_from(str(tmp_path / "out.json"))
    assert dialog.status.text() == "Settings taken over from out.json, with 1 preset."
    assert names(dialog) == [NAME]
    assert window.view.style_of_overlay.opacity == pytest.approx(0.8)


def test_a_damaged_import_is_said_and_changes_nothing(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"sonoblock_settings": 1, "opacity": 0.9, "threshold": "high"}')
    dialog = dialog_of(window)
    dialog.import_from(str(tmp_path / "bad.json"))
    assert "'threshold' cannot be \"high\"" in dialog.status.text()
    assert window.settings.opacity == Settings().opacity


def test_files_are_asked_for_over_the_dialog(window: MainWindow) -> None:
    dialog = dialog_of(window)
    for button in (dialog.export, dialog.take):
        button.click()
        (asked,) = dialog.findChildren(QFileDialog)
        asked.reject()
        delete_later()


def test_ctrl_p_opens_the_dialog(window: MainWindow) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert window.presets.dialog is not None


def test_every_control_is_named_and_large_enough(window: MainWindow) -> None:
    dialog = save(window, NAME)
    for button in [*dialog.findChildren(QPushButton), dialog.name]:
        assert button.accessibleName()
        assert button.height() >= TARGET
        assert button.width() >= TARGET
    assert dialog.list.sizeHintForRow(0) >= TARGET
    assert Settings().presets == {}
