"""GIF, pages and single images as recordings; what a file is, its content says."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.capture import gif
from app.capture.dicom import DicomClip
from app.capture.gif import GifClip
from app.capture.pages import PagedImage
from app.capture.source import Recording, SourceError, SourceKind
from app.capture.video import VideoFile
from app.capture.words import parse
from tests.media import cut, painted, painted_number, write_image, write_video
from tests.unit.test_capture_dicom import plain

LONG = 300


def write_gif(path: Path, frames: int, **options: object) -> Path:
    pictures = [Image.fromarray(np.ascontiguousarray(painted(n)[..., ::-1])) for n in range(frames)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], **options)
    return path


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every part of a GIF that is decoded."""
    seen: list[object] = []
    usual = GifClip._decode

    def counting(self: GifClip, part: object) -> object:
        seen.append(part)
        return usual(self, part)

    monkeypatch.setattr(GifClip, "_decode", counting)
    return seen


def test_going_back_through_a_long_gif_takes_time_with_its_length_not_with_its_square(
    tmp_path: Path, decoded: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = GifClip(write_gif(tmp_path / "long.gif", LONG, duration=20))
    clip.open()
    clip.seek(LONG - 1)
    clip.read()
    assert len(decoded) == LONG  # the first way to the end
    decoded.clear()
    monkeypatch.setattr("app.capture.near.MOST_BYTES", 20 * 320 * 240 * 3)  # less than lies between two kept pictures
    for number in range(LONG - 1, -1, -1):
        clip.seek(number)
        assert painted_number(clip.read().pixels) == number
    assert len(decoded) < 4 * LONG
    assert len(clip._kept) <= gif.MOST_KEPT
    clip.close()


def test_kept_pictures_are_bounded_and_spread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gif, "MOST_KEPT", 4)
    clip = GifClip(write_gif(tmp_path / "long.gif", 130, duration=20))
    clip.open()
    clip.seek(129)
    clip.read()
    assert len(clip._kept) <= 4
    assert max(clip._kept) >= 64
    clip.seek(70)
    assert painted_number(clip.read().pixels) == 70
    clip.close()


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_what_becomes_of_a_picture_is_as_pillow_has_it(tmp_path: Path, disposal: int) -> None:
    noise = np.random.default_rng(disposal)
    pictures = []
    for number in range(6):
        picture = Image.new("RGBA", (40, 30))
        patch = Image.fromarray(noise.integers(0, 255, (10, 12, 3), np.uint8)).convert("RGBA")
        picture.paste(patch, (number * 4, number * 2))
        pictures.append(picture)
    pictures[0] = Image.new("RGBA", (40, 30), (10, 200, 30, 255))
    path = tmp_path / "parts.gif"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], disposal=[1, *[disposal] * 5], duration=50)
    clip = GifClip(path)
    clip.open()
    with Image.open(path) as wanted:
        assert clip.frame_count == wanted.n_frames
        for number in (5, 0, 3, 2, 4, 1):
            clip.seek(number)
            wanted.seek(number)
            rgba = np.asarray(wanted.convert("RGBA"))
            opaque = rgba[..., 3] > 0
            assert np.array_equal(clip.read().pixels[..., ::-1][opaque], rgba[..., :3][opaque])
    clip.close()


def test_times_are_the_files_own_and_none_is_a_tenth_of_a_second(tmp_path: Path) -> None:
    clip = GifClip(write_gif(tmp_path / "a.gif", 4, duration=[50, 200, 0, 70]))
    clip.open()
    assert [clip.read().time_s for _ in range(4)] == pytest.approx([0, 0.05, 0.25, 0.35])
    assert clip.times_s == pytest.approx([0, 0.05, 0.25, 0.35])
    assert clip.read() is None
    clip.close()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animated_picture_lists_its_times_before_it_is_played(tmp_path: Path, kind: str) -> None:
    pictures = [Image.fromarray(painted(number)) for number in range(5)]
    lasting, path = [1000, 50, 0, 300, 40], tmp_path / "clip"
    pictures[0].save(path, kind, save_all=True, append_images=pictures[1:], duration=lasting)
    clip = PagedImage(path)
    assert clip.open().rate == pytest.approx(10)
    assert clip.times_s == pytest.approx([0, 1, 1.05, 1.15, 1.45])
    assert [clip.read().time_s for _ in range(5)] == pytest.approx(clip.times_s)
    clip.close()


def test_a_gif_that_is_cut_off_shows_its_whole_pictures(tmp_path: Path) -> None:
    clip = GifClip(cut(write_gif(tmp_path / "a.gif", 20, duration=50), 0.5))
    clip.open()
    assert 5 < clip.frame_count < 15
    numbers = [painted_number(clip.read().pixels) for _ in range(clip.frame_count)]
    assert numbers == list(range(len(numbers)))
    clip.close()


def test_a_single_image_is_a_recording_of_one_that_does_not_go_round(tmp_path: Path) -> None:
    source = parse(str(write_image(tmp_path / "scan.png", painted(5))))
    assert isinstance(source, Recording)
    info = source.open()
    assert (source.kind, source.name, source.frame_count, source.loops) == (SourceKind.REPLAY, "scan.png", 1, False)
    assert (info.width, info.height, info.stills) == (320, 240, True)
    assert np.array_equal(source.read().pixels, painted(5))
    assert source.read() is None
    source.seek(9)
    assert painted_number(source.read().pixels) == 5
    source.close()
    with pytest.raises(SourceError, match="is not open"):
        source.read()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("clip.png", VideoFile), ("scan.mp4", PagedImage), ("moves.avi", GifClip), ("dicom.jpg", DicomClip)],
)
def test_what_a_file_is_its_content_says(tmp_path: Path, name: str, kind: type) -> None:
    made = {
        "clip.png": lambda path: shutil.move(write_video(tmp_path / "v.avi", 3), path),
        "scan.mp4": lambda path: shutil.move(write_image(tmp_path / "i.png", painted(0)), path),
        "moves.avi": lambda path: shutil.move(write_gif(tmp_path / "g.gif", 3), path),
        "dicom.jpg": plain,
    }
    made[name](tmp_path / name)
    source = parse(str(tmp_path / name))
    assert isinstance(source, kind)
    source.open()
    assert painted_number(source.read().pixels) == 0
    source.close()


@pytest.mark.parametrize("name", ["scan.png", "scan.jpg", "pages.tiff", "moves.webp"])
def test_a_damaged_image_is_said_in_one_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_gif(path, 3) if name in ("pages.tiff", "moves.webp") else write_image(path, painted(0))
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(SourceError, match=rf"{name} cannot be read as an image.*convert it to PNG\.$"):
        parse(str(path)).open()
