"""Every key of the window, in one table: shortcuts, tooltips and the help page are all made from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """One thing that a key does."""

    action: str
    """Name of the window's action."""
    keys: tuple[str, ...]
    """Qt's portable key sequences; the first is shown in tooltips. Empty: the window handles it itself."""
    text: str
    """What it does, for the help page and the tooltip."""
    group: str
    shown: str = ""
    """How the help page writes the keys, where Qt's own way would not be understood."""
    repeats: bool = False
    """Whether holding the key does it again and again."""

    @property
    def label(self) -> str:
        return self.shown or " or ".join(self.keys)


KEYS: tuple[Key, ...] = (
    Key("toggle_overlay", ("O",), "Overlay on or off", "Overlay"),
    Key("raw", (), "Raw picture while held", "Overlay", shown="Space"),
    Key("cycle_style", ("T",), "Fill, outline, or both", "Overlay"),
    Key("more_opacity", ("+", "="), "Overlay more opaque", "Overlay", shown="+", repeats=True),
    Key("less_opacity", ("-",), "Overlay more transparent", "Overlay", shown="−", repeats=True),
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
    Key("step_back", (",",), "One frame back", "Recording", shown=", (comma)", repeats=True),
    Key("step_forward", (".",), "One frame on", "Recording", shown=". (full stop)", repeats=True),
    Key("seek_back", ("Left",), "One second back", "Recording", shown="←", repeats=True),
    Key("seek_forward", ("Right",), "One second on", "Recording", shown="→", repeats=True),
    Key("seek_start", ("Home",), "To the beginning", "Recording"),
    Key("seek_end", ("End",), "To the last frame", "Recording"),
    Key("slower", ("J",), "Play slower", "Recording"),
    Key("faster", ("L",), "Play faster", "Recording"),
    Key("loop", ("I",), "Repeat from here; to here; all of it again", "Recording"),
    Key("toggle_ahead", ("Y",), "Analyse all frames while paused, or not", "Recording"),
    Key("show_entries", ("F4",), "List of the clips of a DICOM folder", "Recording"),
    Key("entry_back", ("PgUp",), "The clip before, of a DICOM folder", "Recording", shown="Page up"),
    Key("entry_next", ("PgDown",), "The clip after, of a DICOM folder", "Recording", shown="Page down"),
    Key("choose_source", ("C",), "Choose a source", "Source"),
    Key("open_file", ("Ctrl+O",), "Open a file: video or DICOM", "Source"),
    Key("open_folder", ("Ctrl+Shift+O",), "Open a folder: images or DICOM", "Source"),
    Key("open_address", ("Ctrl+U",), "Open the address of a stream", "Source"),
    Key("open_screen_area", ("Ctrl+R",), "Watch a part of the screen", "Source"),
    Key("choose_demo_folder", ("Ctrl+D",), "Set the folder of the demo's images", "Source"),
    Key("presets", ("Ctrl+P",), "Presets for each machine; export and import settings", "Source"),
    Key("toggle_panel", ("P",), "Fold the controls away, or show them", "Window"),
    Key("toggle_plots", ("G",), "Plots of the last minute, or fold them away", "Window"),
    Key("toggle_full_screen", ("F11",), "Full screen", "Window"),
    Key("show_help", ("F1", "?"), "This page", "Window"),
    Key("self_check", ("F2",), "Self-check: source, speed, engine, model, disk", "Window"),
    Key("first_steps", ("Ctrl+F1",), "The first steps again", "Window"),
    Key("leave", ("Esc",), "Leave what is open: message, scan area, scale, full screen", "Window"),
    Key("press", (), "Press the focused control; Tab goes to the next", "Window", shown="Enter"),
    Key("close", ("Ctrl+Q",), "Close the program", "Window"),
)


def key_for(action: str) -> Key:
    """The table's row of an action. Raises KeyError."""
    for key in KEYS:
        if key.action == action:
            return key
    raise KeyError(action)


def tooltip(action: str) -> str:
    """What a control says when pointed at: what it does and its key."""
    key = key_for(action)
    return f"{key.text} ({key.label})" if key.label else key.text
