import cv2
import numpy as np
import pytest

from model.preprocess import mask_to_square, to_grey, to_input, to_square


def test_input_is_one_square_of_grey_between_0_and_1():
    picture = np.full((271, 514), 51, np.uint8)
    inputs = to_input(picture)
    assert inputs.shape == (1, 256, 256, 1)
    assert inputs.dtype == np.float32
    assert np.allclose(inputs, 0.2)


@pytest.mark.parametrize("shape", [(256, 256), (1, 1), (33, 700), (1080, 1920)])
def test_every_size_becomes_the_same_square(shape):
    assert to_square(np.zeros(shape, np.uint8)).shape == (256, 256)


def test_colour_and_grey_versions_of_a_picture_give_the_same_input():
    grey = np.random.default_rng(0).integers(0, 256, (100, 120)).astype(np.uint8)
    colour = np.repeat(grey[..., None], 3, axis=2)
    assert np.array_equal(to_input(grey), to_input(colour))


def test_colour_is_weighted_as_bgr():
    red, blue = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 3), np.uint8)
    red[..., 2], blue[..., 0] = 255, 255
    assert to_grey(red)[0, 0] == 76
    assert to_grey(blue)[0, 0] == 29


def test_shrinking_averages_so_that_speckle_does_not_alias():
    checkers = (np.indices((512, 512)).sum(axis=0) % 2 * 200).astype(np.uint8)
    assert np.all(to_square(checkers) == 100)


def test_a_4k_picture_is_averaged_as_well_as_a_small_one():
    noise = np.random.default_rng(0).integers(0, 256, (1900, 3400)).astype(np.uint8)
    # Speckle as a grabber enlarges it to 4K.
    speckle = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 2), None, 0, 255, cv2.NORM_MINMAX)
    exact = cv2.resize(speckle.astype(np.float32), (192, 192), interpolation=cv2.INTER_AREA)
    difference = np.abs(to_square(speckle, 192) - exact)
    assert difference.max() < 3
    assert difference.mean() < 0.5


@pytest.mark.parametrize(("shape", "most"), [((1080, 1920), 1.5), ((2160, 3840), 1.5)])
def test_where_few_pixels_are_left_for_a_cell_halving_changes_little(shape, most):
    noise = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    # Speckle as a grabber enlarges it.
    speckle = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), shape[0] / 1000), None, 0, 255, cv2.NORM_MINMAX)
    exact = cv2.resize(speckle.astype(np.float32), (192, 192), interpolation=cv2.INTER_AREA)
    assert np.abs(to_square(speckle, 192) - exact).mean() < most
    # What was not averaged would be far off.
    assert np.abs(cv2.resize(speckle, (192, 192), interpolation=cv2.INTER_LINEAR) - exact).mean() > 8 * most


def test_a_read_only_view_of_a_larger_frame_is_taken():
    frame = np.arange(200 * 300, dtype=np.uint8).reshape(200, 300)
    frame.flags.writeable = False
    assert np.array_equal(to_input(frame[20:120, 30:230]), to_input(frame[20:120, 30:230].copy()))


def test_a_mask_cell_belongs_to_the_region_if_half_of_it_does():
    mask = np.zeros((512, 512), np.bool_)
    mask[:, :257] = True
    square = mask_to_square(mask)
    assert square.dtype == np.bool_
    assert square[:, :129].all()
    assert not square[:, 129:].any()
