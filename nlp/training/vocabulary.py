"""Cut the encoder's 250,000 pieces down to those that Korean and English news needs."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from nlp.training.data import read_jsonl

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
EMBEDDING = "embeddings.word_embeddings.weight"
# A piece of Hangul, Latin, digits and common marks may come up tomorrow although the sample does not hold it.
_LIKELY = re.compile(r"▁?(?:[가-힣]+|[A-Za-z]+|[0-9.,%]+)")
_BATCH = 512


def texts_of(paths: Iterable[Path]) -> Iterator[str]:
    """Title and text of every row of the JSONL files (plain or .xz)."""
    for path in paths:
        for row in read_jsonl(path):
            yield (row.get("title") or "") + "\n" + row["text"]


def count_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """How often each piece id occurs in `texts`."""
    counts: Counter[int] = Counter()
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == _BATCH:
            for encoding in tokenizer.encode_batch(batch):
                counts.update(encoding.ids)
            batch.clear()
    for encoding in tokenizer.encode_batch(batch):
        counts.update(encoding.ids)
    return counts


def choose_pieces(vocabulary: list[list[Any]], counts: Counter[int], size: int) -> list[int]:
    """Ids to keep, ascending: special pieces, pieces that occur (most frequent first), then likely ones."""
    keep = set(range(len(SPECIAL)))
    keep |= {i for i, (piece, _) in enumerate(vocabulary) if len(piece.lstrip("▁")) == 1 and counts[i]}
    for i, _ in counts.most_common():
        if len(keep) >= size:
            break
        keep.add(i)
    likely = sorted((i for i, (piece, _) in enumerate(vocabulary) if _LIKELY.fullmatch(piece)), key=_rarity(vocabulary))
    for i in likely:
        if len(keep) >= size:
            break
        keep.add(i)
    return sorted(keep)


def _rarity(vocabulary: list[list[Any]]) -> Any:
    """Sorting key: Hangul before the rest, then by the unigram model's probability."""

    def key(i: int) -> tuple[bool, float]:
        piece, score = vocabulary[i]
        return not ("가" <= piece[-1] <= "힣"), -score

    return key


def cut(tokenizer_file: Path, checkpoint: Path, counts: Counter[int], out: Path, size: int = 40_000) -> None:
    """Write `tokenizer.json`, `model.safetensors` and `config.json` with `size` pieces into `out`."""
    content = json.loads(tokenizer_file.read_text(encoding="utf-8"))
    vocabulary = content["model"]["vocab"]
    keep = choose_pieces(vocabulary, counts, size)
    content["model"]["vocab"] = [vocabulary[i] for i in keep]
    content["added_tokens"] = [token for token in content["added_tokens"] if token["content"] in SPECIAL]
    out.mkdir(parents=True, exist_ok=True)
    (out / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    weights = load_file(checkpoint / "model.safetensors")
    weights[EMBEDDING] = np.ascontiguousarray(weights[EMBEDDING][keep])
    save_file(weights, out / "model.safetensors")
    config = json.loads((checkpoint / "config.json").read_text()) | {"vocab_size": len(keep)}
    (out / "config.json").write_text(json.dumps(config, indent=1))
