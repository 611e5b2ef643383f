"""The file of a recorded clip: Matroska with one PNG a frame, each with its own time stamp.

Written front to back, every frame in one piece: whatever has reached the disk can be played, however the program ended.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

WRITER = "SonoBlock"
_USUAL_STEP_S = 1 / 30
"""Between two frames, as long as nothing better is known; players only show it, converters take it for the rate."""
_UNKNOWN_SIZE = b"\x01" + b"\xff" * 7
_NANOSECONDS = 1000
"""A tick of the file's clock: time stamps are exact to the microsecond."""
_HEAD_BYTES = 64
"""What precedes a frame's picture, and more."""

_EBML, _SEGMENT, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
_TIMESTAMP, _BLOCK = 0xE7, 0xA3
_DOCUMENT = (
    (0x4286, b"\x01"),
    (0x42F7, b"\x01"),
    (0x42F2, b"\x04"),
    (0x42F3, b"\x08"),
    (0x4282, b"matroska"),
    (0x4287, b"\x04"),
    (0x4285, b"\x02"),
)
"""Kind and versions of the file, as Matroska wants them."""


@dataclass(frozen=True)
class Stored:
    """Where a frame's picture lies in the file."""

    time_s: float
    offset: int
    length: int


class ClipWriter:
    """A clip of PNG pictures. Nothing is buffered: what `add` has returned from has been handed to the system."""

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        """`size` is (width, height). Raises OSError, also where the file exists already."""
        self.path = path
        self.bytes = 0
        """Of the file, all frames whole."""
        head, self._size_at, self._duration_at, self._step_at = _head(size)
        self._stream: BinaryIO = path.open("xb", buffering=0)
        self._frames, self._last_s = 0, 0.0
        try:
            self._write(head)
        except OSError:
            self._stream.close()
            raise

    def add(self, time_s: float, png: bytes) -> None:
        """Adds a picture that was taken `time_s` seconds after the clip's start. Raises OSError; then cut it back."""
        ticks = round(time_s * 1e9 / _NANOSECONDS)
        # A cluster of its own: its time stamp is exact, and its size known before it is written.
        block = _element(_BLOCK, b"\x81\x00\x00\x80" + png)
        self._write(_element(_CLUSTER, _element(_TIMESTAMP, _unsigned(ticks)) + block))
        self._frames, self._last_s = self._frames + 1, time_s

    def close(self) -> None:
        """Cuts off what was written in part, says how long the clip is, and closes the file. Raises OSError."""
        with self._stream:
            self._stream.truncate(self.bytes)
            self._patch(self._size_at, (self.bytes - self._size_at - 8 | 1 << 56).to_bytes(8, "big"))
            step_s = self._last_s / (self._frames - 1) if self._frames > 1 else _USUAL_STEP_S
            self._patch(self._step_at, _step(step_s))
            self._patch(self._duration_at, struct.pack(">d", (self._last_s + step_s) * 1e9 / _NANOSECONDS))

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            # A disk that is nearly full takes a part first, and says so with the next one.
            left = left[self._stream.write(left) :]
        self.bytes += len(data)

    def _patch(self, at: int, data: bytes) -> None:
        self._stream.seek(at)
        self._stream.write(data)


def _head(size: tuple[int, int]) -> tuple[bytes, int, int, int]:
    """All before the first frame, and where in it the size of the rest, the duration and the frames' step stand."""
    before = _element(_EBML, b"".join(_element(key, value) for key, value in _DOCUMENT)) + _id(_SEGMENT)
    # What is written once more at the end stands last in its element, so that its place is known.
    info = _element(
        0x1549A966,
        _element(0x2AD7B1, _unsigned(_NANOSECONDS))
        + _element(0x4D80, WRITER.encode())
        + _element(0x5741, WRITER.encode())
        + _element(0x4489, struct.pack(">d", 0.0)),
    )
    with_info = before + _UNKNOWN_SIZE + info
    head = with_info + _element(0x1654AE6B, _element(0xAE, _track(size)))
    return head, len(before), len(with_info) - 8, len(head) - 8


