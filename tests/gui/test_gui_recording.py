import csv
import gc
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app.capture.recorded import RecordedClip
from app.capture.source import Frame
from app.gui.kept_list import words
from app.gui.main_window import MainWindow
from app.gui.record_control import megabytes, memory_words, minutes, record_words
from app.gui.status import OverlayKind
from app.paths import pictures_folder, recordings_folder
from app.pipeline import recorder as recorder_module
from app.pipeline.kept import Kept
from app.pipeline.recorder import RecorderState
from app.pipeline.snapshot import save_snapshot
from app.pipeline.types import Rect
from app.settings import Settings
from tests.gui.parts import Live, colour_at, grab, is_overlay, picture

Opened = Callable[..., MainWindow]


@pytest.fixture
def window(opened: Opened, qtbot: QtBot) -> MainWindow:
    made = opened()
    qtbot.waitUntil(lambda: made.view.state.kind is OverlayKind.SHOWN)
    return made


def press(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window.view, key)


def record(window: MainWindow, qtbot: QtBot, seconds: float = 0.3) -> Path:
    """Records for a while and gives the folder."""
    recorder = window.pipeline.recorder
    before = recorder.state.ended
    press(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: recorder.state.seconds > seconds)
    press(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: recorder.state.ended is not before)
    assert recorder.state.ended is not None
    assert recorder.state.ended.folder is not None
    return recorder.state.ended.folder


def test_nothing_is_recorded_until_v_is_pressed(window: MainWindow) -> None:
    assert not window.top.recording.isVisible()
    assert not window.panel.recordings.record.isChecked()
    assert not recordings_folder().exists()


def test_v_records_says_so_in_every_fold_and_stops(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_F9)
    chip = window.top.recording
    qtbot.waitUntil(lambda: chip.isVisible() and "● REC 00:0" in chip.text())
    assert window.panel.recordings.record.isChecked()
    for key in (Qt.Key.Key_P, Qt.Key.Key_F11, Qt.Key.Key_P, Qt.Key.Key_F11):
        press(window, key)
        QApplication.processEvents()
        assert not chip.visibleRegion().isEmpty()
    qtbot.waitUntil(lambda: window.pipeline.recorder.state.seconds > 0.2)
    press(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: bool(re.match(r"Recorded \d\d:\d\d, ", window.messages.text)))
    assert not chip.isVisible()
    assert not window.panel.recordings.record.isChecked()
    assert str(recordings_folder()) in window.messages.text


def test_the_line_of_a_recording_is_amber_and_not_red(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_F9)
    chip = window.top.recording
    qtbot.waitUntil(chip.isVisible)
    image = grab(chip)
    ground = image.pixelColor(image.width() // 2, 2)
    assert ground.red() > ground.green() > ground.blue()
    assert ground.green() > 40  # Amber; the red of an error has less than 30.


def test_what_is_recorded_is_the_scan_area_with_its_masks(opened: Opened, qtbot: QtBot) -> None:
    pixels = np.array(picture())
    pixels[:40] = 222  # Where a scanner writes the patient's name.
    window = opened(Live(pixels), Settings(scan_areas={"camera:0": "40,60,240,160"}))
    qtbot.waitUntil(lambda: window.view.state.kind is OverlayKind.SHOWN)
    folder = record(window, qtbot)
    clip = RecordedClip(folder)
    assert clip.open().width == 240
    count = 0
    while (one := clip.read()) is not None:
        assert np.array_equal(one.pixels, pixels[60:220, 40:280])
        count += 1
    clip.close()
    about = json.loads((folder / "recording.json").read_text())
    assert about["frames"] == count > 5
    assert [(one["model"], one["engine"]) for one in about["predictions_by"]] == [("default", "onnxruntime")]
    rows = list(csv.DictReader((folder / "predictions.csv").read_text().splitlines()))
    assert len(rows) > 2
    assert {row["found"] for row in rows} == {"1"}
    assert float(rows[0]["centre_x"]) == pytest.approx(160 - 40, abs=2)
    assert "camera" not in "".join(path.read_text("latin-1") for path in folder.glob("*.[cj]s*"))


def test_a_whole_frame_of_a_live_source_is_recorded_with_a_warning(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_F9)
    assert window.messages.text.startswith("The whole frame is kept, as no scan area is set")
    press(window, Qt.Key.Key_F9)
    window.scan_area.set_area(Rect(0, 0, 100, 100))
    window.messages.hide()
    press(window, Qt.Key.Key_F9)
    assert window.messages.text == ""


@pytest.mark.parametrize(("key", "done"), [(Qt.Key.Key_S, "Snapshot saved: "), (Qt.Key.Key_B, "Saved ")])
def test_a_whole_frame_of_a_live_source_is_kept_with_a_warning(
    window: MainWindow, qtbot: QtBot, key: Qt.Key, done: str
) -> None:
    qtbot.waitUntil(lambda: window.pipeline.recorder.state.ring_seconds > 0.1)
    press(window, key)
    qtbot.waitUntil(lambda: window.messages.text.startswith(done))
    assert "\nThe whole frame is kept, as no scan area is set" in window.messages.text
    window.scan_area.set_area(Rect(0, 0, 100, 100))
    qtbot.waitUntil(lambda: window.pipeline.recorder.state.ring_seconds > 0.1)
    press(window, key)
    qtbot.waitUntil(lambda: window.messages.text.startswith(done))
    assert "The whole frame" not in window.messages.text


def test_a_scan_area_that_is_given_up_while_recording_is_warned_of(window: MainWindow, qtbot: QtBot) -> None:
    window.scan_area.set_area(Rect(0, 0, 100, 100))
    press(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.pipeline.recorder.state.seconds > 0.2)
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: window.messages.text.startswith("The whole frame is kept, as no scan area is set"))
    assert window.pipeline.recorder.state.recording
    press(window, Qt.Key.Key_F9)


