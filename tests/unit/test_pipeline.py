import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.capture.dicom import UltrasoundRegion
from app.capture.phantom import Phantom
from app.capture.source import Part
from app.capture.video import VideoFile
from app.paths import recordings_folder
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import ModelChanged, Rect, SourceChanged, SourceState
from model import bundle
from model.errors import BundleError, EngineError
from model.novelty import VERSION, Novelty, describe
from tests.media import painted_number, read_all, write_video
from tests.pipeline_parts import (
    BlobEngine,
    Clip,
    Hand,
    Listener,
    await_true,
    bundle_of,
    pipeline_threads,
    pixels_of,
)


class Bench:
    """A pipeline with engines that the test holds in its hand."""

    def __init__(self):
        self.listener = Listener()
        self.engines = {"blob": BlobEngine("blob"), "other": BlobEngine("other")}
        self.bundles = {}
        self.load_failure = None
        self.loading = threading.Event()
        self.loading.set()
        self.pipeline = Pipeline(self.listener, self._open_engine, self._find_bundle)
        self.pipeline.start()

    def _open_engine(self, name, bundle):
        assert self.loading.wait(20)
        if self.load_failure is not None:
            raise self.load_failure
        if name not in self.engines:
            raise EngineError(f"There is no engine '{name}'.")
        return self.engines[name]

    def _find_bundle(self, name):
        if name == "missing":
            raise BundleError("There is no model 'missing'.")
        return self.bundles.get(name) or bundle_of(name, threshold=0.95 if name == "strict" else 0.5)

    def wait_for_state(self, state, count=1):
        return self.listener.wait_for(lambda event: isinstance(event, SourceChanged) and event.state is state, count)

    def wait_for_model(self, ready=True, count=1):
        """A report about the model that says more than that it is being loaded."""
        return self.listener.wait_for(
            lambda event: (
                isinstance(event, ModelChanged) and event.ready is ready and "being loaded" not in event.reason
            ),
            count,
        )

    def wait_for_prediction(self, condition=lambda prediction: True):
        await_true(lambda: self.latest is not None and condition(self.latest), "a prediction")
        return self.latest

    @property
    def latest(self):
        return self.pipeline.predictions.latest()

    @property
    def shown(self):
        frame = self.pipeline.frames.latest()
        return None if frame is None else int(frame.pixels[0, 0])


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    for engine in bench.engines.values():
        engine.gate.set()
    bench.loading.set()
    bench.pipeline.close()
    assert pipeline_threads() == []


def test_a_frame_becomes_a_prediction_with_its_steps(bench):
    bench.pipeline.set_model("m", "blob")
    bench.pipeline.set_source(Clip(5, loops=False, rate=50.0))
    prediction = bench.wait_for_prediction(lambda prediction: prediction.frame_number == 4)
    assert prediction.region is not None
    assert prediction.region.centre == pytest.approx((16, 12), abs=0.2)
    assert prediction.scan_area == Rect(0, 0, 32, 24)
    assert prediction.generation == bench.pipeline.generation
    assert prediction.captured == bench.pipeline.frames.latest().captured
    assert set(prediction.steps_ms) == {"preprocess", "network", "temporal filter", "postprocess"}
    await_true(lambda: "network" in bench.pipeline.statistics.snapshot().steps_ms)


def test_the_source_tells_what_it_is_once_open(bench):
    assert bench.pipeline.source_info is None
    bench.pipeline.set_source(Clip(5, rate=50.0))
    bench.wait_for_state(SourceState.RUNNING)
    assert (bench.pipeline.source_info.width, bench.pipeline.source_info.rate) == (32, 50.0)


def test_raw_frames_never_wait_for_the_network(bench):
    engine = bench.engines["blob"]
    engine.gate.clear()
    bench.pipeline.set_model("m", "blob")
    hand = Hand()
    bench.pipeline.set_source(hand)
    hand.give(1)
    assert engine.entered.acquire(timeout=20)
    for value in range(2, 40):
        hand.give(value)
        await_true(lambda value=value: bench.shown == value)
    assert bench.latest is None
    assert len(engine.seen) == 1


