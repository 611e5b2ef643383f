"""Cases for testing oneself: where the expert's masks of a recording are, and in which order its frames are asked."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from app.capture.folder import ImageFolder
from app.capture.source import Frame, KnowsRegion, Recording, Source
from app.pipeline.types import Rect
from app.trainer.corrections import Entries
from app.trainer.shapes import Mask
from app.trainer.sides import MASK_FOLDERS, CorrectedMasks, MaskFolder, OpenSide, Side
from model.data import labelme
from model.errors import ModelError


class MadeMasks:
    """The regions that made-up pictures were made with."""

    name = "phantom"

    def __init__(self, recording: KnowsRegion) -> None:
        self._recording = recording

    def mask(self, frame: Frame, area: Rect) -> Mask | None:
        whole = self._recording.expert_mask(frame.number)
        return np.asarray(whole[area.y : area.y + area.height, area.x : area.x + area.width])

    def close(self) -> None:
        pass


class Expert:
    """Who says where the region is in a recording: makes a side of it, once.

    A mask that cannot be read, or does not fit its frame, costs that frame and no other.
    """

    def __init__(self, open_side: OpenSide) -> None:
        self._open = open_side
        self.numbers: Sequence[int] | None = None
        """Of the frames that there is an answer for; None until the side was made."""
        self.problems: dict[int, str] = {}
        """What is wrong with the mask of a frame: a sentence, by the frame's number."""

    def __call__(self, recording: Recording) -> Side:
        """The side. Raises ModelError and SourceError."""
        side = self._open(recording)
        count = recording.frame_count
        self.numbers = side.numbers(count) if isinstance(side, MaskFolder | CorrectedMasks) else range(count)
        return _Forgiving(side, self.problems)


class _Forgiving:
    """Another side; what is wrong with a mask is noted, and then there is no answer."""

    def __init__(self, side: Side, problems: dict[int, str]) -> None:
        self.name = side.name
        self._side, self._problems = side, problems

    def mask(self, frame: Frame, area: Rect) -> Mask | None:
        try:
            return self._side.mask(frame, area)
        except ModelError as error:
            self._problems[frame.number] = str(error)
            return None

    def close(self) -> None:
        self._side.close()


def expert_of(source: Source, entries: Entries, folder: Path | None = None) -> Expert | None:
    """Whose word counts in this recording; None: nobody's is known.

    The `folder` of masks that was chosen, one beside the pictures, what phantoms were made with, or else what was
    corrected by hand (`entries`): so a teacher makes a test of a clip.
    """
    if isinstance(source, KnowsRegion):
        return Expert(_made_masks)
    folder = folder or (masks_beside(source.path) if isinstance(source, ImageFolder) else None)
    if folder is not None:
        return Expert(lambda recording: MaskFolder(folder, recording))
    if any(entry.by_hand for entry in entries.values()):
        return Expert(lambda _: CorrectedMasks(entries))
    return None


def _made_masks(recording: Recording) -> MadeMasks:
    assert isinstance(recording, KnowsRegion)
    return MadeMasks(recording)


def masks_beside(pictures: Path) -> Path | None:
    """Where the masks of a folder of pictures are.

    In a folder in it, or, in a data set, beside its `images`; or among the pictures, as Labelme writes them.
    """
    places = [pictures, pictures.parent] if pictures.name == "images" else [pictures]
    found = next((place / name for place in places for name in MASK_FOLDERS if (place / name).is_dir()), None)
    try:
        return pictures if found is None and labelme.is_labelme(pictures) else found
    except OSError:  # What cannot be read is nobody's word.
        return None


class Deck:
    """The frames that are asked about: each once, in any order; then again, those that went worst first."""

    def __init__(self, numbers: Iterable[int], rng: random.Random) -> None:
        self._numbers = list(numbers)
        self._left = rng.sample(self._numbers, len(self._numbers))
        self._scores: dict[int, float] = {}
        self.again = False
        """Whether the last `next` began a new round."""

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def done(self) -> int:
        """How many were answered."""
        return len(self._scores)

    def answer(self, number: int, iou: float) -> None:
        """This one went so."""
        self._scores[number] = iou
        self._left = [one for one in self._left if one != number]

    def drop(self, number: int) -> None:
        """No expert says anything about this one."""
        self._numbers = [one for one in self._numbers if one != number]
        self._left = [one for one in self._left if one != number]

    def next(self, shown: int) -> int | None:
        """The next one, another than the one that is `shown`; None without any other."""
        again = sorted(self._numbers, key=lambda number: self._scores.get(number, 0.0))
        for round_, numbers in enumerate((self._left, again)):
            others = [number for number in numbers if number != shown]
            if others:
                self.again = round_ > 0
                # What is left out then comes at the end.
                self._left = [*(number for number in numbers if number != others[0]), others[0]]
                return others[0]
        return None
