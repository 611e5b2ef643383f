"""Three structures, from labelled pictures to the program's files: a small network learns them by their brightness."""

import csv
import json

import cv2
import numpy as np
import pytest

pytest.importorskip("keras", reason="training requirements are not installed")

from app.__main__ import main as program
from model.__main__ import main
from model.bundle import read
from model.crossvalidate import CrossValidation
from model.data.folder import find_pairs, read_pair
from model.engines.choice import NAMES as ENGINES
from model.engines.choice import open_engine
from model.preprocess import to_input
from model.presets import PRESETS, Preset

NAMES = ("block region", "artery", "vein")
GREYS = {"block region": 230, "artery": 10, "vein": 150}
CLASSES = "block region,artery,vein=#3060ff"
SMALL = Preset("paper_unet", {"channels": 16}, size=32, epochs=8, batch=2, dice=True, one_cycle=5e-3, xla=False)


def write(folder, count, names=NAMES):
    """Pictures of ellipses in noise, a bright, a dark and a grey one, and a mask for each name."""
    rng = np.random.default_rng(0)
    places = {name: folder / "masks" / name if len(names) > 1 else folder / "masks" for name in names}
    for place in (folder / "images", *places.values()):
        place.mkdir(parents=True)
    for number in range(count):
        picture = rng.integers(60, 90, (96, 128)).astype(np.uint8)
        for column, (name, grey) in enumerate(GREYS.items()):
            mask = np.zeros_like(picture)
            centre = 24 + 40 * column + int(rng.integers(-4, 5)), int(rng.integers(30, 66))
            cv2.ellipse(mask, centre, (18, 18), 0, 0, 360, 255, -1)
            picture[mask > 0] = grey
            if name in places:
                cv2.imwrite(str(places[name] / f"p_{number}.png"), mask)
        cv2.imwrite(str(folder / "images" / f"p_{number}.png"), picture)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("several") / "data"
    write(folder, 24)
    return folder


@pytest.fixture(scope="module")
def trained(data):
    """The folder of a trained bundle."""
    out = data.parent / "model"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "small", SMALL)
        arguments = ["--data", data, "--out", out, "--development", "4", "--random-split", "--classes", CLASSES]
        assert main(["train", "--preset", "small", *map(str, arguments)]) == 0
    return out


def test_the_card_names_the_structures_and_their_colours(trained):
    bundle = read(trained)
    assert tuple(one.name for one in bundle.structures) == NAMES
    assert bundle.structures[2].hex == "#3060ff"
    scores = bundle.card["scores"]["development"]
    assert tuple(scores["classes"]) == NAMES
    assert scores["classes"]["block region"]["sum_iou"] == scores["sum_iou"]


def test_each_structure_is_learned_in_its_own_channel(trained, data, tmp_path, capsys):
    out, table = tmp_path / "scores.json", tmp_path / "pictures.csv"
    arguments = ["--data", data, "--model", trained, "--engine", "onnxruntime", "--json", out, "--csv", table]
    assert main(["evaluate", *map(str, arguments), "--compare", str(trained)]) == 0
    content = json.loads(out.read_text(encoding="utf-8"))
    assert {name: one["sum_iou"] > 0.7 for name, one in content["classes"].items()} == dict.fromkeys(NAMES, True)
    assert content["comparison"]["classes"].keys() == content["classes"].keys()
    printed = capsys.readouterr().out
    assert "artery:" in printed
    assert "vein: " in printed
    with table.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [sum(row["class"] == name for row in rows) for name in NAMES] == [24, 24, 24]


def test_the_engines_agree_on_every_channel(trained, data):
    bundle = read(trained)
    image, _ = read_pair(find_pairs(data, NAMES)[0])
    maps = []
    for name in ENGINES:
        engine = open_engine(name, bundle)
        maps.append(engine.predict(to_input(image, bundle.size)))
        engine.close()
    assert maps[0].shape == (3, 32, 32)
    assert max(float(np.abs(found - maps[0]).max()) for found in maps) < 1e-3


def test_predicted_masks_are_a_data_set_of_the_same_structures(trained, data, tmp_path):
    out = tmp_path / "out"
    arguments = ["--data", data, "--model", trained, "--engine", "onnxruntime", "--out", out, "--labelme"]
    assert main(["predict", *map(str, arguments)]) == 0
    assert sorted(path.name for path in (out / "masks").iterdir()) == sorted(NAMES)
    drawn = read_pair(find_pairs(out / "labelme", NAMES)[0])[1]
    written = cv2.imread(str(out / "masks" / "artery" / "p_0.png"), cv2.IMREAD_GRAYSCALE) > 0
    assert (drawn[1] & written).sum() / (drawn[1] | written).sum() > 0.9


def test_the_program_writes_each_structure_and_shows_them_in_their_colours(trained, data, tmp_path):
    out = tmp_path / "out"
    assert program(["annotate", str(data / "images"), "--out", str(out), "--model", str(trained), "--limit", "2"]) == 0
    for folder in (out, out / "artery", out / "vein"):
        mask = cv2.imread(str(folder / "000000.png"), cv2.IMREAD_GRAYSCALE)
        with (folder / "predictions.csv").open(encoding="utf-8") as stream:
            row = next(csv.DictReader(stream))
        assert int(row["area_px"]) == np.count_nonzero(mask) > 0


def test_other_classes_than_the_models_are_refused(trained, tmp_path, capsys):
    write(tmp_path / "one", 2, NAMES[:1])
    assert main(["evaluate", "--data", str(tmp_path / "one"), "--model", str(trained)]) == 2
    assert "holds one class" in capsys.readouterr().err


def test_folds_keep_the_scores_of_every_structure(data, tmp_path, monkeypatch, capsys):
    quick = Preset("paper_unet", {"channels": 2}, size=32, epochs=1, batch=8, xla=False)
    monkeypatch.setitem(PRESETS, "quick", quick)
    out = tmp_path / "folds"
    arguments = ["--data", data, "--preset", "quick", "--folds", "2", "--only", "1", "--out", out, "--classes", CLASSES]
    assert main(["cross-validate", *map(str, arguments)]) == 0
    plan = CrossValidation.read(out)
    assert tuple(one.name for one in plan.structures) == NAMES
    assert list(plan.done[1].others) == ["artery", "vein"]
    assert "vein: sum IoU" in capsys.readouterr().out
