"""How large a pixel is: from the file, or from two ticks of the machine's own scale; and what is measured with it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction

from app.capture.source import SourceKind
from app.gui.live_view import LiveView
from app.gui.mode_strip import ModeStrip
from app.gui.outside import outside
from app.gui.panel import Panel
from app.gui.scale_tool import ScaleTool
from app.gui.scan_area_control import Say, regions_of
from app.gui.source_notes import SourceNotes
from app.gui.sources import Sources
from app.gui.status import OverlayKind
from app.gui.strips import BottomStrip
from app.gui.words import mark, tr
from app.pipeline.pipeline import Pipeline
from app.pipeline.scale import FROM_FILE, Scale, measure, of_regions, pixel_mm
from app.pipeline.types import Rect, Size

if TYPE_CHECKING:
    from app.capture.dicom import UltrasoundRegion

_LONGEST_CM = 50.0

_FIRST_TICK = mark(
    "Scale: click two ticks of the machine's own scale, far apart · or move the cross with the arrow keys, Enter marks"
)
_SECOND_TICK = mark("Scale: click the second tick · or move the cross with the arrow keys, Enter marks")


class ScaleControl:
    """A scale holds for one source, one size of its frames, and one depth setting of the machine: never a guess."""

    def __init__(
        self,
        notes: SourceNotes,
        pipeline: Pipeline,
        view: LiveView,
        sources: Sources,
        panel: Panel,
        bottom: BottomStrip,
        strip: ModeStrip,
        edit: QAction,
        say: Say,
    ) -> None:
        self._notes = notes
        self._pipeline = pipeline
        self._view = view
        self._sources = sources
        self._panel = panel
        self._bottom = bottom
        self._strip = strip
        self._edit = edit
        self._say = say
        view.frame_sized.connect(self._sized)
        view.mode_changed.connect(self._tool_moved)
        view.tool_moved.connect(self._tool_moved)
        view.state_changed.connect(self._follow)
        strip.accepted.connect(self._accepted)
        self.reset()

    def reset(self) -> None:
        """Another source: no scale before its first frame."""
        self._size: Size | None = None
        self._regions: tuple[UltrasoundRegion, ...] = ()
        self._show(None)

    def refresh(self) -> None:
        """What the file says may change with what it shows, and with the scan area; called some times a second."""
        self._show(self._chosen())
        self.measure()

    def measure(self) -> None:
        """Says how deep and how large the region is that is shown; nothing without a scale."""
        state, scale, frame = self._view.state, self._view.marks.scale, self._view.frame
        region = state.prediction.region if state.kind is OverlayKind.SHOWN and state.prediction is not None else None
        if region is None or scale is None or frame is None or frame.pixels.shape[1::-1] != scale.frame:
            self._bottom.measures.setText("")
            return
        self._bottom.measures.setText(outside(str(measure(region, scale))))

    # What the user does

    def edit(self) -> None:
        """Begins to set the scale, or leaves it."""
        if isinstance(self._view.tool, ScaleTool):
            self._view.leave_mode()
        elif self._view.frame is None:
            self._say(tr("There is no picture yet whose scale could be set."))
        else:
            self._view.leave_mode()
            self._view.enter_scale_mode()

    def cycle(self) -> None:
        """The next of the known scales, and after the last one none."""
        source, size, scales = self._sources.current, self._size, self._known()
        if source is None or size is None or not scales:
            self._say(tr("No scale is known for this picture: set one."), {tr("Set scale"): self._edit})
            return
        names = [*scales, ""]
        now = self._view.marks.scale
        chosen = names[(names.index(now.name if now is not None else "") + 1) % len(names)]
        self._notes.choose_scale(source.word, size, chosen)
        self.refresh()
        self._say(
            tr("Scale {chosen}. The machine must be set to the same depth.", chosen=chosen)
            if chosen
            else tr("No scale.")
        )

    def forget(self) -> None:
        """The scale that is in use is wrong, or no longer needed."""
        source, size, now = self._sources.current, self._size, self._view.marks.scale
        if source is None or size is None or now is None or now.name == FROM_FILE:
            self._say(tr("There is no scale of your own in use that could be forgotten."))
            return
        self._notes.forget_scale(source.word, size, now.name)
        self.refresh()
        self._say(tr("Scale {name} is forgotten.", name=now.name))

    def _tool_moved(self) -> None:
        tool = self._view.tool
        if not isinstance(tool, ScaleTool):
            return
        if tool.complete:
            self._strip.ask(tr("How far apart are the two marks? Drag them to correct; Enter sets."), True)
        else:
            self._strip.ask(tr(_SECOND_TICK if tool.points else _FIRST_TICK))

    def _accepted(self) -> None:
        tool, source, size = self._view.tool, self._sources.current, self._size
        if not isinstance(tool, ScaleTool) or source is None or size is None:
            return
        if not tool.complete:
            self._view.accept()
            return
        try:
            distance = _centimetres(self._strip.distance.text())
            size_mm = pixel_mm(tool.points[0], tool.points[1], distance)
        except ValueError as error:
            self._say(str(error))
            return
        name = self._strip.depth_name.text().strip() or self._depth_of_scan_area(size_mm, size)
        self._notes.keep_scale(source.word, size, name, size_mm)
        self._view.leave_mode()
        self.refresh()
        self._say(tr("Scale {name}: it holds as long as the machine's depth is not changed.", name=name))

    def _depth_of_scan_area(self, size_mm: float, size: Size) -> str:
        """A name for a depth setting that was not named: the scan area's depth, to half a centimetre."""
        return f"{round(self._area(size).height * size_mm / 5) / 2:g} cm"

    # What follows from it

    def _follow(self) -> None:
        """Of several clips, the frame that is shown may be of another one, with another scale."""
        if regions_of(self._sources.current, self._view.frame) != self._regions:
            self._show(self._chosen())
        self.measure()

    def _sized(self, width: int, height: int) -> None:
        before, self._size = self._view.marks.scale, (width, height)
        self.refresh()
        scale, source = self._view.marks.scale, self._sources.current
        if before is not None and scale is None:
            self._say(
                tr("The picture has another size now, for which no scale is known: set it anew."),
                {tr("Set scale"): self._edit},
            )
        elif scale is not None and scale.name != FROM_FILE and source is not None and source.kind is SourceKind.LIVE:
            self._say(tr("Scale {name} as before: check that the machine is set to the same depth.", name=scale.name))

    def _area(self, size: Size) -> Rect:
        return Rect.in_frame(self._pipeline.scan_area, size[::-1])

    def _known(self) -> dict[str, Scale]:
        """The file's scale, if it has one, and the user's own."""
        source, size = self._sources.current, self._size
        if source is None or size is None:
            return {}
        self._regions = regions_of(source, self._view.frame)
        file = of_regions(self._regions, self._area(size), size)
        own = self._notes.scales(source.word, size)
        return own if file is None else {FROM_FILE: file, **own}

    def _chosen(self) -> Scale | None:
        source, size, scales = self._sources.current, self._size, self._known()
        if source is None or size is None:
            return None
        chosen = self._notes.chosen_scale(source.word, size)
        return scales.get(FROM_FILE if chosen is None else chosen)

    def _show(self, scale: Scale | None) -> None:
        if scale != self._view.marks.scale:
            self._view.show_as(marks=replace(self._view.marks, scale=scale))
        self._panel.show_scale(tr(scale.name) if scale is not None else "")


def _centimetres(text: str) -> float:
    """A distance as people type it. Raises ValueError with a sentence for the user."""
    try:
        distance = float(text.strip().removesuffix("cm").strip().replace(",", "."))
    except ValueError:
        distance = math.nan
    if not 0 < distance <= _LONGEST_CM:
        raise ValueError(tr("Type the distance between the two marks in cm, such as 4 or 2.5."))
    return distance
