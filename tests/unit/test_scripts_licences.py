"""The page of licences is true to the lock file."""

from __future__ import annotations

import re

from scripts import environment, licences


def test_the_page_is_what_the_script_writes() -> None:
    assert (environment.ROOT / "docs" / "licences.md").read_text("utf-8") == licences.page(), (
        "run scripts/licences.py with the environment's Python"
    )


def test_every_package_of_the_program_is_on_the_page_and_none_is_gpl_alone() -> None:
    rows = licences.rows()
    names = {name for name, _, _, _ in rows}
    text = environment.lock_file("run").read_text("utf-8")
    assert names == set(re.findall(r"^([a-z0-9.-]+)==", text, re.MULTILINE))
    assert not [row for row in rows if re.match(r"(A?GPL|GNU)", row[2])]
