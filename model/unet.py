"""The networks: the paper's U-net, and a lighter one on a pretrained encoder.

Both take float32 (n, size, size, 1), pixel / 255, and give a probability for each class, float32
(n, size, size, classes), 0..1, each by itself: structures may overlap. Where Keras is set to channels-first (quicker
for PyTorch on a processor) the channel axis comes second; the weights are the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from model.preprocess import SIZE
from model.pretrained import Tensors

# EfficientNet-Lite0 up to stride 16 (arXiv 1905.11946, table 1): repeats, kernel, stride, expansion, channels.
LITE0_STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112))


def paper_unet(size: int = SIZE, classes: int = 1, channels: int = 16) -> keras.Model:
    """The U-net of Huang et al. 2019: the Kaggle starter of K. Åmdal-Sævik with ReLU; 1,940,817 weights.

    `size` must be a multiple of 16; `channels` is the first level's width, doubled at each of four steps down.
    """
    inputs = keras.Input(_shape(size))
    x, skips = inputs, []
    for level, dropout in enumerate((0.1, 0.1, 0.2, 0.2)):
        x = _paper_level(x, channels * 2**level, dropout)
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = _paper_level(x, channels * 16, 0.3)
    for level, dropout in zip((3, 2, 1, 0), (0.2, 0.2, 0.1, 0.1), strict=True):
        x = layers.Conv2DTranspose(channels * 2**level, 2, strides=2, padding="same")(x)
        x = layers.Concatenate(axis=_channel_axis())([x, skips[level]])
        x = _paper_level(x, channels * 2**level, dropout)
    # float32 in mixed precision too: float16 knows no probability between 1 and 0.9995.
    x = layers.Conv2D(classes, 1, dtype="float32", name="logit")(x)
    return with_probability(inputs, x, "paper_unet")


def _paper_level(x: Any, channels: int, dropout: float) -> Any:
    for rate in (dropout, 0.0):
        x = layers.Conv2D(channels, 3, padding="same", activation="relu", kernel_initializer="he_normal")(x)
        if rate:
            x = layers.Dropout(rate)(x)
    return x


def lite_unet(
    size: int = SIZE, classes: int = 1, decoder: tuple[int, ...] = (64, 32), encoder_weights: Tensors | None = None
) -> keras.Model:
    """A U-net on EfficientNet-Lite0 cut at stride 16; the head works at the last decoder step's size (a quarter).

    `decoder` gives the channels of each step up. With `encoder_weights` the encoder starts from ImageNet.
    """
    inputs = keras.Input(_shape(size))
    # ImageNet training saw (pixel - 127.5) / 127.5.
    x = layers.Rescaling(2.0, -1.0)(inputs)
    x, skips = _lite_encoder(x)
    for channels, skip in zip(decoder, reversed(skips), strict=False):
        x = layers.UpSampling2D(2, interpolation="nearest")(x)
        x = layers.Concatenate(axis=_channel_axis())([x, skip])
        x = _norm_relu(layers.Conv2D(channels, 1, use_bias=False)(x))
        x = _norm_relu(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x))
    x = layers.Conv2D(classes, 1, dtype="float32", name="logit")(x)
    # The logit is what is smooth across the region's edge, so it is what is interpolated.
    x = layers.UpSampling2D(16 // 2 ** len(decoder), interpolation="bilinear", dtype="float32")(x)
    network = with_probability(inputs, x, "lite_unet")
    if encoder_weights is not None:
        load_lite0(network, encoder_weights)
    return network


def _lite_encoder(x: Any) -> tuple[Any, list[Any]]:
    """Returns the features at stride 16 and the skips at strides 2, 4 and 8."""
    x = _norm(layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False, name="stem")(x), "stem_norm", relu6=True)
    skips: list[Any] = []
    blocks = itertools.count()
    for repeats, kernel, stride, expansion, channels in LITE0_STAGES:
        if stride == 2:
            skips.append(x)
        for repeat in range(repeats):
            x = _lite_block(x, f"block{next(blocks)}", kernel, stride if repeat == 0 else 1, expansion, channels)
    return x, skips


def _lite_block(x: Any, name: str, kernel: int, stride: int, expansion: int, channels: int) -> Any:
    """Mobile inverted bottleneck without squeeze-and-excitation (Lite)."""
    before, incoming = x, x.shape[_channel_axis()]
    if expansion > 1:
        x = layers.Conv2D(incoming * expansion, 1, use_bias=False, name=f"{name}_expand")(x)
        x = _norm(x, f"{name}_expand_norm", relu6=True)
    x = layers.DepthwiseConv2D(kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise")(x)
    x = _norm(x, f"{name}_depthwise_norm", relu6=True)
    x = layers.Conv2D(channels, 1, use_bias=False, name=f"{name}_project")(x)
    x = _norm(x, f"{name}_project_norm", relu6=False)
    return layers.Add(name=f"{name}_add")([x, before]) if stride == 1 and incoming == channels else x


def _norm(x: Any, name: str, relu6: bool) -> Any:
    x = _batch_norm(name)(x)
    return layers.ReLU(6.0, name=name.replace("norm", "relu"))(x) if relu6 else x


def _norm_relu(x: Any) -> Any:
    return layers.ReLU()(_batch_norm()(x))


def _batch_norm(name: str | None = None) -> keras.Layer:
    # Only PyTorch trains in channels-first; what ships is built in channels-last, of Keras's own layers alone.
    kind = TorchBatchNormalization if _channel_axis() == 1 else layers.BatchNormalization
    # Momentum 0.9, not Keras's 0.99: with 28 steps an epoch the statistics would lag far behind the weights.
    return kind(axis=_channel_axis(), momentum=0.9, epsilon=1e-3, name=name)


@keras.saving.register_keras_serializable("sonoblock")
class TorchBatchNormalization(layers.BatchNormalization):
    """Batch normalization of (n, channels, h, w) by PyTorch's own kernel: Keras's takes half of a training step."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        import torch  # type: ignore[import-not-found,unused-ignore]

        return torch.nn.functional.batch_norm(
            # Channels last in memory: convolutions and this are quickest so, and what follows keeps to it. The grey
            # input, of one channel, looks the same either way, and PyTorch takes it for channels first.
            inputs.contiguous(memory_format=torch.channels_last),
            self.moving_mean.value,
            self.moving_variance.value,
            self.gamma.value,
            self.beta.value,
            training=bool(training) and self.trainable,
            momentum=1 - self.momentum,
            eps=self.epsilon,
        )


