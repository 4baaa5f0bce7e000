"""The training loop: seeds fixed, resumable, a line of JSON in the log every few steps."""

import json
import math
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from nlp.training.augment import NameSwapper, with_longer_list, with_strays, without_headline
from nlp.training.batches import Batch, batched, make_batch
from nlp.training.data import ANY, CORE, IGNORE, Example
from nlp.training.network import Network


@dataclass(frozen=True, slots=True)
class Settings:
    steps: int = 1200
    tokens: int = 2048  # a batch
    rate: float = 1.5e-4  # of the encoder
    head_rate: float = 1e-3
    warmup: float = 0.06
    swap: float = 0.5  # share of examples with other names
    longer: float = 0.3  # share of examples into whose lists organisations are put
    strays: float = 0.6  # share of examples in which words that are no names stand as organisations
    untitled: float = 0.4  # share of articles' passages without their headline
    kept: dict[str, float] | None = None  # share of each source an epoch
    easy: float = 0.1  # share of passages without partnership and without cue
    hard: float = 0.5  # … without partnership, with cue and two organisations
    rosters: float = 4.0  # times a passage of many new pairs is drawn: ordinary news has few, and unlearns them
    seed: int = 7
    save_every: int = 100
    test_every: int = 200


def losses(network: Network, batch: Batch) -> dict[str, Tensor]:
    """One loss a task; a task without labels in the batch has none."""
    states = network.encoder(batch.ids, batch.mask)
    heads = network.heads
    found: dict[str, Tensor] = {"tag": _mean_loss(heads.tag(states).flatten(0, 1), batch.tags.flatten())}
    found["trim"] = 0.2 * _mean_loss(heads.trim(states).flatten(0, 1), batch.trims.flatten())
    spans = heads.span_states(states, batch.pairs.spans)
    found["type"] = 0.2 * _mean_loss(heads.sort(spans), batch.types)
    if len(batch.labels):
        read = heads.relate(states, spans, batch.pairs, batch.mask)
        found["relation"] = _relation_loss(read.relation, batch.labels[:, 0])
        found["kind"] = 0.3 * _mean_loss(read.kind, batch.labels[:, 1])
        found["status"] = 0.3 * _mean_loss(read.status, batch.labels[:, 2])
        found["partner"] = 0.3 * _mean_loss(read.partner, batch.partners)
    return found


def _mean_loss(logits: Tensor, labels: Tensor) -> Tensor:
    if not (labels != IGNORE).any():
        return logits.sum() * 0
    return F.cross_entropy(logits, labels, ignore_index=IGNORE, label_smoothing=0.02)


def _relation_loss(logits: Tensor, labels: Tensor) -> Tensor:
    exact = (labels != IGNORE) & (labels != ANY)
    either = labels == ANY
    total = F.cross_entropy(logits[exact], labels[exact], label_smoothing=0.02, reduction="sum")
    total = total - 0.5 * torch.log1p(-logits[either].softmax(1)[:, 0].clamp(max=1 - 1e-6)).sum()
    return total / max(1, int(exact.sum() + either.sum()))


def epoch(examples: Sequence[Example], settings: Settings, rng: random.Random) -> list[Example]:
    """The examples of one pass: all with a partnership, rosters several times, some of the rest."""
    chosen = []
    for example in examples:
        share = (settings.kept or {}).get(example.source, 1.0)
        if example.of_article and not example.positive:
            share *= settings.hard if example.cued and len(example.groups) > 1 else settings.easy
        if example.roster:
            share *= settings.rosters
        whole, part = divmod(share, 1)
        chosen += [example] * (int(whole) + (rng.random() < part))
    return chosen


def augmented(example: Example, swapper: NameSwapper, settings: Settings, rng: random.Random) -> Example:
    """The example itself, or a variant of it; sentences of KLUE stay as they are, for the tagger has enough names."""
    if example.titled and rng.random() < settings.untitled:
        example = without_headline(example)
    if example.of_article and rng.random() < settings.longer:
        for _ in range(rng.choice((1, 1, 2, 3, 4))):
            example = with_longer_list(example, rng)
    if example.related and rng.random() < settings.swap:
        example = swapper.swap(example, rng)
    if example.of_article and rng.random() < settings.strays:
        example = with_strays(example, rng)
    return example


