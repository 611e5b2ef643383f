"""The phantom: a femoral ultrasound scene that moves, made up from a seed, for the demo and for tests without files."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from app.capture import phantom_scene
from app.capture.phantom_scene import HEIGHT, MARGIN_X, WIDTH, Field, Scene
from app.capture.source import Picture, Pixels, SourceInfo, SourceKind

if TYPE_CHECKING:
    from app.capture.phantom_cases import PhantomCases

FRAME_COUNT = 600
"""Frames of the loop. Every movement fits a whole number of times into it, so that it has no seam."""

HEART_RATE = 70 / 60
"""Beats a second, rounded to a whole number of beats a loop."""
BREATH_RATE = 14 / 60
DRIFT = (14.0, 2.5)
"""How far the probe slides along the skin and is pressed into it, pixels."""
PULSE = 0.075
"""Share by which the artery's radius grows in systole."""
TILT = 0.35
"""Radians of the mix of two slices of tissue, as the probe tilts: speckle changes slowly, and surfaces that reflect
like mirrors grow brighter and fainter, as they do on a patient."""

RANGE_DB = 60.0
"""Decibels from black to white."""
CURVE = np.round(255 * np.linspace(0, 1, 256) ** 1.7).astype(np.uint8)
"""The scanner's grey curve: dark tissue darker, for contrast."""
NOISE = 0.006
"""Amplitude of the receiver's noise, where a bright fascia gives 1."""
CELL = 8
"""Movement is worked out once for so many pixels and interpolated: tissue is smooth."""
NOISE_SPAN = 251
"""Noise starts at one of so many columns in each frame; a prime, so that steps visit them all."""


@dataclass(frozen=True)
class Motion:
    """Where the scene stands in one frame."""

    drift_x: float
    drift_y: float
    pulse: float
    """Widening of the artery, 0 to 1."""
    squeeze: float
    """Share of its height that the vein has lost."""
    tilt: float
    """Radians."""


class Phantom:
    """A recording of a made-up femoral scene: grey pictures (336, 640), `frame_count` of them, in a seamless loop.

    The same seed, leg and frame number give the same pixels; any order may be read. It never raises SourceError.
    """

    name = "Phantom"
    kind = SourceKind.DEMO
    paced = False
    retries = False
    loops = True

    def __init__(self, word: str = "phantom", seed: int = 1, left: bool = False, rate: float = 30.0) -> None:
        self.word = word
        self.seed = seed
        self.left = left
        self.rate = rate
        self._next = 0
        self._stage: Stage | None = None

    @property
    def frame_count(self) -> int:
        return FRAME_COUNT

    def open(self) -> SourceInfo:
        self._get_stage()
        return SourceInfo(WIDTH, HEIGHT, self.rate, "left leg" if self.left else "right leg")

    def read(self) -> Picture | None:
        """The next picture, uint8 (336, 640), or None after the last."""
        frame = self._next
        if frame >= FRAME_COUNT:
            return None
        self._next = frame + 1
        return Picture(self._get_stage().picture(frame, self._motion(frame)), frame / self.rate)

    def seek(self, frame: int) -> None:
        self._next = min(max(frame, 0), FRAME_COUNT - 1)

    def close(self) -> None:
        self._stage = None
        self._next = 0

    def cases(self) -> PhantomCases:
        """Stills of many legs."""
        from app.capture.phantom_cases import PhantomCases

        return PhantomCases(self.word)

    def expert_mask(self, frame: int) -> NDArray[np.bool_]:
        """The block region in a frame (from 0, round the loop), bool (336, 640). Opens the phantom if need be."""
        return self._get_stage().mask(self._motion(frame % FRAME_COUNT))

    def vessel_masks(self, frame: int) -> dict[str, NDArray[np.bool_]]:
        """'artery' and 'vein' in a frame (from 0, round the loop), bool (336, 640). Opens the phantom if need be."""
        return self._get_stage().vessels(self._motion(frame % FRAME_COUNT))

    def _get_stage(self) -> Stage:
        if self._stage is None:
            self._stage = Stage(phantom_scene.build(self.seed, self.left), self.seed)
        return self._stage

    def _motion(self, frame: int) -> Motion:
        return motion(frame / FRAME_COUNT, FRAME_COUNT / self.rate)


def motion(turn: float, loop_s: float) -> Motion:
    """Where everything is after `turn` (0 to 1) of a loop of `loop_s` seconds."""
    angle = 2 * math.pi * turn
    beats, breaths = (max(1, round(loop_s * rate)) for rate in (HEART_RATE, BREATH_RATE))
    pressure = (0.5 - 0.5 * math.cos(2 * angle)) ** 4  # two firm presses a loop
    breath = 0.5 - 0.5 * math.cos(breaths * angle)
    return Motion(
        drift_x=DRIFT[0] * (0.7 * math.sin(angle) + 0.3 * math.sin(3 * angle + 1)),
        drift_y=-DRIFT[1] * pressure,
        pulse=heartbeat(beats * turn % 1),
        squeeze=0.08 + 0.10 * breath + 0.45 * pressure,
        tilt=TILT * math.sin(2 * angle + 0.5),
    )


def heartbeat(phase: float) -> float:
    """The artery's widening over one beat, 0 to 1: a quick rise, a slow fall with the dicrotic notch, no seam."""
    rise = 1 - math.exp(-((phase / 0.09) ** 2))
    fall = math.exp(-phase / 0.28) - math.exp(-1 / 0.28)
    notch = 0.14 * math.exp(-(((phase - 0.45) / 0.06) ** 2))
    return 1.9 * rise * fall + notch


