"""Masks by hand: shapes, undo, interpolation, what is kept, and the way to training data."""

import json
import threading

import cv2
import numpy as np
import pytest

from app.capture.folder import ImageFolder
from app.capture.video import VideoFile
from app.errors import OutputError
from app.pipeline.ahead_cache import mark_of
from app.pipeline.scan_area import ScanAreas
from app.pipeline.types import Rect
from app.trainer.corrections import Corrections, gone, interpolate
from app.trainer.saving import Saved, save_training
from app.trainer.shapes import Between, Ring, mask_of, nearest_edge, nearest_point, rings_of, stroke
from app.trainer.store import Autosave, Store
from model.__main__ import main as model_main
from model.data.check import check
from model.data.folder import load, look
from model.metrics import iou

SIZE = (120, 160)


def disc(x, y, radius=20, size=SIZE):
    down, across = np.mgrid[: size[0], : size[1]] + 0.5
    return np.hypot(across - x, down - y) <= radius


def fill(corrections):
    """Interpolates; how many frames, and how many gaps stayed open."""
    filled, gaps = interpolate(corrections.entries)
    corrections.fill(filled)
    return len(filled), gaps


def box(mask):
    rows, columns = np.nonzero(mask)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


# Shapes


def test_outlines_and_masks_are_the_same_within_a_pixel():
    mask = disc(60, 50) & ~disc(62, 50, 6)
    mask |= disc(130, 80, 10)
    rings = rings_of(mask)
    assert sorted(ring.hole for ring in rings) == [False, False, True]
    assert iou(mask_of(rings, SIZE), mask) > 0.93
    assert len(rings[0].points) < 40


def test_a_polygon_holds_the_pixels_whose_centres_lie_in_it():
    square = Ring(((10, 20), (40, 20), (40, 50), (10, 50)))
    assert box(mask_of([square], SIZE)) == (10, 20, 40, 50)
    assert not mask_of([Ring(((10, 20), (40, 20)))], SIZE).any()
    taller = square.moved(0, (10, 10)).with_point(1, (25, 5))
    assert mask_of([taller], SIZE).sum() > 900
    assert taller.without(1).without(0).points == square.points[1:]


def test_points_and_edges_are_found_within_reach():
    rings = [Ring(((10, 10), (50, 10), (50, 50), (10, 50)))]
    assert nearest_point(rings, (48, 13), 5) == (0, 1)
    assert nearest_point(rings, (30, 30), 5) is None
    ring, place = nearest_edge(rings, (51, 30), 5)
    assert rings[ring].with_point(place, (51, 30)).points == ((10, 10), (50, 10), (51, 30), (50, 50), (10, 50))
    assert nearest_edge(rings, (30, 30), 5) is None


def test_the_brush_paints_and_wipes_round_its_path_and_stays_inside():
    mask = np.zeros(SIZE, np.bool_)
    stroke(mask, (30, 40), (30, 40), 5, True)
    assert mask.sum() == pytest.approx(np.pi * 25, rel=0.05)
    stroke(mask, (30, 40), (90, 40), 5, True)
    assert box(mask) == (25, 35, 95, 45)
    stroke(mask, (60, 0), (60, 119), 3, False)
    assert not mask[:, 58:62].any()
    stroke(mask, (-50, 300), (-40, 300), 9, True)
    stroke(mask, (159, 119), (200, 119), 4, True)
    assert mask[119, 159]


def test_half_way_between_two_circles_is_one_of_the_middle_size_and_place():
    between = Between(disc(40, 40, 12), disc(110, 70, 24))
    middle = between.at(0.5)
    assert iou(middle, disc(75, 55, 18)) > 0.92
    assert iou(between.at(0.0), disc(40, 40, 12)) > 0.95
    assert iou(between.at(1.0), disc(110, 70, 24)) > 0.95


def test_the_area_grows_steadily_and_two_pieces_become_one():
    two = disc(50, 60, 14) | disc(95, 60, 14)
    one = disc(72, 60, 30)
    areas = [Between(two, one).at(share).sum() for share in np.linspace(0, 1, 6)]
    assert areas == sorted(areas)


# Steps, back and forth


@pytest.fixture
def corrections():
    made = Corrections()
    made.correct(2, disc(40, 40))
    made.correct(8, disc(70, 60, 26))
    return made


def test_between_two_frames_by_hand_each_frame_is_interpolated(corrections):
    assert fill(corrections) == (5, 0)
    assert corrections.interpolated() == [3, 4, 5, 6, 7]
    assert corrections.by_hand() == [2, 8]
    assert iou(corrections.entries[5].mask(), disc(55, 50, 23)) > 0.93
    assert corrections.next(5, 1) == 8
    assert corrections.next(5, -1) == 2
    assert corrections.neighbour(6) == 8
    assert corrections.neighbour(5) == 2


