"""What the program remembers from one start to the next: a small JSON file that a person can read and mend."""

from __future__ import annotations

import dataclasses
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import OutputError
from app.options import (
    DEFAULT_ENGINE,
    DEFAULT_MODEL,
    LANGUAGES,
    LAYOUTS,
    SNAPSHOT_KINDS,
    STYLES,
    THEMES,
    LanguageName,
    Layout,
    SnapshotKind,
    Style,
    ThemeName,
)
from app.paths import settings_file
from model.files import read_json, write_text


@dataclass
class Settings:
    """The settings with their defaults."""

    source: str = ""
    """The source word that was shown last; empty at the first start."""
    recent: list[str] = field(default_factory=list)
    """The source words that were opened last, the newest first."""
    scan_areas: dict[str, str] = field(default_factory=dict)
    """Scan area 'X,Y,W,H', or 'whole', by source word and picture size, 'WORD@WxH'; of older versions by word alone."""
    camera_modes: dict[str, str] = field(default_factory=dict)
    """What a camera is asked for, as '1280x720@30 MJPG', by source word."""
    lateral: dict[str, str] = field(default_factory=dict)
    """Which side of the captured picture is lateral, 'left' or 'right', by source word."""
    mirrored: list[str] = field(default_factory=list)
    """The source words whose pictures are shown mirrored."""
    scales: dict[str, dict[str, float]] = field(default_factory=dict)
    """Size of a pixel, mm, by 'WORD@WxH' and the name of the machine's depth setting."""
    scale: dict[str, str] = field(default_factory=dict)
    """Name of the scale in use by 'WORD@WxH'; empty: none."""
    model: str = DEFAULT_MODEL
    engine: str = DEFAULT_ENGINE
    overlay: bool = True
    opacity: float = 0.35
    """Of the overlay's fill, 0..1."""
    style: Style = "both"
    spotlight: bool = False
    """Dim the picture round the block region."""
    layout: Layout = "one"
    """Where the raw picture stands besides."""
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
    keys: dict[str, list[str]] = field(default_factory=dict)
    """Keys by action, two at most, of the actions whose keys are not those of the table."""
    theme: ThemeName = "dark"
    """Colours of the controls."""
    language: LanguageName = "system"
    """Language of the window, from its next start on."""
    folds: dict[str, bool] = field(default_factory=dict)
    """Whether a group of controls is open, by its name, where that differs from the default."""
    demo_folder: str = ""
    """Folder of the user's own images for the source `demo`; empty shows the phantom."""
    presets: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Sets of these settings by name, each without what is as by default; `app.presets` makes and uses them."""
    introduced: bool = False
    """Whether the first steps were shown, or skipped."""
    geometry: str = ""
    """The window's place and size, as Qt writes it, in base64."""

    @property
    def demo_path(self) -> Path | None:
        """The folder of `demo`'s images; None: the phantom is shown."""
        return Path(self.demo_folder) if self.demo_folder else None


def load_settings(path: Path | None = None) -> tuple[Settings, str]:
    """The settings in `path` (default: this user's), and a sentence for the user where they could not be read.

    A damaged file is set aside under another name, so that nothing in it is lost.
    """
    path = path or settings_file()
    try:
        content = read_json(path)
        return _from_json(content), ""
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"The settings {path} cannot be read ({error.strerror}): the defaults are used."
    except ValueError as error:  # Neither UTF-8, nor JSON, nor settings.
        return Settings(), _set_aside(path, str(error))


