from datetime import datetime

import cv2
import numpy as np
import pytest

from app.capture.source import Frame
from app.errors import OutputError
from app.pipeline.drawing import draw_overlay
from app.pipeline.snapshot import save_snapshot
from app.pipeline.types import Prediction, Rect
from model.postprocess import find_region
from model.structures import BLOCK_REGION

AREA = Rect(20, 10, 100, 80)
NOW = datetime(2026, 3, 4, 5, 6, 7, 89000)


@pytest.fixture
def probability():
    y, x = np.indices((256, 256))
    return np.where((abs(x - 128) < 40) & (abs(y - 128) < 40), np.float32(0.9), np.float32(0.1))


@pytest.fixture
def region(probability):
    return find_region(probability, (AREA.height, AREA.width), 0.5)


@pytest.fixture
def frame():
    pixels = np.full((120, 160, 3), 60, np.uint8)
    pixels[:10] = 255  # Where a scanner writes the patient's name.
    return Frame(pixels, 3, 100.0)


def prediction_of(frame, region, probability):
    return Prediction(1, frame.number, frame.captured, AREA, probability[None], (region,), {})


def test_a_snapshot_is_the_scan_area_raw_and_with_its_overlay(tmp_path, frame, region, probability):
    raw, painted = save_snapshot(tmp_path / "new", frame, prediction_of(frame, region, probability), now=NOW)
    assert [raw.name, painted.name] == ["20260304-050607-089.png", "20260304-050607-089-overlay.png"]
    assert (cv2.imread(str(raw)) == AREA.cut(frame.pixels)).all()
    picture = cv2.imread(str(painted))
    assert picture.shape == (80, 100, 3)
    assert (picture[40, 50] != 60).any()
    assert (picture[78, 2] == 60).all()
    assert len(list((tmp_path / "new").iterdir())) == 2


@pytest.mark.parametrize(
    ("kind", "endings"),
    [
        ("raw", [""]),
        ("overlay", ["-overlay"]),
        ("side by side", ["-side-by-side"]),
        ("raw and overlay", ["", "-overlay"]),
    ],
)
def test_a_snapshot_keeps_what_is_chosen(tmp_path, frame, region, probability, kind, endings):
    paths = save_snapshot(tmp_path, frame, prediction_of(frame, region, probability), now=NOW, kind=kind)
    assert [path.name for path in paths] == [f"20260304-050607-089{ending}.png" for ending in endings]
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    again = save_snapshot(tmp_path, frame, prediction_of(frame, region, probability), now=NOW, kind=kind)
    assert not set(again) & set(paths)


def test_side_by_side_is_raw_on_the_left_and_overlay_on_the_right(tmp_path, region, probability):
    frame = Frame(np.full((120, 160), 60, np.uint8), 3, 100.0)
    prediction = prediction_of(frame, region, probability)
    (both,) = save_snapshot(tmp_path, frame, prediction, kind="side by side")
    (painted,) = save_snapshot(tmp_path, frame, prediction, kind="overlay")
    picture = cv2.imread(str(both))
    assert picture.shape == (80, 200, 3)
    assert (picture[:, :100] == 60).all()
    assert (picture[:, 100:] == cv2.imread(str(painted))).all()
    (raw,) = save_snapshot(tmp_path, frame, None, AREA, kind="side by side")
    assert cv2.imread(str(raw)).shape == (80, 100, 3)


def test_a_snapshot_without_prediction_is_the_raw_scan_area_alone(tmp_path, frame):
    (raw,) = save_snapshot(tmp_path, frame, None, AREA)
    assert cv2.imread(str(raw)).max() == 60


def test_two_snapshots_at_the_same_moment_are_both_kept(tmp_path, frame):
    paths = [save_snapshot(tmp_path, frame, None, now=NOW)[0] for _ in range(3)]
    assert len(set(paths)) == 3
    assert all(path.exists() for path in paths)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, frame):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"file.* cannot be written"):
        save_snapshot(tmp_path / "file" / "folder", frame, None)