def load_lite0(network: keras.Model, tensors: Tensors) -> None:
    """Copies EfficientNet-Lite0's tensors into the encoder of a `lite_unet`."""
    # The grey input stands for three equal channels, so the stem's kernels add up over them.
    stem = tensors["_conv_stem.weight"].sum(axis=1, keepdims=True)
    network.get_layer("stem").set_weights([stem.transpose(2, 3, 1, 0)])
    _load_norm(network, "stem_norm", tensors, "_bn0")
    for block in range(sum(stage[0] for stage in LITE0_STAGES)):
        norms = iter(("_bn0", "_bn1", "_bn2") if block else ("_bn1", "_bn2"))
        for part in ("expand", "depthwise", "project"):
            if part == "expand" and block == 0:
                continue
            kernel = tensors[f"_blocks.{block}._{part}_conv.weight"]
            # Depthwise: (channels, 1, h, w) to (h, w, channels, 1); the others: (out, in, h, w) to (h, w, in, out).
            axes = (2, 3, 0, 1) if part == "depthwise" else (2, 3, 1, 0)
            network.get_layer(f"block{block}_{part}").set_weights([kernel.transpose(axes)])
            _load_norm(network, f"block{block}_{part}_norm", tensors, f"_blocks.{block}.{next(norms)}")


def _load_norm(network: keras.Model, layer: str, tensors: Tensors, name: str) -> None:
    parts = ("weight", "bias", "running_mean", "running_var")
    network.get_layer(layer).set_weights([np.asarray(tensors[f"{name}.{part}"]) for part in parts])


def with_probability(inputs: Any, logits: Any, name: str) -> keras.Model:
    """The network that ends in probabilities; it shares its weights with the one that gives `logits`."""
    return keras.Model(inputs, layers.Activation("sigmoid", dtype="float32", name="probability")(logits), name=name)


def without_probability(network: keras.Model) -> keras.Model:
    """The same network, weights shared, up to the logits: what is trained.

    The cross-entropy of a probability is cut off where float32 rounds it to 0 or 1; there it has no gradient, and a
    network that a first large step has sent there stays dead. That of a logit is not.
    """
    return keras.Model(network.input, network.get_layer("probability").input, name=f"{network.name}_logits")


def ensemble(members: Sequence[keras.Model], mirrored: bool = False) -> keras.Model:
    """One network whose logits are the means of those of the `members`, networks of one shape, their weights shared.

    With `mirrored` the mean is also over the left-right mirrored picture, its logits mirrored back: the femoral
    nerve is scanned on both sides of the body, so neither view is the odd one.
    """
    inputs = keras.Input(members[0].input_shape[1:])
    classes = members[0].output_shape[_channel_axis()]
    parts = [
        keras.Model(one.input, one.get_layer("probability").input, name=f"member{number}")
        for number, one in enumerate(members, 1)
    ]
    logits = [part(inputs) for part in parts]
    if mirrored:
        columns = 3 if _channel_axis() == 1 else 2
        turned = keras.ops.flip(inputs, axis=columns)
        logits += [keras.ops.flip(part(turned), axis=columns) for part in parts]
    x = layers.Concatenate(axis=_channel_axis())(logits)
    # The mean as a layer that is called as every network's last one is, so that a calibration finds it.
    mean = np.tile(np.eye(classes, dtype=np.float32), (len(logits), 1))[None, None] / len(logits)
    x = layers.Conv2D(classes, 1, dtype="float32", name="logit")(x)
    network = with_probability(inputs, x, f"{members[0].name}_x{len(logits)}")
    network.get_layer("logit").set_weights([mean, np.zeros(classes, np.float32)])
    return network


def _channel_axis() -> int:
    return 1 if keras.config.image_data_format() == "channels_first" else -1


def _shape(size: int) -> tuple[int, int, int]:
    return (1, size, size) if _channel_axis() == 1 else (size, size, 1)


BUILDERS: dict[str, Callable[..., keras.Model]] = {"paper_unet": paper_unet, "lite_unet": lite_unet}
"""The networks by the name that a preset and a model card give them."""
