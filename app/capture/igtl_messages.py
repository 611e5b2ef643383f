"""OpenIGTLink messages as bytes: the header of protocol 1 to 3, and IMAGE. Knows nothing of sockets."""

from __future__ import annotations

import functools
import math
import struct
import sys
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.capture.pixels import as_pixels
from app.capture.source import Pixels

HEADER_SIZE = 58
LARGEST_BODY = 1 << 28
"""Bytes; a header that announces more is no header."""

_HEADER = struct.Struct(">H12s20sQQ8s")
_EXTENDED = struct.Struct(">HHI")
"""Sizes of the extended header, of the metadata's header, and of the metadata."""
# Version, components, type, byte order, coordinates; size; matrix; offset and size of the part that is sent.
_IMAGE = struct.Struct(">HBBBB3H48s3H3H")
_TYPES: dict[int, np.dtype[Any]] = {3: np.dtype(np.uint8), 5: np.dtype(np.uint16)}
_TYPE_NAMES = {2: "int8", 4: "int16", 6: "int32", 7: "uint32", 10: "float32", 11: "float64"}
_BIG, _LITTLE = 1, 2


class BrokenMessageError(Exception):
    """Bytes that are no OpenIGTLink message; the text says why, without a full stop."""


class UnfitImageError(Exception):
    """An image that is no picture to be shown; the text says what it is, without a full stop."""


@dataclass(frozen=True)
class Header:
    """What stands before every message."""

    version: int
    """1 for protocol 1 and 2; 2 for protocol 3, whose messages have an extended header and metadata."""
    kind: str
    """IMAGE, TRANSFORM, …"""
    device: str
    """May be anything that the sender's user typed, so it is never shown or logged."""
    stamp: int
    """Seconds since 1970 in 1/2**32: kept as it came, so that it goes back unchanged."""
    body_size: int
    checksum: bytes


@dataclass(frozen=True)
class Placement:
    """Where an image is and when it was taken: what its mask must share with it."""

    stamp: int
    size: tuple[int, int, int]
    """Voxels along i, j and k."""
    coordinates: int
    """1: RAS, 2: LPS."""
    matrix: bytes
    """12 big-endian float32: the axes with their spacing, and the centre."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the picture in pixels."""
        height, width = [side for side in self.size[::-1] if side > 1]
        return height, width


def parse_header(data: bytes) -> Header:
    """The header in the HEADER_SIZE bytes `data`. Raises BrokenMessageError."""
    version, kind, device, stamp, size, checksum = _HEADER.unpack(data)
    name = kind.rstrip(b"\0 ").decode("ascii", "replace")
    if version not in (1, 2, 3) or not name or not (name.isascii() and name.isprintable()):
        raise BrokenMessageError("what it sends is not OpenIGTLink")
    if size > LARGEST_BODY:
        raise BrokenMessageError(f"it announces a message of {size} bytes")
    return Header(version, name, device.split(b"\0")[0].decode("utf-8", "replace"), stamp, size, checksum)


def unpack_image(header: Header, body: bytes | bytearray) -> tuple[Pixels, Placement]:
    """The picture in the body of an IMAGE message, and where it is. Raises BrokenMessageError and UnfitImageError."""
    if crc64(body) != header.checksum:
        raise BrokenMessageError("the check sum of a message is wrong")
    content = _content(header, body)
    if len(content) < _IMAGE.size:
        raise BrokenMessageError("an image is cut off")
    fields = _IMAGE.unpack_from(content)
    _, components, scalar, order, coordinates = fields[:5]
    size, matrix, offset, part = fields[5:8], fields[8], fields[9:12], fields[12:15]
    _check_fit(components, scalar, size, offset, part)
    if order not in (_BIG, _LITTLE):
        raise BrokenMessageError("an image has no byte order")
    dtype = _TYPES[scalar].newbyteorder(">" if order == _BIG else "<")
    count = math.prod(size) * components
    if len(content) - _IMAGE.size != count * dtype.itemsize:
        raise BrokenMessageError("an image is shorter or longer than it says")
    placement = Placement(header.stamp, size, coordinates, matrix)
    voxels = np.frombuffer(content, dtype, count, _IMAGE.size)
    return _to_pixels(voxels.reshape(*placement.shape, components)), placement


def pack_mask(mask: Pixels, placement: Placement, device: str) -> bytes:
    """The IMAGE message of a mask, uint8 of the picture's size, 0 outside, in the place and at the time of its picture.

    It says 1 inside. In version 1, which every receiver reads.
    """
    head = (1, 1, 3, _LITTLE, placement.coordinates, *placement.size, placement.matrix, 0, 0, 0, *placement.size)
    body = _IMAGE.pack(*head) + (mask > 0).astype(np.uint8).tobytes()
    return _HEADER.pack(1, b"IMAGE", device.encode("ascii"), placement.stamp, len(body), crc64(body)) + body


