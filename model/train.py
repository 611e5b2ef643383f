"""Training: one preset, one data set, one seed, one folder that can be resumed and ends as a model bundle.

The folder of a run holds `training/` (the run's settings and split, `history.csv`, the newest checkpoint) and, at the
end, the bundle's own files.
"""

from __future__ import annotations

import contextlib
import csv
import importlib.util
import shutil
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from model.data.augment import augment
from model.data.folder import Dataset, load
from model.data.splits import Split, grouped_split, random_split
from model.errors import ModelError
from model.files import held, write_beside
from model.metrics import Masks, Overlap, overlap
from model.postprocess import to_mask
from model.preprocess import to_values
from model.presets import Preset
from model.pretrained import efficientnet_lite0
from model.run import SETTINGS, Run, find_run
from model.structures import BLOCK_REGION, Structure, names_of
from model.unet import BUILDERS, ensemble, with_probability, without_probability

HISTORY_FIELDS = ("epoch", "loss", "development_sum_iou", "development_accuracy")


class Batches(keras.utils.PyDataset):
    """Training pictures in batches. What a picture looks like depends on (seed, epoch, place) only, so runs resume."""

    def __init__(self, data: Dataset, preset: Preset, seed: int, epoch: int) -> None:
        super().__init__()
        self._data = data
        self._preset, self._seed, self._epoch = preset, seed, epoch
        self._order = self._draw_order()

    def __len__(self) -> int:
        # Batch norm on a few leftover pictures would be noise; without it, all are used as Keras does by default.
        whole, rest = divmod(len(self._data), self._preset.batch)
        return max(1, whole + (rest > 0 and not self._preset.augment))

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        places = range(index * self._preset.batch, min((index + 1) * self._preset.batch, len(self._order)))
        pairs = [self._picture(place) for place in places]
        pictures, masks = zip(*pairs, strict=True)
        return to_layout(np.stack(pictures)[:, None]), to_layout(np.stack(masks))

    def on_epoch_end(self) -> None:
        self._epoch += 1
        self._order = self._draw_order()

    def _draw_order(self) -> Any:
        return np.random.default_rng((self._seed, self._epoch)).permutation(len(self._data))

    def _picture(self, place: int) -> tuple[Any, Any]:
        row = self._order[place]
        # Not all of them beforehand: as float32 they need four times the memory.
        picture, masks = to_values(self._data.images[row]), self._data.masks[row].astype(np.float32)
        if not self._preset.augment:
            return picture, masks
        return augment(picture, masks, np.random.default_rng((self._seed, self._epoch, place)))


def to_layout(pictures: Any) -> Any:
    """(n, channels, size, size) to Keras's own layout."""
    return pictures if _channels_first() else np.moveaxis(pictures, 1, -1)


def _channels_first() -> bool:
    return bool(keras.config.image_data_format() == "channels_first")


@keras.saving.register_keras_serializable("sonoblock")
def cross_entropy(expert: Any, logits: Any) -> Any:
    """Mean binary cross-entropy of the logits of each picture, (n,).

    One number a picture, not one for all: Keras divides only the former among several GPUs.
    """
    return ops.mean(ops.binary_crossentropy(expert, logits, from_logits=True), axis=(1, 2, 3))


@keras.saving.register_keras_serializable("sonoblock")
def cross_entropy_and_dice(expert: Any, logits: Any) -> Any:
    """Mean binary cross-entropy plus 1 - soft Dice of each class over the batch, averaged over the classes; (n,).

    Soft Dice: Milletari et al. 2016, arXiv 1606.04797.
    """
    entropy, predicted = cross_entropy(expert, logits), ops.sigmoid(logits)
    axes = (0, 2, 3) if _channels_first() else (0, 1, 2)
    shared, total = ops.sum(expert * predicted, axes), ops.sum(expert, axes) + ops.sum(predicted, axes)
    return entropy + 1 - ops.mean((2 * shared + 1) / (total + 1))


