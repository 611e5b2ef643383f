"""Sets up what the program and its tests need in `.venv`. Standard library only: nothing else is there yet.

`prepare` makes the virtual environment and installs a lock file from `requirements/` into it, once; a stamp in the
environment remembers which lock it holds, so that the next start only reads two small files. On Linux,
`require_qt_libraries` and `require_tools` see to the system packages.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import os
import platform
import re
import shlex
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = ROOT / "requirements"
INCLUDES = {"run": ("run",), "test": ("run", "test")}
"""What each lock file brings: the tests' holds everything of the program's, in the same versions."""

OLDEST, NEWEST = (3, 11), (3, 14)
"""Python versions that every package in `requirements/run.txt` has builds for."""

LIBRARY_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
}
"""Shared libraries that Qt's window parts load on Linux, and the Debian and Ubuntu packages that hold them."""

TOOL_PACKAGES = {"Xvfb": "xvfb", "ffmpeg": "ffmpeg", "ffplay": "ffmpeg"}
"""Programs that some tests start on Linux, and the Debian and Ubuntu packages that hold them."""


class SetupError(Exception):
    """What stands in the way; the text is for the user and says what to do."""


# --- which machine ----------------------------------------------------------------------------------------------------


def unsupported(version: tuple[int, int], system: str, machine: str, bits: int) -> str | None:
    """Why the program cannot be set up on this Python and machine, for the user; None where it can.

    `system` is `sys.platform`, `machine` is `platform.machine()`, `bits` the size of a pointer.
    """
    oldest, newest = (f"{major}.{minor}" for major, minor in (OLDEST, NEWEST))
    found = f"{version[0]}.{version[1]}"
    machine = machine.lower()
    if version < OLDEST:
        return f"This is Python {found}; SonoBlock needs Python {oldest} to {newest}. Install one and start with that."
    if version > NEWEST:
        return f"Python {found} is too new for SonoBlock's packages; install Python {oldest} to {newest}."
    if bits != 64:
        return "This Python is a 32-bit program; install the 64-bit build of Python and start with that."
    if system == "darwin" and machine == "x86_64":
        return "OpenVINO and ONNX Runtime have no current builds for Macs with an Intel processor."
    if system == "win32" and machine == "arm64":
        return (
            "OpenVINO has no build for Windows on ARM: install the x86-64 build of Python, which Windows can run too."
        )
    if system.startswith("linux") and machine not in ("x86_64", "aarch64"):
        return f"SonoBlock's packages have no builds for Linux on {machine}, only for x86_64 and aarch64."
    return None


def python_tag() -> str:
    """Names the Python and machine that an environment was made for; packages cannot be shared between two."""
    return f"{sys.implementation.cache_tag} {sys.platform} {platform.machine()}"


def venv_python(venv: Path, system: str = sys.platform) -> Path:
    """The environment's interpreter."""
    return venv / "Scripts" / "python.exe" if system == "win32" else venv / "bin" / "python"


# --- the stamp --------------------------------------------------------------------------------------------------------


def lock_file(lock: str) -> Path:
    """The lock file of that name."""
    return LOCKS / f"{lock}.txt"


def lock_hash(lock: str) -> str:
    """Hash of a lock file; the same whatever line ends the checkout has."""
    return hashlib.sha256(lock_file(lock).read_text("utf-8").encode()).hexdigest()


