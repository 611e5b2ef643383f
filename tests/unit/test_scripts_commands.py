"""The two commands: what they start, and how they end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import app.__main__ as command_line
from scripts import environment, run, test
from tests.conftest import ROOT


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What `run` starts, on a machine that is set up, with a display."""
    commands: list[list[str]] = []

    def remember(command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        commands.append(list(command))
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(environment, "prepare", lambda lock: Path("python"))
    monkeypatch.setattr(environment, "require_qt_libraries", lambda python: None)
    monkeypatch.setattr(environment, "has_display", lambda: True)
    monkeypatch.setattr(run.subprocess, "run", remember)
    return commands


def test_without_arguments_the_demo_opens(started: list[list[str]]) -> None:
    assert run.main([]) == 3
    assert started == [["python", "-P", "-m", "app", "demo"]]


def test_arguments_go_to_the_program(started: list[list[str]]) -> None:
    run.main(["clip.mp4", "--scan-area", "1,2,3,4"])
    assert started[0][-3:] == ["clip.mp4", "--scan-area", "1,2,3,4"]


def test_without_a_display_there_is_one_clear_line(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "has_display", lambda: False)
    assert run.main(["phantom"]) == 2
    told = capsys.readouterr().err
    assert "no display" in told and told.count("\n") == 1
    assert started == []


def test_without_a_display_there_are_still_the_commands_that_need_none(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "has_display", lambda: False)
    commands = ["--help", *(set(command_line._COMMANDS) - {"bench"})]
    for command in commands:
        assert run.main([command]) == 3
    assert len(started) == len(commands) == 5


def test_what_stands_in_the_way_of_the_setup_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(lock: str) -> Path:
        raise environment.SetupError("This is Python 3.8.")

    monkeypatch.setattr(environment, "prepare", refuse)
    assert run.main([]) == 2
    assert test.main([]) == 2
    assert capsys.readouterr().err == "This is Python 3.8.\n" * 2


def test_the_program_is_found_from_any_folder_and_a_file_of_the_users_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("raise SystemExit('the wrong one')")
    ended = subprocess.run(
        [sys.executable, "-P", "-c", "import app; print(app.__file__)"],
        env=environment.python_environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(ended.stdout.strip()) == ROOT / "app" / "__init__.py"


class Checks:
    """Stands for the checks and pytest; `failing` is the one that fails, with pytest's own status where it is that."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.ran: list[str] = []

    def __call__(self, command: Sequence[str]) -> int:
        name = command[2]
        self.ran.append(name)
        return 5 if name == self.failing else 0


@pytest.mark.parametrize(("failing", "status"), [("", 0), ("ruff", 1), ("mypy", 1), ("pytest", 5)])
def test_all_checks_run_and_any_failure_is_the_end(
    failing: str, status: int, monkeypatch: pytest.MonkeyPatch, started: list[list[str]]
) -> None:
    monkeypatch.chdir(ROOT)
    checks = Checks(failing)
    monkeypatch.setattr(environment, "run", checks)
    monkeypatch.setattr(environment, "require_tools", list)
    assert test.main([]) == status
    assert checks.ran == ["ruff", "ruff", "mypy", "pytest", "pytest", "pytest"]


def test_every_folder_of_tests_is_run_and_a_choice_of_the_users_is_kept() -> None:
    named = {word for run in test.pytest_runs([]) for word in run if word.startswith("tests/")}
    assert {ROOT / name for name in named} == {path.parent for path in (ROOT / "tests").glob("*/test_*.py")}
    assert test.pytest_runs(["tests/unit", "-k", "slot"]) == [["tests/unit", "-k", "slot"]]


def test_in_ci_a_missing_tool_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, started: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(os.environ, "CI", "true")
    monkeypatch.setattr(environment, "require_tools", lambda: ["Xvfb"])
    assert test.main([]) == 2
    assert "Xvfb" in capsys.readouterr().err


def test_locking_without_uv_says_what_to_install(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, ROOT / "scripts" / "lock.py"],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "install it (pip install uv)" in ran.stderr
