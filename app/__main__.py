"""The command line: `python -m app [SOURCE]` opens the window, `python -m app COMMAND` does without it.

Nothing is imported before it is needed: `--help` and `devices` are quick, and no command imports TensorFlow or Qt
unless it uses them.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import errno
import io
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from app.errors import OutputError, UsageError
from app.options import DEFAULT_ENGINE, DEFAULT_MODEL, LANGUAGES, SNAPSHOT_KINDS, WindowOptions
from model.outputs import EXIT_PIPE, drop_output

if TYPE_CHECKING:
    from app.batch import How
    from app.capture.source import Source
    from app.pipeline.types import Rect
    from app.settings import Settings

EXIT_USER = 2
"""Something that the user can mend."""
EXIT_SIGNAL = 128
"""And the number of the signal that stopped it: 130 is Ctrl+C."""
DEMO = "demo"

_SOURCES = """source words:
  demo                 your saved images where a folder is set, the phantom otherwise
  phantom              a made-up femoral scene that moves
  PATH                 a video, image or DICOM file, or a folder of images or DICOM files
  camera:N             a camera by number; also camera:/dev/videoN, camera:URL (RTSP, HTTP MJPEG)
  igtl://HOST:PORT     an OpenIGTLink server, such as PLUS or 3D Slicer; its masks go back to it
  screen               the main monitor; also screen:N (another one), screen:X,Y,W,H (a part of the screen)
"""
_COMMANDS_HELP = """commands:
  python -m app [SOURCE]                    the window; --help after a command explains it
  python -m app annotate SOURCE --out DIR   masks, a table and a clip of every frame, without a window; many
                                            recordings with several sources or --recursive
  python -m app bench SOURCE --seconds S --json FILE
                                            measures the real window
  python -m app check [SOURCE]              looks whether everything here is as it should be, without a window
  python -m app compare SOURCE --a MODEL --b MODEL_OR_FOLDER --csv FILE
                                            how far two models, or a model and masks, agree on every frame
  python -m app devices                     cameras, monitors and engines found here
"""
_NOTICE = "Training and research only. Not a medical device."


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}. See {self.prog} --help.")


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; gives the exit status: 0, 2 for what the user can mend, EXIT_SIGNAL and more, EXIT_PIPE."""
    arguments = sys.argv[1:] if arguments is None else arguments
    _quieten_libraries()
    try:
        try:
            return _run(arguments)
        finally:
            # Here it can still be said that there is no room for it. A program without a console has none.
            if sys.stdout is not None:
                sys.stdout.flush()
    except KeyboardInterrupt as stop:
        _say("stopped.")
        return EXIT_SIGNAL + (stop.args[0] if stop.args else signal.SIGINT)
    except (OutputError, UsageError) as error:
        return _say_error(error)
    except BrokenPipeError:
        drop_output()
        return EXIT_PIPE
    except OSError as error:
        # What writes files says so itself: this was what is printed.
        if error.errno != errno.ENOSPC:
            raise
        drop_output()
        return _say_error(OutputError.of("Standard output", error))


def _run(arguments: list[str]) -> int:
    command = arguments[0] if arguments and arguments[0] in _COMMANDS else ""
    parser, run = (_COMMANDS[command][0](), _COMMANDS[command][1]) if command else (_window_parser(), _window)
    options = parser.parse_args(arguments[1:] if command else arguments)

    from app.capture.source import SourceError
    from model.errors import ModelError

    try:
        return run(options)
    except (SourceError, ModelError) as error:
        return _say_error(error)


def _say_error(error: Exception) -> int:
    _say(str(error))
    return EXIT_USER


def _say(text: str) -> None:
    """One line, also where a name in it has several."""
    # A terminal that was closed takes nothing.
    with contextlib.suppress(OSError):
        print(f"sonoblock: {' '.join(text.split())}", file=sys.stderr)


