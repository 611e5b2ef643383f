"""Colours, sizes and the style sheet. Dark and quiet: in a dim room nothing may be brighter than the picture.

The light theme is for bright rooms. It colours the controls; the picture, what is painted or laid over it, the time
line and the plots stay dark in both, so that nothing bright touches the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication

from app.gui.status import Level
from app.options import ThemeName

ICONS = Path(__file__).resolve().parents[2] / "assets" / "icons"

TARGET = 44
"""Smallest height and width of what can be pressed, in the desktop's units: gloved hands, touch screens."""
MARGIN = 12
"""Of dark ground round the picture in the light theme, in the desktop's units."""


@dataclass(frozen=True)
class Theme:
    """The colours of the controls."""

    base: str
    """Ground of the window."""
    raised: str
    """Ground of what can be pressed or typed in."""
    hover: str
    pressed: str
    checked: str
    chosen: str
    """Ground of the chosen line of a list or menu."""
    line: str
    edge: str
    """Of what is switched on."""
    text: str
    quiet: str
    off: str
    """Text of what cannot be pressed now."""
    focus: str
    track: str
    handle: str
    marked: str
    """Ground of marked text."""
    levels: dict[Level, tuple[str, str]]
    """Text and ground of each level."""
    arrow: str
    """Name of the drawing of a chooser's arrow."""

    def pairs(self) -> dict[str, tuple[str, str]]:
        """Every text and the ground that it can stand on, by what they are."""
        inks = {"text": self.text, "quiet": self.quiet}
        grounds = {"base": self.base, "raised": self.raised, "chosen": self.chosen}
        more = {"hover": self.hover, "pressed": self.pressed, "checked": self.checked, "marked": self.marked}
        found = {f"{ink} on {ground}": (inks[ink], grounds[ground]) for ink in inks for ground in grounds}
        found |= {f"text on {ground}": (self.text, colour) for ground, colour in more.items()}
        found["off on raised"] = self.off, self.raised
        for level, (ink, ground) in self.levels.items():
            found[level.value] = ink, ground
            found[f"{level.value} on base"] = ink, self.base
        return found


DARK = Theme(
    base="#121517",
    raised="#1d2225",
    hover="#262c30",
    pressed="#30383d",
    checked="#22323c",
    chosen="#30404a",
    line="#2f363b",
    edge="#4d7189",
    text="#dfe4e8",
    quiet="#a4aeb5",
    off="#8a9399",
    focus="#7fb2d0",
    track="#3a4348",
    handle="#c5ccd1",
    marked="#3d5a6b",
    levels={
        Level.PLAIN: ("#c5ccd1", "#262c30"),
        Level.GOOD: ("#8fe0c0", "#12392d"),
        Level.CALM: ("#b3cfe6", "#173247"),
        Level.WARN: ("#ffc773", "#463009"),
        Level.BAD: ("#ffb4a8", "#551c14"),
    },
    arrow="down",
)
LIGHT = Theme(
    base="#dfe3e6",
    raised="#f1f3f4",
    hover="#ffffff",
    pressed="#cdd4d9",
    checked="#c3dbeb",
    chosen="#bcd5e6",
    line="#aab3b9",
    edge="#3f7396",
    text="#171b1e",
    quiet="#434c52",
    off="#656e74",
    focus="#14608f",
    track="#a9b3b9",
    handle="#3d474d",
    marked="#a9cbe0",
    levels={
        Level.PLAIN: ("#30383d", "#cdd3d7"),
        Level.GOOD: ("#0a4634", "#b5e3d1"),
        Level.CALM: ("#113a59", "#c0d9ec"),
        Level.WARN: ("#583600", "#ffd27d"),
        Level.BAD: ("#80160a", "#ffc4bb"),
    },
    arrow="down-dark",
)

