import numpy as np
import pytest

from model.data.folder import Dataset, load
from model.data.splits import grouped_split, near_duplicate_groups, random_split
from model.errors import DataError


def dataset(groups, seed=0):
    """One random picture a group, repeated with a little noise for each member."""
    rng = np.random.default_rng(seed)
    scenes = rng.integers(0, 200, (max(groups) + 1, 64, 64))
    images = np.stack([scenes[g] + rng.integers(0, 20, (64, 64)) for g in groups]).astype(np.uint8)
    return Dataset(tuple(f"p{i}" for i in range(len(groups))), images, images > 100)


def test_near_duplicates_share_a_group():
    groups = near_duplicate_groups(dataset([0, 1, 0, 2, 1]).images)
    assert groups[0] == groups[2]
    assert groups[1] == groups[4]
    assert len(set(groups.tolist())) == 3


def test_a_chain_of_near_duplicates_is_one_group():
    rng = np.random.default_rng(1)
    first, last = rng.standard_normal((2, 64, 64))
    chain = [np.cos(a) * first + np.sin(a) * last for a in np.linspace(0, np.pi / 2, 8)]
    images = np.stack([np.clip(128 + 30 * picture, 0, 255) for picture in chain]).astype(np.uint8)
    assert len(set(near_duplicate_groups(images).tolist())) == 1
    assert np.corrcoef(images[0].ravel(), images[-1].ravel())[0, 1] < 0.2


def test_a_grouped_split_keeps_near_duplicates_on_one_side():
    members = [i // 4 for i in range(80)]
    data = dataset(members)
    split = grouped_split(data, 16, seed=3)
    group_of = dict(zip(data.names, members, strict=True))
    assert len(split.development) == 16
    assert not {group_of[n] for n in split.train} & {group_of[n] for n in split.development}


@pytest.mark.parametrize("draw", [random_split, grouped_split])
def test_a_split_is_the_same_for_the_same_seed_and_covers_all(draw):
    data = dataset(list(range(40)))
    split = draw(data, 10, seed=5)
    assert split == draw(data, 10, seed=5)
    assert split.development != draw(data, 10, seed=6).development
    assert sorted(split.train + split.development) == sorted(data.names)
    assert len(split.development) == 10


@pytest.mark.parametrize("development", [0, 5, 9])
def test_an_impossible_share_is_refused(development):
    with pytest.raises(DataError, match=str(development)):
        random_split(dataset([0, 1, 2, 3, 4]), development, seed=0)


def test_one_large_group_cannot_be_split():
    with pytest.raises(DataError, match="too alike"):
        grouped_split(dataset([0] * 10), 5, seed=0)


def test_the_real_grouped_split_has_450_and_50_and_no_near_duplicate_across(data_folder):
    data = load(data_folder)
    split = grouped_split(data, 50, seed=42)
    assert (len(split.train), len(split.development)) == (450, 50)
    groups = dict(zip(data.names, near_duplicate_groups(data.images).tolist(), strict=True))
    assert not {groups[name] for name in split.train} & {groups[name] for name in split.development}
