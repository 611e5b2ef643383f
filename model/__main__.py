"""The command line of the network's life: `python -m model COMMAND`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Any

from model.bundle import SIZES
from model.data.commands import add_commands
from model.errors import DataError, ModelError
from model.files import write_text
from model.presets import Preset
from model.progress import progress_line
from model.structures import BLOCK_REGION, Structure, names_of, parse_structures


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; gives the exit status.

    0, 1 for a harmful finding of `data check`, 2 for what the user can mend, 130 for Ctrl+C.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except ModelError as error:
        print(f"sonoblock: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"sonoblock: {error.filename or 'a file'}: {error.strerror}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        # Training says what it keeps.
        print(f"sonoblock: {str(stop) or 'stopped.'}", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m model", description="Trains, measures and exports the networks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add_commands(commands)

    train = commands.add_parser("train", help="train a network and write a model bundle")
    train.set_defaults(run=_train)
    _add_data(train)
    _add_recipe(train)
    train.add_argument("--out", type=Path, help="the bundle's folder (default: runs/PRESET)")
    train.add_argument("--name", help="the bundle's name (default: its folder's)")
    train.add_argument("--resume", action="store_true", help="go on with the training in the folder")
    train.add_argument("--development", type=int, default=50, metavar="N", help="pictures kept for development (50)")
    train.add_argument("--random-split", action="store_true", help="as in the paper, near duplicates not kept together")
    train.add_argument(
        "--groups", type=Path, metavar="FILE", help="CSV with the columns stem,group: pictures to keep together"
    )
    train.add_argument("--gpus", type=int, default=1, metavar="N", help="split each batch over N GPUs (TensorFlow)")

    folds = commands.add_parser(
        "cross-validate", help="train on all folds but one, for each fold (the paper's figure 5)"
    )
    folds.set_defaults(run=_cross_validate)
    _add_data(folds)
    _add_recipe(folds)
    folds.add_argument("--folds", type=int, default=10, metavar="N", help="how many (10)")
    folds.add_argument(
        "--grouped",
        action="store_true",
        help="near duplicates, or the data set's own groups, stay in one fold (the paper: at random)",
    )
    folds.add_argument("--groups", type=Path, metavar="FILE", help="the same by a CSV with the columns stem,group")
    folds.add_argument("--only", metavar="N,M", help="these folds only, such as 1,2,3")
    folds.add_argument("--out", type=Path, help="folder (default: runs/cross-PRESET or runs/cross-PRESET-grouped)")
    folds.add_argument("--resume", action="store_true", help="go on with the cross-validation in the folder")
    folds.add_argument(
        "--dask", metavar="ADDRESS", help="send the folds to this Dask scheduler, such as tcp://HOST:8786"
    )

    evaluate = commands.add_parser("evaluate", help="the paper's measures of a model on a data set")
    evaluate.set_defaults(run=_evaluate)
    _add_data(evaluate)
    _add_model(evaluate)
    evaluate.add_argument("--engine", default="auto", help="auto, openvino, onnxruntime or tensorflow")
    evaluate.add_argument("--part", choices=("all", "train", "development"), default="all", help="by the model's split")
    evaluate.add_argument("--compare", metavar="MODEL", help="a second model, compared on the same pictures")
    evaluate.add_argument("--mm-per-pixel", type=float, metavar="X", help="size of the pictures' pixels, for mm")
    evaluate.add_argument("--json", type=Path, metavar="FILE", help="write the measures there")
    evaluate.add_argument("--csv", type=Path, metavar="FILE", help="write the measures of each picture there")
    evaluate.add_argument("--figures", type=Path, metavar="DIR", help="write box plot and examples there")

    robustness = commands.add_parser("robustness", help="what disturbances of the pictures cost each model")
    robustness.set_defaults(run=_robustness)
    _add_data(robustness)
    robustness.add_argument("--models", default="default", metavar="A,B", help="bundles' folders or shipped names")
    robustness.add_argument(
        "--part",
        choices=("development", "all"),
        default="development",
        help="the pictures that no given model was trained on (default), or all",
    )
    robustness.add_argument("--engine", default="auto", help="auto, openvino, onnxruntime or tensorflow")
    robustness.add_argument("--json", type=Path, metavar="FILE", help="write the measures there")
    robustness.add_argument("--figure", type=Path, metavar="FILE", help="draw the sum IoU there, PNG or SVG")

    stability = commands.add_parser(
        "stability", help="how steady a model's masks are on moving pictures, without and with the temporal filter"
    )
    stability.set_defaults(run=_stability)
    _add_data(stability)
    _add_model(stability)
    stability.add_argument("--engine", default="auto", help="auto, openvino, onnxruntime or tensorflow")
    stability.add_argument("--part", choices=("all", "development"), default="all", help="by the model's split")
    stability.add_argument(
        "--pictures", type=int, default=20, metavar="N", help="so many, drawn with a fixed seed (20)"
    )
    stability.add_argument("--time-constant", type=float, metavar="S", help="the filter's, seconds (as in the program)")
    stability.add_argument("--in-place", action="store_true", help="the filter does not follow the movement")
    stability.add_argument("--json", type=Path, metavar="FILE", help="write the measures there")

    predict = commands.add_parser("predict", help="a model's masks for a folder of pictures")
    predict.set_defaults(run=_predict)
    predict.add_argument("--data", type=Path, required=True, metavar="DIR", help="pictures, with or without masks")
    predict.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    predict.add_argument("--labelme", action="store_true", help="also Labelme files, to correct by hand")
    _add_model(predict)
    predict.add_argument("--engine", default="auto", help="auto, openvino, onnxruntime or tensorflow")

    report = commands.add_parser("report", help="the paper's figures from our runs, in one page and as PNG and SVG")
    report.set_defaults(run=_report)
    report.add_argument(
        "--runs", type=Path, nargs="+", required=True, metavar="DIR", help="bundles, trainings and cross-validations"
    )
    report.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the page and the figures")
    report.add_argument("--data", type=Path, metavar="DIR", help="the data set that the runs were trained on")
    report.add_argument("--test", type=Path, metavar="DIR", help="a data set that no run was trained on")
    report.add_argument("--robustness", type=Path, metavar="FILE", help="what 'robustness --json' wrote, drawn too")
    report.add_argument("--engine", default="auto", help="auto, openvino, onnxruntime or tensorflow")

    export = commands.add_parser("export", help="write a model for another engine, checked against the source")
    export.set_defaults(run=_export)
    _add_model(export)
    export.add_argument("--to", required=True, help="onnx, openvino or savedmodel")
    export.add_argument("--out", type=Path, default=Path("export"), help="folder (default: export)")

    calibrate = commands.add_parser(
        "calibrate", help="make a model's probabilities mean what they say, and its threshold"
    )
    calibrate.set_defaults(run=_calibrate)
    _add_data(calibrate)
    _add_model(calibrate)
    calibrate.add_argument("--engine", default="auto", help="auto, openvino, onnxruntime or tensorflow")
    calibrate.add_argument(
        "--folds", type=Path, metavar="DIR", help="a cross-validation of the recipe: its threshold counts"
    )
    _add_write(calibrate)
    calibrate.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    calibrate.add_argument("--figures", type=Path, metavar="DIR", help="write the reliability plot there")

    novelty = commands.add_parser("novelty", help="what a model calls unlike its training pictures")
    novelty.set_defaults(run=_novelty)
    _add_data(novelty)
    _add_model(novelty)
    novelty.add_argument("--engine", default="auto", help="auto, openvino, onnxruntime or tensorflow")
    novelty.add_argument("--fit", action="store_true", help="make the score from the model's training pictures")
    _add_write(novelty)
    novelty.add_argument("--others", type=Path, metavar="DIR", help="other pictures, a folder for each kind")
    novelty.add_argument("--json", type=Path, metavar="FILE", help="write the table there")

    bench = commands.add_parser("bench", help="time every model in every engine, interleaved in one run")
    bench.set_defaults(run=_bench)
    bench.add_argument("--engines", help="comma-separated (default: all, and keras-predict)")
    bench.add_argument("--models", help="comma-separated (default: all shipped, and the paper's U-net)")
    bench.add_argument("--rounds", type=int, default=60)
    bench.add_argument("--json", type=Path, metavar="FILE", help="write the times there")
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a data set, in any layout")


def _add_classes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--classes",
        metavar="A,B",
        help="labels or folders of masks, the first one leading, each with a colour if you like: "
        "'block region,artery=#d55e00' (default: block region)",
    )


def _structures(options: argparse.Namespace) -> tuple[Structure, ...]:
    return parse_structures(options.classes) if options.classes else (BLOCK_REGION,)


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="default", help="a bundle's folder or a shipped name")


def _add_write(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="write the bundle anew with what was found")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write it there instead (default: its own folder)")


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--preset", required=True, help="the recipe: paper, best or accurate")
    _add_classes(parser)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--epochs", type=int, help="instead of the preset's")
    parser.add_argument("--batch", type=int, help="instead of the preset's")
    parser.add_argument("--size", type=int, help="side of the network's input, a multiple of 16 (256)")
    parser.add_argument("--channels", type=int, help="channels of the paper's network at its first level (16)")
    parser.add_argument("--mixed-precision", action="store_true", help="float16 where that is safe; for GPUs")


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
    if "size" in changes and changes["size"] not in SIZES:
        raise ModelError(f"--size {options.size}: give a multiple of {SIZES.step} from {SIZES[0]} to {SIZES[-1]}.")
    if "channels" in changes:
        if preset.network != "paper_unet":
            raise ModelError(f"--channels: the network of '{options.preset}' has fixed channels; the paper's has not.")
        changes["network_options"] = {**preset.network_options, "channels": changes.pop("channels")}
    return dataclasses.replace(preset, mixed_precision=options.mixed_precision, **changes)


def _train(options: argparse.Namespace) -> None:
    from model.data.splits import read_groups

    preset = _preset(options)
    if options.groups and options.random_split:
        raise ModelError("--groups keeps pictures together and --random-split does not: give one of them.")
    out = options.out or Path("runs") / options.preset

    from model.package import package_run
    from model.train import train

    network, run = train(
        options.data,
        out,
        options.preset,
        preset,
        seed=options.seed,
        development=options.development,
        grouped=not options.random_split,
        groups=read_groups(options.groups) if options.groups else None,
        structures=_structures(options),
        resume=options.resume,
        gpus=options.gpus,
    )
    bundle = package_run(out, network, run, options.data, options.name or out.resolve().name)
    scores = bundle.card["scores"]["development"]
    print(f"{out}: development sum IoU {scores['sum_iou']:.3f}, accuracy {scores['accuracy']:.1%}")


def _cross_validate(options: argparse.Namespace) -> None:
    preset = _preset(options)
    only = _fold_numbers(options.only)
    from model import crossvalidate
    from model.data.splits import read_groups

    out = (
        options.out or Path("runs") / f"cross-{options.preset}{'-grouped' if options.grouped or options.groups else ''}"
    )
    if options.resume:
        plan = crossvalidate.resume(options.data, out)
        if plan.preset_name != options.preset:
            raise ModelError(f"{out} was started with the preset '{plan.preset_name}', not '{options.preset}'.")
        print(f"{out}: going on with preset {plan.preset_name} as it was started; {crossvalidate.progress(plan)} done")
    else:
        plan = crossvalidate.start(
            options.data,
            out,
            options.preset,
            preset,
            folds=options.folds,
            grouped=options.grouped or options.groups is not None,
            groups=read_groups(options.groups) if options.groups else None,
            seed=options.seed,
            structures=_structures(options),
        )
    crossvalidate.cross_validate(
        plan,
        options.data,
        out,
        only=only,
        dask=options.dask,
        on_done=lambda done: print(f"fold {done.fold}: sum IoU {done.sum_iou:.3f}, accuracy {done.accuracy:.1%}"),
    )
    print(*crossvalidate.table(plan), f"{out / crossvalidate.FILE}, {crossvalidate.TABLE}", sep="\n")


def _fold_numbers(text: str | None) -> list[int] | None:
    try:
        return [int(part) for part in _split(text) or []] or None
    except ValueError as error:
        raise ModelError(f"--only {text}: give numbers of folds with commas, such as 1,2,3.") from error


def _evaluate(options: argparse.Namespace) -> None:
    from model import evaluate
    from model.bundle import find
    from model.data.folder import find_pairs
    from model.engines.choice import open_engine

    if options.mm_per_pixel is not None and not 0 < options.mm_per_pixel < float("inf"):
        raise ModelError(f"--mm-per-pixel {options.mm_per_pixel}: give the side of a pixel in mm, above 0.")
    bundle = find(options.model)
    other = find(options.compare) if options.compare else None
    classes = names_of(bundle.structures)
    if other and names_of(other.structures) != classes:
        raise ModelError(f"{bundle.name} and {other.name} have different classes, so they cannot be compared.")
    pairs = [pair for pair in find_pairs(options.data, classes) if _in_part(pair.stem, options.part, bundle.card)]
    if not pairs:
        raise DataError(f"{options.data} holds none of the model's {options.part} pictures.")
    results = evaluate.evaluate(bundle, open_engine(options.engine, bundle), pairs)
    content = evaluate.as_json(results, options.mm_per_pixel)
    print(*evaluate.tables(results, options.mm_per_pixel), sep="\n")
    if other:
        seconds = evaluate.evaluate(other, open_engine(options.engine, other), pairs)
        # Two trainings of one recipe may have one name; how they were asked for tells them apart.
        labels: tuple[str, str] = (
            (bundle.name, other.name) if bundle.name != other.name else (options.model, options.compare)
        )
        compared = {one.structure: evaluate.compare(one, two) for one, two in zip(results, seconds, strict=True)}
        for name, rows in compared.items():
            title = f"{name}: " if len(compared) > 1 else ""
            print("", *evaluate.comparison_table(rows, *labels, title=title), sep="\n")
        by_class = {name: [row.as_json() for row in rows] for name, rows in compared.items()}
        content["comparison"] = {"model": other.name, "hash": other.hash, "differences": by_class[classes[0]]}
        content["comparison"] |= {"classes": by_class} if len(classes) > 1 else {}
    for card in [bundle.card] + ([other.card] if other else []):
        _say_what_it_may_have_seen(card, [pair.stem for pair in pairs])
    if options.json:
        _write_json(options.json, content)
    if options.csv:
        evaluate.write_csv(options.csv, results, options.mm_per_pixel)
    if options.figures:
        from model.report import write_figures

        for path in write_figures(options.figures, bundle, results[0], pairs):
            print(path)


def _say_what_it_may_have_seen(card: dict[str, Any], stems: list[str]) -> None:
    development = set(card.get("training", {}).get("development", []))
    # None at all: another data set, of which nothing is known.
    unseen = development.intersection(stems)
    if unseen and len(unseen) < len(stems):
        seen = len(stems) - len(unseen)
        print(f"Note: {card['name']} may have been trained on {seen} of these {len(stems)} pictures.")


def _in_part(stem: str, part: str, card: dict[str, Any]) -> bool:
    if part == "all":
        return True
    return (stem in card.get("training", {}).get("development", [])) == (part == "development")


def _robustness(options: argparse.Namespace) -> None:
    from model.robustness import measure

    if options.figure and options.figure.suffix not in (".png", ".svg"):
        raise ModelError(f"--figure {options.figure}: give a name that ends in .png or .svg.")
    _require_folders(options.json, options.figure)
    if options.figure:
        from model.figures import robustness_plot, save_as
    found = measure(options.data, _split(options.models) or [], options.part, options.engine, progress_line("pictures"))
    print(*found.table(), sep="\n")
    if options.json:
        _write_json(options.json, found.as_json())
    if options.figure:
        save_as(robustness_plot(found.rows), options.figure)
        print(options.figure)


def _require_folders(*paths: Path | None) -> None:
    """Measuring takes minutes: what would fail at its end is found before. Raises ModelError."""
    for path in paths:
        if path is not None and not path.parent.is_dir():
            raise ModelError(f"{path.parent} is not a folder: make it first.")


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
    _require_folders(options.json)
    bundle = find(options.model)
    found = find_pairs(options.data, names_of(bundle.structures))
    pairs = stability.draw([pair for pair in found if _in_part(pair.stem, options.part, bundle.card)], options.pictures)
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
    print(*stability.table(content), sep="\n")
    _say_what_it_may_have_seen(bundle.card, [pair.stem for pair in pairs])
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

    for path in write_report(options.out, options.runs, options.data, options.test, options.engine, options.robustness):
        print(path)


def _export(options: argparse.Namespace) -> None:
    from model.bundle import find
    from model.export import export

    print(export(find(options.model), options.to, options.out))


def _calibrate(options: argparse.Namespace) -> None:
    from model import calibration
    from model.bundle import find
    from model.crossvalidate import CrossValidation
    from model.data.folder import find_pairs
    from model.engines.choice import open_engine

    bundle = find(options.model)
    classes = names_of(bundle.structures)
    pairs = [pair for pair in find_pairs(options.data, classes) if _in_part(pair.stem, "development", bundle.card)]
    if not pairs:
        raise DataError(
            f"{options.data} holds none of the development pictures of {bundle.name}: give its own data set."
        )
    held = calibration.hold_out(bundle, open_engine(options.engine, bundle), pairs, progress_line("pictures"))
    found = calibration.calibrate(held, classes, bundle.threshold)
    print(*calibration.table(found), sep="\n")
    content, threshold = found.as_json(), found.threshold
    if options.folds:
        plan = CrossValidation.read(options.folds)
        if names_of(plan.structures) != classes:
            raise ModelError(
                f"{bundle.name} and {options.folds} have different classes: give a cross-validation of its own."
            )
        folds = calibration.calibrate(calibration.hold_out_folds(plan, options.data, options.folds), classes, 0.5)
        threshold = round(sum(folds.thresholds) / len(folds.thresholds), 3)
        print("", f"The folds of {options.folds}:", *calibration.table(folds), sep="\n")
        print(f"threshold, mean of the {folds.parts} folds: {threshold:.3f}")
        content["folds"] = folds.as_json()
    if options.json:
        _write_json(options.json, {**content, "threshold": threshold, "model": bundle.name})
    if options.figures:
        from model.report import write_reliability

        print(*write_reliability(options.figures, bundle, found), sep="\n")
    if options.write:
        from model.package import package_calibrated

        print(package_calibrated(bundle, found, threshold, options.data, options.out or bundle.folder).folder)


def _novelty(options: argparse.Namespace) -> None:
    from model import fit_novelty
    from model.bundle import find
    from model.engines.choice import open_engine
    from model.novelty import Novelty

    if options.write and not options.fit:
        raise ModelError("--write writes what --fit makes: give both.")
    bundle = find(options.model)
    others = fit_novelty.find_kinds(options.others) if options.others else {}
    seen, unseen = fit_novelty.split(bundle, options.data)
    made = fit_novelty.fit(seen, bundle.size, progress_line("pictures")) if options.fit else None
    score = made.score if made else Novelty.of(bundle)
    if score is None:
        raise ModelError(f"{bundle.name} holds no score of its own: make one with --fit.")
    if made:
        print(made)
    engine = open_engine(options.engine, bundle)
    measured = fit_novelty.measure(bundle, score, engine, unseen, others)
    print(*fit_novelty.table(measured), sep="\n")
    if options.json:
        _write_json(options.json, measured.as_json())
    if made and options.write:
        print(fit_novelty.write(bundle, made, measured, options.out or bundle.folder).folder)


def _bench(options: argparse.Namespace) -> None:
    # TensorFlow's greetings would push the table off the screen.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from model.bench import bench

    timings = bench(_split(options.engines), _split(options.models), options.rounds)
    print(f"{'model':28}{'engine':16}{'median ms':>10}{'p95 ms':>10}{'threads':>9}")
    for row in timings:
        print(f"{row.model:28}{row.engine:16}{row.ms_median:10.1f}{row.ms_p95:10.1f}{row.threads:9}")
    if options.json:
        _write_json(options.json, {"results": [row.as_json() for row in timings]})


def _split(text: str | None) -> list[str] | None:
    return [part.strip() for part in text.split(",") if part.strip()] if text else None


def _write_json(path: Path, content: dict[str, Any]) -> None:
    write_text(path, json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
