"""Looking ahead at recordings, and the cache of what was seen."""

import os
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.capture.source import Frame
from app.capture.video import VideoFile
from app.pipeline import ahead_cache
from app.pipeline.ahead import Ahead, Strips, Thumbnails, Wish
from app.pipeline.ahead_cache import MAGIC, AheadCache, Entry, content_hash, mark_of
from app.pipeline.scan_area import ScanAreas
from app.pipeline.types import Rect
from app.pipeline.worker import Job, predict
from model.bundle import Bundle
from tests.media import painted_number, write_images, write_video
from tests.pipeline_parts import BlobEngine, await_true
from tests.unit.test_capture_dicom import plain

FRAMES = 10


def bundle(name="blob"):
    return Bundle(Path(name), {"name": name, "files": {"a": {"sha256": name}}, "threshold": 0.5})


@pytest.fixture
def look(tmp_path):
    """Starts looking ahead at a clip; ends it with the test."""
    begun = []
    clip = write_video(tmp_path / "patient-name.avi", FRAMES)

    def start(engine, resting=lambda: True, model="blob", area=None, threshold=0.5):
        wish = Wish(model, "any", ScanAreas(area), threshold)
        one = Ahead(VideoFile(clip), wish, resting, lambda *_: engine, bundle, tmp_path / "cache")
        begun.append(one)
        one.start()
        return one

    start.clip, start.folder = clip, tmp_path / "cache"
    yield start
    for one in begun:
        one.stop()
    assert all(one.join(10) for one in begun)


def frames_of(clip):
    source = VideoFile(clip)
    source.open()
    frames = [Frame(source.read().pixels, number, 0.0) for number in range(FRAMES)]
    source.close()
    return frames


WHOLE = Rect(0, 0, 320, 240)


def test_every_frame_is_looked_at_once_and_recalled_as_the_network_said_it(look):
    engine = BlobEngine()
    ahead = look(engine)
    await_true(lambda: ahead.ended)
    assert (ahead.done, ahead.total, len(engine.seen), engine.closed) == (FRAMES, FRAMES, FRAMES, True)
    assert ahead.strips.confidence == pytest.approx(0.9, abs=0.01)
    assert ahead.strips.area == pytest.approx(np.pi * 50**2 / 256**2, rel=0.02)
    assert (ahead.strips.novelty == 0).all()
    for frame in frames_of(look.clip):
        known = ahead.recall(frame, WHOLE)
        assert np.abs(known.maps - BlobEngine().predict(np.zeros((1, 256, 256, 1)))).max() < 0.003


class Overstated(VideoFile):
    """Says until its end is met that it has more frames than it has."""

    claimed = FRAMES + 3

    @property
    def frame_count(self):
        return self.claimed

    def read(self):
        found = super().read()
        self.claimed = self.claimed if found else FRAMES
        return found

    def another(self):
        return Overstated(self.path)

    def seek(self, frame):
        super().seek(frame)
        self._next = min(frame, self.claimed - 1)


def test_a_recording_that_turns_out_shorter_is_analysed_as_far_as_it_goes(tmp_path):
    clip = Overstated(write_video(tmp_path / "clip.avi", FRAMES))
    ahead = Ahead(clip, Wish("blob", "any", ScanAreas(), 0.5), lambda: True, lambda *_: BlobEngine(), bundle, tmp_path)
    ahead.start()
    assert ahead.join(10)
    assert (ahead.done, ahead.total) == (FRAMES, FRAMES)


def test_what_is_known_is_predicted_without_the_network(look):
    ahead = look(BlobEngine())
    await_true(lambda: ahead.ended)
    engine = BlobEngine()
    frame = frames_of(look.clip)[4]
    prediction = predict(frame, Job(0, WHOLE, 0.5, recall=ahead.recall), engine)
    assert engine.seen == []
    assert prediction.region is not None
    assert prediction.region.centre == pytest.approx((160, 120), abs=2)
    predict(frame, Job(0, Rect(0, 0, 100, 100), 0.5, recall=ahead.recall), engine)
    assert len(engine.seen) == 1


