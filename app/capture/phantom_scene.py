"""The phantom's tissue at rest: a made-up femoral anatomy and the ultrasound echo of its scatterers.

The picture is made as a scanner makes it. Random scatterers, weighted by how strongly their tissue echoes, are
convolved with the pulse of a linear probe; the length of the complex result is the envelope, its logarithm the picture.
Everything here is in canvas pixels: the picture with a margin, so that the probe can drift. Lateral is left of the
artery (a right leg seen from below, as usual) until the whole canvas is mirrored for a left leg.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Field = NDArray[np.float32]

Grid = tuple[Field, Field]
"""Columns and rows."""

WIDTH, HEIGHT = 640, 336
"""The picture in pixels: 38 mm by 20 mm of tissue, as the usual 514 x 271 pixel pictures show it."""
MARGIN_X, MARGIN_Y = 40, 16
"""Canvas beyond the picture on each side, and below it."""
CANVAS = (HEIGHT + MARGIN_Y, WIDTH + 2 * MARGIN_X)
"""Canvas height and width."""

AXIAL_SIGMA = 1.15
"""Half length of the pulse (standard deviation, pixels)."""
LATERAL_SIGMA = (2.1, 4.0)
"""Half width of the beam near the probe and at the lower edge."""
CARRIER = 2 * np.pi * 0.75
"""Radians of echo phase a pixel of depth: half a wavelength is 4/3 pixels, 0.08 mm, which is a pulse of 10 MHz."""
UNEVEN = 3.0
"""How far surfaces stray from their curves, pixels (standard deviation)."""
BLOOD_DB = -35.0
"""The echo of blood, next to a bright fascia."""
LOOKS = 3
"""Directions from which the scanner looks; it adds their power, which smooths the speckle (spatial compounding)."""
ATTENUATION_DB = 17.0
"""What the echo loses on the way to the lower edge and back, beyond what the scanner's depth gain makes good."""


@dataclass(frozen=True)
class Vessel:
    """An ellipse in canvas pixels."""

    x: float
    y: float
    radius_x: float
    radius_y: float

    def distance(self, x: Field, y: Field) -> Field:
        """1 on the wall, less inside."""
        return np.asarray(cv2.magnitude((x - self.x) / self.radius_x, (y - self.y) / self.radius_y), np.float32)


@dataclass(frozen=True, eq=False)
class Anatomy:
    """Where things are. Curves are float32 (canvas width): the depth of a surface in each column, in pixels."""

    artery: Vessel
    vein: Vessel
    lata: Field
    """Fascia lata."""
    cover: Field
    """Lower surface of the layers that run over the vessels and the fascia iliaca."""
    iliaca: Field
    """Fascia iliaca; it lies on the muscle except over the wedge."""
    muscle: Field
    """Upper surface of the iliopsoas."""
    nerve: Vessel
    bone: Vessel | None


@dataclass(frozen=True, eq=False)
class Scene:
    """All that is needed to make pictures. Arrays are float32 (canvas height, canvas width) unless said."""

    anatomy: Anatomy
    looks: list[tuple[Field, Field]]
    """Real and imaginary part of the echo in each of the directions that the scanner compounds."""
    blood: Field
    """Amplitude of the blood's echo, which is new in each frame."""
    region: Field
    """Expert mask, 1 inside, 0 outside."""


def build(seed: int, left: bool) -> Scene:
    """The scene of a seed; `left` mirrors it."""
    random = np.random.default_rng(seed)
    anatomy = _anatomy(random)
    grid = _uneven_grid(random)
    rough, smooth = _reflectivity(anatomy, grid, random)
    loss = transmission(anatomy)
    scene = Scene(
        anatomy,
        looks=[echo(rough * loss, smooth * loss, random) for _ in range(LOOKS)],
        blood=_blood(anatomy, grid) * loss,
        region=_region(anatomy, grid),
    )
    return _mirrored(scene) if left else scene


# --- physics


