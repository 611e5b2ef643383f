"""Takes the picture of every state of the window, from the running program, and writes docs/states.md.

python scripts/screenshots.py                 # all of them; needs ffmpeg, and no screen
python scripts/screenshots.py live frozen     # these only
python scripts/screenshots.py --list

Pictures show the phantom only, mostly as it would stand in a machine's screen. The model is the shipped one and the
stream a real one; where a state needs a slow model, the engine is made to wait.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PySide6.QtCore import QPointF, Qt, qInstallMessageHandler
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from app.gui.main import make_application
from app.gui.status import OverlayKind
from app.pipeline import worker
from app.pipeline.types import Rect
from app.presets import take_preset
from app.settings import Settings
from scripts.booth import Booth, StateError, use_home, use_screen
from scripts.pictures import write_picture

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "images" / "states"
PAGE = ROOT / "docs" / "states.md"
LARGE = "large"
"""The one state that needs another scale, which Qt takes only at its start."""
_KIND = OverlayKind
MOST_BYTES = 120_000
"""Of one picture."""
FOLDS = ("overlay", "scan area", "orientation", "recordings", "model", "window")


@dataclass(frozen=True)
class State:
    """What the window can show."""

    name: str
    title: str
    meaning: str
    group: str
    make: Callable[[Booth], None]
    also: str = ""
    """Another place under docs/images for the same picture."""
    size: tuple[int, int] | None = None


STATES: list[State] = []


def state(
    title: str, meaning: str, group: str, also: str = "", size: tuple[int, int] | None = None
) -> Callable[[Callable[[Booth], None]], Callable[[Booth], None]]:
    """Enters a function that brings the window into a state; its name is the state's."""

    def enter(make: Callable[[Booth], None]) -> Callable[[Booth], None]:
        STATES.append(State(make.__name__.replace("_", "-"), title, meaning, group, make, also, size))
        return make

    return enter


# The source

SOURCE = "The source"


@state("DEMO", "The phantom, or your own saved images: no hardware, not a patient.", SOURCE, also="window.png")
def demo(booth: Booth) -> None:
    booth.open("phantom")
    booth.wait(lambda: booth.window.models.ready, "the model")
    booth.window.pipeline.seek(60)
    booth.pause(0.6)
    booth.shown()


@state("LIVE", "Pictures arrive from a camera, a screen or a stream.", SOURCE)
def live(booth: Booth) -> None:
    booth.live()
    booth.wait(lambda: booth.window.pipeline.found_area and booth.window.messages.text, "the scan area")
    booth.do("leave")
    booth.shown()


@state("FROZEN by you", "F holds the picture; pictures go on arriving, and F again shows them.", SOURCE)
def frozen(booth: Booth) -> None:
    live(booth)
    booth.do("toggle_freeze")
    booth.wait(lambda: booth.window.view.state.same_frame, "the frozen frame's answer")
    booth.pause(0.3)


@state("FROZEN by the machine", "The machine's picture has not changed for over a second.", SOURCE)
def repeating(booth: Booth) -> None:
    booth.live(still=True, settings=_with_area(booth))
    booth.wait(lambda: booth.window.top.badge.text() == "FROZEN", "FROZEN")
    booth.shown()


@state("NO SIGNAL", "No pictures: it says why, and counts down to the next try. The overlay is hidden.", SOURCE)
def no_signal(booth: Booth) -> None:
    stream = booth.live(settings=_with_area(booth))
    booth.shown()
    stream.stop()
    booth.wait(lambda: booth.window.top.badge.text() == "NO SIGNAL", "NO SIGNAL")
    booth.wait(lambda: "Next try in" in booth.window.view.text, "the countdown")


@state("NO SIGNAL at the start", "Nobody answers at the address: it goes on trying.", SOURCE)
def no_signal_at_start(booth: Booth) -> None:
    booth.open("camera:http://127.0.0.1:8099/live.mjpg")
    booth.wait(lambda: booth.window.top.badge.text() == "NO SIGNAL", "NO SIGNAL")
    booth.wait(lambda: "Next try in" in booth.window.view.text, "the countdown")


@state("REPLAY", "A recording plays.", SOURCE)
def replay(booth: Booth) -> None:
    booth.open(str(booth.clip), scan_area=booth.area)
    booth.wait(lambda: booth.window.models.ready, "the model")
    booth.pause(0.5)
    booth.shown()


