import shutil

import cv2
import numpy as np
import pytest

from model.__main__ import main
from model.data.agreement import agreement, register
from model.data.folder import Dataset, find_pairs
from model.errors import DataError
from tests.dataset import write_dataset


def scene(seed):
    """A smooth random picture, uint8 (256, 256)."""
    noise = np.random.default_rng(seed).standard_normal((256, 256)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 12)
    return cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def moved(picture, x, y):
    return cv2.warpAffine(picture, np.float32([[1, 0, x], [0, 1, y]]), (256, 256), borderMode=cv2.BORDER_REFLECT)


def square(left, top):
    mask = np.zeros((256, 256), np.bool_)
    mask[top : top + 60, left : left + 60] = True
    return mask


def dataset(images, masks):
    names = tuple(f"p{number}" for number in range(len(images)))
    return Dataset(names, np.stack(images), np.stack(masks)[:, None])


def test_a_mask_is_moved_as_its_picture_has_to_be():
    picture = scene(1)
    found = register(moved(picture, 6, -4), square(106, 96), picture)
    assert (found ^ square(100, 100)).sum() < 100


def test_masks_that_follow_a_movement_agree_once_registered():
    picture = scene(1)
    (band,) = agreement(
        dataset([picture, moved(picture, 3, 0), scene(2)], [square(90, 90), square(93, 90), square(9, 9)])
    )
    assert band.pairs == 1
    assert band.as_drawn.sum_iou < 0.93 < band.registered.sum_iou


def test_two_outlines_of_one_picture_differ_by_what_was_drawn():
    (band,) = agreement(dataset([scene(3), scene(3)], [square(90, 90), square(90, 120)]))
    assert (band.low, band.high) == (0.96, 1.0)
    assert band.registered.sum_iou == pytest.approx(1 / 3, abs=0.01)


def test_pictures_that_are_not_alike_are_said_to_be_so():
    with pytest.raises(DataError, match="No two"):
        agreement(dataset([scene(4), scene(5)], [square(90, 90), square(90, 90)]))


def test_the_command_prints_the_bands(tmp_path, capsys):
    data = write_dataset(tmp_path / "d", 2)
    for name in ("images", "masks"):
        (data / name / "p_1.png").write_bytes((data / name / "p_0.png").read_bytes())
    assert main(["data", "agreement", str(data)]) == 0
    assert "0.96 to 1.00" in capsys.readouterr().out


def test_the_physicians_agree_less_than_perfectly_on_alike_pictures(data_folder, tmp_path, capsys):
    # A fifth of the pictures, for the time that registering takes.
    some = [pair.stem for pair in find_pairs(data_folder)][:100]
    for name in ("images", "masks"):
        (tmp_path / "some" / name).mkdir(parents=True)
        for path in (data_folder / name).iterdir():
            if path.stem in some:
                shutil.copy(path, tmp_path / "some" / name)
    assert main(["data", "agreement", str(tmp_path / "some")]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if " to " in line]
    assert [row[0] for row in rows] == ["0.80", "0.85", "0.90", "0.93", "0.96"]
    assert sum(int(row[3]) for row in rows) > 30
    assert all(0.5 < float(cell) < 1 for row in rows for cell in (row[4], row[7]))
