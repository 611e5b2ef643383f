"""Both themes: every text can be read, nothing bright touches the picture, and the choice is kept."""

from collections import Counter
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.gui import theme
from app.gui.check_page import CheckPage
from app.gui.keys_page import KeysPage
from app.gui.main_window import MainWindow
from app.gui.status import Level
from app.gui.theme import DARK, LIGHT, SURROUND, Theme
from app.settings import Settings, load_settings
from tests.gui.parts import Clip, Live, grab, picture

Opened = Callable[..., MainWindow]
READABLE = 4.5
"""Contrast of text that WCAG 2 asks for (AA)."""


def luminance(colour: QColor) -> float:
    """As in WCAG 2."""
    parts = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: QColor, other: QColor) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def pairs() -> list[tuple[str, str, str]]:
    return [
        (f"{name}: {what}", *inks)
        for name, one in (("dark", DARK), ("light", LIGHT))
        for what, inks in one.pairs().items()
    ]


@pytest.mark.parametrize(("what", "ink", "ground"), pairs())
def test_every_text_can_be_read_on_every_ground(what: str, ink: str, ground: str) -> None:
    assert contrast(QColor(ink), QColor(ground)) >= READABLE, what


@pytest.mark.parametrize("one", [DARK, LIGHT])
def test_amber_and_red_are_amber_and_red_and_differ(one: Theme) -> None:
    amber, red = QColor(one.levels[Level.WARN][1]), QColor(one.levels[Level.BAD][1])
    assert 25 <= amber.hue() <= 60
    assert red.hue() <= 20 or red.hue() >= 340
    for other in (Level.GOOD, Level.CALM, Level.PLAIN):
        assert abs(QColor(one.levels[other][1]).hue() - amber.hue()) > 40


def read_from(image: QImage, widget: QWidget, root: QWidget) -> float:
    """The contrast between a widget's ground, its commonest colour, and what stands out most from it."""
    ratio = image.devicePixelRatio()
    corner = widget.mapTo(root, QPoint(0, 0))
    inner = widget.rect().translated(corner).adjusted(4, 4, -4, -4)
    colours: Counter[int] = Counter(
        image.pixel(int(x * ratio), int(y * ratio))
        for y in range(max(inner.top(), 0), min(inner.bottom(), root.height()))
        for x in range(max(inner.left(), 0), min(inner.right(), root.width()))
    )
    ground = QColor(colours.most_common(1)[0][0])
    return max(contrast(ground, QColor(one)) for one in colours)


def texts(root: QWidget) -> list[QWidget]:
    """Everything in full sight that shows text; what cannot be pressed now may be faint."""
    return [
        one
        for one in root.findChildren(QWidget)
        if isinstance(one, QLabel | QPushButton)
        and one.text()
        and one.isEnabled()
        and one.window() is root.window()
        and one.isVisible()
        and one.visibleRegion().boundingRect() == one.rect()
    ]


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_legends_of_the_plots_can_be_read(opened: Opened, qtbot: QtBot, name: str) -> None:
    window = opened(Clip(), Settings(theme=name))  # type: ignore[arg-type]
    window.actions_by_name["toggle_plots"].trigger()
    qtbot.waitUntil(lambda: any(label.text() for label in legends(window)), timeout=20_000)
    QApplication.processEvents()
    image = grab(window)
    for label in legends(window):
        assert not label.text() or read_from(image, label, window) >= READABLE


