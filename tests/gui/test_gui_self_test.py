"""Testing oneself in the window: nothing is shown before the own outline is given, then everything, with a score."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.capture.folder import ImageFolder
from app.capture.phantom import Phantom
from app.capture.source import Picture, Source
from app.gui.main_window import MainWindow
from app.gui.self_test_view import EXPERT, MODEL
from app.paths import data_folder
from app.pipeline.types import Rect
from app.settings import Settings
from model.data.pictures import write_mask
from tests.gui import conftest
from tests.gui.parts import picture
from tests.gui.test_gui_study import has_ink, hashed, shown, write_clip

Key = Qt.Key
COUNT = 4
Opened = Callable[..., MainWindow]
Start = Callable[..., MainWindow]


def region(number: int) -> Rect:
    return Rect(20 + 40 * number, 90, 80, 60)


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    """Pictures whose region is an ellipse; the experts saw it 8 pixels lower, and not at all in the last one."""
    (tmp_path / "images").mkdir()
    (tmp_path / "masks").mkdir()
    for number in range(COUNT):
        grey = picture(white=region(number)).copy()
        # The ground tells pictures apart.
        grey[230:, : 40 * number + 40] = 20
        cv2.imwrite(str(tmp_path / "images" / f"{number}.png"), grey)
        low = np.roll(picture(white=region(number)) > 128, 8, axis=0)
        write_mask(tmp_path / "masks" / f"{number}.png", low if number != COUNT - 1 else np.zeros_like(low))
    return tmp_path


@pytest.fixture
def start(opened: Opened, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Start:
    monkeypatch.setattr(conftest, "find_bundle", hashed)

    def begin(source: Source, model: str = "default") -> MainWindow:
        window = opened(source, Settings(model=model), {source.word: source})
        qtbot.waitUntil(lambda: window.transport.isVisible() and window.models.event is not None, timeout=10_000)
        QTest.keyClick(window, Key.Key_K)
        window.scan_area.set_area(None)
        qtbot.waitUntil(lambda: window.sources.still and window.view.frame is not None)
        return window

    return begin


@pytest.fixture
def testing(start: Start, data_set: Path, qtbot: QtBot) -> MainWindow:
    window = start(ImageFolder(data_set / "images"))
    QTest.keyClick(window, Key.Key_Q)
    show(window, 1, qtbot)
    window.messages.hide()  # It would be the first that Esc closes.
    return window


def show(window: MainWindow, frame: int, qtbot: QtBot) -> None:
    assert window.study.test.active
    qtbot.waitUntil(lambda: "Cases" in window.study_bar.test.numbers.text() and window.pipeline.sought is None)
    window.pipeline.seek(frame)
    qtbot.waitUntil(lambda: shown(window) == frame and window.pipeline.sought is None)


def click(window: MainWindow, *points: tuple[float, float]) -> None:
    view = window.study.test.view
    assert view.frame is not None
    for x, y in points:
        at = view.to_view(view.frame, view.rooms()[0]).map(QPointF(x, y)).toPoint()
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)


def outline(window: MainWindow, area: Rect) -> None:
    """Four points, and not closed."""
    right, bottom = area.x + area.width, area.y + area.height
    click(window, (area.x, area.y), (right, area.y), (right, bottom), (area.x, bottom))


def check(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Key.Key_0)
    qtbot.waitUntil(lambda: "you" in window.study.test.view.words, timeout=10_000)


def kept() -> list[dict[str, object]]:
    path = data_folder() / "self-test.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_nothing_is_shown_before_the_own_outline_is_given_then_everything(testing: MainWindow, qtbot: QtBot) -> None:
    view = testing.study.test.view
    assert "Outline the block region" in view.words
    assert testing.study_bar.test.isVisible()
    assert not testing.study_bar.correct.isVisible()
    outline(testing, Rect(60, 98, 80, 60))
    assert not has_ink(view, MODEL, 0)
    check(testing, qtbot)
    assert has_ink(view, MODEL, 0)
    assert has_ink(view, EXPERT, 0)
    # An ellipse of 80 x 60 in its box, and the model's, 8 pixels higher than the expert's.
    assert "you 0.80, model 0.7" in view.words
    assert "px apart" in view.words
    assert testing.study_bar.test.numbers.text().startswith("Cases: 1 of 4")
    assert "above 0.5: 100%" in testing.study_bar.test.numbers.text()
    qtbot.waitUntil(lambda: len(kept()) == 1)


def test_what_was_given_stays_and_the_same_key_goes_on(testing: MainWindow, qtbot: QtBot) -> None:
    outline(testing, Rect(60, 98, 80, 60))
    check(testing, qtbot)
    said = testing.study.test.view.words
    outline(testing, Rect(200, 20, 40, 40))
    QTest.keyClick(testing, Key.Key_6)
    assert testing.study.test.view.words == said
    QTest.keyClick(testing, Key.Key_0)
    qtbot.waitUntil(lambda: shown(testing) != 1)
    qtbot.waitUntil(lambda: "Outline the block region" in testing.study.test.view.words)
    show(testing, 1, qtbot)
    qtbot.waitUntil(lambda: testing.study.test.view.words == said)
    qtbot.waitUntil(lambda: len(kept()) == 1)


def test_the_time_line_keeps_to_itself_what_the_model_says(testing: MainWindow, qtbot: QtBot) -> None:
    ahead, line = testing.ahead, testing.transport.slider
    qtbot.waitUntil(lambda: ahead._ahead is not None and ahead._ahead.done == COUNT, timeout=10_000)
    ahead.refresh()
    assert not len(line._strips.confidence)
    QTest.keyClick(testing, Key.Key_Q)
    ahead.refresh()
    assert len(line._strips.confidence) == COUNT


def test_no_button_and_no_key_changes_what_was_checked(testing: MainWindow, qtbot: QtBot) -> None:
    polygon, view = testing.study.test.view.polygon, testing.study.test.view
    outline(testing, Rect(60, 98, 80, 60))
    QTest.keyClick(view, Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    click(testing, (60, 98))  # Takes the first point.
    check(testing, qtbot)
    given = list(polygon.rings)
    assert view.frame is not None
    at = view.to_view(view.frame, view.rooms()[0]).map(QPointF(140, 158)).toPoint()
    QTest.mouseClick(view, Qt.MouseButton.RightButton, pos=at)
    QTest.keyClick(view, Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(view, Key.Key_Delete)
    assert polygon.rings == given


def test_no_region_is_an_answer(testing: MainWindow, qtbot: QtBot) -> None:
    show(testing, COUNT - 1, qtbot)
    QTest.keyClick(testing, Key.Key_6)
    assert testing.study.test.view.answer_words() == "You: no region in this picture"
    check(testing, qtbot)
    assert testing.study.test.view.words == "Overlap (IoU): you 1.00, model 0.00"
    assert testing.study.test.view.answer_words() == "You, Expert: no region in this picture"


def test_without_an_outline_there_is_nothing_to_check(testing: MainWindow) -> None:
    QTest.keyClick(testing, Key.Key_0)
    assert "Outline the region first" in testing.messages.text
    click(testing, (50, 50), (80, 50))
    QTest.keyClick(testing, Key.Key_0)
    assert "Outline the region first" in testing.messages.text


def test_undo_takes_points_then_the_outline_and_esc_what_is_begun_before_the_mode(testing: MainWindow) -> None:
    view = testing.study.test.view
    click(testing, (60, 60), (120, 60), (120, 120))
    QTest.keyClick(testing, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(view.polygon.open) == 2
    click(testing, (120, 120), (60, 60))
    assert view.has_own
    QTest.keyClick(testing, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not view.has_own
    click(testing, (60, 60))
    QTest.keyClick(testing, Key.Key_Escape)
    assert testing.study.test.active
    QTest.keyClick(testing, Key.Key_Escape)
    assert not testing.study.active


def test_undo_is_of_the_picture_that_is_shown(testing: MainWindow, qtbot: QtBot) -> None:
    view = testing.study.test.view
    outline(testing, Rect(60, 98, 80, 60))
    show(testing, 2, qtbot)
    QTest.keyClick(testing, Key.Key_6)
    check(testing, qtbot)
    show(testing, 1, qtbot)
    qtbot.waitUntil(lambda: view.has_own)
    QTest.keyClick(testing, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not view.has_own


class Slow(ImageFolder):
    """Its pictures wait while `ready` is not set."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.ready = threading.Event()
        self.ready.set()

    def read(self) -> Picture | None:
        assert self.ready.wait(10)
        return super().read()


