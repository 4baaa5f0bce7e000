"""The language of an article, by its script: one outlet's feed may carry Korean, English and other articles."""

from __future__ import annotations

import re

_HANGUL = re.compile(r"[가-힣]")
_KANA = re.compile(r"[぀-ヿ]")
_HAN = re.compile(r"[一-鿿]")
_LATIN = re.compile(r"[A-Za-z]")

# A Hangul syllable stands for about three Latin letters; Korean tech prose is full of Latin product names.
_LETTERS_PER_SYLLABLE = 3


def language(text: str) -> str | None:
    """``ko``, ``en``, ``ja`` or ``zh``; None for text without letters."""
    hangul, kana, han, latin = (len(p.findall(text)) for p in (_HANGUL, _KANA, _HAN, _LATIN))
    if not hangul + kana + han + latin:
        return None
    if kana > hangul and kana * _LETTERS_PER_SYLLABLE > latin * 0.2:
        return "ja"
    if han > hangul + kana and han * _LETTERS_PER_SYLLABLE > latin:
        return "zh"
    return "ko" if hangul * _LETTERS_PER_SYLLABLE >= latin * 0.6 else "en"
