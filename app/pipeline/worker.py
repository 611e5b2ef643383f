"""The segmentation worker: loads the model and turns the newest frame into a prediction, in its own thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app import log
from app.capture.source import Frame
from app.options import engine_name
from app.pipeline.presence import Presence
from app.pipeline.slot import Slot
from app.pipeline.types import ModelChanged, Prediction, Rect
from app.thread import OwnThread
from model.bundle import Bundle
from model.engines.crew import Crew
from model.engines.engine import Engine
from model.errors import ModelError
from model.novelty import Novelty
from model.postprocess import find_region
from model.preprocess import to_input
from model.temporal import HISTORY_S, TemporalFilter

LOOK_S = 0.05
"""How often the worker looks up from an empty slot."""
PREDICTING_S = 5.0
"""An engine that takes longer for one picture has stalled; the slowest one measured takes a fifth of a second."""
LOADING_S = 120.0
"""The same of loading a model: TensorFlow on a busy laptop takes half a minute."""

_log = logging.getLogger(log.NAME)

OpenEngine = Callable[[str, Bundle], Engine]
FindBundle = Callable[[str], Bundle]


@dataclass(frozen=True, eq=False)
class Known:
    """What the network said about a frame earlier."""

    maps: NDArray[np.float32]
    """float32 (classes, n, n), 0..1."""
    novelty: float | None


Recall = Callable[[Frame, Rect], Known | None]
"""What is known of a frame in a scan area inside it; None: nothing. Called from the worker thread."""


@dataclass(frozen=True)
class Job:
    """What is to be done with a frame: the settings at the moment when it was taken."""

    generation: int
    scan_area: Rect
    """Inside the frame."""
    threshold: float
    steadied: bool = False
    """By the temporal filter, with what the worker remembers of this generation."""
    recall: Recall | None = None
    """Asked before the network is."""
    outlined: bool = True
    """Whether the regions are to be painted."""


@dataclass(frozen=True, eq=False)
class Call:
    """What the worker has an engine do now, and may wait for in vain."""

    model: str
    engine: str
    loading: bool
    """Loading a model; else predicting."""
    limit_s: float
    """A call that takes longer has stalled."""


def predict(
    frame: Frame,
    job: Job,
    engine: Engine | Crew,
    novelty: Novelty | None = None,
    temporal: TemporalFilter | None = None,
) -> Prediction:
    """What the network of `engine` says about `frame`, with the time of each step. Raises EngineError.

    In a scan area that `novelty` calls unlike the training pictures, no region is found. With `temporal` it is steadied
    by the frames before it that went through the same filter.
    """
    steps: dict[str, float] = {}
    with _timed(steps, "preprocess"):
        inputs = to_input(job.scan_area.cut(frame.pixels), engine.size)
    known = None if job.recall is None else job.recall(frame, job.scan_area)
    with _lent(engine) as one, _timed(steps, "network"):
        maps = one.predict(inputs) if known is None else known.maps
    score = None if known is None else known.novelty
    if novelty is not None and known is None:
        with _timed(steps, "novelty"):
            score = novelty.score(inputs)
    if temporal is not None:
        with _timed(steps, "temporal filter"):
            maps = temporal.apply(inputs[0, ..., 0], maps, frame.captured)
    with _timed(steps, "postprocess"):
        size = job.scan_area.height, job.scan_area.width
        answers = tuple(
            None
            if score is not None and score > 1
            else find_region(probability, size, job.threshold, structure, job.outlined)
            for probability, structure in zip(maps, engine.structures, strict=True)
        )
    return Prediction(
        job.generation, frame.number, frame.captured, job.scan_area, maps, answers, steps, score, frame.reply
    )


def _lent(engine: Engine | Crew) -> AbstractContextManager[Engine]:
    """One engine; waiting for it is not the network's time."""
    return engine.lend() if isinstance(engine, Crew) else nullcontext(engine)


