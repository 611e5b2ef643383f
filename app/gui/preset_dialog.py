"""The presets, one for each machine: choose, save, rename, delete; and settings that go to another computer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListWidget, QVBoxLayout, QWidget

from app.errors import OutputError, UsageError
from app.gui.dialogs import Dialogs
from app.gui.flow import FlowLayout
from app.gui.outside import outside
from app.gui.widgets import Page, accessible, push_button
from app.gui.words import mark, tr
from app.presets import export_settings, import_settings, take_preset, unused
from app.settings import Settings

EXPORT_NAME = "sonoblock-settings.json"
_DELETE, _REALLY = mark("Delete"), mark("Really delete")
_WIDTH = 88
"""Of a button, at least."""


class _List(QListWidget):
    """The first arrow key chooses the first entry: with the focus, Qt stands on it already, but has not chosen it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.count() and not self.selectedItems() and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.setCurrentRow(0)
            self.item(0).setSelected(True)
        else:
            super().keyPressEvent(event)


class PresetDialog(Page):
    """Changes the settings' presets at once; signals what the window has to follow."""

    used = Signal(str)
    """A preset's name."""
    imported = Signal()
    """The settings are others now."""

    def __init__(self, parent: QWidget, settings: Settings) -> None:
        super().__init__(parent)
        self._settings = settings
        self._dialogs = Dialogs(self)
        self.setWindowTitle(tr("Presets and settings"))
        self.list = _List()
        self.list.setObjectName("presets")
        accessible(self.list, tr("Presets"), tr("Enter uses the chosen preset"))
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("Name, such as SonoSite in theatre 3"))
        self.name.setMaxLength(80)
        accessible(self.name, tr("Name of the preset"), tr("Enter saves what is set now under this name"))
        self.status = QLabel()
        self.status.setObjectName("quiet")
        self.status.setWordWrap(True)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self._build()
        self._connect()
        self._fill("")
        # On a button, the first space of a name would press it.
        (self.list if settings.presets else self.name).setFocus()
        if not settings.presets:
            self.status.setText(tr("There is no preset yet: set everything as it should be, and save it under a name."))
        room = self.screen().availableSize()
        self.resize(min(640, room.width() * 19 // 20), min(460, room.height() * 9 // 10))

    # Building

    def _build(self) -> None:
        title = QLabel(tr("A preset keeps the source, its scan area, the model and the overlay's settings."))
        title.setWordWrap(True)
        close = push_button(tr("Close"), self.reject, tr("Close this dialog"), _WIDTH)
        self.use = push_button(tr("Use"), self._use, tr("Set everything as the chosen preset has it"), _WIDTH)
        self.save = push_button(tr("Save"), self._save, tr("Save what is set now under this name"), _WIDTH)
        self.rename = push_button(tr("Rename"), self._rename, tr("Give the chosen preset this name"), _WIDTH)
        self.delete = push_button(tr(_DELETE), self._delete, tr("Delete the chosen preset"), _WIDTH)
        export = tr("Write settings and presets to a file for another computer")
        self.export = push_button(tr("Export …"), self._export, export, _WIDTH)
        take = tr("Take over settings and presets from such a file")
        self.take = push_button(tr("Import …"), self._import, take, _WIDTH)
        top, row = QHBoxLayout(), QWidget()
        top.addWidget(title, 1)
        top.addWidget(close)
        flow = FlowLayout(6)
        row.setLayout(flow)
        for button in (self.use, self.save, self.rename, self.delete, self.export, self.take):
            flow.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.name)
        layout.addWidget(row)
        layout.addWidget(self.status)

    def _connect(self) -> None:
        self.list.itemSelectionChanged.connect(self._chosen)
        self.list.itemActivated.connect(lambda _: self._use())
        self.name.textChanged.connect(self._enable)
        self.name.returnPressed.connect(self._save)

    # What is

    @property
    def chosen(self) -> str:
        """The preset that is chosen in the list; empty without one."""
        items = self.list.selectedItems()
        return items[0].text() if items else ""

    def _fill(self, chosen: str) -> None:
        names = sorted(self._settings.presets, key=str.casefold)
        self.list.clear()
        self.list.addItems(names)
        self.list.setCurrentRow(names.index(chosen) if chosen in names else -1)
        self._enable()

    def _chosen(self) -> None:
        if self.chosen:
            self.name.setText(self.chosen)
        self._enable()

    def _enable(self) -> None:
        chosen, name = self.chosen, self.name.text().strip()
        self.use.setEnabled(bool(chosen))
        self.delete.setEnabled(bool(chosen))
        self.delete.setText(tr(_DELETE))
        self.rename.setEnabled(bool(chosen and name and name not in self._settings.presets))
        self.save.setEnabled(bool(name))
        self.save.setText(tr("Replace") if name in self._settings.presets else tr("Save"))

    # What the user does

    def _use(self) -> None:
        if self.chosen:
            name = self.chosen
            self.accept()
            self.used.emit(name)

    def _save(self) -> None:
        name = self.name.text().strip()
        if name:
            self._settings.presets[name] = take_preset(self._settings)
            self._fill(name)
            self.status.setText(tr("'{name}' is saved as everything is set now.", name=name))

    def _rename(self) -> None:
        old, new = self.chosen, unused(self.name.text().strip(), self._settings.presets)
        self._settings.presets[new] = self._settings.presets.pop(old)
        self._fill(new)
        self.status.setText(tr("'{old}' is called '{new}' now.", old=old, new=new))

    def _delete(self) -> None:
        """At the second press only: a preset cannot be brought back."""
        if self.delete.text() == tr(_DELETE):
            self.delete.setText(tr(_REALLY))
            return
        name = self.chosen
        del self._settings.presets[name]
        self._fill("")
        self.status.setText(tr("'{name}' is deleted.", name=name))

    def _export(self) -> None:
        self._dialogs.ask_new_file(tr("Export the settings"), EXPORT_NAME, self.export_to)

    def export_to(self, path: str) -> None:
        """Writes the settings there, and says so."""
        try:
            export_settings(self._settings, Path(path))
            self.status.setText(
                tr("Settings and presets are in {path}. Files and addresses of sources are not.", path=path)
            )
        except OutputError as error:
            self.status.setText(outside(str(error)))

    def _import(self) -> None:
        self._dialogs.ask_file(tr("Import settings"), self.import_from)

    def import_from(self, path: str) -> None:
        """Takes the settings over from there, or says what is wrong with them."""
        try:
            said = import_settings(self._settings, Path(path))
        except UsageError as error:
            self.status.setText(outside(str(error)))
            return
        self._fill("")
        self.status.setText(outside(said))
        self.imported.emit()
