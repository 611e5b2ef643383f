"""A place for the newest item of a kind. Nothing queues: a new item overwrites the old one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Slot(Generic[T]):
    """Holds one item. One thread puts, one takes, any number look."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: T | None = None
        self._taken = True
        self._dropped = 0
        self._told: Callable[[], None] | None = None

    def watch(self, told: Callable[[], None] | None) -> None:
        """Has `told` called whenever something was put, in the thread that put it; None: nobody any more."""
        self._told = told

    def put(self, item: T) -> None:
        """Makes `item` the newest; an item that nobody took is dropped and counted."""
        with self._changed:
            self._dropped += not self._taken
            self._item, self._taken = item, False
            self._changed.notify_all()
        told = self._told
        if told is not None:
            told()

    def latest(self) -> T | None:
        """The newest item, taken or not; it stays."""
        with self._changed:
            return self._item

    def take(self, timeout: float) -> T | None:
        """Waits up to `timeout` seconds for an item not taken yet, which stays to be looked at; None if none came."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._taken:
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return None
            self._taken = True
            return self._item

    def renew(self) -> None:
        """Offers the newest item to `take` once more, after what is done with it has changed."""
        with self._changed:
            self._taken = self._item is None
            self._changed.notify_all()

    def clear(self) -> None:
        """Empties the slot; what is thrown away so is not counted as dropped."""
        with self._changed:
            self._item, self._taken = None, True

    @property
    def dropped(self) -> int:
        """Items overwritten before anyone took them."""
        with self._changed:
            return self._dropped
