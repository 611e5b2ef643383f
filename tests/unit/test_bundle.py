import json
import shutil

import pytest

from model import bundle
from model.errors import BundleError


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped bundle to damage."""
    return shutil.copytree(bundle.SHIPPED_FOLDER / "default", tmp_path / "copy")


def change_card(folder, **changes):
    path = folder / "card.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def test_the_shipped_default_is_whole():
    found = bundle.find("default")
    assert found.name == "default"
    assert bundle.shipped()[0] == "default"
    assert len(found.hash) == 12
    assert 0 < found.threshold < 1


def test_the_card_says_what_the_model_is_and_how_good():
    card = bundle.find("default").card
    assert "Not a medical device" in card["intended_use"]
    assert len(card["training"]["development"]) == card["scores"]["development"]["images"] == 50
    assert card["training"]["pictures"] == 450
    assert card["classes"] == ["block region"]


def test_a_folder_is_taken_as_well_as_a_name(copy):
    assert bundle.find(str(copy)).hash == bundle.find("default").hash


def test_an_unknown_name_lists_the_shipped_ones():
    with pytest.raises(BundleError, match="default"):
        bundle.find("no-such-model")


def test_a_folder_without_a_card_is_no_bundle(tmp_path):
    with pytest.raises(BundleError, match=r"card\.json"):
        bundle.read(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00", '"card"', "[" * 20_000, "9" * 5000])
def test_a_damaged_card_is_refused(copy, text):
    (copy / "card.json").write_text(text, encoding="utf-8")
    with pytest.raises(BundleError, match="card"):
        bundle.read(copy)


@pytest.mark.parametrize("key", ["format", "files", "threshold", "input", "classes", "name", "title"])
def test_a_card_without_a_needed_entry_is_refused(copy, key):
    path = copy / "card.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    del card[key]
    path.write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(BundleError, match=key):
        bundle.read(copy)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": 99}, "format 99"),
        ({"input": {"size": 100, "channels": 1}}, "100 pixels"),
        ({"input": {"size": 256, "channels": 3}}, "3 channels"),
        ({"classes": []}, "classes"),
        ({"classes": ["artery", "artery"]}, "different names"),
        ({"colours": {"block region": "yellow"}}, "no colour"),
        ({"threshold": 1.5}, "threshold 1.5"),
        ({"threshold": "high"}, "incomplete"),
        ({"files": {}}, "lacks"),
        ({"files": []}, "incomplete"),
        ({"threshold": 10**400}, "incomplete"),
        ({"training": 5}, "incomplete"),
        ({"training": {"development": 5}}, "development pictures"),
        ({"training": {"development": [["a"]]}}, "development pictures"),
    ],
)
def test_a_model_that_does_not_fit_is_refused_with_the_reason(copy, changes, reason):
    change_card(copy, **changes)
    with pytest.raises(BundleError, match=reason):
        bundle.read(copy)


@pytest.mark.parametrize("name", ["network.onnx", "network.keras"])
def test_one_changed_byte_in_a_file_is_found(copy, name):
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(BundleError, match=f"damaged: {name}"):
        bundle.read(copy)


def test_a_missing_file_is_named(copy):
    (copy / "network.onnx").unlink()
    with pytest.raises(BundleError, match=r"network\.onnx"):
        bundle.read(copy)


def test_a_card_cannot_name_files_outside_its_folder(copy):
    files = json.loads((copy / "card.json").read_text(encoding="utf-8"))["files"]
    change_card(copy, files={**files, "../secret": {"sha256": "0" * 64}})
    with pytest.raises(BundleError, match="outside its folder"):
        bundle.read(copy)
