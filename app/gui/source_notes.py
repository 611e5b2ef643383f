"""What is remembered of each source: its scan area, which side is lateral, whether it is mirrored, and its scales."""

from __future__ import annotations

import re
from typing import Any, Literal, TypeVar

from app.pipeline.scale import COARSEST_MM, FINEST_MM, Scale
from app.pipeline.scan_area import AreasBySize
from app.pipeline.types import Rect, Size
from app.settings import Settings

WHOLE = "whole"
"""Kept where the user wants the whole frame, so that no scan area is looked for."""

MOST = 200
"""So many sources' notes are kept; those made first go first."""

Side = Literal["left", "right"]
T = TypeVar("T")


class SourceNotes:
    """Reads and writes the settings that go by source word, or by source word and the frame's size."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    # Files

    def knows_files(self) -> bool:
        """Whether the path of any file or folder is kept, in presets too."""
        kept = self._settings
        words = [kept.source, *kept.recent, *kept.mirrored, *(_word(key) for notes in self._tables() for key in notes)]
        words += [preset.get("source", "") for preset in kept.presets.values()]
        return bool(kept.demo_folder) or any(map(is_file_word, words))

    def forget_files(self) -> None:
        """Forgets every file and folder that was a source, since a name may be a patient's. Devices stay.

        A preset of one goes as a whole: without its source, it is nothing that anyone would look for.
        """
        kept = self._settings
        kept.presets = {name: one for name, one in kept.presets.items() if not is_file_word(one.get("source", ""))}
        kept.demo_folder = ""
        kept.source = "" if is_file_word(kept.source) else kept.source
        kept.recent = [word for word in kept.recent if not is_file_word(word)]
        kept.mirrored = [word for word in kept.mirrored if not is_file_word(word)]
        for notes in self._tables():
            for key in [key for key in notes if is_file_word(_word(key))]:
                del notes[key]

    def _tables(self) -> list[dict[str, Any]]:
        kept = self._settings
        return [kept.scan_areas, kept.lateral, kept.scales, kept.scale]

    # The scan area

    def area(self, word: str, size: Size | None = None) -> Rect | Literal["whole"] | None:
        """The scan area that is kept: a rectangle, `WHOLE`, or None where it is to be found.

        Without `size`, as before the first frame, and where nothing is kept for it, what an older version has kept.
        """
        areas = self._settings.scan_areas
        text = areas.get(_key(word, size), areas.get(word)) if size is not None else areas.get(word)
        if text == WHOLE:
            return "whole"
        if text is None:
            return None
        try:
            return Rect.parse(text)
        except ValueError:
            return None  # Written by hand, and wrongly.

    def areas(self, word: str) -> AreasBySize:
        """The scan areas that are kept and lie in frames of their size."""
        sizes = [_size(key) for key in self._settings.scan_areas if key != word and _word(key) == word]
        kept = [(size, self.area(word, size)) for size in sizes]
        return tuple(
            (size, area if isinstance(area, Rect) else None)
            for size, area in kept
            if area == WHOLE or (isinstance(area, Rect) and area.x < size[0] and area.y < size[1])
        )

    def keep_area(self, word: str, size: Size, area: Rect | None) -> None:
        """Keeps a scan area, or with None the whole frame, for frames of that size."""
        self.forget_area(word, size)
        _keep(self._settings.scan_areas, _key(word, size), WHOLE if area is None else str(area))

    def forget_area(self, word: str, size: Size) -> None:
        """From now on it is to be found."""
        self._settings.scan_areas.pop(word, None)
        self._settings.scan_areas.pop(_key(word, size), None)

    # Orientation

    def lateral(self, word: str) -> Side | None:
        """Which side of the captured picture is lateral; None: not known."""
        side = self._settings.lateral.get(word)
        return "left" if side == "left" else "right" if side == "right" else None

    def keep_lateral(self, word: str, side: Side | None) -> None:
        if side is None:
            self._settings.lateral.pop(word, None)
        else:
            _keep(self._settings.lateral, word, side)

    def mirrored(self, word: str) -> bool:
        return word in self._settings.mirrored

    def keep_mirrored(self, word: str, mirrored: bool) -> None:
        others = [other for other in self._settings.mirrored if other != word]
        self._settings.mirrored = [*others, word][-MOST:] if mirrored else others

    # Scale

    def scales(self, word: str, size: Size) -> dict[str, Scale]:
        """The scales of frames of that size by their names, in the order in which they were set."""
        named = self._settings.scales.get(_key(word, size), {})
        return {name: Scale(mm, mm, size, name) for name, mm in named.items() if FINEST_MM <= mm <= COARSEST_MM}

    def keep_scale(self, word: str, size: Size, name: str, mm: float) -> None:
        """Keeps the size of a pixel for a depth setting, and takes it into use."""
        key = _key(word, size)
        _keep(self._settings.scales, key, {**self._settings.scales.get(key, {}), name: mm})
        self.choose_scale(word, size, name)

    def forget_scale(self, word: str, size: Size, name: str) -> None:
        key = _key(word, size)
        named = self._settings.scales.get(key, {})
        named.pop(name, None)
        if not named:
            self._settings.scales.pop(key, None)
        if self._settings.scale.get(key) == name:
            self._settings.scale.pop(key)

    def chosen_scale(self, word: str, size: Size) -> str | None:
        """Name of the scale in use; '' where none is wanted, None where nothing was chosen yet."""
        return self._settings.scale.get(_key(word, size))

    def choose_scale(self, word: str, size: Size, name: str) -> None:
        _keep(self._settings.scale, _key(word, size), name)


def is_file_word(word: str) -> bool:
    """Whether a source word is the path of a file or folder."""
    return bool(word) and word not in ("demo", "phantom") and word.partition(":")[0] not in ("camera", "screen", "igtl")


def _key(word: str, size: Size) -> str:
    return f"{word}@{size[0]}x{size[1]}"


def _word(key: str) -> str:
    """The source word of a key, which may be without a size."""
    return re.sub(r"@\d+x\d+$", "", key)


def _size(key: str) -> Size:
    width, height = key.rpartition("@")[2].split("x")
    return int(width), int(height)


def _keep(notes: dict[str, T], key: str, note: T) -> None:
    notes.pop(key, None)
    notes[key] = note
    for oldest in list(notes)[:-MOST]:
        del notes[oldest]
