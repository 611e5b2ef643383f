"""Room: everyday controls in sight at every size, nothing cut off, nothing over another; folds are remembered."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.capture.source import SourceKind
from app.capture.video import VideoFile
from app.gui.live_view import HEIGHT
from app.gui.main_window import MainWindow
from app.gui.section import Section
from app.gui.theme import TARGET
from app.gui.words import TRANSLATED, tr, use_language
from app.options import THEMES
from app.settings import Settings
from tests.gui.parts import Clip, Live, picture
from tests.media import write_video

Opened = Callable[..., MainWindow]
LANGUAGES = ("en", *TRANSLATED)
SIZES = [(1216, 648), (1280, 720), (1280, 760), (1536, 864), (1920, 1080), (2560, 1440), (3840, 2160)]
"""Of the window, in the desktop's units: a laptop's, as it opens and whole, and 3840 × 2160 at 250 to 100 %."""
GROUPS = ("overlay", "scan area", "orientation", "recordings", "model", "window")


class Demo(Clip):
    """Saved images: they are played as a recording is."""

    kind = SourceKind.DEMO


def pressable(window: MainWindow) -> list[QWidget]:
    return [
        one
        for one in window.findChildren(QWidget)
        if isinstance(one, QAbstractButton | QAbstractSlider | QComboBox)
        and one.isVisible()
        and one.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def place(one: QWidget, window: MainWindow) -> QRect:
    return QRect(one.mapTo(window, QPoint(0, 0)), one.size())


def settle(window: MainWindow, size: tuple[int, int]) -> None:
    for _ in range(3):  # What has changed before may still wait for its room.
        QApplication.processEvents()
        window.resize(*size)
    QApplication.processEvents()


def text_width(button: QPushButton) -> int:
    icon = button.iconSize().width() + 4 if not button.icon().isNull() else 0
    return button.fontMetrics().horizontalAdvance(button.text()) + icon


def check(window: MainWindow) -> None:
    """Fails where something that can be pressed is too small, cut off, or under another."""
    found = pressable(window)
    for one in found:
        assert min(one.width(), one.height()) >= TARGET, one.accessibleName()
        if isinstance(one, QPushButton):
            assert text_width(one) <= one.width() - 4, one.text()
    inside = [one for one in found if window.panel.isAncestorOf(one)]
    outside = [one for one in found if one not in inside]
    assert all(window.rect().contains(place(one, window)) for one in outside)
    for group in (inside, outside):
        places = [place(one, window) for one in group]
        for number, area in enumerate(places):
            assert not any(area.intersects(other) for other in places[number + 1 :]), group[number].accessibleName()
    for label in window.transport.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.heightForWidth(label.width()) <= label.height()
        elif label.isVisible():
            assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    use_language(request.param)
    yield request.param
    use_language("en")


@pytest.fixture(params=[Live, Demo, Clip], ids=["live", "demo", "recording"])
def window(request: pytest.FixtureRequest, language: str, opened: Opened, qtbot: QtBot) -> MainWindow:
    made = opened(Live(picture()) if request.param is Live else request.param())
    qtbot.waitUntil(lambda: made.view.frame is not None and (request.param is Live or made.transport.isVisible()))
    made.lines.refresh()
    # The longest words that are said there.
    made.transport.progress.setText(tr("Analysed {done} of {total}, goes on while paused", done=20000, total=20000))
    return made


@pytest.mark.parametrize("size", SIZES)
def test_everyday_controls_need_no_scrolling_and_nothing_is_cut_off(window: MainWindow, size: tuple[int, int]) -> None:
    settle(window, size)
    assert (window.width(), window.height()) == size
    assert window.panel.verticalScrollBar().maximum() == 0
    check(window)


@pytest.mark.parametrize("theme", THEMES)
def test_nothing_is_cut_off_where_everything_is_unfolded(
    language: str, opened: Opened, qtbot: QtBot, theme: str
) -> None:
    settings = Settings(theme=theme, folds=dict.fromkeys((*GROUPS, "time line of the demo"), True))  # type: ignore[arg-type]
    window = opened(Demo(), settings)
    qtbot.waitUntil(window.transport.isVisible)
    settle(window, (1280, 720))
    assert window.panel.verticalScrollBar().maximum() > 0
    assert window.panel.horizontalScrollBar().maximum() == 0
    body = window.panel.widget()
    assert body is not None
    assert body.width() <= window.panel.viewport().width()
    check(window)


@pytest.mark.parametrize("mode", ["correct", "compare"])
def test_no_mode_widens_a_narrow_window(language: str, opened: Opened, qtbot: QtBot, tmp_path: Path, mode: str) -> None:
    window = opened(VideoFile(write_video(tmp_path / "clip.avi", size=(320, 240))))
    qtbot.waitUntil(lambda: window.transport.isVisible() and window.models.ready)
    window.actions_by_name[f"toggle_{mode}"].trigger()
    qtbot.waitUntil(getattr(window.study_bar, mode).isVisible)
    # No wider than the picture may be.
    assert window.study_bar.minimumSizeHint().width() <= window.view.minimumWidth()


def test_the_wheel_scrolls_past_what_it_could_change(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Live(picture()), Settings(folds=dict.fromkeys(GROUPS, True)))
    settle(window, (1280, 720))
    qtbot.waitUntil(lambda: window.panel.model.count() > 1)
    panel = window.panel
    for control in (panel.threshold, panel.opacity, panel.model, panel.engine):
        before = panel.threshold.value(), panel.opacity.value(), panel.model.currentIndex()
        centre = control.rect().center()
        turn = QWheelEvent(
            centre, control.mapToGlobal(centre), QPoint(), QPoint(0, -120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(control, turn)
        assert (panel.threshold.value(), panel.opacity.value(), panel.model.currentIndex()) == before
        assert not turn.isAccepted()  # So that it goes on to what scrolls.


def test_the_picture_gets_most_of_a_small_window_in_the_demo(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Demo())
    qtbot.waitUntil(window.transport.isVisible)
    settle(window, (1280, 720))
    assert window.transport.height() <= 56
    assert window.view.height() >= 570
    window.transport.form.click()
    settle(window, (1280, 720))
    assert window.transport.height() > 150
    assert window.settings.folds == {"time line of the demo": True}


def test_half_of_a_screen_is_enough_beside_a_scanners_viewer(window: MainWindow) -> None:
    transport = window.transport
    transport.set_length(20000)
    settle(window, (960, 720))
    assert window.width() == 960
    check(window)
    if not transport.isHidden() and not transport.thin:
        assert transport.loop.isHidden()
        assert transport.ahead.isHidden()
        settle(window, (1280, 720))
        assert transport.loop.isVisible()
        assert transport.ahead.isVisible()
        check(window)


def test_a_recordings_line_is_whole_and_can_be_made_thin(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Clip())
    qtbot.waitUntil(window.transport.isVisible)
    assert not window.transport.thin
    window.transport.form.click()
    assert window.transport.thin
    assert window.settings.folds == {"time line": False}
    slider = window.transport.slider
    settle(window, (1280, 720))
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(int(slider.x_of(7)), slider.height() // 2))
    assert slider.value() == 7
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(int(slider.x_of(7)), slider.height() // 2))


def test_folds_are_remembered_as_far_as_they_differ(opened: Opened) -> None:
    window = opened(Live(picture()))
    sections = {one.header.text(): one for one in window.panel.findChildren(Section)}
    assert len(sections) == len(GROUPS)
    assert not any(one.header.isChecked() for one in sections.values())
    header = sections["Scan area"].header
    QTest.keyClick(header, Qt.Key.Key_Return)
    assert window.settings.folds == {"scan area": True}
    find = next(one for one in window.panel.findChildren(QPushButton) if one.text() == "Find")
    assert find.isVisible()
    assert header.accessibleDescription() == "open"
    header.click()
    assert window.settings.folds == {}
    assert not find.isVisible()


def test_where_the_scan_area_comes_from_is_said_while_folded(window: MainWindow) -> None:
    assert window.panel.scan_area.isVisible()
    assert window.panel.scan_area.text()


def test_p_brings_the_controls_into_the_full_screen_and_leaving_it_restores_the_rest(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen that there is without a display is smaller than the window, so full screen is made up here."""
    window, full = opened(Live(picture())), [False]
    monkeypatch.setattr(window, "isFullScreen", lambda: full[0])
    window.fold(True)
    for wanted in (True, False):
        full[0] = wanted
        window._follow_full_screen()
        assert window.top.notice.isVisible() is wanted
        assert window.bottom.isVisible() is not wanted
        assert not window.panel.isVisible()
        if wanted:
            window.actions_by_name["toggle_panel"].trigger()
            assert window.panel.isVisible()


