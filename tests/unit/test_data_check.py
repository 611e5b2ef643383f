"""`python -m model data check`: what it finds, how it sorts it, and how it ends."""

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest

from model.__main__ import main
from model.data.check import KINDS, Harm, check, contact_sheet
from model.data.marks import WORD, borders, coloured_share, letters
from tests.conftest import ROOT
from tests.dataset import write_dataset
from tests.media import write_image


@pytest.fixture
def data(tmp_path):
    """Six pictures without a fault, none like another."""
    return write_dataset(tmp_path / "d", 6)


def picture(data, number=0):
    return cv2.imread(str(data / "images" / f"p_{number}.png"))


def set_picture(data, pixels, number=0):
    write_image(data / "images" / f"p_{number}.png", pixels)


def mask(data, number=0):
    return (cv2.imread(str(data / "masks" / f"p_{number}.png"), 0) > 0).astype(np.uint8) * 255


def set_mask(data, pixels, number=0):
    write_image(data / "masks" / f"p_{number}.png", pixels)


def found(data, *classes):
    report = check(data, classes or ("block region",))
    return [(finding.kind, report.name(finding.path)) for finding in report.findings]


def test_a_sound_data_set_has_no_findings(data):
    assert found(data) == []
    assert not check(data).harmful
    assert check(data).pictures == 6


def test_pictures_and_masks_without_partner(data):
    (data / "images" / "p_1.png").unlink()
    (data / "masks" / "p_2.png").unlink()
    assert found(data) == [("no partner", "images/p_2.png"), ("no partner", "masks/p_1.png")]


def test_two_pictures_with_one_stem(data):
    write_image(data / "images" / "p_1.jpg", picture(data, 1))
    assert found(data) == [("same name twice", "images/p_1.png")]


def test_sizes_that_differ(data):
    set_mask(data, np.pad(mask(data), ((0, 1), (0, 0))))
    (finding,) = check(data).findings
    assert finding.kind == "sizes differ"
    assert "picture 120 x 90, mask 120 x 91" in finding.text


@pytest.mark.parametrize("folder", ["images", "masks"])
@pytest.mark.parametrize("content", [b"", b"no picture", "half"])
def test_damaged_files(data, folder, content):
    path = data / folder / "p_0.png"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 4] if content == "half" else content)
    assert ("damaged file", f"{folder}/p_0.png") in found(data)


def test_empty_and_full_masks(data):
    set_mask(data, np.zeros((90, 120), np.uint8), 0)
    set_mask(data, np.full((90, 120), 255, np.uint8), 1)
    assert found(data) == [("full mask", "masks/p_1.png"), ("empty mask", "masks/p_0.png")]


def test_stray_specks_and_several_regions_are_told_apart(data):
    speck, other = mask(data, 0), mask(data, 1)
    speck[2, 2] = 255
    other[2:14, 2:40] = 255
    set_mask(data, speck, 0)
    set_mask(data, other, 1)
    assert found(data) == [("several regions", "masks/p_1.png"), ("stray specks", "masks/p_0.png")]
    assert "1 of at most 1 pixels" in check(data).findings[1].text


def test_masks_that_are_not_two_valued(data):
    set_mask(data, cv2.GaussianBlur(mask(data), (0, 0), 2.0))
    report = check(data)
    assert report.findings[0].kind == "not two-valued"
    assert report.harmful


def test_masks_of_16_bits_are_told_apart_by_all_of_them(data):
    small = mask(data).astype(np.uint16) // 255
    set_mask(data, small, 0)
    set_mask(data, small * (np.arange(120, dtype=np.uint16) % 2 + 1), 1)
    assert found(data) == [("not two-valued", "masks/p_1.png")]


@pytest.mark.parametrize(("bits", "harmful"), [(10, True), (12, True), (16, False)])
def test_a_picture_of_16_bits_that_uses_only_the_lower_ones_is_found(data, bits, harmful):
    set_picture(data, picture(data)[:, :, 0].astype(np.uint16) << (bits - 8))
    assert check(data).harmful == harmful
    assert (("nearly black", "images/p_0.png") in found(data)) == harmful


def test_near_duplicates_are_named_together(data):
    noise = np.random.default_rng(0).integers(0, 4, (90, 120, 3)).astype(np.uint8)
    set_picture(data, picture(data, 3) + noise, 5)
    set_mask(data, mask(data, 3), 5)
    (finding,) = check(data).findings
    assert finding.kind == "near duplicates"
    assert "2 alike: p_3, p_5" in finding.text


def speckle(size=(240, 400), seed=0):
    """Something like an ultrasound picture: bright speckle, darker with depth."""
    noise = np.abs(cv2.GaussianBlur(np.random.default_rng(seed).standard_normal(size), (0, 0), 1.2))
    grey = noise / noise.max() * np.linspace(255, 60, size[0])[:, None]
    return cv2.cvtColor(grey.astype(np.uint8), cv2.COLOR_GRAY2BGR)


