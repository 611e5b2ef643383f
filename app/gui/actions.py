"""The window's actions, made from the table of keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.gui.keys import KEYS, tooltip

SHORT = {
    "choose_source": "Choose a source",
    "open_file": "Open a file …",
    "open_folder": "Open a folder …",
    "open_address": "Address of a stream …",
    "open_screen_area": "Part of the screen …",
    "presets": "Presets …",
    "export": "Export …",
    "toggle_plots": "Plots",
    "choose_demo_folder": "Demo's folder …",
}
"""Names where the key table's text is too long for a menu or a button."""
RECORDING = (
    "play_pause", "step_back", "step_forward", "seek_back", "seek_forward", "seek_start", "seek_end",
    "slower", "faster", "loop", "toggle_ahead", "export",
)  # fmt: skip
"""Actions that need a recording."""
CHECKABLE = (
    *("toggle_overlay", "toggle_freeze", "toggle_spotlight", "toggle_steady"),
    *("toggle_recording", "toggle_ahead", "toggle_mirror"),
)


def make_actions(window: QWidget) -> dict[str, QAction]:
    """One action for each key that is bound; they do nothing until `connect_actions`."""
    actions = {}
    for key in KEYS:
        if not key.keys:
            continue
        action = QAction(SHORT.get(key.action, key.text), window)
        action.setIconText(SHORT.get(key.action, key.text))
        action.setToolTip(tooltip(key.action))
        action.setShortcuts([QKeySequence(keys) for keys in key.keys])
        action.setAutoRepeat(key.repeats)
        action.setCheckable(key.action in CHECKABLE)
        window.addAction(action)
        actions[key.action] = action
    return actions


def connect_actions(actions: Mapping[str, QAction], handlers: Mapping[str, Callable[[], None]]) -> None:
    """Has each action call its handler. Raises ValueError where an action has none, or a handler no action."""
    if actions.keys() != handlers.keys():
        raise ValueError(f"keys without handler or handlers without key: {sorted(actions.keys() ^ handlers.keys())}")
    for name, action in actions.items():
        action.triggered.connect(lambda _=False, handler=handlers[name]: handler())