def test_a_double_click_while_drawing_is_the_drawings(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Live(picture()))
    qtbot.waitUntil(lambda: window.view.frame is not None)
    window.view.enter_scan_area_mode()
    QTest.mouseDClick(window.view, Qt.MouseButton.LeftButton)
    assert not window.isFullScreen()
    window.view.enter_scale_mode()
    QTest.mouseDClick(window.view, Qt.MouseButton.LeftButton)
    assert not window.isFullScreen()


@pytest.mark.parametrize("mode", ["correct", "compare"])
def test_on_a_low_screen_plots_and_time_line_give_way_to_the_notice(
    opened: Opened, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    window = opened(VideoFile(write_video(tmp_path / "clip.avi", size=(320, 240))))
    qtbot.waitUntil(lambda: window.transport.isVisible() and window.models.ready)
    monkeypatch.setattr(window, "screen", Low)
    settle(window, (1024, Low.height))
    window.actions_by_name[f"toggle_{mode}"].trigger()
    window.actions_by_name["toggle_plots"].trigger()
    qtbot.waitUntil(lambda: window.transport.thin and window.height() <= Low.height)
    assert not window.plots.isVisible()
    check(window)
    window.actions_by_name[f"toggle_{mode}"].trigger()
    qtbot.waitUntil(window.plots.isVisible)
    window.actions_by_name["toggle_plots"].trigger()
    qtbot.waitUntil(lambda: not window.transport.thin)
    assert window.transport.form.isVisible()


@pytest.mark.parametrize("mode", ["correct", "compare"])
def test_on_a_lower_screen_the_picture_is_smaller_and_nothing_lies_over_it(
    language: str, opened: Opened, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    window = opened(VideoFile(write_video(tmp_path / "clip.avi", size=(320, 240))))
    qtbot.waitUntil(lambda: window.transport.isVisible() and window.models.ready)
    monkeypatch.setattr(window, "screen", Lower)
    settle(window, (853, Lower.height))
    window.actions_by_name[f"toggle_{mode}"].trigger()
    qtbot.waitUntil(lambda: window.transport.thin)
    settle(window, (853, Lower.height))
    assert window.height() <= Lower.height
    assert not place(window.view, window).intersects(place(window.study_bar, window))
    check(window)


def test_a_window_is_made_no_lower_than_the_picture_needs(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Clip())
    qtbot.waitUntil(window.transport.isVisible)
    settle(window, (900, 200))
    assert window.view.height() == HEIGHT
    before = window.height()
    window.messages.say("A message.")
    window.lines.refresh()
    QApplication.processEvents()
    assert window.height() == before


@pytest.mark.parametrize("width", [853, 1024, 1280])
def test_setting_a_scale_widens_no_window_and_its_words_can_be_read(
    language: str, opened: Opened, qtbot: QtBot, width: int
) -> None:
    window = opened(Clip())
    qtbot.waitUntil(lambda: window.transport.isVisible() and window.view.frame is not None)
    settle(window, (width, 560))
    window.view.enter_scale_mode()
    strip = window.mode_strip
    strip.ask(tr("How far apart are the two marks? Drag them to correct; Enter sets."), fields=True)
    settle(window, (width, 560))
    assert window.width() == width
    label = strip._text
    assert label.width() >= 200
    assert label.heightForWidth(label.width()) <= label.height()
    for one in (strip.distance, strip.depth_name, *strip.findChildren(QPushButton)):
        assert strip.rect().contains(QRect(one.mapTo(strip, QPoint(0, 0)), one.size()))
    check(window)


class Low:
    """A screen of 1280 x 720 at 125 %, without its bars, in the desktop's units."""

    width, height = 1024, 540

    def availableGeometry(self) -> QRect:
        return QRect(0, 0, self.width, self.height)


class Lower(Low):
    """At 150 %."""

    width, height = 853, 467