def echo(rough: Field, smooth: Field, random: np.random.Generator) -> tuple[Field, Field]:
    """Real and imaginary part of the echo after demodulation.

    `rough` is the amplitude of the random scatterers: where it is 1 and even, the envelope is Rayleigh-distributed with
    a mean square of 1. `smooth` is the amplitude of surfaces that reflect in step, which gives lines without speckle.
    """
    scatterers = random.standard_normal(rough.shape, np.float32) * rough
    phase = (CARRIER * np.arange(rough.shape[0]))[:, None]
    real = _beam(scatterers * np.cos(phase).astype(np.float32)) + cv2.GaussianBlur(smooth, (0, 0), 1.4, sigmaY=0.8)
    imaginary = _beam(scatterers * np.sin(phase).astype(np.float32))
    return real.astype(np.float32), imaginary


def _beam(scatterers: Field) -> Field:
    """Convolution with the pulse, wider with depth, of unit energy."""
    depth = (np.arange(scatterers.shape[0], dtype=np.float32) / scatterers.shape[0])[:, None]
    sharp, wide = (
        cv2.GaussianBlur(scatterers, (0, 0), lateral, sigmaY=AXIAL_SIGMA) * np.sqrt(4 * np.pi * lateral * AXIAL_SIGMA)
        for lateral in LATERAL_SIGMA
    )
    return np.asarray(sharp + (wide - sharp) * depth, np.float32)


def transmission(anatomy: Anatomy) -> Field:
    """Amplitude that is left of the sound at each place: lost with depth, less in blood, and bent at vessel edges."""
    y, x = np.indices(CANVAS, np.float32)
    decibels = -ATTENUATION_DB * y / HEIGHT
    for vessel, gain in ((anatomy.artery, 11.0), (anatomy.vein, 4.0)):
        across = (x - vessel.x) / vessel.radius_x
        below = np.clip((y - vessel.y) / vessel.radius_y, 0, 1) ** 2
        fading = np.exp(-np.maximum(y - vessel.y - vessel.radius_y, 0) / 90)
        decibels += below * fading * gain * np.exp(-((across / 0.75) ** 4))
        decibels -= below * fading * 4.5 * np.exp(-(((np.abs(across) - 1.0) / 0.18) ** 2))
    if anatomy.bone is not None:
        decibels -= 14 * np.clip((1 - anatomy.bone.distance(x, y)) / 0.5, 0, 1)
    return _amplitude(decibels)


def _amplitude(decibels: ArrayLike) -> Field:
    return np.asarray(np.exp(np.asarray(decibels, np.float32) * np.float32(np.log(10) / 20)), np.float32)


# --- anatomy


