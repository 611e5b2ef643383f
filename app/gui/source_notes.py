"""What is remembered of each source: its scan area, which side is lateral, whether it is mirrored, and its scales."""

from __future__ import annotations

from typing import Literal

from app.pipeline.scale import COARSEST_MM, FINEST_MM, Scale
from app.pipeline.types import Rect
from app.settings import Settings

WHOLE = "whole"
"""Kept where the user wants the whole frame, so that no scan area is looked for."""

Size = tuple[int, int]
"""Width and height of a frame, pixels."""
Side = Literal["left", "right"]


class SourceNotes:
    """Reads and writes the settings that go by source word, or by source word and the frame's size."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

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

    def keep_area(self, word: str, size: Size, area: Rect | None) -> None:
        """Keeps a scan area, or with None the whole frame, for frames of that size."""
        self.forget_area(word, size)
        self._settings.scan_areas[_key(word, size)] = WHOLE if area is None else str(area)

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
            self._settings.lateral[word] = side

    def mirrored(self, word: str) -> bool:
        return word in self._settings.mirrored

    def keep_mirrored(self, word: str, mirrored: bool) -> None:
        others = [other for other in self._settings.mirrored if other != word]
        self._settings.mirrored = [*others, word] if mirrored else others

    # Scale

    def scales(self, word: str, size: Size) -> dict[str, Scale]:
        """The scales of frames of that size by their names, in the order in which they were set."""
        named = self._settings.scales.get(_key(word, size), {})
        return {name: Scale(mm, mm, size, name) for name, mm in named.items() if FINEST_MM <= mm <= COARSEST_MM}

    def keep_scale(self, word: str, size: Size, name: str, mm: float) -> None:
        """Keeps the size of a pixel for a depth setting, and takes it into use."""
        self._settings.scales.setdefault(_key(word, size), {})[name] = mm
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
        self._settings.scale[_key(word, size)] = name


def _key(word: str, size: Size) -> str:
    return f"{word}@{size[0]}x{size[1]}"
