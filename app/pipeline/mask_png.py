"""Masks as PNG, several times quicker than a library writes them, which looks at every black row of a mask."""

from __future__ import annotations

import functools
import struct
import zlib

import cv2
import numpy as np

from app.capture.source import Pixels

_LARGEST_SUM = 65521
"""What both halves of Adler's checksum are counted by."""


def mask_png(mask: Pixels) -> bytes:
    """The PNG, grey of 8 bits, of a picture uint8 (height, width) that is black but for some of its rows."""
    height, width = mask.shape
    _, top, _, rows = cv2.boundingRect(mask)
    bottom = height - top - rows
    # A byte before each row says that it is stored as it is.
    stored = np.zeros((rows, width + 1), np.uint8)
    stored[:, 1:] = mask[top : top + rows]
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = packer.compress(stored.data) + packer.flush(zlib.Z_FULL_FLUSH) if rows else b""
    total = _with_black(zlib.adler32(stored.data, _with_black(1, top * (width + 1))), bottom * (width + 1))
    content = b"\x78\x01" + _black(top, width) + packed + _black(bottom, width) + b"\x03\x00" + struct.pack(">I", total)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _black(rows: int, width: int) -> bytes:
    """So many black rows, packed: pieces of 1, 2, 4 and so on rows, of which there are few."""
    return b"".join(_black_piece(1 << bit, width) for bit in range(rows.bit_length()) if rows >> bit & 1)


@functools.lru_cache(maxsize=64)
def _black_piece(rows: int, width: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    # After a full flush, what follows can be anything.
    return packer.compress(bytes(rows * (width + 1))) + packer.flush(zlib.Z_FULL_FLUSH)


def _with_black(checksum: int, count: int) -> int:
    """Adler's checksum with so many zeros more: its lower half stays, and is added to the upper one each time."""
    low, high = checksum & 0xFFFF, checksum >> 16
    return (high + count * low) % _LARGEST_SUM << 16 | low