def test_neighbours_leave_no_gap_and_a_single_frame_between_two_is_filled(corrections):
    corrections.correct(3, disc(45, 45))
    corrections.correct(5, disc(50, 50))
    corrections.correct(9, disc(70, 60))
    assert fill(corrections) == (3, 0)
    assert corrections.interpolated() == [4, 6, 7]


def test_what_a_hand_corrected_is_never_overwritten_and_frees_what_followed_from_it(corrections):
    fill(corrections)
    mine = disc(90, 90, 11)
    corrections.correct(5, mine)
    assert corrections.interpolated() == []
    assert fill(corrections) == (4, 0)
    assert (corrections.entries[5].mask() == mine).all()
    assert corrections.entries[5].by_hand


def test_an_interpolated_mask_that_is_confirmed_frees_nothing(corrections):
    fill(corrections)
    corrections.correct(5, corrections.entries[5].mask(), 17)
    assert corrections.by_hand() == [2, 5, 8]
    assert corrections.interpolated() == [3, 4, 6, 7]
    corrections.undo()
    assert corrections.by_hand() == [2, 8]


def test_no_region_is_an_answer_and_nothing_is_invented_towards_it(corrections):
    corrections.correct(12, np.zeros(SIZE, np.bool_))
    corrections.correct(15, np.zeros(SIZE, np.bool_))
    assert fill(corrections) == (5 + 2, 1)
    assert corrections.entries[12].empty
    assert corrections.entries[13].empty
    assert 10 not in corrections.entries


def test_pictures_of_two_sizes_have_nothing_between_them():
    made = Corrections()
    made.correct(0, disc(40, 40))
    made.correct(4, disc(40, 40, size=(100, 100)))
    assert fill(made) == (0, 1)


def test_each_step_is_undone_and_done_again(corrections):
    fill(corrections)
    filled = corrections.entries
    assert corrections.undo() == [3, 4, 5, 6, 7]
    assert corrections.interpolated() == []
    assert corrections.undo() == [8]
    assert corrections.by_hand() == [2]
    assert corrections.redo() == [8]
    assert corrections.redo() == [3, 4, 5, 6, 7]
    assert corrections.entries == filled
    corrections.undo()
    corrections.forget(2)
    assert not corrections.can_redo
    assert corrections.by_hand() == [8]
    corrections.undo()
    assert corrections.by_hand() == [2, 8]


def test_forgetting_a_frame_frees_what_followed_from_it_in_one_step(corrections):
    fill(corrections)
    corrections.forget(8)
    assert list(corrections.entries) == [2]
    corrections.undo()
    assert len(corrections.entries) == 7


@pytest.mark.parametrize("change", ["correct", "forget"])
def test_undo_and_redo_are_about_the_frame_that_a_person_changed(corrections, change):
    corrections.correct(5, disc(50, 50))
    fill(corrections)
    before = corrections.entries
    if change == "correct":
        corrections.correct(5, disc(90, 90))
    else:
        corrections.forget(5)
    assert gone(before, corrections.entries) == [3, 4, 6, 7]
    assert corrections.undo() == [5]
    assert gone(before, corrections.entries) == []
    assert corrections.redo() == [5]


def test_the_same_mask_again_is_no_step(corrections):
    corrections.correct(2, disc(40, 40))
    assert corrections.undo() == [8]


# What is kept


def test_what_is_kept_comes_back_and_names_nothing(corrections, tmp_path):
    fill(corrections)
    store = Store(tmp_path / "new", "0123456789abcdef" * 4)
    store.save(corrections.entries)
    again = Store(tmp_path / "new", "0123456789abcdef" * 4)
    assert again.load() == (corrections.entries, "")
    assert again.name == store.name
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["0123456789abcdef" * 2 + ".json"]


def test_two_windows_on_one_recording_lose_nothing_of_each_other(corrections, tmp_path):
    frames = corrections.entries
    two, eight = ({number: frames[number]} for number in (2, 8))
    one, other = Store(tmp_path, "a" * 64), Store(tmp_path, "a" * 64)
    for store in (one, other):
        store.load()
    one.save(two)
    other.save(eight)
    assert Store(tmp_path, "a" * 64).load() == (two | eight, "")
    other.save(eight | {9: frames[8]})
    one.save({})  # Forgets its own frame, and knows nothing of the others.
    one.save({2: frames[8]})
    assert Store(tmp_path, "a" * 64).load() == (eight | {9: frames[8], 2: frames[8]}, "")


