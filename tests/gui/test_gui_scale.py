"""The depth ruler, how a scale is set, and what is measured with it."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.capture.dicom import UltrasoundRegion
from app.gui.live_view import LiveView
from app.gui.main_window import MainWindow
from app.gui.marks import Marks, ticks
from app.gui.scale_tool import ScaleTool
from app.gui.status import OverlayKind
from app.pipeline.scale import Scale
from app.pipeline.types import Rect
from app.settings import Settings
from tests.gui.parts import Live, Plain, grab, picture

Opened = Callable[..., MainWindow]
KEY = "camera:0@320x240"
OWN = {KEY: {"4 cm": 0.25, "6 cm": 0.5}}


def light(image: QImage, x: int, y: int) -> bool:
    return image.pixelColor(x, y).lightness() > 180


# The ruler


def test_ticks_count_from_the_scan_areas_top() -> None:
    assert list(ticks(Scale(1, 0.1, (640, 480)), 120)) == [(0.0, 0.0), (0.5, 50.0), (1.0, 100.0)]


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_ruler_has_its_ticks_where_the_centimetres_are(view: LiveView, supply: Plain, mirrored: bool) -> None:
    supply.scan_area = Rect(60, 20, 200, 200)  # in the view from (120, 40) to (520, 440), mirrored as well
    supply.show(picture(white=None))
    # A centimetre is 20 pixels of the frame across, 25 down: 50 of the view.
    view.show_as(marks=Marks(mirrored, scale=Scale(0.5, 0.4, (320, 240), "test")))
    view.pull()
    image = grab(view)
    for number in range(8):
        y = 40 + 50 * number
        assert any(light(image, 508, row) for row in (y - 1, y, y + 1)), number
        assert not any(light(image, 508, row) for row in range(y + 4, y + 22)), number
        assert any(light(image, 515, row) for row in range(y + 24, y + 27)), number  # half a centimetre
    assert not any(light(image, 516, row) for row in range(45, 60))


def test_no_ruler_without_a_scale_or_with_one_for_another_size(view: LiveView, supply: Plain) -> None:
    supply.show(picture(white=None))
    view.pull()
    plain = grab(view)
    view.show_as(marks=Marks(scale=Scale(0.5, 0.5, (640, 480), "other")))
    assert grab(view) == plain
    view.show_as(marks=Marks(scale=Scale(0.5, 0.5, (320, 240), "this")))
    assert grab(view) != plain


# Setting it


@pytest.fixture
def window(opened: Opened, qtbot: QtBot) -> MainWindow:
    return ready(opened(Live(picture())), qtbot)


def ready(window: MainWindow, qtbot: QtBot) -> MainWindow:
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.view.state.kind is OverlayKind.SHOWN)
    return window


def press(window: MainWindow, key: Qt.Key, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.view, key, modifier)


def click(window: MainWindow, x: float, y: float) -> None:
    shown = window.view.shown_rect()
    assert shown is not None
    point = QPointF(shown.x + x * shown.width / 320, shown.y + y * shown.height / 240)
    QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=(point / window.view.devicePixelRatioF()).toPoint())


def enter(window: MainWindow, distance: str, name: str = "") -> None:
    QTest.keyClicks(window.mode_strip.distance, distance)
    QTest.keyClicks(window.mode_strip.depth_name, name)
    QTest.keyClick(window.mode_strip.distance, Qt.Key.Key_Return)


def test_two_clicks_and_a_distance_set_the_scale(window: MainWindow, qtbot: QtBot) -> None:
    assert window.bottom.measures.text() == ""
    press(window, Qt.Key.Key_D)
    assert "two ticks" in window.mode_strip.text
    window.view.pull()
    assert window.top.overlay.text() == "Overlay on · hidden: setting the scale"
    click(window, 20, 20)
    assert "second tick" in window.mode_strip.text
    assert not window.mode_strip.distance.isVisible()
    click(window, 20, 220)
    assert window.mode_strip.distance.isVisible()
    enter(window, "5,0", "deep one")
    assert window.view.tool is None
    assert window.mode_strip.text == ""
    assert window.settings.scales[KEY]["deep one"] == pytest.approx(0.25, rel=0.02)
    assert window.settings.scale == {KEY: "deep one"}
    assert window.panel.scale.text() == "Scale: deep one"
    # The ellipse is 80 wide and 60 high, and begins 90 below the frame's top.
    qtbot.waitUntil(lambda: window.bottom.measures.text() != "")
    deep, wide, area = (float(part.split()[0]) for part in window.bottom.measures.text().split(" · "))
    assert deep == pytest.approx(90 * 0.25, abs=1)
    assert wide == pytest.approx(80 * 0.25, abs=1)
    assert area == pytest.approx(3.1416 / 4 * 80 * 60 * 0.25**2, rel=0.07)


def test_a_scale_without_a_name_is_named_by_the_scan_areas_depth(window: MainWindow) -> None:
    press(window, Qt.Key.Key_D)
    click(window, 20, 20)
    click(window, 20, 220)
    enter(window, "5")
    assert list(window.settings.scales[KEY]) == ["6 cm"]


def test_the_scale_is_set_by_keys_alone(window: MainWindow) -> None:
    press(window, Qt.Key.Key_D)
    press(window, Qt.Key.Key_Return)
    for _ in range(10):
        press(window, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    press(window, Qt.Key.Key_Return)
    tool = window.view.tool
    assert isinstance(tool, ScaleTool)
    assert tool.points == [(160, 120), (160, 220)]
    enter(window, "4", "4 cm")
    assert window.settings.scales == {KEY: {"4 cm": pytest.approx(0.4)}}


def test_a_mark_can_be_dragged_to_correct_it() -> None:
    tool = ScaleTool((320, 240))
    tool.press((20, 20), 10)
    tool.release((20, 20))
    tool.press((20, 200), 10)
    tool.release((20, 200))
    tool.press((23, 204), 10)  # within reach: it does not jump
    tool.release((23, 214))
    assert tool.points == [(20, 20), (20, 210)]
    tool.press((60, 40), 10)  # out of reach: the nearer one comes
    tool.release((60, 40))
    assert tool.points == [(60, 40), (20, 210)]
    tool.nudge(Qt.Key.Key_Up, shift=False)
    assert tool.points[0] == (60, 39)


@pytest.mark.parametrize(("distance", "words"), [("", "such as 4"), ("0", "such as 4"), ("four", "such as 4")])
def test_a_distance_that_cannot_be_is_said_and_the_marks_stay(window: MainWindow, distance: str, words: str) -> None:
    press(window, Qt.Key.Key_D)
    click(window, 20, 20)
    click(window, 20, 220)
    enter(window, distance)
    assert words in window.messages.text
    assert isinstance(window.view.tool, ScaleTool)
    assert window.settings.scales == {}


def test_esc_leaves_from_the_field_too(window: MainWindow) -> None:
    press(window, Qt.Key.Key_D)
    click(window, 20, 20)
    click(window, 20, 220)
    QTest.keyClick(window.mode_strip.distance, Qt.Key.Key_Escape)
    assert window.view.tool is None
    assert window.settings.scales == {}


def test_letters_and_spaces_in_a_name_are_no_commands(window: MainWindow) -> None:
    press(window, Qt.Key.Key_D)
    click(window, 20, 20)
    click(window, 20, 220)
    QTest.keyClicks(window.mode_strip.depth_name, "o f 4")
    assert window.mode_strip.depth_name.text() == "o f 4"
    assert window.settings.overlay
    assert not window.view.wishes.raw_held
    assert not window.pipeline.frozen


# Having it


def test_scales_are_switched_and_forgotten_by_keys(opened: Opened, qtbot: QtBot) -> None:
    settings = Settings(scales={KEY: dict(OWN[KEY])}, scale={KEY: "4 cm"})
    window = ready(opened(Live(picture()), settings), qtbot)
    qtbot.waitUntil(lambda: window.bottom.measures.text().startswith("22 mm deep"))
    assert "check that the machine is set to the same depth" in window.messages.text
    shift = Qt.KeyboardModifier.ShiftModifier
    press(window, Qt.Key.Key_D, shift)
    assert window.panel.scale.text() == "Scale: 6 cm"
    qtbot.waitUntil(lambda: window.bottom.measures.text().startswith("45 mm deep"))
    press(window, Qt.Key.Key_D, shift)
    assert window.panel.scale.text() == "Scale: none"
    assert window.bottom.measures.text() == ""
    press(window, Qt.Key.Key_D, shift)
    press(window, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    assert window.messages.text == "Scale 4 cm is forgotten."
    assert window.settings.scales == {KEY: {"6 cm": 0.5}}
    assert window.view.marks.scale is None


def test_a_frame_of_another_size_has_no_scale(opened: Opened, qtbot: QtBot) -> None:
    source = Live(picture())
    window = ready(opened(source, Settings(scales=OWN, scale={KEY: "4 cm"})), qtbot)
    qtbot.waitUntil(lambda: window.bottom.measures.text() != "")
    source.pixels = picture(640, 480)
    qtbot.waitUntil(lambda: window.view.marks.scale is None)
    assert window.bottom.measures.text() == ""
    assert "set it anew" in window.messages.text
    source.pixels = picture()
    qtbot.waitUntil(lambda: window.view.marks.scale is not None)


def test_nothing_is_measured_where_nothing_is_shown(opened: Opened, qtbot: QtBot) -> None:
    window = ready(opened(Live(picture()), Settings(scales=OWN, scale={KEY: "4 cm"})), qtbot)
    qtbot.waitUntil(lambda: window.bottom.measures.text() != "")
    press(window, Qt.Key.Key_O)
    assert window.bottom.measures.text() == ""


def test_a_file_gives_the_scale_of_its_region(opened: Opened, qtbot: QtBot) -> None:
    source = Live(picture())
    source.regions = (UltrasoundRegion(60, 40, 200, 160, 3, 3, 0.02, 0.03, 1, 1, 0),)
    window = ready(opened(source), qtbot)
    qtbot.waitUntil(lambda: window.panel.scale.text().startswith("Scale: from"))
    scale = window.view.marks.scale
    assert scale == Scale(pytest.approx(0.2), pytest.approx(0.3), (320, 240), "from the file")
    # From the region's own top edge, which is the scan area's: 90 - 40 pixels.
    qtbot.waitUntil(lambda: window.bottom.measures.text().startswith("15 mm deep"))
    assert "16 mm wide" in window.bottom.measures.text()