def _quieten_libraries() -> None:
    """Errors are said by the program, in one line; what the libraries print beside would bury it."""
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _window_parser() -> _Parser:
    parser = _Parser(
        "python -m app",
        description=f"Shows the femoral nerve block region over a live ultrasound picture. {_NOTICE}",
        epilog=f"{_COMMANDS_HELP}\n{_SOURCES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", nargs="?", metavar="SOURCE", help="what to show (default: the last one, or demo)")
    _add_options(parser)
    _add_temporal_filter(parser)
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        help="of the window; system follows the desktop (default: as set in the window, at first system)",
    )
    return parser


def _annotate_parser() -> _Parser:
    parser = _command_parser(
        "annotate",
        "Writes the mask of every frame as PNG at frame size (000000.png and so on: 255 in the block region), "
        "predictions.csv, and what else is asked for. Recordings are gone through once, as fast as it goes; a live "
        "source until --limit or Ctrl+C, which keeps what is finished. Centres count in pixels of the frame. Of a "
        "frame's picture only the scan area is written, since the rest may show a patient's name. With several "
        "sources, or with --recursive, each recording gets a folder of its own in FOLDER, which is named after its "
        "file: rename files that are called after patients first.",
        several=True,
    )
    parser.add_argument("--out", required=True, type=_path, metavar="FOLDER", help="where to write; made if missing")
    parser.add_argument("--video", action="store_true", help="also a clip with its overlay, overlay.mp4")
    parser.add_argument("--gif", action="store_true", help="also an animated GIF with its overlay, overlay.gif")
    parser.add_argument(
        "--frames", choices=SNAPSHOT_KINDS, metavar="KIND", help=f"also every frame as PNG: {', '.join(SNAPSHOT_KINDS)}"
    )
    parser.add_argument("--first", type=int, default=0, metavar="N", help="begin with frame N of a recording (0)")
    parser.add_argument("--limit", type=int, metavar="N", help="stop after N frames")
    parser.add_argument("--recursive", action="store_true", help="every recording in the folders given, and below them")
    parser.add_argument(
        "--resume", action="store_true", help="with several recordings: leave out what is complete in FOLDER"
    )
    parser.add_argument(
        "--dask", metavar="ADDRESS", help="with several recordings: let the workers of a Dask cluster do them"
    )
    return parser


def _bench_parser() -> _Parser:
    parser = _command_parser("bench", "Runs the real window on SOURCE and says how fast it is and where time goes.")
    _add_temporal_filter(parser)
    parser.add_argument("--seconds", type=float, default=20.0, metavar="S", help="how long to measure (default: 20)")
    parser.add_argument("--json", type=_path, metavar="FILE", help="write the measures there")
    parser.add_argument("--window", metavar="WxH", help="size of the window (default: as it opens)")
    return parser


def _check_parser() -> _Parser:
    parser = _command_parser(
        "check",
        "Runs the pipeline without a window for some seconds, and says on one page whether source, speed, engine, "
        "model and disk are as they should be; exit status 2 where something is not.",
        optional="phantom",
    )
    parser.add_argument("--seconds", type=float, default=4.0, metavar="S", help="how long to measure (default: 4)")
    return parser


def _compare_parser() -> _Parser:
    parser = _command_parser(
        "compare",
        "Goes through a recording or a folder of images once and writes how far A and B agree on each frame: their "
        "IoU in the scan area's own pixels, 1 where both find no region. Where B has no mask for a frame, none is "
        "written. A mask belongs to the picture of its name, or to the frame whose number its name ends with.",
        model=False,
    )
    parser.add_argument("--a", required=True, metavar="MODEL", help="a model bundle's folder or name")
    parser.add_argument(
        "--b", required=True, metavar="MODEL_OR_FOLDER", help="another one, a folder of masks, or an own recording"
    )
    parser.add_argument("--csv", required=True, type=_path, metavar="FILE", help="write the table there")
    return parser


