"""The commands `python -m model data ...`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from model.data.pictures import CLASSES
from model.errors import ModelError
from model.files import write_text
from model.outputs import printed, require_files
from model.progress import progress_line


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `data` and what belongs to it."""
    data = commands.add_parser("data", help="check, convert or fetch a data set, and how far experts agree")
    verbs = data.add_subparsers(required=True, metavar="VERB")

    check = verbs.add_parser(
        "check",
        help="what is wrong with a data set, file by file",
        description="Exit status: 0 if nothing harmful was found, 1 if something stops or harms training, "
        "2 if this is no data set.",
    )
    check.set_defaults(run=_check)
    _add_folder(check)
    check.add_argument("--json", type=Path, metavar="FILE", help="write all findings there")
    check.add_argument("--sheet", type=Path, metavar="FILE", help="write a PNG of the worst pictures there")

    convert = verbs.add_parser("convert", help="between Labelme files and folders of masks, both ways")
    convert.set_defaults(run=_convert)
    _add_folder(convert)
    convert.add_argument("--to", choices=("labelme", "masks"), required=True)
    convert.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    convert.add_argument(
        "--exact", action="store_true", help="with --to labelme: masks true to the pixel instead of polygons"
    )

    agree = verbs.add_parser("agreement", help="how far apart the experts' outlines of nearly the same picture are")
    agree.set_defaults(run=_agreement)
    _add_folder(agree)

    fetch = verbs.add_parser("fetch", help="download the public data set of Huang et al. 2019 (14 MB, MIT licence)")
    fetch.set_defaults(run=_fetch)
    fetch.add_argument("--out", type=Path, metavar="DIR", help="where to (default: the user's data folder)")
    fetch.add_argument("--base-url", metavar="URL", help="a mirror, instead of GitHub")
    fetch.add_argument("--list", type=Path, metavar="FILE", help="another list of SHA-256, size and path")


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a data set in any layout, or one Labelme file")
    parser.add_argument(
        "--classes",
        type=_class_list,
        default=CLASSES,
        metavar="A,B",
        help=f"labels or folders of masks to read (default: {','.join(CLASSES)})",
    )


def _class_list(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    if not names or len(set(names)) < len(names):
        raise argparse.ArgumentTypeError("give one or several names, each once, with commas between")
    return names


def _check(options: argparse.Namespace) -> int:
    from model.data.check import check, contact_sheet

    if options.sheet and options.sheet.suffix.lower() != ".png":
        raise ModelError(f"{options.sheet}: the contact sheet is a PNG file; give it the ending .png.")
    require_files(options.json, options.sheet)
    report = check(options.folder, options.classes, progress_line("looked at"))
    with printed(report.lines()):
        if options.json:
            write_text(options.json, json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n")
        if options.sheet:
            contact_sheet(report, options.sheet)
    return 1 if report.harmful else 0


def _convert(options: argparse.Namespace) -> None:
    from model.data.convert import convert

    if options.exact and options.to != "labelme":
        raise ModelError("--exact goes with --to labelme; masks are exact anyway.")
    count = convert(options.folder, options.out, options.to, options.classes, exact=options.exact)
    print(f"{count} pictures in {options.out}")


def _agreement(options: argparse.Namespace) -> None:
    from model.data import agreement
    from model.data.folder import load

    print(*agreement.table(agreement.agreement(load(options.folder, classes=options.classes))), sep="\n")


def _fetch(options: argparse.Namespace) -> None:
    from model.data import fetch

    out = options.out or fetch.default_folder()
    entries = fetch.read_list(options.list or fetch.LIST)
    fetched = fetch.fetch(out, entries, options.base_url or fetch.BASE_URL, progress_line("files"))
    print(f"{out}: {len(entries)} files, all checked; {fetched} fetched now.")
