"""Testing oneself, without a window: whose masks are asked, in which order, how an outline is scored, what is kept."""

import json
import math
import random
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.capture.folder import ImageFolder
from app.capture.phantom import Phantom
from app.capture.source import Frame, HasCases, KnowsRegion, Repeatable
from app.capture.video import VideoFile
from app.errors import OutputError
from app.pipeline.types import Rect
from app.trainer.cases import Deck, expert_of, masks_beside
from app.trainer.corrections import Correction
from app.trainer.history import LAST, Answer, History, Summary
from app.trainer.scoring import Score, score
from app.trainer.shapes import LABEL
from app.trainer.sides import CorrectedMasks
from model.data.pictures import write_mask
from tests.media import frame_at

SIZE = (60, 80)


def box(left: int, top: int, width: int = 20, height: int = 10) -> np.ndarray:
    mask = np.zeros(SIZE, np.bool_)
    mask[top : top + height, left : left + width] = True
    return mask


def by_hand(mask: np.ndarray, by_hand: bool = True) -> Mapping[int, Correction]:
    return {3: Correction.of(mask, by_hand)}


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    (tmp_path / "masks").mkdir()
    for name in ("one", "two"):
        cv2.imwrite(str(tmp_path / "images" / f"{name}.png"), np.full(SIZE, 90, np.uint8))
    write_mask(tmp_path / "masks" / "two.png", box(30, 20))
    return tmp_path


def test_the_masks_of_a_data_set_are_found_beside_its_pictures(data_set: Path) -> None:
    source = ImageFolder(data_set / "images")
    source.open()
    opened = expert_of(source, {})
    assert opened is not None
    assert opened.numbers is None
    side = opened(source)
    assert opened.numbers == [1]
    frames = [Frame(np.full(SIZE, 90, np.uint8), number, 0.0) for number in (0, 1)]
    area = Rect(20, 10, 40, 40)
    assert side.mask(frames[0], area) is None
    found = side.mask(frames[1], area)
    assert found is not None
    assert np.array_equal(found, box(30, 20)[10:50, 20:60])


def test_a_mask_that_is_damaged_or_does_not_fit_costs_its_own_picture(data_set: Path) -> None:
    cv2.imwrite(str(data_set / "images" / "three.png"), np.full(SIZE, 90, np.uint8))
    (data_set / "masks" / "one.png").write_bytes(b"damaged")
    write_mask(data_set / "masks" / "three.png", box(30, 20)[:50])
    source = ImageFolder(data_set / "images")
    source.open()
    opened = expert_of(source, {})
    assert opened is not None
    side, area = opened(source), Rect(0, 0, SIZE[1], SIZE[0])
    masks = [side.mask(Frame(np.full(SIZE, 90, np.uint8), number, 0.0), area) for number in range(3)]
    assert [mask is None for mask in masks] == [True, True, False]
    assert "is damaged" in opened.problems[0]
    assert "80 x 50 pixels" in opened.problems[1]


def test_a_folder_beside_other_pictures_is_no_data_set(data_set: Path, tmp_path: Path) -> None:
    (data_set / "images").rename(data_set / "pictures")
    assert masks_beside(data_set / "pictures") is None
    (data_set / "pictures" / "masks_real").mkdir()
    assert masks_beside(data_set / "pictures") == data_set / "pictures" / "masks_real"
    assert expert_of(VideoFile(tmp_path / "clip.mp4"), {}) is None


def test_labelmes_files_among_the_pictures_are_the_experts(data_set: Path) -> None:
    pictures = data_set / "images"
    (data_set / "masks").rename(data_set / "elsewhere")
    (pictures / "notes.json").write_text("{}")
    assert masks_beside(pictures) is None
    corners = [[30, 20], [50, 20], [50, 30], [30, 30]]
    shape = {"label": LABEL, "points": corners, "shape_type": "polygon"}
    content = {"shapes": [shape], "imagePath": "two.png", "imageHeight": SIZE[0], "imageWidth": SIZE[1]}
    (pictures / "two.json").write_text(json.dumps(content))
    source = ImageFolder(pictures)
    source.open()
    expert = expert_of(source, {})
    assert expert is not None
    found = expert(source).mask(Frame(np.full(SIZE, 90, np.uint8), 1, 0.0), Rect(0, 0, SIZE[1], SIZE[0]))
    assert expert.numbers == [1]
    assert found is not None
    assert np.array_equal(found, box(30, 20))


def test_what_was_corrected_by_hand_makes_a_test_of_a_clip(tmp_path: Path) -> None:
    writer = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, SIZE[::-1])
    for _ in range(5):
        writer.write(np.zeros((*SIZE, 3), np.uint8))
    writer.release()
    clip = VideoFile(tmp_path / "clip.avi")
    assert expert_of(clip, by_hand(box(1, 1), by_hand=False)) is None
    opened = expert_of(clip, by_hand(box(1, 1)))
    assert opened is not None
    clip.open()
    assert opened(clip).name == CorrectedMasks.name
    assert opened.numbers == [3]
    clip.close()


def test_the_phantoms_stills_know_their_own_regions_and_are_the_same_again() -> None:
    assert isinstance(Phantom(), HasCases)
    assert not isinstance(Phantom(), KnowsRegion)
    cases = Phantom("demo").cases()
    assert isinstance(cases, KnowsRegion)
    assert not isinstance(cases, Repeatable)
    assert (cases.word, cases.open().stills) == ("demo", True)
    opened = expert_of(cases, {})
    assert opened is not None
    again, area = cases.another(), Rect(100, 20, 400, 300)
    side = opened(again)
    found = side.mask(Frame(np.zeros((336, 640), np.uint8), 17, 0.0), area)
    assert found is not None
    assert np.array_equal(found, cases.expert_mask(17)[20:320, 100:500])
    assert opened.numbers == range(cases.frame_count)
    for number in (17, 3):
        assert np.array_equal(frame_at(cases, number), frame_at(again, number))