class WeightAverage(keras.callbacks.Callback):
    """Keeps `average` at the moving average of the trained network's weights and batch-norm statistics."""

    def __init__(self, average: keras.Model, decay: float, steps_done: int) -> None:
        super().__init__()
        self._average, self._decay, self._steps = average, decay, steps_done

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._steps += 1
        # Short memory at first, so that the average leaves the starting weights behind.
        share = 1 - min(self._decay, (1 + self._steps) / (10 + self._steps))
        for kept, new in zip(self._average.weights, self.model.weights, strict=True):
            kept.assign_add((new - kept) * share)


class EachEpoch(keras.callbacks.Callback):
    """Scores the network that would ship, writes the history and a checkpoint, and stops at NaN.

    With several classes, the scores are the means over them.
    """

    def __init__(self, folder: Path, seed: int, development: Dataset, shipped: keras.Model) -> None:
        super().__init__()
        self._folder, self._seed, self._development, self._shipped = folder, seed, development, shipped
        self._times: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._times.append(time.monotonic())
        if len(self._times) > 1:
            print(time_left(self._times, self.params["epochs"] - epoch), flush=True)
        # Keras does not save what dropout drew so far: drawing anew from the epoch makes a resumed run the same run.
        if keras.backend.backend() == "torch":
            # There it draws from PyTorch's own generator.
            keras.utils.set_random_seed(int(np.random.default_rng((self._seed, epoch)).integers(2**32)))
        for place, layer in enumerate(self.model.layers):
            if getattr(layer, "seed_generator", None) is not None:
                draw = np.random.default_rng((self._seed, epoch, place)).integers(2**32, size=2, dtype=np.uint32)
                layer.seed_generator.state.assign(draw)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if not np.isfinite((logs or {}).get("loss", 0.0)):
            raise ModelError(
                f"The loss became NaN. The weights of the last whole epoch are kept in {self._folder}; "
                "try a lower learning rate or look for damaged pictures with 'model data check'."
            )

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        scores = score_network(self._shipped, self._development)
        sum_iou, accuracy = (float(np.mean([getattr(s, name) for s in scores])) for name in ("sum_iou", "accuracy"))
        logs = {} if logs is None else logs
        row = (epoch + 1, logs["loss"], sum_iou, accuracy)
        # First the history: where the run is killed between the two, the epoch is trained, and its row written, anew.
        append_history(self._folder / "history.csv", row)
        save_checkpoint(self._folder, epoch + 1, self.model, self._shipped)
        # For TensorBoard and the progress bar, which come after this.
        logs |= {"development_sum_iou": sum_iou, "development_accuracy": accuracy}


def time_left(times: list[float], epochs: int) -> str:
    """How long `epochs` more will take, in words, by the starts (s) of those before."""
    # The first one compiles the network, so it counts only as long as there is no other.
    times = times[1:] if len(times) > 2 else times
    seconds = epochs * (times[-1] - times[0]) / (len(times) - 1)
    if seconds < 90:
        return f"about {seconds:.0f} s left"
    return f"about {seconds / 60:.0f} min left" if seconds < 5400 else f"about {seconds / 3600:.1f} h left"


def score_network(network: keras.Model, data: Dataset, threshold: float = 0.5) -> list[Overlap]:
    """Overlap of the thresholded, uncleaned output with the expert masks, by class; the quick score of each epoch."""
    predicted = probability_maps(network, data) > threshold
    return [overlap(predicted[:, place], data.masks[:, place]) for place in range(predicted.shape[1])]


def score_cleaned(network: keras.Model, data: Dataset, experts: Masks, threshold: float) -> list[Overlap]:
    """Overlap as `evaluate` measures it, by class: cleaned, on the grid of `experts` (n, classes, height, width)."""
    size = experts.shape[2], experts.shape[3]
    maps = probability_maps(network, data)
    cleaned = [[to_mask(probability, size, threshold) for probability in maps[:, i]] for i in range(maps.shape[1])]
    return [overlap(masks, experts[:, place]) for place, masks in enumerate(cleaned)]


def probability_maps(network: keras.Model, data: Dataset) -> Any:
    """What the network gives for every picture: float32 (n, classes, size, size)."""
    inputs = to_layout(to_values(data.images[:, None]))
    found = np.asarray(network.predict(inputs, batch_size=10, verbose=0))
    return found if _channels_first() else np.moveaxis(found, -1, 1)


