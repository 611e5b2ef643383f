"""The scripts that take the documents' pictures: two states of the window, and the pages that go with them."""

import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from PySide6.QtWidgets import QApplication

from scripts import screenshots, walkthrough
from scripts.booth import Booth
from scripts.screenshots import STATES, take

NAMES = [one.name for one in STATES]


@pytest.fixture
def booth(qapp: QApplication, own_home: Path) -> Iterator[Booth]:
    own_home.mkdir()
    made = Booth(qapp, own_home)
    yield made
    made.close()


@pytest.mark.parametrize("name", ["overlay-on", "no-model"])
def test_a_state_is_reached_and_its_picture_taken(booth: Booth, tmp_path: Path, name: str) -> None:
    path = take(STATES[NAMES.index(name)], booth, tmp_path / "pictures")
    taken = cv2.imread(str(path))
    assert taken is not None
    assert taken.shape[:2] == (760, 1280)
    # The overlay's yellow is in the one, and not in the other.
    blue, green, red = (int(part) for part in taken[345:355, 520:560].mean((0, 1)))
    assert (min(red, green) - blue > 25) == (name == "overlay-on")
    assert path.stat().st_size < screenshots.MOST_BYTES


def test_the_page_of_states_is_as_the_script_writes_it_and_every_picture_is_there() -> None:
    assert screenshots.PAGE.read_text(encoding="utf-8") == screenshots.page()
    assert {path.stem for path in screenshots.FOLDER.glob("*.webp")} == set(NAMES)


def test_the_page_of_the_walk_is_as_the_script_writes_it_and_every_picture_is_there() -> None:
    text = walkthrough.page(walkthrough.make_parts())
    assert walkthrough.PAGE.read_text(encoding="utf-8") == text
    pictures = re.findall(r"\(images/(walkthrough/[^)]+)\)", text)
    assert len(pictures) == len(set(pictures))
    assert {f"walkthrough/{path.name}" for path in walkthrough.FOLDER.glob("*.webp")} == set(pictures)
