import pytest

from app.gui.source_notes import MOST, SourceNotes
from app.pipeline.types import Rect
from app.settings import Settings, load_settings, save_settings

WORD, SIZE, OTHER = "camera:0", (1280, 720), (1920, 1080)
AREA = Rect(10, 20, 300, 200)


@pytest.fixture
def settings():
    return Settings()


@pytest.fixture
def notes(settings):
    return SourceNotes(settings)


def test_a_scan_area_is_kept_by_source_and_size(notes):
    notes.keep_area(WORD, SIZE, AREA)
    assert notes.area(WORD, SIZE) == AREA
    assert notes.area(WORD, OTHER) is None
    assert notes.area("camera:1", SIZE) is None


def test_the_whole_frame_is_kept_as_well_and_can_be_forgotten(notes, settings):
    notes.keep_area(WORD, SIZE, None)
    assert notes.area(WORD, SIZE) == "whole"
    notes.forget_area(WORD, SIZE)
    assert notes.area(WORD, SIZE) is None
    assert settings.scan_areas == {}


def test_what_an_older_version_kept_holds_for_every_size_until_it_is_replaced(settings, notes):
    settings.scan_areas["camera:0"] = "10,20,300,200"
    assert notes.area(WORD) == notes.area(WORD, SIZE) == notes.area(WORD, OTHER) == AREA
    notes.keep_area(WORD, SIZE, Rect(1, 2, 100, 100))
    assert settings.scan_areas == {"camera:0@1280x720": "1,2,100,100"}


def test_what_was_written_wrongly_by_hand_is_passed_over(settings, notes):
    settings.scan_areas["camera:0@1280x720"] = "top left"
    settings.scales["camera:0@1280x720"] = {"4 cm": 400.0, "6 cm": 0.1}
    assert notes.area(WORD, SIZE) is None
    assert list(notes.scales(WORD, SIZE)) == ["6 cm"]


def test_orientation_is_kept_by_source(notes):
    assert notes.lateral(WORD) is None
    notes.keep_lateral(WORD, "left")
    notes.keep_mirrored(WORD, True)
    notes.keep_mirrored(WORD, True)
    assert (notes.lateral(WORD), notes.mirrored(WORD), notes.mirrored("camera:1")) == ("left", True, False)
    notes.keep_lateral(WORD, None)
    notes.keep_mirrored(WORD, False)
    assert (notes.lateral(WORD), notes.mirrored(WORD)) == (None, False)


def test_several_scales_are_kept_and_one_is_in_use(notes):
    notes.keep_scale(WORD, SIZE, "4 cm", 0.08)
    notes.keep_scale(WORD, SIZE, "6 cm", 0.12)
    assert notes.chosen_scale(WORD, SIZE) == "6 cm"
    assert {name: scale.mm_y for name, scale in notes.scales(WORD, SIZE).items()} == {"4 cm": 0.08, "6 cm": 0.12}
    assert notes.scales(WORD, OTHER) == {}
    notes.choose_scale(WORD, SIZE, "4 cm")
    notes.forget_scale(WORD, SIZE, "4 cm")
    assert notes.chosen_scale(WORD, SIZE) is None
    assert list(notes.scales(WORD, SIZE)) == ["6 cm"]


def test_all_of_it_comes_back_from_the_file(settings, notes, tmp_path):
    notes.keep_area(WORD, SIZE, AREA)
    notes.keep_lateral(WORD, "right")
    notes.keep_mirrored(WORD, True)
    notes.keep_scale(WORD, SIZE, "4 cm", 0.08)
    save_settings(settings, tmp_path / "settings.json")
    again = SourceNotes(load_settings(tmp_path / "settings.json")[0])
    assert again.area(WORD, SIZE) == AREA
    assert (again.lateral(WORD), again.mirrored(WORD)) == ("right", True)
    assert again.scales(WORD, SIZE)["4 cm"].mm_x == 0.08
    assert again.chosen_scale(WORD, SIZE) == "4 cm"


def test_files_are_forgotten_and_devices_are_not(settings, notes):
    words = [
        "/scans/Smith, John.avi",
        "camera:0",
        r"D:\Scans\Smith@2x2",
        "screen:2",
        "igtl://host:1",
        "phantom",
        "demo",
    ]
    settings.recent, settings.source, settings.demo_folder = list(words), words[0], "/scans"
    settings.presets = {
        "theatre 3": {"source": "camera:0"},
        "clip": {"source": words[0], "scan_areas": {words[0]: "whole"}},
    }
    for word in words:
        notes.keep_area(word, SIZE, AREA)
        notes.keep_lateral(word, "left")
        notes.keep_mirrored(word, True)
        notes.keep_scale(word, SIZE, "4 cm", 0.1)
    assert notes.knows_files()
    notes.forget_files()
    assert not notes.knows_files()
    assert settings.source == settings.demo_folder == ""
    assert list(settings.presets) == ["theatre 3"]
    assert settings.recent == settings.mirrored == list(settings.lateral) == [words[1], *words[3:]]
    assert "Smith" not in str(settings)
    assert notes.area("camera:0", SIZE) == AREA
    assert notes.chosen_scale("igtl://host:1", SIZE) == "4 cm"


def test_notes_do_not_grow_without_end(settings, notes):
    for number in range(MOST + 5):
        notes.keep_area(f"/scans/{number}.avi", SIZE, AREA)
        notes.keep_scale(f"/scans/{number}.avi", SIZE, "4 cm", 0.1)
        notes.keep_mirrored(f"/scans/{number}.avi", True)
        notes.keep_area(WORD, SIZE, AREA)  # What is used stays.
    for kept in (settings.scan_areas, settings.scales, settings.scale, settings.mirrored):
        assert len(kept) == MOST
    assert notes.area(WORD, SIZE) == AREA
    assert notes.area("/scans/0.avi", SIZE) is None
