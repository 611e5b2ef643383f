import numpy as np

from model.data.augment import augment


def pair():
    masks = np.zeros((2, 256, 256), np.float32)
    masks[0, 110:150, 90:160] = 1
    masks[1, 100:200, 80:120] = 1
    return 0.2 + 0.6 * masks[0], masks


def varied(seed):
    return augment(*pair(), np.random.default_rng(seed))


def test_the_same_draw_gives_the_same_pictures():
    for first, second in zip(varied(3), varied(3), strict=True):
        assert np.array_equal(first, second)


def test_different_draws_differ():
    assert not np.array_equal(varied(3)[0], varied(4)[0])


def test_pictures_stay_float32_between_0_and_1():
    for seed in range(30):
        picture, masks = varied(seed)
        assert picture.shape == (256, 256)
        assert masks.shape == (2, 256, 256)
        for values in (picture, masks):
            assert values.dtype == np.float32
            assert values.min() >= 0
            assert values.max() <= 1


def test_the_mask_moves_with_the_picture():
    for seed in range(30):
        picture, (mask, _) = varied(seed)
        inside, outside = picture[mask > 0.9], picture[(mask < 0.1) & (picture > 0)]
        assert np.median(inside) > np.median(outside) + 0.1


def test_half_of_the_draws_flip():
    picture = np.tile(np.linspace(0.1, 0.9, 256, dtype=np.float32), (256, 1))
    draws = [augment(picture, picture[None], np.random.default_rng(seed))[1][0] for seed in range(60)]
    falling = sum(m[128, 90] > m[128, 160] for m in draws)
    assert 20 < falling < 40


def test_the_inputs_are_left_alone():
    picture, masks = pair()
    augment(picture, masks, np.random.default_rng(0))
    assert np.array_equal(picture, pair()[0])
    assert np.array_equal(masks, pair()[1])
