"""A DICOM file of one or many frames, played like the recording that it is.

pydicom is only imported when one is opened. Nothing of the file but its pixels, timing and regions is read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.capture.source import Picture, Pixels, SourceError, SourceInfo, SourceKind
from app.capture.video import SENSIBLE_RATE, VideoFile

if TYPE_CHECKING:
    from app.capture.dicom_frames import DicomFrames

RATE = 30.0
"""Frames a second of a clip that does not say."""
CENTIMETRE = 3
"""The code for cm in Physical Units X and Y Direction (DICOM PS3.3, C.8.5.5.1.15)."""
MOST_REGIONS = 100


@dataclass(frozen=True)
class UltrasoundRegion:
    """One item of a file's Sequence of Ultrasound Regions (DICOM PS3.3, C.8.5.5)."""

    x: int
    """Left edge in the frame, pixels."""
    y: int
    """Top edge in the frame, pixels."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    units_x: int
    """DICOM's code: 0 none, 1 percent, 2 dB, 3 cm, 4 seconds, 5 hertz, 6 dB/s, 7 cm/s, 8 cm², 9 cm²/s, and so on."""
    units_y: int
    delta_x: float
    """What one pixel to the right is in `units_x`."""
    delta_y: float
    spatial_format: int
    """DICOM's code: 1 is a 2D picture, 2 M-mode, 3 spectral, 4 waveform, 5 graphics."""
    data_type: int
    """DICOM's code: 1 is tissue, 2 colour flow, 3 and 4 spectral Doppler, 10 ECG, 12 a colour bar, and so on."""
    flags: int
    """DICOM's bits, such as 0 for transparency and 1 for 'may be scrolled'."""
    fits: bool = True
    """Whether it lies in the frame. Where it does not, the picture was made smaller, or cut, after the header was
    written: neither the place nor the size of a pixel can be believed."""

    @property
    def mm_x(self) -> float | None:
        """Width of a pixel, mm; None where the region does not measure length that way."""
        return _millimetres(self.units_x, self.delta_x)

    @property
    def mm_y(self) -> float | None:
        """Height of a pixel, mm; None where the region does not measure length that way."""
        return _millimetres(self.units_y, self.delta_y)


class DicomClip:
    """A DICOM file; each frame is read and decoded when its turn comes, so `seek` is exact.

    What is encapsulated as a video is sought as `VideoFile` does. The name says nothing of the patient.
    """

    kind = SourceKind.REPLAY
    paced = False
    retries = False

    def __init__(self, path: Path, *, word: str | None = None, name: str = "DICOM clip") -> None:
        self.word = word or str(path)
        self.name = name
        self.loops = True
        self.regions: tuple[UltrasoundRegion, ...] = ()
        """The file's regions, once open, in its order."""
        self.path = path
        self._frames: DicomFrames | None = None
        self._video: VideoFile | None = None
        self._info: SourceInfo | None = None
        self._times: Sequence[float] = ()
        self._position = 0
        self._pending: Pixels | None = None

    @property
    def frame_count(self) -> int:
        """Number of frames, once open: those that are there, where the file is cut short."""
        if self._video is not None:
            return self._video.frame_count
        return self._frames.count if self._frames is not None else 0

    @property
    def times_s(self) -> Sequence[float] | None:
        """When each frame was taken, in seconds since the first; None where a video does not list that, or not yet.

        In any thread.
        """
        video = self._video
        return self._times if video is None else video.times_s

    def another(self) -> DicomClip:
        """A second one of the same file, not open."""
        return DicomClip(self.path, word=self.word, name=self.name)

    def open(self) -> SourceInfo:
        """Opens the file and decodes its first frame. Raises SourceError."""
        if self._info is None:
            try:
                self._info = self._start()
            except SourceError:
                self.close()
                raise
        return self._info

    def read(self) -> Picture | None:
        """The next frame, or None behind the last. Raises SourceError where one is damaged or the file ends early."""
        if self._frames is None:
            raise SourceError(f"{self.path} is not open: open it before reading.")
        if self._video is not None:
            return self._video.read()
        if self._position >= self._frames.count:
            if self._frames.claimed > self._frames.count:
                raise SourceError(
                    f"{self.path} ends early, after {self._frames.count} of {self._frames.claimed} frames:"
                    " copy it again from where it came."
                )
            return None
        pixels = self._frames.decode(self._position) if self._pending is None else self._pending
        self._pending = None
        self._position += 1
        return Picture(pixels, self._times[self._position - 1])

    def seek(self, frame: int) -> None:
        """The next `read` gives this frame, counted from 0 and clipped to the file. Raises SourceError."""
        if self._frames is None:
            raise SourceError(f"{self.path} is not open: open it before seeking.")
        if self._video is not None:
            self._video.seek(frame)
            return
        frame = max(0, min(frame, self._frames.count - 1))
        if frame != self._position:
            self._position, self._pending = frame, None

    def close(self) -> None:
        """Lets the file go."""
        if self._video is not None:
            self._video.close()
        if self._frames is not None:
            self._frames.close()
        self._frames = self._video = self._info = self._pending = None

    def _start(self) -> SourceInfo:
        from app.capture.dicom_frames import DicomFrames

        self._frames = frames = DicomFrames(self.path)
        detail = frames.stored_as
        self.regions = guarded(frames, regions)
        self._position, self.loops = 0, frames.claimed > 1
        if frames.is_video:
            self._video = VideoFile(self.path, stream=frames.stream, frames=frames.claimed)
            info = self._video.open()
            return SourceInfo(info.width, info.height, info.rate, detail)
        when = guarded(frames, timing)
        self._times = [when.time_s(number) for number in range(frames.count)]
        self._pending = first = frames.decode(0)
        height, width = first.shape[:2]
        return SourceInfo(width, height, when.rate, detail)


