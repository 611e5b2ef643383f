import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from app.capture.source import Recording, Source, SourceError, SourceKind
from app.capture.stamps import _listed
from app.capture.video import VideoFile
from tests.media import (
    cut,
    encode_video,
    forbidden,
    needs,
    painted_number,
    write_images,
    write_video,
)

H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p")
EXACT = {
    "b-frames.mp4": H264,
    "b-frames.mkv": H264,
    "short-groups.mov": (*H264, "-g", "12"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-bf", "2"),
    "grey-16-bit.mkv": ("-c:v", "ffv1", "-pix_fmt", "gray16le"),
    "grey.mkv": ("-c:v", "ffv1", "-pix_fmt", "gray"),
    "windows.wmv": (
        "-c:v",
        "wmv2",
    ),
    # FFmpeg cannot jump in these, so they are walked.
    "programme.mpg": ("-c:v", "mpeg2video", "-bf", "2"),
    "transport.ts": H264,
    "bare.mjpeg": (
        "-c:v",
        "mjpeg",
    ),
}
JUMPS = (30, 3, 0, 59, 17, 18, 58, 1, 2, 45, 44)


def numbers(clip: VideoFile) -> list[int]:
    found = []
    while (picture := clip.read()) is not None:
        found.append(painted_number(picture.pixels))
    return found


def check_every_frame_and_jump(path: Path) -> None:
    clip = VideoFile(path)
    clip.open()
    assert numbers(clip) == list(range(60))
    assert clip.frame_count == 60
    for frame in JUMPS:
        clip.seek(frame)
        picture = clip.read()
        assert picture is not None
        assert painted_number(picture.pixels) == frame
        # Bare Motion JPEG has no clock: FFmpeg takes 25 a second.
        assert picture.time_s == pytest.approx(frame / (25 if path.suffix == ".mjpeg" else 30), abs=0.002)
    clip.close()


def test_a_video_file_is_a_recording_that_loops(tmp_path: Path) -> None:
    clip = VideoFile(tmp_path / "clip.avi")
    assert isinstance(clip, Source)
    assert isinstance(clip, Recording)
    assert (clip.loops, clip.paced, clip.retries, clip.kind) == (True, False, False, SourceKind.REPLAY)
    assert clip.name == "clip.avi"


@pytest.mark.parametrize("name", ["clip.avi", "clip.mp4"])
def test_every_frame_is_read_and_sought_exactly(tmp_path: Path, name: str) -> None:
    check_every_frame_and_jump(write_video(tmp_path / name))


@needs("ffmpeg")
@pytest.mark.parametrize("name", EXACT)
def test_every_frame_of_what_ffmpeg_writes_is_read_and_sought_exactly(tmp_path: Path, name: str) -> None:
    check_every_frame_and_jump(encode_video(tmp_path / name, *EXACT[name]))


def test_opening_tells_size_rate_count_and_format(tmp_path: Path) -> None:
    clip = VideoFile(write_video(tmp_path / "clip.avi", frames=10, rate=12.5))
    info = clip.open()
    assert (info.width, info.height, info.rate, info.detail) == (320, 240, 12.5, "MJPG")
    assert clip.frame_count == 10


def test_frames_are_contiguous_and_read_only(tmp_path: Path) -> None:
    clip = VideoFile(write_video(tmp_path / "clip.avi", frames=2))
    clip.open()
    for _ in range(2):
        picture = clip.read()
        assert picture is not None
        assert picture.pixels.dtype == np.uint8
        assert picture.pixels.shape == (240, 320, 3)
        assert picture.pixels.flags.c_contiguous
        assert not picture.pixels.flags.writeable


@needs("ffmpeg")
def test_time_stamps_are_the_files_own_where_its_rate_varies(tmp_path: Path) -> None:
    rare = ("-vf", "select='lt(n,30)+not(mod(n,3))'", "-vsync", "vfr", *H264)
    clip = VideoFile(encode_video(tmp_path / "varies.mp4", *rare))
    clip.open()
    stamps = {}
    while (picture := clip.read()) is not None:
        stamps[painted_number(picture.pixels)] = picture.time_s
    assert list(stamps) == [*range(30), *range(30, 60, 3)]
    assert all(stamps[number] == pytest.approx(number / 30, abs=0.002) for number in stamps)
    assert clip.frame_count == 40


@needs("ffmpeg")
@pytest.mark.parametrize("name", ["clip.mpg", "clip.h264"])
def test_the_last_frame_is_sought_where_stamps_tell_nothing_and_the_file_does_not_know_its_length(
    tmp_path: Path, name: str
) -> None:
    clip = VideoFile(
        encode_video(tmp_path / name, *(H264 if name == "clip.h264" else ("-c:v", "mpeg2video", "-bf", "2")))
    )
    clip.open()
    clip.seek(0)
    assert (clip.frame_count, clip.times_s) == (60, None)
    clip.seek(59)
    assert numbers(clip) == [59]
    clip.close()


@needs("ffmpeg")
def test_time_goes_on_where_the_stamps_of_joined_files_begin_anew(tmp_path: Path) -> None:
    path = encode_video(tmp_path / "joined.mpg", "-c:v", "mpeg2video", "-bf", "2", frames=30)
    path.write_bytes(path.read_bytes() * 3)
    clip = VideoFile(path)
    clip.open()
    stamps = [picture.time_s for picture in iter(clip.read, None)]
    assert stamps == pytest.approx([number / 30 for number in range(90)], abs=0.002)
    for frame in (75, 31, 3, 60):
        clip.seek(frame)
        picture = clip.read()
        assert picture is not None
        assert picture.time_s == pytest.approx(frame / 30, abs=0.002)
    clip.close()


def test_packets_without_a_stamp_are_nothing_to_go_by() -> None:
    keys = np.array([True, False, False])
    assert _listed(np.array([0.0, 33.0, 66.0]), keys) is not None
    assert _listed(np.array([-9.223372036854776e18, 0.0, 33.0]), keys) is None
    assert _listed(np.array([0.0, np.nan, 33.0]), keys) is None


def test_opening_twice_changes_nothing_and_closing_twice_does_no_harm(tmp_path: Path) -> None:
    clip = VideoFile(write_video(tmp_path / "clip.avi", frames=4))
    info = clip.open()
    clip.read()
    assert clip.open() is info
    assert numbers(clip) == [1, 2, 3]
    assert clip.read() is None
    clip.close()
    clip.close()
    for use in (clip.read, lambda: clip.seek(0)):
        with pytest.raises(SourceError, match="is not open"):
            use()
    clip.open()
    assert numbers(clip) == [0, 1, 2, 3]


def test_it_starts_again_after_its_end_and_seeking_is_clipped(tmp_path: Path) -> None:
    clip = VideoFile(write_video(tmp_path / "clip.avi", frames=5))
    clip.open()
    assert numbers(clip) == [0, 1, 2, 3, 4]
    clip.seek(0)
    assert numbers(clip) == [0, 1, 2, 3, 4]
    clip.seek(99)
    assert numbers(clip) == [4]
    clip.seek(-5)
    assert numbers(clip) == [0, 1, 2, 3, 4]


def test_a_file_without_a_rate_or_stamps_gets_time_stamps_by_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = cv2.VideoCapture

    class Clockless:
        def __init__(self, *arguments: Any) -> None:
            self._capture = opener(*arguments)

        def get(self, what: int) -> float:
            nothing = {cv2.CAP_PROP_FPS: float("nan"), cv2.CAP_PROP_POS_MSEC: 0.0}
            return nothing.get(what, self._capture.get(what))

        def __getattr__(self, name: str) -> Any:
            return getattr(self._capture, name)

    path = write_video(tmp_path / "clip.avi", frames=4)
    monkeypatch.setattr(cv2, "VideoCapture", Clockless)
    clip = VideoFile(path)
    assert clip.open().rate is None
    stamps = [picture.time_s for picture in (clip.read() for _ in range(4)) if picture]
    assert stamps == [0.0, 0.04, 0.08, 0.12]


def test_names_with_letters_from_anywhere_are_opened(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.avi", frames=2)
    # A colon ends the name of a protocol in FFmpeg's addresses; Windows allows none in names.
    odd = path.rename(tmp_path / ("%d Größe 超音波.avi" if os.name == "nt" else "a:b %d Größe 超音波.avi"))
    clip = VideoFile(odd)
    clip.open()
    assert numbers(clip) == [0, 1]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.mp4", b"", "is empty"),
        ("noise.avi", bytes(range(256)) * 20, "cannot be read as a video"),
        ("words.txt", b"hello world\n" * 50, "is a text file"),
        ("words.mp4", b"hello world\n" * 50, "is a text file"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n", "is a text file"),
        ("archive.zip", b"PK\x03\x04" + bytes(200), "cannot be read as a video"),
        ("scan.dcm", b"anything at all", "is a DICOM file, not a video"),
        ("IM000001", bytes(128) + b"DICM" + bytes(100), "is a DICOM file, not a video"),
    ],
)
def test_what_is_no_video_is_refused_in_one_quiet_sentence(
    tmp_path: Path, name: str, content: bytes, says: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError, match=says) as caught:
        VideoFile(path).open()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.mp4 does not exist"):
        VideoFile(tmp_path / "gone.mp4").open()
    with pytest.raises(SourceError, match="is not a file"):
        VideoFile(write_images(tmp_path / "scans", 1)).open()


def test_a_file_that_may_not_be_read_is_refused() -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        path = write_video(Path(place) / "clip.avi", frames=1)
        with forbidden(path), pytest.raises(SourceError, match="may not be read"):
            VideoFile(path).open()


def test_a_video_without_a_frame_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SourceError, match="holds no frame"):
        VideoFile(write_video(tmp_path / "none.avi", frames=0)).open()
    assert capfd.readouterr().err == ""


