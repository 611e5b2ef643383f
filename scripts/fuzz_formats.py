"""Breaks a file of every format in many ways, and sees that each broken one is shown or said in one sentence.

python scripts/fuzz_formats.py                          200 of each format, a table of what became of them
python scripts/fuzz_formats.py --count 20 --only b-frames.mp4 clip.gif
python scripts/fuzz_formats.py --keep FOLDER            what went wrong stays there

Each file goes through `annotate` with a stand-in for the network, in another process: a picture, or exit status 2 and
exactly one line, is good. A crash, a time over --limit, a traceback, or anything else on standard error is not.
The same --seed breaks the same files in the same way.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

WAYS = ("cut", "bytes", "bits", "zeros", "swapped", "empty", "renamed", "other body", "noise")
LIMIT_S = 20.0
FRAMES = 4
"""Of each broken file so many frames are asked for, as `annotate --limit` does; then the last is sought."""


@dataclass(frozen=True)
class Broken:
    """One broken file."""

    path: Path
    way: str


def break_file(sound: bytes, other: bytes, way: str, rng: random.Random) -> bytes:
    """What becomes of a file's bytes; `other` is a file of another format."""
    data = bytearray(sound)
    size = len(data)
    if way == "cut":
        return bytes(data[: rng.randrange(1, size)])
    if way == "bytes":
        # Mostly in its head, which is what a reader believes.
        for _ in range(rng.randrange(1, 30)):
            data[rng.randrange(min(size, 512) if rng.random() < 0.6 else size)] = rng.randrange(256)
    elif way == "bits":
        for _ in range(rng.randrange(1, 200)):
            data[rng.randrange(size)] ^= 1 << rng.randrange(8)
    elif way == "zeros":
        at = rng.randrange(size)
        data[at : at + rng.randrange(1, size)] = bytes(min(rng.randrange(1, size), size - at))
    elif way == "swapped":
        middle, length = rng.randrange(size), rng.randrange(1, max(size // 4, 2))
        data = data[:middle] + data[middle + length :] + data[middle : middle + length]
    elif way == "empty":
        return b""
    elif way == "other body":
        head = rng.choice((16, 64, 256, 1024))
        return bytes(data[:head]) + other[head:]
    elif way == "noise":
        return bytes(data[: rng.choice((4, 16, 64))]) + rng.randbytes(4096)
    return bytes(data)


def broken_files(sound: dict[str, Path], name: str, count: int, folder: Path, seed: int) -> Iterator[Broken]:
    """`count` broken files made of that sound one and of the others, each way in turn."""
    rng = random.Random(f"{seed} {name}")
    names = sorted(sound)
    whole = sound[name].read_bytes()
    for number in range(count):
        # An empty file is an empty file; others are worth more tries.
        way = WAYS[number % len(WAYS)] if number < len(WAYS) else rng.choice([way for way in WAYS if way != "empty"])
        other = rng.choice([one for one in names if one != name] or names)
        suffix = Path(other if way == "renamed" else name).suffix
        path = folder / f"{Path(name).stem}-{number:03}{suffix}"
        path.write_bytes(break_file(whole, sound[other].read_bytes(), way, rng))
        yield Broken(path, way)


class Worker:
    """A process that goes through files and says what became of each."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).resolve()), "--work"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, name="answers", daemon=True)
        self._reader.start()
        self._started = False

    def ask(self, path: Path, limit_s: float) -> tuple[str, str]:
        """'picture', 'sentence' or what is wrong, and the words; the process has ended where it crashed or hung."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{json.dumps(str(path))}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return "crash", f"ended with status {self._process.wait()}"
        try:
            # The first one waits for the imports too.
            line = self._lines.get(timeout=limit_s + (0 if self._started else 60))
        except queue.Empty:
            self.end()
            return "hang", f"no answer in {limit_s:g} s"
        self._started = True
        if not line:
            return "crash", f"ended with status {self._process.wait()}"
        answer = json.loads(line)
        return answer["kind"], answer["words"]

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")


def work() -> None:
    """Answers each path on standard input with one line of JSON."""
    answers = os.fdopen(os.dup(1), "w")
    with tempfile.TemporaryDirectory() as place:
        said = Path(place, "said")
        stream = said.open("w+b")
        # What native libraries print goes past sys.stderr.
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
        os.environ["SONOBLOCK_HOME"] = place
        _stand_in_for_the_network()
        for line in sys.stdin:
            stream.seek(0)
            stream.truncate()
            kind, words = _try(Path(json.loads(line)), Path(place, "out"), said)
            print(json.dumps({"kind": kind, "words": words}), file=answers, flush=True)


def _try(path: Path, out: Path, said: Path) -> tuple[str, str]:
    from app.__main__ import main

    # `annotate` refuses a folder that holds masks already.
    shutil.rmtree(out, ignore_errors=True)
    try:
        status = main(["annotate", str(path), "--out", str(out), "--limit", str(FRAMES)])
        if status == 0:
            _seek_last(path)
    # Whatever comes out here would have been a traceback.
    except BaseException as error:  # noqa: BLE001
        return "traceback", f"{type(error).__name__}: {error}"[:300]
    sys.stderr.flush()
    words = said.read_text("utf-8", errors="replace").strip()
    return judge(status, words)


def judge(status: int, words: str) -> tuple[str, str]:
    """'picture', 'sentence', or what is wrong; and what was said."""
    if status == 0:
        return ("picture", "") if not words else ("noise", words[:300])
    whole = words.startswith("sonoblock: ") and words.endswith(".") and "\n" not in words
    return ("sentence" if status == 2 and whole else "no sentence", words[:300])


def _seek_last(path: Path) -> None:
    """As one who drags the time line: to the end, and back. A sentence is good here too."""
    from app.capture.source import Recording, SourceError
    from app.capture.words import parse

    source = parse(str(path))
    try:
        source.open()
        assert isinstance(source, Recording)
        for place in (source.frame_count - 1, source.frame_count // 2, 0):
            source.seek(place)
            source.read()
    except SourceError:
        pass
    finally:
        source.close()


def _stand_in_for_the_network() -> None:
    import numpy as np

    from model.engines import choice
    from model.engines.crew import Crew
    from model.structures import BLOCK_REGION, Structure

    class Nothing:
        name, size, threads = "none", 64, 1
        structures: tuple[Structure, ...] = (BLOCK_REGION,)

        def predict(self, inputs: Any) -> Any:
            return np.zeros((1, 64, 64), np.float32)

        def close(self) -> None:
            pass

    choice.open_crew = lambda *_: Crew([Nothing()])


def run(
    sound: dict[str, Path], names: Sequence[str], count: int, folder: Path, seed: int, limit_s: float = LIMIT_S
) -> dict[str, list[tuple[Broken, str, str]]]:
    """What became of each broken file, by format. Files that were dealt with well are deleted."""
    worker, found = Worker(), {}
    try:
        for name in names:
            results = []
            for broken in broken_files(sound, name, count, folder, seed):
                if not worker.alive:
                    worker.end()
                    worker = Worker()
                kind, words = worker.ask(broken.path, limit_s)
                results.append((broken, kind, words))
                if kind in GOOD:
                    broken.path.unlink()
            found[name] = results
    finally:
        worker.end()
    return found


GOOD = ("picture", "sentence")


def make_sound(folder: Path, names: Sequence[str] = ()) -> dict[str, Path]:
    """A sound file of every format that is one file (or of those named) and that can be made here."""
    from tests.formats import FORMATS, why_not

    made = {}
    for one in FORMATS:
        path = folder / one.name
        if not path.suffix or why_not(one) or (names and one.name not in names):
            continue
        one.make(path)
        made[one.name] = path
    return made


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Breaks files of every format and sees what the program says.")
    parser.add_argument("--count", type=int, default=200, help="broken files of each format (default: 200)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these formats, as the table names them")
    parser.add_argument(
        "--limit", type=float, default=LIMIT_S, metavar="S", help="longest time for a file (default: 20)"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep there what went wrong")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.work:
        work()
        return 0
    with tempfile.TemporaryDirectory() as place:
        sound = make_sound(Path(place))
        folder = options.keep or Path(place, "broken")
        folder.mkdir(parents=True, exist_ok=True)
        bad = 0
        print("| file | a picture | one sentence | anything else |\n| --- | --- | --- | --- |")
        for name in options.only or sound:
            results = run(sound, [name], options.count, folder, options.seed, options.limit)[name]
            kinds = Counter(kind for _, kind, _ in results)
            wrong = [result for result in results if result[1] not in GOOD]
            print(f"| {name} | {kinds['picture']} | {kinds['sentence']} | {len(wrong)} |", flush=True)
            for broken, kind, words in wrong:
                print(f"{broken.path.name} ({broken.way}): {kind}: {words}", file=sys.stderr, flush=True)
            bad += len(wrong)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
