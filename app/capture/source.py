"""What a source is: the protocol that the pipeline drives, and what it yields."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from app.capture.dicom import UltrasoundRegion

Pixels = NDArray[np.uint8]


class SourceError(Exception):
    """A source that cannot be opened or read; the text is one sentence that names it and says what to do."""


class SourceKind(enum.Enum):
    """What the screen calls a source's pictures."""

    LIVE = "LIVE"
    """Camera, stream, screen: what is happening now."""
    REPLAY = "REPLAY"
    """A recording: video file, folder of images."""
    DEMO = "DEMO"
    """The phantom, or the user's saved images shown as a demo."""


@dataclass(frozen=True)
class SourceInfo:
    """What opening a source gave, which need not be what was asked for."""

    width: int
    """Pixels."""
    height: int
    """Pixels."""
    rate: float | None
    """Frames a second; None where the source does not know."""
    detail: str = ""
    """A few words for the screen, such as the pixel format or what was asked for and not got."""
    stills: bool = False
    """Pictures that do not follow each other in time, such as the files of a folder."""


class Reply(Protocol):
    """The way back for the mask of one picture, where its sender takes masks."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the picture."""
        ...

    def send(self, mask: Pixels) -> None:
        """Sends the mask of the whole picture, uint8 (height, width), 0 outside; drops it where that cannot be.

        May be called from any thread, and waits for half a second at most. Raises nothing.
        """
        ...


@dataclass(frozen=True)
class Part:
    """One of several recordings that are played as one, such as a clip of a DICOM folder."""

    path: Path
    """Its own file."""
    name: str
    """What people call it."""
    first: int
    """Number of its first frame in the whole."""
    frames: int
    """Number of its frames."""
    rate: float | None
    """Frames a second; None where it does not say."""
    regions: tuple[UltrasoundRegion, ...]
    """What its file says of where the ultrasound is."""
    times_s: Sequence[float] | None = None
    """When each of its frames was taken, seconds since its first; None where only the rate is known."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture as a source yields it."""

    pixels: Pixels
    """uint8 (height, width) or (height, width, 3) BGR, read-only, never changed afterwards."""
    time_s: float | None = None
    """Seconds since the start of a recording; None for live sources."""
    reply: Reply | None = None
    """Where its mask is wanted; None: nowhere."""
    part: Part | None = None
    """Which of several recordings it is of; None where there is one only."""
    arrived: float | None = None
    """`time.monotonic()` when it arrived, seconds; None: when it was read."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture as captured, on its way through the pipeline."""

    pixels: Pixels
    """uint8 (height, width) or (height, width, 3) BGR, read-only."""
    number: int
    """Sequence number: counts up from 0 with each picture of a source; in a recording, the frame's own number."""
    captured: float
    """`time.monotonic()` when the picture arrived, seconds."""
    time_s: float | None = None
    """Seconds since the start of a recording; None for live sources."""
    reply: Reply | None = None
    """Where its mask is wanted; None: nowhere."""
    part: Part | None = None
    """Which of several recordings it is of; None where there is one only."""


@runtime_checkable
class Source(Protocol):
    """Yields pictures. Made without side effects; `open`, `read` and `close` are called from one thread at a time.

    Only the grab thread waits: `open` and `read` may block (for at most about three seconds, so that threads end).
    """

    word: str
    """The source word that opens it again."""
    name: str
    """What people call it."""
    kind: SourceKind
    paced: bool
    """True where `read` itself waits for the next picture (cameras); else the grab thread keeps the rate."""
    retries: bool
    """True where a failure may pass (cameras, streams, the screen): the grab thread opens it again."""

    def open(self) -> SourceInfo:
        """Opens the source and has its first picture ready; a second call changes nothing. Raises SourceError."""
        ...

    def read(self) -> Picture | None:
        """The next picture, or None at the end of a recording. Raises SourceError."""
        ...

    def close(self) -> None:
        """Lets everything go; may be called at any time, also twice. `open` may follow."""
        ...


@runtime_checkable
class Recording(Source, Protocol):
    """A source with a beginning and an end, which can be sought."""

    loops: bool
    """Start again at the end."""

    @property
    def frame_count(self) -> int:
        """Number of frames, once open."""
        ...

    def seek(self, frame: int) -> None:
        """The next `read` gives this frame, counted from 0 and clipped to the recording. Raises SourceError."""
        ...


@runtime_checkable
class Copyable(Recording, Protocol):
    """A recording of which a second reader can be opened."""

    def another(self) -> Recording:
        """A second one of the same recording, not open."""
        ...


@runtime_checkable
class Repeatable(Copyable, Protocol):
    """A recording that lies on a disk."""

    path: Path
    """A file or a folder."""


@runtime_checkable
class KnowsRegion(Copyable, Protocol):
    """A made-up recording, which was made with a block region."""

    def expert_mask(self, frame: int) -> NDArray[np.bool_]:
        """The block region in a frame, bool (height, width)."""
        ...


@runtime_checkable
class HasCases(Source, Protocol):
    """A made-up source that can make more of its kind."""

    def cases(self) -> KnowsRegion:
        """Many stills, each another one, to test oneself on."""
        ...


@runtime_checkable
class Stamped(Recording, Protocol):
    """A recording that lists when each of its frames is shown."""

    @property
    def times_s(self) -> Sequence[float] | None:
        """Seconds since the first frame, rising, once open; None where nobody knows, or not yet. In any thread."""
        ...


@runtime_checkable
class Joined(Recording, Protocol):
    """Several recordings that are played as one."""

    @property
    def starts(self) -> Sequence[int]:
        """Numbers of their first frames, rising, once open. In any thread."""
        ...
