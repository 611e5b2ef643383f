"""A folder of DICOM files, or what a DICOMDIR lists: by study and series, under names that say nothing of a patient."""

from __future__ import annotations

import contextlib
import itertools
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app import log
from app.capture.dicom import DicomClip, Timing, timing
from app.capture.files import unreadable
from app.capture.source import Part, Picture, SourceError, SourceInfo, SourceKind
from app.capture.video import has_dicom_mark

MOST_FILES = 10_000
"""More files are not looked at: a whole disk was chosen by mistake."""
_ORDER = [
    "StudyInstanceUID", "StudyDate", "StudyTime", "SeriesInstanceUID", "SeriesNumber", "SeriesDate", "SeriesTime",
    "InstanceNumber", "ContentTime", "AcquisitionTime", "NumberOfFrames", "Rows",
]  # fmt: skip
"""Read to put the files in order; of these only the time of day and the number of frames are ever shown."""
_TIMING = ["FrameTime", "FrameTimeVector", "CineRate", "RecommendedDisplayFrameRate"]

_log = logging.getLogger(log.NAME)


@dataclass(frozen=True)
class DicomEntry:
    """One clip or picture of a list."""

    path: Path
    study: int
    """Counted from 1 in this list; not a number from the file."""
    series: int
    """Counted from 1 in its study."""
    frames: int
    """Those that are there."""
    time: str
    """Time of day, such as '10:31'; empty where the file does not say."""
    studies: int
    """Number of studies in the list."""
    timing: Timing
    """By the header."""

    @property
    def seconds(self) -> float:
        """From the first frame to what follows the last."""
        return self.timing.time_s(self.frames - 1) + 1 / self.timing.rate

    @property
    def name(self) -> str:
        """Such as 'Series 2, 48 frames, 10:31', with the study where there are several."""
        study = f"Study {self.study}, series" if self.studies > 1 else "Series"
        frames = "1 frame" if self.frames == 1 else f"{self.frames} frames"
        return ", ".join(part for part in (f"{study} {self.series}", frames, self.time) if part)


