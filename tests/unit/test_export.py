"""What is exported, of which frames: range, sizes, GIF; full disks and stops; and of pictures the scan area alone."""

import csv
import os
import resource
import threading

import cv2
import numpy as np
import pytest
from PIL import Image

from app.capture.folder import ImageFolder
from app.capture.source import SourceError
from app.capture.video import VideoFile
from app.errors import OutputError
from app.pipeline import export as export_module
from app.pipeline.clip import ClipWriter
from app.pipeline.codecs import CODECS, Codec, best_codec, count_frames, works
from app.pipeline.export import Task, export
from app.pipeline.exporter import Exporter
from app.pipeline.gif import LONGEST_SIDE, MOST_PICTURES, GifWriter
from app.pipeline.scan_area import ScanAreas
from app.pipeline.types import Rect
from model.bundle import find
from model.engines.choice import open_crew, open_engine
from model.engines.crew import Crew
from model.errors import EngineError
from tests.pipeline_parts import WAIT_S, BlobEngine, Clip, Hand, bundle_of

AREA = Rect(40, 20, 160, 120)
NAME = 250
"""Grey level of what stands beside the scan area, where a patient's name would be."""


@pytest.fixture
def clip(tmp_path):
    """Fifty frames, each as grey as its number says; white round the scan area."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, (240, 160))
    for number in range(50):
        frame = np.full((160, 240, 3), NAME, np.uint8)
        AREA.cut(frame)[:] = 2 * number
        writer.write(frame)
    writer.release()
    return VideoFile(path)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def run(clip, task, **more):
    return export(clip, Crew([BlobEngine()]), task, **more)


def rows_of(out):
    with (out / "predictions.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def picture(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def test_a_range_keeps_the_recordings_own_numbers_and_times(clip, out):
    assert run(clip, Task(out, 0.5, ScanAreas(AREA), first=20, limit=5)) == 5
    assert [path.name for path in sorted(out.glob("*.png"))] == [f"{number:06}.png" for number in range(20, 25)]
    assert [(row["frame"], row["time_s"]) for row in rows_of(out)][::4] == [("20", "0.800"), ("24", "0.960")]


def test_a_frame_that_is_not_there_is_said(clip, out):
    with pytest.raises(SourceError, match="has 50 frames"):
        run(clip, Task(out, 0.5, ScanAreas(AREA), first=50))
    assert not out.exists()
    with pytest.raises(SourceError, match="no recording"):
        run(Hand(), Task(out, 0.5, first=3))


@pytest.mark.parametrize("area", [Rect(240, 0, 10, 10), Rect(0, 160, 10, 10), Rect(600, 600, 10, 10)])
def test_a_scan_area_outside_the_frame_is_said_and_the_whole_frame_is_not_written(clip, out, area):
    with pytest.raises(SourceError, match=rf"scan area {area} lies outside the 240 x 160 pixels of clip\.avi"):
        run(clip, Task(out, 0.5, ScanAreas(area), pictures="raw", video=True, gif=True))
    assert [path for path in out.rglob("*") if path.is_file()] == []
    assert run(clip, Task(out, 0.5, ScanAreas(Rect(239, 159, 10, 10)), limit=1)) == 1


def test_a_scan_area_outside_a_later_picture_keeps_what_is_finished(tmp_path, out):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, size in enumerate([(160, 240), (100, 80), (160, 240)]):
        cv2.imwrite(str(folder / f"{number}.png"), np.full(size, NAME, np.uint8))
    with pytest.raises(SourceError, match="outside the 80 x 100 pixels of pictures"):
        run(ImageFolder(folder), Task(out, 0.5, ScanAreas(Rect(100, 20, 30, 30)), pictures="raw"))
    assert len(rows_of(out)) == 1
    assert [picture(path).shape for path in (out / "frames").iterdir()] == [(30, 30)]


@pytest.mark.parametrize(("masks", "shape"), [("frame", (160, 240)), ("scan area", (120, 160))])
def test_masks_have_the_size_that_was_asked_for(clip, out, masks, shape):
    run(clip, Task(out, 0.5, ScanAreas(AREA), limit=1, masks=masks))
    assert picture(out / "000000.png").shape == shape


@pytest.mark.parametrize(
    ("kind", "shapes"),
    [
        ("raw", {"000003.png": (120, 160, 3)}),
        ("overlay", {"000003-overlay.png": (120, 160, 3)}),
        ("raw and overlay", {"000003.png": (120, 160, 3), "000003-overlay.png": (120, 160, 3)}),
        ("side by side", {"000003-side-by-side.png": (120, 320, 3)}),
    ],
)
def test_pictures_hold_the_scan_area_and_nothing_beside_it(clip, out, kind, shapes):
    run(clip, Task(out, 0.5, ScanAreas(AREA), first=3, limit=1, masks=None, table=False, pictures=kind))
    assert {path.name: picture(path).shape for path in (out / "frames").iterdir()} == shapes
    assert not any((np.asarray(picture(path)).min(axis=2) > NAME - 20).any() for path in (out / "frames").iterdir())
    assert [path.name for path in out.iterdir()] == ["frames"]


def test_raw_pictures_are_the_frames_bit_by_bit(clip, out):
    run(clip, Task(out, 0.5, ScanAreas(AREA), masks=None, table=False, pictures="raw"))
    other = clip.another()
    other.open()
    for number in range(50):
        frame = other.read()
        assert np.array_equal(picture(out / "frames" / f"{number:06}.png"), AREA.cut(frame.pixels))
    other.close()


def test_the_gif_shows_the_scan_area_as_long_as_the_range_lasts(clip, out):
    run(clip, Task(out, 0.5, ScanAreas(AREA), gif=True, masks=None, table=False, limit=26))
    with Image.open(out / "overlay.gif") as gif:
        assert gif.size == (160, 120)
        lasting, greys = 0, []
        for number in range(gif.n_frames):
            gif.seek(number)
            lasting += gif.info["duration"]
            greys.append(gif.convert("RGB").getpixel((2, 2))[0])
        assert gif.info["loop"] == 0
    assert lasting == pytest.approx(26 * 40, abs=120)
    assert len(greys) == 11
    assert greys == sorted(greys)
    assert max(greys) < NAME - 50


def test_the_gif_keeps_the_overlays_colour_among_many_greys(tmp_path):
    rng = np.random.default_rng(2)
    frame = rng.integers(0, 256, (200, 300, 1), dtype=np.uint8).repeat(3, axis=2)
    yellow = (53, 222, 240)
    frame[90:94, 100:180] = yellow
    writer = GifWriter(tmp_path / "one.gif")
    writer.write(frame, 0.0)
    writer.finish()
    with Image.open(tmp_path / "one.gif") as gif:
        found = np.asarray(gif.convert("RGB"))[:, :, ::-1].astype(int)
    assert np.abs(found[90:94, 100:180] - yellow).max() <= 8
    grey = np.abs(found - frame)
    grey[90:94, 100:180] = 0
    assert grey.max() <= 6


def test_a_gif_is_bounded_in_size_and_number_and_keeps_its_time(tmp_path):
    writer = GifWriter(tmp_path / "long.gif")
    noise = np.random.default_rng(1).integers(0, 255, (90, 1600, 3), dtype=np.uint8)
    for number in range(1200):
        writer.write(np.roll(noise, number, axis=1), number / 25)
        assert len(writer._pictures) <= MOST_PICTURES
    writer.finish()
    with Image.open(tmp_path / "long.gif") as gif:
        assert gif.size == (LONGEST_SIDE, 27)
        assert MOST_PICTURES // 3 < gif.n_frames <= MOST_PICTURES
        lasting = 0
        for number in range(gif.n_frames):
            gif.seek(number)
            lasting += gif.info["duration"]
    assert lasting == pytest.approx(48_000, rel=0.02)


def test_the_clip_can_be_played_and_has_every_frame(clip, out):
    run(clip, Task(out, 0.5, ScanAreas(AREA), video=True, masks=None, table=False))
    (path,) = out.iterdir()
    assert path.suffix == best_codec().suffix
    assert count_frames(path) == 50


@pytest.mark.parametrize("rate", [1000 / 15, 1000 / 7, 90.00311, 23.976, 1 / 3])
def test_a_clip_of_any_rate_is_written(tmp_path, rate):
    writer = ClipWriter(tmp_path / "clip.mp4", rate)
    for number in range(5):
        writer.write(np.full((48, 64, 3), 40 * number, np.uint8))
    writer.finish()
    assert count_frames(writer.path) == 5
    assert cv2.VideoCapture(str(writer.path)).get(cv2.CAP_PROP_FPS) == pytest.approx(rate, rel=2e-3)


def test_codecs_are_tried_and_not_believed():
    assert not works(Codec("none", ".mp4", "????"))
    assert works(Codec("Motion JPEG (AVI)", ".avi", "MJPG"))
    assert best_codec() in CODECS


def test_stopping_keeps_whole_files_of_what_is_done(clip, out):
    done = []
    task = Task(out, 0.5, ScanAreas(AREA), video=True, gif=True)
    count = run(clip, task, progress=lambda number, of: done.append((number, of)), stopped=lambda: len(done) == 7)
    assert count == 7
    assert done == [(number, 50) for number in range(1, 8)]
    assert len(rows_of(out)) == len(list(out.glob("*.png"))) == 7
    assert count_frames(out / "overlay.mp4") == 7
    assert (out / "overlay.gif").exists()
    assert not list(out.glob(".part*"))


def test_a_disk_that_is_nearly_full_stops_it_and_what_is_there_is_whole(clip, out, monkeypatch):
    looks = []

    def check(folder, reserve):
        looks.append(folder)
        if len(looks) > 1:
            raise OSError(None, "the disk is nearly full, 3 MB are free")

    monkeypatch.setattr(export_module, "check_room", check)
    monkeypatch.setattr(export_module, "LOOK_AT_DISK", 10)
    with pytest.raises(OutputError, match="nearly full"):
        run(clip, Task(out, 0.5, ScanAreas(AREA), video=True))
    assert len(rows_of(out)) == len(list(out.glob("*.png"))) == 10
    assert count_frames(out / "overlay.mp4") == 10


def test_a_disk_that_is_full_keeps_masks_pictures_and_rows_of_the_same_frames(clip, small_disk):
    (small_disk / "taken").write_bytes(bytes(950_000))
    out = small_disk / "out"
    with pytest.raises(OutputError, match="No space left"):
        run(clip, Task(out, 0.5, ScanAreas(AREA), pictures="raw"))
    rows = [int(row["frame"]) for row in rows_of(out)]
    masks = [int(path.stem) for path in sorted(out.glob("*.png"))]
    assert 0 < len(rows) < 50
    assert rows == list(range(len(rows)))
    assert masks in (rows, [*rows, len(rows)])
    assert all(picture(path) is not None for path in out.rglob("*.png"))
    assert not list(out.rglob(".part*"))


def test_a_clip_is_not_begun_where_its_end_would_find_no_room(clip, small_disk):
    with pytest.raises(OutputError, match="nearly full"):
        run(clip, Task(small_disk / "out", 0.5, ScanAreas(AREA), video=True))
    assert not list((small_disk / "out").iterdir())


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no such limit here")
def test_a_file_that_the_system_refuses_keeps_the_rows_before_it_whole(clip, out):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OutputError, match=r"predictions\.csv cannot be written"):
            run(clip, Task(out, 0.5, ScanAreas(AREA), masks=None))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    rows = rows_of(out)
    assert 5 < len(rows) < 50
    assert [row["frame"] for row in rows] == [str(number) for number in range(len(rows))]
    assert all(row["ms"] for row in rows)
    assert [path.name for path in out.iterdir()] == ["predictions.csv"]


def test_a_clip_without_its_end_is_not_kept(tmp_path):
    writer = ClipWriter(tmp_path / "clip.mp4", 25.0)
    for number in range(20):
        writer.write(np.full((120, 160, 3), number, np.uint8))
    # As on a full disk: what was written does not stay.
    beside = tmp_path / ".part-clip.mp4"
    writer._writer.release()
    os.truncate(beside, 40)
    with pytest.raises(OSError, match="full"):
        writer.finish()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_a_crews_answers_are_those_of_one_engine_bit_by_bit(engine):
    bundle = find("default")
    rng = np.random.default_rng(4)
    inputs = [rng.random((1, bundle.size, bundle.size, 1), dtype=np.float32) for _ in range(8)]
    one, crew = open_engine(engine, bundle), open_crew(engine, bundle)
    expected = [one.predict(picture) for picture in inputs]
    found: dict[int, object] = {}

    def predict(numbers):
        for number in numbers:
            with crew.lend() as lent:
                found[number] = lent.predict(inputs[number])

    threads = [threading.Thread(target=predict, args=(range(start, 8, 3),)) for start in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one.close()
    crew.close()
    assert all(np.array_equal(found[number], expected[number]) for number in range(8))


# In a thread of its own


def exporter_of(source, out, engine, **task):
    made = Exporter(source, "model", "blob", Task(out, 0.5, **task), lambda name, bundle: engine, bundle_of)
    made.start()
    return made


def test_an_exporter_says_where_the_files_are_and_lets_everything_go(clip, out):
    engine = BlobEngine()
    exporter = exporter_of(clip, out, engine, areas=ScanAreas(AREA))
    assert exporter.join(WAIT_S)
    ended = exporter.ended
    assert ended.whole
    assert ended.frames == exporter.done == exporter.total == 50
    assert ended.text == f"50 frames are exported to {ended.folder}."
    assert len(rows_of(ended.folder)) == 50
    assert engine.closed


def test_an_exporter_that_is_stopped_says_what_is_kept(out):
    engine, source = BlobEngine(), Clip(40)
    engine.gate.clear()
    exporter = exporter_of(source, out, engine)
    assert engine.entered.acquire(timeout=WAIT_S)
    exporter.stop()
    engine.gate.set()
    assert exporter.join(WAIT_S)
    assert "stopped after 1 of 40 frames" in exporter.ended.text
    assert "is kept in" in exporter.ended.text
    assert not exporter.ended.whole
    assert len(rows_of(exporter.ended.folder)) == 1


def test_an_engine_that_fails_is_a_sentence_and_keeps_what_was_done(out):
    engine, source = BlobEngine(), Clip(40)
    predict = engine.predict

    def fail_at_third(inputs):
        if inputs.mean() * 255 > source.first + 1.5:
            raise EngineError("The engine stopped: choose another one.")
        return predict(inputs)

    engine.predict = fail_at_third
    exporter = exporter_of(source, out, engine)
    assert exporter.join(WAIT_S)
    assert exporter.ended.text.startswith("The engine stopped: choose another one. What was finished until then")
    assert exporter.ended.frames == 2


def test_an_exporter_says_that_the_scan_area_lies_outside(clip, out):
    exporter = exporter_of(clip, out, BlobEngine(), areas=ScanAreas(Rect(600, 600, 10, 10)))
    assert exporter.join(WAIT_S)
    assert "outside the 240 x 160 pixels of clip.avi" in exporter.ended.text
    assert (exporter.ended.whole, exporter.ended.frames) == (False, 0)
