"""Presets: named sets of settings, one for each machine, and settings that travel to another computer as a file."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.capture.camera_mode import CameraMode
from app.errors import UsageError
from app.pipeline.types import Rect
from app.settings import Settings, check_settings, differences
from app.writing import write_file
from model.files import read_json

Kept = dict[str, Any] | list[str]
Preset = dict[str, Any]
"""Values of settings by their names; what is not in it is as by default."""

PLAIN = ("source", "model", "engine", "overlay", "opacity", "style", "threshold", "temporal_filter")
"""Settings that a preset holds as they are."""
BY_SOURCE = ("scan_areas", "camera_modes", "lateral", "mirrored", "scales", "scale")
"""Settings kept for each source, by its word or by 'WORD@WIDTHxHEIGHT', or a list of such: a preset holds its own's."""
PERSONAL = (
    *("recent", "geometry", "demo_folder", "introduced"),
    *("spotlight", "layout", "snapshot", "ring_seconds", "ring_mb"),
    *("keys", "theme", "language", "folds"),
)
"""Settings of this computer, or of this user: they do not travel."""
_MARK = "sonoblock_settings"
_SIZE = re.compile(r"@[0-9]+x[0-9]+$")
_FORM = 1
"""Goes up where older programs could not read a file of settings any more."""


def take_preset(settings: Settings) -> Preset:
    """What is set now, as a preset."""
    changed = differences(settings)
    preset = {name: changed[name] for name in PLAIN if name in changed}
    for name in BY_SOURCE:
        own = _only(getattr(settings, name), lambda key: _is_of(key, settings.source))
        if own:
            preset[name] = own
    return copy.deepcopy(preset)


def use_preset(settings: Settings, preset: Preset) -> None:
    """Sets what the preset holds; what is kept for other sources stays."""
    default = Settings()
    for name in PLAIN:
        setattr(settings, name, copy.deepcopy(preset.get(name, getattr(default, name))))
    for name in BY_SOURCE:
        others = _only(getattr(settings, name), lambda key: not _is_of(key, settings.source))
        setattr(settings, name, _joined(others, copy.deepcopy(preset.get(name, type(others)()))))


def export_settings(settings: Settings, path: Path) -> None:
    """Writes the settings and presets for another computer. Raises OutputError.

    Paths stay here, as a path may tell a patient's name, and so do addresses, as one may tell a password.
    """
    content = {_MARK: _FORM, **_without_paths(differences(settings))}
    content = {name: value for name, value in content.items() if name not in PERSONAL}
    if "presets" in content:
        content["presets"] = {name: _without_paths(preset) for name, preset in content["presets"].items()}
    write_file(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def import_settings(settings: Settings, path: Path) -> str:
    """Takes over what `export_settings` wrote, all or nothing; gives a sentence that says what came.

    Presets that are here under the same name stay, and the new ones get a number. Raises UsageError.
    """
    content = _read(path)
    presets: dict[str, Preset] = content.pop("presets", {})
    for name, value in content.items():
        # What is kept by source is added to.
        setattr(settings, name, _joined(getattr(settings, name), value) if name in BY_SOURCE else value)
    for name, preset in presets.items():
        same = [kept for one, kept in settings.presets.items() if one == name or one.startswith(f"{name} (")]
        if preset not in same:
            settings.presets[unused(name, settings.presets)] = preset
    count = len(presets)
    return f"Settings taken over from {path.name}, with {count} preset{'' if count == 1 else 's'}."


def unused(name: str, taken: dict[str, Preset]) -> str:
    """`name`, with a number where it is taken."""
    names = (name, *(f"{name} ({number})" for number in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


def _read(path: Path) -> dict[str, Any]:
    """A file's settings, checked. Raises UsageError."""
    try:
        content = read_json(path)
        if not isinstance(content, dict) or _MARK not in content:
            raise ValueError("it holds no exported settings of SonoBlock")
        if content[_MARK] != _FORM:
            raise ValueError("it was written by a newer SonoBlock")
        check_settings(content)
        for values in (content, *content.get("presets", {}).values()):
            _check_by_source(values)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): choose another file.") from error
    except ValueError as error:  # Neither UTF-8, nor JSON, nor settings.
        raise UsageError(f"{path} cannot be used ({error}): nothing was changed; choose another file.") from error
    names = {one.name for one in dataclasses.fields(Settings)} - set(PERSONAL)
    return {name: value for name, value in content.items() if name in names}


def _check_by_source(values: dict[str, Any]) -> None:
    """Raises ValueError for a scan area or a camera's mode that cannot be meant."""
    for text in values.get("scan_areas", {}).values():
        if text != "whole":
            Rect.parse(text)
    for text in values.get("camera_modes", {}).values():
        CameraMode.parse(text)


def _without_paths(values: dict[str, Any]) -> dict[str, Any]:
    """`values` without what belongs to a file, a folder, or an address on the network."""
    kept = dict(values)
    if not _travels(kept.get("source", "demo")):
        del kept["source"]
    for name in BY_SOURCE:
        if name in kept:
            kept[name] = _only(kept[name], _travels)
    if kept.get("model") and Path(kept["model"]).is_absolute():
        del kept["model"]
    return {name: value for name, value in kept.items() if value not in ({}, [])}


def _travels(key: str) -> bool:
    word = _SIZE.sub("", key)
    return word in ("demo", "phantom", "screen") or (word.startswith(("camera:", "screen:")) and "://" not in word)


def _is_of(key: str, source: str) -> bool:
    """Whether what is kept under `key` is the source's, of whatever picture size."""
    return source in (key, _SIZE.sub("", key))


def _only(kept: Kept, wanted: Callable[[str], bool]) -> Kept:
    """The part of what is kept by source whose keys are wanted."""
    if isinstance(kept, dict):
        return {key: value for key, value in kept.items() if wanted(key)}
    return [key for key in kept if wanted(key)]


def _joined(kept: Kept, new: Kept) -> Kept:
    """Both; what is new wins."""
    if isinstance(kept, dict) and isinstance(new, dict):
        return {**kept, **new}
    return list(dict.fromkeys([*kept, *new]))
