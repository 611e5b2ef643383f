import os
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.gui.live_view import LiveView
from app.gui.main_window import MainWindow
from app.gui.scan_area_tool import ScanAreaTool
from app.gui.status import NOTICE, Level, OverlayKind
from app.gui.theme import TARGET
from app.options import WindowOptions
from app.pipeline.types import Rect
from app.settings import Settings, load_settings
from model.bundle import shipped
from tests.gui.parts import Clip, Live, colour_at, is_overlay, picture

Opened = Callable[..., MainWindow]


def shows_overlay(window: MainWindow) -> bool:
    return window.view.state.kind is OverlayKind.SHOWN


@pytest.fixture
def window(opened: Opened, qtbot: QtBot) -> MainWindow:
    """A window over a live source, with its overlay on."""
    made = opened()
    qtbot.waitUntil(lambda: shows_overlay(made))
    return made


@pytest.fixture
def replay(opened: Opened, qtbot: QtBot) -> MainWindow:
    """A window over a recording of ten frames, paused at the first."""
    made = opened(Clip())
    qtbot.waitUntil(lambda: made.transport.isVisible() and shows_overlay(made))
    press(made, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: made.top.badge.text() == "PAUSED")
    press(made, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: frame_number(made) == 0)
    return made


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.view, key, modifier)


def frame_number(window: MainWindow) -> int:
    assert window.view.frame is not None
    return window.view.frame.number


# What is always visible


def test_the_notice_the_badge_and_the_overlays_state_stay_in_every_fold(window: MainWindow) -> None:
    for key in (Qt.Key.Key_P, Qt.Key.Key_F11, Qt.Key.Key_P, Qt.Key.Key_F11):
        press(window, key)
        QApplication.processEvents()
        (notice,) = (
            label for label in window.findChildren(QLabel) if label.accessibleName() == NOTICE and label.isVisible()
        )
        for widget in (notice, window.top.badge, window.top.name, window.top.overlay):
            assert widget.isVisible()
            assert not widget.visibleRegion().isEmpty()
            assert widget.width() >= min(widget.sizeHint().width(), 200)


def test_the_notice_is_whole_in_a_narrow_window(window: MainWindow) -> None:
    window.resize(window.minimumSizeHint())
    QApplication.processEvents()
    notice = window.bottom.notice
    whole = notice.width() >= notice.fontMetrics().horizontalAdvance(NOTICE)
    lines = [NOTICE] if whole else NOTICE.split(". ")
    for line in lines:
        assert notice.width() >= notice.fontMetrics().horizontalAdvance(line)
    assert notice.height() >= len(lines) * notice.fontMetrics().height()


@pytest.mark.parametrize("bare", [False, True])
def test_long_words_do_not_widen_a_narrow_window_and_give_way_to_the_notice(window: MainWindow, bare: bool) -> None:
    press(window, Qt.Key.Key_P)
    top = window.top
    top.set_bare(bare)
    window.bottom.setVisible(not bare)
    top.recording.say("● REC 01:42 · 123 MB · dropped 0", Level.WARN)
    top.recording.show()
    window.resize(700, 480)
    top.overlay.say("Overlay on · hidden: drawing the scan area", Level.WARN)
    for _ in range(5):
        QApplication.processEvents()
    assert window.width() == 700
    notice = (top if bare else window.bottom).notice
    assert notice.mapTo(window, notice.rect().bottomRight()).x() < 700
    assert notice.width() >= notice.fontMetrics().horizontalAdvance(NOTICE.split(". ")[0])
    for chip in (top.badge, top.recording, top.overlay):
        assert chip.width() >= chip.minimumSizeHint().width()
    assert top.overlay.toolTip() == top.overlay.text()


def test_a_picture_that_the_user_froze_stays_when_the_signal_goes(opened: Opened, qtbot: QtBot) -> None:
    source = Live(picture())
    window = opened(source)
    qtbot.waitUntil(lambda: shows_overlay(window))
    press(window, Qt.Key.Key_F)
    source.failing = True
    qtbot.waitUntil(lambda: window.top.badge.text() == "FROZEN · NO SIGNAL")
    # On a busy machine the model gets to this very frame later.
    qtbot.waitUntil(lambda: shows_overlay(window) and window.top.overlay.text() == "Overlay on · of this frame")
    assert window.view.text == ""
    press(window, Qt.Key.Key_F)
    assert window.top.badge.text() == "NO SIGNAL"
    assert not shows_overlay(window)
    qtbot.waitUntil(lambda: window.view.text.startswith("No signal."))


