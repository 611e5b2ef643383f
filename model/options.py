"""The options of `python -m model`, a function for each command; what a command does is not known here."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from model.data.commands import add_commands
from model.errors import ModelError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

Add = Callable[["Commands"], argparse.ArgumentParser]
Run = Callable[[argparse.Namespace], None]


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        raise ModelError(f"{message}. See {self.prog} --help.")


def parser(parts: Sequence[tuple[Add, Run]]) -> argparse.ArgumentParser:
    """Each part is a command: the function of this module that adds it, and what it does, the option `run`.

    What is parsed raises ModelError where it is wrong.
    """
    whole: argparse.ArgumentParser = _Parser(
        "python -m model", description="Trains, measures and exports the networks."
    )
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    add_commands(commands)
    for add, run in parts:
        add(commands).set_defaults(run=run)
    return whole


def train(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("train", help="train a network and write a model bundle")
    _add_data(parser)
    _add_recipe(parser)
    parser.add_argument("--out", type=Path, help="the bundle's folder (default: runs/PRESET)")
    parser.add_argument("--name", help="the bundle's name (default: its folder's)")
    parser.add_argument("--resume", action="store_true", help="go on with the training in the folder")
    parser.add_argument("--development", type=int, metavar="N", help="pictures kept for development (50)")
    parser.add_argument(
        "--random-split", action="store_true", help="as in the paper, near duplicates not kept together"
    )
    parser.add_argument(
        "--groups", type=Path, metavar="FILE", help="CSV with the columns stem,group: pictures to keep together"
    )
    parser.add_argument("--gpus", type=int, default=1, metavar="N", help="split each batch over N GPUs (TensorFlow)")
    return parser


def cross_validate(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "cross-validate", help="train on all folds but one, for each fold (the paper's figure 5)"
    )
    _add_data(parser)
    _add_recipe(parser)
    parser.add_argument("--folds", type=int, metavar="N", help="how many (10)")
    parser.add_argument(
        "--grouped",
        action="store_true",
        help="near duplicates, or the data set's own groups, stay in one fold (the paper: at random)",
    )
    parser.add_argument("--groups", type=Path, metavar="FILE", help="the same by a CSV with the columns stem,group")
    parser.add_argument("--only", metavar="N,M", help="these folds only, such as 1,2,3")
    parser.add_argument("--out", type=Path, help="folder (default: runs/cross-PRESET or runs/cross-PRESET-grouped)")
    parser.add_argument("--resume", action="store_true", help="go on with the cross-validation in the folder")
    parser.add_argument(
        "--dask", metavar="ADDRESS", help="send the folds to this Dask scheduler, such as tcp://HOST:8786"
    )
    return parser


def folds(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("folds", help="the table of a cross-validation, and how another one differs")
    parser.add_argument("folder", type=Path, help="the cross-validation's folder")
    parser.add_argument("--compare", type=Path, metavar="DIR", help="one of another recipe, with the same folds")
    return parser


def evaluate(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("evaluate", help="the paper's measures of a model on a data set")
    _add_data(parser)
    _add_model(parser)
    _add_engine(parser)
    parser.add_argument("--part", choices=("all", "train", "development"), default="all", help="by the model's split")
    parser.add_argument("--compare", metavar="MODEL", help="a second model, compared on the same pictures")
    parser.add_argument("--mm-per-pixel", type=float, metavar="X", help="size of the pictures' pixels, for mm")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measures there")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the measures of each picture there")
    parser.add_argument("--figures", type=Path, metavar="DIR", help="write box plot and examples there")
    return parser


def robustness(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("robustness", help="what disturbances of the pictures cost each model")
    _add_data(parser)
    parser.add_argument("--models", default="default", metavar="A,B", help="bundles' folders or shipped names")
    parser.add_argument(
        "--part",
        choices=("development", "own", "all"),
        default="development",
        help="the pictures that no given model was trained on (default), for each model those that it was not, or all",
    )
    _add_engine(parser)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measures there")
    parser.add_argument("--figure", type=Path, metavar="FILE", help="draw the sum IoU there, PNG or SVG")
    return parser


def stability(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "stability", help="how steady a model's masks are on moving pictures, without and with the temporal filter"
    )
    _add_data(parser)
    _add_model(parser)
    _add_engine(parser)
    parser.add_argument("--part", choices=("all", "development"), default="all", help="by the model's split")
    parser.add_argument("--pictures", type=int, default=20, metavar="N", help="so many, drawn with a fixed seed (20)")
    parser.add_argument("--time-constant", type=float, metavar="S", help="the filter's, seconds (as in the program)")
    parser.add_argument("--in-place", action="store_true", help="the filter does not follow the movement")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measures there")
    return parser


def predict(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("predict", help="a model's masks for a folder of pictures")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="pictures, with or without masks")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--labelme", action="store_true", help="also Labelme files, to correct by hand")
    _add_model(parser)
    _add_engine(parser)
    return parser


def report(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("report", help="the paper's figures from our runs, in one page and as PNG and SVG")
    parser.add_argument(
        "--runs", type=Path, nargs="+", required=True, metavar="DIR", help="bundles, trainings and cross-validations"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the page and the figures")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the data set that the runs were trained on")
    parser.add_argument("--test", type=Path, metavar="DIR", help="a data set that no run was trained on")
    parser.add_argument("--robustness", type=Path, metavar="FILE", help="what 'robustness --json' wrote, drawn too")
    _add_engine(parser)
    return parser


def export(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("export", help="write a model for another engine, checked against the source")
    _add_model(parser)
    parser.add_argument("--to", required=True, help="onnx, openvino or savedmodel")
    parser.add_argument("--out", type=Path, default=Path("export"), help="folder (default: export)")
    return parser


def calibrate(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("calibrate", help="make a model's probabilities mean what they say, and its threshold")
    _add_data(parser)
    _add_model(parser)
    _add_engine(parser)
    parser.add_argument(
        "--folds", type=Path, metavar="DIR", help="a cross-validation of the recipe: its threshold counts"
    )
    _add_write(parser)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--figures", type=Path, metavar="DIR", help="write the reliability plot there")
    return parser


def novelty(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("novelty", help="what a model calls unlike its training pictures")
    _add_data(parser)
    _add_model(parser)
    _add_engine(parser)
    parser.add_argument("--fit", action="store_true", help="make the score from the model's training pictures")
    _add_write(parser)
    parser.add_argument("--others", type=Path, metavar="DIR", help="other pictures, a folder for each kind")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the table there")
    return parser


def bench(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("bench", help="time every model in every engine, interleaved in one run")
    parser.add_argument("--engines", help="comma-separated (default: all, and keras-predict)")
    parser.add_argument("--models", help="comma-separated (default: all shipped, and the paper's U-net)")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the times there")
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


def _add_engine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--engine", default="auto", help="auto, openvino, onnxruntime or tensorflow")


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="default", help="a bundle's folder or a shipped name")


def _add_write(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="write the bundle anew with what was found")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write it there instead (default: its own folder)")


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--preset", required=True, help="the recipe: paper, best or accurate")
    _add_classes(parser)
    # What is not given stays None: a run that is resumed goes on with its own.
    parser.add_argument("--seed", type=int, help="what chance starts from (42)")
    parser.add_argument("--epochs", type=int, help="instead of the preset's")
    parser.add_argument("--batch", type=int, help="instead of the preset's")
    parser.add_argument(
        "--size", type=int, help="side of the network's input, a multiple of 16, instead of the preset's"
    )
    parser.add_argument("--channels", type=int, help="channels of the paper's network at its first level (16)")
    parser.add_argument(
        "--mixed-precision", action="store_true", default=None, help="float16 where that is safe; for GPUs"
    )