def save_settings(settings: Settings, path: Path | None = None, before: Settings | None = None) -> None:
    """Writes what differs from the defaults. Raises OutputError, also where a file is there that cannot be read.

    With `before`, the settings as they were read or written here last, only what was changed since then is new in the
    file: what another window, another version or a person has written there meanwhile stays.
    """
    path = path or settings_file()
    try:
        content = differences(settings) if before is None else _merged(path, before, settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise OutputError.of(f"The settings file {path}", error) from error


def differences(settings: Settings) -> dict[str, Any]:
    """What differs from the defaults, by name."""
    default = dataclasses.asdict(Settings())
    return {key: value for key, value in dataclasses.asdict(settings).items() if value != default[key]}


def check_settings(content: dict[str, Any]) -> None:
    """Raises ValueError where a value is not what its setting can be; keys of other versions are passed over."""
    for key, check in _CHECKS.items():
        if key in content and not check(content[key]):
            raise ValueError(f"'{key}' cannot be {json.dumps(content[key], ensure_ascii=False)}")


def _merged(path: Path, before: Settings, settings: Settings) -> dict[str, Any]:
    """What is in the file, with what was changed since `before`; tables and lists entry by entry. Raises OSError."""
    try:
        merged = read_json(path)
        _from_json(merged)
    except FileNotFoundError:
        return differences(settings)
    except ValueError as error:
        _set_aside(path, str(error))
        return differences(settings)
    default, old = dataclasses.asdict(Settings()), dataclasses.asdict(before)
    for key, value in dataclasses.asdict(settings).items():
        if value != old[key]:
            there = merged.pop(key, default[key])
            new = _merged_entries(there, old[key], value)
            if new != default[key]:
                merged[key] = new
    return dict(merged)


def _merged_entries(there: Any, old: Any, now: Any) -> Any:
    if isinstance(now, dict):
        new = {name: entry for name, entry in now.items() if entry != old.get(name)}
        gone = new.keys() | (old.keys() - now.keys())
        return {name: entry for name, entry in there.items() if name not in gone} | new
    if isinstance(now, list):
        kept = [entry for entry in now if entry in there or entry not in old]
        return kept + [entry for entry in there if entry not in old and entry not in now]
    return now


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
    check_settings(content)
    return Settings(**{key: value for key, value in content.items() if key in _CHECKS})


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_scales(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(named, dict) and all(_is_size(size) for size in named.values()) for named in value.values()
    )


def _is_size(value: Any) -> bool:
    return _is_number(value) and 0 < value < math.inf


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_texts(value: Any) -> bool:
    """Text by text, such as what is kept for each source."""
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _are_presets(value: Any) -> bool:
    """By name, each of values that settings can have. Raises ValueError, which names the value, where one cannot."""
    if not isinstance(value, dict) or not all(isinstance(preset, dict) for preset in value.values()):
        return False
    for preset in value.values():
        check_settings({key: preset[key] for key in preset if key != "presets"})
    return True


def _is_up_to(most: float) -> Callable[[Any], bool]:
    return lambda value: _is_number(value) and 0 <= value <= most


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "source": _is_text,
    "recent": _are_texts,
    "scan_areas": _is_texts,
    "camera_modes": _is_texts,
    "lateral": lambda value: _is_texts(value) and set(value.values()) <= {"left", "right"},
    "mirrored": _are_texts,
    "scales": _is_scales,
    "scale": _is_texts,
    "model": _is_text,
    "engine": _is_text,
    "overlay": _is_bool,
    "opacity": _is_up_to(1),
    "style": lambda value: value in STYLES,
    "spotlight": _is_bool,
    "layout": lambda value: value in LAYOUTS,
    "threshold": lambda value: value is None or (_is_number(value) and 0 < value < 1),
    "temporal_filter": _is_bool,
    "snapshot": lambda value: value in SNAPSHOT_KINDS,
    "ring_seconds": _is_up_to(300),
    "ring_mb": _is_up_to(100_000),
    "keys": lambda value: (
        isinstance(value, dict) and all(_are_texts(keys) and len(keys) <= 2 for keys in value.values())
    ),
    "theme": lambda value: value in THEMES,
    "language": lambda value: value in LANGUAGES,
    "folds": lambda value: isinstance(value, dict) and all(map(_is_bool, value.values())),
    "demo_folder": _is_text,
    "presets": _are_presets,
    "introduced": _is_bool,
    "geometry": _is_text,
}
