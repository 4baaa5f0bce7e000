"""The network: a cut BERT encoder, a tagger over its states, and a pair reader over pooled mentions."""

import json
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from nlp.corpus import KINDS, STATUSES

WIDTH, HEADS, INNER = 384, 12, 1536
SPAN, CONTEXT, CONTEXT_HEADS, PAIR = 256, 128, 4, 384
TAGS, TRIMS, TYPES, RELATIONS = 3, 4, 3, 3
SCALARS, BETWEEN = 6, 64
ALONE, LINK, AGAIN = 64, 32, 128
EPSILON = 1e-12


class Layer(nn.Module):
    """One transformer layer of BERT (post-norm)."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, EPSILON), nn.LayerNorm(WIDTH, EPSILON)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor | None) -> Tensor:
        size = (x.shape[0], x.shape[1], HEADS, WIDTH // HEADS)
        q, k, v = (part(x).view(size).transpose(1, 2) for part in (self.query, self.key, self.value))
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        mixed = mixed.transpose(1, 2).reshape(x.shape[0], x.shape[1], WIDTH)
        x = self.norm1(x + self.dropout(self.out(mixed)))
        result: Tensor = self.norm2(x + self.dropout(self.down(F.gelu(self.up(x)))))
        return result


class Encoder(nn.Module):
    """Token ids (batch, length) to states (batch, length, 384)."""

    def __init__(self, pieces: int, layers: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.word, self.position = nn.Embedding(pieces, WIDTH), nn.Embedding(512, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(layers))

    def embed(self, ids: Tensor) -> Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        result: Tensor = self.norm(self.word(ids) + self.position(places))
        return result

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        bias = None if mask is None else torch.zeros(mask.shape).masked_fill(mask == 0, -1e4)[:, None, None, :]
        x = self.embed(ids)
        for layer in self.layers:
            x = layer(x, bias)
        return x


class Pairs(NamedTuple):
    """What the pair reader looks at in a batch.

    spans: (n, 3) example, first and last token; groups: (g, m) span indexes, -1 where there is none;
    pairs: (p, 3) example and two groups, every pair of a passage; between: (p, 2) first token after and last token
    before the nearest mentions of the two, plus one (equal where they touch); scalars: (p, 6).
    """

    spans: Tensor
    groups: Tensor
    pairs: Tensor
    between: Tensor
    scalars: Tensor


class Relations(NamedTuple):
    """Logits of relation (p, 3), kind (p, 12) and status (p, 7) of pairs, and of a group's closest relation (g, 3)."""

    relation: Tensor
    kind: Tensor
    status: Tensor
    partner: Tensor


