"""The time line, speeds, repeats and the look ahead, in the window."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.capture.source import Picture, SourceError
from app.capture.video import VideoFile
from app.gui.main_window import MainWindow
from app.gui.timeline import AREA, CONFIDENCE, UNLIKE, Timeline
from app.pipeline.ahead import Strips
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import Rect
from model.bundle import Bundle
from tests.gui import conftest
from tests.gui.parts import Clip, grab, picture

FRAMES = 20


@pytest.fixture
def line(qtbot: QtBot) -> Timeline:
    made = Timeline()
    qtbot.addWidget(made)
    made.resize(700, made.sizeHint().height())
    made.setRange(0, FRAMES - 1)
    made.show()
    return made


def colour_of(line: Timeline, frame: float, row: int, up: int = 2) -> QColor:
    """The colour near the bottom of a strip, at a frame."""
    strip = line._strip(row)
    return grab(line).pixelColor(int(line.x_of(frame)), int(strip.bottom()) - up)


def test_strips_show_confidence_area_and_what_is_unlike_at_each_frame(line: Timeline) -> None:
    strips = Strips.unknown(FRAMES)
    strips.confidence[:10], strips.area[:10], strips.novelty[:10] = 0.9, 0.03, 0.4
    strips.confidence[5], strips.area[5], strips.novelty[5] = 0, 0, 1.5
    line.set_strips(strips)
    line.setValue(15)
    assert colour_of(line, 3, 0) == QColor(CONFIDENCE)
    assert colour_of(line, 3, 1) == QColor(AREA)
    assert colour_of(line, 3, 2) != QColor(UNLIKE)
    assert colour_of(line, 5, 2) == QColor(UNLIKE)
    assert colour_of(line, 5, 0) not in (QColor(CONFIDENCE), colour_of(line, 12, 0))
    assert colour_of(line, 12, 0).lightness() < colour_of(line, 5, 0).lightness()


def test_the_best_frame_has_a_mark(line: Timeline) -> None:
    strips = Strips.unknown(FRAMES)
    strips.confidence[:], strips.area[:], strips.novelty[:] = 0.0, 0.0, 0.0
    strips.confidence[12] = 0.8
    line.set_strips(strips)
    image = grab(line)
    assert image.pixelColor(int(line.x_of(12)), 2) == QColor(CONFIDENCE)
    assert image.pixelColor(int(line.x_of(4)), 2) != QColor(CONFIDENCE)


def test_pictures_lie_where_their_frames_are(line: Timeline) -> None:
    shades = [np.full((72, 96, 3), 8 + 15 * place, np.uint8) for place in range(16)]
    line.set_pictures(shades)
    image = grab(line)
    found = [image.pixelColor(int(line.x_of(frame)), 30).red() for frame in (2, 6, 10, 14, 18)]
    assert found == sorted(found)
    assert found[0] < 80 < 180 < found[-1]


def test_a_press_and_a_drag_go_where_they_point(line: Timeline, qtbot: QtBot) -> None:
    values: list[int] = []
    line.valueChanged.connect(values.append)
    QTest.mousePress(line, Qt.MouseButton.LeftButton, pos=QPoint(int(line.x_of(7)), 30))
    QTest.mouseMove(line, QPoint(int(line.x_of(11)), 30))
    qtbot.waitUntil(lambda: values == [7, 11])
    QTest.mouseRelease(line, Qt.MouseButton.LeftButton, pos=QPoint(9999, 30))
    assert not line.isSliderDown()
    assert (line.frame_at(-50), line.frame_at(9999)) == (0, FRAMES - 1)


def press(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window, key)


def shown(window: MainWindow) -> int:
    return window.view.frame.number if window.view.frame is not None else -1


@pytest.fixture
def replay(opened: conftest.Opened, qtbot: QtBot) -> MainWindow:
    window = opened(Clip())
    qtbot.waitUntil(lambda: window.top.badge.text() == "REPLAY")
    return window


def speed(window: MainWindow) -> str:
    return window.transport.speed.currentText()


def test_l_and_j_play_either_way_and_faster_each_time_and_k_pauses(replay: MainWindow, qtbot: QtBot) -> None:
    said = []
    for key in (*[Qt.Key.Key_L] * 3, *[Qt.Key.Key_J] * 4, Qt.Key.Key_L):
        press(replay, key)
        said.append((speed(replay), replay.transport.back.isChecked()))
    forwards, backwards = [("2 ×", False), ("4 ×", False), ("4 ×", False)], [("1 ×", True), ("2 ×", True)]
    assert said == [*forwards, *backwards, ("4 ×", True), ("4 ×", True), ("1 ×", False)]
    press(replay, Qt.Key.Key_J)
    press(replay, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: replay.top.badge.text() == "PAUSED")
    assert not replay.transport.back.isChecked()
    press(replay, Qt.Key.Key_J)
    qtbot.waitUntil(lambda: replay.top.badge.text() == "REPLAY")
    assert replay.transport.back.isChecked()


def test_j_plays_backwards_frame_by_frame(replay: MainWindow, qtbot: QtBot) -> None:
    press(replay, Qt.Key.Key_K)
    press(replay, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: shown(replay) == 9)
    seen: list[int] = []

    def look() -> bool:
        if not seen or seen[-1] != shown(replay):
            seen.append(shown(replay))
        return seen[-1] == 4

    press(replay, Qt.Key.Key_J)
    qtbot.waitUntil(look)
    assert seen == [9, 8, 7, 6, 5, 4]


def test_all_speeds_can_be_chosen_by_keys_and_in_the_list(replay: MainWindow) -> None:
    said = [speed(replay)]
    for sign in (*[">"] * 3, *["<"] * 6):
        QTest.keyClick(replay, sign)
        said.append(speed(replay))
    assert said == ["1 ×", "2 ×", "4 ×", "4 ×", "2 ×", "1 ×", "0.5 ×", "0.25 ×", "0.1 ×", "0.1 ×"]
    replay.transport.speed.activated.emit(2)
    replay.transport.speed.setCurrentIndex(2)
    replay.transport.speed.activated.emit(2)
    assert speed(replay) == "0.5 ×"
    press(replay, Qt.Key.Key_J)
    assert (speed(replay), replay.transport.back.isChecked()) == ("0.5 ×", True)
    press(replay, Qt.Key.Key_J)
    assert speed(replay) == "1 ×"


def test_a_press_on_the_time_line_leaves_the_arrow_keys_with_the_recording(replay: MainWindow) -> None:
    replay.view.setFocus()
    QTest.mouseClick(replay.transport.slider, Qt.MouseButton.LeftButton)
    assert not replay.transport.slider.hasFocus()


def test_i_repeats_from_here_to_here_and_then_all_again(replay: MainWindow, qtbot: QtBot) -> None:
    press(replay, Qt.Key.Key_K)
    replay.pipeline.seek(6)
    qtbot.waitUntil(lambda: shown(replay) == 6)
    press(replay, Qt.Key.Key_I)
    assert replay.transport.loop.text() == "Repeat: to here"
    replay.pipeline.seek(4)
    qtbot.waitUntil(lambda: shown(replay) == 4)
    press(replay, Qt.Key.Key_I)
    assert replay.transport.slider.range == (4, 6)
    seen: set[int] = set()
    press(replay, Qt.Key.Key_K)

    def round_twice() -> bool:
        seen.add(shown(replay))
        return seen >= {5, 6} and shown(replay) == 4

    qtbot.waitUntil(round_twice)
    assert seen == {4, 5, 6}
    press(replay, Qt.Key.Key_I)
    assert replay.transport.slider.range is None
    qtbot.waitUntil(lambda: shown(replay) == 9)


def test_end_goes_to_the_last_frame(replay: MainWindow, qtbot: QtBot) -> None:
    press(replay, Qt.Key.Key_K)
    press(replay, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: shown(replay) == 9)


class CutOff(Clip):
    """Says that it has ten frames; five can be read."""

    def read(self) -> Picture | None:
        if self._next >= 5:
            raise SourceError("/clips/one.avi ends early, after 5 of 10 frames: copy it again from where it came.")
        return super().read()


def test_a_recording_that_is_cut_off_plays_on_and_says_so(opened: conftest.Opened, qtbot: QtBot) -> None:
    window = opened(CutOff())
    qtbot.waitUntil(lambda: "ends early, after 5 of 10 frames" in window.messages.text)
    press(window, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: window.top.badge.text() == "PAUSED")
    window.pipeline.seek(1)
    qtbot.waitUntil(lambda: shown(window) == 1)
    assert window.view.text == ""


# Looking ahead


def write_clip(path: Path) -> VideoFile:
    """A region that wanders to the right; in the second half there is none."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (320, 240))
    for number in range(FRAMES):
        grey = picture(white=Rect(20 + 15 * number, 90, 80, 60) if number < FRAMES // 2 else None)
        writer.write(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))
    writer.release()
    return VideoFile(path)


