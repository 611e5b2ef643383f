"""Setting up: what is decided on each platform, without setting anything up."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy
import pytest

from scripts import environment
from scripts.environment import SetupError, next_step, unsupported
from tests.conftest import ROOT

TAG = "cpython-311 linux x86_64"
WHOLE = {"complete": True, "python": TAG, "run": "abc"}


class Commands:
    """Stands for the commands that would change the machine; remembers them, and says how each ends."""

    def __init__(self) -> None:
        self.ran: list[list[str]] = []
        self.statuses: Iterator[int] = iter(())

    def __call__(self, command: Sequence[str]) -> int:
        self.ran.append(list(command))
        return next(self.statuses, 0)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    """No command runs in these tests."""
    recorder = Commands()
    monkeypatch.setattr(environment, "run", recorder)
    return recorder


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own with two small lock files and no environment."""
    locks = tmp_path / "requirements"
    locks.mkdir()
    (locks / "run.txt").write_text("numpy==2.0\n")
    (locks / "test.txt").write_text("numpy==2.0\npytest==8.0\n")
    monkeypatch.setattr(environment, "LOCKS", locks)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    return tmp_path


def debian(monkeypatch: pytest.MonkeyPatch, *, root: bool, programs: Sequence[str] = ("apt-get", "sudo")) -> None:
    """A Debian machine, as root or not, with these programs."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(environment.os, "geteuid", lambda: 0 if root else 1000, raising=False)
    monkeypatch.setattr(environment.shutil, "which", lambda name: name if name in programs else None)


# --- which machine ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "machine"),
    [("linux", "x86_64"), ("linux", "aarch64"), ("win32", "AMD64"), ("darwin", "arm64")],
)
@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_supported_machines(version: tuple[int, int], system: str, machine: str) -> None:
    assert unsupported(version, system, machine, 64) is None


@pytest.mark.parametrize(
    ("version", "system", "machine", "bits", "says"),
    [
        ((3, 10), "linux", "x86_64", 64, "This is Python 3.10; SonoBlock needs Python 3.11 to 3.14"),
        ((3, 15), "linux", "x86_64", 64, "Python 3.15 is too new"),
        ((3, 11), "win32", "AMD64", 32, "32-bit"),
        ((3, 11), "win32", "ARM64", 64, "Windows on ARM"),
        ((3, 11), "darwin", "x86_64", 64, "Intel processor"),
        ((3, 11), "linux", "armv7l", 64, "Linux on armv7l"),
    ],
)
def test_unsupported_machines_are_told_why(
    version: tuple[int, int], system: str, machine: str, bits: int, says: str
) -> None:
    assert says in str(unsupported(version, system, machine, bits))


def test_oldest_python_is_the_one_that_the_project_asks_for() -> None:
    assert f'requires-python = ">={".".join(map(str, environment.OLDEST))}"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("script", ["environment.py", "run.py", "test.py"])
def test_an_old_python_can_read_the_scripts_and_so_say_that_it_is_old(script: str) -> None:
    ast.parse((ROOT / "scripts" / script).read_text("utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize("script", ["environment.py", "run.py", "test.py"])
def test_before_the_setup_only_the_standard_library_is_used(script: str) -> None:
    tree = ast.parse((ROOT / "scripts" / script).read_text("utf-8"))
    named = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    named += [str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {name.partition(".")[0] for name in named} - {"scripts"} <= sys.stdlib_module_names


def test_the_interpreter_of_an_environment_by_platform() -> None:
    assert environment.venv_python(Path("x"), "win32") == Path("x/Scripts/python.exe")
    assert environment.venv_python(Path("x"), "darwin") == Path("x/bin/python")


# --- the stamp --------------------------------------------------------------------------------------------------------


def test_nothing_to_do_where_the_stamp_fits() -> None:
    assert next_step(WHOLE, "run", "abc", TAG, python_there=True) == "nothing"


def test_another_lock_is_installed_into_what_is_there() -> None:
    assert next_step(WHOLE, "run", "def", TAG, python_there=True) == "install"
    assert next_step(WHOLE, "test", "def", TAG, python_there=True) == "install"


def test_a_setup_that_broke_off_is_made_anew() -> None:
    assert next_step({**WHOLE, "complete": False}, "run", "abc", TAG, python_there=True) == "create"


def test_an_environment_of_another_python_is_made_anew() -> None:
    assert next_step(WHOLE, "run", "abc", "cpython-313 linux x86_64", python_there=True) == "create"


def test_an_environment_without_an_interpreter_is_made_anew() -> None:
    assert next_step(WHOLE, "run", "abc", TAG, python_there=False) == "create"
    assert next_step({}, "run", "abc", TAG, python_there=False) == "create"


def test_an_environment_that_the_user_made_is_kept() -> None:
    assert next_step({}, "run", "abc", TAG, python_there=True) == "install"


@pytest.mark.parametrize("text", ["", "{", "[1]", "\x00"])
def test_a_damaged_stamp_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "sonoblock.json").write_text(text)
    assert environment.read_stamp(tmp_path) == {}


def test_the_stamp_that_was_written_is_read(tmp_path: Path) -> None:
    environment.write_stamp(WHOLE, tmp_path)
    assert environment.read_stamp(tmp_path) == WHOLE
    assert [path.name for path in tmp_path.iterdir()] == ["sonoblock.json"]


def test_line_ends_of_a_checkout_do_not_matter(checkout: Path) -> None:
    path = environment.lock_file("run")
    path.write_bytes(b"numpy==2.0\nmss==10\n")
    unix = environment.lock_hash("run")
    path.write_bytes(b"numpy==2.0\r\nmss==10\r\n")
    assert environment.lock_hash("run") == unix


# --- prepare ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def fake_venv(checkout: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Where 'making' an environment only puts an empty interpreter there."""

    def create() -> None:
        commands.ran.append(["create"])
        python = environment.venv_python(environment.VENV)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    monkeypatch.setattr(environment, "venv_python", lambda venv: venv / "bin" / "python")
    monkeypatch.setattr(environment, "create_venv", create)
    monkeypatch.setattr(environment, "has_pip", lambda python: True)
    listed = (environment.lock_file("test"), environment.lock_file("run"))
    monkeypatch.setattr(environment, "installed", lambda _: environment.pinned("".join(x.read_text() for x in listed)))
    return commands