def _anatomy(random: np.random.Generator) -> Anatomy:
    width, height = CANVAS[1], HEIGHT
    radius = random.uniform(0.074, 0.092) * WIDTH
    artery = Vessel(
        MARGIN_X + random.uniform(0.69, 0.76) * WIDTH,
        random.uniform(0.40, 0.46) * height,
        radius,
        radius * random.uniform(0.80, 0.92),
    )
    vein = Vessel(
        artery.x + radius * random.uniform(1.85, 2.05),
        artery.y + random.uniform(0.05, 0.12) * height,
        radius * random.uniform(0.85, 1.0),
        radius * random.uniform(0.55, 0.7),
    )
    # The wedge: from its thin lateral tip to its thick end beside the artery.
    end = artery.x - radius - random.uniform(0.02, 0.045) * WIDTH
    tip = end - random.uniform(0.25, 0.31) * WIDTH
    tip_depth = random.uniform(0.32, 0.37) * height
    upper_depth = tip_depth + random.uniform(0.05, 0.085) * height
    lower_depth = upper_depth + random.uniform(0.15, 0.19) * height
    upper = _curve((0, tip_depth - 26), (tip, tip_depth), (end, upper_depth), (width, upper_depth + 20))
    muscle = _curve(
        (0, tip_depth - 22),
        (tip, tip_depth + 3),
        ((tip + end) / 2, 0.56 * (tip_depth + lower_depth)),
        (end, lower_depth),
        (artery.x, max(lower_depth + 22, artery.y + artery.radius_y + 16)),
        (width, 0.93 * height),
        smoothing=14,
    )
    iliaca = _around_the_end(upper, muscle, end, random.uniform(34, 52))
    top = artery.y - artery.radius_y
    cover = _curve(
        (0, tip_depth - 28),
        (tip, tip_depth - 2),
        (end - 40, upper_depth - 8),
        (artery.x - 0.8 * radius, top - 2),
        (artery.x, top - 9),
        (artery.x + 0.8 * radius, top + 2),
        (vein.x, vein.y - vein.radius_y - 8),
        (width, vein.y - vein.radius_y + 6),
        smoothing=16,
    )
    lata_depth = random.uniform(0.15, 0.21) * height
    lata = _curve((0, lata_depth), (tip, lata_depth + 4), (artery.x, lata_depth - 6), (width, lata_depth + 2))
    lata = (lata + _waves(random, 3.0)).astype(np.float32)
    centre = end - 0.22 * (end - tip)
    column = round(centre)
    thickness = float(muscle[column] - iliaca[column])
    nerve = Vessel(centre, float(iliaca[column]) + 0.52 * thickness, 0.62 * thickness, 0.3 * thickness)
    bone = Vessel(MARGIN_X + random.uniform(0.2, 0.42) * WIDTH, random.uniform(1.02, 1.15) * height, 100, 85)
    has_bone = random.uniform() < 0.6
    return Anatomy(artery, vein, lata, cover, iliaca, muscle, nerve, bone if has_bone else None)


def _curve(*points: tuple[float, float], smoothing: float = 30) -> Field:
    """A smooth curve over the canvas near the points (column, depth)."""
    columns, depths = zip(*points, strict=True)
    line = np.interp(np.arange(CANVAS[1]), columns, depths).astype(np.float32)[None]
    return np.asarray(cv2.GaussianBlur(line, (0, 0), smoothing, borderType=cv2.BORDER_REPLICATE)[0], np.float32)


def _waves(random: np.random.Generator, height: float) -> Field:
    """A line that wanders by about `height` pixels."""
    noise = random.standard_normal((1, CANVAS[1]), np.float32)
    line = cv2.GaussianBlur(noise, (0, 0), 28)[0]
    return np.asarray(height * line / line.std(), np.float32)


def _around_the_end(upper: Field, muscle: Field, end: float, length: float) -> Field:
    """The fascia iliaca: along `upper`, then round the thick end of the wedge down to the muscle, and on along it."""
    left = np.clip((end - np.arange(CANVAS[1])) / length, 0, 1)
    rounding = np.sqrt(1 - (1 - left) ** 2)
    return np.asarray(muscle - np.maximum(muscle - upper, 0) * rounding, np.float32)


def _region(anatomy: Anatomy, grid: Grid) -> Field:
    """The wedge between fascia iliaca and iliopsoas as an expert outlines it: without the hair-thin tail."""
    _, y = grid
    thick = anatomy.muscle - anatomy.iliaca > 8
    inside = (y > anatomy.iliaca + 2) & (y < anatomy.muscle - 1) & thick
    return np.asarray(cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 3) > 0.5, np.float32)


def _blood(anatomy: Anatomy, grid: Grid) -> Field:
    x, y = grid
    inside = np.maximum(anatomy.artery.distance(x, y) < 1, anatomy.vein.distance(x, y) < 1)
    return _amplitude(np.where(inside, BLOOD_DB, -200.0))


def _uneven_grid(random: np.random.Generator) -> Grid:
    """Column and row of each place, the row off by a few pixels that change slowly: nothing in a body is an ellipse."""
    y, x = np.indices(CANVAS, np.float32)
    noise = cv2.resize(random.standard_normal((8, 14), np.float32), CANVAS[::-1], interpolation=cv2.INTER_CUBIC)
    return x, y + UNEVEN * noise * np.minimum(y / 40, 1)


# --- what echoes how strongly


