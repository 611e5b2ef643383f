import threading

import numpy as np
import pytest

from app.capture.source import Frame, Picture, SourceError, SourceInfo, SourceKind
from app.pipeline.grab import DEBT_S, Grabber, Pace, Reel, RepeatWatch, frame_after
from app.pipeline.types import SourceState
from tests.pipeline_parts import Clip, Hand, Listener, await_true, pixels_of


class Watched:
    """A grabber with everything that it publishes and reports."""

    def __init__(self, source, **settings):
        self.frames = Listener()
        self.jumps = []
        self.states = Listener()
        self.grabber = Grabber(source, self._publish, lambda _, event: self.states(event), **settings)

    def _publish(self, _, frame, jumped):
        self.jumps.append(jumped)
        self.frames(frame)

    def wait_for_frame(self, number, count=1):
        return self.frames.wait_for(lambda frame: frame.number == number, count)

    def wait_for_state(self, state, count=1):
        return self.states.wait_for(lambda event: event.state is state, count)

    @property
    def numbers(self):
        return [frame.number for frame in self.frames.events]


@pytest.fixture
def watch():
    begun = []

    def start(source, *orders, **settings):
        watched = Watched(source, **settings)
        begun.append(watched.grabber)
        for order in orders:
            getattr(watched.grabber, order)()
        watched.grabber.start()
        return watched

    yield start
    for grabber in begun:
        grabber.stop()
    assert all(grabber.join(10) for grabber in begun)


def test_a_recording_is_published_frame_by_frame_with_its_own_numbers_and_time_stamps(watch):
    watched = watch(Clip(6, loops=False))
    watched.wait_for_state(SourceState.ENDED)
    assert watched.numbers == [0, 1, 2, 3, 4, 5]
    assert [frame.time_s for frame in watched.frames.events] == [number / 200 for number in range(6)]
    assert [int(frame.pixels[0, 0]) for frame in watched.frames.events] == [0, 1, 2, 3, 4, 5]
    assert watched.jumps == [False] * 6


def test_a_recording_is_not_played_faster_than_its_time_stamps(watch):
    watched = watch(Clip(11, rate=50.0, loops=False))
    watched.wait_for_state(SourceState.ENDED)
    times = [frame.captured for frame in watched.frames.events]
    assert times[-1] - times[0] >= 0.2 - 1e-6


def test_a_looping_recording_starts_again_and_says_that_it_jumped(watch):
    watched = watch(Clip(4))
    watched.wait_for_frame(0, count=3)
    assert watched.numbers[:9] == [0, 1, 2, 3, 0, 1, 2, 3, 0]
    assert watched.jumps[:9] == [number == 4 or number == 8 for number in range(9)]


def test_states_of_a_recording_that_ends(watch):
    watched = watch(Clip(2, loops=False))
    watched.wait_for_state(SourceState.ENDED)
    assert [event.state for event in watched.states.events] == [
        SourceState.OPENING,
        SourceState.RUNNING,
        SourceState.ENDED,
    ]
    assert watched.states.events[-1].info == SourceInfo(32, 24, 200.0)


def test_an_ended_recording_plays_again_from_its_start(watch):
    watched = watch(Clip(3, loops=False))
    watched.wait_for_state(SourceState.ENDED)
    watched.grabber.play()
    watched.wait_for_state(SourceState.ENDED, count=2)
    assert watched.numbers == [0, 1, 2, 0, 1, 2]


def test_a_recording_paused_before_it_opens_shows_its_first_frame_only(watch):
    watched = watch(Clip(5), "pause")
    watched.wait_for_state(SourceState.PAUSED)
    watched.wait_for_frame(0)
    watched.grabber.step(1)
    watched.wait_for_frame(1)
    assert watched.numbers == [0, 1]