class Heads(nn.Module):
    """Tags, span types and pair relations from the encoder's states."""

    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        self.tag = nn.Linear(WIDTH, TAGS)
        self.trim = nn.Linear(WIDTH, TRIMS)
        self.span = nn.Linear(3 * WIDTH, SPAN)
        self.sort = nn.Linear(SPAN, TYPES)
        self.ask = nn.Linear(2 * SPAN, CONTEXT)
        self.key, self.value = nn.Linear(WIDTH, CONTEXT), nn.Linear(WIDTH, CONTEXT)
        self.whole = nn.Linear(WIDTH, 64)
        self.between = nn.Linear(WIDTH, BETWEEN)
        self.pair = nn.Linear(3 * SPAN + CONTEXT + 64 + SCALARS + BETWEEN, PAIR)
        self.relation, self.kind = nn.Linear(PAIR, RELATIONS), nn.Linear(PAIR, len(KINDS))
        self.status = nn.Linear(PAIR, len(STATUSES))
        self.ask_alone = nn.Linear(SPAN, CONTEXT)
        self.alone = nn.Linear(SPAN + CONTEXT + 64, ALONE)
        self.partner = nn.Linear(ALONE, RELATIONS)
        self.link = nn.Linear(PAIR, LINK)
        self.look = nn.Linear(PAIR + 2 * ALONE + LINK, AGAIN)
        self.again = nn.Linear(AGAIN, RELATIONS)
        nn.init.zeros_(self.again.weight)
        nn.init.zeros_(self.again.bias)
        self.dropout = nn.Dropout(dropout)

    def span_states(self, states: Tensor, spans: Tensor) -> Tensor:
        """(n, 256): start, end and mean of each span."""
        example, first, last = spans.unbind(1)
        mean = _means(states, example, first, last + 1)
        return torch.tanh(self.span(torch.cat([states[example, first], states[example, last], mean], 1)))

    def relate(self, states: Tensor, spans: Tensor, batch: Pairs, mask: Tensor) -> Relations:
        """What binds the pairs, in two looks: at each pair, then at it beside the others of its passage.

        `spans` are the states of the spans.
        """
        members = spans[batch.groups.clamp(min=0)].masked_fill((batch.groups < 0)[:, :, None], -1e4)
        groups = members.logsumexp(1)
        example, a, b = batch.pairs.unbind(1)
        both, common = groups[a] + groups[b], groups[a] * groups[b]
        shape = (CONTEXT_HEADS, CONTEXT // CONTEXT_HEADS)
        memory = self.key(states).unflatten(2, shape), self.value(states).unflatten(2, shape)
        context = _context(memory, self.ask(torch.cat([both, common], 1)), example, mask)
        wholes = self.whole(states[:, 0])
        between = self.between(_means(states, example, *batch.between.unbind(1)))
        parts = [both, common, (groups[a] - groups[b]).abs(), context, wholes[example], batch.scalars, between]
        pair = self.dropout(F.gelu(self.pair(torch.cat(parts, 1))))
        owner = batch.spans[batch.groups[:, 0], 0]
        asked = _context(memory, self.ask_alone(groups), owner, mask)
        alone = self.dropout(F.gelu(self.alone(torch.cat([groups, asked, wholes[owner]], 1))))
        beside = [pair, alone[a] + alone[b], alone[a] * alone[b], self._through_others(pair, a, b, len(groups))]
        again = self.again(self.dropout(F.gelu(self.look(torch.cat(beside, 1)))))
        return Relations(self.relation(pair) + again, self.kind(pair), self.status(pair), self.partner(alone))

    def _through_others(self, pair: Tensor, a: Tensor, b: Tensor, groups: int) -> Tensor:
        """(p, 32): how strongly a third organisation is bound to both, in each of 32 ways."""
        bound = torch.sigmoid(self.link(pair))
        table = bound.new_zeros(groups, groups, LINK).index_put(
            (torch.cat([a, b]), torch.cat([b, a])), bound.repeat(2, 1)
        )
        return (table[a] * table[b]).amax(1)


def _context(memory: tuple[Tensor, Tensor], queries: Tensor, example: Tensor, mask: Tensor) -> Tensor:
    """(n, 128): for each query, an attention over the tokens of its example, whose keys and values are the memory."""
    keys, values = memory
    asked = queries.view(-1, *keys.shape[2:])
    found = queries.new_zeros(len(queries), CONTEXT)
    for i in sorted(set(example.tolist())):
        mine = (example == i).nonzero()[:, 0]
        length = int(mask[i].sum())
        scores = torch.einsum("phd,thd->pht", asked[mine], keys[i, :length]) / keys.shape[3] ** 0.5
        mixed = torch.einsum("pht,thd->phd", scores.softmax(2), values[i, :length])
        found = found.index_copy(0, mine, mixed.flatten(1))
    return found


def _means(states: Tensor, example: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """(n, 384): mean state of tokens `start` to `end` of each example; zero where there is none."""
    total = F.pad(states.cumsum(1), (0, 0, 1, 0))
    return (total[example, end] - total[example, start]) / (end - start).clamp(min=1)[:, None]


class Network(nn.Module):
    def __init__(self, pieces: int, layers: int) -> None:
        super().__init__()
        self.encoder, self.heads = Encoder(pieces, layers), Heads()


_NAMES = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "out": "attention.output.dense", "norm1": "attention.output.LayerNorm", "up": "intermediate.dense",
    "down": "output.dense", "norm2": "output.LayerNorm",
}  # fmt: skip


def from_checkpoint(folder: Path, layers: int) -> Network:
    """A network whose encoder holds the first `layers` of a BERT checkpoint; the embeddings stay as they are."""
    config = json.loads((folder / "config.json").read_text())
    weights = load_file(folder / "model.safetensors")
    network = Network(config["vocab_size"], layers)
    state = {
        "word.weight": weights["embeddings.word_embeddings.weight"],
        "position.weight": weights["embeddings.position_embeddings.weight"][:512]
        + weights["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
    }
    for i in range(layers):
        for ours, theirs in _NAMES.items():
            for part in ("weight", "bias"):
                state[f"layers.{i}.{ours}.{part}"] = weights[f"encoder.layer.{i}.{theirs}.{part}"]
    network.encoder.load_state_dict(state)
    freeze_embeddings(network)
    return network


def freeze_embeddings(network: Network) -> None:
    """Training leaves the embeddings alone: the labelled text holds too few of the pieces to move them well."""
    for frozen in (network.encoder.word, network.encoder.position, network.encoder.norm):
        frozen.requires_grad_(False)
