"""The page of the self-check: made on demand, readable at a glance, kept as text where wanted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.gui.actions import keys_within
from app.gui.bridge import Background
from app.gui.models import Models
from app.gui.outside import outside
from app.gui.scan_area_control import Say
from app.gui.sources import Sources
from app.gui.status import Level
from app.gui.theme import now
from app.gui.widgets import push_button, scrolled
from app.gui.words import mark, tr
from app.paths import kept_folders, pictures_folder
from app.pipeline.pipeline import Pipeline
from app.pipeline.self_check import Facts, Line, as_text, full_check, quick_check, verdict
from app.writing import make_folder, write_file

_WORKING = mark("Looking at everything …")


class CheckPage(QDialog):
    """What the self-check found; the picture goes on behind it."""

    again = Signal()
    wanted_as_text = Signal()

    def __init__(self, parent: QWidget, toggle: QAction) -> None:
        """`toggle` is the action whose keys close the page, too."""
        super().__init__(parent)
        self.setObjectName("help")
        self.setWindowTitle(tr("Self-check"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # As tall as it will be: what grows after it was placed may reach out of the screen.
        self.setMinimumSize(640, min(560, self.screen().availableSize().height() * 9 // 10))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 20)
        layout.setSpacing(14)
        self.text = QLabel(tr(_WORKING))
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        # Where the screen is small, what there is no room for is scrolled to.
        self._area = scrolled(self.text)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # There is nothing else in it by which keys could scroll.
        self._area.setAccessibleName(self.windowTitle())
        layout.addWidget(self._area, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        for name, text, does in (
            (tr("Check again"), tr("Looks at everything once more"), self.again.emit),
            (tr("Save as text"), tr("Keeps this page in the pictures folder"), self.wanted_as_text.emit),
            (tr("Close"), tr("Closes this page"), self.close),
        ):
            row.addWidget(push_button(name, does, text, 130))
        layout.addLayout(row)
        keys_within(self, toggle, self.close)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Shows what was found."""
        self.text.setText(_html(lines))
        missing = self.text.heightForWidth(self._area.viewport().width()) - self._area.viewport().height()
        room = self.screen().availableSize().height() * 9 // 10
        self.resize(self.width(), min(self.height() + max(missing, 0), room))


def _html(lines: Sequence[Line]) -> str:
    theme = now()
    ink = {True: theme.levels[Level.WARN][0], False: theme.levels[Level.GOOD][0]}
    rows = []
    for line in lines:
        sign = "!" if line.advice else "✓"
        advice = f"<br><span style='color:{ink[True]}'>{escape(outside(line.advice))}</span>" if line.advice else ""
        rows.append(
            f"<tr><td style='color:{ink[bool(line.advice)]}; padding:3px 8px'><b>{sign}</b></td>"
            f"<td style='color:{theme.quiet}; padding:3px 18px 3px 0'>{escape(outside(line.name))}</td>"
            f"<td style='padding:3px 0'>{escape(outside(line.value))}{advice}</td></tr>"
        )
    faults = sum(bool(line.advice) for line in lines)
    last = f"<p style='color:{ink[bool(faults)]}'><b>{escape(outside(verdict(faults)))}</b></p>"
    return f"<table cellspacing=0>{''.join(rows)}</table>{last}"


class SelfCheck:
    """Checks at the start, quickly, and on demand, thoroughly."""

    def __init__(
        self,
        window: QWidget,
        pipeline: Pipeline,
        sources: Sources,
        models: Models,
        background: Background,
        toggle: QAction,
        say: Say,
    ) -> None:
        """`toggle` is the action that opens the page and closes it."""
        self._window = window
        self._toggle = toggle
        self._pipeline, self._sources, self._models = pipeline, sources, models
        self._background = background
        self._say = say
        self._page: CheckPage | None = None
        self._lines: list[Line] = []

    def at_start(self) -> None:
        """Says what is wrong, and nothing where all is well."""
        if self._window.isVisible():
            model = self._models.event
            self._background.run(
                "self-check", lambda: quick_check(model, kept_folders()), self._said_at_start, self._say
            )

    def _said_at_start(self, lines: list[Line]) -> None:
        for line in lines:
            if line.advice:
                self._say(
                    f"{outside(line.name)}: {outside(line.value)}. {outside(line.advice)}",
                    {tr("Check everything"): self._toggle},
                )
                return

    def toggle(self) -> None:
        """Opens the page and checks, or closes it."""
        if self._page is not None:
            self._page.close()
            return
        self._page = CheckPage(self._window, self._toggle)
        self._page.again.connect(self._check)
        self._page.wanted_as_text.connect(self._keep)
        self._page.finished.connect(self._closed)
        self._page.show()
        self._check()

    def _closed(self) -> None:
        self._page = None
        self._lines = []

    def _check(self) -> None:
        source = self._sources.current
        kind = source.kind if source is not None else None
        numbers = self._pipeline.statistics.snapshot()
        facts = Facts(kind, self._sources.event, self._models.event, self._models.wanted, numbers)
        self._background.run("self-check", lambda: full_check(facts, kept_folders()), self._show, self._say)

    def _show(self, lines: list[Line]) -> None:
        if self._page is not None:
            self._lines = lines
            self._page.show_lines(lines)

    def _keep(self) -> None:
        if self._lines:
            lines, now = self._lines, datetime.now()
            self._background.run(
                "self-check",
                lambda: _write(pictures_folder(), lines, now),
                lambda path: self._say(tr("Self-check saved: {path}", path=path)),
                self._say,
            )


def _write(folder: Path, lines: Sequence[Line], now: datetime) -> Path:
    """Writes the page into `folder`; gives the file. Raises OutputError."""
    path = folder / f"self-check-{now:%Y%m%d-%H%M%S}.txt"
    make_folder(folder)
    write_file(path, as_text(lines, now))
    return path
