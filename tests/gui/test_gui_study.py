"""Correcting by hand and comparing, in the window, by mouse, touch and keys."""

import csv
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.__main__ import main as app_main
from app.capture.folder import ImageFolder
from app.capture.matroska import ClipWriter
from app.capture.recorded import CLIP, MASKS, RecordedClip
from app.capture.source import Picture
from app.capture.video import VideoFile
from app.gui.compare_view import A, B, words_of
from app.gui.main_window import MainWindow
from app.gui.scan_area_tool import ScanAreaTool
from app.gui.study_bar import OPEN_MASKS, OWN, RECORDED
from app.gui.study_rows import HEIGHT, AgreementRow, CorrectionsRow
from app.gui.study_view import fitting
from app.gui.theme import sized
from app.gui.timeline import Timeline
from app.gui.zoom import Zoom
from app.pipeline.types import Rect
from app.trainer.compare import Verdict
from app.trainer.corrections import Correction
from model.bundle import Bundle, shipped
from model.data.check import check
from model.data.folder import load
from model.data.pictures import write_mask
from model.metrics import iou
from tests.gui import conftest
from tests.gui.parts import BrightEngine, Clip, Live, grab, picture

FRAMES = 12
OTHER = shipped()[1]
"""What is compared with `default` at first."""
Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def white(number: int) -> Rect:
    return Rect(20 + 15 * number, 90, 80, 60)


def ellipse(number: int) -> np.ndarray:
    return picture(white=white(number)) > 128


def write_clip(path: Path) -> VideoFile:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (320, 240))
    for number in range(FRAMES):
        # Something on the ground, so that the frames tell themselves apart.
        grey = picture(white=white(number)).copy()
        grey[200:230, 10 + 20 * number : 30 + 20 * number] = 100
        writer.write(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))
    writer.release()
    return VideoFile(path)


def hashed(name: str) -> Bundle:
    return Bundle(Path("tests"), {"name": name, "title": name, "threshold": 0.5, "files": {"n": {"sha256": name}}})


class ShiftedEngine(BrightEngine):
    """As the other one, but its regions lie 16 of 256 to the right; and in a dark picture there is none."""

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(np.roll(super().predict(inputs), 16, axis=2))


def open_engine(name: str, bundle: Bundle) -> BrightEngine:
    return ShiftedEngine() if bundle.name == OTHER else BrightEngine()


Opened = Callable[..., MainWindow]


@pytest.fixture
def paused(opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """A window with the clip, paused at frame 2."""
    monkeypatch.setattr(conftest, "find_bundle", hashed)
    monkeypatch.setattr(conftest, "open_engine", open_engine)
    window = opened(write_clip(tmp_path / "clip.avi"))
    qtbot.waitUntil(lambda: window.transport.isVisible() and window.view.frame is not None, timeout=10_000)
    QTest.keyClick(window, Key.Key_K)
    window.scan_area.set_area(None)
    go(window, 2, qtbot)
    return window


def go(window: MainWindow, frame: int, qtbot: QtBot) -> None:
    window.pipeline.seek(frame)
    qtbot.waitUntil(lambda: shown(window) == frame)


def shown(window: MainWindow) -> int:
    return window.view.frame.number if window.view.frame is not None else -1


@pytest.fixture
def correcting(paused: MainWindow, qtbot: QtBot) -> MainWindow:
    QTest.keyClick(paused, Key.Key_E)
    view = paused.study.correct.view
    qtbot.waitUntil(lambda: "Opening" not in view.words and "dotted" in view.words, timeout=10_000)
    paused.messages.hide()  # It would be the first that Esc closes.
    return paused


def at(window: MainWindow, x: float, y: float) -> QPoint:
    """Where a point of the frame is in the picture for correcting."""
    view = window.study.correct.view
    assert view.frame is not None
    return view.to_view(view.frame, view.rooms()[0]).map(QPointF(x, y)).toPoint()


def click(window: MainWindow, x: float, y: float, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    QTest.mouseClick(window.study.correct.view, button, pos=at(window, x, y))


def drag(window: MainWindow, *points: tuple[float, float]) -> None:
    view = window.study.correct.view
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at(window, *points[0]))
    for point in points[1:]:
        QTest.mouseMove(view, at(window, *point))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at(window, *points[-1]))


def entry(window: MainWindow, frame: int | None = None) -> np.ndarray:
    return window.study.correct.entries[shown(window) if frame is None else frame].mask()


# Correcting


