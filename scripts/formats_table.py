"""Makes a real file of every format, checks each frame of it after play, steps and seeks, and prints the table.

python scripts/formats_table.py

Needs ffmpeg for most of them; what is missing is left out, and named. Exit status 1 where a frame was not the one that
was asked for. The same files are tests: tests/unit/test_formats.py.
"""

from __future__ import annotations

import sys
import tempfile
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.capture.source import SourceError
from tests.formats import FORMATS, Format, check_format, why_not


def main() -> int:
    bad = 0
    for group, formats in groupby(FORMATS, key=lambda one: one.group):
        print(
            f"\n| {group} | file | written by | frames | places sought | exact |\n| --- | --- | --- | --- | --- | --- |"
        )
        for one in formats:
            cells, good = row(one)
            bad += not good
            print(f"| {one.what} | `{one.name}` | {one.by} | {cells} |", flush=True)
    return 1 if bad else 0


def row(one: Format) -> tuple[str, bool]:
    """The last three cells of a format's row, and whether all is well."""
    if reason := why_not(one):
        return f"| | not tried: {reason}", True
    with tempfile.TemporaryDirectory() as place:
        try:
            result = check_format(one, Path(place))
        except SourceError as error:
            return f"| | {error}", False
    verdict = "yes" if not result.wrong else f"no: {len(result.wrong)} other frames"
    return f"{result.frames} | {result.seeks} | {verdict}", not result.wrong


if __name__ == "__main__":
    sys.exit(main())
