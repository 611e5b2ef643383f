import math

import cv2
import numpy as np
import pytest

from model.metrics import iou
from model.temporal import HISTORY_S, SIDE, TIME_S, TemporalFilter, find_movement

SIZE = 256
FRAME_S = 1 / 30


def tissue(seed=0, size=SIZE):
    """A picture float32 (size, size), 0..1, of blurred speckle."""
    noise = np.random.default_rng(seed).standard_normal((size, size))
    grain = cv2.GaussianBlur(noise, (0, 0), size / 40)
    return np.clip(0.5 + 0.2 * grain / grain.std(), 0, 1).astype(np.float32)


def region(inside=0.9):
    """A probability map float32 (1, SIZE, SIZE): an ellipse with a soft edge."""
    ellipse = np.zeros((SIZE, SIZE), np.float32)
    cv2.ellipse(ellipse, (120, 130), (50, 22), 10, 0, 360, float(inside), -1)
    return np.asarray(cv2.GaussianBlur(ellipse, (0, 0), 3))[None]


def moved(grid, shift=(0.0, 0.0), zoom=1.0, degrees=0.0):
    """A picture (n, n), or maps (classes, n, n), moved about the middle."""
    matrix = cv2.getRotationMatrix2D(((SIZE - 1) / 2,) * 2, degrees, zoom)
    matrix[:, 2] += shift
    one = grid if grid.ndim == 2 else grid[0]
    found = cv2.warpAffine(one, matrix, (SIZE, SIZE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return found if grid.ndim == 2 else found[None]


def mask(maps):
    return maps[0] >= 0.5


def centre(maps):
    return np.argwhere(mask(maps)).mean(axis=0)[::-1]


def run(movements, temporal, answers=None):
    """The filter's maps of a clip at 30 frames a second whose pictures are moved like this."""
    shown = answers or [moved(region(), **movement) for movement in movements]
    return [
        temporal.apply(moved(tissue(), **movement), maps, number * FRAME_S)
        for number, (movement, maps) in enumerate(zip(movements, shown, strict=True))
    ]


def sliding(speed=1.0, count=12):
    return [{"shift": (speed * number, speed / 2 * number)} for number in range(count)]


def test_the_first_answer_is_the_networks():
    maps = region()
    assert np.array_equal(TemporalFilter().apply(tissue(), maps, 5.0), maps)


def test_what_jitters_on_a_still_picture_is_steadied():
    rng = np.random.default_rng(1)
    answers = [moved(region(), shift=rng.uniform(-3, 3, 2)) for _ in range(30)]
    steadied = run([{}] * 30, TemporalFilter(), answers)

    def jitter(maps):
        return np.median([1 - iou(mask(one), mask(other)) for one, other in zip(maps[5:], maps[4:], strict=False)])

    assert jitter(steadied) < jitter(answers) / 2


@pytest.mark.parametrize(
    "movements",
    [
        sliding(),
        sliding(speed=6.0),
        [{"zoom": 1 + 0.01 * number} for number in range(12)],
        [{"degrees": 1.5 * number} for number in range(12)],
    ],
    ids=["slide", "quick slide", "zoom", "turn"],
)
def test_the_mask_goes_along_with_the_picture(movements):
    answers = [moved(region(), **movement) for movement in movements]
    for steadied, answer in zip(run(movements, TemporalFilter()), answers, strict=True):
        assert iou(mask(steadied), mask(answer)) > 0.96
        assert np.linalg.norm(centre(steadied) - centre(answer)) < 0.3


def test_without_following_it_lags():
    last = run(sliding(speed=3.0), TemporalFilter(follows=False))[-1]
    assert centre(moved(region(), **sliding(speed=3.0)[-1]))[0] - centre(last)[0] > 2


@pytest.mark.parametrize("shift", [(16.0, 0.0), (-12.0, 9.0), (60.0, 40.0)])
def test_after_a_jump_it_is_in_the_new_place_with_the_same_frame(shift):
    movements = [{}] * 5 + [{"shift": shift}] * 3
    for steadied in run(movements, TemporalFilter())[5:]:
        assert np.linalg.norm(centre(steadied) - centre(moved(region(), shift=shift))) < 1


def test_another_picture_is_judged_by_itself():
    temporal = TemporalFilter()
    temporal.apply(tissue(0), region(), 0.0)
    other = moved(region(), shift=(20, 20))
    assert np.array_equal(temporal.apply(tissue(1), other, FRAME_S), other)


@pytest.mark.parametrize("after", [HISTORY_S * 1.01, 10.0, -FRAME_S])
def test_after_a_gap_or_back_in_time_a_picture_is_judged_by_itself(after):
    temporal = TemporalFilter()
    temporal.apply(tissue(), region(), 50.0)
    nothing = np.zeros_like(region())
    assert np.array_equal(temporal.apply(tissue(), nothing, 50.0 + after), nothing)


def test_pictures_without_contrast_are_judged_by_themselves():
    temporal = TemporalFilter()
    black = np.zeros((SIZE, SIZE), np.float32)
    temporal.apply(black, region(), 0.0)
    nothing = np.zeros_like(region())
    assert np.array_equal(temporal.apply(black, nothing, FRAME_S), nothing)


@pytest.mark.parametrize("steps", [[FRAME_S] * 4, [4 * FRAME_S], [0.01, 0.05, 4 * FRAME_S - 0.06]])
def test_what_is_remembered_depends_on_the_time_and_not_on_the_number_of_frames(steps):
    temporal = TemporalFilter()
    now = 7.0
    temporal.apply(tissue(), np.ones((1, SIZE, SIZE), np.float32), now)
    for step in steps:
        now += step
        left = temporal.apply(tissue(), np.zeros((1, SIZE, SIZE), np.float32), now)
    assert left[0, 128, 128] == pytest.approx(math.exp(-4 * FRAME_S / TIME_S), rel=1e-3)


def test_another_gain_is_no_other_picture():
    temporal = TemporalFilter(time_s=1 / 15)
    temporal.apply(tissue() * np.float32(0.7), region(), 0.0)
    left = temporal.apply(tissue(), np.zeros_like(region()), FRAME_S)
    assert left.max() > 0.5


@pytest.mark.parametrize(("before", "now"), [(0.05, 0.85), (0.85, 0.05)], ids=["comes", "goes"])
def test_a_region_comes_and_goes_one_frame_later_at_most(before, now):
    temporal = TemporalFilter()
    for number in range(5):
        temporal.apply(tissue(), region(before), number * FRAME_S)
    temporal.apply(tissue(), region(now), 5 * FRAME_S)
    second = temporal.apply(tissue(), region(now), 6 * FRAME_S)
    assert mask(second).any() == (now > 0.5)


def test_what_comes_in_from_outside_is_the_new_answers():
    temporal = TemporalFilter()
    temporal.apply(tissue(), np.zeros((1, SIZE, SIZE), np.float32), 0.0)
    answer = temporal.apply(moved(tissue(), shift=(10, 0)), np.ones((1, SIZE, SIZE), np.float32), FRAME_S)
    assert (answer[0, 40:-40, :7] == 1).all()
    assert (answer[0, 40:-40, 20:-40] < 0.5).all()


def test_each_structure_is_steadied_by_itself_and_nothing_given_is_changed():
    temporal = TemporalFilter()
    picture = tissue()
    first, second = np.stack([region()[0], 1 - region()[0]]), np.zeros((2, SIZE, SIZE), np.float32)
    kept = first.copy()
    temporal.apply(picture, first, 0.0)
    both = temporal.apply(picture, second, FRAME_S)
    left = math.exp(-FRAME_S / TIME_S)
    assert both.shape == (2, SIZE, SIZE)
    assert both.dtype == np.float32
    assert np.allclose(both, left * kept, atol=0.02)
    assert np.array_equal(first, kept)
    assert not second.any()
    assert np.array_equal(picture, tissue())


@pytest.mark.parametrize("size", [32, 96, 256])
def test_any_size_of_network_will_do(size):
    picture = tissue(size=size)
    maps = np.zeros((1, size, size), np.float32)
    maps[0, size // 4 : size // 2, size // 4 : size // 2] = 1
    temporal = TemporalFilter()
    temporal.apply(picture, maps, 0.0)
    again = temporal.apply(np.roll(picture, size // 16, axis=1), np.roll(maps, size // 16, axis=2), FRAME_S)
    assert iou(again[0] >= 0.5, np.roll(maps, size // 16, axis=2)[0] >= 0.5) > 0.9


def test_movement_is_found_from_now_to_before():
    small = cv2.resize(tissue(), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    now = cv2.resize(moved(tissue(), shift=(8, -4)), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    matrix = find_movement(small, now)
    assert matrix is not None
    middle = np.array([SIDE / 2, SIDE / 2, 1])
    assert matrix @ middle == pytest.approx(middle[:2] - (2, -1), abs=0.1)
    assert find_movement(small, np.rot90(small).copy()) is None
