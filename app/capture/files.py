"""What files are by their content, and what is said when one cannot be read."""

from __future__ import annotations

from pathlib import Path

from app.capture.source import SourceError

_BMP = [size.to_bytes(4, "little") for size in (12, 16, 40, 52, 56, 64, 108, 124)]
"""How long the second head of a BMP may be."""


def unreadable(path: Path, error: OSError) -> SourceError:
    """One sentence for what the system refused."""
    if isinstance(error, FileNotFoundError):
        return SourceError(f"{path} does not exist: check the path.")
    if isinstance(error, PermissionError):
        return SourceError(f"{path} may not be read: change its permissions, or copy it to a place that is yours.")
    return SourceError(f"{path} cannot be read ({error.strerror or error}): check the disk or the network it is on.")


def is_utf8(path: Path) -> bool:
    """Whether a path is Unicode: OpenCV crashes on one that is not, such as a name from an old archive."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def is_gif(head: bytes) -> bool:
    """Whether a file that begins so is a GIF."""
    return head[:6] in (b"GIF87a", b"GIF89a")


def is_image(path: Path, head: bytes) -> bool:
    """Whether a file that begins so is a picture or several; a Motion JPEG stream is told by its name alone."""
    if head[:3] == b"\xff\xd8\xff":
        return path.suffix.lower() not in (".mjpg", ".mjpeg", ".mjp")
    return (
        head[:8] == b"\x89PNG\r\n\x1a\n"
        or head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or (head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis"))
        or (head[:2] == b"BM" and head[14:18] in _BMP)
    )
