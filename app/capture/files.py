"""What the sources that read files say when a file cannot be read."""

from __future__ import annotations

from pathlib import Path

from app.capture.source import SourceError


def unreadable(path: Path, error: OSError) -> SourceError:
    """One sentence for what the system refused."""
    if isinstance(error, FileNotFoundError):
        return SourceError(f"{path} does not exist: check the path.")
    if isinstance(error, PermissionError):
        return SourceError(f"{path} may not be read: change its permissions, or copy it to a place that is yours.")
    return SourceError(f"{path} cannot be read ({error.strerror or error}): check the disk or the network it is on.")
