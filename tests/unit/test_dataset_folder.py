import cv2
import numpy as np
import pytest
from PIL import Image

from model.data.folder import find_pairs, load, read_mask
from model.errors import DataError
from tests.dataset import write_dataset


def test_pairs_come_in_natural_order(tmp_path):
    write_dataset(tmp_path / "d", 11)
    assert [pair.stem for pair in find_pairs(tmp_path / "d")][-2:] == ["p_9", "p_10"]


def test_masks_real_is_another_name_for_masks(tmp_path):
    write_dataset(tmp_path / "d", 2)
    (tmp_path / "d" / "masks").rename(tmp_path / "d" / "masks_real")
    assert len(find_pairs(tmp_path / "d")) == 2


def test_load_puts_everything_on_the_grid(tmp_path):
    data = load(write_dataset(tmp_path / "d", 3))
    assert data.images.shape == (3, 256, 256)
    assert data.masks.shape == (3, 1, 256, 256)
    assert 0.02 < data.masks.mean() < 0.2


def test_a_subset_keeps_the_order_asked_for(tmp_path):
    data = load(write_dataset(tmp_path / "d", 3), 32)
    subset = data.subset(["p_2", "p_0"])
    assert subset.names == ("p_2", "p_0")
    assert np.array_equal(subset.images[0], data.images[2])
    with pytest.raises(DataError, match="p_7"):
        data.subset(["p_7"])


@pytest.mark.parametrize("lost", ["images", "masks"])
def test_what_has_no_partner_is_named(tmp_path, lost):
    write_dataset(tmp_path / "d", 3)
    (tmp_path / "d" / lost / "p_1.png").unlink()
    with pytest.raises(DataError, match=r"p_1\.png"):
        find_pairs(tmp_path / "d")


def test_a_folder_without_the_two_folders_is_no_data_set(tmp_path):
    with pytest.raises(DataError, match="images/ and masks/"):
        find_pairs(tmp_path)


def test_an_empty_data_set_is_refused(tmp_path):
    write_dataset(tmp_path / "d", 0)
    with pytest.raises(DataError, match="no picture"):
        find_pairs(tmp_path / "d")


def test_two_pictures_with_one_stem_are_refused(tmp_path):
    write_dataset(tmp_path / "d", 1)
    (tmp_path / "d" / "images" / "p_0.jpg").write_bytes(b"x")
    with pytest.raises(DataError, match="same stem"):
        find_pairs(tmp_path / "d")


def test_different_sizes_of_a_pair_are_named(tmp_path):
    write_dataset(tmp_path / "d", 1)
    cv2.imwrite(str(tmp_path / "d" / "masks" / "p_0.png"), np.ones((5, 6), np.uint8))
    with pytest.raises(DataError, match=r"120 x 90.*6 x 5"):
        load(tmp_path / "d")


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_a_damaged_picture_is_named(tmp_path, content):
    write_dataset(tmp_path / "d", 2)
    (tmp_path / "d" / "images" / "p_1.png").write_bytes(content)
    with pytest.raises(DataError, match=r"p_1\.png"):
        load(tmp_path / "d")


def test_whatever_is_not_black_in_a_mask_is_region(tmp_path):
    path = tmp_path / "mask.png"
    cv2.imwrite(str(path), np.array([[0, 1, 255]], np.uint8))
    assert read_mask(path).tolist() == [[False, True, True]]


@pytest.mark.parametrize("value", [1, 255, 4095, 65535])
@pytest.mark.parametrize("name", ["p_0.png", "p_0.tiff"])
def test_whatever_is_not_black_in_a_mask_of_16_bits_is_region(tmp_path, name, value):
    assert cv2.imwrite(str(tmp_path / name), np.array([[0, value]], np.uint16))
    assert read_mask(tmp_path / name).tolist() == [[False, True]]


def test_what_a_mask_lets_shine_through_does_not_count(tmp_path):
    clear = np.zeros((1, 2, 4), np.uint8)
    clear[0] = (0, 0, 0, 255), (0, 9, 0, 0)
    assert cv2.imwrite(str(tmp_path / "m.png"), clear)
    assert read_mask(tmp_path / "m.png").tolist() == [[False, True]]


def test_the_real_data_set_loads_whole(data_folder):
    data = load(data_folder)
    assert len(data) == 500
    assert data.masks.mean(axis=(1, 2, 3)).min() > 0.008
    assert data.masks.mean(axis=(1, 2, 3)).max() < 0.06


def test_an_animated_picture_is_refused(tmp_path):
    """OpenCV writes past its memory where a frame of a damaged one says another size than the file."""
    frames = [Image.new("L", (20, 10), grey) for grey in (0, 255)]
    frames[0].save(tmp_path / "moves.png", save_all=True, append_images=frames[1:])
    with pytest.raises(DataError, match=r"moves.png is an animated picture: give a still one"):
        read_mask(tmp_path / "moves.png")
