"""Broken files end in a picture or one sentence: a few of some formats here, 200 of each by scripts/fuzz_formats.py."""

import random
from pathlib import Path

import pytest

from scripts.fuzz_formats import GOOD, WAYS, Worker, break_file, judge, make_sound, run
from tests.media import needs, painted, write_image

EACH = 10
NAMES = [
    *("b-frames.mp4", "h264.mkv", "mpeg4.avi", "mjpeg.mov", "vp8.webm", "mpeg2.mpg", "mpeg2.ts", "wmv2.wmv"),
    *("one.png", "one.jpg", "pages.tiff", "clip.gif", "clip.webp", "clip.apng", "explicit.dcm", "deflated.dcm"),
    *("jpeg.dcm", "h264.dcm"),
]


@needs("ffmpeg")
def test_what_is_broken_is_shown_or_said_in_one_sentence(tmp_path: Path) -> None:
    sound = make_sound(tmp_path, NAMES)
    assert sorted(sound) == sorted(NAMES)
    broken = tmp_path / "broken"
    broken.mkdir()
    found = run(sound, NAMES, EACH, broken, seed=1, limit_s=30)
    results = [result for name in NAMES for result in found[name]]
    wrong = [(file.path.name, file.way, kind, words) for file, kind, words in results if kind not in GOOD]
    assert wrong == []
    kinds = [kind for _, kind, _ in results]
    assert len(kinds) == EACH * len(NAMES)
    assert min(kinds.count(kind) for kind in GOOD) > 20


@pytest.mark.parametrize("way", WAYS)
def test_the_same_seed_breaks_alike_and_no_way_leaves_all_as_it_is(way: str) -> None:
    sound, other = bytes(range(256)) * 8, bytes(reversed(range(256))) * 8
    once, again = (break_file(sound, other, way, random.Random(3)) for _ in range(2))
    assert once == again
    assert way == "renamed" or once != sound


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (0, "", "picture"),
        (0, "[h264 @ 0x1] error", "noise"),
        (2, "sonoblock: clip.mp4 is empty: copy it again.", "sentence"),
        (2, "sonoblock: one.\nsonoblock: two.", "no sentence"),
        (2, "", "no sentence"),
        (1, "sonoblock: clip.mp4 is empty: copy it again.", "no sentence"),
        (2, "Traceback (most recent call last):", "no sentence"),
    ],
)
def test_the_judge_lets_nothing_else_pass(status: int, words: str, kind: str) -> None:
    assert judge(status, words)[0] == kind


def test_a_process_that_ends_or_gives_no_answer_is_noticed(tmp_path: Path) -> None:
    picture = write_image(tmp_path / "one.png", painted(1))
    worker = Worker()
    try:
        assert worker.ask(picture, 30) == ("picture", "")
        assert worker.ask(picture, 0.0)[0] == "hang"
        assert not worker.alive
    finally:
        worker.end()
    dead = Worker()
    dead._process.kill()
    dead._process.wait()
    assert dead.ask(picture, 30)[0] == "crash"
    dead.end()
