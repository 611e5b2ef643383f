"""Colours, sizes and the style sheet. Dark and quiet: in a dim room nothing may be brighter than the picture."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from app.gui.status import Level

ICONS = Path(__file__).resolve().parents[2] / "assets" / "icons"

SURROUND = "#0a0c0d"
BASE = "#121517"
RAISED = "#1d2225"
LINE = "#2f363b"
TEXT = "#dfe4e8"
QUIET = "#a4aeb5"
FOCUS = "#7fb2d0"

HALO = "#000000"

LEVELS: dict[Level, tuple[str, str]] = {
    Level.PLAIN: ("#c5ccd1", "#262c30"),
    Level.GOOD: ("#8fe0c0", "#12392d"),
    Level.CALM: ("#b3cfe6", "#173247"),
    Level.WARN: ("#ffc773", "#463009"),
    Level.BAD: ("#ffb4a8", "#551c14"),
}
"""Text and background of each level; contrast at least 7:1, also of the text on BASE."""

TARGET = 44
"""Smallest height and width of what can be pressed, in the desktop's units: gloved hands, touch screens."""

STYLE = f"""
QWidget {{ color: {TEXT}; font-size: 14px; }}
QMainWindow, QDialog, #panel, #panel > QWidget, #transport, QScrollArea {{ background: {BASE}; }}
#panelBody {{ background: {BASE}; }}
#strip {{ background: {BASE}; }}
#notice {{ color: {TEXT}; font-weight: 600; }}
#quiet {{ color: {QUIET}; }}
#heading {{ color: {QUIET}; font-size: 13px; font-weight: 600; }}
#name, #measures {{ font-size: 15px; }}
QPushButton, QComboBox {{ background: {RAISED}; border: 1px solid {LINE}; border-radius: 8px;
  min-height: {TARGET - 2}px; padding: 0 10px; text-align: left; }}
QPushButton:hover, QComboBox:hover {{ background: #262c30; }}
QPushButton:pressed {{ background: #30383d; }}
QPushButton:checked {{ background: #22323c; border-color: #4d7189; }}
QPushButton:disabled, QComboBox:disabled {{ color: #7d868c; border-color: #22282c; }}
QPushButton:focus, QComboBox:focus {{ border: 2px solid {FOCUS}; padding: 0 9px; min-height: {TARGET - 4}px; }}
QPushButton#icon {{ min-width: {TARGET - 2}px; max-width: {TARGET - 2}px; padding: 0; text-align: center; }}
QPushButton#icon:focus {{ min-width: {TARGET - 4}px; max-width: {TARGET - 4}px; }}
QPushButton#segment {{ text-align: center; padding: 0 4px; }}
QPushButton#card, QPushButton#card:focus {{ min-height: 0; padding: 0; }}
#cardPicture {{ background: {SURROUND}; color: {QUIET}; font-size: 13px; border-radius: 4px; }}
QPushButton::menu-indicator {{ width: 0; }}
QComboBox::drop-down {{ border: 0; width: 30px; }}
QComboBox::down-arrow {{ image: url({(ICONS / "down.svg").as_posix()}); width: 20px; height: 20px; }}
QComboBox QAbstractItemView {{ background: {RAISED}; border: 1px solid {LINE}; selection-background-color: #30404a;
  selection-color: {TEXT}; outline: 0; }}
QComboBox QAbstractItemView::item {{ min-height: {TARGET}px; }}
QMenu {{ background: {RAISED}; border: 1px solid {LINE}; padding: 6px; }}
QMenu::item {{ min-height: {TARGET - 16}px; padding: 8px 28px 8px 14px; border-radius: 6px; }}
QMenu::item:selected {{ background: #30404a; }}
QMenu::item:disabled {{ color: {QUIET}; }}
QMenu::separator {{ height: 1px; background: {LINE}; margin: 6px 8px; }}
QSlider {{ min-height: {TARGET}px; background: transparent; }}
QSlider::groove:horizontal {{ height: 4px; background: #3a4348; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: #6d8797; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: #c5ccd1; width: 20px; height: 20px; margin: -8px 0; border-radius: 10px; }}
QSlider::handle:horizontal:focus {{ background: {TEXT}; border: 3px solid {FOCUS}; width: 18px; height: 18px;
  margin: -10px 0; border-radius: 12px; }}
QSlider::groove:horizontal:disabled, QSlider::sub-page:horizontal:disabled {{ background: #262c30; }}
QSlider::handle:horizontal:disabled {{ background: #4a5358; }}
#presets {{ background: {RAISED}; border: 1px solid {LINE}; border-radius: 8px; outline: 0; }}
#presets:focus {{ border: 2px solid {FOCUS}; }}
#presets::item {{ min-height: {TARGET}px; padding: 0 10px; }}
#presets::item:selected {{ background: #30404a; color: {TEXT}; }}
QScrollBar:vertical {{ background: {BASE}; width: 10px; }}
QScrollBar::handle:vertical {{ background: #3a4348; border-radius: 5px; min-height: {TARGET}px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid {LINE}; padding: 6px; }}
QLineEdit {{ background: {RAISED}; border: 1px solid {LINE}; border-radius: 8px; min-height: {TARGET - 2}px;
  padding: 0 10px; selection-background-color: #3d5a6b; }}
QLineEdit:focus {{ border: 2px solid {FOCUS}; min-height: {TARGET - 4}px; }}
#messages {{ background: {RAISED}; border: 1px solid #5d4a22; border-left: 4px solid #ffc773; border-radius: 8px; }}
#firstSteps {{ background: {BASE}; border: 1px solid #4d7189; border-radius: 10px; }}
#firstSteps #name {{ font-weight: 600; }}
#messages QPushButton {{ background: transparent; border: 1px solid transparent; }}
#messages QPushButton#offer {{ border: 1px solid #4a545a; text-align: center; }}
#messages QPushButton:focus {{ border: 2px solid {FOCUS}; }}
QListWidget {{ background: {RAISED}; border: 1px solid {LINE}; border-radius: 8px; outline: 0; padding: 4px; }}
QListWidget:focus {{ border: 2px solid {FOCUS}; padding: 3px; }}
QListWidget::item {{ border-radius: 6px; padding: 4px; }}
QListWidget::item:selected {{ background: #30404a; color: {TEXT}; }}
#help QLabel {{ background: transparent; }}
"""


