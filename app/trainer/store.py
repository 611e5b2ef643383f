"""Where corrections are kept: one file for each recording, named by a hash of its content; masks and numbers only."""

from __future__ import annotations

import base64
import json
import logging
import threading
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from app import log
from app.errors import OutputError
from app.trainer.corrections import Correction, Entries
from model.files import read_json, write_text

FORMAT = 1
_NAME_FORMAT = "%Y-%m-%d_%H-%M-%S"

_log = logging.getLogger(log.NAME)


class Store:
    """One recording's file. `load` and `save` may be called from any thread, one at a time."""

    def __init__(self, folder: Path, content: str) -> None:
        """`content` is a hash of what the recording holds."""
        self.path = folder / f"{content[:32]}.json"
        self.name = datetime.now().strftime(_NAME_FORMAT)
        """When the first correction was made: what saved pictures are called by."""
        self._before: Entries = {}
        """What was read or given to be kept here last."""
        self._there: Entries = {}
        """What the file holds: more than that, where another window corrects the same recording."""
        self._stamp: tuple[int, int] | None = None
        """Of the file when it was read or written here last."""

    def load(self) -> tuple[Entries, str]:
        """What is kept, and a sentence where something was wrong with it. A damaged file is set aside.

        Raises OutputError where it cannot be read or set aside: what would then be saved in its place would destroy it.
        """
        try:
            self._before, self._there, self._stamp = {}, {}, None
            self._before = self._read()
        except FileNotFoundError:
            return {}, ""
        except OSError as error:
            reason = error.strerror or str(error)
            raise OutputError(
                f"The corrections of this recording cannot be read ({reason}): see that {self.path} can be read,"
                " then try again."
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}, self._set_aside()
        return self._before, ""

    def save(self, entries: Entries) -> None:
        """Keeps all of it, the old file whole until the new one is. Raises OutputError.

        What another window has kept of this recording meanwhile stays, but for the frames that are changed here.
        """
        try:
            self._follow()
            gone = self._before.keys() - entries.keys()
            new = {number: entry for number, entry in entries.items() if entry != self._before.get(number)}
            kept = {number: entry for number, entry in self._there.items() if number not in gone} | new
            frames = {str(number): _as_json(kept[number]) for number in sorted(kept)}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_text(self.path, json.dumps({"format": FORMAT, "name": self.name, "frames": frames}) + "\n")
        except OSError as error:
            raise OutputError.of(f"The corrections in {self.path.parent}", error) from error
        self._before, self._there, self._stamp = entries, kept, self._stamp_now()

    def _read(self) -> Entries:
        """Raises OSError, and ValueError, KeyError, TypeError or AttributeError where it is damaged."""
        stamp, content = self._stamp_now(), read_json(self.path)
        there = {int(number): _correction(entry) for number, entry in content["frames"].items()}
        self.name, self._there, self._stamp = str(content["name"]), there, stamp
        return there

    def _follow(self) -> None:
        """Reads the file again where another window has written it. Raises OSError and OutputError."""
        if self._stamp_now() == self._stamp:
            return
        try:
            self._read()
        except FileNotFoundError:
            self._there = self._before
        except (ValueError, KeyError, TypeError, AttributeError):
            self._set_aside()
            self._there = self._before

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size

    def _set_aside(self) -> str:
        aside = self.path.with_name(f"{self.path.stem}.damaged-{datetime.now().strftime(_NAME_FORMAT)}")
        try:
            self.path.replace(aside)
        except OSError as error:
            raise OutputError(
                f"The corrections in {self.path} are damaged and cannot be set aside:"
                " move the file away, then try again."
            ) from error
        return f"The corrections of this recording were damaged; the file was set aside as {aside}."


def _as_json(entry: Correction) -> dict[str, Any]:
    return {
        "size": entry.size,
        "by_hand": entry.by_hand,
        "area_px": entry.area_px,
        "mark": entry.mark,
        "mask": base64.b64encode(entry.packed).decode("ascii"),
    }


def _correction(entry: dict[str, Any]) -> Correction:
    height, width = (int(side) for side in entry["size"])
    mark = None if entry["mark"] is None else int(entry["mark"])
    packed = base64.b64decode(entry["mask"], validate=True)
    made = Correction((height, width), packed, int(entry["area_px"]), bool(entry["by_hand"]), mark)
    try:
        right = int(made.mask().sum()) == made.area_px
    except (zlib.error, ValueError) as error:
        raise ValueError("a mask is damaged") from error
    if not right:
        raise ValueError("a mask is damaged")
    return made


class Autosave:
    """Saves what it is given last in a thread of its own; nothing waits for the disk."""

    def __init__(self, store: Store, failed: Callable[[str], None]) -> None:
        """`failed` is called in the thread with a sentence."""
        self._store, self._failed = store, failed
        self._news = threading.Condition()
        self._waiting: Entries | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="autosave", daemon=True)
        self._thread.start()

    def put(self, entries: Entries) -> None:
        """Has this saved; returns at once."""
        with self._news:
            self._waiting = entries
            self._news.notify()

    def close(self, timeout: float = 5.0) -> bool:
        """Saves what is left and ends; whether it has within `timeout` seconds."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._waiting is not None or self._closing)
                entries, self._waiting = self._waiting, None
                if entries is None:
                    return
            try:
                self._store.save(entries)
            except OutputError as error:
                self._failed(str(error))
            # The boundary of the thread: the corrections behind these are still to be saved.
            except Exception as error:  # noqa: BLE001
                log.failure(_log, "saving corrections failed", error)
                self._failed(f"The corrections are not saved ({type(error).__name__}).")
