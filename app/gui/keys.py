"""Everything that a key does, with its keys as shipped: shortcuts, tooltips and the page of keys are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from app.gui.words import mark


@dataclass(frozen=True)
class Key:
    """One thing that a key does."""

    action: str
    """Name of the window's action."""
    keys: tuple[str, ...]
    """As shipped: Qt's portable names, two at most; `app.gui.bindings` knows which hold now."""
    text: str
    """What it does, for the page of keys and the tooltip."""
    group: str
    repeats: bool = False
    """Whether holding the key does it again and again."""


KEYS: tuple[Key, ...] = (
    Key("toggle_overlay", ("O",), mark("Overlay on or off"), mark("Overlay")),
    Key("raw", ("Space",), mark("Raw picture while held"), mark("Overlay")),
    Key("cycle_style", ("T",), mark("Fill, outline, or both"), mark("Overlay")),
    Key("more_opacity", ("+", "="), mark("Overlay more opaque"), mark("Overlay"), repeats=True),
    Key("less_opacity", ("-",), mark("Overlay more transparent"), mark("Overlay"), repeats=True),
    Key(
        "more_threshold",
        ("]",),
        mark("Higher threshold: smaller region; while correcting, larger brush"),
        mark("Overlay"),
        repeats=True,
    ),
    Key(
        "less_threshold",
        ("[",),
        mark("Lower threshold: larger region; while correcting, smaller brush"),
        mark("Overlay"),
        repeats=True,
    ),
    Key("model_threshold", ("\\",), mark("Threshold of the model card"), mark("Overlay")),
    Key("toggle_spotlight", ("H",), mark("Spotlight: dim the picture round the region"), mark("Overlay")),
    Key("toggle_steady", ("M",), mark("Steady the overlay by the frames before, or not"), mark("Overlay")),
    Key("cycle_layout", ("V",), mark("One picture, the raw one beside it, or small in a corner"), mark("Overlay")),
    Key("toggle_freeze", ("F",), mark("Freeze the picture, or go on"), mark("Picture")),
    Key("snapshot", ("S",), mark("Save a snapshot of the scan area"), mark("Picture")),
    Key("toggle_recording", ("F9",), mark("Record the scan area, or stop"), mark("Picture")),
    Key("save_last", ("B",), mark("Save the last seconds of the scan area"), mark("Picture")),
    Key("show_kept", ("F3",), mark("List of recordings and snapshots"), mark("Picture")),
    Key(
        "edit_scan_area", ("A",), mark("Draw the scan area (arrow keys move, Shift sizes, Enter sets)"), mark("Picture")
    ),
    Key("find_scan_area", ("Shift+A",), mark("Find the scan area anew"), mark("Picture")),
    Key("reset_scan_area", ("R",), mark("Scan area: the whole frame"), mark("Picture")),
    Key("cycle_lateral", ("N",), mark("Lateral side: not known, left, right"), mark("Orientation and scale")),
    Key("toggle_mirror", ("X",), mark("Mirror the picture left to right, or not"), mark("Orientation and scale")),
    Key(
        "edit_scale",
        ("D",),
        mark("Set the depth scale by two ticks (arrow keys move, Enter marks)"),
        mark("Orientation and scale"),
    ),
    Key("cycle_scale", ("Shift+D",), mark("Next of the source's scales, or none"), mark("Orientation and scale")),
    Key("forget_scale", ("Ctrl+Backspace",), mark("Forget the scale that is in use"), mark("Orientation and scale")),
    Key("play_pause", ("K",), mark("Play or pause a recording"), mark("Recording")),
    Key("step_back", (",",), mark("One frame back"), mark("Recording"), repeats=True),
    Key("step_forward", (".",), mark("One frame on"), mark("Recording"), repeats=True),
    Key("seek_back", ("Left",), mark("One second back"), mark("Recording"), repeats=True),
    Key("seek_forward", ("Right",), mark("One second on"), mark("Recording"), repeats=True),
    Key("seek_start", ("Home",), mark("To the beginning"), mark("Recording")),
    Key("seek_end", ("End",), mark("To the last frame"), mark("Recording")),
    Key("play_back", ("J",), mark("Play backwards; again: faster"), mark("Recording")),
    Key("play_on", ("L",), mark("Play forwards; again: faster"), mark("Recording")),
    Key("slower", ("<",), mark("Play slower"), mark("Recording")),
    Key("faster", (">",), mark("Play faster"), mark("Recording")),
    Key("loop", ("I",), mark("Repeat from here; to here; all of it again"), mark("Recording")),
    Key("toggle_ahead", ("Y",), mark("Analyse all frames while paused, or not"), mark("Recording")),
    Key("show_entries", ("F4",), mark("List of the clips of a DICOM folder"), mark("Recording")),
    Key("entry_back", ("PgUp",), mark("The clip before, of a DICOM folder"), mark("Recording")),
    Key("entry_next", ("PgDown",), mark("The clip after, of a DICOM folder"), mark("Recording")),
    Key("export", ("Ctrl+E",), mark("Export: clip, GIF, frames, masks, table"), mark("Recording")),
    Key("toggle_correct", ("E",), mark("Correct masks by hand, or leave"), mark("Correct by hand")),
    Key(
        "polygon",
        ("1",),
        mark("Polygon: set, drag, add points (Alt+arrows and Enter, Delete)"),
        mark("Correct by hand"),
    ),
    Key("brush", ("2",), mark("Brush"), mark("Correct by hand")),
    Key("eraser", ("3",), mark("Eraser"), mark("Correct by hand")),
    Key("take_model", ("4",), mark("The model's mask, as it is or to start from"), mark("Correct by hand")),
    Key("take_neighbour", ("5",), mark("The mask of the nearest corrected frame"), mark("Correct by hand")),
    Key("no_region", ("6",), mark("No region in this frame"), mark("Correct by hand")),
    Key("interpolate", ("7",), mark("Interpolate between the corrected frames"), mark("Correct by hand")),
    Key("confirm", ("8",), mark("The interpolated mask is right"), mark("Correct by hand")),
    Key("forget_correction", ("9",), mark("Forget this frame's correction"), mark("Correct by hand")),
    Key("undo", ("Ctrl+Z",), mark("Undo"), mark("Correct by hand"), repeats=True),
    Key("redo", ("Ctrl+Shift+Z", "Ctrl+Y"), mark("Redo"), mark("Correct by hand"), repeats=True),
    Key("save_training", ("Ctrl+S",), mark("Save the corrected frames as training data"), mark("Correct by hand")),
    Key(
        "toggle_compare",
        ("W",),
        mark("Compare two models, or a model and masks, or leave"),
        mark("Compare and look closer"),
    ),
    Key(
        "toggle_difference",
        ("Shift+W",),
        mark("Where A and B differ, or side by side"),
        mark("Compare and look closer"),
    ),
    Key(
        "next_place",
        ("Ctrl+Right",),
        mark("Next disagreement, corrected frame, or case"),
        mark("Compare and look closer"),
    ),
    Key("previous_place", ("Ctrl+Left",), mark("The one before"), mark("Compare and look closer")),
    Key(
        "zoom_in",
        ("Ctrl++", "Ctrl+="),
        mark("Larger (wheel, two fingers)"),
        mark("Compare and look closer"),
        repeats=True,
    ),
    Key("zoom_out", ("Ctrl+-",), mark("Smaller"), mark("Compare and look closer"), repeats=True),
    Key("zoom_fit", ("Ctrl+0",), mark("All of the scan area"), mark("Compare and look closer")),
    Key(
        "toggle_test",
        ("Q",),
        mark("Test yourself: outline the region, then see the expert's; or leave"),
        mark("Test yourself"),
    ),
    Key("check_outline", ("0",), mark("Check your outline; then the next case"), mark("Test yourself")),
    Key("choose_source", ("C",), mark("Choose a source"), mark("Source")),
    Key("open_file", ("Ctrl+O",), mark("Open a file: video, image or DICOM"), mark("Source")),
    Key("open_folder", ("Ctrl+Shift+O",), mark("Open a folder: images or DICOM"), mark("Source")),
    Key("open_address", ("Ctrl+U",), mark("Open the address of a stream"), mark("Source")),
    Key("open_screen_area", ("Ctrl+R",), mark("Watch a part of the screen"), mark("Source")),
    Key("choose_demo_folder", ("Ctrl+D",), mark("Set the folder of the demo's images"), mark("Source")),
    Key("presets", ("Ctrl+P",), mark("Presets for each machine; export and import settings"), mark("Source")),
    Key("toggle_panel", ("P",), mark("Fold the controls away, or show them"), mark("Window")),
    Key("toggle_plots", ("G",), mark("Plots of the last minute, or fold them away"), mark("Window")),
    Key("toggle_full_screen", ("F11",), mark("Full screen: the picture alone, or not"), mark("Window")),
    Key("show_help", ("F1", "?"), mark("Keys: see and change them"), mark("Window")),
    Key("self_check", ("F2",), mark("Self-check: source, speed, engine, model, disk"), mark("Window")),
    Key("first_steps", ("Ctrl+F1",), mark("The first steps again"), mark("Window")),
    Key(
        "leave",
        ("Esc",),
        mark("Leave what is open: message, tool, correcting, comparing, testing, full screen"),
        mark("Window"),
    ),
    Key("close", ("Ctrl+Q",), mark("Close the program"), mark("Window")),
)


HELD = "raw"
"""The one action that lasts as long as its key is down."""


def key_for(action: str) -> Key:
    """The table's row of an action. Raises KeyError."""
    for key in KEYS:
        if key.action == action:
            return key
    raise KeyError(action)
