"""The structures that a network knows: the block region alone, or several, each with a name and a colour."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.errors import DataError

Colour = tuple[int, int, int]
"""Red, green and blue, 0..255."""


@dataclass(frozen=True)
class Structure:
    """What one channel of a network's output stands for."""

    name: str
    colour: Colour

    @property
    def title(self) -> str:
        """The name as it begins a line."""
        return self.name[:1].upper() + self.name[1:]

    @property
    def hex(self) -> str:
        """The colour as #rrggbb."""
        return "#{:02x}{:02x}{:02x}".format(*self.colour)


# Okabe and Ito's palette (jfly.uni-koeln.de/color), which colour-blind people tell apart.
YELLOW, VERMILLION, SKY_BLUE = (240, 228, 66), (213, 94, 0), (86, 180, 233)
GREEN, PINK, ORANGE = (0, 158, 115), (204, 121, 167), (230, 159, 0)
_USUAL = {"artery": VERMILLION, "vein": SKY_BLUE, "nerve": GREEN, "fascia": PINK, "bone": (220, 220, 220)}
"""Colours that these have in atlases, as far as the palette goes."""
_OTHERS = (YELLOW, PINK, GREEN, ORANGE, SKY_BLUE, VERMILLION)

BLOCK_REGION = Structure("block region", YELLOW)
"""Yellow: people who confuse red and green still see it against grey tissue, where bluish green turns grey itself; it
is neither the red of arteries nor the blue of veins, and bright on dark tissue."""

_COLOUR = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")


def parse_colour(text: str) -> Colour:
    """From #rrggbb. Raises DataError."""
    found = _COLOUR.fullmatch(text.strip())
    if found is None:
        raise DataError(f"'{text}' is no colour: give #rrggbb, such as #f0e442.")
    red, green, blue = (int(part, 16) for part in found.groups())
    return red, green, blue


def parse_structures(text: str) -> tuple[Structure, ...]:
    """From 'NAME,NAME=#rrggbb,...'. The first is what the program looks for. Raises DataError."""
    parts = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    names = [name.strip() for name, _, _ in parts]
    if not names or not all(names) or len(set(names)) < len(names):
        raise DataError(f"'{text}': give one or several names, each once, with commas between.")
    return with_colours(names, {name.strip(): parse_colour(colour) for name, mark, colour in parts if mark})


def with_colours(names: Sequence[str], given: dict[str, Colour] | None = None) -> tuple[Structure, ...]:
    """The structures of these names: in the colours `given`, else the usual ones, else ones that are still free."""
    colours = {BLOCK_REGION.name: BLOCK_REGION.colour, **_USUAL, **(given or {})}
    taken = [colours[name] for name in names if name in colours]
    free = [colour for colour in _OTHERS if colour not in taken] or list(_OTHERS)
    unknown = [name for name in names if name not in colours]
    chosen = {**colours, **{name: free[place % len(free)] for place, name in enumerate(unknown)}}
    return tuple(Structure(name, chosen[name]) for name in names)


def colours_of(structures: Iterable[Structure]) -> dict[str, str]:
    """Name to #rrggbb, in order."""
    return {structure.name: structure.hex for structure in structures}


def from_colours(content: dict[str, str] | None) -> tuple[Structure, ...]:
    """What `colours_of` gave; the block region alone for None. Raises DataError."""
    if content is None:
        return (BLOCK_REGION,)
    return tuple(Structure(name, parse_colour(colour)) for name, colour in content.items())


def names_of(structures: Iterable[Structure]) -> tuple[str, ...]:
    return tuple(structure.name for structure in structures)
