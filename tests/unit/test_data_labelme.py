"""Labelme's JSON files, as the program and others write them."""

import base64
import json
import os
import shlex

import cv2
import numpy as np
import pytest

from model.data.folder import find_pairs, find_pictures, load, look, read_image, read_masks, read_pair
from model.data.labelme import COARSE, TOLERANCE, read, shapes_of, write
from model.data.labelme import read_masks as read_label_masks
from model.errors import DataError
from tests.media import write_image

SIZE = (60, 80)
NESTED, LONG = '{"shapes": ' + "[" * 20_000, '{"shapes": [], "imageHeight": ' + "9" * 5000 + "}"


def png(pixels):
    return base64.b64encode(cv2.imencode(".png", pixels)[1].tobytes()).decode()


def shape(label="block region", kind="polygon", points=((10, 10), (30, 10), (30, 20), (10, 20)), **more):
    return {"label": label, "points": list(points), "group_id": None, "shape_type": kind, "flags": {}, **more}


def label_file(folder, *shapes, stem="a", picture=True, **more):
    folder.mkdir(exist_ok=True)
    if picture:
        write_image(folder / f"{stem}.png", np.full((*SIZE, 3), 50, np.uint8))
    content = {"version": "5.5.0", "flags": {}, "shapes": list(shapes), "imagePath": f"{stem}.png", "imageData": None}
    path = folder / f"{stem}.json"
    path.write_text(json.dumps({**content, "imageHeight": SIZE[0], "imageWidth": SIZE[1], **more}), encoding="utf-8")
    return path


def mask_of(folder, *classes):
    return read_masks(find_pairs(folder, classes or ("block region",))[0])


def square(rows, columns):
    mask = np.zeros(SIZE, bool)
    mask[rows, columns] = True
    return mask


@pytest.mark.parametrize(
    ("kind", "points"),
    [
        ("polygon", [(10, 10), (30, 10), (30, 20), (10, 20)]),
        ("rectangle", [(10, 10), (30, 20)]),
        ("rectangle", [(30, 10), (10, 20)]),
        ("oriented_rectangle", [(10, 10), (30, 10), (30, 20), (10, 20)]),
        (None, [(10, 10), (30, 10), (30, 20), (10, 20)]),
    ],
)
def test_a_box_covers_the_pixels_whose_centres_are_in_it(tmp_path, kind, points):
    label_file(tmp_path, shape(kind=kind, points=points))
    assert np.array_equal(mask_of(tmp_path)[0], square(slice(10, 20), slice(10, 30)))


@pytest.mark.parametrize(
    ("kind", "points", "area"),
    [
        ("circle", [(40, 30), (40, 45)], np.pi * 15**2),
        ("ellipse", [(20, 20), (60, 40)], np.pi * 20 * 10),
    ],
)
def test_round_shapes_have_their_area_and_centre(tmp_path, kind, points, area):
    label_file(tmp_path, shape(kind=kind, points=points))
    mask = mask_of(tmp_path)[0]
    assert mask.sum() == pytest.approx(area, rel=0.02)
    assert np.argwhere(mask).mean(axis=0) == pytest.approx([29.5, 39.5], abs=0.1)


def test_a_mask_shape_lies_between_its_corner_points_both_included(tmp_path):
    content = np.zeros((4, 6), np.uint8)
    content[1:3] = 255
    label_file(tmp_path, shape(kind="mask", points=[(5, 7), (10, 10)], mask=png(content)))
    assert np.array_equal(mask_of(tmp_path)[0], square(slice(8, 10), slice(5, 11)))


def test_what_lies_outside_of_the_picture_is_cut_off(tmp_path):
    content = np.full((20, 20), 255, np.uint8)
    label_file(
        tmp_path,
        shape(kind="rectangle", points=[(-20, -20), (5, 5)]),
        shape(kind="mask", points=[(70, 50), (89, 69)], mask=png(content)),
        shape(kind="mask", points=[(-10, 50), (9, 69)], mask=png(content)),
        shape(kind="mask", points=[(200, 50), (219, 69)], mask=png(content)),
        shape(kind="rectangle", points=[(200, 200), (300, 300)]),
    )
    expected = square(slice(0, 5), slice(0, 5)) | square(slice(50, 60), slice(70, 80))
    assert np.array_equal(mask_of(tmp_path)[0], expected | square(slice(50, 60), slice(0, 10)))


