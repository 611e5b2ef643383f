import functools

import cv2
import numpy as np
import pytest

from app.capture.dicom import UltrasoundRegion
from app.capture.source import Picture, SourceInfo, SourceKind
from app.paths import recordings_folder
from app.pipeline.pipeline import Pipeline
from app.pipeline.scan_area import WINDOW, ScanAreaFinder, find, from_regions, overlap
from app.pipeline.types import Rect
from tests import layouts
from tests.layouts import PARTS, Plan
from tests.media import read_all
from tests.pipeline_parts import BlobEngine, Listener, await_true, bundle_of

STEP = 0.08
"""Seconds between the frames that the tests feed."""
LINEAR = Plan(2, (800, 600), limited=True, noise=1)
CURVED = Plan(6, (800, 600), "curved", light=True, noise=2)
SCREENS = [
    LINEAR,
    CURVED,
    Plan(3, (1280, 720), "sector", noise=3, limited=True, jpeg=70),
    Plan(5, (1024, 768), "trapezoid", noise=2, gain=0.8),
    Plan(16, (1024, 768), light=True, pillars=True, noise=3, grey=True),
    Plan(21, (1280, 720), gain=1.3),
]


@functools.cache
def screen(plan):
    return layouts.make(plan, layouts.phantom_clip())


class Feeder:
    """Feeds a finder a second's frames again and again."""

    def __init__(self):
        self.finder = ScanAreaFinder()
        self.now = 100.0

    def look(self, frames, times=1):
        """So many looks at these frames; the answers that were given, without repeats."""
        answers = []
        for _ in range(times):
            for number in range(WINDOW):
                found = self.finder.feed(frames[number % len(frames)], self.now)
                self.now += STEP
                if not answers or found is not answers[-1]:
                    answers.append(found)
        return answers


@pytest.fixture
def feeder():
    return Feeder()


@pytest.mark.parametrize("plan", SCREENS, ids=str)
def test_the_scan_is_found_among_all_that_machines_draw(plan):
    layout = screen(plan)
    found = find(layout.frames)
    assert found is not None
    assert overlap(found.area, layout.truth) >= 0.9
    assert found.why == "it moves like speckle"


def test_most_are_found_closely():
    scores = [overlap(find(screen(plan).frames).area, screen(plan).truth) for plan in SCREENS]
    assert np.median(scores) >= 0.95


@pytest.mark.parametrize("plan", [LINEAR, CURVED, SCREENS[3]], ids=str)
def test_a_single_frame_is_enough_where_it_must_be(plan):
    layout = screen(plan)
    found = find(layout.frames[:1])
    assert overlap(found.area, layout.truth) >= 0.85
    assert found.confidence < find(layout.frames).confidence


def test_counting_pixels_above_zero_takes_all_of_a_noisy_picture_for_the_scan():
    layout = screen(LINEAR)
    above = cv2.boundingRect((layout.frames[0].max(axis=2) > 0).astype(np.uint8))
    assert Rect(*above) == Rect(0, 0, 800, 600)
    assert overlap(find(layout.frames).area, layout.truth) >= 0.95


def test_a_picture_that_is_nothing_but_scan_is_the_scan():
    clip = layouts.phantom_clip()
    height, width = clip[0].shape
    assert overlap(find(list(clip)).area, Rect(0, 0, width, height)) >= 0.95


def test_no_scan_is_found_where_none_is():
    dark = np.zeros_like(layouts.phantom_clip())
    empty = layouts.make(Plan(8, (800, 600), noise=2, parts=frozenset(PARTS) - {"thumbnails"}), dark)
    assert find(empty.frames) is None
    assert find(empty.frames[:1]) is None
    assert find([np.zeros((24, 32), np.uint8)] * 3) is None


def test_real_scans_are_found(data_folder):
    for number, file in enumerate(sorted((data_folder / "images").iterdir())[::170]):
        picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        layout = layouts.make(Plan(40 + number, (1280, 720), noise=2, limited=True), layouts.moving(picture, number))
        found = find(layout.frames)
        assert found is not None
        assert overlap(found.area, layout.truth) >= 0.9


def test_the_answer_comes_after_a_second_and_then_stays_to_the_pixel(feeder):
    layout = screen(LINEAR)
    first, found = feeder.look(layout.frames)
    assert first is None
    # In another order of frames the scan would be found a few pixels elsewhere.
    frames = layout.frames
    for shuffled in (frames[::-1], frames[5:] + frames[:5], frames[:4], frames[::2]) * 3:
        assert feeder.look(shuffled) == [found]


