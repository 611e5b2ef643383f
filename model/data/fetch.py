"""Downloads the public data set of Huang et al. 2019 (doi 10.21037/atm.2019.08.61), file by file, each one checked.

The pictures are github.com/gscfwid/femoral_nerve_block_computer_vision, its folder `trainset`, at one fixed commit; MIT
licence, copyright 2019 Shaowei Gao, whose text is fetched along. `femoral.txt` beside this module lists SHA-256, size
and path of each file. The hashes were taken from a copy of the data set; until someone has fetched it from there, that
the bytes are the same is likely, not proven.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit

from model.errors import DataError
from model.files import write_beside
from model.userdirs import data_folder

BASE_URL = (
    "https://raw.githubusercontent.com/gscfwid/femoral_nerve_block_computer_vision/"
    "b1002eefd3e737c36bbac1765ea9765166bf6262/"
)
LIST = Path(__file__).with_name("femoral.txt")
PREFIX = "trainset/"
"""Left away from the paths here, so that what was fetched is a data set as it stands."""
AT_ONCE = 8
TRIES = 3
PAUSE_S = 1.0
"""Before the second try; doubled before each further one."""
TIMEOUT_S = 20.0
ROOM = 1.1
"""Share of the files' size that must be free on the disk."""


@dataclass(frozen=True)
class Entry:
    """One file of the list; `path` is below the base address, with '/'."""

    sha256: str
    size: int
    path: str

    def place(self, out: Path) -> Path:
        """Where the file goes."""
        return out.joinpath(*PurePosixPath(self.path.removeprefix(PREFIX)).parts)


class _TryAgainError(Exception):
    """Something about one file that may be better at the next try."""


def default_folder() -> Path:
    """Where the data set goes unless told otherwise."""
    return data_folder() / "femoral"


def read_list(path: Path = LIST) -> list[Entry]:
    """The files to fetch: lines of SHA-256, size in bytes, path. Raises DataError."""
    entries = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not a list of files in UTF-8 ({error}).") from error
    for number, line in enumerate(lines, 1):
        digest, size, name = [*line.split(maxsplit=2), "", "", ""][:3]
        parts = PurePosixPath(name).parts
        if len(digest) != 64 or not size.isdigit() or not parts or ".." in parts or name.startswith("/"):
            raise DataError(f"{path}, line {number}: needs SHA-256, size and path.")
        entries.append(Entry(digest, int(size), name))
    return entries


def fetch(
    out: Path,
    entries: Sequence[Entry],
    base_url: str = BASE_URL,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> int:
    """Puts all files into `out`; gives the number that had to be fetched, the others being there and whole.

    A file is there only once its hash is right, so a broken-off download goes on where it was. `progress` is called
    with the files done and all, from one thread at a time. Raises DataError that names the file or the server; OSError.
    """
    if urlsplit(base_url).scheme not in ("https", "http"):
        raise DataError(f"{base_url} is no address: it starts with https://.")
    missing = [entry for entry in entries if not _is_whole(entry, out)]
    _require_room(out, sum(entry.size for entry in missing))
    done, lock, stop = len(entries) - len(missing), threading.Lock(), threading.Event()

    def get(entry: Entry) -> None:
        nonlocal done
        if stop.is_set():
            return
        try:
            _get(entry, base_url, out, stop)
        except BaseException:
            # The others need not be tried: what is wrong is mostly wrong with all.
            stop.set()
            raise
        with lock:
            done += 1
            progress(done, len(entries))

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetch") as pool:
        try:
            for future in [pool.submit(get, entry) for entry in missing]:
                future.result()
        finally:
            # On Ctrl+C too: files that are on their way are finished, no more are begun.
            stop.set()
    return len(missing)


def _is_whole(entry: Entry, out: Path) -> bool:
    path = entry.place(out)
    if not path.is_file() or path.stat().st_size != entry.size:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == entry.sha256


def _require_room(out: Path, needed: int) -> None:
    """Raises DataError if the disk has no room for what is missing."""
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if free < needed * ROOM:
        raise DataError(f"{out}: {needed / 1e6:.0f} MB are needed, and the disk has {free / 1e6:.0f} MB free.")


def _get(entry: Entry, base_url: str, out: Path, stop: threading.Event) -> None:
    """Fetches one file, with a few tries. Raises DataError, OSError."""
    url = base_url.rstrip("/") + "/" + quote(entry.path)
    for attempt in range(1, TRIES + 1):
        try:
            content = _download(url, entry)
            break
        except _TryAgainError as error:
            if attempt == TRIES:
                raise DataError(f"{url}: {error}. What was fetched is kept; run it again to go on.") from error
            if stop.wait(PAUSE_S * 2 ** (attempt - 1)):
                return
    path = entry.place(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_beside(path, lambda beside: beside.write_bytes(content))


def _download(url: str, entry: Entry) -> bytes:
    """The file's content, with the right hash. Raises _TryAgainError, or DataError where another try is no use."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
            content: bytes = answer.read(entry.size + 1)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code >= 500 or error.code == 429:
            raise _TryAgainError(f"the server says {error.code} ({error.reason})") from error
        raise DataError(f"{url}: the server does not have it ({error.code} {error.reason}).") from error
    except urllib.error.URLError as error:
        raise _TryAgainError(f"no connection ({error.reason})") from error
    except (OSError, http.client.HTTPException) as error:
        raise _TryAgainError(f"the connection broke off ({type(error).__name__})") from error
    if len(content) < entry.size:
        raise _TryAgainError(f"it came with {len(content)} of {entry.size} bytes")
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise _TryAgainError("it is not the file that the list describes (SHA-256 differs)")
    return content
