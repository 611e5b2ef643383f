"""One source in the chooser: its picture, its name, and what kind it is; the whole card is the button."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout

from app.capture.previews import Look
from app.capture.source import Pixels
from app.gui.images import to_image
from app.gui.offers import Offer
from app.gui.outside import outside
from app.gui.theme import TARGET
from app.gui.widgets import ElidedLabel, set_drawing
from app.gui.words import tr

PICTURE = QSize(208, 117)
_MARGIN = 6
_LONGEST = 130
"""Letters of a sentence in the picture's place."""
SIZE = QSize(PICTURE.width() + 2 * _MARGIN, PICTURE.height() + 62)


class SourceCard(QFrame):
    """The card's button, and for a camera a second one, over the corner of its picture."""

    chosen = Signal(str)
    """A source word."""
    adjusting = Signal(str)
    """The mode of the camera of this word is to be chosen."""

    def __init__(self, offer: Offer, current: bool) -> None:
        super().__init__()
        self.offer = offer
        self._look: Look | None = None
        self._pixels: Pixels | None = None
        self.setFixedSize(SIZE)
        self.button = QPushButton(self)
        self.button.setObjectName("card")
        self.button.setGeometry(0, 0, SIZE.width(), SIZE.height())
        self.button.setFixedSize(SIZE)
        self.button.clicked.connect(lambda: self.chosen.emit(offer.word))
        self._picture = QLabel()
        self._picture.setObjectName("cardPicture")
        self._picture.setFixedSize(PICTURE)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setWordWrap(True)
        self._picture.setTextFormat(Qt.TextFormat.PlainText)
        self._title, self._detail = ElidedLabel("name", Qt.TextElideMode.ElideMiddle), ElidedLabel("quiet")
        self._title.setText(tr(offer.title))
        layout = QVBoxLayout(self.button)
        layout.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        layout.setSpacing(3)
        for label in (self._picture, self._title, self._detail):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(label)
        self._current = current
        self._say(tr("Shown now") if current else tr(offer.detail))
        self._say_instead("…")
        if offer.adjustable:
            self._add_adjusting()

    def _add_adjusting(self) -> None:
        button = QPushButton(self)
        button.setObjectName("icon")
        set_drawing(button, "adjust")
        button.setAccessibleName(tr("Size and rate of {title}", title=tr(self.offer.title)))
        button.setToolTip(tr("Size, rate and format"))
        button.move(SIZE.width() - TARGET - _MARGIN - 4, _MARGIN + 4)
        button.clicked.connect(lambda: self.adjusting.emit(self.offer.word))

    def show_look(self, look: Look) -> None:
        """Shows what the preview saw; costs nothing where that is shown already."""
        if look is self._look:
            return
        self._look = look
        if look.pixels is not None:
            self.show_pixels(look.pixels)
        elif look.problem:
            problem = outside(look.problem)
            self._say_instead(_narrow(problem))
            self.button.setToolTip(problem)
        if look.info is not None and self.offer.adjustable and not self._current:
            rate = tr(" · {rate:.0f} a second", rate=look.info.rate) if look.info.rate else ""
            self._say(f"{look.info.width} × {look.info.height}{rate}")

    def show_pixels(self, pixels: Pixels) -> None:
        """Shows this picture, grey or BGR."""
        if pixels is not self._pixels:
            self._pixels = pixels
            self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._picture.setMargin(0)
            self._picture.setPixmap(to_pixmap(pixels, PICTURE, self.devicePixelRatioF()))

    def say_no_preview(self) -> None:
        """It is not looked at before it is chosen."""
        self._say_instead(tr("Shown when chosen"))

    def say_no_signal(self) -> None:
        """It is the one that is shown, and gives no pictures: its last one would look live."""
        self._pixels = None
        self._say_instead(tr("NO SIGNAL"))

    def _say_instead(self, text: str) -> None:
        """In the picture's place; below the second button, where there is one."""
        if self.offer.adjustable:
            self._picture.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
        self._picture.setMargin(6)
        self._picture.setText(text)

    def _say(self, text: str) -> None:
        self._detail.setText(text)
        self.button.setAccessibleName(f"{tr(self.offer.title)}, {text}")


def _narrow(text: str) -> str:
    """A sentence that fits on the card: paths may be broken, and what is too long is in the tooltip."""
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return shown.replace("/", "/\u200b").replace("\\", "\\\u200b")


def to_pixmap(pixels: Pixels, room: QSize, ratio: float) -> QPixmap:
    """`pixels`, grey or BGR, as large as fits into `room` (the desktop's units) on a screen of that pixel ratio."""
    scaled = QPixmap.fromImage(to_image(pixels)).scaled(
        room * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    scaled.setDevicePixelRatio(ratio)
    return scaled
