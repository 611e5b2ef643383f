import logging
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.capture.folder import ImageFolder
from app.capture.pixels import as_pixels, read_image
from app.capture.source import Recording, Source, SourceError, SourceKind
from tests.conftest import ROOT
from tests.media import cut, forbidden, painted, painted_number, write_image, write_images


def numbers(folder: ImageFolder) -> list[int]:
    found = []
    while (picture := folder.read()) is not None:
        found.append(painted_number(picture.pixels))
    return found


def test_an_image_folder_is_a_recording_that_loops_and_paces_itself_nowhere(tmp_path: Path) -> None:
    folder = ImageFolder(tmp_path)
    assert isinstance(folder, Source)
    assert isinstance(folder, Recording)
    assert (folder.loops, folder.paced, folder.retries, folder.kind) == (True, False, False, SourceKind.REPLAY)


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".png", ".bmp", ".tif", ".tiff"])
def test_images_come_in_natural_order_with_time_stamps_at_the_rate(tmp_path: Path, suffix: str) -> None:
    folder = ImageFolder(write_images(tmp_path / "scans", 12, suffix), rate=4.0)
    info = folder.open()
    assert (info.width, info.height, info.rate, info.detail) == (320, 240, 4.0, "")
    assert folder.frame_count == 12
    pictures = [folder.read() for _ in range(12)]
    assert [painted_number(picture.pixels) for picture in pictures if picture] == list(range(12))
    assert [picture.time_s for picture in pictures if picture] == [number / 4 for number in range(12)]
    assert folder.read() is None
    assert folder.read() is None


def test_pictures_are_contiguous_read_only_and_grey_stays_grey(tmp_path: Path) -> None:
    write_image(tmp_path / "1.png", painted(1)[:, :, 0])
    write_image(tmp_path / "2.png", painted(2))
    folder = ImageFolder(tmp_path)
    folder.open()
    for shape in ((240, 320), (240, 320, 3)):
        picture = folder.read()
        assert picture is not None
        assert picture.pixels.shape == shape
        assert picture.pixels.dtype == np.uint8
        assert picture.pixels.flags.c_contiguous
        assert not picture.pixels.flags.writeable


def test_sixteen_bits_and_a_fourth_channel_become_eight_bits_and_three_channels(tmp_path: Path) -> None:
    deep = painted(3)[:, :, 0].astype(np.uint16) * 257
    write_image(tmp_path / "1.tif", deep)  # type: ignore[arg-type]
    write_image(tmp_path / "2.png", np.dstack([painted(3), np.full((240, 320), 9, np.uint8)]))
    folder = ImageFolder(tmp_path)
    folder.open()
    grey, colour = folder.read(), folder.read()
    assert grey is not None
    assert colour is not None
    assert np.array_equal(grey.pixels, painted(3)[:, :, 0])
    assert np.array_equal(colour.pixels, painted(3))


def test_what_is_no_picture_is_refused_as_pixels() -> None:
    for array in (np.zeros((4, 4), np.float32), np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4), np.uint8)):
        with pytest.raises(ValueError, match="is not a picture"):
            as_pixels(array)


def test_seeking_gives_that_picture_and_is_clipped_to_the_folder(tmp_path: Path) -> None:
    folder = ImageFolder(write_images(tmp_path, 5))
    folder.open()
    for wanted, given in ((3, 3), (1, 1), (1, 1), (99, 4), (-7, 0)):
        folder.seek(wanted)
        picture = folder.read()
        assert picture is not None
        assert painted_number(picture.pixels) == given
    assert numbers(folder) == [1, 2, 3, 4]
    folder.seek(0)
    assert numbers(folder) == [0, 1, 2, 3, 4]


def test_opening_twice_changes_nothing_and_closing_twice_does_no_harm(tmp_path: Path) -> None:
    folder = ImageFolder(write_images(tmp_path, 3))
    info = folder.open()
    folder.read()
    assert folder.open() is info
    assert numbers(folder) == [1, 2]
    folder.close()
    folder.close()
    with pytest.raises(SourceError, match="is not open"):
        folder.read()
    folder.open()
    assert numbers(folder) == [0, 1, 2]


def test_a_damaged_image_leaves_the_show_and_is_named_but_not_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    write_images(tmp_path, 6)
    cut(tmp_path / "scan 3.png")
    (tmp_path / "scan 6.png").write_bytes(b"")
    folder = ImageFolder(tmp_path)
    folder.open()
    with caplog.at_level(logging.WARNING):
        assert numbers(folder) == [0, 1, 3, 4]
    assert folder.frame_count == 4
    assert folder.skipped == ["scan 3.png", "scan 6.png"]
    assert len(caplog.records) == 2
    assert "scan" not in caplog.text
    folder.seek(2)
    assert numbers(folder) == [3, 4]
    assert capfd.readouterr().err == ""


