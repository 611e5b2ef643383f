"""The source chooser: its cards, their pictures, devices that come and go, and a camera that is opened once."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.capture.camera_mode import CameraMode
from app.capture.devices import CameraDevice, MonitorDevice
from app.gui.camera_mode_dialog import CameraModeDialog
from app.gui.main_window import MainWindow
from app.gui.offers import Found
from app.gui.source_card import SourceCard
from app.gui.source_chooser import SourceChooser
from app.gui.theme import TARGET
from app.settings import Settings, load_settings, save_settings
from tests.gui.parts import GREY, Clip, Live, grab, picture

Opened = Callable[..., MainWindow]

GRABBER = CameraDevice(3, "/dev/video3", "Grabber: Grabber")
MONITOR = MonitorDevice(1, 5000, 0, 1920, 1080, "DP-1")


class Grabber(Live):
    """A camera that fails where it is opened while it is open."""

    def __init__(self, log: list[str]) -> None:
        super().__init__(picture(), "camera:3", "Camera 3")
        self.log = log
        self.mode = CameraMode()

    def ask(self, mode: CameraMode) -> None:
        self.mode = mode

    def open(self) -> object:  # type: ignore[override]
        assert self.log.count("open") == self.log.count("close"), "opened twice"
        self.log.append("open")
        self.opened = True
        return super().open()

    def close(self) -> None:
        if getattr(self, "opened", False):
            self.opened = False
            self.log.append("close")


class Desk:
    """A window with a camera that may be plugged in; every source is made anew for each word."""

    def __init__(self, opened: Opened, settings: Settings | None = None) -> None:
        self.found = Found((GRABBER,), (MONITOR,))
        self.log: list[str] = []
        self.asked: list[CameraMode] = []
        self.window = opened(Live(picture(), "phantom", "Phantom"), settings)
        self.window.choice._parse = self.window.sources._parse = self.parse
        self.window.choice.find = lambda: self.found

    def parse(self, word: str, _: object) -> object:
        if word == "camera:3":
            return Grabber(self.log)
        return Live(picture(), word, word) if word.startswith("screen") else Clip(word)

    def open(self) -> SourceChooser:
        press(self.window, Qt.Key.Key_C)
        assert self.window.choice.chooser is not None
        return self.window.choice.chooser


@pytest.fixture
def desk(opened: Opened) -> Desk:
    return Desk(opened, Settings(recent=["/scans/old.avi", "camera:rtsp://10.0.0.5/scan"]))


def press(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window.view, key)


def card(chooser: SourceChooser, title: str) -> SourceCard:
    return next(one for one in chooser._cards if one.offer.title == title)


def titles(chooser: SourceChooser) -> list[str]:
    return [one.offer.title for one in chooser._cards]


def texts(shown: SourceCard) -> list[str]:
    return [label.text() for label in shown.findChildren(QLabel)]


def brightness(shown: SourceCard) -> int:
    """Of the middle of the card's picture, where the tests' pictures are white."""
    image = grab(shown._picture)
    return image.pixelColor(image.width() // 2, image.height() // 2).red()


def test_cards_show_live_pictures_of_cameras_monitors_and_what_is_shown_now(desk: Desk, qtbot: QtBot) -> None:
    chooser = desk.open()
    expected = ["Phantom", "old.avi", "rtsp://10.0.0.5/scan", "Grabber", "Monitor 1", "Demo"]
    qtbot.waitUntil(lambda: titles(chooser) == expected)
    for title in ("Phantom", "Grabber", "Monitor 1"):
        qtbot.waitUntil(lambda title=title: brightness(card(chooser, title)) > 200)
    for title in ("old.avi", "Demo"):  # Their first picture is grey in the middle.
        qtbot.waitUntil(lambda title=title: abs(brightness(card(chooser, title)) - GREY) < 3)
    assert "Shown now" in texts(card(chooser, "Phantom"))
    assert "Shown when chosen" in texts(card(chooser, "rtsp://10.0.0.5/scan"))
    qtbot.waitUntil(lambda: "320 × 240 · 60 a second" in texts(card(chooser, "Grabber")))
    chooser.reject()
    qtbot.waitUntil(lambda: desk.log == ["open", "close"])


def test_a_camera_is_chosen_by_a_press_and_let_go_before_it_is_opened(desk: Desk, qtbot: QtBot) -> None:
    chooser = desk.open()
    qtbot.waitUntil(lambda: "Grabber" in titles(chooser) and "open" in desk.log)
    card(chooser, "Grabber").button.click()
    qtbot.waitUntil(lambda: desk.window.top.name.text() == "Camera 3" and desk.window.top.badge.text() == "LIVE")
    assert desk.log == ["open", "close", "open"]
    assert desk.window.choice.chooser is None


def test_the_camera_that_is_shown_is_not_opened_a_second_time(desk: Desk, qtbot: QtBot) -> None:
    desk.window.open_word("camera:3")
    qtbot.waitUntil(lambda: desk.window.top.badge.text() == "LIVE")
    chooser = desk.open()
    qtbot.waitUntil(lambda: "Grabber" in titles(chooser) and brightness(card(chooser, "Grabber")) > 200)
    qtbot.waitUntil(lambda: "Monitor 1" in titles(chooser) and brightness(card(chooser, "Monitor 1")) > 200)
    assert desk.log == ["open"]
    assert titles(chooser)[0] == "Grabber"


def test_what_is_plugged_in_appears_and_what_is_pulled_out_goes(desk: Desk, qtbot: QtBot) -> None:
    desk.found = Found()
    chooser = desk.open()
    qtbot.waitUntil(lambda: chooser._status.text() == "No camera found: plug one in, and it appears here.")
    assert "Grabber" not in titles(chooser)
    card(chooser, "Demo").button.setFocus()
    desk.found = Found((GRABBER,), ())
    chooser._search()
    qtbot.waitUntil(lambda: "Grabber" in titles(chooser))
    assert chooser._status.text() == ""
    desk.found = Found()
    chooser._search()
    qtbot.waitUntil(lambda: "Grabber" not in titles(chooser))
    qtbot.waitUntil(lambda: desk.log == ["open", "close"])


def test_what_is_plugged_in_moves_none_of_the_other_ways_in(desk: Desk, qtbot: QtBot) -> None:
    desk.found = Found()
    chooser = desk.open()
    entry = next(one for one in chooser.findChildren(QPushButton) if one.text().startswith("Open a file"))
    before = entry.mapTo(chooser, QPoint(0, 0))
    assert before.y() > chooser.height() * 3 // 4
    desk.found = Found((GRABBER,), (MonitorDevice(1, 0, 0, 1920, 1080, "Screen"),))
    chooser._search()
    qtbot.waitUntil(lambda: "Grabber" in titles(chooser))
    QApplication.processEvents()
    assert entry.mapTo(chooser, QPoint(0, 0)) == before
    desk.found = Found()
    chooser._search()
    qtbot.waitUntil(lambda: desk.log == ["open", "close"])


def test_keys_alone_choose(desk: Desk, qtbot: QtBot) -> None:
    chooser = desk.open()
    qtbot.waitUntil(lambda: "Monitor 1" in titles(chooser))
    chooser.activateWindow()
    qtbot.waitUntil(card(chooser, "Phantom").button.hasFocus)
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, Qt.Key.Key_Right)
    assert card(chooser, "old.avi").button.hasFocus()
    QTest.keyClick(card(chooser, "old.avi").button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.window.top.name.text() == "old.avi")


def test_esc_leaves_the_source_as_it_was_and_the_chooser_may_come_again(desk: Desk, qtbot: QtBot) -> None:
    chooser = desk.open()
    QTest.keyClick(chooser, Qt.Key.Key_Escape)
    assert desk.window.choice.chooser is None
    assert desk.window.top.name.text() == "Phantom"
    assert desk.open() is not chooser


def test_every_control_is_named_and_large_enough_for_a_gloved_finger(desk: Desk, qtbot: QtBot) -> None:
    chooser = desk.open()
    qtbot.waitUntil(lambda: "Grabber" in titles(chooser))
    buttons = [button for button in chooser.findChildren(QPushButton) if button.isVisible()]
    assert len(buttons) > 10
    for button in buttons:
        assert button.accessibleName(), button
        assert button.width() >= TARGET
        assert button.height() >= TARGET


def test_a_file_can_be_asked_for_from_the_chooser(desk: Desk, qtbot: QtBot) -> None:
    chooser = desk.open()
    next(one for one in chooser.findChildren(QPushButton) if one.text() == "Open a file …").click()
    assert desk.window.choice.chooser is None
    (dialog,) = desk.window.findChildren(QFileDialog)
    dialog.reject()


def test_a_cameras_mode_is_chosen_kept_and_asked_for(desk: Desk, qtbot: QtBot) -> None:
    chooser = desk.open()
    qtbot.waitUntil(lambda: "Grabber" in titles(chooser) and "open" in desk.log)
    card(chooser, "Grabber").adjusting.emit("camera:3")
    (dialog,) = chooser.findChildren(CameraModeDialog)
    dialog.size_choice.choose((1920, 1080))
    dialog.rate_choice.choose(60.0)
    dialog.form_choice.choose("MJPG")
    dialog.accept()
    assert desk.window.settings.camera_modes == {"camera:3": "1920x1080@60 MJPG"}
    qtbot.waitUntil(lambda: desk.log == ["open", "close", "open"])
    card(chooser, "Grabber").button.click()
    qtbot.waitUntil(lambda: desk.window.top.name.text() == "Camera 3")
    source = desk.window.sources.current
    assert isinstance(source, Grabber)
    assert source.mode == CameraMode((1920, 1080), 60.0, "MJPG")


def test_the_usual_mode_is_not_kept(desk: Desk, qtbot: QtBot) -> None:
    desk.window.settings.camera_modes["camera:3"] = "640x480@25"
    chooser = desk.open()
    chooser.adjusting.emit("camera:3")
    (dialog,) = chooser.findChildren(CameraModeDialog)
    assert dialog.mode == CameraMode((640, 480), 25.0)
    next(one for one in dialog.findChildren(QPushButton) if one.text() == "Usual").click()
    dialog.accept()
    assert desk.window.settings.camera_modes == {}


def test_closing_the_window_ends_the_pictures(desk: Desk, qtbot: QtBot) -> None:
    desk.open()
    qtbot.waitUntil(lambda: "open" in desk.log)
    desk.window.close()
    assert desk.log == ["open", "close"]


def test_files_that_were_opened_can_be_forgotten(desk: Desk, qtbot: QtBot) -> None:
    desk.window.settings.scan_areas["/scans/old.avi@320x240"] = "1,2,100,100"
    # Another window has been at work meanwhile.
    recent, lateral = desk.window.settings.recent, {"/scans/other.avi": "left", "camera:1": "left"}
    save_settings(Settings(recent=["/scans/other.avi", *recent], lateral=lateral))
    chooser = desk.open()
    qtbot.waitUntil(lambda: {"old.avi", "Grabber"} <= set(titles(chooser)))
    forget = next(one for one in chooser.findChildren(QPushButton) if one.text() == "Forget files")
    forget.click()
    assert "old.avi" not in titles(chooser)
    assert {"Grabber", "rtsp://10.0.0.5/scan"} <= set(titles(chooser))
    assert not forget.isEnabled()
    assert desk.window.settings.scan_areas == {}
    kept, _ = load_settings()  # On the disk, too.
    assert (kept.recent, kept.lateral) == (["phantom", "camera:rtsp://10.0.0.5/scan"], {"camera:1": "left"})


def test_a_source_without_signal_does_not_look_live(desk: Desk, qtbot: QtBot) -> None:
    chooser = desk.open()
    qtbot.waitUntil(lambda: brightness(card(chooser, "Phantom")) > 200)
    source = desk.window.sources.current
    assert isinstance(source, Live)
    source.failing = True
    qtbot.waitUntil(lambda: "NO SIGNAL" in texts(card(chooser, "Phantom")))