@state("PAUSED", "A recording stands still; its overlay is of this very frame.", SOURCE)
def paused(booth: Booth) -> None:
    booth.open(str(booth.clip), scan_area=booth.area)
    booth.still_at()


@state("A source that cannot be opened", "One sentence says why; what was shown stays.", SOURCE)
def refused(booth: Booth) -> None:
    broken = booth.home / "broken.mp4"
    broken.write_bytes(b"no video")
    booth.open("phantom")
    booth.still_at()
    booth.window.open_word(str(broken))
    booth.wait(lambda: booth.window.messages.text, "the message")


# The overlay

OVERLAY = "The overlay"


@state("Overlay on", "Fill, outline and label; a thin inner outline where the model is surer.", OVERLAY)
def overlay_on(booth: Booth) -> None:
    _phantom(booth)


@state("Overlay off", "O switches it off, and the upper line says so.", OVERLAY)
def overlay_off(booth: Booth) -> None:
    _phantom(booth)
    booth.do("toggle_overlay")


@state("Raw picture held", "Space shows the picture without overlay as long as it is held.", OVERLAY)
def raw_held(booth: Booth) -> None:
    _phantom(booth)
    QTest.keyPress(booth.window.view, Qt.Key.Key_Space)
    booth.wait(lambda: booth.window.view.state.kind is _KIND.RAW, "the raw picture")


@state("Overlay late", "Over 100 ms behind the picture: the age turns amber.", OVERLAY)
def overlay_late(booth: Booth) -> None:
    booth.open("phantom")
    booth.wait(lambda: booth.window.models.ready, "the model")
    booth.slow_s = 0.07
    booth.pause(0.5)

    def late() -> bool:
        seen = booth.window.view.state
        return seen.kind is _KIND.SHOWN and seen.age_ms is not None and 110 < seen.age_ms < 160

    booth.wait(late, "an overlay that is late")


@state("Overlay hidden: too old", "Over 200 ms behind: it is not shown on a picture that has moved on.", OVERLAY)
def overlay_hidden(booth: Booth) -> None:
    booth.open("phantom")
    booth.wait(lambda: booth.window.models.ready, "the model")
    booth.slow_s = 0.45
    booth.pause(1.5)
    booth.wait(lambda: booth.window.view.state.kind is _KIND.TOO_OLD, "an overlay that is too old")


@state("No region found", "An answer: the model sees none.", OVERLAY)
def no_region(booth: Booth) -> None:
    # Above the region there is none.
    booth.open("phantom", scan_area=Rect(0, 0, 640, 110))
    booth.still_at()
    booth.wait(lambda: booth.window.view.state.kind is _KIND.NO_REGION, "no region")


@state(
    "Unlike the training data",
    "A lung phantom: the model was trained on groins, so nothing is outlined.",
    OVERLAY,
)
def unlike(booth: Booth) -> None:
    booth.open(str(booth.lungs()))
    booth.wait(lambda: booth.window.view.state.kind is _KIND.UNLIKE, "the words")
    booth.window.pipeline.pause()
    booth.pause(0.5)


@state("Waiting", "There is no answer of the model yet.", OVERLAY)
def waiting(booth: Booth) -> None:
    booth.open("phantom")
    booth.wait(lambda: booth.window.models.ready, "the model")
    booth.window.pipeline.pause()
    booth.pause(0.5)
    booth.slow_s = 3.0
    booth.window.pipeline.seek(75)
    booth.wait(lambda: booth.at(75) and booth.window.view.state.kind is _KIND.WAITING, "waiting")


@state(
    "No model is running", "The model could not be loaded: the message says why, the lower right 'No model'.", OVERLAY
)
def no_model(booth: Booth) -> None:
    booth.open("phantom", model=str(booth.home / "no-model"))
    booth.wait(lambda: booth.window.messages.text, "the message")
    booth.wait(lambda: booth.window.view.state.kind is _KIND.NO_MODEL, "no model")
    booth.pause(0.3)


