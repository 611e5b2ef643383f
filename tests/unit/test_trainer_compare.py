"""Two answers about one recording: what can be compared, how far they agree, and when it is worked out."""

import csv
import shutil
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.capture.folder import ImageFolder
from app.capture.matroska import ClipWriter
from app.capture.phantom import Phantom
from app.capture.recorded import CLIP, MASKS, RecordedClip
from app.capture.source import Frame, Repeatable, SourceError
from app.capture.video import VideoFile
from app.errors import OutputError
from app.pipeline.ahead_cache import mark_of
from app.pipeline.scan_area import ScanAreas
from app.pipeline.types import Rect
from app.trainer.compare import Comparison, Verdict, compare_all, judge, summary, worst_places, write_table
from app.trainer.corrections import Corrections, interpolate
from app.trainer.sides import CorrectedMasks, MaskFolder, ModelSide, RecordedMasks, difference, open_side
from model.bundle import Bundle
from model.data import labelme
from model.data.folder import find_pairs
from model.data.pictures import write_mask
from model.errors import BundleError, DataError
from tests.media import write_images, write_video
from tests.pipeline_parts import BlobEngine, await_true
from tests.unit.test_pipeline_ahead import Overstated

FRAMES = 10
SIZE = (240, 320)
WHOLE = Rect(0, 0, 320, 240)


def disc(x, y, radius=40):
    down, across = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    return np.hypot(across - x, down - y) <= radius


class Fixed:
    """A side whose masks are known."""

    def __init__(self, masks, name="fixed"):
        self.masks, self.name = masks, name
        self.asked, self.closed = [], False

    def mask(self, frame, area):
        self.asked.append(frame.number)
        mask = self.masks(frame.number)
        return None if mask is None else mask[area.y : area.y + area.height, area.x : area.x + area.width]

    def close(self):
        self.closed = True


def bundle(name="blob"):
    if name == "nosuch":
        raise BundleError("There is no model 'nosuch'.")
    return Bundle(Path(name), {"name": name, "files": {"a": {"sha256": name}}, "threshold": 0.5})


@pytest.fixture
def clip(tmp_path):
    return VideoFile(write_video(tmp_path / "clip.avi", FRAMES))


@pytest.fixture
def opened(clip):
    clip.open()
    yield clip
    clip.close()


def frame(number=3, pixels=None):
    return Frame(np.zeros(SIZE, np.uint8) if pixels is None else pixels, number, 0.0)


# One frame


def test_iou_counts_the_pixels_of_the_scan_area():
    area = Rect(100, 60, 100, 100)
    a, b = disc(120, 100), disc(150, 100)
    verdict = judge(frame(), area, Fixed(lambda _: a), Fixed(lambda _: b))
    inside = (slice(60, 160), slice(100, 200))
    shared, union = (a & b)[inside].sum(), (a | b)[inside].sum()
    assert verdict.iou == pytest.approx(shared / union)
    assert 0.2 < verdict.iou < 0.8


def test_no_region_in_both_agrees():
    nothing = np.zeros(SIZE, np.bool_)
    verdict = judge(frame(), WHOLE, Fixed(lambda _: nothing), Fixed(lambda _: nothing))
    assert verdict.iou == 1.0


def test_no_region_in_one_is_no_agreement_and_no_answer_is_not_counted():
    nothing = np.zeros(SIZE, np.bool_)
    verdict = judge(frame(), WHOLE, Fixed(lambda _: disc(90, 90)), Fixed(lambda _: nothing))
    assert verdict.iou == 0.0
    verdict = judge(frame(), WHOLE, Fixed(lambda _: None), Fixed(lambda _: nothing))
    assert np.isnan(verdict.iou)


def test_the_difference_has_three_parts_that_overlap_nowhere():
    a, b = disc(120, 100), disc(150, 100)
    parts = np.stack(difference(a, b))
    assert (parts.sum(axis=0) == (a | b)).all()
    assert (parts[2] == (a & b)).all()


