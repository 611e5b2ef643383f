"""Playing backwards: exact, in every kind of clip, and without decoding everything anew for each frame."""

import shutil
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from app.capture.source import SourceError
from app.capture.words import parse
from app.pipeline import rewind
from app.pipeline.grab import Grabber, Pace
from app.pipeline.rewind import Rewind
from app.pipeline.types import SourceState
from tests.media import encode_video, painted_number, write_images, write_video
from tests.pipeline_parts import Clip, Listener
from tests.unit.test_capture_dicom import plain
from tests.unit.test_pipeline_grab import Watched, picture

FRAMES, RATE = 48, 50
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-bf", "3", "-g", "250")


class Counted(Clip):
    """Counts what is decoded."""

    decoded = 0

    def read(self):
        self.decoded += 1
        return super().read()


def reader_read(reader, number):
    reader.back_to(number)
    found = reader.read()
    assert found is not None
    return found


@pytest.fixture
def reading() -> Iterator:
    """Makes a Rewind of a recording."""
    made = []

    def make(source):
        made.append(Rewind(source))
        return made[-1]

    yield make
    for reader in made:
        reader.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("rewind")]


def test_every_frame_is_given_and_hardly_any_is_decoded_twice(reading):
    source = Counted(200)
    reader = reading(source)
    assert [int(reader_read(reader, number).pixels[0, 0]) for number in range(150, -1, -1)] == list(range(150, -1, -1))
    assert source.decoded <= 151
    assert len(source.seeks) < 12


def test_forwards_again_goes_on_where_it_is(reading):
    source = Counted(60)
    reader = reading(source)
    for number in range(40, 24, -1):
        reader_read(reader, number)
    assert [int(reader.read().pixels[0, 0]) for _ in range(12)] == list(range(26, 38))


def test_the_last_frame_is_followed_by_nothing(reading):
    reader = reading(Clip(5))
    reader_read(reader, 3)
    assert reader.read() is not None
    assert reader.read() is None


def test_a_recording_that_is_shorter_than_it_claims_gives_nothing_there(reading):
    class Short(Clip):
        frame_count = 20

        def seek(self, frame):
            self._next = frame

    reader = reading(Short(5))
    reader.back_to(12)
    assert reader.read() is None


def test_what_goes_wrong_ahead_is_said_where_it_is_needed_and_only_there(reading):
    class Broken(Clip):
        broken = False

        def read(self):
            if self.broken:
                raise SourceError("The disk is gone: plug it in.")
            return super().read()

    for needed in (True, False):
        source = Broken(200)
        reader = reading(source)
        for number in range(190, 170, -1):
            reader_read(reader, number)  # By then, frames from 128 on may have been decoded ahead.
        source.broken = True
        if needed:
            with pytest.raises(SourceError, match="plug it in"):
                for number in range(170, -1, -1):
                    reader_read(reader, number)
        else:
            reader.seek(90)
            source.broken = False
            assert int(reader.read().pixels[0, 0]) == 90


def test_large_pictures_do_not_fill_the_memory(reading, monkeypatch):
    monkeypatch.setattr(rewind, "MOST_BYTES", 5 * 24 * 32)
    reader = reading(Clip(100))
    for number in range(90, -1, -1):
        assert int(reader_read(reader, number).pixels[0, 0]) == number
        assert len(reader._kept) <= 5


@pytest.fixture
def watch() -> Iterator:
    begun = []

    def start(source, **settings):
        watched = Watched(source, **settings)
        begun.append(watched.grabber)
        return watched

    yield start
    for grabber in begun:
        grabber.stop()
    assert all(grabber.join(10) for grabber in begun)


def test_it_turns_round_where_it_is_without_leaving_a_frame_out(watch):
    watched = watch(Clip(100, rate=100.0, loops=False))
    watched.grabber.start()
    watched.wait_for_frame(30)
    watched.grabber.set_speed(-1.0)
    watched.wait_for_frame(5, 2)
    watched.grabber.set_speed(1.0)
    watched.wait_for_state(SourceState.ENDED)
    shown = watched.numbers
    steps = {after - before for before, after in pairwise(shown)}
    assert steps == {1, -1}
    turns = sum(a - b != c - a for b, a, c in zip(shown, shown[1:], shown[2:], strict=False))
    assert turns <= 3
    assert not any(watched.jumps)


