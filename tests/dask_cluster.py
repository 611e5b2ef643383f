"""A Dask cluster of real processes: a scheduler and two workers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT

PATIENCE_S = 40


@contextmanager
def running(folder: Path, started: list[subprocess.Popen[bytes]], cwd: Path = ROOT) -> Iterator[str]:
    """The scheduler's address; `started` gets its process and the workers'. Skips where Dask is not installed.

    They find this program where `cwd` is its folder.
    """
    distributed = pytest.importorskip("distributed", reason="the requirements for clusters are not installed")
    known = folder / "scheduler.json"
    started.clear()

    def start(*command: str) -> None:
        with (folder / f"log-{len(started)}").open("wb") as log:
            started.append(
                subprocess.Popen([sys.executable, "-m", *command], cwd=cwd, stdout=log, stderr=subprocess.STDOUT)
            )

    try:
        where = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(known))
        start("distributed.cli.dask_scheduler", *where, "--port", "0")
        wait_for(known.exists, started)
        for number in (1, 2):
            space = str(folder / f"space-{number}")
            start("distributed.cli.dask_worker", *where, "--no-nanny", "--nthreads", "1", "--local-directory", space)
        address = str(json.loads(known.read_text(encoding="utf-8"))["address"])
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=PATIENCE_S)
        yield address
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()


def wait_for(there: Callable[[], bool], processes: Iterable[subprocess.Popen[bytes]] = ()) -> None:
    """Waits until `there()`; fails after PATIENCE_S, or where one of the `processes` has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while not there():
        assert time.monotonic() < deadline
        assert all(process.poll() is None for process in processes)
        time.sleep(0.02)
