"""What can be wrong with a picture, at stated strengths: settings of the machine, a bad picture, a scan area too wide.

Lengths are shares of the picture's width or height, so that pictures of every size are disturbed alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from model.data.pictures import Mask, Picture

SEED = 0
"""The same picture is always disturbed in the same way."""
RANGE_DB = 60
"""Decibels from black to white, as machines usually show them: what a dB of gain adds in grey levels."""
FLOOR = 16
"""Gain reaches its full effect from this grey level on, so that black stays black."""
GRAIN = 1 / 512
"""Standard deviation of the smoothing that gives speckle its grain, in widths."""
LETTER = 0.045
"""Height of a machine's letters, in heights of the picture."""
_SMALLEST_LETTER = 7
_BLACKS = (0, 16)
"""Black as it arrives in full and in limited range."""
_WORDS = (
    "FEMORAL",
    "LEFT",
    "RIGHT",
    "DEPTH 4.0 cm",
    "MI 0.8  TIS 0.4",
    "Gen 62%",
    "DR 70",
    "12L-RS",
    "FR 31 Hz",
    "+ 1.24 cm",
)
_FONT = cv2.FONT_HERSHEY_SIMPLEX

Apply = Callable[[Picture, Mask, np.random.Generator], tuple[Picture, Mask]]


@dataclass(frozen=True)
class Disturbance:
    """One kind of disturbance at one strength."""

    name: str
    strength: str
    apply: Apply

    def __call__(self, picture: Picture, mask: Mask, stem: str) -> tuple[Picture, Mask]:
        """Picture uint8 (height, width, 3) and mask bool (height, width), disturbed; new arrays, perhaps larger ones.

        What is drawn by chance depends on the picture's stem and on the disturbance, and on nothing else.
        """
        rng = np.random.default_rng([SEED, crc32(stem.encode()), crc32(f"{self.name} {self.strength}".encode())])
        return self.apply(picture, mask, rng)


def _gain(picture: Picture, mask: Mask, rng: np.random.Generator, *, decibels: float) -> tuple[Picture, Mask]:
    added = decibels * 255 / RANGE_DB
    return _bytes(picture + added * np.minimum(picture / np.float32(FLOOR), 1)), mask


def _contrast(picture: Picture, mask: Mask, rng: np.random.Generator, *, factor: float) -> tuple[Picture, Mask]:
    middle = picture.mean(dtype=np.float64)
    return _bytes(middle + factor * (picture - np.float32(middle))), mask


def _blur(picture: Picture, mask: Mask, rng: np.random.Generator, *, share: float) -> tuple[Picture, Mask]:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), share * mask.shape[1]), np.uint8), mask


def _speckle(picture: Picture, mask: Mask, rng: np.random.Generator, *, amount: float) -> tuple[Picture, Mask]:
    white = rng.standard_normal(mask.shape, dtype=np.float32)
    noise = cv2.GaussianBlur(white, (0, 0), GRAIN * mask.shape[1])
    spread = noise.std() or 1.0  # One pixel has none.
    return _bytes(picture * (1 + amount * noise / spread)[..., None]), mask


def _rotation(picture: Picture, mask: Mask, rng: np.random.Generator, *, degrees: float) -> tuple[Picture, Mask]:
    height, width = mask.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees * rng.choice((-1, 1)), 1)
    turned = cv2.warpAffine(picture, matrix, (width, height))
    region = cv2.warpAffine(mask.astype(np.float32), matrix, (width, height))
    return np.asarray(turned, np.uint8), np.asarray(region >= 0.5)


def _flip(picture: Picture, mask: Mask, rng: np.random.Generator) -> tuple[Picture, Mask]:
    return np.ascontiguousarray(picture[:, ::-1]), np.ascontiguousarray(mask[:, ::-1])


def _too_wide(picture: Picture, mask: Mask, rng: np.random.Generator, *, share: float) -> tuple[Picture, Mask]:
    """The picture somewhere in a screen that is larger by `share` in width and height."""
    height, width = mask.shape
    size = round(height * (1 + share)), round(width * (1 + share))
    top, left = (int(rng.integers(outer - inner + 1)) for outer, inner in zip(size, mask.shape, strict=True))
    screen, region = np.full((*size, 3), rng.choice(_BLACKS), np.uint8), np.zeros(size, np.bool_)
    place = slice(top, top + height), slice(left, left + width)
    _write_around(screen, place[0], left + width, rng)
    screen[place], region[place] = picture, mask
    return screen, region


