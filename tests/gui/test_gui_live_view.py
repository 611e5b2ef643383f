from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.gui.canvas import Canvas
from app.gui.live_view import LiveView
from app.gui.overlay import OverlayPainter, OverlayStyle, place_label
from app.gui.scan_area_tool import ScanAreaTool
from app.gui.status import OverlayKind, Wishes
from app.pipeline.types import Rect
from model.postprocess import Outline, Region
from model.structures import BLOCK_REGION, with_colours
from tests.gui.parts import GREY, Plain, colour_at, grab, is_overlay, picture

(ARTERY,) = with_colours(["artery"])
INSIDE = (160, 120)
OUTSIDE = (20, 200)


def show(view: LiveView, supply: Plain) -> None:
    supply.predict(supply.show(picture()))
    view.pull()


def test_the_overlay_is_painted_where_the_region_is_and_nowhere_else(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    assert view.state.kind is OverlayKind.SHOWN
    assert is_overlay(colour_at(view, *INSIDE))
    assert not is_overlay(colour_at(view, *OUTSIDE))


def test_holding_the_raw_picture_leaves_every_pixel_as_it_came(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    view.show_as(wishes=Wishes(raw_held=True))
    raw = grab(view).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.asarray(raw.constBits()).reshape(raw.height(), raw.width(), 4)[..., :3]
    shown = view.shown_rect()
    assert shown is not None
    inside = shown.cut(pixels)
    assert (inside.max(axis=2) == inside.min(axis=2)).all()
    view.show_as(wishes=Wishes())
    assert is_overlay(colour_at(view, *INSIDE))


def test_the_overlay_goes_by_itself_when_its_age_passes_200_ms(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    supply.now += 0.15
    supply.show(picture(), 1)
    view.pull()
    assert is_overlay(colour_at(view, *INSIDE))
    supply.now += 0.06
    view.pull()
    assert view.state.kind is OverlayKind.TOO_OLD
    assert not is_overlay(colour_at(view, *INSIDE))


def test_without_signal_the_last_picture_stays_dimmed_and_without_overlay(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    view.show_as(wishes=Wishes(signal=False))
    colour = colour_at(view, *OUTSIDE)
    assert not is_overlay(colour_at(view, *INSIDE))
    assert 0 < colour.red() < GREY
    assert colour_at(view, *INSIDE).red() > colour.red()


def test_an_empty_region_paints_nothing_on_the_picture(view: LiveView, supply: Plain) -> None:
    supply.predict(supply.show(picture(white=None)))
    view.pull()
    assert view.state.kind is OverlayKind.NO_REGION
    assert not is_overlay(colour_at(view, *INSIDE))


def test_an_unlike_picture_has_words_at_its_lower_edge_and_no_overlay(view: LiveView, supply: Plain) -> None:
    frame = supply.show(picture())
    prediction = supply.predict(frame)
    view.pull()
    before = grab(view)
    supply.predictions.put(replace(prediction, answers=(None,), novelty=1.5))
    view.pull()
    assert view.state.kind is OverlayKind.UNLIKE
    assert not is_overlay(colour_at(view, *INSIDE))
    after, middle = grab(view), before.width() // 2
    chip = [row for row in range(before.height()) if before.pixel(middle, row) != after.pixel(middle, row)]
    assert chip[-1] > 0.9 * before.height()
    supply.predictions.put(replace(prediction, answers=(None,), novelty=0.5))
    view.pull()
    assert view.state.kind is OverlayKind.NO_REGION
    # Other words, so another picture.
    assert grab(view) != after


def test_the_overlay_lies_in_the_scan_area(view: LiveView, supply: Plain) -> None:
    supply.scan_area = Rect(100, 60, 160, 140)
    show(view, supply)
    assert is_overlay(colour_at(view, *INSIDE))
    assert is_overlay(colour_at(view, 130, 120))
    assert not is_overlay(colour_at(view, 110, 120))


def test_an_outline_leaves_the_inside_free_and_a_fill_has_no_edge(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    view.show_as(style=OverlayStyle("outline", 0.4))
    assert not is_overlay(colour_at(view, *INSIDE))
    assert is_overlay(colour_at(view, 120, 120))
    view.show_as(style=OverlayStyle("fill", 0.9))
    assert is_overlay(colour_at(view, *INSIDE))


def test_a_new_frame_is_counted_once_however_often_it_is_painted(view: LiveView, supply: Plain) -> None:
    frame = supply.show(picture())
    view.pull()
    grab(view)
    supply.predict(frame)
    view.pull()
    grab(view)
    supply.show(picture(), 1)
    view.pull()
    grab(view)
    assert supply.statistics.snapshot().totals.painted == 2
    assert view.first_picture is not None
    assert view.first_overlay is not None


def test_nothing_is_painted_when_nothing_is_new(view: LiveView, supply: Plain, qtbot: QtBot) -> None:
    show(view, supply)
    grab(view)
    with qtbot.assertNotEmitted(view.state_changed):
        for _ in range(5):
            view.pull()


def test_a_cleared_view_says_what_is_opened(view: LiveView, supply: Plain) -> None:
    show(view, supply)
    supply.frames.clear()
    supply.predictions.clear()
    view.clear("Opening the clip …")
    assert view.frame is None
    assert not is_overlay(grab(view).pixelColor(320, 240))


@pytest.mark.parametrize("size", [(100, 75), (199, 149), (130, 97), (53, 41)])
def test_a_fine_pattern_does_not_alias_when_it_is_made_small(size: tuple[int, int]) -> None:
    board = (np.indices((300, 400)).sum(axis=0) % 2 * 255).astype(np.uint8)
    image = Canvas().draw(board, size)
    pixels = np.asarray(image.constBits()).reshape(size[1], size[0], 4)[..., 0]
    assert abs(float(pixels.mean()) - 127.5) < 2
    assert pixels.std() < 20


def test_a_canvas_follows_pictures_and_sizes_that_change() -> None:
    canvas = Canvas()
    for value, shape, size in ((10, (64, 64), (15, 15)), (20, (80, 64, 3), (16, 20)), (30, (3, 2), (1, 1))):
        image = canvas.draw(np.full(shape, value, np.uint8), size)
        assert (image.width(), image.height()) == size
        assert image.pixelColor(0, 0).red() == value


def test_grey_and_colour_pictures_keep_their_colours_on_the_canvas() -> None:
    colour = np.zeros((4, 6, 3), np.uint8)
    colour[...] = (200, 100, 50)
    image = Canvas().draw(colour, (12, 8))
    assert image.pixelColor(5, 5).getRgb() == (50, 100, 200, 255)
    canvas = Canvas()
    canvas.draw(colour, (3, 2))
    grey = np.full((4, 6), 77, np.uint8)
    assert canvas.draw(grey, (3, 2)).pixelColor(1, 1).getRgb() == (77, 77, 77, 255)


def test_a_part_of_a_larger_array_is_drawn_right() -> None:
    whole = np.zeros((20, 30, 3), np.uint8)
    whole[5:10, 10:20] = 90
    assert Canvas().draw(whole[5:10, 10:20], (10, 5)).pixelColor(9, 4).red() == 90


def square(left: float, top: float, side: float) -> Outline:
    corners = [(left, top), (left + side, top), (left + side, top + side), (left, top + side)]
    return np.array(corners, np.float32)


def test_a_hole_in_the_region_is_not_filled(qapp: object) -> None:
    region = Region(0.9, 100.0, (50.0, 50.0), [square(20, 20, 60), square(40, 40, 20)])
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    OverlayPainter([region]).paint(painter, QTransform(), OverlayStyle("fill", 1.0))
    painter.end()
    assert is_overlay(image.pixelColor(30, 30))
    assert not is_overlay(image.pixelColor(45, 55))


def test_each_structure_has_its_colour_and_a_label_off_the_others(qapp: object) -> None:
    near = [(BLOCK_REGION, square(200, 150, 60)), (ARTERY, square(265, 150, 60))]
    regions = [Region(0.9, 100.0, (50.0, 50.0), [outline], structure=structure) for structure, outline in near]
    image = QImage(600, 400, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    room, sides = QRectF(0, 0, 600, 400), dict[str, int]()
    OverlayPainter(regions).paint(painter, QTransform(), OverlayStyle("fill", 1.0))
    labels = OverlayPainter(regions)
    labels.paint_labels(painter, QTransform(), labels.place_labels(painter.font(), QTransform(), room, sides))
    painter.end()
    assert image.pixelColor(230, 180).getRgb()[:3] == BLOCK_REGION.colour
    assert image.pixelColor(295, 180).getRgb()[:3] == ARTERY.colour
    assert sides.keys() == {"block region", "artery"}


def test_a_label_gives_way_to_what_is_there() -> None:
    region, room = QRectF(250, 150, 80, 60), QRectF(0, 0, 600, 400)
    first, side = place_label(region, (120.0, 28.0), room, 0)
    second, other = place_label(region, (120.0, 28.0), room, 0, [first])
    assert (side, other) == (0, 1)
    assert not second.intersects(first)


@pytest.mark.parametrize("x", [5, 200, 470])
@pytest.mark.parametrize("y", [5, 150, 330])
def test_the_label_stands_off_the_region_and_inside_the_view(x: int, y: int) -> None:
    region, room = QRectF(x, y, 120, 100), QRectF(8, 8, 624, 464)
    for side in range(6):
        box, _ = place_label(region, (120.0, 28.0), room, side)
        assert room.contains(box)
        assert not box.intersects(region)


def test_the_label_stays_on_its_side_while_it_can() -> None:
    room = QRectF(0, 0, 600, 400)
    _, side = place_label(QRectF(250, 150, 80, 60), (120.0, 28.0), room, 3)
    assert side == 3
    _, side = place_label(QRectF(20, 150, 80, 60), (120.0, 28.0), room, 3)
    assert side == 0


def at(x: float, y: float) -> QPoint:
    """A point of a frame of 320 × 240, in a view of 640 × 480."""
    return QPointF(x * 2, y * 2).toPoint()


def test_a_drag_sets_the_scan_area_in_frame_pixels(view: LiveView, supply: Plain, qtbot: QtBot) -> None:
    show(view, supply)
    view.enter_scan_area_mode()
    with qtbot.waitSignal(view.scan_area_drawn) as drawn:
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at(40, 50))
        QTest.mouseMove(view, at(150, 150))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at(240, 200))
    assert drawn.args == [Rect(40, 50, 200, 150)]
    assert not isinstance(view.tool, ScanAreaTool)


def test_a_drag_counts_the_letterbox(view: LiveView, supply: Plain, qtbot: QtBot) -> None:
    view.resize(1000, 480)
    show(view, supply)
    view.enter_scan_area_mode()
    with qtbot.waitSignal(view.scan_area_drawn) as drawn:
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(180 + 80, 100))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(180 + 480, 400))
    assert drawn.args == [Rect(40, 50, 200, 150)]


def test_a_drag_without_the_mode_does_nothing(view: LiveView, supply: Plain, qtbot: QtBot) -> None:
    show(view, supply)
    with qtbot.assertNotEmitted(view.scan_area_drawn):
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at(40, 50))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at(240, 200))
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at(100, 100))


