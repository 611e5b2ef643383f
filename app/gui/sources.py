"""The source that is shown, how the next one is opened, and what is remembered of each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.capture.camera_mode import ask_kept
from app.capture.source import Source, SourceError
from app.gui.bridge import Background
from app.gui.source_notes import SourceNotes
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import Rect, SourceChanged, SourceState
from app.settings import Settings

_RECENT = 6

ParseWord = Callable[[str, Path | None], Source]


def parse_word(word: str, demo_folder: Path | None) -> Source:
    """The source of a word. Raises SourceError."""
    from app.capture.words import parse

    return parse(word, demo_folder=demo_folder)


class Sources:
    """Opens sources in the pipeline; `shown` is told of each one."""

    def __init__(
        self,
        settings: Settings,
        pipeline: Pipeline,
        parse: ParseWord,
        background: Background,
        shown: Callable[[Source], None],
        say: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._pipeline = pipeline
        self._parse = parse
        self._background = background
        self._shown = shown
        self._say = say
        self._opening = 0
        self.current: Source | None = None
        self.given_area: Rect | None = None
        """The current source's scan area from the command line, until the user says otherwise; it is not kept."""
        self.event: SourceChanged | None = None
        """What the pipeline said last about the current source."""

    @property
    def still(self) -> bool:
        """Whether a recording stands still, paused or at its end. In any thread."""
        event = self.event
        return event is not None and event.state in (SourceState.PAUSED, SourceState.ENDED)

    def open_word(self, word: str, said: str = "") -> None:
        """Opens a source by its word; what is shown stays until it is known to be good, and then that is `said`."""
        try:
            source = self._parse(word, self._settings.demo_path)
        except SourceError as error:
            self._say(str(error))
            return
        self.open_when_good(source, said=said)

    def open_when_good(self, source: Source, remember: bool = True, said: str = "") -> None:
        """Shows a source once it is known to be good; what is shown stays until then."""
        self._opening += 1
        turn = self._opening

        def opened(_: object) -> None:
            if turn != self._opening:
                source.close()
                return
            self.open(source, remember=remember)
            if said:  # Only now: what was said of the source before goes with it.
                self._say(said)

        if source.retries:
            opened(None)
            return

        self._background.run("open source", lambda: _try(source), opened, self._say)

    def open(self, source: Source, scan_area: Rect | None = None, remember: bool = True) -> None:
        """Shows a source from now on; the next start begins with it again where it is to be remembered."""
        self._opening += 1
        self.current, self.event, self.given_area = source, None, scan_area
        ask_kept(source, source.word, self._settings.camera_modes)
        kept = SourceNotes(self._settings).area(source.word)
        self._pipeline.set_source(source, scan_area or (kept if isinstance(kept, Rect) else None))
        if remember:
            self._remember(source.word)
        self._shown(source)

    def open_demo_folder(self, folder: str) -> None:
        """The demo shows the images of this folder, now and from now on."""
        self._settings.demo_folder = folder
        self.open_word("demo")

    def take(self, event: SourceChanged) -> bool:
        """Whether the event is about the current source; only then it counts."""
        if self.current is None or event.word != self.current.word:
            return False
        self.event = event
        return True

    def _remember(self, word: str) -> None:
        self._settings.source = word
        self._settings.recent = [word, *(old for old in self._settings.recent if old != word)][:_RECENT]


def _try(source: Source) -> None:
    """Opens a source to see whether it is good. Raises SourceError."""
    try:
        source.open()
    except Exception:
        source.close()
        raise
