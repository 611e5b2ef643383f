"""What the layers below say in English, in the user's language: they know nothing of Qt.

A sentence that is not in the table, such as a technical error, stays English.
"""

from __future__ import annotations

import re
from pathlib import Path

from app.capture.source import Source
from app.gui.words import mark, tr

SENTENCES = (
    # Sources
    mark("Camera {number}"),
    mark("Stream {address}"),
    mark("Monitor {number}"),
    mark("Screen area {area}"),
    mark("Screen"),
    mark("Phantom"),
    mark("DICOM folder"),
    mark("Study {study}"),
    mark("series {series}"),
    mark("Series {series}"),
    mark("Study {study}, series {series}"),
    mark("Series {series}, {frames}"),
    mark("Study {study}, series {series}, {frames}"),
    mark("1 frame"),
    mark("{n} frames"),
    mark("1 frame, {time}"),
    mark("{n} frames, {time}"),
    mark("left leg"),
    mark("right leg"),
    mark("cut to {area}"),
    mark("unreadable and left out: {files}"),
    mark("{width} × {height} at {rate} a second was asked for"),
    mark("{form}, {width} × {height} at {rate} a second was asked for"),
    mark("another source was opened"),
    # No signal, and what cannot be opened
    mark("{name} gives no more pictures: {remedy}"),
    mark("{name} sends no more pictures: check that it is on and connected."),
    mark("{name} is there but gives no picture: {remedy}"),
    mark("{name} gives no picture: check that it is on."),
    mark("{name} cannot be opened: {remedy}"),
    mark(
        "plug it in, close other programs that use it, and allow this program to use cameras in the system's privacy "
        "settings."
    ),
    mark("check the address, the network, and that the sender is on."),
    mark("check its cable, its signal, and that no other program uses it."),
    mark("There is no {name} ({device}): plug it in; 'python -m app devices' lists what is there."),
    mark("{name} may not be used: add your user to the group that owns {device}."),
    mark("{name} failed unexpectedly ({error}). Choose it again."),
    mark("{name} holds no picture that can be read: choose another file."),
    mark("{name} is not known on this network: check the address."),
    mark("{name} does not answer: check the address, the network and its firewall."),
    mark("{name} cannot be reached: start the OpenIGTLink server there, and check address and port."),
    mark("{name} closed the connection: check that it is on and sending."),
    mark("{name} cannot be captured: {remedy}"),
    mark("The screen cannot be captured: {remedy}"),
    mark("check that the monitor is on and the desktop is not locked."),
    mark("allow it in System Settings, Privacy & Security, Screen Recording, and start the program again."),
    mark(
        "Wayland lets no program capture the screen: log in again with 'Xorg' or 'X11' chosen, or use a video grabber."
    ),
    mark("There is no screen to capture: DISPLAY is not set; start this from a desktop session."),
    mark("{path} does not exist: check the path."),
    mark("{path} does not exist: check the path, or write one of the source words demo, phantom, camera:0, screen."),
    mark("{path} may not be read: change its permissions, or copy it to a place that is yours."),
    mark("{path} cannot be read ({error}): check the disk or the network it is on."),
    mark("{path} holds no frame: record it again, or choose another file."),
    mark("{path} holds no DICOM picture: choose another folder."),
    mark("{path} is empty: copy it again from where it came, or choose another file."),
    mark("{path} is a text file, not a video: choose a video file or a folder of images."),
    mark("{path} ends early, after {n} of {claimed} frames: copy it again from where it came."),
    mark("{path} is damaged at frame {n}: copy it again from where it came."),
    mark("{path} is damaged: open its folder instead, or copy it again from where it came."),
    mark("{path} is damaged or cut short as a DICOM file: copy it again from where it came."),
    mark("{path} is a DICOM file without a picture: choose an ultrasound image or clip."),
    mark("{folder} holds no image: choose a folder with JPEG, PNG, BMP or TIFF files."),
    mark(
        "'{address}' is not a source word: for a stream on the network write 'camera:{address}'.",
    ),
    mark("The demo folder {folder} is not there: choose another one in the list of sources."),
    mark(
        "'{word}' names no camera: write 'camera:0', 'camera:/dev/video0', or 'camera:' and an address that begins "
        "with rtsp:// or http://."
    ),
    mark(
        "'{word}' names no part of the screen: write 'screen', 'screen:2' for the second monitor, or "
        "'screen:X,Y,WIDTH,HEIGHT' in pixels."
    ),
    mark("'{word}' names no OpenIGTLink server: write 'igtl://HOST:PORT', mostly with port 18944."),
    mark("There is no monitor {number}: there is only monitor 1."),
    mark("There is no monitor {number}: choose one from 1 to {last}."),
    mark("Screen area {area} lies on no monitor: choose a part of {areas}."),
    mark("The monitors cannot be listed: {remedy}"),
    mark("{name} sent a broken message ({error}): check that it is an OpenIGTLink server, and the network."),
    mark(
        "{path} cannot be read as a video: it is damaged, cut short or of a kind not known here; copy it again, or "
        "convert it to MP4."
    ),
    mark(
        "{path} is {codec} video, which cannot be decoded here: convert it to H.264, such as by 'ffmpeg -i FILE -c:v "
        "libx264 NEW.mp4'."
    ),
    mark("{path} is damaged at frame {n}: copy it again, or convert it to MP4."),
    mark("{path} has frames that cannot be shown ({error}): convert it to MP4."),
    mark("{path} is damaged or holds no picture: copy it again from where it came."),
    mark("{path} is damaged: copy it again from where it came."),
    mark("{path} is not a recording of this program: choose another file."),
    mark("{path} holds no frame: it was broken off at once; delete it."),
    mark("None of the {n} images in {folder} can be read: replace the damaged files."),
    mark("None of the DICOM files in {folder} can be read; the last: {problem}"),
    mark("{path} holds no DICOM picture: choose another folder, or copy it again."),
    mark("{path} has pixels of {bits} bits, and 8 and 16 can be shown: export it as 8 bits, or as a video."),
    mark("{path} does not say how its frames are stored (no transfer syntax): export it again."),
    mark("{path} ends before its first frame: copy it again from where it came."),
    mark("{name} sends no {what}: start sending 2D images of 8 or 16 bits there."),
    mark("pictures"),
    mark("pictures that can be shown, but some {kind}"),
    mark("{path} is stored as {syntax}, which cannot be read here: {remedy}"),
    mark("export it uncompressed or as a video."),
    mark("install {package}, or {remedy}"),
    # Model and engine
    mark("Automatic"),
    mark("Block region"),
    mark("The model is being loaded."),
    mark("The engine {engine} has not answered for {limit} s: no overlay. {then}"),
    mark("The engine {engine} has been loading the model for {limit} s: no overlay. {then}"),
    mark("Choose another engine or model."),
    mark("It is being started again."),
    mark("The engine {engine} failed ({error}): choose another engine or model."),
    mark("The overlay failed ({error}): choose another model."),
    mark("The model '{model}' cannot be loaded ({error}): choose another model or engine."),
    mark("{folder} is not a model bundle: it has no {file}."),
    mark("There is no model '{name}': give a bundle's folder or one of: {names}."),
    mark("The model card {path} cannot be read: {error}. Get the model anew."),
    mark("The model card {path} is not a card. Get the model anew."),
    mark("The model card {path} is incomplete ({error}); get the model anew."),
    mark("The model in {folder} does not fit this program: {problem}."),
    mark("The model in {folder} is incomplete: {file} cannot be read ({reason})."),
    mark("The model in {folder} is damaged: {file} is not the file its card describes. Get it anew."),
    mark("The engine {engine} is not installed here (found: {found})."),
    # Scan area and scale
    mark("The scan area {area} lies outside the {width} x {height} pixels of {name}: give one inside the picture."),
    mark("it moves like speckle"),
    mark("it is grainy like speckle"),
    mark("from the file"),
    mark("{depth} mm deep · {width} mm wide · {area} mm²"),
    mark("The two ticks are too close to each other: take two that are far apart."),
    mark("{distance} cm for {pixels} pixels cannot be: check the distance in cm."),
    # Recording and exporting
    mark("There is nothing in memory to save yet: wait for pictures."),
    mark("Recording stopped: {why}. What was recorded until then is kept."),
    mark("Recording stopped: {why}. What was recorded until then is kept. Free some space, then record again."),
    mark("Recording could not begin: {why}."),
    mark("the recorder failed ({error})"),
    mark("the disk is nearly full, {free} MB are free"),
    mark("{what} cannot be written ({reason}): free some space or choose another folder."),
    mark("The settings file {path}"),
    mark("The folder {path}"),
    mark("A recording in {path}"),
    mark("A folder in {path}"),
    mark("{path} cannot be deleted ({reason}): close what uses it, then try again."),
    mark("The export was stopped after {done} frames."),
    mark("The export was stopped after {done} of {total} frames."),
    mark("The export failed ({error})."),
    mark("1 frame is exported to {folder}."),
    mark("{n} frames are exported to {folder}."),
    mark("{why} What was finished until then is kept in {folder}."),
    mark("A clip cannot be written into {folder}: OpenCV has no encoder for it here."),
    mark("{path} is not a recording or snapshot of this program: delete it by hand."),
    # Correcting and comparing
    mark("{path} is a picture, not a mask: give a folder of masks, which are black beside the region."),
    mark("The corrections of this recording were damaged; the file was set aside as {aside}."),
    mark("The corrections of this recording cannot be read ({reason}): see that {path} can be read, then try again."),
    mark("The corrections in {path} are damaged and cannot be set aside: move the file away, then try again."),
    mark("The corrections are not saved ({error})."),
    mark("The corrections in {path}"),
    mark("The training data in {path}"),
    mark("The comparison broke off: choose something else, and see the log."),
    mark("The comparison cannot read its files ({reason}): choose something else."),
    mark("{folder} holds no masks: give a folder with masks as pictures or Labelme files."),
    mark("{folder} holds masks of several recordings: give a folder with the masks of this recording alone."),
    mark(
        "{path} is {width} x {height} pixels, which is neither the frame's size nor the scan area's:"
        " set the scan area that the masks were made in."
    ),
    mark("The correction"),
    mark("{path} is not the masks of a recording: choose a recording's folder."),
    mark("{path} is damaged at frame {n}: compare something else."),
    mark("{path} cannot be read: {reason}."),
    mark("{path} is not a picture, or is damaged."),
    mark("{path} is an animated picture: give a still one."),
    mark("{folder} holds the pictures that were corrected: save into another folder."),
    # Settings
    mark("Settings taken over from {file}, with 1 preset."),
    mark("Settings taken over from {file}, with {n} presets."),
    mark("{path} cannot be used ({error}): nothing was changed; choose another file."),
    mark("it holds no exported settings of SonoBlock"),
    mark("it was written by a newer SonoBlock"),
    mark("The settings were damaged ({problem}): the defaults are used, and the file was kept as {aside}."),
    mark("The settings {path} cannot be read ({error}): the defaults are used."),
    mark("{path} cannot be read ({reason}): choose another file."),
    # Self-check
    mark("Source"),
    mark("Picture age"),
    mark("Overlay age"),
    mark("Frames without prediction"),
    mark("Step: {name}"),
    mark("Engine"),
    mark("Model"),
    mark("Free disk"),
    mark("Machine"),
    mark("none"),
    mark("none yet"),
    mark("not known"),
    mark("LIVE"),
    mark("REPLAY"),
    mark("DEMO"),
    mark("OPENING"),
    mark("PAUSED"),
    mark("NO SIGNAL"),
    mark("REPEATING"),
    mark("ENDED"),
    mark("{rate} pictures a second"),
    mark("{rate} pictures a second of {promised}"),
    mark("{dropped} dropped"),
    mark("{median} ms, 95 % within {most} ms"),
    mark("{engine}: not running"),
    mark("not as its card says"),
    mark("its files are those of its card"),
    mark("{system}, {cores} cores, Python {python}"),
    mark("Choose a source."),
    mark("Check cable, machine and address, or choose another source."),
    mark("It gives fewer pictures than it promises: try another USB port or a smaller picture."),
    mark("The overlay is often late: plug the laptop in, close other programs, or choose a quicker engine."),
    mark("Wait until the model is loaded, and check again."),
    mark("No overlay: choose another engine or model."),
    mark("Its files are missing or damaged: get the model anew."),
    mark("The folder of snapshots or that of recordings cannot be reached: check the disk."),
    mark("Make room: snapshots and recordings need {room} GB."),
    mark("All is well."),
    mark("One thing needs a look (marked !)."),
    mark("{n} things need a look (marked !)."),
    # Steps, and what is plotted
    mark("capture"),
    mark("preprocess"),
    mark("network"),
    mark("novelty"),
    mark("temporal filter"),
    mark("postprocess"),
    mark("paint"),
    mark("source"),
    mark("painted"),
    mark("predicted"),
    mark("picture"),
    mark("overlay"),
    mark("area"),
    mark("confidence"),
)
OTHERS = (
    mark("No space left on device"),
    # As it stands inside a sentence of the recorder.
    mark("no space left on device"),
    # Steps of the live view.
    mark("scale"),
    mark("draw overlay"),
)
"""What the operating system says, and what the window itself gives to the statistics."""


