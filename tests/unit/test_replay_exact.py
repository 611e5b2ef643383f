"""Seeks and steps land on the frame that was asked for, in every format, by the numbers painted into the frames."""

import shutil
import threading
from pathlib import Path

import pytest

from app.capture.folder import ImageFolder
from app.capture.video import VideoFile
from app.capture.words import parse
from app.pipeline.grab import Grabber
from tests.fields import write_fields
from tests.media import encode_video, painted_number, write_images, write_video
from tests.pipeline_parts import Listener
from tests.unit.test_capture_dicom import plain

FRAMES = 48
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
RARE = ("-vf", "select='lt(n,12)+not(mod(n,5))*lt(n,36)+gt(n,40)'", "-vsync", "vfr")
"""Every frame, then every fifth one, then every frame again."""
KEPT = [n for n in range(FRAMES) if n < 12 or (n % 5 == 0 and n < 36) or n > 40]
MADE = {
    "b-frames.mp4": (*H264, "-bf", "3", "-g", "16"),
    "open-groups.mkv": (*H264, "-bf", "2", "-g", "10", "-x264-params", "open-gop=1"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-bf", "2"),
    "mpeg4.mp4": ("-c:v", "mpeg4", "-bf", "2", "-g", "10"),
    "mjpeg.mov": ("-c:v", "mjpeg"),
    "clip.gif": (),
    "varies.mkv": (*RARE, *H264, "-bf", "2", "-g", "10"),
    "varies.mp4": (*RARE, "-c:v", "mpeg4", "-bf", "2"),
    "varies.gif": RARE,
}
BY_HAND = ["mjpeg.avi", "images", "clip.dcm"]
JUMPS = (20, 3, 47, 17, 33)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    write_video(folder / "mjpeg.avi", FRAMES)
    write_images(folder / "images", FRAMES)
    plain(folder / "clip.dcm", frames=FRAMES)
    if shutil.which("ffmpeg"):
        for name, options in MADE.items():
            encode_video(folder / name, *options, frames=FRAMES)
    return folder


def numbers_of(name: str) -> list[int]:
    if not shutil.which("ffmpeg") and name not in BY_HAND:
        pytest.skip("needs ffmpeg")
    return KEPT if name.startswith("varies") else list(range(FRAMES))


@pytest.mark.parametrize("name", [*MADE, *BY_HAND])
def test_seeks_and_steps_land_on_the_frame_asked_for(clips: Path, name: str) -> None:
    expected = numbers_of(name)
    source, frames = parse(str(clips / name)), Listener()
    grabber = Grabber(source, lambda _, frame, jumped: frames(frame), lambda _, event: None)
    grabber.pause()
    grabber.start()
    try:
        frames.wait_for(lambda frame: frame.number == 0)
        for jump in (min(jump, len(expected) - 1) for jump in JUMPS):
            for order, place in ((grabber.seek, jump), (grabber.step, 1), (grabber.step, -1), (grabber.step, -1)):
                count = len(frames.events)
                order(place)
                frames.wait_for(lambda _: True, count + 1)
            shown = frames.events[-4:]
            places = [jump, min(jump + 1, len(expected) - 1)]
            places += [max(places[1] - 1, 0), max(places[1] - 2, 0)]
            assert [frame.number for frame in shown] == places
            assert [painted_number(frame.pixels) for frame in shown] == [expected[place] for place in places]
    finally:
        grabber.stop()
        assert grabber.join(10)


@pytest.mark.parametrize("name", ["varies.mkv", "varies.mp4", "varies.gif"])
def test_at_a_varying_rate_frames_are_counted_not_worked_out(clips: Path, name: str) -> None:
    expected = numbers_of(name)
    source = parse(str(clips / name))
    source.open()
    source.seek(0)
    assert source.frame_count == len(expected)
    times = []
    for place in (len(expected) - 1, 14, 2):
        source.seek(place)
        picture = source.read()
        assert painted_number(picture.pixels) == expected[place]
        times.append(picture.time_s)
    # GIF counts in hundredths of a second.
    assert times == [pytest.approx(expected[place] / 30, abs=0.011) for place in (len(expected) - 1, 14, 2)]
    source.close()


@pytest.mark.parametrize("name", ["b-frames.mp4", "images", "clip.dcm"])
def test_another_reader_reads_the_same_and_leaves_the_first_alone(clips: Path, name: str) -> None:
    expected = numbers_of(name)
    first = parse(str(clips / name))
    first.open()
    first.seek(7)
    second = first.another()
    second.open()
    second.seek(30)
    assert painted_number(second.read().pixels) == expected[30]
    second.close()
    assert painted_number(first.read().pixels) == expected[7]
    first.close()
    assert isinstance(second, type(first))


class Slow(ImageFolder):
    """A recording whose next seek takes until it is let go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.begun, self.go = threading.Event(), threading.Event()

    def seek(self, frame: int) -> None:
        if not self.begun.is_set():
            self.begun.set()
            assert self.go.wait(10)
        super().seek(frame)


def test_steps_that_come_while_a_seek_is_on_its_way_all_count(tmp_path: Path) -> None:
    source, frames = Slow(write_images(tmp_path / "scans", 12)), Listener()
    grabber = Grabber(source, lambda _, frame, jumped: frames(frame), lambda _, event: None)
    grabber.pause()
    grabber.start()
    try:
        frames.wait_for(lambda frame: frame.number == 0)
        grabber.seek(9)
        assert source.begun.wait(10)
        for _ in range(3):
            grabber.step(-1)
        source.go.set()
        frames.wait_for(lambda frame: frame.number == 6)
    finally:
        source.go.set()
        grabber.stop()
        assert grabber.join(10)


def test_another_folder_keeps_its_kind_and_rate(tmp_path: Path) -> None:
    folder = ImageFolder(write_images(tmp_path / "scans", 2), rate=5.0)
    assert folder.another().open().rate == 5.0


def test_two_fields_that_are_packed_apart_are_one_frame(tmp_path: Path) -> None:
    clip = VideoFile(write_fields(tmp_path / "fields.ts", 24))
    clip.open()
    for number in (13, 2, 23, 9):
        clip.seek(number)
        picture = clip.read()
        assert picture is not None
        assert picture.time_s == pytest.approx(number / 25)
    assert clip.frame_count == 24
    clip.close()