@needs("ffmpeg")
def test_sound_without_pictures_is_refused(tmp_path: Path) -> None:
    sound = encode_video(tmp_path / "sound.mp4", "-f", "lavfi", "-i", "sine=d=1", "-map", "1:a")
    with pytest.raises(SourceError, match="cannot be read as a video"):
        VideoFile(sound).open()


def test_a_file_cut_short_before_its_index_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SourceError, match="damaged, cut short or of a kind not known"):
        VideoFile(cut(write_video(tmp_path / "clip.mp4"))).open()
    assert capfd.readouterr().err == ""


@needs("ffmpeg")
@pytest.mark.parametrize("name", ["clip.avi", "clip.mkv", "clip.mp4"])
def test_a_file_cut_short_shows_what_it_has_and_then_says_so(
    tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    options = (*H264, "-bf", "0", "-g", "10", "-movflags", "+faststart")
    path = encode_video(tmp_path / name, *(options if name != "clip.avi" else ("-c:v", "mjpeg")))
    clip = VideoFile(cut(path, 0.6))
    clip.open()
    seen = []
    with pytest.raises(SourceError, match=r"ends early, after \d+ of 60 frames"):
        while (picture := clip.read()) is not None:
            seen.append(painted_number(picture.pixels))
    # The very last frame may be half a frame.
    assert seen[:-1] == list(range(len(seen) - 1))
    assert 10 < len(seen) < 50
    assert clip.frame_count == len(seen)
    clip.seek(5)
    assert [painted_number(picture.pixels) for picture in (clip.read(),) if picture] == [5]
    clip.close()
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no file that is open")
def test_a_file_that_is_gone_when_it_is_gone_back_in_is_not_called_damaged(tmp_path: Path) -> None:
    clip = VideoFile(write_video(tmp_path / "clip.avi", frames=40))
    clip.open()
    numbers(clip)
    (tmp_path / "clip.avi").unlink()
    with pytest.raises(SourceError, match=r"clip\.avi does not exist: check the path\.$"):
        clip.seek(0)
    clip.close()


def test_a_file_that_changes_while_closed_is_opened_anew(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.avi", frames=3)
    clip = VideoFile(path)
    clip.open()
    clip.close()
    shutil.copy(write_video(tmp_path / "longer.avi", frames=7), path)
    clip.open()
    assert numbers(clip) == list(range(7))