def test_steps_are_exact_in_both_directions_and_end_at_the_ends(watch):
    clip = Clip(10)
    watched = watch(clip, "pause")
    watched.wait_for_frame(0)
    for order, shown in (
        (lambda: watched.grabber.step(1), 1),
        (lambda: watched.grabber.step(3), 4),
        (lambda: watched.grabber.step(-1), 3),
        (lambda: watched.grabber.seek(8), 8),
        (lambda: watched.grabber.step(5), 9),
        (lambda: watched.grabber.seek(99), 9),
        (lambda: watched.grabber.step(-50), 0),
    ):
        before = len(watched.numbers)
        order()
        await_true(lambda count=before: len(watched.numbers) > count, f"frame {shown}")
        assert watched.numbers[before:] == [shown]
        assert int(watched.frames.events[-1].pixels[0, 0]) == shown
    assert all(watched.jumps[1:])


def test_one_step_on_does_not_seek(watch):
    clip = Clip(10)
    watched = watch(clip, "pause")
    watched.wait_for_frame(0)
    for number in (1, 2, 3):
        watched.grabber.step(1)
        watched.wait_for_frame(number)
    assert clip.seeks == []


def test_a_range_repeats_until_it_is_taken_away(watch):
    watched = watch(Clip(10))
    watched.wait_for_frame(3)
    watched.grabber.set_range((4, 6))
    watched.wait_for_frame(4, 3)
    shown = watched.numbers
    inside = shown[shown.index(6) if 6 in shown else 0 :]
    assert set(inside[-5:]) <= {4, 5, 6}
    assert inside[inside.index(6) + 1] == 4
    watched.grabber.set_range(None)
    watched.wait_for_frame(9)


def test_a_range_elsewhere_is_gone_to_and_a_step_may_leave_it(watch):
    watched = watch(Clip(10), "pause")
    watched.wait_for_frame(0)
    watched.grabber.set_range((4, 6))
    watched.wait_for_frame(4)
    watched.grabber.seek(8)
    watched.wait_for_frame(8)
    watched.grabber.play()
    watched.wait_for_frame(5)
    assert 9 not in watched.numbers


@pytest.mark.parametrize("speed", [0.1, 0.5, 2.0, 4.0])
def test_the_pace_is_that_of_the_time_stamps_times_the_speed(speed):
    pace = Pace(25.0)
    pace.speed = speed
    now, start = 100.0, 100.0
    pace.shown(picture(0.0), now)
    pace.restart(now)
    for number in range(1, 20):
        now = pace.due(picture(number / 10))
        pace.shown(picture(number / 10), now)
    assert now - start == pytest.approx(1.9 / speed)


def test_a_change_of_speed_wakes_a_recording_that_waits(watch):
    watched = watch(Clip(10, rate=0.01))
    watched.wait_for_frame(0)
    watched.grabber.set_speed(1e6)
    watched.wait_for_frame(3)


def test_steps_asked_for_at_once_add_up(watch):
    clip = Clip(50)
    watched = watch(clip, "pause")
    watched.wait_for_frame(0)
    for _ in range(20):
        watched.grabber.step(1)
    watched.wait_for_frame(20)
    assert watched.numbers[-1] == 20


def test_seconds_asked_for_at_once_add_up(watch):
    clip = Clip(500, rate=20.0)
    watched = watch(clip, "pause")
    watched.wait_for_frame(0)
    for seconds in (*[1] * 10, *[-1] * 3, 2):
        watched.grabber.skip(seconds)
    watched.wait_for_frame(9 * 20)
    assert watched.numbers[-1] == 9 * 20


def test_seconds_while_playing_play_on(watch):
    watched = watch(Clip(1000, rate=100.0))
    watched.wait_for_frame(2)
    watched.grabber.skip(5)
    await_true(lambda: watched.numbers[-1] > 500)
    assert watched.states.events[-1].state is SourceState.RUNNING


class Varying(Clip):
    """Ten frames in the first second, then one every three seconds."""

    def __init__(self):
        super().__init__(13)
        self.times_s = [*(number / 10 for number in range(10)), 4.0, 7.0, 10.0]


def test_seconds_are_those_of_the_time_stamps_and_always_another_frame():
    clip = Varying()
    for frame, seconds, expected in (
        *((0, 0.5, 5), (0, 1, 9), (2, -1, 0), (9, 1, 10), (9, 3, 10), (10, 3, 11), (10, -1, 9), (11, -6, 9)),
        *((0, 60, 12), (12, 1, 12), (0, -1, 0), (12, -1, 11), (99, -1, 12)),
    ):
        assert frame_after(clip, frame, seconds, 25.0) == expected, (frame, seconds)
    clip.times_s = None
    assert [frame_after(clip, 3, seconds, 5.0) for seconds in (1, -1, 0.01, -0.01, 60)] == [8, 0, 4, 2, 12]


