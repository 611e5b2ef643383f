"""What was kept: the recordings and snapshots, found again by their time, and deleted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.capture.pixels import read_image, shrunk
from app.capture.recorded import RecordedClip
from app.capture.source import Pixels, SourceError
from app.errors import OutputError
from app.pipeline.recording import NAME

THUMBNAIL = (160, 96)
"""Width and height at most, pixels."""
_SNAPSHOT = re.compile(r"(\d{8}-\d{6}-\d{3}(-\d+)?)(-mirrored)?(-overlay|-side-by-side)?\.png")


@dataclass(frozen=True, eq=False)
class Kept:
    """One recording or one snapshot."""

    path: Path
    """A recording's folder, or a snapshot's picture."""
    time: datetime
    bytes: int
    is_recording: bool
    seconds: float | None
    """Of a recording."""
    thumbnail: Pixels | None
    """Small; None where nothing can be shown of it."""
    files: tuple[Path, ...]
    """What deleting it deletes: a snapshot may have two pictures."""


def find_kept(recordings: Path, snapshots: Path) -> list[Kept]:
    """All in these folders, the newest first. What is not the program's own, and links, are passed over."""
    found = [
        _recording(path, when)
        for path in _entries(recordings)
        if NAME.fullmatch(path.name) and (when := _when(path.name[:19], "%Y-%m-%d_%H-%M-%S")) and path.is_dir()
    ]
    found += _snapshots(path for path in _entries(snapshots) if path.is_file())
    return sorted(found, key=lambda kept: kept.time, reverse=True)


def delete(kept: Kept, recordings: Path, snapshots: Path) -> None:
    """Deletes it for good. Raises OutputError; nothing outside the two folders is ever touched."""
    for path in kept.files:
        root = recordings if kept.is_recording else snapshots
        name = NAME.fullmatch(path.name) if kept.is_recording else _SNAPSHOT.fullmatch(path.name)
        if path.parent != root or name is None or path.is_symlink():
            raise OutputError(f"{path} is not a recording or snapshot of this program: delete it by hand.")
        try:
            # Links inside are removed, and not followed.
            shutil.rmtree(path) if kept.is_recording else path.unlink()
        except OSError as error:
            reason = error.strerror or str(error)
            raise OutputError(f"{path} cannot be deleted ({reason}): close what uses it, then try again.") from error


def _entries(folder: Path) -> list[Path]:
    """What lies in a folder and is no link; nothing where there is none, or none that can be read."""
    try:
        return [path for path in folder.iterdir() if not path.is_symlink()]
    except OSError:
        return []


def _when(text: str, form: str) -> datetime | None:
    """The time in a name; None where there is no such day or hour, so that the name is not the program's."""
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


def _recording(folder: Path, when: datetime) -> Kept:
    size = sum(_size(path) for path in _entries(folder))
    clip = RecordedClip(folder)
    seconds = thumbnail = None
    try:
        clip.open()
        seconds = clip.times_s[-1]
        # The middle shows more of what it is than the beginning.
        clip.seek(clip.frame_count // 2)
        picture = clip.read()
        thumbnail = shrunk(picture.pixels, THUMBNAIL) if picture is not None else None
    except SourceError:
        pass  # Listed all the same, so that it can be deleted.
    finally:
        clip.close()
    return Kept(folder, when, size, True, seconds, thumbnail, (folder,))


def _snapshots(paths: Iterator[Path]) -> list[Kept]:
    by_time: dict[str, list[Path]] = {}
    for path in sorted(paths):
        if match := _SNAPSHOT.fullmatch(path.name):
            by_time.setdefault(match[1], []).append(path)
    times = {stem: _when(stem[:19], "%Y%m%d-%H%M%S-%f") for stem in by_time}
    return [_snapshot(when, by_time[stem]) for stem, when in times.items() if when is not None]


def _snapshot(when: datetime, files: list[Path]) -> Kept:
    shown = files[-1]
    try:
        thumbnail = shrunk(read_image(shown), THUMBNAIL)
    except (OSError, ValueError):
        thumbnail = None
    return Kept(shown, when, sum(map(_size, files)), False, None, thumbnail, tuple(files))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