def train(
    data_folder: Path,
    out: Path,
    preset_name: str,
    preset: Preset,
    *,
    seed: int = 42,
    development: int = 50,
    grouped: bool = True,
    groups: Mapping[str, str] | None = None,
    split: Split | None = None,
    structures: tuple[Structure, ...] = (BLOCK_REGION,),
    name: str = "",
    resume: bool = False,
    gpus: int = 1,
) -> tuple[keras.Model, Run]:
    """Trains to the preset's last epoch; gives the network that ships, in channels-last layout, and its run.

    `split` is taken as it is; without one, `development` pictures are drawn, those of one of `groups` (picture name to
    group; near duplicates by default) kept together. A resumed run keeps what it was started with, but for its `name`.
    Raises ModelError where the folder holds another run or a model and `resume` is not set, where there is nothing to
    resume or another backend of Keras began it, where another process trains there, and where memory runs out;
    KeyboardInterrupt says what is kept.
    """
    folder = out / "training"
    run = find_run(out, resume)
    # Before anything is written: where there are not that many GPUs, nothing has begun.
    scope = _spread(gpus)
    if run is not None:
        _require_backend(out, run)
        data = load(data_folder, run.preset.size, run.classes)
        run = replace(run, name=name or run.name)
    else:
        data = load(data_folder, preset.size, names_of(structures))
        if split is None:
            split = grouped_split(data, development, seed, groups) if grouped else random_split(data, development, seed)
        run = Run(preset_name, preset, seed, split, structures, name, keras.backend.backend())
        folder.mkdir(parents=True, exist_ok=True)
    _use_quick_layout()
    parts = data.subset(run.split.train), data.subset(run.split.development)
    try:
        with _alone(folder), _precision(run.preset), scope:
            run.write(out / SETTINGS)
            shipped = _fit_members(folder, run, *parts)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(f"stopped. {_kept(folder, run)}") from stop
    except _memory_errors() as error:
        raise ModelError(
            f"Memory ran out with batches of {run.preset.batch} pictures of {run.preset.size} x {run.preset.size}. "
            f"{_kept(folder, run)} If that does not help, start anew with a smaller --batch."
        ) from error
    return _channels_last(shipped, run), run


def _require_backend(out: Path, run: Run) -> None:
    """Raises ModelError where the checkpoints in `out` are of another backend of Keras than this one."""
    if run.backend not in ("", keras.backend.backend()):
        raise ModelError(f"{out} was trained with Keras on {run.backend}: set KERAS_BACKEND={run.backend} to read it.")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Raises ModelError where another process trains in `folder`: each would take the other's checkpoints away."""
    with held(folder / "lock") as alone:
        if not alone:
            raise ModelError(f"Another process is training in {folder.parent}: wait for it, or choose another folder.")
        yield


def _kept(folder: Path, run: Run) -> str:
    found = [newest_checkpoint(place) for place, _ in _member_runs(folder, run)]
    kept = [checkpoint for checkpoint in found if checkpoint]
    if not kept:
        return f"No epoch was finished yet; begin again in {folder.parent} with --resume."
    which = f"Epoch {_epoch(kept[-1])} of {run.preset.epochs}"
    member = f" of member {len(kept)} of {len(found)}" if len(found) > 1 else ""
    return f"{which}{member} is kept in {folder.parent}; go on with --resume."


def _memory_errors() -> tuple[type[BaseException], ...]:
    """What the backend raises when memory runs out."""
    if keras.backend.backend() == "tensorflow":
        from tensorflow.errors import ResourceExhaustedError

        return MemoryError, ResourceExhaustedError
    import torch  # type: ignore[import-not-found,unused-ignore]

    return MemoryError, torch.OutOfMemoryError


