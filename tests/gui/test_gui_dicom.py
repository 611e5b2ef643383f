"""The list of a DICOM folder in the window."""

import dataclasses
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.capture.dicom import DicomClip
from app.capture.dicom_folder import DicomFolder
from app.capture.source import Frame, Picture
from app.capture.words import parse
from app.gui.dicom_list import words
from app.gui.main_window import MainWindow
from app.pipeline.scan_area import ScanAreas
from app.pipeline.types import Rect
from app.trainer.corrections import Corrections
from app.trainer.saving import save_training
from model.postprocess import find_region
from model.preprocess import to_input
from tests.gui.conftest import Opened
from tests.gui.parts import Live, picture
from tests.media import SIZE
from tests.unit.test_capture_dicom import SECRETS, plain

FRAMES = {(1, 1): 3, (2, 1): 5, (2, 2): 1}
"""By series and number in it."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "Geheim study"
    home.mkdir()
    for (series, number), frames in FRAMES.items():
        plain(
            home / f"{SECRETS[1]}-{series}-{number}",
            frames=frames,
            SeriesNumber=series,
            SeriesInstanceUID=f"1.2.3.{series}",
            InstanceNumber=number,
            SeriesTime=f"1{series}0000",
        )
    (home / "damaged").write_bytes(bytes(128) + b"DICM" + bytes(50))
    return home


@pytest.fixture
def window(opened: Opened, folder: Path, qtbot: QtBot) -> MainWindow:
    made = opened(parse(str(folder)), sources={"live": Live(picture())})
    qtbot.waitUntil(lambda: made.dicom.list is not None)
    return made


def region(x: int, y: int, delta: float) -> Dataset:
    """Tissue, 200 × 150 pixels of `delta` cm."""
    item = Dataset()
    item.RegionLocationMinX0, item.RegionLocationMinY0 = x, y
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = x + 199, y + 149
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = 3
    item.PhysicalDeltaX = item.PhysicalDeltaY = delta
    item.RegionSpatialFormat = item.RegionDataType = 1
    item.RegionFlags = 0
    return item


def named(path: Path, area: Rect) -> Path:
    """Paints the red channel of all frames full outside a clip's area, where a name may stand."""
    data = pydicom.dcmread(path)
    pixels = np.frombuffer(data.PixelData, np.uint8).reshape(-1, *reversed(SIZE), 3).copy()
    inside = pixels[:, area.y : area.y + area.height, area.x : area.x + area.width].copy()
    pixels[..., 0] = 255
    pixels[:, area.y : area.y + area.height, area.x : area.x + area.width] = inside
    data.PixelData = pixels.tobytes()
    data.save_as(path)
    return path


AREAS = Rect(0, 30, 200, 150), Rect(100, 60, 200, 150)
"""Of the two clips of a folder."""
NAMES = "Series 1, 3 frames, 10:31", "Series 2, 5 frames, 10:31"


