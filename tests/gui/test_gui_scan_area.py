"""The scan area in the window: found by itself, corrected by handles, kept by source and size."""

import functools
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.capture.dicom import UltrasoundRegion
from app.capture.folder import ImageFolder
from app.capture.source import Picture, SourceInfo, SourceKind
from app.gui.live_view import LiveView
from app.gui.main_window import MainWindow
from app.gui.scan_area_control import GIVE_UP_S
from app.gui.scan_area_tool import ScanAreaTool
from app.options import WindowOptions
from app.pipeline.scan_area import overlap
from app.pipeline.types import Rect
from app.settings import Settings
from tests import layouts
from tests.gui.parts import Clip, Live, Plain, colour_at, picture

Opened = Callable[..., MainWindow]


@functools.cache
def screen() -> layouts.Layout:
    return layouts.make(layouts.Plan(2, (800, 600), limited=True, noise=1), layouts.phantom_clip())


class Machine(Live):
    """A live source that shows a machine's screen over and over."""

    def __init__(self, kind: SourceKind = SourceKind.LIVE, stills: bool = False) -> None:
        super().__init__(screen().frames[0])
        self.kind = kind
        self._stills = stills
        self._next = 0

    def open(self) -> SourceInfo:
        return SourceInfo(800, 600, 30.0, stills=self._stills)

    def read(self) -> Picture:
        self._next += 1
        return Picture(screen().frames[self._next % len(screen().frames)])


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.view, key, modifier)


def shift_a(window: MainWindow) -> None:
    press(window, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)


def has_found(window: MainWindow) -> bool:
    area = window.pipeline.scan_area
    return area is not None and overlap(area, screen().truth) >= 0.9


def offer(window: MainWindow, text: str) -> QPushButton:
    return next(
        button
        for button in window.messages.findChildren(QPushButton)
        if button.text().startswith(text) and button.isVisible()
    )


# Found by itself


def test_the_scan_area_finds_itself_says_so_and_can_be_undone(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Machine())
    qtbot.waitUntil(lambda: window.panel.scan_area.text() == "looking for it …")
    qtbot.waitUntil(lambda: window.messages.text.startswith("Scan area found"))
    assert has_found(window)
    assert window.panel.scan_area.text().startswith("found · ")
    assert window.settings.scan_areas == {}

    offer(window, "Whole frame").click()
    assert window.pipeline.scan_area is None
    assert not window.pipeline.finding_scan_area
    assert window.settings.scan_areas == {"camera:0@800x600": "whole"}
    assert window.messages.text == "Scan area: the whole frame."

    offer(window, "Find it").click()
    assert window.settings.scan_areas == {}
    qtbot.waitUntil(lambda: has_found(window))


def test_what_was_found_stays_to_the_pixel(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Machine())
    qtbot.waitUntil(lambda: window.messages.text.startswith("Scan area found"))
    area, generation = window.pipeline.scan_area, window.pipeline.generation
    window.messages.hide()
    frame = window.view.frame
    assert frame is not None
    qtbot.waitUntil(lambda: window.view.frame is not None and window.view.frame.number > frame.number + 60)
    assert (window.pipeline.scan_area, window.pipeline.generation) == (area, generation)
    assert window.messages.text == ""


def test_correct_it_begins_with_what_was_found(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Machine())
    qtbot.waitUntil(lambda: window.messages.text.startswith("Scan area found"))
    offer(window, "Correct it").click()
    assert window.messages.text == ""
    found = window.pipeline.scan_area
    assert found is not None
    press(window, Qt.Key.Key_Left)
    press(window, Qt.Key.Key_Return)
    kept = Rect(found.x - 8, found.y, found.width, found.height)
    assert window.pipeline.scan_area == kept
    assert window.settings.scan_areas == {"camera:0@800x600": str(kept)}
    qtbot.waitUntil(lambda: window.panel.scan_area.text().startswith("your own"))


@pytest.mark.parametrize(
    "settings",
    [
        Settings(scan_areas={"camera:0@800x600": "10,20,300,200"}),
        Settings(scan_areas={"camera:0": "10,20,300,200"}),
        Settings(scan_areas={"camera:0@800x600": "whole"}),
    ],
)
def test_what_the_user_has_kept_wins(opened: Opened, qtbot: QtBot, settings: Settings) -> None:
    window = opened(Machine(), settings)
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.scan_area._size is not None)
    assert not window.pipeline.finding_scan_area
    whole = "whole" in settings.scan_areas.values()
    assert window.pipeline.scan_area == (None if whole else Rect(10, 20, 300, 200))


