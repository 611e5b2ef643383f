"""Spotlight, the raw picture beside and in a corner: by their pixels."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.gui.canvas import Canvas
from app.gui.layout import cells, choose_corner, corner_size
from app.gui.live_view import LiveView
from app.gui.main_window import MainWindow
from app.gui.marks import Marks
from app.gui.overlay import SPOTLIGHT, OverlayStyle
from app.gui.scan_area_tool import ScanAreaTool
from app.gui.status import OverlayKind, Wishes
from app.options import Layout
from app.pipeline.scale import Scale
from app.pipeline.types import Rect
from app.settings import Settings, load_settings
from tests.gui.parts import GREY, MIDDLE, Plain, colour_at, grab, is_overlay, picture
from tests.gui.test_gui_window import Opened, press, shows_overlay

INSIDE = (160, 120)
OUTSIDE = (20, 200)


def show(view: LiveView, supply: Plain, white: Rect | None = MIDDLE) -> None:
    pixels = picture(white=white).copy()
    pixels[:20, ::4] = 90  # A pattern that shows whether a raw picture is the right one.
    pixels.flags.writeable = False
    supply.predict(supply.show(pixels))
    view.pull()


def painted(view: LiveView, area: Rect) -> NDArray[np.uint8]:
    """What the view paints there: uint8 (height, width, 3) BGR."""
    image = grab(view).convertToFormat(QImage.Format.Format_RGB32)
    return area.cut(np.asarray(image.constBits()).reshape(image.height(), image.width(), 4)[..., :3].copy())


def scaled(view: LiveView, area: Rect, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The raw frame's `area` at that size, by another canvas than the view's."""
    assert view.frame is not None
    image = Canvas().draw(area.cut(view.frame.pixels), size)
    return np.asarray(image.constBits()).reshape(size[1], size[0], 4)[..., :3].copy()


# Spotlight


