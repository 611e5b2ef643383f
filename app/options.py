"""What the command line hands to the window, and the words that settings and drawing share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from app.pipeline.types import Rect

Style = Literal["fill", "outline", "both"]
"""How the block region is painted."""
STYLES: tuple[Style, ...] = get_args(Style)

Layout = Literal["one", "two", "corner"]
"""One picture, the raw picture beside the one with the overlay, or the raw scan small in a corner."""
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
SnapshotKind = Literal["raw and overlay", "raw", "overlay", "side by side"]
"""What a snapshot keeps: the scan area as it came, with its overlay, or both, in two files or in one."""
SNAPSHOT_KINDS: tuple[SnapshotKind, ...] = get_args(SnapshotKind)

ThemeName = Literal["dark", "light", "system"]
"""Colours of the controls; `system` follows the desktop."""
THEMES: tuple[ThemeName, ...] = get_args(ThemeName)

LanguageName = Literal["system", "en", "zh_CN"]
"""Language of the window; `system` follows the desktop."""
LANGUAGES: tuple[LanguageName, ...] = get_args(LanguageName)

DEFAULT_MODEL = "default"
DEFAULT_ENGINE = "auto"

ENGINE_NAMES = {"openvino": "OpenVINO", "onnxruntime": "ONNX Runtime", "tensorflow": "TensorFlow", "auto": "Automatic"}


def engine_name(name: str) -> str:
    """An engine as people write it."""
    return ENGINE_NAMES.get(name, name)


@dataclass(frozen=True)
class WindowOptions:
    """What was asked for on the command line; None leaves the choice to the settings."""

    scan_area: Rect | None = None
    model: str | None = None
    engine: str | None = None
    threshold: float | None = None
    temporal_filter: bool | None = None
    """Whether the overlay of moving pictures is steadied by the frames before."""
    size: tuple[int, int] | None = None
    """Width and height of the window, where it is to be measured."""
    notice: str = ""
    """A sentence that the window should show at its start, such as about damaged settings."""
    language: LanguageName | None = None
    first_steps: bool = False
    """Whether to begin with what a newcomer should know."""