def test_a_still_picture_is_believed_only_when_seen_twice(feeder):
    frames = screen(LINEAR).frames[:1]
    assert feeder.look(frames) == [None]
    assert feeder.look(frames)[-1] is not None


def test_frames_that_come_faster_than_needed_are_left_out():
    finder = ScanAreaFinder()
    frames = screen(LINEAR).frames
    answers = [finder.feed(frames[number % len(frames)], 5 + number / 240) for number in range(150)]
    assert answers == [None] * 150


def test_a_menu_that_opens_for_a_moment_changes_nothing(feeder):
    layout = screen(LINEAR)
    found = feeder.look(layout.frames)[-1]
    covered = [frame.copy() for frame in layout.frames]
    for frame in covered:
        frame[100:560, 60:420] = 190
    assert feeder.look(covered, 2) == [found]
    assert feeder.look(layout.frames, 3) == [found]


def test_a_frozen_picture_and_a_probe_in_the_air_change_nothing(feeder):
    layout = screen(LINEAR)
    found = feeder.look(layout.frames)[-1]
    assert feeder.look(layout.frames[:1], 5) == [found]
    in_air = [frame.copy() for frame in layout.frames]
    for frame in in_air:
        layout.truth.cut(frame)[layout.truth.height * 6 // 10 :] = 16
    assert overlap(find(in_air).area, layout.truth) < 0.7
    assert feeder.look(in_air, 8) == [found]


def test_another_layout_is_found_once_it_has_stayed(feeder):
    old, new = screen(LINEAR), screen(CURVED)
    assert overlap(old.truth, new.truth) < 0.85
    found = feeder.look(old.frames)[-1]
    assert feeder.look(new.frames, 2) == [found]
    found = feeder.look(new.frames)[-1]
    assert overlap(found.area, new.truth) >= 0.9
    assert feeder.look(new.frames, 5) == [found]


def test_less_depth_of_a_smaller_window_counts_when_what_is_around_has_changed(feeder):
    layout = screen(LINEAR)
    feeder.look(layout.frames)
    rebuilt = [np.full_like(frame, 90) for frame in layout.frames]
    area = Rect(layout.truth.x, layout.truth.y, layout.truth.width, layout.truth.height * 7 // 10)
    for frame, old in zip(rebuilt, layout.frames, strict=True):
        area.cut(frame)[:] = area.cut(old)
    found = feeder.look(rebuilt, 3)[-1]
    assert overlap(found.area, area) >= 0.9


def test_a_picture_of_another_size_is_looked_at_anew(feeder):
    feeder.look(screen(LINEAR).frames)
    other = screen(SCREENS[5])
    first, found = feeder.look(other.frames)
    assert first is None
    assert overlap(found.area, other.truth) >= 0.9


def region(left, top, right, bottom, kind=1):
    return UltrasoundRegion(left, top, right - left + 1, bottom - top + 1, 3, 3, 0.01, 0.01, 1, kind, 0)


def test_of_the_regions_of_a_dicom_file_the_largest_with_tissue_counts():
    found = from_regions([region(0, 0, 900, 700, kind=3), region(10, 20, 109, 69), region(200, 20, 239, 39)])
    assert (found.area, found.confidence) == (Rect(10, 20, 100, 50), 1.0)
    assert from_regions([]) is None
    assert from_regions([region(0, 0, 900, 700, kind=3)]) is None


class Machine:
    """A live source that shows a layout over and over."""

    kind = SourceKind.LIVE
    paced = False
    retries = False
    word = name = "machine"

    def __init__(self, frames):
        self.frames = frames
        self._next = 0

    def open(self):
        height, width = self.frames[0].shape[:2]
        return SourceInfo(width, height, 30.0)

    def read(self):
        self._next += 1
        return Picture(self.frames[self._next % len(self.frames)])

    def close(self):
        pass


@pytest.fixture
def pipeline():
    engine = BlobEngine()
    pipeline = Pipeline(Listener(), lambda name, bundle: engine, bundle_of)
    pipeline.start()
    yield pipeline
    pipeline.close()


def test_the_pipeline_uses_what_is_found_until_the_user_says_otherwise(pipeline):
    layout = screen(LINEAR)
    pipeline.set_model("m", "blob")
    pipeline.set_source(Machine(layout.frames))
    await_true(lambda: pipeline.predictions.latest() is not None)
    assert pipeline.predictions.latest().scan_area == Rect(0, 0, 800, 600)

    before = pipeline.generation
    pipeline.set_find_scan_area(True)
    await_true(lambda: pipeline.found_area is not None)
    found = pipeline.found_area.area
    assert overlap(found, layout.truth) >= 0.9
    await_true(lambda: pipeline.generation > before)
    await_true(lambda: (newest := pipeline.predictions.latest()) is not None and newest.scan_area == found)

    own = Rect(10, 20, 300, 200)
    pipeline.set_scan_area(own)
    assert pipeline.scan_area == own
    pipeline.set_scan_area(None)
    pipeline.set_find_scan_area(False)
    assert pipeline.scan_area is None
    assert pipeline.found_area is None


def test_a_search_that_is_begun_anew_forgets_what_was_found(pipeline):
    layout = screen(LINEAR)
    pipeline.set_source(Machine(layout.frames))
    pipeline.set_find_scan_area(True)
    await_true(lambda: pipeline.found_area is not None)
    pipeline.set_find_scan_area(True)
    assert pipeline.found_area is None
    await_true(lambda: pipeline.found_area is not None)
    assert overlap(pipeline.found_area.area, layout.truth) >= 0.9


def test_a_picture_that_stands_still_is_looked_at_as_well(pipeline):
    layout = screen(LINEAR)
    pipeline.set_source(Machine(layout.frames))
    await_true(lambda: pipeline.frames.latest() is not None)
    pipeline.set_frozen(True)
    pipeline.set_find_scan_area(True)
    await_true(lambda: pipeline.found_area is not None)
    assert overlap(pipeline.found_area.area, layout.truth) >= 0.8


def test_what_comes_in_another_layout_behind_a_frozen_picture_is_not_recorded_by_the_area_before(pipeline):
    layout, other = screen(LINEAR), screen(Plan(9, (800, 600), noise=1))
    machine = Machine(layout.frames)
    pipeline.set_source(machine)
    pipeline.set_find_scan_area(True)
    await_true(lambda: pipeline.found_area is not None)
    found = pipeline.found_area
    pipeline.set_frozen(True)
    pipeline.recorder.start_recording()
    await_true(lambda: pipeline.recorder.state.seconds > 0)
    machine.frames = other.frames
    await_true(lambda: pipeline.recorder.state.dropped > 0, "nothing more to be recorded")
    assert pipeline.found_area is found  # The picture that is shown is still the one from before.
    pipeline.set_frozen(False)
    await_true(lambda: pipeline.scan_area != found.area)
    assert overlap(pipeline.scan_area, other.truth) >= 0.9


def test_after_a_moment_of_another_size_nothing_is_recorded_before_the_scan_area_is_found_again(pipeline):
    layout = screen(LINEAR)
    machine = Machine(layout.frames)
    pipeline.set_source(machine)
    pipeline.set_find_scan_area(True)
    pipeline.set_scan_area(None, size=(800, 600))
    await_true(lambda: pipeline.found_area is not None)
    pipeline.recorder.start_recording()
    await_true(lambda: pipeline.recorder.state.seconds > 0)
    machine.frames = screen(SCREENS[5]).frames
    await_true(lambda: pipeline.found_area is None)
    machine.frames = layout.frames  # Before the window has seen anything.
    await_true(lambda: pipeline.found_area is not None)
    pipeline.close()
    sizes = [read_all(folder)[0].pixels.shape for folder in sorted(recordings_folder().iterdir())]
    assert all(size[:2] != (600, 800) for size in sizes), sizes


def test_a_scan_area_is_not_looked_for_in_pictures_of_another_size_behind_a_frozen_one(pipeline):
    machine = Machine(screen(LINEAR).frames)
    pipeline.set_source(machine)
    pipeline.set_find_scan_area(True)
    await_true(lambda: pipeline.found_area is not None)
    pipeline.set_frozen(True)
    machine.frames = screen(SCREENS[5]).frames
    grabbed = pipeline.statistics.snapshot().totals.grabbed
    await_true(lambda: pipeline.statistics.snapshot().totals.grabbed > grabbed + 2)
    assert pipeline._newest_unset()[1].pixels.shape[:2] == (600, 800)


def test_a_frame_that_is_all_scan_stays_whole():
    scan = screen(LINEAR)
    finder, height, width = ScanAreaFinder(), scan.truth.height, scan.truth.width
    for number, frame in enumerate(scan.frames):
        found = finder.feed(scan.truth.cut(frame), number * STEP)
    assert found.area == Rect(0, 0, width, height)


def test_a_cut_out_scan_whose_depth_is_dark_stays_whole_too():
    scan = screen(LINEAR)
    finder, height, width = ScanAreaFinder(), scan.truth.height, scan.truth.width
    for number, frame in enumerate(scan.frames):
        cut_out = scan.truth.cut(frame).copy()
        cut_out[height * 2 // 3 :] = 16
        found = finder.feed(cut_out, number * STEP)
    assert found.area == Rect(0, 0, width, height)
