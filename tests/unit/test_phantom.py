"""The phantom: repeatable, seamless, and made as ultrasound is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from app.capture import phantom_scene
from app.capture.phantom import FRAME_COUNT, Phantom, heartbeat, motion
from app.capture.phantom_scene import ATTENUATION_DB, HEIGHT, MARGIN_X, UNEVEN, WIDTH, Vessel
from app.capture.source import Picture, Pixels, Recording, SourceInfo, SourceKind

LEGS = pytest.mark.parametrize("left", [False, True], ids=["right leg", "left leg"])
BEAT = 26
"""Frames of one heartbeat at 30 frames a second."""


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    made = Phantom()
    made.open()
    return made


def picture_at(phantom: Phantom, frame: int) -> Picture:
    phantom.seek(frame)
    picture = phantom.read()
    assert picture is not None
    return picture


def pixels_at(phantom: Phantom, frame: int) -> Pixels:
    return picture_at(phantom, frame).pixels


def change(phantom: Phantom, first: int, second: int) -> float:
    """Mean difference of two frames after a blur that takes the noise out, grey values."""
    before, after = (cv2.GaussianBlur(pixels_at(phantom, frame), (0, 0), 2) for frame in (first, second))
    return float(cv2.absdiff(before, after).mean())


def artery_radius(phantom: Phantom, artery: Vessel, frame: int) -> float:
    """Pixels from the artery's centre down to its bright lower wall."""
    column = round(artery.x - MARGIN_X - motion(frame / FRAME_COUNT, FRAME_COUNT / phantom.rate).drift_x)
    bright = pixels_at(phantom, frame)[:, column - 12 : column + 13].mean(axis=1) > 60
    rows = np.nonzero(bright)[0]
    return float(rows[rows > artery.y].min() - artery.y)


def test_is_a_recording_that_loops_and_says_what_it_is() -> None:
    phantom = Phantom(rate=25)
    assert isinstance(phantom, Recording)
    assert (phantom.word, phantom.name, phantom.kind) == ("phantom", "Phantom", SourceKind.DEMO)
    assert phantom.loops and not phantom.paced and not phantom.retries
    assert phantom.open() == SourceInfo(WIDTH, HEIGHT, 25, "right leg")


def test_pictures_are_grey_contiguous_and_read_only(phantom: Phantom) -> None:
    pixels = pixels_at(phantom, 0)
    assert (pixels.shape, pixels.dtype) == ((HEIGHT, WIDTH), np.uint8)
    assert pixels.flags.c_contiguous and not pixels.flags.writeable


def test_time_stamps_follow_the_rate() -> None:
    phantom = Phantom(rate=20)
    assert picture_at(phantom, 30).time_s == pytest.approx(1.5)


def test_the_last_frame_is_the_end_and_seeking_is_clipped(phantom: Phantom) -> None:
    last = picture_at(phantom, FRAME_COUNT + 5)
    assert last.time_s == pytest.approx((FRAME_COUNT - 1) / 30)
    assert phantom.read() is None
    assert np.array_equal(pixels_at(phantom, -3), pixels_at(phantom, 0))


def test_starts_again_after_close(phantom: Phantom) -> None:
    other = Phantom()
    for _ in range(2):
        other.open()
        first = other.read()
        assert first is not None and np.array_equal(first.pixels, pixels_at(phantom, 0))
        other.close()
        other.close()


def test_the_same_frame_is_the_same_in_any_order(phantom: Phantom) -> None:
    other = Phantom()
    backwards = {frame: pixels_at(other, frame) for frame in (7, 2, 1, 0)}
    phantom.seek(0)
    for frame in range(8):
        picture = phantom.read()
        assert picture is not None
        if frame in backwards:
            assert np.array_equal(picture.pixels, backwards[frame])
            assert np.array_equal(phantom.expert_mask(frame), other.expert_mask(frame))