def _reflectivity(anatomy: Anatomy, grid: Grid, random: np.random.Generator) -> tuple[Field, Field]:
    """Amplitudes of scatterers and of surfaces over the canvas; 1 is a bright fascia."""
    x, y = grid
    bent = (x, y - _flow(anatomy))
    long = _fibres(random, bent, 24, 1.5)
    short = _fibres(random, bent, 9, 1.5)
    middle = _fibres(random, bent, 14, 1.3)
    clouds = _fibres(random, bent, 40, 9)
    patches = _fibres(random, bent, 22, 14)

    decibels = -14.5 + 6 * long + 3 * short + 2 * clouds  # layers between fascia lata and fascia iliaca
    fat = -22 + 4 * short + 3 * patches
    decibels = np.where(y < anatomy.lata, fat, decibels)
    around_vessels = -17 + 4 * short + 3 * patches
    decibels = np.where(y > anatomy.cover, around_vessels, decibels)
    muscle = -25 + 2.5 * _fibres(random, bent, 20, 1.6) + 2.5 * patches
    decibels = np.where(y > anatomy.muscle, muscle, decibels)
    wedge = -12 + 4.5 * short + 3 * long + 2 * patches
    decibels = np.where((y > anatomy.iliaca) & (y < anatomy.muscle), wedge, decibels)
    decibels = np.where(anatomy.nerve.distance(x, y) < 1, _fascicles(grid, random), decibels)
    under = np.exp(-(((x - anatomy.artery.x) / anatomy.artery.radius_x) ** 2)) * (y > anatomy.artery.y)
    decibels += under * (3 + 6 * middle) * np.exp(-np.abs(y - anatomy.artery.y - 1.35 * anatomy.artery.radius_y) / 40)
    if anatomy.bone is not None:
        decibels += 14 * _cortex(anatomy.bone, grid)
    skin = np.indices(CANVAS, np.float32)[0]
    decibels = np.where(skin < 9, -16 + 5 * np.cos(2 * np.pi * skin / 4.5), decibels)  # and the probe's own face

    rough = _amplitude(cv2.GaussianBlur(np.asarray(decibels, np.float32), (0, 0), 1.2, sigmaY=0.8))
    for vessel in (anatomy.artery, anatomy.vein):
        rough *= np.clip((vessel.distance(x, y) - 0.97) * 18, 0, 1)
    return rough, _surfaces(anatomy, grid, bent, long + 0.8 * middle, random)


def _flow(anatomy: Anatomy) -> Field:
    """How far the layers at each place are bent down from flat, in pixels: fibres follow it."""
    levels = [anatomy.lata, anatomy.cover, anatomy.muscle]
    still = np.zeros(CANVAS[1], np.float32)
    knots = np.stack([still, *levels, still + 1.4 * HEIGHT])
    deepest = 0.3 * (anatomy.muscle - anatomy.muscle.mean())
    bends = np.stack([still, *(level - level.mean() for level in levels), deepest])
    rows = np.arange(CANVAS[0])
    columns = [np.interp(rows, knots[:, i], bends[:, i]) for i in range(CANVAS[1])]
    return np.asarray(np.stack(columns, axis=1), np.float32)


