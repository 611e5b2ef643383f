"""Opens SonoBlock; on the first start it sets up all that the program needs.

python scripts/run.py                 the demo
python scripts/run.py clip.mp4        a source, or anything else that `python -m app` takes
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import environment

WINDOWLESS = ("annotate", "check", "compare", "devices")
"""Commands of the program that open no window; nor does one that is asked for its help."""


def main(arguments: Sequence[str]) -> int:
    """Sets up, starts the program with these arguments, returns its exit status."""
    try:
        python = environment.prepare("run")
        if not (set(arguments[:1]) & set(WINDOWLESS) or set(arguments) & {"-h", "--help"}):
            require_window(python)
    except environment.SetupError as problem:
        print(problem, file=sys.stderr)
        return 2
    # -P: a file of the user's folder must not be taken for a module of the program's.
    command = [str(python), "-P", "-m", "app", *(arguments or ["demo"])]
    return subprocess.run(command, env=environment.python_environment(), check=False).returncode


def require_window(python: Path) -> None:
    """Raises SetupError where no window could be shown."""
    environment.require_qt_libraries(python)
    if not environment.has_display():
        raise environment.SetupError(
            "There is no display to open a window on (DISPLAY and WAYLAND_DISPLAY are not set):"
            " start it from a desktop, or without a window by 'annotate SOURCE --out FOLDER'."
        )


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