def test_messages_of_an_earlier_source_go_with_it(window: MainWindow) -> None:
    window.messages.say("Scan area found.", {"Whole frame": window.actions_by_name["reset_scan_area"]})
    window.sources.open(Clip())
    assert window.messages.text == ""


def test_what_is_said_of_a_lost_signal_stands_below_a_message(opened: Opened, qtbot: QtBot) -> None:
    source = Live(picture())
    window = opened(source)
    source.failing = True
    qtbot.waitUntil(lambda: window.view.text.startswith("No signal."))
    window.messages.say("A message.")
    assert window.view._covered == window.messages.geometry().bottom() + 1
    window.messages.hide()
    assert window.view._covered == 0


def test_folding_leaves_the_picture_alone(replay: MainWindow) -> None:
    press(replay, Qt.Key.Key_P)
    assert not replay.panel.isVisible()
    assert not replay.transport.isVisible()
    press(replay, Qt.Key.Key_P)
    assert replay.panel.isVisible()
    assert replay.transport.isVisible()


def test_badges_follow_the_source(opened: Opened, qtbot: QtBot) -> None:
    source = Live(picture())
    window = opened(source)
    qtbot.waitUntil(lambda: window.top.badge.text() == "LIVE")
    press(window, Qt.Key.Key_F)
    assert window.top.badge.text() == "FROZEN"
    press(window, Qt.Key.Key_F)
    assert window.top.badge.text() == "LIVE"
    source.still = True
    qtbot.waitUntil(lambda: window.top.badge.text() == "FROZEN")
    source.failing = True
    qtbot.waitUntil(lambda: window.top.badge.text() == "NO SIGNAL")


def test_a_lost_source_keeps_its_last_picture_says_why_and_comes_back(opened: Opened, qtbot: QtBot) -> None:
    source = Live(picture())
    window = opened(source)
    qtbot.waitUntil(lambda: shows_overlay(window))
    source.failing = True
    qtbot.waitUntil(lambda: window.top.badge.text() == "NO SIGNAL")
    assert "Test camera was unplugged" in window.view.text
    assert "Trying again" in window.view.text
    assert window.view.frame is not None
    assert not is_overlay(colour_at(window.view, 160, 120))
    assert window.top.overlay.text() == "Overlay on · hidden: no signal"
    source.failing = False
    qtbot.waitUntil(lambda: window.top.badge.text() == "LIVE" and shows_overlay(window))
    assert window.view.text == ""


def test_no_region_found_is_said(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Live(picture(white=None)))
    qtbot.waitUntil(lambda: "No region found" in window.top.overlay.text())


# The overlay


def test_space_shows_the_raw_picture_while_it_is_held_wherever_the_focus_is(window: MainWindow) -> None:
    freeze = next(button for button in window.panel.findChildren(QPushButton) if button.text() == "Freeze")
    for widget in (window.view, freeze, window.panel.opacity, window.panel.model):
        widget.setFocus()
        QTest.keyPress(widget, Qt.Key.Key_Space)
        assert not is_overlay(colour_at(window.view, 160, 120))
        assert window.top.overlay.text() == "Overlay off while Space is held"
        QTest.keyRelease(widget, Qt.Key.Key_Space)
        assert is_overlay(colour_at(window.view, 160, 120))
    assert not freeze.isChecked()


def test_enter_presses_what_has_the_focus(window: MainWindow) -> None:
    freeze = next(button for button in window.panel.findChildren(QPushButton) if button.text() == "Freeze")
    QTest.keyClick(freeze, Qt.Key.Key_Return)
    assert window.pipeline.frozen
    assert freeze.isChecked()


def test_a_window_that_loses_the_keyboard_shows_the_overlay_again(window: MainWindow) -> None:
    QTest.keyPress(window.view, Qt.Key.Key_Space)
    assert window.view.wishes.raw_held
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate))
    assert not window.view.wishes.raw_held


def test_o_turns_the_overlay_off_and_on(window: MainWindow) -> None:
    press(window, Qt.Key.Key_O)
    assert not is_overlay(colour_at(window.view, 160, 120))
    assert window.top.overlay.text() == "Overlay off"
    press(window, Qt.Key.Key_O)
    assert is_overlay(colour_at(window.view, 160, 120))


