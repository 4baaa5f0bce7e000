"""Folding of organisation names into comparison keys, and readable ids from them."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_LEGAL = re.compile(
    r"\(주\)|㈜|주식회사|\(유\)|유한회사|\(재\)|\(사\)"
    r"|[,\s]+(?:inc|corp|corporation|co|ltd|llc|plc|gmbh|ag|limited|company)\b\.?(?=$|[,\s])",
    re.IGNORECASE,
)
_OTHER = re.compile(r"[^\w]+|_+")

_INITIALS = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"]
_VOWELS = [
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
]
_FINALS = [
    "",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "l",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "t",
]


def fold(name: str) -> str:
    """The key two spellings of one name share: no case, spaces, punctuation or legal form ("㈜카카오 " → "카카오")."""
    text = unicodedata.normalize("NFKC", _LEGAL.sub(" ", name)).casefold()
    text = _LEGAL.sub(" ", text)
    return _OTHER.sub("", text) or _OTHER.sub("", unicodedata.normalize("NFKC", name).casefold()) or name.strip()


def slug(key: str) -> str:
    """Lower-case ASCII for an id; Hangul syllables by the Revised Romanization, without its sound changes."""
    letters = []
    for char in unicodedata.normalize("NFC", key):
        index = ord(char) - 0xAC00
        if 0 <= index < 11172:
            letters.append(_INITIALS[index // 588] + _VOWELS[index % 588 // 28] + _FINALS[index % 28])
        else:
            letters.append(unicodedata.normalize("NFKD", char))
    plain = re.sub(r"[^a-z0-9]+", "-", "".join(letters).lower())
    return plain.strip("-")[:40].strip("-") or "x"


# Spellings of one sound in Latin names and in Hangul romanised by `slug`, in the order they are put right.
_SPELLINGS = [
    (re.compile(pattern), letter)
    for pattern, letter in (
        ("[^a-z]", ""), ("(?<=[^aeiou])eu(?=[^aeiou]|$)", ""), ("r(?![aeiouwy])", ""), ("ph", "p"), ("sch|sh|th", "s"),
        ("ng", "n"), ("c(?=[eiy])", "s"), ("ch|tz|ts|z", "j"), ("x", "ks"), ("[cqg]", "k"), ("d", "t"), ("[bvf]", "p"),
        ("l", "r"), (r"(.)\1+", r"\1"), ("^[aeiouwy]+", "a"),
    )
]  # fmt: skip
_VOWEL = re.compile("(?<=.)[aeiouwy]")
# So many consonants two spellings must share at the start; a name with fewer is compared whole.
_HEARD = 3


def sound(org_id: str) -> str:
    """How the name behind a provisional id begins to the ear, the same for "카이로스랩" and "Kairos Lab": "~krs".

    Short and rough: it finds what to compare across languages, and counts only where both parties of a deal sound so.
    """
    whole = org_id.rpartition("-")[0]
    for pattern, letter in _SPELLINGS:
        whole = pattern.sub(letter, whole)
    start = _VOWEL.sub("", whole)[:_HEARD]
    return "~" + (start if len(start) == _HEARD else whole or org_id)


def provisional_id(key: str) -> str:
    """The id of an organisation no table row stands for, a function of its key alone; the digits keep ids apart."""
    return f"{slug(key)}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"
