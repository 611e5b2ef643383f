"""The window's actions, made from the table of keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.gui.bindings import Bindings, is_sequence
from app.gui.keys import HELD, KEYS, key_for
from app.gui.words import mark, tr

SHORT = {
    "choose_source": mark("Choose a source"),
    "open_file": mark("Open a file …"),
    "open_folder": mark("Open a folder …"),
    "open_address": mark("Address of a stream …"),
    "open_screen_area": mark("Part of the screen …"),
    "presets": mark("Presets …"),
    "export": mark("Export …"),
    "toggle_plots": mark("Plots"),
    "choose_demo_folder": mark("Demo's folder …"),
}
"""Names where the key table's text is too long for a menu or a button."""
RECORDING = (
    "play_pause", "step_back", "step_forward", "seek_back", "seek_forward", "seek_start", "seek_end",
    "play_back", "play_on", "slower", "faster", "loop", "toggle_ahead", "export", "toggle_correct", "toggle_compare",
    "toggle_test",
)  # fmt: skip
"""Actions that need a recording."""
CHECKABLE = (
    *("toggle_overlay", "toggle_freeze", "toggle_spotlight", "toggle_steady"),
    *("toggle_recording", "toggle_ahead", "toggle_mirror"),
    *("toggle_correct", "toggle_compare", "toggle_difference", "toggle_test", "polygon", "brush", "eraser"),
)


def make_actions(window: QWidget, bindings: Bindings) -> dict[str, QAction]:
    """One action for each row of the table, with its keys of now; they do nothing until `connect_actions`."""
    actions = {}
    for key in KEYS:
        action = QAction(tr(SHORT.get(key.action, key.text)), window)
        action.setObjectName(key.action)
        action.setIconText(tr(SHORT.get(key.action, key.text)))
        action.setAutoRepeat(key.repeats)
        action.setCheckable(key.action in CHECKABLE)
        if key.action != HELD:  # What lasts while a key is down is no shortcut: the window watches for it.
            window.addAction(action)
        actions[key.action] = action
    _bind(actions, bindings)
    bindings.changed.connect(lambda: _bind(actions, bindings))
    return actions


def _bind(actions: Mapping[str, QAction], bindings: Bindings) -> None:
    for name, action in actions.items():
        label, text = bindings.label(name), tr(key_for(name).text)
        action.setShortcuts([QKeySequence(key) for key in bindings.keys(name) if key and is_sequence(key)])
        action.setData(label)
        action.setToolTip(f"{text} ({label})" if label else text)


def keys_of(action: QAction) -> str:
    """The action's keys of now, for people; 'no key' without one."""
    return action.data() or tr("no key")


def with_keys(text: str, action: QAction) -> str:
    """A button's text with the action's keys of now, where it has any."""
    return f"{text} ({action.data()})" if action.data() else text


def keys_within(page: QWidget, action: QAction, do: Callable[[], object]) -> list[QShortcut]:
    """Has the action's keys of now do something in a page too: the window's own do not reach one with the keyboard."""
    return [QShortcut(keys, page, do) for keys in action.shortcuts()]


def triggered_within(page: QWidget, window: QWidget, *names: str) -> None:
    """Has the keys that these actions of the window have now do the same in a page."""
    for name in names:
        action = window.findChild(QAction, name)
        if action is not None:
            for shortcut in keys_within(page, action, action.trigger):
                shortcut.setAutoRepeat(action.autoRepeat())


def connect_actions(actions: Mapping[str, QAction], handlers: Mapping[str, Callable[[], None]]) -> None:
    """Has each action call its handler. Raises ValueError where an action has none, or a handler no action."""
    names = actions.keys() - {HELD}
    if names != handlers.keys():
        raise ValueError(f"keys without handler or handlers without key: {sorted(names ^ handlers.keys())}")
    for name, handler in handlers.items():
        actions[name].triggered.connect(lambda _=False, handler=handler: handler())
