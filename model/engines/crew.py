"""Several engines of one kind that share a network: they give the same answers as one does, and more of them."""

from __future__ import annotations

import queue
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from model.engines.engine import Engine


class Crew:
    """Lends each of its engines to one thread at a time."""

    def __init__(self, engines: Sequence[Engine]) -> None:
        """`engines` are of one kind and run the same network; there is at least one."""
        self._engines = tuple(engines)
        self._free: queue.SimpleQueue[Engine] = queue.SimpleQueue()
        for engine in self._engines:
            self._free.put(engine)
        first = self._engines[0]
        self.name, self.size, self.structures, self.threads = first.name, first.size, first.structures, first.threads

    def __len__(self) -> int:
        return len(self._engines)

    @contextmanager
    def lend(self) -> Iterator[Engine]:
        """An engine that nobody else has meanwhile; waits for one."""
        engine = self._free.get()
        try:
            yield engine
        finally:
            self._free.put(engine)

    def close(self) -> None:
        """Lets the network go."""
        for engine in self._engines:
            engine.close()
