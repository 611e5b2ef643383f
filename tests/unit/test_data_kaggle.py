"""The layout of Kaggle's Ultrasound Nerve Segmentation, and folders with several classes."""

import numpy as np
import pytest

from model.data.folder import find_pairs, find_pictures, load, read_masks
from model.data.splits import grouped_split
from model.errors import DataError
from tests.media import write_image


def write_kaggle(folder, subjects=4, each=3):
    """Pictures of some subjects; the second mask of each subject is empty."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for subject in range(1, subjects + 1):
        for number in range(1, each + 1):
            mask = np.zeros((42, 58), np.uint8)
            if number != 2:
                mask[10:20, 20:40] = 255
            write_image(folder / f"{subject}_{number}.tif", rng.integers(0, 255, mask.shape).astype(np.uint8))
            write_image(folder / f"{subject}_{number}_mask.tif", mask)
    return folder


def test_pictures_and_masks_are_paired_in_natural_order_and_masks_may_be_empty(tmp_path):
    data = load(write_kaggle(tmp_path / "train", subjects=10))
    assert data.names[:4] == ("1_1", "1_2", "1_3", "2_1")
    assert data.names[-1] == "10_3"
    assert [bool(mask.any()) for mask in data.masks[:3]] == [True, False, True]


def test_the_subject_is_the_group(tmp_path):
    data = load(write_kaggle(tmp_path / "train", subjects=6))
    assert data.groups[:4] == ("1", "1", "1", "2")
    split = grouped_split(data, 6, seed=1)
    assert not {name.split("_")[0] for name in split.train} & {name.split("_")[0] for name in split.development}
    assert "own groups" in split.method
    assert data.subset(["2_1", "1_1"]).groups == ("2", "1")


@pytest.mark.parametrize("lost", ["2_1.tif", "2_1_mask.tif"])
def test_what_has_no_partner_is_named(tmp_path, lost):
    folder = write_kaggle(tmp_path / "train")
    (folder / lost).unlink()
    with pytest.raises(DataError, match=r"2_1(_mask)?\.tif"):
        find_pairs(folder)


def test_the_masks_are_no_pictures_to_predict(tmp_path):
    assert [stem for stem, _ in find_pictures(write_kaggle(tmp_path / "train", 1))] == ["1_1", "1_2", "1_3"]


def test_kaggle_has_one_class(tmp_path):
    with pytest.raises(DataError, match="one class"):
        find_pairs(write_kaggle(tmp_path / "train"), ["nerve", "artery"])
    assert len(find_pairs(tmp_path / "train", ["nerve"])) == 12


def write_classes(folder):
    (folder / "images").mkdir(parents=True)
    write_image(folder / "images" / "a.png", np.zeros((20, 30), np.uint8))
    for row, name in enumerate(("block region", "artery")):
        (folder / "masks" / name).mkdir(parents=True)
        mask = np.zeros((20, 30), np.uint8)
        mask[row] = 255
        write_image(folder / "masks" / name / "a.png", mask)
    return folder


def test_each_class_has_its_folder_of_masks(tmp_path):
    (pair,) = find_pairs(write_classes(tmp_path / "d"), ["artery", "block region"])
    masks = read_masks(pair)
    assert masks.shape == (2, 20, 30)
    assert masks[0, 1].all()
    assert masks[1, 0].all()
    assert masks.sum() == 60


def test_the_block_region_is_read_where_nothing_else_is_asked_for(tmp_path):
    (pair,) = find_pairs(write_classes(tmp_path / "d"))
    assert np.flatnonzero(read_masks(pair)[0].any(axis=1)).tolist() == [0]


def test_a_class_that_is_not_there_is_named(tmp_path):
    write_classes(tmp_path / "d")
    with pytest.raises(DataError, match="'vein', only of: artery, block region"):
        find_pairs(tmp_path / "d", ["block region", "vein"])


def test_a_missing_or_smaller_mask_of_one_class_is_named(tmp_path):
    folder = write_classes(tmp_path / "d")
    write_image(folder / "masks" / "artery" / "a.png", np.zeros((5, 5), np.uint8))
    with pytest.raises(DataError, match="another size"):
        read_masks(find_pairs(folder, ["block region", "artery"])[0])
    (folder / "masks" / "artery" / "a.png").unlink()
    with pytest.raises(DataError, match=r"no partner for a\.png"):
        find_pairs(folder, ["block region", "artery"])
