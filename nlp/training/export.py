"""Write a trained network as the run-time artefact: int8 ONNX encoder, numpy heads, tokenizer, description."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn

from nlp.corpus import KINDS, STATUSES, read_corpus
from nlp.training.batches import MOST_TOKENS
from nlp.training.data import BUDGET, TYPES
from nlp.training.network import CONTEXT_HEADS, INNER, Encoder, Layer, Network

_SAMPLE = 20  # every twentieth article of the corpus shows what a layer's inputs are like


class _LoudestApart(nn.Module):
    """A linear layer whose loudest input is multiplied in floats, the rest by itself.

    In every layer one input of the second matrix is up to ten times the next: eight bits over that range would blur
    the rest.
    """

    keep: Tensor
    column: Tensor

    def __init__(self, whole: nn.Linear, loudest: int) -> None:
        super().__init__()
        self.loudest = loudest
        self.register_buffer("keep", torch.ones(whole.in_features).index_fill(0, torch.tensor(loudest), 0.0))
        self.register_buffer("column", whole.weight.detach()[:, loudest].clone())
        self.rest = deepcopy(whole)
        self.rest.weight.data[:, loudest] = 0.0

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.rest(x * self.keep) + x[..., self.loudest : self.loudest + 1] * self.column
        return result


class _States(nn.Module):
    """The encoder for one unpadded passage."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: Tensor) -> Tensor:
        states: Tensor = self.encoder(ids)
        return states


def export(
    network: Network, tokenizer_file: Path, out: Path, *, name: str, temperature: float = 1.0,
    tag_threshold: float = 0.5, note: dict[str, Any] | None = None, quantise: bool = True,
) -> None:  # fmt: skip
    """Write the artefact into `out`; with `quantise` false the encoder keeps float32, for comparison."""
    out.mkdir(parents=True, exist_ok=True)
    network.eval()
    texts = [f"{row['title'] or ''}\n{row['text']}" for row in read_corpus() if row["split"] == "train"][::_SAMPLE]
    encodings = Tokenizer.from_file(str(tokenizer_file)).encode_batch(texts)
    _write_encoder(network.encoder, [one.ids[:MOST_TOKENS] for one in encodings], out / "encoder.onnx", quantise)
    # Half precision, which halves the file and moves no probability by more than a thousandth.
    weights = {key: value.detach().numpy().astype(np.float16) for key, value in network.heads.state_dict().items()}
    np.savez(out / "heads.npz", **weights)
    if not (out / "tokenizer.json").exists() or not tokenizer_file.samefile(out / "tokenizer.json"):
        shutil.copyfile(tokenizer_file, out / "tokenizer.json")
    digest = hashlib.sha256()
    for part in ("encoder.onnx", "heads.npz", "tokenizer.json"):
        digest.update((out / part).read_bytes())
    description = {
        "version": f"{name}-{digest.hexdigest()[:8]}",
        "budget": BUDGET,
        "most_tokens": MOST_TOKENS,
        "context_heads": CONTEXT_HEADS,
        "types": list(TYPES),
        "kinds": list(KINDS),
        "statuses": list(STATUSES),
        "temperature": temperature,
        "tag_threshold": tag_threshold,
        **({"training": note} if note else {}),
    }
    (out / "model.json").write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_encoder(encoder: Encoder, sample: Sequence[Sequence[int]], path: Path, quantise: bool) -> None:
    encoder = deepcopy(encoder)
    for layer, loudest in zip(encoder.layers, _loudest_inputs(encoder, sample), strict=True):
        assert isinstance(layer, Layer)
        layer.down = _LoudestApart(layer.down, loudest)  # type: ignore[assignment]
    example = torch.arange(5, 29)[None]
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "float.onnx"
        torch.onnx.export(
            _States(encoder), (example,), str(plain), dynamo=False, opset_version=17,
            input_names=["ids"], output_names=["states"], dynamic_axes={"ids": {1: "t"}, "states": {1: "t"}},
        )  # fmt: skip
        if quantise:
            # Seven-bit weights: eight overflow on processors without VNNI, and results would depend on the machine.
            quantize_dynamic(plain, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
        else:
            shutil.copyfile(plain, path)


@torch.no_grad()
def _loudest_inputs(encoder: Encoder, sample: Sequence[Sequence[int]]) -> list[int]:
    """Of each layer's second matrix the input that gets farthest from nought on the sample."""
    highest = torch.zeros(len(encoder.layers), INNER)
    hooks = []
    for place, layer in enumerate(encoder.layers):
        assert isinstance(layer, Layer)
        hooks.append(layer.down.register_forward_pre_hook(partial(_note_highest, highest[place])))
    for ids in sample:
        encoder(torch.tensor([ids]))
    for hook in hooks:
        hook.remove()
    return [int(place) for place in highest.argmax(1)]


def _note_highest(highest: Tensor, _: nn.Module, given: tuple[Tensor]) -> None:
    torch.maximum(highest, given[0].abs().amax((0, 1)), out=highest)