def test_the_spotlight_dims_outside_the_region_and_not_inside(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    view.show_as(style=OverlayStyle("outline", 0.35))
    inside, outside = colour_at(view, *INSIDE), colour_at(view, *OUTSIDE)
    assert outside.red() == GREY
    view.show_as(style=OverlayStyle("outline", 0.35, spotlight=True))
    assert colour_at(view, *INSIDE) == inside
    assert colour_at(view, *OUTSIDE).red() == pytest.approx(GREY * (1 - SPOTLIGHT), abs=2)


def test_the_spotlight_does_not_dim_what_is_known_of_the_picture(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    marks = Marks(True, "left", Scale(0.2, 0.2, (320, 240), "4 cm"))
    brightest = []
    for spotlight in (False, True):
        view.show_as(style=OverlayStyle("outline", 0.35, spotlight=spotlight), marks=marks)
        seen = painted(view, Rect(0, 0, 640, 480))
        brightest.append([int(part.max()) for part in (seen[:40, 400:600], seen[440:, :120], seen[:, 600:])])
    assert brightest[0] == brightest[1]
    assert min(brightest[0]) > 200


@pytest.mark.parametrize("wishes", [Wishes(raw_held=True), Wishes(overlay=False)])
def test_without_overlay_there_is_no_spotlight(view: LiveView, supply: Plain, wishes: Wishes) -> None:
    show(view, supply)
    view.show_as(wishes, OverlayStyle(spotlight=True))
    assert colour_at(view, *OUTSIDE).red() == GREY


def test_where_no_region_is_found_nothing_is_dimmed(view: LiveView, supply: Plain) -> None:
    show(view, supply, white=None)
    view.show_as(style=OverlayStyle(spotlight=True))
    assert view.state.kind is OverlayKind.NO_REGION
    assert colour_at(view, *OUTSIDE).red() == GREY


# Two pictures


@pytest.mark.parametrize("size", [(1000, 400), (500, 700)])
def test_the_second_picture_is_the_raw_frame_pixel_by_pixel(
    view: LiveView, supply: Plain, size: tuple[int, int]
) -> None:
    view.resize(*size)
    show(view, supply)
    view.show_as(style=OverlayStyle(layout="two", spotlight=True))
    shown, raw = view.shown_rect(), view.raw_rect()
    assert shown is not None
    assert raw is not None
    assert (raw.width, raw.height) == (shown.width, shown.height)
    assert (painted(view, raw) == scaled(view, Rect(0, 0, 320, 240), (raw.width, raw.height))).all()
    assert is_overlay(colour_at(view, *INSIDE))


def test_both_pictures_are_of_the_same_frame_when_it_changes(view: LiveView, supply: Plain) -> None:
    view.resize(1000, 400)
    view.show_as(style=OverlayStyle(layout="two"))
    for number in range(3):
        frame = supply.show(np.full((240, 320), 40 + 50 * number, np.uint8), number)
        view.pull()
        shown, raw = view.shown_rect(), view.raw_rect()
        assert shown is not None
        assert raw is not None
        first, second = painted(view, shown), painted(view, raw)
        assert (first == second).all()
        assert first[5, 5, 0] == frame.pixels[0, 0]


def test_without_signal_both_pictures_are_dimmed(view: LiveView, supply: Plain) -> None:
    view.resize(1000, 400)
    show(view, supply)
    view.show_as(Wishes(signal=False), OverlayStyle(layout="two"))
    raw = view.raw_rect()
    assert raw is not None
    assert painted(view, raw).mean() < GREY


def test_the_scan_area_is_drawn_in_one_large_picture(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    view.show_as(style=OverlayStyle(layout="two"))
    view.enter_scan_area_mode()
    assert view.raw_rect() is None
    assert view.shown_rect() == Rect(0, 0, 640, 480)
    view.leave_mode()
    assert view.raw_rect() is not None


@pytest.mark.parametrize("picture_size", [(1280, 720), (400, 900), (640, 640)])
@pytest.mark.parametrize("room", [(968, 620), (400, 900), (320, 180), (2, 2)])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_two_pictures_are_alike_apart_and_inside_the_view(
    picture_size: tuple[int, int], room: tuple[int, int], ratio: float
) -> None:
    first, second = cells("two", picture_size, room, ratio)
    boxes = [QRectF(one.picture.x, one.picture.y, one.picture.width, one.picture.height) for one in (first, second)]
    assert (first.picture.width, first.picture.height) == (second.picture.width, second.picture.height)
    if room[0] > 2:
        assert not boxes[0].intersects(boxes[1])
        assert all(QRectF(0, 0, *room).contains(box) for box in boxes)


# The raw scan in a corner


def small_rect(view: LiveView, supply: Plain) -> Rect:
    area = supply.scan_area or Rect(0, 0, 320, 240)
    width, height = corner_size((area.width, area.height), (view.width(), view.height()))
    return Rect(view.width() - 8 - width, 8, width, height)


@pytest.mark.parametrize("area", [None, Rect(100, 10, 160, 180)])
def test_the_small_picture_is_the_raw_scan(view: LiveView, supply: Plain, area: Rect | None) -> None:
    supply.scan_area = area
    show(view, supply)
    view.show_as(style=OverlayStyle(layout="corner", spotlight=True))
    place = small_rect(view, supply)
    expected = scaled(view, area or Rect(0, 0, 320, 240), (place.width, place.height))
    assert (painted(view, place) == expected).all()
    assert is_overlay(colour_at(view, *INSIDE))


def test_holding_the_raw_picture_takes_the_small_one_away(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    view.show_as(Wishes(raw_held=True), OverlayStyle(layout="corner", spotlight=True))
    assert (painted(view, Rect(0, 0, 640, 480)) == scaled(view, Rect(0, 0, 320, 240), (640, 480))).all()


def test_the_small_picture_gives_way_to_the_region(view: LiveView, supply: Plain) -> None:
    region = Rect(240, 10, 70, 50)
    show(view, supply, white=region)
    view.show_as(style=OverlayStyle(layout="corner"))
    assert is_overlay(colour_at(view, 275, 35))
    raw = small_rect(view, supply)
    left = Rect(8, raw.y, raw.width, raw.height)
    assert (painted(view, left) == scaled(view, Rect(0, 0, 320, 240), (raw.width, raw.height))).all()


def test_the_small_picture_gives_way_to_the_lateral_mark_and_the_ruler(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    marks = Marks(False, "right", Scale(0.2, 0.2, (320, 240), "4 cm"))
    view.show_as(style=OverlayStyle(layout="corner"), marks=marks)
    grab(view)
    raw = small_rect(view, supply)
    left = Rect(8, raw.y, raw.width, raw.height)
    assert (painted(view, left) == scaled(view, Rect(0, 0, 320, 240), (raw.width, raw.height))).all()


def test_the_small_picture_stays_in_its_corner_while_it_can() -> None:
    room, size = QRectF(0, 0, 600, 400), (160.0, 120.0)
    _, first = choose_corner(size, room, [], 0)
    assert first == 0
    box, second = choose_corner(size, room, [QRectF(420, 0, 100, 100)], first)
    assert second != first
    assert not box.intersects(QRectF(420, 0, 100, 100))
    assert choose_corner(size, room, [], second)[1] == second


def test_where_no_corner_is_free_the_one_is_taken_that_covers_least() -> None:
    room, size = QRectF(0, 0, 600, 400), (160.0, 120.0)
    box, _ = choose_corner(size, room, [QRectF(100, 60, 500, 340)], 0)
    assert box.topLeft() == QRectF(8, 8, 0, 0).topLeft()


# The label


@pytest.mark.parametrize("layout", ["one", "two"])
@pytest.mark.parametrize("white", [Rect(5, 24, 60, 50), Rect(250, 180, 60, 50), Rect(0, 24, 320, 216)])
def test_no_label_lies_over_the_region(view: LiveView, supply: Plain, layout: Layout, white: Rect) -> None:
    """A fill paints the region evenly: a label over it would darken it."""
    show(view, supply, white)
    view.show_as(style=OverlayStyle("fill", 1.0, layout=layout))
    shown, prediction = view.shown_rect(), view.state.prediction
    assert shown is not None
    assert prediction is not None
    assert prediction.region is not None
    scale = shown.width / 320
    outlines = [np.rint(line * scale).astype(np.int32) for line in prediction.region.outlines]
    mask = cv2.fillPoly(np.zeros((shown.height, shown.width), np.uint8), outlines, 1)
    inside = cv2.erode(mask, np.ones((7, 7), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    found = painted(view, shown)[inside]
    assert (found == found[0]).all()


# By key and panel


def segment(window: MainWindow, text: str) -> QPushButton:
    buttons = window.panel.findChildren(QPushButton)
    return next(button for button in buttons if button.text() == text)


def test_spotlight_and_raw_picture_by_keys_and_panel_are_kept(opened: Opened, qtbot: QtBot) -> None:
    window = opened()
    qtbot.waitUntil(lambda: shows_overlay(window))
    press(window, Qt.Key.Key_H)
    assert window.view.style_of_overlay.spotlight
    assert segment(window, "Spotlight").isChecked()
    segment(window, "Spotlight").click()
    assert not window.view.style_of_overlay.spotlight
    segment(window, "Spotlight").click()
    for layout, text in (("two", "Beside"), ("corner", "Corner"), ("one", "Off")):
        press(window, Qt.Key.Key_V)
        assert window.view.style_of_overlay.layout == layout
        assert segment(window, text).isChecked()
    segment(window, "Corner").click()
    window.close()
    kept, _ = load_settings()
    assert (kept.spotlight, kept.layout) == (True, "corner")


def test_what_was_kept_is_shown_at_the_next_start(opened: Opened) -> None:
    window = opened(settings=Settings(spotlight=True, layout="two", temporal_filter=False))
    assert window.view.style_of_overlay == OverlayStyle(spotlight=True, layout="two")
    assert segment(window, "Spotlight").isChecked()
    assert segment(window, "Beside").isChecked()
    assert not segment(window, "Steady").isChecked()


def test_the_temporal_filter_has_a_switch(opened: Opened, qtbot: QtBot) -> None:
    window = opened()
    qtbot.waitUntil(lambda: shows_overlay(window))
    assert segment(window, "Steady").isChecked()
    press(window, Qt.Key.Key_M)
    assert not window.pipeline.temporal_filter
    assert not window.settings.temporal_filter
    assert not segment(window, "Steady").isChecked()
    segment(window, "Steady").click()
    assert window.pipeline.temporal_filter
    assert window.settings.temporal_filter


@pytest.mark.parametrize("layout", ["one", "two", "corner"])
def test_space_shows_the_raw_picture_in_every_layout(opened: Opened, qtbot: QtBot, layout: Layout) -> None:
    window = opened(settings=Settings(spotlight=True, layout=layout))
    qtbot.waitUntil(lambda: shows_overlay(window))
    QTest.keyPress(window.view, Qt.Key.Key_Space)
    shown = window.view.shown_rect()
    assert shown is not None
    found = painted(window.view, shown)
    assert (found.max(axis=2) == found.min(axis=2)).all()
    assert found[-5, 5, 0] == GREY
    QTest.keyRelease(window.view, Qt.Key.Key_Space)
    assert is_overlay(colour_at(window.view, 160, 120))


def test_a_click_on_the_raw_picture_does_nothing(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    view.show_as(style=OverlayStyle(layout="two"))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(5, 400))
    assert not isinstance(view.tool, ScanAreaTool)