class Stage:
    """Turns a scene and a motion into pixels."""

    def __init__(self, scene: Scene, seed: int) -> None:
        random = np.random.default_rng([seed, 1])
        self._scene = scene
        shape = (HEIGHT, WIDTH + NOISE_SPAN)
        self._noise_store = phantom_scene.echo(np.ones(shape, np.float32), np.zeros(shape, np.float32), random)
        self._gain = _gain()
        rows, columns = HEIGHT // CELL, WIDTH // CELL
        y, x = np.indices((rows, columns), np.float32)
        self._x = (x + 0.5) * CELL - 0.5
        self._y = (y + 0.5) * CELL - 0.5
        # Nothing moves right under the probe's face.
        self._held = np.minimum(self._y / 40, 1).astype(np.float32)

    def picture(self, frame: int, motion: Motion) -> Pixels:
        """uint8 (336, 640), read-only."""
        across, down = self._where(motion)
        restless = cv2.remap(self._scene.blood, across, down, cv2.INTER_LINEAR) + np.float32(NOISE)
        power = np.zeros((HEIGHT, WIDTH), np.float32)
        looks = self._scene.looks
        for number, look in enumerate(looks):
            for part, other, noise in zip(look, looks[number - 1], self._noise(frame, number), strict=True):
                mixed = cv2.addWeighted(part, math.cos(motion.tilt), other, math.sin(motion.tilt), 0)
                echo = cv2.remap(mixed, across, down, cv2.INTER_LINEAR)
                cv2.accumulateSquare(echo + restless * noise, power)
        # Grey follows the decibels: 10 log10(power), plus the gain, over the range; then the scanner's grey curve.
        grey = cv2.scaleAdd(cv2.log(power), 255 / RANGE_DB * 10 / math.log(10), self._gain)
        pixels = np.asarray(cv2.LUT(np.clip(grey, 0, 255, out=grey).astype(np.uint8), CURVE), np.uint8)
        pixels.flags.writeable = False
        return pixels

    def mask(self, motion: Motion) -> NDArray[np.bool_]:
        """bool (336, 640)."""
        across, down = self._where(motion)
        return np.asarray(cv2.remap(self._scene.region, across, down, cv2.INTER_LINEAR) >= 0.5)

    def vessels(self, motion: Motion) -> dict[str, NDArray[np.bool_]]:
        """bool (336, 640) each."""
        across, down = self._where(motion)
        anatomy = self._scene.anatomy
        return {
            "artery": np.asarray(anatomy.artery.distance(across, down) <= 1),
            "vein": np.asarray(anatomy.vein.distance(across, down) <= 1),
        }

    def _noise(self, frame: int, look: int) -> tuple[Field, Field]:
        """Speckle that is new in each frame: receiver noise, and the echo of flowing blood."""
        start = (frame * 97 + look * 71) % NOISE_SPAN
        real, imaginary = (part[:, start : start + WIDTH] for part in self._noise_store)
        return real, imaginary

    def _where(self, motion: Motion) -> tuple[Field, Field]:
        """For each pixel of the picture the place on the canvas that it shows: columns and rows, float32 (336, 640)."""
        x = self._x + (MARGIN_X + motion.drift_x)
        y = self._y - motion.drift_y * self._held
        move_x, move_y = self._artery(x, y, motion.pulse)
        move_y = move_y + self._vein(x, y, motion.squeeze)
        coarse = (x - move_x * self._held, y - move_y * self._held)
        across, down = (cv2.resize(part, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR) for part in coarse)
        return np.asarray(across, np.float32), np.asarray(down, np.float32)

    def _artery(self, x: Field, y: Field, pulse: float) -> tuple[Field, Field]:
        """Movement as the artery widens: tissue is pushed away, less with distance."""
        artery = self._scene.anatomy.artery
        share = np.float32(1 - 1 / (1 + PULSE * pulse)) / np.maximum(artery.distance(x, y), 1) ** 2
        return np.asarray((x - artery.x) * share, np.float32), np.asarray((y - artery.y) * share, np.float32)

    def _vein(self, x: Field, y: Field, squeeze: float) -> Field:
        """Downward movement as the vein is pressed flat: its walls meet, and tissue above and below follows."""
        vein = self._scene.anatomy.vein
        local = squeeze * np.exp(-(((x - vein.x) / (1.25 * vein.radius_x)) ** 4))
        depth = y - vein.y
        beyond = np.maximum(np.abs(depth) - vein.radius_y * (1 - local), 0)
        most = vein.radius_y * local
        shrunk = np.minimum(np.abs(depth) * local / (1 - local), most) * np.exp(-beyond / 50)
        return np.asarray(-np.sign(depth) * shrunk, np.float32)


def _gain() -> Field:
    """The scanner's depth gain and the fall-off at the edges of the probe, as grey values to add."""
    depth = np.linspace(0, 1, HEIGHT)[:, None]
    across = np.linspace(-1, 1, WIDTH)[None]
    decibels = 48.0 + 2 * depth - 10 * np.clip((np.abs(across) - 0.85) / 0.15, 0, 1) ** 2
    decibels = decibels - 12 * np.exp(-depth * HEIGHT / 3)
    return np.asarray(255 / RANGE_DB * decibels, np.float32)
