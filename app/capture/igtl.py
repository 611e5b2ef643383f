"""Pictures by OpenIGTLink, from PLUS, 3D Slicer and scanners; their masks go back on the same connection."""

from __future__ import annotations

import select
import socket
import threading
import time
from dataclasses import dataclass

from app.capture.igtl_messages import (
    HEADER_SIZE,
    BrokenMessageError,
    Header,
    Placement,
    UnfitImageError,
    pack_mask,
    parse_header,
    unpack_image,
)
from app.capture.source import Picture, Pixels, SourceError, SourceInfo, SourceKind

MASK_NAME = "SonoBlock mask"
"""What the mask is called at the receiver; 20 letters at most."""
TIMEOUT_S = 3.0
"""How long opening, or a read, may wait."""
SEND_S = 0.25
"""How long a mask may take to leave before the next ones are dropped in its favour."""
MOST_AT_ONCE = 16
"""Messages read for one picture where they come faster than they are taken."""
_CHUNK = 1 << 20


class OpenIgtLink:
    """A client of the OpenIGTLink server at `host` and `port`. Not touched before `open`.

    It shows the first device that sends pictures, or that named `device`, and passes over all others and whatever is no
    image. Pictures that come faster than they are read are passed over, too: the newest counts.
    """

    kind = SourceKind.LIVE
    paced = True
    retries = True

    def __init__(self, host: str, port: int, *, device: str | None = None, word: str | None = None) -> None:
        self.word = word or f"igtl://{host}:{port}"
        self.name = f"OpenIGTLink {host}:{port}"
        self._address = host, port
        self._wanted = device
        self._device = device
        self._connection: _Connection | None = None
        self._pending: Picture | None = None
        self._info: SourceInfo | None = None

    def open(self) -> SourceInfo:
        """Connects and waits for the first picture. Raises SourceError."""
        if self._info is not None:
            return self._info
        deadline = time.monotonic() + TIMEOUT_S
        self._device = self._wanted
        self._connection = self._connect()
        try:
            self._pending = self._receive(self._connection, deadline)
        except SourceError:
            self.close()
            raise
        height, width = self._pending.pixels.shape[:2]
        self._info = SourceInfo(width, height, None)
        return self._info

    def read(self) -> Picture:
        """Waits for the next picture. Raises SourceError when none comes any more."""
        if self._connection is None:
            raise SourceError(f"{self.name} is not open: open it before reading.")
        picture, self._pending = self._pending, None
        return picture or self._receive(self._connection, time.monotonic() + TIMEOUT_S)

    def close(self) -> None:
        """Ends the connection."""
        connection, self._connection = self._connection, None
        self._pending = self._info = None
        if connection is not None:
            connection.close()

    def _connect(self) -> _Connection:
        try:
            return _Connection(socket.create_connection(self._address, TIMEOUT_S))
        except socket.gaierror as error:
            raise SourceError(f"{self.name} is not known on this network: check the address.") from error
        except TimeoutError as error:
            raise SourceError(
                f"{self.name} does not answer: check the address, the network and its firewall."
            ) from error
        except OSError as error:
            raise SourceError(
                f"{self.name} cannot be reached: start the OpenIGTLink server there, and check address and port."
            ) from error

    def _receive(self, connection: _Connection, deadline: float) -> Picture:
        try:
            return self._next_picture(connection, deadline)
        except _LateError as error:
            raise SourceError(
                f"{self.name} sends no {error}: start sending 2D images of 8 or 16 bits there."
            ) from error
        except BrokenMessageError as error:
            raise SourceError(
                f"{self.name} sent a broken message ({error}): check that it is an OpenIGTLink server, and the network."
            ) from error
        # ValueError: it was closed at this end.
        except (OSError, ValueError) as error:
            raise SourceError(f"{self.name} closed the connection: check that it is on and sending.") from error

    def _next_picture(self, connection: _Connection, deadline: float) -> Picture:
        """The newest picture. Raises BrokenMessageError, _LateError and OSError."""
        unfit = "pictures"
        while True:
            try:
                header, body = self._newest_image(connection, deadline)
                pixels, placement = unpack_image(header, body)
            except UnfitImageError as error:
                unfit = f"pictures that can be shown, but some {error}"
            except _LateError as error:
                raise _LateError(unfit) from error
            else:
                self._device = header.device
                return Picture(pixels, reply=_Reply(connection, placement))

    def _newest_image(self, connection: _Connection, deadline: float) -> tuple[Header, bytearray]:
        """The last of the images that have arrived; the first until it is known which device is shown."""
        newest = None
        for _ in range(MOST_AT_ONCE):
            newest = self._next_message(connection, deadline) or newest
            if newest is not None and (self._device is None or not connection.has_more()):
                return newest
        while newest is None:
            newest = self._next_message(connection, deadline)
        return newest

    def _next_message(self, connection: _Connection, deadline: float) -> tuple[Header, bytearray] | None:
        """The next message; None for one that is passed over."""
        header = parse_header(bytes(connection.receive(HEADER_SIZE, deadline)))
        # A server that sends on what it gets sends the mask, too.
        wanted = header.device == self._device if self._device is not None else header.device != MASK_NAME
        if header.kind == "IMAGE" and wanted:
            return header, connection.receive(header.body_size, deadline)
        connection.skip(header.body_size, deadline)
        return None


