"""The page of licences is true to the lock file."""

from __future__ import annotations

import importlib.metadata
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


def test_the_text_of_every_packages_licence_ships() -> None:
    """In its metadata, which the packaged program holds, or in assets/licences."""
    besides = {
        "flatbuffers": "Apache-2.0",
        "pyside6-essentials": "LGPL-3.0",
        "shiboken6": "LGPL-3.0",
        "pyjpegls": "MIT",
    }
    own = {"onnxruntime": "onnxruntime/LICENSE"}
    for package in licences.packages():
        try:
            files = [str(path) for path in importlib.metadata.files(package) or []]
        except importlib.metadata.PackageNotFoundError:
            continue  # Another platform's.
        found = [path for path in files if re.search(r"\.dist-info.*(LICEN[CS]E|COPYING)", path, re.IGNORECASE)]
        text = environment.ROOT / "assets" / "licences" / f"{besides.get(package)}.txt"
        assert found or own.get(package) in files or text.is_file(), package
