"""Distances between masks, intervals, and paired comparisons, held against SciPy and against counting by hand."""

import math

import numpy as np
import pytest

from model.intervals import differences, intervals, wilcoxon
from model.metrics import Distances, distances, overlap


def square(top, left, side=10, size=(40, 50)):
    mask = np.zeros(size, np.bool_)
    mask[top : top + side, left : left + side] = True
    return mask


def blob(rng, size=(40, 50)):
    rows, columns = np.indices(size)
    (y, x), (a, b) = rng.uniform(12, 28, 2), rng.uniform(5, 11, 2)
    return ((rows - y) / a) ** 2 + ((columns - x) / b) ** 2 < 1


def by_all_pairs(one, other):
    """The same distances from the full table of distances between the edges."""
    from scipy.ndimage import binary_erosion
    from scipy.spatial.distance import cdist

    edges = [np.argwhere(mask & ~binary_erosion(mask)) for mask in (one, other)]
    every = cdist(*edges)
    there, back = every.min(axis=1), every.min(axis=0)
    hausdorff95 = max(np.percentile(there, 95), np.percentile(back, 95))
    centres = [np.argwhere(mask).mean(axis=0) for mask in (one, other)]
    return hausdorff95, np.concatenate([there, back]).mean(), np.linalg.norm(centres[0] - centres[1])


def test_the_same_mask_is_at_no_distance():
    found = distances([square(5, 5)], [square(5, 5)])
    assert (found.hausdorff95[0], found.boundary[0], found.centre[0]) == (0, 0, 0)


def test_a_shifted_square_is_off_by_its_shift():
    found = distances([square(5, 5)], [square(5, 9)])
    assert found.centre[0] == pytest.approx(4)
    assert found.hausdorff95[0] == pytest.approx(4)
    assert 0 < found.boundary[0] < 4


def test_a_region_within_another_has_its_edge_inside():
    found = distances([square(14, 14, side=2)], [square(10, 10, side=10)])
    assert found.centre[0] == pytest.approx(0)
    assert found.hausdorff95[0] == pytest.approx(math.hypot(4, 4), abs=0.5)


@pytest.mark.parametrize("seed", range(4))
def test_distances_agree_with_all_pairs_of_edge_pixels(seed):
    pytest.importorskip("scipy", reason="training requirements are not installed")
    rng = np.random.default_rng(seed)
    one, other = blob(rng), blob(rng)
    found = distances([one], [other])
    assert (found.hausdorff95[0], found.boundary[0], found.centre[0]) == pytest.approx(
        by_all_pairs(one, other), rel=1e-5
    )


def test_the_edge_of_the_picture_is_an_edge_of_the_region():
    whole = np.ones((6, 8), np.bool_)
    found = distances([whole], [square(2, 2, side=2, size=(6, 8))])
    assert found.hausdorff95[0] > 2


def test_an_empty_mask_has_no_distance_and_is_counted():
    empty = np.zeros((40, 50), np.bool_)
    masks = [empty, square(5, 5), empty, square(5, 5)], [square(5, 5), empty, empty, square(5, 6)]
    found, counted = distances(*masks), overlap(*masks)
    assert np.isnan(found.hausdorff95).tolist() == [True, True, True, False]
    assert found.compared.tolist() == [3]
    assert (counted.missed, counted.unexpected) == (1, 1)


def test_distances_take_another_unit():
    found = distances([square(5, 5)], [square(5, 9)]).scaled(0.5)
    assert found.centre[0] == pytest.approx(2)


def some_overlap(count=30, seed=0):
    rng = np.random.default_rng(seed)
    return overlap([blob(rng) for _ in range(count)], [blob(rng) for _ in range(count)])


def test_intervals_hold_the_measure_and_are_the_same_each_time():
    result = some_overlap()
    found = intervals(result, 30)
    for name, value in result.summary().items():
        low, high = found[name]
        assert low <= value <= high
    assert found == intervals(result, 30)


def test_the_interval_of_sum_iou_agrees_with_scipys_bootstrap():
    stats = pytest.importorskip("scipy.stats", reason="training requirements are not installed")
    result = some_overlap()
    theirs = stats.bootstrap(
        (result.intersection, result.union),
        lambda shared, whole, axis: shared.sum(axis=axis) / whole.sum(axis=axis),
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=20000,
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert intervals(result, 30)["sum_iou"] == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_one_picture_has_no_interval():
    assert set(intervals(some_overlap(1), 1).values()) == {None}


def test_no_picture_with_distances_gives_no_number():
    nothing = Distances(*(np.array([]) for _ in range(3)))
    assert all(math.isnan(value) for value in nothing.summary().values())
    assert set(intervals(nothing, 0).values()) == {None}


def test_differences_are_paired():
    pytest.importorskip("scipy", reason="training requirements are not installed")
    rng = np.random.default_rng(3)
    experts = [blob(rng) for _ in range(25)]
    # The second model is the expert less one row, the first less two: better on every picture, by little.
    second, first = ([mask & (np.cumsum(mask.any(axis=1)) > cut)[:, None] for mask in experts] for cut in (1, 2))
    rows = differences(overlap(first, experts), overlap(second, experts), 25, lambda result: {"iou_mean": result.iou})
    found = {row.name: row for row in rows}
    assert found["sum_iou"].difference == pytest.approx(found["sum_iou"].second - found["sum_iou"].first)
    assert found["sum_iou"].interval[0] > 0
    assert found["iou_mean"].wilcoxon_p < 1e-4
    assert found["sum_iou"].wilcoxon_p is None


def test_wilcoxon_without_any_difference_is_1_and_with_none_systematic_is_large():
    pytest.importorskip("scipy", reason="training requirements are not installed")
    values = np.linspace(0.1, 0.9, 12)
    assert wilcoxon(values, values.copy()) == 1.0
    assert wilcoxon(values, values[::-1]) > 0.5