@dataclass(frozen=True, eq=False)
class _Reply:
    """The way back for a picture's mask."""

    connection: _Connection
    placement: Placement

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the picture."""
        return self.placement.shape

    def send(self, mask: Pixels) -> None:
        """Sends the mask of the whole picture, uint8 and 0 outside. One that cannot leave is dropped."""
        if self.connection.ready():
            self.connection.send(pack_mask(mask, self.placement, MASK_NAME))


class _LateError(Exception):
    """No picture came in time; the text says what came instead."""


class _Connection:
    """One thread receives while another sends."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sending = threading.Lock()
        self._unsent = memoryview(b"")

    def receive(self, size: int, deadline: float) -> bytearray:
        """So many bytes. Raises _LateError after `deadline` (`time.monotonic()`), OSError where it is closed."""
        data = bytearray(size)
        self._fill(memoryview(data), deadline)
        return data

    def skip(self, size: int, deadline: float) -> None:
        """Throws so many bytes away. Raises as `receive`."""
        room = memoryview(bytearray(min(size, _CHUNK)))
        while size > 0:
            self._fill(room[:size], deadline)
            size -= min(size, len(room))

    def has_more(self) -> bool:
        """Whether more has arrived."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def ready(self) -> bool:
        """Whether the last message has left, or leaves now; if not, the next one must not follow."""
        self.send(b"")
        return not self._unsent

    def send(self, message: bytes) -> None:
        """Sends what is left of the last message, and then this one, as far as it goes in SEND_S."""
        with self._sending:
            self._unsent = self._unsent or memoryview(message)
            deadline = time.monotonic() + SEND_S
            try:
                while self._unsent and self._wait([], [self._socket], deadline):
                    self._unsent = self._unsent[self._socket.send(self._unsent) :]
            except (OSError, ValueError):
                # The connection is gone, which the receiving thread notices and says.
                self._unsent = memoryview(b"")

    def close(self) -> None:
        with self._sending:
            self._socket.close()

    def _fill(self, room: memoryview, deadline: float) -> None:
        while room:
            if not self._wait([self._socket], [], deadline):
                raise _LateError
            count = self._socket.recv_into(room)
            if not count:
                raise ConnectionResetError
            room = room[count:]

    @staticmethod
    def _wait(read: list[socket.socket], write: list[socket.socket], deadline: float) -> bool:
        readable, writable, _ = select.select(read, write, [], max(deadline - time.monotonic(), 0))
        return bool(readable or writable)