@dataclass(frozen=True)
class Timing:
    """When the frames of a clip were taken."""

    rate: float
    """Frames a second."""
    stamps: Sequence[float] = (0.0,)
    """Seconds since the first frame; those behind the last one listed follow at the rate."""

    def time_s(self, frame: int) -> float:
        """When a frame was taken, seconds since the first."""
        beyond = max(frame + 1 - len(self.stamps), 0)
        return self.stamps[frame - beyond] + beyond / self.rate


def timing(header: Any, count: int) -> Timing:
    """What a header, pydicom's, says of the times of so many frames."""
    steps = [float(value) / 1000 for value in _several(header.get("FrameTimeVector"))]
    if count > 1 and len(steps) >= count and all(math.isfinite(step) and step >= 0 for step in steps):
        stamps = np.cumsum([0.0, *steps[1:count]])
        if _is_rate(rate := (count - 1) / float(stamps[-1]) if stamps[-1] > 0 else 0):
            return Timing(rate, stamps.tolist())
    frame_time = _number(header.get("FrameTime"))
    rates = (
        1000 / frame_time if frame_time > 0 else 0.0,
        _number(header.get("CineRate")),
        _number(header.get("RecommendedDisplayFrameRate")),
    )
    return Timing(next((rate for rate in rates if _is_rate(rate)), RATE))


def regions(header: Any, count: int) -> tuple[UltrasoundRegion, ...]:
    """The regions that a header tells of, clipped to the frame; those without an area are left out."""
    items = header.get("SequenceOfUltrasoundRegions") or ()
    found = (_region(item, int(header.Columns), int(header.Rows)) for item in items[:MOST_REGIONS])
    return tuple(region for region in found if region is not None)


def _region(item: Any, columns: int, rows: int) -> UltrasoundRegion | None:
    def whole(keyword: str) -> int:
        return int(_number(item.get(keyword)))

    left, top = max(whole("RegionLocationMinX0"), 0), max(whole("RegionLocationMinY0"), 0)
    # The lower right pixel belongs to the region.
    far_x, far_y = whole("RegionLocationMaxX1"), whole("RegionLocationMaxY1")
    right, bottom = min(far_x, columns - 1), min(far_y, rows - 1)
    if right <= left or bottom <= top:
        return None
    return UltrasoundRegion(
        x=left,
        y=top,
        width=right - left + 1,
        height=bottom - top + 1,
        units_x=whole("PhysicalUnitsXDirection"),
        units_y=whole("PhysicalUnitsYDirection"),
        delta_x=_number(item.get("PhysicalDeltaX")),
        delta_y=_number(item.get("PhysicalDeltaY")),
        spatial_format=whole("RegionSpatialFormat"),
        data_type=whole("RegionDataType"),
        flags=whole("RegionFlags"),
        # Some writers name the first pixel behind the region.
        fits=far_x <= columns and far_y <= rows,
    )


def guarded(frames: DicomFrames, ask: Any) -> Any:
    """What `ask` makes of a header and its number of frames. Raises SourceError where values make no sense."""
    try:
        return ask(frames.header, frames.count)
    # Elements are understood when they are asked for, and damaged ones throw anything.
    except Exception as error:
        raise frames.damaged() from error


def _millimetres(units: int, delta: float) -> float | None:
    size = abs(delta) * 10
    return size if units == CENTIMETRE and size > 0 else None


def _several(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if hasattr(value, "__iter__") and not isinstance(value, str) else [value]


def _number(value: Any) -> float:
    """`value` as a number; 0 where it is none."""
    values = _several(value)
    number = float(values[0]) if values else 0.0
    return number if math.isfinite(number) else 0.0


def _is_rate(rate: float) -> bool:
    return 0 < rate <= SENSIBLE_RATE
