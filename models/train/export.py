"""Writes the trained model as ONNX with float16 weights, and checks it against the trained one."""

from __future__ import annotations

import argparse
import hashlib
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from models.train import labels
from models.train.net import Shape, SyllableNet

MODEL_NAME = "syllable_ctc.onnx"
_SMALL = 1024
_TOLERANCE = 0.15


class Exported(nn.Module):
    """The net with its head folded to one matrix and log-probabilities out."""

    def __init__(self, net: SyllableNet) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("weight", net.head.weight().detach().clone())

    def forward(self, features: Tensor) -> Tensor:
        hidden = self.net.encode(features, None)
        return nn.functional.linear(hidden, self.weight, self.net.head.bias).log_softmax(-1)


def load(checkpoint: Path, tokens: list[str]) -> SyllableNet:
    """The running mean of the weights from a checkpoint."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    net = SyllableNet(Shape(**state["shape"]), tokens)
    net.load_state_dict(state["mean_net"])
    net.eval()
    return net


def halve_weights(model: onnx.ModelProto) -> None:
    """Store large float32 initialisers as float16 and cast them back in the graph."""
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _SMALL:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT, name=f"cast {name}"))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def export(net: SyllableNet, target: Path) -> None:
    """Write the ONNX file in one move."""
    wrapped = Exported(net).eval()
    temporary = target.with_suffix(".tmp")
    torch.onnx.export(
        wrapped,
        (torch.zeros(1, 203, 80),),
        str(temporary),
        input_names=["features"],
        output_names=["log_probs"],
        dynamic_axes={"features": {0: "batch", 1: "frames"}, "log_probs": {0: "batch", 1: "steps"}},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(temporary)
    halve_weights(model)
    onnx.checker.check_model(model)
    onnx.save(model, temporary)
    _compare(wrapped, temporary)
    temporary.rename(target)


def _compare(wrapped: Exported, path: Path) -> None:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for frames in (1, 57, 400):
        features = torch.randn(1, frames, 80) * 3 - 8
        with torch.inference_mode():
            wanted = wrapped(features).numpy()
        (given,) = session.run(["log_probs"], {"features": features.numpy()})
        if given.shape != wanted.shape or np.abs(np.exp(given) - np.exp(wanted)).max() > _TOLERANCE:
            raise SystemExit(f"the exported graph differs from the trained model at {frames} frames")


def main() -> None:
    """Export the last checkpoint."""
    parser = argparse.ArgumentParser(description="Export a checkpoint to ONNX beside its token list.")
    parser.add_argument(
        "--out", type=Path, default=Path("data/train"), help="folder of checkpoint.pt and syllables.txt"
    )
    parser.add_argument("--target", type=Path, default=Path("models/bundled"))
    arguments = parser.parse_args()
    tokens = labels.read_tokens(arguments.out / "syllables.txt")
    arguments.target.mkdir(parents=True, exist_ok=True)
    target = arguments.target / MODEL_NAME
    export(load(arguments.out / "checkpoint.pt", tokens), target)
    shutil.copy(arguments.out / "syllables.txt", arguments.target / "syllables.txt")
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    print(f"{target} {target.stat().st_size} bytes sha256 {digest}")


if __name__ == "__main__":
    main()