def test_each_still_of_the_phantom_is_another_and_has_its_region_in_it() -> None:
    cases, regions = Phantom().cases(), set()
    numbers = range(0, cases.frame_count, 9)
    for number in numbers:
        mask = cases.expert_mask(number)
        assert mask.shape == frame_at(cases, number).shape
        assert 0.005 < mask.mean() < 0.1
        regions.add(mask.tobytes())
    assert len(regions) == len(numbers)


def test_every_case_comes_once_before_those_that_went_worst_come_again() -> None:
    deck = Deck(range(5), random.Random(1))
    seen, shown = [], 9
    while len(seen) < 5:
        number = deck.next(shown)
        assert number is not None
        assert not deck.again
        seen.append(number)
        deck.answer(number, 0.1 * number)
        shown = number
    assert sorted(seen) == list(range(5))
    assert seen != list(range(5))
    assert deck.done == 5
    first = deck.next(shown)
    assert deck.again
    assert first == (0 if shown != 0 else 1)
    assert deck.next(shown) != first
    assert not deck.again


def test_what_is_left_out_comes_at_the_end_and_what_nobody_knows_never() -> None:
    deck = Deck(range(3), random.Random(1))
    first, second = deck.next(9), deck.next(9)
    assert first is not None
    assert second is not None
    deck.answer(second, 1.0)
    third = deck.next(9)
    assert {first, second, third} == {0, 1, 2}
    deck.drop(third or 0)
    assert deck.next(9) == first
    assert len(deck) == 2
    assert deck.next(first) == second
    deck.drop(second)
    assert deck.next(first) is None


def test_a_score_is_overlap_and_how_far_edges_and_centres_lie_apart() -> None:
    same = score(box(10, 10), box(10, 10))
    assert (same.iou, same.boundary_px, same.centre_px, same.right) == (1.0, 0.0, 0.0, True)
    half = score(box(10, 10), box(20, 10))
    assert half.iou == pytest.approx(1 / 3)
    assert half.centre_px == pytest.approx(10)
    assert 0 < half.boundary_px < 10
    assert not half.right


def test_no_region_is_an_answer_that_can_be_right() -> None:
    none = np.zeros(SIZE, np.bool_)
    both, missed = score(none, none), score(none, box(1, 1))
    assert (both.iou, both.right) == (1.0, True)
    assert (missed.iou, missed.right) == (0.0, False)
    assert math.isnan(missed.boundary_px)


def test_answers_are_kept_and_add_up(tmp_path: Path) -> None:
    history = History(tmp_path / "deep" / "self-test.jsonl")
    assert history.load() == []
    for number in range(LAST + 2):
        iou = 0.0 if number < 2 else 0.8
        history.add(Answer.of(number, Score(iou, 1.0, 1.0), None if number else 0.7))
    answers = History(tmp_path / "deep" / "self-test.jsonl").load()
    assert [answer.case for answer in answers[:2]] == ["00000000", "00000001"]
    assert [answer.model_iou for answer in answers[:2]] == [0.7, None]
    so_far = Summary.of(answers)
    assert so_far.count == LAST + 2
    assert so_far.mean_iou == pytest.approx(0.8 * LAST / (LAST + 2))
    assert so_far.last_iou == pytest.approx(0.8)
    assert so_far.right == pytest.approx(LAST / (LAST + 2))


def test_a_line_that_is_cut_off_costs_that_line_alone(tmp_path: Path) -> None:
    path = tmp_path / "self-test.jsonl"
    history = History(path)
    history.add(Answer.of(1, Score(0.5, 1.0, 1.0), 0.25))
    whole = path.read_text("utf-8")
    path.write_text(whole + whole[:20] + "\n" + json.dumps({"iou": "much"}) + "\n[]\n" + whole, "utf-8")
    assert [answer.iou for answer in history.load()] == [0.5, 0.5]


def test_what_a_full_disk_has_cut_off_takes_no_later_answer_with_it(tmp_path: Path) -> None:
    path = tmp_path / "self-test.jsonl"
    history = History(path)
    history.add(Answer.of(1, Score(0.5, 1.0, 1.0), 0.25))
    path.write_text(path.read_text("utf-8") + '{"time": "2026', "utf-8")
    history.add(Answer.of(2, Score(0.75, 1.0, 1.0), 0.25))
    assert [answer.iou for answer in history.load()] == [0.5, 0.75]


def test_nothing_of_the_picture_or_its_name_is_kept(tmp_path: Path) -> None:
    history = History(tmp_path / "self-test.jsonl")
    history.add(Answer.of(255, Score(0.5, 1.0, 1.0), None))
    assert set(json.loads((tmp_path / "self-test.jsonl").read_text("utf-8"))) == {
        *("time", "case", "iou", "right", "model_iou")
    }


def test_where_it_cannot_be_kept_that_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    history = History(tmp_path / "file" / "self-test.jsonl")
    with pytest.raises(OutputError, match=r"answer in .* cannot be written"):
        history.add(Answer.of(1, Score(0.5, 1.0, 1.0), None))
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="earlier answers cannot be read"):
        History(tmp_path / "folder").load()
