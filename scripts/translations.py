"""Brings the translations up to date: collects the window's texts, and compiles what is translated.

    .venv/bin/python scripts/translations.py            # assets/translations/*.ts and *.qm
    .venv/bin/python scripts/translations.py de_DE      # begins another language

Translate the .ts file with Qt Linguist (`pyside6-linguist`) or a text editor, then run this again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "assets" / "translations"


def main(arguments: list[str] | None = None) -> int:
    """Gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("language", nargs="?", help="a language to begin, such as de_DE")
    language = parser.parse_args(arguments).language
    files = sorted(FOLDER.glob("*.ts"))
    if language and (new := FOLDER / f"sonoblock_{language}.ts") not in files:
        files.append(new)
    update(files)
    for file in files:
        release(file, file.with_suffix(".qm"))
    return 0


def update(files: Sequence[Path]) -> None:
    """Collects the texts of app/gui; without places in the code, so that a moved line changes nothing."""
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "app" / "gui").glob("*.py"))
    # By text, not by file: a text that moves between files changes nothing either.
    options = ["-locations", "none", "-no-obsolete", "-sort-messages", "-disable-heuristic", "similartext"]
    # `mark` is this program's name for it.
    options += ["-tr-function-alias", "QT_TR_NOOP+=mark", "-silent"]
    _run("lupdate", *options, *sources, "-ts", *map(str, files))


def release(source: Path, compiled: Path) -> None:
    """Compiles what is translated and finished."""
    _run("lrelease", "-silent", str(source), "-qm", str(compiled))


def _run(tool: str, *arguments: str) -> None:
    """Runs one of Qt's tools as PySide6 brings it. Raises CalledProcessError where it fails."""
    call = f"from PySide6.scripts.pyside_tool import {tool}; {tool}()"
    subprocess.run([sys.executable, "-c", call, *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    raise SystemExit(main())