def _content(header: Header, body: bytes | bytearray) -> memoryview:
    """The body without what version 2 of the header adds before and after. Raises BrokenMessageError."""
    content = memoryview(body)
    if header.version == 1:
        return content
    if len(content) < _EXTENDED.size:
        raise BrokenMessageError("an extended header is cut off")
    before, *after = _EXTENDED.unpack_from(content)
    if before + sum(after) > len(content):
        raise BrokenMessageError("an extended header is wrong")
    return content[before : len(content) - sum(after)]


def _check_fit(
    components: int, scalar: int, size: tuple[int, ...], offset: tuple[int, ...], part: tuple[int, ...]
) -> None:
    if components not in (1, 3, 4):
        raise UnfitImageError(f"of {components} values for each pixel")
    if scalar not in _TYPES:
        raise UnfitImageError(f"of type {_TYPE_NAMES.get(scalar, str(scalar))}, not uint8 or uint16")
    if sum(side > 1 for side in size) != 2 or min(size) < 1:
        raise UnfitImageError(f"of {' × '.join(str(side) for side in size)} voxels")
    if any(offset) or part != size:
        raise UnfitImageError("that are parts of a larger one")


def _to_pixels(voxels: NDArray[np.uint8] | NDArray[np.uint16]) -> Pixels:
    """From (height, width, 1, 3 or 4), in RGB order and any byte order."""
    if voxels.dtype.itemsize == 2:
        voxels = (voxels >> 8).astype(np.uint8)
    return as_pixels(voxels[:, :, 0] if voxels.shape[2] == 1 else voxels[:, :, 2::-1])


_POLYNOMIAL = 0x42F0E1EBA9EA3693
"""ECMA-182, without its highest bit."""


def crc64(data: bytes | bytearray | memoryview) -> bytes:
    """The check sum of a message's body, as it stands in the header.

    The bytes are the coefficients of a polynomial over GF(2), and its remainder is wanted. Neighbouring words of it are
    added up until one is left, all pairs at once: a loop over a picture's bytes would take a tenth of a second.
    """
    # Zeros in front change nothing.
    rest = np.zeros(max(8, -(-len(data) // 8) * 8), np.uint8)
    rest[rest.size - len(data) :] = np.frombuffer(data, np.uint8)
    level = 0
    while rest.size > 8:
        if rest.size % 16:
            rest = np.concatenate([np.zeros(8, np.uint8), rest])
        pairs = rest.reshape(-1, 16)
        rest = (_shifted(pairs[:, :8], level) ^ pairs[:, 8:].copy().view(np.uint64)[:, 0]).view(np.uint8)
        level += 1
    return _shifted(rest.reshape(1, 8), 0).tobytes()


def _shifted(words: NDArray[np.uint8], level: int) -> NDArray[np.uint64]:
    """The remainders of `words`, uint8 (n, 8), times x**(64 * 2**level), with their bytes in the same order."""
    places = np.ascontiguousarray(words.T)
    result = np.zeros(len(words), np.uint64)
    for place, table in zip(places, _tables(level), strict=True):
        # OpenCV looks values of eight bytes up twice as fast as NumPy; what they mean is not its business.
        result ^= np.asarray(cv2.LUT(place, table.view(np.float64))).ravel().view(np.uint64)
    return result


@functools.cache
def _tables(level: int) -> NDArray[np.uint64]:
    """uint64 (8, 256): the remainder for each byte at each place, times x**(64 * 2**level); big-endian in memory."""
    power = _POLYNOMIAL
    for _ in range(level):
        power = _product(power, power)
    bits = [power]
    for _ in range(63):
        bits.append(_doubled(bits[-1]))
    tables = np.zeros((8, 256), np.uint64)
    for place in range(8):
        for bit in range(8):
            step = 1 << bit
            tables[place, step : 2 * step] = tables[place, :step] ^ np.uint64(bits[8 * (7 - place) + bit])
    return tables.byteswap() if sys.byteorder == "little" else tables


def _product(one: int, other: int) -> int:
    """The remainder of the product of two polynomials."""
    result = 0
    for bit in range(63, -1, -1):
        result = _doubled(result) ^ (one if other >> bit & 1 else 0)
    return result


def _doubled(value: int) -> int:
    return (value << 1 & 0xFFFFFFFFFFFFFFFF) ^ (_POLYNOMIAL if value >> 63 else 0)
