"""How unlike the training pictures a picture is: a score from the picture alone, whatever the network.

A picture is described by some hundred numbers of its texture and layout (`describe`). The score is the distance of
Mahalanobis (1936) of its description from the training pictures', the correlations shrunk a little towards none (Ledoit
and Wolf 2004, doi 10.1016/S0047-259X(03)00096-4, with a fixed share), divided by the limit above which a picture counts
as unlike them. `model.fit_novelty` makes it; a bundle holds it as `novelty.npz` beside the network.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.bundle import NOVELTY_FILE, Bundle
from model.errors import BundleError
from model.files import write_beside
from model.preprocess import SIZE

VERSION = 1
"""Of the description: a score made for another one cannot be used."""
SHRINKAGE = 0.01
"""Share of the identity in the correlation matrix: without it, directions in which training pictures hardly differ
would decide everything."""
OCTAVES = 5
BANDS = 4
"""Strips of equal depth: ultrasound differs from top to bottom."""
SHIFTS = (1, 2)
QUANTILES = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
FAINT, DARK = 1e-3, 0.02
"""What is added to contrasts and to grey (0..1) before logarithms, so that nothing is infinite."""

ANEW = "make it anew with 'python -m model novelty --fit --write'"

Field = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Novelty:
    """The score of one set of training pictures. Above 1, a picture is unlike them."""

    mean: NDArray[np.float64]
    """(n,): the training pictures' mean description."""
    whitening: NDArray[np.float64]
    """(n, n): turns what a description differs by into numbers whose root sum of squares is the score."""

    @staticmethod
    def of(bundle: Bundle) -> Novelty | None:
        """The score that the bundle holds; None for a bundle without one. Raises BundleError."""
        entry, path = bundle.card.get("novelty"), bundle.folder / NOVELTY_FILE
        if entry is None:
            return None
        try:
            version = entry["version"]
            with np.load(path, allow_pickle=False) as arrays:
                mean, whitening = (np.asarray(arrays[name], np.float64) for name in ("mean", "whitening"))
        except (OSError, KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise BundleError(f"{path} cannot be read ({error}): {ANEW}.") from error
        length = len(describe(np.zeros((SIZE, SIZE), np.float32)))
        if version != VERSION or mean.shape != (length,) or whitening.shape != (length, length):
            raise BundleError(f"{path} is of another version: {ANEW}.")
        return Novelty(mean, whitening)

    def score(self, inputs: Field) -> float:
        """Of one network input, float32 (1, size, size, 1), pixel / 255."""
        return float(self.scores(describe(inputs[0, ..., 0])[None])[0])

    def scores(self, descriptions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of descriptions (m, n): float64 (m,)."""
        return np.asarray(np.linalg.norm((descriptions - self.mean) @ self.whitening.T, axis=1), np.float64)

    def with_limit(self, limit: float) -> Novelty:
        """The same, with what scored `limit` so far scoring 1."""
        return Novelty(self.mean, self.whitening / limit)

    def write(self, path: Path) -> None:
        """Writes `path`, a .npz file. Raises OSError."""

        def write(beside: Path) -> None:
            with beside.open("wb") as stream:
                np.savez_compressed(stream, mean=self.mean, whitening=self.whitening.astype(np.float32))

        write_beside(path, write)


def fit(descriptions: NDArray[np.float64]) -> Novelty:
    """The score of training pictures with these descriptions (m, n), its limit not set yet."""
    mean = descriptions.mean(axis=0)
    # Where all are alike (a small set, an empty band), the smallest difference must not count as an endless one.
    scale = np.maximum(descriptions.std(axis=0), 1e-3)
    standard = (descriptions - mean) / scale
    correlation = standard.T @ standard / len(standard)
    shrunk = (1 - SHRINKAGE) * correlation + SHRINKAGE * np.eye(len(mean))
    return Novelty(mean, np.linalg.inv(np.linalg.cholesky(shrunk)) / scale)


def describe(picture: Field) -> NDArray[np.float64]:
    """Texture and layout of a square picture, float32 (n, n), 0..1: float64 (123,).

    In five octaves, and there in four strips of depth: how strongly it changes across and down, how much fine detail it
    has, and whether that comes in few strong or many weak marks; how alike the detail is one and two pixels on. Then
    how bright it is in 4 x 4 fields, left and right taken together, since legs are, and the quantiles of its grey.
    """
    level = picture if picture.shape == (SIZE, SIZE) else _resize(picture, SIZE, SIZE)
    found = [_layout(level), np.log(_quantiles(level[::2, ::2]) + DARK)]
    for octave in range(OCTAVES):
        if octave:
            level = _resize(level, len(level) // 2, len(level) // 2)
        found += _texture(level)
    return np.concatenate(found).astype(np.float64)


def _texture(level: Field) -> list[Any]:
    detail = level - cv2.GaussianBlur(level, (5, 5), 1.0)
    changes = level[:, 1:] - level[:, :-1], level[1:] - level[:-1], detail
    squares = [_products(part, part) for part in changes]
    contrasts = [np.log(np.sqrt(_in_bands(square)) + FAINT) for square in squares]
    size = np.abs(detail).mean(axis=1)
    peaked = np.log((_in_bands(size) + FAINT) / np.exp(contrasts[2]))
    power = float(squares[2].mean()) + FAINT**2
    across = [float(_products(detail[:, shift:], detail[:, :-shift]).mean()) / power for shift in SHIFTS]
    down = [float(_products(detail[shift:], detail[:-shift]).mean()) / power for shift in SHIFTS]
    return [*contrasts, peaked, across, down]


def _products(one: Field, other: Field) -> Field:
    """The mean product of each row, without room for all products."""
    return np.asarray(np.einsum("ij,ij->i", one, other) / one.shape[1], np.float32)


def _in_bands(rows: Field) -> Any:
    """The mean of each band, from those of rows."""
    return _resize(rows[:, None], 1, BANDS)[:, 0]


def _quantiles(values: Field) -> Any:
    """As numpy's `quantile`, which looks for each place anew and takes ten times as long as sorting does today."""
    ordered = np.sort(values, axis=None)
    at = np.array(QUANTILES) * (ordered.size - 1)
    below = at.astype(np.intp)
    return ordered[below] + (ordered[below + 1] - ordered[below]) * (at - below)


def _layout(level: Field) -> Any:
    """Logarithm of the grey of 4 x 4 fields: for each pair mirrored left to right, the mean and the difference."""
    fields = np.log(_resize(level, 4, 4) + DARK)
    left, right = fields[:, :2], fields[:, :1:-1]
    return np.concatenate([((left + right) / 2).ravel(), np.abs(left - right).ravel()])


def _resize(values: Field, width: int, height: int) -> Field:
    """Averages of areas."""
    return np.asarray(cv2.resize(values, (width, height), interpolation=cv2.INTER_AREA), np.float32)
