"""What the program remembers from one start to the next: a small JSON file that a person can read and mend."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import OutputError
from app.options import DEFAULT_ENGINE, DEFAULT_MODEL, SNAPSHOT_KINDS, STYLES, SnapshotKind, Style
from app.paths import settings_file
from model.files import write_text


@dataclass
class Settings:
    """The settings with their defaults."""

    source: str = ""
    """The source word that was shown last; empty at the first start."""
    recent: list[str] = field(default_factory=list)
    """The source words that were opened last, the newest first."""
    scan_areas: dict[str, str] = field(default_factory=dict)
    """Scan area 'X,Y,W,H' by source word; a source that is not here is shown whole."""
    model: str = DEFAULT_MODEL
    engine: str = DEFAULT_ENGINE
    overlay: bool = True
    opacity: float = 0.35
    """Of the overlay's fill, 0..1."""
    style: Style = "both"
    threshold: float | None = None
    """Probability from which a pixel belongs to the block region, 0..1; None leaves it to the model card."""
    temporal_filter: bool = True
    """Steady the overlay of moving pictures by the frames before."""
    snapshot: SnapshotKind = "raw and overlay"
    """What a snapshot keeps."""
    ring_seconds: float = 30.0
    """How much of the last seconds is held in memory, to be saved when asked; 0 holds nothing. 300 at most."""
    ring_mb: float = 300.0
    """Most memory for that, in MB."""
    demo_folder: str = ""
    """Folder of the user's own images for the source `demo`; empty shows the phantom."""
    geometry: str = ""
    """The window's place and size, as Qt writes it, in base64."""


def load_settings(path: Path | None = None) -> tuple[Settings, str]:
    """The settings in `path` (default: this user's), and a sentence for the user where they could not be read.

    A damaged file is set aside under another name, so that nothing in it is lost.
    """
    path = path or settings_file()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return _from_json(content), ""
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"The settings {path} cannot be read ({error.strerror}): the defaults are used."
    except ValueError as error:  # Neither UTF-8, nor JSON, nor settings.
        return Settings(), _set_aside(path, str(error))


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Writes what differs from the defaults. Raises OutputError."""
    path = path or settings_file()
    default = dataclasses.asdict(Settings())
    content = {key: value for key, value in dataclasses.asdict(settings).items() if value != default[key]}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise OutputError.of(f"The settings file {path}", error) from error


def _set_aside(path: Path, problem: str) -> str:
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    try:
        path.replace(aside)
    except OSError as error:
        return f"The settings {path} are damaged ({problem}) and cannot be set aside ({error.strerror})."
    return f"The settings were damaged ({problem}): the defaults are used, and the file was kept as {aside}."


def _from_json(content: Any) -> Settings:
    """Settings from a JSON object; keys of other versions are passed over. Raises ValueError."""
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")
    for key, check in _CHECKS.items():
        if key in content and not check(content[key]):
            raise ValueError(f"'{key}' cannot be {json.dumps(content[key])}")
    return Settings(**{key: value for key, value in content.items() if key in _CHECKS})


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_up_to(most: float) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "source": _is_text,
    "recent": lambda value: isinstance(value, list) and all(map(_is_text, value)),
    "scan_areas": lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
    "model": _is_text,
    "engine": _is_text,
    "overlay": lambda value: isinstance(value, bool),
    "opacity": _is_share,
    "style": lambda value: value in STYLES,
    "threshold": lambda value: value is None or (_is_share(value) and 0 < value < 1),
    "temporal_filter": lambda value: isinstance(value, bool),
    "snapshot": lambda value: value in SNAPSHOT_KINDS,
    "ring_seconds": _is_up_to(300),
    "ring_mb": _is_up_to(100_000),
    "demo_folder": _is_text,
    "geometry": _is_text,
}
