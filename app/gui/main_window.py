"""The window: puts the parts together, and hands on what the user does and what the pipeline says."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from app.capture.source import Source
from app.errors import OutputError
from app.gui import theme
from app.gui.actions import connect_actions, make_actions
from app.gui.ahead_control import AheadControl
from app.gui.bindings import Bindings
from app.gui.bridge import Background, Bridge
from app.gui.check_page import SelfCheck
from app.gui.dialogs import Dialogs, ScreenAreaChooser
from app.gui.dicom_list import DicomControl
from app.gui.export_control import ExportControl
from app.gui.first_steps import FirstSteps
from app.gui.kept_list import KeptControl
from app.gui.keyboard import Keyboard
from app.gui.keys_page import KeysPage
from app.gui.live_view import HEIGHT, LEAST_HEIGHT, LiveView
from app.gui.message_bar import MessageBar
from app.gui.mode_strip import ModeStrip
from app.gui.models import Models
from app.gui.orientation import Orientation
from app.gui.outside import name_of
from app.gui.overlay_control import OverlayControl
from app.gui.panel import Panel
from app.gui.picture_control import PictureControl
from app.gui.playback import Playback
from app.gui.plots import Plots
from app.gui.preset_control import PresetControl
from app.gui.record_control import RecordControl
from app.gui.scale_control import ScaleControl
from app.gui.scan_area_control import ScanAreaControl
from app.gui.section import Folds
from app.gui.source_choice import SourceChoice
from app.gui.source_notes import SourceNotes
from app.gui.sources import ParseWord, Sources, parse_word
from app.gui.state_lines import StateLines
from app.gui.strips import BottomStrip, TopStrip
from app.gui.study import Study, StudyBar
from app.gui.transport import Transport
from app.gui.words import tr
from app.options import LanguageName, ThemeName, WindowOptions
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import Event, ModelChanged, SourceState
from app.settings import Settings, load_settings, save_settings

TITLE = "SonoBlock"
_STATUS_MS = 200
"""Numbers that change more often cannot be read."""
_CHECK_MS = 8000
"""The quick self-check comes once the model has had its time to load."""
_MODEL_WAIT_MS = 500
"""Importing an engine holds Python up: it waits for the first picture, but no longer than this."""

MakePipeline = Callable[[Callable[[Event], None]], Pipeline]


class MainWindow(QMainWindow):
    """Owns the pipeline from `begin` to its closing.

    Widgets signal, actions trigger, the pipeline posts; the parts answer by calling the pipeline and the widgets.
    """

    def __init__(
        self,
        settings: Settings,
        make_pipeline: MakePipeline = Pipeline,
        parse: ParseWord = parse_word,
        keep_settings: bool = True,
    ) -> None:
        super().__init__()
        self.settings = settings
        self._kept = copy.deepcopy(settings)
        self._keep_settings = keep_settings
        self._bridge = Bridge()
        self._bridge.arrived.connect(self._on_event, Qt.ConnectionType.QueuedConnection)
        self.background = Background()
        self.pipeline = make_pipeline(self._bridge.post)
        self._first_model = (settings.model, settings.engine)
        self._folded = self._folded_before = self._bare = False
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self._make_widgets()
        self._make_parts(parse)
        self._connect()
        self._apply_theme()
        self._place()
        self._keyboard = Keyboard(self, self.view, self.bindings, self.actions_by_name, self.overlay.hold_raw)
        self.view.setFocus()
        self._status = QTimer(self)
        self._status.timeout.connect(self._refresh)
        self._status.start(_STATUS_MS)
        self._refresh()

    # Building

    def _make_widgets(self) -> None:
        self.bindings = Bindings(self.settings.keys)
        self.actions_by_name = make_actions(self, self.bindings)
        self.folds = Folds(self.settings.folds)
        self.view = LiveView(self.pipeline)
        self.messages = MessageBar(self.view, self.actions_by_name["leave"])
        self.messages.covers.connect(self.view.keep_off)
        self.first_steps = FirstSteps(self.view, self.actions_by_name, self._introduced)
        self.panel = Panel(self.actions_by_name, self.folds)
        self.mode_strip = ModeStrip(self.actions_by_name["leave"])
        self.study_bar = StudyBar(self.actions_by_name)
        self.transport = Transport(self.actions_by_name, self.folds)
        self.top = TopStrip(self.actions_by_name["toggle_panel"], self.actions_by_name["show_help"])
        self.bottom = BottomStrip()
        self.plots = Plots(self.pipeline.statistics.series, self.background)
        self._surround = QWidget()
        self._surround.setObjectName("surround")
        self._surround.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        around = QVBoxLayout(self._surround)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self.view)
        left, middle, whole = QVBoxLayout(), QHBoxLayout(), QVBoxLayout()
        for layout in (left, middle, whole):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        left.addWidget(self._surround, 1)
        for part in (self.plots, self.mode_strip, self.study_bar, self.transport):
            left.addWidget(part)
        middle.addLayout(left, 1)
        middle.addWidget(self.panel)
        whole.addWidget(self.top)
        whole.addLayout(middle, 1)
        whole.addWidget(self.bottom)
        centre = QWidget()
        centre.setLayout(whole)
        self.setCentralWidget(centre)

    def _make_parts(self, parse: ParseWord) -> None:
        settings, pipeline, view, say = self.settings, self.pipeline, self.view, self.messages.say
        actions, background = self.actions_by_name, self.background
        self.dialogs = Dialogs(self)
        self.sources = Sources(settings, pipeline, parse, background, self._source_shown, say)
        self.choice = SourceChoice(self, settings, self.sources, view, actions, background, parse, self._forget_files)
        self.screen_area = ScreenAreaChooser(self, lambda area: self.sources.open_word(f"screen:{area}"), say)
        self.models = Models(settings, pipeline, self.panel, self.bottom.model, self.dialogs, say)
        self.check = SelfCheck(self, pipeline, self.sources, self.models, background, actions["self_check"], say)
        self.lines = StateLines(self, pipeline, self.sources, view, (self.top, self.bottom), actions["raw"], say)
        self.overlay = OverlayControl(settings, pipeline, view, self.panel, actions, self.lines.show_overlay)
        self.picture = PictureControl(settings, pipeline, self.sources, view, actions, background, say)
        self.presets = PresetControl(self, settings, self.sources, self.overlay, self.models, self._save_settings)
        notes, panel, strip = SourceNotes(settings), self.panel, self.mode_strip
        self.scan_area = ScanAreaControl(notes, pipeline, view, self.sources, panel, strip, actions, say)
        self.orientation = Orientation(notes, view, self.sources, panel, actions["toggle_mirror"])
        self.scale = ScaleControl(
            notes, pipeline, view, self.sources, panel, self.bottom, strip, actions["edit_scale"], say
        )
        self.playback = Playback(pipeline, view, self.transport, actions)
        self.kept = KeptControl(self, settings, pipeline.recorder, background, actions, self.sources.open_word, say)
        self.dicom = DicomControl(self, self.sources, background, actions)
        self.recording = RecordControl(
            self,
            settings,
            pipeline,
            self.sources,
            (self.panel.recordings, self.top.recording),
            actions,
            background,
            say,
            self.kept.reload,
        )
        self.export = ExportControl(
            *(self, settings, pipeline, self.sources, self.models, view, self.transport.slider),
            *(parse, actions["export"], say),
        )
        self.ahead = AheadControl(
            *(pipeline, self.sources, self.models, self.transport, actions["toggle_ahead"]),
            secret=lambda: self.study.test.active,
        )
        self.study = Study(
            *(settings, pipeline, self.sources, self.models, view, self.transport.slider, self.study_bar, actions),
            *(self.dialogs, background, say, self.overlay.study),
        )

    def _connect(self) -> None:
        connect_actions(self.actions_by_name, self._handlers())
        self.view.mode_changed.connect(self.messages.hide)
        self.panel.opacity_chosen.connect(self.overlay.set_opacity)
        self.panel.threshold_chosen.connect(self.overlay.set_threshold)
        self.panel.style_chosen.connect(self.overlay.set_style)
        self.panel.layout_chosen.connect(self.overlay.set_layout)
        self.panel.model_chosen.connect(self.models.choose_model)
        self.panel.engine_chosen.connect(self.models.choose_engine)
        self.panel.theme_chosen.connect(self._choose_theme)
        self.panel.language_chosen.connect(self._choose_language)
        self.panel.show_language(self.settings.language)
        self.view.full_screen_asked.connect(self.actions_by_name["toggle_full_screen"].trigger)
        QApplication.styleHints().colorSchemeChanged.connect(self._apply_theme)

    def _handlers(self) -> dict[str, Callable[[], None]]:
        sources, dialogs, pipeline = self.sources, self.dialogs, self.pipeline
        overlay, picture, playback = self.overlay, self.picture, self.playback
        return {
            "toggle_overlay": overlay.toggled,
            "cycle_style": overlay.cycle_style,
            "more_opacity": lambda: overlay.change_opacity(1),
            "less_opacity": lambda: overlay.change_opacity(-1),
            "more_threshold": lambda: self._change_size(1),
            "less_threshold": lambda: self._change_size(-1),
            "model_threshold": lambda: overlay.set_threshold(None),
            "toggle_spotlight": overlay.spotlight_toggled,
            "toggle_steady": overlay.steady_toggled,
            "cycle_layout": overlay.cycle_layout,
            "toggle_freeze": self._freeze_toggled,
            "snapshot": picture.snapshot,
            "toggle_recording": self.recording.toggled,
            "save_last": self.recording.save_last,
            "show_kept": self.kept.toggle,
            "edit_scan_area": self.scan_area.edit,
            "reset_scan_area": lambda: self.scan_area.set_area(None),
            "find_scan_area": self.scan_area.find,
            "cycle_lateral": self.orientation.cycle_lateral,
            "toggle_mirror": self.orientation.mirror_toggled,
            "edit_scale": self.scale.edit,
            "cycle_scale": self.scale.cycle,
            "forget_scale": self.scale.forget,
            "play_pause": playback.play_pause,
            "step_back": lambda: pipeline.step(-1),
            "step_forward": lambda: pipeline.step(1),
            "seek_back": lambda: pipeline.skip(-1),
            "seek_forward": lambda: pipeline.skip(1),
            "seek_start": lambda: pipeline.seek(0),
            "show_entries": self.dicom.toggle,
            "entry_back": lambda: self.dicom.move(-1),
            "entry_next": lambda: self.dicom.move(1),
            "choose_source": self.choice.start,
            "open_file": lambda: dialogs.ask_file(tr("Open a video, image or DICOM file"), sources.open_word),
            "open_folder": lambda: dialogs.ask_folder(tr("Open a folder of images or DICOM files"), sources.open_word),
            "open_address": lambda: dialogs.ask_address(sources.open_word),
            "seek_end": playback.seek_end,
            "play_back": lambda: playback.shuttle(-1),
            "play_on": lambda: playback.shuttle(1),
            "slower": lambda: playback.change_speed(-1),
            "faster": lambda: playback.change_speed(1),
            "loop": playback.mark_loop,
            "toggle_ahead": self.ahead.refresh,
            "export": self.export.start,
            "open_screen_area": self.screen_area.start,
            "choose_demo_folder": lambda: dialogs.ask_folder(
                tr("Folder of the demo's images"), sources.open_demo_folder
            ),
            "presets": self.presets.start,
            "toggle_plots": self.plots.toggle,
            "toggle_panel": lambda: self.fold(not self._folded),
            "toggle_full_screen": self._toggle_full_screen,
            "show_help": self._show_help,
            "self_check": self.check.toggle,
            "first_steps": self.first_steps.start,
            "leave": self._leave,
            "close": self._close,
            **self.study.handlers(),
        }

    def _place(self) -> None:
        room = self.screen().availableSize()
        self.resize(min(1280, room.width() * 19 // 20), min(760, room.height() * 9 // 10))
        if self.settings.geometry:
            self.restoreGeometry(QByteArray.fromBase64(self.settings.geometry.encode("ascii", "ignore")))

    # Life

    def begin(self, source: Source | None, options: WindowOptions) -> None:
        """Starts the pipeline; called once, when the window stands."""
        self.pipeline.start()
        if source is not None:
            self.sources.open(source, options.scan_area)
        else:
            self.open_word("demo")
        threshold = options.threshold if options.threshold is not None else self.settings.threshold
        self.pipeline.set_threshold(threshold)
        steadied = self.settings.temporal_filter if options.temporal_filter is None else options.temporal_filter
        self.overlay.set_steady(steadied)
        self._first_model = options.model or self.settings.model, options.engine or self.settings.engine
        self.view.first_painted.connect(self._load_first_model)
        QTimer.singleShot(_MODEL_WAIT_MS, self, self._load_first_model)
        QTimer.singleShot(_CHECK_MS, self, self.check.at_start)
        self.overlay.show_threshold()
        if options.first_steps:
            self.first_steps.start()
        if notice := options.notice or self.bindings.problem:
            self.messages.say(notice)

    def _load_first_model(self) -> None:
        if self.isVisible() and not self.models.asked:
            # What the command line asks for is not kept for the next start.
            self.models.load(*self._first_model)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._status.stop()
        self.recording.stop()
        self.view.stop()
        self.screen_area.close()
        self.choice.close()
        self._save_settings()
        self.export.close()
        self.background.close()
        self.ahead.close()
        self.study.close()
        self.pipeline.close()
        super().closeEvent(event)

    def _save_settings(self) -> None:
        if not self._keep_settings:
            return
        self.settings.geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        self._kept = self._write(self.settings, self._kept)

    def _forget_files(self) -> None:
        """At once: what is to be forgotten must not outlive a crash. Another window may have kept more of it."""
        SourceNotes(self.settings).forget_files()
        self._save_settings()
        if self._keep_settings:
            there, _ = load_settings()
            before = copy.deepcopy(there)
            SourceNotes(there).forget_files()
            self._write(there, before)

    def _write(self, settings: Settings, before: Settings) -> Settings:
        """Has the file hold what was changed since `before`; gives what it holds of these settings now."""
        try:
            save_settings(settings, before=before)
            return copy.deepcopy(settings)
        except OutputError as error:
            # Where the window is going there is no other place left to say it.
            self.messages.say(str(error))
            print(f"sonoblock: {error}", file=sys.stderr)
            return before

    def _introduced(self) -> None:
        self.settings.introduced = True
        self._save_settings()

    def _close(self) -> None:
        self.close()

    # Sources

    def open_word(self, word: str) -> None:
        """Opens a source by its word; what is shown stays until the new one is known to be good."""
        self.sources.open_word(word)

    def _source_shown(self, source: Source) -> None:
        """The pipeline has another source: nothing of the old one may stay."""
        self.messages.hide()
        self.study.reset()
        self.scan_area.reset()
        self.orientation.reset()
        self.scale.reset()
        # After them: the first frame may be there already, and says how large it is.
        self.view.clear(tr("Opening {name} …", name=name_of(source)))
        self.actions_by_name["toggle_freeze"].setChecked(False)
        self.playback.reset()
        self.dicom.source_shown(source)
        self.lines.reset()
        self.panel.show_source(name_of(source))
        self.setWindowTitle(f"{name_of(source)} – {TITLE}")
        self._update()

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
            self.models.changed(event)
            if event.ready:
                self.overlay.show_threshold()
        elif self.sources.take(event):
            self.playback.changed(self.sources.current, event)
            self.dicom.changed(event)
            self.lines.changed(event)
        self._update()

    def _update(self) -> None:
        event = self.sources.event
        lost = event is not None and event.state is SourceState.NO_SIGNAL
        # What the user froze stays as it is.
        self.overlay.know(not lost or self.pipeline.frozen, self.models.ready)
        self._refresh()

    def _refresh(self) -> None:
        self.view.pull()  # Nothing may have come, and the overlay's age is said all the same.
        self.lines.refresh()
        self.scan_area.refresh()
        self.scale.refresh()
        self.playback.show_frame()
        self.ahead.refresh()
        self.export.refresh()

    def _change_size(self, steps: int) -> None:
        """Of the brush while a mask is corrected, else of the region, by its threshold: steps up make it smaller."""
        if not self.study.resize_brush(steps):
            self.overlay.change_threshold(steps)

    def _freeze_toggled(self) -> None:
        self.picture.freeze_toggled()
        self._update()

    # The window itself

    def fold(self, folded: bool) -> None:
        """Folds everything away but the picture and its two lines."""
        self._folded = folded
        if folded and self.panel.isAncestorOf(self.focusWidget() or self.view):
            self.view.setFocus()
        self.panel.setVisible(not folded)
        self.playback.fold(folded)
        self.plots.fold(folded)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._make_room()
        return done

    def _make_room(self) -> None:
        """Where the screen is too low for all, the time line, the plots, then the picture give way: the rest stays."""
        centre = self.centralWidget()
        layout = centre.layout() if centre is not None else None
        if centre is None or layout is None:
            return
        frame = self.frameGeometry().height() - self.height()
        room = self.screen().availableGeometry().height() - frame
        parts = (self.transport, self.plots)
        # Lines that wrap need less in a wide window, and more in a narrow one, than what Qt makes the window's minimum.
        needed = max(layout.totalMinimumHeightForWidth(centre.width()), layout.totalMinimumSize().height())
        needed += sum(part.spare for part in parts if part.cramped) + HEIGHT - self.view.minimumHeight()
        for part in parts:
            part.set_cramped(needed > room)
            needed -= part.spare if part.cramped else 0
        self.view.setMinimumHeight(LEAST_HEIGHT if needed > room else HEIGHT)
        height = max(self.height(), needed)
        self._stay_on_screen(min(height, room) if any(part.cramped for part in parts) else height)

    def _stay_on_screen(self, height: int) -> None:
        """Qt grows a window for what comes to need more, but neither for lines that wrap nor ever back."""
        if height == self.height() or self.isMaximized() or self.isFullScreen():
            return
        self.resize(self.width(), height)
        below = self.frameGeometry().bottom() - self.screen().availableGeometry().bottom()
        if below > 0:
            self.move(self.x(), max(self.y() - below, self.screen().availableGeometry().top()))

    def _toggle_full_screen(self) -> None:
        """Leaves the window maximised, or not, as it was."""
        full, states = Qt.WindowState.WindowFullScreen, self.windowState()
        self.setWindowState(states & ~full if self._bare else states | full)
        self._follow_full_screen()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self._follow_full_screen()

    def _follow_full_screen(self) -> None:
        """In full screen there is the picture and one line with what is always visible, until folding brings more."""
        bare = self.isFullScreen()
        if bare is self._bare:
            return
        if bare:
            self._folded_before = self._folded
        self._bare = bare
        self.top.set_bare(bare)
        self.bottom.setVisible(not bare)
        self.fold(bare or self._folded_before)

    def _choose_theme(self, name: ThemeName) -> None:
        self.settings.theme = name
        self._apply_theme()

    def _choose_language(self, name: LanguageName) -> None:
        self.settings.language = name
        self.messages.say(tr("The language changes at the next start of the program."))

    def _apply_theme(self) -> None:
        """Colours everything as the settings say, and keeps what is bright away from the picture."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.apply(application, self.settings.theme)
        edge = theme.MARGIN if theme.now() is theme.LIGHT else 0
        self._surround.setContentsMargins(edge, edge, edge, edge)
        self.panel.show_theme(self.settings.theme)

    def _show_help(self) -> None:
        for page in self.findChildren(KeysPage):
            page.close()
            return
        KeysPage(self, self.bindings, self.actions_by_name["show_help"], self._save_settings).show()

    def _leave(self) -> None:
        if self.messages.text:
            self.messages.hide()
        elif self.view.tool is not None:
            self.view.leave_mode()
        elif self.study.leave():
            pass
        elif self.first_steps.active:
            self.first_steps.finish()
        elif self._bare:
            self._toggle_full_screen()