def test_b_saves_the_last_seconds_and_the_panel_says_what_is_in_memory(window: MainWindow, qtbot: QtBot) -> None:
    box = window.panel.recordings
    assert box.save_last.text() == "Save last 30 s"
    qtbot.waitUntil(lambda: window.pipeline.recorder.state.ring_seconds > 0.3)
    window.recording.refresh()
    assert re.fullmatch(r"In memory: \d+ s, \d+\.\d MB of 300 MB", box.memory.text())
    press(window, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: bool(re.match(r"Saved \d\d:\d\d, ", window.messages.text)))
    (folder,) = recordings_folder().iterdir()
    clip = RecordedClip(folder)
    clip.open()
    assert clip.times_s[-1] > 0.3
    clip.close()
    assert not window.top.recording.isVisible()


def test_where_nothing_is_held_in_memory_there_is_nothing_to_save(opened: Opened, qtbot: QtBot) -> None:
    window = opened(settings=Settings(ring_seconds=0))
    qtbot.waitUntil(lambda: window.view.state.kind is OverlayKind.SHOWN)
    assert not window.panel.recordings.save_last.isEnabled()
    assert "Nothing is held in memory" in window.panel.recordings.memory.text()
    assert window.pipeline.recorder.state.ring_bytes == 0


def test_a_recording_that_cannot_go_on_is_said(opened: Opened, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "LOOK_AT_DISK_S", 0.0)
    window = opened()
    qtbot.waitUntil(lambda: window.view.state.kind is OverlayKind.SHOWN)
    press(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.pipeline.recorder.state.folder is not None)
    monkeypatch.setattr("app.pipeline.recording.check_room", _full)
    qtbot.waitUntil(lambda: "Recording stopped: no space left on device." in window.messages.text)
    assert "kept. Free some space" in window.messages.text
    assert not window.top.recording.isVisible()
    assert not window.panel.recordings.record.isChecked()
    assert window.view.state.kind is OverlayKind.SHOWN


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_closing_the_window_closes_the_recording(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.pipeline.recorder.state.seconds > 0.1)
    window.close()
    (folder,) = recordings_folder().iterdir()
    assert json.loads((folder / "recording.json").read_text())["ended"] == "by the user"


def test_a_snapshot_keeps_what_is_chosen_in_the_panel(window: MainWindow, qtbot: QtBot) -> None:
    box = window.panel.recordings
    box.snapshot.setCurrentIndex(box.snapshot.findData("side by side"))
    box.snapshot.activated.emit(box.snapshot.currentIndex())
    assert window.settings.snapshot == "side by side"
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: "Snapshot saved" in window.messages.text)
    assert [path.name[-17:] for path in pictures_folder().iterdir()] == ["-side-by-side.png"]


# The list