def test_seeds_give_other_anatomies(phantom: Phantom) -> None:
    other = Phantom(seed=2)
    assert (phantom.expert_mask(0) ^ other.expert_mask(0)).mean() > 0.002
    assert not np.array_equal(pixels_at(phantom, 0), pixels_at(other, 0))


def test_frames_move_and_the_loop_has_no_seam(phantom: Phantom) -> None:
    neighbours = [change(phantom, frame, frame + 1) for frame in range(0, BEAT)]
    assert 0 < change(phantom, FRAME_COUNT - 1, 0) <= max(neighbours)
    assert change(phantom, 0, FRAME_COUNT // 4) > 3 * max(neighbours)


@pytest.mark.parametrize("rate", [10.0, 30.0, 50.0])
def test_every_movement_returns_to_its_start(rate: float) -> None:
    before, after = (motion(turn, FRAME_COUNT / rate) for turn in (0.0, 1.0))
    for field in ("drift_x", "drift_y", "pulse", "squeeze", "tilt"):
        assert getattr(before, field) == pytest.approx(getattr(after, field), abs=1e-6), field


def test_a_heartbeat_rises_quickly_and_falls_slowly() -> None:
    curve = np.array([heartbeat(phase) for phase in np.linspace(0, 1, 200)])
    assert curve[0] == pytest.approx(0, abs=1e-6) and curve[-1] == pytest.approx(0, abs=1e-6)
    assert 0.9 < curve.max() < 1.1 and 0.05 < curve.argmax() / 200 < 0.2


def test_the_artery_widens_with_each_heartbeat(phantom: Phantom) -> None:
    frames = range(2 * BEAT)
    artery = phantom_scene.build(1, False).anatomy.artery
    radii = [artery_radius(phantom, artery, frame) for frame in frames]
    pulses = [motion(frame / FRAME_COUNT, FRAME_COUNT / 30).pulse for frame in frames]
    assert 1.04 < max(radii) / min(radii) < 1.15
    assert np.corrcoef(radii, pulses)[0, 1] > 0.8


def test_the_vein_is_pressed_flat_and_the_artery_is_not(phantom: Phantom) -> None:
    loop_s = FRAME_COUNT / 30
    pressed = motion(0.25, loop_s)
    assert pressed.squeeze > 0.5 > 0.2 > motion(0, loop_s).squeeze
    anatomy = phantom_scene.build(1, False).anatomy

    def grey(x: float, y: float, turn: float) -> float:
        column, row = round(x - MARGIN_X - motion(turn, loop_s).drift_x), round(y)
        return float(pixels_at(phantom, round(turn * FRAME_COUNT))[row - 3 : row + 4, column - 20 : column + 21].mean())

    wall = anatomy.vein.y - 0.7 * anatomy.vein.radius_y
    assert grey(anatomy.vein.x, wall, 0.25) > 1.5 * grey(anatomy.vein.x, wall, 0)
    wall = anatomy.artery.y - 0.7 * anatomy.artery.radius_y
    assert grey(anatomy.artery.x, wall, 0.25) < 1.2 * grey(anatomy.artery.x, wall, 0)


@LEGS
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_expert_mask_is_a_plausible_block_region(seed: int, left: bool) -> None:
    phantom = Phantom(seed=seed, left=left)
    artery = phantom_scene.build(seed, left).anatomy.artery
    for frame in range(0, FRAME_COUNT, 100):
        mask = phantom.expert_mask(frame)
        assert (mask.shape, mask.dtype) == ((HEIGHT, WIDTH), np.bool_)
        assert 0.009 < mask.mean() < 0.057
        assert cv2.connectedComponents(mask.astype(np.uint8))[0] == 2
        columns = np.nonzero(mask.any(axis=0))[0] + MARGIN_X
        # Lateral is left of the artery in a right leg; 20 pixels for the drift.
        gap = columns.min() - (artery.x + artery.radius_x) if left else artery.x - artery.radius_x - columns.max()
        assert gap > -20
        assert pixels_at(phantom, frame)[mask].mean() > 1.3 * pixels_at(phantom, frame).mean()


@LEGS
def test_the_vessels_lie_in_blood_beside_each_other(left: bool) -> None:
    phantom = Phantom(seed=1, left=left)
    for frame in (0, 150, 300):
        masks = phantom.vessel_masks(frame)
        assert not (masks["artery"] & masks["vein"]).any()
        centres = {name: np.nonzero(mask)[1].mean() for name, mask in masks.items()}
        assert (centres["artery"] < centres["vein"]) is not left
        for mask in masks.values():
            assert 0.01 < mask.mean() < 0.1
            assert pixels_at(phantom, frame)[mask].mean() < 0.6 * pixels_at(phantom, frame).mean()


@LEGS
def test_the_region_lies_between_fascia_iliaca_and_iliopsoas(left: bool) -> None:
    scene = phantom_scene.build(1, left)
    columns = np.nonzero(scene.region.any(axis=0))[0]
    stray = 3 * UNEVEN
    for column in columns:
        rows = np.nonzero(scene.region[:, column])[0]
        assert scene.anatomy.iliaca[column] - stray < rows.min()
        assert rows.max() < scene.anatomy.muscle[column] + stray


def test_a_left_leg_is_a_right_leg_mirrored() -> None:
    right, left = (phantom_scene.build(5, side) for side in (False, True))
    assert np.array_equal(left.region, right.region[:, ::-1])
    assert np.array_equal(left.looks[0][0], right.looks[0][0][:, ::-1])
    assert left.anatomy.vein.x < left.anatomy.artery.x < left.anatomy.nerve.x


def test_the_envelope_of_even_tissue_is_rayleigh_distributed() -> None:
    even = np.ones((400, 600), np.float32)
    real, imaginary = phantom_scene.echo(even, 0 * even, np.random.default_rng(0))
    # Away from the edges, and near the probe, where one beam width holds.
    envelope = np.hypot(real, imaginary)[10:, 20:-20]
    assert envelope.mean() / envelope.std() == pytest.approx(1.91, abs=0.06)
    values = np.sort(envelope.ravel() / np.sqrt((envelope**2).mean()))
    expected = 1 - np.exp(-(values**2))
    assert np.abs(expected - np.linspace(0, 1, values.size)).max() < 0.02
    assert abs(float((real * imaginary).mean())) < 0.05


def test_speckle_is_wider_than_deep_and_wider_still_below() -> None:
    even = np.ones((400, 600), np.float32)
    real, imaginary = phantom_scene.echo(even, 0 * even, np.random.default_rng(0))
    envelope = np.hypot(real, imaginary)

    def size(part: np.ndarray, axis: int) -> int:
        """Shift in pixels at which the likeness falls below a half."""
        part = part - part.mean()
        likeness = [float((part * np.roll(part, shift, axis)).mean() / part.var()) for shift in range(15)]
        return int(np.argmax(np.array(likeness) < 0.5))

    upper, lower = envelope[:100, 20:-20], envelope[-100:, 20:-20]
    assert 1 < size(upper, 0) <= 4
    assert size(upper, 0) < size(upper, 1) < size(lower, 1)


def test_sound_is_lost_with_depth() -> None:
    anatomy = phantom_scene.build(1, False).anatomy
    column = phantom_scene.transmission(anatomy)[:, 5]
    assert np.all(np.diff(column) < 0)
    assert 20 * np.log10(column[0] / column[HEIGHT]) == pytest.approx(ATTENUATION_DB, rel=0.01)


def test_tissue_behind_the_artery_is_brighter_and_deep_tissue_darker() -> None:
    anatomy = phantom_scene.build(1, False).anatomy
    row = round(anatomy.artery.y + 1.1 * anatomy.artery.radius_y)
    left = phantom_scene.transmission(anatomy)[row]
    assert left[round(anatomy.artery.x)] > 2 * left[5]
    pixels = pixels_at(Phantom(), 0)
    assert pixels[-HEIGHT // 4 :].mean() < 0.6 * pixels[HEIGHT // 4 : HEIGHT // 2].mean()
