"""Which model and engine run: what the user chose, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.gui.dialogs import Dialogs
from app.gui.panel import OPEN_MODEL, Panel
from app.gui.status import Level
from app.gui.widgets import Chip
from app.gui.words import tr
from app.options import engine_name
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import ModelChanged
from app.settings import Settings
from model.bundle import shipped
from model.engines.choice import AUTO, installed


class Models:
    """Loads models in the pipeline, and says in the panel and the chip which one runs."""

    def __init__(
        self,
        settings: Settings,
        pipeline: Pipeline,
        panel: Panel,
        chip: Chip,
        dialogs: Dialogs,
        say: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._pipeline = pipeline
        self._panel = panel
        self._chip = chip
        self._dialogs = dialogs
        self._say = say
        self._wanted = (settings.model, settings.engine)
        self._good: tuple[str, str] | None = None
        self.asked = False
        """Whether any model was asked for yet."""
        self.event: ModelChanged | None = None
        """What the pipeline said last."""
        self._fill()

    @property
    def ready(self) -> bool:
        return self.event is not None and self.event.ready

    @property
    def wanted(self) -> str:
        """The model that was asked for last: a shipped one's name or a folder."""
        return self._wanted[0]

    @property
    def running(self) -> tuple[str, str]:
        """The model, as it was asked for, and its engine, once one is ready."""
        return self._wanted[0], self.event.engine if self.event is not None else self._wanted[1]

    def choose_model(self, model: str) -> None:
        """The user chose a model in the panel, or there, to open another one."""
        if model != OPEN_MODEL:
            self._choose(model, self._wanted[1])
            return
        self._panel.fill_models(shipped(), self._wanted[0])
        self._dialogs.ask_folder(tr("Open a model's folder"), lambda folder: self._choose(folder, self._wanted[1]))

    def choose_engine(self, engine: str) -> None:
        """The user chose an engine in the panel."""
        self._choose(self._wanted[0], engine)

    def _choose(self, model: str, engine: str) -> None:
        """The user's choice, kept for the next start; what the command line asks for is not."""
        self._settings.model, self._settings.engine = model, engine
        self.load(model, engine)

    def follow(self) -> None:
        """Loads what the settings say, where it is another."""
        if self._wanted != (self._settings.model, self._settings.engine):
            self.load(self._settings.model, self._settings.engine)

    def load(self, model: str, engine: str) -> None:
        """Has the pipeline load a model, for this run of the program."""
        self.asked = True
        self._wanted = (model, engine)
        self._fill()
        self._pipeline.set_model(model, engine)

    def changed(self, event: ModelChanged) -> None:
        """The pipeline said something about the model."""
        self.event = event
        if event.ready:
            self._good = self._wanted
            self._chip.say(f"{engine_name(event.engine)} · {Path(event.model).name}", Level.PLAIN)
        elif event.loading:
            self._chip.say(tr("Loading the model …"), Level.PLAIN)
        elif event.again:
            self._say(event.reason)
            self._chip.say(tr("Starting the model again …"), Level.WARN)
        else:
            self._refused(event)

    def _refused(self, event: ModelChanged) -> None:
        self._say(event.reason)
        self._chip.say(tr("No model"), Level.BAD)
        if self._good is not None and self._good != self._wanted:
            self._choose(*self._good)

    def _fill(self) -> None:
        self._panel.fill_models(shipped(), self._wanted[0])
        self._panel.fill_engines([AUTO, *installed()], self._wanted[1])