@pytest.fixture
def listed(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """A window with its list open: a snapshot, and under it a recording."""
    record(window, qtbot)
    frame = Frame(picture(), 0, 0.0)
    save_snapshot(pictures_folder(), frame, None, now=datetime(2099, 3, 4, 5, 6, 7))
    press(window, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: window.kept.list is not None and window.kept.list.list.count() == 2)
    return window


def test_the_list_shows_times_lengths_sizes_and_pictures(listed: MainWindow) -> None:
    assert listed.kept.list is not None
    shown = listed.kept.list.list
    snapshot, recording = shown.item(0), shown.item(1)
    assert listed.kept.list.focusWidget() is shown
    assert snapshot.text().startswith("4 March 2099, 05:06:07\nSnapshot, 0.0 MB")
    assert f"{datetime.now().year}" in recording.text()
    assert re.search(r"\nRecording, \d\d:\d\d, \d+\.\d MB$", recording.text())
    for row in (0, 1):
        image = shown.item(row).icon().pixmap(160, 96).toImage()
        assert image.pixelColor(80, 48).red() > 200  # The white ellipse.
        assert 40 < image.pixelColor(60, 10).red() < 90


def test_a_recording_of_the_list_is_played_with_the_overlay_computed_anew(
    opened: Opened, listed: MainWindow, qtbot: QtBot
) -> None:
    assert listed.kept.list is not None
    folder = listed.kept.list.list.item(1).data(Qt.ItemDataRole.UserRole).path
    listed.sources._parse = lambda word, demo: RecordedClip(Path(word))
    listed.kept.list.list.setCurrentRow(1)
    QTest.keyClick(listed.kept.list.buttons["Open"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: listed.top.badge.text() == "REPLAY")
    assert listed.top.name.text() == folder.name
    assert listed.kept.list is None
    qtbot.waitUntil(
        lambda: listed.view.state.kind is OverlayKind.SHOWN and is_overlay(colour_at(listed.view, 160, 120))
    )
    qtbot.waitUntil(lambda: QApplication.activeWindow() is listed)
    press(listed, Qt.Key.Key_O)
    assert not is_overlay(colour_at(listed.view, 160, 120))
    assert listed.transport.isVisible()


def answer(listed: MainWindow, text: str) -> None:
    assert listed.kept.list is not None
    (box,) = listed.kept.list.findChildren(QMessageBox)
    gc.collect()
    assert {button.text() for button in box.buttons() if button.isVisible()} == {"Delete", "Keep"}
    assert {button.objectName() for button in box.buttons()} == {"segment"}
    button = next(one for one in box.buttons() if one.text() == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_deleting_asks_once_and_deletes_that_one(listed: MainWindow, qtbot: QtBot) -> None:
    assert listed.kept.list is not None
    listed.kept.list.list.setCurrentRow(1)
    listed.settings.recent.append(str(next(recordings_folder().iterdir())))
    QTest.mouseClick(listed.kept.list.buttons["Delete …"], Qt.MouseButton.LeftButton)
    answer(listed, "Keep")
    QApplication.processEvents()
    assert listed.kept.list.list.count() == 2
    qtbot.waitUntil(lambda: not listed.kept.list.findChildren(QMessageBox))  # type: ignore[union-attr]
    listed.kept.list.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is listed.kept.list)
    QTest.keyClick(listed.kept.list, Qt.Key.Key_Delete)
    answer(listed, "Delete")
    qtbot.waitUntil(lambda: listed.kept.list.list.count() == 1)  # type: ignore[union-attr]
    assert list(recordings_folder().iterdir()) == []
    assert len(list(pictures_folder().iterdir())) == 1
    assert listed.settings.recent == ["camera:0"]


def test_what_is_being_recorded_is_neither_played_nor_deleted(listed: MainWindow, qtbot: QtBot) -> None:
    recorder = listed.pipeline.recorder
    listed.actions_by_name["toggle_recording"].trigger()
    qtbot.waitUntil(lambda: recorder.state.folder is not None)
    folder = recorder.state.folder
    assert folder is not None
    kept = Kept(folder, datetime.now(), 0, True, 0.1, None, (folder,))
    listed.kept._delete(kept)
    assert listed.messages.text == "This one is being recorded: stop the recording first."
    listed.kept._open(kept)
    assert listed.top.badge.text() == "LIVE"
    assert folder.exists()


def test_the_one_that_is_being_recorded_is_marked_and_left_alone(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.pipeline.recorder.state.folder is not None)
    press(window, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: window.kept.list is not None and window.kept.list.list.count() == 1)
    listed = window.kept.list
    assert listed is not None
    assert listed.list.item(0).text().endswith("\nBeing recorded now")
    assert [button.isEnabled() for button in listed.buttons.values()] == [False, True, False]
    QTest.keyClick(listed, Qt.Key.Key_Delete)
    assert not listed.findChildren(QMessageBox)
    window.actions_by_name["toggle_recording"].trigger()
    qtbot.waitUntil(listed.buttons["Open"].isEnabled)


def test_an_empty_list_says_how_to_fill_it(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_F3)
    assert window.kept.list is not None
    qtbot.waitUntil(lambda: window.kept.list is not None and "Record: F9." in window.kept.list.empty.text())
    assert not window.kept.list.buttons["Delete …"].isEnabled()
    QTest.keyClick(window.kept.list, Qt.Key.Key_F3)
    assert window.kept.list is None


# Words


def test_words_of_recordings() -> None:
    state = RecorderState(True, 83.9, 34_400_000, 2, 29.6, 299_000_000, None, None)
    assert record_words(state) == "● REC 01:23 · 34 MB · dropped 2"
    assert memory_words(state, 30, 300) == "In memory: 30 s, 299 MB of 300 MB (full)"
    assert (minutes(0), minutes(3600), megabytes(3_440_000)) == ("00:00", "60:00", "3.4 MB")
    broken = Kept(Path("x"), datetime(2026, 11, 24, 13, 45, 10), 84_000_000, True, None, None, ())
    assert words(broken) == "24 November 2026, 13:45:10\nRecording, cannot be played, 84 MB"
