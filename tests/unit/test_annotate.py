import csv
import io
import threading

import cv2
import numpy as np
import pytest

from app.annotate import annotate as annotate_with_crew
from app.capture.folder import ImageFolder
from app.capture.phantom import Phantom
from app.capture.source import Picture, SourceError
from app.errors import OutputError
from app.pipeline import codecs
from app.pipeline.codecs import Codec
from app.pipeline.export import Task
from app.pipeline.scan_area import ScanAreas
from app.pipeline.table import COLUMNS
from app.pipeline.types import Rect
from model.engines.crew import Crew
from model.novelty import Novelty, describe
from tests.pipeline_parts import BlobEngine, Clip, Hand, pixels_of


def annotate(source, engine, task, progress=None):
    return annotate_with_crew(source, Crew([engine]), task, progress)


def rows_of(folder):
    with (folder / "predictions.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def masks_of(folder):
    return {path.name: cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in sorted(folder.glob("*.png"))}


def test_every_frame_of_a_recording_is_written_once_though_it_loops(tmp_path):
    assert annotate(Clip(7, loops=True), BlobEngine(), Task(tmp_path / "new" / "out", 0.5)) == 7
    masks = masks_of(tmp_path / "new" / "out")
    assert list(masks) == [f"{number:06}.png" for number in range(7)]
    assert all(mask.shape == (24, 32) and set(np.unique(mask)) == {0, 255} for mask in masks.values())
    rows = rows_of(tmp_path / "new" / "out")
    assert [row["frame"] for row in rows] == [str(number) for number in range(7)]
    assert tuple(rows[0]) == COLUMNS
    assert float(rows[3]["time_s"]) == pytest.approx(3 / 200, abs=6e-4)
    assert not list((tmp_path / "new" / "out").glob(".part*"))


def test_the_table_describes_the_mask_in_pixels_of_the_frame(tmp_path):
    area = Rect(8, 4, 20, 16)
    annotate(Clip(1), BlobEngine(), Task(tmp_path, 0.5, ScanAreas(area)))
    (row,), mask = rows_of(tmp_path), masks_of(tmp_path)["000000.png"]
    rows, columns = np.nonzero(mask)
    assert int(row["area_px"]) == rows.size > 0
    assert float(row["centre_x"]) == pytest.approx(8 + 10, abs=0.3)
    assert float(row["centre_y"]) == pytest.approx(4 + 8, abs=0.3)
    assert float(row["centre_x"]) == pytest.approx(columns.mean() + 0.5, abs=0.01)
    assert [int(row[name]) for name in ("scan_x", "scan_y", "scan_w", "scan_h")] == [8, 4, 20, 16]
    assert row["found"] == "1"
    assert float(row["confidence"]) == pytest.approx(0.9)
    assert float(row["ms"]) > 0
    outside = mask.copy()
    area.cut(outside)[:] = 0
    assert not outside.any()


def test_no_region_found_is_an_empty_mask_and_an_empty_centre(tmp_path):
    annotate(Clip(1), BlobEngine(dark=300), Task(tmp_path, 0.5))
    (row,) = rows_of(tmp_path)
    assert [row[name] for name in ("found", "confidence", "area_px", "centre_x", "centre_y")] == [
        "0",
        "0.0000",
        "0",
        "",
        "",
    ]
    assert not masks_of(tmp_path)["000000.png"].any()


def test_a_frame_unlike_the_training_pictures_counts_as_not_found(tmp_path):
    # Knows pictures with nothing in them but black, and no others.
    known = describe(np.zeros((256, 256), np.float32))
    task = Task(tmp_path, 0.5, novelty=Novelty(known, np.eye(len(known)) * 1e3))
    annotate(Clip(3, first=0), BlobEngine(), task)
    assert [(row["found"], row["area_px"]) for row in rows_of(tmp_path)][1:] == [("0", "0")] * 2
    assert rows_of(tmp_path)[0]["found"] == "1"
    masks = masks_of(tmp_path)
    assert [bool(mask.any()) for mask in masks.values()] == [True, False, False]


def test_frames_stand_by_themselves_without_history(tmp_path):
    # Dark, bright, dark, bright: in the live view the single dark ones would not be believed at once.
    clip = Clip(6, rate=30.0)
    clip.read = lambda read=clip.read: (
        None if (got := read()) is None else Picture(pixels_of(200 * (int(got.pixels[0, 0]) % 2)), got.time_s)
    )
    annotate(clip, BlobEngine(dark=100), Task(tmp_path, 0.5))
    assert [row["found"] for row in rows_of(tmp_path)] == ["0", "1"] * 3


def test_the_limit_holds_and_nothing_is_read_beyond_it(tmp_path):
    hand = Hand()
    hand.give(1, 2, 3)
    assert annotate(hand, BlobEngine(), Task(tmp_path, 0.5, limit=3)) == 3
    assert len(masks_of(tmp_path)) == 3
    assert hand.closed == 1
    assert [float(row["time_s"]) for row in rows_of(tmp_path)] == sorted(
        float(row["time_s"]) for row in rows_of(tmp_path)
    )


def test_progress_is_told_where_asked_for(tmp_path):
    progress = io.StringIO()
    annotate(Clip(3), BlobEngine(), Task(tmp_path, 0.5, limit=2), progress)
    assert progress.getvalue() == "\r1/2 frames\r2/2 frames\n"


def test_a_source_that_fails_half_way_keeps_what_is_finished(tmp_path):
    hand = Hand(retries=False)
    hand.give(1, 2, SourceError("The file ends early."))
    with pytest.raises(SourceError, match="ends early"):
        annotate(hand, BlobEngine(), Task(tmp_path, 0.5, video=True))
    assert len(rows_of(tmp_path)) == 2
    assert len(masks_of(tmp_path)) == 2
    assert cv2.VideoCapture(str(tmp_path / "overlay.mp4")).read()[0]


def test_ctrl_c_keeps_what_is_finished_and_leaves_no_thread(tmp_path):
    engine, clip = BlobEngine(), Clip(10)

    def stop_at_third(inputs, predict=engine.predict):
        if inputs.mean() * 255 == pytest.approx(clip.first + 2, abs=0.1):
            raise KeyboardInterrupt
        return predict(inputs)

    engine.predict = stop_at_third
    with pytest.raises(KeyboardInterrupt):
        annotate(clip, engine, Task(tmp_path, 0.5))
    assert len(rows_of(tmp_path)) == len(masks_of(tmp_path)) == 2
    assert not list(tmp_path.glob(".part*"))
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith(("read ahead", "work"))]


