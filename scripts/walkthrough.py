"""Walks through the usability check list on the real window, as a person would, and keeps a picture of each step.

python scripts/walkthrough.py                 # everything; Linux, with Xvfb, openbox, xdotool, ImageMagick and ffmpeg
python scripts/walkthrough.py replay          # one of the parts
python scripts/walkthrough.py --list

The program runs as `python -m app` in a process of its own, on a screen of its own, and is used by mouse and keys. What
a machine can check, such as files that were written, is checked; the rest is for the eye, by docs/walkthrough.md, which
is written along with the pictures.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np

from app.capture.source import Pixels
from app.pipeline.types import Rect
from scripts import bench_clip
from scripts.pictures import write_picture

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "images" / "walkthrough"
PAGE = ROOT / "docs" / "walkthrough.md"
SCREEN = (1960, 860)
WINDOW = (1280, 760)
MACHINE = (0, 0, 640, 360)
"""Where another program shows the machine's picture on the screen."""
PLACE = (660, 20)
"""Where the window stands, beside it."""
DISPLAYS = range(101, 111)
PATIENCE_S = 30.0
SHOWN_WIDTH = 960
MOST_BYTES = 50_000
ENOUGH = 1500
"""Pixels in the overlay's colour that no line of text makes."""
NEEDS = ("Xvfb", "openbox", "xdotool", "import", "ffmpeg", "ffplay")


class StepError(RuntimeError):
    """What was to be seen was not there."""


