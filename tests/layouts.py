"""Machine screens made up from a seed: a moving scan among all that machines draw around it, and where the scan is.

The scan is the phantom's, or a real picture that is set moving. Real pictures never leave the machine that holds them.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from app.capture.phantom import Phantom
from app.capture.source import Pixels
from app.pipeline.types import Rect

FRAMES = 12
"""Frames of a layout: a second of them, at the rate at which the finder looks."""
SIZES = ((1920, 1080), (1280, 720), (800, 600), (1280, 960), (1024, 768), (1920, 1200))
SHAPES = ("linear", "curved", "linear", "sector", "linear", "trapezoid")
PARTS = (
    "logo", "patient", "scale", "bar", "menu", "thumbnails", "settings", "ecg", "cursor", "clock", "blink", "marker",
    "inside",
)  # fmt: skip
FONT = cv2.FONT_HERSHEY_SIMPLEX

Ink = tuple[int, int, int]
Clip = NDArray[np.uint8]
"""uint8 (frames, height, width): a scan that moves, without anything around it."""


@dataclass(frozen=True)
class Plan:
    """What a layout is made of."""

    seed: int
    size: tuple[int, int] = (1280, 720)
    """Width and height of the picture, pixels."""
    shape: str = "linear"
    light: bool = False
    limited: bool = False
    """Black is 16 and white 235."""
    noise: int = 0
    """Grey levels by which the grabber is wrong, at most."""
    jpeg: int | None = None
    """Quality of the grabber's JPEG, 1 to 100."""
    pillars: bool = False
    """A 4:3 screen in the middle of a wide picture."""
    still: bool = False
    """The machine's picture is frozen: only the grabber's noise, the clock and the cursor move."""
    grey: bool = False
    """The frames have one channel."""
    gain: float = 1.0
    """How bright the scan is."""
    parts: frozenset[str] = frozenset(PARTS)

    def __str__(self) -> str:
        width, height = self.size
        words = [f"{self.seed:03} {width}x{height} {self.shape}", "light" if self.light else "dark"]
        words += [f"noise {self.noise}"] if self.noise else []
        words += [f"jpeg {self.jpeg}"] if self.jpeg else []
        words += [word for word in ("limited", "pillars", "still", "grey") if getattr(self, word)]
        return " ".join([*words, *([f"gain {self.gain}"] if self.gain != 1 else [])])


@dataclass(frozen=True, eq=False)
class Layout:
    """A second of a machine's screen."""

    name: str
    frames: tuple[Pixels, ...]
    """uint8 (height, width, 3) BGR, or (height, width) where the plan says grey."""
    truth: Rect
    """Where the scan is: of a fan, the rectangle around it."""


def plans(count: int, seed: int = 0) -> list[Plan]:
    """So many plans; sizes, shapes, noise and the rest take turns, so that all are there and in many pairs."""
    random = np.random.default_rng([seed, 7])
    return [_plan(seed * 1000 + number, random) for number in range(count)]