def _track(size: tuple[int, int]) -> bytes:
    width, height = size
    # Matroska has no name of its own for PNG: that of Video for Windows is what players know.
    codec = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MPNG", width * height * 3, 0, 0, 0, 0)
    return (
        _element(0xD7, b"\x01")
        + _element(0x73C5, b"\x01")
        + _element(0x83, b"\x01")
        + _element(0x9C, b"\x00")
        + _element(0x86, b"V_MS/VFW/FOURCC")
        + _element(0x63A2, codec)
        + _element(0xE0, _element(0xB0, _unsigned(width)) + _element(0xBA, _unsigned(height)))
        + _element(0x23E383, _step(_USUAL_STEP_S))
    )


def _step(seconds: float) -> bytes:
    return round(seconds * 1e9).to_bytes(8, "big")


def _element(key: int, content: bytes) -> bytes:
    return _id(key) + (len(content) | 1 << 56).to_bytes(8, "big") + content


def _id(key: int) -> bytes:
    return key.to_bytes((key.bit_length() + 7) // 8, "big")


def _unsigned(value: int) -> bytes:
    return value.to_bytes(max((value.bit_length() + 7) // 8, 1), "big")


def is_clip(head: bytes) -> bool:
    """Whether a file that begins with `head` was written by `ClipWriter`."""
    return head.startswith(_id(_EBML)) and _element(0x5741, WRITER.encode()) in head


def read_index(stream: BinaryIO) -> list[Stored]:
    """Where the frames of an open clip lie, in order; one that is not there to its end is left out.

    Raises ValueError where the file is not one that `ClipWriter` wrote, and OSError.
    """
    length = os.fstat(stream.fileno()).st_size
    head = _read_at(stream, 0, 4096)
    if not is_clip(head):
        raise ValueError("not a recorded clip")
    try:
        ebml, size = _Bytes(head).header()
        at = _Bytes(head[ebml.end + size :]).header()[0].end + ebml.end + size
    except IndexError as error:
        raise ValueError("a damaged head") from error
    frames: list[Stored] = []
    while at < length:
        data = _Bytes(_read_at(stream, at, _HEAD_BYTES))
        try:
            found, size = data.header()
            end = at + found.end + size
            if end > length:
                break  # Broken off while it was written.
            if found.key == _CLUSTER:
                frames.append(_stored(data, at, end))
        except (IndexError, ValueError):
            break
        at = end
    return frames


@dataclass(frozen=True)
class _Header:
    key: int
    end: int
    """Where the content begins."""


class _Bytes:
    """Reads elements from the front. IndexError or ValueError where there is none."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def header(self) -> tuple[_Header, int]:
        """An element's key and the size of its content."""
        key, _ = self._number(keep_mark=True)
        size, unknown = self._number(keep_mark=False)
        return _Header(key, self.at), 0 if unknown else size

    def take(self, size: int) -> bytes:
        taken = self.data[self.at : self.at + size]
        self.at += size
        return taken

    def _number(self, keep_mark: bool) -> tuple[int, bool]:
        """A number that says with its first bits how long it is, and whether it is all ones: not known."""
        first = self.data[self.at]
        length = 9 - first.bit_length()
        if length > 8:
            raise ValueError("not a number")
        value = int.from_bytes(self.take(length), "big")
        if not keep_mark:
            value &= (1 << 7 * length) - 1
        return value, value == (1 << 7 * length) - 1


def _stored(data: _Bytes, at: int, end: int) -> Stored:
    stamp, size = data.header()
    ticks = int.from_bytes(data.take(size), "big")
    block, size = data.header()
    offset = at + data.at + 4
    if stamp.key != _TIMESTAMP or block.key != _BLOCK or at + data.at + size != end or size < 4:
        raise ValueError("not a frame")
    return Stored(ticks * _NANOSECONDS / 1e9, offset, size - 4)


def _read_at(stream: BinaryIO, offset: int, length: int) -> bytes:
    stream.seek(offset)
    return stream.read(length)