def test_the_worst_frames_are_apart_from_each_other_and_those_that_agree_are_not_among_them():
    ious = np.full(200, 0.95, np.float32)
    ious[50:54] = [0.5, 0.1, 0.2, 0.6]
    ious[120], ious[150] = 0.4, np.nan
    assert worst_places(ious) == [51, 120]
    assert worst_places(np.full(5, np.nan, np.float32)) == []
    assert worst_places(np.zeros(0, np.float32)) == []


# Sides


def test_a_model_is_asked_once_where_its_answers_are_kept(opened, tmp_path):
    engine = BlobEngine()
    sides = [
        open_side("blob", "any", ScanAreas(), lambda *_: engine, bundle, None, tmp_path / "cache")(opened)
        for _ in range(2)
    ]
    pixels = opened.read().pixels
    masks = [side.mask(frame(0, pixels), WHOLE) for side in (sides[0], sides[0])]
    assert len(engine.seen) == 1
    assert (masks[0] == masks[1]).all()
    again = open_side("blob", "any", ScanAreas(), lambda *_: engine, bundle, None, tmp_path / "cache")(opened)
    assert (again.mask(frame(0, pixels), WHOLE) == masks[0]).all()
    assert len(engine.seen) == 1
    assert not ModelSide(bundle(), "any", lambda *_: engine, threshold=0.99).mask(frame(0, pixels), WHOLE).any()


def test_masks_in_a_folder_go_by_the_number_that_their_names_end_with(opened, tmp_path):
    folder = tmp_path / "masks"
    folder.mkdir()
    write_mask(folder / "000003.png", disc(90, 90))
    write_mask(folder / "2026-03-04_05-06-07_000004.png", disc(90, 90)[20:220, 10:300])
    side = MaskFolder(folder, opened)
    assert (side.mask(frame(3), Rect(5, 6, 200, 100)) == disc(90, 90)[6:106, 5:205]).all()
    assert (side.mask(frame(4), Rect(10, 20, 290, 200)) == disc(90, 90)[20:220, 10:300]).all()
    assert side.mask(frame(5), WHOLE) is None
    with pytest.raises(DataError, match="290 x 200"):
        side.mask(frame(4), WHOLE)


@pytest.mark.parametrize(
    "stems",
    [
        ("2026-03-04_05-06-07_000003", "2026-03-04_05-09-00_000003"),
        ("2026-03-04_05-06-07_000003", "2026-03-04_05-09-00_000004"),
        ("000003", "2026-03-04_05-06-07_000003"),
    ],
)
def test_masks_of_several_recordings_are_not_mixed(opened, tmp_path, stems):
    for stem in stems:
        write_mask(tmp_path / f"{stem}.png", disc(90, 90))
    with pytest.raises(DataError, match="several recordings"):
        MaskFolder(tmp_path, opened)


def test_masks_of_a_folder_of_images_may_be_called_anything(tmp_path):
    for name in ("a_1", "b_1", "c_2"):
        write_mask(tmp_path / f"{name}.png", disc(90, 90))
    pictures = ImageFolder(tmp_path)
    pictures.open()
    side = MaskFolder(tmp_path, pictures)
    assert all((side.mask(frame(number), WHOLE) == disc(90, 90)).all() for number in range(3))
    pictures.close()


def test_masks_of_a_folder_of_images_go_by_name(tmp_path):
    write_images(tmp_path / "set" / "images", 4)
    (tmp_path / "set" / "masks").mkdir()
    pictures = ImageFolder(tmp_path / "set" / "images")
    pictures.open()
    stems = [pictures.stem(number) for number in range(4)]
    write_mask(tmp_path / "set" / "masks" / f"{stems[2]}.png", disc(90, 90))
    side = MaskFolder(tmp_path / "set", pictures)
    assert (side.mask(frame(2), WHOLE) == disc(90, 90)).all()
    assert side.mask(frame(1), WHOLE) is None
    pictures.close()