def done(commands: Commands) -> list[str]:
    """What was done, in short, since the last time."""
    short = [line[-1].rsplit("/", 1)[-1].rsplit("\\", 1)[-1] for line in commands.ran]
    commands.ran.clear()
    return short


def test_the_first_start_sets_up_and_the_second_does_nothing(fake_venv: Commands) -> None:
    python = environment.prepare("run")
    assert done(fake_venv) == ["create", "run.txt"]
    assert python.is_relative_to(environment.VENV) and environment.read_stamp(environment.VENV)["complete"] is True
    assert environment.prepare("run") == python
    assert done(fake_venv) == []


def test_the_tests_environment_serves_the_program_too(fake_venv: Commands) -> None:
    environment.prepare("test")
    environment.prepare("run")
    environment.prepare("test")
    assert done(fake_venv) == ["create", "test.txt"]


def test_the_programs_environment_is_extended_for_the_tests(fake_venv: Commands) -> None:
    environment.prepare("run")
    environment.prepare("test")
    environment.prepare("run")
    assert done(fake_venv) == ["create", "run.txt", "test.txt"]


def test_a_changed_lock_is_installed(fake_venv: Commands) -> None:
    environment.prepare("run")
    environment.lock_file("run").write_text("numpy==2.1\n")
    environment.prepare("run")
    assert done(fake_venv) == ["create", "run.txt", "run.txt"]


def test_what_was_installed_for_another_lock_counts_only_as_long_as_nothing_else_was(fake_venv: Commands) -> None:
    environment.prepare("test")
    before = environment.lock_file("run").read_text()
    environment.lock_file("run").write_text("numpy==1.9\n")
    environment.prepare("run")
    environment.lock_file("run").write_text(before)
    environment.prepare("test")
    assert done(fake_venv) == ["create", "test.txt", "run.txt", "test.txt"]


