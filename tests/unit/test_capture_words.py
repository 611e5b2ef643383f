import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from app.capture.camera import Camera
from app.capture.folder import ImageFolder
from app.capture.phantom import Phantom
from app.capture.screen import Area, Screen
from app.capture.source import SourceError, SourceKind
from app.capture.video import VideoFile
from app.capture.words import parse
from tests.media import forbidden, write_images, write_video


def test_demo_is_the_phantom_without_a_demo_folder() -> None:
    source = parse("demo")
    assert isinstance(source, Phantom)
    assert (source.word, source.kind) == ("demo", SourceKind.DEMO)


def test_demo_is_the_users_own_images_where_a_folder_is_set(tmp_path: Path) -> None:
    source = parse("demo", demo_folder=write_images(tmp_path / "mine", 2), rate=5)
    assert isinstance(source, ImageFolder)
    assert (source.word, source.kind, source.name) == ("demo", SourceKind.DEMO, "mine")
    assert source.open().rate == 5


def test_of_a_data_set_its_images_are_shown(tmp_path: Path) -> None:
    write_images(tmp_path / "set" / "images", 2)
    write_images(tmp_path / "set" / "masks", 2)
    for source in (parse(str(tmp_path / "set")), parse("demo", demo_folder=tmp_path / "set")):
        assert isinstance(source, ImageFolder)
        assert source.path == tmp_path / "set" / "images"
    assert parse(str(tmp_path / "set")).word == str(tmp_path / "set")
    write_images(tmp_path / "set", 1)
    source = parse(str(tmp_path / "set"))
    assert isinstance(source, ImageFolder)
    assert source.path == tmp_path / "set"


def test_a_demo_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"The demo folder .*gone is not there: choose another one"):
        parse("demo", demo_folder=tmp_path / "gone")


def test_the_phantom_stays_itself_where_a_demo_folder_is_set(tmp_path: Path) -> None:
    source = parse("phantom", demo_folder=tmp_path, rate=12)
    assert isinstance(source, Phantom)
    assert (source.word, source.rate) == ("phantom", 12)


