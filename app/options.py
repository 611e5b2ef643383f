"""What the command line hands to the window, and the words that settings and drawing share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from app.pipeline.types import Rect

Style = Literal["fill", "outline", "both"]
"""How the block region is painted."""
STYLES: tuple[Style, ...] = get_args(Style)

SnapshotKind = Literal["raw and overlay", "raw", "overlay", "side by side"]
"""What a snapshot keeps: the scan area as it came, with its overlay, or both, in two files or in one."""
SNAPSHOT_KINDS: tuple[SnapshotKind, ...] = get_args(SnapshotKind)

DEFAULT_MODEL = "default"
DEFAULT_ENGINE = "auto"


@dataclass(frozen=True)
class WindowOptions:
    """What was asked for on the command line; None leaves the choice to the settings."""

    scan_area: Rect | None = None
    model: str | None = None
    engine: str | None = None
    threshold: float | None = None
    temporal_filter: bool | None = None
    """Whether the overlay of moving pictures is steadied by the frames before."""
    notice: str = ""
    """A sentence that the window should show at its start, such as about damaged settings."""
