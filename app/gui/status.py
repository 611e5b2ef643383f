"""What the window says in words: the badge, the overlay's state, the rates. No widgets, so that it is tested alone."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from app.capture.source import Frame, SourceKind
from app.gui.words import mark, tr
from app.pipeline.freshness import AMBER_MS, is_of, overlay_age_ms, overlay_for
from app.pipeline.statistics import Snapshot
from app.pipeline.types import Prediction, SourceState

NOTICE = mark("Training and research only. Not a medical device.")


class Level(enum.Enum):
    """How a text is coloured; the words say the same without the colour."""

    PLAIN = "plain"
    GOOD = "good"
    CALM = "calm"
    WARN = "warn"
    BAD = "bad"


class OverlayKind(enum.Enum):
    """Why there is an overlay, or none."""

    SHOWN = enum.auto()
    NO_REGION = enum.auto()
    UNLIKE = enum.auto()
    TOO_OLD = enum.auto()
    WAITING = enum.auto()
    OFF = enum.auto()
    RAW = enum.auto()
    DRAWING = enum.auto()
    SCALING = enum.auto()
    STUDYING = enum.auto()
    NO_SIGNAL = enum.auto()
    NO_MODEL = enum.auto()


ANSWERS = {
    OverlayKind.SHOWN: "",
    OverlayKind.NO_REGION: mark("No region found"),
    OverlayKind.UNLIKE: mark("Unlike the training data"),
}
"""The kinds that are an answer of the model, with what is said in the place of a region."""

_KINDS = {SourceKind.LIVE: mark("LIVE"), SourceKind.REPLAY: mark("REPLAY"), SourceKind.DEMO: mark("DEMO")}


@dataclass(frozen=True)
class Wishes:
    """What decides about the overlay besides frame and prediction."""

    overlay: bool = True
    raw_held: bool = False
    signal: bool = True
    model_ready: bool = True
    studied: bool = False
    """Whether masks are corrected, compared or outlined as a test on the picture."""


@dataclass(frozen=True)
class OverlayState:
    """The overlay at one moment."""

    kind: OverlayKind
    prediction: Prediction | None = None
    """What may be painted; None hides the overlay."""
    age_ms: float | None = None
    same_frame: bool = False
    """Whether the prediction is of the very frame that is shown."""


def overlay_state(wishes: Wishes, frame: Frame | None, prediction: Prediction | None, now: float) -> OverlayState:
    """Decides what overlay a frame gets at the monotonic time `now` (seconds)."""
    if wishes.studied:
        return OverlayState(OverlayKind.RAW if wishes.raw_held else OverlayKind.STUDYING)
    if not wishes.overlay:
        return OverlayState(OverlayKind.OFF)
    if not wishes.signal:
        return OverlayState(OverlayKind.NO_SIGNAL)
    if wishes.raw_held:
        return OverlayState(OverlayKind.RAW)
    if not wishes.model_ready:
        return OverlayState(OverlayKind.NO_MODEL)
    if frame is None or prediction is None:
        return OverlayState(OverlayKind.WAITING)
    age_ms, same = overlay_age_ms(prediction, now), is_of(prediction, frame)
    if overlay_for(frame, prediction, now) is None:
        return OverlayState(OverlayKind.TOO_OLD, None, age_ms, same)
    if prediction.unlike:
        return OverlayState(OverlayKind.UNLIKE, prediction, age_ms, same)
    if prediction.region is None:
        # Other structures of the model may have been found, and are shown.
        return OverlayState(OverlayKind.NO_REGION, prediction, age_ms, same)
    return OverlayState(OverlayKind.SHOWN, prediction, age_ms, same)


def overlay_words(state: OverlayState, moving: bool, raw_key: str = "the key") -> tuple[str, Level]:
    """The line about the overlay; `moving`: new frames are expected; `raw_key`: what holds the raw picture."""
    fixed = _fixed(raw_key)
    if state.kind in fixed:
        return fixed[state.kind]
    if state.kind is OverlayKind.TOO_OLD:
        return tr("Overlay on · hidden: {age} behind", age=_behind(state.age_ms)), Level.WARN
    what = _answer(state.kind)
    level = Level.WARN if state.kind is OverlayKind.UNLIKE else Level.GOOD
    if state.same_frame and not moving:
        return tr("{what} · of this frame", what=what), level
    age = state.age_ms or 0.0
    if age > AMBER_MS:
        return tr("{what} · {age:.0f} ms (late)", what=what, age=age), Level.WARN
    return tr("{what} · {age:.0f} ms", what=what, age=age), level


def overlay_spoken(kind: OverlayKind, raw_key: str) -> str:
    """The same for screen readers: without the age, which would never stop being read out."""
    fixed = _fixed(raw_key)
    if kind in fixed:
        return fixed[kind][0]
    return tr("Overlay on · hidden: too far behind") if kind is OverlayKind.TOO_OLD else _answer(kind)


def _answer(kind: OverlayKind) -> str:
    return " · ".join(filter(None, (tr("Overlay on"), tr(ANSWERS[kind]))))


def _fixed(raw_key: str) -> dict[OverlayKind, tuple[str, Level]]:
    """What is said where it holds no number."""
    return {
        OverlayKind.OFF: (tr("Overlay off"), Level.WARN),
        OverlayKind.RAW: (tr("Overlay off while {raw_key} is held", raw_key=raw_key), Level.WARN),
        OverlayKind.DRAWING: (tr("Overlay on · hidden: drawing the scan area"), Level.WARN),
        OverlayKind.SCALING: (tr("Overlay on · hidden: setting the scale"), Level.WARN),
        OverlayKind.STUDYING: (tr("Overlay hidden while correcting, comparing or testing"), Level.WARN),
        OverlayKind.NO_SIGNAL: (tr("Overlay on · hidden: no signal"), Level.WARN),
        OverlayKind.NO_MODEL: (tr("Overlay on · hidden: no model is running"), Level.WARN),
        OverlayKind.WAITING: (tr("Overlay on · waiting for a prediction"), Level.PLAIN),
    }


def _behind(age_ms: float | None) -> str:
    """Past a second, the exact number would only flicker."""
    age = age_ms or 0.0
    return f"{age:.0f} ms" if age < 1000 else tr("over 1 s")


def badge(kind: SourceKind, state: SourceState, frozen: bool, still: bool = False) -> tuple[str, Level]:
    """The state of the source in a few words: `frozen` by the user, or `still` for want of new pictures."""
    if state is SourceState.NO_SIGNAL or (state is SourceState.ENDED and kind is SourceKind.LIVE):
        return tr("FROZEN · NO SIGNAL") if frozen else tr("NO SIGNAL"), Level.BAD
    if frozen or still or state is SourceState.REPEATING:
        return tr("FROZEN"), Level.WARN
    if state in (SourceState.PAUSED, SourceState.ENDED):
        return tr("PAUSED"), Level.WARN
    if state is SourceState.OPENING:
        return tr("OPENING"), Level.PLAIN
    return tr(_KINDS[kind]), Level.GOOD if kind is SourceKind.LIVE else Level.CALM


def rates(numbers: Snapshot) -> str:
    """Frames a second from the source, on the screen and through the model, and the frames that were dropped."""
    return tr(
        "source {source:.0f} · painted {painted:.0f} · predicted {predicted:.0f} fps · dropped {dropped}",
        source=numbers.source_fps,
        painted=numbers.painted_fps,
        predicted=numbers.predicted_fps,
        dropped=numbers.dropped,
    )


def clock(seconds: float) -> str:
    """Seconds of a recording as 0:07.3."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"