def test_another_picture_or_another_scan_area_is_not_known(look):
    ahead = look(BlobEngine(), area=Rect(10, 20, 200, 150))
    await_true(lambda: ahead.ended)
    first, second = frames_of(look.clip)[:2]
    assert ahead.recall(first, Rect(10, 20, 200, 150)) is not None
    assert ahead.recall(first, WHOLE) is None
    assert ahead.recall(Frame(second.pixels, first.number, 0.0), Rect(10, 20, 200, 150)) is None


def test_it_works_only_while_the_picture_rests(look):
    engine, resting = BlobEngine(), threading.Event()
    ahead = look(engine, resting.is_set)
    await_true(lambda: ahead.total == FRAMES)
    assert (ahead.done, engine.seen) == (0, [])
    resting.set()
    await_true(lambda: ahead.done == FRAMES)


def test_it_ends_in_the_middle_and_the_next_one_goes_on_from_there(look):
    engine = BlobEngine()
    held = look(engine, lambda: len(engine.seen) < 4)
    await_true(lambda: held.done == 4)
    held.stop()
    assert held.join(10)
    again = BlobEngine()
    ahead = look(again)
    await_true(lambda: ahead.ended)
    assert (ahead.done, len(again.seen)) == (FRAMES, FRAMES - 4)


@pytest.mark.parametrize("change", [{"model": "other"}, {"area": Rect(0, 0, 100, 100)}])
def test_another_model_or_scan_area_is_looked_at_anew_another_threshold_is_not(look, change):
    assert look(BlobEngine()).join(10)
    engine = BlobEngine()
    strict = look(engine, threshold=0.95)
    await_true(lambda: strict.ended)
    assert (engine.seen, list(strict.strips.confidence)) == ([], [0.0] * FRAMES)
    changed = look(engine, **change)
    await_true(lambda: changed.ended)
    assert len(engine.seen) == FRAMES


@pytest.mark.parametrize(("damage", "left"), [("cut", FRAMES - 1), ("bit", 0), ("version", 0), ("noise", 0)])
def test_a_damaged_cache_is_made_anew_from_the_damage_on(look, damage, left):
    assert look(BlobEngine()).join(10)
    (file,) = look.folder.iterdir()
    data = bytearray(file.read_bytes())
    if damage == "cut":
        del data[-3:]
    elif damage == "bit":
        data[len(MAGIC) + 40] ^= 1
    elif damage == "version":
        data[: len(MAGIC)] = MAGIC.replace(b"1", b"0")
    else:
        data = bytearray(bytes(range(256)) * 9)
    file.write_bytes(data)
    engine = BlobEngine()
    ahead = look(engine)
    await_true(lambda: ahead.ended)
    assert (ahead.done, len(engine.seen)) == (FRAMES, FRAMES - left)
    assert len(AheadCache(look.folder, content_hash(look.clip, bool), bundle().hash, "None")) == FRAMES


def test_the_cache_holds_no_picture_and_no_name(look):
    assert look(BlobEngine()).join(10)
    (file,) = look.folder.iterdir()
    assert "patient" not in file.name
    assert b"patient" not in file.read_bytes()
    assert file.stat().st_size < FRAMES * 2000


def test_an_engine_that_fails_ends_it_quietly(look):
    engine = BlobEngine()
    engine.failure = RuntimeError("out of memory")
    ahead = look(engine)
    await_true(lambda: ahead.ended)
    assert (ahead.done, engine.closed) == (0, True)


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    cache = AheadCache(tmp_path / "cache", "key")
    cache.add(Entry.of(3, 7, np.zeros((1, 4, 4), np.float32), 0.5))
    assert (3 in cache, 4 in cache, len(cache)) == (True, False, 1)
    assert cache.get(3).novelty == 0.5


