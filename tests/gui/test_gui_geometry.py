import pytest

from app.gui.geometry import (
    HANDLES,
    SMALLEST_SCAN_AREA,
    Monitor,
    dragged_scan_area,
    fit,
    handle_at,
    handle_point,
    nudged,
    physical_area,
    resized,
    to_frame,
)
from app.pipeline.types import Rect


@pytest.mark.parametrize(
    ("picture", "room", "expected"),
    [
        ((640, 480), (1280, 720), Rect(160, 0, 960, 720)),
        ((1280, 720), (1280, 960), Rect(0, 120, 1280, 720)),
        ((100, 100), (100, 100), Rect(0, 0, 100, 100)),
        ((4000, 1), (200, 200), Rect(0, 99, 200, 1)),
    ],
)
def test_the_picture_fills_the_room_in_its_own_aspect(
    picture: tuple[int, int], room: tuple[int, int], expected: Rect
) -> None:
    assert fit(picture, room) == expected


def test_points_of_the_view_become_frame_pixels_and_stay_inside_the_frame() -> None:
    shown = Rect(160, 0, 960, 720)
    assert to_frame((160, 0), shown, (640, 480)) == (0, 0)
    assert to_frame((640, 360), shown, (640, 480)) == (320, 240)
    assert to_frame((0, 9999), shown, (640, 480)) == (0, 480)


def test_a_drag_in_any_direction_gives_the_same_scan_area_with_a_letterbox() -> None:
    shown = Rect(160, 0, 960, 720)
    first, second = (310.0, 150.0), (910.0, 600.0)
    expected = Rect(100, 100, 400, 300)
    first, second = to_frame(first, shown, (640, 480)), to_frame(second, shown, (640, 480))
    assert dragged_scan_area(first, second) == expected
    assert dragged_scan_area(second, first) == expected


def test_a_slip_of_the_mouse_is_no_scan_area() -> None:
    assert dragged_scan_area((300, 300), (310, 500)) is None


def test_keys_keep_the_scan_area_inside_the_frame() -> None:
    bounds = Rect(0, 0, 640, 480)
    assert nudged(Rect(4, 4, 100, 100), (-8, -8), False, bounds) == Rect(0, 0, 100, 100)
    assert nudged(Rect(500, 300, 100, 100), (80, 200), True, bounds) == Rect(500, 300, 140, 180)
    assert nudged(Rect(0, 0, 40, 40), (-30, -30), True, bounds) == Rect(0, 0, 32, 32)


LAPTOP = Monitor(Rect(0, 0, 1280, 800), (0, 0), 1.5)
RIGHT = Monitor(Rect(1920, 0, 1920, 1080), (1920, 0), 1.0)
LEFT = Monitor(Rect(-2560, -200, 1280, 720), (-2560, -200), 2.0)
ALL = [LAPTOP, RIGHT, LEFT]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((100, 100), (500, 300), Rect(150, 150, 600, 300)),
        ((2000, 100), (2400, 300), Rect(2000, 100, 400, 200)),
        ((-2460, -100), (-2060, 100), Rect(-2360, 0, 800, 400)),
        ((500, 300), (100, 100), Rect(150, 150, 600, 300)),
        ((0, 0), (1280, 800), Rect(0, 0, 1920, 1200)),
        # From one monitor on to the next: each corner in its own monitor's pixels.
        ((1000, 100), (2000, 300), Rect(1500, 150, 500, 150)),
    ],
)
def test_a_rubber_band_is_in_physical_pixels_of_monitors_of_different_scale(
    first: tuple[float, float], second: tuple[float, float], expected: Rect
) -> None:
    assert physical_area(first, second, ALL) == expected


def test_a_corner_between_monitors_counts_with_the_nearest() -> None:
    # 1400, 400 lies on no monitor: the laptop's ends at 1280.
    assert physical_area((100, 100), (1400, 400), [LAPTOP]) == Rect(150, 150, 1950, 450)


AREA, BOUNDS = Rect(100, 80, 200, 160), Rect(0, 0, 640, 480)


def test_there_are_eight_handles_and_each_is_taken_from_within_its_reach() -> None:
    assert len(set(HANDLES)) == 8
    for handle in HANDLES:
        x, y = handle_point(AREA, handle)
        assert handle_at(AREA, (x + 20, y - 20), 22) == handle
    assert handle_at(AREA, (200, 160), 22) is None
    assert handle_at(AREA, (100 - 23, 80), 22) is None


def test_a_handle_moves_its_sides_alone() -> None:
    assert resized(AREA, (-1, -1), (10, -20), BOUNDS) == Rect(110, 60, 190, 180)
    assert resized(AREA, (1, 0), (-30, 50), BOUNDS) == Rect(100, 80, 170, 160)
    assert resized(AREA, (0, 1), (50, 40), BOUNDS) == Rect(100, 80, 200, 200)


def test_a_handle_stays_in_the_frame_and_keeps_the_area_large_enough() -> None:
    assert resized(AREA, (1, 1), (900, 900), BOUNDS) == Rect(100, 80, 540, 400)
    assert resized(AREA, (-1, 0), (900, 0), BOUNDS) == Rect(300 - SMALLEST_SCAN_AREA, 80, SMALLEST_SCAN_AREA, 160)
    assert resized(AREA, (-1, -1), (-900, -900), BOUNDS) == Rect(0, 0, 300, 240)
