"""Which texts are near copies of one another: MinHash over character shingles, looked up by bands.

A wire story run by ten outlets, or a press release printed as it came, is one independent source. Two texts are near
copies when their estimated Jaccard similarity reaches NEAR; bands (hashes of four values) find the candidates, so
that an article costs the same however many are stored.
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

_NOISE = re.compile(r"\W+")
_TEMPLATE = MinHash(num_perm=PERMUTATIONS, seed=1)


def signature(text: str) -> bytes:
    """The MinHash of a text, 64 little-endian 32-bit values; of its letters and digits only, case folded."""
    plain = _NOISE.sub("", text.casefold())
    shingles = {plain[i : i + SHINGLE].encode() for i in range(max(1, len(plain) - SHINGLE + 1))}
    sketch = _TEMPLATE.copy()
    sketch.update_batch(sorted(shingles))
    return bytes(np.asarray(sketch.hashvalues, dtype="<u4").tobytes())


def bands(sketch: bytes) -> list[int]:
    """The lookup keys of a signature: two near copies share one with high probability (.98 at similarity .7)."""
    width = ROWS * 4
    keys = []
    for start in range(0, len(sketch), width):
        digest = hashlib.blake2b(start.to_bytes(2, "big") + sketch[start : start + width], digest_size=8)
        keys.append(int.from_bytes(digest.digest(), "big", signed=True))
    return keys


def near_copies(one: bytes, other: bytes) -> bool:
    """Whether the texts behind two signatures are near copies."""
    same = np.frombuffer(one, dtype="<u4") == np.frombuffer(other, dtype="<u4")
    return bool(same.mean() >= NEAR)