def legends(window: MainWindow) -> list[QLabel]:
    return [] if window.plots.canvas is None else window.plots.canvas.legends.findChildren(QLabel)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_all_that_is_painted_in_the_window_and_its_pages_can_be_read(opened: Opened, qtbot: QtBot, name: str) -> None:
    folds = dict.fromkeys(("overlay", "scan area", "orientation", "recordings", "model", "window"), True)
    window = opened(Clip(), Settings(theme=name, folds=folds, keys={"snapshot": ["F13"]}))  # type: ignore[arg-type]
    window.resize(1280, 1400)
    qtbot.waitUntil(window.transport.isVisible)
    window.messages.say("A message.", {"Draw it": window.actions_by_name["edit_scan_area"]})
    window.first_steps.start()
    window.actions_by_name["show_help"].trigger()
    window.actions_by_name["self_check"].trigger()
    QApplication.processEvents()
    pages: list[QWidget] = [window, *window.findChildren(KeysPage), *window.findChildren(CheckPage)]
    assert len(pages) == 3
    for page in pages:
        image = grab(page)
        found = texts(page)
        assert len(found) > 3
        for one in found:
            assert read_from(image, one, page) >= READABLE, one.text()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["dark", "light"])
def test_nothing_bright_touches_the_picture(opened: Opened, qtbot: QtBot, name: str) -> None:
    window = opened(Live(picture(1600, 400)), Settings(theme=name))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: window.view.frame is not None)
    shown = window.view.shown_rect()
    assert shown is not None
    image, corner = grab(window), window.view.mapTo(window, QPoint(0, 0))
    middle = corner.y() + window.view.height() // 2
    right = corner.x() + window.view.width()
    beside = [QColor(image.pixel(x, middle)) for x in (corner.x() - 1, right, right + 1) if 0 <= x < image.width()]
    assert all(luminance(colour) < 0.02 for colour in beside)
    if name == "light":
        assert QColor(image.pixel(right + theme.MARGIN // 2, middle)) == QColor(SURROUND)
        assert luminance(QColor(image.pixel(right + theme.MARGIN + 4, middle))) > 0.5


def test_full_screen_is_dark_in_the_light_theme(opened: Opened, qtbot: QtBot) -> None:
    window = opened(Live(picture()), Settings(theme="light"))
    qtbot.waitUntil(lambda: window.top.badge.text() == "LIVE")
    QTest.mouseDClick(window.view, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.isFullScreen)
    QApplication.processEvents()
    image = grab(window.top)
    assert luminance(QColor(image.pixel(image.width() // 2, 2))) < 0.02
    assert window.top.notice.isVisible()
    assert not window.bottom.isVisible()
    assert not window.panel.isVisible()
    for one in texts(window.top):
        assert read_from(image, one, window.top) >= READABLE
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert window.bottom.isVisible()
    assert window.panel.isVisible()


def test_the_theme_is_switched_in_the_panel_at_once_and_kept(opened: Opened) -> None:
    window = opened(Live(picture()))
    assert theme.now() is DARK
    light = next(one for one in window.panel.findChildren(QPushButton) if one.text() == "Light")
    light.click()
    assert theme.now() is LIGHT
    assert luminance(QColor(grab(window.panel).pixel(5, 5))) > 0.5
    window.close()
    assert load_settings()[0].theme == "light"


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [(Qt.ColorScheme.Light, LIGHT), (Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Unknown, DARK)],
)
def test_the_desktops_theme_is_followed(
    monkeypatch: pytest.MonkeyPatch, scheme: Qt.ColorScheme, expected: Theme
) -> None:
    class Hints:
        def colorScheme(self) -> Qt.ColorScheme:
            return scheme

    monkeypatch.setattr(theme.QApplication, "styleHints", staticmethod(Hints))
    assert theme.chosen("system") is expected
    assert theme.chosen("light") is LIGHT
    assert theme.chosen("dark") is DARK


def test_drawings_follow_the_theme(opened: Opened) -> None:
    window = opened(Live(picture()), Settings(theme="light"))
    freeze = next(one for one in window.panel.findChildren(QPushButton) if one.text() == "Freeze")

    def darkest() -> float:
        image = freeze.icon().pixmap(22, 22).toImage()
        inks = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        return min(luminance(ink) for ink in inks if ink.alpha() > 200)

    assert darkest() < 0.02
    window.panel.theme_chosen.emit("dark")
    assert darkest() > 0.5