def test_points_and_lines_have_no_area_and_are_noted(tmp_path):
    label_file(
        tmp_path, shape(), shape(kind="point", points=[(1, 1)]), shape(kind="linestrip", points=[(1, 1), (9, 9)])
    )
    assert mask_of(tmp_path)[0].sum() == 200
    (note,) = look(tmp_path).notes
    assert "point (1), linestrip (1)" in note[1]


def test_several_labels_become_several_masks_that_may_overlap(tmp_path):
    label_file(tmp_path, shape(), shape("Artery", points=[(20, 10), (40, 10), (40, 20), (20, 20)]))
    region, artery = mask_of(tmp_path, "block region", "artery")
    assert region.sum() == artery.sum() == 200
    assert (region & artery).sum() == 100
    assert "Artery (1)" in look(tmp_path).notes[0][1]


def test_shapes_of_one_label_are_joined_and_its_spelling_does_not_matter(tmp_path):
    label_file(tmp_path, shape("Block_Region"), shape("block-region", points=[(50, 40), (60, 40), (60, 50), (50, 50)]))
    assert mask_of(tmp_path)[0].sum() == 300


def test_a_hole_cuts_what_was_painted_before_it(tmp_path):
    inner = [(15, 12), (20, 12), (20, 17), (15, 17)]
    island = [(16, 13), (18, 13), (18, 15), (16, 15)]
    label_file(tmp_path, shape(), shape("artery"), shape("block region hole", points=inner), shape(points=island))
    region, artery = mask_of(tmp_path, "block region", "artery")
    assert region.sum() == 200 - 25 + 4
    assert artery.sum() == 200


def test_labelmes_background_cuts_every_class(tmp_path):
    label_file(
        tmp_path, shape(), shape("artery"), shape("_background_", points=[(15, 12), (20, 12), (20, 17), (15, 17)])
    )
    assert [mask.sum() for mask in mask_of(tmp_path, "block region", "artery")] == [175, 175]


def test_a_hole_with_a_group_cuts_only_its_group(tmp_path):
    hole = shape("block region hole", points=[(10, 10), (20, 10), (20, 20), (10, 20)], group_id=2)
    label_file(tmp_path, shape(group_id=1), hole)
    assert mask_of(tmp_path)[0].sum() == 200
    label_file(tmp_path, shape(group_id=2), hole)
    assert mask_of(tmp_path)[0].sum() == 100


def test_an_embedded_picture_needs_no_file(tmp_path):
    picture = np.random.default_rng(0).integers(0, 255, (*SIZE, 3)).astype(np.uint8)
    label_file(tmp_path, shape(), picture=False, imageData=png(picture))
    (pair,) = find_pairs(tmp_path)
    image, mask = read_pair(pair)
    assert np.array_equal(image, picture)
    assert mask.sum() == 200
    assert find_pictures(tmp_path) == [("a", pair.image)]
    assert np.array_equal(read_image(pair.image), picture)


def test_the_picture_may_lie_elsewhere_and_be_named_as_on_windows(tmp_path):
    path = label_file(tmp_path / "labels", shape(), imagePath="..\\pictures\\x.jpg", picture=False)
    (tmp_path / "pictures").mkdir()
    write_image(tmp_path / "pictures" / "x.jpg", np.zeros((*SIZE, 3), np.uint8))
    assert read_image(path).shape == (*SIZE, 3)
    assert find_pairs(path)[0].image.name == "x.jpg"


def test_one_file_is_a_data_set_too(tmp_path):
    path = label_file(tmp_path, shape())
    label_file(tmp_path, shape(), stem="b")
    assert [pair.stem for pair in find_pairs(path)] == ["a"]
    assert [stem for stem, _ in find_pictures(path)] == ["a"]


