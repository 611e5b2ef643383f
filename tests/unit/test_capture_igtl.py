import contextlib
import logging
import socket
import struct
import threading
import time

import numpy as np
import pytest

from app.capture import igtl
from app.capture.igtl import MASK_NAME, OpenIgtLink
from app.capture.igtl_messages import crc64
from app.capture.source import SourceError, SourceKind
from app.pipeline.pipeline import Pipeline
from app.pipeline.types import ModelChanged, Rect, SourceChanged, SourceState
from tests.igtl_server import MATRIX, STAMP, checksum, image, message, serving
from tests.pipeline_parts import BlobEngine, Listener, await_true, bundle_of

RAMP = np.arange(6 * 8, dtype=np.uint8).reshape(6, 8)


@contextlib.contextmanager
def opened(server, greeting, **options):
    """The source, open, and its first picture."""
    server.greet(greeting)
    source = OpenIgtLink("127.0.0.1", server.port, **options)
    try:
        info = source.open()
        picture = source.read()
        assert (info.height, info.width) == picture.pixels.shape[:2]
        yield source, picture
    finally:
        source.close()


@pytest.fixture
def server():
    with serving() as started:
        yield started


def test_the_check_sum_is_that_of_the_standard():
    assert crc64(b"123456789").hex() == "6c40df5f0b497347"
    generator = np.random.default_rng(0)
    for length in (0, 1, 7, 8, 9, 15, 16, 17, 40, 1000, 4097):
        data = generator.bytes(length)
        assert int.from_bytes(crc64(data), "big") == checksum(data)


def test_grey_pictures_come_as_they_are_and_making_the_source_touches_nothing(server):
    source = OpenIgtLink("127.0.0.1", server.port)
    assert (source.kind, source.paced, source.retries) == (SourceKind.LIVE, True, True)
    with opened(server, image(RAMP)) as (source, picture):
        assert np.array_equal(picture.pixels, RAMP)
        assert not picture.pixels.flags.writeable
        assert picture.time_s is None
        server.send(image(RAMP + 1))
        assert np.array_equal(source.read().pixels, RAMP + 1)


@pytest.mark.parametrize("order", [1, 2])
def test_sixteen_bits_of_either_byte_order_are_scaled_by_their_whole_range(server, order):
    with opened(server, image(RAMP.astype(np.uint16) * 256 + 77, order=order)) as (_, picture):
        assert np.array_equal(picture.pixels, RAMP)


@pytest.mark.parametrize("components", [3, 4])
def test_colours_turn_from_rgb_to_bgr(server, components):
    voxels = np.random.default_rng(1).integers(0, 255, (6, 8, components), np.uint8)
    with opened(server, image(voxels)) as (_, picture):
        assert np.array_equal(picture.pixels, voxels[:, :, 2::-1])


def test_messages_with_an_extended_header_and_metadata_are_read(server):
    with opened(server, image(RAMP, version=2)) as (_, picture):
        assert np.array_equal(picture.pixels, RAMP)


def test_a_picture_that_lies_along_other_axes_is_read(server):
    with opened(server, image(RAMP, size=(1, 8, 6))) as (_, picture):
        assert np.array_equal(picture.pixels, RAMP)


def test_other_messages_volumes_and_the_own_mask_are_passed_over(server):
    volume = image(np.zeros((4, 4), np.uint8), "Volume", size=(2, 2, 4))
    floats = image(np.zeros((4, 4), np.float32).view(np.uint16), "Elastography", size=(4, 4, 1), scalar=10)
    others = message("TRANSFORM", "Probe", bytes(48)) + message("STATUS", "", bytes(31)) + volume + floats
    with opened(server, others + image(RAMP + 9, MASK_NAME) + image(RAMP)) as (_, picture):
        assert np.array_equal(picture.pixels, RAMP)


def test_the_first_device_is_kept_and_another_may_be_named(server):
    both = image(RAMP, "First") + image(RAMP + 50, "Second")
    with opened(server, both) as (source, picture):
        assert picture.pixels[0, 0] == 0
        server.send(both + image(RAMP + 1, "First"))
        assert source.read().pixels[0, 0] in (0, 1)
    with opened(server, both, device="Second") as (_, picture):
        assert picture.pixels[0, 0] == 50


