"""Where the scan area comes from: the user's own, the file's, or the one that is found; and what is said about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, Protocol

from PySide6.QtGui import QAction

from app.capture.source import Frame, Source, SourceError, SourceKind
from app.gui.live_view import LiveView
from app.gui.mode_strip import ModeStrip
from app.gui.outside import name_of, outside
from app.gui.panel import Panel
from app.gui.scan_area_tool import ScanAreaTool
from app.gui.source_notes import SourceNotes
from app.gui.sources import Sources
from app.gui.words import mark, tr
from app.pipeline.pipeline import Pipeline
from app.pipeline.scan_area import Found, from_regions
from app.pipeline.types import Rect, Size, check_area

if TYPE_CHECKING:
    from app.capture.dicom import UltrasoundRegion

GIVE_UP_S = 6.0
"""So long after the user has asked, it is said that nothing was found; the search goes on."""
WHOLE_FRAME = mark("The whole frame is kept, as no scan area is set: if a name is in it, draw a scan area first.")


class Say(Protocol):
    def __call__(self, text: str, offers: Mapping[str, QAction] | None = None) -> None: ...


def regions_of(source: Source | None, frame: Frame | None) -> tuple[UltrasoundRegion, ...]:
    """The regions that a DICOM source tells of, of several clips the one that the frame is of; empty for any other."""
    return frame.part.regions if frame is not None and frame.part is not None else getattr(source, "regions", ())


def keeps_whole_frame(source: Source | None, pipeline: Pipeline) -> bool:
    """Whether what the scanner writes round its picture, such as a name, is part of what is kept now."""
    return source is not None and source.kind is SourceKind.LIVE and pipeline.scan_area is None


def say_kept(say: Say, text: str, whole: bool, draw: QAction) -> None:
    """Says what was kept, and warns where it is the `whole` frame; `draw` begins to draw a scan area."""
    if whole:
        say(f"{text}\n{tr(WHOLE_FRAME)}", {tr("Draw it"): draw})
    else:
        say(text)


class ScanAreaControl:
    """Decides anew with each source and each size of its frames: the user's own area wins, then the file's."""

    def __init__(
        self,
        notes: SourceNotes,
        pipeline: Pipeline,
        view: LiveView,
        sources: Sources,
        panel: Panel,
        strip: ModeStrip,
        actions: dict[str, QAction],
        say: Say,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._notes = notes
        self._pipeline = pipeline
        self._view = view
        self._sources = sources
        self._panel = panel
        self._strip = strip
        self._actions = actions
        self._say = say
        self._clock = clock
        view.frame_sized.connect(self._sized)
        view.state_changed.connect(self._follow)
        view.scan_area_drawn.connect(self.set_area)
        view.mode_changed.connect(self._tool_moved)
        view.tool_moved.connect(self._tool_moved)
        strip.accepted.connect(self._accepted)
        strip.left.connect(view.leave_mode)
        self.reset()

    def reset(self) -> None:
        """Another source: nothing is decided before its first frame, when its size is known."""
        self._size: Size | None = None
        self._regions: tuple[UltrasoundRegion, ...] = ()
        self._origin = ""
        self._said: Found | None = None
        self._give_up: float | None = None
        self._pipeline.set_find_scan_area(False)

    def refresh(self) -> None:
        """Says what was found meanwhile; called some times a second."""
        self._follow()
        found = self._pipeline.found_area
        if found is not self._said and self._view.tool is None:
            self._tell(found)
        if self._give_up is not None and self._clock() > self._give_up:
            self._give_up = None
            if found is None and self._searching:
                self._say(tr("No scan area found yet: draw it."), {tr("Draw it"): self._actions["edit_scan_area"]})
        self._panel.show_scan_area(self._words())

    # What the user does

    def edit(self) -> None:
        """Begins to draw the scan area, or leaves it."""
        if isinstance(self._view.tool, ScanAreaTool):
            self._view.leave_mode()
        else:
            self._view.enter_scan_area_mode()

    def set_area(self, area: Rect | None) -> None:
        """The user's own, which is kept; None is the whole frame."""
        source = self._sources.current
        if source is None or self._size is None:
            return
        self._view.leave_mode()
        self._sources.given_area = None
        self._notes.keep_area(source.word, self._size, area)
        self._decide()
        if area is not None:
            self._say(tr("Scan area: {width} × {height} pixels.", width=area.width, height=area.height))
        else:
            self._say(tr("Scan area: the whole frame."), {tr("Find it"): self._actions["find_scan_area"]})

    def find(self) -> None:
        """Forgets the user's own, and looks for the scan area anew."""
        source = self._sources.current
        if source is None or self._size is None:
            self._say(tr("There is no picture yet in which the scan area could be found."))
            return
        self._view.leave_mode()
        if source.kind is SourceKind.DEMO:
            self._say(tr("The demo's pictures are all scan: there is nothing to find."))
            return
        self._sources.given_area = None
        self._notes.forget_area(source.word, self._size)
        self._decide(asked=True)
        if self._searching:
            self._give_up = self._clock() + GIVE_UP_S
            self._say(tr("Looking for the scan area."))
        self.refresh()

    def _accepted(self) -> None:
        if isinstance(self._view.tool, ScanAreaTool):
            self._view.accept()

    def _tool_moved(self) -> None:
        tool = self._view.tool
        if isinstance(tool, ScanAreaTool):
            self._strip.ask(
                tr(
                    "Scan area {width} × {height}: drag a handle, or draw a new one · "
                    "arrow keys move it, with Shift they size it · a double click takes the whole frame",
                    width=tool.area.width,
                    height=tool.area.height,
                )
            )
        elif tool is None:
            self._strip.hide()

    # What follows from it

    def _follow(self) -> None:
        """The frame that is shown may be of another clip, and so may what the file says."""
        frame = self._view.frame
        if frame is None or frame.pixels.shape[1::-1] != self._size:
            return  # `_sized` comes.
        if regions_of(self._sources.current, frame) != self._regions:
            self._decide()

    def _own(self, source: Source, size: Size) -> Rect | Literal["whole"] | None:
        """What the user set, unless nothing of it is in the picture: the whole frame is not shown in its stead."""
        own = self._sources.given_area or self._notes.area(source.word, size)
        if isinstance(own, Rect):
            try:
                check_area(own, size[::-1], name_of(source))
            except SourceError as error:
                self._say(str(error))
                return None
        return own

    def _sized(self, width: int, height: int) -> None:
        self._size = width, height
        self._decide()

    def _decide(self, asked: bool = False) -> None:
        """Where the scan area is to come from now; `asked`: the user wants it found."""
        source = self._sources.current
        if source is None or self._size is None:
            return
        self._regions, self._said, self._give_up = regions_of(source, self._view.frame), None, None
        own = self._own(source, self._size)
        file = from_regions(self._regions)
        area: Rect | None = None
        find, self._origin = False, ""
        if isinstance(own, Rect):
            area, self._origin = own, tr("your own")
        elif own is None and file is not None:
            area, self._origin = file.area, tr("from the file")
        elif own is None:
            find = asked or self._finds_itself(source)
        by_size = () if self._sources.given_area is not None else self._notes.areas(source.word)
        # Where the user's own is not of this size alone, it holds for all that is shown.
        by_file = own is None or self._size in dict(by_size)
        self._pipeline.set_find_scan_area(find)
        self._pipeline.set_scan_area(area, by_file, self._size, by_size)
        self._view.update()

    def _finds_itself(self, source: Source) -> bool:
        """Pictures of a folder do not follow each other, and are mostly cut out already; so are the demo's."""
        info = self._pipeline.source_info
        return source.kind is not SourceKind.DEMO and not (info is not None and info.stills)

    @property
    def _searching(self) -> bool:
        return self._pipeline.finding_scan_area and not self._origin

    def _tell(self, found: Found | None) -> None:
        before, self._said = self._said, found
        asked, self._give_up = self._give_up is not None, None
        if found is None or self._size is None:
            return
        if found.area == Rect(0, 0, *self._size):
            if asked:
                self._say(tr("The whole frame looks like the scan: it stays whole."))
            return
        offers = {
            tr("Correct it"): self._actions["edit_scan_area"],
            tr("Whole frame"): self._actions["reset_scan_area"],
        }
        what = tr("Scan area found anew") if before is not None else tr("Scan area found")
        self._say(tr("{what}: {why}. Correct it, or take the whole frame.", what=what, why=outside(found.why)), offers)

    def _words(self) -> str:
        """One line for the panel."""
        area = self._pipeline.scan_area
        if area is None or (self._size is not None and area == Rect(0, 0, *self._size)):
            looking = self._searching and self._pipeline.found_area is None
            return tr("looking for it …") if looking else tr("the whole frame")
        origin = self._origin or tr("found")
        return f"{origin} · {area.width} × {area.height}"
