"""Small pictures of sources, and that a device is let go before it is opened again."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from app.capture.pixels import shrunk
from app.capture.previews import SIZE, Previews
from app.capture.source import Picture, SourceError, SourceInfo, SourceKind

PATIENCE_S = 10.0


class Device:
    """A live source or a still one; every opening and closing is written down."""

    paced = False
    name = "Device"

    def __init__(self, word: str, log: list[str], live: bool, broken: bool = False) -> None:
        self.word = word
        self.kind = SourceKind.LIVE if live else SourceKind.REPLAY
        self.retries = live
        self.broken = broken
        self.log = log
        self.count = 0

    def open(self) -> SourceInfo:
        self.log.append(f"open {self.word}")
        if self.broken:
            raise SourceError("It is broken: mend it.")
        return SourceInfo(1280, 720, 30.0)

    def read(self) -> Picture:
        self.count += 1
        return Picture(np.full((720, 1280), self.count, np.uint8))

    def close(self) -> None:
        self.log.append(f"close {self.word}")


class Desk:
    """Makes devices by their words."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.previews = Previews(self.parse)

    def parse(self, word: str) -> Device:
        if word == "nowhere":
            raise SourceError("nowhere does not exist: check the path.")
        return Device(word, self.log, live=word.startswith("camera"), broken=word.endswith("9"))


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.previews.close()()


def wait(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_live_source_is_looked_at_again_and_again_until_it_is_stopped(desk: Desk) -> None:
    desk.previews.show(["camera:0"])
    wait(lambda: desk.previews.look("camera:0").pixels is not None)
    first = desk.previews.look("camera:0")
    assert first.pixels is not None
    assert first.pixels.shape == (SIZE[1], SIZE[0])
    assert first.info == SourceInfo(1280, 720, 30.0)
    wait(lambda: desk.previews.look("camera:0") is not first)
    desk.previews.close()()
    assert desk.log == ["open camera:0", "close camera:0"]
    assert "preview" not in [thread.name for thread in threading.enumerate()]


def test_of_a_recording_one_picture_is_enough(desk: Desk) -> None:
    desk.previews.show(["/clip.avi"])
    wait(lambda: "close /clip.avi" in desk.log)
    assert desk.previews.look("/clip.avi").pixels is not None
    wait(lambda: "preview" not in [thread.name for thread in threading.enumerate()])


def test_what_goes_wrong_is_a_sentence(desk: Desk) -> None:
    desk.previews.show(["nowhere", "camera:9"])
    wait(lambda: desk.previews.look("nowhere").problem and desk.previews.look("camera:9").problem)
    assert desk.previews.look("nowhere").problem == "nowhere does not exist: check the path."
    assert desk.previews.look("camera:9").problem == "It is broken: mend it."


def test_a_camera_is_let_go_before_it_is_opened_by_its_other_word(desk: Desk) -> None:
    desk.previews.show(["camera:0"])
    wait(lambda: desk.previews.look("camera:0").pixels is not None)
    desk.previews.show(["camera:/dev/video0"])
    wait(lambda: "open camera:/dev/video0" in desk.log)
    assert desk.log.index("close camera:0") < desk.log.index("open camera:/dev/video0")


def test_what_is_no_longer_wanted_is_closed_and_the_rest_goes_on(desk: Desk) -> None:
    desk.previews.show(["camera:0", "camera:1"])
    wait(
        lambda: desk.previews.look("camera:0").pixels is not None and desk.previews.look("camera:1").pixels is not None
    )
    desk.previews.show(["camera:1"])
    wait(lambda: "close camera:0" in desk.log)
    assert desk.previews.look("camera:0").pixels is None
    assert desk.log.count("open camera:1") == 1


def test_pictures_are_never_enlarged() -> None:
    assert shrunk(np.zeros((50, 60, 3), np.uint8), SIZE).shape == (50, 60, 3)
    assert shrunk(np.zeros((1080, 1920, 3), np.uint8), SIZE).shape == (SIZE[1], SIZE[0], 3)