@pytest.mark.parametrize("fate", ["gone", "damaged"])
def test_a_file_that_is_lost_while_it_is_used_is_written_whole_again(corrections, tmp_path, fate):
    store = Store(tmp_path, "a" * 64)
    store.save(corrections.entries)
    if fate == "gone":
        store.path.unlink()
    else:
        store.path.write_text("[]")
    store.save(corrections.entries | {9: corrections.entries[8]})
    assert Store(tmp_path, "a" * 64).load() == (corrections.entries | {9: corrections.entries[8]}, "")


@pytest.mark.parametrize("damage", ["cut", "mask", "list", "deep", "bytes"])
def test_a_damaged_file_is_set_aside_and_said(corrections, tmp_path, damage):
    store = Store(tmp_path, "a" * 64)
    store.save(corrections.entries)
    text = store.path.read_text()
    content = json.loads(text)
    content["frames"]["2"]["mask"] = content["frames"]["2"]["mask"][8:]
    damaged = {"cut": text[:-50], "mask": json.dumps(content), "list": "[]", "bytes": text.replace("name", "n\xe4me")}
    damaged["deep"] = "[" * 20_000
    store.path.write_bytes(damaged[damage].encode("latin-1"))
    entries, said = store.load()
    assert entries == {}
    assert "set aside" in said
    assert not store.path.exists()
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("refused", ["read", "set aside"])
def test_corrections_that_cannot_be_read_are_not_begun_anew(corrections, tmp_path, monkeypatch, refused):
    """What would be saved next would take their place."""

    def refuse(*_arguments, **_more):
        raise OSError(5, "Input/output error")

    store = Store(tmp_path, "a" * 64)
    store.save(corrections.entries)
    if refused == "set aside":
        store.path.write_text("[]")
    monkeypatch.setattr("pathlib.Path.replace" if refused == "set aside" else "pathlib.Path.read_text", refuse)
    with pytest.raises(OutputError, match="try again"):
        store.load()


