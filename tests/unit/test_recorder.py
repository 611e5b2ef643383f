import csv
import json
import os
import signal
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest

from app import __version__
from app.capture.matroska import read_index
from app.capture.recorded import CLIP, MASKS
from app.capture.source import Frame
from app.errors import OutputError
from app.pipeline.recorder import Recorder
from app.pipeline.recording import ABOUT, FRAMES, NAME, TINT, MadeBy, encode
from app.pipeline.table import COLUMNS, TABLE
from app.pipeline.types import Prediction, Rect
from model.postprocess import find_region, to_mask
from model.preprocess import to_grey
from tests.media import read_all
from tests.pipeline_parts import WAIT_S, await_true

ROOT = Path(__file__).resolve().parents[2]
AREA = Rect(10, 20, 80, 60)
MADE = MadeBy("default", "0123456789ab", "onnxruntime", 0.5)


def frame_of(number, colour=False, seconds=0.04):
    """Noise; outside the scan area stands what must never be written."""
    noise = np.random.default_rng(number)
    pixels = noise.integers(0, 200, (100, 120, 3) if colour else (100, 120), np.uint8)
    pixels[:20] = 255
    pixels.flags.writeable = False
    return Frame(pixels, number, 1000.0 + number * seconds)


def prediction_of(frame, area=AREA, side=40):
    y, x = np.indices((256, 256))
    disc = (abs(x - 128) < side) & (abs(y - 100) < side)
    probability = np.where(disc, np.float32(0.9), np.float32(0.1))
    region = find_region(probability, (area.height, area.width), 0.5)
    return Prediction(1, frame.number, frame.captured, area, probability[None], (region,), {"network": 12.5})


@pytest.fixture
def root(tmp_path):
    return tmp_path / "recordings"


@pytest.fixture
def recorder(root):
    made = Recorder(lambda: root, reserve_bytes=0, queue=1000)
    made.start()
    yield made
    made.stop()
    assert made.join(WAIT_S)


def record(recorder, numbers, area=AREA, **kinds):
    frames = [frame_of(number, **kinds) for number in numbers]
    for frame in frames:
        recorder.offer(frame, area)
        recorder.predicted(prediction_of(frame, area), MADE)
    return frames


def settle(recorder):
    """Waits until the recorder has done all that it was given."""
    done = threading.Event()
    recorder._order(done.set)
    assert done.wait(WAIT_S)


def finished(recorder):
    recorder.stop_recording()
    await_true(lambda: recorder.state.ended is not None, "the recording's end")
    return recorder.state.ended


def rows(path):
    return list(csv.DictReader(path.read_text(encoding="ascii").splitlines()))


def about(folder):
    return json.loads((folder / ABOUT).read_text())


def test_nothing_is_written_until_it_is_switched_on(recorder, root):
    recorder.set_ring(30)
    record(recorder, range(5))
    await_true(lambda: recorder.state.ring_seconds == pytest.approx(0.16))
    assert not root.exists()
    assert not recorder.state.recording


@pytest.mark.parametrize("colour", [False, True])
def test_the_scan_area_alone_is_recorded_bit_by_bit_at_its_own_times(recorder, root, colour):
    recorder.start_recording()
    frames = record(recorder, (0, 1, 2, 5, 6), colour=colour)
    ended = finished(recorder)
    found = read_all(ended.folder)
    assert [picture.time_s for picture in found] == pytest.approx([0, 0.04, 0.08, 0.2, 0.24], abs=1e-6)
    for picture, frame in zip(found, frames, strict=True):
        assert np.array_equal(picture.pixels, AREA.cut(frame.pixels))
    assert [row["source_frame"] for row in rows(ended.folder / FRAMES)] == ["0", "1", "2", "5", "6"]
    assert (ended.problem, ended.dropped, ended.seconds) == ("", 0, pytest.approx(0.24))
    assert NAME.fullmatch(ended.folder.name)
    assert list(root.iterdir()) == [ended.folder]


def test_grey_in_three_channels_is_recorded_as_grey(root):
    grey = frame_of(1)
    colour = Frame(cv2.cvtColor(grey.pixels, cv2.COLOR_GRAY2BGR), 1, 0.0)
    assert encode(colour, AREA).png == encode(grey, AREA).png