def test_a_double_click_in_the_mode_takes_the_whole_frame(view: LiveView, supply: Plain, qtbot: QtBot) -> None:
    show(view, supply)
    view.enter_scan_area_mode()
    with qtbot.waitSignal(view.scan_area_drawn) as drawn:
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at(100, 100))
    assert drawn.args == [None]


def test_keys_draw_the_scan_area(view: LiveView, supply: Plain, qtbot: QtBot) -> None:
    supply.scan_area = Rect(40, 40, 100, 100)
    show(view, supply)
    view.enter_scan_area_mode()
    with qtbot.waitSignal(view.scan_area_drawn) as drawn:
        QTest.keyClick(view, Qt.Key.Key_Right)
        QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert drawn.args == [Rect(48, 40, 100, 108)]


def test_no_scan_area_is_drawn_without_a_picture(view: LiveView) -> None:
    view.enter_scan_area_mode()
    assert not isinstance(view.tool, ScanAreaTool)


def test_a_drag_on_a_dense_screen_is_in_frame_pixels_too(
    view: LiveView, supply: Plain, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "devicePixelRatioF", lambda: 2.0)
    show(view, supply)
    assert view.shown_rect() == Rect(0, 0, 1280, 960)
    view.enter_scan_area_mode()
    with qtbot.waitSignal(view.scan_area_drawn) as drawn:
        drag = (at(40, 50), at(240, 200))
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=drag[0])
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=drag[1])
    assert drawn.args == [Rect(40, 50, 200, 150)]
