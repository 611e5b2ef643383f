"""`python -m model predict`: masks, and Labelme files to correct by hand."""

import base64
import json

import cv2
import numpy as np
import pytest

from model.__main__ import main
from model.bundle import shipped
from model.data.folder import find_pairs, read_image, read_mask, read_pair
from tests.dataset import write_dataset
from tests.media import write_image

pytestmark = pytest.mark.skipif("default" not in shipped(), reason="needs the shipped model bundle")


@pytest.fixture
def pictures(tmp_path):
    """A plain folder of pictures, no masks: a phantom's frames, in which the model finds something."""
    from app.capture.phantom import Phantom

    folder = tmp_path / "pictures"
    folder.mkdir()
    phantom = Phantom(seed=1)
    phantom.open()
    for frame in (0, 150):
        phantom.seek(frame)
        write_image(folder / f"scan {frame}.jpg", phantom.read().pixels)
    return folder


def test_a_plain_folder_gets_masks_and_labelme_files(pictures, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["predict", "--data", str(pictures), "--out", str(out), "--labelme", "--engine", "onnxruntime"]) == 0
    assert "2 masks" in capsys.readouterr().out
    assert sorted(path.name for path in (out / "masks").iterdir()) == ["scan 0.png", "scan 150.png"]
    pairs = find_pairs(out / "labelme")
    assert [pair.stem for pair in pairs] == ["scan 0", "scan 150"]
    for pair in pairs:
        image, (corrected,) = read_pair(pair)
        mask = read_mask(out / "masks" / f"{pair.stem}.png")
        assert np.array_equal(image, read_image(pictures / f"{pair.stem}.jpg"))
        assert mask.shape == image.shape[:2]
        assert mask.any()
        assert (mask & corrected).sum() / (mask | corrected).sum() > 0.95


def test_a_data_set_is_predicted_without_labelme_files_unless_asked(tmp_path):
    data = write_dataset(tmp_path / "d", 2)
    out = tmp_path / "out"
    assert main(["predict", "--data", str(data), "--out", str(out), "--engine", "onnxruntime"]) == 0
    assert [path.name for path in out.iterdir()] == ["masks"]
    assert cv2.imread(str(out / "masks" / "p_0.png"), cv2.IMREAD_UNCHANGED).shape == (90, 120)


def test_labelme_files_that_carry_their_picture_are_predicted_beside_those_that_do_not(tmp_path, capsys):
    data, label_files = write_dataset(tmp_path / "d", 3), tmp_path / "labelme"
    assert main(["data", "convert", str(data), "--to", "labelme", "--out", str(label_files)]) == 0
    for number in (0, 1):
        file, picture = label_files / f"p_{number}.json", label_files / f"p_{number}.png"
        content = json.loads(file.read_text(encoding="utf-8"))
        content["imageData"] = base64.b64encode(picture.read_bytes()).decode()
        file.write_text(json.dumps(content), encoding="utf-8")
    (label_files / "p_0.png").unlink()
    out = tmp_path / "out"
    assert main(["predict", "--data", str(label_files), "--out", str(out), "--engine", "onnxruntime"]) == 0
    assert sorted(path.name for path in (out / "masks").iterdir()) == ["p_0.png", "p_1.png", "p_2.png"]


def test_corrections_are_never_written_over(pictures, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.json").write_text("by hand", encoding="utf-8")
    assert main(["predict", "--data", str(pictures), "--out", str(out), "--engine", "onnxruntime"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["mine.json"]


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--data", "no-such-folder"], "no-such-folder"),
        (["--data", "EMPTY"], "empty"),
        (["--data", "TEXT"], "notes.txt"),
        (["--data", "BROKEN"], "x.png"),
        (["--data", "PICTURES", "--model", "no-such-model"], "no-such-model"),
        (["--data", "PICTURES", "--engine", "abacus"], "abacus"),
    ],
)
def test_bad_input_is_one_line_and_exit_status_2(pictures, tmp_path, capsys, more, named):
    empty, broken, text = tmp_path / "empty", tmp_path / "broken", tmp_path / "notes.txt"
    empty.mkdir()
    broken.mkdir()
    write_image(broken / "a.png", np.zeros((9, 9, 3), np.uint8))
    (broken / "x.png").write_bytes(b"no picture")
    text.write_text("no data set", encoding="utf-8")
    places = {"EMPTY": empty, "BROKEN": broken, "PICTURES": pictures, "TEXT": text}
    arguments = [str(places.get(part, part)) for part in more]
    assert main(["predict", "--out", str(tmp_path / "out"), *arguments]) == 2
    line = capsys.readouterr().err.strip()
    assert "\n" not in line
    assert named in line
    # The corrected command finds nothing in its way.
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / ".part-out").exists()


def test_an_empty_folder_may_be_the_one_that_one_is_in(pictures, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    assert main(["predict", "--data", str(pictures), "--out", ".", "--engine", "onnxruntime"]) == 0
    assert [path.name for path in out.iterdir()] == ["masks"]


def test_an_empty_folder_may_be_another_disk(pictures, small_disk):
    """What is made beside it could not be moved into it."""
    assert main(["predict", "--data", str(pictures), "--out", str(small_disk), "--engine", "onnxruntime"]) == 0
    assert [path.name for path in small_disk.iterdir()] == ["masks"]
