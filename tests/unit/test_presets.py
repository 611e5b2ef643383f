"""Presets, and settings that go to another computer as a file."""

import copy
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from app import presets
from app.errors import OutputError, UsageError
from app.presets import BY_SOURCE, PERSONAL, PLAIN, export_settings, import_settings, take_preset, unused, use_preset
from app.settings import Settings, load_settings, save_settings

THEATRE = "SonoSite in theatre 3"
SECRET = "Muster"


def theatre() -> Settings:
    return Settings(
        source="camera:1",
        scan_areas={"camera:1": "10,20,300,400", "camera:0": "0,0,100,100"},
        camera_modes={"camera:1": "1920x1080@60 MJPG"},
        opacity=0.6,
        threshold=0.4,
        style="outline",
    )


def test_a_preset_holds_what_differs_and_of_its_own_source_only() -> None:
    assert take_preset(theatre()) == {
        "source": "camera:1",
        "opacity": 0.6,
        "threshold": 0.4,
        "style": "outline",
        "scan_areas": {"camera:1": "10,20,300,400"},
        "camera_modes": {"camera:1": "1920x1080@60 MJPG"},
    }


def test_using_a_preset_brings_everything_back_and_leaves_other_sources_alone() -> None:
    preset = take_preset(theatre())
    settings = Settings(source="phantom", model="accurate", overlay=False, scan_areas={"camera:0": "1,1,50,50"})
    use_preset(settings, preset)
    assert (settings.source, settings.opacity, settings.threshold, settings.style) == ("camera:1", 0.6, 0.4, "outline")
    assert (settings.model, settings.overlay) == ("default", True)
    assert settings.scan_areas == {"camera:0": "1,1,50,50", "camera:1": "10,20,300,400"}
    settings.scan_areas["camera:1"] = "0,0,40,40"
    assert preset["scan_areas"] == {"camera:1": "10,20,300,400"}


def test_of_every_setting_it_is_known_whether_it_is_a_presets_or_this_computers() -> None:
    names = [*PLAIN, *BY_SOURCE, *PERSONAL, "presets"]
    assert sorted(names) == sorted(one.name for one in dataclasses.fields(Settings))


def test_a_preset_without_a_scan_area_shows_its_source_whole() -> None:
    settings = theatre()
    use_preset(settings, {"source": "camera:1"})
    assert settings.scan_areas == {"camera:0": "0,0,100,100"}


def test_what_is_kept_for_each_picture_size_of_a_source_is_the_sources() -> None:
    stream = "camera:rtsp://me@10.0.0.5/scan"
    kept = {f"{stream}@640x480": "1,2,30,40", stream: "5,5,50,50", "camera:rtsp://me": "7,7,70,70"}
    preset = take_preset(Settings(source=stream, scan_areas=dict(kept)))
    assert preset["scan_areas"] == {f"{stream}@640x480": "1,2,30,40", stream: "5,5,50,50"}
    settings = Settings(scan_areas={f"{stream}@800x600": "9,9,90,90", "camera:rtsp://me": "7,7,70,70"})
    use_preset(settings, preset)
    assert settings.scan_areas == kept


def test_a_list_of_sources_is_kept_by_source_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presets, "BY_SOURCE", ("recent",))
    preset = take_preset(Settings(source="camera:1", recent=["camera:0", "camera:1"]))
    assert preset == {"source": "camera:1", "recent": ["camera:1"]}
    settings = Settings(recent=["camera:2"])
    use_preset(settings, preset)
    assert settings.recent == ["camera:2", "camera:1"]
    use_preset(settings, {"source": "camera:1"})
    assert settings.recent == ["camera:2"]


def test_presets_are_kept_with_the_settings(tmp_path: Path) -> None:
    settings = Settings(presets={THEATRE: take_preset(theatre())})
    save_settings(settings, tmp_path / "settings.json")
    assert load_settings(tmp_path / "settings.json") == (settings, "")


