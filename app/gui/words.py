"""The words on screen in the user's language, by Qt's translations; how they are made: scripts/translations.py."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def tr(text: str, /, **fields: object) -> str:
    """`text` in the language of the program, with its fields, as `{name}`, filled in.

    lupdate finds the literals that are given to `tr` and `mark`; what is not a literal must have been marked elsewhere.
    """
    translated = QCoreApplication.translate("", text)
    return translated.format(**fields) if fields else translated


def mark(text: str) -> str:
    """`text` itself: marks a literal, as in a table, that `tr` translates when it is shown."""
    return text
