"""Turns a shipped model back into a network, so that training goes on from it where no `state.pt` is left.

The encoder's weights come back as the numbers they were rounded to; a few steps of training even that out.
"""

import re
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from nlp.heads import load_heads
from nlp.training.network import Network, freeze_embeddings

_LINEAR = re.compile(r"/encoder/(layers\.\d+)/(\w+)(?:/rest)?/MatMul")


def from_shipped(folder: Path) -> Network:
    """The network whose export `folder` is. Raises ValueError for an artefact of another make."""
    weights, layers = _encoder_weights(folder / "encoder.onnx")
    network = Network(len(weights["word.weight"]), layers)
    network.encoder.load_state_dict(weights)
    network.heads.load_state_dict({name: torch.from_numpy(value) for name, value in load_heads(folder).items()})
    freeze_embeddings(network)
    return network


def _encoder_weights(path: Path) -> tuple[dict[str, Tensor], int]:
    """The encoder's state by name, and its number of layers."""
    graph = onnx.load(path).graph
    stored = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    found = {_own_name(name): value for name, value in stored.items() if _is_plain(name)}
    for name in ("word.weight", "position.weight"):
        found[name] = _matrix(stored, f"encoder.{name}_quantized")
    for node in graph.node:
        match = _LINEAR.match(node.name)
        if match and node.op_type in ("MatMul", "MatMulInteger"):
            layer, part = match.groups()
            found[f"{layer}.{part}.weight"] = _matrix(stored, node.input[1]).T
            if "/rest/" in node.name:
                apart = f"encoder.{layer}.{part}"
                found[f"{layer}.{part}.weight"] += np.outer(stored[f"{apart}.column"], 1 - stored[f"{apart}.keep"])
    layers = {name.split(".")[1] for name in found if name.endswith("query.weight")}
    if not layers:
        raise ValueError(f"{path} holds no int8 layers of ours; give a file that `python -m nlp.training export` wrote")
    return {name: torch.from_numpy(np.array(value, np.float32)) for name, value in found.items()}, len(layers)


def _own_name(name: str) -> str:
    """What the network calls an initializer of the export, which set the loudest input of a matrix apart."""
    return name.removeprefix("encoder.").replace(".rest.", ".")


def _is_plain(name: str) -> bool:
    """Whether an initializer kept its name and its floats: biases and norms."""
    return name.startswith("encoder.") and (name.endswith(".bias") or ".norm" in name)


def _matrix(stored: dict[str, np.ndarray], name: str) -> np.ndarray:
    """A matrix as floats; that of a rounded one is its scale (one number, or one a column) times what it holds."""
    if not name.endswith("_quantized"):
        return stored[name]
    name = name.removesuffix("_quantized")
    rounded = stored[f"{name}_quantized"].astype(np.float32) - stored[f"{name}_zero_point"].astype(np.float32)
    exact: np.ndarray = rounded * stored[f"{name}_scale"]
    return exact
