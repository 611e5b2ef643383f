"""An export in a thread of its own, beside the live picture."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from app import log
from app.capture.source import Source, SourceError
from app.errors import OutputError
from app.pipeline.export import Task, export
from app.pipeline.recording import new_folder
from app.pipeline.worker import FindBundle, OpenEngine
from app.thread import OwnThread
from app.writing import make_folder
from model.engines.crew import Crew
from model.errors import ModelError
from model.novelty import Novelty

_LONGEST_PAUSE_S = 0.2
"""After a frame, while the picture is playing."""

_log = logging.getLogger(log.NAME)


@dataclass(frozen=True)
class Exported:
    """How an export ended."""

    folder: Path | None
    """Where its files are; None where there are none."""
    frames: int
    text: str
    """A sentence or two."""
    whole: bool
    """Whether all that was asked for is there."""


class Exporter(OwnThread):
    """One thread, from `start` to the end of the export or to `stop`, which keeps what is finished.

    It has a source and an engine of its own.
    """

    def __init__(
        self,
        source: Source,
        model: str,
        engine: str,
        task: Task,
        open_engine: OpenEngine,
        find_bundle: FindBundle,
        resting: Callable[[], bool] = lambda: True,
    ) -> None:
        """A new folder is made in `task.out`, and called after the time.

        Whenever the live picture is not `resting`, the export takes half of the time that it could.
        """
        super().__init__("export")
        self._source, self._model, self._engine, self._task = source, model, engine, task
        self._open_engine, self._find_bundle, self._resting = open_engine, find_bundle, resting
        self._counted = 0.0
        self._folder: Path | None = None
        self.done = 0
        """Frames that are written."""
        self.total: int | None = task.limit
        """Frames to write, as far as that is known."""
        self.ended: Exported | None = None
        """Set at the end."""

    # What follows runs in the thread.

    def _run(self) -> None:
        try:
            self._export()
            self.ended = self._said()
        except (SourceError, ModelError, OutputError) as error:
            self.ended = self._failed(str(error))
        # The boundary of the thread: whatever goes wrong must reach the user as a sentence, and not end in silence.
        except Exception as error:  # noqa: BLE001
            log.failure(_log, "exporting failed", error)
            self.ended = self._failed(f"The export failed ({type(error).__name__}).")

    def _export(self) -> None:
        bundle = self._find_bundle(self._model)
        engine = self._open_engine(self._engine, bundle)
        try:
            self._source.open()
            self._counted = time.monotonic()
            make_folder(self._task.out)
            try:
                self._folder = new_folder(self._task.out, datetime.now())
            except OSError as error:
                raise OutputError.of(f"A folder in {self._task.out}", error) from error
            task = replace(self._task, out=self._folder, novelty=Novelty.of(bundle))
            export(self._source, Crew([engine]), task, self._count, self._stopping.is_set)
        finally:
            self._source.close()
            engine.close()

    def _count(self, done: int, total: int | None) -> None:
        self.done, self.total = done, total
        if not self._resting():
            self._stopping.wait(min(time.monotonic() - self._counted, _LONGEST_PAUSE_S))
        self._counted = time.monotonic()

    def _said(self) -> Exported:
        if self._stopping.is_set():
            of = f" of {self.total}" if self.total is not None else ""
            return self._failed(f"The export was stopped after {self.done}{of} frames.")
        one = self.done == 1
        said = (
            f"1 frame is exported to {self._folder}." if one else f"{self.done} frames are exported to {self._folder}."
        )
        return Exported(self._folder, self.done, said, True)

    def _failed(self, why: str) -> Exported:
        if self._folder is None or not self.done:
            return Exported(self._folder, 0, why, False)
        return Exported(
            self._folder, self.done, f"{why} What was finished until then is kept in {self._folder}.", False
        )
