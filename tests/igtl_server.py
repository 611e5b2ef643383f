"""An OpenIGTLink server on loopback, written from the protocol's description and not with the program's own code."""

from __future__ import annotations

import contextlib
import queue
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POLYNOMIAL = 0x42F0E1EBA9EA3693
HEADER = struct.Struct(">H12s20sQQQ")
IMAGE = struct.Struct(">HBBBB3H12f3H3H")
MATRIX = (0.25, 0.0, 0.0, 0.0, 0.125, 0.0, 0.0, 0.0, 1.0, 10.0, -20.0, 30.5)
"""Axes with their spacing, and the centre."""
STAMP = (1_700_000_000 << 32) + 0x80000001


def checksum(data: bytes) -> int:
    """CRC-64 of ECMA-182, byte by byte."""
    value = 0
    for byte in data:
        value = (value << 8 & (1 << 64) - 1) ^ TABLE[value >> 56 ^ byte]
    return value


def _remainder(byte: int) -> int:
    value = byte << 56
    for _ in range(8):
        value = (value << 1 ^ (POLYNOMIAL if value >> 63 else 0)) & (1 << 64) - 1
    return value


TABLE = [_remainder(byte) for byte in range(256)]


def stamped(data: bytes, stamp: int) -> bytes:
    """The same message with another time stamp, which is not part of what the check sum covers."""
    return data[:34] + stamp.to_bytes(8, "big") + data[42:]


def message(kind: str, device: str, body: bytes, stamp: int = STAMP, version: int = 1, wrong: int = 0) -> bytes:
    crc = checksum(body) ^ wrong
    return HEADER.pack(version, kind.encode(), device.encode(), stamp, len(body), crc) + body


def image(
    voxels: NDArray,
    device: str = "Image_Reference",
    *,
    size: tuple[int, int, int] | None = None,
    scalar: int | None = None,
    order: int = 2,
    coordinates: int = 1,
    stamp: int = STAMP,
    version: int = 1,
    part: tuple[int, ...] | None = None,
    wrong: int = 0,
    cut: int = 0,
) -> bytes:
    """The IMAGE message of `voxels` (height, width) or (height, width, components), RGB."""
    size = size or (voxels.shape[1], voxels.shape[0], 1)
    scalar = scalar or {1: 3, 2: 5}[voxels.dtype.itemsize]
    components = voxels.shape[2] if voxels.ndim == 3 else 1
    head = IMAGE.pack(1, components, scalar, order, coordinates, *size, *MATRIX, *(part or (0, 0, 0, *size)))
    body = head + voxels.astype(voxels.dtype.newbyteorder("<" if order == 2 else ">")).tobytes()
    body = body[: len(body) - cut]
    if version > 1:
        key, value = b"Depth", b"4 cm"
        index = struct.pack(">HHHI", 1, len(key), 3, len(value))
        body = struct.pack(">HHII", 12, len(index), len(key + value), 7) + body + index + key + value
    return message("IMAGE", device, body, stamp, version, wrong)


@dataclass(frozen=True)
class Mask:
    """A mask as the server got it."""

    device: str
    stamp: int
    coordinates: int
    size: tuple[int, ...]
    matrix: tuple[float, ...]
    voxels: NDArray[np.uint8]


class Server:
    """Serves one client after another; `send` and `masks` are of the present one."""

    def __init__(self, port: int = 0, *, reads: bool = True) -> None:
        self._listening = socket.create_server(("127.0.0.1", port))
        self.port = self._listening.getsockname()[1]
        self.masks: queue.Queue[Mask] = queue.Queue()
        self._reads = reads
        self._client: socket.socket | None = None
        self._greeting = b""
        self._closing = threading.Event()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def greet(self, data: bytes) -> None:
        """What each client gets first."""
        self._greeting = data

    def send(self, data: bytes) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._client is not None or self._closing.is_set(), 20)
            if self._client is None:
                raise ConnectionAbortedError
            client = self._client
        client.sendall(data)

    def drop(self) -> None:
        """Ends the present client's connection."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._client is not None, 10)
            self._client.shutdown(socket.SHUT_RDWR)
            self._client = None

    def close(self) -> None:
        with self._changed:
            self._closing.set()
            self._changed.notify_all()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with self._changed:
            if self._client is not None:
                with contextlib.suppress(OSError):
                    self._client.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            with client, contextlib.suppress(OSError):
                client.sendall(self._greeting)
                with self._changed:
                    self._client = client
                    self._changed.notify_all()
                self._receive(client)
            with self._changed:
                self._client = None

    def _receive(self, client: socket.socket) -> None:
        if not self._reads:
            self._closing.wait()
            return
        while True:
            kind = self._exactly(client, HEADER.size)
            version, name, device, stamp, size, crc = HEADER.unpack(kind)
            body = self._exactly(client, size)
            assert (version, name.rstrip(b"\0")) == (1, b"IMAGE")
            assert checksum(body) == crc
            _, components, scalar, _, coordinates, *rest = IMAGE.unpack_from(body)
            assert (components, scalar) == (1, 3)
            assert rest[15:18] == [0, 0, 0]
            assert rest[18:] == rest[:3]
            voxels = np.frombuffer(body, np.uint8, offset=IMAGE.size).reshape(rest[1], rest[0])
            device_name = device.rstrip(b"\0").decode()
            self.masks.put(Mask(device_name, stamp, coordinates, tuple(rest[:3]), tuple(rest[3:15]), voxels))

    @staticmethod
    def _exactly(client: socket.socket, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = client.recv(count - len(data))
            if not more:
                raise ConnectionResetError
            data += more
        return data


@contextlib.contextmanager
def serving(port: int = 0, *, reads: bool = True) -> Iterator[Server]:
    """A server that is closed at the end."""
    server = Server(port, reads=reads)
    try:
        yield server
    finally:
        server.close()