def test_the_worker_takes_the_newest_frame_and_drops_are_counted(bench):
    engine = bench.engines["blob"]
    engine.gate.clear()
    bench.pipeline.set_model("m", "blob")
    hand = Hand()
    bench.pipeline.set_source(hand)
    hand.give(100)
    assert engine.entered.acquire(timeout=20)
    hand.give(101, 102, 103, 104, 105)
    await_true(lambda: bench.shown == 105)
    engine.gate.set()
    bench.wait_for_prediction(lambda prediction: prediction.frame_number == 5)
    assert [round(value) for value in engine.seen] == [100, 105]
    assert bench.pipeline.statistics.snapshot().dropped == 4


def test_a_late_prediction_of_an_earlier_source_is_thrown_away(bench):
    engine = bench.engines["blob"]
    engine.gate.clear()
    bench.pipeline.set_model("m", "blob")
    first, second = Hand("first"), Hand("second")
    bench.pipeline.set_source(first)
    first.give(50)
    assert engine.entered.acquire(timeout=20)
    bench.pipeline.set_source(second)
    engine.gate.set()
    second.give(60)
    prediction = bench.wait_for_prediction()
    assert [round(value) for value in engine.seen] == [50, 60]
    assert prediction.captured == bench.pipeline.frames.latest().captured


@pytest.mark.parametrize(
    "change",
    [
        lambda pipeline: pipeline.set_scan_area(Rect(4, 6, 8, 10)),
        lambda pipeline: pipeline.set_threshold(0.3),
        lambda pipeline: pipeline.set_model("n", "other"),
    ],
    ids=["scan area", "threshold", "model"],
)
def test_a_change_throws_late_predictions_away_and_a_paused_picture_is_predicted_anew(bench, change):
    engine = bench.engines["blob"]
    bench.pipeline.set_model("m", "blob")
    clip = Clip(5)
    bench.pipeline.set_source(clip)
    bench.pipeline.pause()
    bench.wait_for_state(SourceState.PAUSED)
    bench.wait_for_prediction(lambda prediction: prediction.frame_number == bench.pipeline.frames.latest().number)
    while engine.entered.acquire(blocking=False):
        pass
    engine.gate.clear()
    bench.pipeline.set_threshold(0.4)
    assert bench.latest is None
    assert engine.entered.acquire(timeout=20)
    before = bench.pipeline.generation
    change(bench.pipeline)
    assert bench.pipeline.generation > before
    engine.gate.set()
    prediction = bench.wait_for_prediction(lambda one: one.generation == bench.pipeline.generation)
    assert prediction.frame_number == bench.pipeline.frames.latest().number


def test_the_model_sees_the_scan_area_only(bench):
    bench.pipeline.set_model("m", "blob")
    bench.pipeline.set_source(Clip(3), Rect(20, 10, 100, 100))
    assert bench.wait_for_prediction().scan_area == Rect(20, 10, 12, 14)
    assert bench.pipeline.scan_area == Rect(20, 10, 100, 100)
    bench.pipeline.set_scan_area(Rect(500, 500, 10, 10))
    assert bench.wait_for_prediction().scan_area == Rect(0, 0, 32, 24)


def test_the_threshold_is_the_model_cards_until_set(bench):
    assert bench.pipeline.threshold == 0.5
    bench.pipeline.set_model("strict", "blob")
    bench.wait_for_model()
    assert bench.pipeline.threshold == 0.95
    bench.pipeline.set_source(Clip(3))
    assert bench.wait_for_prediction().region is None
    bench.pipeline.set_threshold(0.6)
    assert bench.wait_for_prediction().region is not None
    bench.pipeline.set_threshold(None)
    assert bench.wait_for_prediction().region is None


def test_a_change_of_source_leaves_nothing_of_the_earlier_one(bench):
    bench.pipeline.set_model("m", "blob")
    bench.pipeline.set_source(Clip(5))
    bench.wait_for_prediction()
    bench.pipeline.set_frozen(True)
    bench.pipeline.set_source(Hand())
    assert bench.pipeline.frames.latest() is None
    assert bench.latest is None
    assert bench.pipeline.source_info is None
    assert not bench.pipeline.frozen


def test_fifty_changes_of_source_in_a_row_leave_one_thread_and_no_stale_frame(bench):
    bench.pipeline.set_model("m", "blob")
    clips = [Clip(5, rate=1000.0, first=5 * number, word=f"clip {number % 3}") for number in range(50)]
    for number, clip in enumerate(clips):
        bench.pipeline.set_source(clip)
        frame = bench.pipeline.frames.latest()
        assert frame is None or int(frame.pixels[0, 0]) // 5 == number
    for _ in range(20):
        await_true(lambda: bench.shown is not None)
        assert bench.shown // 5 == 49
    bench.wait_for_prediction()
    await_true(lambda: len(pipeline_threads()) == 2, "the old grab threads to end")
    assert all(clip.closed for clip in clips[:-1] if clip.opened)