def test_a_photograph_is_no_mask(opened, tmp_path):
    scan = Phantom()
    scan.open()
    pixels = cv2.resize(scan.read().pixels, SIZE[::-1])
    cv2.imwrite(str(tmp_path / "000003.png"), pixels)
    cv2.imwrite(str(tmp_path / "000004.jpg"), pixels // 2)
    side = MaskFolder(tmp_path, opened)
    for number, name in ((3, "000003.png"), (4, "000004.jpg")):
        with pytest.raises(DataError, match=f"{name} is a picture, not a mask: give a folder of masks"):
            side.mask(frame(number), WHOLE)


def test_a_mask_of_16_bits_keeps_its_region(opened, tmp_path):
    drawn = np.zeros(SIZE, np.uint16)
    drawn[20:60, 30:90] = 1
    cv2.imwrite(str(tmp_path / "000002.png"), drawn)
    assert np.array_equal(MaskFolder(tmp_path, opened).mask(frame(2), WHOLE), drawn > 0)


def test_of_real_pictures_each_is_told_from_each_mask(opened, tmp_path, data_folder):
    for number, pair in enumerate(find_pairs(data_folder)[::10]):
        shutil.copy(pair.image, tmp_path / f"1{number:03}{pair.image.suffix}")
        soft = cv2.GaussianBlur(cv2.imread(str(pair.mask)), (0, 0), 3)
        cv2.imwrite(str(tmp_path / f"2{number:03}.jpg"), soft, [cv2.IMWRITE_JPEG_QUALITY, 30])
    side, told = MaskFolder(tmp_path, opened), []
    for path in sorted(tmp_path.glob("[12]*")):
        height, width = cv2.imread(str(path)).shape[:2]
        try:
            side.mask(frame(int(path.stem)), Rect(0, 0, width, height))
            told.append((path.name[0], "mask"))
        except DataError:
            told.append((path.name[0], "photograph"))
    assert set(told) == {("1", "photograph"), ("2", "mask")}


@pytest.mark.parametrize(
    "kind", [lambda mask: mask, lambda mask: mask // 255, lambda mask: mask // 2, lambda mask: mask * 0, "jpeg", "soft"]
)
def test_masks_of_one_bit_packed_as_jpeg_or_with_soft_edges_are_masks(opened, tmp_path, kind):
    mask = disc(90, 90, 12).astype(np.uint8) * 255
    if kind == "jpeg":
        cv2.imwrite(str(tmp_path / "3.jpg"), mask, [cv2.IMWRITE_JPEG_QUALITY, 30])
    elif kind == "soft":
        cv2.imwrite(str(tmp_path / "3.png"), cv2.GaussianBlur(mask, (0, 0), 3))
    else:
        cv2.imwrite(str(tmp_path / "3.png"), kind(mask))
    found = MaskFolder(tmp_path, opened).mask(frame(3), WHOLE)
    assert found.any() == bool(cv2.imread(str(next(tmp_path.glob("3.*")))).any())


def test_the_values_of_several_regions_are_a_mask(opened, tmp_path):
    values = np.maximum(disc(90, 90) * np.uint8(1), disc(200, 120, 10) * np.uint8(2)) * np.uint8(30)
    cv2.imwrite(str(tmp_path / "3.png"), values)
    assert (MaskFolder(tmp_path, opened).mask(frame(3), WHOLE) == (values > 0)).all()


def test_labelme_files_are_masks(opened, tmp_path):
    folder = tmp_path / "labels"
    folder.mkdir()
    labelme.write(folder / "000002.json", "000002.png", {"block region": disc(90, 90)})
    assert (MaskFolder(folder, opened).mask(frame(2), WHOLE) == disc(90, 90)).mean() > 0.999


def test_labels_of_something_else_are_an_error_not_an_empty_mask(opened, tmp_path):
    labelme.write(tmp_path / "000002.json", "000002.png", {"bone": disc(90, 90)})
    with pytest.raises(DataError, match="bone"):
        MaskFolder(tmp_path, opened)


def test_a_folder_without_masks_is_one_sentence(opened, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no masks"):
        open_side(str(tmp_path / "empty"), "any", ScanAreas(), lambda *_: None, bundle)(opened)


def write_recording(folder):
    """Six pictures, of which the first and the fourth have no mask."""
    folder.mkdir()
    clip, masks = ClipWriter(folder / CLIP, (320, 240)), ClipWriter(folder / MASKS, (320, 240))
    for number in range(6):
        time_s = number * 0.0371
        clip.add(time_s, cv2.imencode(".png", np.full(SIZE, 10 * number, np.uint8))[1].tobytes())
        if number not in (0, 3):
            mask = disc(60 + 20 * number, 90).astype(np.uint8) * 255
            masks.add(time_s, cv2.imencode(".png", mask, [cv2.IMWRITE_PNG_BILEVEL, 1])[1].tobytes())
    clip.close()
    masks.close()
    return folder


def test_recorded_masks_belong_to_the_frames_of_their_times(tmp_path):
    folder = write_recording(tmp_path / "2026-03-04_05-06-07")
    recording = RecordedClip(folder)
    recording.open()
    side = open_side(str(folder), "any", ScanAreas(), lambda *_: None, bundle)(recording)
    assert isinstance(side, RecordedMasks)
    found = [side.mask(frame(number), WHOLE) for number in range(6)]
    assert [mask is None for mask in found] == [True, False, False, True, False, False]
    assert (found[4] == disc(140, 90)).all()
    side.close()
    recording.close()


def test_a_second_reader_of_an_own_recording_gives_the_same(tmp_path):
    clip = RecordedClip(write_recording(tmp_path / "2026-03-04_05-06-07"))
    assert isinstance(clip, Repeatable)
    other = clip.another()
    other.open()
    assert (other.frame_count, other.name) == (6, "2026-03-04_05-06-07")
    other.close()


def test_a_file_that_is_no_recording_is_one_sentence(opened, tmp_path):
    (tmp_path / "x.mkv").write_bytes(b"nothing")
    with pytest.raises(SourceError, match=r"x\.mkv"):
        open_side(str(tmp_path / "x.mkv"), "any", ScanAreas(), lambda *_: None, bundle)(opened)


def test_own_corrections_count_on_the_pictures_that_they_were_drawn_on():
    made, pixels = Corrections(), np.full(SIZE, 7, np.uint8)
    made.correct(2, disc(90, 90), mark_of(pixels))
    made.correct(4, disc(90, 90))
    made.fill(interpolate(made.entries)[0])
    side = CorrectedMasks(made.entries)
    assert (side.mask(frame(2, pixels), WHOLE) == disc(90, 90)).all()
    assert side.mask(frame(2), WHOLE) is None
    assert side.mask(frame(3), WHOLE) is None


# Ahead


@pytest.fixture
def compare(clip):
    begun = []

    def start(a, b, resting=lambda: True, area=None):
        one = Comparison(clip, ScanAreas(area), (lambda _: a, lambda _: b), resting)
        begun.append(one)
        one.start()
        return one

    yield start
    for one in begun:
        one.stop()
    assert all(one.join(10) for one in begun)


def frames_of(clip):
    reader = clip.another()
    reader.open()
    found = [Frame(reader.read().pixels, number, 0.0) for number in range(FRAMES)]
    reader.close()
    return found


def test_all_frames_are_compared_while_the_picture_rests(compare, clip):
    nothing = np.zeros(SIZE, np.bool_)
    a, b = Fixed(lambda _: disc(90, 90), "one"), Fixed(lambda n: disc(90 + 5 * n, 90) if n < 8 else nothing, "two")
    made = compare(a, b)
    await_true(lambda: made.done == FRAMES)
    assert made.names == ("one", "two")
    assert sorted(a.asked) == sorted(b.asked) == list(range(FRAMES))
    assert (np.diff(made.ious[:8]) < 0).all()
    assert made.ious[8:].tolist() == [0, 0]
    assert made.mean() == (pytest.approx(made.ious.mean()), FRAMES)
    assert made.worst()[-1] in (8, 9)
    verdict = made.at(frames_of(clip)[4])
    assert verdict.iou == pytest.approx(made.ious[4])
    assert made.at(Frame(frames_of(clip)[5].pixels, 4, 0.0)) is None
    made.stop()
    assert made.join(10)
    assert a.closed
    assert b.closed


def test_a_recording_that_turns_out_shorter_is_compared_as_far_as_it_goes(tmp_path):
    clip = Overstated(write_video(tmp_path / "clip.avi", FRAMES))
    a, b = (Fixed(lambda _: np.ones((240, 320), np.bool_)) for _ in range(2))
    made = Comparison(clip, ScanAreas(), (lambda _: a, lambda _: b), lambda: True)
    made.want(FRAMES + 1)  # Its end is met first.
    made.start()
    await_true(lambda: made.done == made.total == FRAMES)
    made.stop()
    assert made.join(10)
    assert sorted(a.asked) == list(range(FRAMES))
    assert made.mean() == (1.0, FRAMES)


def test_while_it_plays_only_the_newest_frame_that_is_wanted_is_compared(compare):
    held, begun = threading.Event(), threading.Event()

    def slow(number):
        begun.set()
        held.wait(10)
        return disc(90, 90)

    a = Fixed(slow)
    made = compare(a, Fixed(lambda _: disc(90, 90)), resting=lambda: False)
    made.want(2)
    assert begun.wait(10)
    for number in (3, 4, 7):
        made.want(number)
    held.set()
    await_true(lambda: made.done == 2)
    assert a.asked == [2, 7]


def test_what_cannot_be_opened_is_said_and_ends_it(clip):
    made = Comparison(
        clip,
        ScanAreas(),
        (lambda _: Fixed(lambda _: None), open_side("nosuch", "any", ScanAreas(), None, bundle)),
        lambda: True,
    )
    made.start()
    await_true(lambda: bool(made.problem))
    assert made.problem == "There is no model 'nosuch'."
    assert made.join(10)


def test_what_breaks_while_it_runs_is_said_and_both_sides_are_closed(compare):
    def broken(number):
        raise ZeroDivisionError

    a, b = Fixed(lambda _: disc(90, 90)), Fixed(broken)
    made = compare(a, b)
    await_true(lambda: a.closed and b.closed)
    assert "broke off" in made.problem


# The table


def test_the_table_has_a_line_for_each_frame(opened, tmp_path):
    sides = Fixed(lambda _: disc(90, 90)), Fixed(lambda n: None if n == 3 else disc(90, 90))
    path = tmp_path / "table.csv"
    verdicts = write_table(path, compare_all(opened, None, tuple(lambda _, side=side: side for side in sides)))
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert len(rows) == len(verdicts) == FRAMES
    assert {row["iou"] for number, row in enumerate(rows) if number != 3} == {"1.0000"}
    assert (rows[3]["iou"], rows[3]["b_px"]) == ("", "")
    assert rows[0]["a_px"] == str(disc(90, 90).sum())
    assert summary(verdicts).startswith("9 of 10 frames compared: mean IoU 1.000")
    assert sides[0].closed
    assert isinstance(verdicts[0], Verdict)


def test_a_scan_area_outside_the_frame_is_said(opened):
    sides = tuple(lambda _: Fixed(lambda _: disc(90, 90)) for _ in range(2))
    with pytest.raises(SourceError, match=r"outside the 320 x 240 pixels of clip\.avi"):
        next(compare_all(opened, Rect(320, 0, 9, 9), sides))


def test_a_table_that_cannot_be_written_is_one_sentence(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        write_table(tmp_path / "no" / "table.csv", iter(()))
