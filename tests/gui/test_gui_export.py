"""Exporting what is replayed, in the window: what is offered, while it plays on, stopped, and said."""

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox
from pytestqt.qtbot import QtBot

from app.capture.video import VideoFile
from app.errors import OutputError
from app.gui.export_dialog import Choice, ExportDialog, Situation
from app.gui.main_window import MainWindow
from app.gui.theme import TARGET
from app.pipeline import export as export_module
from app.pipeline.codecs import best_codec, count_frames
from app.pipeline.types import Rect
from tests.gui.conftest import Opened
from tests.gui.parts import Live, picture
from tests.media import encode_video, needs

FRAMES = 40
AREA = Rect(60, 40, 200, 160)
PATIENCE_MS = 30_000


@pytest.fixture
def source(tmp_path: Path) -> VideoFile:
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (320, 240))
    for number in range(FRAMES):
        writer.write(cv2.cvtColor(picture(white=Rect(80 + 2 * number, 90, 80, 60)), cv2.COLOR_GRAY2BGR))
    writer.release()
    return VideoFile(path)


@pytest.fixture
def window(opened: Opened, source: VideoFile, qtbot: QtBot) -> MainWindow:
    made = opened(source)
    qtbot.waitUntil(lambda: made.models.ready and made.export._situation() is not None, timeout=PATIENCE_MS)
    made.pipeline.set_scan_area(AREA)
    made.pipeline.pause()
    qtbot.waitUntil(lambda: made.top.badge.text() == "PAUSED", timeout=PATIENCE_MS)
    return made


def open_dialog(window: MainWindow, qtbot: QtBot) -> ExportDialog:
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = window.export.dialog
    assert dialog is not None
    return dialog


def set_folder(dialog: ExportDialog, folder: Path) -> None:
    dialog._set_folder(str(folder))


def choose(combo: QComboBox, value: object) -> None:
    combo.setCurrentIndex(combo.findData(value))
    combo.activated.emit(combo.currentIndex())


def finished(window: MainWindow, qtbot: QtBot, out: Path) -> Path:
    """Waits for the end, and gives the folder that was written."""
    qtbot.waitUntil(lambda: window.export._exporter is None, timeout=PATIENCE_MS)
    (folder,) = out.iterdir()
    return folder


