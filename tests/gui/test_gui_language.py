"""The window in other languages: all of it is translated, nothing is cut off, and the choice is kept."""

import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

import app.gui.main
from app.__main__ import main
from app.gui.check_page import CheckPage
from app.gui.main_window import MainWindow
from app.gui.words import of_desktop, tr, use_language
from app.settings import Settings, save_settings
from tests.gui.parts import Clip, Live, picture

Opened = Callable[..., MainWindow]
PAGES = ("show_help", "self_check", "show_kept", "choose_source", "presets")
FOLDS = dict.fromkeys(("overlay", "scan area", "orientation", "recordings", "model", "window"), True)

NAMES = (
    r"SonoBlock|OpenVINO|ONNX Runtime|TensorFlow|OpenIGTLink|DICOM|CSV|GIF|PNG|Motion JPEG|MJPG|YUYV|MPEG-4|MP4"
    r"|English|SonoSite|GLOBAL_Default|Linux|x86_64|Python|bright|default|accurate|paper-unet|one\.avi|demo|phantom|cm"
    # Keys, as they stand on the keyboard.
    r"|Ctrl|Shift|Alt|Space|Esc|Enter|Backspace|Home|End|PgUp|PgDown|Del"
)
"""Words that are the same in every language."""


class Wide(QTranslator):
    """Translates every text of the program into wide letters, and leaves its fields."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        if context or text.startswith("d MMMM"):
            return ""  # Qt's own, and a form of dates.
        return "".join(part if part.startswith("{") else wide(part) for part in re.split(r"(\{[^}]*\})", text))


def wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if sign.isascii() and sign.isalpha() else sign for sign in text)


@pytest.fixture
def pseudo(qapp: QApplication) -> Iterator[None]:
    translator = Wide()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    use_language("zh_CN")
    yield
    use_language("en")


def shown(root: QWidget) -> Iterator[str]:
    """All that a window says: texts, tooltips, and what is read out."""
    for one in (root, *root.findChildren(QWidget)):
        if one.objectName().startswith("qt_"):
            continue
        yield from (one.toolTip(), one.accessibleName(), one.accessibleDescription(), one.windowTitle())
        if isinstance(one, QLabel | QAbstractButton):
            yield one.text()
        if isinstance(one, QComboBox):
            yield from (one.itemText(row) for row in range(one.count()))
        if isinstance(one, QListWidget):
            yield from (one.item(row).text() for row in range(one.count()))
        if isinstance(one, QLineEdit):
            yield one.placeholderText()


def english(root: QWidget) -> set[str]:
    """What a window says in plain letters: words that did not go through the translator."""
    found = set()
    for text in shown(root):
        left = re.sub(r"<[^>]*>|&\w+;|(/[\w.-]+)+", " ", text)
        left = re.sub(rf"\b({NAMES}|[0-9a-f]{{12}})\b", " ", left)  # A model's hash may spell a word.
        found |= {f"{word} in: {text[:60]}" for word in re.findall(r"[A-Za-z]{3,}", left)}
    return found


def test_everything_in_the_window_is_translated(pseudo: None, opened: Opened, qtbot: QtBot) -> None:
    window = opened(Clip(), Settings(folds=dict(FOLDS)))
    qtbot.waitUntil(window.transport.isVisible)
    window.first_steps.start()
    window.actions_by_name["toggle_plots"].trigger()
    window.lines.refresh()
    assert english(window) == set()


@pytest.mark.parametrize("action", PAGES)
def test_everything_in_every_page_is_translated(pseudo: None, opened: Opened, qtbot: QtBot, action: str) -> None:
    window = opened(Live(picture()), Settings(presets={"SonoSite": {}}))
    qtbot.waitUntil(lambda: window.top.badge.text() == wide("LIVE"))
    window.actions_by_name[action].trigger()
    if action == "self_check":
        qtbot.waitUntil(lambda: any("<table" in page.text.text() for page in window.findChildren(CheckPage)))
    QApplication.processEvents()
    (page,) = (one for one in window.findChildren(QDialog) if not isinstance(one, QFileDialog))
    assert english(page) == set()
    page.close()


@pytest.mark.parametrize("action", ["toggle_correct", "toggle_compare", "export"])
def test_everything_that_a_recording_offers_is_translated(
    pseudo: None, opened: Opened, qtbot: QtBot, action: str
) -> None:
    window = opened(Clip())
    qtbot.waitUntil(window.transport.isVisible)
    window.actions_by_name[action].trigger()
    QApplication.processEvents()
    assert english(window) == set()
    for page in window.findChildren(QDialog):
        page.close()


def test_a_lost_signal_is_said_in_the_users_language(chinese: None, opened: Opened, qtbot: QtBot) -> None:
    source = Live(picture())
    window = opened(source)
    qtbot.waitUntil(lambda: window.top.badge.text() == "实时")
    source.failing = True
    qtbot.waitUntil(lambda: window.top.badge.text() == "无信号")
    qtbot.waitUntil(lambda: window.view.text.startswith("无信号。"))


def test_errors_of_the_layers_below_are_translated(chinese: None, opened: Opened) -> None:
    window = opened(Live(picture()))
    window.open_word("/nowhere")
    assert window.messages.text == "/nowhere 不存在：请检查路径。"


def test_qts_own_dialogs_are_translated(chinese: None) -> None:
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"


def test_the_language_is_kept_and_holds_from_the_next_start(opened: Opened) -> None:
    window = opened(Live(picture()))
    window.panel._language_buttons["zh_CN"].click()
    assert window.settings.language == "zh_CN"
    assert "next start" in window.messages.text
    assert tr("Overlay") == "Overlay"


@pytest.mark.parametrize(
    ("desktop", "language"),
    [("zh_CN", "zh_CN"), ("zh_SG", "zh_CN"), ("zh_TW", "en"), ("en_US", "en"), ("de_DE", "en"), ("C", "en")],
)
def test_the_desktops_language_is_taken_where_it_is_known(desktop: str, language: str) -> None:
    assert of_desktop(QLocale(desktop)) == language


@pytest.mark.parametrize(("words", "expected"), [([], "Overlay"), (["--language", "zh_CN"], "叠加层")])
def test_the_command_lines_language_wins_over_the_settings(
    monkeypatch: pytest.MonkeyPatch, qapp: QApplication, words: list[str], expected: str
) -> None:
    save_settings(Settings(language="en"))
    seen: list[str] = []

    class Window:
        """In place of the real one, which other tests open."""

        def __init__(self, settings: Settings) -> None:
            seen.append(tr("Overlay"))

        def show(self) -> None:
            pass

    monkeypatch.setattr(app.gui.main, "MainWindow", Window)
    monkeypatch.setattr(app.gui.main.QTimer, "singleShot", lambda *_: None)
    monkeypatch.setattr(QApplication, "exec", lambda *_: 0)
    try:
        assert main(["phantom", *words]) == 0
    finally:
        use_language("en")
    assert seen == [expected]