SURROUND = "#0a0c0d"
"""Ground of the picture, in both themes."""
HALO = "#000000"
BASE, RAISED, LINE, TEXT, QUIET, FOCUS, LEVELS = (
    *(DARK.base, DARK.raised, DARK.line, DARK.text, DARK.quiet, DARK.focus),
    DARK.levels,
)
"""What is dark in both themes: painted over the picture, the time line, the plots."""


def _levels(theme: Theme, where: str = "") -> str:
    """Chips by their level; a quiet one has no ground as long as nothing is wrong."""
    rules = [
        f'{where} #chip[level="{level.value}"] {{ color: {ink}; background: {ground}; }}'
        for level, (ink, ground) in theme.levels.items()
    ]
    rules.append(
        f'{where} #chip[level="plain"][quiet="true"] {{ color: {theme.quiet}; background: transparent; '
        "font-size: 14px; font-weight: 400; padding: 4px 0; }"
    )
    return "\n".join(rules)


def style_sheet(theme: Theme) -> str:
    """The whole program's."""
    return f"""
QWidget {{ color: {theme.text}; font-size: 14px; }}
QMainWindow, QDialog, #panel, #panel > QWidget, #transport, QScrollArea {{ background: {theme.base}; }}
#panelBody {{ background: {theme.base}; }}
#strip {{ background: {theme.base}; }}
#surround {{ background: {SURROUND}; }}
#chip {{ border-radius: 6px; padding: 4px 10px; font-size: 15px; font-weight: 600; }}
QPushButton#section {{ background: transparent; border: 0; border-top: 1px solid {theme.line};
  border-radius: 0; padding: 0 4px; min-height: {TARGET - 1}px; font-weight: 600; }}
QPushButton#section:hover {{ background: {theme.raised}; }}
QPushButton#section:checked {{ background: transparent; }}
QPushButton#section:focus {{ border: 2px solid {theme.focus}; border-radius: 4px; padding: 0 2px;
  min-height: {TARGET - 4}px; }}
#plots {{ background: {DARK.base}; }}
#plots #quiet {{ color: {DARK.quiet}; }}
#legend {{ color: {DARK.text}; font-size: 11px; }}
#notice {{ color: {theme.text}; font-weight: 600; }}
#quiet {{ color: {theme.quiet}; }}
#heading {{ color: {theme.quiet}; font-size: 13px; font-weight: 600; }}
#name, #measures {{ font-size: 15px; }}
QPushButton, QComboBox {{ background: {theme.raised}; border: 1px solid {theme.line}; border-radius: 8px;
  min-height: {TARGET - 2}px; padding: 0 10px; text-align: left; }}
QPushButton:hover, QComboBox:hover {{ background: {theme.hover}; }}
QPushButton:pressed {{ background: {theme.pressed}; }}
QPushButton:checked {{ background: {theme.checked}; border-color: {theme.edge}; }}
QPushButton:disabled, QComboBox:disabled {{ color: {theme.off}; border-color: {theme.base}; }}
QPushButton:focus, QComboBox:focus {{ border: 2px solid {theme.focus}; padding: 0 9px; min-height: {TARGET - 4}px; }}
QPushButton#icon {{ min-width: {TARGET - 2}px; max-width: {TARGET - 2}px; padding: 0; text-align: center; }}
QPushButton#icon:focus {{ min-width: {TARGET - 4}px; max-width: {TARGET - 4}px; }}
QPushButton#segment {{ text-align: center; padding: 0 4px; }}
QPushButton#card, QPushButton#card:focus {{ min-height: 0; padding: 0; }}
#cardPicture {{ background: {SURROUND}; color: {DARK.quiet}; font-size: 13px; border-radius: 4px; }}
QComboBox::drop-down {{ border: 0; width: 30px; }}
QComboBox::down-arrow {{ image: url({(ICONS / f"{theme.arrow}.svg").as_posix()}); width: 20px; height: 20px; }}
QComboBox QAbstractItemView {{ background: {theme.raised}; border: 1px solid {theme.line};
  selection-background-color: {theme.chosen}; selection-color: {theme.text}; outline: 0; }}
QComboBox QAbstractItemView::item {{ min-height: {TARGET}px; }}
QMenu {{ background: {theme.raised}; border: 1px solid {theme.line}; padding: 6px; }}
QMenu::item {{ min-height: {TARGET - 16}px; padding: 8px 28px 8px 14px; border-radius: 6px; }}
QMenu::item:selected {{ background: {theme.chosen}; }}
QMenu::item:disabled {{ color: {theme.quiet}; }}
QMenu::separator {{ height: 1px; background: {theme.line}; margin: 6px 8px; }}
QSlider {{ min-height: {TARGET}px; background: transparent; }}
QSlider::groove:horizontal {{ height: 4px; background: {theme.track}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {theme.edge}; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {theme.handle}; width: 20px; height: 20px; margin: -8px 0;
  border-radius: 10px; }}
QSlider::handle:horizontal:focus {{ background: {theme.text}; border: 3px solid {theme.focus}; width: 18px;
  height: 18px; margin: -10px 0; border-radius: 12px; }}
QSlider::groove:horizontal:disabled, QSlider::sub-page:horizontal:disabled {{ background: {theme.hover}; }}
QSlider::handle:horizontal:disabled {{ background: {theme.track}; }}
#presets {{ background: {theme.raised}; border: 1px solid {theme.line}; border-radius: 8px; outline: 0; }}
#presets:focus {{ border: 2px solid {theme.focus}; }}
#presets::item {{ min-height: {TARGET}px; padding: 0 10px; }}
#presets::item:selected {{ background: {theme.chosen}; color: {theme.text}; }}
QScrollBar:vertical {{ background: {theme.base}; width: 10px; }}
QScrollBar::handle:vertical {{ background: {theme.track}; border-radius: 5px; min-height: {TARGET}px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QToolTip {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.line}; padding: 6px; }}
QLineEdit {{ background: {theme.raised}; border: 1px solid {theme.line}; border-radius: 8px; min-height: {TARGET - 2}px;
  padding: 0 10px; selection-background-color: {theme.marked}; placeholder-text-color: {theme.quiet}; }}
QLineEdit:focus {{ border: 2px solid {theme.focus}; min-height: {TARGET - 4}px; }}
#messages {{ background: {DARK.raised}; border: 1px solid #5d4a22; border-left: 4px solid #ffc773;
  border-radius: 8px; }}
#firstSteps {{ background: {DARK.base}; border: 1px solid {DARK.edge}; border-radius: 10px; }}
#firstSteps #name {{ font-weight: 600; }}
#messages QPushButton {{ background: transparent; border: 1px solid transparent; }}
#messages QPushButton#offer {{ border: 1px solid #4a545a; text-align: center; }}
QListWidget {{ background: {theme.raised}; border: 1px solid {theme.line}; border-radius: 8px; outline: 0;
  padding: 4px; }}
QListWidget:focus {{ border: 2px solid {theme.focus}; padding: 3px; }}
QListWidget::item {{ border-radius: 6px; padding: 4px; }}
QListWidget::item:selected {{ background: {theme.chosen}; color: {theme.text}; }}
#help QLabel {{ background: transparent; }}
#help > QScrollArea {{ border: 1px solid {theme.base}; }}
#help > QScrollArea:focus {{ border-color: {theme.focus}; }}
{_levels(theme)}
#progress {{ color: {DARK.quiet}; font-size: 11px; background: transparent; }}
#firstSteps QLabel, #messages QLabel {{ color: {DARK.text}; }}
#firstSteps QPushButton, #messages QPushButton {{ color: {DARK.text}; }}
#firstSteps QPushButton {{ background: {DARK.raised}; border-color: {DARK.line}; }}
#firstSteps QPushButton:hover, #messages QPushButton:hover {{ background: {DARK.hover}; }}
#firstSteps QPushButton:focus, #messages QPushButton:focus, #messages QPushButton#offer:focus {{
  border: 2px solid {DARK.focus}; }}
#strip[bare="true"], #strip[bare="true"] QWidget {{ background: {SURROUND}; color: {DARK.text}; }}
#strip[bare="true"] #notice {{ color: {DARK.text}; }}
{_levels(DARK, '#strip[bare="true"]')}
"""