@state("The engine hangs", "No answer for 5 s: the overlay goes, and the engine is started again.", OVERLAY)
def engine_hangs(booth: Booth) -> None:
    booth.open("phantom")
    booth.wait(lambda: booth.window.models.ready, "the model")
    booth.slow_s = worker.PREDICTING_S + 3
    booth.wait(lambda: "has not answered" in booth.window.messages.text, "the message")
    booth.wait(lambda: "again" in booth.window.bottom.model.text(), "the chip")
    booth.slow_s = 0.0


# Ways to look

LOOKS = "Ways to look"


@state("Fill", "The region as a half-transparent area.", LOOKS)
def fill(booth: Booth) -> None:
    _phantom(booth, Settings(style="fill", folds={"overlay": True}))


@state("Outline", "The region's edge alone.", LOOKS)
def outline(booth: Booth) -> None:
    _phantom(booth, Settings(style="outline", folds={"overlay": True}))


@state("Spotlight", "The picture round the region is dimmed.", LOOKS)
def spotlight(booth: Booth) -> None:
    _phantom(booth, Settings(spotlight=True))


@state("Raw picture beside", "The same frame twice: with the overlay, and untouched.", LOOKS)
def beside(booth: Booth) -> None:
    _phantom(booth, Settings(layout="two"))


@state("Raw picture in a corner", "The raw scan area, small; it gets out of the region's way.", LOOKS)
def corner(booth: Booth) -> None:
    _phantom(booth, Settings(layout="corner"))


@state("Mirrored, lateral marked", "X mirrors picture, overlay and marks; N says which side is lateral.", LOOKS)
def mirrored(booth: Booth) -> None:
    booth.open(str(booth.clip), _with_area(booth, lateral={str(booth.clip): "left"}, mirrored=[str(booth.clip)]))
    booth.still_at()


@state(
    "Depth ruler and measures",
    "With a scale: the ruler, and in the bottom line the region's depth, width and area.",
    LOOKS,
)
def ruler(booth: Booth) -> None:
    _scaled(booth)


@state("Full screen", "The picture, and one line with what is always visible.", LOOKS)
def full_screen(booth: Booth) -> None:
    _phantom(booth)
    booth.do("toggle_full_screen")
    # Without a window manager nobody makes it as large as the screen.
    booth.window.resize(*booth.size)
    booth.pause(0.5)


@state("Controls folded away", "P leaves the picture with its two lines.", LOOKS)
def folded(booth: Booth) -> None:
    _phantom(booth)
    booth.do("toggle_panel")
    booth.pause(0.3)


@state("Controls unfolded", "Six groups beside the picture; what you open stays open.", LOOKS, size=(1280, 1400))
def unfolded(booth: Booth) -> None:
    _phantom(booth, Settings(folds=dict.fromkeys(FOLDS, True)))


@state("Light theme", "Light controls for bright rooms; the picture keeps a dark edge.", LOOKS)
def light(booth: Booth) -> None:
    _phantom(booth, Settings(theme="light"))


@state(
    "A small screen",
    "1280 × 720, the window as large as the screen, a recording with its time line.",
    LOOKS,
    size=(1280, 720),
)
def small(booth: Booth) -> None:
    booth.open(str(booth.clip), _with_area(booth))
    booth.still_at()
    _analysed(booth)


# Scan area and scale

AREA = "Scan area and scale"


@state("Scan area found", "It finds itself; the thin frame shows it, and it can be corrected at once.", AREA)
def area_found(booth: Booth) -> None:
    booth.live(settings=Settings(folds={"scan area": True}))
    booth.wait(lambda: booth.window.pipeline.found_area and booth.window.messages.text, "the scan area")
    booth.shown()


@state("Scan area being drawn", "Eight handles; drag one, or draw anew. The overlay is hidden meanwhile.", AREA)
def area_drawn(booth: Booth) -> None:
    booth.open(str(booth.clip), _with_area(booth))
    booth.still_at()
    booth.do("edit_scan_area")
    booth.pause(0.3)


@state("Scale being set", "Two ticks of the machine's own scale, and their distance.", AREA)
def scale_set(booth: Booth) -> None:
    booth.open(str(booth.clip), _with_area(booth))
    booth.still_at()
    booth.do("edit_scale")
    shown = booth.window.view.shown_rect()
    assert shown is not None
    assert isinstance(booth.area, Rect)
    zoom, x = shown.width / 1280, booth.area.x + booth.area.width + 7
    for y in (booth.area.y, booth.area.y + booth.area.height - 1):
        booth.mouse(booth.window.view, [QPointF(shown.x + x * zoom, shown.y + y * zoom)])
    booth.window.mode_strip.distance.setText("4")
    booth.pause(0.3)


