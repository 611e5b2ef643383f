"""How long a video file says that it is, in bytes: what is shorter was cut off on its way."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

MOST_PARTS = 1_000_000
"""A file of more parts (an MP4 of very many fragments) is not followed to its end."""
_HEAD_BYTES = 32
_SEGMENT = b"\x18\x53\x80\x67"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")

_Length = Callable[[bytes], int | None]
"""Of the head of a part, the part's bytes; None where it does not say."""


def is_cut_off(path: Path) -> bool:
    """Whether a file is shorter than its container says: AVI, MP4 and MOV, Matroska and WebM, WMV. Raises OSError."""
    with path.open("rb") as stream:
        said = _said(stream)
        return said is not None and said > path.stat().st_size


def _said(stream: BinaryIO) -> int | None:
    head = stream.read(_HEAD_BYTES)
    if head[:4] == b"RIFF":
        return _walk(stream, _riff)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return _walk(stream, _box)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return _walk(stream, _element)
    if head[:16] == _ASF:
        return _walk(stream, _object)
    return None


def _walk(stream: BinaryIO, length: _Length) -> int | None:
    """Where the last part ends, by what each says of itself; None where one does not say."""
    at = 0
    for _ in range(MOST_PARTS):
        stream.seek(at)
        head = stream.read(_HEAD_BYTES)
        size = length(head) if len(head) >= 16 else 0
        if size is None:
            return None
        if size <= 0:
            break
        at += size
    return at


def _riff(head: bytes) -> int | None:
    if head[:4] != b"RIFF":
        return 0  # What follows the last part does not count.
    size = int.from_bytes(head[4:8], "little")
    return 8 + size + size % 2 if size else None


def _box(head: bytes) -> int | None:
    if not re.fullmatch(rb"[\x20-\x7e]{4}", head[4:8]):
        return 0
    size = int.from_bytes(head[:4], "big")
    size = int.from_bytes(head[8:16], "big") if size == 1 else size
    return size if size >= 8 else None


def _element(head: bytes) -> int | None:
    """Of Matroska, its own head and the one segment behind it."""
    if head[:4] not in (b"\x1a\x45\xdf\xa3", _SEGMENT) or not head[4]:
        return 0
    width = 9 - head[4].bit_length()
    size = int.from_bytes(head[4 : 4 + width], "big") & ((1 << 7 * width) - 1)
    return None if size == (1 << 7 * width) - 1 else 4 + width + size


def _object(head: bytes) -> int | None:
    return int.from_bytes(head[16:24], "little") if len(head) >= 24 else 0
