"""H.264 whose two fields of a frame are coded apart (PAFF), as camcorders and recorders do; no usual encoder does."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

Bits = str
_BLOCKS = 4
"""Of 16 x 16 pixels, in a field's row and in its column: frames are 64 x 128."""
_TICKS = 3600
"""Of 1/90000 s: 25 frames a second."""


def write_fields(path: Path, frames: int = 24) -> Path:
    """An MPEG transport stream of grey frames, each darker or brighter; both fields share one time stamp."""
    stream, count = _section(0, b"\x00\xb0\x0d\0\1\xc1\0\0\0\1\xf0\0"), 0
    stream += _section(0x1000, b"\x02\xb0\x12\0\1\xc1\0\0\xe1\0\xf0\0\x1b\xe1\0\xf0\0")
    for number in range(frames):
        fields = b"".join(_field(number, bottom, 30 + 8 * number) for bottom in (0, 1))
        packets = _packets(_header(90_000 + number * _TICKS) + _nal(9, _number(16, 8)) + _SETS + fields, count)
        stream, count = stream + b"".join(packets), count + len(packets)
    path.write_bytes(stream)
    return path


# H.264: signs without compression (I_PCM), every field by itself


def _number(value: int, bits: int) -> Bits:
    return format(value, f"0{bits}b")


def _golomb(*values: int) -> Bits:
    return "".join("0" * ((value + 1).bit_length() - 1) + format(value + 1, "b") for value in values)


def _nal(kind: int, bits: Bits, reference: int = 0) -> bytes:
    bits += "1"
    bits += "0" * (-len(bits) % 8)
    content = int(bits, 2).to_bytes(len(bits) // 8, "big")
    for zeros in (b"\0\0\0", b"\0\0\1", b"\0\0\2", b"\0\0\3"):
        content = content.replace(zeros, zeros[:2] + b"\3" + zeros[2:])
    return b"\0\0\0\1" + bytes([reference << 5 | kind]) + content


_SETS = _nal(
    7,
    _number(77 << 16 | 30, 24) + _golomb(0, 0, 0, 4, 1) + "0" + _golomb(_BLOCKS - 1, _BLOCKS - 1) + "00101"
    # 25 frames a second.
    + "00001" + _number(1, 32) + _number(50, 32) + "10000",
    3,
) + _nal(8, _golomb(0, 0) + "00" + _golomb(0, 0, 0) + "000" + _golomb(0, 0, 0) + "100", 3)  # fmt: skip


def _field(number: int, bottom: int, grey: int) -> bytes:
    first = bottom == 0
    bits = _golomb(0, 7, 0) + "00001" + str(bottom) + (_golomb(number % 2) if first else "") + _number(bottom, 8)
    bits += ("00" if first else "0") + _golomb(0, 1)
    for _ in range(_BLOCKS * _BLOCKS):
        bits += _golomb(25)
        bits += "0" * (-len(bits) % 8) + _number(grey, 8) * 256 + _number(128, 8) * 128
    return _nal(5 if first else 1, bits, 1)


# The transport stream


def _section(pid: int, table: bytes) -> bytes:
    check = 0xFFFFFFFF
    for byte in table:
        check ^= byte << 24
        for _ in range(8):
            check = check << 1 & 0xFFFFFFFF ^ (0x04C11DB7 if check >> 31 else 0)
    return (bytes([0x47, 0x40 | pid >> 8, pid & 255, 0x10, 0]) + table + struct.pack(">I", check)).ljust(188, b"\xff")


def _header(at: int) -> bytes:
    stamp = [0x21 | at >> 29 & 14, at >> 22 & 255, at >> 14 & 254 | 1, at >> 7 & 255, (at & 127) << 1 | 1]
    return b"\0\0\1\xe0\0\0\x80\x80\5" + bytes(stamp)


def _packets(content: bytes, count: int) -> list[bytes]:
    pieces: Iterable[bytes] = (content[at : at + 184] for at in range(0, len(content), 184))
    return [_packet(piece, number, count + number) for number, piece in enumerate(pieces)]


def _packet(piece: bytes, number: int, count: int) -> bytes:
    spare = 184 - len(piece)
    filling = bytes([spare - 1, *([0] if spare > 1 else [])]).ljust(spare, b"\xff") if spare else b""
    return bytes([0x47, 0x41 if number == 0 else 1, 0, (0x30 if spare else 0x10) | count % 16]) + filling + piece
