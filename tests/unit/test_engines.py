"""The engines on the shipped bundle: all the same answer, and a choice that is measured once."""

import importlib.util
import shutil

import cv2
import numpy as np
import pytest

from model import bundle
from model.engines import choice
from model.errors import EngineError
from model.preprocess import to_input

REAL = [name for name in choice.NAMES if importlib.util.find_spec(name)]


@pytest.fixture(scope="module")
def default():
    return bundle.find("default")


def pictures(size):
    """Inputs from noise to smooth shapes, so that high and low probabilities both occur."""
    rng = np.random.default_rng(0)
    for sigma in (0, 1, 3, 9, 27):
        noise = rng.random((256, 256)).astype(np.float32)
        smooth = cv2.GaussianBlur(noise, (0, 0), sigma) if sigma else noise
        yield to_input(cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8), size)


@pytest.mark.parametrize("name", REAL)
def test_an_engine_gives_a_map_of_its_own(default, name):
    engine = choice.open_engine(name, default)
    first, second = list(pictures(default.size))[1:3]
    map_of_first = engine.predict(first)
    kept = map_of_first.copy()
    engine.predict(second)
    assert engine.name == name
    assert engine.threads >= 1
    assert map_of_first.shape == (1, default.size, default.size)
    assert map_of_first.dtype == np.float32
    assert np.array_equal(map_of_first, kept)
    engine.close()


@pytest.mark.skipif("tensorflow" not in REAL, reason="TensorFlow is not installed")
def test_all_engines_agree_within_a_thousandth(default):
    assert largest_difference(default, pictures(default.size)) < 1e-3


@pytest.mark.skipif("tensorflow" not in REAL, reason="TensorFlow is not installed")
def test_all_engines_agree_on_real_pictures(default, data_folder):
    paths = sorted((data_folder / "images").iterdir())[:5]
    assert largest_difference(default, [to_input(cv2.imread(str(path)), default.size) for path in paths]) < 1e-3


def largest_difference(default, inputs):
    """Of the other engines from TensorFlow, on inputs of which at least one has a region."""
    engines = {name: choice.open_engine(name, default) for name in REAL}
    worst = highest = 0.0
    for picture in inputs:
        maps = {name: engine.predict(picture) for name, engine in engines.items()}
        highest = max(highest, float(maps["tensorflow"].max()))
        worst = max(worst, *(float(np.abs(found - maps["tensorflow"]).max()) for found in maps.values()))
    assert highest > 0.01
    return worst


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_a_file_that_is_no_network_is_refused(default, tmp_path, name):
    folder = shutil.copytree(default.folder, tmp_path / "copy")
    (folder / "network.onnx").write_bytes(b"not a network")
    with pytest.raises(EngineError, match=r"cannot load .*network\.onnx"):
        choice.open_engine(name, bundle.Bundle(folder, default.card))


@pytest.mark.parametrize("name", [*REAL, "keras-predict"])
@pytest.mark.parametrize("change", [{"input": {"size": 128, "channels": 1}}, {"classes": ["block region", "artery"]}])
def test_a_network_that_is_not_what_its_card_says_is_refused(default, name, change):
    other = bundle.Bundle(default.folder, {**default.card, **change})
    with pytest.raises(
        EngineError, match=r"is not the one that its card describes, of (128|192) x .* and (1|2) classes"
    ):
        choice.open_engine(name, other)


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_an_input_of_the_wrong_shape_is_an_engine_error(default, name):
    engine = choice.open_engine(name, default)
    with pytest.raises(EngineError, match="stopped"):
        engine.predict(np.zeros((1, 100, 100, 1), np.float32))


def test_an_unknown_engine_lists_those_there_are(default):
    with pytest.raises(EngineError, match="auto, openvino"):
        choice.open_engine("abacus", default)


@pytest.mark.parametrize("name", ["tensorflow", "keras-predict"])
def test_tensorflow_needs_keras_on_it(default, monkeypatch, name):
    monkeypatch.setenv("KERAS_BACKEND", "pytorch")
    with pytest.raises(EngineError, match=f"KERAS_BACKEND=pytorch: set it to tensorflow for the engine {name}"):
        choice.open_engine(name, default)


