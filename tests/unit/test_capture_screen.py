import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mss
import numpy as np
import pytest
from mss.screenshot import ScreenShot

from app.capture import screen
from app.capture.screen import Area, Screen
from app.capture.source import Recording, Source, SourceError, SourceInfo, SourceKind
from tests.media import needs, painted, painted_number, shown, virtual_screen, write_image

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 and Wayland are Linux's")


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """A screen of 640 × 480."""
    with virtual_screen(640, 480) as name:
        yield name


@pytest.fixture(autouse=True)
def on_x11(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("XDG_SESSION_TYPE", raising=False)


def lay_out(monkeypatch: pytest.MonkeyPatch, *monitors: tuple[int, int, int, int], **more: Any) -> None:
    """Makes the screen look as if it were these monitors; grabs stay real."""
    whole = {"left": 0, "top": 0, "width": 640, "height": 480}
    each = [dict(zip(("left", "top", "width", "height"), place, strict=True)) for place in monitors]
    each[-1].update(more)
    monkeypatch.setattr(mss.MSS, "monitors", [whole, *each])


def test_the_screen_is_a_live_source_that_is_tried_again_and_paced_from_outside() -> None:
    source = Screen()
    assert isinstance(source, Source)
    assert not isinstance(source, Recording)
    assert (source.paced, source.retries, source.kind) == (False, True, SourceKind.LIVE)


def test_words_and_names() -> None:
    assert [(source.word, source.name) for source in (Screen(), Screen(2), Screen(Area(-5, 6, 7, 8)))] == [
        ("screen", "Screen"),
        ("screen:2", "Monitor 2"),
        ("screen:-5,6,7,8", "Screen area -5,6,7,8"),
    ]


@needs("Xvfb", "ffplay")
def test_what_a_program_shows_is_captured_pixel_by_pixel(display: str, tmp_path: Path) -> None:
    picture = painted(5)
    with shown(write_image(tmp_path / "5.png", picture), 50, 60):
        area = Screen(Area(50, 60, 320, 240), rate=12)
        assert area.open() == SourceInfo(320, 240, 12, "")
        pixels = area.read().pixels
        assert np.array_equal(pixels, picture)
        assert painted_number(pixels) == 5
        assert pixels.dtype == np.uint8
        assert pixels.flags.c_contiguous
        assert not pixels.flags.writeable
        area.close()

        whole = Screen()
        assert whole.open() == SourceInfo(640, 480, 30, "")
        for _ in range(2):
            assert np.array_equal(whole.read().pixels[60:300, 50:370], picture)
        whole.close()


@needs("Xvfb", "ffplay")
def test_the_second_monitor_and_the_main_one_are_found(
    display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(monkeypatch, (0, 0, 320, 480), (320, 0, 320, 240), is_primary=True)
    with shown(write_image(tmp_path / "9.png", painted(9)), 320, 0):
        for source in (Screen(2), Screen()):
            source.open()
            assert source.region() == Area(320, 0, 320, 240)
            assert np.array_equal(source.read().pixels, painted(9))
            source.close()


@needs("Xvfb")
def test_a_monitor_of_another_size_or_place_is_followed_and_one_that_was_unplugged_is_said(
    display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "LOOK_S", 0.0)
    lay_out(monkeypatch, (0, 0, 100, 480), (100, 0, 320, 240))
    source = Screen(2)
    source.open()
    assert source.read().pixels.shape == (240, 320, 3)
    lay_out(monkeypatch, (0, 0, 100, 480), (100, 0, 540, 480))
    assert source.read().pixels.shape == (480, 540, 3)
    assert source.region() == Area(100, 0, 540, 480)
    lay_out(monkeypatch, (0, 0, 640, 480))
    with pytest.raises(SourceError, match="There is no monitor 2"):
        source.read()
    source.close()


@needs("Xvfb")
def test_a_monitor_that_is_not_there_is_refused(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="There is no monitor 3: there is only monitor 1"):
        Screen(3).open()
    lay_out(monkeypatch, (0, 0, 320, 480), (320, 0, 320, 240))
    with pytest.raises(SourceError, match="There is no monitor 3: choose one from 1 to 2"):
        Screen(3).open()


@needs("Xvfb")
def test_a_rectangle_outside_every_monitor_is_refused(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="Screen area 640,0,10,10 lies on no monitor: choose a part of 0,0,640,480"):
        Screen(Area(640, 0, 10, 10)).open()
    lay_out(monkeypatch, (0, 0, 320, 480), (320, 0, 320, 240))
    with pytest.raises(SourceError, match="lies on no monitor"):
        Screen(Area(400, 300, 50, 50)).open()


@needs("Xvfb")
def test_a_rectangle_over_the_edge_is_cut_and_that_is_told(display: str) -> None:
    source = Screen(Area(-20, 400, 100, 200))
    assert source.open() == SourceInfo(80, 80, 30, "cut to 0,400,80,80")
    assert source.read().pixels.shape == (80, 80, 3)
    source.close()


def test_monitors_left_of_and_above_the_main_one_have_negative_places_and_retina_gives_more_pixels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    class Mac:
        monitors = (
            {"left": -1440, "top": -300, "width": 2880, "height": 1200},
            {"left": 0, "top": 0, "width": 1440, "height": 900, "is_primary": True},
            {"left": -1440, "top": -300, "width": 1440, "height": 900},
        )

        def grab(self, area: dict[str, int]) -> ScreenShot:
            asked.append(area)
            width, height = area["width"] * 2, area["height"] * 2
            return ScreenShot.from_size(bytearray(bytes([1, 2, 3, 255]) * width * height), width, height)

        def close(self) -> None:
            pass

    monkeypatch.setattr(mss, "MSS", Mac)
    source = Screen(Area(-100, -50, 60, 40))
    assert source.open() == SourceInfo(120, 80, 30, "")
    assert asked == [{"left": -100, "top": -50, "width": 60, "height": 40}]
    assert source.read().pixels[0, 0].tolist() == [1, 2, 3]
    assert source.region() == Area(-100, -50, 60, 40)


@needs("Xvfb")
def test_opening_twice_changes_nothing_and_closing_twice_does_no_harm(display: str) -> None:
    source = Screen()
    assert source.open() is source.open()
    source.close()
    source.close()
    with pytest.raises(SourceError, match="is not open"):
        source.read()
    source.open()
    assert source.read().pixels.shape == (480, 640, 3)
    source.close()


def test_a_window_over_the_captured_area_is_noticed() -> None:
    area = Screen(Area(100, 100, 50, 50))
    assert area.region() == Area(100, 100, 50, 50)
    assert area.covers((0, 0, 101, 101))
    assert area.covers((110, 110, 5, 5))
    assert not area.covers((0, 0, 100, 400))
    assert not area.covers((150, 100, 10, 10))


@needs("Xvfb")
def test_a_monitors_area_is_known_while_it_is_open(display: str) -> None:
    monitor = Screen(1)
    assert monitor.region() is None
    assert not monitor.covers((0, 0, 10, 10))
    monitor.open()
    assert monitor.region() == Area(0, 0, 640, 480)
    assert monitor.covers((0, 0, 10, 10))
    monitor.close()
    assert monitor.region() is None


@needs("Xvfb")
def test_a_screen_that_goes_away_says_so_and_lets_itself_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    with virtual_screen():
        source = Screen()
        source.open()
        source.read()
    with pytest.raises(SourceError, match="Screen cannot be captured: check that the monitor is on"):
        source.read()
    source.close()
    monkeypatch.setenv("DISPLAY", ":9999")
    with pytest.raises(SourceError, match="The screen cannot be captured"):
        source.open()


@on_linux
def test_without_a_display_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(SourceError, match="There is no screen to capture: DISPLAY is not set"):
        Screen().open()


@on_linux
def test_a_wayland_desktop_is_said_when_there_is_no_x_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":9999")
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    with pytest.raises(SourceError, match="Wayland lets no program capture the screen"):
        Screen().open()


@needs("Xvfb", "ffplay")
def test_a_black_screen_is_wayland_s_only_on_wayland(
    display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    black = Screen(Area(600, 400, 20, 20))
    black.open()
    assert not black.read().pixels.any()
    black.close()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.raises(SourceError, match="Wayland"):
        black.open()
    with shown(write_image(tmp_path / "1.png", painted(1)), 0, 0):
        Screen(1).open()
