"""What every test stands on: a home of its own, no thread left behind, and the real pictures where there are some.

An exception in a thread, in `__del__` or in a callback is a warning of pytest's, and warnings are errors here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 3.0
"""Longest time for a thread that was told to end to do so."""

# Before Qt is imported: no test may open a window on the developer's screen unless it brings a screen of its own.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A shell starts what it puts in the background deaf to Ctrl+C, and the programs that tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def threads_left(before: set[threading.Thread], patience_s: float = PATIENCE_S) -> list[str]:
    """Names of the threads that were not there before and do not end in time."""
    deadline = time.monotonic() + patience_s
    # A 'dummy' stands for a thread that a library made: Python never learns that it ended. The other is pytest's clock.
    own = [
        thread
        for thread in threading.enumerate()
        if not (isinstance(thread, threading._DummyThread) or thread.name.startswith("pytest_timeout"))
    ]
    new = [thread for thread in own if thread not in before]
    for thread in new:
        thread.join(max(0.0, deadline - time.monotonic()))
    return [thread.name for thread in new if thread.is_alive()]


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """Fails a test that leaves a thread running."""
    before = set(threading.enumerate())
    yield
    left = threads_left(before)
    assert not left, f"threads left running: {', '.join(left)}"


@pytest.fixture(autouse=True)
def own_home(no_thread_left_behind: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, measurements, logs and snapshots of a test go to a folder of its own."""
    home = tmp_path / "sonoblock-home"
    monkeypatch.setenv("SONOBLOCK_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The data set of real pictures with expert masks, which is not part of the project."""
    folder = Path(os.environ.get("SONOBLOCK_DATA") or ROOT.parent / "shared" / "data" / "femoral")
    if not (folder / "images").is_dir():
        pytest.skip(f"the pictures are not there: {folder} (set SONOBLOCK_DATA to their folder)")
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 1 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if not sys.platform.startswith("linux") or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)
