"""Whether the window lies over the part of the screen that it watches."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.capture.source import Source
from app.gui.geometry import physical_area
from app.gui.rubber_band import monitors


@runtime_checkable
class WatchesScreen(Protocol):
    """A source that captures the screen."""

    def covers(self, window: tuple[int, int, int, int]) -> bool: ...


def covers(window: QWidget, source: Source) -> bool:
    """Whether `window`, with its frame, shares a pixel with what `source` captures."""
    if not isinstance(source, WatchesScreen) or window.isMinimized():
        return False
    frame = window.frameGeometry()
    corners = (frame.x(), frame.y()), (frame.x() + frame.width(), frame.y() + frame.height())
    area = physical_area(*corners, monitors(QGuiApplication.screens()))
    return source.covers((area.x, area.y, area.width, area.height))
