"""How long recordings open, play and are sought, and what memory they take.

python scripts/long_clip.py --folder FOLDER                 makes what is not there yet, measures, prints a table
python scripts/long_clip.py --folder FOLDER --minutes 60

The video is made by ffmpeg of some seconds of the phantom, repeated; GIF and DICOM likewise. Each is measured in a
process of its own, all but the time to open in time of the processor. What the window takes besides says
`python -m app bench FOLDER/long.mp4 --seconds 15 --json FILE`.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

RATE = 30
LOOP_S = 20
SIZE = (640, 480)
GIF_FRAMES = 10_000
SEEKS = 40
PLAYED = 3000
"""Frames that are played as fast as they come; memory is looked at meanwhile."""
COLUMNS = (
    ("open_s", "open, s"),
    ("open_cpu_s", "of it processor"),
    ("listed_s", "first seek, s"),
    ("seek_ms", "seek, ms: median"),
    ("seek_ms_max", "most"),
    ("back_ms", "step back, ms"),
    ("play_ms", "play, ms a frame"),
    ("rss_mb", "memory, MB"),
    ("rss_before_mb", "of it before opening"),
)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Measures long recordings.")
    parser.add_argument("--folder", type=Path, required=True, help="where the recordings lie, or are made")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure is not None:
        print(json.dumps(measure(options.measure)))
        return 0
    if shutil.which("ffmpeg") is None:
        print("ffmpeg is missing: install it, it makes the recordings.", file=sys.stderr)
        return 2
    options.folder.mkdir(parents=True, exist_ok=True)
    frames = round(options.minutes * 60 * RATE)
    print("| recording | frames | MB | " + " | ".join(title for _, title in COLUMNS) + " |")
    print("| --- " * (3 + len(COLUMNS)) + "|")
    for name, path in made(options.folder, frames).items():
        command = [
            sys.executable,
            str(Path(__file__).resolve()),
            "--folder",
            str(options.folder),
            "--measure",
            str(path),
        ]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)
        megabytes = f"{path.stat().st_size / 1e6:.0f}"
        row = [name, str(found["frames"]), megabytes, *(f"{found[key]:g}" for key, _ in COLUMNS)]
        print("| " + " | ".join(row) + " |", flush=True)
    return 0


def made(folder: Path, frames: int) -> dict[str, Path]:
    """The recordings by their names in the table; those that are there already are not made again."""
    paths = {
        "H.264, MP4": folder / "long.mp4",
        "H.264, Matroska": folder / "long.mkv",
        "MPEG-2 transport stream": folder / "long.ts",
        "animated GIF": folder / "long.gif",
        "DICOM, JPEG Baseline": folder / "long.dcm",
    }
    loop = folder / "loop.mp4"
    if not loop.exists():
        _write_loop(loop)
    seconds = str(frames / RATE)
    for path, options in (
        (paths["H.264, MP4"], ("-c", "copy")),
        (paths["H.264, Matroska"], ("-c", "copy")),
        (paths["MPEG-2 transport stream"], ("-c:v", "mpeg2video", "-q:v", "5", "-bf", "2")),
    ):
        _make(path, "-stream_loop", "-1", "-i", str(loop), "-t", seconds, *options)
    gif = ("-stream_loop", "-1", "-i", str(loop), "-frames:v", str(GIF_FRAMES), "-vf", "scale=320:240")
    _make(paths["animated GIF"], *gif)
    if not paths["DICOM, JPEG Baseline"].exists():
        _write_dicom(paths["DICOM, JPEG Baseline"], loop, frames)
    return paths


def _make(path: Path, *options: str) -> None:
    if path.exists():
        return
    beside = path.with_name(f"part-{path.name}")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *options, str(beside)], check=True)
    beside.replace(path)


def _write_loop(path: Path) -> None:
    import cv2
    import numpy as np

    from app.capture.phantom import Phantom

    source = Phantom("phantom", rate=RATE)
    source.open()
    raw = ("-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{SIZE[0]}x{SIZE[1]}", "-r", str(RATE), "-i", "-")
    coded = ("-c:v", "libx264", "-preset", "fast", "-pix_fmt", "yuv420p", "-bf", "2", str(path))
    with subprocess.Popen(["ffmpeg", "-v", "error", "-y", *raw, *coded], stdin=subprocess.PIPE) as encoder:
        assert encoder.stdin is not None
        for _ in range(LOOP_S * RATE):
            picture = source.read()
            assert picture is not None
            pixels = picture.pixels if picture.pixels.ndim == 3 else cv2.cvtColor(picture.pixels, cv2.COLOR_GRAY2BGR)
            encoder.stdin.write(np.ascontiguousarray(cv2.resize(pixels, SIZE)).tobytes())
        encoder.stdin.close()
    source.close()


def _write_dicom(path: Path, loop: Path, frames: int) -> None:
    import cv2
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import JPEGBaseline8Bit, UltrasoundMultiFrameImageStorage, generate_uid

    capture, coded = cv2.VideoCapture(str(loop), cv2.CAP_FFMPEG), []
    while (read := capture.read())[0]:
        data = cv2.imencode(".jpg", read[1], [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
        coded.append(
            b"\xfe\xff\x00\xe0" + (len(data) + len(data) % 2).to_bytes(4, "little") + data + bytes(len(data) % 2)
        )
    capture.release()
    data_set = Dataset()
    data_set.file_meta = FileMetaDataset()
    data_set.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    data_set.file_meta.MediaStorageSOPClassUID = data_set.SOPClassUID = UltrasoundMultiFrameImageStorage
    data_set.file_meta.MediaStorageSOPInstanceUID = data_set.SOPInstanceUID = generate_uid()
    data_set.Columns, data_set.Rows = SIZE
    data_set.NumberOfFrames, data_set.FrameTime = frames, 1000 / RATE
    data_set.PhotometricInterpretation, data_set.SamplesPerPixel, data_set.PlanarConfiguration = "YBR_FULL_422", 3, 0
    data_set.BitsAllocated = data_set.BitsStored = 8
    data_set.HighBit, data_set.PixelRepresentation = 7, 0
    data_set.save_as(path, enforce_file_format=True)
    with path.open("ab") as stream:
        stream.write(b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0" + bytes(4))
        for number in range(frames):
            stream.write(coded[number % len(coded)])
        stream.write(b"\xfe\xff\xdd\xe0" + bytes(4))


def measure(path: Path) -> dict[str, Any]:
    """What opening, seeking and playing take, in this process."""
    import cv2  # noqa: F401  its own memory is not the recording's
    import psutil
    import pydicom  # noqa: F401

    from app.capture.source import Recording
    from app.capture.words import parse

    process = psutil.Process()
    before = process.memory_info().rss
    start, worked = time.perf_counter(), time.process_time()
    source = parse(str(path))
    source.open()
    assert isinstance(source, Recording)
    source.read()
    opened, opening = time.perf_counter() - start, time.process_time() - worked
    first = _timed(source, source.frame_count // 2)
    count = source.frame_count
    jumps = [_timed(source, place) for place in random.Random(6).choices(range(count), k=SEEKS)]
    back = [_timed(source, place) for place in range(count // 2, count // 2 - SEEKS, -1)]
    most, done = [process.memory_info().rss], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            most.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    source.seek(count // 3)
    began, played = time.process_time(), 0
    while played < PLAYED and source.read() is not None:
        played += 1
    took = time.process_time() - began
    done.set()
    watcher.join()
    source.close()
    return {
        "frames": count,
        "open_s": round(opened, 2),
        "open_cpu_s": round(opening, 2),
        "listed_s": round(first, 2),
        "seek_ms": round(statistics.median(jumps) * 1000),
        "seek_ms_max": round(max(jumps) * 1000),
        "back_ms": round(statistics.median(back) * 1000),
        "play_ms": round(took / played * 1000, 1),
        "rss_mb": round(max(most) / 1e6),
        "rss_before_mb": round(before / 1e6),
    }


def _timed(source: Any, place: int) -> float:
    """Seconds of processor, of all threads, that going to a frame takes: other work on the machine does not count."""
    start = time.process_time()
    source.seek(place)
    source.read()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