def _fibres(random: np.random.Generator, bent: Grid, length: float, thickness: float) -> Field:
    """Streaks along the layers, mean 0 and standard deviation 1."""
    # Long streaks are made small and enlarged: wide blurs are slow.
    across, down = max(1, int(length / 4)), max(1, int(thickness / 3))
    noise = random.standard_normal((CANVAS[0] // down, CANVAS[1] // across), np.float32)
    streaks = cv2.GaussianBlur(noise, (0, 0), length / across, sigmaY=thickness / down)
    streaks = cv2.resize(streaks, CANVAS[::-1], interpolation=cv2.INTER_LINEAR)
    streaks = cv2.remap(streaks, *bent, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray((streaks - streaks.mean()) / streaks.std(), np.float32)


def _fascicles(grid: Grid, random: np.random.Generator) -> Field:
    """The honeycomb of a nerve: dark round fascicles in bright tissue, in dB."""
    x, y = grid
    pitch = random.uniform(11, 14)
    shifted = x + 0.5 * pitch * (np.floor(y / (0.8 * pitch)) % 2)
    dots = np.cos(2 * np.pi * shifted / pitch) * np.cos(np.pi * y / (0.8 * pitch)) ** 2
    return np.asarray(-9 - 10 * np.clip(dots, -0.3, 1), np.float32)


def _surfaces(anatomy: Anatomy, grid: Grid, bent: Grid, strands: Field, random: np.random.Generator) -> Field:
    """Amplitude of what reflects like a mirror: fasciae, septa, vessel walls."""
    x, y = grid
    lines = 0.5 * _line(y, anatomy.lata, 1.4) + 0.4 * _line(y, anatomy.lata + 7 + _waves(random, 2), 1.2)
    medial = np.clip((x - anatomy.artery.x) / 60, 0, 1)
    lines += 0.4 * (1 - 0.9 * medial) * _line(y, anatomy.iliaca, 1.4) + 0.1 * _line(y, anatomy.muscle, 1.2)
    for _ in range(4):  # septa in the fat
        depth = random.uniform(0.25, 0.95) * anatomy.lata + _waves(random, 3.5)
        lines += random.uniform(0.2, 0.4) * _line(y, depth, 1.2)
    layered = (y > anatomy.lata) & (y < anatomy.cover)
    lines += np.where(layered, 0.32 * np.clip(strands - 0.6, 0, 2), 0)
    lines += np.where(y < anatomy.lata, 0.16 * np.clip(strands - 1.0, 0, 2), 0)
    striations = _fibres(random, bent, 15, 1.2)
    lines += np.where(y > anatomy.muscle + 6, 0.25 * np.clip(striations - 1.4, 0, 2), 0)
    for vessel, strength in ((anatomy.artery, 0.7), (anatomy.vein, 0.18)):
        lines *= vessel.distance(x, y) > 1
        lines += strength * _wall(vessel, grid)
    uneven = 0.6 + 0.5 * np.clip(_fibres(random, bent, 14, 5), -1.1, 1.1)
    return np.asarray(lines * uneven, np.float32)


def _line(y: Field, depth: Field, thickness: float) -> Field:
    return np.asarray(np.exp(-0.5 * ((y - depth) / thickness) ** 2), np.float32)


def _wall(vessel: Vessel, grid: Grid) -> Field:
    """A vessel's wall, bright where the sound meets it squarely: above and most of all below."""
    x, y = grid
    ring = np.exp(-0.5 * ((vessel.distance(x, y) - 1.03) * vessel.radius_y / 1.6) ** 2)
    square = np.exp(-(((x - vessel.x) / (0.55 * vessel.radius_x)) ** 2))
    return np.asarray(ring * square * np.where(y > vessel.y, 1.0, 0.5), np.float32)


def _cortex(bone: Vessel, grid: Grid) -> Field:
    """The bright rind of the bone where it faces the probe, 0 to 1."""
    x, y = grid
    rind = np.exp(-(((bone.distance(x, y) - 1) * bone.radius_y / 5) ** 2))
    return np.asarray(rind * np.clip(1.2 - np.abs(x - bone.x) / bone.radius_x, 0, 1), np.float32)


# --- left leg


def _mirrored(scene: Scene) -> Scene:
    def flip(field: Field) -> Field:
        return np.ascontiguousarray(field[..., ::-1])

    def turn(vessel: Vessel) -> Vessel:
        return replace(vessel, x=CANVAS[1] - 1 - vessel.x)

    old = scene.anatomy
    anatomy = Anatomy(
        turn(old.artery),
        turn(old.vein),
        flip(old.lata),
        flip(old.cover),
        flip(old.iliaca),
        flip(old.muscle),
        turn(old.nerve),
        None if old.bone is None else turn(old.bone),
    )
    looks = [(flip(real), flip(imaginary)) for real, imaginary in scene.looks]
    return Scene(anatomy, looks, flip(scene.blood), flip(scene.region))
