"""Real sources through the real pipeline and the shipped model, and what happens when they are broken."""

import csv
import threading

import cv2
import pytest

from app.__main__ import main
from app.capture.camera import Camera
from app.capture.words import parse
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import ModelChanged, SourceState
from model.data.folder import find_pairs, read_mask
from model.metrics import overlap
from tests.media import MjpegServer, cut, forbidden, needs, wait_for, write_video


class Run:
    """A pipeline with the shipped model, and what it reported."""

    def __init__(self):
        self.events = []
        self._lock = threading.Lock()
        self.pipeline = Pipeline(self._keep)
        self.pipeline.start()
        self.pipeline.set_model("default", "onnxruntime")

    def _keep(self, event):
        with self._lock:
            self.events.append(event)

    def states(self):
        with self._lock:
            return [event.state for event in self.events if not isinstance(event, ModelChanged)]


@pytest.fixture
def run():
    made = Run()
    yield made
    made.pipeline.close()


@needs("ffmpeg")
def test_a_stream_that_stops_is_said_and_comes_back_by_itself(run):
    with MjpegServer((320, 240)) as server:
        run.pipeline.set_source(Camera(server.url))
        wait_for(lambda: run.pipeline.predictions.latest() is not None, 30)
        server.stop()
        wait_for(lambda: SourceState.NO_SIGNAL in run.states(), 30)
        assert run.pipeline.frames.latest() is not None
        before = run.pipeline.frames.latest()
        server.start()
        wait_for(lambda: run.pipeline.frames.latest() is not before, 30)
        wait_for(lambda: run.states()[-1] is SourceState.RUNNING, 30)
    lost = next(event for event in run.events if getattr(event, "state", None) is SourceState.NO_SIGNAL)
    assert "gives no more pictures" in lost.reason
    assert lost.retry_s == 0.5


def test_a_folder_of_real_pictures_is_annotated_as_the_model_was_measured(tmp_path, data_folder):
    assert main(["annotate", str(data_folder / "images"), "--out", str(tmp_path), "--limit", "12"]) == 0
    pairs = find_pairs(data_folder)[:12]
    masks = [read_mask(tmp_path / f"{number:06}.png") for number in range(12)]
    assert overlap(masks, [read_mask(pair.mask) for pair in pairs]).accuracy > 0.7
    with (tmp_path / "predictions.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["frame"] for row in rows] == [str(number) for number in range(12)]
    assert sum(row["found"] == "1" for row in rows) >= 11


def test_a_video_of_real_pictures_gets_its_overlay(tmp_path, data_folder, run):
    pictures = [cv2.resize(cv2.imread(str(pair.image)), (640, 336)) for pair in find_pairs(data_folder)[:5]]
    writer = cv2.VideoWriter(str(tmp_path / "real.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 5, (640, 336))
    for picture in pictures:
        writer.write(picture)
    writer.release()
    run.pipeline.set_source(parse(str(tmp_path / "real.avi")))

    def found():
        prediction = run.pipeline.predictions.latest()
        return prediction is not None and prediction.region is not None

    wait_for(found, 30)
    region = run.pipeline.predictions.latest().region
    assert 0.003 * 640 * 336 < region.area_px < 0.1 * 640 * 336
    assert region.confidence > 0.5


def broken(kind, folder):
    """A source word that cannot work, and what its message must name."""
    if kind == "missing":
        return str(folder / "not-there.mp4")
    if kind == "empty file":
        (folder / "clip.mp4").touch()
        return str(folder / "clip.mp4")
    if kind == "wrong type":
        (folder / "clip.mp4").write_text("no video", encoding="utf-8")
        return str(folder / "clip.mp4")
    if kind == "truncated video":
        from tests.media import encode_video

        return str(cut(encode_video(folder / "clip.mp4", "-c:v", "mpeg4"), 0.5))
    if kind == "zero frames":
        return str(cut(write_video(folder / "clip.avi"), 0.02))
    if kind == "empty folder":
        (folder / "clip").mkdir()
        return str(folder / "clip")
    if kind == "folder of damaged pictures":
        (folder / "clip").mkdir()
        (folder / "clip" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
        return str(folder / "clip")
    if kind == "damaged picture":
        (folder / "clip.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
        return str(folder / "clip.png")
    return {"bad screen": "screen:1,2,3", "bad camera": "camera:front", "bad address": "igtl://clip"}[kind]


BROKEN = [
    "missing",
    "empty file",
    "wrong type",
    pytest.param("truncated video", marks=needs("ffmpeg")),
    "zero frames",
    "empty folder",
    "folder of damaged pictures",
    "damaged picture",
    "bad screen",
    "bad camera",
    "bad address",
]


@pytest.mark.parametrize("command", ["window", "annotate", "bench"])
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_source_is_one_line_that_names_it_and_exit_status_2(kind, command, tmp_path, capfd):
    word = broken(kind, tmp_path)
    extra = {"window": [], "annotate": ["--out", str(tmp_path / "out")], "bench": ["--seconds", "1"]}[command]
    arguments = [word, *extra] if command == "window" else [command, word, *extra]
    assert main(arguments) == 2
    lines = capfd.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("sonoblock: ")
    assert word.split("/")[-1] in lines[0]


def test_an_unreadable_file_is_one_line_and_exit_status_2(tmp_path, capfd):
    path = write_video(tmp_path / "clip.avi")
    with forbidden(path):
        assert main(["annotate", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "clip.avi may not be read" in capfd.readouterr().err
