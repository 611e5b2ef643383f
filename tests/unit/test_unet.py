"""The networks, built by Keras on TensorFlow; the pretrained encoder against a plain numpy version of the original."""

import io
import pickle
import pickletools

import numpy as np
import onnxruntime
import pytest

keras = pytest.importorskip("keras", reason="training requirements are not installed")

from model.export import convert
from model.pretrained import efficientnet_lite0, read_torch_file
from model.unet import LITE0_STAGES, ensemble, lite_unet, paper_unet, without_probability


def layers_of(network, kind):
    return [layer for layer in network.layers if layer.__class__.__name__ == kind]


def test_the_papers_network_has_the_papers_weights_and_layers():
    network = paper_unet()
    assert network.count_params() == 1_940_817
    assert network.input_shape == network.output_shape == (None, 256, 256, 1)
    assert [layer.rate for layer in layers_of(network, "Dropout")] == [0.1, 0.1, 0.2, 0.2, 0.3, 0.2, 0.2, 0.1, 0.1]
    convolutions = layers_of(network, "Conv2D")
    assert [layer.filters for layer in convolutions[:10:2]] == [16, 32, 64, 128, 256]
    assert {layer.activation.__name__ for layer in convolutions[:-1]} == {"relu"}
    assert [layer.activation.__name__ for layer in (convolutions[-1], network.layers[-1])] == ["linear", "sigmoid"]
    assert [layer.filters for layer in layers_of(network, "Conv2DTranspose")] == [128, 64, 32, 16]


def test_the_papers_network_can_be_made_smaller():
    network = paper_unet(size=32, channels=2)
    assert network.output_shape == (None, 32, 32, 1)
    assert network.count_params() < 40_000


def test_the_lite_network_gives_probabilities_at_full_size():
    network = lite_unet()
    assert network.input_shape == network.output_shape == (None, 256, 256, 1)
    assert network.count_params() < 800_000
    output = np.asarray(network(np.random.default_rng(0).random((1, 256, 256, 1), dtype=np.float32)))
    assert 0 < output.min() < output.max() < 1


def test_a_third_decoder_step_puts_the_head_at_half_size():
    network = lite_unet(size=64, decoder=(16, 8, 8))
    assert network.get_layer("logit").output.shape == (None, 32, 32, 1)
    assert network.output_shape == (None, 64, 64, 1)


def test_a_mirrored_ensemble_is_the_mean_over_both_views_of_each_member(tmp_path):
    members = [lite_unet(size=32, classes=2, decoder=(8,)) for _ in range(2)]
    network = ensemble(members, mirrored=True)
    assert network.count_params() < 1.01 * sum(member.count_params() for member in members), "both views share weights"
    picture = np.random.default_rng(0).random((1, 32, 32, 1), dtype=np.float32)
    views = [
        np.asarray(without_probability(member)(picture[:, :, ::step]))[:, :, ::step]
        for member in members
        for step in (1, -1)
    ]
    assert not np.allclose(views[0], views[1]), "the network itself knows left from right"
    expected = 1 / (1 + np.exp(-np.mean(views, axis=0)))
    assert np.allclose(network(picture), expected, atol=1e-5)
    network.save(tmp_path / "network.keras")
    assert np.allclose(keras.saving.load_model(tmp_path / "network.keras")(picture), expected, atol=1e-5)
    convert(tmp_path / "network.keras", "onnx", tmp_path / "network.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "network.onnx", providers=["CPUExecutionProvider"])
    assert np.allclose(session.run(None, {session.get_inputs()[0].name: picture})[0], expected, atol=1e-4)


def test_the_encoder_is_the_original_layer_by_layer():
    tensors = efficientnet_lite0()
    network = lite_unet(size=64, encoder_weights=tensors)
    picture = np.random.default_rng(0).random((64, 64), dtype=np.float32)
    expected = original_lite0(tensors, np.repeat(picture[None] * 2 - 1, 3, axis=0))
    names = [layer_name(network, block) for block in range(len(expected) - 1)]
    probe = keras.Model(network.input, [network.get_layer(name).output for name in ["stem_relu", *names]])
    for ours, theirs in zip(probe(picture[None, ..., None]), expected, strict=True):
        assert np.allclose(np.asarray(ours)[0].transpose(2, 0, 1), theirs, atol=1e-3)


def layer_name(network, block):
    added = f"block{block}_add"
    return added if added in {layer.name for layer in network.layers} else f"block{block}_project_norm"


def original_lite0(tensors, x):
    """EfficientNet-Lite0 up to stride 16 in numpy; (channels, h, w) after the stem and each block."""

    def norm(x, name):
        weight, bias, mean, variance = (
            tensors[f"{name}.{part}"][:, None, None] for part in ("weight", "bias", "running_mean", "running_var")
        )
        return (x - mean) / np.sqrt(variance + 1e-3) * weight + bias

    def relu6(x):
        return np.clip(x, 0, 6)

    x = relu6(norm(convolve(x, tensors["_conv_stem.weight"], 2), "_bn0"))
    outputs, block = [x], 0
    for repeats, _, stride, expansion, _ in LITE0_STAGES:
        for repeat in range(repeats):
            before, name = x, f"_blocks.{block}"
            if expansion > 1:
                x = relu6(norm(convolve(x, tensors[f"{name}._expand_conv.weight"], 1), f"{name}._bn0"))
            step = stride if repeat == 0 else 1
            x = relu6(norm(convolve(x, tensors[f"{name}._depthwise_conv.weight"], step, True), f"{name}._bn1"))
            x = norm(convolve(x, tensors[f"{name}._project_conv.weight"], 1), f"{name}._bn2")
            if step == 1 and x.shape == before.shape:
                x = x + before
            outputs.append(x)
            block += 1
    return outputs


def convolve(x, kernel, stride, depthwise=False):
    """Convolution with TensorFlow's 'same' padding; x (channels, h, w), kernel (out, in, h, w)."""
    side = kernel.shape[-1]
    size = -(-x.shape[1] // stride)
    padding = max((size - 1) * stride + side - x.shape[1], 0)
    before = padding // 2
    x = np.pad(x, ((0, 0), (before, padding - before), (before, padding - before)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (side, side), axis=(1, 2))[:, ::stride, ::stride]
    pattern = "chwij,cij->chw" if depthwise else "chwij,ocij->ohw"
    return np.einsum(pattern, windows, kernel[:, 0] if depthwise else kernel, optimize=True)


def test_a_file_of_weights_cannot_run_code(tmp_path):
    class Evil:
        def __reduce__(self):
            return print, ("run",)

    stream = io.BytesIO()
    for part in (0x1950A86A20F9469CFC6C, 1001, {}, Evil()):
        pickle.dump(part, stream, protocol=2)
    assert b"print" in pickletools.optimize(pickle.dumps(Evil(), 2))
    path = tmp_path / "evil.pth"
    path.write_bytes(stream.getvalue())
    with pytest.raises(pickle.UnpicklingError, match="print"):
        read_torch_file(path)
