"""What the pipeline hands over before it publishes, and the slot's telling."""

import threading

from app.pipeline.pipeline import Pipeline
from app.pipeline.slot import Slot
from tests.pipeline_parts import BlobEngine, Clip, Listener, await_true, bundle_of


def test_a_slot_tells_who_watches_after_each_item_and_in_the_thread_that_puts():
    slot, told = Slot(), []
    slot.watch(lambda: told.append((slot.latest(), threading.current_thread().name)))
    thread = threading.Thread(target=lambda: slot.put(1), name="putting")
    thread.start()
    thread.join()
    assert told == [(1, "putting")]
    slot.clear()
    slot.watch(None)
    slot.put(2)
    assert told == [(1, "putting")]


def test_frames_and_predictions_are_handed_over_before_they_are_published():
    pipeline = Pipeline(Listener(), lambda *_: BlobEngine("blob"), bundle_of)
    frames, predictions, early = [], [], []

    def frame(one):
        early.append(pipeline.frames.latest() is not one)
        frames.append((one, threading.current_thread().name))

    def prediction(one):
        early.append(pipeline.predictions.latest() is not one)
        predictions.append((one, threading.current_thread().name))

    pipeline.prepare, pipeline.prepare_overlay = frame, prediction
    pipeline.start()
    try:
        pipeline.set_model("blob", "blob")
        pipeline.set_source(Clip(20, rate=50))
        await_true(lambda: len(predictions) > 3, "predictions")
        pipeline.set_frozen(True)
        await_true(lambda: frames[-1][0] is pipeline.frames.latest(), "the last frame before")
        before, total = len(frames), pipeline.statistics.snapshot().totals.grabbed
        await_true(lambda: pipeline.statistics.snapshot().totals.grabbed > total + 3, "frames that are not shown")
        assert len(frames) <= before + 1  # One may have been on its way.
    finally:
        pipeline.close()
    assert all(early)
    assert {name for _, name in frames} == {"grab REPLAY"}
    assert {name for _, name in predictions} == {"segmentation"}