def test_a_folder_that_cannot_be_written_is_one_sentence(corrections, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        Store(tmp_path / "file" / "in it", "b" * 64).save(corrections.entries)


def test_autosave_writes_the_newest_and_ends(corrections, tmp_path):
    store, failures = Store(tmp_path, "c" * 64), []
    saver = Autosave(store, failures.append)
    saver.put({})
    saver.put(corrections.entries)
    assert saver.close()
    assert store.load()[0] == corrections.entries
    assert failures == []
    assert not [thread for thread in threading.enumerate() if thread.name == "autosave"]


def test_autosave_outlives_what_cannot_be_saved(corrections, tmp_path):
    store, failures, failed = Store(tmp_path, "d" * 64), [], threading.Event()
    saver = Autosave(store, lambda text: (failures.append(text), failed.set()))
    saver.put({1: "no correction"})
    assert failed.wait(10)
    saver.put(corrections.entries)
    assert saver.close()
    assert failures == ["The corrections are not saved (AttributeError)."]
    assert store.load()[0] == corrections.entries


# To training data


def speckle(number, size=(240, 320)):
    noise = np.random.default_rng(number).normal(90, 25, size)
    picture = cv2.GaussianBlur(noise.astype(np.float32), (0, 0), 1.5) * 1.2
    cv2.ellipse(picture, (120 + 8 * number, 110), (50, 24), 0, 0, 360, 190, -1)
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
    for number in range(12):
        writer.write(cv2.cvtColor(speckle(number), cv2.COLOR_GRAY2BGR))
    writer.release()
    return VideoFile(path)


def frame_of(source, number):
    reader = source.another()
    reader.open()
    reader.seek(number)
    pixels = reader.read().pixels
    reader.close()
    return pixels


def ellipse(x, size=(240, 320)):
    mask = np.zeros(size, np.uint8)
    cv2.ellipse(mask, (x, 110), (50, 24), 0, 0, 360, 1, -1)
    return mask > 0


def test_from_a_clip_to_training_data(clip, tmp_path, capsys):
    corrections = Corrections()
    for number in (1, 5):
        corrections.correct(number, ellipse(120 + 8 * number), mark_of(frame_of(clip, number)))
    assert fill(corrections) == (3, 0)
    corrections.correct(9, np.zeros((240, 320), np.bool_))
    area, out = Rect(20, 10, 280, 200), tmp_path / "data"
    saved = save_training(clip.another(), corrections.entries, ScanAreas(area), out, "2026-03-04_05-06-07")
    assert saved == Saved(6, 3, 0)
    names = [f"2026-03-04_05-06-07_{number:06}" for number in (1, 2, 3, 4, 5, 9)]
    assert sorted(path.stem for path in (out / "masks").iterdir()) == names

    for folder, layout in ((out, "folders"), (out / "images", "labelme")):
        report = check(folder)
        assert (report.layout, report.pictures, report.harmful) == (layout, 6, False)
        kinds = {finding.kind for finding in report.findings}
        assert kinds <= {"empty mask", "near duplicates"}, report.lines()
    assert model_main(["data", "check", str(out)]) == 0
    assert "Nothing harmful" in capsys.readouterr().out

    data = load(out)
    assert data.names == tuple(names)
    assert data.images.shape == (6, 256, 256)
    # The white ellipse that the clip shows is the mask, also where it was interpolated.
    bright = data.images[2] > 160
    assert iou(bright, data.masks[2, 0]) > 0.9
    assert not data.masks[5].any()
    polygons = load(out / "images").masks
    assert iou(polygons[0, 0], data.masks[0, 0]) > 0.98
    assert len(look(out / "images").pairs) == 6


def test_a_correction_of_another_picture_is_left_out_and_counted(clip, tmp_path):
    corrections = Corrections()
    corrections.correct(1, ellipse(128), mark_of(frame_of(clip, 2)))
    corrections.correct(3, ellipse(128, (100, 320)))
    corrections.correct(4, ellipse(150), mark_of(frame_of(clip, 4)))
    assert save_training(clip.another(), corrections.entries, ScanAreas(), tmp_path / "out", "n") == Saved(1, 0, 2)
    assert [path.name for path in (tmp_path / "out" / "masks").iterdir()] == ["n_000004.png"]


def test_saved_again_the_files_of_frames_without_a_correction_go_and_no_others(clip, tmp_path):
    corrections, out, name = Corrections(), tmp_path / "out", "2026-03-04_05-06-07"
    for number in (1, 4, 7):
        corrections.correct(number, ellipse(128))
    save_training(clip.another(), corrections.entries, ScanAreas(), out, name)
    others = [
        *(
            out / "images" / f"{stem}.png"
            for stem in ("2026-03-04_05-06-08_000004", f"{name}_000004_x", f"x{name}_000004")
        ),
        *(out / "images" / f"{name}_{rest}" for rest in ("4.png", "000004.txt")),
        out / f"{name}_000004.png",
    ]
    for path in others:
        path.write_bytes(b"mine")
    corrections.forget(4)
    corrections.undo()
    corrections.forget(7)
    corrections.forget(4)
    saved = save_training(clip.another(), corrections.entries, ScanAreas(), out, name)
    assert saved == Saved(1, 0, 0, removed=2)
    left = {path for path in out.rglob("*") if path.is_file()} - set(others)
    assert {path.stem for path in left} == {f"{name}_000001"}
    assert len(left) == 3
    assert all(path.is_file() for path in others)


def test_saving_that_is_stopped_removes_nothing(clip, tmp_path):
    corrections = Corrections()
    corrections.correct(1, ellipse(128))
    corrections.correct(4, ellipse(128))
    save_training(clip.another(), corrections.entries, ScanAreas(), tmp_path / "out", "n")
    corrections.forget(4)
    save_training(clip.another(), corrections.entries, ScanAreas(), tmp_path / "out", "n", lambda: True)
    assert (tmp_path / "out" / "masks" / "n_000004.png").exists()


def test_pictures_of_a_folder_are_saved_without_their_names(tmp_path):
    folder = tmp_path / "Mrs Smith"
    folder.mkdir()
    for name in ("smith 1.png", "smith 2.png"):
        cv2.imwrite(str(folder / name), speckle(len(name)))
    corrections = Corrections()
    corrections.correct(1, ellipse(128))
    save_training(ImageFolder(folder), corrections.entries, ScanAreas(), tmp_path / "out", "2026-03-04_05-06-07")
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(written) == 3
    assert not any("smith" in path.name.casefold() for path in written)
    assert b"mith" not in (tmp_path / "out/images/2026-03-04_05-06-07_000001.json").read_bytes()


@pytest.mark.parametrize("inside", [".", "images"])
def test_the_pictures_that_were_corrected_are_not_mixed_with_what_is_saved(tmp_path, inside):
    folder = tmp_path / inside
    folder.mkdir(exist_ok=True)
    cv2.imwrite(str(folder / "1.png"), speckle(1))
    with pytest.raises(OutputError, match="another folder"):
        save_training(ImageFolder(folder), {}, ScanAreas(), tmp_path, "n")


def test_a_file_in_the_way_is_one_sentence(clip, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        save_training(clip.another(), {}, ScanAreas(), tmp_path / "file", "n")
