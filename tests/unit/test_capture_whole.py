"""Whether a file is as long as its container says."""

from pathlib import Path

import pytest

from app.capture.video import VideoFile
from app.capture.whole import is_cut_off
from tests.media import cut, encode_video, needs, painted_number, write_video

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
KNOWN = {
    "clip.avi": ("-c:v", "mjpeg"),
    "clip.mp4": (*X264, "-movflags", "+faststart"),
    "clip.mov": X264,
    "fragments.mp4": (*X264, "-g", "10", "-movflags", "frag_keyframe+empty_moov"),
    "clip.mkv": X264,
    "clip.webm": ("-c:v", "libvpx", "-deadline", "realtime"),
    "clip.wmv": ("-c:v", "wmv2"),
}


@needs("ffmpeg")
@pytest.mark.parametrize("name", KNOWN)
def test_containers_that_say_how_long_they_are(tmp_path: Path, name: str) -> None:
    path = encode_video(tmp_path / name, *KNOWN[name])
    assert not is_cut_off(path)
    with path.open("ab") as stream:
        stream.write(bytes(100))  # what follows does not count
    assert not is_cut_off(path)
    assert is_cut_off(cut(path, 0.6))


@needs("ffmpeg")
@pytest.mark.parametrize("name", ["clip.ts", "clip.mpg", "clip.flv"])
def test_containers_that_do_not_say_are_never_called_cut(tmp_path: Path, name: str) -> None:
    path = encode_video(tmp_path / name, *(("-c:v", "mpeg2video") if name != "clip.flv" else ("-c:v", "flv")))
    assert not is_cut_off(cut(path, 0.6))


def test_a_file_of_a_few_bytes_is_no_reason_to_fail(tmp_path: Path) -> None:
    for content in (b"", b"RIFF", b"\x1a\x45\xdf\xa3", b"\0\0\0\x01ftyp", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"):
        (tmp_path / "short").write_bytes(content)
        is_cut_off(tmp_path / "short")


def test_steps_back_decode_the_way_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = VideoFile(write_video(tmp_path / "clip.mp4", 120))
    clip.open()
    clip.seek(110)
    clip.read()
    decoded = []
    usual = VideoFile._decode
    monkeypatch.setattr(VideoFile, "_decode", lambda self: (decoded.append(self._position), usual(self))[1])
    for place in range(109, 89, -1):
        clip.seek(place)
        assert painted_number(clip.read().pixels) == place
        assert painted_number(clip.read().pixels) == place + 1  # as the thread that plays reads one ahead
    assert len(decoded) < 60
    seen = []
    while (picture := clip.read()) is not None:
        seen.append(painted_number(picture.pixels))
    assert seen == list(range(92, 120))
    clip.close()
