"""What a model said about the frames of a recording, on disk: maps and numbers, named by hashes and nothing else.

A file starts with MAGIC, which holds the version. Then records follow, each with its own checksum, in any order. What
comes after the first damaged byte does not count and is made anew.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from app.capture.dicom_folder import dicom_files
from app.capture.folder import is_image_file

MAGIC = b"SonoBlock ahead 1\n"
MOST_BYTES = 500_000_000
"""All files together; the longest unused go first. One file alone takes no more either: about 30 minutes and more."""
LOOSE_BYTES = 50_000_000
"""What is held in memory where the disk takes nothing."""
SUFFIX = ".ahead"
_HEAD = struct.Struct("<IIfIHHH")
"""Frame number, mark of its pixels, novelty (NaN: none), bytes, and the maps' shape."""
_SUM = struct.Struct("<I")
_contents: dict[tuple[Path, int, int], str] = {}
"""The hash of the file that was read last, with its size and its time."""


@dataclass(frozen=True)
class Entry:
    """What the model said about one frame."""

    number: int
    mark: int
    """`mark_of` the frame, which must be the same for the entry to hold."""
    novelty: float | None
    shape: tuple[int, int, int]
    packed: bytes

    @staticmethod
    def of(number: int, mark: int, maps: NDArray[np.float32], novelty: float | None) -> Entry:
        """Of probability maps, float32 (classes, n, n), which are kept in 255 steps."""
        classes, height, width = maps.shape
        steps = np.round(maps * 255).astype(np.uint8)
        return Entry(number, mark, novelty, (classes, height, width), zlib.compress(steps.tobytes(), 1))

    def maps(self) -> NDArray[np.float32]:
        """The probability maps, float32 (classes, n, n)."""
        steps = np.frombuffer(zlib.decompress(self.packed), np.uint8).reshape(self.shape)
        return steps.astype(np.float32) / np.float32(255)

    def record(self) -> bytes:
        novelty = float("nan") if self.novelty is None else self.novelty
        data = _HEAD.pack(self.number, self.mark, novelty, len(self.packed), *self.shape) + self.packed
        return data + _SUM.pack(zlib.crc32(data))


def mark_of(pixels: NDArray[np.uint8]) -> int:
    """A number that tells frames apart, from every eighth pixel of every eighth row."""
    return zlib.crc32(np.ascontiguousarray(pixels[::8, ::8]).tobytes())


def content_hash(path: Path, stopped: Callable[[], bool]) -> str | None:
    """Names what a file holds, or which files a folder shows; None once `stopped`. Raises OSError and SourceError."""
    found = hashlib.sha256()
    if path.is_dir():
        # What else lies there, such as what was saved or exported into a subfolder, is no part of the recording.
        for file in sorted([file for file in path.iterdir() if is_image_file(file)] or dicom_files(path)):
            if stopped():
                return None
            about = file.stat()
            found.update(f"{file.relative_to(path)}\0{about.st_size}\0{about.st_mtime_ns}\0".encode(errors="replace"))
        return found.hexdigest()
    with path.open("rb") as stream:
        about = os.fstat(stream.fileno())
        # It is asked for anew with each other threshold or scan area, and a long recording takes seconds to read.
        key = path, about.st_size, about.st_mtime_ns
        if (known := _contents.get(key)) is not None:
            return known
        while block := stream.read(1 << 20):
            if stopped():
                return None
            found.update(block)
    _contents.clear()
    return _contents.setdefault(key, found.hexdigest())


class AheadCache:
    """One file of the cache, at most MOST_BYTES long; of its entries only their places are held in memory.

    What the disk does not take is held in memory, as far as LOOSE_BYTES go. `get` may be called from any thread.
    """

    def __init__(self, folder: Path, *key: str) -> None:
        """`key` says all that the entries depend on; only its hash is written."""
        self.path = folder / (hashlib.sha256("\0".join(key).encode()).hexdigest()[:32] + SUFFIX)
        self.is_full = False
        """Whether an entry was left out, for want of room."""
        self._places: dict[int, int] = {}
        self._loose: dict[int, Entry] = {}
        self._loose_bytes = 0
        self._trim(self._read())

    def __contains__(self, number: int) -> bool:
        return number in self._places or number in self._loose

    def __len__(self) -> int:
        return len(self._places.keys() | self._loose.keys())

    def get(self, number: int) -> Entry | None:
        """The entry of that frame, if it is kept and can still be read."""
        place = self._places.get(number)
        if place is None:
            return self._loose.get(number)
        try:
            with self.path.open("rb") as stream:
                stream.seek(place)
                return _entry(stream)
        except OSError:
            return None

    def each(self) -> Iterator[Entry]:
        """All entries, in the order in which they were kept."""
        for number in [*self._places, *self._loose]:
            if (entry := self.get(number)) is not None:
                yield entry

    def add(self, entry: Entry) -> None:
        """Keeps an entry where there is room for it."""
        record = entry.record()
        try:
            with self.path.open("ab") as stream:
                if (place := stream.tell()) + len(record) <= MOST_BYTES:
                    stream.write(record)
                    self._places[entry.number] = place
                else:
                    self.is_full = True
        except OSError:  # A cache saves time and no more.
            self._loose_bytes += len(record)
            self.is_full = self._loose_bytes > LOOSE_BYTES
            if not self.is_full:
                self._loose[entry.number] = entry

    def _read(self) -> int:
        """Finds the entries up to the first damage; how many bytes those are."""
        try:
            with self.path.open("rb") as stream:
                if stream.read(len(MAGIC)) != MAGIC:
                    return 0
                good = stream.tell()
                while (entry := _entry(stream)) is not None:
                    self._places[entry.number] = good
                    good = stream.tell()
                return good
        except OSError:
            return 0

    def _trim(self, good: int) -> None:
        """Leaves the good part of the file, or one without entries; and room for it in the folder."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _bound(self.path.parent, self.path)
            if good == 0:
                self.path.write_bytes(MAGIC)
            else:
                os.truncate(self.path, good)
                self.path.touch()
        except OSError:
            return  # As in `add`.


def _entry(stream: BinaryIO) -> Entry | None:
    """The record that begins where the file stands; None where there is no whole and sound one. Raises OSError."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    number, mark, novelty, size, *shape = _HEAD.unpack(head)
    if size > MOST_BYTES:
        return None
    packed, check = stream.read(size), stream.read(_SUM.size)
    if len(packed) < size or check != _SUM.pack(zlib.crc32(head + packed)):
        return None
    classes, height, width = shape
    return Entry(number, mark, None if novelty != novelty else novelty, (classes, height, width), packed)


def _bound(folder: Path, own: Path) -> None:
    """Deletes the files that were not used for longest, until the rest is small enough. Raises OSError."""
    files = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in folder.glob(f"*{SUFFIX}"))
    total = sum(size for _, size, _ in files)
    for _, size, file in files:
        if total <= MOST_BYTES:
            return
        if file != own:
            file.unlink(missing_ok=True)
            total -= size
