"""The quick PNG of pictures and masks, read by two libraries."""

import io
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from app.pipeline.png import encode_bits, encode_mask, encode_picture

SHAPES = [(1, 1), (24, 32), (337, 641), (720, 1280)]


def masks():
    rng = np.random.default_rng(3)
    for height, width in SHAPES:
        yield np.zeros((height, width), np.uint8)
        yield np.full((height, width), 255, np.uint8)
        for _ in range(20):
            mask = np.zeros((height, width), np.uint8)
            top, left = rng.integers(height), rng.integers(width)
            bottom, right = rng.integers(top, height) + 1, rng.integers(left, width) + 1
            mask[top:bottom, left:right] = 255 * rng.integers(0, 2, (bottom - top, right - left))
            yield mask


def pictures():
    rng = np.random.default_rng(4)
    for shape in SHAPES:
        yield rng.integers(0, 256, shape, np.uint8)
        yield rng.integers(0, 256, (*shape, 3), np.uint8)
        yield np.zeros(shape, np.uint8)
        # A part of a larger picture, as a scan area is: its rows do not follow each other in memory.
        yield rng.integers(0, 256, (shape[0] + 5, shape[1] + 7, 3), np.uint8)[2:-3, 3:-4]
        yield rng.integers(0, 256, (shape[0] + 5, shape[1] + 7, 3), np.uint8)[2:-3, 3:-4, 0]


def files():
    yield from ((mask, encode_mask(mask), "L") for mask in masks())
    yield from ((mask, encode_bits(mask), "1") for mask in masks())
    yield from ((picture, encode_picture(picture), "L" if picture.ndim == 2 else "RGB") for picture in pictures())


def test_every_picture_is_read_again_as_it_was_by_opencv_and_by_pillow():
    for picture, png, mode in files():
        # Strict: a wrong checksum or a byte too many is an error in at least one of them.
        assert np.array_equal(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED), picture)
        with Image.open(io.BytesIO(png)) as read:
            assert read.mode == mode
            grey = np.asarray(read.convert("L") if mode == "1" else read)
            assert np.array_equal(grey if picture.ndim == 2 else grey[:, :, ::-1], picture)


def test_its_checksums_are_right():
    for picture, png, mode in files():
        at, chunks = 8, []
        while at < len(png):
            size = int.from_bytes(png[at : at + 4], "big")
            body = png[at + 4 : at + 8 + size]
            assert int.from_bytes(png[at + 8 + size : at + 12 + size], "big") == zlib.crc32(body)
            chunks.append(body)
            at += 12 + size
        assert [chunk[:4] for chunk in chunks] == [b"IHDR", b"IDAT", b"IEND"]
        width = -(-picture.shape[1] // 8) if mode == "1" else picture[0].size
        # Raises where the checksum of the content is wrong.
        assert len(zlib.decompress(chunks[1][4:])) == len(picture) * (width + 1)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_mask_is_small(shape):
    assert len(encode_mask(np.zeros(shape, np.uint8))) < 200 + shape[0] * shape[1] / 200


def test_what_is_smooth_is_smaller_than_what_is_not():
    smooth = np.tile(np.arange(256, dtype=np.uint8), (200, 1))
    rough = np.random.default_rng(5).integers(0, 256, smooth.shape, np.uint8)
    assert len(encode_picture(smooth)) < smooth.size / 50 < len(encode_picture(rough))
