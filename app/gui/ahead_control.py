"""Looking ahead at recordings: starts and ends it as source, model and settings change, and shows what it found."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction

from app.capture.source import Repeatable
from app.gui.models import Models
from app.gui.sources import Sources
from app.gui.transport import Transport
from app.gui.words import tr
from app.pipeline.ahead import Ahead, Strips, Thumbnails, Wish
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import SourceState

_JOIN_S = 5.0


class AheadControl:
    """Compares what runs with what is wanted whenever the window refreshes; so there is nothing to keep in step."""

    def __init__(
        self,
        pipeline: Pipeline,
        sources: Sources,
        models: Models,
        transport: Transport,
        action: QAction,
        secret: Callable[[], bool],
    ) -> None:
        """What the model says is not shown while it is `secret`."""
        self._pipeline, self._sources, self._models, self._transport = pipeline, sources, models, transport
        self._action, self._secret = action, secret
        self._source: Repeatable | None = None
        self._thumbnails: Thumbnails | None = None
        self._ahead: Ahead | None = None
        self._old: list[Thumbnails | Ahead] = []
        self._shown: tuple[object, ...] | None = None
        action.setChecked(True)

    def refresh(self) -> None:
        """Follows the source, the model and the settings; and shows how far it is."""
        self._follow_source()
        self._follow_wish()
        self._show()

    def close(self) -> None:
        """Ends the threads and waits for them."""
        self._end(self._thumbnails, self._ahead)
        for reader in self._old:
            reader.join(_JOIN_S)

    def _follow_source(self) -> None:
        event, current = self._sources.event, self._sources.current
        opened = event is not None and event.info is not None and event.state is not SourceState.NO_SIGNAL
        source = current if opened and isinstance(current, Repeatable) else None
        if source is self._source:
            return
        self._end(self._thumbnails, self._ahead)
        self._source, self._thumbnails, self._ahead = source, None, None
        if source is not None:
            self._thumbnails = Thumbnails(source)
            self._thumbnails.start()

    def _follow_wish(self) -> None:
        wish = self._wish()
        if self._source is None or wish == (self._ahead.wish if self._ahead is not None else None):
            return
        self._end(self._ahead)
        self._ahead = None
        self._pipeline.set_recall(None)
        if wish is not None:
            self._ahead = self._pipeline.look_ahead(self._source, wish, self._resting)
            self._pipeline.set_recall(self._ahead.recall)

    def _wish(self) -> Wish | None:
        if self._source is None or not self._models.ready:
            return None
        model, engine = self._models.running
        return Wish(model, engine, self._pipeline.scan_areas, self._pipeline.threshold)

    def _resting(self) -> bool:
        """Whether the picture stands still and its answer is there. In the thread that looks ahead."""
        if not self._sources.still or not self._action.isChecked():
            return False
        frame = self._pipeline.frames.latest()
        prediction = self._pipeline.predictions.latest()
        return frame is None or (prediction is not None and prediction.frame_number == frame.number)

    def _show(self) -> None:
        self._transport.slider.set_pictures(self._thumbnails.pictures if self._thumbnails is not None else ())
        ahead, words, secret = self._ahead, self._words(self._ahead), self._secret()
        if (id(ahead), words, secret) != self._shown:
            self._shown = id(ahead), words, secret
            self._transport.set_strips(Strips.unknown(0) if ahead is None or secret else ahead.strips, words)

    def _words(self, ahead: Ahead | None) -> str:
        if ahead is None or not ahead.total:
            return ""
        done, total = ahead.done, ahead.total
        if done == total:
            return tr("All frames analysed")
        if ahead.is_full:
            return tr("Analysed {done} of {total}, no room for more", done=done, total=total)
        if ahead.ended:
            return tr("Analysed {done} of {total}", done=done, total=total)
        if not self._action.isChecked():
            return tr("Analysed {done} of {total}, held", done=done, total=total)
        return (
            tr("Analysing {done} of {total}", done=done, total=total)
            if self._sources.still
            else tr("Analysed {done} of {total}, goes on while paused", done=done, total=total)
        )

    def _end(self, *readers: Thumbnails | Ahead | None) -> None:
        for reader in readers:
            if reader is not None:
                reader.stop()
                self._old.append(reader)
        self._old = [reader for reader in self._old if not reader.join(0)]