@contextlib.contextmanager
def _precision(preset: Preset) -> Iterator[None]:
    before = keras.config.dtype_policy()
    if preset.mixed_precision:
        keras.config.set_dtype_policy("mixed_float16")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _spread(gpus: int) -> contextlib.AbstractContextManager[Any]:
    """Each batch split over several GPUs. Raises ModelError where there are not that many."""
    if gpus == 1:
        return contextlib.nullcontext()
    if keras.backend.backend() != "tensorflow":
        raise ModelError("--gpus needs Keras on TensorFlow: set KERAS_BACKEND=tensorflow.")
    import tensorflow

    there = training_devices()
    if not 1 < gpus <= len(there):
        raise ModelError(f"--gpus {gpus}: TensorFlow finds {len(there)} GPUs here, and one needs no option.")
    scope: contextlib.AbstractContextManager[Any] = tensorflow.distribute.MirroredStrategy(there[:gpus]).scope()
    return scope


def training_devices() -> list[str]:
    """The GPUs that TensorFlow sees, by its names for them."""
    import tensorflow

    return [f"GPU:{i}" for i, _ in enumerate(tensorflow.config.list_logical_devices("GPU"))]


def _tensorboard(folder: Path) -> list[keras.callbacks.Callback]:
    """Logs for TensorBoard where it is installed."""
    if not all(importlib.util.find_spec(name) for name in ("tensorboard", "tensorflow")):
        return []
    return [keras.callbacks.TensorBoard(folder / "tensorboard", write_graph=False)]


def _fit_members(folder: Path, run: Run, data: Dataset, development: Dataset) -> keras.Model:
    """Trains the preset's members one after the other; gives what ships."""
    runs = _member_runs(folder, run)
    trained = []
    for number, (place, member) in enumerate(runs, 1):
        if len(runs) > 1:
            print(f"Member {number} of {len(runs)}", flush=True)
        trained.append(_fit(place, member, data, development))
    return _together(trained, run.preset)


def _together(networks: list[keras.Model], preset: Preset) -> keras.Model:
    """What ships of the members."""
    return networks[0] if len(networks) == 1 and not preset.mirrored else ensemble(networks, preset.mirrored)


def _member_runs(folder: Path, run: Run) -> list[tuple[Path, Run]]:
    """The folder and the run of each network that is trained: the run itself where there is but one."""
    alone = replace(run.preset, members=1, mirrored=False)
    if run.preset.members == 1:
        return [(folder, replace(run, preset=alone))]
    # Far apart, since the folds of a cross-validation count their seeds up by one.
    return [
        (folder / f"member-{number + 1:02d}", replace(run, preset=alone, seed=run.seed + 1000 * number))
        for number in range(run.preset.members)
    ]


def _fit(folder: Path, run: Run, data: Dataset, development: Dataset) -> keras.Model:
    folder.mkdir(parents=True, exist_ok=True)
    preset = run.preset
    keras.utils.set_random_seed(run.seed)
    checkpoint = newest_checkpoint(folder)
    epoch = _epoch(checkpoint) if checkpoint else 0
    batches = Batches(data, preset, run.seed, epoch)
    if checkpoint:
        network = _kept_whole(keras.saving.load_model, checkpoint / "network.keras")
    else:
        network = without_probability(build(preset, len(run.classes), imagenet=preset.imagenet))
        network.compile(
            optimizer=_optimizer(preset, len(batches)),
            loss=cross_entropy_and_dice if preset.dice else cross_entropy,
            jit_compile=preset.xla and keras.backend.backend() == "tensorflow",
        )
        # What the first step would make while TensorFlow traces it, which then has to be traced again without.
        network.optimizer.build(network.trainable_variables)
    callbacks: list[keras.callbacks.Callback] = []
    if preset.average is None:
        shipped = with_probability(network.input, network.output, preset.network)
    else:
        shipped = build(preset, len(run.classes))
        if checkpoint:
            _kept_whole(shipped.load_weights, checkpoint / "shipped.weights.h5")
        else:
            shipped.set_weights(network.get_weights())
        callbacks.append(WeightAverage(shipped, preset.average, epoch * len(batches)))
    if epoch < preset.epochs:
        network.fit(
            batches,
            epochs=preset.epochs,
            initial_epoch=epoch,
            shuffle=False,
            # Elsewhere than on a terminal a line an epoch: the bar is made of what a terminal alone understands.
            verbose="auto" if sys.stdout.isatty() else 2,
            callbacks=[*callbacks, EachEpoch(folder, run.seed, development, shipped), *_tensorboard(folder)],
        )
    return shipped


