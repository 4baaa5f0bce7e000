"""The heads over the encoder's states, in numpy: what is a name, and how two organisations are related.

The same as `nlp/training/network.py`, which learns their weights.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Relation:
    """What the passage says of two groups. `core` + `background` + `none` = 1; `kind` and `status` each sum to 1."""

    first: int
    second: int
    core: float
    background: float
    none: float
    kind: dict[str, float]
    status: dict[str, float]


def load_heads(folder: Path) -> dict[str, Array]:
    """The weights of the heads by name, as a model folder holds them."""
    with np.load(folder / "heads.npz") as heads:
        return {name: heads[name].astype(np.float32) for name in heads.files}


class Heads:
    """The heads of `nlp/training/network.py`, in numpy."""

    def __init__(self, weights: dict[str, Array], config: dict[str, Any]) -> None:
        self._weights = weights
        self._kinds: list[str] = config["kinds"]
        self._statuses: list[str] = config["statuses"]
        self._context_heads: int = config["context_heads"]
        self._temperature: float = config["temperature"]
        self.threshold: float = config["tag_threshold"]

    def tags(self, states: Array) -> Array:
        """(t, 3): probabilities of outside, begin, inside."""
        return _softmax(self._linear("tag", states))

    def trim(self, state: Array) -> int:
        """How many characters after the name the last piece of a name holds (a particle glued to it)."""
        return int(self._linear("trim", state).argmax())

    def relate(
        self, states: Array, members: Sequence[Sequence[Place]], pairs: Sequence[Place],
        features: Sequence[tuple[list[float], Place]],
    ) -> list[Relation]:  # fmt: skip
        """The relation of each pair of groups, whose members are token spans; `features` by `pair_scalars`."""
        if not pairs:
            return []
        groups = self._groups(states, members)
        one, two = (np.stack([groups[pair[side]] for pair in pairs]) for side in (0, 1))
        both, common = one + two, one * two
        gaps = np.stack([states[a:b].mean(0) if a < b else np.zeros_like(states[0]) for _, (a, b) in features])
        whole, memory = self._linear("whole", states[0]), self._memory(states)
        counted = np.array([scalars for scalars, _ in features], dtype=np.float32)
        context = self._context(self._linear("ask", np.concatenate([both, common], axis=1)), memory)
        around = _repeated(whole, len(pairs))
        parts = [both, common, np.abs(one - two), context, around, counted, self._linear("between", gaps)]
        read = _gelu(self._linear("pair", np.concatenate(parts, axis=1)))
        first = self._linear("relation", read)
        again = self._again(groups, pairs, read, whole, memory)
        relations = _softmax((first + again) / self._temperature).tolist()
        kinds, statuses = (_softmax(self._linear(name, read)).tolist() for name in ("kind", "status"))
        return [
            Relation(
                a, b, core, background, none,
                dict(zip(self._kinds, kind, strict=True)), dict(zip(self._statuses, status, strict=True)),
            )
            for (a, b), (none, background, core), kind, status in zip(pairs, relations, kinds, statuses, strict=True)
        ]  # fmt: skip

    def _again(
        self, groups: dict[int, Array], pairs: Sequence[Place], read: Array, whole: Array, memory: tuple[Array, Array]
    ) -> Array:
        """(p, 3): what the look at each pair beside the others of the passage adds to its relation."""
        place = {group: n for n, group in enumerate(groups)}
        a, b = (np.array([place[pair[side]] for pair in pairs]) for side in (0, 1))
        every = np.stack(list(groups.values()))
        asked = self._context(self._linear("ask_alone", every), memory)
        alone = _gelu(self._linear("alone", np.concatenate([every, asked, _repeated(whole, len(every))], axis=1)))
        bound = 1 / (1 + np.exp(-self._linear("link", read)))
        table = np.zeros((len(every), len(every), bound.shape[1]), np.float32)
        table[a, b] = table[b, a] = bound
        through = (table[a] * table[b]).max(1)
        beside = np.concatenate([read, alone[a] + alone[b], alone[a] * alone[b], through], axis=1)
        return self._linear("again", _gelu(self._linear("look", beside)))

    def _groups(self, states: Array, members: Sequence[Sequence[Place]]) -> dict[int, Array]:
        """The state of each group that has members."""
        spans = [span for group in members for span in group]
        of_span = iter(self._span_states(states, spans))
        return {
            index: _logsumexp(np.stack([next(of_span) for _ in group])) for index, group in enumerate(members) if group
        }

    def _span_states(self, states: Array, spans: Sequence[Place]) -> Array:
        """(n, 256): start, end and mean of each span."""
        parts = [np.concatenate([states[a], states[b], states[a : b + 1].mean(0)]) for a, b in spans]
        return np.tanh(self._linear("span", np.stack(parts)))

    def _memory(self, states: Array) -> tuple[Array, Array]:
        """Keys and values of the passage, which every query asks."""
        return self._in_heads(self._linear("key", states)), self._in_heads(self._linear("value", states))

    def _context(self, asked: Array, memory: tuple[Array, Array]) -> Array:
        """(n, 128): for each query, an attention over the passage."""
        query, (keys, values) = self._in_heads(asked), memory
        scores = _softmax(query @ keys.transpose(0, 2, 1) / math.sqrt(query.shape[2]))
        mixed: Array = (scores @ values).transpose(1, 0, 2).reshape(len(asked), -1)
        return mixed

    def _in_heads(self, x: Array) -> Array:
        return x.reshape(len(x), self._context_heads, -1).transpose(1, 0, 2)

    def _linear(self, name: str, x: Array) -> Array:
        result: Array = x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return result


def _repeated(x: Array, times: int) -> Array:
    return np.broadcast_to(x, (times, len(x)))


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(-1, keepdims=True))
    result: Array = e / e.sum(-1, keepdims=True)
    return result


def _logsumexp(x: Array) -> Array:
    highest = x.max(0)
    result: Array = highest + np.log(np.exp(x - highest).sum(0))
    return result


def _gelu(x: Array) -> Array:
    """x·Φ(x) with the error function after Abramowitz and Stegun 7.1.26 (error below 2e-7)."""
    z = np.abs(x) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    result: Array = (0.5 * x * (1 + np.sign(x) * (1 - series * np.exp(-z * z)))).astype(np.float32)
    return result