def test_a_source_without_any_frame_overwrites_no_table(tmp_path):
    annotate(Clip(2), BlobEngine(), Task(tmp_path, 0.5))
    hand = Hand()
    hand.give(SourceError("gone"))
    with pytest.raises(SourceError):
        annotate(hand, BlobEngine(), Task(tmp_path, 0.5))
    assert len(rows_of(tmp_path)) == 2


@pytest.mark.parametrize("area", [Rect(10, 20, 301, 201), None])
def test_the_clip_shows_the_scan_area_alone_with_its_overlay(tmp_path, area):
    annotate(Phantom(), BlobEngine(), Task(tmp_path, 0.5, ScanAreas(area), video=True, limit=4))
    clip = cv2.VideoCapture(str(tmp_path / "overlay.mp4"))
    assert clip.get(cv2.CAP_PROP_FPS) == pytest.approx(30)
    frames = []
    while (got := clip.read())[0]:
        frames.append(got[1])
    assert len(frames) == 4
    assert frames[0].shape == ((200, 300, 3) if area else (336, 640, 3))
    middle = frames[0][frames[0].shape[0] // 2, frames[0].shape[1] // 2].astype(int)
    assert middle[1] - middle[0] > 15  # yellow over grey


def test_pictures_of_several_sizes_get_masks_of_their_own_size_and_fit_into_one_clip(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, size in enumerate([(60, 80), (120, 90), (61, 81)]):
        cv2.imwrite(str(folder / f"{number}.png"), np.full(size, 50, np.uint8))
    annotate(ImageFolder(folder), BlobEngine(), Task(tmp_path / "out", 0.5, video=True))
    assert [mask.shape for mask in masks_of(tmp_path / "out").values()] == [(60, 80), (120, 90), (61, 81)]
    assert cv2.VideoCapture(str(tmp_path / "out" / "overlay.mp4")).get(cv2.CAP_PROP_FRAME_COUNT) == 3


@pytest.fixture
def only(monkeypatch):
    """Has the machine know these codecs and no others."""

    def know(*known):
        monkeypatch.setattr(codecs, "CODECS", known)
        codecs.best_codec.cache_clear()

    yield know
    monkeypatch.undo()
    codecs.best_codec.cache_clear()


def test_a_codec_that_is_missing_is_made_up_for_by_the_next(tmp_path, only):
    only(Codec("none", ".mp4", "????"), Codec("Motion JPEG", ".avi", "MJPG"))
    annotate(Clip(3), BlobEngine(), Task(tmp_path, 0.5, video=True))
    assert cv2.VideoCapture(str(tmp_path / "overlay.avi")).get(cv2.CAP_PROP_FRAME_COUNT) == 3
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".mp4"] == []


def test_without_any_codec_it_is_said_and_masks_are_kept(tmp_path, only):
    only()
    with pytest.raises(OutputError, match="leave out the clip"):
        annotate(Clip(3), BlobEngine(), Task(tmp_path, 0.5, video=True))
    assert len(rows_of(tmp_path)) == 1


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        annotate(Clip(3), BlobEngine(), Task(tmp_path / "file", 0.5))


def test_a_table_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "predictions.csv").mkdir()
    with pytest.raises(OutputError, match=r"predictions\.csv cannot be written"):
        annotate(Clip(3), BlobEngine(), Task(tmp_path, 0.5))
