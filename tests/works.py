"""A recording of a batch that hangs once, importable by the workers of a cluster."""

from __future__ import annotations

import os
import threading

from app.batch import Work, run_work


def first_hangs_once(work: Work) -> list[str]:
    """Leaves its process's number beside the recording's folder; the first one, the first time, then never ends."""
    work.out.parent.mkdir(exist_ok=True, parents=True)
    mark = work.out.parent / f"{work.out.name}.try"
    first = not mark.exists()
    # Written beside, so that whoever waits for the file finds it whole.
    beside = mark.with_suffix(".part")
    beside.write_text(str(os.getpid()), encoding="ascii")
    beside.replace(mark)
    if first and work.out.name == "one":
        (work.out.parent / "one.incomplete").mkdir()
        (work.out.parent / "one.incomplete" / "half.png").touch()
        threading.Event().wait()
    return run_work(work)
