"""The way of the masks back to a sender that takes them."""

from __future__ import annotations

from app.capture.source import Reply
from app.pipeline.slot import Slot
from app.pipeline.table import frame_mask
from app.pipeline.types import Prediction
from app.thread import OwnThread

LOOK_S = 0.05
"""How often the thread looks up from an empty slot."""


class MaskReturn(OwnThread):
    """Sends masks back in a thread of its own, from the first one to `stop`. The newest wins; nobody waits for it."""

    def __init__(self) -> None:
        super().__init__("mask return")
        self._slot: Slot[tuple[Prediction, Reply, float]] = Slot()

    def put(self, prediction: Prediction, threshold: float) -> None:
        """Sends this prediction's mask back where its frame's sender wants it. Called by one thread at a time."""
        if prediction.reply is None or self._stopping.is_set():
            return
        self._slot.put((prediction, prediction.reply, threshold))
        if self._thread.ident is None:
            self.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            item = self._slot.take(LOOK_S)
            if item is not None:
                prediction, reply, threshold = item
                reply.send(frame_mask(prediction, reply.shape, threshold))
