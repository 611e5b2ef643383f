"""Passes the tests; on the first start it sets up all that they need, TensorFlow included.

python scripts/test.py                              all checks, then all tests
python scripts/test.py tests/unit -k "slot"         arguments go to pytest
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import environment

# The import contracts are among the tests: tests/unit/test_imports.py.
CHECKS = (("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",))
MOST_WORKERS, MOST_WINDOWS = 4, 2
"""Tests that run side by side. A window has threads of its own; more windows would take each other's time."""


def main(arguments: Sequence[str]) -> int:
    """Sets up, runs the checks and pytest with these arguments; returns 0 only if all of them passed."""
    try:
        python = environment.prepare("test")
        environment.require_qt_libraries(python)
        missing = environment.require_tools()
    except environment.SetupError as problem:
        print(problem, file=sys.stderr)
        return 2
    if missing and os.environ.get("CI"):
        print(f"Not to be had here: {', '.join(missing)}. A CI run without them would prove little.", file=sys.stderr)
        return 2
    os.chdir(environment.ROOT)
    failed = [" ".join(check) for check in CHECKS if environment.run([str(python), "-m", *check])]
    if failed:
        environment.say(f"Failed: {', '.join(failed)}. The tests follow.")
    statuses = [environment.run([str(python), "-m", "pytest", *run]) for run in pytest_runs(arguments)]
    return next((status for status in statuses if status), 1 if failed else 0)


def pytest_runs(arguments: Sequence[str]) -> list[list[str]]:
    """The arguments of each run of pytest: one with the user's, or all tests in three."""
    if arguments:
        return [list(arguments)]
    cores = os.cpu_count() or 1
    unit, gui = (["-n", str(min(cores, most)), "--dist", "loadfile"] for most in (MOST_WORKERS, MOST_WINDOWS))
    # Real screens and live overlays want the machine for themselves.
    return [[*unit, "tests/unit"], [*gui, "tests/gui"], ["tests/end_to_end"]]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
