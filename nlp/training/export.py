"""Write a trained network as the run-time artefact: int8 ONNX encoder, numpy heads, tokenizer, description."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from nlp.corpus import KINDS, STATUSES
from nlp.training.batches import MOST_TOKENS
from nlp.training.data import BUDGET, TYPES
from nlp.training.network import CONTEXT_HEADS, Encoder, Network


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
    tag_threshold: float = 0.5, exact: Sequence[int] = (), note: dict[str, Any] | None = None, quantise: bool = True,
) -> None:  # fmt: skip
    """Write the artefact into `out`; with `quantise` false the encoder keeps float32, for comparison.

    `exact`: layers whose second matrix stays float32. Some of what goes into one is so large that eight bits blur the
    rest: which, tells the cosine of the states to the float ones with each layer exact (docs/model-card.md).
    """
    out.mkdir(parents=True, exist_ok=True)
    network.eval()
    _write_encoder(network.encoder, out / "encoder.onnx", exact, quantise)
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


def _write_encoder(encoder: Encoder, path: Path, exact: Sequence[int], quantise: bool) -> None:
    example = torch.arange(5, 29)[None]
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "float.onnx"
        torch.onnx.export(
            _States(encoder), (example,), str(plain), dynamo=False, opset_version=17,
            input_names=["ids"], output_names=["states"], dynamic_axes={"ids": {1: "t"}, "states": {1: "t"}},
        )  # fmt: skip
        if quantise:
            # Seven-bit weights: eight overflow on processors without VNNI, and results would depend on the machine.
            kept = [f"/encoder/layers.{layer}/down/MatMul" for layer in exact]
            quantize_dynamic(
                plain, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True, nodes_to_exclude=kept
            )
        else:
            shutil.copyfile(plain, path)
