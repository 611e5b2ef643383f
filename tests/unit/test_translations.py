"""Translations: complete, of the texts that there are, compiled as they are written, with the same fields."""

import ast
import re
import shutil
import string
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import PySide6
import pytest

from app.capture.source import SourceError
from app.capture.words import parse
from app.gui.outside import SENTENCES, outside
from app.gui.words import FOLDER, TRANSLATED
from model import bundle
from model.errors import ModelError
from scripts import translations
from tests.conftest import ROOT

FILES = sorted(FOLDER.glob("*.ts"))
TOOLS = Path(PySide6.__file__).parent
needs_tools = pytest.mark.skipif(
    not list(TOOLS.glob("lupdate*")) or not list(TOOLS.glob("lrelease*")),
    reason="this PySide6 has no Qt Linguist tools",
)


def messages(file: Path) -> dict[str, ElementTree.Element]:
    return {str(one.findtext("source")): one for one in ElementTree.parse(file).iter("message")}


def fields(text: str) -> list[tuple[str, str]]:
    """Names and forms of a text's fields."""
    return sorted((name, form or "") for _, name, form, _ in string.Formatter().parse(text) if name is not None)


def test_every_language_of_the_program_has_its_file() -> None:
    assert [file.stem.removeprefix("sonoblock_") for file in FILES] == sorted(TRANSLATED)


@needs_tools
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_collecting_the_texts_anew_changes_nothing(file: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(file, tmp_path))
    translations.update([copy])
    assert copy.read_text(encoding="utf-8") == file.read_text(encoding="utf-8"), "start scripts/translations.py"


@needs_tools
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_compiled_is_what_is_written(file: Path, tmp_path: Path) -> None:
    translations.release(file, tmp_path / "new.qm")
    assert (tmp_path / "new.qm").read_bytes() == file.with_suffix(".qm").read_bytes(), "start scripts/translations.py"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_text_is_translated_with_its_fields(file: Path) -> None:
    for source, message in messages(file).items():
        translation = message.find("translation")
        assert translation is not None
        assert translation.get("type") is None, f"not translated: {source}"
        assert (translation.text or "").strip(), source
        assert fields(translation.text or "") == fields(source)


def test_the_notice_and_the_states_are_said_as_agreed() -> None:
    chinese = messages(FOLDER / "sonoblock_zh_CN.ts")
    agreed = {
        "Training and research only. Not a medical device.": "仅供培训和研究使用，不是医疗器械。",
        "Block region": "阻滞区域",
        "Scan area": "扫描区域",
        "Overlay": "叠加层",
        "LIVE": "实时",
        "PAUSED": "已暂停",
        "REPLAY": "回放",
        "DEMO": "演示",
        "FROZEN": "已冻结",
        "NO SIGNAL": "无信号",
    }
    assert {source: chinese[source].findtext("translation") for source in agreed} == agreed


def test_the_region_is_never_called_a_nerve() -> None:
    """The one text that speaks of the nerve says that it is not what is found."""
    found = [one.findtext("translation") or "" for one in messages(FOLDER / "sonoblock_zh_CN.ts").values()]
    assert [text for text in found if "神经" in text and "不寻找神经" not in text] == []


def said_below() -> str:
    """Every text in the layers below, a line each, with {} for what is filled in."""
    found = []
    for path in (*(ROOT / "app").rglob("*.py"), *(ROOT / "model").rglob("*.py")):
        if path.parent.name != "gui":
            found += [_plain(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    return "\n".join(filter(None, found))


def _plain(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)  # type: ignore[misc]
    return ""


def test_sentences_from_below_are_still_said_there() -> None:
    """By their longest words between fields: some are put together there."""
    below = said_below()
    for sentence in SENTENCES:
        pieces = re.split(r"\{\w+\}|(?<=\.) ", sentence)
        longest = max(pieces, key=len).strip(" .:,")
        assert longest[:40].lower() in below.lower(), sentence


@pytest.mark.parametrize(
    "text",
    [
        "/m/a.png is 290 x 200 pixels, which is neither the frame's size nor the scan area's:"
        " set the scan area that the masks were made in.",
        "The training data in /data/out cannot be written (No space left on device):"
        " free some space or choose another folder.",
        "The corrections in /data/c cannot be written (No space left on device):"
        " free some space or choose another folder.",
        "The comparison cannot read its files (No space left on device): choose something else.",
        "/r/masks.mkv is not the masks of a recording: choose a recording's folder.",
        "/r/masks.mkv is damaged at frame 7: compare something else.",
        "/m holds masks of several recordings: give a folder with the masks of this recording alone.",
        "/m/a.png is not a picture, or is damaged.",
        "/m cannot be read: No space left on device.",
    ],
)
def test_what_comparing_and_correcting_say_is_known_with_its_parts(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything but names and numbers goes through the translator."""
    monkeypatch.setattr("app.gui.outside.tr", lambda known, **fields: "·".join(fields.values()))
    assert re.sub(r"/[\w./]+", "", outside(text)).strip("·0123456789") == ""


def _choose_a_damaged_video(folder: Path) -> None:
    (folder / "clip.mp4").write_bytes(bytes(range(256)) * 9)
    parse(str(folder / "clip.mp4")).open()


def _choose_damaged_images(folder: Path) -> None:
    (folder / "a.png").write_bytes(b"\x89PNG")
    parse(str(folder)).open()


def _choose_a_damaged_gif(folder: Path) -> None:
    (folder / "a.gif").write_bytes(b"GIF89a")
    parse(str(folder / "a.gif")).open()


@pytest.mark.parametrize(
    "do",
    [
        _choose_a_damaged_video,
        _choose_damaged_images,
        _choose_a_damaged_gif,
        lambda _: parse("camera:12 Main Street"),
        lambda _: parse("screen:left"),
        lambda _: parse("igtl://theatre"),
        lambda folder: bundle.find(str(folder)),
        lambda _: bundle.find("defualt"),
    ],
)
def test_what_is_said_of_a_wrong_choice_is_known(
    do: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.gui.outside.tr", lambda known, **fields: f"known: {known}")
    with pytest.raises((SourceError, ModelError)) as said:
        do(tmp_path)
    assert outside(str(said.value)).startswith("known: ")


@pytest.mark.parametrize(
    "text",
    ["", "Something else altogether", "/a/b/clip.mp4", "default · abc", "'x' is no key", "12 × 34"],
)
def test_what_is_not_known_stays_as_it_is(text: str) -> None:
    assert outside(text) == text