def test_a_second_reader_numbers_the_pictures_as_the_first_one_does_by_then(tmp_path: Path) -> None:
    write_images(tmp_path, 6)
    cut(tmp_path / "scan 3.png")
    folder = ImageFolder(tmp_path)
    folder.open()
    numbers(folder)
    other = folder.another()
    other.open()
    assert other.frame_count == 5
    other.seek(3)
    assert numbers(other) == [4, 5]
    assert other.skipped == ["scan 3.png"]


def test_a_damaged_first_image_is_told_when_the_folder_is_opened(tmp_path: Path) -> None:
    write_images(tmp_path, 3)
    (tmp_path / "scan 1.png").write_text("this is no picture")
    folder = ImageFolder(tmp_path)
    assert folder.open().detail == "unreadable and left out: scan 1.png"
    assert numbers(folder) == [1, 2]


def test_hidden_files_subfolders_and_other_files_are_left_out(tmp_path: Path) -> None:
    write_images(tmp_path, 2)
    write_images(tmp_path / "more.png", 2)
    (tmp_path / "._scan 1.png").write_bytes(b"made by a Mac")
    (tmp_path / "notes.txt").write_text("notes")
    folder = ImageFolder(tmp_path)
    folder.open()
    assert folder.frame_count == 2
    assert folder.skipped == []


def test_names_with_letters_from_anywhere_are_read(tmp_path: Path) -> None:
    folder = ImageFolder(write_images(tmp_path / "Größe 超音波", 2))
    folder.open()
    assert numbers(folder) == [0, 1]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".tif"])
@pytest.mark.parametrize("harm", ["cut", "header", "junk", "empty"])
def test_a_folder_of_damaged_images_only_is_refused_in_one_quiet_sentence(
    tmp_path: Path, suffix: str, harm: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write_image(tmp_path / f"1{suffix}", painted(1))
    data = path.read_bytes()
    path.write_bytes({"cut": data[: len(data) // 2], "header": data[:40], "junk": b"junk" * 100, "empty": b""}[harm])
    with pytest.raises(SourceError, match=r"None of the 1 images in .* can be read: "):
        ImageFolder(tmp_path).open()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("suffix", "shown"), [(".png", [1]), (".jpg", [0, 1])])
def test_an_image_with_a_hole_is_left_out_where_its_format_can_tell_and_quiet_anyway(
    tmp_path: Path, suffix: str, shown: list[int], capfd: pytest.CaptureFixture[str]
) -> None:
    path = write_images(tmp_path, 2, suffix) / f"scan 1{suffix}"
    data = path.read_bytes()
    hole = len(data) * 2 // 3
    path.write_bytes(data[:hole] + bytes(40) + data[hole + 40 :])
    folder = ImageFolder(tmp_path)
    folder.open()
    assert numbers(folder) == shown
    assert capfd.readouterr().err == ""


def test_a_missing_folder_an_empty_one_and_a_file_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="gone does not exist"):
        ImageFolder(tmp_path / "gone").open()
    with pytest.raises(SourceError, match="holds no image"):
        ImageFolder(tmp_path).open()
    file = write_image(tmp_path / "1.png", painted(1))
    with pytest.raises(SourceError, match=r"1\.png cannot be read"):
        ImageFolder(file).open()


def test_a_folder_that_may_not_be_read_is_refused() -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        folder = write_images(Path(place) / "scans", 1)
        with forbidden(folder), pytest.raises(SourceError, match="may not be read"):
            ImageFolder(folder).open()


def test_an_image_that_may_not_be_read_is_left_out() -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        folder = ImageFolder(write_images(Path(place), 2))
        with forbidden(Path(place) / "scan 1.png"):
            folder.open()
            assert numbers(folder) == [1]


def test_its_pictures_are_stills(tmp_path: Path) -> None:
    assert ImageFolder(write_images(tmp_path / "scans", 2)).open().stills


def test_an_animated_png_whose_frames_lie_about_their_size_does_not_end_the_program(tmp_path: Path) -> None:
    """OpenCV 4.12 writes past its memory: the fuzzer found it, seed 1."""
    first, second = (Image.fromarray(np.ascontiguousarray(painted(n)[..., ::-1])) for n in range(2))
    path = tmp_path / "1.png"
    first.save(path, save_all=True, append_images=[second], duration=40)
    sound = path.read_bytes()
    at = sound.index(b"fcTL") + 8
    assert painted_number(read_image(path)) == 0
    for height in (b"\0\0\0\xc7", b"\xff\xff\xff\xff"):
        path.write_bytes(sound[: at + 4] + height + sound[at + 8 :])
        code = f"from pathlib import Path; from app.capture.pixels import read_image; read_image(Path({str(path)!r}))"
        done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode in (0, 1)
        assert done.returncode == 0 or "ValueError: no picture can be decoded" in done.stderr