def test_an_outline_that_is_left_before_it_is_closed_is_taken_as_it_is(
    start: Start, data_set: Path, qtbot: QtBot
) -> None:
    folder = Slow(data_set / "images")
    window = start(folder)
    QTest.keyClick(window, Key.Key_Q)
    show(window, 1, qtbot)
    outline(window, Rect(60, 98, 80, 60))
    folder.ready.clear()
    window.pipeline.seek(3)  # Picture 2 is read ahead.
    window.study.test.show()
    assert window.pipeline.sought == 3
    folder.ready.set()
    qtbot.waitUntil(lambda: shown(window) == 3 and window.pipeline.sought is None)
    show(window, 1, qtbot)
    qtbot.waitUntil(lambda: window.study.test.view.has_own)


def test_every_case_is_asked_once_and_then_the_worst_again(testing: MainWindow, qtbot: QtBot) -> None:
    seen = [1]
    QTest.keyClick(testing, Key.Key_6)
    check(testing, qtbot)
    while len(seen) < COUNT:
        QTest.keyClick(testing, Key.Key_0)
        qtbot.waitUntil(lambda: shown(testing) != seen[-1] and testing.pipeline.sought is None)
        seen.append(shown(testing))
        QTest.keyClick(testing, Key.Key_6)
        check(testing, qtbot)
    assert sorted(seen) == list(range(COUNT))
    QTest.keyClick(testing, Key.Key_0)
    assert "All other cases are answered" in testing.messages.text
    qtbot.waitUntil(lambda: "Outline the block region" in testing.study.test.view.words)
    assert shown(testing) != COUNT - 1
    qtbot.waitUntil(lambda: len(kept()) == COUNT)


