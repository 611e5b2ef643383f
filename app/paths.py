"""Where the program keeps the user's things. None of these folders need exist yet."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from model.userdirs import APP, HOME_VARIABLE
from model.userdirs import cache_folder as cache_folder
from model.userdirs import data_folder as data_folder


def config_folder() -> Path:
    """For the settings."""
    return _home("config") or platformdirs.user_config_path(APP, appauthor=False)


def log_folder() -> Path:
    """For the log file."""
    return _home("log") or platformdirs.user_log_path(APP, appauthor=False)


def pictures_folder() -> Path:
    """For snapshots."""
    return _home("pictures") or platformdirs.user_pictures_path() / APP


def exports_folder() -> Path:
    """For what is exported in the window."""
    return pictures_folder() / "exports"


def recordings_folder() -> Path:
    """For recordings; in the user's data, since they are the program's own and found through it."""
    return data_folder() / "recordings"


def kept_folders() -> tuple[Path, Path]:
    """Where snapshots and recordings go; perhaps on two disks."""
    return pictures_folder(), recordings_folder()


def settings_file() -> Path:
    """The settings of this user."""
    return config_folder() / "settings.json"


def _home(folder: str) -> Path | None:
    home = os.environ.get(HOME_VARIABLE)
    return Path(home) / folder if home else None