class DicomFolder:
    """All clips and pictures of a folder or DICOMDIR, one after another, as one recording.

    `entries` is the list; each picture says which of them it is of, since the next one may be open already. A file that
    cannot be opened when its turn comes leaves the show, as in `ImageFolder`; its place in `skipped` counts it.
    """

    kind = SourceKind.REPLAY
    paced = False
    retries = False

    def __init__(self, path: Path, *, word: str | None = None) -> None:
        """`path` is a folder, or a DICOMDIR file."""
        self.word = word or str(path)
        self.name = "DICOM folder"
        self.loops = True
        self.entries: list[DicomEntry] = []
        """What is shown, in order, once open."""
        self.skipped = 0
        """Number of DICOM files that cannot be read."""
        self.path = path
        self._listed: tuple[tuple[DicomEntry, ...], int] | None = None
        """What another one has found there."""
        self._clip: DicomClip | None = None
        self._part: Part | None = None
        self._at = 0
        self._read = 0
        self._before_s = 0.0
        self._problem: SourceError | None = None
        self._info: SourceInfo | None = None

    @property
    def frame_count(self) -> int:
        """Number of frames of all entries, once open."""
        return sum(entry.frames for entry in self.entries)

    @property
    def starts(self) -> list[int]:
        """Numbers of the entries' first frames, once open. In any thread."""
        return list(itertools.accumulate((entry.frames for entry in list(self.entries)[:-1]), initial=0))

    @property
    def times_s(self) -> list[float]:
        """When each frame is shown, in seconds since the first, once open: one clip behind the other. In any thread."""
        entries, start, found = list(self.entries), 0.0, []
        for entry in entries:
            found += [start + entry.timing.time_s(frame) for frame in range(entry.frames)]
            start += entry.seconds
        return found

    def another(self) -> DicomFolder:
        """A second one of the same files, not open; their frames have the numbers that they have here by now."""
        other = DicomFolder(self.path, word=self.word)
        if self._info is not None:
            other._listed = tuple(self.entries), self.skipped
        return other

    def open(self) -> SourceInfo:
        """Lists the files and decodes the first frame. Raises SourceError."""
        if self._info is None:
            entries, self.skipped = self._listed or list_dicom(self.path)
            self.entries = list(entries)
            self._at, self._problem = 0, None
            self._info = self._enter()
        return self._info

    def read(self) -> Picture | None:
        """The next frame, or None behind the last entry's last.

        Raises SourceError, for an entry that cannot be read to its end only when all others were read.
        """
        if self._info is None:
            raise SourceError(f"{self.path} is not open: open it before reading.")
        while self._clip is not None:
            picture = self._read_clip()
            if picture is not None:
                self._read += 1
                return replace(picture, time_s=self._before_s + (picture.time_s or 0.0), part=self._part)
            self._settle()
            if self._at + 1 >= len(self.entries):
                problem, self._problem = self._problem, None
                if problem is not None:
                    raise problem
                return None
            self._at += 1
            self._enter()
        return None

    def _read_clip(self) -> Picture | None:
        assert self._clip is not None
        try:
            return self._clip.read()
        except SourceError as error:
            self._problem = error
            return None

    def seek(self, frame: int) -> None:
        """The next `read` gives this frame, counted from 0 over all entries and clipped. Raises SourceError."""
        if self._info is None:
            raise SourceError(f"{self.path} is not open: open it before seeking.")
        if not self.entries:  # All were left out by now, such as where the disk is gone.
            raise SourceError(f"{self.path} holds no DICOM picture: choose another folder.")
        frame = max(0, min(frame, self.frame_count - 1))
        ends = list(itertools.accumulate(entry.frames for entry in self.entries))
        at = next(number for number, end in enumerate(ends) if frame < end)
        start = ends[at] - self.entries[at].frames
        if at != self._at or self._clip is None:
            count = len(self.entries)
            self._at = at
            self._enter()
            if len(self.entries) < count:  # one was left out, and those behind it moved up
                self.seek(frame)
                return
        assert self._clip is not None
        self._read = min(frame - start, self._clip.frame_count - 1)
        self._clip.seek(self._read)

    def close(self) -> None:
        """Lets the files go."""
        if self._clip is not None:
            self._clip.close()
        self._clip = self._info = None

    def _enter(self) -> SourceInfo:
        """Opens the entry at the place, leaving out those that cannot be. Raises SourceError if none is left."""
        if self._clip is not None:
            self._clip.close()
            self._clip = None
        while self.entries:
            self._at = min(self._at, len(self.entries) - 1)
            clip = DicomClip(self.entries[self._at].path)
            try:
                info = clip.open()
            except SourceError as error:
                _log.warning("DICOM file %d of the folder is left out", self._at)
                self.skipped += 1
                del self.entries[self._at]
                if not self.entries:
                    raise SourceError(
                        f"None of the DICOM files in {self.path} can be read; the last: {error}"
                    ) from error
                continue
            self._clip, self._read = clip, 0
            entry = self.entries[self._at] = replace(self.entries[self._at], frames=max(clip.frame_count, 1))
            before = self.entries[: self._at]
            self._before_s = sum(one.seconds for one in before)
            first = sum(one.frames for one in before)
            self._part = Part(entry.path, entry.name, first, entry.frames, info.rate, clip.regions, clip.times_s)
            return info
        raise SourceError(f"{self.path} holds no DICOM picture: choose another folder.")

    def _settle(self) -> None:
        """The entry ended, so now its length is known."""
        if self._read > 0:
            self.entries[self._at] = replace(self.entries[self._at], frames=self._read)


def list_dicom(path: Path) -> tuple[list[DicomEntry], int]:
    """What a folder (with its subfolders) or a DICOMDIR holds, in order, and how many files cannot be read.

    Raises SourceError where nothing is found.
    """
    files = sorted(dicom_files(path)) if path.is_dir() else _listed_files(path)
    headers, damaged = [], 0
    for file in files:
        try:
            header, when = _header(file)
        except SourceError:
            damaged += 1
            continue
        if "Rows" in header:
            headers.append((file, {**header, "NumberOfFrames": str(_frames_there(file, _frames(header)))}, when))
    if not headers:
        left = f", and {damaged} damaged ones" if damaged else ""
        raise SourceError(f"{path} holds no DICOM picture{left}: choose another folder, or copy it again.")
    return _entries(headers), damaged


def holds_dicom(folder: Path) -> bool:
    """Whether there is a DICOM file in a folder or its subfolders."""
    return next(dicom_files(folder), None) is not None