def test_a_write_that_fails_is_one_sentence_and_leaves_no_half_file(tmp_path, frame, region, probability):
    (tmp_path / "20260304-050607-089-overlay.png").mkdir()
    with pytest.raises(OutputError, match=r"overlay\.png cannot be written"):
        save_snapshot(tmp_path, frame, prediction_of(frame, region, probability), now=NOW)
    assert not list(tmp_path.glob(".part-*"))


def test_fill_alone_has_no_line_and_outline_alone_no_fill(region):
    grey = np.full((80, 100), 60, np.uint8)
    filled, outlined = (draw_overlay(grey, [region], style=style) for style in ("fill", "outline"))
    inside = (40, 50)
    assert (filled[inside] != 60).any()
    assert (outlined[inside] == 60).all()
    bright = np.array(BLOCK_REGION.colour[::-1])
    at_edge = (40, round(float(region.outlines[0][:, 0].min())))
    assert np.abs(outlined[at_edge].astype(int) - bright).max() < 30
    assert np.abs(filled[at_edge].astype(int) - bright).max() > 30


def test_the_overlay_lies_where_the_region_is(region):
    black = np.zeros((AREA.height, AREA.width, 3), np.uint8)
    painted = draw_overlay(black, [region], "fill", opacity=1.0)
    rows, columns = np.nonzero((painted == BLOCK_REGION.colour[::-1]).all(axis=2))
    assert columns.mean() + 0.5 == pytest.approx(region.centre[0], abs=0.5)
    assert rows.mean() + 0.5 == pytest.approx(region.centre[1], abs=1.5)
    assert rows.size == pytest.approx(region.area_px, rel=0.1)


def test_drawing_changes_nothing_but_its_copy(region):
    grey = np.full((80, 100), 60, np.uint8)
    grey.flags.writeable = False
    assert draw_overlay(grey, [region]).shape == (80, 100, 3)
    colour = np.full((80, 100, 3), 60, np.uint8)
    assert (draw_overlay(colour, []) == 60).all()
    draw_overlay(colour, [region])
    assert (colour == 60).all()


def test_a_mirrored_snapshot_is_as_seen_and_says_so(tmp_path, frame, region, probability):
    pixels = frame.pixels.copy()
    pixels[12:20, 22:40] = 200
    frame = Frame(pixels, 3, 100.0)
    raw, painted = save_snapshot(
        tmp_path, frame, prediction_of(frame, region, probability), now=NOW, mirrored=True, words="mirrored"
    )
    assert [raw.name, painted.name] == ["20260304-050607-089-mirrored.png", "20260304-050607-089-mirrored-overlay.png"]
    assert (cv2.imread(str(raw)) == AREA.cut(pixels)[:, ::-1]).all()
    assert (cv2.imread(str(painted))[60:] == 223).any()  # the words at the foot
    again = save_snapshot(tmp_path, frame, None, now=NOW, mirrored=True)
    assert again[0].name == "20260304-050607-089-2-mirrored.png"


def test_the_overlay_of_a_mirrored_snapshot_lies_on_the_mirrored_picture(tmp_path, frame):
    y, x = np.indices((256, 256))
    left = np.where((abs(x - 60) < 30) & (abs(y - 128) < 40), np.float32(0.9), np.float32(0.1))
    prediction = prediction_of(frame, find_region(left, (AREA.height, AREA.width), 0.5), left)
    _, plain = save_snapshot(tmp_path, frame, prediction, style="fill")
    _, mirrored = save_snapshot(tmp_path, frame, prediction, style="fill", mirrored=True)
    inside = (40, round(60 / 256 * AREA.width))
    assert (cv2.imread(str(plain))[inside] != 60).any()
    assert (cv2.imread(str(mirrored))[inside] == 60).all()
    assert (cv2.imread(str(mirrored))[40, AREA.width - 1 - inside[1]] != 60).any()
