"""The way of a frame, put together: grab thread, latest-frame slot, segmentation worker, latest-prediction slot."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from app import log, paths
from app.capture.source import Frame, Repeatable, Source, SourceInfo, SourceKind
from app.options import DEFAULT_ENGINE, engine_name
from app.pipeline.ahead import Ahead, Wish
from app.pipeline.area_watch import AreaWatch
from app.pipeline.export import Task
from app.pipeline.exporter import Exporter
from app.pipeline.grab import Grabber
from app.pipeline.masks import MaskReturn
from app.pipeline.recorder import Recorder
from app.pipeline.recording import MadeBy
from app.pipeline.scan_area import AreasBySize, Found, ScanAreas
from app.pipeline.slot import Slot
from app.pipeline.statistics import Statistics
from app.pipeline.types import Event, ModelChanged, Prediction, Rect, Size, SourceChanged
from app.pipeline.watchdog import Stalls, Watchdog
from app.pipeline.worker import Call, FindBundle, Job, OpenEngine, Recall, Worker
from model import bundle as bundles
from model.engines import choice

CLOSE_S = 5.0
"""How long `close` waits for threads; a source may block for about three seconds."""
FALLBACK_THRESHOLD = 0.5
"""Until a model card says better."""
HOLD_S = 6.0
"""So long the scan area of live frames of another size is awaited before the whole frame is recorded."""

_log = logging.getLogger(log.NAME)


class Pipeline:
    """Everything between a source and the screen. Every method may be called from any thread and returns at once.

    `on_event` is called from the pipeline's threads, one event at a time, and must not wait for another thread. Once
    `set_source` has returned, neither a frame, nor a prediction, nor an event of an earlier source appears. A source
    object is given to one pipeline, once; it may be open already.
    """

    def __init__(
        self,
        on_event: Callable[[Event], None],
        open_engine: OpenEngine = choice.open_live,
        find_bundle: FindBundle = bundles.find,
    ) -> None:
        self.frames: Slot[Frame] = Slot()
        self.predictions: Slot[Prediction] = Slot()
        self.statistics = Statistics(lambda: self.frames.dropped)
        self.prepare: Callable[[Frame], None] = lambda _: None
        """Called with each frame before it is published, in the grab thread: what can be made ready for painting."""
        self.prepare_overlay: Callable[[Prediction], None] = lambda _: None
        """The same of predictions, in the worker's thread."""
        self._on_event = on_event
        # Held while anything is published and while any setting changes: that is what keeps what is stale out. It may
        # be taken again by the same thread, so that `on_event` may call the pipeline.
        self._lock = threading.RLock()
        self._generation = 0
        self._scan_area: Rect | None = None
        self._by_file = True
        self._area_size: Size | None = None
        self._by_size: AreasBySize = ()
        self._hold_until = 0.0
        self._newest: Frame | None = None
        self._found: Found | None = None
        self._found_last: Found | None = None
        self._finding = False
        self._search = object()
        self._watch: AreaWatch | None = None
        self._threshold: float | None = None
        self._card_threshold = FALLBACK_THRESHOLD
        self._temporal_filter = True
        self._recall: Recall | None = None
        self._frozen = False
        self._model: ModelChanged | None = None
        self.recorder = Recorder()
        self.open_engine, self.find_bundle = open_engine, find_bundle
        self._grabber: Grabber | None = None
        self._old: list[Grabber] = []
        self._info: SourceInfo | None = None
        self._closed = False
        self._masks = MaskReturn()
        self._worker = self._make_worker()
        self._stalls = Stalls()
        self._watchdog = Watchdog(lambda: self._worker.call, self._stalled)

    def _make_worker(self) -> Worker:
        worker = Worker(
            self.frames,
            self._begin,
            self._deliver,
            lambda event, threshold: self._model_changed(worker, event, threshold),
            self.statistics.predicted,
            self.open_engine,
            self.find_bundle,
        )
        return worker

    def start(self) -> None:
        """Starts the segmentation worker, what watches it, and the recorder."""
        self._worker.start()
        self.recorder.start()
        self._watchdog.start()

    def close(self) -> None:
        """Stops all threads and waits for them, CLOSE_S at most. The pipeline cannot be used again."""
        with self._lock:
            # Before the source goes: what ends the recording is the user, who closes the program.
            self.recorder.stop()
            self.set_source(None)
            self._closed = True
            self._worker.stop()
            self._watchdog.stop()
            self._masks.stop()
            old = list(self._old)
            watches = [] if self._watch is None else [self._watch]
            self._watch = None
            for watch in watches:
                watch.stop()
        until = time.monotonic() + CLOSE_S
        threads: list[Worker | Watchdog | Grabber | AreaWatch | MaskReturn | Recorder] = [
            *(self._watchdog, self._worker, self._masks, self.recorder),
            *old,
            *watches,
        ]
        ended = [thread.join(max(until - time.monotonic(), 0)) for thread in threads]
        if not all(ended):
            _log.warning("%d threads did not end in time", ended.count(False))

    def set_source(self, source: Source | None, scan_area: Rect | None = None) -> None:
        """Shows another source, or none, with its scan area (None: the whole frame). It is opened in its own thread."""
        with self._lock:
            if self._grabber is not None:
                self._grabber.stop()
                self._old.append(self._grabber)
            self._old = [grabber for grabber in self._old if grabber.alive]
            self._generation += 1
            self.frames.clear()
            self.predictions.clear()
            self.statistics.reset()
            self.recorder.source_changed()
            self._scan_area, self._info, self._frozen, self._grabber = scan_area, None, False, None
            self._by_file = scan_area is None
            self._area_size, self._by_size, self._hold_until = None, (), 0.0
            self._newest = self._found = self._found_last = self._recall = None
            self._search = object()
            if source is not None:
                # The same device again can only be opened once it has been let go.
                after = [grabber for grabber in self._old if grabber.source.word == source.word]
                self._grabber = Grabber(source, self._publish, self._source_changed, after, timed=self.statistics.timed)
                self._grabber.start()

    def set_scan_area(
        self,
        rect: Rect | None,
        by_file: bool = False,
        size: Size | None = None,
        by_size: AreasBySize = (),
    ) -> None:
        """Has the model look at this rectangle only; None: the one that is found, if one is, or the whole frame.

        `by_file`: a frame of one of several recordings has the scan area that its own file gives, if it gives one.
        `size`, width and height: of the frames that this is said of. Live ones of another size may have a name there,
        and are not recorded until it is said of them. None: of frames of every size. `by_size`: see `ScanAreas`.
        """
        with self._lock:
            if size is not None and self._area_size not in (None, size):
                self._hold_until = time.monotonic() + HOLD_S
            self._area_size, self._by_size = size, by_size
            if (rect, by_file) != (self._scan_area, self._by_file):
                self._scan_area, self._by_file = rect, by_file
                self._renew()

    def set_find_scan_area(self, on: bool) -> None:
        """Looks for the scan area of live sources and recordings while none is set. Off until switched on.

        Switched on again, it forgets what was found and looks anew.
        """
        with self._lock:
            if on and self._watch is None:
                self._watch = AreaWatch(self._newest_unset, self._area_found)
                self._watch.start()
            self._finding, self._search = on, object()
            self._found_last = None
            self._set_found(None)

    def set_threshold(self, value: float | None) -> None:
        """Probability from which a pixel belongs to the block region, 0..1; None: the model card's."""
        with self._lock:
            self._threshold = value
            self._renew()

    def set_temporal_filter(self, on: bool) -> None:
        """Whether predictions of a moving picture are steadied by those before (`model.temporal`); they are at first.

        Pictures that do not follow each other in time, as after a seek or in a folder, never are.
        """
        with self._lock:
            self._temporal_filter = on
            self._renew()

    def set_model(self, model: str, engine: str = DEFAULT_ENGINE) -> None:
        """Loads another model, in the worker; there is no overlay until it is ready. ModelChanged tells."""
        with self._lock:
            self._stalls.forget()
            self._recall = None
            self._worker.want(model, engine)
            self._renew()
            self._on_event(ModelChanged(model, engine, False, "The model is being loaded.", loading=True))

    def set_frozen(self, frozen: bool) -> None:
        """Keeps the frame that is shown until set back; the source goes on. A change of source sets it back, too."""
        with self._lock:
            self._frozen = frozen
            if not frozen:
                self._set_found(self._found_last)

    def play(self) -> None:
        """Plays a recording on; from its start, if it has ended."""
        self._tell_grabber(Grabber.play)

    def pause(self) -> None:
        """Keeps a recording at its frame."""
        self._tell_grabber(Grabber.pause)

    def step(self, frames: int = 1) -> None:
        """Pauses a recording and shows the frame so many further on, or back, clipped to the recording."""
        self._tell_grabber(lambda grabber: grabber.step(frames))

    def skip(self, seconds: float) -> None:
        """Shows the frame of a recording so many seconds further on, or back; plays on from there if it was playing."""
        self._tell_grabber(lambda grabber: grabber.skip(seconds))

    def seek(self, frame: int) -> None:
        """Shows this frame of a recording, clipped to it; it plays on from there if it was playing."""
        self._tell_grabber(lambda grabber: grabber.seek(frame))

    @property
    def sought(self) -> int | None:
        """The frame that is on its way after a seek or step; it may lie beyond the end. None: nothing is."""
        with self._lock:
            return None if self._grabber is None else self._grabber.sought

    def set_speed(self, speed: float) -> None:
        """Plays the present recording so many times as fast as it was taken; below 0: backwards."""
        self._tell_grabber(lambda grabber: grabber.set_speed(speed))

    def set_range(self, frames: tuple[int, int] | None) -> None:
        """Plays the present recording from the first of these frames to the last, over and over; None: all of it."""
        self._tell_grabber(lambda grabber: grabber.set_range(frames))

    def _tell_grabber(self, do: Callable[[Grabber], None]) -> None:
        with self._lock:
            if self._grabber is not None:
                do(self._grabber)

    def set_recall(self, recall: Recall | None) -> None:
        """Asks `recall` about each frame before the network; a change of source or model ends that."""
        with self._lock:
            self._recall = recall

    def look_ahead(self, source: Repeatable, wish: Wish, resting: Callable[[], bool]) -> Ahead:
        """Has the model look at all frames of a recording while `resting()`, in a thread that the caller ends."""
        ahead = Ahead(source, wish, resting, self.open_engine, self.find_bundle, paths.cache_folder() / "ahead")
        ahead.start()
        return ahead

    def export(
        self, source: Source, model: str, engine: str, task: Task, resting: Callable[[], bool] = lambda: True
    ) -> Exporter:
        """Writes a source of its own to files, in a thread that the caller ends; see `Exporter`."""
        exporter = Exporter(source, model, engine, task, self.open_engine, self.find_bundle, resting)
        exporter.start()
        return exporter

    @property
    def generation(self) -> int:
        """Goes up whenever earlier predictions no longer hold."""
        return self._generation

    @property
    def scan_area(self) -> Rect | None:
        """As set, or else as found; None: the whole frame."""
        found = self._found
        return self._scan_area or (found.area if found is not None else None)

    @property
    def scan_areas(self) -> ScanAreas:
        """The same for each frame of the source; equal, whichever of several recordings is shown."""
        with self._lock:
            frame = self.frames.latest()
            return self._areas.for_all(None if frame is None else frame.part, self._area_size)

    @property
    def finding_scan_area(self) -> bool:
        """Whether the scan area of the present source is looked for while none is set."""
        return self._finding and self._grabber is not None and self._grabber.source.kind is not SourceKind.DEMO

    @property
    def found_area(self) -> Found | None:
        """The scan area that was found; it is in force only while none is set."""
        return self._found

    @property
    def threshold(self) -> float:
        """In force now, 0..1."""
        with self._lock:
            return self._card_threshold if self._threshold is None else self._threshold

    @property
    def temporal_filter(self) -> bool:
        """Whether predictions of a moving picture are steadied."""
        return self._temporal_filter

    @property
    def frozen(self) -> bool:
        return self._frozen

    @property
    def source_info(self) -> SourceInfo | None:
        """What opening the present source gave; None until it is open."""
        return self._info

    def _renew(self) -> None:
        """What was predicted no longer holds: a picture that is shown, and be it paused, is predicted anew."""
        self._generation += 1
        self.predictions.clear()
        self.frames.renew()

    def _publish(self, grabber: Grabber, frame: Frame, jumped: bool) -> None:
        if not self._frozen:
            self.prepare(frame)
        with self._lock:
            if grabber is not self._grabber:
                return
            self.statistics.grabbed()
            before = self.frames.latest()
            differs = before is not None and _differ(before, frame)
            if not (self._frozen and differs):
                self._newest = frame
            area = self._area_of(frame) if self._knows_area(frame) else None
            self.recorder.offer(frame, area, shown=not self._frozen)
            if self._frozen:
                return
            if jumped or differs:
                # The overlay of another place in the recording, or of a picture of another size, must not be seen on
                # this one, however young it is.
                self._generation += 1
                self.predictions.clear()
            self.frames.put(frame)

    def _source_changed(self, grabber: Grabber, event: SourceChanged) -> None:
        with self._lock:
            if grabber is not self._grabber:
                return
            self._info = event.info
            _log.info("source %s: %s", event.kind.value, event.state.value)
            self._on_event(event)

    def _newest_unset(self) -> tuple[object, Frame] | None:
        """The newest frame, and the search that it belongs to, if its scan area is to be looked for.

        Where one was found, it is watched in the pictures that a frozen one hides, too: they are recorded. Not in those
        of another size, of which it is not.
        """
        with self._lock:
            frame = self.frames.latest() if self._found is None else self._newest
            if not self.finding_scan_area or self._scan_area is not None or frame is None:
                return None
            return self._search, frame

    def _area_found(self, search: object, found: Found | None) -> None:
        with self._lock:
            if search is self._search and self._finding:
                self._found_last = found
                if found is None:  # For want of one in pictures of another size, which may pass.
                    self._hold_until = time.monotonic() + HOLD_S
                if self._found is None or not self._frozen:
                    self._set_found(found)

    def _set_found(self, found: Found | None) -> None:
        if found == self._found:
            return
        self._found = found
        _log.info("scan area %s", "not found" if found is None else f"found: {found.area} ({found.why})")
        if self._scan_area is None:
            self._renew()

    def _begin(self, frame: Frame) -> Job | None:
        with self._lock:
            # Frames are put and cleared under this lock: the newest one belongs to the present source and generation.
            if self.frames.latest() is not frame:
                return None
            steadied = self._temporal_filter and not (self._info is not None and self._info.stills)
            return Job(self._generation, self._area_of(frame), self.threshold, steadied, self._recall)

    def _area_of(self, frame: Frame) -> Rect:
        """The scan area inside a frame, which need not be of the same one of several recordings as the one shown."""
        return self._areas.inside(frame)

    @property
    def _areas(self) -> ScanAreas:
        found = self._found
        return ScanAreas(self._scan_area, found.area if found is not None else None, self._by_file, self._by_size)

    def _knows_area(self, frame: Frame) -> bool:
        """Whether a frame's scan area is that of its own size and layout; after a change it may still be sought."""
        if self._found_last != self._found and self._scan_area is None:
            return False  # Behind the frozen picture, the machine's layout has changed.
        if self._grabber is None or self._grabber.source.kind is not SourceKind.LIVE or self._area_size is None:
            return True
        looked_for = self._finding and self.scan_area is None and time.monotonic() < self._hold_until
        return frame.pixels.shape[1::-1] == self._area_size and not looked_for

    def _deliver(self, prediction: Prediction) -> bool:
        if prediction.generation == self._generation:
            self.prepare_overlay(prediction)
        with self._lock:
            if prediction.generation != self._generation:
                return False
            self.predictions.put(prediction)
            if (region := prediction.region) is not None:
                area = prediction.scan_area
                self.statistics.found(region.area_px / (area.width * area.height), region.confidence)
            self._masks.put(prediction, self.threshold)
            if (model := self._model) is not None:
                self.recorder.predicted(prediction, MadeBy(model.model, model.hash, model.engine, self.threshold))
            return True

    def _stalled(self, call: Call) -> None:
        """The engine does not answer. Its thread cannot be ended: it is left alone, and another one takes its place."""
        with self._lock:
            worker = self._worker
            if self._closed or worker.call is not call:
                return  # It answered after all.
            asked = worker.asked
            again = worker.wants_another or not (self._stalls.too_many() or call.loading)
            worker.stop()
            self._worker = self._make_worker()
            self._worker.start()
            event = ModelChanged(call.model, call.engine, False, _stall_words(call, again), again)
            self._model_changed(self._worker, event, None)
            if asked is not None and again and not self._worker.wants_another:
                self._worker.want(*asked)

    def _model_changed(self, worker: Worker, event: ModelChanged, card_threshold: float | None) -> None:
        with self._lock:
            if worker is not self._worker:
                return  # Given up, because it hung.
            if self._worker.wants_another:
                return  # Asked for something else meanwhile: what became of this one is of no interest.
            if card_threshold is not None:
                self._card_threshold = card_threshold
            self._model = event if event.ready else None
            self._renew()
            _log.info("model %s", "ready" if event.ready else "not ready")
            self._on_event(event)


def _differ(before: Frame, frame: Frame) -> bool:
    """Whether a frame is of another one of several recordings than the one before it, or of another size."""
    return before.part is not frame.part or before.pixels.shape[:2] != frame.pixels.shape[:2]


def _stall_words(call: Call, again: bool) -> str:
    what = "has been loading the model for" if call.loading else "has not answered for"
    then = "It is being started again." if again else "Choose another engine or model."
    return f"The engine {engine_name(call.engine)} {what} {call.limit_s:.0f} s: no overlay. {then}"
