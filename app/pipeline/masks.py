"""The way of the masks back to a sender that takes them."""

from __future__ import annotations

import threading

from app.capture.source import Reply
from app.pipeline.slot import Slot
from app.pipeline.table import frame_mask
from app.pipeline.types import Prediction

LOOK_S = 0.05
"""How often the thread looks up from an empty slot."""


class MaskReturn:
    """Sends masks back in a thread of its own, from the first one to `stop`. The newest wins; nobody waits for it."""

    def __init__(self) -> None:
        self._slot: Slot[tuple[Prediction, Reply, float]] = Slot()
        self._stopping = threading.Event()
        # A daemon, so that a network that hangs cannot keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="mask return", daemon=True)

    def put(self, prediction: Prediction, threshold: float) -> None:
        """Sends this prediction's mask back where its frame's sender wants it. Called by one thread at a time."""
        if prediction.reply is None or self._stopping.is_set():
            return
        self._slot.put((prediction, prediction.reply, threshold))
        if self._thread.ident is None:
            self._thread.start()

    def stop(self) -> None:
        """Asks the thread to end; returns at once."""
        self._stopping.set()

    def join(self, timeout: float) -> bool:
        """Waits for the thread to end, `timeout` seconds at most. Whether it has."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            item = self._slot.take(LOOK_S)
            if item is not None:
                prediction, reply, threshold = item
                reply.send(frame_mask(prediction, reply.shape, threshold))
