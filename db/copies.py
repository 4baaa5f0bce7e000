"""Which texts are near copies of one another: MinHash over character shingles, looked up by bands.

A wire story run by ten outlets, or a press release printed as it came, is one independent source. Two texts are near
copies when their estimated Jaccard similarity reaches NEAR and they are of the same month or of neighbouring ones.
Bands (a month and a hash of four values) find the candidates, so that an article costs the same however many are
stored: those of a month stand together in the file.
"""

from __future__ import annotations

import hashlib
import re

import numpy as np
from datasketch import MinHash

PERMUTATIONS = 64
ROWS = 4
NEAR = 0.6
SHINGLE = 5
_HASH_BITS = 48

_NOISE = re.compile(r"\W+")
_TEMPLATE = MinHash(num_perm=PERMUTATIONS, seed=1)


def signature(text: str) -> bytes:
    """The MinHash of a text, 64 little-endian 32-bit values; of its letters and digits only, case folded."""
    plain = _NOISE.sub("", text.casefold())
    shingles = {plain[i : i + SHINGLE].encode() for i in range(max(1, len(plain) - SHINGLE + 1))}
    sketch = _TEMPLATE.copy()
    sketch.update_batch(sorted(shingles))
    return bytes(np.asarray(sketch.hashvalues, dtype="<u4").tobytes())


def month_of(moment: str) -> int:
    """The month of an ISO date or time, counted from year 0; of a year alone its January."""
    year, month = int(moment[:4]), int(moment[5:7] or 1)
    return year * 12 + month - 1


def bands(sketch: bytes, month: int) -> list[int]:
    """The lookup keys of a signature in a month: two near copies share one with high probability (.98 at .7)."""
    width = ROWS * 4
    keys = []
    for start in range(0, len(sketch), width):
        digest = hashlib.blake2b(start.to_bytes(2, "big") + sketch[start : start + width], digest_size=8).digest()
        keys.append(month << _HASH_BITS | int.from_bytes(digest[-_HASH_BITS // 8 :], "big"))
    return keys


def bands_near(keys: list[int]) -> list[int]:
    """The keys under which near copies of what has these may stand: of its month and the two beside it."""
    return [key + (step << _HASH_BITS) for step in (-1, 0, 1) for key in keys]


def near_copies(one: bytes, other: bytes) -> bool:
    """Whether the texts behind two signatures are near copies."""
    same = np.frombuffer(one, dtype="<u4") == np.frombuffer(other, dtype="<u4")
    return bool(same.mean() >= NEAR)