@pytest.mark.parametrize("scale", [0.4, 0.6, 1.0])
def test_writing_is_found_on_a_dark_ground_and_not_in_speckle(scale):
    pixels = speckle()
    assert letters(pixels) < WORD
    pixels = cv2.copyMakeBorder(pixels, 40, 0, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    cv2.putText(pixels, "DOE JANE 1.2.1950", (5, 28), cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 1, cv2.LINE_AA)
    assert letters(pixels) >= WORD


def test_borders_are_measured():
    pixels = cv2.copyMakeBorder(speckle(), 40, 0, 30, 2, cv2.BORDER_CONSTANT, value=(12, 12, 12))
    assert borders(pixels) == {"top": 40, "left": 30}
    assert borders(speckle()) == {}
    assert borders(np.zeros((50, 50, 3), np.uint8)) == {}


def test_colour_is_measured():
    pixels = speckle()
    assert coloured_share(pixels) == 0
    pixels[:24] = (0, 0, 200)
    assert coloured_share(pixels) == pytest.approx(0.1, abs=0.01)


def test_text_borders_and_colour_are_found_in_a_data_set(data):
    pixels = cv2.copyMakeBorder(picture(data), 40, 0, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    set_picture(data, pixels, 0)
    set_mask(data, np.pad(mask(data), ((40, 0), (0, 0))), 0)
    pixels = picture(data, 1)
    pixels[:24, :80] = (0, 0, 0)
    cv2.putText(pixels, "JANE D", (3, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
    set_picture(data, pixels, 1)
    pixels = picture(data, 2)
    pixels[40:60, 40:60] = (0, 0, 220)
    set_picture(data, pixels, 2)
    kinds = found(data)
    assert kinds == [("text", "images/p_1.png"), ("colour", "images/p_2.png"), ("border", "images/p_0.png")]


def test_findings_are_sorted_by_harm():
    harms = list(Harm)
    order = [harms.index(harm) for harm in KINDS.values()]
    assert order == sorted(order)


def test_labelme_files_are_checked_too(tmp_path):
    write_image(tmp_path / "a.png", speckle((60, 80)))
    write_image(tmp_path / "b.png", speckle((60, 80), seed=1))
    entry = {"label": "block region", "shape_type": "polygon", "points": [[1, 1], [20, 1], [20, 9]], "group_id": None}
    point = {"label": "block region", "shape_type": "point", "points": [[1, 1]], "group_id": None}
    content = {"shapes": [entry, point], "imagePath": "a.png", "imageHeight": 60, "imageWidth": 80}
    (tmp_path / "a.json").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps(content)[:-20], encoding="utf-8")
    assert found(tmp_path) == [("damaged file", "b.json"), ("left out", "a.json")]


def test_the_command_ends_with_1_only_where_something_harms(data, capsys):
    assert main(["data", "check", str(data)]) == 0
    assert "Nothing found." in capsys.readouterr().out
    set_mask(data, np.zeros((90, 120), np.uint8))
    assert main(["data", "check", str(data)]) == 0
    assert "masks/p_0.png: nothing is marked" in capsys.readouterr().out
    (data / "masks" / "p_1.png").unlink()
    assert main(["data", "check", str(data)]) == 1
    text = capsys.readouterr().out
    assert text.index("no partner, 1 (stops training)") < text.index("empty mask, 1 (worth a look)")


def test_the_json_file_and_the_contact_sheet_hold_the_findings(data, tmp_path):
    (data / "images" / "p_0.png").write_bytes(b"no picture")
    set_mask(data, np.full((90, 120), 255, np.uint8), 1)
    json_file, sheet = tmp_path / "check.json", tmp_path / "sheet.png"
    assert main(["data", "check", str(data), "--json", str(json_file), "--sheet", str(sheet)]) == 1
    content = json.loads(json_file.read_text(encoding="utf-8"))
    assert (content["pictures"], content["layout"], content["harmful"]) == (6, "folders", True)
    assert [(each["harm"], each["file"]) for each in content["findings"]] == [
        ("stops training", "images/p_0.png"),
        ("harms training", "masks/p_1.png"),
    ]
    pixels = cv2.imread(str(sheet))
    assert pixels.shape == (194, 1200, 3)
    # The second tile shows the second picture, the first has none to show.
    assert pixels[60:100, 60:180].std() < 1
    assert pixels[60:100, 300:420].std() > 5


def test_a_sheet_without_findings_and_one_with_many(data, tmp_path):
    contact_sheet(check(data), tmp_path / "none.png")
    assert cv2.imread(str(tmp_path / "none.png")) is not None
    for path in (data / "images").iterdir():
        path.write_bytes(b"")
    contact_sheet(check(data), tmp_path / "many.png")
    assert cv2.imread(str(tmp_path / "many.png")).shape[0] == 2 * 194


def test_names_from_anywhere_do_not_stop_the_sheet(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "masks").mkdir()
    for folder in ("images", "masks"):
        write_image(tmp_path / folder / "Bild Ä 股神经.png", np.zeros((90, 120, 3), np.uint8))
    report = check(tmp_path)
    assert [finding.kind for finding in report.findings] == ["empty mask"]
    contact_sheet(report, tmp_path / "sheet.png")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["no-such-folder"], "no-such-folder"),
        ([str(ROOT / "docs")], "docs"),
        (["DATA", "--sheet", "sheet.jpg"], "sheet.jpg"),
        (["DATA", "--classes", "artery,vein"], "artery"),
        (["DATA", "--json", "no/such/folder/x.json"], "folder is not a folder"),
        (["DATA", "--json", "DATA"], "is a folder"),
        (["EMPTY"], "holds no picture"),
    ],
)
def test_what_is_no_data_set_ends_with_2_and_one_line(data, tmp_path, capsys, arguments, named):
    empty = tmp_path / "empty"
    for name in ("images", "masks"):
        (empty / name).mkdir(parents=True)
    places = {"DATA": str(data), "EMPTY": str(empty)}
    assert main(["data", "check", *(places.get(part, part) for part in arguments)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert named in lines[0]


def test_the_real_data_set_has_specks_and_near_duplicates_and_nothing_harmful(data_folder):
    report = check(data_folder)
    kinds = [finding.kind for finding in report.findings]
    assert not report.harmful
    assert kinds.count("stray specks") == 19
    assert kinds.count("near duplicates") > 10
    assert kinds.count("text") == 0


def test_the_command_runs_as_a_person_calls_it(data):
    done = subprocess.run(
        [sys.executable, "-m", "model", "data", "check", str(data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "looked at 6 of 6\n")
