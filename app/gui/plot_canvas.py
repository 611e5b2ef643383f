"""Draws the plots, with pyqtgraph; imported only when the plots are opened."""

from __future__ import annotations

import html

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

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
_PIECES = {
    Qt.PenStyle.SolidLine: "━━",
    Qt.PenStyle.DashLine: "╍╍",
    Qt.PenStyle.DotLine: "┅┅",
    Qt.PenStyle.DashDotLine: "━·",
    Qt.PenStyle.DashDotDotLine: "━··",
}
"""A piece of each line, for the legend."""
_STEPS = 5
"""At most so many steps are drawn: those that take longest."""

Lines = dict[str, Values]


class PlotCanvas(pg.GraphicsLayoutWidget):
    """Four plots in a row: rates, ages, the region, and where the time goes."""

    def __init__(self) -> None:
        super().__init__()
        self.setBackground(BASE)
        for part in (self, self.viewport()):
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAutoFillBackground(False)
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.ci.setContentsMargins(8, 2, 8, 2)
        self._plots = {title: _Plot(self, title, column) for column, title in enumerate(_TITLES)}
        for column in range(len(_TITLES)):
            self.ci.layout.setColumnStretchFactor(column, 1)
            self.ci.layout.setColumnPreferredWidth(column, 100)
        self.legends = QWidget()
        """The legends of the plots, to be shown below them: over them, they would hide half a minute."""
        row = QHBoxLayout(self.legends)
        row.setContentsMargins(8, 0, 8, 4)
        for plot in self._plots.values():
            row.addWidget(plot.legend, 1)
        ages = self._plots["Worst age, ms"]
        for limit in (AMBER_MS, HIDE_MS):
            ages.item.addItem(pg.InfiniteLine(limit, angle=0, pen=pg.mkPen(LINE)), ignoreBounds=True)

    def show_series(self, series: Series) -> None:
        """Draws these values."""
        for title, lines in zip(_TITLES, _lines(series), strict=True):
            self._plots[title].draw(series.seconds, lines)

    def values(self, title: str) -> dict[str, Values]:
        """What the plot of that title draws, by the names of its lines."""
        return {name: curve.getData()[1] for name, curve in self._plots[title].curves.items()}


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
        self.legend = QLabel()
        self.legend.setObjectName("legend")
        self.legend.setWordWrap(True)
        self.legend.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self.curves: dict[str, pg.PlotDataItem] = {}
        """What is drawn now, by name."""
        self.looks: dict[str, tuple[str, Qt.PenStyle]] = {}
        self.named: list[str] = []
        """What the legend names, in its order."""

    def draw(self, seconds: Values, lines: Lines) -> None:
        """Draws these lines, at most as many as there are looks; each keeps its look for as long as it is drawn."""
        for name in self.curves.keys() - lines.keys():
            self.item.removeItem(self.curves.pop(name))
            del self.looks[name]
        for name, values in lines.items():
            if name not in self.curves:
                self.looks[name] = colour, style = next(look for look in _LOOKS if look not in self.looks.values())
                self.curves[name] = self.item.plot(name=tr(name), pen=pg.mkPen(colour, width=2, style=style))
            self.curves[name].setData(seconds, values, connect="finite")
        if self.named != list(lines):
            self.named = list(lines)
            self.legend.setText(" &nbsp; ".join(_in_legend(name, *self.looks[name]) for name in lines))


def _in_legend(name: str, colour: str, style: Qt.PenStyle) -> str:
    """A name with a piece of its line; both stay in one line of text."""
    return f'<span style="color: {colour}">{_PIECES[style]}</span>&nbsp;{html.escape(tr(name)).replace(" ", "&nbsp;")}'
