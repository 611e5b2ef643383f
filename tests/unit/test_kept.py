import os
from datetime import datetime

import numpy as np
import pytest

from app.capture.source import Frame
from app.errors import OutputError
from app.pipeline.kept import Kept, delete, find_kept
from app.pipeline.recording import RecordingWriter, encode
from app.pipeline.snapshot import save_snapshot
from app.pipeline.types import Rect
from tests.media import cut

AREA = Rect(0, 0, 320, 200)


@pytest.fixture
def places(tmp_path):
    recordings, snapshots = tmp_path / "recordings", tmp_path / "pictures"
    writer = RecordingWriter(recordings, (AREA.width, AREA.height), 0)
    for number in range(5):
        writer.add(encode(Frame(np.full((200, 320), 40 * number, np.uint8), number, number * 0.5), AREA))
    writer.finish("by the user")
    writer.folder.rename(recordings / "2026-03-04_05-06-07")
    frame = Frame(np.full((200, 320), 90, np.uint8), 0, 0.0)
    save_snapshot(snapshots, frame, None, now=datetime(2026, 3, 4, 6))
    (save_snapshot(snapshots, frame, None, now=datetime(2026, 3, 4, 6))[0]).rename(
        snapshots / "20260304-060000-000-overlay.png"
    )
    return recordings, snapshots


def test_recordings_and_snapshots_are_found_the_newest_first(places):
    snapshot, recording = find_kept(*places)
    assert (snapshot.time, recording.time) == (datetime(2026, 3, 4, 6), datetime(2026, 3, 4, 5, 6, 7))
    assert (recording.is_recording, recording.seconds) == (True, 2.0)
    assert recording.thumbnail.shape == (96, 154)
    assert recording.thumbnail[50, 80] == 80
    assert recording.bytes == sum(path.stat().st_size for path in recording.path.iterdir())
    assert (snapshot.is_recording, snapshot.seconds, len(snapshot.files)) == (False, None, 2)
    assert snapshot.thumbnail.shape[:2] == (96, 154)


def test_folders_that_are_not_there_hold_nothing(tmp_path):
    assert find_kept(tmp_path / "none", tmp_path / "nowhere") == []


def test_what_has_the_form_of_a_name_and_names_no_time_is_passed_over(places):
    (places[0] / "2026-13-45_05-06-07").mkdir()
    (places[1] / "20261345-996199-000.png").touch()
    assert len(find_kept(*places)) == 2


def test_a_recording_that_cannot_be_played_is_listed_so_that_it_can_be_deleted(places):
    cut(places[0] / "2026-03-04_05-06-07" / "clip.mkv", 0.01)
    recording = find_kept(*places)[1]
    assert (recording.seconds, recording.thumbnail) == (None, None)
    delete(recording, *places)
    assert list(places[0].iterdir()) == []


def test_deleting_takes_that_one_alone(places):
    snapshot, recording = find_kept(*places)
    (places[1] / "holiday.png").touch()
    delete(snapshot, *places)
    assert [path.name for path in places[1].iterdir()] == ["holiday.png"]
    assert [kept.path for kept in find_kept(*places)] == [recording.path]
    delete(recording, *places)
    assert find_kept(*places) == []


def test_what_is_not_the_programs_own_is_neither_listed_nor_deleted(places, tmp_path):
    for name in ("notes", "2026-03-04"):
        (places[0] / name).mkdir()
    (places[1] / "holiday.png").touch()
    assert len(find_kept(*places)) == 2
    elsewhere = tmp_path / "2026-01-01_00-00-00"
    elsewhere.mkdir()
    for path in (elsewhere, places[0] / "notes", places[0], places[0] / ".." / "recordings" / "2026-03-04_05-06-07"):
        with pytest.raises(OutputError, match="is not a recording or snapshot"):
            delete(Kept(path, datetime.now(), 0, True, None, None, (path,)), *places)
        assert path.exists()


@pytest.mark.skipif(os.name == "nt", reason="making links needs a right on Windows")
def test_links_are_never_followed(places, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    link = places[0] / "2026-05-05_05-05-05"
    link.symlink_to(outside)
    assert len(find_kept(*places)) == 2
    with pytest.raises(OutputError):
        delete(Kept(link, datetime.now(), 0, True, None, None, (link,)), *places)
    recording = find_kept(*places)[1]
    (recording.path / "inside").symlink_to(outside)
    delete(recording, *places)
    assert not recording.path.exists()
    assert (outside / "precious").exists()


def test_a_thumbnail_of_a_picture_that_is_no_picture_is_missing(places):
    for path in find_kept(*places)[0].files:
        path.write_bytes(b"no picture")
    assert find_kept(*places)[0].thumbnail is None
