"""Opens the window."""

from __future__ import annotations

import os
import signal
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.capture.source import Source
from app.errors import UsageError
from app.gui import theme
from app.gui.main_window import TITLE, MainWindow
from app.gui.words import use_language
from app.options import LanguageName, WindowOptions
from app.settings import load_settings

NO_DISPLAY = "There is no display to open a window on (DISPLAY is not set): start this from a desktop session."


def run_window(source: Source | None, options: WindowOptions) -> int:
    """Shows `source` (None: the demo) until the window is closed; gives the exit status. Raises UsageError."""
    if not has_display():
        if source is not None:
            source.close()
        raise UsageError(NO_DISPLAY)
    settings, _ = load_settings()
    application = make_application(options.language or settings.language)
    window = MainWindow(settings)
    window.show()
    # The window first: opening engine and source must not delay it.
    QTimer.singleShot(0, window, lambda: window.begin(source, options))
    # Python sees Ctrl+C only when Qt lets it run; the window's timers do so many times a second.
    before = signal.signal(signal.SIGINT, lambda *_: window.close())
    try:
        return application.exec()
    finally:
        signal.signal(signal.SIGINT, before)


def has_display() -> bool:
    """Whether Qt can open a window here; other systems than Linux always have a display."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def make_application(language: LanguageName = "en") -> QApplication:
    """The one QApplication of the process, in the program's theme and in this language."""
    # Qt would part each larger fill between threads, and have the window wait for them: on a busy processor that takes
    # longer than all the painting.
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName(TITLE)
    application.setDesktopFileName("sonoblock")
    use_language(language)
    theme.apply(application)
    return application