def _plan(number: int, random: np.random.Generator) -> Plan:
    left_out = {part for part in PARTS if random.random() < 0.35}
    return Plan(
        seed=number,
        size=SIZES[number % len(SIZES)] if number % 5 else SIZES[0],
        shape=SHAPES[(number + number // len(SHAPES)) % len(SHAPES)],
        light=number % 3 == 1,
        limited=number % 4 >= 2,
        noise=(number // 2 + number // 8) % 4,
        jpeg=int(random.integers(45, 90)) if number % 5 == 3 else None,
        pillars=number % 7 == 4,
        still=number % 6 == 5,
        grey=number % 11 == 6,
        gain=float(random.choice([0.6, 0.8, 1.0, 1.0, 1.3])),
        parts=frozenset(PARTS) - left_out,
    )


@functools.cache
def phantom_clip(seed: int = 1, count: int = FRAMES) -> Clip:
    """The phantom's first frames, every second one: (count, 336, 640)."""
    phantom = Phantom(seed=seed)
    phantom.open()
    pictures = []
    for number in range(count):
        phantom.seek(2 * number)
        picture = phantom.read()
        assert picture is not None
        pictures.append(picture.pixels)
    return np.stack(pictures)


def moving(picture: Pixels, seed: int, count: int = FRAMES) -> Clip:
    """A still scan set moving as a hand-held probe and a breathing patient move it, with speckle that changes.

    `picture` is uint8 (height, width). A margin of 2 % is cut off: saved pictures have black rims.
    """
    random = np.random.default_rng([seed, 3])
    height, width = picture.shape
    rim_x, rim_y = math.ceil(0.02 * width) + 6, math.ceil(0.02 * height) + 6
    y, x = np.indices((height - 2 * rim_y, width - 2 * rim_x), np.float32)
    phase = random.uniform(0, 2 * math.pi, 3)
    clip = []
    for number in range(count):
        t = 2 * math.pi * number / 14
        across = x + rim_x + np.float32(4.5 * math.sin(0.4 * t + phase[0])) * np.minimum(y / 40, 1)
        sway = np.asarray(np.sin(x / width * 3 + phase[2]), np.float32)
        down = y + rim_y + np.float32(2.5 * math.sin(t + phase[1])) * sway
        moved = cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT).astype(np.float32)
        grain = cv2.GaussianBlur(np.asarray(random.normal(size=moved.shape), np.float32), (0, 0), 1.0) * 3.5
        clip.append(np.clip(moved * (1 + 0.06 * grain) + 0.8 * grain, 0, 255).astype(np.uint8))
    return np.stack(clip)


def make(plan: Plan, clip: Clip) -> Layout:
    """Draws the layout. `clip` has FRAMES frames or more."""
    random = np.random.default_rng([plan.seed, 11])
    width, height = plan.size
    inner = height * 4 // 3 if plan.pillars and width * 3 > height * 4 else width
    screen = _Screen(plan, inner, height, random, clip)
    offset = (width - inner) // 2
    shape = height + 64, width + 64, 3
    grains = [random.integers(0, plan.noise + 1, shape, np.uint8) for _ in range(2)] if plan.noise else []
    frames = []
    for number in range(FRAMES):
        picture = cv2.copyMakeBorder(screen.draw(number), 0, 0, offset, width - inner - offset, cv2.BORDER_CONSTANT)
        frames.append(_grab(picture, plan, grains, random))
    area = screen.scan
    return Layout(str(plan), tuple(frames), Rect(area.x + offset, area.y, area.width, area.height))


def _grab(picture: Any, plan: Plan, grains: list[Pixels], random: np.random.Generator) -> Pixels:
    """What a grabber makes of the machine's picture."""
    height, width = picture.shape[:2]
    if plan.limited:
        picture = cv2.LUT(picture, np.round(16 + np.arange(256) * 219 / 255).astype(np.uint8))
    for number, grain in enumerate(grains):
        y, x = random.integers(0, 64, 2)
        part = grain[y : y + height, x : x + width]
        picture = cv2.subtract(picture, part) if number else cv2.add(picture, part)
    if plan.jpeg is not None:
        _, code = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, plan.jpeg])
        picture = cv2.imdecode(code, cv2.IMREAD_COLOR)
    if plan.grey:
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    pixels = np.asarray(picture, np.uint8)
    pixels.flags.writeable = False
    return pixels