def test_a_folder_and_a_file_are_recordings_with_their_whole_path_as_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_images(tmp_path / "scans", 1)
    write_video(tmp_path / "clip.avi", frames=1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for word in ("scans", "~/scans", str(tmp_path / "scans")):
        folder = parse(word)
        assert isinstance(folder, ImageFolder)
        assert (folder.word, folder.kind) == (str(tmp_path / "scans"), SourceKind.REPLAY)
    clip = parse("./clip.avi")
    assert isinstance(clip, VideoFile)
    assert (clip.word, clip.name) == (str(tmp_path / "clip.avi"), "clip.avi")


@pytest.mark.parametrize(
    "word",
    [
        "camera:0",
        "camera:12",
        "camera:701",
        "camera:/dev/video2",
        "camera:/dev/v4l/by-id/usb-1:2.0-video",
        "camera:rtsp://user:pw@host:554/a?b=c",
        "camera:rtsps://[::1]/live",
        "camera:http://127.0.0.1:8000/live.mjpg",
    ],
)
def test_cameras_keep_their_word(word: str) -> None:
    source = parse(word)
    assert isinstance(source, Camera)
    assert source.word == word


@pytest.mark.parametrize("word", ["screen", "screen:2", "screen:10,20,300,200", "screen:-1920,-5,640,480"])
def test_screens_keep_their_word(word: str) -> None:
    source = parse(word)
    assert isinstance(source, Screen)
    assert source.word == word


def test_a_screen_rectangle_is_understood() -> None:
    source = parse("screen:-1920,-5,640,480")
    assert isinstance(source, Screen)
    assert source.region() == Area(-1920, -5, 640, 480)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("", "empty source word"),
        ("a\0b", "empty source word"),
        ("camera", "'camera' names no camera"),
        ("camera:", "names no camera"),
        ("camera:-1", "names no camera"),
        ("camera:99999", "names no camera"),
        ("camera:²", "names no camera"),
        ("camera:one", "names no camera"),
        ("camera:file:///etc/passwd", "names no camera"),
        ("camera:concat:a.avi", "names no camera"),
        ("camera:http://", "names no camera"),
        ("camera:http://[::1", "names no camera"),
        ("camera:rtsp://host:99999999/", "names no camera"),
        ("camera:/etc/passwd", "names no camera"),
        ("screen:", "names no part of the screen"),
        ("screen:0", "names no part of the screen"),
        ("screen:-1", "names no part of the screen"),
        ("screen:1,2,3", "names no part of the screen"),
        ("screen:1,2,0,4", "names no part of the screen"),
        ("screen:1,2,3,-4", "names no part of the screen"),
        ("screen:a,b,c,d", "names no part of the screen"),
        ("igtl://127.0.0.1", "names no OpenIGTLink server: write 'igtl://HOST:PORT'"),
        ("igtl://127.0.0.1:0", "names no OpenIGTLink server"),
        ("igtl://127.0.0.1:99999", "names no OpenIGTLink server"),
        ("igtl://user:secret@host:18944", "names no OpenIGTLink server"),
        ("igtl:127.0.0.1:18944", "names no OpenIGTLink server"),
        ("igtl://[::1", "names no OpenIGTLink server"),
        ("http://host/live.mjpg", "write 'camera:http://host/live.mjpg'"),
        ("rtsp://user:secret@host/live", "write 'camera:rtsp://host/live'"),
        ("no such file.mp4", r"no such file\.mp4 does not exist"),
        ("~nobody-of-that-name/clip.mp4", "names no folder of a user|does not exist"),
        ("x" * 5000, "cannot be read|does not exist"),
    ],
)
def test_a_word_that_names_nothing_is_refused_in_one_sentence(word: str, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        parse(word)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.mp4", b"", "is empty"),
        ("letter.txt", b"Dear colleague", "is a text file"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused_before_it_is_opened(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=says):
        parse(str(tmp_path / name))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.avi")
    with pytest.raises(SourceError, match="is not a file"):
        parse(str(tmp_path / "pipe.avi"))


def test_what_may_not_be_read_is_refused() -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        clip = write_video(Path(place) / "clip.avi", frames=1)
        inner = write_images(Path(place) / "scans", 1)
        with forbidden(clip), pytest.raises(SourceError, match="may not be read"):
            parse(str(clip))
        with forbidden(inner), pytest.raises(SourceError, match="may not be read"):
            parse(str(inner / "clip.avi"))


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf"), 5000])
def test_a_rate_that_cannot_be_is_refused(rate: float) -> None:
    with pytest.raises(SourceError, match="pictures a second cannot be"):
        parse("phantom", rate=rate)


def test_making_sources_loads_neither_qt_nor_tensorflow() -> None:
    code = "import sys, app.capture.words, app.capture.devices; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert "cv2" in loaded
    assert not loaded & {"PySide6", "tensorflow", "keras", "torch"}


def test_opencv_is_quiet_and_has_its_limits_whoever_loads_it_first() -> None:
    code = (
        "import cv2, os, app.capture.words; print(getattr(cv2, 'getLogLevel', lambda: 0)(),"
        " os.environ['OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS'], os.environ['OPENCV_FFMPEG_LOGLEVEL'])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["0", "0", "-8"]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("igtl://127.0.0.1:18944", "OpenIGTLink 127.0.0.1:18944"),
        ("igtl://plus.local:18944/Image_Reference", "OpenIGTLink plus.local:18944"),
        ("igtl://[::1]:18944", "OpenIGTLink ::1:18944"),
    ],
)
def test_an_igtl_address_is_an_openigtlink_server(word: str, name: str) -> None:
    source = parse(word)
    assert (source.word, source.name, source.kind) == (word, name, SourceKind.LIVE)