def test_a_labelme_folder_loads_as_a_data_set_and_may_have_empty_masks(tmp_path):
    label_file(tmp_path, shape(), stem="p2")
    label_file(tmp_path, stem="p10")
    (tmp_path / "check.json").write_text('{"findings": []}', encoding="utf-8")
    data = load(tmp_path)
    assert data.names == ("p2", "p10")
    assert [mask.any() for mask in data.masks] == [True, False]


def test_a_label_that_nobody_uses_is_an_error_that_names_the_others(tmp_path):
    label_file(tmp_path, shape("target"))
    with pytest.raises(DataError, match=r"'block region'.*target \(1\).*--classes \"target\""):
        find_pairs(tmp_path)
    assert mask_of(tmp_path, "target")[0].sum() == 200


def test_the_command_that_is_offered_can_be_typed_as_it_stands(tmp_path):
    folder = tmp_path / "my pictures"
    label_file(folder, shape("femoral nerve"))
    with pytest.raises(DataError) as said:
        look(folder)
    command = shlex.split(str(said.value).partition("Name yours: ")[2])
    assert command[3:] == [
        "data",
        "convert",
        str(folder),
        "--to",
        "masks",
        "--classes",
        "femoral nerve",
        "--out",
        "FOLDER",
    ]


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (shape(kind="spiral"), "spiral"),
        (shape(points=[(1, 1), (2, 2)]), "at least 3"),
        (shape(points=[(1, 1), (2, 2), (float("nan"), 0)]), "far outside"),
        (shape(points=[(1, 1), (2, 2), (1e300, 0)]), "far outside"),
        (shape(points="no points"), "shape 1"),
        (shape(points=[(1, 2, 3)]), "shape 1"),
        ({"points": [[1, 1], [2, 2], [3, 1]]}, "label"),
        ("no shape", "shape 1"),
        (shape(kind="mask", points=[(1, 1), (5, 5)]), "mask"),
        (shape(kind="mask", points=[(1, 1), (5, 5)], mask="no png"), "not a PNG"),
        (shape(kind="mask", points=[(1, 1), (5, 5)], mask=png(np.ones((9, 9), np.uint8))), "corner points"),
        (shape(group_id=[1]), "group_id"),
        (shape(points=[(1, 1), (2, 2), (10**400, 0)]), "shape 1"),
    ],
)
def test_a_damaged_shape_is_named(tmp_path, broken, named):
    path = label_file(tmp_path, broken)
    with pytest.raises(DataError, match=r"a\.json") as caught:
        find_pairs(tmp_path)
    assert named in str(caught.value)
    with pytest.raises(DataError):
        read(path)


@pytest.mark.parametrize("content", ['{"shapes": [', "[1, 2]", '{"flags": {}}', '{"shapes": 3}', "\x00", NESTED, LONG])
def test_a_file_that_is_no_label_file_is_named(tmp_path, content):
    path = label_file(tmp_path, shape())
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.json"):
        find_pairs(path)


@pytest.mark.parametrize("side", [10**7, 10**4000])
def test_a_size_that_no_picture_has_is_damage(tmp_path, side):
    label_file(tmp_path, shape(), imageHeight=side, imageWidth=side)
    with pytest.raises(DataError, match=r"a\.json is damaged.*imageHeight"):
        find_pairs(tmp_path)


def test_a_size_that_is_no_number_counts_for_nothing(tmp_path):
    label_file(tmp_path, shape(), imageHeight=True, imageWidth=True)
    assert mask_of(tmp_path).shape == (1, *SIZE)


def test_a_damaged_embedded_picture_is_named(tmp_path):
    label_file(tmp_path, shape(), picture=False, imageData="AAAA")
    with pytest.raises(DataError, match=r"a\.json"):
        load(tmp_path)