class _Screen:
    """One machine's screen: what stays is drawn once, what changes on each frame."""

    def __init__(self, plan: Plan, width: int, height: int, random: np.random.Generator, clip: Clip) -> None:
        self._plan, self._random, self._clip = plan, random, clip
        self._width, self._height = width, height
        self._unit = height / 100
        self._ink = (40, 40, 40) if plan.light else (200, 200, 200)
        place = self._place()
        self._maps, inside = warp(plan.shape, place, clip.shape[2], clip.shape[1], random)
        self._mask = inside.astype(np.uint8)
        x, y, wide, high = cv2.boundingRect(self._mask)
        self.scan = Rect(place.x + x, place.y + y, wide, high)
        self._place_of_clip = place
        self._path = random.uniform(0.05, 0.95, 4)
        self._ecg_y = self.scan.y + self.scan.height + (2 if random.random() < 0.6 else -6) * self._unit
        self._paint = np.clip(np.arange(256) * plan.gain, 0, 255).astype(np.uint8)
        self._base = self._draw_base()

    def _place(self) -> Rect:
        """Where the scan goes: between the columns for menus and settings, below the top bar, above the thumbnails."""
        random, unit = self._random, self._unit
        left = random.uniform(0.06, 0.2) * self._width
        right = random.uniform(0.78, 0.93) * self._width
        top = random.uniform(8, 14) * unit
        bottom = random.uniform(74, 88) * unit
        if self._plan.shape == "linear":
            wide = min(right - left, (bottom - top) * random.uniform(0.8, 1.9))
            left += (right - left - wide) * random.uniform(0.3, 0.7)
            right = left + wide
        return Rect(round(left), round(top), round(right - left), round(bottom - top))

    def draw(self, number: int) -> Pixels:
        picture = self._base.copy()
        self._draw_scan(picture, 0 if self._plan.still else number)
        for part, draw in self._moving_parts().items():
            if part in self._plan.parts:
                draw(picture, number)
        return picture

    def _moving_parts(self) -> dict[str, Callable[[Pixels, int], None]]:
        return {"inside": self._inside_text, "ecg": self._ecg, "clock": self._clock, "blink": self._blink,
                "cursor": self._cursor}  # fmt: skip

    def _draw_scan(self, picture: Pixels, number: int) -> None:
        grey = cv2.LUT(cv2.remap(self._clip[number], *self._maps, cv2.INTER_LINEAR), self._paint)
        cv2.copyTo(cv2.merge([grey] * 3), self._mask, self._place_of_clip.cut(picture))

    def _draw_base(self) -> Pixels:
        plan, random, unit = self._plan, self._random, self._unit
        colour = random.integers(190, 240) if plan.light else random.integers(0, 45)
        picture = np.full((self._height, self._width, 3), colour, np.uint8)
        picture[..., 0] = np.minimum(picture[..., 0] * random.uniform(1, 1.25), 255)
        scan, pad = self.scan, random.integers(0, 5, 4) * round(0.8 * unit)
        top, left = max(scan.y - pad[0], 0), max(scan.x - round(7 * unit) - pad[1], 0)
        bottom, right = scan.y + scan.height + pad[2], scan.x + scan.width + round(7 * unit) + pad[3]
        picture[top:bottom, left:right] = 0
        draw = {"logo": self._logo, "patient": self._patient, "scale": self._scale, "bar": self._bar,
                "menu": self._menu, "thumbnails": self._thumbnails, "settings": self._settings,
                "marker": self._marker}  # fmt: skip
        for part, paint in draw.items():
            if part in plan.parts:
                paint(picture)
        return picture

    def _text(self, picture: Pixels, text: str, x: float, y: float, size: float = 2.0, ink: Ink | None = None) -> None:
        """Text with its lower left corner at x, y; `size` is its height in hundredths of the picture's."""
        thickness = 2 if self._height > 900 else 1
        scale = size * self._unit / 22
        cv2.putText(picture, text, (round(x), round(y)), FONT, scale, ink or self._ink, thickness, cv2.LINE_AA)

    def _logo(self, picture: Pixels) -> None:
        unit = self._unit
        blue, green, red = (int(value) for value in self._random.integers(60, 255, 3))
        colour = blue, green, red
        cv2.ellipse(
            picture, (round(6 * unit), round(4 * unit)), (round(4 * unit), round(2.5 * unit)), 0, 0, 360, colour, -1
        )
        self._text(picture, "SonoMaker", 11 * unit, 5 * unit, 3, colour)

    def _patient(self, picture: Pixels) -> None:
        unit = self._unit
        self._text(picture, "DOE, JANE   1970-01-01   ID 0012345", 0.4 * self._width, 3 * unit)
        self._text(picture, "Nerve  L12-4  MI 0.9 TIS 0.2", 0.4 * self._width, 6.4 * unit)

    def _scale(self, picture: Pixels) -> None:
        scan, unit, random = self.scan, self._unit, self._random
        at_left = random.random() < 0.4
        gap = random.uniform(0.6, 2.2) * unit
        x = scan.x - gap if at_left else scan.x + scan.width + gap
        way = -1 if at_left else 1
        for number in range(21):
            y = scan.y + round(number * (scan.height - 1) / 20)
            end = x + way * (1.6 if number % 5 == 0 else 0.8) * unit
            cv2.line(picture, (round(x), y), (round(end), y), (190, 190, 190), 1)
            if number % 5 == 0 and number:
                self._text(
                    picture, str(number // 5), x + (way * 3.6 - 1.4 * at_left) * unit, y + unit, 1.8, (190, 190, 190)
                )

    def _bar(self, picture: Pixels) -> None:
        scan, unit = self.scan, self._unit
        x = max(round(scan.x - self._random.uniform(3, 6) * unit), 0)
        high = round(scan.height * self._random.uniform(0.3, 0.9))
        ramp = np.linspace(255, 0, high).astype(np.uint8)
        picture[scan.y : scan.y + high, x : x + round(1.6 * unit)] = ramp[:, None, None]

    def _menu(self, picture: Pixels) -> None:
        unit = self._unit
        x, wide = self._width - round(11 * unit), round(10.4 * unit)
        if x < self.scan.x + self.scan.width + 7 * unit:
            return
        for number, word in enumerate(("Gain", "Depth", "Focus", "Freeze", "Store", "Zoom", "Doppler")):
            y = round((14 + 9 * number) * unit)
            fill = int(self._random.integers(150, 230) if self._plan.light else self._random.integers(40, 90))
            cv2.rectangle(picture, (x, y), (x + wide, y + round(7 * unit)), (fill, fill, fill - 10), -1)
            cv2.rectangle(picture, (x, y), (x + wide, y + round(7 * unit)), self._ink, 1)
            self._text(picture, word, x + unit, y + 4.4 * unit, 2)

    def _thumbnails(self, picture: Pixels) -> None:
        unit, random = self._unit, self._random
        top = round(90 * unit)
        for number in range(int(random.integers(2, 6))):
            x, wide, high = round((4 + 17 * number) * unit), round(15 * unit), round(9 * unit)
            small = cv2.resize(self._clip[-1 - number], (wide, high), interpolation=cv2.INTER_AREA)
            room = picture[top : top + high, x : x + wide]
            room[:] = small[: room.shape[0], : room.shape[1], None]

    def _settings(self, picture: Pixels) -> None:
        unit = self._unit
        if self.scan.x < 20 * unit:
            return
        for number, line in enumerate(("Gn 52", "DR 60", "FR 31 Hz", "Map C", "Pers 2", "2D 12 MHz", "Depth 4.0")):
            self._text(picture, line, unit, (18 + 4 * number) * unit, 2)

    def _marker(self, picture: Pixels) -> None:
        """The dot that tells which side of the probe is left, just above the scan."""
        unit = self._unit
        centre = (self.scan.x + round(1.5 * unit), self.scan.y - round(2 * unit))
        cv2.circle(picture, centre, round(unit), (60, 200, 230), -1)

    def _inside_text(self, picture: Pixels, number: int) -> None:
        scan = self.scan
        self._text(picture, "FEMORAL R", scan.x + 0.3 * scan.width, scan.y + 0.9 * scan.height, 2.6, (230, 230, 230))

    def _ecg(self, picture: Pixels, number: int) -> None:
        """A line over the width of the scan, below it or across its foot, drawn anew by a moving pen."""
        scan, unit = self.scan, self._unit
        x = np.arange(scan.width)
        pulse = np.exp(-((((x / scan.width * 3) % 1 - 0.3) / 0.02) ** 2))
        y = self._ecg_y + 4 * unit - 3 * unit * pulse
        points = np.stack([scan.x + x, y], 1).round().astype(np.int32)
        pen = (scan.width * (number + 2) // (2 * FRAMES)) % scan.width
        for part in (points[:pen], points[pen + round(3 * unit) :]):
            cv2.polylines(picture, [part], False, (80, 230, 80), 1, cv2.LINE_AA)

    def _clock(self, picture: Pixels, number: int) -> None:
        second = 41 + (number >= FRAMES // 2)
        self._text(picture, f"2024-05-17 10:22:{second}", self._width - 30 * self._unit, 98 * self._unit, 2)

    def _blink(self, picture: Pixels, number: int) -> None:
        if number // 4 % 2 == 0:
            self._text(picture, "REC", 2 * self._unit, 96 * self._unit, 3, (40, 40, 230))

    def _cursor(self, picture: Pixels, number: int) -> None:
        x0, y0, x1, y1 = self._path
        part = number / FRAMES
        x, y = (x0 + (x1 - x0) * part) * self._width, (y0 + (y1 - y0) * part) * self._height
        shape = np.array([[0, 0], [0, 2.6], [0.7, 2.0], [1.2, 3.0], [1.6, 2.8], [1.1, 1.8], [1.9, 1.8]]) * self._unit
        cv2.fillPoly(picture, [(shape + np.array([x, y])).round().astype(np.int32)], (255, 255, 255), cv2.LINE_AA)


def warp(
    shape: str, place: Rect, width: int, height: int, random: np.random.Generator
) -> tuple[tuple[NDArray[np.float32], NDArray[np.float32]], NDArray[np.bool_]]:
    """How a scan of `width` x `height` pixels is bent into `place`.

    For each pixel of `place` the column and row it shows, float32 each, and whether it shows any, bool.
    """
    across: NDArray[Any]
    down: NDArray[Any]
    y, x = np.indices((place.height, place.width), np.float32)
    if shape == "linear":
        across, down = x / max(place.width - 1, 1), y / max(place.height - 1, 1)
    elif shape == "trapezoid":
        down = y / max(place.height - 1, 1)
        half = (0.5 - (1 - down) * random.uniform(0.1, 0.16)) * place.width
        across = (x - place.width / 2) / (2 * half) + 0.5
    else:
        across, down = _fan(shape, place, x, y, random)
    inside = (across >= 0) & (across <= 1) & (down >= 0) & (down <= 1)
    columns, rows = across * (width - 1), down * (height - 1)
    return (columns.astype(np.float32), rows.astype(np.float32)), np.asarray(inside, np.bool_)


def _fan(
    shape: str, place: Rect, x: NDArray[np.float32], y: NDArray[np.float32], random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Share of the opening and share of the depth at each pixel of a fan that fits into `place`."""
    face = random.uniform(0.3, 0.5) if shape == "curved" else 0.04
    opening = math.radians(random.uniform(26, 36) if shape == "curved" else random.uniform(36, 44))
    # With outer radius 1: the fan is from face * cos(opening) down to 1, and 2 sin(opening) wide.
    radius = min(place.height / (1 - face * math.cos(opening)), place.width / (2 * math.sin(opening)))
    across = (x - place.width / 2) / radius
    down = y / radius + face * math.cos(opening)
    angle, distance = np.arctan2(across, down), np.hypot(across, down)
    return angle / (2 * opening) + 0.5, (distance - face) / (1 - face)


def worst_tenth(values: Sequence[float]) -> float:
    """The tenth percentile: nine in ten are better."""
    return float(np.percentile(values, 10))
