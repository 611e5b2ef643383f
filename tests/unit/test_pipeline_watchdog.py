"""An engine that hangs: the overlay goes, another worker comes, and the hung one may answer when it likes."""

import pytest

from app.pipeline import worker as workers
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import ModelChanged
from app.pipeline.watchdog import MANY, MANY_S, Stalls, Watchdog
from app.pipeline.worker import Call
from tests.pipeline_parts import BlobEngine, Clip, Listener, await_true, bundle_of, pipeline_threads


class Engines:
    """Opens an engine for each name, one after the other; the last one again and again."""

    def __init__(self, **engines):
        self.engines = engines
        self.opened = []

    def __call__(self, name, bundle):
        row = self.engines[name]
        self.opened.append(name)
        return row.pop(0) if len(row) > 1 else row[0]


def hanging():
    engine = BlobEngine("blob")
    engine.gate.clear()
    return engine


def not_ready(event):
    return isinstance(event, ModelChanged) and not event.ready and "being loaded" not in event.reason


def ready(event):
    return isinstance(event, ModelChanged) and event.ready


@pytest.fixture
def make(monkeypatch):
    """Makes a pipeline whose engines count as hung after a moment, and lets go of all of them in the end."""
    monkeypatch.setattr(workers, "PREDICTING_S", 0.3)
    made, held = [], []

    def start(**engines):
        listener = Listener()
        pipeline = Pipeline(listener, Engines(**engines), bundle_of)
        made.append(pipeline)
        held.extend(engine for row in engines.values() for engine in row)
        pipeline.start()
        pipeline.set_source(Clip(200))
        return pipeline, listener

    yield start
    for engine in held:
        engine.gate.set()
    for pipeline in made:
        pipeline.close()
    await_true(lambda: pipeline_threads() == [], "every worker to end")


def test_an_engine_that_hangs_takes_the_overlay_away_and_is_started_again(make):
    first, second = BlobEngine("blob"), BlobEngine("blob")
    pipeline, listener = make(blob=[first, second])
    pipeline.set_model("m", "blob")
    await_true(lambda: pipeline.predictions.latest() is not None)
    first.gate.clear()
    event = listener.wait_for(not_ready)
    assert event.reason == "The engine blob has not answered for 0 s: no overlay. It is being started again."
    assert event.again
    listener.wait_for(ready, 2)
    await_true(lambda: second.seen, "the new worker")
    await_true(lambda: pipeline.predictions.latest() is not None, "its predictions")


def test_nothing_of_the_hung_call_is_seen_when_it_ends_after_all(make):
    first, second = hanging(), hanging()
    pipeline, listener = make(blob=[first, second])
    pipeline.set_model("m", "blob")
    listener.wait_for(ready, 2)
    first.failure = RuntimeError("too late")
    first.gate.set()
    await_true(lambda: first.closed, "the hung worker to end")
    assert pipeline.predictions.latest() is None
    assert not any("too late" in getattr(event, "reason", "") for event in listener.events)


def test_the_picture_goes_on_while_an_engine_hangs(make):
    pipeline, listener = make(blob=[hanging()])
    pipeline.set_model("m", "blob")
    listener.wait_for(not_ready)
    before = pipeline.statistics.snapshot().totals.grabbed
    await_true(lambda: pipeline.statistics.snapshot().totals.grabbed > before + 3)


def test_an_engine_that_hangs_again_and_again_is_given_up_and_another_may_be_chosen(make):
    pipeline, listener = make(blob=[hanging()], other=[BlobEngine("other")])
    pipeline.set_model("m", "blob")
    event = listener.wait_for(not_ready, MANY)
    assert not event.again
    assert event.reason.endswith("Choose another engine or model.")
    assert pipeline.open_engine.opened == ["blob"] * MANY
    pipeline.set_model("m", "other")
    await_true(lambda: pipeline.predictions.latest() is not None)


def test_what_was_chosen_while_an_engine_hung_is_loaded_instead(make):
    engine = hanging()
    pipeline, listener = make(blob=[engine], other=[BlobEngine("other")])
    pipeline.set_model("m", "blob")
    assert engine.entered.acquire(timeout=20)
    pipeline.set_model("m", "other")
    event = listener.wait_for(not_ready)
    assert (event.engine, event.again) == ("blob", True)
    await_true(lambda: pipeline.predictions.latest() is not None)
    assert pipeline.open_engine.opened == ["blob", "other"]


def test_loading_that_hangs_is_said_and_not_tried_again(make, monkeypatch):
    monkeypatch.setattr(workers, "LOADING_S", 0.3)
    slow = BlobEngine("slow")
    pipeline, listener = make(slow=[slow], other=[BlobEngine("other")])
    opening = pipeline.open_engine

    def open_engine(name, bundle):
        if name == "slow":
            slow.gate.wait(20)
        return opening(name, bundle)

    slow.gate.clear()
    pipeline._worker._open_engine = open_engine
    pipeline.set_model("m", "slow")
    event = listener.wait_for(not_ready)
    assert "has been loading the model for 0 s" in event.reason
    assert not event.again
    pipeline.set_model("m", "other")
    await_true(lambda: pipeline.predictions.latest() is not None)


def test_time_is_counted_in_looks_so_that_a_sleep_is_no_stall():
    told = []
    call = Call("m", "blob", False, 1.0)
    now = [call]
    dog = Watchdog(lambda: now[0], told.append, look_s=0.5)
    for _ in range(3):
        dog.look()
    assert told == []
    dog.look()
    assert told == [call]
    for _ in range(5):
        dog.look()
    assert told == [call]
    for number in range(20):
        now[0] = None if number % 2 else Call("m", "blob", False, 1.0)
        dog.look()
    assert told == [call]


def test_stalls_far_apart_are_not_many():
    now = [0.0]
    stalls = Stalls(lambda: now[0])
    for _ in range(2 * MANY):
        assert not stalls.too_many()
        now[0] += MANY_S / (MANY - 1) + 1
    stalls.forget()
    assert [stalls.too_many() for _ in range(MANY)] == [False] * (MANY - 1) + [True]
