"""From corrections to training data: pictures and masks of the scan area, and Labelme's files beside the pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.capture.source import Recording
from app.errors import OutputError
from app.pipeline.ahead_cache import mark_of
from app.pipeline.scan_area import ScanAreas
from app.pipeline.types import Rect
from app.trainer.corrections import Entries
from app.trainer.shapes import LABEL
from app.writing import make_folder
from model.data import labelme
from model.data.pictures import write_mask, write_picture

IMAGES, MASKS = "images", "masks"


@dataclass(frozen=True)
class Saved:
    """What was written."""

    pictures: int = 0
    interpolated: int = 0
    """Of those."""
    left_out: int = 0
    """Corrections whose frames are gone, or are others than those that were drawn on."""
    without_area: int = 0
    """Corrections of recordings, of several, whose scan area nobody knows: a name may stand anywhere in them."""
    removed: int = 0
    """Frames that were saved here before and have no correction any more: their files went."""


def save_training(
    recording: Recording,
    entries: Entries,
    areas: ScanAreas,
    out: Path,
    name: str,
    stopped: Callable[[], bool] = lambda: False,
) -> Saved:
    """Writes `out`/images/NAME_NUMBER.png and .json (Labelme) and `out`/masks/NAME_NUMBER.png, the scan area each.

    `name` is a time, and this recording's alone. Its own files of before are replaced, and go where a frame has no
    correction any more; other files in `out` stay. The recording is opened and closed. Raises SourceError and
    OutputError.
    """
    source = getattr(recording, "path", None)
    if source is not None and source.resolve() in (out.resolve(), (out / IMAGES).resolve()):
        raise OutputError(f"{out} holds the pictures that were corrected: save into another folder.")
    make_folder(out / IMAGES)
    make_folder(out / MASKS)
    pictures = interpolated = left_out = without_area = removed = 0
    recording.open()
    try:
        for number in sorted(entries):
            if stopped():
                break
            entry = entries[number]
            recording.seek(number)
            picture = recording.read()
            if picture is None or picture.pixels.shape[:2] != entry.size:
                left_out += 1
                continue
            if entry.mark is not None and entry.mark != mark_of(picture.pixels):
                left_out += 1
                continue
            own = areas.of(picture)
            if own is None and picture.part is not None:
                without_area += 1
                continue
            place = Rect.in_frame(own, entry.size)
            stem, mask = f"{name}_{number:06}", entry.mask()[place.y :, place.x :][: place.height, : place.width]
            write_picture(out / IMAGES / f"{stem}.png", place.cut(picture.pixels))
            labelme.write(out / IMAGES / f"{stem}.json", f"{stem}.png", {LABEL: mask})
            write_mask(out / MASKS / f"{stem}.png", mask)
            pictures, interpolated = pictures + 1, interpolated + (not entry.by_hand)
        if not stopped():
            removed = _remove_others(out, name, entries)
    except OSError as error:
        raise OutputError.of(f"The training data in {out}", error) from error
    finally:
        recording.close()
    return Saved(pictures, interpolated, left_out, without_area, removed)


def _remove_others(out: Path, name: str, entries: Entries) -> int:
    """Removes the files of NAME's frames that have no correction; of how many frames. Raises OSError."""
    form = re.compile(rf"{re.escape(name)}_([0-9]{{6,}})")
    removed = set()
    for path in [*_files(out / IMAGES, ".png", ".json"), *_files(out / MASKS, ".png")]:
        found = form.fullmatch(path.stem)
        if found is not None and int(found.group(1)) not in entries:
            path.unlink()
            removed.add(int(found.group(1)))
    return len(removed)


def _files(folder: Path, *suffixes: str) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix in suffixes and path.is_file())