def _write_around(screen: Picture, rows: slice, right: int, rng: np.random.Generator) -> None:
    """A machine's lines of text at the screen's edges, and a depth scale at the picture's right side."""
    height, width = screen.shape[:2]
    letter = _letter(rows.stop - rows.start)
    words = rng.permutation(_WORDS).tolist()
    for x, word in zip((2, width // 3, 2 * width // 3), words[:3], strict=True):
        _write(screen, word, (x, letter + 2), letter, 200)
        _write(screen, word, (x, height - 2), letter, 200)
    for number, word in enumerate(words[3:]):
        _write(screen, word, (2, (4 + 2 * number) * letter), letter, 200)
    for number, y in enumerate(np.linspace(rows.start, rows.stop - 1, 17).astype(int)):
        cv2.line(screen, (right + 2, int(y)), (right + (6 if number % 4 else 10), int(y)), (200, 200, 200))


def _jpeg(picture: Picture, mask: Mask, rng: np.random.Generator, *, quality: int) -> tuple[Picture, Mask]:
    _, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8), mask


def _coarse(picture: Picture, mask: Mask, rng: np.random.Generator, *, columns: int) -> tuple[Picture, Mask]:
    """Shrunk to so many columns, and enlarged again; one with fewer stays as it is."""
    height, width = mask.shape
    size = min(columns, width), max(1, round(height * min(columns / width, 1)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8), mask


def _text(picture: Picture, mask: Mask, rng: np.random.Generator, *, pieces: int) -> tuple[Picture, Mask]:
    """Words anywhere in the picture, over the region too."""
    written = picture.copy()
    height, width = mask.shape
    letter = _letter(height)
    for word in rng.choice(_WORDS, pieces, replace=False).tolist():
        (length, _), _ = cv2.getTextSize(word, _FONT, _scale(letter), 1)
        place = int(rng.integers(max(width - length, 1))), int(rng.integers(letter, max(height, letter + 1)))
        _write(written, word, place, letter, int(rng.integers(200, 256)))
    return written, mask


def _letter(height: int) -> int:
    return max(_SMALLEST_LETTER, round(LETTER * height))


def _scale(letter: int) -> float:
    return letter / cv2.getTextSize("H", _FONT, 1, 1)[0][1]


def _write(picture: Picture, text: str, at: tuple[int, int], letter: int, grey: int) -> None:
    """Writes into `picture`; `at` is the lower left corner of the first letter, `letter` the height in pixels."""
    cv2.putText(picture, text, at, _FONT, _scale(letter), (grey, grey, grey), 1, cv2.LINE_AA)


def _bytes(picture: NDArray[np.floating]) -> Picture:
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)


DISTURBANCES = (
    *(Disturbance("gain", f"{db:+} dB", partial(_gain, decibels=db)) for db in (-12, -6, 6, 12)),
    *(Disturbance("contrast", f"× {factor}", partial(_contrast, factor=factor)) for factor in (0.5, 0.75, 1.5)),
    *(Disturbance("blur", f"{share:.1%} of width", partial(_blur, share=share)) for share in (0.002, 0.004, 0.008)),
    *(Disturbance("speckle", f"{amount:.0%}", partial(_speckle, amount=amount)) for amount in (0.15, 0.3, 0.5)),
    *(Disturbance("rotation", f"{degrees}°", partial(_rotation, degrees=degrees)) for degrees in (5, 10, 20)),
    Disturbance("left-right flip", "", _flip),
    *(Disturbance("crop too wide", f"{share:.0%}", partial(_too_wide, share=share)) for share in (0.05, 0.1, 0.2)),
    *(Disturbance("JPEG quality", str(quality), partial(_jpeg, quality=quality)) for quality in (50, 20, 10)),
    *(Disturbance("resolution", f"{columns} columns", partial(_coarse, columns=columns)) for columns in (256, 128, 64)),
    *(Disturbance("burned-in text", f"{pieces} pieces", partial(_text, pieces=pieces)) for pieces in (2, 5)),
)
"""All that is measured, in the order of the table."""
