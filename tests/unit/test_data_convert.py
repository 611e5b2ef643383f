"""`python -m model data convert`, both ways, and what it must not do."""

import json

import cv2
import numpy as np
import pytest

from model.__main__ import main
from model.data.folder import find_pairs, read_image, read_mask, read_masks, read_pair
from tests.dataset import write_dataset
from tests.media import write_image


def edge(mask):
    """The pixels at the edge of a mask, on both sides of it."""
    kernel = np.ones((3, 3), np.uint8)
    small = mask.astype(np.uint8)
    return (cv2.dilate(small, kernel) != cv2.erode(small, kernel)).astype(bool)


@pytest.mark.parametrize("exact", [False, True])
def test_masks_go_to_labelme_and_back(tmp_path, exact):
    data = write_dataset(tmp_path / "d", 4)
    labelme, again = str(tmp_path / "labelme"), str(tmp_path / "again")
    more = ["--exact"] if exact else []
    assert main(["data", "convert", str(data), "--to", "labelme", "--out", labelme, *more]) == 0
    assert main(["data", "convert", labelme, "--to", "masks", "--out", again]) == 0
    before, after = find_pairs(data), find_pairs(tmp_path / "again")
    assert [pair.stem for pair in after] == [pair.stem for pair in before]
    for old, new in zip(before, after, strict=True):
        assert old.image.read_bytes() == new.image.read_bytes()
        expected, got = read_mask(old.mask), read_mask(new.mask)
        assert not ((expected != got) & ~edge(expected)).any()
        assert not exact or np.array_equal(expected, got)


def test_the_real_masks_survive_but_for_the_pixels_at_their_edge(tmp_path, data_folder):
    small = tmp_path / "d"
    for name in ("images", "masks"):
        (small / name).mkdir(parents=True)
        for path in sorted((data_folder / name).iterdir())[::50]:
            (small / name / path.name).write_bytes(path.read_bytes())
    assert main(["data", "convert", str(small), "--to", "labelme", "--out", str(tmp_path / "labelme")]) == 0
    for old, new in zip(find_pairs(small), find_pairs(tmp_path / "labelme"), strict=True):
        expected, got = read_pair(old)[1][0], read_pair(new)[1][0]
        assert not ((expected != got) & ~edge(expected)).any()
        assert (expected & got).sum() / (expected | got).sum() > 0.97


def test_several_classes_get_a_folder_each_and_come_back(tmp_path):
    folder = tmp_path / "labelled"
    folder.mkdir()
    write_image(folder / "a.png", np.full((40, 50, 3), 7, np.uint8))
    shapes = [
        {"label": "artery", "shape_type": "circle", "points": [[20, 20], [26, 20]], "group_id": None},
        {"label": "block region", "shape_type": "rectangle", "points": [[30, 5], [45, 15]], "group_id": None},
    ]
    content = {"shapes": shapes, "imagePath": "a.png", "imageData": None, "imageHeight": 40, "imageWidth": 50}
    (folder / "a.json").write_text(json.dumps(content), encoding="utf-8")
    classes = ["--classes", "block region,artery,vein"]
    assert main(["data", "convert", str(folder), "--to", "masks", "--out", str(tmp_path / "masks"), *classes]) == 0
    assert sorted(path.name for path in (tmp_path / "masks" / "masks").iterdir()) == ["artery", "block region", "vein"]
    back = ["--to", "labelme", "--exact", "--out", str(tmp_path / "back")]
    assert main(["data", "convert", str(tmp_path / "masks"), *back, *classes]) == 0
    names = ["block region", "artery", "vein"]
    first, last = (read_masks(find_pairs(place, names)[0]) for place in (folder, tmp_path / "back"))
    assert np.array_equal(first, last)
    assert [mask.any() for mask in first] == [True, True, False]


def test_an_embedded_picture_becomes_a_file(tmp_path):
    import base64

    picture = np.random.default_rng(0).integers(0, 255, (40, 50, 3)).astype(np.uint8)
    encoded = base64.b64encode(cv2.imencode(".png", picture)[1].tobytes()).decode()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_text(json.dumps({"shapes": [], "imageData": encoded}), encoding="utf-8")
    assert main(["data", "convert", str(tmp_path / "in"), "--to", "masks", "--out", str(tmp_path / "out")]) == 0
    assert np.array_equal(read_image(tmp_path / "out" / "images" / "a.png"), picture)


@pytest.mark.parametrize("there", ["file", "folder"])
def test_nothing_is_written_over(tmp_path, capsys, there):
    data = write_dataset(tmp_path / "d", 2)
    out = tmp_path / "out"
    if there == "folder":
        out.mkdir()
        (out / "corrected.json").write_text("by hand", encoding="utf-8")
    else:
        out.write_text("mine", encoding="utf-8")
    assert main(["data", "convert", str(data), "--to", "labelme", "--out", str(out)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert sorted(path.name for path in out.parent.iterdir() if path.name != "sonoblock-home") == ["d", "out"]


def test_a_broken_picture_leaves_nothing_half_done(tmp_path, capsys):
    data = write_dataset(tmp_path / "d", 3)
    (data / "images" / "p_2.png").write_bytes(b"no picture")
    (tmp_path / "out").mkdir()
    assert main(["data", "convert", str(data), "--to", "labelme", "--out", str(tmp_path / "out")]) == 2
    assert "p_2.png" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []
    assert not (tmp_path / ".part-out").exists()


@pytest.mark.parametrize("to", ["labelme", "masks"])
def test_a_full_disk_is_named_by_what_was_to_be_written(tmp_path, small_disk, capsys, to):
    data, out = write_dataset(tmp_path / "d", 1, size=(1400, 1400)), small_disk / "out"
    assert main(["data", "convert", str(data), "--to", to, "--out", str(out)]) == 2
    assert capsys.readouterr().err.startswith(f"sonoblock: {out} cannot be written (")
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--to", "masks", "--classes", "../x"], "'../x'"),
        (["--to", "masks", "--exact"], "--exact"),
    ],
)
def test_what_cannot_be_is_one_line(tmp_path, capsys, arguments, named):
    data = write_dataset(tmp_path / "d", 2)
    assert main(["data", "convert", str(data), "--out", str(tmp_path / "out"), *arguments]) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert named in line


def test_sizes_that_differ_are_named(tmp_path, capsys):
    data = write_dataset(tmp_path / "d", 2)
    write_image(data / "masks" / "p_1.png", np.zeros((5, 5), np.uint8))
    assert main(["data", "convert", str(data), "--to", "labelme", "--out", str(tmp_path / "out")]) == 2
    assert "p_1.png" in capsys.readouterr().err
