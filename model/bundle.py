"""Model bundles: a folder with a network's files and its card. Read, check, write."""

from __future__ import annotations

import functools
import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import BundleError, DataError
from model.files import read_json, write_beside, write_text
from model.structures import Structure, parse_colour, with_colours

FORMAT = 1
SIZES = range(32, 1025, 16)
"""Sides of the input that a network may have, in pixels; 256 is the usual one."""
CARD = "card.json"
KERAS_FILE = "network.keras"
ONNX_FILE = "network.onnx"
NOVELTY_FILE = "novelty.npz"
"""The score of `model.novelty`; a bundle may be without one."""
SHIPPED_FOLDER = Path(__file__).resolve().parent.parent / "assets" / "models"


@dataclass(frozen=True)
class Bundle:
    """A checked bundle: every file that its card names is there, with the hash that the card gives."""

    folder: Path
    card: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.card["name"])

    @property
    def title(self) -> str:
        return str(self.card["title"])

    @property
    def threshold(self) -> float:
        """Probability from which a pixel belongs to the block region."""
        return float(self.card["threshold"])

    @property
    def size(self) -> int:
        """Side of the square input in pixels."""
        return int(self.card["input"]["size"])

    @property
    def structures(self) -> tuple[Structure, ...]:
        """What the channels of the output stand for; the first is what the program looks for."""
        return _structures(self.card)

    @property
    def development(self) -> frozenset[str]:
        """Names of the pictures that the card calls not trained on."""
        return frozenset(self.card.get("training", {}).get("development", []))

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits that name these very weights."""
        digests = "".join(entry["sha256"] for _, entry in sorted(self.card.get("files", {}).items()))
        return hashlib.sha256(digests.encode()).hexdigest()[:12]

    @property
    def keras_file(self) -> Path:
        return self.folder / KERAS_FILE

    @property
    def onnx_file(self) -> Path:
        return self.folder / ONNX_FILE


def shipped() -> list[str]:
    """Names of the bundles that come with the program, `default` first."""
    names = sorted(path.parent.name for path in SHIPPED_FOLDER.glob(f"*/{CARD}"))
    return sorted(names, key=lambda name: name != "default")


def find(name: str) -> Bundle:
    """The bundle of a shipped name or in a folder, checked. Raises BundleError with a sentence for the user."""
    if name in shipped():
        return read(SHIPPED_FOLDER / name)
    if Path(name).is_dir():
        return read(Path(name))
    raise BundleError(f"There is no model '{name}': give a bundle's folder or one of: {', '.join(shipped()) or '-'}.")


def tell_apart(bundles: Sequence[Bundle], asked: Sequence[str]) -> list[str]:
    """The bundles' names, or how they were asked for where several have one name, as trainings of one recipe may."""
    names = [bundle.name for bundle in bundles]
    return [name if names.count(name) == 1 else how for name, how in zip(names, asked, strict=True)]


def read(folder: Path) -> Bundle:
    """The bundle in `folder`, every file's hash compared with the card. Raises BundleError."""
    card = read_card(folder)
    try:
        problem = _misfit(card)
        files = {str(name): str(entry["sha256"]) for name, entry in card["files"].items()}
        float(card["threshold"]), str(card["name"]), str(card["title"]), _structures(card)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, DataError) as error:
        raise BundleError(f"The model card {folder / CARD} is incomplete ({error}); get the model anew.") from error
    if problem:
        raise BundleError(f"The model in {folder} does not fit this program: {problem}.")
    for name, expected in files.items():
        _check_file(folder, name, expected)
    return Bundle(folder, card)


def read_card(folder: Path) -> dict[str, Any]:
    """The card in `folder`, whatever it says. Raises BundleError."""
    path = folder / CARD
    try:
        card = read_json(path)
    except FileNotFoundError as error:
        raise BundleError(f"{folder} is not a model bundle: it has no {CARD}.") from error
    except (OSError, ValueError) as error:
        raise BundleError(f"The model card {path} cannot be read: {error}. Get the model anew.") from error
    if not isinstance(card, dict):
        raise BundleError(f"The model card {path} is not a card. Get the model anew.")
    return card


def _misfit(card: dict[str, Any]) -> str:
    """Why this program cannot use the card's network, or nothing."""
    if card["format"] != FORMAT:
        return f"its card has format {card['format']}, this program reads format {FORMAT}"
    if card["input"]["size"] not in SIZES or card["input"]["channels"] != 1:
        return (
            f"it takes {card['input']['size']} pixels and {card['input']['channels']} channels, "
            f"not a multiple of {SIZES.step} up to {SIZES[-1]}, and 1"
        )
    if not card["classes"] or len(set(card["classes"])) < len(card["classes"]):
        return "its classes are not one or more different names"
    if not 0 < card["threshold"] < 1:
        return f"its threshold {card['threshold']} is not between 0 and 1"
    if not {KERAS_FILE, ONNX_FILE} <= card["files"].keys():
        return f"it lacks {KERAS_FILE} or {ONNX_FILE}"
    names = card.get("training", {}).get("development", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return "its development pictures are not a list of names"
    if card.get("novelty") is not None and NOVELTY_FILE not in card["files"]:
        return f"it lacks {NOVELTY_FILE}"
    return ""


def _structures(card: dict[str, Any]) -> tuple[Structure, ...]:
    colours = {name: parse_colour(text) for name, text in card.get("colours", {}).items()}
    return with_colours([str(name) for name in card["classes"]], colours)


def _check_file(folder: Path, name: str, expected: str) -> None:
    # A card comes from outside: it must not make the program read files elsewhere.
    if Path(name).name != name:
        raise BundleError(f"The model card of {folder} names a file outside its folder: {name}.")
    try:
        found = sha256(folder / name)
    except OSError as error:
        raise BundleError(f"The model in {folder} is incomplete: {name} cannot be read ({error.strerror}).") from error
    if found != expected:
        raise BundleError(f"The model in {folder} is damaged: {name} is not the file its card describes. Get it anew.")


def write_card(folder: Path, card: dict[str, Any]) -> Bundle:
    """Adds format and the hashes of the bundle's files to `card`, writes it into `folder`, and reads it all back."""
    files = {name: {"sha256": sha256(folder / name), "bytes": (folder / name).stat().st_size} for name in _names(card)}
    text = json.dumps({"format": FORMAT, **card, "files": files}, indent=2, ensure_ascii=False)
    write_text(folder / CARD, text + "\n")
    return read(folder)


def copy_files(bundle: Bundle, folder: Path) -> None:
    """Copies all but the card into `folder`, which is made if missing and may be the bundle's own. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.resolve() != bundle.folder.resolve():
        for name in _names(bundle.card):
            write_beside(folder / name, functools.partial(shutil.copyfile, bundle.folder / name))


def _names(card: dict[str, Any]) -> tuple[str, ...]:
    """The files that a card describes."""
    return (KERAS_FILE, ONNX_FILE) if card.get("novelty") is None else (KERAS_FILE, ONNX_FILE, NOVELTY_FILE)


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
