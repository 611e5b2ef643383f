"""What is wrong with a data set, file by file, sorted by the harm that it does."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.data import marks
from model.data.folder import look, read_image, read_masks
from model.data.labelme import is_labelme
from model.data.pictures import (
    CLASSES,
    Listing,
    Mask,
    Pair,
    Picture,
    decode_deep,
    natural_key,
    read_bytes,
    write_picture,
)
from model.data.splits import near_duplicate_groups
from model.errors import DataError
from model.preprocess import to_square

SPECK_SHARE = 0.05
"""A piece of a mask smaller than this share of the largest one is a stray speck; a larger one is another region."""
FULL_SHARE = 0.9
"""A mask that covers this much of its picture is taken for a mistake, such as black and white exchanged."""
DARK = 256 // 8
"""A picture of 16 bits whose values in 8 all lie below this is taken for one of 10 or 12 bits that was never scaled."""
SHOWN = 20
"""Findings of one kind that the report on the screen names; the JSON file has all."""


class Harm(StrEnum):
    """How bad a finding is, the worst first."""

    STOPS = "stops training"
    HARMS = "harms training"
    LOOK = "worth a look"


KINDS = {
    "damaged file": Harm.STOPS,
    "no partner": Harm.STOPS,
    "same name twice": Harm.STOPS,
    "sizes differ": Harm.STOPS,
    "full mask": Harm.HARMS,
    "not two-valued": Harm.HARMS,
    "nearly black": Harm.HARMS,
    "empty mask": Harm.LOOK,
    "several regions": Harm.LOOK,
    "stray specks": Harm.LOOK,
    "left out": Harm.LOOK,
    "text": Harm.LOOK,
    "colour": Harm.LOOK,
    "border": Harm.LOOK,
    "near duplicates": Harm.LOOK,
}
"""Every kind of finding and its harm, in the order of the report."""
HINTS = {
    "damaged file": "get the file anew, or take it out",
    "no partner": "label the picture, or take it out",
    "same name twice": "keep one of the two",
    "sizes differ": "make the mask anew from this very picture",
    "full mask": "is black and white exchanged?",
    "not two-valued": "all that is not black counts as region: save masks as PNG, with two values",
    "nearly black": "of the 16 bits only the lower ones are used: scale the values up, or save 8 bits",
    "empty mask": "right only if the region is not in the picture",
    "several regions": "right only if the region is in several pieces",
    "stray specks": "pixels beside the region that were set by mistake",
    "text": "cut the pictures down to the scan area, or the network may learn the writing; it may name a patient",
    "colour": "colour marks or colour Doppler; the network sees grey",
    "border": "cut the pictures down to the scan area",
    "near duplicates": "mostly from one scan: keep the split grouped (it is, unless asked for otherwise)",
}
"""What to do about each kind."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: with which file, and what."""

    kind: str
    path: Path
    text: str
    pair: Pair | None = None
    """The picture and mask that it is about, where both are there."""

    @property
    def harm(self) -> Harm:
        return KINDS[self.kind]


@dataclass
class Report:
    """All findings about a data set, the most harmful first."""

    folder: Path
    layout: str
    pictures: int
    findings: list[Finding]

    @property
    def harmful(self) -> bool:
        """Whether anything stops or harms training."""
        return any(finding.harm is not Harm.LOOK for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder),
            "layout": self.layout,
            "pictures": self.pictures,
            "harmful": self.harmful,
            "findings": [
                {"harm": each.harm.value, "kind": each.kind, "file": self.name(each.path), "text": each.text}
                for each in self.findings
            ],
        }

    def name(self, path: Path) -> str:
        """A file as the report names it: from the data set's folder on."""
        return path.relative_to(self.folder).as_posix() if path.is_relative_to(self.folder) else str(path)

    def lines(self) -> list[str]:
        """The report for the screen."""
        lines = [f"{self.folder}: {self.pictures} pictures with masks (layout: {self.layout})"]
        counts = Counter(finding.kind for finding in self.findings)
        for kind, harm in KINDS.items():
            if not counts[kind]:
                continue
            hint = f": {HINTS[kind]}" if kind in HINTS else ""
            lines += ["", f"{kind}, {counts[kind]} ({harm.value}){hint}"]
            named = [finding for finding in self.findings if finding.kind == kind]
            lines += [f"  {self.name(finding.path)}: {finding.text}" for finding in named[:SHOWN]]
            if len(named) > SHOWN:
                lines.append(f"  and {len(named) - SHOWN} more (all of them with --json FILE)")
        verdict = "Nothing harmful found." if not self.harmful else "Mend what stops or harms training first."
        return [*lines, "", verdict if self.findings else "Nothing found."]