# Recording

KEEPING = "Recordings and snapshots"


@state("Recording", "The chip in the upper line stays as long as it records, whatever is folded away.", KEEPING)
def recording(booth: Booth) -> None:
    booth.live(settings=_with_area(booth, folds={"recordings": True}))
    booth.shown()
    booth.do("toggle_recording")
    booth.pause(3.2)
    booth.shown()


@state(
    "Recording the whole frame",
    "Without a scan area it says at once that a name in the picture would be kept.",
    KEEPING,
)
def recording_whole(booth: Booth) -> None:
    stream = booth.stream()
    word = f"camera:{stream.url}"
    booth.open(word, Settings(scan_areas={f"{word}@1280x720": "whole"}))
    booth.wait(lambda: booth.window.view.frame is not None, "pictures")
    booth.wait(lambda: booth.window.models.ready, "the model")
    booth.do("toggle_recording")
    booth.pause(1.2)


@state("A snapshot is saved", "The message says where.", KEEPING)
def snapshot(booth: Booth) -> None:
    _phantom(booth)
    booth.do("snapshot")
    booth.wait(lambda: booth.window.messages.text, "the message")


@state("Recordings and snapshots", "By their time, with pictures: open, show the folder, delete.", KEEPING)
def kept_list(booth: Booth) -> None:
    booth.open(str(booth.clip), _with_area(booth))
    booth.shown()
    booth.do("toggle_recording")
    booth.pause(2.2)
    booth.do("toggle_recording")
    booth.wait(lambda: "Recorded" in booth.window.messages.text, "the recording")
    booth.do("toggle_mirror", "snapshot")
    booth.pause(1.0)
    booth.do("toggle_mirror", "leave")
    booth.still_at()
    booth.do("show_kept")
    booth.pause(1.5)


# Recordings

REPLAYING = "Replaying"


@state("Analysed", "While paused, every frame is analysed: confidence, area, and where the model is surest.", REPLAYING)
def analysed(booth: Booth) -> None:
    booth.open(str(booth.clip), _with_area(booth))
    booth.still_at()
    _analysed(booth)


@state("A range repeats", "I marks where it begins, and again where it ends.", REPLAYING)
def repeats(booth: Booth) -> None:
    booth.open(str(booth.clip), _with_area(booth))
    booth.still_at(30)
    booth.do("loop")
    booth.still_at(70)
    booth.do("loop")
    booth.still_at(55)
    _analysed(booth)


@state("The clips of a DICOM folder", "By series, with pictures, and nothing of a patient.", REPLAYING)
def dicom_folder(booth: Booth) -> None:
    booth.open(str(booth.study()))
    booth.wait(lambda: booth.window.dicom.list is not None, "the list")
    booth.still_at(40)
    booth.pause(2.0)


@state(
    "Correct by hand",
    "The model's mask, made into one's own: polygon, brush, and marks on the time line.",
    REPLAYING,
    also="correct.png",
)
def correct(booth: Booth) -> None:
    booth.open(str(booth.clip), _with_area(booth))
    booth.still_at(10)
    booth.do("toggle_correct")
    booth.wait(booth.window.actions_by_name["take_model"].isEnabled, "the corrections")
    for frame in (10, 40, 60):
        booth.still_at(frame)
        booth.wait(booth.window.actions_by_name["take_model"].isEnabled, "the model's mask")
        booth.do("take_model")
        booth.pause(0.3)
    booth.do("interpolate")
    booth.pause(0.4)
    booth.window.messages.hide()
    booth.still_at(40)
    booth.pause(0.5)


@state(
    "Compare",
    "Two models on the same frame: where they agree, and the frames where they do not.",
    REPLAYING,
    also="compare.png",
)
def compare(booth: Booth) -> None:
    booth.open(str(booth.clip), _with_area(booth))
    booth.still_at(40)
    booth.do("toggle_compare")
    comparison = booth.window.study.compare

    def ended() -> bool:
        now = comparison.comparison
        return now is not None and now.total > 0 and now.done > now.total // 3

    booth.wait(ended, "the comparison", 120)
    booth.pause(0.5)


