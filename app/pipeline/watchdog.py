"""Looks whether the worker's engine still answers: a call that hangs must not look like a slow one."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.pipeline.worker import Call
from app.thread import OwnThread

LOOK_S = 0.25
MANY = 3
"""So many stalls within MANY_S are one fault that starting anew does not mend. Each may leave a hung thread behind."""
MANY_S = 600.0


class Watchdog(OwnThread):
    """One thread, from `start` to `stop`.

    `call` gives what the worker waits for now, `stalled(call)` is told once of one that has passed its limit. Time is
    counted in looks: a laptop that slept, or a machine so busy that nobody gets a turn, is no engine that hangs.
    """

    def __init__(
        self, call: Callable[[], Call | None], stalled: Callable[[Call], None], look_s: float = LOOK_S
    ) -> None:
        super().__init__("watchdog")
        self._get_call, self._stalled, self._look_s = call, stalled, look_s
        self._call: Call | None = None
        self._waited_s = 0.0

    def look(self) -> None:
        """Looks once; in the thread, every `look_s` seconds."""
        call = self._get_call()
        if call is None or call is not self._call:
            self._call, self._waited_s = call, 0.0
            return
        before, self._waited_s = self._waited_s, self._waited_s + self._look_s
        if before <= call.limit_s < self._waited_s:
            self._stalled(call)

    def _run(self) -> None:
        while not self._stopping.wait(self._look_s):
            self.look()


class Stalls:
    """Counts stalls, to know when starting anew is in vain."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: list[float] = []

    def too_many(self) -> bool:
        """Counts one more; whether that makes MANY within MANY_S."""
        now = self._clock()
        self._times = [one for one in self._times if one > now - MANY_S] + [now]
        return len(self._times) >= MANY

    def forget(self) -> None:
        """Begins anew, as when another engine is chosen."""
        self._times = []