def check(folder: Path, classes: Sequence[str] = CLASSES, progress: Callable[[int, int], None] | None = None) -> Report:
    """Looks at every file of a data set. Raises DataError only if it is no data set at all."""
    listing = look(folder, classes)
    if not (listing.pairs or listing.lonely or listing.damaged):
        raise DataError(f"{folder} holds no picture (JPEG, PNG, BMP or TIFF).")
    findings = [*_at_first_sight(listing)]
    small: list[NDArray[np.uint8]] = []
    readable: list[Pair] = []
    for number, pair in enumerate(listing.pairs, 1):
        image, found = _look_at(pair)
        findings += found
        if image is not None:
            small.append(to_square(image, 64))
            readable.append(pair)
        if progress:
            progress(number, len(listing.pairs))
    findings += _near_duplicates(readable, small)
    order = list(KINDS)
    findings.sort(key=lambda finding: (order.index(finding.kind), natural_key(str(finding.path))))
    return Report(folder, listing.layout, len(listing.pairs), findings)


def _at_first_sight(listing: Listing) -> Iterable[Finding]:
    """What can be said before a picture is opened."""
    for path, text in listing.damaged:
        yield Finding("damaged file", path, text)
    for path in listing.lonely:
        yield Finding("no partner", path, "has no partner of the same name")
    for first, second in listing.twice:
        yield Finding("same name twice", second, f"has the stem of {first.name}")
    for path, text in listing.notes:
        yield Finding("left out", path, text)


def _look_at(pair: Pair) -> tuple[Picture | None, list[Finding]]:
    """The picture, if it can be read, and what is wrong with it and its masks."""
    image, masks = None, None
    findings: list[Finding] = []
    try:
        image = read_image(pair.image)
        findings += [*_marks(pair, image), *_depth(pair, image)]
    except DataError as error:
        findings.append(Finding("damaged file", pair.image, str(error), pair))
    try:
        masks = read_masks(pair)
    except DataError as error:
        # A Labelme file with a damaged picture in it would be named twice.
        if pair.mask != pair.image or image is not None:
            findings.append(Finding("damaged file", pair.mask, str(error), pair))
        return image, findings
    if image is not None and masks.shape[1:] != image.shape[:2]:
        sizes = f"picture {image.shape[1]} x {image.shape[0]}, mask {masks.shape[2]} x {masks.shape[1]} pixels"
        findings.append(Finding("sizes differ", pair.mask, sizes, pair))
    if not is_labelme(pair.mask):
        findings += _values(pair)
    for name, mask in zip(pair.classes, masks, strict=True):
        findings += _shape(pair, name if len(pair.classes) > 1 else "", mask)
    return image, findings


def _values(pair: Pair) -> Iterable[Finding]:
    """Mask files with more than two colours."""
    for path in (pair.mask, *pair.others):
        pixels = decode_deep(read_bytes(path), path).astype(np.uint64)
        colours = np.unique(pixels @ np.array([1, 2**16, 2**32], np.uint64))
        if len(colours) > 2:
            yield Finding("not two-valued", path, f"{len(colours)} different values", pair)


def _shape(pair: Pair, name: str, mask: Mask) -> Iterable[Finding]:
    """Empty and full masks, several regions, specks."""
    prefix = f"{name}: " if name else ""
    share = float(mask.mean())
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    areas = np.sort(stats[1:, cv2.CC_STAT_AREA])[::-1]
    if not len(areas):
        yield Finding("empty mask", pair.mask, f"{prefix}nothing is marked", pair)
        return
    if share >= FULL_SHARE:
        yield Finding("full mask", pair.mask, f"{prefix}covers {share:.0%} of the picture", pair)
    regions, specks = areas[areas >= SPECK_SHARE * areas[0]], areas[areas < SPECK_SHARE * areas[0]]
    if len(regions) > 1:
        sizes = ", ".join(str(area) for area in regions[:5])
        yield Finding("several regions", pair.mask, f"{prefix}{len(regions)} regions of {sizes} pixels", pair)
    if len(specks):
        yield Finding("stray specks", pair.mask, f"{prefix}{len(specks)} of at most {specks[0]} pixels", pair)


