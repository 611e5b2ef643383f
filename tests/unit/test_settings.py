import copy
import dataclasses
import errno
import json
import logging

import pytest

from app import log, paths
from app.errors import OutputError
from app.settings import Settings, differences, load_settings, save_settings

MUSTER = "Muster"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "config" / "settings.json"


def test_without_a_file_the_defaults_hold(file):
    assert load_settings(file) == (Settings(), "")


def test_what_is_saved_comes_back(file):
    settings = Settings(
        source="camera:1",
        recent=["camera:1", "demo"],
        scan_areas={"camera:1": "10,20,300,400", "camera:1@1280x720": "whole"},
        camera_modes={"camera:1": "1920x1080@60 MJPG"},
        lateral={"camera:1": "left"},
        mirrored=["camera:1"],
        scales={"camera:1@1280x720": {"4 cm": 0.08, "6 cm": 0.12}},
        scale={"camera:1@1280x720": "6 cm"},
        model="accurate",
        engine="openvino",
        overlay=False,
        opacity=0.5,
        style="outline",
        spotlight=True,
        layout="corner",
        threshold=0.4,
        temporal_filter=False,
        snapshot="side by side",
        ring_seconds=0,
        ring_mb=100.5,
        keys={"raw": ["Space", "F13"], "undo": []},
        theme="light",
        language="zh_CN",
        folds={"model": True},
        demo_folder="Bilder/Übung",
        presets={"SonoSite": {"source": "camera:1", "opacity": 0.2}},
        introduced=True,
        geometry="AdnQywAD",
    )
    assert differences(settings).keys() == {field.name for field in dataclasses.fields(Settings)}
    save_settings(settings, file)
    assert load_settings(file) == (settings, "")


def test_only_what_differs_from_the_defaults_is_written_and_a_person_can_read_it(file):
    save_settings(Settings(demo_folder="Übung"), file)
    assert json.loads(file.read_text(encoding="utf-8")) == {"demo_folder": "Übung"}
    assert "Übung" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"\xff\xfe{}",
        b"[1]",
        b"[" * 20_000,
        b'{"source": ' * 20_000,
        b'{"opacity": "high"}',
        b'{"opacity": 7}',
        b'{"threshold": 0}',
        b'{"style": "glow"}',
        b'{"scan_areas": {"demo": 3}}',
        b'{"lateral": {"demo": "up"}}',
        b'{"mirrored": "demo"}',
        b'{"scales": {"demo@1x1": 0.1}}',
        b'{"scales": {"demo@1x1": {"4 cm": 0}}}',
        b'{"scale": {"demo@1x1": 4}}',
        b'{"overlay": 1}',
        b'{"temporal_filter": 0}',
        b'{"snapshot": "painted"}',
        b'{"layout": "three"}',
        b'{"theme": "pink"}',
        b'{"language": "tlh"}',
        b'{"recent": "demo"}',
        b'{"ring_seconds": 301}',
        b'{"keys": ["O"]}',
        b'{"keys": {"raw": ["Space", "F13", "F14"]}}',
        b'{"keys": {"raw": ["Space", 7]}}',
        b'{"folds": {"model": 1}}',
    ],
)
def test_a_damaged_file_is_set_aside_and_said(file, content):
    file.parent.mkdir()
    file.write_bytes(content)
    settings, notice = load_settings(file)
    assert settings == Settings()
    (aside,) = file.parent.iterdir()
    assert aside.name.startswith("settings.json.damaged-")
    assert aside.read_bytes() == content
    assert str(aside) in notice


def test_keys_of_another_version_are_passed_over(file):
    file.parent.mkdir()
    file.write_text('{"source": "demo", "hologram": true}')
    assert load_settings(file) == (Settings(source="demo"), "")


def test_a_file_that_cannot_be_read_is_said_and_kept(file):
    file.mkdir(parents=True)
    settings, notice = load_settings(file)
    assert settings == Settings()
    assert "cannot be read" in notice
    assert file.exists()


