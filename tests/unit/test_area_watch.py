import threading

import numpy as np
import pytest

from app.capture.source import Frame
from app.pipeline import area_watch
from app.pipeline.area_watch import AreaWatch
from app.pipeline.scan_area import Found, ScanAreaFinder, find
from app.pipeline.types import Rect

FOUND = Found(Rect(1, 2, 30, 40), 1.0, "it moves like speckle")


def test_a_frame_that_it_stumbles_over_does_not_end_the_search(monkeypatch):
    class Stumbling:
        found = None
        fed = 0

        def feed(self, pixels, now):
            Stumbling.fed += 1
            if Stumbling.fed == 1:
                raise ValueError("too small")
            return FOUND

    told = threading.Event()
    search, frames = object(), iter(range(10_000))
    monkeypatch.setattr(area_watch, "ScanAreaFinder", Stumbling)
    watch = AreaWatch(lambda: (search, Frame(np.zeros((9, 9), np.uint8), next(frames), 0.0)), lambda *_: told.set())
    watch.start()
    assert told.wait(10)
    watch.stop()
    assert watch.join(10)


@pytest.mark.parametrize("shape", [(1, 1), (1, 1000), (1000, 1), (3, 4000), (2, 2), (8, 3000)])
def test_pictures_of_any_shape_can_be_looked_at(shape):
    rng = np.random.default_rng(1)
    frames = [rng.integers(0, 255, shape, np.uint8) for _ in range(30)]
    finder = ScanAreaFinder()
    for number, frame in enumerate(frames):
        finder.feed(frame, number / 10)
    find(frames)