def test_a_step_pauses_and_play_goes_on_from_there(watch):
    watched = watch(Clip(200, rate=100.0))
    watched.wait_for_frame(3)
    watched.grabber.step(1)
    watched.wait_for_state(SourceState.PAUSED)
    await_true(lambda: True in watched.jumps)
    stopped_at = watched.numbers[-1]
    watched.grabber.play()
    watched.wait_for_frame(stopped_at + 2)
    at = len(watched.numbers) - 1 - watched.numbers[::-1].index(stopped_at)
    assert watched.numbers[at : at + 3] == [stopped_at, stopped_at + 1, stopped_at + 2]
    assert watched.states.events[-1].state is SourceState.RUNNING


def test_a_seek_while_playing_plays_on_from_there(watch):
    watched = watch(Clip(1000, rate=100.0))
    watched.wait_for_frame(2)
    watched.grabber.seek(500)
    watched.wait_for_frame(503)
    at = watched.numbers.index(500)
    assert watched.numbers[at : at + 4] == [500, 501, 502, 503]
    assert watched.jumps[at : at + 2] == [True, False]


def test_a_recording_without_a_picture_says_so_and_ends(watch):
    watched = watch(Clip(0))
    event = watched.wait_for_state(SourceState.NO_SIGNAL)
    assert "clip holds no picture" in event.reason
    assert event.retry_s is None
    assert watched.grabber.join(10)


class CutOff(Clip):
    """Says that it has ten frames; four can be read."""

    def read(self):
        if self._next >= 4:
            raise SourceError("clip ends early, after 4 of 10 frames: copy it again.")
        return super().read()


def reasons(watched):
    assert SourceState.NO_SIGNAL not in [event.state for event in watched.states.events]
    return [event.reason for event in watched.states.events if event.reason]


def test_what_there_is_of_a_recording_that_is_cut_off_is_played_over_and_over_and_the_rest_said_once(watch):
    watched = watch(CutOff())
    watched.wait_for_frame(0, count=3)
    assert watched.numbers[:9] == [0, 1, 2, 3, 0, 1, 2, 3, 0]
    watched.wait_for_frame(2, count=3)
    assert reasons(watched) == ["clip ends early, after 4 of 10 frames: copy it again."]


def test_a_recording_that_is_cut_off_ends_and_is_stepped_sought_and_played_again(watch):
    watched = watch(CutOff(loops=False))
    assert watched.wait_for_state(SourceState.ENDED).reason.startswith("clip ends early")
    grabber = watched.grabber
    for order in (lambda: grabber.step(-1), lambda: grabber.seek(1), lambda: grabber.step(1)):
        count = len(watched.numbers)
        order()
        await_true(lambda count=count: len(watched.numbers) > count)
    assert watched.numbers == [0, 1, 2, 3, 2, 1, 2]
    grabber.seek(8)
    watched.wait_for_state(SourceState.ENDED, count=2)
    grabber.play()
    watched.wait_for_frame(3, count=2)
    assert len(reasons(watched)) == 1


def test_a_recording_that_cannot_be_read_at_all_any_more_is_a_lost_signal(watch):
    clip = CutOff()
    watched = watch(clip)
    watched.wait_for_frame(3)
    clip.read = lambda: failed("clip does not exist: check the path.")
    assert watched.wait_for_state(SourceState.NO_SIGNAL).reason == "clip does not exist: check the path."


def failed(text):
    raise SourceError(text)


def test_live_frames_count_from_zero_and_carry_their_arrival(watch):
    hand = Hand()
    hand.give(10, 20, 30)
    watched = watch(hand)
    watched.wait_for_frame(2)
    assert [int(frame.pixels[0, 0]) for frame in watched.frames.events[:3]] == [10, 20, 30]
    assert watched.frames.events[0].captured < watched.frames.events[2].captured
    assert watched.frames.events[0].time_s is None


