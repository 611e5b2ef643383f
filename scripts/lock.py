"""Writes the lock files in `requirements/` from pyproject.toml, for every platform at once; needs `uv`.

python scripts/lock.py                 what changed in pyproject.toml
python scripts/lock.py --upgrade       the newest versions of everything
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import environment

HEADER = """\
# {purpose}
# Written by scripts/lock.py from pyproject.toml; do not edit.
"""


def compile_command(lock: str, options: Sequence[str]) -> list[str]:
    """The `uv` command that resolves a lock; no name of a package registry or of this machine ends up in it."""
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-sources", "--python-version", "3.11", *options]
    # OpenVINO runs without it, and with it reports each start over the network (see model/__init__.py).
    command += ["--no-emit-package", "openvino-telemetry"]
    return [*command, "pyproject.toml", "--output-file", f"requirements/{lock}.txt"]


def write_lock(lock: str, purpose: str, options: Sequence[str]) -> None:
    """Resolves a lock and heads it with its purpose. Raises SystemExit where `uv` is not there, or cannot."""
    try:
        subprocess.run(compile_command(lock, options), cwd=environment.ROOT, check=True)
    except FileNotFoundError:
        sys.exit("There is no 'uv' here: install it (pip install uv), then start again.")
    except subprocess.CalledProcessError as problem:  # It has said why.
        sys.exit(problem.returncode)
    path = environment.lock_file(lock)
    path.write_text(HEADER.format(purpose=purpose) + path.read_text("utf-8"), "utf-8", newline="\n")


def main(arguments: Sequence[str]) -> None:
    """Writes both; the program's takes the versions of the tests', so that one environment serves both."""
    environment.LOCKS.mkdir(exist_ok=True)
    write_lock("test", "What the program, training and the tests need.", ["--all-extras", *arguments])
    write_lock("run", "What the program needs.", ["--constraints", "requirements/test.txt", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
