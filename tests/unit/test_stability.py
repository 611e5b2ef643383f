import json

import cv2
import numpy as np
import pytest

from model import stability
from model.__main__ import main
from model.bundle import Bundle
from model.engines import choice
from model.preprocess import SIZE, to_square
from model.stability import FINER, FRAMES, PARTS, RATE, lag_frames, make_frames, make_path, make_track, step_frames
from model.structures import BLOCK_REGION
from tests.dataset import write_dataset

PART = {part.name: part for part in PARTS}
MEASURES = {
    "iou_consecutive_median",
    "iou_consecutive_p5",
    "iou_unfiltered_median",
    "iou_expert_mean",
    "flips_per_s",
}


def rng():
    return np.random.default_rng(3)


def path_of(name):
    return make_path(PART[name], rng())


def places(path, point):
    return path.matrices @ np.append(point, 1.0)


class Shaky:
    """Takes what is bright for the region, and never sees it twice in the same place."""

    name, threads, size, structures = "shaky", 1, SIZE, (BLOCK_REGION,)

    def __init__(self, shake=3):
        self._rng, self._shake = rng(), shake

    def predict(self, inputs):
        smooth = cv2.GaussianBlur(inputs[0, ..., 0], (0, 0), 4)
        shift = tuple(self._rng.integers(-self._shake, self._shake + 1, 2))
        return np.roll(np.clip((smooth - 0.2) * 2.5, 0, 1), shift, axis=(0, 1))[None]

    def close(self):
        pass


@pytest.fixture
def data(tmp_path):
    return write_dataset(tmp_path / "d", 2)


@pytest.fixture
def shaky(monkeypatch):
    monkeypatch.setattr(stability, "PARTS", [PART[name] for name in ("all", "jump", "fade")])
    monkeypatch.setattr(choice, "open_engine", lambda name, bundle: Shaky())
    # What it gives is made for this threshold, and not for that of the model that ships.
    monkeypatch.setattr(Bundle, "threshold", property(lambda bundle: 0.5))


def test_a_swing_is_as_large_and_as_quick_as_a_probes():
    for seed in range(10):
        path = make_path(PART["shift"], np.random.default_rng(seed))
        centre = places(path, (127.5, 127.5)) - 127.5
        assert np.abs(centre).max() <= 10
        assert np.abs(np.diff(centre[:, 0])).max() * RATE <= 2 * np.pi * 0.5 * 10
        assert (path.gains == 1).all()


@pytest.mark.parametrize("name", ["still", "gain", "fade"])
def test_parts_without_movement_keep_every_place(name):
    assert path_of(name).matrices == pytest.approx(np.tile(np.eye(2, 3), (FRAMES, 1, 1)))


def test_zoom_and_turn_are_about_the_middle():
    for name in ("zoom", "turn"):
        path = path_of(name)
        assert places(path, (127.5, 127.5)) == pytest.approx(np.full((FRAMES, 2), 127.5))
        assert np.ptp(places(path, (0, 0)), axis=0).max() > 1


