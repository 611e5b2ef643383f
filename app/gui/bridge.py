"""From the pipeline's threads to the window's: events and finished work arrive as Qt signals."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from app import log
from app.capture.source import SourceError
from app.errors import OutputError
from app.gui.words import tr
from app.pipeline.types import Event

T = TypeVar("T")

_JOIN_S = 5.0

_log = logging.getLogger(log.NAME)


class Bridge(QObject):
    """Turns pipeline events into one signal; `post` may be called from any thread."""

    arrived = Signal(object)
    """An app.pipeline.types.Event."""

    def post(self, event: Event) -> None:
        self.arrived.emit(event)


class Background(QObject):
    """Runs short work (listing cameras, writing pictures) in threads of its own, so that the picture never waits."""

    _finished = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._finished.connect(self._call)

    def run(self, name: str, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[str], None]) -> None:
        """Runs `work` in a thread; `done` or `failed` (with the error's sentence) are called in the window's thread.

        Whatever goes wrong, one of them is called: what waits for it would wait for ever.
        """

        def job() -> None:
            try:
                result = work()
            except (OSError, OutputError, SourceError) as error:
                text = str(error)
                self._finished.emit(lambda: failed(text))
            except Exception as error:  # noqa: BLE001
                log.failure(_log, name, error)
                said = tr("This went wrong: {what} ({error}). Try again.", what=name, error=type(error).__name__)
                self._finished.emit(lambda: failed(said))
            else:
                self._finished.emit(lambda: done(result))

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=job, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _call(self, finish: Callable[[], None]) -> None:
        if not self._closed:
            finish()

    def close(self) -> None:
        """Waits for what runs; its results are no longer wanted."""
        self._closed = True
        for thread in self._threads:
            thread.join(_JOIN_S)
        self._threads = []