@cache
def icon(name: str) -> QIcon:
    """A drawing of assets/icons."""
    return QIcon(str(ICONS / f"{name}.svg"))


def colour(name: str, alpha: float = 1.0) -> QColor:
    """A colour with an alpha of 0..1."""
    made = QColor(name)
    made.setAlphaF(alpha)
    return made


def apply(application: QApplication) -> None:
    """Makes the whole program dark, on every platform alike."""
    application.setStyle("Fusion")
    palette = QPalette()
    for role, name in (
        (QPalette.ColorRole.Window, BASE),
        (QPalette.ColorRole.Base, RAISED),
        (QPalette.ColorRole.AlternateBase, BASE),
        (QPalette.ColorRole.Button, RAISED),
        (QPalette.ColorRole.ToolTipBase, RAISED),
        (QPalette.ColorRole.WindowText, TEXT),
        (QPalette.ColorRole.Text, TEXT),
        (QPalette.ColorRole.ButtonText, TEXT),
        (QPalette.ColorRole.ToolTipText, TEXT),
        (QPalette.ColorRole.PlaceholderText, QUIET),
        (QPalette.ColorRole.Highlight, "#3d5a6b"),
        (QPalette.ColorRole.HighlightedText, TEXT),
        (QPalette.ColorRole.Link, FOCUS),
    ):
        palette.setColor(role, QColor(name))
    application.setPalette(palette)
    application.setStyleSheet(STYLE)
    application.setWindowIcon(icon("app"))
