"""What is made ready before it is published: the scaled frame, and the drawn overlay."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QImage, QPainter, QTransform
from pytestqt.qtbot import QtBot

from app.capture.source import Frame, Pixels
from app.gui import overlays
from app.gui.canvas import Canvas
from app.gui.live_view import LiveView
from app.gui.overlay import OverlayPainter, OverlayStyle
from app.gui.overlays import Look, Overlays
from app.gui.status import OverlayKind, Wishes
from app.pipeline.types import Prediction
from tests.gui.parts import Plain, colour_at, grab, is_overlay, picture

INSIDE = (160, 120)


@pytest.fixture
def scaled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the threads in which pictures are scaled."""
    found: list[str] = []
    draw = Canvas.draw

    def noted(self: Canvas, pixels: Pixels, size: tuple[int, int], mirrored: bool = False) -> QImage:
        found.append(threading.current_thread().name)
        return draw(self, pixels, size, mirrored)

    monkeypatch.setattr(Canvas, "draw", noted)
    return found


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Prediction]:
    """The predictions whose overlays are drawn."""
    found: list[Prediction] = []
    draw = overlays.draw

    def noted(prediction: Prediction, look: Look, sides: dict[str, int]) -> overlays.Drawn:
        found.append(prediction)
        return draw(prediction, look, sides)

    monkeypatch.setattr(overlays, "draw", noted)
    return found


@pytest.fixture
def live(qtbot: QtBot, supply: Plain) -> LiveView:
    """A view that looks by itself when something is put."""
    made = LiveView(supply, clock=lambda: supply.now)
    qtbot.addWidget(made)
    made.resize(640, 480)
    made.show()
    qtbot.waitExposed(made)
    return made


def in_thread(name: str, work: object) -> None:
    assert callable(work)
    thread = threading.Thread(target=work, name=name)
    thread.start()
    thread.join()


def put(supply: Plain, number: int) -> Frame:
    """As the pipeline does it: prepared, then put."""
    frame = Frame(picture(), number, supply.now)
    supply.prepare(frame)
    supply.frames.put(frame)
    return frame


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    raw = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.asarray(raw.constBits()).reshape(raw.height(), raw.width(), 4)[..., :3].copy()


def test_a_frame_is_scaled_by_the_thread_that_brings_it(
    live: LiveView, supply: Plain, scaled: list[str], qtbot: QtBot
) -> None:
    in_thread("grab", lambda: put(supply, 0))
    qtbot.waitUntil(lambda: live.first_picture is not None)
    assert scaled == ["grab"]
    for number in range(1, 8):
        in_thread("grab", lambda number=number: put(supply, number))
    qtbot.waitUntil(lambda: supply.statistics.snapshot().totals.painted >= 2)
    assert set(scaled) == {"grab"}


def test_a_prepared_frame_looks_as_one_that_was_not(live: LiveView, supply: Plain, qtbot: QtBot) -> None:
    put(supply, 0)
    live.pull()
    prepared = pixels_of(grab(live))
    supply.frames.put(Frame(picture(), 1, supply.now))
    live.pull()
    assert (pixels_of(grab(live)) == prepared).all()


def test_a_frame_that_was_prepared_for_another_size_is_scaled_anew(
    live: LiveView, supply: Plain, scaled: list[str], qtbot: QtBot
) -> None:
    in_thread("grab", lambda: put(supply, 0))
    live.resize(500, 300)
    shown = pixels_of(grab(live))
    assert scaled[-1] == "MainThread"
    assert live.shown_rect() is not None
    assert shown.shape[:2] == (300, 500)
    in_thread("grab", lambda: put(supply, 1))
    live.pull()
    assert (pixels_of(grab(live)) == shown).all()
    assert scaled[-1] == "grab"


def test_what_was_prepared_of_another_source_is_never_shown(live: LiveView, supply: Plain) -> None:
    put(supply, 0)
    supply.frames.clear()
    live.clear("Opening …")
    live.pull()
    assert live.frame is None
    assert live.shown_rect() is None