def test_a_picture_without_an_experts_mask_is_no_case(start: Start, data_set: Path, qtbot: QtBot) -> None:
    (data_set / "masks" / "2.png").unlink()
    window = start(ImageFolder(data_set / "images"))
    QTest.keyClick(window, Key.Key_Q)
    show(window, 2, qtbot)
    qtbot.waitUntil(lambda: "No expert says" in window.study.test.view.words, timeout=10_000)
    outline(window, region(2))
    assert not window.study.test.view.polygon.open
    assert "Cases: 0 of 3" in window.study_bar.test.numbers.text()
    QTest.keyClick(window, Key.Key_0)
    qtbot.waitUntil(lambda: shown(window) != 2 and window.pipeline.sought is None)
    for _ in range(4):
        before = shown(window)
        QTest.keyClick(window, Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda before=before: shown(window) not in (2, before) and window.pipeline.sought is None)


def test_a_damaged_mask_is_said_and_costs_no_other_case(start: Start, data_set: Path, qtbot: QtBot) -> None:
    (data_set / "masks" / "2.png").write_bytes(b"damaged")
    window = start(ImageFolder(data_set / "images"))
    QTest.keyClick(window, Key.Key_Q)
    show(window, 2, qtbot)
    qtbot.waitUntil(lambda: "2.png is not a picture" in window.study.test.view.words, timeout=10_000)
    assert "2.png is not a picture" in window.messages.text
    QTest.keyClick(window, Key.Key_0)
    qtbot.waitUntil(lambda: shown(window) != 2 and window.pipeline.sought is None)
    QTest.keyClick(window, Key.Key_6)
    check(window, qtbot)
    assert window.study_bar.test.numbers.text().startswith("Cases: 1 of 3")


