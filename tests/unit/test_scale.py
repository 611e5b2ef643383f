from dataclasses import replace

import cv2
import numpy as np
import pytest

from app.capture.dicom import UltrasoundRegion
from app.pipeline.scale import FROM_FILE, Measures, Scale, measure, of_regions, pixel_mm
from app.pipeline.scan_area import from_regions
from app.pipeline.types import Rect
from model.postprocess import find_region

FRAME = (1024, 768)


def drawn(width, height, left, top, wide, high):
    """The region of a mask drawn into a scan area of so many pixels."""
    mask = np.zeros((height, width), np.float32)
    cv2.rectangle(mask, (left, top), (left + wide - 1, top + high - 1), 1.0, -1)
    probability = np.asarray(cv2.resize(mask, (256, 256), interpolation=cv2.INTER_AREA), np.float32)
    return find_region(probability, (height, width), 0.5)


@pytest.mark.parametrize(("mm_x", "mm_y"), [(0.1, 0.1), (0.05, 0.08)])
def test_a_drawn_mask_measures_what_was_drawn(mm_x, mm_y):
    measured = measure(drawn(512, 512, 120, 160, 200, 80), Scale(mm_x, mm_y, FRAME))
    assert measured.depth_mm == pytest.approx(160 * mm_y, abs=2 * mm_y)
    assert measured.width_mm == pytest.approx(200 * mm_x, abs=3 * mm_x)
    assert measured.area_mm2 == pytest.approx(200 * 80 * mm_x * mm_y, rel=0.03)


def test_a_scan_area_of_another_shape_than_the_networks_changes_nothing():
    measured = measure(drawn(640, 336, 200, 100, 160, 90), Scale(0.1, 0.1, FRAME))
    assert measured.depth_mm == pytest.approx(10.0, abs=0.3)
    assert measured.width_mm == pytest.approx(16.0, abs=0.4)
    assert measured.area_mm2 == pytest.approx(144, rel=0.04)


def test_measures_are_said_in_few_digits():
    assert str(Measures(16.6, 22.9, 213.4)) == "17 mm deep · 23 mm wide · 210 mm²"
    assert str(Measures(6.4, 9.0, 34.4)) == "6 mm deep · 9 mm wide · 34 mm²"


def test_two_ticks_give_the_size_of_a_pixel_whichever_way_they_lie():
    assert pixel_mm((100, 50), (100, 450), 4.0) == pytest.approx(0.1)
    assert pixel_mm((100, 450), (100, 50), 4.0) == pytest.approx(0.1)
    assert pixel_mm((0, 0), (300, 400), 5.0) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("second", "distance", "words"),
    [((100, 60), 4.0, "too close"), ((100, 450), 0.001, "cannot be"), ((100, 150), 45.0, "check the distance")],
)
def test_a_scale_that_cannot_be_is_said(second, distance, words):
    with pytest.raises(ValueError, match=words):
        pixel_mm((100, 50), second, distance)


def region(area, cm=0.01, units=3, spatial=1, data=1):
    return UltrasoundRegion(area.x, area.y, area.width, area.height, units, units, cm, cm, spatial, data, 0)


LEFT, RIGHT = Rect(0, 100, 500, 600), Rect(512, 100, 500, 600)


def test_a_files_region_gives_the_scale_of_the_scan_area_in_it():
    scale = of_regions([region(LEFT, 0.01), region(RIGHT, 0.02)], Rect(520, 110, 400, 500), FRAME)
    assert scale is not None
    assert (scale.mm_x, scale.mm_y, scale.frame, scale.name) == (
        pytest.approx(0.2),
        pytest.approx(0.2),
        FRAME,
        FROM_FILE,
    )


@pytest.mark.parametrize(("outside", "known"), [(0, 0.2), (40, 0.2), (60, None)])
def test_most_of_the_scan_area_must_lie_in_a_region_for_its_scale(outside, known):
    area = Rect(RIGHT.x + RIGHT.width - 500 + outside, RIGHT.y, 500, 600)
    scale = of_regions([region(LEFT, 0.01), region(RIGHT, 0.02)], area, FRAME)
    assert (scale and scale.mm_x) == (known and pytest.approx(known))


def test_where_it_is_not_certain_which_scale_holds_there_is_none():
    whole = Rect(0, 0, *FRAME)
    assert of_regions([region(LEFT), replace(region(RIGHT), delta_y=0.02)], whole, FRAME) is None
    assert of_regions([region(LEFT, 0.01), region(RIGHT, 0.02)], whole, FRAME) is None
    assert of_regions([region(LEFT, 0.01), region(RIGHT, 0.01)], whole, FRAME) is not None


def test_regions_that_measure_no_length_give_no_scale():
    assert of_regions([], LEFT, FRAME) is None
    assert of_regions([region(LEFT, units=4), region(LEFT, spatial=2)], LEFT, FRAME) is None
    assert of_regions([region(LEFT, cm=0.0)], LEFT, FRAME) is None


def test_a_header_that_does_not_fit_its_picture_is_not_believed():
    outside = replace(region(LEFT), fits=False)
    assert of_regions([outside], LEFT, FRAME) is None
    assert of_regions([region(RIGHT), outside], RIGHT, FRAME) is None
    assert from_regions([outside]) is None
