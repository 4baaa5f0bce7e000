"""One training run, by one process or by several that share every step."""

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import torch.distributed as dist
from tokenizers import Tokenizer
from torch import multiprocessing

from nlp.training.data import Example, part_of, share_of
from nlp.training.network import Network, from_checkpoint
from nlp.training.shipped import from_shipped
from nlp.training.train import Settings, Trainer


@dataclass(frozen=True, slots=True)
class Run:
    """What to train: from `base`, or from the weights in the state `start`, on the pickled `examples`, in `folder`.

    `real` and `written` are the shares of the real articles and of the Jehyu corpus to learn from (learning curves).
    """

    base: Path
    examples: Path
    folder: Path
    layers: int
    threads: int
    start: Path | None
    settings: Settings
    real: float = 1.0
    written: float = 1.0

    def share(self, example: Example) -> float:
        """The share of what is like `example` to learn from."""
        if example.written:
            return self.written
        return self.real if example.of_article else 1.0


def run_workers(workers: int, run: Run) -> None:
    """Train by so many processes. Two of one thread each are faster than one of two threads."""
    if workers == 1:
        _work(run)
        return
    with TemporaryDirectory() as meeting:
        arguments = (workers, f"file://{meeting}/workers", run)
        multiprocessing.spawn(_join, arguments, nprocs=workers)  # type: ignore[attr-defined,no-untyped-call]


def _join(worker: int, workers: int, meeting: str, run: Run) -> None:
    """One of several workers; they find each other by the file `meeting`."""
    dist.init_process_group("gloo", init_method=meeting, rank=worker, world_size=workers)
    _work(run)


def _work(run: Run) -> None:
    torch.set_num_threads(run.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(run.settings.seed)
    network = network_of(run.base, run.layers)
    if run.start:
        network.load_state_dict(torch.load(run.start)["network"])
    with run.examples.open("rb") as file:
        train, held = split(pickle.load(file)[0])
    train = [one for one in train if share_of(one.row) < run.share(one)]
    trainer = Trainer(network, Tokenizer.from_file(str(run.base / "tokenizer.json")), run.folder, run.settings)
    trainer.resume()
    trainer.run(train, held)


def network_of(base: Path, layers: int) -> Network:
    """The network that a shipped model holds, or the first `layers` of a checkpoint with fresh heads."""
    return from_shipped(base) if (base / "encoder.onnx").exists() else from_checkpoint(base, layers)


def split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Passages to learn from, and those of held-out rows; the corpus' own dev and test are in neither."""
    own = [e for e in examples if e.written]
    rest = [e for e in examples if not e.written]
    train = [e for e in rest if part_of(e.row) == "train"] + [e for e in own if e.source == "jehyu-train"]
    held = [e for e in rest if part_of(e.row) == "dev" and e.source not in ("core", "klue-reviews")]
    return train, [e for e in held if e.positive or e.cued or not e.related]
