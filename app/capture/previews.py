"""Small pictures of sources that may be chosen, each looked at in a thread of its own that ends when it is told to."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app import log
from app.capture.devices import camera_key
from app.capture.pixels import shrunk
from app.capture.source import Pixels, Source, SourceError, SourceInfo, SourceKind
from app.thread import OwnThread

SIZE = (416, 234)
"""Largest width and height of a preview, pixels."""
PAUSE_S = 0.3
"""Between two pictures of a live source."""
RETRY_S = 2.0
"""Before a source that failed is looked at again."""
JOIN_S = 5.0
"""A camera may hold its thread for about three seconds."""

_log = logging.getLogger(log.NAME)


@dataclass(frozen=True, eq=False)
class Look:
    """What a source showed last."""

    pixels: Pixels | None = None
    """At most SIZE, grey or BGR; None: nothing yet, or nothing any more."""
    info: SourceInfo | None = None
    problem: str = ""
    """A sentence where there is no picture."""


class Previews:
    """Looks at sources by their words, each word once; all methods are called from one thread and return at once."""

    def __init__(self, parse: Callable[[str], Source]) -> None:
        """`parse` makes a source of a word, and may raise SourceError."""
        self._parse = parse
        self._running: dict[str, _Preview] = {}
        self._ending: list[_Preview] = []

    def show(self, words: Iterable[str]) -> None:
        """Looks at these, and at no others any more."""
        wanted = set(words)
        for word in [word for word in self._running if word not in wanted]:
            self.stop(word)
        self._ending = [preview for preview in self._ending if preview.alive]
        for word in wanted - set(self._running):
            before = [preview for preview in self._ending if preview.key == camera_key(word)]
            self._running[word] = _Preview(word, self._parse, before)
            self._running[word].start()

    def stop(self, word: str) -> None:
        """Looks no longer at this one; its device is let go soon after."""
        preview = self._running.pop(word, None)
        if preview is not None:
            preview.stop()
            self._ending.append(preview)

    def look(self, word: str) -> Look:
        """What was seen of it last."""
        preview = self._running.get(word)
        return preview.look if preview else Look()

    def close(self) -> Callable[[], None]:
        """Stops all; what is returned waits until every device is let go (JOIN_S at most), in whatever thread."""
        self.show(())
        ending = list(self._ending)

        def join() -> None:
            until = time.monotonic() + JOIN_S
            for preview in ending:
                preview.join(max(until - time.monotonic(), 0))

        return join


class _Preview(OwnThread):
    """One source, one thread."""

    def __init__(self, word: str, parse: Callable[[str], Source], after: list[_Preview]) -> None:
        super().__init__("preview")
        self.key = camera_key(word)
        self.look = Look()
        self._word = word
        self._parse = parse
        self._after = after

    # What follows runs in the thread.

    def _run(self) -> None:
        for preview in self._after:
            preview.join(JOIN_S)
        while not self._stopping.is_set() and self._try():
            self._stopping.wait(RETRY_S)

    def _try(self) -> bool:
        """Looks until stopped or failed. Whether it failed and is worth trying again."""
        source: Source | None = None
        try:
            source = self._parse(self._word)
            self._watch(source)
            return False
        except SourceError as error:
            self.look = Look(problem=str(error))
        # The boundary of the thread: whatever a driver or decoder throws must be said on the card, not end in silence.
        except Exception as error:  # noqa: BLE001
            log.failure(_log, "a preview failed", error)
            self.look = Look(problem=f"It cannot be shown ({type(error).__name__}): choose another source.")
        finally:
            if source is not None:
                source.close()
        return source is not None and source.retries

    def _watch(self, source: Source) -> None:
        """Raises SourceError."""
        info = source.open()
        while not self._stopping.is_set():
            picture = source.read()
            if picture is None:
                raise SourceError(f"{source.name} gives no picture: check that it is on.")
            self.look = Look(shrunk(picture.pixels, SIZE), info)
            if source.kind is not SourceKind.LIVE:
                return  # A still picture is enough to know a recording by.
            self._stopping.wait(PAUSE_S)