def test_an_engine_that_is_not_installed_says_what_is(default, monkeypatch):
    monkeypatch.setitem(choice._CLASSES, "tensorflow", ("model.engines.no_such_module", "X"))
    with pytest.raises(EngineError, match="not installed here"):
        choice.open_engine("tensorflow", default)


class Stub:
    """An engine that only counts."""

    size = 256

    def __init__(self, name):
        self.name, self.threads, self.calls, self.closed = name, 1, 0, False

    def predict(self, inputs):
        self.calls += 1
        return inputs[0, ..., 0]

    def close(self):
        self.closed = True


@pytest.fixture
def stubs(monkeypatch):
    """`auto` chooses between two stubs of which the second is always the quicker; the opened ones are listed."""
    opened = []

    def open_stub(name, _, threads=0):
        if name == choice.AUTO:
            return choice._open_quickest(_)
        opened.append(Stub(name))
        return opened[-1]

    monkeypatch.setattr(choice, "open_engine", open_stub)
    monkeypatch.setattr(choice, "_candidates", lambda: ["openvino", "onnxruntime"])
    monkeypatch.setattr(choice, "measure", lambda engines, rounds: {"openvino": 9.0, "onnxruntime": 5.0})
    return opened


def test_auto_measures_once_and_remembers(default, stubs):
    assert choice.open_engine("auto", default).name == "onnxruntime"
    assert [(stub.name, stub.closed) for stub in stubs] == [("openvino", True), ("onnxruntime", False)]
    assert choice.open_engine("auto", default).name == "onnxruntime"
    assert len(stubs) == 3


def test_other_work_does_not_decide_which_engine_is_quicker(monkeypatch):
    now, calls = [0.0], {"steady": 0, "hindered": 0}

    class Timed:
        size = 32

        def __init__(self, name):
            self.name = name

        def predict(self, _):
            calls[self.name] += 1
            hindered = self.name == "hindered" and calls[self.name] % 4
            now[0] += 0.009 if hindered else 0.005 if self.name == "steady" else 0.002

    monkeypatch.setattr(choice.time, "perf_counter", lambda: now[0])
    times = choice.measure([Timed("steady"), Timed("hindered")], rounds=12)
    assert times == pytest.approx({"steady": 5, "hindered": 2})


@pytest.mark.parametrize("content", ["{", "[" * 20_000, "9" * 5000])
def test_a_damaged_memory_is_measured_anew(default, stubs, content):
    choice.open_engine("auto", default)
    (choice.cache_folder() / "engines.json").write_text(content, encoding="utf-8")
    assert choice.open_engine("auto", default).name == "onnxruntime"
    assert len(stubs) == 4


def test_a_remembered_engine_that_fails_is_measured_anew(default, stubs, monkeypatch):
    choice.open_engine("auto", default)
    real, failures = choice.open_engine, iter([True])

    def fail_once(name, found, threads=0):
        if name == "onnxruntime" and next(failures, False):
            raise EngineError("gone")
        return real(name, found)

    monkeypatch.setattr(choice, "open_engine", fail_once)
    assert choice._open_quickest(default).name == "onnxruntime"
    assert len(stubs) == 4


def test_a_memory_that_cannot_be_written_stops_nothing(default, stubs, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setattr(choice, "cache_folder", lambda: tmp_path / "file" / "cache")
    assert choice.open_engine("auto", default).name == "onnxruntime"


def test_engines_are_measured_in_turns():
    engines = [Stub("a"), Stub("b")]
    times = choice.measure(engines, rounds=3)
    assert times.keys() == {"a", "b"}
    assert engines[0].calls == engines[1].calls == 5


def test_tensorflow_is_a_candidate_only_with_a_gpu(monkeypatch):
    monkeypatch.setattr(choice, "installed", lambda: ["openvino", "tensorflow"])
    monkeypatch.setattr(choice, "nvidia_gpu_present", lambda: False)
    assert choice._candidates() == ["openvino"]
    monkeypatch.setattr(choice, "nvidia_gpu_present", lambda: True)
    assert choice._candidates() == ["openvino", "tensorflow"]