def test_the_command_lines_scan_area_wins_and_is_not_kept(opened: Opened, qtbot: QtBot) -> None:
    kept = Settings(scan_areas={"camera:0@800x600": "10,20,300,200"})
    window = opened(Machine(), kept, options=WindowOptions(scan_area=Rect(1, 2, 400, 300)))
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.scan_area._size is not None)
    assert window.pipeline.scan_area == Rect(1, 2, 400, 300)
    assert window.settings.scan_areas == {"camera:0@800x600": "10,20,300,200"}


@pytest.mark.parametrize("source", [Machine(SourceKind.DEMO), Machine(stills=True)], ids=["demo", "stills"])
def test_demo_and_single_pictures_are_left_alone(opened: Opened, qtbot: QtBot, source: Machine) -> None:
    window = opened(source)
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.scan_area._size is not None)
    assert not window.pipeline.finding_scan_area
    shift_a(window)
    asked = source.kind is not SourceKind.DEMO
    assert window.pipeline.finding_scan_area is asked
    assert ("Looking for" if asked else "nothing to find") in window.messages.text


def test_the_files_region_wins_over_the_search(opened: Opened, qtbot: QtBot) -> None:
    source = Machine(SourceKind.REPLAY)
    source.regions = (UltrasoundRegion(40, 30, 400, 300, 3, 3, 0.01, 0.01, 1, 1, 0),)
    window = opened(source)
    qtbot.waitUntil(lambda: window.pipeline.scan_area == Rect(40, 30, 400, 300))
    assert not window.pipeline.finding_scan_area
    qtbot.waitUntil(lambda: window.panel.scan_area.text() == "from the file · 400 × 300")
    source.regions = (UltrasoundRegion(50, 30, 400, 300, 3, 3, 0.01, 0.01, 1, 1, 0),)
    qtbot.waitUntil(lambda: window.pipeline.scan_area == Rect(50, 30, 400, 300))


def test_where_nothing_is_found_it_is_said_what_to_do(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Live(picture(white=None)))
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.scan_area._size is not None)
    now = [0.0]
    window.scan_area._clock = lambda: now[0]
    shift_a(window)
    assert window.messages.text == "Looking for the scan area."
    now[0] = GIVE_UP_S + 1
    qtbot.waitUntil(lambda: window.messages.text == "No scan area found yet: draw it.")
    offer(window, "Draw it").click()
    assert isinstance(window.view.tool, ScanAreaTool)


def test_each_size_of_a_sources_frames_has_its_own_scan_area(opened: Opened, qtbot: QtBot) -> None:
    areas = {"camera:0@320x240": "10,20,100,90", "camera:0@400x300": "30,40,200,150"}
    source = Live(picture())
    window = opened(source, Settings(scan_areas=areas))
    qtbot.waitUntil(lambda: window.pipeline.scan_area == Rect(10, 20, 100, 90))
    source.pixels = picture(400, 300)
    qtbot.waitUntil(lambda: window.pipeline.scan_area == Rect(30, 40, 200, 150))
    source.pixels = picture(640, 480)
    qtbot.waitUntil(lambda: window.pipeline.scan_area is None)
    assert window.pipeline.finding_scan_area
    assert window.settings.scan_areas == areas


def test_pictures_of_several_sizes_keep_each_its_own_area_whichever_is_shown(
    opened: Opened, qtbot: QtBot, tmp_path: Path
) -> None:
    for number, size in enumerate(((320, 240), (400, 300), (200, 160))):
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture(*size))
    areas = {(320, 240): Rect(10, 20, 100, 90), (400, 300): Rect(30, 40, 200, 150), (200, 160): None}
    kept = {f"{tmp_path}@{width}x{height}": str(area or "whole") for (width, height), area in areas.items()}
    window = opened(ImageFolder(tmp_path), Settings(scan_areas=kept))
    window.pipeline.pause()
    shown = set()
    for number, area in enumerate(areas.values()):
        window.pipeline.seek(number)
        qtbot.waitUntil(lambda number=number: window.view.frame is not None and window.view.frame.number == number)
        assert window.pipeline.scan_area == area
        shown.add(window.pipeline.scan_areas)
    (one,) = shown
    assert {size: one.of(Picture(picture(*size))) for size in areas} == areas


# Handles


