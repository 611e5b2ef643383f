"""Many recordings in one `annotate`: each in a folder of its own, here or on a Dask cluster.

A recording is written into a folder whose name ends in `.incomplete`, which is renamed when all of it is there. So what
has its plain name is complete, and going on is: leave that out, and do the rest anew.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TextIO

from app import log
from app.annotate import annotate, check_apart, left_out
from app.capture.folder import holds_image
from app.capture.recorded import is_recorded
from app.capture.source import Recording, SourceError
from app.capture.video import has_dicom_mark
from app.capture.words import parse
from app.errors import OutputError, UsageError
from app.options import SnapshotKind
from app.pipeline.export import Task
from app.pipeline.scan_area import ScanAreas
from app.pipeline.types import Rect
from app.writing import make_folder, write_file
from model.bundle import find
from model.cluster import spread
from model.engines.choice import open_crew
from model.engines.crew import Crew
from model.errors import ModelError
from model.files import read_json
from model.novelty import Novelty

FILE = "batch.json"
"""What the batch was begun with; no names of recordings."""
FOLDERS = "folders"
"""In it: what the folder of each recording is called, by letters that stand for its path."""
INCOMPLETE = ".incomplete"
VIDEOS = (
    *(".3gp", ".asf", ".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4"),
    *(".mpeg", ".mpg", ".mts", ".mxf", ".ogv", ".ts", ".vob", ".webm", ".wmv"),
)
"""Endings of video files, which a folder is searched for."""
MOST_LETTERS = 120
"""Bytes of a folder's name: disks take 255 at most, some 143, and more is put behind it."""
_UNUSUAL = re.compile(r"[^\w .()-]")

_log = logging.getLogger(log.NAME)


@dataclass(frozen=True)
class How:
    """What is asked of every recording."""

    model: str
    engine: str
    threshold: float
    scan_area: Rect | None = None
    video: bool = False
    gif: bool = False
    pictures: SnapshotKind | None = None
    first: int = 0
    limit: int | None = None
    rate: float | None = None

    def task(self, out: Path, novelty: Novelty | None) -> Task:
        """The same for one recording."""
        return Task(
            out,
            self.threshold,
            ScanAreas(self.scan_area),
            video=self.video,
            limit=self.limit,
            novelty=novelty,
            first=self.first,
            gif=self.gif,
            pictures=self.pictures,
        )

    def as_json(self) -> dict[str, object]:
        """What decides what is written; the model by its very weights."""
        area = str(self.scan_area) if self.scan_area is not None else None
        return {
            "model": find(self.model).hash,
            "threshold": self.threshold,
            "scan_area": area,
            "video": self.video,
            "gif": self.gif,
            "frames": self.pictures,
            "first": self.first,
            "limit": self.limit,
            "rate": self.rate,
        }


@dataclass(frozen=True)
class Work:
    """One recording; all that a worker needs to know."""

    word: str
    out: Path
    """Its folder, once it is complete."""
    how: How


@dataclass(frozen=True)
class Outcome:
    """How a batch went."""

    done: int
    before: int
    """Were complete already."""
    failed: int

    def __str__(self) -> str:
        before = f", {self.before} done before" if self.before else ""
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{_counted(self.done)} done{before}{failed}."


def run_work(work: Work, progress: TextIO | None = None, before: str = "") -> list[str]:
    """Writes one recording from its beginning, and gives what could not be read of it, in sentences.

    A worker of a batch that was stopped may finish it meanwhile: then that counts, since it is the same.

    Raises SourceError, OutputError and ModelError; then what was written stays in the folder that is INCOMPLETE.
    Whatever else goes wrong is a SourceError too: the recordings behind it are still to be done.
    """
    begun = work.out.with_name(work.out.name + INCOMPLETE)
    if work.out.exists():
        return []
    crew, novelty = _crew(work.how.model, work.how.engine)
    try:
        if begun.exists():
            shutil.rmtree(begun)
        source = parse(work.word, rate=work.how.rate)
        annotate(source, crew, work.how.task(begun, novelty), progress, before)
        if work.out.exists():
            shutil.rmtree(begun)
        else:
            begun.replace(work.out)
    except OSError as error:
        raise OutputError.of(work.out, error) from error
    except (SourceError, OutputError, ModelError):
        if not work.out.exists():
            raise
        shutil.rmtree(begun, ignore_errors=True)
        return []
    except Exception as error:
        log.failure(_log, "a recording of a batch failed", error)
        raise SourceError(f"{work.word} failed ({type(error).__name__}): it is left out.") from error
    return left_out(source)


