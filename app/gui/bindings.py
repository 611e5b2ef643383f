"""Which key does what now: the table as shipped, and what the user has changed of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.gui.keys import KEYS, key_for
from app.gui.words import mark, tr

SLOTS = 2
"""Keys of one action: one to type, one for a foot pedal."""
MOUSE = {
    mark("Mouse right"): Qt.MouseButton.RightButton,
    mark("Mouse middle"): Qt.MouseButton.MiddleButton,
    mark("Mouse back"): Qt.MouseButton.BackButton,
    mark("Mouse forward"): Qt.MouseButton.ForwardButton,
}
"""Buttons of a mouse, which some pedals send, by the names under which they are kept."""
_CODE = re.compile(r"Key [1-9][0-9]{0,5}")
"""A key that the system has no name for, by the number that the keyboard or the pedal sends."""
FIXED = ("Return", "Enter", "Tab", "Backtab", "Shift+Backtab")
"""Keys that stay what they are: without them, nothing in the window can be reached and pressed."""
_ALONE = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta)
_MODIFIERS = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_WORDS = {
    ",": mark(", (comma)"),
    ".": mark(". (full stop)"),
    "-": "−",
    "Left": "←",
    "Right": "→",
    "Up": "↑",
    "Down": "↓",
}


def typed(event: QKeyEvent) -> str:
    """The name of the key that was pressed; empty for Shift, Ctrl and Alt alone."""
    key, modifiers = event.key(), event.modifiers() & _MODIFIERS
    if key in _ALONE:
        return ""
    if key in (0, Qt.Key.Key_unknown):
        return f"Key {event.nativeScanCode()}" if event.nativeScanCode() else ""
    sign = event.text()
    if modifiers == Qt.KeyboardModifier.ShiftModifier and sign.isprintable() and sign.strip() and not sign.isalpha():
        modifiers = Qt.KeyboardModifier.NoModifier  # '?' is its own key, wherever Shift is needed for it.
    return QKeySequence(key | modifiers.value).toString(QKeySequence.SequenceFormat.PortableText)


def is_sequence(name: str) -> bool:
    """Whether Qt itself can watch for the key; for all others, the window does."""
    return name not in MOUSE and not _CODE.fullmatch(name)


def normal(name: str) -> str:
    """A key's name as Qt writes it. Raises ValueError for what is no key, or none that can be changed."""
    if not is_sequence(name):
        return name
    sequence = QKeySequence.fromString(name, QKeySequence.SequenceFormat.PortableText)
    text = sequence.toString(QKeySequence.SequenceFormat.PortableText)
    if sequence.count() != 1 or not text or text in FIXED:
        raise ValueError(tr("'{name}' is no key that can be used", name=name))
    return text


def written(name: str) -> str:
    """A key's name for people."""
    if not is_sequence(name):
        return tr(name)
    return tr(_WORDS.get(name, "")) or QKeySequence(name).toString(QKeySequence.SequenceFormat.NativeText)


class Bindings(QObject):
    """Reads and changes what is kept of the keys, which is only what differs from the table."""

    changed = Signal()

    def __init__(self, kept: dict[str, list[str]]) -> None:
        """`kept` is the settings' own and is brought up to date."""
        super().__init__()
        self._kept = kept
        self._keys: dict[str, tuple[str, ...]] = {}
        self.problem = self._load()
        """One sentence where what was kept could not be used as it was; else empty."""

    def _load(self) -> str:
        """The user's own keys first, so that they win over those of the table."""
        problems: list[str] = []
        taken: dict[str, str] = {}
        for key in sorted(KEYS, key=lambda key: key.action not in self._kept):
            self._keys[key.action] = ()
            own = self._own(key.action, problems)
            for name in own:
                if name and name in taken:
                    first = tr(key_for(taken[name]).text)
                    problems.append(tr("{key} is given twice and stays with '{first}'", key=written(name), first=first))
                elif name:
                    taken[name] = key.action
            self._keys[key.action] = _trimmed([name if taken.get(name) == key.action else "" for name in own])
        for action in [action for action in self._kept if action not in self._keys]:
            del self._kept[action]  # Of another version.
        for action in self._keys:
            self._keep(action)
        more = tr(", and {n} more", n=len(problems) - 1) if len(problems) > 1 else ""
        return (
            tr(
                "Not all keys are as the settings say ({problem}{more}): see the page of keys.",
                problem=problems[0],
                more=more,
            )
            if problems
            else ""
        )

    def _own(self, action: str, problems: list[str]) -> Sequence[str]:
        default = key_for(action).keys
        try:
            return [normal(name) if name else "" for name in self._kept.get(action, default)][:SLOTS]
        except ValueError as error:
            problems.append(str(error))
            return default

    # What is

    def keys(self, action: str) -> tuple[str, ...]:
        """The names of its keys by slot; empty where there is none."""
        return self._keys[action]

    def label(self, action: str) -> str:
        """Its keys for people, such as 'F1 or ?'; empty without one."""
        return tr(" or ").join(written(name) for name in self._keys[action] if name)

    def owner(self, name: str) -> str | None:
        """The action that a key does."""
        return next((action for action, names in self._keys.items() if name and name in names), None)

    def is_changed(self, action: str) -> bool:
        return action in self._kept

    # What the user does

    def bind(self, action: str, slot: int, name: str) -> None:
        """Gives a slot a key, which leaves the action that had it; an empty name takes the slot's key away."""
        self._take(name)
        names = [*self._keys[action], *[""] * SLOTS][:SLOTS]
        names[slot] = name
        self._set(action, names)
        self.changed.emit()

    def reset(self, action: str) -> None:
        """The keys as shipped, which leave the actions that have them now."""
        for name in key_for(action).keys:
            self._take(name)
        self._set(action, key_for(action).keys)
        self.changed.emit()

    def reset_all(self) -> None:
        """Every key as shipped."""
        for key in KEYS:
            self._set(key.action, key.keys)
        self.changed.emit()

    def _take(self, name: str) -> None:
        owner = self.owner(name)
        if owner is not None:
            self._set(owner, ["" if one == name else one for one in self._keys[owner]])

    def _set(self, action: str, names: Sequence[str]) -> None:
        self._keys[action] = _trimmed(names)
        self._keep(action)

    def _keep(self, action: str) -> None:
        if self._keys[action] == key_for(action).keys:
            self._kept.pop(action, None)
        else:
            self._kept[action] = list(self._keys[action])


def _trimmed(names: Sequence[str]) -> tuple[str, ...]:
    """Without the empty slots at the end."""
    last = max((place for place, name in enumerate(names) if name), default=-1)
    return tuple(names[: last + 1])