def test_fifty_changes_while_sources_block_in_reading(bench):
    hands = [Hand(f"hand {number}") for number in range(50)]
    for hand in hands:
        bench.pipeline.set_source(hand)
    hands[-1].give(77)
    await_true(lambda: bench.shown == 77)
    for hand in hands[:-1]:
        hand.give(11)
    await_true(lambda: len(pipeline_threads()) == 2, "the old grab threads to end")
    assert bench.shown == 77


def test_no_event_of_an_earlier_source_follows_a_change(bench):
    first = Hand("first")
    bench.pipeline.set_source(first)
    assert first.reading.wait(20)
    bench.pipeline.set_source(Clip(3, word="second"))
    count = len(bench.listener.events)
    first.give(ZeroDivisionError("late"))
    await_true(lambda: first.closed > 0)
    later = [event for event in bench.listener.events[count:] if isinstance(event, SourceChanged)]
    assert {event.word for event in later} <= {"second"}


def test_the_same_device_is_opened_again_only_when_it_was_let_go(bench):
    first, second = Hand("camera:0"), Hand("camera:0")
    bench.pipeline.set_source(first)
    assert first.reading.wait(20)
    closed_when_opened = []
    opening = second.open
    second.open = lambda: closed_when_opened.append(first.closed) or opening()
    bench.pipeline.set_source(second)
    assert second.reading.wait(20)
    assert len(closed_when_opened) == 1
    assert closed_when_opened[0] > 0


def test_no_source_shows_nothing(bench):
    bench.pipeline.set_source(Clip(3))
    await_true(lambda: bench.shown is not None)
    bench.pipeline.set_source(None)
    assert bench.shown is None
    for order in (bench.pipeline.play, bench.pipeline.pause, bench.pipeline.step, lambda: bench.pipeline.seek(1)):
        order()
    await_true(lambda: pipeline_threads() == ["segmentation"])


def test_a_lost_signal_is_reported_and_the_picture_stays(bench):
    hand = Hand(retries=False)
    bench.pipeline.set_source(hand)
    hand.give(9)
    event = bench.wait_for_state(SourceState.NO_SIGNAL)
    assert event.reason == "hand gives no picture: check the cable."
    assert bench.shown == 9


def test_a_paused_recording_that_is_stepped_gets_the_prediction_of_that_very_frame(bench):
    bench.pipeline.set_model("m", "blob")
    bench.pipeline.set_source(Clip(20))
    bench.pipeline.pause()
    bench.wait_for_state(SourceState.PAUSED)
    bench.pipeline.seek(10)
    bench.wait_for_prediction(lambda prediction: prediction.frame_number == 10)
    bench.pipeline.step(2)
    bench.wait_for_prediction(lambda prediction: prediction.frame_number == 12)
    assert bench.shown == 12


def test_the_overlay_of_another_place_is_gone_before_the_sought_frame_shows(bench):
    engine = bench.engines["blob"]
    bench.pipeline.set_model("m", "blob")
    bench.pipeline.set_source(Clip(200))
    bench.pipeline.pause()
    bench.wait_for_prediction()
    engine.gate.clear()
    bench.pipeline.seek(150)
    await_true(lambda: bench.shown == 150)
    assert bench.latest is None