class Hand:
    """A person's hands and eyes, at one window on one screen."""

    def __init__(self, home: Path, clip: Path, area: Rect) -> None:
        self.home, self.clip, self.area = home, clip, area
        self._program: subprocess.Popen[str] | None = None
        self._window = ""

    # The program

    def start(self, *arguments: str) -> None:
        """Starts the program and waits for its window."""
        environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "SONOBLOCK_HOME": str(self.home)}
        command = [sys.executable, "-m", "app", *arguments]
        with (self.home / "errors.txt").open("w") as log:
            self._program = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log, text=True)
        self.until(self._find, "the window")
        self._xdotool("windowactivate", self._window)
        self.rest(1.0)

    def _find(self) -> bool:
        if self._program is None or self._program.poll() is not None:
            raise StepError("the program ended")
        found = self._xdotool("search", "--onlyvisible", "--name", "SonoBlock").split()
        self._window = found[0] if found else ""
        return bool(found)

    def ended(self) -> int:
        """Waits for the program's end; gives its exit status."""
        assert self._program is not None
        status = self._program.wait(PATIENCE_S)
        self._program = None
        return status

    def errors(self) -> str:
        return (self.home / "errors.txt").read_text()

    def stop(self) -> None:
        """Ends what still runs."""
        if self._program is not None:
            self._program.kill()
            self._program.wait()
            self._program = None

    # Hands

    def _xdotool(self, *arguments: str) -> str:
        done = subprocess.run(["xdotool", *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        return done.stdout.strip()

    def key(self, *keys: str) -> None:
        """Types keys by their X names, one after the other."""
        for key in keys:
            self._xdotool("key", key)
            self.rest(0.15)

    def type(self, text: str) -> None:
        self._xdotool("type", text)
        self.rest(0.2)

    def down(self, key: str) -> None:
        self._xdotool("keydown", key)
        self.rest(0.4)

    def up(self, key: str) -> None:
        self._xdotool("keyup", key)
        self.rest(0.4)

    def click(self, x: float, y: float) -> None:
        """Clicks a place of the window, counted from its corner."""
        place = str(round(PLACE[0] + x)), str(round(PLACE[1] + y))
        self._xdotool("mousemove", *place, "click", "1")
        self.rest(0.3)

    def drag(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Drags from one place of the screen to another."""
        places = np.linspace((x0, y0), (x1, y1), 8).round().astype(int).tolist()
        self._xdotool("mousemove", *map(str, places[0]), "mousedown", "1")
        for x, y in places[1:]:
            self._xdotool("mousemove", str(x), str(y))
            self.rest(0.05)
        self._xdotool("mouseup", "1")
        self.rest(0.3)

    # Eyes

    def rest(self, seconds: float) -> None:
        """A person looks before the next step."""
        time.sleep(seconds)

    def until(self, seen: Callable[[], object], what: str, seconds: float = PATIENCE_S) -> None:
        """Waits until something is. Raises StepError."""
        limit = time.monotonic() + seconds
        while not seen():
            if time.monotonic() > limit:
                raise StepError(f"not seen in {seconds:.0f} s: {what}")
            time.sleep(0.1)

    def look(self, whole: bool = False) -> Pixels:
        """What is on the screen: the window's place, or all of it."""
        (wide, high), (x, y) = (SCREEN, (0, 0)) if whole else (WINDOW, PLACE)
        command = ["import", "-window", "root", "-crop", f"{wide}x{high}+{x}+{y}", "+repage", "png:-"]
        data = subprocess.run(command, capture_output=True, check=True).stdout
        return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)

    def title(self) -> str:
        return self._xdotool("search", "--onlyvisible", "--name", "SonoBlock", "getwindowname", "%@")

    def overlay(self) -> int:
        """Pixels in the overlay's yellow, below messages, whose edge is much like it."""
        blue, green, red = (part.astype(int) for part in cv2.split(self.look()[160:560, :950]))
        return int(np.count_nonzero((np.abs(red - green) < 24) & (np.minimum(red, green) - blue > 25)))

    def sees_overlay(self) -> None:
        self.until(lambda: self.overlay() > ENOUGH, "the overlay")

    def sees_no_overlay(self) -> None:
        self.until(lambda: self.overlay() < ENOUGH, "a picture without overlay")

    # What was written

    def files(self, pattern: str) -> list[Path]:
        return sorted(self.home.glob(pattern))

    def settings(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.home / "config" / "settings.json").read_text(encoding="utf-8"))
        return content


@dataclass(frozen=True)
class Step:
    """One line of the check list."""

    name: str
    do: str
    see: str
    act: Callable[[Hand], None]
    check: Callable[[Hand], None] = lambda hand: None
    rest_s: float = 0.4
    whole: bool = False
    """Whether the picture is of the whole screen."""
    checked: str = ""
    """What the script checks, in words."""


@dataclass(frozen=True)
class Part:
    """What one of the four people does."""

    name: str
    title: str
    who: str
    steps: list[Step]
    watches_screen: bool = False


def keys(*names: str) -> Callable[[Hand], None]:
    """Types these keys."""
    return lambda hand: hand.key(*names)


def in_turn(*acts: Callable[[Hand], None]) -> Callable[[Hand], None]:
    """Does one after the other."""

    def do(hand: Hand) -> None:
        for act in acts:
            act(hand)

    return do


def needs_files(pattern: str, count: int) -> Callable[[Hand], None]:
    """So many files are there."""
    return lambda hand: hand.until(lambda: len(hand.files(pattern)) == count, f"{count} × {pattern}")


def _closing(name: str, do: str, *names: str) -> Step:
    """Typing these keys ends the program, and nothing went wrong in it."""
    see = "The window is gone."
    return Step(name, do, see, keys(*names), _ended_well, whole=True, checked="exit status 0, no error")


def _ended_well(hand: Hand) -> None:
    if status := hand.ended():
        raise StepError(f"exit status {status}")
    if "Traceback" in hand.errors():
        raise StepError(hand.errors())


# At the bedside


def _bedside() -> list[Step]:
    return [
        Step(
            "start",
            "Start the program: `python -m app`",
            "The phantom, moving, with its region outlined; 'DEMO'; the notice; the first of three cards.",
            Hand.start,
            Hand.sees_overlay,
            checked="the overlay is there",
        ),
        Step("card", "Enter", "The second card: where to choose a source.", keys("Return")),
        Step(
            "chooser",
            "C",
            "Every source with its picture: the phantom in use, the monitor as it is now; how to open others.",
            keys("c"),
            rest_s=3.0,
        ),
        Step(
            "part-of-the-screen",
            "Esc, then Ctrl+R: a part of the screen",
            "The screen, dimmed, with one line that says what to do. The window is out of the way.",
            keys("Escape", "ctrl+r"),
            rest_s=1.2,
            whole=True,
        ),
        Step(
            "live",
            "Drag a rectangle round the ultrasound machine's picture",
            "LIVE; the machine's picture. The scan area is found by itself, and the message says so.",
            lambda hand: hand.drag(
                MACHINE[0] + 2, MACHINE[1] + 2, MACHINE[0] + MACHINE[2] - 3, MACHINE[1] + MACHINE[3] - 3
            ),
            in_turn(lambda hand: hand.until(lambda: "creen" in hand.title(), "its title"), Hand.sees_overlay),
            rest_s=4.0,
            whole=True,
            checked="the title, and the overlay on the new picture",
        ),
        Step(
            "cards-skipped",
            "Esc, Esc",
            "Message and card are gone; nothing covers the picture.",
            keys("Escape", "Escape"),
        ),
        Step(
            "scan-area",
            "A",
            "The scan area with eight handles; the overlay is hidden and it says why.",
            keys("a"),
            rest_s=0.8,
        ),
        Step(
            "scan-area-set",
            "Shift+Left twice (smaller), Enter",
            "The scan area is set; its size is said; it is 'your own' now.",
            keys("shift+Left", "shift+Left", "Return"),
            Hand.sees_overlay,
            rest_s=0.8,
            checked="the overlay is back",
        ),
        Step(
            "overlay-off",
            "Esc, O",
            "No overlay, and 'Overlay off' in amber.",
            keys("Escape", "o"),
            Hand.sees_no_overlay,
            checked="no overlay on the picture",
        ),
        Step(
            "overlay-on",
            "O",
            "The overlay again, with its age.",
            keys("o"),
            Hand.sees_overlay,
            checked="the overlay",
        ),
        Step(
            "raw-held",
            "Hold Space",
            "The raw picture; 'Overlay off while Space is held'.",
            lambda hand: hand.down("space"),
            Hand.sees_no_overlay,
            checked="no overlay on the picture",
        ),
        Step(
            "raw-let-go",
            "Let Space go, F",
            "FROZEN: the picture stands, with the overlay of this very frame.",
            in_turn(lambda hand: hand.up("space"), lambda hand: hand.key("f")),
            Hand.sees_overlay,
            rest_s=0.8,
            checked="the overlay",
        ),
        Step(
            "snapshot",
            "F, S",
            "LIVE again; the message says where the snapshot is.",
            keys("f", "s"),
            needs_files("pictures/*.png", 2),
            rest_s=1.0,
            checked="two pictures are written: raw, and with overlay",
        ),
        Step(
            "save-last",
            "B",
            "The last seconds are saved, and it says how much and where.",
            keys("b"),
            needs_files("data/recordings/*/clip.mkv", 1),
            rest_s=2.0,
            checked="a recording is written",
        ),
        Step("recording", "Esc, F9", "● REC with time, size and dropped frames.", keys("Escape", "F9"), rest_s=2.5),
        Step(
            "recorded",
            "P, then F9, then P",
            "The recording has ended, and it says where it is.",
            keys("p", "F9", "p"),
            needs_files("data/recordings/*/clip.mkv", 2),
            rest_s=1.5,
            checked="a second recording is written",
        ),
        Step(
            "list",
            "Esc, F3",
            "Snapshot and recordings with time, length and picture.",
            keys("Escape", "F3"),
            rest_s=1.5,
        ),
        Step("delete-asks", "Del", "It asks once.", keys("Delete"), rest_s=0.8),
        Step(
            "deleted",
            "Tab, Enter",
            "The entry is gone.",
            keys("Tab", "Return"),
            needs_files("data/recordings/*/clip.mkv", 1),
            rest_s=0.8,
            checked="one recording is left on the disk",
        ),
        Step(
            "mirrored",
            "Esc, X, N",
            "The picture is mirrored and says so; 'lateral' stands in its corner.",
            keys("Escape", "x", "n"),
        ),
        Step(
            "scale",
            "X, D, a click on the scale's first tick, one on its last",
            "Two marks; how far apart they are is asked.",
            _ticks,
            rest_s=0.6,
        ),
        Step(
            "scale-set",
            "4, Enter",
            "The ruler at the right edge; depth, width and area of the region in the bottom line.",
            in_turn(lambda hand: hand.type("4"), lambda hand: hand.key("Return")),
            rest_s=1.0,
        ),
        Step(
            "fill",
            "Esc, T, + three times",
            "Fill alone, more opaque; the controls say so.",
            keys("Escape", "t", "plus", "plus", "plus"),
        ),
        Step(
            "looks",
            "T, T, H, V",
            "Fill and outline; spotlight; the raw picture beside.",
            keys("t", "t", "h", "v"),
            rest_s=0.8,
        ),
        Step(
            "plots",
            "H, V, V, G",
            "One picture again; the plots of the last minute below it.",
            keys("h", "v", "v", "g"),
            rest_s=3.0,
        ),
        Step(
            "full-screen",
            "G, F11",
            "The picture, and one line. It covers the part of the screen that it watches now, and says so.",
            keys("g", "F11"),
            rest_s=1.2,
            whole=True,
        ),
        Step("keys", "F11, F1", "All keys, two for each action.", keys("F11", "F1"), rest_s=1.0),
        Step(
            "pedal",
            "The second key of 'Overlay on or off', then the pedal (it types F8)",
            "F8 stands there, and holds at once.",
            in_turn(lambda hand: hand.click(*PEDAL), lambda hand: hand.key("F8")),
            lambda hand: hand.until(
                lambda: hand.settings().get("keys", {}).get("toggle_overlay") == ["O", "F8"], "the key"
            ),
            rest_s=0.5,
            checked="the key is kept in the settings",
        ),
        Step(
            "pedal-pressed",
            "F1, then the pedal",
            "The overlay is off.",
            keys("F1", "F8"),
            Hand.sees_no_overlay,
            checked="no overlay",
        ),
        Step(
            "preset",
            "The pedal again, Ctrl+P, a name, Save",
            "The preset is in the list, and it says that it is saved.",
            _preset,
            rest_s=0.6,
        ),
        Step(
            "self-check",
            "Esc, F2",
            "Source, rate, times, engine, model and disk, each with a mark.",
            keys("Escape", "F2"),
            rest_s=7.0,
        ),
        Step(
            "message",
            "Esc, then look at the whole",
            "Back at the picture; the source's state, the overlay with its age, the notice.",
            keys("Escape"),
        ),
        Step(
            "close",
            "Ctrl+Q",
            "The window is gone (the picture is of the empty screen).",
            keys("ctrl+q"),
            _closed,
            checked="exit status 0, no error; scan area, scale, lateral side, pedal and preset are kept",
            whole=True,
        ),
    ]


PEDAL = (504.0, 64.0)


def _ticks(hand: Hand) -> None:
    hand.key("x", "d")
    zoom, top = _zoom()
    x = (hand.area.x + hand.area.width + 7) / 2 * zoom
    for y in (hand.area.y, hand.area.y + hand.area.height - 1):
        hand.click(x, top + y / 2 * zoom)


def _zoom() -> tuple[float, float]:
    """How much larger the window shows the machine's picture than the screen, and where its top edge is."""
    wide, room = 952, 710 - 50 + 0
    zoom = wide / MACHINE[2]
    return zoom, 50 + (room - MACHINE[3] * zoom) / 2


def _preset(hand: Hand) -> None:
    hand.key("F8", "ctrl+p")
    hand.rest(1.0)
    hand.type("SonoSite in theatre 3")
    hand.key("Return")


def _closed(hand: Hand) -> None:
    _ended_well(hand)
    kept = hand.settings()
    for name in ("scan_areas", "scales", "lateral", "keys", "presets"):
        if not kept.get(name):
            raise StepError(f"not kept in the settings: {name}")


# Replaying


def _replaying() -> list[Step]:
    return [
        Step(
            "start",
            "Start with a clip: `python -m app clip.mp4`",
            "REPLAY; the clip plays, its scan area is found, the overlay is on it.",
            lambda hand: hand.start(str(hand.clip)),
            Hand.sees_overlay,
            rest_s=1.5,
            checked="the overlay",
        ),
        Step(
            "paused",
            "Esc, K",
            "PAUSED; 'of this frame'; the time line fills as frames are analysed.",
            keys("Escape", "k"),
            rest_s=9.0,
        ),
        Step(
            "stepped",
            ". twice, then comma",
            "One frame on, one on, one back: the frame's number says so.",
            keys("period", "period", "comma"),
        ),
        Step(
            "scrubbed",
            "Drag along the time line",
            "The picture follows.",
            lambda hand: hand.drag(PLACE[0] + 300, TIME_LINE_Y, PLACE[0] + 700, TIME_LINE_Y),
            rest_s=0.8,
        ),
        Step(
            "looped",
            "Home, Right, I, Right, I, K",
            "It repeats between the two marks.",
            _loop,
            rest_s=1.5,
        ),
        Step("backwards", "I, J", "It plays backwards; the button is lit.", keys("i", "j"), rest_s=1.0),
        Step(
            "speed",
            "L, L, then < twice",
            "Forwards; the speed stands in the list.",
            keys("l", "l", "less", "less"),
            rest_s=0.6,
        ),
        Step(
            "compare",
            "K, W",
            "Two models side by side, how far they agree, and the agreement along the time line.",
            keys("k", "w"),
            rest_s=14.0,
        ),
        Step("difference", "Shift+W", "Where the two differ, on one picture.", keys("shift+w"), rest_s=0.6),
        Step(
            "correct",
            "W, E",
            "The mask corrected by hand: the model's as a dotted line, the tools below.",
            keys("w", "e"),
            rest_s=1.5,
        ),
        Step(
            "corrected",
            "4",
            "The model's mask is the frame's own now, with its points; a diamond on the time line.",
            _correct,
            _corrections_kept,
            rest_s=1.0,
            checked="the correction is on the disk",
        ),
        Step("export", "Esc, Ctrl+E", "What would be exported, and where to.", keys("Escape", "ctrl+e"), rest_s=1.0),
        Step(
            "exported",
            "Shift+Tab twice, Space: the button Export",
            "It says what is finished, and where.",
            keys("shift+Tab", "shift+Tab", "space"),
            _exported,
            rest_s=9.0,
            checked="a clip is written",
        ),
        _closing("close", "Esc, Ctrl+Q", "Escape", "ctrl+q"),
    ]


TIME_LINE_Y = PLACE[1] + 600.0


def _loop(hand: Hand) -> None:
    for key in ("Home", "Right", "i", "Right", "i", "k"):
        hand.key(key)
        hand.rest(0.7)


def _correct(hand: Hand) -> None:
    hand.key("4")
    hand.rest(0.6)


def _corrections_kept(hand: Hand) -> None:
    hand.until(
        lambda: [path for path in hand.files("data/corrections/**/*") if path.is_file()], "the correction's file"
    )


def _exported(hand: Hand) -> None:
    hand.until(lambda: hand.files("pictures/exports/*/*.*"), "the clip", 60)


# Demo


def _demo() -> list[Step]:
    return [
        Step(
            "start",
            "Start the demo: `python -m app phantom`",
            "DEMO, the phantom, the overlay; no cards for who names a source.",
            lambda hand: hand.start("phantom"),
            Hand.sees_overlay,
            rest_s=1.0,
            checked="the overlay",
        ),
        Step(
            "raw",
            "Hold Space",
            "First look for the region in the raw picture.",
            lambda hand: hand.down("space"),
            Hand.sees_no_overlay,
            checked="no overlay",
        ),
        Step(
            "corner",
            "Let go, V twice",
            "The overlay, and the raw scan small in a corner.",
            in_turn(lambda hand: hand.up("space"), lambda hand: hand.key("v", "v")),
            Hand.sees_overlay,
            checked="the overlay",
        ),
        Step(
            "test",
            "V, Q, Home",
            "A still of another leg, without an overlay; below it, what to do.",
            in_turn(keys("v", "q"), lambda hand: hand.rest(3.0), keys("Home")),
            rest_s=2.0,
        ),
        Step(
            "tested",
            "Click four points round the region, 0",
            "One's own outline, the phantom's and the model's; overlap, and how far edges and centres lie apart.",
            _outline,
            _answer_kept,
            rest_s=1.5,
            checked="the answer is on the disk",
        ),
        Step("help", "Esc, ?", "The page of keys.", keys("Escape", "question"), rest_s=0.8),
        _closing("close", "Esc, Ctrl+Q", "Escape", "ctrl+q"),
    ]


def _outline(hand: Hand) -> None:
    for x, y in ((375, 240), (520, 258), (585, 325), (470, 308)):
        hand.click(x, y)
    hand.key("0")


def _answer_kept(hand: Hand) -> None:
    hand.until(lambda: hand.files("data/self-test.jsonl"), "the answer's file")


# The engineer


def _engineer() -> list[Step]:
    return [
        Step(
            "start",
            "Start with another model: `python -m app phantom --model FOLDER`",
            "The model's name at the lower right, and its overlay.",
            _start_model,
            Hand.sees_overlay,
            rest_s=1.0,
            checked="the overlay",
        ),
        Step("self-check", "F2", "The page names model, engine and their times.", keys("F2"), rest_s=7.0),
        Step(
            "model-group",
            "Esc, then 'Model and engine'",
            "Model and engine can be chosen.",
            in_turn(lambda hand: hand.key("Escape"), lambda hand: hand.click(1060, 532)),
            rest_s=0.6,
        ),
        _closing("close", "Ctrl+Q", "ctrl+q"),
        Step(
            "no-model",
            "Start with a model that is not there: `python -m app phantom --model no-such-model`",
            "The picture; one sentence says what is wrong; 'no model is running'.",
            lambda hand: hand.start("phantom", "--model", "no-such-model"),
            Hand.sees_no_overlay,
            rest_s=2.0,
            checked="no overlay",
        ),
        _closing("close-again", "Ctrl+Q", "ctrl+q"),
    ]


def _start_model(hand: Hand) -> None:
    folder = hand.home / "runs" / "mine"
    shutil.copytree(ROOT / "assets" / "models" / "paper-unet", folder)
    hand.start("phantom", "--model", str(folder))


def make_parts() -> list[Part]:
    """The check list."""
    beside = "Trainee and teacher; the machine's picture is on the laptop's screen."
    return [
        Part("bedside", "At the bedside", beside, _bedside(), watches_screen=True),
        Part("replay", "Replaying", "A recorded clip, alone or with a teacher.", _replaying()),
        Part("demo", "Demo", "No hardware at all.", _demo()),
        Part("engineer", "Engineer", "With a model of one's own.", _engineer()),
    ]


# Walking


@contextmanager
def screen(folder: Path, clip: Path | None = None) -> Iterator[None]:
    """A screen with a window manager that frames dialogs only, and with the machine's picture where there is a clip."""
    rules = folder / "openbox.xml"
    rules.write_text(
        '<?xml version="1.0"?><openbox_config xmlns="http://openbox.org/3.4/rc"><theme><keepBorder>no'
        "</keepBorder></theme>"
        # Without this, clicks are taken for the window manager's and do not arrive.
        '<mouse><context name="Client"><mousebind button="Left" action="Press"><action name="Focus"/>'
        '<action name="Raise"/></mousebind></context></mouse><applications>'
        '<application title="*SonoBlock" type="normal"><position force="yes">'
        f"<x>{PLACE[0]}</x><y>{PLACE[1]}</y></position></application>"
        '<application class="*" type="normal"><decor>no</decor></application></applications></openbox_config>'
    )
    display = next(f":{number}" for number in DISPLAYS if not Path(f"/tmp/.X{number}-lock").exists())
    wide, high = SCREEN
    server = subprocess.Popen(
        ["Xvfb", display, "-screen", "0", f"{wide}x{high}x24", "-nolisten", "tcp", "-noreset"],
        stderr=subprocess.DEVNULL,
    )
    before, os.environ["DISPLAY"] = os.environ.get("DISPLAY"), display
    manager = None
    try:
        limit = time.monotonic() + PATIENCE_S
        while subprocess.run(["xdotool", "getdisplaygeometry"], capture_output=True, check=False).returncode:
            if time.monotonic() > limit:
                raise StepError("there is no screen: is Xvfb installed?")
            time.sleep(0.1)
        with machine(clip) if clip is not None else nullcontext():
            # Only now: a window manager would place the machine's window elsewhere.
            manager = subprocess.Popen(["openbox", "--config-file", str(rules)], stderr=subprocess.DEVNULL)
            time.sleep(0.5)
            yield
    finally:
        for process in (manager, server):
            if process is not None:
                process.terminate()
                process.wait(PATIENCE_S)
        if before is None:
            del os.environ["DISPLAY"]
        else:
            os.environ["DISPLAY"] = before


@contextmanager
def machine(clip: Path) -> Iterator[None]:
    """Another program shows the machine's picture on the screen."""
    x, y, wide, high = MACHINE
    place = ["-noborder", "-left", str(x), "-top", str(y), "-x", str(wide), "-y", str(high)]
    command = ["ffplay", "-v", "error", "-nostats", "-an", "-loop", "0", *place, str(clip)]
    environment = {**os.environ, "SDL_VIDEODRIVER": "x11", "SDL_RENDER_DRIVER": "software", "SDL_AUDIODRIVER": "dummy"}
    player = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    time.sleep(2)
    try:
        yield
    finally:
        player.terminate()
        player.wait(PATIENCE_S)


def walk(part: Part, out: Path, most: int | None = None) -> list[str]:
    """Does a part's steps, the first `most` of them; writes their pictures; gives what was not as it should be."""
    wrong = []
    home = Path(tempfile.mkdtemp(prefix="sonoblock-walk-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        clip, area = bench_clip.write(home / "clip.mp4", 4.0, (1280, 720), 25)
        stack.enter_context(screen(home, clip if part.watches_screen else None))
        hand = Hand(home / "home", clip, area)
        hand.home.mkdir()
        stack.callback(hand.stop)
        for step in part.steps[:most]:
            try:
                step.act(hand)
                step.check(hand)
                time.sleep(step.rest_s)
            except StepError as error:
                wrong.append(f"{part.name}, {step.name}: {error}")
                print(wrong[-1], file=sys.stderr, flush=True)
            picture = hand.look(step.whole)
            size = SHOWN_WIDTH, round(picture.shape[0] * SHOWN_WIDTH / picture.shape[1])
            small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
            write_picture(out / f"{part.name}-{step.name}.webp", np.asarray(small, np.uint8), MOST_BYTES)
            print(f"{part.name}-{step.name}", flush=True)
    return wrong


def page(parts: list[Part]) -> str:
    """docs/walkthrough.md."""
    lines = [
        "# The check list, walked through",
        "",
        "What a person does, what must be seen then, and what was seen. `python scripts/walkthrough.py` uses the",
        "running program by mouse and keys on a screen of its own, and writes this page. What is said to be checked it",
        "checks itself, and ends with status 1 where it is not so. The rest is for the eye.",
    ]
    for part in parts:
        lines += ["", f"## {part.title}", "", part.who]
        for number, step in enumerate(part.steps, 1):
            checked = f" *Checked: {step.checked}.*" if step.checked else ""
            picture = f"![{part.title}, step {number}](images/walkthrough/{part.name}-{step.name}.webp)"
            lines += ["", f"**{number}. {step.do}.** {step.see}{checked}", "", picture]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Walks; gives the exit status."""
    parts = make_parts()
    parser = argparse.ArgumentParser(description="Walks through the usability check list on the real window.")
    parser.add_argument("parts", nargs="*", metavar="PART", help="these only")
    parser.add_argument("--list", action="store_true", help="print the check list")
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="FOLDER", help="for the pictures")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.parts if name not in [part.name for part in parts]]:
        parser.error(f"{unknown[0]} is no part: --list names them")
    if options.list:
        print(
            "\n".join(f"{part.name:<10}{step.name:<20}{step.do}: {step.see}" for part in parts for step in part.steps)
        )
        return 0
    if missing := [name for name in NEEDS if shutil.which(name) is None]:
        print(f"Missing here: {', '.join(missing)}.", file=sys.stderr)
        return 2
    if not options.parts:
        PAGE.write_text(page(parts), encoding="utf-8")
    wrong = [
        line for part in parts if not options.parts or part.name in options.parts for line in walk(part, options.out)
    ]
    print("\n".join(wrong) or "Everything was as it should be.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
