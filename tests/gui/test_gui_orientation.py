"""Which way the picture is seen: the lateral side, and the mirrored picture with all that lies on it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.gui.live_view import LiveView
from app.gui.main_window import MainWindow
from app.gui.marks import Marks, mark_boxes
from app.gui.overlay import OverlayStyle
from app.gui.status import OverlayKind, Wishes
from app.pipeline.scale import Scale
from app.pipeline.types import Rect
from app.settings import Settings
from tests.gui.parts import GREY, Live, Plain, colour_at, grab, is_overlay, picture

Opened = Callable[..., MainWindow]

LEFT = Rect(30, 90, 80, 60)
"""Where the region is in the captured picture; its mirror image is centred at (250, 120)."""


def show(view: LiveView, supply: Plain) -> None:
    supply.predict(supply.show(picture(white=LEFT)))
    view.show_as(style=OverlayStyle("fill", 0.5))
    view.pull()


def bright_rows(image: QImage, left: int, right: int, top: int, bottom: int) -> int:
    """Number of light pixels in a part of the view."""
    return sum(image.pixelColor(x, y).lightness() > 180 for x in range(left, right) for y in range(top, bottom))


def test_the_mirrored_mask_lies_on_the_mirrored_picture(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    assert is_overlay(colour_at(view, 70, 120))
    view.show_as(marks=Marks(mirrored=True))
    assert is_overlay(colour_at(view, 250, 120))
    assert colour_at(view, 70, 120).red() == GREY
    # The mask covers the white ellipse and nothing else: its edge is the ellipse's edge, to two pixels of the frame.
    for x in (209, 291):
        assert not is_overlay(colour_at(view, x - 3 if x < 250 else x + 3, 120))
        assert is_overlay(colour_at(view, x + 5 if x < 250 else x - 5, 120))


def test_the_raw_picture_is_mirrored_too(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    view.show_as(Wishes(raw_held=True), marks=Marks(mirrored=True))
    assert colour_at(view, 250, 120).getRgb()[:3] == (255, 255, 255)
    assert colour_at(view, 70, 120).red() == GREY


def test_the_scan_area_is_drawn_where_it_is_seen(view: LiveView, supply: Plain, qtbot: QtBot) -> None:
    show(view, supply)
    view.show_as(marks=Marks(mirrored=True))
    view.enter_scan_area_mode()
    with qtbot.waitSignal(view.scan_area_drawn) as drawn:
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 110))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(440, 330))
    assert drawn.args == [Rect(320 - 220, 55, 120, 110)]


def test_arrow_keys_move_where_they_point(view: LiveView, supply: Plain, qtbot: QtBot) -> None:
    supply.scan_area = Rect(100, 60, 100, 80)
    show(view, supply)
    view.show_as(marks=Marks(mirrored=True))
    view.enter_scan_area_mode()
    with qtbot.waitSignal(view.scan_area_drawn) as drawn:
        QTest.keyClick(view, Qt.Key.Key_Right)
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert drawn.args == [Rect(92, 60, 100, 80)]


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_lateral_mark_stands_in_the_scan_areas_upper_corner_on_its_side(
    view: LiveView, supply: Plain, mirrored: bool
) -> None:
    supply.scan_area = Rect(80, 40, 160, 160)  # in the view from (160, 80) to (480, 400), mirrored as well
    show(view, supply)
    view.show_as(Wishes(overlay=False), marks=Marks(mirrored, "left"))
    image = grab(view)
    left = bright_rows(image, 164, 260, 84, 112)
    right = bright_rows(image, 380, 476, 84, 112)
    assert (left > 40, right > 40) == (not mirrored, mirrored)
    view.show_as(marks=Marks(mirrored))
    image = grab(view)
    assert bright_rows(image, 164, 476, 84, 112) == 0
    # A mirrored picture says so, whatever is known of its sides.
    assert (bright_rows(image, 164, 260, 370, 398) > 40) is mirrored


def test_l_goes_through_the_sides_as_seen_and_m_carries_the_mark_along(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Live(picture()))
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.view.frame is not None)

    def press(key: Qt.Key) -> tuple[str | None, str]:
        QTest.keyClick(window.view, key)
        return window.view.marks.lateral_on_screen, window.panel.lateral.text()

    assert press(Qt.Key.Key_N) == ("left", "Lateral: left")
    assert press(Qt.Key.Key_X) == ("right", "Lateral: right")
    assert window.settings.lateral == {"camera:0": "left"}
    assert window.settings.mirrored == ["camera:0"]
    assert press(Qt.Key.Key_N) == (None, "Lateral: –")
    assert press(Qt.Key.Key_N) == ("left", "Lateral: left")
    assert window.settings.lateral == {"camera:0": "right"}
    assert press(Qt.Key.Key_X) == ("right", "Lateral: right")
    assert window.settings.mirrored == []


def test_orientation_is_kept_for_each_source(opened: Opened, qtbot: QtBot) -> None:
    other = Live(picture(), "camera:1", "Other camera")
    settings = Settings(lateral={"camera:0": "right"}, mirrored=["camera:0"])
    window = opened(Live(picture()), settings, {"camera:1": other})
    assert replace(window.view.marks, scale=None) == Marks(True, "right")
    assert window.actions_by_name["toggle_mirror"].isChecked()
    window.open_word("camera:1")
    qtbot.waitUntil(lambda: window.top.name.text() == "Other camera")
    assert window.view.marks == Marks()
    assert not window.actions_by_name["toggle_mirror"].isChecked()


def test_a_snapshot_of_a_mirrored_picture_is_mirrored_and_says_so(opened: Opened, qtbot: QtBot, own_home: Path) -> None:
    window = opened(Live(picture(white=LEFT)))
    qtbot.waitUntil(lambda: window.view.state.kind is OverlayKind.SHOWN)
    for key in (Qt.Key.Key_X, Qt.Key.Key_N, Qt.Key.Key_S):
        QTest.keyClick(window.view, key)
    qtbot.waitUntil(lambda: window.messages.text.startswith("Snapshot saved, mirrored"))
    raw = next(path for path in (own_home / "pictures").iterdir() if path.name.endswith("-mirrored.png"))
    pixels = cv2.imread(str(raw))
    assert pixels is not None
    assert pixels[120, 250].tolist() == [255, 255, 255]
    assert pixels[120, 70].tolist() == [GREY] * 3


@pytest.mark.parametrize("width", [120, 600])
def test_marks_stand_apart_in_a_narrow_scan_area(qapp: object, width: int) -> None:
    area, font = QRectF(10, 10, width, 400), QFont()
    font.setPixelSize(14)
    scale = Scale(0.2, 0.2, (width, 400), "Nerve 6 cm")
    words = QFontMetricsF(font).boundingRect("cm · scale Nerve 6 cm")
    name = words.translated(area.right() - 20 - words.width(), area.bottom() - 10)
    _, mirrored, ruler = mark_boxes(area, Marks(True, "left", scale), font)
    assert not mirrored.intersects(name)
    assert ruler.right() == area.right()