def test_on_a_small_screen_its_buttons_stay_in_sight(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_dialog(window, qtbot)
    dialog.resize(620, 380)
    QApplication.processEvents()
    assert dialog.height() == 380
    for button in (dialog.go, dialog.leave):
        assert button.geometry().bottom() < 380
    dialog.table.setFocus()
    while not dialog.change.hasFocus():
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert not dialog.change.visibleRegion().isEmpty()  # It is scrolled to.


def test_all_that_is_chosen_is_written_of_the_scan_area(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog, out = open_dialog(window, qtbot), tmp_path / "out"
    set_folder(dialog, out)
    QTest.mouseClick(dialog.gif, Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog.table, Qt.MouseButton.LeftButton)
    choose(dialog.pictures, "side by side")
    choose(dialog.masks, "scan area")
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    folder = finished(window, qtbot, out)
    codec = best_codec()
    assert codec is not None
    assert count_frames(folder / f"overlay{codec.suffix}") == FRAMES
    assert (folder / "overlay.gif").exists()
    assert cv2.imread(str(folder / "000007.png"), cv2.IMREAD_UNCHANGED).shape == (AREA.height, AREA.width)
    assert cv2.imread(str(folder / "frames" / "000007-side-by-side.png")).shape == (AREA.height, 2 * AREA.width, 3)
    with (folder / "predictions.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["found"] for row in rows] == ["1"] * FRAMES
    assert dialog.said.text() == f"{FRAMES} frames are exported to {folder}."
    assert dialog.show_folder.isEnabled()
    assert dialog.go.text() == "Export"


def test_the_range_and_the_last_seconds_are_what_is_written(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = open_dialog(window, qtbot)
    assert not dialog.ranges["range"].isEnabled()
    window.playback._set_range((12, 20))
    window.pipeline.seek(30)
    qtbot.waitUntil(lambda: window.view.frame is not None and window.view.frame.number == 30, timeout=PATIENCE_MS)
    window.export.refresh()
    assert dialog.frames == (0, FRAMES - 1)
    QTest.mouseClick(dialog.ranges["range"], Qt.MouseButton.LeftButton)
    assert dialog.frames == (12, 20)
    choose(dialog.seconds, 5)
    assert dialog.ranges["last"].isChecked()
    assert dialog.frames == (0, 30)
    QTest.mouseClick(dialog.ranges["range"], Qt.MouseButton.LeftButton)
    set_folder(dialog, tmp_path / "out")
    QTest.mouseClick(dialog.video, Qt.MouseButton.LeftButton)
    choose(dialog.masks, "frame")
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    folder = finished(window, qtbot, tmp_path / "out")
    assert sorted(path.name for path in folder.iterdir()) == [f"{number:06}.png" for number in range(12, 21)]


def test_the_last_seconds_count_back_from_the_frame_that_is_shown() -> None:
    situation = Situation(total=1000, at=400, range=None, rate=30.0, whole_frame=False)
    assert situation.frames(Choice("last", 10)) == (101, 400)
    assert situation.frames(Choice("last", 60)) == (0, 400)
    assert situation.frames(Choice("range")) == (0, 999)


def test_where_frames_come_at_varying_times_their_stamps_count_and_not_their_number() -> None:
    """A hundred frames in ten seconds, then one a second; rounded to a ms, as files do."""
    times = [*(round(number / 10, 3) for number in range(100)), *(10.0 + number for number in range(60))]
    situation = Situation(160, 159, None, 10.0, False, times_s=times)
    assert situation.frames(Choice("last", 10)) == (150, 159)
    assert situation.seconds(150, 159) == pytest.approx(9 + 0.1)
    assert situation.seconds(0, 99) == pytest.approx(10)
    assert replace(situation, at=99).frames(Choice("last", 5)) == (50, 99)
    assert replace(situation, at=99).frames(Choice("last", 60)) == (0, 99)


@needs("ffmpeg")
def test_seconds_in_the_dialog_are_those_of_the_files_stamps(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    """Every frame of 25 a second for a second, then one a second for nine."""
    rare = ("-vf", "select='lt(n,25)+not(mod(n,25))'", "-vsync", "vfr", "-c:v", "libx264", "-preset", "ultrafast")
    window = opened(VideoFile(encode_video(tmp_path / "rare.mp4", *rare, frames=250, rate=25)))
    qtbot.waitUntil(lambda: window.export._situation() is not None, timeout=PATIENCE_MS)
    window.pipeline.pause()
    window.pipeline.seek(33)
    qtbot.waitUntil(lambda: window.view.frame is not None and window.view.frame.number == 33, timeout=PATIENCE_MS)
    window.pipeline.skip(-1)
    window.pipeline.skip(-1)
    qtbot.waitUntil(lambda: window.view.frame is not None and window.view.frame.number == 31, timeout=PATIENCE_MS)
    dialog = open_dialog(window, qtbot)
    choose(dialog.seconds, 5)
    assert dialog.frames == (27, 31)
    assert dialog.count.text() == "Frames 28 to 32 of 34: 5 frames, 5.0 s"


def test_playing_goes_on_and_stopping_keeps_what_is_finished(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = open_dialog(window, qtbot)
    set_folder(dialog, tmp_path / "out")
    choose(dialog.masks, "frame")
    window.pipeline.play()
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert dialog.go.text() == "Stop"
    assert not dialog.gif.isEnabled()
    shown: set[int] = set()

    def played_on() -> bool:
        window.export.refresh()
        if window.view.frame is not None:
            shown.add(window.view.frame.number)
        exporter = window.export._exporter
        return len(shown) > 2 and (exporter is None or exporter.done > 2)

    qtbot.waitUntil(played_on, timeout=PATIENCE_MS)
    if window.export._exporter is not None:
        QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    folder = finished(window, qtbot, tmp_path / "out")
    masks = len(list(folder.glob("*.png")))
    assert 2 < masks <= FRAMES
    assert f"{masks}" in dialog.said.text()
    assert not list(folder.glob(".part*"))


def test_a_full_disk_is_said_in_the_window_and_what_is_there_is_kept(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, content: bytes) -> None:
        if path.name == "000004.png":
            raise OutputError(f"{path} cannot be written (no space left on device): free some space.")
        path.write_bytes(content)

    monkeypatch.setattr(export_module, "write_file", refuse)
    dialog = open_dialog(window, qtbot)
    set_folder(dialog, tmp_path / "out")
    choose(dialog.masks, "frame")
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    dialog.close()
    folder = finished(window, qtbot, tmp_path / "out")
    assert "no space left on device" in window.messages.text
    assert f"is kept in {folder}" in window.messages.text
    assert len(list(folder.glob("*.png"))) == 4


def test_closing_the_window_ends_the_export(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = open_dialog(window, qtbot)
    set_folder(dialog, tmp_path / "out")
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    exporter = window.export._exporter
    assert exporter is not None
    window.close()
    assert exporter.join(0)
    assert not list((tmp_path / "out").glob("*/.part*"))


def test_the_key_that_closes_the_program_does_so_from_the_dialog(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_dialog(window, qtbot)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_the_whole_frame_is_warned_of_where_pictures_are_written(window: MainWindow, qtbot: QtBot) -> None:
    window.pipeline.set_find_scan_area(False)
    window.pipeline.set_scan_area(None)
    dialog = open_dialog(window, qtbot)
    assert "a name in the picture would be exported" in dialog.said.text()
    QTest.mouseClick(dialog.video, Qt.MouseButton.LeftButton)
    choose(dialog.masks, "frame")
    assert dialog.said.text() == ""
    window.pipeline.set_scan_area(AREA)
    QTest.mouseClick(dialog.video, Qt.MouseButton.LeftButton)
    window.export.refresh()
    assert dialog.said.text() == ""


def test_nothing_chosen_is_nothing_to_export_and_what_was_chosen_is_remembered(
    window: MainWindow, qtbot: QtBot
) -> None:
    dialog = open_dialog(window, qtbot)
    QTest.mouseClick(dialog.video, Qt.MouseButton.LeftButton)
    assert not dialog.go.isEnabled()
    QTest.mouseClick(dialog.table, Qt.MouseButton.LeftButton)
    assert dialog.go.isEnabled()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.export.dialog is None
    again = open_dialog(window, qtbot)
    assert again.table.isChecked()
    assert not again.video.isChecked()


def test_all_that_can_be_pressed_is_large_enough(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_dialog(window, qtbot)
    for kind in (QAbstractButton, QComboBox):
        for part in dialog.findChildren(kind):
            assert min(part.width(), part.height()) >= TARGET, part.accessibleName()
            assert part.accessibleName()


def test_a_live_source_has_nothing_to_export(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Live(picture()))
    qtbot.waitUntil(lambda: window.top.badge.text() == "LIVE", timeout=PATIENCE_MS)
    assert not window.actions_by_name["export"].isEnabled()
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert window.export.dialog is None
