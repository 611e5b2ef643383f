"""The two lines that stay whatever is folded away: what is shown above the picture, how it runs below it."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.gui.status import NOTICE, Level
from app.gui.widgets import Chip, ElidedLabel, action_button, restyle
from app.gui.words import tr

_SLACK = 2
"""Pixels more than a text is measured to take: what is rounded must not break a line."""
_MARGINS, _BARE = (10, 3, 6, 3), (10, 3, 14, 3)


class TopStrip(QWidget):
    """Badge, source, and what there is of the overlay."""

    def __init__(self, fold: QAction, show_help: QAction) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.badge = Chip(tr("State of the source"))
        self.name = ElidedLabel("name", Qt.TextElideMode.ElideMiddle)
        self.name.setAccessibleName(tr("Source"))
        self.detail = ElidedLabel("quiet")
        self.recording = Chip(tr("Recording"), least="● REC 00:00")
        self.recording.hide()
        self.overlay = Chip(tr("Overlay"), least=tr("Overlay off"))
        # These give way first, and the chips only where nothing is left of them.
        source = QWidget()
        source.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        inner = QHBoxLayout(source)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(12)
        inner.addWidget(self.name)
        inner.addWidget(self.detail)
        inner.addStretch(1)
        self._layout = layout = QHBoxLayout(self)
        layout.setContentsMargins(*_MARGINS)
        layout.setSpacing(12)
        layout.addWidget(self.badge)
        layout.addWidget(source, 1)
        layout.addWidget(self.recording)
        layout.addWidget(self.overlay)
        self.notice = _Notice(narrow=True)
        self.notice.hide()
        layout.addWidget(self.notice)
        self._buttons = [action_button(show_help, "help", "", "icon"), action_button(fold, "panel", "", "icon")]
        for button in self._buttons:
            layout.addWidget(button)

    def set_bare(self, bare: bool) -> None:
        """Nothing but what is always visible, on dark ground: the notice moves up here, and the lower line can go."""
        self.setProperty("bare", bare)
        for widget in (self, *self.findChildren(QWidget)):
            restyle(widget)
        self.detail.setVisible(not bare)
        self.notice.setVisible(bare)
        for button in self._buttons:
            button.setVisible(not bare)
        self._layout.setContentsMargins(*(_BARE if bare else _MARGINS))


class BottomStrip(QWidget):
    """The notice, how deep and large the region is, the rates, engine and model."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.notice = _Notice()
        self.measures = ElidedLabel("measures")
        self.measures.setAccessibleName(tr("Depth and size of the block region"))
        self.rates = ElidedLabel("quiet")
        self.rates.setAccessibleName(tr("Rates"))
        # It takes the room that the others leave.
        self.rates.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.rates.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.model = Chip(tr("Engine and model"), quiet=True)
        self.model.say(tr("No model yet"), Level.PLAIN)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 5, 10, 5)
        layout.setSpacing(16)
        layout.addWidget(self.notice)
        layout.addWidget(self.measures)
        layout.addWidget(self.rates, 1)
        layout.addWidget(self.model)


class _Notice(QLabel):
    """Never cut off: where room is short, or always if it is `narrow`, its sentences stand below each other."""

    def __init__(self, narrow: bool = False) -> None:
        sentences = [part.strip() for part in re.split(r"(?<=[.。])", tr(NOTICE)) if part]
        # With spaces, and with nothing between Chinese characters, lines would break inside a sentence.
        super().__init__(" ".join("\u2060".join(part.replace(" ", "\u00a0")) for part in sentences))
        self._sentences = sentences
        self._narrow = narrow
        self.setObjectName("notice")
        self.setAccessibleName(tr(NOTICE))
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        if self._narrow:
            return self.minimumSizeHint()
        return QSize(self._width(self.text()), self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(max(map(self._width, self._sentences)), self.fontMetrics().height())

    def _width(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + _SLACK