@functools.lru_cache(maxsize=1)
def _crew(model: str, engine: str) -> tuple[Crew, Novelty | None]:
    """A process has one, for recording after recording."""
    bundle = find(model)
    return open_crew(engine, bundle), Novelty.of(bundle)


def run_batch(
    words: Sequence[str],
    out: Path,
    how: How,
    *,
    recursive: bool = False,
    resume: bool = False,
    dask: str | None = None,
    progress: TextIO | None = None,
    say: Callable[[str], None] = lambda text: None,
    run: Callable[[Work], list[str]] | None = None,
) -> Outcome:
    """Goes through all recordings; one that fails is told to `say` in a sentence, and the others go on.

    With `dask`, the address of a scheduler, its workers run them; they see the same folders under the same paths. `run`
    stands for `run_work` there. Raises UsageError, SourceError, OutputError and ModelError where none can go on.
    """
    out = _plain(out)
    known = _known(out)
    named: dict[str, str] = known.pop(FOLDERS) if known is not None else {}
    works = plan(words, out, how, recursive, named)
    _begin(out, how, resume, known, named | {_mark(work.word): work.out.name for work in works})
    left = [work for work in works if not work.out.exists()]
    failed = 0

    def keep(work: Work, outcome: list[str] | Exception) -> None:
        nonlocal failed
        failed += isinstance(outcome, Exception)
        for sentence in [str(outcome)] if isinstance(outcome, Exception) else outcome:
            say(_told(work, sentence))

    if dask is not None:
        _on_cluster(dask, run or run_work, left, keep, progress)
    else:
        for number, work in enumerate(left, 1):
            keep(work, _try(work, progress, f"[{number}/{len(left)}] {work.out.name}: "))
    return Outcome(len(left) - failed, len(works) - len(left), failed)


def _try(work: Work, progress: TextIO | None, before: str) -> list[str] | Exception:
    """What could not be read of it, or what is wrong with it.

    Raises OutputError: the next one would not be written either.
    """
    try:
        return run_work(work, progress, before)
    except (SourceError, ModelError) as error:
        if progress is not None:
            progress.write("\n")
        return error


def _on_cluster(
    address: str,
    run: Callable[[Work], list[str]],
    works: list[Work],
    keep: Callable[[Work, list[str] | Exception], None],
    progress: TextIO | None,
) -> None:
    count = 0

    def keep_and_tell(work: Work, outcome: list[str] | Exception) -> None:
        nonlocal count
        count += 1
        if progress is not None:
            progress.write(f"\r[{count}/{len(works)}] {work.out.name}\n")
        keep(work, outcome)

    if works:
        spread(address, run, works, keep_and_tell, (SourceError, OutputError, ModelError))


def _told(work: Work, sentence: str) -> str:
    """A sentence, which names the recording, in one line."""
    text, word, name = (" ".join(part.split()) for part in (sentence, work.word, Path(work.word).name))
    return text if name in text else f"{word}: {text}"


def _known(out: Path) -> dict[str, Any] | None:
    """What stands in `out` about the batch in it; None where none was begun. Raises UsageError."""
    try:
        known = dict(read_json(out / FILE))
        known[FOLDERS] = {str(mark): Path(name).name for mark, name in known.get(FOLDERS, {}).items()}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise UsageError(f"{out / FILE} cannot be read: start anew in another folder.") from error
    return known


