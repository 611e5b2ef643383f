"""Reading and working on what is read in threads beside each other; the results come in the order of reading."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable
from typing import Generic, TypeVar

LOOK_S = 0.2
"""How often a thread looks up from waiting; Ctrl+C needs that, too."""
AHEAD = 4
"""Items that lie between reading and work at most, besides those that are worked on."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(items: Iterable[Item], work: Callable[[Item], Result], workers: int) -> Generator[Result, None, None]:
    """What `work` gives for each item, in order: one thread reads the items, `workers` threads work on them.

    So many items at a time are in memory at most: one for each worker, AHEAD, and one that is being read. What reading
    or working raises is raised here, after the results of all items before. However this ends, or when it is closed,
    its threads end too.
    """
    line = _Line(items, work, workers)
    try:
        line.start()
        yield from line.results()
    finally:
        line.stop()


class _Place(Generic[Item, Result]):
    """An item on its way."""

    def __init__(self, item: Item | None) -> None:
        self.item = item
        self.done = threading.Event()
        self.result: Result | None = None
        self.error: BaseException | None = None


class _Line(Generic[Item, Result]):
    def __init__(self, items: Iterable[Item], work: Callable[[Item], Result], workers: int) -> None:
        self._items, self._work = items, work
        self._room = threading.Semaphore(workers + AHEAD)
        self._todo: queue.SimpleQueue[_Place[Item, Result] | None] = queue.SimpleQueue()
        self._order: queue.SimpleQueue[_Place[Item, Result] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        # Daemons, so that a disk or an engine that hangs cannot keep the program from ending.
        self._threads = [threading.Thread(target=self._read, name="read ahead", daemon=True)]
        for number in range(workers):
            self._threads.append(threading.Thread(target=self._run, name=f"work {number}", daemon=True))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends the threads and waits for them: for what is being read or worked on, and no more."""
        self._stopping.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def results(self) -> Generator[Result, None, None]:
        while (place := self._next()) is not None:
            while not place.done.wait(LOOK_S):
                pass
            self._room.release()
            if place.error is not None:
                raise place.error
            yield place.result  # type: ignore[misc]

    def _next(self) -> _Place[Item, Result] | None:
        while True:
            try:
                return self._order.get(timeout=LOOK_S)
            except queue.Empty:
                continue

    # What follows runs in the threads.

    def _read(self) -> None:
        try:
            for item in self._items:
                if not self._make_room():
                    return
                place: _Place[Item, Result] = _Place(item)
                self._order.put(place)
                self._todo.put(place)
        # The boundary of the thread: whatever it is, whoever waits for results must have it.
        except BaseException as error:  # noqa: BLE001
            place = _Place(None)
            place.error = error
            place.done.set()
            self._order.put(place)
        finally:
            self._order.put(None)
            for _ in self._threads:
                self._todo.put(None)

    def _make_room(self) -> bool:
        """Waits until another item may be taken; False once the threads are to end."""
        while not self._stopping.is_set():
            if self._room.acquire(timeout=LOOK_S):
                return True
        return False

    def _run(self) -> None:
        while (place := self._todo.get()) is not None:
            if self._stopping.is_set():
                continue
            try:
                assert place.item is not None
                place.result = self._work(place.item)
            # As in `_read`.
            except BaseException as error:  # noqa: BLE001
                place.error = error
            place.item = None
            place.done.set()
