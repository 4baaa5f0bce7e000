"""Examples as tensors."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor

from nlp.encoder import pair_scalars
from nlp.training.data import ANY, CORE, IGNORE, NONE, Example
from nlp.training.network import SCALARS, TRIMS, Pairs

PAD = 1
MOST_TOKENS = 256
MOST_NEGATIVES = 16  # pairs without a relation that are learnt from, an example


@dataclass(slots=True)
class Batch:
    ids: Tensor  # (b, t)
    mask: Tensor  # (b, t)
    tags: Tensor  # (b, t): O, B, I or IGNORE
    trims: Tensor  # (b, t): characters after the name in its last piece, or IGNORE
    pairs: Pairs
    types: Tensor  # (n,)
    labels: Tensor  # (p, 3): relation, kind, status
    partners: Tensor  # (g,): the closest relation of each group, or IGNORE

    @property
    def tokens(self) -> int:
        return int(self.ids.numel())


def token_spans(encoding: Encoding, text: str) -> list[tuple[int, int]]:
    """Character span of each token without the white space before it; empty for special tokens."""
    spans = []
    for start, end in encoding.offsets:
        while start < end and text[start].isspace():
            start += 1
        spans.append((start, end))
    return spans


def covering(spans: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """First and last token that overlap the characters."""
    inside = [i for i, (a, b) in enumerate(spans) if a < end and b > start and a < b]
    return (inside[0], inside[-1]) if inside else None


def make_batch(examples: Sequence[Example], tokenizer: Tokenizer, rng: random.Random | None = None) -> Batch:
    """Tensors of a few examples; with `rng` only some of the pairs without a relation are learnt from."""
    encodings = tokenizer.encode_batch([example.text for example in examples])
    longest = min(MOST_TOKENS, max(len(encoding.ids) for encoding in encodings))
    shape = (len(examples), longest)
    ids, mask = torch.full(shape, PAD), torch.zeros(shape, dtype=torch.long)
    tags, trims = torch.full(shape, IGNORE), torch.full(shape, IGNORE)
    spans: list[tuple[int, int, int]] = []
    types: list[int] = []
    groups: list[list[int]] = []
    partners: list[int] = []
    pairs: list[tuple[int, int, int]] = []
    labels: list[tuple[int, int, int]] = []
    scalars: list[list[float]] = []
    between: list[tuple[int, int]] = []
    for i, (example, encoding) in enumerate(zip(examples, encodings, strict=True)):
        length = min(longest, len(encoding.ids))
        ids[i, :length] = torch.tensor(encoding.ids[:length])
        mask[i, :length] = 1
        places = token_spans(encoding, example.text)[:length]
        for t, (start, end) in enumerate(places):
            if all(example.known[start:end]) and (start < end or t in (0, length - 1)):
                tags[i, t] = 0
        members: list[list[int]] = [[] for _ in example.groups]
        where: list[list[tuple[int, int]]] = [[] for _ in example.groups]
        for mention in example.mentions:
            found = covering(places, mention.start, mention.end)
            if not found:
                continue
            first, last = found
            sure = None if mention.called else example.sure[mention.group]
            if sure:
                tags[i, first], tags[i, first + 1 : last + 1] = 1, 2
                trims[i, last] = min(TRIMS - 1, max(0, places[last][1] - mention.end))
            elif sure is False:
                tags[i, first : last + 1] = IGNORE
            members[mention.group].append(len(spans))
            where[mention.group].append(found)
            spans.append((i, first, last))
            types.append(IGNORE if mention.called else example.groups[mention.group])
        index = {group: len(groups) + n for n, group in enumerate(g for g, m in enumerate(members) if m)}
        groups += [m for m in members if m]
        partners += [_closest(example, group) for group in index]
        if example.related:
            for a, b, label in _chosen(example, sorted(index), rng):
                pairs.append((i, index[a], index[b]))
                labels.append(label)
                features, gap = pair_scalars(example.text, places, where, a, b)
                scalars.append(features)
                between.append(gap)
    most = max((len(m) for m in groups), default=1)
    padded = [m + [-1] * (most - len(m)) for m in groups] or [[-1]]
    tensors = Pairs(
        torch.tensor(spans or [(0, 0, 0)]), torch.tensor(padded), torch.tensor(pairs).reshape(-1, 3),
        torch.tensor(between, dtype=torch.long).reshape(-1, 2),
        torch.tensor(scalars, dtype=torch.float32).reshape(-1, SCALARS),
    )  # fmt: skip
    return Batch(
        ids,
        mask,
        tags,
        trims,
        tensors,
        torch.tensor(types or [IGNORE]),
        torch.tensor(labels).reshape(-1, 3),
        torch.tensor(partners or [IGNORE]),
    )


def _chosen(
    example: Example, groups: Sequence[int], rng: random.Random | None
) -> Iterator[tuple[int, int, tuple[int, int, int]]]:
    """Every pair of the groups with what is learnt of it; with `rng` nothing of most without a relation."""
    pairs = list(combinations(groups, 2))
    none = [pair for pair in pairs if example.label(*pair)[0] == NONE]
    left = set(none) - set(rng.sample(none, min(len(none), MOST_NEGATIVES))) if rng else set()
    for pair in pairs:
        yield *pair, (IGNORE, IGNORE, IGNORE) if pair in left else example.label(*pair)


def _closest(example: Example, group: int) -> int:
    """Whether a group is partner in a new deal, in another one, or in none; IGNORE where labels leave it open."""
    if not example.related:
        return IGNORE
    relations = {label[0] for pair, label in example.pairs.items() if group in pair}
    if CORE in relations:
        return CORE
    return IGNORE if relations & {IGNORE, ANY} else max(relations, default=NONE)


def batched(examples: Sequence[Example], tokens: int, rng: random.Random | None = None) -> list[list[Example]]:
    """Examples of like length together, about `tokens` tokens a batch, in random order with `rng`."""

    def size(example: Example) -> int:
        return 8 + len(example.text) // (4 if example.lang == "en" else 2)

    ordered = sorted(examples, key=lambda e: size(e) + (rng.random() * 12 if rng else 0))
    batches: list[list[Example]] = [[]]
    for example in ordered:
        if batches[-1] and (len(batches[-1]) + 1) * size(example) > tokens:
            batches.append([])
        batches[-1].append(example)
    if rng:
        rng.shuffle(batches)
    return [batch for batch in batches if batch]
