"""Draws the plots, with pyqtgraph; imported only when the plots are opened."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette, QResizeEvent

from app.gui.theme import BASE, LINE, QUIET, TEXT
from app.gui.words import mark, tr
from app.pipeline.freshness import AMBER_MS, HIDE_MS
from app.pipeline.history import SECONDS, Series, Values

_LOOKS = (
    ("#8fe0c0", Qt.PenStyle.SolidLine),
    ("#ffc773", Qt.PenStyle.DashLine),
    ("#b3cfe6", Qt.PenStyle.DotLine),
    ("#e7a3c6", Qt.PenStyle.DashDotLine),
    ("#c5ccd1", Qt.PenStyle.DashDotDotLine),
)
"""Of the lines of one plot: not by colour alone."""
_ROOM_FOR_LEGEND = 215
"""Width of a plot, from which two columns of names stand below it."""
_STEPS = 5
"""At most so many steps are drawn: those that take longest."""

Lines = dict[str, Values]


class PlotCanvas(pg.GraphicsLayoutWidget):
    """Four plots in a row: rates, ages, the region, and where the time goes."""

    def __init__(self) -> None:
        super().__init__()
        self.setBackground(BASE)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAutoFillBackground(False)
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.ci.setContentsMargins(8, 2, 8, 2)
        self._plots = {title: _Plot(self, title, column) for column, title in enumerate(_TITLES)}
        for column in range(len(_TITLES)):
            self.ci.layout.setColumnStretchFactor(column, 1)
            self.ci.layout.setColumnPreferredWidth(column, 100)
        ages = self._plots["Worst age, ms"]
        for limit in (AMBER_MS, HIDE_MS):
            ages.item.addItem(pg.InfiniteLine(limit, angle=0, pen=pg.mkPen(LINE)), ignoreBounds=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Called by the base before there is anything to place.
        for plot in getattr(self, "_plots", {}).values():
            plot.put_legend(event.size().width() >= len(_TITLES) * _ROOM_FOR_LEGEND)

    def show_series(self, series: Series) -> None:
        """Draws these values."""
        for title, lines in zip(_TITLES, _lines(series), strict=True):
            self._plots[title].draw(series.seconds, lines)

    def values(self, title: str) -> dict[str, Values]:
        """What the plot of that title draws, by the names of its lines."""
        return {name: curve.getData()[1] for name, curve in self._plots[title].curves.items() if curve.isVisible()}


_TITLES = (mark("Frames a second"), mark("Worst age, ms"), mark("Block region, %"), mark("Steps, ms"))


def _lines(series: Series) -> tuple[Lines, Lines, Lines, Lines]:
    """What is drawn in each plot."""
    steps = {name: values for name, values in series.steps_ms.items() if np.isfinite(values).any()}
    longest = sorted(steps, key=lambda name: -float(np.nanmean(steps[name])))[:_STEPS]
    return (
        {"source": series.source_fps, "painted": series.painted_fps, "predicted": series.predicted_fps},
        {"picture": series.picture_age_ms, "overlay": series.overlay_age_ms},
        {"area": series.area_percent, "confidence": 100 * series.confidence},
        # In the order of the steps: an order by their times would make the colours jump about.
        {name: steps[name] for name in steps if name in longest},
    )


class _Plot:
    """One plot, with a legend that names its lines."""

    def __init__(self, canvas: pg.GraphicsLayoutWidget, title: str, column: int) -> None:
        self.item = canvas.addPlot(row=0, col=column, enableMenu=False)
        # Made even where it is not wanted, and by pyqtgraph left without anyone who deletes it.
        self.item.ctrlMenu.setParent(canvas, self.item.ctrlMenu.windowFlags())
        self.item.setTitle(tr(title), color=TEXT, size="9pt")
        # Or four titles would be wider than a narrow window, and the last plot be cut off.
        self.item.titleLabel.setMinimumWidth(0)
        self.item.hideButtons()
        self.item.setMouseEnabled(x=False, y=False)
        self.item.setXRange(-SECONDS, 0, padding=0)
        self.item.getViewBox().setLimits(yMin=0)
        self.item.showGrid(y=True, alpha=0.2)
        for side in ("left", "bottom"):
            axis = self.item.getAxis(side)
            axis.setTextPen(QUIET)
            axis.setPen(LINE)
        self._canvas, self._column = canvas, column
        self._below: bool | None = None
        self._legend = pg.LegendItem(labelTextSize="8pt", labelTextColor=TEXT, brush=pg.mkBrush(BASE + "a0"))
        self._legend.layout.setHorizontalSpacing(4)
        self.curves: dict[str, pg.PlotDataItem] = {}
        self.named: list[str] = []
        """What the legend names: the lines that are drawn now, and no others, or it would outgrow the plot."""

    def put_legend(self, below: bool) -> None:
        """Below the plot, where there is room for it: over it, it hides half a minute."""
        if below is self._below:
            return
        if self._below:
            self._canvas.ci.removeItem(self._legend)
        self._below = below
        self._legend.layout.setVerticalSpacing(-6 if below else 0)
        self._legend.setColumnCount(2 if below else 1)
        if below:
            self._legend.setParentItem(None)
            self._canvas.ci.addItem(self._legend, 1, self._column)
        else:
            self._legend.setParentItem(self.item.getViewBox())
            self._legend.anchor((0, 0), (0, 0), offset=(6, 2))

    def draw(self, seconds: Values, lines: Lines) -> None:
        for name, values in lines.items():
            if name not in self.curves:
                colour, style = _LOOKS[len(self.curves) % len(_LOOKS)]
                self.curves[name] = self.item.plot(name=tr(name), pen=pg.mkPen(colour, width=2, style=style))
            self.curves[name].setData(seconds, values, connect="finite")
        for name, curve in self.curves.items():
            curve.setVisible(name in lines)
        if self.named != list(lines):
            self.named = list(lines)
            self._legend.clear()
            for name in lines:
                self._legend.addItem(self.curves[name], tr(name))