def hashed(name: str) -> Bundle:
    card = {"name": name, "title": name, "threshold": 0.5, "files": {"network": {"sha256": name}}}
    return Bundle(Path("tests"), card)


@pytest.fixture
def ahead(
    opened: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot
) -> MainWindow:
    monkeypatch.setattr(conftest, "find_bundle", hashed)
    window = opened(write_clip(tmp_path / "clip.avi"))
    # Until then, the keys of a recording do nothing.
    qtbot.waitUntil(window.transport.isVisible, timeout=10_000)
    return window


def test_while_paused_all_frames_are_analysed_and_each_shows_its_own_answer(ahead: MainWindow, qtbot: QtBot) -> None:
    progress = ahead.transport.progress
    qtbot.waitUntil(lambda: progress.text() == f"Analysed 0 of {FRAMES}, goes on while paused", timeout=10_000)
    press(ahead, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: progress.text() == "All frames analysed", timeout=20_000)
    strips = ahead.ahead._ahead.strips  # type: ignore[union-attr]
    assert (strips.confidence > 0).tolist() == [True] * (FRAMES // 2) + [False] * (FRAMES // 2)
    for frame in (8, 15, 1):
        ahead.transport.slider.setValue(frame)
        qtbot.waitUntil(lambda frame=frame: shown(ahead) == frame)

        def answered(frame: int = frame) -> bool:
            prediction = ahead.pipeline.predictions.latest()
            return prediction is not None and prediction.frame_number == frame

        qtbot.waitUntil(answered)
        found = ahead.pipeline.predictions.latest()
        assert found is not None
        assert (found.region is not None) == (frame < FRAMES // 2)
        if found.region is not None:
            assert found.region.centre[0] == pytest.approx(60 + 15 * frame, abs=3)


def test_y_holds_the_analysis_and_lets_it_go_on(ahead: MainWindow, qtbot: QtBot) -> None:
    progress = ahead.transport.progress
    press(ahead, Qt.Key.Key_Y)
    press(ahead, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: progress.text() == f"Analysed 0 of {FRAMES}, held", timeout=10_000)
    press(ahead, Qt.Key.Key_Y)
    qtbot.waitUntil(lambda: progress.text() == "All frames analysed", timeout=20_000)


def test_another_source_ends_the_analysis_and_empties_the_line(ahead: MainWindow, qtbot: QtBot) -> None:
    press(ahead, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: ahead.transport.progress.text() == "All frames analysed", timeout=20_000)
    qtbot.waitUntil(lambda: len(ahead.transport.slider.pictures) == 16)
    ahead.sources.open(Clip())
    qtbot.waitUntil(lambda: ahead.transport.progress.text() == "")
    assert len(ahead.transport.slider.pictures) == 0
    assert ahead.ahead._ahead is None
    assert isinstance(ahead.pipeline, Pipeline)
