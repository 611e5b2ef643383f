"""The guard that every other test stands under must itself be able to fail."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from tests.conftest import ROOT, threads_left


def test_a_running_thread_is_named_and_an_ended_one_is_not() -> None:
    before = set(threading.enumerate())
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="straggler")
    thread.start()
    try:
        assert threads_left(before, patience_s=0.05) == ["straggler"]
    finally:
        stop.set()
    assert threads_left(before) == []


def test_a_test_with_an_exception_in_a_thread_fails(tmp_path: Path) -> None:
    (tmp_path / "test_thread.py").write_text(
        "import threading\n\n\ndef test_it():\n    thread = threading.Thread(target=int, args=('x',))\n"
        "    thread.start()\n    thread.join()\n"
    )
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider"]
    ended = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert "1 failed" in ended.stdout and "PytestUnhandledThreadExceptionWarning" in ended.stdout


def test_everything_of_the_users_goes_to_a_folder_of_the_test(own_home: Path, tmp_path: Path) -> None:
    assert own_home.is_relative_to(tmp_path) and os.environ["SONOBLOCK_HOME"] == str(own_home)