def test_twice_as_fast_every_second_frame_is_shown(watch):
    watched = watch(Clip(100, rate=500.0))
    watched.grabber.pause()
    watched.grabber.seek(90)
    watched.grabber.start()
    watched.wait_for_frame(90)
    watched.grabber.set_speed(-4.0)
    watched.grabber.play()
    watched.wait_for_frame(70)
    shown = watched.numbers[watched.numbers.index(90) :]
    assert shown[:6] == [90, 86, 82, 78, 74, 70]


def test_before_the_first_frame_comes_the_last_and_that_is_a_jump(watch):
    watched = watch(Clip(10))
    watched.grabber.start()
    watched.wait_for_frame(2)
    watched.grabber.set_speed(-1.0)
    watched.wait_for_frame(8)
    shown = watched.numbers
    at = shown.index(9)
    assert shown[at - 1] == 0
    assert watched.jumps[at]
    assert not watched.jumps[at + 1]


def test_a_recording_that_does_not_loop_stops_at_its_first_frame(watch):
    watched = watch(Clip(10, loops=False))
    watched.grabber.start()
    watched.wait_for_state(SourceState.ENDED)
    watched.grabber.set_speed(-1.0)
    watched.grabber.play()
    watched.wait_for_state(SourceState.PAUSED)
    assert watched.numbers == [*range(10), *range(8, -1, -1)]


def test_a_range_is_repeated_backwards(watch):
    watched = watch(Clip(20))
    watched.grabber.pause()
    watched.grabber.set_range((4, 7))
    watched.grabber.seek(5)
    watched.grabber.set_speed(-1.0)
    watched.grabber.start()
    watched.wait_for_frame(5)
    watched.grabber.play()
    watched.wait_for_frame(4, 3)
    shown = watched.numbers
    assert shown[shown.index(5) :][:9] == [5, 4, 7, 6, 5, 4, 7, 6, 5]


@pytest.mark.parametrize("speed", [0.25, 1.0, 2.0])
def test_the_pace_is_that_of_the_time_stamps(speed):
    pace = Pace(25.0)
    pace.speed = -speed
    now = start = 100.0
    pace.shown(picture(2.0), now)
    pace.restart(now)
    for number in range(1, 20):
        now = pace.due(picture(2.0 - number / 10))
        pace.shown(picture(2.0 - number / 10), now)
    assert now - start == pytest.approx(1.9 / speed)


@pytest.mark.parametrize("name", ["one-group.mp4", "mpeg4.avi", "clip.gif", "mjpeg.avi", "images", "clip.dcm"])
def test_every_frame_of_every_kind_of_clip_is_shown_backwards(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "mjpeg.avi":
        write_video(path, FRAMES, RATE)
    elif name == "images":
        write_images(path, FRAMES)
    elif name == "clip.dcm":
        plain(path, frames=FRAMES, FrameTime=1000 / RATE)
    elif shutil.which("ffmpeg"):
        options = {"one-group.mp4": H264, "mpeg4.avi": ("-c:v", "mpeg4", "-bf", "2"), "clip.gif": ()}
        encode_video(path, *options[name], frames=FRAMES, rate=RATE)
    else:
        pytest.skip("needs ffmpeg")
    frames = Listener()
    grabber = Grabber(parse(str(path), rate=RATE), lambda _, frame, jumped: frames(frame), lambda _, event: None)
    grabber.pause()
    grabber.seek(FRAMES - 1)
    grabber.start()
    try:
        frames.wait_for(lambda frame: frame.number == FRAMES - 1)
        grabber.set_speed(-1.0)
        grabber.play()
        frames.wait_for(lambda frame: frame.number == 1)
        shown = frames.events[[frame.number for frame in frames.events].index(FRAMES - 1) :]
        assert [frame.number for frame in shown][: FRAMES - 1] == list(range(FRAMES - 1, 0, -1))
        assert [painted_number(frame.pixels) for frame in shown][: FRAMES - 1] == list(range(FRAMES - 1, 0, -1))
    finally:
        grabber.stop()
        assert grabber.join(10)