def outside(text: str) -> str:
    """What a layer below said, translated as far as the table knows it; of several parts, each part."""
    if text in _FIXED:
        return tr(text)
    for sentence, form in _FORMS:
        if found := form.fullmatch(text):
            return tr(sentence, **{name: outside(field) for name, field in found.groupdict().items()})
    first, separator, rest = text.partition(" · ")
    return f"{outside(first)}{separator}{outside(rest)}" if separator else text


def name_of(source: Source) -> str:
    """A source's name for people; that of a file stays what it is."""
    return source.name if source.name == Path(source.word).name else outside(source.name)


def _form(sentence: str) -> re.Pattern[str]:
    """Matches a sentence, with something in each of its fields; what stands beside a dot is said beside it."""
    parts = re.split(r"\{(\w+)\}", sentence)
    seen: set[str] = set()
    form = re.escape(parts[0])
    for name, literal in zip(parts[1::2], parts[2::2], strict=True):
        form += f"(?P={name})" if name in seen else f"(?P<{name}>(?:(?! · ).)+?)"
        form += re.escape(literal)
        seen.add(name)
    return re.compile(form, re.DOTALL)


_FIXED = frozenset(sentence for sentence in (*SENTENCES, *OTHERS) if "{" not in sentence)
# The one with the most words of its own is tried first: 'Camera {number}' is the beginning of many a sentence.
_FORMS = [
    (sentence, _form(sentence))
    for sentence in sorted(SENTENCES, key=lambda sentence: -len(re.sub(r"\{\w+\}", "", sentence)))
    if "{" in sentence
]
