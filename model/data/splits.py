"""Training and development parts of a data set: at random as in the paper, or with what belongs together kept so.

What belongs together are near duplicates, or what the user says: a table of two columns, `stem` and `group` (patient,
scan). Kaggle's layout says it by itself.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.data.folder import Dataset
from model.errors import DataError

USERS_TABLE = "the user's table"
"""What a split or folds were grouped by, where the user said it."""
NEAR_DUPLICATE = 0.9
"""Two pictures are near duplicates when their 64 x 64 grey versions correlate above this."""


@dataclass(frozen=True)
class Split:
    """Names of the training and the development pictures, and how they were drawn."""

    train: tuple[str, ...]
    development: tuple[str, ...]
    method: str
    seed: int

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "seed": self.seed,
            "train": list(self.train),
            "development": list(self.development),
        }


def similarity(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Correlation of the 64 x 64 grey versions of every two pictures of uint8 (n, h, w): float32 (n, n), -1..1."""
    small = np.stack([cv2.resize(image, (64, 64), interpolation=cv2.INTER_AREA).ravel() for image in images])
    centred = small.astype(np.float32) - small.mean(axis=1, keepdims=True)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True) + 1e-9
    return np.asarray(centred @ centred.T, np.float32)


def near_duplicate_groups(images: NDArray[np.uint8], threshold: float = NEAR_DUPLICATE) -> NDArray[np.int64]:
    """Group number of each picture of uint8 (n, h, w): linked by a chain of correlations above `threshold`."""
    linked = similarity(images) > threshold
    group = np.full(len(images), -1, np.int64)
    for start in range(len(images)):
        if group[start] >= 0:
            continue
        stack, number = [start], start
        while stack:
            member = stack.pop()
            if group[member] < 0:
                group[member] = number
                stack.extend(np.flatnonzero(linked[member] & (group < 0)).tolist())
    return np.unique(group, return_inverse=True)[1]


def random_split(data: Dataset, development: int, seed: int) -> Split:
    """As in the paper: `development` pictures drawn at random. Near duplicates may stand on both sides."""
    _check_share(data, development)
    order = np.random.default_rng(seed).permutation(len(data))
    return _split(data, set(order[:development].tolist()), "random", seed)


def grouped_split(data: Dataset, development: int, seed: int, groups: Mapping[str, str] | None = None) -> Split:
    """`development` pictures in whole groups (see `group_numbers`), drawn in random order while they still fit."""
    _check_share(data, development)
    group, by = group_numbers(data, groups)
    chosen: set[int] = set()
    for number in np.random.default_rng(seed).permutation(int(group.max()) + 1):
        members = np.flatnonzero(group == number).tolist()
        if len(chosen) + len(members) <= development:
            chosen.update(members)
    if len(chosen) < development / 2:
        raise DataError(f"The pictures are too alike for a split by {by}: nearly all of them are one group.")
    return _split(data, chosen, f"grouped by {by}", seed)


def group_numbers(data: Dataset, groups: Mapping[str, str] | None = None) -> tuple[NDArray[np.int64], str]:
    """The group number of each picture, from 0, and what the groups are.

    By `groups` (name to group) if given, by what the data set's layout says if it does, by near duplicates otherwise.
    Raises DataError for a picture that `groups` lacks.
    """
    if groups is not None:
        missing = [name for name in data.names if name not in groups]
        if missing:
            raise DataError(f"The table of groups lacks {missing[0]} ({len(missing)} pictures are missing in it).")
        return np.unique([groups[name] for name in data.names], return_inverse=True)[1], USERS_TABLE
    if data.groups:
        return np.unique(data.groups, return_inverse=True)[1], "the data set's own groups"
    return near_duplicate_groups(data.images), "near duplicates"


def read_groups(path: Path) -> dict[str, str]:
    """Picture name to group from a CSV file with the columns `stem` and `group`. Raises DataError."""
    groups: dict[str, str] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            # Spreadsheets in half of Europe write semicolons.
            first = stream.readline()
            stream.seek(0)
            rows = csv.DictReader(stream, delimiter=";" if ";" in first else ",")
            if not {"stem", "group"} <= set(rows.fieldnames or ()):
                raise DataError(f"{path} needs a first line 'stem,group', and a line for each picture.")
            for row in rows:
                stem, group = (row["stem"] or "").strip(), (row["group"] or "").strip()
                if not stem or not group or groups.setdefault(stem, group) != group:
                    raise DataError(f"{path}, line {rows.line_num}: '{stem}' needs one group, and has none or two.")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is not a CSV file in UTF-8 ({error}).") from error
    return groups


def _check_share(data: Dataset, development: int) -> None:
    if not 0 < development < len(data):
        raise DataError(
            f"Cannot keep {development} of {len(data)} pictures for development: give --development a smaller number."
        )


def _split(data: Dataset, chosen: set[int], method: str, seed: int) -> Split:
    train = tuple(name for i, name in enumerate(data.names) if i not in chosen)
    return Split(train, tuple(data.names[i] for i in sorted(chosen)), method, seed)
