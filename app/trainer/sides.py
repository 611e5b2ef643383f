"""What can be compared: a model, a folder of masks, the masks of an own recording, corrections by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.capture.folder import ImageFolder
from app.capture.matroska import read_index
from app.capture.pixels import decode_image
from app.capture.recorded import CLIP, MASKS
from app.capture.source import Frame, Recording, SourceError
from app.pipeline.ahead_cache import AheadCache, Entry, content_hash, mark_of
from app.pipeline.scan_area import ScanAreas
from app.pipeline.types import Rect
from app.pipeline.worker import FindBundle, OpenEngine
from app.trainer.corrections import Entries
from app.trainer.shapes import LABEL, Mask
from model.bundle import CARD, Bundle
from model.data import labelme
from model.data.pictures import brightest, decode_deep, pictures_in, read_bytes
from model.errors import DataError
from model.novelty import Novelty
from model.postprocess import to_mask
from model.preprocess import to_input

MASK_FOLDERS = ("masks", "masks_real")
"""What data sets call the folder with their masks."""
_MOST_LEVELS = 8
"""So many values may stand for several regions."""
_BETWEEN = 4
"""More pixels between dark and bright than this for each bright one make a photograph. The public ultrasound pictures
have 18 and more; their masks, packed as JPEG or with very soft edges, have three at most."""
_NUMBER = re.compile(r"(\d+)$")


class Side(Protocol):
    """Gives the mask of any frame of one recording. Used by one thread at a time."""

    name: str

    def mask(self, frame: Frame, area: Rect) -> Mask | None:
        """Bool (area.height, area.width), empty for 'no region found'; None where there is no answer for this frame.

        Raises ModelError and SourceError.
        """
        ...

    def close(self) -> None: ...


class ModelSide:
    """A model; what it said of a frame before, and was kept, is not asked again."""

    def __init__(
        self,
        bundle: Bundle,
        engine: str,
        open_engine: OpenEngine,
        threshold: float | None = None,
        cache: AheadCache | None = None,
    ) -> None:
        """Raises ModelError. `threshold` None is the model card's."""
        self.name = bundle.name
        self._engine = open_engine(engine, bundle)
        self._novelty = Novelty.of(bundle)
        self._threshold = bundle.threshold if threshold is None else threshold
        self._cache = cache

    def mask(self, frame: Frame, area: Rect) -> Mask | None:
        maps, novelty = self._ask(frame, area) if self._cache is None else self._recall(self._cache, frame, area)
        if novelty is not None and novelty > 1:
            return np.zeros((area.height, area.width), np.bool_)
        return to_mask(maps[0], (area.height, area.width), self._threshold)

    def _recall(self, cache: AheadCache, frame: Frame, area: Rect) -> tuple[NDArray[np.float32], float | None]:
        entry, mark = cache.get(frame.number), mark_of(frame.pixels)
        if entry is None or entry.mark != mark:
            entry = Entry.of(frame.number, mark, *self._ask(frame, area))
            cache.add(entry)
        return entry.maps(), entry.novelty

    def _ask(self, frame: Frame, area: Rect) -> tuple[NDArray[np.float32], float | None]:
        inputs = to_input(area.cut(frame.pixels), self._engine.size)
        score = None if self._novelty is None else self._novelty.score(inputs)
        return self._engine.predict(inputs), score

    def close(self) -> None:
        self._engine.close()


class MaskFolder:
    """Masks as files: pictures (black is background) or Labelme's, matched by the picture's name or frame number.

    They are as large as the frame or as the scan area.
    """

    def __init__(self, folder: Path, recording: Recording) -> None:
        """Raises DataError where there is no mask, or those of several recordings. `recording` is open."""
        self.name = folder.name or str(folder)
        inside = next((folder / name for name in MASK_FOLDERS if (folder / name).is_dir()), folder)
        self._by_stem = {path.stem: path for path in _mask_files(inside)}
        if not self._by_stem:
            raise DataError(f"{folder} holds no masks: give a folder with masks as pictures or Labelme files.")
        # Pictures in a folder have names of their own, and their numbers are only places in the list.
        self._pictures = recording if isinstance(recording, ImageFolder) else None
        self._by_name = self._pictures is not None and any(
            self._pictures.stem(number) in self._by_stem for number in range(self._pictures.frame_count)
        )
        self._by_number = {} if self._by_name else self._numbered(folder)

    def _numbered(self, folder: Path) -> dict[int, Path]:
        """The masks by the number that their names end with. Raises DataError where that may be of two recordings."""
        numbered = {stem: found for stem in self._by_stem if (found := _NUMBER.search(stem))}
        by_number = {int(found.group()): self._by_stem[stem] for stem, found in numbered.items()}
        names = {stem[: found.start()] for stem, found in numbered.items()} - {""}
        if len(names) > 1 or len(by_number) < len(numbered):
            raise DataError(
                f"{folder} holds masks of several recordings: give a folder with the masks of this recording alone."
            )
        return by_number

    def mask(self, frame: Frame, area: Rect) -> Mask | None:
        path = self._path_of(frame.number)
        if path is None:
            return None
        mask = labelme.read_masks(path, (LABEL,))[0] if path.suffix.lower() == ".json" else _read_mask(path)
        return fitted(mask, frame, area, path)

    def numbers(self, count: int) -> list[int]:
        """Of the first `count` frames those that have a mask, in order."""
        return [number for number in range(count) if self._path_of(number) is not None]

    def _path_of(self, number: int) -> Path | None:
        if self._pictures is not None and self._by_name:
            return self._by_stem.get(self._pictures.stem(number))
        return self._by_number.get(number)

    def close(self) -> None:
        pass