def _depth(pair: Pair, image: Picture) -> Iterable[Finding]:
    """A picture of 16 bits that is nearly black in 8, which is how all programs here read it."""
    if image.max() >= DARK or is_labelme(pair.image):
        return
    deep = decode_deep(read_bytes(pair.image), pair.image)
    if deep.dtype == np.uint16:
        yield Finding("nearly black", pair.image, f"16 bits with no value above {deep.max()} of 65535", pair)


def _marks(pair: Pair, image: Picture) -> Iterable[Finding]:
    """Writing, colour and borders in a picture."""
    letters, coloured, borders = marks.letters(image), marks.coloured_share(image), marks.borders(image)
    if letters >= marks.WORD:
        yield Finding("text", pair.image, f"a line of about {letters} letters or digits", pair)
    if coloured >= marks.COLOURED_SHARE:
        yield Finding("colour", pair.image, f"{coloured:.1%} of the picture is coloured", pair)
    if borders:
        sides = ", ".join(f"{side} {width} px" for side, width in borders.items())
        yield Finding("border", pair.image, f"empty strip: {sides}", pair)


def _near_duplicates(pairs: list[Pair], small: list[NDArray[np.uint8]]) -> Iterable[Finding]:
    """One finding for each group of near duplicates."""
    if not pairs:
        return
    groups = near_duplicate_groups(np.stack(small))
    for number in range(int(groups.max()) + 1):
        alike = [pairs[place] for place in np.flatnonzero(groups == number)]
        members = [pair.stem for pair in alike]
        if len(members) > 1:
            more = f" and {len(members) - 6} more" if len(members) > 6 else ""
            text = f"{len(members)} alike: {', '.join(members[:6])}{more}"
            yield Finding("near duplicates", alike[0].image, text, alike[0])


TILE = (240, 160)
"""Width and height of a picture on the contact sheet."""
CAPTION = 34
"""Height of the two lines under it."""


def contact_sheet(report: Report, path: Path, columns: int = 5, most: int = 30) -> None:
    """Writes a PNG of the worst findings, picture by picture, expert masks outlined. Raises OSError."""
    worst: dict[str, list[Finding]] = {}
    for finding in report.findings:
        worst.setdefault(finding.pair.stem if finding.pair else report.name(finding.path), []).append(finding)
    tiles = [_tile(found[0].pair, name, found) for name, found in list(worst.items())[:most]]
    tiles = tiles or [_tile(None, "nothing found", [])]
    blank = np.zeros_like(tiles[0])
    tiles += [blank] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[start : start + columns]) for start in range(0, len(tiles), columns)]
    write_picture(path, np.vstack(rows))


def _tile(pair: Pair | None, name: str, findings: list[Finding]) -> Picture:
    width, height = TILE
    tile = np.full((height + CAPTION, width, 3), 32, np.uint8)
    thumbnail = _thumbnail(pair) if pair else None
    if thumbnail is not None:
        top, left = (height - thumbnail.shape[0]) // 2, (width - thumbnail.shape[1]) // 2
        tile[top : top + thumbnail.shape[0], left : left + thumbnail.shape[1]] = thumbnail
    harmful = any(finding.harm is not Harm.LOOK for finding in findings)
    kinds = ", ".join(finding.kind for finding in findings)
    for line, (text, colour) in enumerate(
        [(name, (230, 230, 230)), (kinds, (60, 170, 250) if harmful else (170,) * 3)]
    ):
        place = (4, height + 13 + 15 * line)
        cv2.putText(tile, _ascii(text)[-38:], place, cv2.FONT_HERSHEY_SIMPLEX, 0.36, colour, 1, cv2.LINE_AA)
    return tile


def _thumbnail(pair: Pair) -> Picture | None:
    """The picture with its masks outlined, as far as both can be read."""
    try:
        picture = read_image(pair.image).copy()
    except DataError:
        return None
    scale = min(TILE[0] / picture.shape[1], TILE[1] / picture.shape[0])
    size = (max(1, int(picture.shape[1] * scale)), max(1, int(picture.shape[0] * scale)))
    picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    try:
        masks = read_masks(pair)
    except DataError:
        return picture
    for mask in masks:
        # Whatever has a share in a small pixel counts: a stray speck is to be seen.
        small = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
        outlines, _ = cv2.findContours(small.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(picture, outlines, -1, (0, 159, 230), 1)
    return picture


def _ascii(text: str) -> str:
    """The text in the letters that OpenCV can draw."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "replace").decode()