@pytest.fixture
def two(opened: Opened, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """A folder of two clips with other regions, paused at its first frame."""
    home = tmp_path / "two"
    home.mkdir()
    for series, frames, area, delta in ((1, 3, AREAS[0], 0.01), (2, 5, AREAS[1], 0.02)):
        more = {"SeriesNumber": series, "SeriesInstanceUID": f"1.2.{series}"}
        regions = [region(area.x, area.y, delta)]
        named(plain(home / str(series), frames=frames, SequenceOfUltrasoundRegions=regions, **more), area)
    window = opened(parse(str(home)))
    qtbot.waitUntil(lambda: window.dicom.list is not None)
    window.pipeline.pause()
    go(window, qtbot, 0)
    return window


def go(window: MainWindow, qtbot: QtBot, number: int) -> None:
    window.pipeline.seek(number)
    qtbot.waitUntil(lambda: window.top.badge.text() == "PAUSED")
    qtbot.waitUntil(lambda: window.view.frame is not None and window.view.frame.number == number)


def known(window: MainWindow) -> tuple[Rect | None, float]:
    """Scan area, and size of a pixel in mm."""
    scale = window.view.marks.scale
    return window.pipeline.scan_area, round(scale.mm_x, 3) if scale is not None else 0.0


def shown(window: MainWindow) -> str:
    source = window.sources.current
    return source.name if isinstance(source, DicomClip) else ""


def press(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window, key)


def test_a_folder_shows_its_list_with_pictures_and_nothing_of_a_patient(window: MainWindow, qtbot: QtBot) -> None:
    listed = window.dicom.list
    assert listed is not None
    rows = [listed.list.item(row) for row in range(listed.list.count())]
    assert [row.text() for row in rows] == [
        "Series 1\n3 frames, 10:31",
        "Series 2\n5 frames, 10:31",
        "Series 2\n1 frame, 10:31",
    ]

    def brightness(row: int) -> float:
        image = listed.list.item(row).icon().pixmap(160, 96).toImage()
        return float(np.mean([image.pixelColor(x, 48).lightness() for x in range(20, 140)]))

    qtbot.waitUntil(lambda: all(brightness(row) > 40 for row in range(3)))
    texts = [*(row.text() + row.toolTip() for row in rows), listed.windowTitle(), window.windowTitle()]
    assert not any(secret in text for secret in SECRETS for text in texts)


def test_enter_opens_a_clip_alone_and_the_list_stays(window: MainWindow, qtbot: QtBot) -> None:
    listed = window.dicom.list
    assert listed is not None
    listed.list.setCurrentRow(1)
    QTest.keyClick(listed.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shown(window) == "Series 2, 5 frames, 10:31")
    assert window.dicom.list is listed
    assert listed.list.item(1).font().bold()
    qtbot.waitUntil(lambda: window.transport.slider.maximum() == 4)
    # The next start begins with the folder.
    assert window.settings.source.endswith("Geheim study")


def test_enter_presses_the_button_that_has_the_focus_and_no_other(window: MainWindow, qtbot: QtBot) -> None:
    listed = window.dicom.list
    assert listed is not None
    further = next(button for button in listed.findChildren(QPushButton) if button.text() == "Next clip")
    further.setFocus()
    QTest.keyClick(further, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shown(window) == "Series 1, 3 frames, 10:31")
    assert window.dicom.list is listed


def test_keys_go_from_clip_to_clip_and_stop_at_the_ends(window: MainWindow, qtbot: QtBot) -> None:
    names = ["Series 1, 3 frames, 10:31", "Series 2, 5 frames, 10:31", "Series 2, 1 frame, 10:31"]
    for name in names:
        press(window, Qt.Key.Key_PageDown)
        qtbot.waitUntil(lambda name=name: shown(window) == name)
    press(window, Qt.Key.Key_PageDown)
    press(window, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: shown(window) == names[1])


def test_the_list_closes_and_comes_back_by_its_key_and_buttons_are_large(window: MainWindow, qtbot: QtBot) -> None:
    listed = window.dicom.list
    assert listed is not None
    assert all(button.height() >= 44 for button in listed.findChildren(QPushButton))
    assert listed.list.sizeHintForRow(0) >= 44
    press(window, Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: window.dicom.list is None and window.isActiveWindow())
    press(window, Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: window.dicom.list is not None)


def test_opened_by_itself_the_list_leaves_the_keyboard_with_the_picture(window: MainWindow, qtbot: QtBot) -> None:
    """It asks the desktop for that; Qt's offscreen platform would not listen."""
    quiet = Qt.WidgetAttribute.WA_ShowWithoutActivating
    assert window.dicom.list is not None
    assert window.dicom.list.testAttribute(quiet)
    press(window, Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: window.dicom.list is None and window.isActiveWindow())
    press(window, Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: window.dicom.list is not None and window.dicom.list.isActiveWindow())
    assert not window.dicom.list.testAttribute(quiet)


def test_keys_of_playing_and_closing_reach_the_window_from_the_list(window: MainWindow, qtbot: QtBot) -> None:
    listed = window.dicom.list
    assert listed is not None
    listed.activateWindow()
    qtbot.waitUntil(listed.isActiveWindow)
    QTest.keyClick(listed.list, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: window.top.badge.text() == "PAUSED")
    before = window.view.frame
    QTest.keyClick(listed.list, Qt.Key.Key_Comma)
    qtbot.waitUntil(lambda: window.view.frame is not before)
    QTest.keyClick(listed.list, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_another_source_ends_it(window: MainWindow, qtbot: QtBot) -> None:
    window.open_word("live")
    qtbot.waitUntil(lambda: window.dicom.list is None)
    assert not window.actions_by_name["entry_next"].isEnabled()
    press(window, Qt.Key.Key_F4)
    assert window.dicom.list is None


def test_one_file_has_no_list(opened: Opened, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "one").mkdir()
    plain(tmp_path / "one" / "clip")
    window = opened(DicomFolder(tmp_path / "one"))
    qtbot.waitUntil(window.actions_by_name["show_entries"].isEnabled)
    assert window.dicom.list is None


def test_the_study_is_named_where_there_are_several(folder: Path) -> None:
    plain(folder / "later", StudyInstanceUID="9", StudyDate="20250101")
    source = DicomFolder(folder)
    source.open()
    source.close()
    assert [words(entry) for entry in source.entries][::3] == [
        "Study 1 · series 1\n3 frames, 10:31",
        "Study 2 · series 1\n12 frames, 10:31",
    ]


def test_area_scale_and_name_are_those_of_the_clip_that_is_shown(two: MainWindow, qtbot: QtBot) -> None:
    for number, clip in ((2, 0), (3, 1), (2, 0), (7, 1), (0, 0)):
        go(two, qtbot, number)
        # At once, not with the next look at what is known.
        assert known(two) == (AREAS[clip], 0.1 * (clip + 1))
        two._refresh()
        # By now, the first frame of the other clip was read ahead.
        assert known(two) == (AREAS[clip], 0.1 * (clip + 1))
        assert two.top.name.text() == NAMES[clip]
    assert two.windowTitle() == "DICOM folder – SonoBlock"


def test_of_a_folder_only_the_clip_that_is_shown_is_exported(two: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    qtbot.waitUntil(lambda: two.models.ready)
    two.playback._set_range((1, 4))
    for number, clip, frames, repeated in ((2, 0, 3, (1, 2)), (5, 1, 5, (0, 1))):
        go(two, qtbot, number)
        two.export.start()
        dialog, out = two.export.dialog, tmp_path / str(clip)
        assert dialog is not None
        assert dialog.said.text() == f"Only the clip that is shown is exported: {NAMES[clip]}."
        assert (dialog.frames, dialog._situation.range) == ((0, frames - 1), repeated)
        dialog._set_folder(str(out))
        dialog._take(video=False, pictures="raw")
        dialog.go.click()
        qtbot.waitUntil(lambda: two.export._exporter is None)
        pictures = [cv2.imread(str(path)) for path in sorted(out.rglob("*.png"))]
        assert [picture.shape[:2] for picture in pictures] == [(150, 200)] * frames
        assert max(int(picture[..., 2].max()) for picture in pictures) < 255
        dialog.close()


def test_what_is_exported_is_the_clip_shown_when_the_export_begins(
    two: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: two.models.ready)
    two.export.start()
    dialog = two.export.dialog
    assert dialog is not None
    dialog._set_folder(str(tmp_path / "out"))
    dialog._take(video=False, pictures="raw")
    two._status.stop()
    go(two, qtbot, 4)
    dialog.go.click()
    qtbot.waitUntil(lambda: two.export._exporter is not None and two.export._exporter.ended is not None)
    assert len(list((tmp_path / "out").rglob("*.png"))) == 5


def test_training_data_of_a_folder_is_cut_by_each_clips_own_area(two: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    folder = two.sources.current
    assert isinstance(folder, DicomFolder)
    corrections = Corrections()
    for number in (1, 5):
        corrections.correct(number, np.zeros(SIZE[::-1], np.bool_))
    by_file = ScanAreas(AREAS[0], by_file=True)
    save_training(folder.another(), corrections.entries, by_file, tmp_path / "out", "n")
    pictures = [cv2.imread(str(path)) for path in sorted((tmp_path / "out" / "images").glob("*.png"))]
    assert [picture.shape[:2] for picture in pictures] == [(150, 200)] * 2
    assert max(int(picture[..., 2].max()) for picture in pictures) < 255
    # Where a clip's own file gives no area, that of another one is none; what the user drew holds for all.
    bare = Bare(folder.another())
    saved = save_training(bare, corrections.entries, by_file, tmp_path / "bare", "n")
    assert (saved.pictures, saved.without_area) == (1, 1)
    save_training(folder.another(), corrections.entries, ScanAreas(AREAS[0]), tmp_path / "own", "n")
    pictures = [cv2.imread(str(path)) for path in sorted((tmp_path / "own" / "images").glob("*.png"))]
    assert [int(picture[..., 2].max()) == 255 for picture in pictures] == [False, True]


class Bare:
    """The second clip has no regions."""

    def __init__(self, folder: DicomFolder) -> None:
        self._folder = folder

    def __getattr__(self, name: str) -> object:
        return getattr(self._folder, name)

    def read(self) -> Picture | None:
        picture = self._folder.read()
        if picture is None or picture.part is None or picture.part.first == 0:
            return picture
        return dataclasses.replace(picture, part=dataclasses.replace(picture.part, regions=()))


def test_each_clip_of_a_folder_is_analysed_ahead_in_its_own_area(two: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: two.ahead._ahead is not None and two.ahead._ahead.done == 8)
    ahead, folder = two.ahead._ahead, two.sources.current
    assert ahead is not None
    assert isinstance(folder, DicomFolder)
    reader = folder.another()
    reader.open()
    for number, picture_ in enumerate(iter(reader.read, None)):
        area = AREAS[number > 2]
        region_ = find_region(to_input(area.cut(picture_.pixels), 256)[0, ..., 0], (256, 256), 0.5)
        assert region_ is not None
        assert ahead.strips.area[number] == pytest.approx(region_.area_px / 256**2)
        assert ahead.recall(Frame(picture_.pixels, number, 0.0, part=picture_.part), area) is not None
    reader.close()
    # Whichever clip is shown, nothing of it is another.
    go(two, qtbot, 5)
    two._refresh()
    assert two.ahead._ahead is ahead


def test_nothing_is_interpolated_from_one_clip_of_a_folder_to_the_next(two: MainWindow, qtbot: QtBot) -> None:
    correct = two.study.correct
    two.study.handlers()["toggle_correct"]()
    qtbot.waitUntil(lambda: correct._session is not None)
    assert correct._session is not None
    mask = np.zeros(SIZE[::-1], np.bool_)
    mask[60:90, 110:150] = True
    for number in (0, 2, 5, 7):
        correct._session.corrections.correct(number, mask)
    correct.interpolate()
    qtbot.waitUntil(lambda: len(correct.entries) > 4)
    assert correct._session.corrections.interpolated() == [1, 6]