def test_a_second_start_waits_for_the_first_and_then_has_nothing_to_do(
    fake_venv: Commands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = environment.VENV.with_name(".venv.lock").open("a")
    assert environment.take(first)

    def ready(_: float) -> None:
        environment.create_venv()
        environment.write_stamp(
            {"run": environment.lock_hash("run"), "python": environment.python_tag(), "complete": True},
            environment.VENV,
        )
        first.close()

    monkeypatch.setattr(environment.time, "sleep", ready)
    environment.prepare("run")
    assert done(fake_venv) == ["create"]
    assert "this one waits" in capsys.readouterr().out


def test_where_nothing_can_be_written_that_is_one_sentence(fake_venv: Commands) -> None:
    environment.prepare("run")
    (environment.VENV / "sonoblock.json.new").mkdir()
    with pytest.raises(SetupError, match=r"\.venv cannot be written \("):
        environment.prepare("test")


def test_packages_that_pip_put_elsewhere_make_no_environment(
    fake_venv: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "installed", lambda _: {"pip==24.0"})
    with pytest.raises(SetupError, match=r"numpy==2\.0.*PIP_TARGET"):
        environment.prepare("run")
    assert environment.read_stamp(environment.VENV)["complete"] is False


def test_what_is_installed_is_found_by_the_names_of_the_lock() -> None:
    found = environment.installed(Path(sys.executable))
    assert f"numpy=={numpy.__version__}" in found
    assert any(one.startswith("opencv-python-headless==") for one in found)
    listing = "numpy==2.0 \\\n    --hash=sha256:ab\nwheel==1.0 ; sys_platform == 'win32' \\\n# a==1\nmss==10.2\n"
    assert environment.pinned(listing) == {"numpy==2.0", "mss==10.2"}


def test_a_failed_installation_says_so_and_is_made_anew(fake_venv: Commands) -> None:
    fake_venv.statuses = iter([1])
    with pytest.raises(SetupError, match="Start again"):
        environment.prepare("run")
    environment.prepare("run")
    assert done(fake_venv) == ["create", "run.txt", "create", "run.txt"]


def test_packages_are_checked_against_hashes_and_never_built(fake_venv: Commands) -> None:
    environment.prepare("run")
    command = fake_venv.ran[-1]
    assert "--require-hashes" in command
    assert command[command.index("--only-binary") + 1] == ":all:"


def test_an_interpreter_that_does_not_start_has_no_pip(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("not a program")
    assert not environment.has_pip(broken)
    assert not environment.has_pip(tmp_path / "missing")


def test_a_debian_without_venv_is_told_the_package(
    checkout: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    debian(monkeypatch, root=False)
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    minor = sys.version_info[1]
    with pytest.raises(SetupError, match=rf"sudo apt-get install python3\.{minor}-venv"):
        environment.create_venv()
    assert commands.ran == []


def test_a_file_in_the_environments_place_is_not_destroyed(checkout: Path, commands: Commands) -> None:
    environment.VENV.write_text("mine")
    with pytest.raises(SetupError, match="not a folder"):
        environment.create_venv()
    assert environment.VENV.read_text() == "mine" and commands.ran == []


# --- system packages --------------------------------------------------------------------------------------------------

LISTING = """\
/x/libqxcb.so:
\tlinux-vdso.so.1 (0x00007ffd)
\tlibEGL.so.1 => not found
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
\tlibgthread-2.0.so.0 => not found
/x/libQt6Gui.so.6:
\tlibEGL.so.1 => not found
\tlibglib-2.0.so.0 => not found
"""


def test_missing_libraries_are_named_once() -> None:
    assert environment.missing_libraries(LISTING) == ["libEGL.so.1", "libgthread-2.0.so.0", "libglib-2.0.so.0"]


def test_each_missing_library_gives_its_package_once() -> None:
    libraries = environment.missing_libraries(LISTING)
    assert environment.packages_for(libraries) == (["libegl1", "libglib2.0-0"], [])
    assert environment.packages_for(["libnew.so.7"]) == ([], ["libnew.so.7"])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has ldd and system Qt libraries")
def test_every_library_that_qt_loads_here_and_the_system_holds_has_a_package_name() -> None:
    import PySide6

    binaries = environment.qt_binaries(Path(PySide6.__file__).parents[4])
    assert len(binaries) == 3
    listing = environment.ldd(binaries)
    system = {line.split()[0] for line in listing.splitlines() if re.search(r"=> /(usr/)?lib", line)}
    qt_only = {name for name in system if re.match(r"lib(xcb|X11|xkb|EGL|GL|OpenGL|dbus|font|free|glib|gthread)", name)}
    # Those that another library in the table brings along need no entry of their own.
    assert qt_only - set(environment.LIBRARY_PACKAGES) <= {"libGLdispatch.so.0"}


def test_root_installs_without_a_question(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    debian(monkeypatch, root=True)
    environment.install_system_packages(["libegl1", "xvfb"], "Qt lacks libEGL.so.1.")
    update, install = commands.ran
    assert update[-2:] == ["apt-get", "update"]
    assert install[-2:] == ["libegl1", "xvfb"] and "sudo" not in install


def test_without_a_terminal_the_user_gets_the_exact_command(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    debian(monkeypatch, root=False)
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SetupError, match="sudo apt-get install libegl1 xvfb"):
        environment.install_system_packages(["libegl1", "xvfb"], "Qt lacks libEGL.so.1.")
    assert commands.ran == []


def test_a_user_who_agrees_gets_sudo(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    debian(monkeypatch, root=False)
    monkeypatch.setattr(environment, "agrees", lambda question: "sudo apt-get install libegl1" in question)
    environment.install_system_packages(["libegl1"], "Qt lacks libEGL.so.1.")
    assert [line[0] for line in commands.ran] == ["sudo", "sudo"]


def test_a_linux_without_apt_gets_the_names(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    debian(monkeypatch, root=True, programs=())
    with pytest.raises(SetupError, match="libegl1"):
        environment.install_system_packages(["libegl1"], "Qt lacks libEGL.so.1.")


def test_missing_tools_do_not_stop_the_tests(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    debian(monkeypatch, root=True, programs=("apt-get",))
    assert environment.require_tools() == ["Xvfb", "ffmpeg", "ffplay"]
    assert commands.ran[-1][-3:] == ["--no-install-recommends", "xvfb", "ffmpeg"]


@pytest.mark.parametrize(
    ("environ", "system", "shown"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", True),
        ({"QT_QPA_PLATFORM": "xcb"}, "linux", False),
        ({}, "win32", True),
        ({}, "darwin", True),
    ],
)
def test_display(environ: dict[str, str], system: str, shown: bool) -> None:
    assert environment.has_display(environ, system) is shown


# --- the lock files ---------------------------------------------------------------------------------------------------


def pins(lock: str) -> set[str]:
    """The pinned lines of a lock, with their markers."""
    text = environment.lock_file(lock).read_text("utf-8")
    return {line.rstrip(" \\") for line in text.splitlines() if re.match(r"[a-z0-9]", line)}


def test_the_tests_lock_holds_all_of_the_programs_lock() -> None:
    assert pins("run") and pins("run") < pins("test")


@pytest.mark.parametrize("lock", ["run", "test"])
def test_each_pin_has_hashes_and_nothing_names_a_place(lock: str) -> None:
    text = environment.lock_file(lock).read_text("utf-8")
    assert text.count("==") >= len(pins(lock))
    for block in re.split(r"\n(?=[a-z0-9])", text)[1:]:
        assert "--hash=sha256:" in block, block
    assert not re.search(r"https?:|file:|--index|--find-links|@ ", text)


@pytest.mark.parametrize("name", ["tensorflow", "keras", "torch", "pytest", "openvino-telemetry"])
def test_the_program_needs_nothing_of_training_or_tests(name: str) -> None:
    assert not any(pin.startswith(f"{name}==") for pin in pins("run"))


@pytest.mark.parametrize("lock", ["run", "test"])
def test_opencv_comes_without_its_own_qt(lock: str) -> None:
    assert {pin.partition("==")[0] for pin in pins(lock) if pin.startswith("opencv")} == {"opencv-python-headless"}


def test_every_requirement_of_the_project_is_locked() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    project = tomllib.loads(text)["project"]
    names = {re.split(r"[<>=;\s]", line)[0].lower() for line in project["dependencies"]}
    assert names <= {pin.partition("==")[0] for pin in pins("run")}


def test_where_the_stamp_calls_the_environment_whole_pip_agrees() -> None:
    stamp = environment.read_stamp(environment.VENV)
    if stamp.get("test") != environment.lock_hash("test"):
        pytest.skip("this environment was not made by scripts/test.py")
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    installed = {f"{item['name'].lower().replace('_', '-')}=={item['version']}" for item in json.loads(listed)}
    assert {pin for pin in pins("test") if ";" not in pin} <= installed