def test_the_newest_of_the_pictures_that_have_arrived_counts(server):
    with opened(server, image(RAMP)) as (source, _):
        server.send(b"".join(image(RAMP + number) for number in range(1, 11)))
        await_true(lambda: pending(source) >= 10 * len(image(RAMP)), "all ten pictures")
        assert source.read().pixels[0, 0] == 10


def pending(source):
    return len(source._connection._socket.recv(1 << 20, socket.MSG_PEEK))


def test_a_message_in_small_pieces_is_put_together(server):
    with opened(server, image(RAMP)) as (source, _):
        data = image(RAMP + 3)

        def trickle():
            for start in range(0, len(data), 20):
                server.send(data[start : start + 20])
                time.sleep(0.001)

        sender = threading.Thread(target=trickle)
        sender.start()
        assert source.read().pixels[0, 0] == 3
        sender.join()


def test_the_mask_goes_back_with_the_stamp_and_the_place_of_its_picture(server):
    stamps = [STAMP, STAMP + 12345]
    with opened(server, image(RAMP, stamp=stamps[0], coordinates=2)) as (source, first):
        server.send(image(RAMP, stamp=stamps[1], coordinates=1))
        second = source.read()
        mask = np.zeros((6, 8), np.uint8)
        mask[2:4, 3:] = 255
        second.reply.send(mask)
        first.reply.send(mask * 0)
        for stamp, coordinates, voxels in ((stamps[1], 1, mask // 255), (stamps[0], 2, mask * 0)):
            got = server.masks.get(timeout=10)
            assert (got.device, got.stamp, got.coordinates) == ("SonoBlock mask", stamp, coordinates)
            assert (got.size, got.matrix) == ((8, 6, 1), MATRIX)
            assert np.array_equal(got.voxels, voxels)


def test_a_sender_that_never_reads_costs_masks_and_not_pictures(monkeypatch):
    monkeypatch.setattr(igtl, "SEND_S", 0.02)
    mask = np.zeros((200, 300), np.uint8)
    with serving(reads=False) as server, opened(server, image(mask)) as (source, picture):
        connection = picture.reply.connection

        def is_full():
            picture.reply.send(mask)
            return not connection.ready()

        await_true(is_full, "full buffers")
        # A message that was cut short would break the stream: what has begun is finished before the next one begins.
        left = bytes(connection._unsent)
        picture.reply.send(mask)
        # The system's buffers may have taken some more of it, or all.
        assert left.endswith(bytes(connection._unsent))
        server.send(image(mask + 5))
        assert source.read().pixels[0, 0] == 5


def test_a_mask_for_a_connection_that_has_ended_is_dropped(server):
    with opened(server, image(RAMP)) as (source, picture):
        server.drop()
        with pytest.raises(SourceError, match=r"closed the connection: check that it is on and sending\.$"):
            source.read()
        source.close()
        picture.reply.send(RAMP)


BROKEN = {
    "noise": (b"GET / HTTP/1.1\r\n" * 10, "is not OpenIGTLink"),
    "huge": (struct.pack(">H12s20sQQQ", 1, b"IMAGE", b"x", 0, 1 << 60, 0), "announces a message of"),
    "check sum": (image(RAMP, wrong=1), "check sum"),
    "cut": (image(RAMP, cut=5), "shorter or longer"),
    "no head": (message("IMAGE", "Image_Reference", b"short"), "cut off"),
    "no order": (image(RAMP, order=3), "byte order"),
    "extended": (message("IMAGE", "Image_Reference", b"\xff" * 99, version=2), "extended header"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_message_is_said_in_one_sentence_and_the_next_connection_works(server, kind):
    data, says = BROKEN[kind]
    with opened(server, image(RAMP)) as (source, _):
        server.send(data)
        with pytest.raises(SourceError, match=says) as caught:
            source.read()
        assert str(caught.value).endswith("and the network.")
        source.close()
        source.open()
        assert np.array_equal(source.read().pixels, RAMP)


@pytest.mark.parametrize(
    ("greeting", "says"),
    [
        (b"", "sends no pictures: start sending 2D images"),
        (message("TRANSFORM", "Probe", bytes(48)), "sends no pictures: start"),
        (image(np.zeros((4, 4), np.uint8), size=(2, 2, 4)), "but some of 2 × 2 × 4 voxels: start"),
        (image(RAMP, part=(0, 0, 0, 4, 4, 1)), "parts of a larger one: start"),
        (image(np.zeros((4, 4, 2), np.uint8)), "of 2 values for each pixel: start"),
        (image(np.zeros((4, 4), np.uint16), size=(4, 4, 1), scalar=4), "of type int16, not uint8 or uint16: start"),
    ],
)
def test_a_sender_without_pictures_is_given_up_in_time_with_the_reason(server, monkeypatch, greeting, says):
    monkeypatch.setattr(igtl, "TIMEOUT_S", 0.3)
    server.greet(greeting)
    with pytest.raises(SourceError, match=says):
        OpenIgtLink("127.0.0.1", server.port).open()


def test_a_server_that_is_not_there_is_refused_with_what_to_do():
    with serving() as server:
        port = server.port
    with pytest.raises(SourceError, match=rf"^OpenIGTLink 127\.0\.0\.1:{port} cannot be reached: start .+\.$"):
        OpenIgtLink("127.0.0.1", port).open()
    with pytest.raises(SourceError, match="is not known on this network"):
        OpenIgtLink("no-such-host.invalid", 18944).open()


def running(source, listener, engine):
    pipeline = Pipeline(listener, lambda name, bundle: engine, bundle_of)
    pipeline.start()
    pipeline.set_model("blob", "blob")
    listener.wait_for(lambda event: isinstance(event, ModelChanged) and event.ready)
    pipeline.set_source(source, Rect(10, 20, 40, 30))
    return pipeline


def said(state):
    return lambda event: isinstance(event, SourceChanged) and event.state is state


def test_the_pipeline_sends_the_masks_back_and_survives_a_server_that_goes_and_comes_back(caplog):
    caplog.set_level(logging.DEBUG)
    listener, frame = Listener(), np.full((64, 80), 100, np.uint8)
    expected = Rect(10, 20, 40, 30)
    with serving() as server:
        port = server.port
        server.greet(image(frame, "Doe^Jane", stamp=STAMP + 1))
        pipeline = running(OpenIgtLink("127.0.0.1", port), listener, BlobEngine())
        try:
            got = server.masks.get(timeout=20)
            assert (got.stamp, got.size, got.matrix) == (STAMP + 1, (80, 64, 1), MATRIX)
            inside = expected.cut(got.voxels)
            assert set(np.unique(got.voxels)) == {0, 1}
            assert inside.sum() == got.voxels.sum() > 0
            rows, columns = np.nonzero(inside)
            assert (rows.mean(), columns.mean()) == (pytest.approx(14.5, abs=0.5), pytest.approx(19.5, abs=0.5))
            server.close()
            lost = listener.wait_for(said(SourceState.NO_SIGNAL))
            assert lost.retry_s == 0.5
            assert "closed the connection" in lost.reason
            with serving(port) as again:
                again.greet(image(frame, "Doe^Jane", stamp=STAMP + 2))
                assert again.masks.get(timeout=20).stamp == STAMP + 2
        finally:
            pipeline.close()
    assert "Doe" not in caplog.text
    assert not [event for event in listener.events if "Doe" in str(event)]


def test_no_region_found_goes_back_as_an_empty_mask(server):
    listener = Listener()
    server.greet(image(np.full((64, 80), 100, np.uint8)))
    pipeline = running(OpenIgtLink("127.0.0.1", server.port), listener, BlobEngine(dark=300))
    try:
        assert not server.masks.get(timeout=20).voxels.any()
        # Otherwise the pipeline waits for a picture as long as it waits for any.
        server.drop()
    finally:
        pipeline.close()