def test_opacity_style_and_threshold_by_keys(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_Plus)
    assert window.view.style_of_overlay.opacity == pytest.approx(0.40)
    assert window.panel.opacity.value() == 40
    press(window, Qt.Key.Key_Minus)
    press(window, Qt.Key.Key_Minus)
    assert window.settings.opacity == pytest.approx(0.30)
    before = window.view.style_of_overlay.style
    press(window, Qt.Key.Key_T)
    assert window.view.style_of_overlay.style != before
    press(window, Qt.Key.Key_BracketRight)
    assert window.pipeline.threshold == pytest.approx(0.55)
    assert window.panel.threshold_value.text() == "0.55"
    press(window, Qt.Key.Key_BracketLeft)
    press(window, Qt.Key.Key_BracketLeft)
    assert window.pipeline.threshold == pytest.approx(0.45)
    press(window, Qt.Key.Key_Backslash)
    assert window.pipeline.threshold == 0.5
    assert window.settings.threshold is None


def test_sliders_and_segments_do_the_same(window: MainWindow) -> None:
    window.panel.opacity.setValue(80)
    assert window.view.style_of_overlay.opacity == pytest.approx(0.8)
    window.panel.threshold.setValue(70)
    assert window.pipeline.threshold == pytest.approx(0.7)
    outline = next(button for button in window.panel.findChildren(QPushButton) if button.text() == "Outline")
    outline.click()
    assert window.view.style_of_overlay.style == "outline"


def test_arrow_keys_belong_to_a_slider_that_has_the_focus(replay: MainWindow) -> None:
    slider = replay.panel.opacity
    slider.setFocus()
    before = slider.value()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == before + 1
    assert frame_number(replay) == 0


# Picture


def test_freeze_keeps_the_picture_and_its_overlay(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: window.top.overlay.text() == "Overlay on · of this frame")
    kept = frame_number(window)
    with qtbot.waitSignal(window.view.state_changed, timeout=200, raising=False):
        pass
    assert frame_number(window) == kept
    press(window, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: frame_number(window) > kept)


def test_the_button_of_the_source_shows_its_name_to_the_letter(opened: Opened) -> None:
    button = opened(Live(picture(), name="R&D")).panel.source
    assert button.text() == "R&&D"  # As Qt writes it.


def test_where_there_is_no_picture_nothing_is_frozen(opened: Opened, qtbot: QtBot) -> None:
    live = Live(picture())
    live.failing = True
    window = opened(live)
    qtbot.waitUntil(lambda: window.view.text.startswith("No signal."))
    press(window, Qt.Key.Key_F)
    assert window.messages.text == "There is no picture to freeze yet."
    assert not window.actions_by_name["toggle_freeze"].isChecked()
    assert (window.top.badge.text(), window.view.text[:10]) == ("NO SIGNAL", "No signal.")
    live.failing = False
    qtbot.waitUntil(lambda: window.view.frame is not None)


def test_a_snapshot_is_the_scan_area_raw_and_with_its_overlay(window: MainWindow, qtbot: QtBot, own_home: Path) -> None:
    window.pipeline.set_scan_area(Rect(100, 60, 160, 140))
    press(window, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: window.top.overlay.text() == "Overlay on · of this frame")
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: window.messages.text.startswith("Snapshot saved"))
    written = sorted((own_home / "pictures").iterdir())
    assert len(written) == 2
    for path in written:
        pixels = cv2.imread(str(path))
        assert pixels is not None
        assert pixels.shape[:2] == (140, 160)
        assert "camera" not in path.name.lower()


@pytest.mark.skipif(os.name == "nt", reason="the pictures folder is made a file here, which Windows words otherwise")
def test_a_snapshot_that_cannot_be_written_is_said_and_the_picture_goes_on(
    window: MainWindow, qtbot: QtBot, own_home: Path
) -> None:
    own_home.mkdir(parents=True, exist_ok=True)
    (own_home / "pictures").write_text("a file")
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: "cannot be written" in window.messages.text)
    assert is_overlay(colour_at(window.view, 160, 120))
    press(window, Qt.Key.Key_Escape)
    assert window.messages.text == ""