def dicom_files(folder: Path) -> Iterator[Path]:
    """The DICOM files of a folder and its subfolders, in no order. Raises SourceError."""
    try:
        for path in itertools.islice(folder.rglob("*"), MOST_FILES):
            if path.name != "DICOMDIR" and not path.name.startswith(".") and path.is_file() and has_dicom_mark(path):
                yield path
    except OSError as error:
        raise unreadable(folder, error) from error


def _listed_files(path: Path) -> list[Path]:
    """The files that a DICOMDIR names, none outside its folder. Raises SourceError."""
    from app.capture.dicom_frames import read_header

    try:
        with path.open("rb") as file:
            records = read_header(path, file, ["DirectoryRecordSequence"]).get("DirectoryRecordSequence") or []
            names = [_file_name(record) for record in records]
    except OSError as error:
        raise unreadable(path, error) from error
    # Records are understood when they are asked for, and damaged ones throw anything.
    except Exception as error:
        raise SourceError(
            f"{path} is damaged: open its folder instead, or copy it again from where it came."
        ) from error
    home = path.parent.resolve()
    found = (_inside(home, name) for name in names[:MOST_FILES] if name)
    return [listed for listed in found if listed is not None]


def _file_name(record: Any) -> str:
    name = record.get("ReferencedFileID") or ""
    return name if isinstance(name, str) else "/".join(str(part) for part in name)


def _inside(home: Path, name: str) -> Path | None:
    """The DICOM file of that name inside `home`; None where there is none, or no file can have that name."""
    try:
        file = (home / name).resolve()
        return file if home in file.parents and file.is_file() and has_dicom_mark(file) else None
    except (OSError, ValueError):
        return None


def _header(path: Path) -> tuple[dict[str, str], Timing]:
    """What puts a file in order, as text, and when its frames were taken. Raises SourceError."""
    from app.capture.dicom_frames import MOST_FRAMES, read_header

    try:
        with path.open("rb") as file:
            header = read_header(path, file, _ORDER + _TIMING)
            texts = {keyword: str(header.get(keyword) or "") for keyword in _ORDER if keyword in header}
            if _frames(texts) > MOST_FRAMES:
                raise ValueError("no number of frames")
            return texts, timing(header, _frames(texts))
    except OSError as error:
        raise unreadable(path, error) from error
    # Elements are understood when they are asked for, and damaged ones throw anything.
    except Exception as error:
        raise SourceError(f"{path} is damaged: copy it again from where it came.") from error


def _entries(headers: list[tuple[Path, dict[str, str], Timing]]) -> list[DicomEntry]:
    def study(header: dict[str, str]) -> tuple[str, ...]:
        return tuple(header.get(key, "") for key in ("StudyDate", "StudyTime", "StudyInstanceUID"))

    def series(header: dict[str, str]) -> tuple[Any, ...]:
        return (_whole(header.get("SeriesNumber")), *(header.get(k, "") for k in ("SeriesTime", "SeriesInstanceUID")))

    def order(item: tuple[Path, dict[str, str], Timing]) -> tuple[Any, ...]:
        path, header, _ = item
        return study(header), series(header), _whole(header.get("InstanceNumber")), str(path)

    studies = sorted({study(header) for _, header, _ in headers})
    rows = {one: sorted({series(header) for _, header, _ in headers if study(header) == one}) for one in studies}
    return [
        DicomEntry(
            path=path,
            study=studies.index(study(header)) + 1,
            series=rows[study(header)].index(series(header)) + 1,
            frames=_frames(header),
            time=_time(header),
            studies=len(studies),
            timing=when,
        )
        for path, header, when in sorted(headers, key=order)
    ]


def _frames_there(path: Path, said: int) -> int:
    """How many of a file's frames are there: once it was met that some are not, all behind them would move up."""
    from app.capture.dicom_frames import DicomFrames

    if said == 1:
        return 1
    try:
        frames = DicomFrames(path)
    except SourceError:
        return said  # Told when its turn comes.
    with contextlib.closing(frames):
        return said if frames.is_video else frames.count


def _frames(header: dict[str, str]) -> int:
    return max(_whole(header.get("NumberOfFrames")), 1)


def _time(header: dict[str, str]) -> str:
    for keyword in ("ContentTime", "AcquisitionTime", "SeriesTime", "StudyTime"):
        if match := re.match(r"([01]\d|2[0-3]):?([0-5]\d)", header.get(keyword, "")):
            return f"{match[1]}:{match[2]}"
    return ""


def _whole(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,9}", text) else 0
