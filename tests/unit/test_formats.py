"""Every format of the table in docs/formats.md, frame by frame."""

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.formats import FORMATS, Format, check_format, why_not


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: f"{one.name}")
def test_every_frame_is_exact_after_play_step_and_seek(tmp_path: Path, one: Format) -> None:
    if reason := why_not(one):
        pytest.skip(reason)
    result = check_format(one, tmp_path)
    assert result.frames == len(one.numbers)
    assert result.wrong == []


def test_the_document_names_every_file_that_is_tried() -> None:
    text = (ROOT / "docs" / "formats.md").read_text("utf-8")
    assert [one.name for one in FORMATS if f"| {one.what} | `{one.name}` |" not in text] == []
