from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.gui.rubber_band import RubberBand
from app.pipeline.types import Rect
from tests.gui.parts import delete_later


@pytest.fixture
def band(qtbot: QtBot) -> Iterator[RubberBand]:
    parent = QObject()
    made = RubberBand(parent)
    made.start()
    for pane in made._panes:
        qtbot.waitExposed(pane)
    yield made
    for pane in made._panes:
        pane.hide()
        pane.deleteLater()
    delete_later()


def pane(band: RubberBand) -> QWidget:
    found: QWidget = band._panes[0]
    return found


def test_there_is_a_pane_on_every_monitor(band: RubberBand) -> None:
    assert [pane.geometry() for pane in band._panes] == [screen.geometry() for screen in QGuiApplication.screens()]


def test_a_drag_chooses_an_area(band: RubberBand, qtbot: QtBot) -> None:
    ratio = pane(band).devicePixelRatioF()
    with qtbot.waitSignal(band.chosen) as chosen:
        QTest.mousePress(pane(band), Qt.MouseButton.LeftButton, pos=QPoint(100, 80))
        QTest.mouseMove(pane(band), QPoint(200, 200))
        QTest.mouseRelease(pane(band), Qt.MouseButton.LeftButton, pos=QPoint(420, 320))
    origin = QGuiApplication.screens()[0].geometry().topLeft()
    expected = Rect(
        round(origin.x() + 100 * ratio), round(origin.y() + 80 * ratio), round(320 * ratio), round(240 * ratio)
    )
    assert chosen.args == [expected]


def test_a_slip_chooses_nothing(band: RubberBand, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(band.chosen):
        QTest.mousePress(pane(band), Qt.MouseButton.LeftButton, pos=QPoint(100, 80))
        QTest.mouseRelease(pane(band), Qt.MouseButton.LeftButton, pos=QPoint(105, 300))
    assert band.band is None


def test_keys_choose_an_area(band: RubberBand, qtbot: QtBot) -> None:
    with qtbot.waitSignal(band.chosen) as chosen:
        QTest.keyClick(pane(band), Qt.Key.Key_Right)
        QTest.keyClick(pane(band), Qt.Key.Key_Right)
        QTest.keyClick(pane(band), Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(pane(band), Qt.Key.Key_Return)
    screen = QGuiApplication.screens()[0].geometry()
    ratio = QGuiApplication.screens()[0].devicePixelRatio()
    assert chosen.args is not None
    area = chosen.args[0]
    assert area.x == round(screen.x() + (screen.width() // 4 + 10) * ratio)
    assert area.height == round((screen.height() // 2 + 10) * ratio)


def test_esc_leaves(band: RubberBand, qtbot: QtBot) -> None:
    with qtbot.waitSignal(band.left):
        QTest.keyClick(pane(band), Qt.Key.Key_Escape)
