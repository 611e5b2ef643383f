"""The window's actions, made from the table of keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.gui.keys import KEYS, tooltip

SHORT = {
    "choose_source": "Choose a source",
    "open_file": "Open a file …",
    "open_folder": "Open a folder of images …",
    "open_address": "Camera address …",
    "open_screen_area": "Part of the screen …",
    "choose_demo_folder": "Set the demo's folder …",
}
"""Names where the key table's text is too long for a menu or a button."""
RECORDING = ("play_pause", "step_back", "step_forward", "seek_back", "seek_forward", "seek_start")
"""Actions that need a recording."""


def make_actions(window: QWidget, handlers: Mapping[str, Callable[[], None]]) -> dict[str, QAction]:
    """One action for each key that is bound; every handler must be in the table, and the other way round.

    Raises ValueError where both differ.
    """
    bound = {key.action for key in KEYS if key.keys}
    if bound != handlers.keys():
        raise ValueError(f"keys without handler or handlers without key: {sorted(bound ^ handlers.keys())}")
    actions = {}
    for key in KEYS:
        if not key.keys:
            continue
        action = QAction(SHORT.get(key.action, key.text), window)
        action.setIconText(SHORT.get(key.action, key.text))
        action.setToolTip(tooltip(key.action))
        action.setShortcuts([QKeySequence(keys) for keys in key.keys])
        action.setAutoRepeat(key.repeats)
        action.triggered.connect(lambda _=False, handler=handlers[key.action]: handler())
        window.addAction(action)
        actions[key.action] = action
    return actions