@state(
    "Test yourself",
    "The own outline was given, so the expert's and the model's are shown, with the score.",
    REPLAYING,
    also="test.png",
)
def test_yourself(booth: Booth) -> None:
    booth.open("phantom")
    booth.wait(lambda: booth.window.models.ready, "the model")
    booth.do("toggle_test")
    test = booth.window.study.test
    booth.wait(lambda: test.active and booth.window.pipeline.sought is None, "the test")
    booth.pause(1.0)
    booth.window.pipeline.seek(8)
    booth.pause(0.6)
    # Well placed, and too short towards the artery.
    for at in ((204, 119), (285, 121), (344, 134), (362, 158), (350, 177), (285, 171)):
        test.view.polygon.press(at, 1.0)
    booth.do("check_outline")
    booth.wait(lambda: "IoU" in test.view.words, "the score")
    booth.window.messages.hide()
    booth.pause(0.5)


@state("Export", "Clip, GIF, frames, masks and table of what is replayed.", REPLAYING)
def export(booth: Booth) -> None:
    booth.open(str(booth.clip), _with_area(booth))
    booth.still_at()
    booth.do("export")
    booth.pause(1.0)


# Pages

PAGES = "Pages"


@state("Choose a source", "Every source by its live picture; what is plugged in appears by itself.", PAGES)
def chooser(booth: Booth) -> None:
    booth.open("phantom", Settings(recent=["phantom", str(booth.clip), "camera:http://192.168.0.20:8080/live.mjpg"]))
    booth.shown()
    booth.do("choose_source")
    booth.pause(3.0)


@state("Presets", "All that is set for one machine, under a name.", PAGES)
def presets(booth: Booth) -> None:
    settings = Settings()
    _phantom(booth, settings)
    for name in ("SonoSite in theatre 3", "GE in theatre 1", "Teaching room"):
        settings.presets[name] = take_preset(settings)
    booth.do("presets")
    booth.pause(0.5)


@state("Keys", "Every key, for a foot pedal too; each can be changed.", PAGES)
def keys(booth: Booth) -> None:
    _phantom(booth)
    booth.do("show_help")
    booth.pause(0.5)


@state("Self-check", "Is everything as it should be, and what to do where it is not.", PAGES)
def self_check(booth: Booth) -> None:
    booth.open("phantom")
    booth.shown()
    booth.pause(2.0)
    booth.do("self_check")
    booth.wait(lambda: _page_text(booth), "the page")
    booth.pause(4.0)


@state("Plots", "The last minute, a value for each second: rates, ages, the region, the time of each step.", PAGES)
def plots(booth: Booth) -> None:
    booth.open("phantom")
    booth.shown()
    booth.do("toggle_plots")
    booth.pause(12.0)
    booth.shown()


@state("First steps, 1 of 3", "What this is, and is not.", PAGES)
def first_steps_1(booth: Booth) -> None:
    _first_steps(booth, 1)


@state("First steps, 2 of 3", "Choose a source.", PAGES)
def first_steps_2(booth: Booth) -> None:
    _first_steps(booth, 2)


@state("First steps, 3 of 3", "Check the scan area.", PAGES)
def first_steps_3(booth: Booth) -> None:
    _first_steps(booth, 3)


@state(
    "A large screen",
    "3840 × 2160 at twice the scale: lines and letters are drawn for it, not enlarged.",
    LOOKS,
    size=(1920, 1080),
)
def large(booth: Booth) -> None:
    booth.open(str(booth.clip), _with_area(booth))
    booth.still_at()
    _analysed(booth)


# What several have in common


def _phantom(booth: Booth, settings: Settings | None = None) -> None:
    """The phantom, paused on a frame: the picture is the same each time."""
    booth.open("phantom", settings)
    booth.still_at()


def _with_area(booth: Booth, **settings: object) -> Settings:
    """Settings that know the scan area of the clip."""
    words = (str(booth.clip), "camera:http://127.0.0.1:8091/live.mjpg")
    return Settings(scan_areas={f"{word}@1280x720": str(booth.area) for word in words}, **settings)  # type: ignore[arg-type]