def _read_mask(path: Path) -> Mask:
    """A mask's picture: whatever is not black is region. Raises DataError, also for a photograph."""
    grey = brightest(decode_deep(read_bytes(path), path))
    low, high = 0.25 * grey.max(), 0.75 * grey.max()
    bright, between = (grey >= high).sum(), ((grey > low) & (grey < high)).sum()
    if between > _BETWEEN * bright and len(np.unique(grey)) > _MOST_LEVELS:
        raise DataError(f"{path} is a picture, not a mask: give a folder of masks, which are black beside the region.")
    return np.asarray(grey > 0)


def fitted(mask: Mask, frame: Frame, area: Rect, name: Path) -> Mask:
    """A mask of the whole frame or of the scan area, in the scan area. Raises DataError."""
    if mask.shape == (area.height, area.width):
        return mask
    if mask.shape == frame.pixels.shape[:2]:
        return np.asarray(mask[area.y : area.y + area.height, area.x : area.x + area.width])
    raise DataError(
        f"{name} is {mask.shape[1]} x {mask.shape[0]} pixels, which is neither the frame's size nor the scan area's:"
        " set the scan area that the masks were made in."
    )


def _mask_files(folder: Path) -> list[Path]:
    """Raises DataError."""
    try:
        if labelme.is_labelme(folder):
            listing = labelme.look(folder, (LABEL,))
            return [*(pair.mask for pair in listing.pairs), *(one for one in listing.lonely if one.suffix == ".json")]
        return pictures_in(folder)
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}.") from error


class RecordedMasks:
    """The masks that an own recording keeps beside its pictures, matched by their time stamps."""

    def __init__(self, masks: Path) -> None:
        """`masks` is the file of masks; the clip lies beside. Raises SourceError."""
        self.name = "recorded masks"
        clip = masks.with_name(CLIP)
        try:
            with clip.open("rb") as stream:
                times = [_stamp(stored.time_s) for stored in read_index(stream)]
            with masks.open("rb") as stream:
                found = {_stamp(stored.time_s): stored for stored in read_index(stream)}
            self._stream = masks.open("rb")
        except (OSError, ValueError) as error:
            raise SourceError(f"{masks} is not the masks of a recording: choose a recording's folder.") from error
        self._path = masks
        self._stored = [found.get(time) for time in times]

    def mask(self, frame: Frame, area: Rect) -> Mask | None:
        stored = self._stored[frame.number] if frame.number < len(self._stored) else None
        if stored is None:
            return None
        try:
            self._stream.seek(stored.offset)
            pixels = decode_image(np.frombuffer(self._stream.read(stored.length), np.uint8))
        except (OSError, ValueError) as error:
            raise SourceError(f"{self._path} is damaged at frame {frame.number}: compare something else.") from error
        grey = pixels if pixels.ndim == 2 else brightest(pixels)
        return fitted(grey > 0, frame, area, self._path)

    def close(self) -> None:
        self._stream.close()


def _stamp(seconds: float) -> int:
    """Microseconds, which is finer than the file's own steps."""
    return round(seconds * 1e6)


class CorrectedMasks:
    """The user's own corrections; interpolated ones do not count."""

    name = "own corrections"

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def numbers(self, count: int) -> list[int]:
        """Of the first `count` frames those that were corrected by hand, in order."""
        return [number for number in sorted(self._entries) if self._entries[number].by_hand and number < count]

    def mask(self, frame: Frame, area: Rect) -> Mask | None:
        entry = self._entries.get(frame.number)
        if entry is None or not entry.by_hand or (entry.mark is not None and entry.mark != mark_of(frame.pixels)):
            return None
        return fitted(entry.mask(), frame, area, Path("The correction"))

    def close(self) -> None:
        pass


OpenSide = Callable[[Recording], Side]
"""Makes a side for an open recording. Raises ModelError and SourceError; may take long."""


def open_side(
    word: str,
    engine: str,
    areas: ScanAreas,
    open_engine: OpenEngine,
    find_bundle: FindBundle,
    threshold: float | None = None,
    cache_folder: Path | None = None,
) -> OpenSide:
    """What a word names: a folder of masks, a recording's folder or `masks.mkv`, else a model."""
    path = Path(word)

    def masks(recording: Recording) -> Side:
        if path.is_file():
            return RecordedMasks(path)
        return RecordedMasks(path / MASKS) if (path / MASKS).is_file() else MaskFolder(path, recording)

    def model(recording: Recording) -> Side:
        bundle = find_bundle(word)
        cache = None
        place = getattr(recording, "path", None)
        if cache_folder is not None and place is not None and (content := content_hash(place, lambda: False)):
            # The key is that of the look ahead: what either knows, the other need not ask.
            cache = AheadCache(cache_folder, content, bundle.hash, str(areas))
        return ModelSide(bundle, engine, open_engine, threshold, cache)

    is_masks = path.is_file() or (path.is_dir() and not (path / CARD).is_file())
    return masks if is_masks else model


def difference(a: Mask, b: Mask) -> tuple[Mask, Mask, Mask]:
    """A only, B only, both."""
    return a & ~b, b & ~a, a & b