@contextmanager
def _timed(steps: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    steps[name] = (time.perf_counter() - start) * 1000


class Worker(OwnThread):
    """One thread, from `start` to `stop`.

    `begin(frame)` gives the job for a frame that was taken, or None if it is no longer the newest of the present
    source. `deliver(prediction)` publishes it and says whether it was still wanted. `report(event, threshold)` says
    what became of a model, with its card's threshold once it is ready. `call` tells a watchdog what it waits for.
    """

    def __init__(
        self,
        frames: Slot[Frame],
        begin: Callable[[Frame], Job | None],
        deliver: Callable[[Prediction], bool],
        report: Callable[[ModelChanged, float | None], None],
        predicted: Callable[[dict[str, float]], None],
        open_engine: OpenEngine,
        find_bundle: FindBundle,
    ) -> None:
        super().__init__("segmentation")
        self._frames = frames
        self._begin, self._deliver, self._report, self._predicted = begin, deliver, report, predicted
        self._open_engine, self._find_bundle = open_engine, find_bundle
        self._lock = threading.Lock()
        self._wanted: tuple[str, str] | None = None
        self._asked: tuple[str, str] | None = None
        self._call: Call | None = None
        self._engine: Engine | None = None
        self._novelty: Novelty | None = None
        self._model = ("", "")
        self._presence = Presence()
        self._temporal, self._remembered = TemporalFilter(), -1
        self._withheld: Prediction | None = None

    def want(self, model: str, engine: str) -> None:
        """Asks for this model in this engine; returns at once."""
        with self._lock:
            self._wanted = self._asked = model, engine

    @property
    def wants_another(self) -> bool:
        """Whether a model was asked for that is not being loaded yet."""
        with self._lock:
            return self._wanted is not None

    @property
    def asked(self) -> tuple[str, str] | None:
        """The model and the engine that were asked for last."""
        with self._lock:
            return self._asked

    @property
    def call(self) -> Call | None:
        """What the engine is doing; another object for every call, None between them."""
        return self._call

    # What follows runs in the worker thread.

    @contextmanager
    def _calling(self, call: Call) -> Iterator[None]:
        self._call = call
        try:
            yield
        finally:
            self._call = None

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._step()
            # The boundary of the thread: what fails outside an engine, such as drawing the overlay, must be said, too.
            except Exception as error:  # noqa: BLE001
                reason = f"The overlay failed ({_brief(error)}): choose another model."
                self._give_up("the overlay failed", error, reason)
        self._close_engine()

    def _step(self) -> None:
        self._change_model()
        frame = self._frames.take(LOOK_S)
        if frame is None:
            self._publish_withheld()
        elif self._engine is not None and (job := self._begin(frame)) is not None and not self.wants_another:
            # Looked up after `begin`: a job of the new generation is never done by the model before.
            self._work(frame, job, self._engine)

    def _change_model(self) -> None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
        if wanted is None:
            return
        self._close_engine()
        model, engine = wanted
        try:
            with self._calling(Call(model, engine, True, LOADING_S)):
                bundle = self._find_bundle(model)
                novelty = Novelty.of(bundle)
                opened = self._open_engine(engine, bundle)
            names, threshold, weights = (bundle.name, opened.name), bundle.threshold, bundle.hash
        except ModelError as error:
            self._report(ModelChanged(model, engine, False, str(error)), None)
        # The boundary of the thread: whatever an engine's library throws must reach the user as a model that did not
        # load, and leave the worker ready for the next one.
        except Exception as error:  # noqa: BLE001
            log.failure(_log, "loading the model failed", error)
            reason = f"The model '{model}' cannot be loaded ({_brief(error)}): choose another model or engine."
            self._report(ModelChanged(model, engine, False, reason), None)
        else:
            self._engine, self._novelty, self._model = opened, novelty, names
            self._report(ModelChanged(*names, True, hash=weights), threshold)

    def _work(self, frame: Frame, job: Job, engine: Engine) -> None:
        try:
            with self._calling(Call(*self._model, False, PREDICTING_S)):
                prediction = predict(frame, job, engine, self._novelty, self._filter_for(job))
        # The boundary of the thread: an engine that fails must not take the raw picture or the worker with it.
        except Exception as error:  # noqa: BLE001
            name = engine_name(self._model[1])
            reason = f"The engine {name} failed ({_brief(error)}): choose another engine or model."
            self._give_up("predicting failed", error, reason)
            return
        if self._stopping.is_set():
            return  # Given up meanwhile: nobody waits for this any more.
        if self._presence.believes(prediction, job.threshold):
            self._withheld = None
            wanted = self._deliver(prediction)
        else:
            self._withheld, wanted = prediction, True
        if wanted:
            self._predicted(prediction.steps_ms)

    def _give_up(self, what: str, error: Exception, reason: str) -> None:
        """The model is not used any more, and the user is told why."""
        log.failure(_log, what, error)
        self._close_engine()
        self._report(ModelChanged(*self._model, False, reason), None)

    def _filter_for(self, job: Job) -> TemporalFilter | None:
        """The temporal filter, without memory of anything but the job's generation; None if the job wants none."""
        if job.generation != self._remembered:
            self._temporal, self._remembered = TemporalFilter(), job.generation
        return self._temporal if job.steadied else None

    def _publish_withheld(self) -> None:
        """An answer that was not believed at once is the answer after all if no other picture follows."""
        prediction = self._withheld
        if prediction is not None and time.monotonic() - prediction.captured > HISTORY_S:
            self._withheld = None
            self._presence = Presence()
            self._deliver(prediction)

    def _close_engine(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()


def _brief(error: Exception) -> str:
    """One line of an error's text, with its type where that is needed."""
    text = " ".join(str(error).split())
    return text[:200] if isinstance(error, ModelError) else f"{type(error).__name__}: {text[:200]}"
