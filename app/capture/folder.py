"""A folder of images, shown one after another like a recording."""

from __future__ import annotations

import logging
from pathlib import Path

from natsort import natsorted, ns

from app import log
from app.capture.files import unreadable
from app.capture.pixels import IMAGE_SUFFIXES, read_image
from app.capture.source import Picture, Pixels, SourceError, SourceInfo, SourceKind

RATE = 2.0
"""Pictures a second: slow enough to look at each, quick enough to see the overlay follow."""

_log = logging.getLogger(log.NAME)


class ImageFolder:
    """The JPEG, PNG, BMP and TIFF files of a folder in natural order; subfolders and hidden files are left out.

    A picture that cannot be read leaves the show when its turn comes: `frame_count` shrinks by one, the pictures
    behind it move up, and its name is added to `skipped`.
    """

    paced = False
    retries = False

    def __init__(
        self, folder: Path, *, word: str | None = None, rate: float = RATE, kind: SourceKind = SourceKind.REPLAY
    ) -> None:
        self.word = word or str(folder)
        self.name = folder.name or str(folder)
        self.kind = kind
        self.loops = True
        self.skipped: list[str] = []
        self._left_out: tuple[str, ...] = ()
        self.path = folder
        self._rate = rate
        self._files: list[Path] = []
        self._position = 0
        self._pending: Pixels | None = None
        self._info: SourceInfo | None = None

    @property
    def frame_count(self) -> int:
        """Number of pictures, once open, less those found damaged."""
        return len(self._files)

    def stem(self, number: int) -> str:
        """The name, without its suffix, of the file of a picture that was read; empty where there is none."""
        return self._files[number].stem if number < len(self._files) else ""

    def another(self) -> ImageFolder:
        """A second one of the same folder, not open; its pictures have the numbers that they have here by now."""
        other = ImageFolder(self.path, word=self.word, rate=self._rate, kind=self.kind)
        other._left_out = tuple(self.skipped)
        return other

    def open(self) -> SourceInfo:
        """Lists the folder and decodes the first picture. Raises SourceError."""
        if self._info is None:
            self._position, self.skipped = 0, list(self._left_out)
            self._files = [path for path in _image_files(self.path) if path.name not in self._left_out]
            self._pending = first = self._decode()
            assert first is not None  # the list is not empty, so one was decoded, or SourceError raised
            height, width = first.shape[:2]
            detail = f"unreadable and left out: {', '.join(self.skipped)}" if self.skipped else ""
            self._info = SourceInfo(width, height, self._rate, detail, stills=True)
        return self._info

    def read(self) -> Picture | None:
        """The next picture, or None behind the last. Raises SourceError when none is left that can be read."""
        if self._info is None:
            raise SourceError(f"{self.path} is not open: open it before reading.")
        if self._position >= len(self._files):
            return None
        pixels = self._decode() if self._pending is None else self._pending
        self._pending = None
        if pixels is None:
            return None
        time_s = self._position / self._rate
        self._position += 1
        return Picture(pixels, time_s)

    def seek(self, frame: int) -> None:
        """The next `read` gives this picture, counted from 0 and clipped to the folder."""
        frame = max(0, min(frame, len(self._files) - 1))
        if frame != self._position:
            self._position, self._pending = frame, None

    def close(self) -> None:
        """Forgets the pictures."""
        self._files, self._pending, self._info = [], None, None

    def _decode(self) -> Pixels | None:
        """The picture at the position, leaving out damaged ones; None if those were the last."""
        while self._position < len(self._files):
            path = self._files[self._position]
            try:
                return read_image(path)
            except (OSError, ValueError) as error:
                # File names may name a patient, so the log gets a number only.
                _log.warning("image %d of the folder is left out: %s", self._position, type(error).__name__)
                self.skipped.append(path.name)
                del self._files[self._position]
        if not self._files:
            raise SourceError(
                f"None of the {len(self.skipped)} images in {self.path} can be read: replace the damaged files."
            )
        return None


def holds_image(folder: Path) -> bool:
    """Whether a folder holds an image file. Raises SourceError where it cannot be read."""
    try:
        return any(is_image_file(path) for path in folder.iterdir())
    except OSError as error:
        raise unreadable(folder, error) from error


def pictures_of(path: Path) -> Path:
    """The folder with the pictures: of a data set, which has none itself, its `images`. Raises SourceError."""
    images = path / "images"
    return images if images.is_dir() and not holds_image(path) else path


def is_image_file(path: Path) -> bool:
    """Whether a file is one of those that a folder shows."""
    return path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".") and path.is_file()


def _image_files(folder: Path) -> list[Path]:
    try:
        files = [path for path in folder.iterdir() if is_image_file(path)]
    except OSError as error:
        raise unreadable(folder, error) from error
    if not files:
        raise SourceError(f"{folder} holds no image: choose a folder with JPEG, PNG, BMP or TIFF files.")
    ordered: list[Path] = natsorted(files, key=lambda path: path.name, alg=ns.IGNORECASE)
    return ordered