def test_a_live_source_that_fails_is_tried_again_with_growing_pauses(watch):
    hand = Hand()
    hand.give(*[SourceError(f"gone {number}") for number in range(5)])
    watched = watch(hand, pauses=(0.001, 0.002, 0.004))
    event = watched.wait_for_state(SourceState.NO_SIGNAL, count=5)
    lost = [event for event in watched.states.events if event.state is SourceState.NO_SIGNAL]
    assert [event.retry_s for event in lost[:5]] == [0.001, 0.002, 0.004, 0.004, 0.004]
    assert event.reason == "gone 4"
    assert hand.closed >= 4


def test_a_live_source_that_comes_back_runs_again_and_pauses_start_small_anew(watch):
    hand = Hand()
    hand.give(SourceError("a"), SourceError("b"), 7, SourceError("c"))
    watched = watch(hand, pauses=(0.001, 0.002, 0.004))
    watched.wait_for_state(SourceState.NO_SIGNAL, count=3)
    lost = [event for event in watched.states.events if event.state is SourceState.NO_SIGNAL]
    assert [(event.reason, event.retry_s) for event in lost[:3]] == [("a", 0.001), ("b", 0.002), ("c", 0.001)]
    assert int(watched.frames.events[0].pixels[0, 0]) == 7


def test_live_frames_are_counted_on_after_a_lost_signal(watch):
    hand = Hand()
    hand.give(1, 2, SourceError("gone"), 3)
    watched = watch(hand, pauses=(0.001,))
    frame = watched.wait_for_frame(2)
    assert int(frame.pixels[0, 0]) == 3


def test_the_pause_before_the_next_try_ends_at_once_when_stopped(watch):
    hand = Hand()
    hand.give(SourceError("gone"))
    watched = watch(hand, pauses=(3600.0,))
    watched.wait_for_state(SourceState.NO_SIGNAL)
    watched.grabber.stop()
    assert watched.grabber.join(10)


def test_a_source_that_is_not_to_be_tried_again_fails_once(watch):
    hand = Hand(retries=False)
    hand.give(SourceError("The file ends early."))
    watched = watch(hand)
    assert watched.wait_for_state(SourceState.NO_SIGNAL).retry_s is None
    assert watched.grabber.join(10)
    assert hand.opened == 1


def test_an_unexpected_error_is_a_lost_signal_with_a_sentence(watch):
    hand = Hand(retries=False)
    hand.give(ZeroDivisionError("in the driver"))
    watched = watch(hand)
    reason = watched.wait_for_state(SourceState.NO_SIGNAL).reason
    assert reason.startswith("hand failed unexpectedly (ZeroDivisionError: in the driver)")


def test_a_grabber_waits_until_the_one_before_has_let_the_device_go(watch):
    first = watch(Hand())
    first.wait_for_state(SourceState.RUNNING)
    second_source = Hand()
    second = watch(second_source, after=[first.grabber])
    assert second_source.opened == 0
    first.grabber.stop()
    second.wait_for_state(SourceState.RUNNING)
    assert not first.grabber.alive


class Ticker:
    """A live source that does not wait for its pictures, like the screen."""

    word = name = "ticker"
    kind = SourceKind.LIVE
    paced = False
    retries = True

    def open(self):
        return SourceInfo(32, 24, 100.0)

    def read(self):
        return Picture(pixels_of(5))

    def close(self):
        pass


def test_a_live_source_that_does_not_wait_is_read_at_its_rate(watch):
    watched = watch(Ticker())
    watched.wait_for_frame(10)
    times = [frame.captured for frame in watched.frames.events]
    assert times[10] - times[0] >= 0.1 - 0.02


def test_a_live_picture_that_repeats_for_a_second_is_reported_and_so_is_its_end(watch, monkeypatch):
    monkeypatch.setattr("app.pipeline.grab.REPEAT_S", 0.01)
    hand = Hand()
    watched = watch(hand)
    hand.give(1, 2, 2)
    while SourceState.REPEATING not in [event.state for event in watched.states.events]:
        hand.give(2)
        watched.frames.wait_for(lambda frame: True, len(watched.numbers) + 1)
    hand.give(3)
    watched.wait_for_state(SourceState.RUNNING, count=2)
    assert [event.state for event in watched.states.events][:4] == [
        SourceState.OPENING,
        SourceState.RUNNING,
        SourceState.REPEATING,
        SourceState.RUNNING,
    ]


