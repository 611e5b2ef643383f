"""Every format that the program reads, as real files of painted frames, and the check that each frame is exact."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from app.capture.matroska import ClipWriter
from app.capture.source import Pixels, Recording
from app.capture.words import parse
from tests.media import SIZE, encode_video, painted, painted_number, write_images
from tests.unit import test_capture_dicom as dicom

FRAMES = 36
SEEKS = 24
"""Random seeks in each file."""


@dataclass(frozen=True)
class Format:
    """A file to make, and what must be in it."""

    group: str
    what: str
    """Its row in the table."""
    name: str
    make: Callable[[Path], object]
    numbers: tuple[int, ...] = tuple(range(FRAMES))
    """What is painted into its frames, in order."""
    turns: int = 0
    """Quarter turns to the left by which a frame is shown upright."""
    by: str = "ffmpeg"
    broken_from: str = ""
    """Name of an OpenCV that shows no picture of it."""


@dataclass
class Result:
    """How exact a file was."""

    frames: int
    seeks: int = 0
    wrong: list[tuple[int, int]] = field(default_factory=list)
    """The frame asked for, and what was painted into the one that came."""


def check(source: Recording, numbers: tuple[int, ...], turns: int = 0) -> Result:
    """Plays a recording through, steps on and back, seeks on, back and at random. Leaves it closed."""
    source.open()
    try:
        return _check(source, numbers, turns)
    finally:
        source.close()


def _check(source: Recording, numbers: tuple[int, ...], turns: int) -> Result:
    played = []
    while (picture := source.read()) is not None:
        played.append(_number(picture.pixels, turns))
    result = Result(len(played))
    result.wrong += [
        (at, seen) for at, (wanted, seen) in enumerate(zip(numbers, played, strict=False)) if wanted != seen
    ]
    if len(played) != len(numbers):
        result.wrong.append((len(numbers), len(played)))
    last = len(numbers) - 1
    on, back = range(0, last, 7), range(last, 0, -5)
    steps = [place for middle in (last // 2,) for place in (middle, middle + 1, middle, middle - 1, middle - 2)]
    places = [*steps, *on, *back, 0, last, *random.Random(6).choices(range(len(numbers)), k=SEEKS)]
    for place in (max(min(place, last), 0) for place in places):
        source.seek(place)
        picture = source.read()
        seen = -1 if picture is None else _number(picture.pixels, turns)
        if seen != numbers[place]:
            result.wrong.append((place, seen))
    result.seeks = len(places)
    return result


def _number(pixels: Pixels, turns: int) -> int:
    return painted_number(np.ascontiguousarray(np.rot90(pixels, turns)))


def check_format(one: Format, folder: Path) -> Result:
    """Makes the file in `folder` and checks it. Raises what the source does."""
    path = folder / one.name
    one.make(path)
    source = parse(str(path))
    assert isinstance(source, Recording)
    return check(source, one.numbers, one.turns)


def _encoded(*options: str, size: tuple[int, int] = SIZE, rate: int = 30) -> Callable[[Path], Path]:
    return lambda path: encode_video(path, *options, frames=FRAMES, size=size, rate=rate)


def _turned(degrees: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        plain = encode_video(path.with_name(f"plain-{path.name}"), *_X264, "-bf", "2", frames=FRAMES)
        turn = ("-c", "copy", "-metadata:s:v", f"rotate={degrees}")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(plain), *turn, str(path)], check=True)
        plain.unlink()

    return make


def _pillow(**options: object) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        first, *others = (Image.fromarray(np.ascontiguousarray(painted(n)[..., ::-1])) for n in range(FRAMES))
        first.save(path, save_all=True, append_images=others, **options)

    return make


def _single(path: Path) -> None:
    Image.fromarray(np.ascontiguousarray(painted(0)[..., ::-1])).save(path)


def _recording(path: Path) -> None:
    writer = ClipWriter(path, SIZE)
    for number in range(FRAMES):
        writer.add(number / 30, cv2.imencode(".png", painted(number))[1].tobytes())
    writer.close()


def _deep_tiff(path: Path) -> None:
    pages = [
        Image.fromarray(cv2.cvtColor(painted(n), cv2.COLOR_BGR2GRAY).astype(np.uint16) * 257) for n in range(FRAMES)
    ]
    pages[0].save(path, save_all=True, append_images=pages[1:])


_X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
_X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params")
_SOUND = ("-f", "lavfi", "-i", "sine=d=3")
_RARE = ("-vf", "select='lt(n,12)+not(mod(n,5))*lt(n,30)+gt(n,31)'", "-vsync", "vfr")
_KEPT = tuple(n for n in range(FRAMES) if n < 12 or (n % 5 == 0 and n < 30) or n > 31)
_FIELDS = ("-flags", "+ilme+ildct")
NEW_OPENCV = "4.13"
"""From this one on OpenCV leaves interlaced frames unconverted and gives whatever was in memory."""


def _video(what: str, name: str, *options: str, **more: object) -> Format:
    return Format("Video files", what, name, _encoded(*options), **more)  # type: ignore[arg-type]


VIDEOS = [
    _video("MP4, H.264, B-frames", "b-frames.mp4", *_X264, "-bf", "3", "-g", "12"),
    _video("MP4, H.264, open groups", "open.mp4", *_X264, "-bf", "3", "-g", "10", "-x264-params", "open-gop=1"),
    _video("MP4, H.264, in fragments", "fragments.mp4", *_X264, "-g", "12", "-movflags", "frag_keyframe+empty_moov"),
    _video("MP4, H.264, 10 bits", "10-bits.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"),
    _video("MP4, H.264, grey", "grey.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "gray"),
    _video("MP4, H.264, odd size, 4:4:4", "odd.mp4", "-vf", "pad=321:241", *_X264[:-1], "yuv444p"),
    _video("MP4, H.264, with sound", "sound.mp4", *_SOUND, *_X264, "-bf", "2", "-c:a", "aac"),
    _video("MP4, H.264, begins at 5 s", "late.mp4", *_X264, "-bf", "2", "-output_ts_offset", "5"),
    _video("MP4, H.264, varying rate", "varies.mp4", *_RARE, *_X264, "-bf", "2", "-g", "10", numbers=_KEPT),
    _video("MP4, H.264, interlaced", "fields.mp4", *_X264, *_FIELDS, "-bf", "2", broken_from=NEW_OPENCV),
    Format("Video files", "MP4, H.264, turned by 90°", "turned-90.mp4", _turned(90), turns=3),
    Format("Video files", "MP4, H.264, turned by 180°", "turned-180.mp4", _turned(180), turns=2),
    _video("MP4, HEVC, B-frames", "hevc.mp4", *_X265, "log-level=none:bframes=3:keyint=12", "-tag:v", "hvc1"),
    _video("Matroska, HEVC, open groups", "hevc.mkv", *_X265, "log-level=none:bframes=3:keyint=12:open-gop=1"),
    _video("Matroska, HEVC, 10 bits", "hevc-10.mkv", *_X265, "log-level=none", "-pix_fmt", "yuv420p10le"),
    _video("Matroska, H.264, open groups", "h264.mkv", *_X264, "-bf", "2", "-g", "10", "-x264-params", "open-gop=1"),
    _video("Matroska, H.264, sound that is longer", "sound.mkv", *_SOUND, *_X264, "-bf", "2", "-c:a", "libmp3lame"),
    _video("Matroska, H.264, begins at 5 s", "late.mkv", *_X264, "-bf", "2", "-output_ts_offset", "5"),
    _video("Matroska, H.264, varying rate", "varies.mkv", *_RARE, *_X264, "-bf", "2", "-g", "10", numbers=_KEPT),
    _video("Matroska, FFV1 (lossless)", "ffv1.mkv", "-c:v", "ffv1"),
    _video("Matroska, FFV1, grey of 16 bits", "grey-16.mkv", "-c:v", "ffv1", "-pix_fmt", "gray16le"),
    _video("AVI, MPEG-4 (Xvid, DivX)", "mpeg4.avi", "-c:v", "mpeg4", "-bf", "2"),
    _video("AVI, DivX 3", "divx3.avi", "-c:v", "msmpeg4"),
    _video("AVI, Motion JPEG", "mjpeg.avi", "-c:v", "mjpeg"),
    _video("AVI, H.264", "h264.avi", *_X264, "-bf", "2", "-g", "10"),
    _video("AVI, MPEG-4, with sound", "sound.avi", *_SOUND, "-c:v", "mpeg4", "-c:a", "libmp3lame"),
    _video("AVI, uncompressed", "raw.avi", "-c:v", "rawvideo", "-pix_fmt", "bgr24"),
    _video("AVI, HuffYUV (lossless)", "huffyuv.avi", "-c:v", "huffyuv"),
    _video("AVI, Microsoft Video 1", "msvideo1.avi", "-c:v", "msvideo1"),
    Format(
        "Video files",
        "AVI, DV (PAL, interlaced)",
        "dv.avi",
        _encoded("-c:v", "dvvideo", size=(720, 576), rate=25),
        broken_from=NEW_OPENCV,
    ),
    _video("MOV, H.264", "h264.mov", *_X264, "-bf", "2", "-g", "10"),
    _video("MOV, Motion JPEG", "mjpeg.mov", "-c:v", "mjpeg"),
    _video("MOV, ProRes", "prores.mov", "-c:v", "prores_ks"),
    _video("MOV, Animation (QuickTime RLE)", "rle.mov", "-c:v", "qtrle"),
    _video("WebM, VP8", "vp8.webm", "-c:v", "libvpx", "-g", "12", "-deadline", "realtime"),
    _video("WebM, VP9", "vp9.webm", "-c:v", "libvpx-vp9", "-g", "12", "-deadline", "realtime"),
    _video("WebM, VP9, odd size", "odd.webm", "-vf", "pad=321:241", "-c:v", "libvpx-vp9", "-deadline", "realtime"),
    _video("MPEG-1 programme stream", "mpeg1.mpg", "-c:v", "mpeg1video", "-bf", "2"),
    _video("MPEG-2 programme stream", "mpeg2.mpg", "-c:v", "mpeg2video", "-bf", "2"),
    _video("MPEG-2 programme stream, interlaced", "fields.mpg", "-c:v", "mpeg2video", *_FIELDS, broken_from=NEW_OPENCV),
    _video("MPEG-2 programme stream, with sound", "sound.mpg", *_SOUND, "-c:v", "mpeg2video", "-c:a", "mp2"),
    _video("MPEG-2 transport stream", "mpeg2.ts", "-c:v", "mpeg2video", "-bf", "2"),
    _video("H.264 transport stream", "h264.ts", *_X264, "-bf", "2"),
    _video("HEVC transport stream", "hevc.ts", *_X265, "log-level=none:bframes=3:keyint=12"),
    _video("H.264 in M2TS (Blu-ray, AVCHD)", "h264.m2ts", *_X264, "-bf", "2"),
    _video("WMV 1", "wmv1.wmv", "-c:v", "wmv1"),
    _video("WMV 2", "wmv2.wmv", "-c:v", "wmv2"),
    _video("FLV, Sorenson", "flv1.flv", "-c:v", "flv"),
    _video("FLV, H.264", "h264.flv", *_X264, "-bf", "2"),
    _video("Ogg, Theora", "theora.ogv", "-c:v", "libtheora", "-q:v", "7"),
    _video("MXF, MPEG-2", "mpeg2.mxf", "-c:v", "mpeg2video", "-bf", "2"),
    Format("Video files", "recording of this program", "recording.mkv", _recording, by="the program"),
    _video("bare H.264", "bare.h264", *_X264, "-bf", "2"),
    _video("bare Motion JPEG", "bare.mjpeg", "-c:v", "mjpeg"),
]
IMAGES = [
    Format("Images", "folder of numbered PNG files", "images", lambda path: write_images(path, FRAMES), by="OpenCV"),
    Format("Images", "single PNG", "one.png", _single, (0,), by="Pillow"),
    Format("Images", "single JPEG", "one.jpg", _single, (0,), by="Pillow"),
    Format("Images", "single BMP", "one.bmp", _single, (0,), by="Pillow"),
    Format("Images", "single WebP", "one.webp", _single, (0,), by="Pillow"),
    Format("Images", "TIFF of many pages", "pages.tiff", _pillow(), by="Pillow"),
    Format("Images", "TIFF of many pages, grey of 16 bits", "deep.tiff", _deep_tiff, by="Pillow"),
    Format("Images", "animated GIF", "clip.gif", _encoded()),
    Format("Images", "animated GIF, varying rate", "varies.gif", _encoded(*_RARE), _KEPT),
    Format("Images", "animated GIF", "pillow.gif", _pillow(duration=40), by="Pillow"),
    Format("Images", "animated PNG", "clip.apng", _encoded("-f", "apng")),
    Format("Images", "animated WebP", "clip.webp", _pillow(duration=40, method=0), by="Pillow"),
    Format("Images", "animated AVIF", "clip.avif", _pillow(duration=40, speed=10), by="Pillow"),
]


def _dicom(what: str, name: str, make: Callable[[Path], object], frames: int, by: str = "pydicom") -> Format:
    return Format("DICOM, made", what, name, make, tuple(range(frames)), by=by)


def _in_dicom(syntax: str, suffix: str, *options: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        stream = encode_video(path.with_name(f"in-{path.stem}{suffix}"), *options, frames=dicom.VIDEO_FRAMES)
        dicom.video(path, stream, syntax)
        stream.unlink()

    return make


def _compressed(syntax: str, encode: Callable[[int], bytes], photometric: str = "RGB") -> Callable[[Path], Path]:
    return lambda path: dicom.compressed(path, syntax, encode, photometric)


_MPEG2, _H264, _HEVC = dicom.MPEG2, dicom.H264, "1.2.840.10008.1.2.4.107"
DICOM = [
    _dicom("Implicit VR Little Endian", "implicit.dcm", lambda path: dicom.plain(path, dicom.IMPLICIT), dicom.FRAMES),
    _dicom("Explicit VR Little Endian", "explicit.dcm", lambda path: dicom.plain(path, dicom.EXPLICIT), dicom.FRAMES),
    _dicom("Explicit VR Big Endian", "big.dcm", lambda path: dicom.plain(path, dicom.BIG), dicom.FRAMES),
    _dicom("Deflated Explicit VR Little Endian", "deflated.dcm", dicom.deflated, dicom.FRAMES),
    _dicom("RLE Lossless", "rle.dcm", _compressed(dicom.RLE, lambda n: dicom.by_pydicom(n, dicom.RLE)), dicom.FRAMES),
    _dicom("JPEG Baseline, YBR_FULL_422", "jpeg.dcm", _compressed(dicom.BASELINE, dicom.jpeg, "YBR_FULL_422"), 12),
    _dicom("JPEG Lossless, grey", "ll.dcm", _compressed(dicom.LOSSLESS, dicom.jpeg_lossless, "MONOCHROME2"), 12),
    _dicom("JPEG-LS", "jls.dcm", _compressed(dicom.JPEG_LS, lambda n: dicom.by_pydicom(n, dicom.JPEG_LS)), 12),
    _dicom("JPEG 2000, YBR_RCT", "j2k.dcm", _compressed(dicom.JPEG_2000, dicom.jpeg_2000, "YBR_RCT"), dicom.FRAMES),
    _dicom("MPEG-2 (programme stream)", "mpeg2.dcm", _in_dicom(_MPEG2, ".mpg", "-c:v", "mpeg2video", "-bf", "2"), 24),
    _dicom("MPEG-4/H.264 (MP4)", "h264.dcm", _in_dicom(_H264, ".mp4", *_X264, "-bf", "2"), 24),
    _dicom("MPEG-4/H.264 (transport stream)", "h264-ts.dcm", _in_dicom(_H264, ".ts", *_X264, "-bf", "2"), 24),
    _dicom("HEVC (transport stream)", "hevc.dcm", _in_dicom(_HEVC, ".ts", *_X265, "log-level=none"), 24),
]  # fmt: skip
FORMATS = [*VIDEOS, *IMAGES, *DICOM]


def why_not(one: Format) -> str:
    """Why a format cannot be tried here; empty where it can."""
    if (one.by == "ffmpeg" or one.group == "DICOM, made") and shutil.which("ffmpeg") is None:
        return "needs ffmpeg"
    if one.broken_from and _version(cv2.__version__) >= _version(one.broken_from):
        return (
            f"OpenCV {cv2.__version__} shows no interlaced video; pyproject.toml asks for one below {one.broken_from}"
        )
    return ""


def _version(text: str) -> tuple[int, int]:
    major, minor, *_ = text.split(".")
    return int(major), int(minor)
