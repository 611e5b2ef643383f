"""Which kinds of clips can really be written on this machine: tried once, not read from a list."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

# What OpenCV prints of encoders that are not here says nothing to users: this quietens it.
import app.capture.pixels  # noqa: F401


@dataclass(frozen=True)
class Codec:
    """A kind of clip."""

    name: str
    """As people write it."""
    suffix: str
    letters: str
    """Its four letters in OpenCV."""
    writer: int = cv2.CAP_ANY
    """Which of OpenCV's writers has it."""

    def open(self, path: Path, rate: float, size: tuple[int, int]) -> cv2.VideoWriter:
        """A writer of pictures of `size` (width, height); not open where that cannot be."""
        # OpenCV writes the rate as a decimal fraction, of which MPEG-4 takes no larger numbers.
        rate = round(rate, math.floor(math.log10(_LARGEST_NUMERATOR / rate)))
        return cv2.VideoWriter(str(path), self.writer, cv2.VideoWriter.fourcc(*self.letters), rate, size)


CODECS = (
    # Part of Windows (Media Foundation) and of macOS. The FFmpeg in OpenCV's packages has no encoder for it: x264 is
    # under the GPL.
    Codec("H.264 (MP4)", ".mp4", "H264", cv2.CAP_MSMF),
    Codec("H.264 (MP4)", ".mp4", "avc1"),
    Codec("MPEG-4 (MP4)", ".mp4", "mp4v"),
    Codec("VP8 (WebM)", ".webm", "VP80"),
    Codec("Motion JPEG (AVI)", ".avi", "MJPG"),
)
"""The best known to players first."""
_LARGEST_NUMERATOR = 65535
_TRIAL = (320, 240)
"""Some encoders refuse pictures that are very small."""
_TRIAL_FRAMES = 5


@functools.cache
def best_codec(suffix: str = ".mp4") -> Codec | None:
    """The first of CODECS that writes a clip here that can be read again; None without any. Takes some ms, once.

    Those whose files have this `suffix` come before the others.
    """
    return next((codec for codec in sorted(CODECS, key=lambda known: known.suffix != suffix) if works(codec)), None)


def works(codec: Codec) -> bool:
    """Whether a clip that is written with it can be read again."""
    try:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = Path(folder) / f"trial{codec.suffix}"
            writer = codec.open(path, 25.0, _TRIAL)
            if not writer.isOpened():
                return False
            for number in range(_TRIAL_FRAMES):
                writer.write(np.full((_TRIAL[1], _TRIAL[0], 3), 40 * number, np.uint8))
            writer.release()
            return count_frames(path) == _TRIAL_FRAMES
    except (OSError, cv2.error):
        return False


def count_frames(path: Path) -> int:
    """Frames that can be decoded; 0 where it is no clip."""
    capture = cv2.VideoCapture(str(path))
    count = 0
    while capture.grab():
        count += 1
    capture.release()
    return count
