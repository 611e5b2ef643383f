"""The phantom through the real pipeline and the shipped model, recorded, and played again."""

import csv
import json

import numpy as np
import pytest

from app.capture.phantom import Phantom
from app.capture.recorded import MASKS
from app.capture.source import Frame
from app.capture.words import parse
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import ModelChanged, Rect, SourceChanged, SourceState
from app.pipeline.worker import Job, predict
from model.bundle import find
from model.engines.choice import open_engine
from model.novelty import Novelty
from model.postprocess import to_mask
from tests.media import read_all
from tests.pipeline_parts import Listener, await_true, pipeline_threads

AREA = Rect(40, 20, 520, 300)
PREDICTIONS = 10


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def pipeline(listener):
    made = Pipeline(listener)
    made.set_temporal_filter(False)  # So that each mask stands for its own frame.
    made.start()
    made.set_model("default", "onnxruntime")
    listener.wait_for(lambda event: isinstance(event, ModelChanged) and event.ready)
    yield made
    made.close()
    assert not pipeline_threads()


def record(pipeline):
    pipeline.set_source(Phantom(), AREA)
    await_true(lambda: pipeline.predictions.latest() is not None, "a prediction")
    recorder = pipeline.recorder
    recorder.start_recording()
    seen = set()

    def enough():
        if (prediction := pipeline.predictions.latest()) is not None:
            seen.add(prediction.captured)
        return len(seen) > PREDICTIONS

    await_true(enough, "predictions")
    recorder.stop_recording()
    await_true(lambda: recorder.state.ended is not None, "the recording's end")
    return recorder.state.ended.folder


def test_a_recording_played_again_gives_the_same_masks(pipeline, listener):
    folder = record(pipeline)
    pictures, masks = read_all(folder), read_all(folder / MASKS)
    assert {picture.pixels.shape for picture in pictures} == {(300, 520)}
    rows = list(csv.DictReader((folder / "predictions.csv").read_text().splitlines()))
    assert len(rows) == len(masks) >= PREDICTIONS - 2

    # The recorded pictures are the phantom's own, bit by bit.
    phantom = Phantom()
    phantom.open()
    frames = list(csv.DictReader((folder / "frames.csv").read_text().splitlines()))
    for row, picture in list(zip(frames, pictures, strict=True))[::7]:
        phantom.seek(int(row["source_frame"]))
        assert np.array_equal(picture.pixels, AREA.cut(phantom.read().pixels))
    phantom.close()

    # Its overlay is recomputed from them alone, with the model that the recording names.
    (by,) = json.loads((folder / "recording.json").read_text())["predictions_by"]
    bundle = find(by["model"])
    assert bundle.hash == by["hash"]
    engine, novelty = open_engine(by["engine"], bundle), Novelty.of(bundle)
    job = Job(0, Rect(0, 0, 520, 300), by["threshold"])
    for row, mask in zip(rows, masks, strict=True):
        frame = Frame(pictures[int(row["frame"])].pixels, 0, 0.0)
        again = to_mask(predict(frame, job, engine, novelty).probability[0], (300, 520), by["threshold"])
        assert np.array_equal(mask.pixels, again * np.uint8(255))
        assert int(row["area_px"]) == again.sum() > 0
    engine.close()

    # And the pipeline plays it as any other recording.
    pipeline.set_source(parse(str(folder)))
    listener.wait_for(lambda event: isinstance(event, SourceChanged) and event.state is SourceState.RUNNING, 2)
    await_true(lambda: (found := pipeline.predictions.latest()) is not None and found.region is not None, "an overlay")


def test_the_last_seconds_are_those_of_the_present_source_and_scan_area(pipeline):
    pipeline.recorder.set_ring(30)
    pipeline.set_source(Phantom(), AREA)
    await_true(lambda: pipeline.recorder.state.ring_seconds > 0.3, "pictures in memory")
    pipeline.set_scan_area(Rect(0, 0, 200, 200))
    await_true(lambda: pipeline.recorder._area == Rect(0, 0, 200, 200), "other pictures in memory")
    await_true(lambda: pipeline.recorder.state.ring_seconds > 0.3, "more of them")
    folder = pipeline.recorder.save_ring().folder
    assert {picture.pixels.shape for picture in read_all(folder)} == {(200, 200)}
    pipeline.set_source(None)
    await_true(lambda: pipeline.recorder.state.ring_bytes == 0, "nothing in memory")


def test_a_frozen_picture_does_not_hold_up_the_recording(pipeline):
    pipeline.recorder.set_ring(30)
    pipeline.set_source(Phantom(), AREA)
    await_true(lambda: pipeline.recorder.state.ring_seconds > 0.1, "pictures in memory")
    pipeline.set_frozen(True)
    pipeline.recorder.start_recording()
    await_true(lambda: pipeline.recorder.state.seconds > 0.3, "a recording")
    held = pipeline.recorder.state.ring_bytes
    seconds = pipeline.recorder.state.seconds
    await_true(lambda: pipeline.recorder.state.seconds > seconds + 0.2, "more of it")
    assert pipeline.recorder.state.ring_bytes == held
