"""Choosing a part of the screen: a rubber band over all monitors, which may differ in scale."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QCursor,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QScreen,
)
from PySide6.QtWidgets import QWidget

from app.gui.geometry import SMALLEST_SCAN_AREA, Monitor, between, nudged, physical_area
from app.gui.scan_area_tool import STEPS
from app.gui.theme import HALO, SURROUND, TEXT, colour
from app.gui.words import mark, tr
from app.pipeline.types import Rect

_HELP = mark(
    "Drag a rectangle round the ultrasound picture, or use the arrow keys (Shift sizes) and Enter · Esc leaves"
)
_STEP = 10


def monitors(screens: list[QScreen]) -> list[Monitor]:
    """The desktop's monitors. Qt leaves the upper left corners in the system's coordinates and scales the sizes.

    macOS counts the screen in points itself, and so does the source that watches it.
    """
    points = sys.platform == "darwin"
    return [
        Monitor(
            Rect(area.x(), area.y(), area.width(), area.height()),
            (area.x(), area.y()),
            1.0 if points else screen.devicePixelRatio(),
        )
        for screen, area in ((screen, screen.geometry()) for screen in screens)
    ]


class RubberBand(QObject):
    """Covers every monitor with a dimmed copy of itself (which needs no compositor) and lets a rectangle be drawn."""

    chosen = Signal(object)
    """A Rect in the system's coordinates: physical pixels, on macOS points."""
    left = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        screens = QGuiApplication.screens()
        self._monitors = monitors(screens)
        self._first: QPointF | None = None
        self._second: QPointF | None = None
        self._panes = [_Pane(self, screen) for screen in screens]

    def start(self) -> None:
        """Shows the panes."""
        for pane in self._panes:
            pane.show()
        under = QGuiApplication.screenAt(QCursor.pos())
        active = next((pane for pane in self._panes if pane.screen() is under), self._panes[0])
        active.raise_()
        active.activateWindow()
        active.setFocus()

    def close(self) -> None:
        """Takes the panes away."""
        for pane in self._panes:
            # Hidden and not closed: closing the last window that is seen would end the program.
            pane.hide()
            pane.deleteLater()
        self._panes = []
        self.deleteLater()

    @property
    def band(self) -> QRectF | None:
        """What is drawn so far, in the desktop's units."""
        if self._first is None or self._second is None:
            return None
        return QRectF(self._first, self._second).normalized()

    def area(self) -> Rect | None:
        """The same in physical pixels; None where it is too small to be meant."""
        band = self.band
        if band is None:
            return None
        corners = (band.left(), band.top()), (band.right(), band.bottom())
        area = physical_area(*corners, self._monitors)
        return area if min(area.width, area.height) >= SMALLEST_SCAN_AREA else None

    def press(self, point: QPointF) -> None:
        self._first, self._second = point, point

    def move(self, point: QPointF) -> None:
        if self._first is not None:
            self._second = point
            self._update()

    def release(self, point: QPointF) -> None:
        self.move(point)
        if self.area() is None:
            self._first = self._second = None
            self._update()
        else:
            self.finish()

    def nudge(self, key: Qt.Key, resize: bool, screen: QRect) -> None:
        """Arrow keys: the first one starts with the middle of the monitor."""
        bounds = Rect(screen.x(), screen.y(), screen.width(), screen.height())
        start = Rect(bounds.x + bounds.width // 4, bounds.y + bounds.height // 4, bounds.width // 2, bounds.height // 2)
        band = self.band
        if band is not None:
            drawn = between((band.left(), band.top()), (band.right(), band.bottom()))
            start = nudged(drawn, (STEPS[key][0] * _STEP, STEPS[key][1] * _STEP), resize, bounds)
        self._first = QPointF(start.x, start.y)
        self._second = QPointF(start.x + start.width, start.y + start.height)
        self._update()

    def finish(self) -> None:
        """Takes what is drawn, if anything is."""
        area = self.area()
        if area is not None:
            self.close()
            self.chosen.emit(area)

    def leave(self) -> None:
        self.close()
        self.left.emit()

    def _update(self) -> None:
        for pane in self._panes:
            pane.update()


class _Pane(QWidget):
    """One monitor's part."""

    def __init__(self, band: RubberBand, screen: QScreen) -> None:
        super().__init__(
            None,
            Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint,
        )
        self._band = band
        self._area = screen.geometry()
        self._picture: QPixmap = screen.grabWindow(0)
        self.setScreen(screen)
        self.setGeometry(self._area)
        self.setWindowTitle(tr("Part of the screen"))
        self.setAccessibleName(tr(_HELP))
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        whole = QRectF(self.rect())
        painter.fillRect(whole, colour(SURROUND))
        painter.drawPixmap(whole, self._picture, QRectF(self._picture.rect()))
        painter.fillRect(whole, colour(HALO, 0.55))
        band = self._band.band
        if band is not None:
            self._paint_band(painter, band.translated(-QPointF(self._area.topLeft())))
        self._paint_help(painter)
        painter.end()

    def _paint_band(self, painter: QPainter, band: QRectF) -> None:
        ratio_x = self._picture.width() / max(self.width(), 1)
        ratio_y = self._picture.height() / max(self.height(), 1)
        part = QRectF(band.x() * ratio_x, band.y() * ratio_y, band.width() * ratio_x, band.height() * ratio_y)
        painter.drawPixmap(band, self._picture, part)
        painter.setPen(QPen(colour(TEXT), 1))
        painter.drawRect(band)
        area = self._band.area()
        if area is not None:
            painter.drawText(
                band.bottomLeft() + QPointF(4, 20),
                tr("{width} × {height} pixels", width=area.width, height=area.height),
            )

    def _paint_help(self, painter: QPainter) -> None:
        box = QRectF(0, 24, self.width(), 44)
        painter.fillRect(box, colour(HALO, 0.75))
        painter.setPen(colour(TEXT))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tr(_HELP))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._band.press(event.globalPosition())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._band.move(event.globalPosition())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._band.release(event.globalPosition())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key is Qt.Key.Key_Escape:
            self._band.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._band.finish()
        elif key in STEPS:
            self._band.nudge(key, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier), self._area)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window manager closed it."""
        event.ignore()
        self._band.leave()