_APPLIED = "themeIsLight"


def now() -> Theme:
    """The theme that is applied."""
    application = QApplication.instance()
    return LIGHT if application is not None and application.property(_APPLIED) else DARK


@cache
def icon(name: str, ink: str = DARK.text) -> QIcon:
    """A drawing of assets/icons, in the colour `ink`."""
    path = ICONS / f"{name}.svg"
    if name == "app":
        return QIcon(str(path))
    drawing = QSvgRenderer(path.read_bytes().replace(DARK.text.encode(), ink.encode()))
    made = QIcon()
    for size in _pixels():
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        drawing.render(painter)
        painter.end()
        made.addPixmap(pixmap)
    return made


def _pixels() -> set[int]:
    """Sizes of a drawing that screens need now, in pixels, and a large one for a screen that is plugged in later."""
    ratios = {screen.devicePixelRatio() for screen in QGuiApplication.screens()}
    return {round(size * ratio) for size in (20, 22) for ratio in ratios} | {88}


def colour(name: str, alpha: float = 1.0) -> QColor:
    """A colour with an alpha of 0..1."""
    made = QColor(name)
    made.setAlphaF(alpha)
    return made


def sized(font: QFont, pixels: int, weight: QFont.Weight | None = None) -> QFont:
    """The same font with letters of so many pixels of the desktop, and perhaps of another weight."""
    made = QFont(font)
    made.setPixelSize(pixels)
    if weight is not None:
        made.setWeight(weight)
    return made