def test_an_overlay_is_drawn_once_and_before_it_is_published(
    live: LiveView, supply: Plain, drawn: list[Prediction], qtbot: QtBot
) -> None:
    supply.predict(put(supply, 0))
    live.pull()
    grab(live)
    assert len(drawn) == 1  # Nothing was known of how it would look: drawn when it was painted.
    second = replace(supply.predict(put(supply, 1)), frame_number=1)
    in_thread("segmentation", lambda: supply.prepare_overlay(second))
    supply.predictions.put(second)
    assert drawn[1:] == [second]
    live.pull()
    assert is_overlay(colour_at(live, *INSIDE))
    put(supply, 2)
    live.pull()
    grab(live)
    assert drawn[1:] == [second]


def test_a_prepared_overlay_in_another_style_is_drawn_anew(live: LiveView, supply: Plain) -> None:
    supply.predict(put(supply, 0))
    live.pull()
    full = colour_at(live, *INSIDE)
    second = supply.predict(put(supply, 1))
    supply.prepare_overlay(second)
    live.show_as(style=OverlayStyle("outline", 0.35))
    assert colour_at(live, *INSIDE) != full
    live.show_as(wishes=Wishes(raw_held=True))
    assert not is_overlay(colour_at(live, *INSIDE))


def test_the_image_of_an_overlay_is_what_painting_it_gives(supply: Plain) -> None:
    prediction = supply.predict(Frame(picture(), 0, 0.0))
    to_view, room = QTransform.fromTranslate(10.3, 7.7).scale(1.7, 1.7), QRectF(0, 0, 600, 440)
    for ratio in (1.0, 1.5, 2.0):
        look = Look(OverlayStyle(), to_view, room, ratio, QFont())
        found = Overlays().of(prediction, look)
        by_image, direct = (QImage(900, 660, QImage.Format.Format_RGB32) for _ in range(2))
        for image in (by_image, direct):
            image.setDevicePixelRatio(ratio)
            image.fill(0xFF303030)
        painter = QPainter(by_image)
        painter.drawImage(found.place, found.image)
        painter.end()
        painter = QPainter(direct)
        painter.setFont(look.font)
        regions = OverlayPainter(prediction.regions)
        regions.paint(painter, to_view, look.style)
        labels = regions.place_labels(look.font, to_view, room.adjusted(8, 8, -8, -8), {})
        regions.paint_labels(painter, to_view, labels)
        painter.end()
        difference = np.abs(pixels_of(by_image).astype(int) - pixels_of(direct))
        assert difference.max() <= 3, ratio
        assert (pixels_of(direct) != 0x30).any()


def test_the_view_looks_when_something_is_put_by_any_thread(live: LiveView, supply: Plain, qtbot: QtBot) -> None:
    frame = Frame(picture(), 0, supply.now)
    in_thread("grab", lambda: supply.frames.put(frame))
    qtbot.waitUntil(lambda: live.frame is frame)
    in_thread("segmentation", lambda: supply.predict(frame))
    qtbot.waitUntil(lambda: live.state.kind is OverlayKind.SHOWN)


def test_a_stopped_view_is_told_nothing(live: LiveView, supply: Plain) -> None:
    live.stop()
    frame = Frame(picture(), 0, supply.now)
    supply.prepare(frame)
    supply.prepare_overlay(supply.predict(frame))
    supply.frames.put(frame)
    assert live.frame is None


def test_the_overlay_goes_though_nothing_comes(live: LiveView, supply: Plain, qtbot: QtBot) -> None:
    supply.predict(put(supply, 0))
    put(supply, 1)
    live.pull()
    assert live.state.kind is OverlayKind.SHOWN
    supply.now += 0.201
    qtbot.waitUntil(lambda: live.state.kind is OverlayKind.TOO_OLD)
