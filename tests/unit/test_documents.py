"""The documents: their links lead somewhere, and the keys in their tables are the keys as shipped."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from app.gui.keys import KEYS
from app.settings import Settings
from tests.conftest import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ADRS = sorted((ROOT / "docs" / "adr").glob("*.md"))
SHIPPED = {name for key in KEYS for name in key.keys}
IN_QTS_WORDS = {
    "→": "Right", "←": "Left", "−": "-", "Page up": "PgUp", "Page down": "PgDown",
    "Space, held": "Space", "按住空格": "Space", "退格": "Backspace",
}  # fmt: skip
KEY_COLUMNS = ("key", "按键")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(path: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", without_code(path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_relative_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(document.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = document.parent / name if name else document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            dead.append(target)
    assert not dead


def keys_in(text: str) -> list[str]:
    """What stands in the columns of keys, in Qt's words; cells that are sentences are left out."""
    found: list[str] = []
    column: int | None = None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("|") else []
        if not cells:
            column = None
        elif column is None:
            column = next((place for place, cell in enumerate(cells) if cell in KEY_COLUMNS), len(cells))
        elif column < len(cells) and not set(cells[column]) <= set("-| ") and "arrows" not in cells[column]:
            for said, key in IN_QTS_WORDS.items():
                cells[column] = cells[column].replace(said, key)
            found += [key for key in re.split(r" and | or | 和 | 或 |(?<=\S), (?=\S)|、", cells[column]) if key]
    return found


@pytest.mark.parametrize(
    "name, number", [("bedside.md", 29), ("bedside.zh_CN.md", 29), ("replay.md", 14), ("study.md", 18)]
)
def test_every_key_in_a_table_of_keys_is_as_shipped(name: str, number: int) -> None:
    keys = keys_in((ROOT / "docs" / name).read_text("utf-8"))
    assert len(keys) >= number
    assert set(keys) <= SHIPPED


@pytest.mark.parametrize("document", ADRS, ids=named)
def test_a_decision_is_headed_by_its_number(document: Path) -> None:
    assert document.read_text("utf-8").startswith(f"# {int(document.name[:4])}. ")


def test_every_setting_is_explained() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert [field.name for field in dataclasses.fields(Settings) if f"`{field.name}`" not in text] == []