def build(preset: Preset, classes: int = 1, imagenet: bool = False) -> keras.Model:
    """The preset's network, with random or ImageNet weights; with several members, the network of them all."""
    if preset.members > 1 or preset.mirrored:
        alone = replace(preset, members=1, mirrored=False)
        return _together([build(alone, classes, imagenet) for _ in range(preset.members)], preset)
    start = {"encoder_weights": efficientnet_lite0()} if imagenet else {}
    return BUILDERS[preset.network](preset.size, classes, **preset.network_options, **start)


def _optimizer(preset: Preset, steps: int) -> keras.optimizers.Optimizer:
    if preset.one_cycle is None:
        return keras.optimizers.Adam()
    total = preset.epochs * steps
    rise = int(0.3 * total)
    schedule = keras.optimizers.schedules.CosineDecay(
        preset.one_cycle / 25, total - rise, alpha=1e-3, warmup_target=preset.one_cycle, warmup_steps=rise
    )
    return keras.optimizers.AdamW(schedule, weight_decay=preset.weight_decay)


def _use_quick_layout() -> None:
    """PyTorch on a processor is half as slow again in channels-last; TensorFlow knows nothing else there."""
    quick = "channels_first" if keras.backend.backend() == "torch" else "channels_last"
    keras.config.set_image_data_format(quick)


def _channels_last(network: keras.Model, run: Run) -> keras.Model:
    keras.config.set_image_data_format("channels_last")
    copy = build(run.preset, len(run.classes))
    copy.set_weights(network.get_weights())
    return copy


def load_shipped(out: Path) -> keras.Model:
    """The network of the newest whole epoch of the training in `out`, in this backend's quick layout.

    Raises ModelError where there is none, or another backend wrote it.
    """
    folder = out / "training"
    if not (out / SETTINGS).exists():
        raise ModelError(f"{out} holds no epoch of a training.")
    run = Run.read(out / SETTINGS)
    _require_backend(out, run)
    _use_quick_layout()
    networks = []
    for place, member in _member_runs(folder, run):
        checkpoint = newest_checkpoint(place)
        if checkpoint is None:
            raise ModelError(f"{out} holds no epoch of a training.")
        networks.append(build(member.preset, len(run.classes)))
        _kept_whole(networks[-1].load_weights, checkpoint / "shipped.weights.h5")
    return _together(networks, run.preset)


def newest_checkpoint(folder: Path) -> Path | None:
    """The folder of the last whole epoch of a run, or None."""
    return max(folder.glob("epoch-[0-9]*"), default=None)


def _kept_whole(read: Callable[[Path], Any], path: Path) -> Any:
    """What `read` makes of a checkpoint's file. Raises ModelError where that is damaged."""
    try:
        return read(path)
    # What Keras, zipfile and h5py raise of a file that was cut off, or is another one.
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"{path} is damaged ({reason}). Put it back from a copy; or remove {path.parent}, and --resume begins anew."
        ) from error


def _epoch(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix("epoch-"))


def save_checkpoint(folder: Path, epoch: int, network: keras.Model, shipped: keras.Model) -> None:
    """Writes a whole checkpoint beside the older one, then removes that: at no moment is there none."""
    older = newest_checkpoint(folder)
    beside = folder / "unfinished"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    write_beside(beside / "network.keras", network.save)
    write_beside(beside / "shipped.weights.h5", shipped.save_weights)
    beside.rename(folder / f"epoch-{epoch:04d}")
    if older:
        shutil.rmtree(older)


def append_history(path: Path, row: tuple[float, ...]) -> None:
    """Adds one epoch to the CSV; epochs from `row` on that an interrupted run wrote before are dropped."""
    rows: list[list[str]] = []
    if path.exists():
        with path.open(newline="", encoding="utf-8") as stream:
            rows = [old for old in csv.reader(stream) if old[0].isdigit() and int(old[0]) < row[0]]

    def write(beside: Path) -> None:
        with beside.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(HISTORY_FIELDS)
            writer.writerows(rows)
            writer.writerow(row)

    write_beside(path, write)
