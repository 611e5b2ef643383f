"""What the source chooser offers, in which order and under which names. No widgets, so that it is tested alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.capture.camera import without_password
from app.capture.devices import CameraDevice, MonitorDevice, camera_key, titles
from app.gui.words import mark, tr


@dataclass(frozen=True)
class Found:
    """The devices at one moment."""

    cameras: tuple[CameraDevice, ...] = ()
    monitors: tuple[MonitorDevice, ...] = ()


@dataclass(frozen=True)
class Offer:
    """One source that may be chosen."""

    word: str
    title: str
    detail: str
    """What kind of source it is, in a word or two."""
    adjustable: bool = False
    """A camera whose size, rate and format can be chosen."""


def find_devices() -> Found:
    """Cameras and monitors here; may take a second."""
    from app.capture.devices import cameras, monitors

    return Found(tuple(cameras()), tuple(monitors()))


def offers(recent: Sequence[str], found: Found, monitor_names: Sequence[str] = ()) -> list[Offer]:
    """The last used sources first, the newest of them foremost; then the devices, the phantom and the demo.

    Each source is there once, by whatever words it was opened. `monitor_names` are those of `found.monitors`,
    empty where nobody knows one.
    """
    devices = [
        Offer(device.word, title, tr("Camera"), adjustable=True)
        for device, title in zip(found.cameras, titles(found.cameras), strict=True)
    ]
    for place, monitor in enumerate(found.monitors):
        number, size = tr("Monitor {number}", number=monitor.number), f"{monitor.width} × {monitor.height}"
        name = monitor_names[place] if place < len(monitor_names) else ""
        devices.append(Offer(monitor.word, name, f"{number} · {size}") if name else Offer(monitor.word, number, size))
    known = {camera_key(offer.word): offer for offer in (*devices, *_ALWAYS)}
    ordered: dict[str, Offer] = {}
    for word in recent:
        offer = known.get(camera_key(word))
        # The word that was used is kept: what is remembered for it, such as its scan area, goes by the word.
        ordered[camera_key(word)] = (
            Offer(word, offer.title, offer.detail, offer.adjustable) if offer is not None else _unlisted(word)
        )
    return list((ordered | {key: offer for key, offer in known.items() if key not in ordered}).values())


def can_preview(word: str) -> bool:
    """Whether it may be looked at before it is chosen: nothing on the network is opened unasked."""
    return "://" not in word


def shown_elsewhere(word: str, current: str) -> bool:
    """Whether the pipeline has this source open, so that it must not be opened a second time."""
    return camera_key(word) == camera_key(current)


def short(word: str) -> str:
    """A source word for a narrow place: of a path, its last part; of an address, no password."""
    path = Path(word)
    return path.name if path.name and path.is_absolute() else without_password(word)


def _unlisted(word: str) -> Offer:
    """A source that was used before and is no device found here."""
    head, _, rest = word.partition(":")
    if head == "igtl" or (head == "camera" and "://" in rest):
        return Offer(word, without_password(word.removeprefix("camera:")), tr("Stream"))
    if head == "camera":
        return Offer(word, tr("Camera {number}", number=rest), tr("Camera"), adjustable=True)
    if head == "screen":
        return Offer(
            word,
            *(
                (tr("Part of the screen"), rest)
                if "," in rest
                else (tr("Screen"), tr("Monitor {number}", number=rest).strip())
            ),
        )
    return Offer(word, short(word), tr("Folder") if Path(word).is_dir() else tr("File"))


_ALWAYS = (
    Offer("phantom", mark("Phantom"), mark("Test picture")),
    Offer("demo", mark("Demo"), mark("Saved images, or phantom")),
)
