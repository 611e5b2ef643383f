"""Choosing what a camera is asked for: size, rate and format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.capture.camera_mode import FORMATS, RATES, SIZES, CameraMode
from app.gui.widgets import accessible, push_button
from app.gui.words import tr

T = TypeVar("T")


class Choice(QComboBox, Generic[T]):
    """A list of values, of which one is chosen."""

    def __init__(self, name: str, values: Sequence[T], chosen: T, text: Callable[[T], str]) -> None:
        """A `chosen` value that is not among `values`, as where it was written by hand, is offered too."""
        super().__init__()
        self._values = [*values, *([] if chosen in values else [chosen])]
        accessible(self, name)
        self.addItems([text(value) for value in self._values])
        self.choose(chosen)

    @property
    def value(self) -> T:
        return self._values[self.currentIndex()]

    def choose(self, value: T) -> None:
        """Raises ValueError if it is not offered."""
        self.setCurrentIndex(self._values.index(value))


class CameraModeDialog(QDialog):
    """Three lists; `mode` is what is chosen in them."""

    def __init__(self, parent: QWidget, title: str, mode: CameraMode) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Camera: {title}", title=title))
        self.size_choice = Choice(tr("Size"), SIZES, mode.size, lambda size: f"{size[0]} × {size[1]}")
        self.rate_choice = Choice(tr("Rate"), RATES, mode.rate, lambda rate: tr("{rate:g} a second", rate=rate))
        self.form_choice = Choice(tr("Format"), FORMATS, mode.form, lambda form: form or tr("Automatic"))
        form = QGridLayout()
        form.setSpacing(10)
        form.setColumnStretch(1, 1)
        choices: tuple[QComboBox, ...] = (self.size_choice, self.rate_choice, self.form_choice)
        for row, choice in enumerate(choices):
            form.addWidget(QLabel(choice.accessibleName()), row, 0)
            form.addWidget(choice, row, 1)
        note = QLabel(tr("The camera may give another; its card, and the line above the picture, say what it gives."))
        note.setObjectName("quiet")
        note.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(note)
        layout.addLayout(self._buttons())

    @property
    def mode(self) -> CameraMode:
        return CameraMode(self.size_choice.value, self.rate_choice.value, self.form_choice.value)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        usual = tr("{mode}: what is asked for where nothing is chosen", mode=CameraMode())
        row.addWidget(push_button(tr("Usual"), lambda: self._choose(CameraMode()), usual, 96))
        row.addWidget(push_button(tr("Cancel"), self.reject, width=96))
        take = push_button(tr("Use"), self.accept, width=96)
        take.setDefault(True)
        row.addWidget(take)
        return row

    def _choose(self, mode: CameraMode) -> None:
        self.size_choice.choose(mode.size)
        self.rate_choice.choose(mode.rate)
        self.form_choice.choose(mode.form)
