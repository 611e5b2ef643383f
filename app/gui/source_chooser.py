"""The source chooser: a card with a live picture for whatever yields frames; devices come and go by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.capture.devices import MonitorDevice
from app.capture.pixels import shrunk
from app.capture.previews import SIZE, Previews
from app.capture.source import Pixels
from app.gui.bridge import Background
from app.gui.flow import FlowLayout
from app.gui.offers import Found, Offer, can_preview, offers, shown_elsewhere
from app.gui.source_card import SourceCard
from app.gui.widgets import ElidedLabel, action_button, push_button, scrolled
from app.gui.words import tr

ENTRIES = ("open_file", "open_folder", "open_address", "open_screen_area", "choose_demo_folder")
"""Actions of the window that ask for a source in their own way."""
_WIDTH, _HEIGHT = 960, 520
"""Of the dialog where there is room: two rows of four cards."""
_LOOK_MS = 200
_FIND_MS = 2500
"""How often devices are looked for: what was plugged in appears within that time."""

Current = Callable[[], tuple[str, Pixels | None, bool]]


class SourceChooser(QDialog):
    """Lives from opening to closing; the pictures' threads end with it."""

    chosen = Signal(str)
    """A source word."""
    adjusting = Signal(str)
    """The mode of the camera of this word is to be chosen."""
    forgetting = Signal()
    """The files and folders that were opened are to be forgotten."""

    def __init__(
        self,
        parent: QWidget,
        actions: Mapping[str, QAction],
        recent: list[str],
        knows_files: bool,
        current: Current,
        previews: Previews,
        find: Callable[[], Found],
        background: Background,
    ) -> None:
        """`current` gives the word of the source that the window shows, its picture, and whether its signal is lost."""
        super().__init__(parent)
        self._current = current
        self.previews = previews
        self._find = find
        self._background = background
        self._finding = self._ended = False
        self._last_found = Found()
        self._offers: list[Offer] = []
        self._cards: list[SourceCard] = []
        self.setObjectName("chooser")
        self.setWindowTitle(tr("Sources"))
        self._build(actions)
        self._size()
        self.show_recent(recent, knows_files)
        self._status.setText(tr("Looking for cameras and monitors …"))
        self._timer(_LOOK_MS, self._look)
        self._timer(_FIND_MS, self._search)
        self._search()

    # Building

    def _build(self, actions: Mapping[str, QAction]) -> None:
        self._status = ElidedLabel("quiet")
        self._flow = FlowLayout(10)
        body = QWidget()
        body.setLayout(self._flow)
        self._area = scrolled(body)
        # Below the cards, however many there are: a camera that is plugged in moves nothing.
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 10, 12)
        layout.setSpacing(8)
        layout.addLayout(self._top())
        layout.addWidget(self._area, 1)
        layout.addWidget(self._entries(actions))

    def _top(self) -> QHBoxLayout:
        title = QLabel(tr("Choose a source"))
        title.setObjectName("name")
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(title)
        row.addWidget(self._status, 1)
        row.addWidget(push_button(tr("Close"), self.reject, width=96))
        return row

    def _entries(self, actions: Mapping[str, QAction]) -> QWidget:
        row = QWidget()
        flow = FlowLayout(6)
        row.setLayout(flow)
        for name in ENTRIES:
            button = action_button(actions[name], name="segment")
            button.setMinimumWidth(button.fontMetrics().horizontalAdvance(button.text()) + 24)
            # First this dialog goes: the action may hide the window, or open a dialog of its own.
            button.clicked.disconnect()
            button.clicked.connect(lambda _=False, action=actions[name]: self._leave_for(action))
            flow.addWidget(button)
        self._forget = push_button(
            tr("Forget files"),
            self.forgetting.emit,
            tr("Forgets the paths of all files and folders that were opened, with their settings and presets"),
        )
        flow.addWidget(self._forget)
        return row

    def show_recent(self, recent: list[str], knows_files: bool) -> None:
        """What was opened last, from now on; `knows_files` where there is something to forget."""
        self._recent = list(recent)
        self._forget.setEnabled(knows_files)
        self._fill(self._last_found)

    def _size(self) -> None:
        room = self.screen().availableSize()
        self.resize(min(_WIDTH, room.width() * 19 // 20), min(_HEIGHT, room.height() * 9 // 10))

    def _timer(self, interval_ms: int, call: Callable[[], None]) -> None:
        timer = QTimer(self)
        timer.timeout.connect(call)
        timer.start(interval_ms)

    # Devices

    def _search(self) -> None:
        if not self._finding:
            self._finding = True
            self._background.run("find devices", self._find, self._found, lambda _: self._found(Found()))

    def _found(self, found: Found) -> None:
        if self._ended:
            return
        self._finding, self._last_found = False, found
        self._status.setText("" if found.cameras else tr("No camera found: plug one in, and it appears here."))
        self._fill(found)

    def _fill(self, found: Found) -> None:
        """Makes the cards anew where anything is different."""
        new = offers(self._recent, found, [screen_name(monitor) for monitor in found.monitors])
        if new == self._offers:
            return
        focused = next((card.offer.word for card in self._cards if card.button.hasFocus()), None)
        for card in self._cards:
            self._flow.removeWidget(card)
            card.setParent(None)
            card.deleteLater()
        self._offers, (word, _, _) = new, self._current()
        self._cards = [self._card(offer, shown_elsewhere(offer.word, word)) for offer in new]
        self.previews.show(offer.word for offer in new if self._previewed(offer.word, word))
        chosen = next((card for card in self._cards if card.offer.word == focused), self._cards[0])
        chosen.button.setFocus()
        # Once the cards have their places: with the old ones, what had the focus went.
        QTimer.singleShot(0, chosen, lambda: self._area.ensureWidgetVisible(chosen))
        self._look()

    def _card(self, offer: Offer, current: bool) -> SourceCard:
        card = SourceCard(offer, current)
        card.chosen.connect(self.choose)
        card.adjusting.connect(self.adjusting)
        self._flow.addWidget(card)
        card.show()
        return card

    def _previewed(self, word: str, current: str) -> bool:
        return can_preview(word) and not shown_elsewhere(word, current)

    def look_again(self, word: str) -> None:
        """The camera's mode is another: its picture is asked for anew."""
        self.previews.stop(word)
        shown = self._current()[0]
        self.previews.show(offer.word for offer in self._offers if self._previewed(offer.word, shown))

    def _look(self) -> None:
        word, pixels, lost = self._current()
        reduced = shrunk(pixels, SIZE) if pixels is not None else None
        for card in self._cards:
            if shown_elsewhere(card.offer.word, word):
                if lost:
                    card.say_no_signal()
                elif reduced is not None:
                    card.show_pixels(reduced)
            elif can_preview(card.offer.word):
                card.show_look(self.previews.look(card.offer.word))
            else:
                card.say_no_preview()

    # Leaving

    def choose(self, word: str) -> None:
        """Takes this source and closes."""
        self.accept()
        self.chosen.emit(word)

    def _leave_for(self, action: QAction) -> None:
        self.reject()
        action.trigger()

    def done(self, result: int) -> None:
        self._ended = True
        self.previews.close()
        super().done(result)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, _HEIGHT)


def screen_name(monitor: MonitorDevice) -> str:
    """A monitor's maker and model, as Qt knows them; empty where it does not."""
    for screen in QGuiApplication.screens():
        if (screen.geometry().x(), screen.geometry().y()) == (monitor.x, monitor.y):
            return f"{screen.manufacturer()} {screen.model()}".strip()
    return ""
