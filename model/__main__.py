"""The command line of the network's life: `python -m model COMMAND`."""

from __future__ import annotations

import argparse
import dataclasses
import errno
import io
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model import options as commands
from model.bundle import SIZES, Bundle
from model.errors import DataError, ModelError
from model.files import ESCAPED, write_text
from model.outputs import EXIT_PIPE, drop_output, flush_output, printed, require_files, require_folders
from model.presets import Preset
from model.progress import progress_line
from model.structures import BLOCK_REGION, Structure, names_of, parse_structures

if TYPE_CHECKING:
    from model.crossvalidate import CrossValidation
    from model.run import Run

SEEDS = range(2**31)
"""What chance may start from: members and folds add to it, and it stays what every generator takes."""
_DEFAULTS = {"seed": 42, "development": 50, "folds": 10}
"""Of options that a run which is resumed has of its own."""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; gives the exit status.

    0, 1 for a harmful finding of `data check`, 2 for what the user can mend, 130 for Ctrl+C.
    """
    # Names of files may hold letters that a terminal lacks.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=ESCAPED)
    try:
        try:
            return _run(arguments)
        finally:
            # Here it can still be said that it cannot be written.
            flush_output()
    except BrokenPipeError:
        drop_output()
        return EXIT_PIPE
    except OSError as error:
        print(f"sonoblock: {_sentence(error)}", file=sys.stderr)
        return 2


def _run(arguments: list[str] | None) -> int:
    try:
        options = commands.parser(_COMMANDS).parse_args(arguments)
        return options.run(options) or 0
    except ModelError as error:
        print(f"sonoblock: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        # Training says what it keeps.
        print(f"sonoblock: {str(stop) or 'stopped.'}", file=sys.stderr)
        return 130


def _sentence(error: OSError) -> str:
    name, reason = error.filename or "a file", error.strerror or error
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{name} cannot be written ({reason}): free some space or choose another folder."
    return f"{name}: {reason}."


def _structures(options: argparse.Namespace) -> tuple[Structure, ...]:
    return parse_structures(options.classes) if options.classes else (BLOCK_REGION,)


def _preset(options: argparse.Namespace) -> Preset:
    from model.presets import PRESETS

    if options.preset not in PRESETS:
        raise ModelError(f"There is no preset '{options.preset}': give one of {', '.join(PRESETS)}.")
    preset = PRESETS[options.preset]
    changes = {key: getattr(options, key) for key in ("epochs", "batch", "size", "channels")}
    changes = {key: value for key, value in changes.items() if value is not None}
    for key, value in changes.items():
        if value < 1:
            raise ModelError(f"--{key} {value}: give a whole number above 0.")
    if options.seed is not None and options.seed not in SEEDS:
        raise ModelError(f"--seed {options.seed}: give a whole number from 0 to {SEEDS[-1]}.")
    if "size" in changes and changes["size"] not in SIZES:
        raise ModelError(f"--size {options.size}: give a multiple of {SIZES.step} from {SIZES[0]} to {SIZES[-1]}.")
    if "channels" in changes:
        if preset.network != "paper_unet":
            raise ModelError(f"--channels: the network of '{options.preset}' has fixed channels; the paper's has not.")
        changes["network_options"] = {**preset.network_options, "channels": changes.pop("channels")}
    return dataclasses.replace(preset, mixed_precision=bool(options.mixed_precision), **changes)


def _or_default(options: argparse.Namespace, name: str) -> int:
    given = getattr(options, name)
    return _DEFAULTS[name] if given is None else int(given)


def _require_as_begun(options: argparse.Namespace, out: Path, begun: Run | CrossValidation, **more: object) -> None:
    """Raises ModelError where an option is given that is not what the run in `out` was started with.

    `more` are the values of the options that only one command has.
    """
    if options.preset != begun.preset_name:
        raise ModelError(f"{out} was started with the preset '{begun.preset_name}', not '{options.preset}'.")
    preset, classes = begun.preset, ",".join(f"{one.name}={one.hex}" for one in begun.structures)
    if options.classes and _structures(options) == begun.structures:
        classes = options.classes
    was = {
        "seed": begun.seed,
        **{name: getattr(preset, name) for name in ("epochs", "batch", "size", "mixed_precision")},
        "channels": preset.network_options.get("channels", 16),
        "classes": classes,
        **more,
    }
    for name, value in was.items():
        asked, option = getattr(options, name), f"--{name.replace('_', '-')}"
        if asked is None or asked is False or asked == value:
            continue
        with_what = f"without {option}" if value is False else f"with {option} {value}, not {asked}"
        raise ModelError(f"{out} was started {with_what}: leave {option} away, or start anew in another folder.")


def _require_as_split(options: argparse.Namespace, out: Path, run: Run) -> None:
    """The same of a training, and how its pictures are split. Raises ModelError."""
    from model.data.splits import USERS_TABLE

    drawn, kept, asked = run.split.method == "random", len(run.split.development), options.development
    # Whole groups need not give as many as were asked for.
    fits = asked is not None and (asked if drawn else asked / 2) <= kept <= asked
    _require_as_begun(
        options,
        out,
        run,
        development=asked if fits else kept,
        random_split=drawn,
        groups=options.groups if run.split.method.endswith(USERS_TABLE) else False,
    )


def _train(options: argparse.Namespace) -> None:
    from model.data.folder import find_pairs
    from model.data.splits import read_groups
    from model.run import find_run, require_keras

    preset, structures = _preset(options), _structures(options)
    if options.groups and options.random_split:
        raise ModelError("--groups keeps pictures together and --random-split does not: give one of them.")
    out = options.out or Path("runs") / options.preset
    # All that can be wrong is said before TensorFlow is loaded, which takes seconds and says much itself.
    require_folders(out)
    begun = find_run(out, options.resume)
    if begun is not None:
        _require_as_split(options, out, begun)
    find_pairs(options.data, begun.classes if begun else names_of(structures))
    groups = read_groups(options.groups) if options.groups else None
    require_keras()

    from model.package import package_run
    from model.train import train

    network, run = train(
        options.data,
        out,
        options.preset,
        preset,
        seed=_or_default(options, "seed"),
        development=_or_default(options, "development"),
        grouped=not options.random_split,
        groups=groups,
        structures=structures,
        name=options.name or "",
        resume=options.resume,
        gpus=options.gpus,
    )
    bundle = package_run(out, network, run, options.data, run.name or out.resolve().name)
    scores = bundle.card["scores"]["development"]
    print(f"{out}: development sum IoU {scores['sum_iou']:.3f}, accuracy {scores['accuracy']:.1%}")


def _cross_validate(options: argparse.Namespace) -> None:
    preset = _preset(options)
    only = _fold_numbers(options.only)
    from model import crossvalidate
    from model.run import require_keras

    out = (
        options.out or Path("runs") / f"cross-{options.preset}{'-grouped' if options.grouped or options.groups else ''}"
    )
    if options.resume:
        plan = crossvalidate.resume(options.data, out)
        _require_folds_as_begun(options, out, plan)
        if not options.dask:
            require_keras()
        print(f"{out}: going on with preset {plan.preset_name} as it was started; {crossvalidate.progress(plan)} done")
    else:
        plan = _start_folds(options, out, preset, only)
    crossvalidate.cross_validate(
        plan,
        options.data,
        out,
        only=only,
        dask=options.dask,
        on_done=lambda done: print(f"fold {done.fold}: sum IoU {done.sum_iou:.3f}, accuracy {done.accuracy:.1%}"),
    )
    print(*crossvalidate.table(plan), f"{out / crossvalidate.FILE}, {crossvalidate.TABLE}", sep="\n")


def _require_folds_as_begun(options: argparse.Namespace, out: Path, plan: CrossValidation) -> None:
    from model.data.splits import USERS_TABLE

    _require_as_begun(
        options,
        out,
        plan,
        folds=len(plan.folds),
        grouped=plan.method != "random",
        groups=options.groups if plan.method.endswith(USERS_TABLE) else False,
    )


def _start_folds(options: argparse.Namespace, out: Path, preset: Preset, only: list[int] | None) -> CrossValidation:
    from model import crossvalidate
    from model.cluster import require_cluster
    from model.data.splits import read_groups
    from model.run import require_keras

    # Before anything is written: the corrected command is to find an empty folder.
    require_folders(out)
    crossvalidate.require_folds(only or (), _or_default(options, "folds"))
    if options.dask:
        require_cluster(options.dask)
    else:
        require_keras()
    return crossvalidate.start(
        options.data,
        out,
        options.preset,
        preset,
        folds=_or_default(options, "folds"),
        grouped=options.grouped or options.groups is not None,
        groups=read_groups(options.groups) if options.groups else None,
        seed=_or_default(options, "seed"),
        structures=_structures(options),
    )


def _folds(options: argparse.Namespace) -> None:
    from model import crossvalidate, fold_compare, intervals

    plan = crossvalidate.CrossValidation.read(options.folder)
    print(*crossvalidate.table(plan), sep="\n")
    if options.compare:
        other = crossvalidate.CrossValidation.read(options.compare)
        rows = fold_compare.compare(plan, other)
        print("", *crossvalidate.table(other), "", sep="\n")
        print(f"{options.compare} less {options.folder}, each picture by networks that had not seen it")
        print(*intervals.table(rows, plan.preset_name, other.preset_name), sep="\n")


def _fold_numbers(text: str | None) -> list[int] | None:
    try:
        return sorted({int(part) for part in _split(text) or []}) or None
    except ValueError as error:
        raise ModelError(f"--only {text}: give numbers of folds with commas, such as 1,2,3.") from error


def _evaluate(options: argparse.Namespace) -> None:
    from model import evaluate
    from model.bundle import find, tell_apart
    from model.data.folder import find_pairs
    from model.engines.choice import open_engine

    if options.mm_per_pixel is not None and not 0 < options.mm_per_pixel < float("inf"):
        raise ModelError(f"--mm-per-pixel {options.mm_per_pixel}: give the side of a pixel in mm, above 0.")
    require_files(options.json, options.csv)
    require_folders(options.figures)
    bundle = find(options.model)
    other = find(options.compare) if options.compare else None
    classes = names_of(bundle.structures)
    if other and names_of(other.structures) != classes:
        raise ModelError(f"{bundle.name} and {other.name} have different classes, so they cannot be compared.")
    pairs = [pair for pair in find_pairs(options.data, classes) if _in_part(pair.stem, options.part, bundle)]
    if not pairs:
        raise DataError(f"{options.data} holds none of the model's {options.part} pictures.")
    results = evaluate.evaluate(bundle, open_engine(options.engine, bundle), pairs)
    content = evaluate.as_json(results, options.mm_per_pixel)
    lines = [*evaluate.tables(results, options.mm_per_pixel)]
    if other:
        seconds = evaluate.evaluate(other, open_engine(options.engine, other), pairs)
        first, second = tell_apart([bundle, other], [options.model, options.compare])
        compared = {one.structure: evaluate.compare(one, two) for one, two in zip(results, seconds, strict=True)}
        for name, rows in compared.items():
            title = f"{name}: " if len(compared) > 1 else ""
            lines += ["", *evaluate.comparison_table(rows, first, second, title=title)]
        by_class = {name: [row.as_json() for row in rows] for name, rows in compared.items()}
        content["comparison"] = {"model": other.name, "hash": other.hash, "differences": by_class[classes[0]]}
        content["comparison"] |= {"classes": by_class} if len(classes) > 1 else {}
    for one in [bundle] + ([other] if other else []):
        lines += _what_it_may_have_seen(one, [pair.stem for pair in pairs])
    with printed(lines):
        if options.json:
            _write_json(options.json, content)
        if options.csv:
            evaluate.write_csv(options.csv, results, options.mm_per_pixel)
        if options.figures:
            from model.report import write_figures

            lines += map(str, write_figures(options.figures, bundle, results[0], pairs))


def _what_it_may_have_seen(bundle: Bundle, stems: list[str]) -> list[str]:
    # None at all: another data set, of which nothing is known.
    unseen = bundle.development.intersection(stems)
    if not unseen or len(unseen) == len(stems):
        return []
    return [f"Note: {bundle.name} may have been trained on {len(stems) - len(unseen)} of these {len(stems)} pictures."]


def _in_part(stem: str, part: str, bundle: Bundle) -> bool:
    return part == "all" or (stem in bundle.development) == (part == "development")


def _robustness(options: argparse.Namespace) -> None:
    from model.robustness import measure

    if options.figure and options.figure.suffix not in (".png", ".svg"):
        raise ModelError(f"--figure {options.figure}: give a name that ends in .png or .svg.")
    require_files(options.json, options.figure)
    if options.figure:
        from model.figures import robustness_plot, save_as
    found = measure(options.data, _split(options.models) or [], options.part, options.engine, progress_line("pictures"))
    lines = [*found.table()]
    with printed(lines):
        if options.json:
            _write_json(options.json, found.as_json())
        if options.figure:
            save_as(robustness_plot(found.rows), options.figure)
            lines.append(str(options.figure))


def _stability(options: argparse.Namespace) -> None:
    from model import stability
    from model.bundle import find
    from model.data.folder import find_pairs
    from model.engines.choice import open_engine
    from model.temporal import TIME_S

    if options.pictures < 1:
        raise ModelError(f"--pictures {options.pictures}: give a whole number above 0.")
    if options.time_constant is not None and not 0 < options.time_constant < float("inf"):
        raise ModelError(f"--time-constant {options.time_constant}: give seconds, above 0.")
    require_files(options.json)
    bundle = find(options.model)
    found = find_pairs(options.data, names_of(bundle.structures))
    pairs = stability.draw([pair for pair in found if _in_part(pair.stem, options.part, bundle)], options.pictures)
    if not pairs:
        raise DataError(f"{options.data} holds none of the model's {options.part} pictures.")
    engine = open_engine(options.engine, bundle)
    try:
        content = stability.measure(
            bundle,
            engine,
            pairs,
            time_s=TIME_S if options.time_constant is None else options.time_constant,
            follows=not options.in_place,
            progress=progress_line("clips"),
        )
    finally:
        engine.close()
    with printed([*stability.table(content), *_what_it_may_have_seen(bundle, [pair.stem for pair in pairs])]):
        if options.json:
            _write_json(options.json, content)


def _predict(options: argparse.Namespace) -> None:
    from model.bundle import find
    from model.engines.choice import open_engine
    from model.predict import predict

    bundle = find(options.model)
    engine = open_engine(options.engine, bundle)
    try:
        count = predict(
            bundle,
            engine,
            options.data,
            options.out,
            as_labelme=options.labelme,
            progress=progress_line("pictures"),
        )
    finally:
        engine.close()
    print(f"{count} masks in {options.out / 'masks'}")


def _report(options: argparse.Namespace) -> None:
    from model.report import write_report

    require_folders(options.out)
    for path in write_report(options.out, options.runs, options.data, options.test, options.engine, options.robustness):
        print(path)


def _export(options: argparse.Namespace) -> None:
    from model.bundle import find
    from model.export import export

    require_folders(options.out)
    print(export(find(options.model), options.to, options.out))


def _calibrate(options: argparse.Namespace) -> None:
    from model import calibration
    from model.bundle import find
    from model.crossvalidate import CrossValidation
    from model.data.folder import find_pairs
    from model.engines.choice import open_engine

    if options.out and not options.write:
        raise ModelError("--out is where --write writes: give both.")
    require_files(options.json)
    require_folders(options.figures, options.out)
    bundle = find(options.model)
    require_folders(bundle.folder if options.write and not options.out else None)
    if options.write:
        calibration.require_uncalibrated(bundle)
    classes = names_of(bundle.structures)
    plan = CrossValidation.read(options.folds) if options.folds else None
    if plan and names_of(plan.structures) != classes:
        raise ModelError(
            f"{bundle.name} and {options.folds} have different classes: give a cross-validation of its own."
        )
    pairs = [pair for pair in find_pairs(options.data, classes) if _in_part(pair.stem, "development", bundle)]
    if not pairs:
        raise DataError(
            f"{options.data} holds none of the development pictures of {bundle.name}: give its own data set."
        )
    held = calibration.hold_out(bundle, open_engine(options.engine, bundle), pairs, progress_line("pictures"))
    found = calibration.calibrate(held, classes, bundle.threshold)
    lines = [*calibration.table(found)]
    content, threshold = found.as_json(), found.threshold
    if plan:
        folds = calibration.calibrate(calibration.hold_out_folds(plan, options.data, options.folds), classes, 0.5)
        threshold = round(sum(folds.thresholds) / len(folds.thresholds), 3)
        lines += ["", f"The folds of {options.folds}:", *calibration.table(folds)]
        lines.append(f"threshold, mean of the {folds.parts} folds: {threshold:.3f}")
        content["folds"] = folds.as_json()
    with printed(lines):
        if options.json:
            _write_json(options.json, {**content, "threshold": threshold, "model": bundle.name})
        if options.figures:
            from model.report import write_reliability

            lines += map(str, write_reliability(options.figures, bundle, found))
        if options.write:
            from model.package import package_calibrated

            written = package_calibrated(bundle, found, threshold, options.data, options.out or bundle.folder)
            lines.append(str(written.folder))
        elif not (options.json or options.figures):
            lines.append("Nothing was written: --write puts this into the model, --json FILE into a file.")


def _novelty(options: argparse.Namespace) -> None:
    from model import fit_novelty
    from model.bundle import find
    from model.engines.choice import open_engine
    from model.novelty import Novelty

    if options.write and not options.fit:
        raise ModelError("--write writes what --fit makes: give both.")
    if options.out and not options.write:
        raise ModelError("--out is where --write writes: give both.")
    require_files(options.json)
    require_folders(options.out)
    bundle = find(options.model)
    require_folders(bundle.folder if options.write and not options.out else None)
    others = fit_novelty.find_kinds(options.others) if options.others else {}
    seen, unseen = fit_novelty.split(bundle, options.data)
    made = fit_novelty.fit(seen, bundle.size, progress_line("pictures")) if options.fit else None
    score = made.score if made else Novelty.of(bundle)
    if score is None:
        raise ModelError(f"{bundle.name} holds no score of its own: make one with --fit.")
    engine = open_engine(options.engine, bundle)
    measured = fit_novelty.measure(bundle, score, engine, unseen, others)
    lines = [*([str(made)] if made else []), *fit_novelty.table(measured)]
    with printed(lines):
        if options.json:
            _write_json(options.json, measured.as_json())
        if made and options.write:
            lines.append(str(fit_novelty.write(bundle, made, measured, options.out or bundle.folder).folder))


def _bench(options: argparse.Namespace) -> None:
    # TensorFlow's greetings would push the table off the screen.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from model.bench import bench

    if options.rounds < 1:
        raise ModelError(f"--rounds {options.rounds}: give a whole number above 0.")
    require_files(options.json)
    timings = bench(_split(options.engines), _split(options.models), options.rounds)
    lines = [f"{'model':28}{'engine':16}{'median ms':>10}{'p95 ms':>10}{'threads':>9}"]
    for row in timings:
        lines.append(f"{row.model:28}{row.engine:16}{row.ms_median:10.1f}{row.ms_p95:10.1f}{row.threads:9}")
    with printed(lines):
        if options.json:
            _write_json(options.json, {"results": [row.as_json() for row in timings]})


def _split(text: str | None) -> list[str] | None:
    return [part.strip() for part in text.split(",") if part.strip()] if text else None


def _write_json(path: Path, content: dict[str, Any]) -> None:
    write_text(path, json.dumps(content, indent=2) + "\n")


_COMMANDS = (
    (commands.train, _train),
    (commands.cross_validate, _cross_validate),
    (commands.folds, _folds),
    (commands.evaluate, _evaluate),
    (commands.robustness, _robustness),
    (commands.stability, _stability),
    (commands.predict, _predict),
    (commands.report, _report),
    (commands.export, _export),
    (commands.calibrate, _calibrate),
    (commands.novelty, _novelty),
    (commands.bench, _bench),
)


if __name__ == "__main__":
    # Being told to end is as Ctrl+C: nothing half done is left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
