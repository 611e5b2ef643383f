"""Says what is: in the two lines around the picture, and over the picture where there is no signal."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.capture.source import SourceKind
from app.gui.actions import keys_of
from app.gui.covering import covers
from app.gui.live_view import LiveView
from app.gui.outside import name_of, outside
from app.gui.sources import Sources
from app.gui.status import Level, OverlayKind, badge, overlay_spoken, overlay_words, rates
from app.gui.strips import BottomStrip, TopStrip
from app.gui.words import mark, tr
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import SourceChanged, SourceState

_STILL_S = 1.0
"""A live source without a picture for longer than this, or than three of its pictures take, stands still."""
_COVER_TEXT = mark(
    "This window covers the part of the screen that it watches: move it aside, or it will see its own overlay."
)


class StateLines:
    """Reads what is and writes it; `refresh` is called often enough that the numbers are of now."""

    def __init__(
        self,
        window: QWidget,
        pipeline: Pipeline,
        sources: Sources,
        view: LiveView,
        strips: tuple[TopStrip, BottomStrip],
        raw: QAction,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._window = window
        self._pipeline = pipeline
        self._sources = sources
        self._view = view
        self._top, self._bottom = strips
        self._raw = raw
        self._say = say
        self._clock = clock
        self._lost: tuple[SourceChanged, float] | None = None
        self._covered = False
        self._came: float | None = None
        self._apart_s = 0.0
        self._said_kind: OverlayKind | None = None
        view.state_changed.connect(self._overlay_changed)

    def refresh(self) -> None:
        """Says everything anew."""
        self._watch_pictures()
        source, event = self._sources.current, self._sources.event
        if source is None:
            self._top.badge.say(tr("NO SOURCE"), Level.PLAIN)
        else:
            state = event.state if event else SourceState.OPENING
            self._top.badge.say(*badge(source.kind, state, self._pipeline.frozen, self._still(event)))
            part = self._view.frame.part if self._view.frame is not None else None
            self._top.name.setText(outside(part.name) if part is not None else name_of(source))
        self._top.detail.setText(self._detail(event))
        self.show_overlay()
        self._bottom.rates.setText(rates(self._pipeline.statistics.snapshot()))
        self._say_lost()
        self._watch_covering()

    def reset(self) -> None:
        """Another source: whether the window covers it is looked at anew."""
        self._covered = False
        self._lost = self._came = None

    def changed(self, event: SourceChanged) -> None:
        """The current source says something: a lost signal is said over its last picture."""
        self._came = None
        self._lost = (event, self._clock()) if event.state is SourceState.NO_SIGNAL else None
        if self._lost is None:
            self._view.say("")
            if event.reason:  # It goes on, such as a recording that is cut off.
                self._say(event.reason)
        self._say_lost()

    def _say_lost(self) -> None:
        """Counts down to the next try; a picture that the user froze is left alone."""
        if self._lost is not None:
            event, since = self._lost
            self._view.say("" if self._pipeline.frozen else _no_signal(event, self._clock() - since))

    def show_overlay(self) -> None:
        """Says what there is of the overlay."""
        self._said_kind = self._view.state.kind
        event = self._sources.event
        running = event is not None and event.state is SourceState.RUNNING
        moving = running and not self._pipeline.frozen and not self._still(event)
        self._top.overlay.say(*overlay_words(self._view.state, moving, keys_of(self._raw)))
        self._describe()

    def _describe(self) -> None:
        """The picture's state for screen readers."""
        said = f"{self._top.badge.text()} · {overlay_spoken(self._view.state.kind, keys_of(self._raw))}"
        if said != self._view.accessibleDescription():
            self._view.setAccessibleDescription(said)

    def _overlay_changed(self) -> None:
        """Says at once what changed in kind; the age alone waits for `refresh`, or it could not be read."""
        if self._view.state.kind is not self._said_kind:
            self.show_overlay()

    def _detail(self, event: SourceChanged | None) -> str:
        if event is None:
            return ""
        if self._covered:
            return tr("this window covers a part of it")
        if self._still(event):
            return tr("no new pictures for over a second")
        if event.state is SourceState.REPEATING:
            return tr("its pictures do not change")
        if event.state is SourceState.NO_SIGNAL:
            return tr("no new pictures")
        info = event.info or self._pipeline.source_info
        if info is None:
            return ""
        frame = self._view.frame  # Of a stream, pictures may come to have another size.
        width, height = (info.width, info.height) if frame is None else frame.pixels.shape[1::-1]
        return " · ".join(part for part in (f"{width} × {height}", outside(info.detail)) if part)

    def _still(self, event: SourceChanged | None) -> bool:
        """Whether a live source owes its next picture for so long that what is shown is not live any more.

        One whose pictures come so rarely stands still between them, and does not turn live for a moment with each.
        """
        frame = self._view.frame
        if event is None or event.kind is not SourceKind.LIVE or event.state is not SourceState.RUNNING:
            return False
        rate = event.info.rate if event.info else None
        late_s = max(_STILL_S, 3 / rate if rate else 0.0)
        if frame is None or self._pipeline.frozen:
            return False
        return max(self._clock() - frame.captured, self._apart_s) > late_s

    def _watch_pictures(self) -> None:
        """Notes how far apart the last two pictures came, of those that were not held back by the user."""
        frame = None if self._pipeline.frozen else self._view.frame
        came = None if frame is None else frame.captured
        if came != self._came:
            self._apart_s = came - self._came if came is not None and self._came is not None else 0.0
            self._came = came

    def _watch_covering(self) -> None:
        source = self._sources.current
        covered = source is not None and self._window.isVisible() and covers(self._window, source)
        if covered and not self._covered:
            self._say(tr(_COVER_TEXT))
        self._covered = covered


def _no_signal(event: SourceChanged, waited_s: float) -> str:
    again = ""
    if event.retry_s is not None:
        left = event.retry_s - waited_s
        again = tr(" Next try in {n} s.", n=math.ceil(left)) if left >= 1 else tr(" Trying again.")
    return tr("No signal. {reason}{again}", reason=outside(event.reason), again=again)
