"""What a model said about the frames of a recording, on disk: maps and numbers, named by hashes and nothing else.

A file starts with MAGIC, which holds the version. Then records follow, each with its own checksum, in any order. What
comes after the first damaged byte does not count and is made anew.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC = b"SonoBlock ahead 1\n"
MOST_BYTES = 500_000_000
"""All files together; the longest unused go first."""
SUFFIX = ".ahead"
_HEAD = struct.Struct("<IIfIHHH")
"""Frame number, mark of its pixels, novelty (NaN: none), bytes, and the maps' shape."""
_SUM = struct.Struct("<I")


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
    """Names what a file holds, or which files a folder holds; None once `stopped`. Raises OSError."""
    found = hashlib.sha256()
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if stopped():
                return None
            about = file.stat()
            found.update(f"{file.relative_to(path)}\0{about.st_size}\0{about.st_mtime_ns}\0".encode(errors="replace"))
        return found.hexdigest()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            if stopped():
                return None
            found.update(block)
    return found.hexdigest()


class AheadCache:
    """One file of the cache: read when it is made, then added to. What cannot be kept is done without."""

    def __init__(self, folder: Path, *key: str) -> None:
        """`key` says all that the entries depend on; only its hash is written."""
        self.path = folder / (hashlib.sha256("\0".join(key).encode()).hexdigest()[:32] + SUFFIX)
        self.entries: dict[int, Entry] = {}
        good = self._read()
        self._trim(good)

    def get(self, number: int) -> Entry | None:
        """The entry of that frame, if it is kept."""
        return self.entries.get(number)

    def add(self, entry: Entry) -> None:
        """Keeps an entry, on disk too where that can be written."""
        self.entries[entry.number] = entry
        try:
            with self.path.open("ab") as stream:
                stream.write(entry.record())
        except OSError:
            return  # A cache saves time and no more.

    def _read(self) -> int:
        """Takes the entries up to the first damage; how many bytes those are."""
        try:
            data = self.path.read_bytes()
        except OSError:
            return 0
        if not data.startswith(MAGIC):
            return 0
        at = len(MAGIC)
        while (entry := _entry(data, at)) is not None:
            self.entries[entry.number] = entry
            at += _HEAD.size + len(entry.packed) + _SUM.size
        return at

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


def _entry(data: bytes, at: int) -> Entry | None:
    """The record that begins at a place; None where there is no whole and sound one."""
    if at + _HEAD.size > len(data):
        return None
    number, mark, novelty, size, *shape = _HEAD.unpack_from(data, at)
    end = at + _HEAD.size + size
    if end + _SUM.size > len(data) or zlib.crc32(data[at:end]) != _SUM.unpack_from(data, end)[0]:
        return None
    packed = data[at + _HEAD.size : end]
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
