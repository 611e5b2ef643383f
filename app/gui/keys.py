"""Everything that a key does, with its keys as shipped: shortcuts, tooltips and the page of keys are made from it."""

from __future__ import annotations

from dataclasses import dataclass


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
    Key("toggle_overlay", ("O",), "Overlay on or off", "Overlay"),
    Key("raw", ("Space",), "Raw picture while held", "Overlay"),
    Key("cycle_style", ("T",), "Fill, outline, or both", "Overlay"),
    Key("more_opacity", ("+", "="), "Overlay more opaque", "Overlay", repeats=True),
    Key("less_opacity", ("-",), "Overlay more transparent", "Overlay", repeats=True),
    Key("more_threshold", ("]",), "Higher threshold: smaller region", "Overlay", repeats=True),
    Key("less_threshold", ("[",), "Lower threshold: larger region", "Overlay", repeats=True),
    Key("model_threshold", ("\\",), "Threshold of the model card", "Overlay"),
    Key("toggle_spotlight", ("H",), "Spotlight: dim the picture round the region", "Overlay"),
    Key("toggle_steady", ("M",), "Steady the overlay by the frames before, or not", "Overlay"),
    Key("cycle_layout", ("V",), "One picture, the raw one beside it, or small in a corner", "Overlay"),
    Key("toggle_freeze", ("F",), "Freeze the picture, or go on", "Picture"),
    Key("snapshot", ("S",), "Save a snapshot of the scan area", "Picture"),
    Key("toggle_recording", ("F9",), "Record the scan area, or stop", "Picture"),
    Key("save_last", ("B",), "Save the last seconds of the scan area", "Picture"),
    Key("show_kept", ("F3",), "List of recordings and snapshots", "Picture"),
    Key("edit_scan_area", ("A",), "Draw the scan area (arrow keys move, Shift sizes, Enter sets)", "Picture"),
    Key("find_scan_area", ("Shift+A",), "Find the scan area anew", "Picture"),
    Key("reset_scan_area", ("R",), "Scan area: the whole frame", "Picture"),
    Key("cycle_lateral", ("N",), "Lateral side: not known, left, right", "Orientation and scale"),
    Key("toggle_mirror", ("X",), "Mirror the picture left to right, or not", "Orientation and scale"),
    Key(
        "edit_scale", ("D",), "Set the depth scale by two ticks (arrow keys move, Enter marks)", "Orientation and scale"
    ),
    Key("cycle_scale", ("Shift+D",), "Next of the source's scales, or none", "Orientation and scale"),
    Key("forget_scale", ("Ctrl+Backspace",), "Forget the scale that is in use", "Orientation and scale"),
    Key("play_pause", ("K",), "Play or pause a recording", "Recording"),
    Key("step_back", (",",), "One frame back", "Recording", repeats=True),
    Key("step_forward", (".",), "One frame on", "Recording", repeats=True),
    Key("seek_back", ("Left",), "One second back", "Recording", repeats=True),
    Key("seek_forward", ("Right",), "One second on", "Recording", repeats=True),
    Key("seek_start", ("Home",), "To the beginning", "Recording"),
    Key("seek_end", ("End",), "To the last frame", "Recording"),
    Key("play_back", ("J",), "Play backwards; again: faster", "Recording"),
    Key("play_on", ("L",), "Play forwards; again: faster", "Recording"),
    Key("slower", ("<",), "Play slower", "Recording"),
    Key("faster", (">",), "Play faster", "Recording"),
    Key("loop", ("I",), "Repeat from here; to here; all of it again", "Recording"),
    Key("toggle_ahead", ("Y",), "Analyse all frames while paused, or not", "Recording"),
    Key("show_entries", ("F4",), "List of the clips of a DICOM folder", "Recording"),
    Key("entry_back", ("PgUp",), "The clip before, of a DICOM folder", "Recording"),
    Key("entry_next", ("PgDown",), "The clip after, of a DICOM folder", "Recording"),
    Key("export", ("Ctrl+E",), "Export: clip, GIF, frames, masks, table", "Recording"),
    Key("toggle_correct", ("E",), "Correct masks by hand, or leave", "Correct by hand"),
    Key("polygon", ("1",), "Polygon: set, drag, add points (Alt+arrows and Enter, Delete)", "Correct by hand"),
    Key("brush", ("2",), "Brush; [ and ] change its size", "Correct by hand"),
    Key("eraser", ("3",), "Eraser", "Correct by hand"),
    Key("take_model", ("4",), "The model's mask, as it is or to start from", "Correct by hand"),
    Key("take_neighbour", ("5",), "The mask of the nearest corrected frame", "Correct by hand"),
    Key("no_region", ("6",), "No region in this frame", "Correct by hand"),
    Key("interpolate", ("7",), "Interpolate between the corrected frames", "Correct by hand"),
    Key("confirm", ("8",), "The interpolated mask is right", "Correct by hand"),
    Key("forget_correction", ("9",), "Forget this frame's correction", "Correct by hand"),
    Key("undo", ("Ctrl+Z",), "Undo", "Correct by hand", repeats=True),
    Key("redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Redo", "Correct by hand", repeats=True),
    Key("save_training", ("Ctrl+S",), "Save the corrected frames as training data", "Correct by hand"),
    Key("toggle_compare", ("W",), "Compare two models, or a model and masks, or leave", "Compare and look closer"),
    Key("toggle_difference", ("Shift+W",), "Where A and B differ, or side by side", "Compare and look closer"),
    Key("next_place", ("Ctrl+Right",), "Next disagreement, or corrected frame", "Compare and look closer"),
    Key("previous_place", ("Ctrl+Left",), "The one before", "Compare and look closer"),
    Key("zoom_in", ("Ctrl++", "Ctrl+="), "Larger (wheel, two fingers)", "Compare and look closer", repeats=True),
    Key("zoom_out", ("Ctrl+-",), "Smaller", "Compare and look closer", repeats=True),
    Key("zoom_fit", ("Ctrl+0",), "All of the scan area", "Compare and look closer"),
    Key("choose_source", ("C",), "Choose a source", "Source"),
    Key("open_file", ("Ctrl+O",), "Open a file: video or DICOM", "Source"),
    Key("open_folder", ("Ctrl+Shift+O",), "Open a folder: images or DICOM", "Source"),
    Key("open_address", ("Ctrl+U",), "Open the address of a stream", "Source"),
    Key("open_screen_area", ("Ctrl+R",), "Watch a part of the screen", "Source"),
    Key("choose_demo_folder", ("Ctrl+D",), "Set the folder of the demo's images", "Source"),
    Key("presets", ("Ctrl+P",), "Presets for each machine; export and import settings", "Source"),
    Key("toggle_panel", ("P",), "Fold the controls away, or show them", "Window"),
    Key("toggle_plots", ("G",), "Plots of the last minute, or fold them away", "Window"),
    Key("toggle_full_screen", ("F11",), "Full screen: the picture alone, or not", "Window"),
    Key("show_help", ("F1", "?"), "Keys: see and change them", "Window"),
    Key("self_check", ("F2",), "Self-check: source, speed, engine, model, disk", "Window"),
    Key("first_steps", ("Ctrl+F1",), "The first steps again", "Window"),
    Key("leave", ("Esc",), "Leave what is open: message, tool, correcting, full screen", "Window"),
    Key("close", ("Ctrl+Q",), "Close the program", "Window"),
)


HELD = "raw"
"""The one action that lasts as long as its key is down."""


def key_for(action: str) -> Key:
    """The table's row of an action. Raises KeyError."""
    for key in KEYS:
        if key.action == action:
            return key
    raise KeyError(action)
