"""Writing files so that nobody ever finds half of one."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt

    def _lock(stream: IO[bytes]) -> None:
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(stream: IO[bytes]) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


UNFINISHED = ".part"
"""What is not whole yet is called so, or begins with it."""
_LOOK_S = 0.1
ESCAPED = "backslashreplace"
"""What becomes of letters that a file or a terminal cannot hold."""


def beside(path: Path) -> Path:
    """Where a file is written until it is whole."""
    return path.with_name(f"{UNFINISHED}-{path.name}")


def write_beside(path: Path, write: Callable[[Path], Any]) -> None:
    """Has `write` fill a file beside `path`, then renames it: the old one stays whole until then.

    Raises OSError, which names `path` where it was the writing that failed.
    """
    part = beside(path)
    try:
        write(part)
        part.replace(path)
    except BaseException as error:
        _name_instead(error, part, path)
        part.unlink(missing_ok=True)
        raise


@contextmanager
def folder_beside(out: Path) -> Iterator[Path]:
    """A new folder to fill. Its content is in `out`, which is missing or empty but for UNFINISHED, once it is whole.

    Raises OSError, which names `out` where it was the writing that failed.
    """
    place = out.resolve()
    # In a folder that is there already: it may be another disk, and beside it nothing may be written.
    part = place / UNFINISHED if place.is_dir() else beside(place)
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        yield part
        if place.is_dir():
            # Someone may stand in it, so it stays the folder that it is.
            for one in list(part.iterdir()):
                one.rename(place / one.name)
        else:
            part.rename(place)
    except OSError as error:
        _name_instead(error, part, out)
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def held(path: Path, wait: bool = False) -> Iterator[bool]:
    """Whether the file `path`, which is made if missing, is this process's alone meanwhile: False if another holds it.

    With `wait`, only once that one has let go of it. The system does so however a process ends. Raises OSError.
    """
    with path.open("ab") as stream:
        # Looked at again and again, since Windows waits for ten seconds at most.
        while not (alone := _taken(stream)) and wait:
            time.sleep(_LOOK_S)
        yield alone


def _taken(stream: IO[bytes]) -> bool:
    try:
        _lock(stream)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # A file system without locks.
    return True


def _name_instead(error: BaseException, part: Path, path: Path) -> None:
    """Has the error of writing `part`, or in it, name `path`, which is what the user asked for."""
    if not isinstance(error, OSError):
        return
    # A full disk is often told without a name; where a file was copied, the second one is that which was written.
    names = [Path(name) for name in (error.filename, error.filename2) if isinstance(name, str | os.PathLike)]
    if not names or any(name.is_relative_to(part) for name in names):
        error.filename, error.filename2 = str(path), None


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises OSError, and ValueError for whatever else keeps it from being read."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def write_text(path: Path, text: str) -> None:
    """Writes `text` as UTF-8 with `write_beside`. Raises OSError.

    Names of files that are no text, as old archives have them, stand there escaped as JSON and Python read them.
    """
    write_beside(path, lambda beside: beside.write_text(text, encoding="utf-8", errors=ESCAPED))
