"""The last minute, second by second."""

import numpy as np
import pytest

from app.capture.source import Frame
from app.pipeline.history import SECONDS, History
from app.pipeline.statistics import Statistics


def test_each_second_has_its_rates_worst_ages_and_means() -> None:
    history = History(100.0)
    for tick in range(30):
        now = 101 + tick / 30
        history.grabbed(now)
        history.painted(now, tick, 2.0 * tick if tick % 2 else None)
    for ms, share, confidence in ((10.0, 0.1, 0.6), (30.0, 0.3, 0.8)):
        history.predicted(101.5)
        history.timed(101.5, {"network": ms})
        history.found(101.5, share, confidence)
    series = history.series(103.2)
    assert len(series.seconds) == SECONDS
    assert series.seconds[-1] == -1
    place = -2  # From 101 to 102, seen from 103.
    assert (series.source_fps[place], series.painted_fps[place], series.predicted_fps[place]) == (30, 30, 2)
    assert (series.picture_age_ms[place], series.overlay_age_ms[place]) == (29, 58)
    assert series.area_percent[place] == pytest.approx(20)
    assert series.confidence[place] == pytest.approx(0.7)
    assert series.steps_ms["network"][place] == pytest.approx(20)


def test_a_second_with_nothing_is_no_rate_and_before_the_beginning_there_is_none() -> None:
    history = History(100.0)
    history.grabbed(101.0)
    series = history.series(104.0)
    assert list(series.source_fps[-3:]) == [1, 0, 0]
    assert np.isnan(series.source_fps[:-3]).all()
    assert np.isnan(series.picture_age_ms).all()
    assert np.isnan(series.confidence).all()


def test_only_a_minute_is_kept() -> None:
    history = History(0.0)
    for second in range(1000):
        history.grabbed(second + 0.5)
    assert len(history._kept) == SECONDS + 1
    assert (history.series(1000.0).source_fps == 1).all()


def test_the_statistics_keep_it_and_begin_anew_with_a_source() -> None:
    times = [50.0]
    statistics = Statistics(lambda: 0, lambda: times[0])
    times[0] = 51.5
    statistics.grabbed()
    statistics.painted(Frame(np.zeros((2, 2), np.uint8), 0, 51.48), 40.0)
    statistics.predicted({"network": 12.0})
    statistics.timed({"paint": 3.0})
    statistics.found(0.25, 0.9)
    times[0] = 52.1
    series = statistics.series()
    assert series.picture_age_ms[-1] == pytest.approx(20)
    assert (series.overlay_age_ms[-1], series.area_percent[-1], series.confidence[-1]) == (40, 25, 0.9)
    assert {name: values[-1] for name, values in series.steps_ms.items()} == {"network": 12.0, "paint": 3.0}
    statistics.reset()
    assert np.isnan(statistics.series().source_fps).all()