@pytest.mark.parametrize("damaged", [[], {"one": 3}, {"one": {"opacity": 7}}, {"one": {"style": "glow"}}])
def test_damaged_presets_are_set_aside_and_said(tmp_path: Path, damaged: Any) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"presets": damaged}))
    settings, notice = load_settings(file)
    assert settings == Settings()
    assert "were damaged" in notice


def test_what_is_exported_comes_back_on_another_computer(tmp_path: Path) -> None:
    here = theatre()
    here.presets[THEATRE] = take_preset(here)
    export_settings(here, tmp_path / "out.json")
    there = Settings(recent=["phantom"], overlay=False, scan_areas={"screen": "5,5,50,50"})
    assert import_settings(there, tmp_path / "out.json") == "Settings taken over from out.json, with 1 preset."
    assert there.presets == here.presets
    assert there.scan_areas == {"screen": "5,5,50,50", **here.scan_areas}
    assert (there.opacity, there.source, there.recent, there.overlay) == (0.6, "camera:1", ["phantom"], False)


def test_neither_paths_nor_addresses_leave_the_computer(tmp_path: Path) -> None:
    clip, stream = f"/scans/{SECRET}.avi", f"camera:rtsp://me:{SECRET}@10.0.0.5/scan"
    settings = Settings(
        source=clip,
        recent=[clip, stream],
        scan_areas={clip: "1,2,30,40", stream: "1,2,30,40", "screen:2": "1,2,30,40"},
        camera_modes={stream: "640x480@25"},
        demo_folder=f"/home/{SECRET}",
        model=str(Path(f"/models/{SECRET}").absolute()),
        presets={"one": {"source": stream, "scan_areas": {stream: "1,2,30,40"}, "opacity": 0.5}},
        geometry="AdnQ",
    )
    export_settings(settings, tmp_path / "out.json")
    assert SECRET not in (tmp_path / "out.json").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "out.json").read_text()) == {
        "sonoblock_settings": 1,
        "scan_areas": {"screen:2": "1,2,30,40"},
        "presets": {"one": {"opacity": 0.5}},
    }


def test_a_preset_that_is_here_under_the_same_name_stays(tmp_path: Path) -> None:
    here, there = Settings(presets={"one": {"opacity": 0.5}}), Settings(presets={"one": {"opacity": 0.9}})
    export_settings(here, tmp_path / "out.json")
    import_settings(there, tmp_path / "out.json")
    import_settings(there, tmp_path / "out.json")
    assert there.presets["one"] == {"opacity": 0.9}
    assert there.presets["one (2)"] == {"opacity": 0.5}
    assert unused("one", there.presets) == "one (3)"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "cannot be used"),
        (b"{", "cannot be used"),
        (b"[]", "no exported settings"),
        (b"[" * 200_000, "cannot be used"),
        (b'{"opacity": 0.5}', "no exported settings"),
        (b'{"sonoblock_settings": 2}', "a newer SonoBlock"),
        (b'{"sonoblock_settings": 1, "opacity": 0.5, "style": "glow"}', "'style' cannot be \"glow\""),
        (b'{"sonoblock_settings": 1, "opacity": 0.5, "scan_areas": {"screen": "wide"}}', "'wide' is not a rectangle"),
        (
            b'{"sonoblock_settings": 1, "opacity": 0.5, "presets": {"a": {"camera_modes": {"camera:0": "big"}}}}',
            "'big'",
        ),
    ],
)
def test_a_file_with_anything_wrong_changes_nothing_and_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "in.json").write_bytes(content)
    settings = theatre()
    before = copy.deepcopy(settings)
    with pytest.raises(UsageError) as error:
        import_settings(settings, tmp_path / "in.json")
    assert said in str(error.value)
    assert "choose another file." in str(error.value)
    assert settings == before


def test_files_that_cannot_be_read_or_written_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        import_settings(Settings(), tmp_path / "nowhere.json")
    with pytest.raises(OutputError, match="cannot be written"):
        export_settings(Settings(), tmp_path / "nowhere" / "out.json")