def _begin(out: Path, how: How, resume: bool, known: Mapping[str, object] | None, named: Mapping[str, str]) -> None:
    """Writes down what the batch is, or sees that it is the same. Raises UsageError and OutputError."""
    make_folder(out)
    wanted = how.as_json()
    if known is not None and not resume:
        raise UsageError(f"{out} holds a batch already: go on with --resume, or choose another folder.")
    changed = [key for key in {*wanted, *known} if known.get(key) != wanted.get(key)] if known is not None else []
    if changed:
        what = min(changed).replace("_", " ")
        raise UsageError(f"{out} was begun with another {what}: give the same options, or choose another folder.")
    write_file(out / FILE, json.dumps({**wanted, FOLDERS: named}, indent=1))


# Which recordings, and what their folders are called


def plan(
    words: Sequence[str], out: Path, how: How, recursive: bool, known: Mapping[str, str] | None = None
) -> list[Work]:
    """What is to be done, each recording once, in the order of the words and of names. Raises SourceError.

    `known` is what folders are called already, as for `folder_names`.
    """
    found: dict[str, None] = {}
    for word in words:
        # However a path is written: its recordings keep the names of their folders.
        root = _plain(Path(word))
        if recursive and root.is_dir():
            if root == out:
                raise UsageError(f"{out} is searched for recordings: choose another folder to write into.")
            found.update(dict.fromkeys(map(str, find_recordings(root, out))))
        else:
            _check(word, how)
            found[str(root) if root.exists() else word] = None
    if not found:
        raise SourceError(f"{', '.join(words)}: no recording is in there; give video or DICOM files, or other folders.")
    names = folder_names(list(found), known or {})
    works = [Work(word, out / name, how) for word, name in zip(found, names, strict=True)]
    for work in works:
        check_apart(work.word, work.out)
    return works


def _plain(path: Path) -> Path:
    """The same from the root on, however it is written; links stay."""
    return Path(os.path.normpath(path.absolute()))


def _check(word: str, how: How) -> None:
    """Raises SourceError for a source that would never end. What cannot be read at all is told when its turn comes."""
    try:
        source = parse(word, rate=how.rate)
    except SourceError:
        return
    if how.limit is None and not isinstance(source, Recording):
        raise SourceError(f"'{word}' never ends, so what comes behind it would never begin: give --limit.")


def folder_names(words: Sequence[str], known: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """A name for each recording's folder: its file's without the ending.

    Where several are called alike, eight letters that stand for the path follow. One whose `_mark` is `known` keeps
    its name, whatever was added to the archive since.
    """
    stems = [_shortened(_UNUSUAL.sub("_", _stem(word))).strip(" .") or "recording" for word in words]
    marks = [_mark(word) for word in words]
    count = Counter(stem.casefold() for stem in stems)
    count.update(known[mark].casefold() for mark in marks if mark in known)
    return [
        known.get(mark) or (stem if count[stem.casefold()] == 1 else f"{stem}-{mark[:8]}")
        for stem, mark in zip(stems, marks, strict=True)
    ]


def _mark(word: str) -> str:
    """Letters that stand for a recording's path, and do not tell it."""
    return hashlib.sha256(os.fsencode(word)).hexdigest()[:16]


def _shortened(stem: str) -> str:
    return stem.encode()[:MOST_LETTERS].decode(errors="ignore")


def _stem(word: str) -> str:
    path = Path(word)
    return path.name if path.is_dir() else path.stem or path.name


def find_recordings(root: Path, out: Path) -> Iterator[Path]:
    """The recordings in a folder and all that lie in it, but not in `out`, by name.

    They are: this program's own, video files, DICOM files, and a folder of images as one.
    """
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if here / name != out and not name.endswith(INCOMPLETE))
        if is_recorded(here):
            folders[:] = []
            yield here
            continue
        if holds_image(here):
            yield here
        yield from (here / name for name in sorted(files) if _is_recording(here / name))


def _is_recording(path: Path) -> bool:
    return path.suffix.lower() in VIDEOS or (path.name.upper() != "DICOMDIR" and has_dicom_mark(path))


def _counted(count: int) -> str:
    return "1 recording" if count == 1 else f"{count} recordings"