def test_repeating_takes_more_than_a_second_of_the_same_pixels():
    watch = RepeatWatch()
    pixels = np.arange(64 * 64 * 3, dtype=np.uint32).reshape(64, 64, 3).astype(np.uint8)
    changed = pixels.copy()
    changed[20:24, 20:24] += 1
    assert not watch.repeats(pixels, 100.0)
    assert not watch.repeats(pixels, 101.0)
    assert watch.repeats(pixels.copy(), 101.1)
    assert not watch.repeats(changed, 101.2)
    assert not watch.repeats(pixels, 101.3)


def picture(time_s):
    return Picture(pixels_of(0), time_s)


def test_the_pace_follows_time_stamps_without_drift_when_pictures_are_a_little_late():
    pace = Pace(25.0)
    pace.shown(picture(0.0), 10.0)
    pace.restart(10.0)
    now = 10.0
    for number in range(1, 100):
        assert pace.due(picture(number * 0.1)) == pytest.approx(10.0 + number * 0.1)
        now = 10.0 + number * 0.1 + 0.004
        pace.shown(picture(number * 0.1), now)


def test_a_recording_that_is_much_too_late_goes_on_from_now():
    pace = Pace(25.0)
    pace.shown(picture(0.0), 10.0)
    pace.restart(10.0)
    late = 10.1 + DEBT_S + 1
    pace.shown(picture(0.1), late)
    assert pace.due(picture(0.2)) == pytest.approx(late + 0.1)


def test_a_small_delay_is_caught_up_at_double_speed_at_most():
    pace = Pace(25.0)
    pace.shown(picture(0.0), 10.0)
    pace.restart(10.0)
    pace.shown(picture(0.1), 10.3)
    assert pace.due(picture(0.2)) == pytest.approx(10.35)


def test_without_time_stamps_or_where_they_go_back_the_rate_counts():
    pace = Pace(20.0)
    pace.restart(5.0)
    assert pace.due(picture(None)) == pytest.approx(5.05)
    pace.shown(picture(9.0), 5.05)
    assert pace.due(picture(0.0)) == pytest.approx(5.10)


class Overstated(Clip):
    """Says until its end is met that it has more frames, as a clip does that was trimmed without encoding."""

    claimed = 13

    @property
    def frame_count(self):
        return self.claimed

    def read(self):
        found = super().read()
        self.claimed = self.claimed if found else self.count
        return found

    def seek(self, frame):
        self._next = min(frame, self.claimed - 1)


@pytest.mark.parametrize("frame", [10, 12, 99])
def test_what_is_sought_beyond_the_end_is_the_last_frame(watch, frame):
    watched = watch(Overstated(10), "pause")
    watched.wait_for_frame(0)
    watched.grabber.seek(frame)
    watched.wait_for_frame(9)
    assert watched.numbers == [0, 9]
    assert int(watched.frames.events[-1].pixels[0, 0]) == 9


def test_forwards_again_at_the_last_frame_there_is_none_behind_it():
    clip = Clip(10)
    reel = Reel(clip, lambda _: None)
    reel.seek(9)
    reel.read_ahead()
    reel.advance()
    reel.go_back(8)
    reel.go_on(10)
    reel.read_ahead()
    assert (reel.number, int(reel.picture.pixels[0, 0])) == (9, 9)
    reel.close()


def test_a_frame_is_stamped_when_it_is_shown_not_when_it_is_read(watch):
    watched = watch(Clip(5), "pause")
    watched.wait_for_frame(0)
    threading.Event().wait(0.05)
    watched.grabber.step(1)
    first, second = watched.wait_for_frame(0), watched.wait_for_frame(1)
    assert isinstance(first, Frame)
    assert second.captured - first.captured >= 0.04


def test_the_time_to_read_a_picture_is_reported():
    times = []
    reel = Reel(Clip(3), times.append)
    reel.read_ahead()
    assert [list(steps) for steps in times] == [["capture"]]
    assert times[0]["capture"] >= 0
