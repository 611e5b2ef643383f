"""The words on screen in the user's language, by Qt's translations; how they are made: scripts/translations.py."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from app.options import LanguageName

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "translations"
TRANSLATED: tuple[LanguageName, ...] = ("zh_CN",)
"""Each has a file in FOLDER; the texts in the program are English."""
_installed: list[QTranslator] = []


def tr(text: str, /, **fields: object) -> str:
    """`text` in the language of the program, with its fields, as `{name}`, filled in.

    lupdate finds the literals that are given to `tr` and `mark`; what is not a literal must have been marked elsewhere.
    """
    # Qt keeps what describes the file under the empty text.
    translated = QCoreApplication.translate("", text) if text else ""
    return translated.format(**fields) if fields else translated


def mark(text: str) -> str:
    """`text` itself: marks a literal, as in a table, that `tr` translates when it is shown."""
    return text


def use_language(name: LanguageName) -> None:
    """Has everything that is made from now on say it in this language, Qt's own dialogs too."""
    while _installed:
        QCoreApplication.removeTranslator(_installed.pop())
    language = of_desktop(QLocale.system()) if name == "system" else name
    QLocale.setDefault(QLocale(language))
    if language in TRANSLATED:
        qt = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        for file in (qt / f"qtbase_{language}.qm", FOLDER / f"sonoblock_{language}.qm"):
            translator = QTranslator()
            # Without Qt's file, its own dialogs stay English.
            if translator.load(str(file)):
                QCoreApplication.installTranslator(translator)
                _installed.append(translator)


def of_desktop(locale: QLocale) -> LanguageName:
    """The language that a desktop's first choice is shown in: by language and script, whatever the country."""
    first = QLocale((locale.uiLanguages() or ["en"])[0])
    for name in TRANSLATED:
        known = QLocale(name)
        if (known.language(), known.script()) == (first.language(), first.script()):
            return name
    return "en"
