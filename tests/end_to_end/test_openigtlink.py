import contextlib
import csv
import json
import subprocess
import sys
import threading
import time

import cv2
import numpy as np
import pytest

from app.__main__ import main
from app.capture.phantom import Phantom
from tests.igtl_server import image, serving, stamped

# pyigtl sets signal handlers and leaves threads behind, so it runs in a process of its own.
PYIGTL_SERVER = """
import json, sys, time
import numpy as np, pyigtl
from pyigtl.comm import OpenIGTLinkServer

server = OpenIGTLinkServer(port=int(sys.argv[1]), local_server=True)
matrix = np.diag([0.2, 0.3, 1, 1]).astype(float)
matrix[:3, 3] = 5, 6, 7
frame = np.load(sys.argv[2])[None]
until = time.time() + 60
stamps = []
while time.time() < until:
    stamps.append(time.time())
    server.send_message(pyigtl.TransformMessage(np.eye(4), device_name="ProbeToTracker"), wait=False)
    server.send_message(pyigtl.ImageMessage(frame, matrix, timestamp=stamps[-1], device_name="Image_Image"), wait=False)
    mask = server.wait_for_message("SonoBlock mask", timeout=0.1)
    if mask is not None:
        np.save(sys.argv[3], mask.image)
        late = min(abs(mask.timestamp - stamp) for stamp in stamps)
        print(json.dumps([mask.image.shape, mask.ijk_to_world_matrix.tolist(), late]), flush=True)
        break
# A connection that is still read from must not be cut off.
time.sleep(60)
"""


@pytest.fixture(scope="module")
def frame():
    """A picture of the phantom, in which the shipped model finds the region."""
    phantom = Phantom()
    phantom.open()
    pixels = phantom.read().pixels
    phantom.close()
    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)


def test_annotate_takes_pictures_by_openigtlink_and_sends_the_masks_back(frame, tmp_path):
    picture, done = image(frame, "Doe^Jane", coordinates=2), threading.Event()
    with serving() as server:

        def serve():
            number = 0
            while not done.wait(0.05):
                number += 1
                # The client ends its connection when it has enough.
                with contextlib.suppress(OSError):
                    server.send(stamped(picture, number << 32))

        sender = threading.Thread(target=serve)
        sender.start()
        word = f"igtl://127.0.0.1:{server.port}"
        try:
            assert main(["annotate", word, "--out", str(tmp_path), "--limit", "5", "--engine", "onnxruntime"]) == 0
            got = [server.masks.get(timeout=20) for _ in range(4)]
        finally:
            done.set()
            server.close()
            sender.join()
    with (tmp_path / "predictions.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["frame"] for row in rows] == list("01234")
    assert all(row["found"] == "1" for row in rows)
    written = cv2.imread(str(tmp_path / "000000.png"), cv2.IMREAD_UNCHANGED)
    assert written.shape == frame.shape
    assert len({mask.stamp for mask in got}) == 4
    for mask in got:
        assert mask.stamp % (1 << 32) == 0
        assert np.array_equal(mask.voxels, written // 255)
    assert "Doe" not in "".join(path.name for path in tmp_path.iterdir())


def test_pyigtl_sends_pictures_and_understands_the_masks(frame, tmp_path):
    pytest.importorskip("pyigtl", reason="pyigtl cannot be locked, since crcmod has no wheels")
    with serving() as server:
        port = server.port
    np.save(tmp_path / "frame.npy", frame)
    kept = tmp_path / "mask.npy"
    command = [sys.executable, "-c", PYIGTL_SERVER, str(port), str(tmp_path / "frame.npy"), str(kept)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        out = tmp_path / "out"
        word = f"igtl://127.0.0.1:{port}"
        assert (
            until_listening(
                lambda: main(["annotate", word, "--out", str(out), "--limit", "3", "--engine", "onnxruntime"])
            )
            == 0
        )
        shape, matrix, late = json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert tuple(shape) == (1, *frame.shape)
    assert np.allclose(matrix, [[0.2, 0, 0, 5], [0, 0.3, 0, 6], [0, 0, 1, 7], [0, 0, 0, 1]], atol=1e-4)
    assert late < 1e-5
    written = cv2.imread(str(out / "000000.png"), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(np.load(kept)[0], written // 255)


def until_listening(run):
    """The exit status of `run`, tried again while the server starts."""
    for _ in range(50):
        status = run()
        if status == 0:
            return 0
        time.sleep(0.2)
    return status