def test_what_another_window_or_version_or_a_person_wrote_meanwhile_stays(file):
    save_settings(Settings(lateral={"demo": "left", "screen": "left"}, presets={"A": {"source": "demo"}}), file)
    before, _ = load_settings(file)
    others = {
        "hologram": True,
        "opacity": 0.6,
        "lateral": {"demo": "left", "screen": "left", "camera:1": "right"},
        "presets": {"A": {"source": "demo"}, "Theatre": {"source": "camera:1"}},
        "style": "fill",
    }
    file.write_text(json.dumps(others), encoding="utf-8")
    settings = copy.deepcopy(before)
    settings.model, settings.style = "accurate", "outline"
    settings.lateral.pop("screen")
    settings.presets.clear()
    save_settings(settings, file, before)
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "hologram": True,
        "opacity": 0.6,
        "lateral": {"demo": "left", "camera:1": "right"},
        "presets": {"Theatre": {"source": "camera:1"}},
        "style": "outline",
        "model": "accurate",
    }
    save_settings(before, file, settings)  # And back again.
    assert load_settings(file)[0].model == Settings().model


def test_what_another_window_has_forgotten_stays_forgotten(file):
    save_settings(Settings(recent=["/scans/a.mp4", "demo"], mirrored=["/scans/a.mp4"]), file)
    before, _ = load_settings(file)
    save_settings(Settings(recent=["demo"]), file, before)
    here = copy.deepcopy(before)
    here.recent, here.mirrored = ["camera:0", *here.recent], [*here.mirrored, "camera:0"]
    save_settings(here, file, before)
    found, _ = load_settings(file)
    assert (found.recent, found.mirrored) == (["camera:0", "demo"], ["camera:0"])


def test_a_file_that_was_damaged_meanwhile_is_set_aside(file):
    save_settings(Settings(style="fill"), file)
    before, _ = load_settings(file)
    file.write_text("{")
    save_settings(Settings(style="fill", model="accurate"), file, before)
    assert load_settings(file) == (Settings(style="fill", model="accurate"), "")
    assert len(list(file.parent.iterdir())) == 2


def test_a_file_that_cannot_be_read_is_not_written_over(file, monkeypatch):
    save_settings(Settings(presets={"A": {}}), file)
    monkeypatch.setattr("app.settings.read_json", refuse)
    settings, notice = load_settings(file)
    assert "cannot be read" in notice
    with pytest.raises(OutputError, match="Permission denied"):
        save_settings(settings, file, Settings())
    monkeypatch.undo()
    assert load_settings(file)[0].presets == {"A": {}}


def refuse(path):
    raise PermissionError(errno.EACCES, "Permission denied", str(path))


def test_settings_that_cannot_be_written_are_one_sentence(file):
    file.parent.touch()
    with pytest.raises(OutputError, match=r"The settings file .* cannot be written"):
        save_settings(Settings(source="demo"), file)


def test_one_variable_moves_everything(monkeypatch, tmp_path):
    monkeypatch.setenv("SONOBLOCK_HOME", str(tmp_path))
    save_settings(Settings(source="demo"))
    assert load_settings()[0].source == "demo"
    folders = [paths.config_folder(), paths.data_folder(), paths.cache_folder()]
    folders += [paths.log_folder(), paths.pictures_folder()]
    assert len(set(folders)) == 5
    assert {folder.parent for folder in folders} == {tmp_path}


def test_without_the_variable_the_systems_folders_hold(monkeypatch):
    monkeypatch.delenv("SONOBLOCK_HOME", raising=False)
    for folder in (paths.config_folder(), paths.log_folder(), paths.pictures_folder()):
        assert "SonoBlock" in folder.parts


@pytest.fixture
def log_file(monkeypatch, tmp_path):
    monkeypatch.setenv("SONOBLOCK_HOME", str(tmp_path))
    yield tmp_path / "log" / log.FILE
    log.stop()


def test_the_log_tells_where_an_error_arose_but_not_its_text(log_file):
    log.start()
    log.start()
    path = f"/scans/Anna_{MUSTER}.avi"
    try:
        raise ValueError(path)
    except ValueError as error:
        log.failure(logging.getLogger(log.NAME), "grabbing failed", error)
    text = log_file.read_text(encoding="utf-8")
    assert text.count("grabbing failed: ValueError") == 1
    assert "test_settings.py" in text
    assert MUSTER not in text


def test_a_log_that_cannot_be_written_stops_nothing(log_file):
    log_file.parent.touch()
    log.start()
    logging.getLogger(log.NAME).error("said to nobody")
    assert log_file.parent.is_file()