def drag(view: LiveView, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_a_scan_area_is_drawn_kept_for_its_source_and_taken_back(window: MainWindow) -> None:
    press(window, Qt.Key.Key_A)
    assert isinstance(window.view.tool, ScanAreaTool)
    shown = window.view.shown_rect()
    assert shown is not None
    ratio = window.view.devicePixelRatioF()
    start = QPointF((shown.x + shown.width / 4) / ratio, (shown.y + shown.height / 4) / ratio).toPoint()
    end = QPointF((shown.x + shown.width * 3 / 4) / ratio, (shown.y + shown.height * 3 / 4) / ratio).toPoint()
    drag(window.view, start, end)
    area = window.pipeline.scan_area
    assert area is not None
    assert abs(area.x - 80) <= 1
    assert abs(area.y - 60) <= 1
    assert abs(area.width - 160) <= 2
    assert window.settings.scan_areas == {"camera:0@320x240": str(area)}
    press(window, Qt.Key.Key_R)
    assert window.pipeline.scan_area is None
    assert window.settings.scan_areas == {"camera:0@320x240": "whole"}


def test_esc_leaves_the_drawing_of_a_scan_area(window: MainWindow) -> None:
    press(window, Qt.Key.Key_A)
    window.view.pull()
    assert window.top.overlay.text() == "Overlay on · hidden: drawing the scan area"
    press(window, Qt.Key.Key_Escape)
    assert not isinstance(window.view.tool, ScanAreaTool)
    assert window.pipeline.scan_area is None


def test_a_kept_scan_area_comes_back_with_its_source(opened: Opened) -> None:
    window = opened(Live(picture()), Settings(scan_areas={"camera:0": "10,20,100,90"}))
    assert window.pipeline.scan_area == Rect(10, 20, 100, 90)


# Recordings


def test_stepping_seeking_and_playing_a_recording(replay: MainWindow, qtbot: QtBot) -> None:
    press(replay, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: frame_number(replay) == 1)
    press(replay, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: frame_number(replay) == 2)
    press(replay, Qt.Key.Key_Comma)
    qtbot.waitUntil(lambda: frame_number(replay) == 1)
    press(replay, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: frame_number(replay) == 9)
    press(replay, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: frame_number(replay) == 0)
    replay.transport.slider.setValue(5)
    qtbot.waitUntil(lambda: frame_number(replay) == 5)
    qtbot.waitUntil(lambda: shows_overlay(replay))
    assert is_overlay(colour_at(replay.view, 40 + 15 * 5 + 40, 120))
    qtbot.waitUntil(lambda: replay.transport.position.text() == "0:00.5 · 6 / 10")
    press(replay, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: replay.top.badge.text() == "REPLAY")


def test_a_live_source_has_no_transport(window: MainWindow) -> None:
    assert not window.transport.isVisible()
    assert not window.actions_by_name["step_forward"].isEnabled()


# Sources


def test_changing_the_source_takes_the_old_picture_and_overlay_away(opened: Opened, qtbot: QtBot) -> None:
    clip = Clip("/clips/two.avi")
    window = opened(Live(picture()), sources={clip.word: clip})
    qtbot.waitUntil(lambda: shows_overlay(window))
    window.open_word(clip.word)
    qtbot.waitUntil(lambda: window.top.badge.text() == "REPLAY")
    assert window.top.name.text() == "two.avi"
    assert window.settings.recent == [clip.word, "camera:0"]
    qtbot.waitUntil(lambda: window.transport.isVisible() and shows_overlay(window))


def test_a_bad_file_is_said_and_does_not_take_the_picture_away(opened: Opened, qtbot: QtBot) -> None:
    bad = Clip("/clips/bad.avi", broken=True)
    window = opened(Live(picture()), sources={bad.word: bad})
    qtbot.waitUntil(lambda: shows_overlay(window))
    window.open_word(bad.word)
    qtbot.waitUntil(lambda: "is not a video file" in window.messages.text)
    window.open_word("/nowhere")
    assert window.messages.text == "/nowhere does not exist: check the path."
    assert window.top.name.text() == "Test camera"
    qtbot.waitUntil(lambda: window.top.badge.text() == "LIVE" and shows_overlay(window))


def test_a_dropped_file_is_opened(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    path = QUrl.fromLocalFile(str(tmp_path / "clip.avi"))
    clip = Clip(path.toLocalFile())
    window = opened(Live(picture()), sources={clip.word: clip})
    data = QMimeData()
    data.setUrls([path])
    event = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    qtbot.waitUntil(lambda: window.top.name.text() == "clip.avi")


def test_a_source_that_watches_the_window_itself_is_said(opened: Opened, qtbot: QtBot) -> None:
    class Watching(Live):
        def covers(self, area: tuple[int, int, int, int]) -> bool:
            return area[2] > 0

    window = opened(Watching(picture()))
    qtbot.waitUntil(lambda: "covers the part of the screen" in window.messages.text)


# Models


def test_of_two_models_chosen_at_once_the_last_is_loaded(window: MainWindow, qtbot: QtBot) -> None:
    window.messages.hide()
    for model in ("accurate", "paper-unet"):  # As keys that had to wait for a busy window come.
        window.panel.model_chosen.emit(model)
    qtbot.waitUntil(lambda: window.bottom.model.text() == "ONNX Runtime · paper-unet")
    assert window.messages.text == ""
    assert window.settings.model == "paper-unet"


def test_a_refused_model_is_said_and_the_one_before_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    window.panel.model_chosen.emit("bad")
    qtbot.waitUntil(lambda: "cannot be loaded" in window.messages.text)
    qtbot.waitUntil(lambda: window.bottom.model.text() == "ONNX Runtime · default")
    qtbot.waitUntil(lambda: shows_overlay(window))
    assert window.settings.model == "default"


def test_the_command_lines_choice_is_not_kept(opened: Opened, qtbot: QtBot) -> None:
    window = opened()
    window.models.load("other", "onnxruntime")
    qtbot.waitUntil(lambda: window.bottom.model.text() == "ONNX Runtime · other")
    assert (window.settings.model, window.settings.engine) == ("default", "auto")


# The window itself


def test_every_control_has_a_name_and_a_target_of_44_pixels(replay: MainWindow) -> None:
    replay.messages.say("A message.")
    QApplication.processEvents()
    controls = [
        widget
        for widget in replay.findChildren(QWidget)
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget is not replay.view
    ]
    assert len(controls) > 15
    for control in controls:
        assert control.accessibleName(), control
        assert control.height() >= TARGET, control
        assert control.width() >= TARGET, control


def test_tab_reaches_every_control(window: MainWindow) -> None:
    controls = {button.accessibleName() for button in window.panel.findChildren(QPushButton)}
    reached = set()
    widget: QWidget | None = window.view
    for _ in range(300):
        assert widget is not None
        reached.add(widget.accessibleName())
        widget = widget.nextInFocusChain()
    assert controls <= reached


def test_a_message_goes_by_itself(window: MainWindow, qtbot: QtBot) -> None:
    window.messages.say("A message.")
    assert window.messages.text == "A message."
    window.messages._timer.start(1)
    qtbot.waitUntil(lambda: window.messages.text == "")


def test_settings_are_kept_when_the_window_closes(window: MainWindow) -> None:
    press(window, Qt.Key.Key_O)
    press(window, Qt.Key.Key_Plus)
    window.close()
    kept, notice = load_settings()
    assert notice == ""
    assert kept.overlay is False
    assert kept.opacity == pytest.approx(0.40)
    assert kept.source == "camera:0"
    assert kept.geometry


def test_closing_ends_every_thread_of_the_pipeline(opened: Opened, qtbot: QtBot) -> None:
    before = threading.active_count()
    window = opened()
    qtbot.waitUntil(lambda: shows_overlay(window))
    assert threading.active_count() > before
    window.close()
    assert threading.active_count() == before


@pytest.mark.parametrize(("kept", "asked", "on"), [(True, None, True), (False, None, False), (True, False, False)])
def test_the_temporal_filter_is_as_in_the_settings_unless_asked_for(
    opened: Opened, kept: bool, asked: bool | None, on: bool
) -> None:
    window = opened(settings=Settings(temporal_filter=kept), options=WindowOptions(temporal_filter=asked))
    assert window.pipeline.temporal_filter is on
    assert window.settings.temporal_filter is kept


def test_a_notice_of_the_command_line_is_shown(opened: Opened, qtbot: QtBot) -> None:
    window = opened(options=WindowOptions(notice="The settings were damaged."))
    assert window.messages.text == "The settings were damaged."


@pytest.mark.parametrize("name", shipped())
def test_the_panel_says_what_a_shipped_model_is_for_and_nothing_of_others(
    opened: Callable[..., MainWindow], name: str
) -> None:
    panel = opened(Live(picture())).panel
    panel.fill_models(shipped(), name)
    assert panel.about_model.text()
    panel.fill_models(shipped(), "somebody/elses")
    assert panel.about_model.text() == ""
    assert not panel.about_model.isVisible()