def chosen(name: ThemeName) -> Theme:
    """The theme of that name; the system's where it is to be followed, dark where the system has none."""
    if name == "system":
        light = QApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
        return LIGHT if light else DARK
    return LIGHT if name == "light" else DARK


def apply(application: QApplication, name: ThemeName = "dark") -> None:
    """Colours the whole program, on every platform alike; does nothing where it is coloured so."""
    theme = chosen(name)
    if theme is now() and application.styleSheet():
        return
    application.setProperty(_APPLIED, theme is LIGHT)
    application.setStyle("Fusion")
    palette = QPalette()
    for role, ink in (
        (QPalette.ColorRole.Window, theme.base),
        (QPalette.ColorRole.Base, theme.raised),
        (QPalette.ColorRole.AlternateBase, theme.base),
        (QPalette.ColorRole.Button, theme.raised),
        (QPalette.ColorRole.ToolTipBase, theme.raised),
        (QPalette.ColorRole.WindowText, theme.text),
        (QPalette.ColorRole.Text, theme.text),
        (QPalette.ColorRole.ButtonText, theme.text),
        (QPalette.ColorRole.ToolTipText, theme.text),
        (QPalette.ColorRole.PlaceholderText, theme.quiet),
        (QPalette.ColorRole.Highlight, theme.marked),
        (QPalette.ColorRole.HighlightedText, theme.text),
        (QPalette.ColorRole.Link, theme.focus),
    ):
        palette.setColor(role, QColor(ink))
    application.setPalette(palette)
    application.setStyleSheet(style_sheet(theme))
    application.setWindowIcon(icon("app"))
    for widget in application.allWidgets():
        drawing = widget.property(DRAWING)
        if drawing and isinstance(widget, QAbstractButton):
            widget.setIcon(icon(drawing, theme.text))


DRAWING = "drawing"
"""Property of a button: the name of its drawing, by which it follows the theme."""