@pytest.fixture
def drawing(view: LiveView, supply: Plain) -> LiveView:
    """A view of 640 × 480 over a frame of 320 × 240, in which a scan area is being corrected."""
    supply.scan_area = Rect(100, 60, 120, 100)
    supply.show(picture())
    view.pull()
    view.enter_scan_area_mode()
    return view


def at(x: float, y: float) -> QPoint:
    return QPoint(round(x * 2), round(y * 2))


def drag(view: LiveView, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        ((100, 60), Rect(110, 75, 110, 85)),
        ((160, 60), Rect(100, 75, 120, 85)),
        ((220, 60), Rect(100, 75, 130, 85)),
        ((100, 110), Rect(110, 60, 110, 100)),
        ((220, 110), Rect(100, 60, 130, 100)),
        ((100, 160), Rect(110, 60, 110, 115)),
        ((160, 160), Rect(100, 60, 120, 115)),
        ((220, 160), Rect(100, 60, 130, 115)),
    ],
)
def test_every_handle_corrects_its_side_and_enter_sets(
    drawing: LiveView, qtbot: QtBot, handle: tuple[int, int], expected: Rect
) -> None:
    with qtbot.assertNotEmitted(drawing.scan_area_drawn):
        drag(drawing, at(*handle), at(handle[0] + 10, handle[1] + 15))
    assert isinstance(drawing.tool, ScanAreaTool)
    with qtbot.waitSignal(drawing.scan_area_drawn) as drawn:
        QTest.keyClick(drawing, Qt.Key.Key_Return)
    assert drawn.args == [expected]


def test_a_handle_is_taken_from_44_pixels_around_it(drawing: LiveView, qtbot: QtBot) -> None:
    drag(drawing, at(220, 160) + QPoint(21, -21), at(230, 160) + QPoint(21, -21))
    with qtbot.waitSignal(drawing.scan_area_drawn) as drawn:
        QTest.keyClick(drawing, Qt.Key.Key_Return)
    assert drawn.args == [Rect(100, 60, 130, 100)]


def test_the_handles_are_seen(drawing: LiveView) -> None:
    for x, y in ((100, 60), (160, 60), (220, 60), (100, 110), (220, 110), (100, 160), (160, 160), (220, 160)):
        assert colour_at(drawing, x, y).lightness() > 200
    assert colour_at(drawing, 130, 60).lightness() < 255
    assert colour_at(drawing, 60, 110).lightness() < 40


def test_the_strip_sets_and_leaves_by_finger(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Live(picture()), Settings(scan_areas={"camera:0@320x240": "100,60,120,100"}))
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.pipeline.scan_area == Rect(100, 60, 120, 100))
    press(window, Qt.Key.Key_A)
    assert window.mode_strip.text.startswith("Scan area 120 × 100")
    buttons = {button.text(): button for button in window.mode_strip.findChildren(QPushButton)}
    press(window, Qt.Key.Key_Right)
    buttons["Leave"].click()
    assert window.mode_strip.text == ""
    assert window.pipeline.scan_area == Rect(100, 60, 120, 100)
    press(window, Qt.Key.Key_A)
    press(window, Qt.Key.Key_Right)
    buttons["Set"].click()
    assert window.pipeline.scan_area == Rect(108, 60, 120, 100)


def test_a_recording_that_stands_still_is_searched_too(opened: Opened, qtbot: QtBot) -> None:
    class Paused(Clip):
        def open(self) -> SourceInfo:
            return SourceInfo(800, 600, 10.0)

        def read(self) -> Picture | None:
            shown = super().read()
            return None if shown is None else Picture(screen().frames[0], shown.time_s)

    window = opened(Paused())
    qtbot.waitUntil(lambda: window.isActiveWindow() and window.scan_area._size is not None)
    press(window, Qt.Key.Key_K)
    shift_a(window)
    qtbot.waitUntil(lambda: window.pipeline.scan_area is not None)
    area = window.pipeline.scan_area
    assert area is not None
    assert overlap(area, screen().truth) > 0.8


def test_an_area_outside_the_picture_is_said_and_one_is_found_instead(opened: Opened, qtbot: QtBot) -> None:
    """Without that, the whole frame, in which a name may stand, would be taken for it."""
    window = opened(Machine(), options=WindowOptions(scan_area=Rect(900, 700, 100, 100)))
    qtbot.waitUntil(lambda: "The scan area 900,700,100,100 lies outside the 800 x 600 pixels" in window.messages.text)
    qtbot.waitUntil(lambda: has_found(window), timeout=10_000)
