"""The window: puts the parts together, and turns what the user does into calls of the pipeline."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QMainWindow,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from app.capture.source import Recording, Source, SourceError
from app.errors import OutputError
from app.gui.actions import RECORDING, make_actions
from app.gui.bridge import Background, Bridge
from app.gui.covering import covers
from app.gui.help_page import HelpPage
from app.gui.live_view import LiveView
from app.gui.message_bar import MessageBar
from app.gui.overlay import OverlayStyle
from app.gui.panel import OPEN_MODEL, Panel
from app.gui.rubber_band import RubberBand
from app.gui.source_menu import SourceMenu
from app.gui.status import Level, OverlayKind, Wishes, badge, engine_name, overlay_words, rates
from app.gui.strips import BottomStrip, TopStrip
from app.gui.transport import Transport
from app.options import STYLES, Style, WindowOptions
from app.paths import pictures_folder
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import Event, ModelChanged, Rect, SourceChanged, SourceState
from app.settings import Settings, save_settings
from model.bundle import shipped
from model.engines.choice import AUTO, installed

TITLE = "SonoBlock"
_STATUS_MS = 200
"""Numbers that change more often cannot be read."""
_RECENT = 6
_MODEL_WAIT_MS = 500
"""Importing an engine holds Python up: it waits for the first picture, but no longer than this."""
_HIDE_FIRST_MS = 300
"""Until the desktop has painted what was under the window."""
_COVER_TEXT = (
    "This window covers the part of the screen that it watches: move it aside, or it will see its own overlay."
)

MakePipeline = Callable[[Callable[[Event], None]], Pipeline]
ParseWord = Callable[[str, Path | None], Source]


def parse_word(word: str, demo_folder: Path | None) -> Source:
    """The source of a word. Raises SourceError."""
    from app.capture.words import parse

    return parse(word, demo_folder=demo_folder)


class MainWindow(QMainWindow):
    """Owns the pipeline from `begin` to its closing."""

    def __init__(
        self,
        settings: Settings,
        make_pipeline: MakePipeline = Pipeline,
        parse: ParseWord = parse_word,
        keep_settings: bool = True,
    ) -> None:
        super().__init__()
        self.settings = settings
        self._keep_settings = keep_settings
        self._parse = parse
        self._bridge = Bridge()
        self._bridge.arrived.connect(self._on_event, Qt.ConnectionType.QueuedConnection)
        self.background = Background()
        self.pipeline = make_pipeline(self._bridge.post)
        self.source: Source | None = None
        self.source_event: SourceChanged | None = None
        self.model_event: ModelChanged | None = None
        self._wanted_model = (settings.model, settings.engine)
        self._first_model: tuple[str, str] | None = None
        self._good_model: tuple[str, str] | None = None
        self._loading = False
        self._recording = False
        self._opening = 0
        self._covered = False
        self._raw_held = False
        self._said_kind: OverlayKind | None = None
        self._was_full_screen = False
        self._folded = False
        self._dialog: QDialog | None = None
        self._band: RubberBand | None = None
        self._build()
        self._restore()
        self._status = QTimer(self)
        self._status.timeout.connect(self._refresh)
        self._status.start(_STATUS_MS)
        self._refresh()

    # Building

    def _build(self) -> None:
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self.actions_by_name = make_actions(self, self._handlers())
        for name in ("toggle_overlay", "toggle_freeze"):
            self.actions_by_name[name].setCheckable(True)
        self.view = LiveView(self.pipeline)
        self.view.state_changed.connect(self._overlay_changed)
        self.view.scan_area_drawn.connect(self._set_scan_area)
        self.messages = MessageBar(self.view)
        self.panel = Panel(self.actions_by_name)
        self.transport = Transport(self.actions_by_name)
        self.top = TopStrip(self.actions_by_name["toggle_panel"], self.actions_by_name["show_help"])
        self.bottom = BottomStrip()
        self.menu = SourceMenu(self, self.actions_by_name, lambda: self.settings.recent, self.background)
        self.menu.chosen.connect(self.open_word)
        self.menu.said.connect(self.messages.say)
        self._connect_panel()
        self._lay_out()
        for widget in (self, *self.findChildren(QWidget)):
            widget.installEventFilter(self)
        self._set_recording(False)
        self.view.setFocus()

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.view, 1)
        middle.addWidget(self.panel)
        whole = QVBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.top)
        whole.addLayout(middle, 1)
        whole.addWidget(self.transport)
        whole.addWidget(self.bottom)
        centre = QWidget()
        centre.setLayout(whole)
        self.setCentralWidget(centre)

    def _connect_panel(self) -> None:
        self.panel.opacity_chosen.connect(self._set_opacity)
        self.panel.threshold_chosen.connect(self._set_threshold)
        self.panel.style_chosen.connect(self._set_style)
        self.panel.model_chosen.connect(self._choose_model)
        self.panel.engine_chosen.connect(lambda engine: self._choose(self._wanted_model[0], engine))
        self.transport.sought.connect(self.pipeline.seek)

    def _handlers(self) -> dict[str, Callable[[], None]]:
        return {
            "toggle_overlay": self._overlay_toggled,
            "cycle_style": self._cycle_style,
            "more_opacity": lambda: self._set_opacity(self.settings.opacity + 0.05),
            "less_opacity": lambda: self._set_opacity(self.settings.opacity - 0.05),
            "more_threshold": lambda: self._set_threshold(self.pipeline.threshold + 0.05),
            "less_threshold": lambda: self._set_threshold(self.pipeline.threshold - 0.05),
            "model_threshold": lambda: self._set_threshold(None),
            "toggle_freeze": self._freeze_toggled,
            "snapshot": self._snapshot,
            "edit_scan_area": self._edit_scan_area,
            "reset_scan_area": lambda: self._set_scan_area(None),
            "play_pause": self._play_pause,
            "step_back": lambda: self.pipeline.step(-1),
            "step_forward": lambda: self.pipeline.step(1),
            "seek_back": lambda: self._seek_by(-1),
            "seek_forward": lambda: self._seek_by(1),
            "seek_start": lambda: self.pipeline.seek(0),
            "choose_source": self._open_menu,
            "open_file": self._ask_file,
            "open_folder": self._ask_folder,
            "open_address": self._ask_address,
            "open_screen_area": self._ask_screen_area,
            "choose_demo_folder": self._ask_demo_folder,
            "toggle_panel": lambda: self.fold(not self._folded),
            "toggle_full_screen": self._toggle_full_screen,
            "show_help": self._show_help,
            "leave": self._leave,
            "close": self._close,
        }

    def _restore(self) -> None:
        settings = self.settings
        room = self.screen().availableSize()
        self.resize(min(1280, room.width() * 19 // 20), min(760, room.height() * 9 // 10))
        if settings.geometry:
            self.restoreGeometry(QByteArray.fromBase64(settings.geometry.encode("ascii", "ignore")))
        self.actions_by_name["toggle_overlay"].setChecked(settings.overlay)
        self.panel.fill_models(shipped(), settings.model)
        self.panel.fill_engines([AUTO, *installed()], settings.engine)
        self._restyle()

    # Life

    def begin(self, source: Source | None, options: WindowOptions) -> None:
        """Starts the pipeline; called once, when the window stands."""
        self.pipeline.start()
        if source is not None:
            self.open_source(source, options.scan_area)
        else:
            self.open_word("demo")
        threshold = options.threshold if options.threshold is not None else self.settings.threshold
        self.pipeline.set_threshold(threshold)
        self._first_model = options.model or self.settings.model, options.engine or self.settings.engine
        self.view.first_painted.connect(self._load_first_model)
        QTimer.singleShot(_MODEL_WAIT_MS, self, self._load_first_model)
        self._show_threshold()
        if options.notice:
            self.messages.say(options.notice)

    def _load_first_model(self) -> None:
        if self._first_model is not None and self.isVisible():
            self._load_model(*self._first_model)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._status.stop()
        self.view.stop()
        if self._band is not None:
            self._band.close()
            self._band = None
        if self._keep_settings:
            self._save_settings()
        self.background.close()
        self.pipeline.close()
        super().closeEvent(event)

    def _save_settings(self) -> None:
        self.settings.geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        try:
            save_settings(self.settings)
        except OutputError as error:
            # The window is going: there is no other place left to say it.
            print(f"sonoblock: {error}", file=sys.stderr)

    def _close(self) -> None:
        self.close()

    # Sources

    def open_word(self, word: str) -> None:
        """Opens a source by its word; what is shown stays until the new one is known to be good."""
        demo = Path(self.settings.demo_folder) if self.settings.demo_folder else None
        try:
            source = self._parse(word, demo)
        except SourceError as error:
            self.messages.say(str(error))
            return
        self._opening += 1
        if source.retries:
            self.open_source(source)
            return
        turn = self._opening

        def opened(_: object) -> None:
            if turn == self._opening:
                self.open_source(source)
            else:
                source.close()

        self.background.run("open source", lambda: _open(source), opened, self.messages.say)

    def open_source(self, source: Source, scan_area: Rect | None = None) -> None:
        """Shows a source from now on."""
        self._opening += 1
        area = scan_area or self._kept_scan_area(source.word)
        self.source, self.source_event = source, None
        self._covered = False
        self.pipeline.set_source(source, area)
        self.view.clear(f"Opening {source.name} …")
        self.actions_by_name["toggle_freeze"].setChecked(False)
        self._set_recording(False)
        self._remember(source.word)
        self.panel.show_source(source.name)
        self.setWindowTitle(f"{source.name} – {TITLE}")
        self._update_wishes()
        self._refresh()

    def _kept_scan_area(self, word: str) -> Rect | None:
        text = self.settings.scan_areas.get(word)
        try:
            return Rect.parse(text) if text else None
        except ValueError:
            return None  # Written by hand, and wrongly: the whole frame.

    def _remember(self, word: str) -> None:
        self.settings.source = word
        self.settings.recent = [word, *(old for old in self.settings.recent if old != word)][:_RECENT]

    def _open_menu(self) -> None:
        at = self.panel.source if self.panel.isVisible() else self.top
        self.menu.popup(at.mapToGlobal(at.rect().bottomLeft()))

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, "Open a video file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._ask(dialog, lambda: self.open_word(dialog.selectedFiles()[0]))

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, "Open a folder of images")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._ask(dialog, lambda: self.open_word(dialog.selectedFiles()[0]))

    def _ask_demo_folder(self) -> None:
        dialog = QFileDialog(self, "Folder of the demo's images")
        dialog.setFileMode(QFileDialog.FileMode.Directory)

        def chosen() -> None:
            self.settings.demo_folder = dialog.selectedFiles()[0]
            self.open_word("demo")

        self._ask(dialog, chosen)

    def _ask_address(self) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle("Camera address")
        dialog.setLabelText("Address of the stream, such as rtsp://192.168.1.20/stream or http://192.168.1.20/video")
        dialog.resize(560, dialog.sizeHint().height())
        self._ask(dialog, lambda: self.open_word(f"camera:{dialog.textValue().strip()}"))

    def _ask(self, dialog: QDialog, accepted: Callable[[], None]) -> None:
        """Opens a dialog beside the running picture; one at a time."""
        if self._dialog is not None:
            return
        self._dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def finished(result: int) -> None:
            self._dialog = None
            if result == QDialog.DialogCode.Accepted:
                accepted()
            dialog.deleteLater()

        dialog.finished.connect(finished)
        dialog.open()

    def _ask_screen_area(self) -> None:
        if QGuiApplication.platformName().startswith("wayland"):
            self.messages.say("Wayland lets no program see the screen: log in with X11 to watch a part of it.")
            return
        if self._band is None:
            self._was_full_screen = self.isFullScreen()
            self.hide()
            QTimer.singleShot(_HIDE_FIRST_MS, self, self._start_band)

    def _start_band(self) -> None:
        self._band = RubberBand(self)
        self._band.chosen.connect(self._screen_area_chosen)
        self._band.left.connect(self._band_left)
        self._band.start()

    def _screen_area_chosen(self, area: Rect) -> None:
        self._band_left()
        self.open_word(f"screen:{area}")

    def _band_left(self) -> None:
        self._band = None
        self.showFullScreen() if self._was_full_screen else self.show()
        self.activateWindow()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_word(paths[0])

    # What the pipeline says

    def _on_event(self, event: Event) -> None:
        if isinstance(event, ModelChanged):
            self._model_changed(event)
        elif self.source is not None and event.word == self.source.word:
            self._source_changed(event)
        self._update_wishes()
        self._refresh()

    def _source_changed(self, event: SourceChanged) -> None:
        self.source_event = event
        source = self.source
        is_open = event.state in (SourceState.RUNNING, SourceState.PAUSED, SourceState.ENDED)
        if is_open and not self._recording and isinstance(source, Recording):
            self.transport.set_length(source.frame_count)
            self._set_recording(True)
        self.transport.set_playing(event.state is SourceState.RUNNING)
        if event.state is SourceState.NO_SIGNAL:
            self.view.say(_no_signal(event))
        else:
            self.view.say("")

    def _model_changed(self, event: ModelChanged) -> None:
        self.model_event = event
        if event.ready:
            self._good_model = self._wanted_model
            self.bottom.model.say(f"{engine_name(event.engine)} · {_short_model(event.model)}", Level.PLAIN)
            self._show_threshold()
        elif self._loading:
            self.bottom.model.say("Loading the model …", Level.PLAIN)
            self._loading = False
        else:
            self._model_refused(event)

    def _model_refused(self, event: ModelChanged) -> None:
        self.messages.say(event.reason)
        self.bottom.model.say("No model", Level.BAD)
        good = self._good_model
        if good is not None and good != self._wanted_model:
            self._choose(*good)

    # Overlay

    def _overlay_toggled(self) -> None:
        self.settings.overlay = self.actions_by_name["toggle_overlay"].isChecked()
        self._update_wishes()

    def _update_wishes(self) -> None:
        event, model = self.source_event, self.model_event
        wishes = Wishes(
            overlay=self.settings.overlay,
            raw_held=self._raw_held,
            signal=event is None or event.state is not SourceState.NO_SIGNAL,
            model_ready=model is not None and model.ready,
        )
        if wishes != self.view.wishes:
            self.view.show_as(wishes=wishes)
        self._show_overlay_state()

    def hold_raw(self, held: bool) -> None:
        """Space went down or up."""
        if held != self._raw_held:
            self._raw_held = held
            self._update_wishes()

    def _set_opacity(self, opacity: float) -> None:
        self.settings.opacity = round(min(max(opacity, 0.05), 1.0), 2)
        self._restyle()

    def _set_style(self, style: Style) -> None:
        self.settings.style = style
        self._restyle()

    def _cycle_style(self) -> None:
        self._set_style(STYLES[(STYLES.index(self.settings.style) + 1) % len(STYLES)])

    def _restyle(self) -> None:
        self.panel.show_opacity(self.settings.opacity)
        self.panel.show_style(self.settings.style)
        self.view.show_as(style=OverlayStyle(self.settings.style, self.settings.opacity))

    def _set_threshold(self, threshold: float | None) -> None:
        value = None if threshold is None else round(min(max(threshold, 0.05), 0.95), 2)
        self.settings.threshold = value
        self.pipeline.set_threshold(value)
        self._show_threshold()

    def _show_threshold(self) -> None:
        self.panel.show_threshold(self.pipeline.threshold)

    # Model

    def _choose_model(self, model: str) -> None:
        if model != OPEN_MODEL:
            self._choose(model, self._wanted_model[1])
            return
        self.panel.fill_models(shipped(), self._wanted_model[0])
        dialog = QFileDialog(self, "Open a model's folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._ask(dialog, lambda: self._choose(dialog.selectedFiles()[0], self._wanted_model[1]))

    def _choose(self, model: str, engine: str) -> None:
        """The user's choice, kept for the next start; what the command line asks for is not."""
        self.settings.model, self.settings.engine = model, engine
        self._load_model(model, engine)

    def _load_model(self, model: str, engine: str) -> None:
        self._first_model = None
        self._wanted_model = (model, engine)
        self.panel.fill_models(shipped(), model)
        self.panel.fill_engines([AUTO, *installed()], engine)
        self._loading = True
        self.pipeline.set_model(model, engine)

    # Picture

    def _freeze_toggled(self) -> None:
        self.pipeline.set_frozen(self.actions_by_name["toggle_freeze"].isChecked())
        self.view.pull()  # What was published before stays.
        self._refresh()

    def _snapshot(self) -> None:
        from app.pipeline.snapshot import save_snapshot

        self.view.pull()
        frame, prediction, area = self.view.frame, self.view.state.prediction, self.pipeline.scan_area
        if frame is None:
            self.messages.say("There is no picture to save yet.")
            return
        style, opacity = self.settings.style, self.settings.opacity
        self.background.run(
            "snapshot",
            lambda: save_snapshot(pictures_folder(), frame, prediction, area, style, opacity),
            lambda paths: self.messages.say(f"Snapshot saved: {paths[-1]}"),
            self.messages.say,
        )

    def _edit_scan_area(self) -> None:
        if self.view.in_scan_area_mode:
            self.view.leave_scan_area_mode()
        else:
            self.view.enter_scan_area_mode()

    def _set_scan_area(self, area: Rect | None) -> None:
        if self.source is None:
            return
        self.view.leave_scan_area_mode()
        self.pipeline.set_scan_area(area)
        if area is None:
            self.settings.scan_areas.pop(self.source.word, None)
        else:
            self.settings.scan_areas[self.source.word] = str(area)
        self.messages.say(f"Scan area: {area.width} × {area.height} pixels." if area else "Scan area: the whole frame.")
        self.view.update()

    # Recordings

    def _set_recording(self, recording: bool) -> None:
        self._recording = recording
        for name in RECORDING:
            self.actions_by_name[name].setEnabled(recording)
        self.transport.setVisible(recording and not self._folded)

    def _play_pause(self) -> None:
        playing = self.source_event is not None and self.source_event.state is SourceState.RUNNING
        self.pipeline.pause() if playing else self.pipeline.play()

    def _seek_by(self, seconds: int) -> None:
        frame, info = self.view.frame, self.pipeline.source_info
        if frame is not None:
            rate = (info.rate if info else None) or 25.0
            self.pipeline.seek(max(frame.number + round(seconds * rate), 0))

    # The window itself

    def fold(self, folded: bool) -> None:
        """Folds everything away but the picture and its two lines."""
        self._folded = folded
        if folded and self.panel.isAncestorOf(self.focusWidget() or self.view):
            self.view.setFocus()
        self.panel.setVisible(not folded)
        self.transport.setVisible(self._recording and not folded)

    def _toggle_full_screen(self) -> None:
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def _show_help(self) -> None:
        for page in self.findChildren(HelpPage):
            page.close()
            return
        HelpPage(self).show()

    def _leave(self) -> None:
        if self.messages.text:
            self.messages.hide()
        elif self.view.in_scan_area_mode:
            self.view.leave_scan_area_mode()
        elif self.isFullScreen():
            self.showNormal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space is the raw picture wherever the focus is, so Enter presses what has the focus."""
        kind = event.type()
        if kind is QEvent.Type.WindowDeactivate:
            self.hold_raw(False)
        if isinstance(event, QKeyEvent) and isinstance(watched, QWidget) and watched.window() is self:
            return self._key(watched, event, kind)
        return False

    def _key(self, watched: QWidget, event: QKeyEvent, kind: QEvent.Type) -> bool:
        if kind is QEvent.Type.ShortcutOverride:
            own = isinstance(watched, QSlider) and event.key() in _ARROWS
            if own or (self.view.in_scan_area_mode and event.key() in _ARROWS):
                event.accept()
                return True
            return False
        if event.key() == Qt.Key.Key_Space and kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            if not event.isAutoRepeat():
                self.hold_raw(kind is QEvent.Type.KeyPress)
            return True
        if kind is QEvent.Type.KeyPress and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return _press(watched)
        return False

    # Words

    def _refresh(self) -> None:
        event = self.source_event
        frozen = self.pipeline.frozen
        if self.source is None:
            self.top.badge.say("NO SOURCE", Level.PLAIN)
        else:
            state = event.state if event else SourceState.OPENING
            self.top.badge.say(*badge(self.source.kind, state, frozen))
            self.top.name.setText(self.source.name)
        self.top.detail.setText(self._detail(event))
        self._show_overlay_state()
        self.bottom.rates.setText(rates(self.pipeline.statistics.snapshot()))
        if self._recording and self.view.frame is not None:
            self.transport.show_frame(self.view.frame)
        self._watch_covering()

    def _detail(self, event: SourceChanged | None) -> str:
        if event is None:
            return ""
        if self._covered:
            return "this window covers a part of it"
        if event.state is SourceState.REPEATING:
            return "its pictures do not change"
        if event.state is SourceState.NO_SIGNAL:
            return "no new pictures"
        info = event.info or self.pipeline.source_info
        if info is None:
            return ""
        return " · ".join(part for part in (f"{info.width} × {info.height}", info.detail) if part)

    def _overlay_changed(self) -> None:
        """Says at once what changed in kind; the age alone waits for `_refresh`, or it could not be read."""
        if self.view.state.kind is not self._said_kind:
            self._show_overlay_state()

    def _show_overlay_state(self) -> None:
        self._said_kind = self.view.state.kind
        event = self.source_event
        moving = event is not None and event.state is SourceState.RUNNING and not self.pipeline.frozen
        self.top.overlay.say(*overlay_words(self.view.state, moving))

    def _watch_covering(self) -> None:
        covered = self.source is not None and self.isVisible() and covers(self, self.source)
        if covered and not self._covered:
            self.messages.say(_COVER_TEXT)
        self._covered = covered


_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


def _open(source: Source) -> None:
    """Opens a source to see whether it is good. Raises SourceError."""
    try:
        source.open()
    except SourceError:
        source.close()
        raise


def _press(watched: QWidget) -> bool:
    if isinstance(watched, QAbstractButton):
        watched.click()
        return True
    if isinstance(watched, QComboBox):
        watched.showPopup()
        return True
    return False


def _no_signal(event: SourceChanged) -> str:
    again = f" Next try in {event.retry_s:.0f} s." if event.retry_s and event.retry_s >= 1 else ""
    again = again or (" Trying again." if event.retry_s is not None else "")
    return f"No signal. {event.reason}{again}"


def _short_model(model: str) -> str:
    return Path(model).name
