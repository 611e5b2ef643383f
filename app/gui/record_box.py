"""The controls for recordings and snapshots, in the panel."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from app.gui.widgets import ElidedLabel, accessible, action_button, heading
from app.options import SNAPSHOT_KINDS, SnapshotKind


class RecordBox(QWidget):
    """Record, save the last seconds, the list of both; what a snapshot keeps."""

    snapshot_chosen = Signal(str)

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(heading("Recording"))
        grid = QGridLayout()
        grid.setSpacing(6)
        self.record = action_button(actions["toggle_recording"], "record", "Record")
        self.save_last = action_button(actions["save_last"], "save-last", "Save last")
        grid.addWidget(self.record, 0, 0)
        grid.addWidget(self.save_last, 0, 1)
        layout.addLayout(grid)
        self.memory = ElidedLabel("quiet")
        self.memory.setAccessibleName("The last seconds in memory")
        layout.addWidget(self.memory)
        layout.addWidget(action_button(actions["show_kept"], "kept", "Recordings and snapshots"))
        self.snapshot = QComboBox()
        for kind in SNAPSHOT_KINDS:
            self.snapshot.addItem(f"Snapshot: {kind}", kind)
        accessible(self.snapshot, "What a snapshot keeps", "What a snapshot keeps, in one file or two")
        self.snapshot.activated.connect(lambda _: self.snapshot_chosen.emit(self.snapshot.currentData()))
        layout.addWidget(self.snapshot)

    def show_snapshot(self, kind: SnapshotKind) -> None:
        self.snapshot.setCurrentIndex(self.snapshot.findData(kind))