def test_a_damaged_picture_keeps_no_other_case_waiting(start: Start, data_set: Path, qtbot: QtBot) -> None:
    (data_set / "images" / "1.png").write_bytes(b"damaged")
    window = start(ImageFolder(data_set / "images"))
    for frame in (1, 2):  # What was picture 2 leaves its place, then picture 3.
        window.pipeline.seek(frame)
        qtbot.waitUntil(lambda frame=frame: shown(window) == frame and window.pipeline.sought is None)
    QTest.keyClick(window, Key.Key_Q)
    show(window, 2, qtbot)
    QTest.keyClick(window, Key.Key_6)
    check(window, qtbot)
    assert window.study.test.view.answer_words() == "You, Expert: no region in this picture"
    assert window.study_bar.test.numbers.text().startswith("Cases: 1 of 3")


def test_where_nobody_says_where_the_region_is_a_folder_is_asked_for(
    start: Start, data_set: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Callable[[str], None]] = []
    (data_set / "masks").rename(data_set / "elsewhere")
    (data_set / "empty").mkdir()
    window = start(ImageFolder(data_set / "images"))
    monkeypatch.setattr(window.dialogs, "ask_folder", lambda title, chosen: asked.append(chosen))
    QTest.keyClick(window, Key.Key_Q)
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=10_000)
    assert not window.study.active
    assert not window.actions_by_name["toggle_test"].isChecked()
    asked[0](str(data_set / "empty"))
    qtbot.waitUntil(lambda: "holds no masks" in window.study.test.view.words, timeout=10_000)
    QTest.keyClick(window, Key.Key_Q)
    QTest.keyClick(window, Key.Key_Q)
    qtbot.waitUntil(lambda: len(asked) == 2)
    asked[1](str(data_set / "elsewhere"))
    show(window, 0, qtbot)
    QTest.keyClick(window, Key.Key_6)
    check(window, qtbot)


def correct(window: MainWindow, qtbot: QtBot, *frames: int) -> None:
    """Takes the model's masks for right."""
    QTest.keyClick(window, Key.Key_E)
    for frame in frames:
        window.pipeline.seek(frame)
        qtbot.waitUntil(
            lambda frame=frame: shown(window) == frame and "dotted" in window.study.correct.view.words, timeout=10_000
        )
        QTest.keyClick(window, Key.Key_4)


def test_who_leaves_at_once_can_come_back(start: Start, data_set: Path, qtbot: QtBot) -> None:
    window = start(ImageFolder(data_set / "images"))
    for _ in range(3):
        QTest.keyClick(window, Key.Key_Q)
    show(window, 0, qtbot)
    QTest.keyClick(window, Key.Key_6)
    check(window, qtbot)


def test_another_folder_can_be_chosen_where_the_one_beside_the_pictures_is_of_no_use(
    start: Start, data_set: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Callable[[str], None]] = []
    (data_set / "masks").rename(data_set / "elsewhere")
    (data_set / "masks").mkdir()
    window = start(ImageFolder(data_set / "images"))
    monkeypatch.setattr(window.dialogs, "ask_folder", lambda title, chosen: asked.append(chosen))
    QTest.keyClick(window, Key.Key_F)  # A frozen picture is let go, too.
    QTest.keyClick(window, Key.Key_Q)
    qtbot.waitUntil(lambda: "holds no masks" in window.study.test.view.words, timeout=10_000)
    assert not window.pipeline.frozen
    QTest.keyClick(window, Key.Key_Q)
    QTest.keyClick(window, Key.Key_Q)
    assert len(asked) == 1
    asked[0](str(data_set / "elsewhere"))
    show(window, 0, qtbot)
    QTest.keyClick(window, Key.Key_6)
    check(window, qtbot)


