import math
import threading

import pytest

from app.pipeline.statistics import RATE_WINDOW_S, SAMPLES, Percentiles, Statistics
from tests.pipeline_parts import frame_of


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def drops():
    return [0]


@pytest.fixture
def statistics(clock, drops):
    return Statistics(lambda: drops[0], clock)


def test_nothing_yet(statistics):
    snapshot = statistics.snapshot()
    assert (snapshot.source_fps, snapshot.painted_fps, snapshot.predicted_fps) == (0, 0, 0)
    assert math.isnan(snapshot.picture_age_ms.p95)
    assert snapshot.steps_ms == {}


def test_a_steady_rate_reads_steady(statistics, clock):
    for _ in range(200):
        clock.now += 1 / 30
        statistics.grabbed()
    assert statistics.snapshot().source_fps == pytest.approx(30)


def test_a_rate_falls_to_zero_when_nothing_comes(statistics, clock):
    for _ in range(10):
        clock.now += 0.1
        statistics.grabbed()
    clock.now += RATE_WINDOW_S + 0.1
    assert statistics.snapshot().source_fps == 0


def test_ages_are_those_of_what_was_painted(statistics, clock):
    for age in range(1, 101):
        statistics.painted(frame_of(captured=clock.now - age / 1000), None if age % 2 else 2.0 * age)
    snapshot = statistics.snapshot()
    assert snapshot.picture_age_ms.p50 == pytest.approx(50.5)
    assert snapshot.picture_age_ms.p95 == pytest.approx(95.05)
    assert snapshot.picture_age_ms.max == pytest.approx(100)
    assert snapshot.overlay_age_ms.max == 200
    assert snapshot.overlay_age_ms.p50 == pytest.approx(102)


def test_the_share_painted_in_time_is_of_the_frames_that_the_source_gave(statistics, clock):
    assert math.isnan(statistics.snapshot().painted_in_time)
    for number in range(11):
        statistics.grabbed()
        if number in (3, 7):
            continue  # Never painted.
        late = number == 5
        statistics.painted(frame_of(captured=clock.now - (0.05 if late else 0.01)), None)
    statistics.grabbed()  # On its way to the screen.
    assert statistics.snapshot().painted_in_time == pytest.approx(8 / 11)


def test_ages_are_of_the_last_frames_only_however_long_it_runs(statistics, clock):
    for _ in range(10):
        statistics.painted(frame_of(captured=clock.now - 1), 1000.0)
    for _ in range(SAMPLES):
        statistics.painted(frame_of(captured=clock.now - 0.01), 10.0)
    snapshot = statistics.snapshot()
    assert (snapshot.picture_age_ms.max, snapshot.overlay_age_ms.max) == pytest.approx((10, 10))


def test_percentiles_forget_what_is_long_past(statistics):
    statistics.reset(samples=10)
    for ms in [1000.0] * 5 + [1.0] * 10:
        statistics.timed({"paint": ms})
    assert statistics.snapshot().steps_ms == {"paint": Percentiles(1.0, 1.0, 1.0)}


def test_a_reset_keeps_the_number_of_samples_and_counts_anew(statistics, clock, drops):
    statistics.reset(samples=3)
    drops[0] = 5
    statistics.predicted({"network": 9.0})
    statistics.reset()
    clock.now += 4
    drops[0] = 7
    for ms in (9.0, 1.0, 1.0, 1.0):
        statistics.predicted({"network": ms})
    snapshot = statistics.snapshot()
    assert snapshot.dropped == 2
    assert snapshot.steps_ms["network"].max == 1.0
    assert (snapshot.totals.seconds, snapshot.totals.predicted, snapshot.totals.grabbed) == (4, 4, 0)


def test_many_threads_count_together(statistics):
    threads = [
        threading.Thread(target=lambda: [statistics.predicted({"network": 1.0}) for _ in range(500)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statistics.snapshot().totals.predicted == 2000


def test_rates_since_the_reset_are_those_of_all_that_time(statistics, clock):
    for _ in range(10):
        clock.now += 0.1
        statistics.grabbed()
        statistics.predicted({})
    clock.now += 9
    snapshot = statistics.snapshot()
    whole = snapshot.since_reset()
    assert snapshot.source_fps == 0
    assert (whole.source_fps, whole.predicted_fps, whole.painted_fps) == pytest.approx((1, 1, 0))
    assert (whole.dropped, whole.picture_age_ms) == (snapshot.dropped, snapshot.picture_age_ms)
