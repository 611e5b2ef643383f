"""A thread of its own for what must not hold up anything else."""

from __future__ import annotations

import threading


class OwnThread:
    """One thread, from `start` to the end of `_run`, which looks at `_stopping` and ends soon after `stop`."""

    def __init__(self, name: str) -> None:
        self._stopping = threading.Event()
        # A daemon, so that a driver, an engine or a disk that hangs cannot keep the program from ending.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Starts the thread; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Asks the thread to end; returns at once."""
        self._stopping.set()

    def join(self, timeout: float) -> bool:
        """Waits for the thread to end, `timeout` seconds at most. Whether it has, or was never started."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self.alive

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        raise NotImplementedError