def read_stamp(venv: Path) -> dict[str, object]:
    """What the environment holds: 'python', 'complete' and, by lock, a hash. Empty where unknown or unreadable."""
    try:
        stamp = json.loads((venv / "sonoblock.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp: Mapping[str, object], venv: Path) -> None:
    """Replaces the stamp in one step. Raises SetupError."""
    beside = venv / "sonoblock.json.new"
    try:
        beside.write_text(json.dumps(stamp, indent=1) + "\n", "utf-8")
        beside.replace(venv / "sonoblock.json")
    except OSError as problem:
        raise not_writable(venv, problem) from problem


def not_writable(path: Path, problem: OSError) -> SetupError:
    """Says that a place cannot be written to."""
    return SetupError(
        f"{path} cannot be written ({problem.strerror}): free some space, or see that you may write there."
    )


def next_step(stamp: Mapping[str, object], lock: str, wanted: str, tag: str, python_there: bool) -> str:
    """What `prepare` has to do: 'nothing', 'install' into the environment that is there, or 'create' it anew.

    A setup that was broken off leaves a stamp that is not complete: nobody knows what is whole in it, so it is made
    anew. An environment without a stamp was made by the user; it is kept and installed into.
    """
    if not python_there:
        return "create"
    if stamp and (stamp.get("complete") is not True or stamp.get("python") != tag):
        return "create"
    return "nothing" if stamp.get(lock) == wanted else "install"


# --- the virtual environment ------------------------------------------------------------------------------------------


def prepare(lock: str) -> Path:
    """Sees to it that `.venv` holds what the lock 'run' or 'test' lists; returns its interpreter. Raises SetupError."""
    problem = unsupported(sys.version_info[:2], sys.platform, platform.machine(), struct.calcsize("P") * 8)
    if problem:
        raise SetupError(problem)
    python = venv_python(VENV)
    if step_now(lock) != "nothing":
        with alone():
            set_up(lock, python)
    return python


def step_now(lock: str) -> str:
    """What there is to do for a lock, as `next_step` says."""
    return next_step(read_stamp(VENV), lock, lock_hash(lock), python_tag(), venv_python(VENV).exists())


@contextmanager
def alone() -> Iterator[None]:
    """Waits until no other start sets up: it would take the environment away from under this one. Raises SetupError."""
    try:
        stream = VENV.with_name(f"{VENV.name}.lock").open("a")
    except OSError as problem:
        raise not_writable(VENV.parent, problem) from problem
    with stream:
        if not take(stream):
            say(f"Another start is setting up {VENV.name}; this one waits for it.")
            while not take(stream):
                time.sleep(0.5)
        yield


def take(stream: IO[str]) -> bool:
    """Takes the lock of a file, which goes with the process; whether that could be. Without locks here, it can.

    As `model.files.held` does; but this must run, to say what is wrong, on a Python that cannot read that.
    """
    try:
        if sys.platform == "win32":
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        return problem.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def set_up(lock: str, python: Path) -> None:
    """Does what there is to do for a lock, with no other start beside. Raises SetupError."""
    step = step_now(lock)
    if step == "nothing":
        return
    say(f"Setting up {VENV.name} from {LOCKS.name}/{lock}.txt: once, {SIZES[lock]} to fetch.")
    if step == "install" and not has_pip(python):
        step = "create"
    if step == "create":
        create_venv()
    write_stamp({"python": python_tag(), "complete": False}, VENV)
    install(python, lock)
    # Of another lock, nothing is known any more: packages that both list may have other versions now.
    hashes = {name: lock_hash(name) for name in INCLUDES[lock]}
    write_stamp({**hashes, "python": python_tag(), "complete": True}, VENV)


SIZES = {"run": "about 250 MB", "test": "about 1 GB, with TensorFlow,"}


def create_venv() -> None:
    """Makes `.venv` anew, with pip in it. Raises SetupError."""
    if importlib.util.find_spec("ensurepip") is None:  # Debian and Ubuntu keep it in a package of its own
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        install_system_packages([package], f"Python's module 'venv' lacks a part that is in {package}.")
    if VENV.is_symlink() or (VENV.exists() and not VENV.is_dir()):
        raise SetupError(f"{VENV} is not a folder; move it away and start again.")
    # The interpreter under an active environment: one of its own cannot make itself anew.
    base = getattr(sys, "_base_executable", None) or sys.executable
    if run([base, "-m", "venv", "--clear", str(VENV)]) != 0:
        raise SetupError(f"The virtual environment {VENV} could not be made; the lines above say why.")


def has_pip(python: Path) -> bool:
    """Whether the environment's interpreter runs and has pip."""
    try:
        return subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def install(python: Path, lock: str) -> None:
    """Installs a lock file, every file checked against its hash. Raises SetupError."""
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    # The lock lists every dependency: there is nothing to resolve, and nothing to build from source.
    command += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-user", "-r", str(lock_file(lock))]
    if run(command) != 0:
        raise SetupError("The packages could not be installed; the lines above say why. Start again to try again.")
    missing = pinned(lock_file(lock).read_text("utf-8")) - installed(python)
    if missing:
        raise SetupError(
            f"pip has not put {', '.join(sorted(missing)[:3])} into {VENV}: see whether its settings name another place"
            " ('pip config list', and PIP_TARGET, PIP_PREFIX, PIP_ROOT or PIP_DRY_RUN), then start again."
        )


def pinned(listing: str) -> set[str]:
    """The packages that a lock file lists for every machine, as name==version."""
    return set(re.findall(r"^([^\s;#]+==[^\s;]+) *\\?$", listing, re.MULTILINE))


def installed(python: Path) -> set[str]:
    """The packages that an interpreter finds, as name==version."""
    names = "re.sub('[-_.]+', '-', one.metadata['Name'] or '').lower() + '==' + one.version"
    code = f"import re, importlib.metadata as found; print(*({names} for one in found.distributions()))"
    return set(
        subprocess.run([str(python), "-I", "-c", code], capture_output=True, text=True, check=False).stdout.split()
    )


# --- system packages on Linux -----------------------------------------------------------------------------------------


def require_qt_libraries(python: Path) -> None:
    """On Linux, sees to the system libraries that Qt lacks. Raises SetupError, which names them, where it may not."""
    if not sys.platform.startswith("linux"):
        return
    missing = missing_libraries(ldd(qt_binaries(python.parent.parent)))
    if not missing:
        return
    packages, unknown = packages_for(missing)
    reason = f"Qt, which draws the window, lacks {', '.join(missing)}."
    if unknown:
        raise SetupError(f"{reason} Install the packages of your system that hold them, then start again.")
    install_system_packages(packages, reason)


def require_tools() -> list[str]:
    """On Linux, sees to the programs that the tests start; returns those that are still missing."""
    if not sys.platform.startswith("linux"):
        return []
    missing = [tool for tool in TOOL_PACKAGES if not shutil.which(tool)]
    if missing:
        packages = list(dict.fromkeys(TOOL_PACKAGES[tool] for tool in missing))
        try:
            install_system_packages(packages, f"The tests lack {', '.join(missing)}.")
        except SetupError as problem:
            say(str(problem))
    return [tool for tool in missing if not shutil.which(tool)]


def qt_binaries(venv: Path) -> list[Path]:
    """What of PySide6 must load for a window."""
    folders = list(venv.glob("lib/python*/site-packages/PySide6"))
    patterns = ("QtGui.abi3.so", "QtWidgets.abi3.so", "Qt/plugins/platforms/libqxcb.so")
    return [path for folder in folders for pattern in patterns for path in folder.glob(pattern)]


def ldd(binaries: Sequence[Path]) -> str:
    """What the loader says about these; empty on a system without `ldd`."""
    if not binaries or not shutil.which("ldd"):
        return ""
    command = ["ldd", *map(str, binaries)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def missing_libraries(listing: str) -> list[str]:
    """The shared libraries that `ldd` did not find, each once, in order."""
    lines = (line.split() for line in listing.splitlines() if "=> not found" in line)
    return list(dict.fromkeys(words[0] for words in lines))


def packages_for(libraries: Iterable[str]) -> tuple[list[str], list[str]]:
    """Debian packages that hold these libraries, and the libraries of which no package is known."""
    known = {LIBRARY_PACKAGES[name]: None for name in libraries if name in LIBRARY_PACKAGES}
    return list(known), [name for name in libraries if name not in LIBRARY_PACKAGES]


def apt_command(packages: Sequence[str]) -> list[str]:
    """The command that installs system packages on Debian and Ubuntu."""
    return ["apt-get", "install", "--yes", "--no-install-recommends", *packages]


def install_system_packages(packages: Sequence[str], reason: str) -> None:
    """Installs system packages where that is allowed: as root, or by sudo if the user says yes. Raises SetupError."""
    say(reason)
    by_hand = f"sudo apt-get install {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise SetupError(
            f"Install what Debian has in {', '.join(packages)} with your system's tools, then start again."
        )
    if os.geteuid() == 0:
        prefix = ["env", "DEBIAN_FRONTEND=noninteractive"]
    elif shutil.which("sudo") and agrees(f"Install now, by '{by_hand}'? [y/N] "):
        prefix = ["sudo"]
    else:
        raise SetupError(f"Install it by this command, then start again: {by_hand}")
    run([*prefix, "apt-get", "update"])  # an old list may do as well: the next line decides
    if run([*prefix, *apt_command(packages)]) != 0:
        raise SetupError(f"The system packages could not be installed; the lines above say why. By hand: {by_hand}")


def agrees(question: str) -> bool:
    """Asks at a terminal; no where there is none."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return input(question).strip().lower() in ("y", "yes")


def has_display(environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> bool:
    """Whether a window can be shown; on Linux that takes an X or Wayland display, or another Qt platform chosen."""
    if not system.startswith("linux"):
        return True
    if environ.get("QT_QPA_PLATFORM", "").split(":")[0] not in ("", "xcb", "wayland"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


# --- commands ---------------------------------------------------------------------------------------------------------


def say(text: str) -> None:
    """One line for the user, in order with what commands print."""
    print(text, flush=True)


def run(command: Sequence[str]) -> int:
    """Runs a command, shows it, returns its exit status."""
    say("$ " + shlex.join(command))
    try:
        return subprocess.run(command, check=False).returncode
    except OSError as problem:
        say(str(problem))
        return 127


def python_environment() -> dict[str, str]:
    """The environment variables for the program: its packages are found whatever folder the user is in."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