class TwoClips(Clip):
    """Two recordings of three frames, played as one; each file says where its ultrasound is."""

    def __init__(self):
        super().__init__(6)
        regions = [UltrasoundRegion(x, 2, 10, 12, 3, 3, 0.1, 0.1, 1, 1, 0) for x in (1, 20)]
        self.parts = [Part(Path(), str(x), 3 * x, 3, None, (region,)) for x, region in enumerate(regions)]

    def read(self):
        picture = super().read()
        return picture and replace(picture, part=self.parts[(self._next - 1) // 3])


def test_each_of_several_recordings_has_the_scan_area_of_its_own_file(bench):
    pipeline, own = bench.pipeline, [Rect(1, 2, 10, 12), Rect(20, 2, 10, 12)]
    pipeline.set_model("m", "blob")
    pipeline.set_source(TwoClips())
    pipeline.pause()
    bench.wait_for_state(SourceState.PAUSED)
    # As long as the window did not say so, too: it only does once the frame is shown.
    pipeline.set_scan_area(own[0], by_file=True)
    for frame in (2, 3, 2, 5):
        pipeline.seek(frame)
        prediction = bench.wait_for_prediction(lambda latest, frame=frame: latest.frame_number == frame)
        assert prediction.scan_area == own[frame // 3]
    pipeline.set_scan_area(own[0])
    assert bench.wait_for_prediction(lambda latest: latest.frame_number == 5).scan_area == own[0]


def test_the_overlay_of_another_recording_is_gone_before_the_next_ones_first_frame(bench):
    pipeline, seen = bench.pipeline, []
    pipeline.frames.watch(lambda: seen.append((pipeline.frames.latest().number, pipeline.generation)))
    pipeline.set_source(TwoClips())
    await_true(lambda: len(seen) >= 6)
    generations = dict(seen[:6])
    assert len({generations[number] for number in (0, 1, 2)}) == 1
    assert generations[2] < generations[3] == generations[5]


def test_the_overlay_is_gone_before_a_picture_of_another_size_shows(bench):
    pipeline, hand, seen = bench.pipeline, Hand(), []
    pipeline.frames.watch(lambda: seen.append((pipeline.frames.latest().pixels.shape, pipeline.generation)))
    pipeline.set_source(hand)
    before = pipeline.generation
    hand.give(1, 2, pixels_of(3, (48, 64)))
    await_true(lambda: len(seen) == 3)
    assert seen == [((24, 32), before), ((24, 32), before), ((48, 64), before + 1)]


def test_frozen_keeps_the_frame_and_gives_it_its_prediction(bench):
    hand = Hand()
    bench.pipeline.set_source(hand)
    hand.give(1)
    await_true(lambda: bench.shown == 1)
    bench.pipeline.set_frozen(True)
    hand.give(2, 3)
    bench.pipeline.set_model("m", "blob")
    prediction = bench.wait_for_prediction()
    await_true(lambda: bench.pipeline.statistics.snapshot().totals.grabbed == 3)
    assert bench.shown == 1
    assert prediction.frame_number == 0
    bench.pipeline.set_frozen(False)
    hand.give(4)
    await_true(lambda: bench.shown == 4)


@pytest.mark.parametrize("frozen", [False, True])
def test_a_live_picture_of_another_size_is_recorded_once_its_own_scan_area_is_known(bench, frozen):
    pipeline, hand, area = bench.pipeline, Hand(), Rect(4, 4, 10, 10)
    pipeline.set_source(hand)
    hand.give(1)
    await_true(lambda: bench.shown == 1)
    pipeline.set_find_scan_area(True)
    pipeline.set_scan_area(area, size=(32, 24))
    pipeline.recorder.start_recording()
    hand.give(2)
    await_true(lambda: bench.shown == 2)
    pipeline.set_frozen(frozen)
    hand.give(pixels_of(3, (48, 64)), pixels_of(4, (48, 64)))
    await_true(lambda: pipeline.recorder.state.dropped == 2)
    pipeline.set_frozen(False)
    pipeline.set_scan_area(None, size=(64, 48))  # The window has seen one, and has it looked for.
    hand.give(pixels_of(5, (48, 64)))
    await_true(lambda: pipeline.recorder.state.dropped == 3)
    pipeline.set_scan_area(Rect(8, 8, 20, 20), size=(64, 48))
    hand.give(pixels_of(6, (48, 64)))
    await_true(lambda: bench.shown == 6)
    pipeline.close()
    clips = [read_all(folder) for folder in sorted(recordings_folder().iterdir())]
    assert [[picture.pixels.shape for picture in clip] for clip in clips] == [[(10, 10)], [(20, 20)]]


def test_a_scan_area_that_is_not_found_in_a_picture_of_another_size_is_not_awaited_for_ever(bench, monkeypatch):
    monkeypatch.setattr("app.pipeline.pipeline.HOLD_S", 0.0)
    pipeline, hand = bench.pipeline, Hand()
    pipeline.recorder.set_ring(30)
    pipeline.set_source(hand)
    pipeline.set_find_scan_area(True)
    pipeline.set_scan_area(Rect(4, 4, 10, 10), size=(32, 24))
    hand.give(1)
    await_true(lambda: bench.shown == 1)
    pipeline.set_scan_area(None, size=(64, 48))
    hand.give(pixels_of(2, (48, 64)))
    await_true(lambda: pipeline.recorder._area == Rect(0, 0, 64, 48), "the whole frame in memory")


def test_an_answer_that_was_not_believed_is_the_answer_once_nothing_follows(bench):
    bench.engines["blob"].dark = 100
    bench.pipeline.set_model("m", "blob")
    bench.wait_for_model()
    hand = Hand()
    bench.pipeline.set_source(hand)
    hand.give(200)
    assert bench.wait_for_prediction().region is not None
    hand.give(50)
    prediction = bench.wait_for_prediction(lambda prediction: prediction.frame_number == 1)
    assert prediction.region is None


@pytest.fixture
def knows_black(bench, tmp_path):
    """A model whose training pictures were all black."""
    known = describe(np.zeros((256, 256), np.float32))
    Novelty(known, np.eye(len(known)) * 1e3).write(tmp_path / bundle.NOVELTY_FILE)
    card = {**bundle_of("knows black").card, "novelty": {"version": VERSION}}
    bench.bundles["knows black"] = bundle.Bundle(tmp_path, card)
    return "knows black"


def test_in_a_picture_unlike_the_training_pictures_no_region_is_found(bench, knows_black):
    bench.pipeline.set_model(knows_black, "blob")
    hand = Hand()
    bench.pipeline.set_source(hand)
    hand.give(0)
    known = bench.wait_for_prediction()
    assert known.region is not None
    assert not known.unlike
    hand.give(200)
    unlike = bench.wait_for_prediction(lambda prediction: prediction.unlike)
    assert unlike.regions == ()
    assert unlike.probability.max() > 0.5
    bench.pipeline.set_model("m", "blob")
    assert bench.wait_for_prediction(lambda prediction: prediction.novelty is None).region is not None


def test_a_score_that_cannot_be_read_is_a_model_that_does_not_load(bench, knows_black, tmp_path):
    (tmp_path / bundle.NOVELTY_FILE).write_bytes(b"")
    bench.pipeline.set_model(knows_black, "blob")
    assert "novelty.npz cannot be read" in bench.wait_for_model(ready=False).reason


def test_an_engine_that_fails_takes_the_overlay_away_but_not_the_picture(bench):
    engine = bench.engines["blob"]
    bench.pipeline.set_model("m", "blob")
    bench.pipeline.set_source(Clip(200))
    bench.wait_for_prediction()
    engine.failure = RuntimeError("out of\nmemory")
    event = bench.wait_for_model(ready=False)
    assert (event.model, event.engine) == ("m", "blob")
    assert "blob failed (RuntimeError: out of memory)" in event.reason
    assert bench.latest is None
    assert engine.closed
    before = bench.pipeline.statistics.snapshot().totals.grabbed
    await_true(lambda: bench.pipeline.statistics.snapshot().totals.grabbed > before + 3)
    bench.pipeline.set_model("m", "other")
    assert bench.wait_for_prediction().region is not None


def test_an_overlay_that_cannot_be_drawn_is_said_and_the_worker_goes_on(bench):
    def fail(prediction):
        raise ZeroDivisionError("nothing to divide by")

    bench.pipeline.set_model("m", "blob")
    bench.wait_for_model()
    prepare, bench.pipeline.prepare_overlay = bench.pipeline.prepare_overlay, fail
    bench.pipeline.set_source(Clip(200))
    event = bench.wait_for_model(ready=False)
    assert event.reason.startswith("The overlay failed (ZeroDivisionError")
    bench.pipeline.prepare_overlay = prepare
    bench.pipeline.set_model("m", "other")
    assert bench.wait_for_prediction().region is not None


@pytest.mark.parametrize(
    ("model", "engine", "reason"),
    [("missing", "blob", "There is no model 'missing'."), ("m", "nothing", "There is no engine 'nothing'.")],
)
def test_a_model_that_does_not_load_says_why_and_leaves_no_overlay(bench, model, engine, reason):
    bench.pipeline.set_model("m", "blob")
    bench.pipeline.set_source(Clip(5))
    bench.wait_for_prediction()
    bench.pipeline.set_model(model, engine)
    event = bench.wait_for_model(ready=False)
    assert (event.model, event.engine, event.reason) == (model, engine, reason)
    assert bench.latest is None
    assert bench.engines["blob"].closed


def test_an_unexpected_error_while_loading_is_told_and_survived(bench):
    bench.load_failure = ZeroDivisionError("in the library")
    bench.pipeline.set_model("m", "blob")
    assert "'m' cannot be loaded (ZeroDivisionError: in the library)" in bench.wait_for_model(ready=False).reason
    bench.load_failure = None
    bench.pipeline.set_model("m", "blob")
    bench.wait_for_model()


def test_loading_is_told_first_and_its_end_with_the_names_that_it_gave(bench):
    bench.pipeline.set_model("m", "blob")
    bench.wait_for_model()
    assert [(one.model, one.engine, one.ready) for one in bench.listener.events] == [
        ("m", "blob", False),
        ("m", "blob", True),
    ]


def test_of_two_models_asked_for_in_a_row_only_the_last_is_reported(bench):
    bench.loading.clear()
    bench.pipeline.set_model("first", "blob")
    await_true(lambda: not bench.pipeline._worker.wants_another)
    bench.pipeline.set_model("second", "other")
    bench.loading.set()
    assert bench.wait_for_model().model == "second"
    assert [one.model for one in bench.listener.events if one.ready] == ["second"]
    assert bench.engines["blob"].closed


def test_on_event_may_call_the_pipeline():
    called = threading.Event()

    def on_event(event):
        if isinstance(event, SourceChanged) and event.state is SourceState.RUNNING:
            pipeline.set_threshold(0.7)
            pipeline.pause()
            called.set()

    pipeline = Pipeline(on_event, lambda name, bundle: BlobEngine(), bundle_of)
    pipeline.set_source(Clip(5))
    assert called.wait(20)
    pipeline.close()


def test_close_ends_all_threads_and_the_engine_and_may_come_at_any_time():
    engine = BlobEngine()
    pipeline = Pipeline(lambda event: None, lambda name, bundle: engine, bundle_of)
    pipeline.start()
    pipeline.set_model("m", "blob")
    pipeline.set_source(Hand("first"))
    pipeline.set_source(Clip(5))
    await_true(lambda: pipeline.predictions.latest() is not None)
    pipeline.close()
    assert pipeline_threads() == []
    assert engine.closed
    Pipeline(lambda event: None, lambda name, bundle: engine, bundle_of).close()


@pytest.mark.parametrize("suffix", [".avi", ".mp4"])
def test_a_video_file_is_stepped_and_sought_to_the_very_picture(bench, tmp_path, suffix):
    bench.pipeline.set_source(VideoFile(write_video(tmp_path / f"clip{suffix}")))
    bench.pipeline.pause()
    bench.wait_for_state(SourceState.PAUSED)
    for order, shown in (
        (lambda: bench.pipeline.seek(31), 31),
        (lambda: bench.pipeline.step(1), 32),
        (lambda: bench.pipeline.step(-3), 29),
        (lambda: bench.pipeline.seek(1000), 59),
    ):
        order()
        await_true(lambda shown=shown: bench.pipeline.frames.latest().number == shown)
        assert painted_number(bench.pipeline.frames.latest().pixels) == shown


def test_the_phantom_runs_through_a_shipped_network():
    pytest.importorskip("onnxruntime")
    listener = Listener()
    pipeline = Pipeline(listener)
    pipeline.set_model("default", "onnxruntime")
    pipeline.set_source(Phantom())
    pipeline.start()
    await_true(lambda: (got := pipeline.predictions.latest()) is not None and got.region is not None)
    assert pipeline.threshold == bundle.find("default").threshold
    pipeline.close()
    assert pipeline_threads() == []


def test_without_the_filter_predictions_are_the_networks_probabilities_untouched(bench):
    bench.pipeline.set_temporal_filter(False)
    bench.pipeline.set_model("m", "blob")
    bench.pipeline.set_source(Clip(3))
    probability = bench.wait_for_prediction().probability
    assert probability.shape == (1, 256, 256)
    assert probability.dtype == np.float32
    assert probability[0, 128, 128] == np.float32(0.9)


def test_importing_the_pipeline_imports_neither_an_engine_nor_qt():
    code = (
        "import sys, app.pipeline.pipeline, app.annotate, app.settings, app.__main__;"
        "print([name for name in ('tensorflow', 'keras', 'torch', 'openvino', 'onnxruntime', 'PySide6')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
