import cv2
import numpy as np
import pytest

from model.postprocess import clean, find_region, to_mask


def blob(*boxes, inside=0.9, outside=0.05):
    """Probability map (256, 256) with boxes (left, top, right, bottom), right and bottom not included."""
    probability = np.full((256, 256), outside, np.float32)
    for left, top, right, bottom in boxes:
        probability[top:bottom, left:right] = inside
    return probability


def test_an_empty_map_has_no_region():
    assert find_region(blob(), (300, 500), 0.5) is None
    assert not to_mask(blob(), (300, 500), 0.5).any()


def test_a_speck_is_not_a_region():
    assert find_region(blob((100, 100, 110, 110)), (256, 256), 0.5) is None


def test_of_two_pieces_the_weightier_one_stays():
    probability = blob((20, 20, 60, 40))
    probability[100:140, 100:140] = 0.6
    mask = to_mask(probability, (256, 256), 0.5)
    assert not mask[:80].any()
    assert mask[100:140, 100:140].all()


def test_a_small_sure_piece_wins_over_a_larger_faint_one():
    probability = blob((20, 20, 60, 40), inside=1.0)
    probability[100:120, 100:150] = 0.55
    assert to_mask(probability, (256, 256), 0.5)[30, 40]


def test_the_mask_has_the_scan_areas_own_pixels():
    mask = to_mask(blob((64, 64, 128, 128)), (512, 1024), 0.5)
    assert mask.shape == (512, 1024)
    assert mask[200, 400]
    assert abs(mask.sum() - 128 * 256) < 0.02 * 128 * 256


def test_cleaning_leaves_the_map_itself_alone():
    probability = blob((20, 20, 60, 40), (100, 100, 180, 140))
    before = probability.copy()
    clean(probability, 0.5)
    assert np.array_equal(probability, before)


def test_region_is_measured_in_scan_area_pixels():
    region = find_region(blob((64, 128, 128, 160)), (512, 768), 0.5)
    assert region is not None
    assert region.centre == pytest.approx((96 * 3, 144 * 2))
    assert region.area_px == pytest.approx(64 * 32 * 6)
    assert region.confidence == pytest.approx(0.9)


def test_outline_follows_the_regions_edge():
    region = find_region(blob((64, 128, 128, 160)), (256, 256), 0.5)
    assert region is not None
    outline = np.concatenate(region.outlines)
    assert outline.dtype == np.float32
    assert outline.min(axis=0) == pytest.approx((64, 128), abs=0.5)
    assert outline.max(axis=0) == pytest.approx((128, 160), abs=0.5)


def test_outline_filled_odd_even_is_the_mask_with_its_hole():
    probability = cv2.GaussianBlur(blob((64, 64, 160, 160)), (0, 0), 3)
    probability[100:124, 100:124] = 0.0
    size = (512, 512)
    region = find_region(probability, size, 0.5)
    assert region is not None
    filled = np.zeros(size, np.uint8)
    cv2.fillPoly(filled, [np.round(line - 0.5).astype(np.int32) for line in region.outlines], 1)
    mask = to_mask(probability, size, 0.5)
    assert (filled.astype(bool) ^ mask).sum() < 0.04 * mask.sum()
    assert not filled[224, 224]


def test_inner_outline_lies_where_the_model_is_surer():
    probability = np.zeros((256, 256), np.float32)
    cv2.circle(probability, (128, 128), 60, 0.6, -1)
    cv2.circle(probability, (128, 128), 20, 0.9, -1)
    region = find_region(probability, (256, 256), 0.5)
    assert region is not None
    inner = np.concatenate(region.inner_outlines)
    assert inner.max() - inner.min() == pytest.approx(40, abs=3)


def test_without_a_surer_part_there_is_no_inner_outline():
    region = find_region(blob((64, 128, 128, 160), inside=0.6), (256, 256), 0.5)
    assert region is not None
    assert region.inner_outlines == []


def test_a_region_at_the_picture_edge_is_traced():
    region = find_region(blob((0, 0, 60, 40)), (256, 256), 0.5)
    assert region is not None
    assert np.concatenate(region.outlines).min() >= 0
