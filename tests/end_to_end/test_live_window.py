"""The program in a process of its own on a virtual screen, watching another program's clip, used through X."""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import mss
import numpy as np
import pytest

from app.capture.phantom import Phantom
from tests.media import needs, shown, virtual_screen, wait_for

ROOT = Path(__file__).resolve().parents[2]
CLIP = (640, 336)
PLACE = (20, 20)
WINDOW = (700, 20, 960, 700)
PICTURE = (700, 206, 640, 340)
"""Where the window shows the clip: the strips round it have colours of their own."""
PATIENCE_S = 40.0
ENOUGH = 2000
"""Pixels of overlay that no line of text or button could be taken for."""

pytestmark = [needs("Xvfb", "ffplay", "xdotool"), pytest.mark.timeout(180)]


def write_clip(path):
    phantom = Phantom()
    phantom.open()
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, CLIP)
    for _ in range(45):
        writer.write(cv2.cvtColor(phantom.read().pixels, cv2.COLOR_GRAY2BGR))
    writer.release()
    return path


def xdotool(*arguments):
    done = subprocess.run(["xdotool", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.stdout.split()


def grab(x, y, width, height):
    with mss.MSS() as grabber:
        shot = grabber.grab({"left": x, "top": y, "width": width, "height": height})
    return np.frombuffer(shot.raw, np.uint8).reshape(height, width, 4)[:, :, :3].astype(int)


def overlay_pixels(area):
    """Pixels in the overlay's yellow: red and green alike, blue well below. The clip is grey."""
    blue, green, red = np.moveaxis(grab(*area), -1, 0)
    return int(np.count_nonzero((np.abs(red - green) < 20) & (np.minimum(red, green) - blue > 25)))


def test_a_part_of_the_screen_is_watched_and_the_overlay_painted_over_it(tmp_path, own_home):
    clip = write_clip(tmp_path / "clip.avi")
    with virtual_screen(1700, 760), shown(clip, *PLACE, CLIP):
        word = f"screen:{PLACE[0]},{PLACE[1]},{CLIP[0]},{CLIP[1]}"
        environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "SONOBLOCK_HOME": str(own_home)}
        command = [sys.executable, "-m", "app", word, "--engine", "onnxruntime"]
        program = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            use_as_a_person_would(program)
        finally:
            program.kill()
            _, errors = program.communicate()
    assert "Traceback" not in errors


def use_as_a_person_would(program):
    window = find_window(program)
    xdotool("windowmove", window, WINDOW[0], WINDOW[1])
    xdotool("windowsize", window, WINDOW[2], WINDOW[3])
    xdotool("windowfocus", window)
    wait_for(lambda: overlay_pixels(PICTURE) > ENOUGH, PATIENCE_S)
    # The raw picture is in the window too: speckle in many shades of grey, and not in one colour.
    assert grab(*PICTURE).std() > 5
    # What is watched was left alone.
    assert overlay_pixels((*PLACE, *CLIP)) == 0

    xdotool("keydown", "space")
    wait_for(lambda: overlay_pixels(PICTURE) == 0, PATIENCE_S)
    xdotool("keyup", "space")
    wait_for(lambda: overlay_pixels(PICTURE) > ENOUGH, PATIENCE_S)

    xdotool("key", "o")
    wait_for(lambda: overlay_pixels(PICTURE) == 0, PATIENCE_S)
    xdotool("key", "o")
    wait_for(lambda: overlay_pixels(PICTURE) > ENOUGH, PATIENCE_S)

    program.send_signal(2)
    assert program.wait(20) == 0


def find_window(program):
    found = []

    def look():
        assert program.poll() is None, program.stderr.read()
        found[:] = xdotool("search", "--onlyvisible", "--name", "SonoBlock")
        return bool(found)

    wait_for(look, PATIENCE_S, 0.2)
    return found[0]
