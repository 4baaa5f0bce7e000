"""The trained encoder at run time: organisations in a passage and how they are related. Needs no torch.

One passage is one forward pass of `model/encoder.onnx` (int8) by itself, so results do not depend on batching; the
heads are small and run in numpy (`heads.py`). `nlp/training` makes the files; `docs/model-card.md` tells what they can.
"""

import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from nlp.heads import Array, Heads, Place, Relation, load_heads
from nlp.passages import Passage, passages
from nlp.sentences import BREAK
from nlp.triage import load_triage

MODEL = Path(__file__).parent / "model"
NEAR_START = 40  # tokens that count as the beginning of a passage


@dataclass(frozen=True, slots=True)
class Span:
    """An organisation name in the passage: code points `start` to `end`."""

    start: int
    end: int
    probability: float


class Encoder:
    """The loaded model. Safe to share between threads; each call is deterministic."""

    def __init__(self, folder: Path = MODEL) -> None:
        self._config: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # passages differ in length: memory planned for one serves no other
        self._session = onnxruntime.InferenceSession(
            (folder / "encoder.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        self.heads = Heads(load_heads(folder), self._config)
        self._triage = load_triage(folder)

    @property
    def version(self) -> str:
        """Names the trained weights and the first pass."""
        return f"{self._config['version']}-{self._triage.version}"

    def passages(self, article: str) -> list[Passage]:
        """The windows of ``title + "\\n" + text`` to read, of the length the model was trained on."""
        return passages(article, self._pieces, self._config["budget"])

    def may_tell(self, passage: Passage, cued: bool) -> bool:
        """Whether a passage, with a deal word or without, may tell of a partnership, by the cheap first pass."""
        return self._triage.keeps(passage.pieces, cued)

    def read(self, text: str, candidates: Sequence[Place] = ()) -> "Prediction":
        """Read one passage; `candidates` are places that may be organisations, to be judged beside those found."""
        encoding = self._tokenizer.encode(text)
        limit = self._config["most_tokens"]
        ids = np.array([encoding.ids[:limit]], dtype=np.int64)
        (states,) = self._session.run(None, {"ids": ids})
        places = [_trimmed(text, start, end) for start, end in encoding.offsets[:limit]]
        return Prediction(text, np.asarray(states[0], dtype=np.float32), places, tuple(candidates), self.heads)

    def _pieces(self, text: str) -> list[str]:
        tokens: list[str] = self._tokenizer.encode(text, add_special_tokens=False).tokens
        return tokens


class Prediction:
    """What the model sees in one passage. Tags are read at once, relations when they are asked for."""

    def __init__(
        self, text: str, states: Array, places: Sequence[Place], candidates: tuple[Place, ...], heads: Heads
    ) -> None:
        self.text = text
        self._states, self._places, self._candidates, self._heads = states, places, candidates, heads
        self._filled = [i for i, (start, end) in enumerate(places) if start < end]
        self._starts, self._ends = ([places[i][side] for i in self._filled] for side in (0, 1))

    @cached_property
    def _tags(self) -> Array:
        return self._heads.tags(self._states)

    @cached_property
    def spans(self) -> list[Span]:
        """Organisations the tagger found, in order of place."""
        tags = self._tags
        found = []
        filled = self._filled
        joined = [n > 0 and self._same_word(filled[n - 1], i) for n, i in enumerate(filled)]
        parted = [n > 0 and self._on_another_line(filled[n - 1], i) for n, i in enumerate(filled)]
        for a, b in _tagged(tags[filled], joined, parted, self._heads.threshold):
            first, last = filled[a], filled[b]
            trim = self._heads.trim(self._states[last])
            start, end = self._places[first][0], self._places[last][1] - trim
            if start < end:
                found.append(Span(start, end, float(1 - tags[first : last + 1, 0].mean())))
        return found

    @cached_property
    def candidates(self) -> list[Span | None]:
        """The tagger's opinion of each candidate of `read`; None where it lies outside what was read."""
        tags = self._tags
        judged: list[Span | None] = []
        for start, end in self._candidates:
            tokens = self._tokens(start, end)
            judged.append(Span(start, end, float(1 - tags[tokens[0] : tokens[1] + 1, 0].mean())) if tokens else None)
        return judged

    def relate(self, groups: Sequence[Sequence[Place]]) -> list[Relation]:
        """Relations of every unordered pair of `groups`, each all the places where one organisation is named.

        A group without a place inside what was read has no relation and is left out.
        """
        members = [[t for t in (self._tokens(*place) for place in group) if t] for group in groups]
        pairs = [(a, b) for a, b in combinations(range(len(groups)), 2) if members[a] and members[b]]
        features = [pair_scalars(self.text, self._places, members, a, b) for a, b in pairs]
        return self._heads.relate(self._states, members, pairs, features)

    def _same_word(self, one: int, following: int) -> bool:
        end, start = self._places[one][1], self._places[following][0]
        return end == start and self.text[end - 1].isalnum() and self.text[start].isalnum()

    def _on_another_line(self, one: int, following: int) -> bool:
        return "\n" in self.text[self._places[one][1] : self._places[following][0]]

    def _tokens(self, start: int, end: int) -> Place | None:
        """First and last token that overlap the code points."""
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end) - 1
        return (self._filled[first], self._filled[last]) if first <= last else None


def load_encoder(folder: Path = MODEL) -> Encoder | None:
    """The shipped model, or None where there is none. Takes about half a second."""
    return Encoder(folder) if (folder / "encoder.onnx").exists() else None


def _trimmed(text: str, start: int, end: int) -> Place:
    """A token's place without the white space before it."""
    while start < end and text[start].isspace():
        start += 1
    return start, end


def _tagged(tags: Array, joined: Sequence[bool], parted: Sequence[bool], threshold: float) -> list[Place]:
    """First and last token of each run that is an organisation with at least `threshold`.

    A begin starts a new run, but not within a word: names begin where words do. `joined` says whether a token goes on
    with the word of the one before, `parted` whether it stands on another line: no name goes over two.
    """
    runs: list[Place] = []
    last = -1
    for i, (outside, begin, inside) in enumerate(tags.tolist()):
        if 1 - outside < threshold:
            continue
        if runs and last == i - 1 and (joined[i] or (inside >= begin and not parted[i])):
            runs[-1] = (runs[-1][0], i)
        else:
            first = i
            while joined[first]:
                first -= 1
            if runs and first <= runs[-1][1]:
                first = runs.pop()[0]
            runs.append((first, i))
        last = i
    return runs


def pair_scalars(
    text: str, places: Sequence[Place], members: Sequence[Sequence[Place]], a: int, b: int
) -> tuple[list[float], Place]:
    """What can be counted of two groups, and the tokens (start, end) between their nearest mentions.

    `places` are the tokens' code points, `members` the token spans of every group. Counted are: tokens between, how
    often the two are named and how unequally, whether both stand at the beginning, other groups between, sentence ends
    between.
    """
    first, second = members[a], members[b]
    near = (sorted((one, other)) for one in first for other in second)
    left, right = min(near, key=lambda pair: (max(pair[1][0] - pair[0][1], 0), pair))
    start, end = left[1] + 1, max(left[1] + 1, right[0])
    others = sum(
        any(start <= i and j < end for i, j in spans) for group, spans in enumerate(members) if group not in (a, b)
    )
    breaks = len(BREAK.findall(text, places[left[1]][1], places[right[0]][0])) if start < end else 0
    scalars = [
        math.log1p(max(right[0] - left[1], 0)) / 4,
        math.log1p(len(first) * len(second)) / 3,
        abs(math.log(len(first) / len(second))) / 2,
        float(max(first[0][0], second[0][0]) < NEAR_START) if len(places) > 60 else 0.5,
        math.log1p(others) / 2,
        math.log1p(breaks) / 2,
    ]
    return scalars, (start, end)