def test_the_mode_cannot_be_overlooked_and_leaves_by_its_key_or_esc(correcting: MainWindow, qtbot: QtBot) -> None:
    view = correcting.study.correct.view
    assert view.isVisible()
    assert view.geometry() == correcting.view.rect()
    assert view.title == "CORRECTING BY HAND"
    assert view.words.startswith("Frame 3 of 12 · not corrected")
    assert correcting.top.overlay.text() == "Overlay hidden while correcting, comparing or testing"
    assert correcting.study_bar.correct.isVisible()
    QTest.keyClick(correcting, Key.Key_Escape)
    assert not view.isVisible()
    assert not correcting.study_bar.correct.isVisible()
    qtbot.waitUntil(lambda: "hidden" not in correcting.top.overlay.text())
    QTest.keyClick(correcting, Key.Key_E)
    assert view.isVisible()


def test_a_polygon_is_drawn_closed_dragged_and_points_come_and_go(correcting: MainWindow) -> None:
    for x, y in ((50, 60), (150, 60), (150, 160), (50, 160), (50, 60)):
        click(correcting, x, y)
    assert entry(correcting).sum() == pytest.approx(100 * 100, rel=0.03)
    tool = correcting.study.correct.view.polygon
    assert [len(ring.points) for ring in tool.rings] == [4]
    drag(correcting, (150, 60), (180, 70), (200, 60))
    assert entry(correcting).sum() == pytest.approx(100 * 100 + 50 * 50, rel=0.03)
    drag(correcting, (50, 110), (20, 110))
    assert [len(ring.points) for ring in tool.rings] == [5]
    assert entry(correcting)[110, 30]
    QTest.keyClick(correcting.study.correct.view, Key.Key_Delete)
    assert not entry(correcting)[110, 30]
    click(correcting, 200, 60, Qt.MouseButton.RightButton)
    assert entry(correcting).sum() == pytest.approx(100 * 100 / 2, rel=0.03)
    assert "corrected by hand" in correcting.study.correct.view.words


def test_undo_takes_a_point_then_changes_and_esc_the_outline_before_the_mode(correcting: MainWindow) -> None:
    tool = correcting.study.correct.view.polygon
    for x, y in ((50, 60), (150, 60), (150, 160)):
        click(correcting, x, y)
    QTest.keyClick(correcting, Key.Key_Z, CTRL)
    assert len(tool.open) == 2
    QTest.keyClick(correcting, Key.Key_Escape)
    assert (tool.open, correcting.study.active) == ([], True)
    assert not correcting.study.correct.entries


def test_a_begun_outline_is_taken_for_its_own_frame_when_the_recording_goes_on(
    correcting: MainWindow, qtbot: QtBot
) -> None:
    for x, y in ((50, 60), (150, 60), (150, 160)):
        click(correcting, x, y)
    QTest.keyClick(correcting, Key.Key_Period)
    qtbot.waitUntil(lambda: shown(correcting) == 3)
    assert list(correcting.study.correct.entries) == [2]


def test_brush_and_eraser_paint_and_their_size_is_changed_by_brackets(correcting: MainWindow) -> None:
    QTest.keyClick(correcting, Key.Key_2)
    threshold = correcting.pipeline.threshold
    QTest.keyClick(correcting, Key.Key_BracketRight)
    QTest.keyClick(correcting, Key.Key_BracketLeft)
    assert correcting.pipeline.threshold == threshold
    assert correcting.study_bar.correct.brush.size_text.text() == "24 px"
    drag(correcting, (60, 100), (120, 100), (180, 100))
    assert entry(correcting).sum() == pytest.approx(120 * 24 + np.pi * 12**2, rel=0.05)
    QTest.keyClick(correcting, Key.Key_3)
    drag(correcting, (120, 60), (120, 140))
    assert not entry(correcting)[:, 112:128].any()
    QTest.keyClick(correcting, Key.Key_Z, CTRL)
    assert entry(correcting)[100, 120]
    QTest.keyClick(correcting, Key.Key_Z, CTRL | SHIFT)
    assert not entry(correcting)[100, 120]