@pytest.mark.parametrize("tint", [TINT, TINT + 1])
def test_a_tint_that_nobody_sees_is_not_recorded_and_the_model_sees_the_same(tint):
    tinted = cv2.cvtColor(np.minimum(frame_of(1).pixels, 250), cv2.COLOR_GRAY2BGR)
    tinted[50:60, 50:60, 2] += tint
    shot = encode(Frame(tinted, 1, 0.0), AREA)
    recorded = cv2.imdecode(np.frombuffer(shot.png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(to_grey(recorded), to_grey(AREA.cut(tinted)))
    assert (recorded.ndim == 2) is (tint == TINT)
    assert recorded.ndim == 2 or np.array_equal(recorded, AREA.cut(tinted))


def test_masks_and_table_lie_beside_it_with_what_they_come_from(recorder):
    recorder.start_recording()
    frames = [frame_of(number) for number in range(4)]
    for frame in frames:
        recorder.offer(frame, AREA)
    recorder.predicted(prediction_of(frames[1]), MADE)
    recorder.predicted(prediction_of(frames[1], side=20), MADE)  # The same frame once more: the first answer stays.
    recorder.predicted(prediction_of(frames[3], side=1), MadeBy("other", "ff", "openvino", 0.4))
    recorder.predicted(prediction_of(frame_of(9)), MADE)  # Of no recorded frame.
    folder = finished(recorder).folder

    found = rows(folder / TABLE)
    assert tuple(found[0]) == COLUMNS
    assert [(row["frame"], row["time_s"], row["found"]) for row in found] == [("1", "0.040", "1"), ("3", "0.120", "0")]
    mask = to_mask(prediction_of(frames[1]).probability[0], (60, 80), 0.5)
    assert int(found[0]["area_px"]) == mask.sum() > 100
    assert [found[0][name] for name in ("scan_x", "scan_y", "scan_w", "scan_h")] == ["0", "0", "80", "60"]
    assert float(found[0]["centre_y"]) == pytest.approx(60 * 100 / 256, abs=1)

    with (folder / MASKS).open("rb") as stream:
        index = read_index(stream)
        assert [one.time_s for one in index] == pytest.approx([0.04, 0.12], abs=1e-6)
        stream.seek(index[0].offset)
        stored = cv2.imdecode(np.frombuffer(stream.read(index[0].length), np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(stored, mask * np.uint8(255))

    content = about(folder)
    assert content["program"] == f"SonoBlock {__version__}"
    assert content["scan_area"] == {"width": 80, "height": 60}
    assert (content["frames"], content["predictions"], content["dropped"]) == (4, 2, 0)
    assert content["ended"] == "by the user"
    assert [(one["from_s"], one["model"], one["hash"], one["engine"], one["threshold"]) for one in
            content["predictions_by"]] == [
        (pytest.approx(0.04), "default", "0123456789ab", "onnxruntime", 0.5),
        (pytest.approx(0.12), "other", "ff", "openvino", 0.4),
    ]  # fmt: skip


def test_the_last_seconds_are_saved_from_memory_with_their_masks(recorder, root):
    recorder.set_ring(0.4)
    frames = record(recorder, range(30))
    settle(recorder)
    saved = recorder.save_ring()
    found = read_all(saved.folder)
    assert len(found) == 11
    for picture, frame in zip(found, frames[-11:], strict=True):
        assert np.array_equal(picture.pixels, AREA.cut(frame.pixels))
    assert [row["frame"] for row in rows(saved.folder / TABLE)] == [str(number) for number in range(11)]
    assert not recorder.state.recording
    assert recorder.state.ring_seconds == pytest.approx(0.4)


def test_memory_stays_within_its_bound(recorder):
    size = encode(frame_of(0), AREA).bytes
    recorder.set_ring(1000, size * 7)
    record(recorder, range(40))
    settle(recorder)
    assert size * 5 < recorder.state.ring_bytes <= size * 7
    recorder.set_ring(0)
    assert (recorder.state.ring_seconds, recorder.state.ring_bytes) == (0.0, 0)
    with pytest.raises(OutputError, match="nothing in memory"):
        recorder.save_ring()


def test_frames_that_were_not_shown_are_recorded_but_are_not_of_the_last_seconds(recorder):
    recorder.set_ring(30)
    recorder.start_recording()
    for number in range(6):
        recorder.offer(frame_of(number), AREA, shown=number < 3)
    assert len(read_all(finished(recorder).folder)) == 6
    assert len(read_all(recorder.save_ring().folder)) == 3


def test_another_scan_area_begins_a_new_clip_and_forgets_the_last_seconds(recorder, root):
    recorder.set_ring(30)
    recorder.start_recording()
    record(recorder, range(3))
    record(recorder, range(3, 5), Rect(0, 0, 50, 40))
    finished(recorder)
    await_true(lambda: sum(about(file.parent)["ended"] is not None for file in root.glob(f"*/{ABOUT}")) == 2)
    clips = sorted(root.iterdir(), key=lambda folder: (folder.name[:19], len(folder.name)))
    assert [len(read_all(folder)) for folder in clips] == [3, 2]
    assert [picture.pixels.shape for picture in read_all(clips[1])] == [(40, 50)] * 2
    assert len(read_all(recorder.save_ring().folder)) == 2


def test_another_source_ends_it_and_says_so(recorder):
    recorder.set_ring(30)
    recorder.start_recording()
    record(recorder, range(3))
    recorder.source_changed()
    await_true(lambda: recorder.state.ended is not None)
    assert recorder.state.ended.problem == (
        "Recording stopped: another source was opened. What was recorded until then is kept."
    )
    assert not recorder.state.recording
    assert recorder.state.ring_seconds == 0
    assert len(read_all(recorder.state.ended.folder)) == 3


def test_a_recording_begun_at_once_after_the_last_one_is_another_one(recorder, root):
    for begin in (0, 10, 20):
        recorder.start_recording()
        record(recorder, range(begin, begin + 3))
        recorder.stop_recording()
    settle(recorder)
    recorder.stop()
    assert recorder.join(WAIT_S)
    assert [len(read_all(folder)) for folder in root.iterdir()] == [3, 3, 3]


@pytest.mark.parametrize("bound", ["frames", "bytes"])
def test_a_full_queue_drops_and_counts_and_holds_nobody_up(root, monkeypatch, bound):
    gate, entered = threading.Event(), threading.Event()

    def held_up(*arguments):
        entered.set()
        assert gate.wait(WAIT_S)
        return encode(*arguments)

    monkeypatch.setattr("app.pipeline.recorder.encode", held_up)
    size = frame_of(0).pixels.nbytes
    bounds = {"queue": 4} if bound == "frames" else {"queue_bytes": 5 * size - 1}
    recorder = Recorder(lambda: root, reserve_bytes=0, **bounds)
    recorder.start()
    recorder.start_recording()
    recorder.offer(frame_of(0), AREA)
    assert entered.wait(WAIT_S)
    for number in range(1, 11):
        recorder.offer(frame_of(number), AREA)  # Returns, though nothing moves.
    assert recorder.state.dropped == 6
    gate.set()
    ended = finished(recorder)
    assert len(read_all(ended.folder)) == 5
    assert ended.dropped == about(ended.folder)["dropped"] == 6
    recorder.stop()
    assert recorder.join(WAIT_S)


def test_what_the_recorder_trips_over_ends_the_recording_and_not_the_thread(recorder):
    recorder.start_recording()
    record(recorder, range(3))
    recorder.offer(Frame(np.zeros(9, np.uint8), 3, 2000.0), AREA)
    await_true(lambda: recorder.state.ended is not None)
    assert "the recorder failed (IndexError)" in recorder.state.ended.problem
    assert len(read_all(recorder.state.ended.folder)) == 3
    recorder.start_recording()
    record(recorder, range(4, 6))
    recorder.stop_recording()
    await_true(lambda: not recorder.state.ended.problem)


def test_a_recording_whose_first_frame_cannot_be_recorded_is_off_and_says_so(recorder, root):
    recorder.start_recording()
    recorder.offer(Frame(np.zeros(9, np.uint8), 0, 2000.0), AREA)
    await_true(lambda: recorder.state.ended is not None)
    assert recorder.state.ended.problem == "Recording could not begin: the recorder failed (IndexError)."
    assert not recorder.state.recording
    assert not root.exists()


def test_a_frame_that_comes_while_a_recording_ends_begins_no_other_one(recorder, root, monkeypatch):
    recorder.start_recording()
    record(recorder, range(3))
    put, ending = recorder._put, threading.Thread(target=recorder.stop_recording)

    def put_late(*arguments):
        ending.start()
        ending.join(0.2)  # As long as it takes where nothing holds it up.
        put(*arguments)

    monkeypatch.setattr(recorder, "_put", put_late)
    recorder.offer(frame_of(3), AREA)
    ending.join(WAIT_S)
    settle(recorder)
    recorder.stop()
    assert recorder.join(WAIT_S)
    assert [len(read_all(folder)) for folder in root.iterdir()] == [4]


# Full disks


def test_a_full_disk_stops_the_recording_keeps_what_is_there_and_says_so(small_disk):
    recorder = Recorder(lambda: small_disk / "recordings", reserve_bytes=0, queue=10_000)
    recorder.start()
    recorder.start_recording()
    frames = record(recorder, range(300))
    await_true(lambda: recorder.state.ended is not None)
    ended = recorder.state.ended
    assert ended.problem == (
        "Recording stopped: no space left on device. What was recorded until then is kept. "
        "Free some space, then record again."
    )
    assert not recorder.state.recording
    recorder.stop()
    assert recorder.join(WAIT_S)
    assert len(list(ended.folder.parent.iterdir())) == 1  # What was waiting did not begin another one.
    found = read_all(ended.folder)
    assert 100 < len(found) < 300
    for picture, frame in zip(found, frames, strict=False):
        assert np.array_equal(picture.pixels, AREA.cut(frame.pixels))
    assert about(ended.folder)["scan_area"] == {"width": 80, "height": 60}


def test_a_disk_that_refuses_stops_the_recording_at_the_last_whole_frame(recorder, monkeypatch):
    """The same where no file system can be mounted: the system's own words, in the middle of a frame."""
    recorder.start_recording()
    record(recorder, range(3))
    settle(recorder)
    stream = recorder._writer._clip._stream
    full = threading.Event()

    class Full:
        def write(self, data):
            if full.is_set():
                raise OSError(28, "No space left on device")
            full.set()
            return stream.write(data[:100])

        def __getattr__(self, name):
            return getattr(stream, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            full.clear()
            stream.close()

    recorder._writer._clip._stream = Full()
    record(recorder, range(3, 6))
    await_true(lambda: recorder.state.ended is not None)
    assert "no space left on device" in recorder.state.ended.problem
    assert len(read_all(recorder.state.ended.folder)) == 3


def test_a_disk_that_is_nearly_full_is_not_filled_up(root):
    recorder = Recorder(lambda: root, reserve_bytes=1 << 60)
    recorder.start()
    recorder.set_ring(30)
    recorder.start_recording()
    record(recorder, range(2))
    await_true(lambda: recorder.state.ended is not None)
    assert "the disk is nearly full" in recorder.state.ended.problem
    assert not recorder.state.recording
    with pytest.raises(OutputError, match="the disk is nearly full"):
        recorder.save_ring()
    assert list(root.iterdir()) == []
    recorder.stop()
    assert recorder.join(WAIT_S)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    recorder = Recorder(lambda: tmp_path / "file" / "recordings", reserve_bytes=0)
    recorder.start()
    recorder.start_recording()
    record(recorder, range(2))
    await_true(lambda: recorder.state.ended is not None)
    assert recorder.state.ended.folder is None
    assert "cannot be written" in recorder.state.ended.problem
    assert not recorder.state.recording
    recorder.stop()
    assert recorder.join(WAIT_S)


# The end of the program

KILLED = """
import sys
from pathlib import Path
from app.pipeline.recorder import Recorder
from tests.unit.test_recorder import AREA, MADE, frame_of, prediction_of

recorder = Recorder(lambda: Path(sys.argv[1]), reserve_bytes=0)
recorder.start()
recorder.start_recording()
for number in range(100_000):
    while recorder._waiting > 10:
        pass
    frame = frame_of(number)
    recorder.offer(frame, AREA)
    recorder.predicted(prediction_of(frame), MADE)
    if recorder.state.seconds > 2:
        print("enough", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_recording_whose_program_was_killed_can_be_played(root):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(root)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "enough\n"
        process.send_signal(signal.SIGKILL)
    (folder,) = root.iterdir()
    found = read_all(folder)
    assert len(found) > 50
    for number, picture in enumerate(found):
        assert np.array_equal(picture.pixels, AREA.cut(frame_of(number).pixels))
    assert about(folder)["ended"] is None
    assert about(folder)["predictions_by"][0]["hash"] == MADE.hash
    assert len(found) - 1 <= len(rows(folder / FRAMES)) <= len(found)
    assert len(rows(folder / TABLE)) > 40
    ordinary = cv2.VideoCapture(str(folder / CLIP))
    assert ordinary.read()[0]
    ordinary.release()


def test_the_version_that_is_written_is_the_projects():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert __version__ == project["version"]


def test_stopping_closes_the_recording(recorder):
    recorder.start_recording()
    record(recorder, range(3))
    recorder.stop()
    assert recorder.join(WAIT_S)
    assert about(recorder.state.ended.folder)["ended"] == "by the user"
