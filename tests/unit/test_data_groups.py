"""Groups of the user's own for splits."""

import numpy as np
import pytest

from model.__main__ import main
from model.data.folder import Dataset
from model.data.splits import group_numbers, grouped_split, read_groups
from model.errors import DataError
from tests.dataset import write_dataset


def dataset(count):
    images = np.random.default_rng(0).integers(0, 255, (count, 64, 64)).astype(np.uint8)
    return Dataset(tuple(f"p{i}" for i in range(count)), images, images > 100)


def table(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


@pytest.mark.parametrize("separator", [",", ";"])
def test_the_table_keeps_pictures_together(tmp_path, separator):
    data = dataset(30)
    lines = [f"p{i}{separator}patient {i // 3}" for i in range(30)]
    groups = read_groups(table(tmp_path / "groups.csv", f"stem{separator}group", *lines, f"other{separator}x"))
    split = grouped_split(data, 9, seed=2, groups=groups)
    assert len(split.development) == 9
    assert not {groups[name] for name in split.train} & {groups[name] for name in split.development}
    assert split.method == "grouped by the user's table"


def test_the_table_goes_before_the_data_sets_own_groups():
    data = Dataset(("a", "b"), np.zeros((2, 8, 8), np.uint8), np.zeros((2, 8, 8), bool), ("1", "1"))
    assert group_numbers(data)[0].tolist() == [0, 0]
    assert group_numbers(data, {"a": "x", "b": "y"})[0].tolist() == [0, 1]


def test_a_picture_that_the_table_lacks_is_named():
    with pytest.raises(DataError, match=r"p2 \(2 pictures"):
        grouped_split(dataset(4), 2, seed=0, groups={"p0": "1", "p1": "2"})


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (["name,patient", "p0,1"], "stem,group"),
        ([""], "stem,group"),
        (["stem,group", "p0,1", "p0,2"], "line 3"),
        (["stem,group", "p0"], "line 2"),
        (["stem,group", ",1"], "line 2"),
    ],
)
def test_a_broken_table_is_named(tmp_path, lines, named):
    path = table(tmp_path / "groups.csv", *lines)
    with pytest.raises(DataError, match=r"groups\.csv") as caught:
        read_groups(path)
    assert named in str(caught.value)


def test_a_table_that_is_missing_or_no_text_is_named(tmp_path):
    with pytest.raises(DataError, match=r"gone\.csv"):
        read_groups(tmp_path / "gone.csv")
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00\xd8stem")
    with pytest.raises(DataError, match=r"x\.csv"):
        read_groups(tmp_path / "x.csv")


@pytest.mark.parametrize("more", [["--groups", "gone.csv"], ["--groups", "gone.csv", "--random-split"]])
def test_train_says_what_is_wrong_with_groups_in_one_line(tmp_path, capsys, more):
    pytest.importorskip("tensorflow")
    data = write_dataset(tmp_path / "d", 2)
    assert main(["train", "--data", str(data), "--preset", "paper", "--out", str(tmp_path / "o"), *more]) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert "gone.csv" in line or "--random-split" in line