def test_a_corrected_clip_is_a_test_of_its_corrected_frames(start: Start, tmp_path: Path, qtbot: QtBot) -> None:
    clip = write_clip(tmp_path / "clip.avi")
    window = start(clip)
    correct(window, qtbot, 3, 7)
    window.sources.open(clip.another())  # As if another day: nothing is open of it.
    qtbot.waitUntil(lambda: window.transport.isVisible() and window.view.frame is not None, timeout=10_000)
    QTest.keyClick(window, Key.Key_Q)
    qtbot.waitUntil(lambda: window.study.test.active, timeout=10_000)
    qtbot.waitUntil(lambda: shown(window) in (3, 7) and window.pipeline.sought is None)
    QTest.keyClick(window, Key.Key_6)
    check(window, qtbot)
    assert window.study_bar.test.numbers.text().startswith("Cases: 1 of 2")


def test_frames_corrected_since_the_last_test_are_cases_as_well(start: Start, tmp_path: Path, qtbot: QtBot) -> None:
    window = start(write_clip(tmp_path / "clip.avi"))
    numbers = window.study_bar.test.numbers
    correct(window, qtbot, 3, 7)
    QTest.keyClick(window, Key.Key_Q)
    qtbot.waitUntil(lambda: numbers.text().startswith("Cases: 0 of 2"), timeout=10_000)
    correct(window, qtbot, 1, 5)
    QTest.keyClick(window, Key.Key_Q)
    qtbot.waitUntil(lambda: numbers.text().startswith("Cases: 0 of 4"), timeout=10_000)


def test_another_mode_that_is_chosen_while_corrections_are_opened_stays(
    start: Start, tmp_path: Path, qtbot: QtBot
) -> None:
    window = start(write_clip(tmp_path / "clip.avi"))
    QTest.keyClick(window, Key.Key_Q)
    assert window.study.test.waiting
    with qtbot.waitSignal(window.study.correct.opened, timeout=10_000):
        QTest.keyClick(window, Key.Key_E)
    assert window.study.correct.active


def test_the_phantom_tests_too_without_any_file(start: Start, qtbot: QtBot) -> None:
    window = start(Phantom())
    QTest.keyClick(window, Key.Key_Q)
    qtbot.waitUntil(lambda: window.study.test.active, timeout=10_000)
    show(window, 7, qtbot)
    QTest.keyClick(window, Key.Key_6)
    check(window, qtbot)
    assert "you 0.00, model" in window.study.test.view.words
    assert "of 40" in window.study_bar.test.numbers.text()
    QTest.keyClick(window, Key.Key_Q)
    # Back to the one that moves.
    qtbot.waitUntil(lambda: window.transport.position.text().endswith(" / 600"), timeout=10_000)
    assert not window.study.active


def test_without_a_model_the_expert_answers_alone(start: Start, data_set: Path, qtbot: QtBot) -> None:
    window = start(ImageFolder(data_set / "images"), "bad")
    assert not window.models.ready
    QTest.keyClick(window, Key.Key_Q)
    show(window, 0, qtbot)
    outline(window, Rect(20, 98, 80, 60))
    check(window, qtbot)
    assert "model" not in window.study.test.view.words
    assert not has_ink(window.study.test.view, MODEL, 0)
    qtbot.waitUntil(lambda: len(kept()) == 1)
    assert kept()[0]["model_iou"] is None


def test_modes_take_each_others_place_and_nothing_runs_once_it_is_off(testing: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(testing, Key.Key_2)
    QTest.keyClick(testing, Key.Key_E)
    assert not testing.study.test.active
    assert testing.study.correct.view.tool is testing.study.correct.view.brush
    QTest.keyClick(testing, Key.Key_Q)
    assert not testing.study.correct.active
    assert testing.study.test.view.hasFocus()
    QTest.keyClick(testing, Key.Key_Q)
    assert not testing.study.active
    qtbot.waitUntil(lambda: testing.study.test._comparisons.join(0), timeout=10_000)