def test_what_has_no_partner_is_named(tmp_path):
    label_file(tmp_path, shape())
    write_image(tmp_path / "unlabelled.png", np.zeros((*SIZE, 3), np.uint8))
    with pytest.raises(DataError, match=r"unlabelled\.png"):
        find_pairs(tmp_path)
    (tmp_path / "unlabelled.png").unlink()
    (tmp_path / "a.png").unlink()
    with pytest.raises(DataError, match=r"a\.json"):
        find_pairs(tmp_path)


def test_another_size_than_the_pictures_is_named(tmp_path):
    label_file(tmp_path, shape(), imageHeight=100)
    with pytest.raises(DataError, match=r"80 x 60.*80 x 100"):
        load(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows forbids nothing to its owner")
def test_a_file_that_may_not_be_read_is_named(tmp_path):
    path = label_file(tmp_path, shape())
    path.unlink()
    path.symlink_to(tmp_path / "gone.json")
    with pytest.raises(DataError, match=r"a\.json"):
        read(path)


def blobs(seed, size=SIZE):
    """A mask of smooth pieces with holes, islands and specks, from blurred noise."""
    rng = np.random.default_rng(seed)
    mask = cv2.GaussianBlur(rng.standard_normal(size), (0, 0), 3.0) > 0.02
    mask ^= rng.random(size) < 0.004
    return mask


@pytest.fixture
def painted_again(tmp_path):
    """What a mask looks like after being written and read."""

    def paint(mask, exact=False, **more):
        write(tmp_path / "again.json", "again.png", {"block region": mask}, exact=exact, **more)
        return read_label_masks(tmp_path / "again.json", ["block region"])[0]

    return paint


@pytest.mark.parametrize("seed", range(8))
def test_polygons_give_a_mask_back_but_for_the_pixels_at_its_edge(seed, painted_again):
    mask = blobs(seed)
    again = painted_again(mask)
    kernel = np.ones((3, 3), np.uint8)
    grown = cv2.dilate(mask.astype(np.uint8), kernel) > 0
    shrunk = cv2.erode(mask.astype(np.uint8), kernel) > 0
    assert not (again & ~grown).any()
    assert not (~again & shrunk).any()
    assert (again != mask).mean() < 0.05


@pytest.mark.parametrize("seed", range(8))
def test_polygons_that_are_not_simplified_and_mask_shapes_are_exact(seed, painted_again):
    mask = blobs(seed)
    assert np.array_equal(painted_again(mask, exact=True), mask)
    assert np.array_equal(painted_again(mask, tolerance=0.0), mask)


def test_an_island_in_a_hole_survives(painted_again):
    mask = square(slice(5, 55), slice(5, 75))
    mask[15:45, 15:65] = False
    mask[25:35, 30:50] = True
    entries = shapes_of(mask, "block region")
    assert [entry["label"] for entry in entries] == ["block region", "block region hole", "block region"]
    assert np.array_equal(painted_again(mask), mask)


def test_a_single_pixel_is_kept_as_a_polygon_that_labelme_accepts(painted_again):
    mask = square(slice(7, 8), slice(9, 10))
    (entry,) = shapes_of(mask, "block region")
    assert len(entry["points"]) == 3
    assert np.array_equal(painted_again(mask), mask)


def test_a_polygon_has_few_points_to_correct():
    y, x = np.ogrid[:200, :300]
    mask = ((x - 150) / 90) ** 2 + ((y - 100) / 40) ** 2 <= 1
    (fine,), (coarse,) = (shapes_of(mask, "block region", tolerance=limit) for limit in (TOLERANCE, COARSE))
    assert 10 < len(coarse["points"]) < len(fine["points"]) / 2


def test_what_is_written_is_read_back(tmp_path):
    write_image(tmp_path / "a.png", np.zeros((*SIZE, 3), np.uint8))
    masks = {"block region": blobs(1), "artery": square(slice(3, 9), slice(3, 9)), "vein": np.zeros(SIZE, bool)}
    write(tmp_path / "a.json", "a.png", masks, exact=True)
    assert np.array_equal(mask_of(tmp_path, *masks), np.stack(list(masks.values())))
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (content["imagePath"], content["imageHeight"], content["imageWidth"]) == ("a.png", *SIZE)
