"""Source words: what a user types or a setting holds, made into a source."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.capture import camera, folder, screen
from app.capture.camera import Camera
from app.capture.dicom import DicomClip
from app.capture.dicom_folder import DicomFolder, holds_dicom
from app.capture.files import is_gif, is_image, unreadable
from app.capture.folder import ImageFolder
from app.capture.recorded import RecordedClip, is_recorded
from app.capture.screen import Area, Screen
from app.capture.source import Source, SourceError, SourceKind
from app.capture.video import VideoFile, check_video_file, head_of, is_dicom_file

HIGHEST_CAMERA = 9999
"""Device numbers end here; OpenCV's numbers for its readers are below it too."""


def parse(word: str, *, demo_folder: Path | None = None, rate: float | None = None) -> Source:
    """Makes the source that `word` names, without opening it. Raises SourceError.

    `demo_folder` holds the user's own images for 'demo'. `rate` (pictures a second) sets the pace of image folders, the
    phantom and the screen, and is asked of a camera; a video file and a stream keep their own.
    """
    if rate is not None and not 0 < rate <= 1000:
        raise SourceError(f"{rate:g} pictures a second cannot be: give a rate above 0 and up to 1000.")
    head, _, rest = word.partition(":")
    if word == "demo" and demo_folder is not None:
        return _demo(demo_folder, rate)
    if word in ("demo", "phantom"):
        return _phantom(word, rate)
    if head == "screen":
        return Screen(_screen_area(word, rest), word=word, rate=rate or screen.RATE)
    if head == "camera":
        return Camera(_camera_target(word, rest), word=word, rate=rate)
    if head == "igtl":
        return _open_igt_link(word)
    if "://" in word:
        address = camera.without_password(word)
        raise SourceError(f"'{address}' is not a source word: for a stream on the network write 'camera:{address}'.")
    return _recording(word, rate)


def _phantom(word: str, rate: float | None) -> Source:
    # Its tables take time and memory that the other sources need not spend.
    from app.capture.phantom import Phantom

    return Phantom(word) if rate is None else Phantom(word, rate=rate)


def _demo(demo_folder: Path, rate: float | None) -> Source:
    try:
        there = demo_folder.is_dir()
    except OSError:
        there = False
    if not there:
        raise SourceError(f"The demo folder {demo_folder} is not there: choose another one in the list of sources.")
    return ImageFolder(folder.pictures_of(demo_folder), word="demo", rate=rate or folder.RATE, kind=SourceKind.DEMO)


def _screen_area(word: str, rest: str) -> int | Area | None:
    if word == "screen":
        return None
    if re.fullmatch(r"[1-9][0-9]{0,3}", rest):
        return int(rest)
    if re.fullmatch(r"-?[0-9]{1,6},-?[0-9]{1,6},[0-9]{1,6},[0-9]{1,6}", rest):
        area = Area(*(int(part) for part in rest.split(",")))
        if area.width and area.height:
            return area
    raise SourceError(
        f"'{word}' names no part of the screen: write 'screen', 'screen:2' for the second monitor, or"
        " 'screen:X,Y,WIDTH,HEIGHT' in pixels."
    )


def _camera_target(word: str, rest: str) -> int | str:
    if re.fullmatch(r"[0-9]{1,9}", rest) and int(rest) <= HIGHEST_CAMERA:
        return int(rest)
    if re.fullmatch(r"/dev/[\w/:.+-]+", rest) or _is_address(rest):
        return rest
    raise SourceError(
        f"'{camera.without_password(word)}' names no camera: write 'camera:0',"
        " 'camera:/dev/video0', or 'camera:' and an address that begins with rtsp:// or http://."
    )


def _open_igt_link(word: str) -> Source:
    from app.capture.igtl import OpenIgtLink

    try:
        parts = urlsplit(word)
        host, port, device = parts.hostname, parts.port, unquote(parts.path.strip("/"))
    except ValueError:  # what looks like an address need not be one
        host = port = None
    if not word.startswith("igtl://") or not host or not port or parts.username is not None or parts.query:
        shown = camera.without_password(word)
        raise SourceError(f"'{shown}' names no OpenIGTLink server: write 'igtl://HOST:PORT', mostly with port 18944.")
    return OpenIgtLink(host, port, device=device or None, word=word)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in camera.SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:  # what looks like an address need not be one
        return False


def _recording(word: str, rate: float | None) -> Source:
    if not word or "\0" in word:
        raise SourceError("An empty source word names nothing: write 'demo', or the path to a video file.")
    try:
        path = Path(word).expanduser().absolute()
    except RuntimeError as error:  # '~' and a name that no user here has
        raise SourceError(f"'{word}' names no folder of a user here: write the whole path.") from error
    try:
        is_folder = path.is_dir()
        path.stat()
    except FileNotFoundError as error:
        raise SourceError(
            f"{path} does not exist: check the path, or write one of the source words demo, phantom, camera:0, screen."
        ) from error
    except OSError as error:
        raise unreadable(path, error) from error
    if (is_folder or path.is_file()) and is_recorded(path):
        return RecordedClip(path)
    if is_folder:
        return _folder(path, rate)
    if is_dicom_file(path):
        return DicomFolder(path) if path.name.upper().startswith("DICOMDIR") else DicomClip(path)
    check_video_file(path)
    return _by_content(path)


def _by_content(path: Path) -> Source:
    """What a file is, its content says, not its name. Raises SourceError."""
    try:
        head = head_of(path)
    except OSError as error:
        raise unreadable(path, error) from error
    if not is_gif(head) and not is_image(path, head):
        return VideoFile(path)
    # Pillow takes time to load that videos need not spend.
    from app.capture.gif import GifClip
    from app.capture.pages import PagedImage

    return GifClip(path) if is_gif(head) else PagedImage(path)


def _folder(path: Path, rate: float | None) -> Source:
    """A folder of images; where there are none but DICOM files, those."""
    if (path / "DICOMDIR").is_file():
        return DicomFolder(path / "DICOMDIR", word=str(path))
    if not folder.holds_image(path) and holds_dicom(path):
        return DicomFolder(path)
    return ImageFolder(folder.pictures_of(path), word=str(path), rate=rate or folder.RATE)
