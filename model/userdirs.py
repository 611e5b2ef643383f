"""Where this machine keeps what the program measured or downloaded."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

APP = "SonoBlock"
HOME_VARIABLE = "SONOBLOCK_HOME"
"""Set to a folder, everything of the user's is kept there: for a memory stick, and for tests."""


def cache_folder() -> Path:
    """The folder for what can be made again; it need not exist yet."""
    home = os.environ.get(HOME_VARIABLE)
    return Path(home) / "cache" if home else platformdirs.user_cache_path(APP, appauthor=False)


def data_folder() -> Path:
    """The folder for what the program makes or fetches for the user, and keeps; it need not exist yet."""
    home = os.environ.get(HOME_VARIABLE)
    return Path(home) / "data" if home else platformdirs.user_data_path(APP, appauthor=False)
