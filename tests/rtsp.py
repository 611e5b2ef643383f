"""A real RTSP stream for tests: ffmpeg's RTP packets, handed to one viewer over the viewer's own connection."""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import struct
import subprocess
import threading
from pathlib import Path

from tests.media import SIZE, Server

_PACKET = 1300
"""Bytes of an RTP packet at most, so that each comes in one piece."""


class RtspServer(Server):
    """Serves a moving test picture as MPEG-4 at `url` (RFC 2326, interleaved: RTP within the connection).

    `stop` breaks it off as a sender does that is switched off; `start` brings it back at the same address.
    """

    def __init__(self, folder: Path, size: tuple[int, int] = SIZE, rate: int = 25) -> None:
        """`folder` is for ffmpeg's description of the stream."""
        self._description = folder / "live.sdp"
        self._source = f"testsrc=size={size[0]}x{size[1]}:rate={rate}"
        self._port = 0
        self._sender: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._stopping, self._sending = threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self._port}/live"

    def start(self) -> None:
        """Starts serving; returns once a viewer can connect."""
        assert self._thread is None
        self._stopping.clear()
        self._sending.clear()
        packets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        packets.bind(("127.0.0.1", 0))
        door = socket.create_server(("127.0.0.1", self._port))
        self._port = door.getsockname()[1]
        self._description.unlink(missing_ok=True)
        # Whenever a viewer comes, the next key frame is near, and what it is decoded by stands in the description.
        source = ("-re", "-f", "lavfi", "-i", self._source, "-c:v", "mpeg4", "-g", "5", "-flags", "+global_header")
        target = f"rtp://127.0.0.1:{packets.getsockname()[1]}?pkt_size={_PACKET}"
        command = ["ffmpeg", "-v", "quiet", *source, "-f", "rtp", "-sdp_file", str(self._description), target]
        self._sender = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self._thread = threading.Thread(target=self._serve, args=(door, packets), name="rtsp server")
        self._thread.start()
        # On a busy machine, ffmpeg needs seconds from there to its first packet.
        assert self._sending.wait(20), "ffmpeg sends nothing"

    def stall(self) -> None:
        """Sends nothing any more, without ending the connection; `stop` still works."""
        assert self._sender is not None
        self._sender.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """Breaks the stream off."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(10)
            self._thread = None
        if self._sender is not None:
            self._sender.kill()
            self._sender.wait(10)
            self._sender = None

    # In the server's thread

    def _serve(self, door: socket.socket, packets: socket.socket) -> None:
        with door, packets:
            while not self._stopping.is_set():
                ready = select.select([door, packets], [], [], 0.05)[0]
                if packets in ready:
                    packets.recv(65536)  # Nobody is watching.
                    self._sending.set()
                if door not in ready:
                    continue
                viewer = door.accept()[0]
                with viewer, contextlib.suppress(ConnectionError):
                    self._attend(viewer, packets)

    def _attend(self, viewer: socket.socket, packets: socket.socket) -> None:
        """Answers a viewer's requests and hands packets on from PLAY until it goes, or is cut off."""
        playing, unread = False, b""
        while not self._stopping.is_set():
            for ready in select.select([viewer, packets], [], [], 0.05)[0]:
                if ready is packets:
                    packet = packets.recv(65536)
                    if playing:
                        # RFC 2326, 10.12: '$', the channel, the length.
                        viewer.sendall(struct.pack(">cBH", b"$", 0, len(packet)) + packet)
                    continue
                arrived = viewer.recv(65536)
                if not arrived:
                    return
                unread += arrived
                while b"\r\n\r\n" in unread and not unread.startswith(b"$"):
                    request, _, unread = unread.partition(b"\r\n\r\n")
                    playing |= request.startswith(b"PLAY")
                    viewer.sendall(self._answer(request.decode()))
                unread = b"" if unread.startswith(b"$") else unread  # The viewer's own reports.

    def _answer(self, request: str) -> bytes:
        first, *lines = request.split("\r\n")
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        method, answer, content = first.split()[0], {"CSeq": fields["cseq"], "Session": "1"}, ""
        if method == "SETUP" and "RTP/AVP/TCP" not in fields["transport"]:
            return f"RTSP/1.0 461 Unsupported Transport\r\nCSeq: {fields['cseq']}\r\n\r\n".encode()
        if method == "OPTIONS":
            answer["Public"] = "DESCRIBE, SETUP, PLAY, TEARDOWN"
        elif method == "DESCRIBE":
            content = self._description.read_text(encoding="ascii").replace("\n", "\r\n") + "a=control:track\r\n"
            answer |= {"Content-Type": "application/sdp", "Content-Base": f"{self.url}/"}
            answer["Content-Length"] = str(len(content))
        elif method == "SETUP":
            answer["Transport"] = "RTP/AVP/TCP;unicast;interleaved=0-1"
        head = "".join(f"{name}: {value}\r\n" for name, value in answer.items())
        return f"RTSP/1.0 200 OK\r\n{head}\r\n{content}".encode()
