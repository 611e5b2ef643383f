"""The page of keys."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.gui.keys import KEYS
from app.gui.status import NOTICE
from app.gui.theme import LINE, QUIET

_COLUMNS = (
    ("Overlay", "Picture", "Orientation and scale"),
    ("Recording", "Source", "Window"),
    ("Correct by hand", "Compare and look closer"),
)


def keys_html(groups: tuple[str, ...]) -> str:
    """The keys of these groups as a table."""
    rows: list[str] = []
    for group in groups:
        rows.append(f"<tr><td colspan=2 style='color:{QUIET}; padding-top:12px'><b>{escape(group)}</b></td></tr>")
        rows += [
            f"<tr><td style='background:{LINE}; padding:3px 8px' align=center><b>{escape(key.label)}</b></td>"
            f"<td style='padding:3px 12px'>{escape(key.text)}</td></tr>"
            for key in KEYS
            if key.group == group
        ]
    return f"<table cellspacing=3>{''.join(rows)}</table>"


class HelpPage(QDialog):
    """Every key; the picture goes on behind it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("help")
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 12, 24, 20)
        columns = QGridLayout()
        columns.setHorizontalSpacing(32)
        for number, groups in enumerate(_COLUMNS):
            text = QLabel(keys_html(groups))
            text.setTextFormat(Qt.TextFormat.RichText)
            text.setAlignment(Qt.AlignmentFlag.AlignTop)
            columns.addWidget(text, 0, number)
        layout.addLayout(columns)
        notice = QLabel(
            f"{NOTICE} The overlay is a model's guess: hold Space to see the picture without it. "
            f"Past 200 ms of age it is hidden."
        )
        notice.setWordWrap(True)
        layout.addWidget(notice)
        close = QPushButton("Close")
        close.setObjectName("segment")
        close.setMinimumWidth(140)
        close.clicked.connect(self.close)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
