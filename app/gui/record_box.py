"""The controls for recordings and snapshots."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox

from app.gui.widgets import ElidedLabel, accessible, action_button
from app.gui.words import mark, tr
from app.options import SNAPSHOT_KINDS, SnapshotKind

_SNAPSHOTS: dict[SnapshotKind, str] = {
    "raw and overlay": mark("Snapshot: raw and overlay"),
    "raw": mark("Snapshot: raw"),
    "overlay": mark("Snapshot: overlay"),
    "side by side": mark("Snapshot: side by side"),
}


class RecordBox(QObject):
    """Record, save the last seconds, the list of both; what a snapshot keeps. The panel gives them their places."""

    snapshot_chosen = Signal(str)

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.record = action_button(actions["toggle_recording"], "record", tr("Record"))
        self.save_last = action_button(actions["save_last"], "save-last", tr("Save last"))
        self.memory = ElidedLabel("quiet")
        self.memory.setAccessibleName(tr("The last seconds in memory"))
        self.kept = action_button(actions["show_kept"], "kept", tr("Recordings and snapshots"))
        self.snapshot = QComboBox()
        for kind in SNAPSHOT_KINDS:
            self.snapshot.addItem(tr(_SNAPSHOTS[kind]), kind)
        accessible(self.snapshot, tr("What a snapshot keeps"), tr("What a snapshot keeps, in one file or two"))
        self.snapshot.activated.connect(lambda _: self.snapshot_chosen.emit(self.snapshot.currentData()))

    def show_snapshot(self, kind: SnapshotKind) -> None:
        self.snapshot.setCurrentIndex(self.snapshot.findData(kind))