class Trainer:
    """Trains a network in `folder`, where `state.pt` lets a stopped run go on."""

    def __init__(self, network: Network, tokenizer: Tokenizer, folder: Path, settings: Settings) -> None:
        self.network, self.tokenizer, self.folder, self.settings = network, tokenizer, folder, settings
        encoder = [p for p in network.encoder.parameters() if p.requires_grad]
        groups = [
            {"params": encoder, "lr": settings.rate, "base": settings.rate},
            {"params": list(network.heads.parameters()), "lr": settings.head_rate, "base": settings.head_rate},
        ]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98))
        self.step = 0
        self._workers = dist.get_world_size() if dist.is_initialized() else 1
        self._worker = dist.get_rank() if dist.is_initialized() else 0
        folder.mkdir(parents=True, exist_ok=True)

    def resume(self) -> None:
        """Go on from `state.pt` if it is there."""
        path = self.folder / "state.pt"
        if path.exists():
            state = torch.load(path)
            self.network.load_state_dict(state["network"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step = state["step"]

    def save(self) -> None:
        if self._worker > 0:
            return
        state = {"network": self.network.state_dict(), "optimizer": self.optimizer.state_dict(), "step": self.step}
        torch.save(state, self.folder / "state.new")
        (self.folder / "state.new").replace(self.folder / "state.pt")

    def _test(self, dev: Sequence[Example]) -> None:
        if self._worker == 0:
            self._log({"step": self.step, "dev": evaluate(self.network, self.tokenizer, dev)})

    def run(self, train: Sequence[Example], dev: Sequence[Example]) -> None:
        """Train for the settings' steps; logs losses and the figures on `dev` to `log.jsonl`."""
        settings = self.settings
        swapper = NameSwapper(train)
        self._log({"settings": asdict(settings), "train": len(train), "dev": len(dev), "from": self.step})
        sums: dict[str, float] = {}
        pass_number, began = self.step, time.monotonic()
        tokens = 0
        while self.step < settings.steps:
            rng = random.Random(settings.seed * 1_000_003 + pass_number)
            torch.manual_seed(settings.seed * 1_000_003 + pass_number)
            pass_number += 1
            # Each worker takes its part of every step, and knows what the others take.
            batches = batched(epoch(train, settings, rng), settings.tokens // self._workers, rng)
            for group in batches[self._worker : len(batches) // self._workers * self._workers : self._workers]:
                changed = [augmented(example, swapper, settings, rng) for example in group]
                batch = make_batch(changed, self.tokenizer, rng)
                for name, value in self._update(batch).items():
                    sums[name] = sums.get(name, 0.0) + value / 20
                tokens += batch.tokens
                self.step += 1
                if self.step % 20 == 0:
                    seconds = time.monotonic() - began
                    self._log({"step": self.step, "loss": sums, "seconds": seconds, "tokens": tokens})
                    sums = {}
                if self.step % settings.save_every == 0:
                    self.save()
                if self.step % settings.test_every == 0:
                    self._test(dev)
                if self.step >= settings.steps:
                    break
        self.save()
        self._test(dev)

    def _update(self, batch: Batch) -> dict[str, float]:
        self.network.train()
        part = self.step / self.settings.steps
        scale = (
            min(1.0, part / self.settings.warmup)
            if part < self.settings.warmup
            else 0.5 + 0.5 * math.cos(math.pi * (part - self.settings.warmup) / (1 - self.settings.warmup))
        )
        for group in self.optimizer.param_groups:
            group["lr"] = group["base"] * max(scale, 0.02)
        parts = losses(self.network, batch)
        self.optimizer.zero_grad(set_to_none=True)
        torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
        self._share_gradients()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        return {name: float(value.detach()) for name, value in parts.items()}

    def _share_gradients(self) -> None:
        """Make every worker's gradients the mean of all."""
        if self._workers == 1:
            return
        trained = [p for p in self.network.parameters() if p.requires_grad]
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in trained]
        together = parameters_to_vector(gradients)
        dist.all_reduce(together)
        vector_to_parameters(together / self._workers, gradients)
        for parameter, gradient in zip(trained, gradients, strict=True):
            parameter.grad = gradient

    def _log(self, entry: dict[str, Any]) -> None:
        if self._worker > 0:
            return
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(json.dumps(entry) + "\n")


@torch.no_grad()
def evaluate(network: Network, tokenizer: Tokenizer, examples: Sequence[Example]) -> dict[str, float]:
    """Organisation F1 on fully tagged examples; best core F1 over thresholds at pair level within passages."""
    network.eval()
    hit = told = gold = 0
    scores: list[tuple[float, bool]] = []
    right: dict[str, list[bool]] = {"kind": [], "status": []}
    for group in batched(examples, 4096):
        batch = make_batch(group, tokenizer)
        states = network.encoder(batch.ids, batch.mask)
        guess = network.heads.tag(states).argmax(2)
        for i, example in enumerate(group):
            if not example.related:
                told_of = batch.tags[i] != IGNORE
                found, true = tag_spans(guess[i][told_of].tolist()), tag_spans(batch.tags[i][told_of].tolist())
                hit, told, gold = hit + len(found & true), told + len(found), gold + len(true)
        if len(batch.labels):
            spans = network.heads.span_states(states, batch.pairs.spans)
            read = network.heads.relate(states, spans, batch.pairs, batch.mask)
            core = read.relation.softmax(1)[:, CORE]
            for j, (label, k, s) in enumerate(batch.labels.tolist()):
                if label in (0, 2):
                    scores.append((float(core[j]), label == CORE))
                if label == CORE:
                    right["kind"].append(int(read.kind[j].argmax()) == k)
                    right["status"].append(int(read.status[j].argmax()) == s)
    best, threshold = best_f1(scores)
    accuracy = {name: sum(values) / max(1, len(values)) for name, values in right.items()}
    return {"org_f1": 2 * hit / max(1, told + gold), "core_f1": best, "threshold": threshold, **accuracy}


def tag_spans(tags: Sequence[int]) -> set[tuple[int, int]]:
    """Spans (first token, one past the last) of a tag sequence."""
    spans, start = set(), None
    for i, tag in enumerate([*tags, 0]):
        if start is not None and tag != 2:
            spans.add((start, i))
            start = None
        if tag == 1 or (tag == 2 and start is None):
            start = i
    return spans


def best_f1(scores: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """The best F1 over all thresholds, and the threshold."""
    total = sum(true for _, true in scores)
    best, threshold, hits = 0.0, 1.0, 0
    for n, (score, true) in enumerate(sorted(scores, reverse=True), 1):
        hits += true
        f1 = 2 * hits / (n + total)
        if f1 > best:
            best, threshold = f1, score
    return best, threshold
