"""The command line of the network's life: `python -m model COMMAND`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from model.data.commands import add_commands
from model.errors import DataError, ModelError
from model.files import write_text
from model.progress import progress_line


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
    except KeyboardInterrupt:
        print("sonoblock: stopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m model", description="Trains, measures and exports the networks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add_commands(commands)

    train = commands.add_parser("train", help="train a network and write a model bundle")
    train.set_defaults(run=_train)
    _add_data(train)
    train.add_argument("--preset", required=True, help="the recipe: paper or best")
    train.add_argument("--out", type=Path, help="the bundle's folder (default: runs/PRESET)")
    train.add_argument("--name", help="the bundle's name (default: its folder's)")
    train.add_argument("--resume", action="store_true", help="go on with the training in the folder")
    train.add_argument("--seed", type=int, default=42)
    train.add_argument("--development", type=int, default=50, metavar="N", help="pictures kept for development (50)")
    train.add_argument("--random-split", action="store_true", help="as in the paper, near duplicates not kept together")
    train.add_argument(
        "--groups", type=Path, metavar="FILE", help="CSV with the columns stem,group: pictures to keep together"
    )
    train.add_argument("--epochs", type=int, help="instead of the preset's")
    train.add_argument("--batch", type=int, help="instead of the preset's")

    evaluate = commands.add_parser("evaluate", help="the paper's measures of a model on a data set")
    evaluate.set_defaults(run=_evaluate)
    _add_data(evaluate)
    _add_model(evaluate)
    evaluate.add_argument("--engine", default="auto", help="auto, openvino, onnxruntime or tensorflow")
    evaluate.add_argument("--part", choices=("all", "train", "development"), default="all", help="by the model's split")
    evaluate.add_argument("--json", type=Path, metavar="FILE", help="write the measures there")
    evaluate.add_argument("--figures", type=Path, metavar="DIR", help="write box plot and examples there")

    predict = commands.add_parser("predict", help="a model's masks for a folder of pictures")
    predict.set_defaults(run=_predict)
    predict.add_argument("--data", type=Path, required=True, metavar="DIR", help="pictures, with or without masks")
    predict.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    predict.add_argument("--labelme", action="store_true", help="also Labelme files, to correct by hand")
    _add_model(predict)
    predict.add_argument("--engine", default="auto", help="auto, openvino, onnxruntime or tensorflow")

    export = commands.add_parser("export", help="write a model for another engine, checked against the source")
    export.set_defaults(run=_export)
    _add_model(export)
    export.add_argument("--to", required=True, help="onnx, openvino or savedmodel")
    export.add_argument("--out", type=Path, default=Path("export"), help="folder (default: export)")

    bench = commands.add_parser("bench", help="time every model in every engine, interleaved in one run")
    bench.set_defaults(run=_bench)
    bench.add_argument("--engines", help="comma-separated (default: all, and keras-predict)")
    bench.add_argument("--models", help="comma-separated (default: all shipped, and the paper's U-net)")
    bench.add_argument("--rounds", type=int, default=60)
    bench.add_argument("--json", type=Path, metavar="FILE", help="write the times there")
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a data set, in any layout")


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="default", help="a bundle's folder or a shipped name")


def _train(options: argparse.Namespace) -> None:
    import dataclasses

    from model.data.splits import read_groups
    from model.presets import PRESETS

    if options.groups and options.random_split:
        raise ModelError("--groups keeps pictures together and --random-split does not: give one of them.")
    if options.preset not in PRESETS:
        raise ModelError(f"There is no preset '{options.preset}': give one of {', '.join(PRESETS)}.")
    changes = {key: getattr(options, key) for key in ("epochs", "batch") if getattr(options, key) is not None}
    preset = dataclasses.replace(PRESETS[options.preset], **changes)
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
        resume=options.resume,
    )
    bundle = package_run(out, network, run, options.data, options.name or out.resolve().name)
    scores = bundle.card["scores"]["development"]
    print(f"{out}: development sum IoU {scores['sum_iou']:.3f}, accuracy {scores['accuracy']:.1%}")


def _evaluate(options: argparse.Namespace) -> None:
    from model.bundle import find
    from model.data.folder import find_pairs
    from model.engines.choice import open_engine
    from model.evaluate import evaluate

    bundle = find(options.model)
    pairs = [pair for pair in find_pairs(options.data) if _in_part(pair.stem, options.part, bundle.card)]
    if not pairs:
        raise DataError(f"{options.data} holds none of the model's {options.part} pictures.")
    result = evaluate(bundle, open_engine(options.engine, bundle), pairs)
    content = result.as_json()
    print(f"{content['images']} pictures, model {content['model']}, engine {content['engine']}")
    print(f"{'':14}{'256 x 256':>10}{'own size':>10}")
    for name, value in content["native"].items():
        print(f"{name:14}{content[name]:10.3f}{value:10.3f}")
    print(f"{'ms_median':14}{content['ms_median']:10.1f}")
    if options.json:
        _write_json(options.json, content)
    if options.figures:
        from model.report import write_figures

        for path in write_figures(options.figures, bundle, result, pairs):
            print(path)


def _in_part(stem: str, part: str, card: dict[str, Any]) -> bool:
    if part == "all":
        return True
    return (stem in card.get("training", {}).get("development", [])) == (part == "development")


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


def _export(options: argparse.Namespace) -> None:
    from model.bundle import find
    from model.export import export

    print(export(find(options.model), options.to, options.out))


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