def _scaled(booth: Booth) -> None:
    key = f"{booth.clip}@1280x720"
    assert isinstance(booth.area, Rect)
    size_mm = 40 / (booth.area.height - 1)
    settings = _with_area(
        booth, scales={key: {"4 cm": size_mm}}, scale={key: "4 cm"}, lateral={str(booth.clip): "right"}
    )
    booth.open(str(booth.clip), settings)
    booth.still_at()
    booth.wait(booth.window.bottom.measures.text, "the measures")


def _analysed(booth: Booth) -> None:
    booth.wait(lambda: booth.window.transport.progress.text() == "All frames analysed", "all frames analysed", 120)
    booth.pause(0.3)


def _page_text(booth: Booth) -> bool:
    return any(page.isVisible() for page in booth.window.findChildren(QDialog))


def _first_steps(booth: Booth, card: int) -> None:
    booth.open("phantom", first_steps=True)
    booth.still_at()
    for _ in range(card - 1):
        booth.window.first_steps.next.click()
    booth.pause(0.3)


# Taking and writing


def take(one: State, booth: Booth, folder: Path = FOLDER) -> Path:
    """Brings the window into the state and writes its picture; gives its path. Raises StateError."""
    usual, booth.size = booth.size, one.size or booth.size
    try:
        one.make(booth)
        pixels = booth.shoot()
    finally:
        booth.close()
        booth.size = usual
    path = folder / f"{one.name}.webp"
    write_picture(path, pixels, MOST_BYTES)
    if one.also and folder == FOLDER:
        write_picture(ROOT / "docs" / "images" / one.also, pixels, MOST_BYTES)
    return path


def page() -> str:
    """docs/states.md."""
    lines = [
        "# What the window can show",
        "",
        "Every state, taken from the running program by `python scripts/screenshots.py`, which also writes this page.",
        "All pictures show the phantom, which is made up.",
        "",
    ]
    groups = list(dict.fromkeys(one.group for one in STATES))
    lines += [f"- [{group}](#{group.lower().replace(' ', '-')})" for group in groups]
    for group in groups:
        lines += ["", f"## {group}"]
        for one in (one for one in STATES if one.group == group):
            picture = f"![{one.title}](images/states/{one.name}.webp)"
            lines += ["", f"### {one.title}", "", one.meaning, "", picture]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Takes the pictures; gives the exit status."""
    parser = argparse.ArgumentParser(description="Takes the picture of every state of the window.")
    parser.add_argument("names", nargs="*", metavar="STATE", help="these only")
    parser.add_argument("--list", action="store_true", help="print the states")
    parser.add_argument("--page", action="store_true", help="write docs/states.md only")
    parser.add_argument(
        "--out", type=Path, default=FOLDER, metavar="FOLDER", help="for the pictures (docs/images/states)"
    )
    options = parser.parse_args(arguments)
    names = [one.name for one in STATES]
    unknown = [name for name in options.names if name not in names]
    if unknown:
        parser.error(f"{unknown[0]} is no state: --list names them")
    if options.list:
        print("\n".join(names))
        return 0
    if not options.names:
        PAGE.write_text(page(), encoding="utf-8")
        if options.page:
            return 0
    return _take_all([one for one in STATES if not options.names or one.name in options.names], options.out)


def _take_all(wanted: list[State], folder: Path) -> int:
    failed = 0
    if LARGE in [one.name for one in wanted] and os.environ.get("QT_SCALE_FACTOR") != "2":
        command = [sys.executable, __file__, LARGE, "--out", str(folder)]
        failed += subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": "2"}, check=False).returncode
        wanted = [one for one in wanted if one.name != LARGE]
    # Without a window manager nobody heeds a dialog's size hints, and each time Qt says so.
    qInstallMessageHandler(lambda kind, place, text: None if "SizeHints" in text else print(text, file=sys.stderr))
    home = Path(tempfile.gettempdir()) / "sonoblock-pictures"
    shutil.rmtree(home, ignore_errors=True)
    use_home(home)
    use_screen(home)
    booth = Booth(make_application(), home) if wanted else None
    for one in wanted:
        assert booth is not None
        start = time.monotonic()
        try:
            path = take(one, booth, folder)
        except StateError as error:
            failed += 1
            print(f"{one.name}: {error}", file=sys.stderr)
        else:
            print(f"{path}  {path.stat().st_size // 1000} kB  {time.monotonic() - start:.1f} s", flush=True)
    shutil.rmtree(home, ignore_errors=True)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
