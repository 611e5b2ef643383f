"""The temporal filter in the live pipeline: where it steadies, and where each picture is judged by itself."""

import cv2
import numpy as np
import pytest

from app.capture.source import Frame, Picture, SourceInfo
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import Rect
from app.pipeline.worker import Job, predict
from model.structures import BLOCK_REGION
from model.temporal import TemporalFilter
from tests.pipeline_parts import Clip, await_true, bundle_of

SIZE = 64
LOW, HIGH = np.float32(0.7), np.float32(0.9)


def tissue(gain):
    """One and the same picture with contrast, brighter or darker."""
    speckle = cv2.GaussianBlur(np.random.default_rng(0).random((SIZE, SIZE)), (0, 0), 4)
    scaled = (speckle - speckle.min()) / (speckle.max() - speckle.min())
    pixels = (scaled * gain).astype(np.uint8)
    pixels.flags.writeable = False
    return pixels


PICTURES = tissue(120), tissue(240)


class Flickering(Clip):
    """A recording that is darker and brighter in turns."""

    def __init__(self, count=100_000, *, stills=False, **options):
        super().__init__(count, **options)
        self.stills = stills

    def open(self):
        super().open()
        return SourceInfo(SIZE, SIZE, self.rate, stills=self.stills)

    def read(self):
        picture = super().read()
        return picture and Picture(PICTURES[self._next % 2], picture.time_s)


class Doubtful:
    """Sees the region everywhere, and is surer of it in brighter pictures."""

    name, size, structures, threads = "doubtful", SIZE, (BLOCK_REGION,), 1

    def predict(self, inputs):
        return np.full((1, SIZE, SIZE), HIGH if inputs.max() > 0.7 else LOW, np.float32)

    def close(self):
        pass


class Seen:
    """A pipeline, and every prediction that was looked at."""

    def __init__(self):
        self.pipeline = Pipeline(lambda event: None, lambda name, bundle: Doubtful(), bundle_of)
        self.pipeline.set_model("m", "doubtful")
        self.pipeline.start()
        self.values = []
        self._last = None

    def look(self):
        prediction = self.pipeline.predictions.latest()
        if prediction is not None and prediction is not self._last:
            self._last = prediction
            self.values.append(prediction.probability[0, SIZE // 2, SIZE // 2])
        return self.values


def is_networks(value):
    return value in (LOW, HIGH)


@pytest.fixture
def seen():
    seen = Seen()
    yield seen
    seen.pipeline.close()


def test_a_moving_picture_is_steadied(seen):
    seen.pipeline.set_source(Flickering(rate=100.0))
    await_true(lambda: any(LOW < value < HIGH for value in seen.look()), "a steadied prediction")


def test_switched_off_each_prediction_is_the_networks(seen):
    assert seen.pipeline.temporal_filter
    seen.pipeline.set_temporal_filter(False)
    seen.pipeline.set_source(Flickering(rate=100.0))
    await_true(lambda: len(seen.look()) > 12)
    assert all(map(is_networks, seen.values))
    assert set(seen.values) == {LOW, HIGH}


def test_switching_makes_a_paused_picture_be_judged_anew(seen):
    seen.pipeline.set_source(Flickering(rate=100.0))
    await_true(lambda: any(not is_networks(value) for value in seen.look()))
    seen.pipeline.pause()
    before = seen.pipeline.generation
    seen.pipeline.set_temporal_filter(False)
    await_true(
        lambda: (latest := seen.pipeline.predictions.latest()) is not None and latest.generation > before,
        "a prediction without the filter",
    )
    assert is_networks(seen.pipeline.predictions.latest().probability[0, 0, 0])


def test_pictures_of_a_folder_are_judged_by_themselves_however_quickly_they_come(seen):
    seen.pipeline.set_source(Flickering(rate=100.0, stills=True))
    await_true(lambda: len(seen.look()) > 12)
    assert all(map(is_networks, seen.values))


def test_each_frame_that_is_stepped_or_sought_to_is_judged_by_itself(seen):
    seen.pipeline.set_source(Flickering(rate=100.0))
    await_true(lambda: len(seen.look()) > 3)
    seen.pipeline.pause()
    seen.pipeline.seek(50_000)
    for target in range(50_000, 50_010):
        await_true(
            lambda target=target: (
                (latest := seen.pipeline.predictions.latest()) is not None and latest.frame_number == target
            ),
            f"frame {target}",
        )
        assert is_networks(seen.pipeline.predictions.latest().probability[0, 0, 0])
        seen.pipeline.step(1)


def test_the_start_of_the_next_round_is_judged_by_itself(seen):
    rounds = Flickering(2, rate=100.0)
    seen.pipeline.set_source(rounds)
    first = []

    def look():
        prediction = seen.pipeline.predictions.latest()
        if prediction is not None and prediction.frame_number == 0:
            first.append(prediction.probability[0, 0, 0])
        return len(rounds.seeks) > 5 and len(first) > 3

    await_true(look)
    assert all(map(is_networks, first))


def test_predict_steadies_by_capture_time_and_says_what_that_took():
    job, temporal = Job(0, Rect(0, 0, SIZE, SIZE), 0.5, True), TemporalFilter()
    frames = [Frame(PICTURES[number % 2], number, 50 + number / 30) for number in range(2)]
    found = [predict(frame, job, Doubtful(), temporal=temporal) for frame in frames]
    assert [is_networks(one.probability[0, 0, 0]) for one in found] == [True, False]
    assert found[1].region.confidence == pytest.approx(found[1].probability.mean())
    assert "temporal filter" in found[1].steps_ms
    assert "temporal filter" not in predict(frames[0], job, Doubtful()).steps_ms
