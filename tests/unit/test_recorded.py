import subprocess

import cv2
import numpy as np
import pytest

from app.capture.matroska import ClipWriter
from app.capture.recorded import CLIP, RecordedClip
from app.capture.source import Recording, SourceError, SourceKind
from app.capture.video import VideoFile
from app.capture.words import parse
from tests.media import cut, needs

SIZE = (60, 40)
TIMES = [0.0, 0.034069, 0.09, 0.1, 2.5, 2.533333]
"""Uneven, with a gap, as a grabber's are."""


def pictures():
    """Noise, which no lossy format would keep; the third is in colour, as when colour Doppler is switched on."""
    noise = np.random.default_rng(0)
    shapes = [SIZE[::-1]] * 2 + [(*SIZE[::-1], 3)] + [SIZE[::-1]] * 3
    return [noise.integers(0, 256, shape, np.uint8) for shape in shapes]


def write_clip(folder, close=True):
    folder.mkdir(exist_ok=True)
    writer = ClipWriter(folder / CLIP, SIZE)
    for picture, time_s in zip(pictures(), TIMES, strict=True):
        writer.add(time_s, cv2.imencode(".png", picture)[1].tobytes())
    if close:
        writer.close()
    else:
        writer._stream.close()
    return folder


@pytest.fixture
def folder(tmp_path):
    return write_clip(tmp_path / "2026-03-04_05-06-07")


def read_all(source):
    found = []
    while (picture := source.read()) is not None:
        found.append(picture)
    return found


def assert_whole(source):
    found = read_all(source)
    assert [picture.time_s for picture in found] == pytest.approx(TIMES, abs=1e-6)
    assert all(np.array_equal(one.pixels, other) for one, other in zip(found, pictures(), strict=True))


@pytest.mark.parametrize("part", ["", CLIP])
def test_a_recordings_folder_or_clip_is_played_bit_by_bit_at_its_own_times(folder, part):
    source = parse(str(folder / part))
    assert isinstance(source, RecordedClip)
    assert isinstance(source, Recording)
    info = source.open()
    assert (info.width, info.height, source.frame_count) == (*SIZE, 6)
    assert info.rate == pytest.approx(1 / 0.034069, rel=0.05)
    assert (source.kind, source.name) == (SourceKind.REPLAY, "2026-03-04_05-06-07")
    assert_whole(source)
    source.close()


def test_every_seek_is_exact(folder):
    source = parse(str(folder))
    source.open()
    for wanted, number in ((4, 4), (0, 0), (2, 2), (99, 5), (-1, 0)):
        source.seek(wanted)
        picture = source.read()
        assert np.array_equal(picture.pixels, pictures()[number])
        assert picture.time_s == pytest.approx(TIMES[number], abs=1e-6)
    source.close()


def test_a_clip_that_was_never_closed_is_played_whole(tmp_path):
    source = parse(str(write_clip(tmp_path / "killed", close=False)))
    source.open()
    assert_whole(source)
    source.close()


def test_a_clip_that_was_cut_off_is_played_up_to_its_last_whole_frame(folder):
    size = (folder / CLIP).stat().st_size
    cut(folder / CLIP, (size - 10) / size)
    source = parse(str(folder))
    source.open()
    assert len(read_all(source)) == source.frame_count == 5
    source.close()


def test_other_programs_play_it_as_it_is(folder):
    """OpenCV's FFmpeg stands for them."""
    source = VideoFile(folder / CLIP)
    assert source.open().rate == pytest.approx(5 / TIMES[-1], rel=0.001)
    assert source.frame_count == 6
    found = read_all(source)
    source.close()
    assert [picture.time_s for picture in found] == pytest.approx(TIMES, abs=1e-4)
    for picture, wanted in zip(found, pictures(), strict=True):
        if wanted.ndim == 2:  # OpenCV 4.12 goes on as for the first picture where grey becomes colour.
            assert np.array_equal(picture.pixels, cv2.cvtColor(wanted, cv2.COLOR_GRAY2BGR))


@needs("ffprobe")
def test_ffprobe_has_nothing_to_complain_about(folder):
    command = ["ffprobe", "-v", "warning", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0"]
    done = subprocess.run([*command, str(folder / CLIP)], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == (f"png,{SIZE[0]},{SIZE[1]}", "")


def test_a_clip_whose_head_says_nonsense_is_said_in_one_sentence(folder):
    data = bytearray((folder / CLIP).read_bytes())
    data[4] = 0x10  # the first element is 256 MB long
    (folder / CLIP).write_bytes(data)
    with pytest.raises(SourceError, match="is not a recording of this program: choose another file"):
        parse(str(folder)).open()


def test_a_clip_without_a_frame_says_so(tmp_path):
    ClipWriter(tmp_path / CLIP, SIZE).close()
    with pytest.raises(SourceError, match="holds no frame"):
        parse(str(tmp_path)).open()


def test_a_damaged_frame_is_named(folder):
    data = bytearray((folder / CLIP).read_bytes())
    at = data.rfind(b"\x89PNG")
    data[at : at + 200] = bytes(200)
    (folder / CLIP).write_bytes(data)
    source = parse(str(folder))
    source.open()
    source.seek(5)
    with pytest.raises(SourceError, match="damaged at frame 5"):
        source.read()
    source.close()


def test_matroska_of_other_programs_is_left_to_ffmpeg(tmp_path):
    (tmp_path / "other.mkv").write_bytes(b"\x1aE\xdf\xa3" + bytes(5000))
    assert isinstance(parse(str(tmp_path / "other.mkv")), VideoFile)


@pytest.mark.parametrize("damage", range(8))
def test_damage_anywhere_ends_in_one_sentence_or_in_frames(folder, damage):
    """Whatever the bytes say: no other error, no endless reading."""
    noise = np.random.default_rng(damage)
    data = np.fromfile(folder / CLIP, np.uint8)
    data[noise.integers(60, data.size, 40)] = noise.integers(0, 256, 40, np.uint8)
    data.tofile(folder / CLIP)
    source = RecordedClip(folder)
    try:
        source.open()
        assert len(read_all(source)) <= 6
    except SourceError as error:
        assert str(folder) in str(error)
    finally:
        source.close()