def test_gain_changes_and_a_fade_reaches_black_and_comes_back():
    assert 1.05 < np.ptp(path_of("gain").gains) + 1 < 1.5
    fade = path_of("fade").gains
    assert (fade[0], fade[FRAMES // 2], round(fade[-1], 1)) == (1, 0, 1)


def test_the_jump_is_one_step_half_way():
    steps = np.linalg.norm(np.diff(places(path_of("jump"), (100, 100)), axis=0), axis=1)
    assert np.flatnonzero(steps > 1e-6) == [FRAMES // 2 - 1]
    assert 12 <= steps.max() <= 20


@pytest.mark.parametrize("name", ["shift", "zoom", "turn", "jump"])
def test_frames_show_the_picture_where_the_path_says(name):
    picture = np.zeros((200, 400), np.uint8)
    cv2.ellipse(picture, (150, 120), (40, 20), 0, 0, 360, 200, -1)
    path = path_of(name)
    start = np.argwhere(to_square(picture) > 100).mean(axis=0)[::-1]
    for frame, expected in zip(make_frames(picture, PART[name], path, rng()), places(path, start), strict=True):
        assert frame.shape == picture.shape
        assert np.argwhere(to_square(frame) > 100).mean(axis=0)[::-1] == pytest.approx(expected, abs=0.6)


def test_a_still_clip_differs_in_noise_only():
    picture = np.full((100, 120), 120, np.uint8)
    frames = np.stack(list(make_frames(picture, PART["still"], path_of("still"), rng())))
    assert frames.mean() == pytest.approx(120, abs=1)
    assert 5 < (frames[1:].astype(float) - frames[:-1]).std() < 40


def blob(matrix=None):
    """A probability map of an ellipse, moved."""
    ellipse = np.zeros((SIZE, SIZE), np.float32)
    cv2.ellipse(ellipse, (120, 130), (50, 22), 10, 0, 360, 0.9, -1)
    soft = cv2.GaussianBlur(ellipse, (0, 0), 3)
    return soft if matrix is None else cv2.warpAffine(soft, matrix, (SIZE, SIZE))


def test_what_goes_along_with_the_movement_is_perfectly_steady():
    path = path_of("all")
    track = make_track([blob(matrix) for matrix in path.matrices], path, 0.5)
    expert = cv2.resize(blob(), (FINER * SIZE,) * 2, interpolation=cv2.INTER_LINEAR) >= 0.5
    outcome = stability.Outcome(PART["all"])
    outcome.add(track, track, path, expert)
    measures = outcome.measures()
    assert measures["iou_consecutive_p5"] > 0.985
    assert measures["iou_expert_mean"] > 0.98
    assert measures["iou_unfiltered_median"] == 1
    assert measures["flips_per_s"] == 0
    assert measures["lag_frames"] == pytest.approx(0, abs=0.11)


def test_what_stays_behind_is_seen_as_late():
    path = path_of("shift")
    late = [blob(path.matrices[max(number - 2, 0)]) for number in range(FRAMES)]
    outcome = stability.Outcome(PART["shift"])
    outcome.add(make_track(late, path, 0.5), make_track(late, path, 0.5), path, np.ones((FINER * SIZE,) * 2, bool))
    assert outcome.measures()["lag_frames"] == pytest.approx(2, abs=0.11)


def test_flips_and_lateness_are_counted():
    path = path_of("fade")

    def track(first, last):
        shown = [blob() * (not first <= number < last) for number in range(FRAMES)]
        return make_track(shown, path, 0.5)

    outcome = stability.Outcome(PART["fade"])
    expert = np.ones((FINER * SIZE,) * 2, bool)
    outcome.add(track(15, 27), track(14, 25), path, expert)
    outcome.add(track(15, 27), track(0, 0), path, expert)
    measures = outcome.measures()
    assert measures["flips_per_s"] == pytest.approx(2 / (FRAMES / RATE))
    # Of the first clip alone: in the second, nothing goes without the filter.
    assert (measures["late_frames_mean"], measures["late_frames_max"]) == (1.5, 2)


def test_the_lag_is_the_offset_that_fits_all_clips():
    swing = np.stack([10 * np.sin(np.arange(FRAMES) / 6), np.zeros(FRAMES)], axis=1)
    late = np.stack([10 * np.sin((np.arange(FRAMES) - 1.5) / 6) + 30, np.zeros(FRAMES)], axis=1)
    missing = np.full((FRAMES, 2), np.nan)
    assert lag_frames([late, missing], [swing, swing]) == pytest.approx(1.5)
    assert lag_frames([missing], [swing]) is None


@pytest.mark.parametrize("late", [0, 1, 3])
def test_frames_until_a_jump_is_followed(late):
    half = FRAMES // 2
    expected = np.where(np.arange(FRAMES)[:, None] < half, (100.0, 100.0), (115.0, 100.0))
    centres = np.where(np.arange(FRAMES)[:, None] < half + late, (90.0, 80.0), (105.0, 80.0))
    assert step_frames(centres, expected) == [late]


def test_a_region_that_does_not_jump_along_tells_nothing():
    stays = np.full((FRAMES, 2), 90.0)
    jumps = np.where(np.arange(FRAMES)[:, None] < FRAMES // 2, (100.0, 100.0), (115.0, 100.0))
    assert step_frames(stays, jumps) == []
    assert step_frames(stays * np.nan, jumps) == []


def test_the_command_prints_and_writes_the_same_names(data, shaky, tmp_path, capsys):
    out = tmp_path / "stability.json"
    assert main(["stability", "--data", str(data), "--pictures", "1", "--json", str(out)]) == 0
    content = json.loads(out.read_text(encoding="utf-8"))
    assert (content["pictures"], content["frames"], content["model"], content["engine"]) == (1, 40, "default", "shaky")
    assert list(content["parts"]) == ["all", "jump", "fade"]
    for ways in content["parts"].values():
        assert ways.keys() == {"without", "with"}
        assert ways["without"].keys() == ways["with"].keys() >= MEASURES
    steadied = content["parts"]["all"]
    assert steadied["with"]["iou_consecutive_median"] > steadied["without"]["iou_consecutive_median"] + 0.02
    assert steadied["with"]["lag_frames"] - steadied["without"]["lag_frames"] < 1
    assert steadied["with"]["iou_expert_mean"] > steadied["without"]["iou_expert_mean"]
    assert content["parts"]["jump"]["with"]["step_frames_max"] <= 1
    printed = capsys.readouterr().out.splitlines()
    assert next(line for line in printed if line.startswith("all: ")).split()[-2:] == ["without", "with"]
    names = {name for ways in content["parts"].values() for name in ways["with"]}
    assert names == {line.split()[0] for line in printed if line.count(" ") > 20 and ":" not in line}


def test_the_same_pictures_give_the_same_numbers(data, monkeypatch):
    monkeypatch.setattr(stability, "PARTS", [PART["jump"]])
    from model.bundle import find
    from model.data.folder import find_pairs

    pairs = find_pairs(data)[:1]
    first, second = (stability.measure(find("default"), Shaky(), pairs, time_s=0.05) for _ in range(2))
    assert first == second
    assert (first["time_constant_s"], first["follows"]) == (0.05, True)


def test_pictures_are_drawn_always_the_same_and_in_order():
    pairs = list(range(50))
    drawn = stability.draw(pairs, 20)
    assert drawn == stability.draw(pairs, 20) == sorted(drawn)
    assert len(set(drawn)) == 20
    assert stability.draw(pairs[:3], 20) == [0, 1, 2]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--pictures", "0"], "--pictures 0"),
        (["--time-constant", "0"], "--time-constant 0"),
        (["--time-constant", "nan"], "--time-constant nan"),
        (["--part", "development"], "development"),
        (["--model", "none-such"], "none-such"),
        (["--json", "no-such-folder/stability.json"], "no-such-folder"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_one_sentence_and_status_2(data, shaky, capsys, arguments, named):
    assert main(["stability", "--data", str(data), *arguments]) == 2
    assert named in capsys.readouterr().err