def _devices_parser() -> _Parser:
    return _Parser("python -m app devices", description="Lists cameras, monitors and engines found here.")


def _command_parser(
    command: str, description: str, optional: str = "", several: bool = False, model: bool = True
) -> _Parser:
    parser = _Parser(
        f"python -m app {command}",
        description=description,
        epilog=_SOURCES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words = "what to go through; see below" + (f" (default: {optional})" if optional else "")
    count = "+" if several else "?" if optional else None
    parser.add_argument("source", metavar="SOURCE", nargs=count, default=optional or None, help=words)
    _add_options(parser, model)
    return parser


def _add_options(parser: _Parser, model: bool = True) -> None:
    parser.add_argument("--scan-area", metavar="X,Y,W,H", help="the part of the frame that holds ultrasound, in pixels")
    if model:
        parser.add_argument("--model", metavar="M", help=f"a model bundle's folder or name (default: {DEFAULT_MODEL})")
    parser.add_argument("--engine", metavar="E", help="auto, openvino, onnxruntime or tensorflow (default: auto)")
    parser.add_argument("--threshold", type=float, metavar="T", help="probability from which a pixel counts, 0 to 1")
    parser.add_argument(
        "--rate", type=float, metavar="R", help="pictures a second to ask a camera, screen or folder for"
    )


def _add_temporal_filter(parser: _Parser) -> None:
    parser.add_argument(
        "--no-temporal-filter",
        dest="temporal_filter",
        action="store_const",
        const=False,
        help="show each prediction as it is, not steadied by those before",
    )


def _path(text: str) -> Path:
    """An empty one, such as that of a variable that a script forgot to set, would be the current folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("its name is empty: give where to write")
    return Path(text)


def _window(arguments: argparse.Namespace) -> int:
    from app import log

    options, settings = _options(arguments)
    if arguments.source in (None, "demo"):
        # Who names another source knows what to do, or is a script.
        options = dataclasses.replace(options, first_steps=not settings.introduced)
    if arguments.source is None:
        source = _last_source(settings, arguments.rate)
    else:
        source = _open(arguments.source, settings, arguments.rate, options.scan_area)

    from app.gui.main import run_window

    log.start()
    try:
        return run_window(source, options)
    finally:
        log.stop()


def _bench(arguments: argparse.Namespace) -> int:
    if not arguments.seconds > 0:
        raise UsageError(f"--seconds {arguments.seconds:g} is no time to measure: give more than 0.")
    options, settings = _options(arguments)
    source = _open(arguments.source, settings, arguments.rate, options.scan_area)
    if arguments.json is not None:
        _prepare_file(arguments.json)

    from app.gui.bench import run_bench

    run_bench(source, arguments.seconds, arguments.json, options)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    if not arguments.seconds > 0:
        raise UsageError(f"--seconds {arguments.seconds:g} is no time to measure: give more than 0.")
    options, settings = _options(arguments)
    # Nobody sees here that a camera's pictures lack the scan area.
    wait = options.scan_area is not None
    source = _open(arguments.source, settings, arguments.rate, options.scan_area, wait)

    from app.paths import kept_folders
    from app.pipeline.self_check import as_text, measure

    lines = measure(source, arguments.seconds, options, kept_folders())
    print(as_text(lines), end="")
    return EXIT_USER if any(line.advice for line in lines) else 0


def _annotate(arguments: argparse.Namespace) -> int:
    if arguments.limit is not None and arguments.limit < 1:
        raise UsageError(f"--limit {arguments.limit} leaves nothing to do: give 1 or more.")
    if arguments.first < 0:
        raise UsageError(f"--first {arguments.first} is before the first frame: give 0 or more.")
    if arguments.recursive or len(arguments.source) > 1:
        return _annotate_many(arguments)
    for name in ("resume", "dask"):
        if getattr(arguments, name):
            raise UsageError(f"--{name} is for several recordings: name more than one, or add --recursive.")
    options, settings = _options(arguments)
    source = _parse(arguments.source[0], settings, arguments.rate)

    from app.annotate import annotate, check_apart, check_unused, left_out
    from app.batch import How
    from model.bundle import find
    from model.engines.choice import open_crew
    from model.novelty import Novelty

    check_unused(arguments.out)
    check_apart(arguments.source[0], arguments.out)
    source.open()
    try:
        bundle = find(options.model or DEFAULT_MODEL)
        crew = open_crew(options.engine or DEFAULT_ENGINE, bundle)
        task = _how(How, arguments, options, bundle.threshold).task(arguments.out, Novelty.of(bundle))
        annotate(source, crew, task, sys.stderr if sys.stderr.isatty() else None)
        for sentence in left_out(source):
            _say(sentence)
    finally:
        source.close()
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    options, settings = _options(arguments)
    source = _parse(arguments.source, settings, arguments.rate)

    from app.capture.source import Recording
    from app.pipeline.scan_area import ScanAreas
    from app.trainer.compare import compare_all, summary, write_table
    from app.trainer.sides import open_side
    from model.bundle import find
    from model.engines.choice import open_engine

    if not isinstance(source, Recording):
        raise UsageError(f"{arguments.source} has no end: compare on a recording or a folder of images.")
    engine, area, threshold = options.engine or DEFAULT_ENGINE, options.scan_area, options.threshold
    a, b = (
        open_side(word, engine, ScanAreas(area), open_engine, find, threshold) for word in (arguments.a, arguments.b)
    )
    source.open()
    try:
        _prepare_file(arguments.csv)
        print(summary(write_table(arguments.csv, compare_all(source, area, (a, b)))))
    finally:
        source.close()
    return 0


def _annotate_many(arguments: argparse.Namespace) -> int:
    options, _ = _options(arguments)

    from app.batch import How, run_batch
    from model.bundle import find

    how = _how(How, arguments, options, find(options.model or DEFAULT_MODEL).threshold)
    outcome = run_batch(
        arguments.source,
        arguments.out,
        how,
        recursive=arguments.recursive,
        resume=arguments.resume,
        dask=arguments.dask,
        progress=sys.stderr if sys.stderr.isatty() else None,
        say=_say,
    )
    print(outcome)
    return EXIT_USER if outcome.failed else 0


def _how(how: type[How], arguments: argparse.Namespace, options: WindowOptions, threshold: float) -> How:
    model = options.model or DEFAULT_MODEL
    return how(
        # Workers need not have been started in the same folder.
        model=str(Path(model).absolute()) if Path(model).is_dir() else model,
        engine=options.engine or DEFAULT_ENGINE,
        threshold=threshold if options.threshold is None else options.threshold,
        scan_area=options.scan_area,
        video=arguments.video,
        gif=arguments.gif,
        pictures=arguments.frames,
        first=arguments.first,
        limit=arguments.limit,
        rate=arguments.rate,
    )


def _devices(_: argparse.Namespace) -> int:
    from app.capture.devices import cameras, monitors
    from model.engines.choice import installed

    # A device's name may hold letters that a terminal lacks.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    print("Cameras:")
    _print_list([f"{camera.word}  {camera.name}  {camera.path}" for camera in cameras()])
    print("Monitors:")
    _print_list([f"{one.word}  {one.width} x {one.height} at {one.x},{one.y}  {one.name}" for one in monitors()])
    print("Engines:")
    _print_list(installed())
    return 0


def _print_list(lines: list[str]) -> None:
    print("\n".join(f"  {line.rstrip()}" for line in lines or ["none found"]))


def _options(arguments: argparse.Namespace) -> tuple[WindowOptions, Settings]:
    """What was asked for, checked, and the settings. Raises UsageError."""
    from app.pipeline.types import Rect
    from app.settings import load_settings

    try:
        scan_area = Rect.parse(arguments.scan_area) if arguments.scan_area is not None else None
    except ValueError as error:
        raise UsageError(f"--scan-area: {error}") from error
    threshold, rate = arguments.threshold, arguments.rate
    if threshold is not None and not 0 < threshold < 1:
        raise UsageError(f"--threshold {threshold:g} is not between 0 and 1: give a probability such as 0.5.")
    if rate is not None and not 0 < rate <= 240:
        raise UsageError(f"--rate {rate:g} is not a rate: give pictures a second, more than 0 and at most 240.")
    settings, notice = load_settings()
    if notice:
        _say(notice)
    # Not every command has these.
    model, temporal_filter = getattr(arguments, "model", None), getattr(arguments, "temporal_filter", None)
    size = _size(arguments.window) if getattr(arguments, "window", None) else None
    language = getattr(arguments, "language", None)
    window = WindowOptions(scan_area, model, arguments.engine, threshold, temporal_filter, size, notice, language)
    return window, settings


def _prepare_file(path: Path) -> None:
    """Makes the folder of a file that is written at the end: what would fail then fails before the work.

    Raises UsageError and OutputError.
    """
    from app.writing import make_folder

    if path.is_dir():
        raise UsageError(f"{path} is a folder: give a file in it.")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no file: give the name of one.")
    make_folder(path.parent)


def _size(text: str) -> tuple[int, int]:
    """Width and height from WxH. Raises UsageError."""
    parts = text.split("x")
    if len(parts) == 2 and all(part.isdecimal() and 0 < len(part) < 5 and int(part) >= 320 for part in parts):
        return int(parts[0]), int(parts[1])
    raise UsageError(f"--window {text} is not a size: give width and height from 320 on, such as 1920x1080.")


def _parse(word: str, settings: Settings, rate: float | None) -> Source:
    from app.capture.words import parse

    return parse(word, demo_folder=settings.demo_path, rate=rate)


def _open(
    word: str, settings: Settings, rate: float | None, scan_area: Rect | None = None, wait: bool = False
) -> Source:
    """The source of that word; open already, if that is quick or to be waited for: what is wrong is said at once.

    Raises SourceError, also where it is open and the scan area that was asked for is outside its pictures.
    """
    source = _parse(word, settings, rate)
    # Only sources that wait for their pictures (cameras, streams) can take long to open.
    if wait or not source.paced:
        from app.capture.source import SourceError
        from app.pipeline.types import check_area

        try:
            info = source.open()
            check_area(scan_area, (info.height, info.width), source.name)
        except SourceError:
            source.close()
            raise
    return source


def _last_source(settings: Settings, rate: float | None) -> Source:
    from app.capture.source import SourceError

    if settings.source:
        try:
            return _open(settings.source, settings, rate)
        except SourceError:
            pass  # A file that was moved since must not keep the program from starting.
    try:
        return _open(DEMO, settings, rate)
    except SourceError as error:
        # The user's demo folder is gone: the phantom needs no file.
        _say(str(error))
        return _open("phantom", settings, rate)


def leave(status: int) -> NoReturn:
    """Ends the process with that exit status.

    A thread that a library has not let go in time (a model that is being loaded, a camera's driver) would come back to
    a Python that is being taken apart, which ends in a crash. So nothing is taken apart then: all is written by now.
    """
    if any(thread.daemon and not isinstance(thread, threading._DummyThread) for thread in threading.enumerate()):
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                if stream is not None:
                    stream.flush()
        os._exit(status)
    sys.exit(status)


_COMMANDS = {
    "annotate": (_annotate_parser, _annotate),
    "bench": (_bench_parser, _bench),
    "check": (_check_parser, _check),
    "compare": (_compare_parser, _compare),
    "devices": (_devices_parser, _devices),
}


if __name__ == "__main__":
    leave(main())
