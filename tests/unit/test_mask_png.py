"""The quick PNG of masks, read by two libraries."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from app.pipeline.mask_png import mask_png

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


def test_every_mask_is_read_again_as_it_was_by_opencv_and_by_pillow():
    for mask in masks():
        png = mask_png(mask)
        # Strict: a wrong checksum or a byte too many is an error in at least one of them.
        assert np.array_equal(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED), mask)
        with Image.open(io.BytesIO(png)) as picture:
            assert picture.mode == "L"
            assert np.array_equal(np.asarray(picture), mask)


def test_its_checksums_are_right():
    import zlib

    for mask in masks():
        png = mask_png(mask)
        at, chunks = 8, []
        while at < len(png):
            size = int.from_bytes(png[at : at + 4], "big")
            body = png[at + 4 : at + 8 + size]
            assert int.from_bytes(png[at + 8 + size : at + 12 + size], "big") == zlib.crc32(body)
            chunks.append(body)
            at += 12 + size
        assert [chunk[:4] for chunk in chunks] == [b"IHDR", b"IDAT", b"IEND"]
        # Raises where the checksum of the content is wrong.
        assert len(zlib.decompress(chunks[1][4:])) == mask.shape[0] * (mask.shape[1] + 1)


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_small(shape):
    assert len(mask_png(np.zeros(shape, np.uint8))) < 200 + shape[0] * shape[1] / 200
