"""The plots of the last minute, in a panel under the picture that is folded away until it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.gui.bridge import Background
from app.gui.words import tr
from app.pipeline.history import Series

if TYPE_CHECKING:
    from app.gui.plot_canvas import PlotCanvas

_UPDATE_MS = 500
"""A new value comes once a second."""
_HEIGHT = 210
_SHARE = 0.3
"""Of the window's height, at most."""


class Plots(QWidget):
    """Loads what draws the plots when it is opened first, beside the running picture; costs nothing while folded."""

    def __init__(self, series: Callable[[], Series], background: Background) -> None:
        super().__init__()
        self._series = series
        self._background = background
        self._opened = self._folded = self.cramped = self._loading = False
        self.canvas: PlotCanvas | None = None
        """None until it was opened once."""
        self.setObjectName("plots")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Plots of the last minute"))
        self._text = QLabel(tr("Loading the plots …"))
        self._text.setObjectName("quiet")
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._text)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._update)
        self.hide()

    def toggle(self) -> None:
        """Opens the panel, or closes it."""
        self._opened = not self._opened
        if self._opened and self.canvas is None and not self._loading:
            self._loading = True
            # The import takes up to a second: in a thread of its own it does not hold up the picture.
            self._background.run("load plots", _load, self._loaded, self._text.setText)
        self.setFixedHeight(max(min(_HEIGHT, round(self.window().height() * _SHARE)), 110))
        self._show()

    @property
    def spare(self) -> int:
        """The height that they give way by where they are cramped."""
        return self.maximumHeight() if self._opened and not self._folded else 0

    def set_cramped(self, cramped: bool) -> None:
        """There is no room for them."""
        self.cramped = cramped
        self._show()

    def fold(self, folded: bool) -> None:
        """Everything but the picture is folded away, or shown again."""
        self._folded = folded
        self._show()

    def _show(self) -> None:
        self.setVisible(self._opened and not self._folded and not self.cramped)

    def _loaded(self, make: Callable[[], PlotCanvas]) -> None:
        self.canvas = make()
        self._layout.addWidget(self.canvas, 1)
        self._layout.addWidget(self.canvas.legends)
        self._text.hide()
        self._update()

    def _update(self) -> None:
        if self.canvas is not None:
            self.canvas.show_series(self._series())

    def showEvent(self, event: QShowEvent) -> None:
        self._update()
        self._timer.start(_UPDATE_MS)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()


def _load() -> Callable[[], PlotCanvas]:
    from app.gui.plot_canvas import PlotCanvas

    return PlotCanvas