def test_the_models_mask_the_neighbours_and_none(correcting: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(correcting, Key.Key_4)
    assert iou(entry(correcting), ellipse(2)) > 0.95
    go(correcting, 5, qtbot)
    QTest.keyClick(correcting, Key.Key_5)
    assert (entry(correcting, 5) == entry(correcting, 2)).all()
    go(correcting, 7, qtbot)
    QTest.keyClick(correcting, Key.Key_6)
    assert not entry(correcting, 7).any()
    assert "no region, by hand" in correcting.study.correct.view.words
    QTest.keyClick(correcting, Key.Key_9)
    assert sorted(correcting.study.correct.entries) == [2, 5]


class Slow(VideoFile):
    """Reads nothing more while its gate is set; each release lets one picture through."""

    gate: threading.Semaphore | None = None

    def read(self) -> Picture | None:
        if self.gate is not None:
            self.gate.acquire(timeout=10)
        return super().read()


@pytest.fixture
def slow(opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    """Correcting at frame 2; from then on, each picture has to be let through."""
    monkeypatch.setattr(conftest, "find_bundle", hashed)
    source = Slow(write_clip(tmp_path / "clip.avi").path)
    window = opened(source)
    qtbot.waitUntil(lambda: window.transport.isVisible() and window.view.frame is not None, timeout=10_000)
    QTest.keyClick(window, Key.Key_E)
    go(window, 2, qtbot)
    qtbot.waitUntil(lambda: "dotted" in window.study.correct.view.words, timeout=10_000)
    source.gate = threading.Semaphore(0)
    yield window
    source.gate.release(1000)


@pytest.mark.parametrize(("key", "wanted"), [(Key.Key_Home, 0), (Key.Key_End, FRAMES - 1)])
def test_an_answer_right_after_a_key_that_seeks_is_of_the_frame_that_comes(
    slow: MainWindow, qtbot: QtBot, key: Qt.Key, wanted: int
) -> None:
    gate = slow.sources.current.gate  # type: ignore[union-attr]
    QTest.keyClick(slow, key)
    QTest.keyClick(slow, Key.Key_6)
    assert shown(slow) == 2
    assert not slow.study.correct.entries
    gate.release(1000)
    qtbot.waitUntil(lambda: shown(slow) == wanted)
    qtbot.waitUntil(lambda: list(slow.study.correct.entries) == [wanted])


def test_undo_takes_an_answer_back_that_waits_for_its_frame(slow: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(slow, Key.Key_6)
    QTest.keyClick(slow, Key.Key_Home)
    QTest.keyClick(slow, Key.Key_6)
    QTest.keyClick(slow, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    slow.sources.current.gate.release(1000)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: shown(slow) == 0)
    assert list(slow.study.correct.entries) == [2]


def test_an_answer_that_is_lost_by_leaving_is_said(slow: MainWindow) -> None:
    QTest.keyClick(slow, Key.Key_Home)
    QTest.keyClick(slow, Key.Key_6)
    QTest.keyClick(slow, Key.Key_E)
    assert slow.messages.text.startswith("A frame was left before it was shown")


def test_forgetting_is_about_the_frame_that_comes_too(slow: MainWindow, qtbot: QtBot) -> None:
    source = slow.sources.current
    assert isinstance(source, Slow)
    QTest.keyClick(slow, Key.Key_6)
    source.gate, gate = None, source.gate
    QTest.keyClick(slow, Key.Key_Home)
    assert gate is not None
    gate.release(1000)
    qtbot.waitUntil(lambda: shown(slow) == 0)
    source.gate = threading.Semaphore(0)
    slow.pipeline.seek(2)
    QTest.keyClick(slow, Key.Key_9)
    source.gate.release(1000)
    qtbot.waitUntil(lambda: not slow.study.correct.entries)


def test_each_answer_is_of_its_frame_and_one_that_was_never_shown_is_said(slow: MainWindow, qtbot: QtBot) -> None:
    gate = slow.sources.current.gate  # type: ignore[union-attr]
    QTest.keyClick(slow, Key.Key_Home)
    qtbot.waitUntil(lambda: slow.pipeline._grabber._going == 0)  # type: ignore[union-attr]
    QTest.keyClick(slow, Key.Key_6)
    QTest.keyClick(slow, Key.Key_End)
    QTest.keyClick(slow, Key.Key_6)
    QTest.keyClick(slow, Key.Key_Comma)
    QTest.keyClick(slow, Key.Key_6)
    gate.release()
    qtbot.waitUntil(lambda: list(slow.study.correct.entries) == [0])
    gate.release(1000)
    qtbot.waitUntil(lambda: sorted(slow.study.correct.entries) == [0, FRAMES - 2])
    qtbot.waitUntil(lambda: "left before it was shown" in slow.messages.text)


def test_undo_goes_to_the_frame_that_it_changes(correcting: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(correcting, Key.Key_4)
    go(correcting, 8, qtbot)
    QTest.keyClick(correcting, Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: shown(correcting) == 2)
    assert not correcting.study.correct.entries


@pytest.fixture
def interpolated(correcting: MainWindow, qtbot: QtBot) -> MainWindow:
    """Frames 1 and 9 are corrected by hand, and those between interpolated; 9 is shown."""
    for frame in (1, 9):
        go(correcting, frame, qtbot)
        qtbot.waitUntil(lambda: "dotted" in correcting.study.correct.view.words)
        QTest.keyClick(correcting, Key.Key_4)
    QTest.keyClick(correcting, Key.Key_7)
    qtbot.waitUntil(lambda: "interpolated: 7" in correcting.messages.text)
    return correcting


@pytest.mark.parametrize(("key", "frame", "loose"), [(Key.Key_6, 5, 6), (Key.Key_9, 9, 7), (Key.Key_6, 9, 7)])
def test_how_many_interpolated_frames_went_is_said_and_no_longer_once_they_are_back(
    interpolated: MainWindow, qtbot: QtBot, key: Qt.Key, frame: int, loose: int
) -> None:
    go(interpolated, frame, qtbot)
    QTest.keyClick(interpolated, key)
    assert f"taken out: {loose}." in interpolated.messages.text
    go(interpolated, 0, qtbot)
    QTest.keyClick(interpolated, Key.Key_Z, CTRL)
    assert interpolated.messages.text == f"Interpolated frames that are back: {loose}."
    qtbot.waitUntil(lambda: shown(interpolated) == frame)
    QTest.keyClick(interpolated, Key.Key_Z, CTRL | SHIFT)
    assert interpolated.messages.text == f"Interpolated frames that were taken out again: {loose}."


def test_a_single_interpolated_frame_that_went_is_said_too(correcting: MainWindow, qtbot: QtBot) -> None:
    for frame in (1, 3):
        go(correcting, frame, qtbot)
        QTest.keyClick(correcting, Key.Key_6)
    QTest.keyClick(correcting, Key.Key_7)
    qtbot.waitUntil(lambda: "interpolated: 1" in correcting.messages.text)
    QTest.keyClick(correcting, Key.Key_9)
    assert "taken out: 1." in correcting.messages.text


def test_a_recording_that_is_gone_is_said_as_long_as_it_cannot_be_corrected(
    paused: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "clip.avi").rename(tmp_path / "away.avi")
    QTest.keyClick(paused, Key.Key_E)
    view = paused.study.correct.view
    qtbot.waitUntil(lambda: view.words.endswith("does not exist: check the path."), timeout=10_000)
    for name in ("polygon", "brush", "take_model", "no_region", "undo", "next_place"):
        assert not paused.actions_by_name[name].isEnabled(), name
    (tmp_path / "away.avi").rename(tmp_path / "clip.avi")
    QTest.keyClick(paused, Key.Key_E)
    QTest.keyClick(paused, Key.Key_E)
    qtbot.waitUntil(lambda: "Frame 3 of 12" in view.words, timeout=10_000)
    for name in ("polygon", "brush", "take_model", "no_region", "undo", "next_place"):
        assert paused.actions_by_name[name].isEnabled(), name


def test_a_polygon_by_keys_alone(correcting: MainWindow) -> None:
    view = correcting.study.correct.view
    alt = Qt.KeyboardModifier.AltModifier

    def move(key: Qt.Key, times: int) -> None:
        for _ in range(times):
            QTest.keyClick(view, key, alt | SHIFT)

    QTest.keyClick(view, Key.Key_Up, alt)
    for key, times in ((Key.Key_Up, 3), (Key.Key_Right, 6), (Key.Key_Down, 6), (Key.Key_Left, 6)):
        move(key, times)
        QTest.keyClick(view, Key.Key_Return)
    QTest.keyClick(view, Key.Key_Return, SHIFT)
    assert entry(correcting).sum() == pytest.approx(60 * 60, rel=0.05)


def test_replay_keys_still_work_and_a_press_while_playing_only_pauses(correcting: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(correcting.study.correct.view, Key.Key_K)
    qtbot.waitUntil(lambda: correcting.top.badge.text() == "REPLAY")
    click(correcting, 60, 60)
    qtbot.waitUntil(lambda: correcting.top.badge.text() == "PAUSED")
    assert correcting.study.correct.view.polygon.open == []
    QTest.keyClick(correcting.study.correct.view, Key.Key_Home)
    qtbot.waitUntil(lambda: shown(correcting) == 0)


def test_space_shows_the_raw_picture(correcting: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(correcting, Key.Key_4)
    view = correcting.study.correct.view
    inside = at(correcting, 90, 120)
    assert coloured(grab(view).pixelColor(inside))
    QTest.keyPress(view, Key.Key_Space)
    qtbot.waitUntil(lambda: not coloured(grab(view).pixelColor(inside)))
    QTest.keyRelease(view, Key.Key_Space)
    qtbot.waitUntil(lambda: coloured(grab(view).pixelColor(inside)))


def test_tab_passes_over_the_picture_that_is_covered(correcting: MainWindow) -> None:
    view = correcting.study.correct.view
    view.setFocus()
    QTest.keyClick(view, Key.Key_Tab)
    first = QApplication.focusWidget()
    assert first is not None
    assert correcting.study_bar.isAncestorOf(first)
    QTest.keyClick(first, Key.Key_Backtab)
    assert QApplication.focusWidget() is view
    correcting.view.setFocus()  # As where a page closes.
    assert QApplication.focusWidget() is view
    QTest.keyClick(view, Key.Key_Escape)
    assert QApplication.focusWidget() is correcting.view


def coloured(found: QColor) -> bool:
    return max(found.red(), found.green(), found.blue()) - min(found.red(), found.green(), found.blue()) > 20


def test_zoom_keeps_the_place_under_the_mouse_and_the_brush_its_size_in_the_frame(correcting: MainWindow) -> None:
    view = correcting.study.correct.view
    before = at(correcting, 100, 80)
    view.zoom_by(4.0, QPointF(before))
    assert (at(correcting, 100, 80) - before).manhattanLength() <= 4
    QTest.keyClick(correcting, Key.Key_2)
    drag(correcting, (100, 80), (100, 80))
    assert entry(correcting).sum() == pytest.approx(np.pi * 12**2, rel=0.05)
    QTest.keyClick(correcting, Key.Key_0, CTRL)
    assert view.zoom == Zoom()


def test_one_finger_draws_and_two_zoom_without_drawing(correcting: MainWindow) -> None:
    view = correcting.study.correct.view
    screen = QTest.createTouchDevice()
    QTest.keyClick(correcting, Key.Key_2)
    one, other = at(correcting, 100, 100), at(correcting, 200, 100)
    QTest.touchEvent(view, screen).press(0, one, view).commit()
    QTest.touchEvent(view, screen).move(0, other, view).commit()
    QTest.touchEvent(view, screen).release(0, other, view).commit()
    painted = entry(correcting).sum()
    assert painted == pytest.approx(100 * 24 + np.pi * 12**2, rel=0.05)
    apart = QPoint(60, 0)
    QTest.touchEvent(view, screen).press(0, one, view).commit()
    QTest.touchEvent(view, screen).move(0, one, view).press(1, other, view).commit()
    QTest.touchEvent(view, screen).move(0, one - apart, view).move(1, other + apart, view).commit()
    QTest.touchEvent(view, screen).release(0, one - apart, view).release(1, other + apart, view).commit()
    assert view.zoom.factor > 1.2
    assert entry(correcting).sum() == painted


def test_in_a_mirrored_picture_what_is_drawn_lies_where_it_is_seen(correcting: MainWindow) -> None:
    QTest.keyClick(correcting, Key.Key_X)
    view = correcting.study.correct.view
    qtarget = at(correcting, 60, 100)
    assert qtarget.x() > view.width() / 2
    QTest.keyClick(correcting, Key.Key_2)
    drag(correcting, (60, 100), (70, 100))
    assert entry(correcting)[100, 60]


def test_corrections_come_back_and_the_time_line_marks_them(
    correcting: MainWindow, opened: Opened, own_home: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    QTest.keyClick(correcting, Key.Key_4)
    go(correcting, 6, qtbot)
    qtbot.waitUntil(lambda: "dotted" in correcting.study.correct.view.words)
    QTest.keyClick(correcting, Key.Key_4)
    QTest.keyClick(correcting, Key.Key_7)
    qtbot.waitUntil(lambda: len(correcting.study.correct.entries) == 5)
    entries = dict(correcting.study.correct.entries)
    assert sorted(entries) == [2, 3, 4, 5, 6]
    # Nothing was saved by hand, and the window is not asked whether it may close.
    (kept,) = [path for path in (own_home / "data" / "corrections").iterdir() if path.suffix == ".json"]
    assert "clip" not in kept.name
    correcting.open_word("/clips/none.avi")
    correcting.close()

    window = opened(VideoFile(tmp_path / "clip.avi"))
    qtbot.waitUntil(lambda: window.transport.isVisible() and window.view.frame is not None, timeout=10_000)
    QTest.keyClick(window, Key.Key_E)
    qtbot.waitUntil(lambda: dict(window.study.correct.entries) == entries, timeout=10_000)
    assert isinstance(window.transport.slider._study, CorrectionsRow)


def test_own_corrections_of_before_can_be_compared_with_at_once(
    correcting: MainWindow, opened: Opened, qtbot: QtBot, tmp_path: Path
) -> None:
    QTest.keyClick(correcting, Key.Key_4)
    correcting.close()
    window = opened(VideoFile(tmp_path / "clip.avi"))
    qtbot.waitUntil(lambda: window.transport.isVisible() and window.view.frame is not None, timeout=10_000)
    QTest.keyClick(window, Key.Key_W)
    qtbot.waitUntil(lambda: window.study_bar.compare.b.findData(OWN) >= 0, timeout=10_000)
    assert window.study.compare.b == OTHER
    assert not isinstance(window.transport.slider._study, CorrectionsRow)
    window.study.compare.choose("b", OWN)
    qtbot.waitUntil(lambda: window.study.compare.view.names[1] == "Own corrections", timeout=10_000)
    QTest.keyClick(window, Key.Key_W)
    assert isinstance(window.transport.slider._study, CorrectionsRow)


def test_from_the_window_to_training_data(correcting: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    for frame in (2, 6):
        go(correcting, frame, qtbot)
        qtbot.waitUntil(lambda: "dotted" in correcting.study.correct.view.words)
        QTest.keyClick(correcting, Key.Key_4)
    QTest.keyClick(correcting, Key.Key_7)
    qtbot.waitUntil(lambda: len(correcting.study.correct.entries) == 5)
    correcting.study.correct.save_into(str(tmp_path / "data"))
    qtbot.waitUntil(lambda: ": 5, of them interpolated: 3" in correcting.messages.text, timeout=10_000)
    report = check(tmp_path / "data")
    assert (report.pictures, report.harmful) == (5, False), report.lines()
    data = load(tmp_path / "data")
    bright = data.images > 128
    assert all(iou(one, mask) > 0.9 for one, mask in zip(bright, data.masks[:, 0], strict=True))


def test_pictures_of_a_folder_are_corrected_too(opened: Opened, tmp_path: Path, qtbot: QtBot) -> None:
    for number in range(2):
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture(white=white(number)))
    window = opened(ImageFolder(tmp_path))
    qtbot.waitUntil(lambda: window.transport.isVisible() and window.view.frame is not None, timeout=10_000)
    QTest.keyClick(window, Key.Key_E)
    qtbot.waitUntil(lambda: "not corrected" in window.study.correct.view.words, timeout=10_000)
    QTest.keyClick(window, Key.Key_6)
    assert window.study.correct.entries[shown(window)].empty


@pytest.mark.parametrize("key", [Key.Key_E, Key.Key_W, Key.Key_Q])
def test_a_recording_that_lies_nowhere_is_said(opened: Opened, qtbot: QtBot, key: Qt.Key) -> None:
    window = opened(Clip())
    qtbot.waitUntil(lambda: window.transport.isVisible() and window.view.frame is not None, timeout=10_000)
    QTest.keyClick(window, key)
    assert "open one first" in window.messages.text
    assert not window.study.active


def test_live_pictures_have_neither(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Live(picture()))
    qtbot.waitUntil(lambda: window.top.badge.text() == "LIVE")
    for key in (Key.Key_E, Key.Key_W, Key.Key_Q, Key.Key_4):
        QTest.keyClick(window, key)
    assert not window.study.active


def test_setting_the_scan_area_leaves_the_mode(correcting: MainWindow) -> None:
    QTest.keyClick(correcting, Key.Key_A)
    assert not correcting.study.active
    assert isinstance(correcting.view.tool, ScanAreaTool)


# Comparing


@pytest.fixture
def comparing(paused: MainWindow, qtbot: QtBot) -> MainWindow:
    QTest.keyClick(paused, Key.Key_W)
    assert paused.study.compare.b == OTHER
    # It begins anew once it is known which engine runs.
    qtbot.waitUntil(lambda: done(paused) == FRAMES, timeout=20_000)
    return paused


def done(window: MainWindow) -> int:
    comparison = window.study.compare.comparison
    return comparison.done if comparison is not None and window.models.ready else 0


def test_two_models_are_compared_frame_by_frame(comparing: MainWindow, qtbot: QtBot) -> None:
    comparison = comparing.study.compare.comparison
    assert comparison is not None
    # 20 of 320 pixels apart, ellipses of 80 × 60.
    expected = iou(ellipse(2), np.roll(ellipse(2), 20, axis=1))
    assert comparison.ious == pytest.approx(expected, abs=0.04)
    numbers = comparing.study_bar.compare.numbers
    qtbot.waitUntil(lambda: f"Frames with both answers: {FRAMES}" in numbers.text())
    assert f"IoU of this frame: {comparison.ious[2]:.3f}" in numbers.text()
    assert isinstance(comparing.transport.slider._study, AgreementRow)
    view = comparing.study.compare.view
    assert view.words.endswith(f"IoU {comparison.ious[2]:.2f}")
    assert view.names == ("default", OTHER)


def test_side_by_side_and_difference_show_both_by_line_and_pattern(comparing: MainWindow, qtbot: QtBot) -> None:
    view = comparing.study.compare.view
    assert len(view.rooms()) == 2
    qtbot.waitUntil(lambda: view._verdict is not None)
    left, right = (has_ink(view, ink, place) for place, ink in ((0, A), (1, B)))
    assert left
    assert right
    assert not has_ink(view, B, 0)
    QTest.keyClick(comparing, Key.Key_W, SHIFT)
    assert len(view.rooms()) == 1
    assert has_ink(view, A, 0)
    assert has_ink(view, B, 0)


def has_ink(view: object, ink: str, place: int) -> bool:
    image, room = grab(view), view.rooms()[place].toRect()  # type: ignore[arg-type,attr-defined]
    pixels = (
        image.pixelColor(x, y) for y in range(room.top(), room.bottom(), 2) for x in range(room.left(), room.right())
    )
    wanted = QColor(ink)
    return any(
        abs(one.red() - wanted.red()) + abs(one.green() - wanted.green()) + abs(one.blue() - wanted.blue()) < 24
        for one in pixels
    )


def test_zoom_is_the_same_on_both_sides(comparing: MainWindow) -> None:
    view = comparing.study.compare.view
    assert view.frame is not None
    view.zoom_by(3.0, view.rooms()[1].center())
    left, right = (view.to_view(view.frame, room) for room in view.rooms())
    assert left.m11() == right.m11()
    step = view.rooms()[1].left() - view.rooms()[0].left()
    assert right.dx() - left.dx() == pytest.approx(step)


def test_a_folder_of_masks_is_compared_and_disagreements_are_jumped_to(
    comparing: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "masks"
    folder.mkdir()
    for number in range(FRAMES):
        mask = ellipse(number) if number not in (5, 9) else np.zeros((240, 320), np.bool_)
        if number != 0:
            write_mask(folder / f"{number:06}.png", mask)
    before = comparing.study.compare.comparison
    comparing.study.compare.choose("b", str(folder))
    comparison = comparing.study.compare.comparison
    assert comparison is not None
    assert comparison is not before
    qtbot.waitUntil(lambda: comparison.done == FRAMES, timeout=20_000)
    assert np.isnan(comparison.ious[0])
    assert comparison.worst() == [5, 9]
    for key, frame in ((Key.Key_Right, 5), (Key.Key_Right, 9), (Key.Key_Left, 5)):
        QTest.keyClick(comparing, key, CTRL)
        qtbot.waitUntil(lambda frame=frame: shown(comparing) == frame)
    view = comparing.study.compare.view
    qtbot.waitUntil(lambda: view.words.endswith("IoU 0.00"))
    QTest.keyClick(comparing, Key.Key_Left, CTRL)
    assert "No disagreement is known before" in comparing.messages.text
    go(comparing, 0, qtbot)
    qtbot.waitUntil(lambda: "B has no answer for this frame" in view.words)
    assert comparing.study_bar.compare.b.currentText() == "masks"


def test_own_corrections_are_compared_with(paused: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(paused, Key.Key_E)
    qtbot.waitUntil(lambda: "dotted" in paused.study.correct.view.words, timeout=10_000)
    QTest.keyClick(paused, Key.Key_4)
    QTest.keyClick(paused, Key.Key_W)
    assert not paused.study.correct.active
    assert paused.study.compare.b == OWN
    numbers = paused.study_bar.compare.numbers
    qtbot.waitUntil(lambda: "Frames with both answers: 1 " in numbers.text(), timeout=20_000)
    assert paused.study.compare.comparison.mean()[0] > 0.99  # type: ignore[union-attr]
    QTest.keyClick(paused, Key.Key_W)
    assert isinstance(paused.transport.slider._study, CorrectionsRow)


def test_the_masks_of_an_own_recording_are_what_its_clip_is_compared_with(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "2026-03-04_05-06-07"
    folder.mkdir()
    clip, masks = ClipWriter(folder / CLIP, (320, 240)), ClipWriter(folder / MASKS, (320, 240))
    for number in range(4):
        clip.add(number / 10, cv2.imencode(".png", picture(white=white(number)))[1].tobytes())
        if number != 1:
            masks.add(number / 10, cv2.imencode(".png", ellipse(number).astype(np.uint8) * 255)[1].tobytes())
    clip.close()
    masks.close()
    monkeypatch.setattr(conftest, "find_bundle", hashed)
    window = opened(RecordedClip(folder))
    qtbot.waitUntil(lambda: window.transport.isVisible() and window.view.frame is not None, timeout=10_000)
    QTest.keyClick(window, Key.Key_K)
    window.scan_area.set_area(None)
    QTest.keyClick(window, Key.Key_W)
    assert window.study.compare.b == RECORDED
    qtbot.waitUntil(lambda: done(window) == 4, timeout=20_000)
    ious = window.study.compare.comparison.ious  # type: ignore[union-attr]
    assert np.isnan(ious).tolist() == [False, True, False, False]
    assert np.nanmin(ious) > 0.95
    qtbot.waitUntil(lambda: window.transport.progress.text() == "All frames analysed", timeout=20_000)


def test_what_there_is_to_say_besides_the_number() -> None:
    region, none = Correction.of(ellipse(2), by_hand=False), Correction.of(ellipse(2) & False, by_hand=False)
    said = [
        words_of(Verdict(0, 0, Rect(0, 0, 320, 240), a, b, 0))
        for a, b in ((region, region), (none, none), (region, none), (None, region), (None, None))
    ]
    assert said == [
        "",
        "Both: no region found, which agrees",
        "B finds no region",
        "A has no answer for this frame",
        "Neither A nor B has an answer for this frame",
    ]


def test_what_cannot_be_compared_is_said_and_something_else_can_be_chosen(
    comparing: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "empty").mkdir()
    comparing.study.compare.choose("b", str(tmp_path / "empty"))
    qtbot.waitUntil(lambda: "holds no masks" in comparing.messages.text, timeout=10_000)
    comparing.study.compare.choose("b", "default")
    comparison = comparing.study.compare.comparison
    assert comparison is not None
    qtbot.waitUntil(lambda: comparison.done == FRAMES, timeout=20_000)
    assert comparison.ious.tolist() == [1.0] * FRAMES


def test_asking_for_a_folder_leaves_what_is_chosen_until_it_is_given(
    comparing: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(comparing.dialogs, "ask_folder", lambda title, chosen: asked.append(title))
    bar = comparing.study_bar.compare
    bar.chosen.emit("b", OPEN_MASKS)
    assert asked == ["Folder with masks"]
    assert bar.b.currentData() == OTHER


def test_nothing_of_it_runs_once_it_is_off(comparing: MainWindow, qtbot: QtBot) -> None:
    comparison = comparing.study.compare.comparison
    assert comparison is not None
    QTest.keyClick(comparing, Key.Key_W)
    assert comparison.join(10)
    assert comparing.study.compare.comparison is None
    assert comparing.transport.slider._study is None


def test_the_rows_of_the_time_line_tell_hand_from_interpolation_without_colour(qtbot: QtBot) -> None:
    line = Timeline()
    qtbot.addWidget(line)
    line.setRange(0, 19)
    height = line.sizeHint().height()
    line.set_study(CorrectionsRow([3], [4, 5, 6, 7]))
    assert line.sizeHint().height() > height
    line.resize(700, line.sizeHint().height())
    line.setValue(15)
    line.show()
    image = grab(line)
    top = int(line._strip(2).bottom()) + 6

    def lit(frame: int, y: int) -> bool:
        return any(image.pixelColor(int(line.x_of(frame)) + step, y).lightness() > 90 for step in range(-6, 7))

    assert lit(3, top)
    assert not lit(6, top)
    assert any(lit(6, top + step) for step in range(12, 18))
    assert not any(lit(10, top + step) for step in range(16))


def test_the_thin_time_line_has_room_for_its_row(correcting: MainWindow, qtbot: QtBot) -> None:
    slider = correcting.transport.slider
    correcting.transport.form.click()
    qtbot.waitUntil(lambda: slider.height() >= slider.sizeHint().height())
    assert slider._strip(2).bottom() + HEIGHT <= slider.height()
    QTest.keyClick(correcting, Key.Key_E)
    qtbot.waitUntil(lambda: slider.height() == slider.sizeHint().height() == 44)


def test_without_a_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = write_clip(tmp_path / "clip.avi")
    (tmp_path / "masks").mkdir()
    write_mask(tmp_path / "masks" / "000004.png", ellipse(4))
    table = tmp_path / "table.csv"
    assert (
        app_main(["compare", str(clip.path), "--a", "default", "--b", str(tmp_path / "masks"), "--csv", str(table)])
        == 0
    )
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [row["frame"] for row in rows if row["iou"]] == ["4"]
    assert capsys.readouterr().out.startswith("1 of 12 frames compared")


def test_what_is_said_is_written_smaller_before_anything_of_it_is_left_out(qapp: QApplication) -> None:
    words, font = "Overlap (IoU): you 0.80, model 0.71 · edges 4 px, centres 1 px apart", qapp.font()
    widths = {size: QFontMetricsF(sized(font, size, QFont.Weight.Normal)).horizontalAdvance(words) for size in (16, 14)}
    assert fitting(font, words, widths[16]).pixelSize() == 16
    assert fitting(font, words, widths[16] - 1).pixelSize() == 14
    assert fitting(font, words, widths[14] - 1).pixelSize() == 12
    assert fitting(font, words, 10).pixelSize() == 12
