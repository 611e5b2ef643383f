import numpy as np
import pytest

from model.metrics import iou, overlap


def mask(*columns):
    row = np.zeros((1, 8), np.bool_)
    row[0, list(columns)] = True
    return row


def test_iou_of_one_pair():
    assert iou(mask(0, 1, 2), mask(1, 2, 3)) == pytest.approx(2 / 4)


def test_sum_iou_adds_up_pixels_before_it_divides():
    result = overlap([mask(0, 1, 2, 3), mask(0)], [mask(0, 1, 2, 3), mask(7)])
    assert result.iou.tolist() == [1.0, 0.0]
    assert result.sum_iou == pytest.approx(4 / 6)


def test_accuracy_counts_pictures_above_one_half_only():
    half = overlap([mask(0, 1)], [mask(0)])
    assert half.iou[0] == 0.5
    assert half.accuracy == 0.0
    assert overlap([mask(0, 1, 2), mask(0)], [mask(0, 1), mask(1)]).accuracy == 0.5


def test_dice():
    assert overlap([mask(0, 1, 2)], [mask(2, 3)]).dice[0] == pytest.approx(2 / 5)


def test_two_empty_masks_agree():
    result = overlap([mask()], [mask()])
    assert (result.iou[0], result.dice[0], result.sum_iou) == (1.0, 1.0, 1.0)


def test_a_missed_region_scores_nothing():
    assert overlap([mask()], [mask(1, 2)]).sum_iou == 0.0


def test_lists_of_different_length_are_refused():
    with pytest.raises(ValueError):
        overlap([mask()], [])