def test_a_full_cache_ends_the_look_ahead_and_says_so(look, monkeypatch):
    assert look(BlobEngine()).join(10)
    (file,) = look.folder.iterdir()
    size = file.stat().st_size
    file.unlink()
    monkeypatch.setattr(ahead_cache, "MOST_BYTES", size // 2)
    engine = BlobEngine()
    ahead = look(engine)
    await_true(lambda: ahead.ended)
    assert ahead.is_full
    assert 3 <= ahead.done < FRAMES
    assert len(engine.seen) == ahead.done + 1
    assert file.stat().st_size <= size // 2
    last = frames_of(look.clip)[-1]
    assert ahead.recall(last, WHOLE) is None


def test_without_a_disk_memory_holds_some_and_no_more(tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("a file where the folder should be")
    cache = AheadCache(tmp_path / "cache", "key")
    entry = Entry.of(0, 7, np.zeros((1, 4, 4), np.float32), 0.5)
    monkeypatch.setattr(ahead_cache, "LOOSE_BYTES", 3 * len(entry.record()))
    for number in range(5):
        cache.add(Entry.of(number, 7, np.zeros((1, 4, 4), np.float32), 0.5))
    assert (len(cache), cache.is_full) == (3, True)


def test_the_longest_unused_files_leave_a_full_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(ahead_cache, "MOST_BYTES", 2500)
    for age in (3, 2, 1):
        file = tmp_path / f"{age}.ahead"
        file.write_bytes(bytes(1000))
        os.utime(file, (1e9 - age, 1e9 - age))
    kept = AheadCache(tmp_path, "key")
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(["1.ahead", "2.ahead", kept.path.name])


def test_content_decides_about_files_and_names_about_folders(tmp_path):
    one, two = write_video(tmp_path / "1.avi", 3), write_video(tmp_path / "2.avi", 4)
    copy = tmp_path / "3.avi"
    copy.write_bytes(one.read_bytes())
    assert content_hash(one, bool) == content_hash(copy, bool) != content_hash(two, bool)
    folder = write_images(tmp_path / "scans", 2)
    before = content_hash(folder, bool)
    write_images(folder, 3)
    assert content_hash(folder, bool) != before
    assert content_hash(one, lambda: True) is None
    # A long recording is not read again for another threshold.
    known = content_hash(one, bool)
    assert content_hash(one, lambda: True) == known
    os.utime(one, (1e9, 1e9))
    assert content_hash(one, lambda: True) is None


def test_what_a_folder_does_not_show_is_no_part_of_its_content(tmp_path):
    stills, clips = write_images(tmp_path / "scans", 2), tmp_path / "study"
    (clips / "deeper").mkdir(parents=True)
    plain(clips / "deeper" / "one", frames=1)
    before = [content_hash(folder, bool) for folder in (stills, clips)]
    for folder in (stills, clips):
        # What the desktop leaves there, Labelme's files, and training data that was saved there.
        (folder / ".DS_Store").write_bytes(b"x")
        (folder / "scan 1.json").write_text("{}")
        write_images(folder / "training" / "images", 2)
    assert [content_hash(folder, bool) for folder in (stills, clips)] == before
    plain(clips / "two", frames=1)
    assert content_hash(clips, bool) != before[1]


def test_marks_tell_frames_apart():
    frames = [np.full((24, 32), value, np.uint8) for value in (1, 1, 2)]
    assert mark_of(frames[0]) == mark_of(frames[1]) != mark_of(frames[2])


def test_the_best_frames_are_sure_apart_and_like_the_training_data():
    strips = Strips.unknown(60)
    strips.confidence[:50] = 0.3
    strips.confidence[[10, 11, 30, 40]] = 0.9, 0.8, 0.7, 0.95
    strips.novelty[:50] = 0.5
    strips.novelty[40] = 1.2
    assert strips.best(2) == [10, 30]
    assert Strips.unknown(5).best() == []


def test_thumbnails_are_spread_over_the_recording(tmp_path):
    thumbnails = Thumbnails(VideoFile(write_video(tmp_path / "clip.avi", 64)))
    thumbnails.start()
    assert thumbnails.join(20)
    assert [small.shape for small in thumbnails.pictures] == [(72, 96, 3)] * 16
    large = [np.asarray(cv2.resize(small, (320, 240)), np.uint8) for small in thumbnails.pictures]
    assert [painted_number(one) for one in large] == [4 * place + 2 for place in range(16)]


def test_thumbnails_of_a_recording_that_turns_out_shorter_are_spread_over_what_there_is(tmp_path):
    thumbnails = Thumbnails(Overstated(write_video(tmp_path / "clip.avi", FRAMES)))
    thumbnails.start()
    assert thumbnails.join(20)
    large = [np.asarray(cv2.resize(small, (320, 240)), np.uint8) for small in thumbnails.pictures]
    assert [painted_number(one) for one in large] == [int((place + 0.5) * FRAMES / 16) for place in range(16)]
