"""What a telling says the deal is about: words, amounts, cues, read once from the evidence and what stands around it.

Kept with the mention (`mentions.context`), so that resolution needs no article text and gives the same result after
the text has been dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from db.names import fold

_SENTENCE_END = re.compile(r"(?<=[.!?。])[\s\"”']+|\n+")
_WORD = re.compile(r"[가-힣]+|[A-Za-z][A-Za-z&+\-]*[A-Za-z0-9]|[A-Za-z]{2,}")
_PARTICLES = re.compile(
    r"(?:으로부터|에게서|으로써|에서는|에서도|으로는|이라는|이라고|까지|부터|에서|에게|으로|이나|이며|라며|이고|처럼|보다"
    r"|들이|들은|들의|들을|하는|하고|하며|하기|해서|했다|한다|된다|되는|되고|됐다|할|한|될|된|을|를|이|가|은|는|의|에|와|과|로|도|만)$"
)
_ENGLISH_ENDING = re.compile(r"(?:'s|ies|ing|ed|es|s)$")

# "1조1200억원", "2,740억", "62억원", "3천만 달러"
_KOREAN_MONEY = re.compile(
    r"(?:(\d[\d,.]*)\s*조)?\s*(?:(\d[\d,.]*)\s*(천)?억)?\s*(?:(\d[\d,.]*)\s*(천|백)?만)?\s*(원|달러|유로|엔|위안)"
)
_BARE_HUNDRED_MILLIONS = re.compile(r"(?:(\d[\d,.]*)\s*조)?\s*(\d[\d,.]*)\s*억(?!\s*(?:원|달러|유로|엔|위안|명|개|건))")
_ENGLISH_MONEY = re.compile(
    r"(?:(US\$|\$|€|₩|USD|KRW)\s*)?(\d[\d,.]*)\s*(trillion|billion|million|bn|mn|m|b)?\s*(won|dollars?|euros?|yen|yuan)?\b",
    re.IGNORECASE,
)
_SCALE = {"trillion": 1e12, "billion": 1e9, "bn": 1e9, "b": 1e9, "million": 1e6, "mn": 1e6, "m": 1e6}
_CURRENCY = {
    "원": "krw", "won": "krw", "₩": "krw", "krw": "krw",
    "달러": "usd", "dollar": "usd", "dollars": "usd", "$": "usd", "us$": "usd", "usd": "usd",
    "유로": "eur", "euro": "eur", "euros": "eur", "€": "eur",
    "엔": "jpy", "yen": "jpy", "위안": "cny", "yuan": "cny",
}  # fmt: skip
_QUANTITY = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s*(만)?\s*(㎿|MW|GW|GWh|MWh|megawatts?|gigawatts?|톤|tons?|대|units?|척|ships?|vessels?|기"
    r"|장|명|people|곳|개국|countries|%|percent|년간|-?years?)(?![가-힣A-Za-z])",
    re.IGNORECASE,
)
_UNIT = {
    "㎿": "mw", "megawatt": "mw", "megawatts": "mw", "gigawatt": "gw", "gigawatts": "gw",
    "ton": "톤", "tons": "톤", "unit": "대", "units": "대",
    "ship": "척", "ships": "척", "vessel": "척", "vessels": "척",
    "people": "명", "countries": "개국", "percent": "%",
    "year": "년간", "years": "년간", "-year": "년간", "-years": "년간",
}  # fmt: skip

# Words by which a report says that this is one more deal, or the next step of a known one.
_MORE = re.compile(
    r"추가 (?:계약|공급|수주|투자|협약|발주|주문)|두 ?번째|세 ?번째|이번엔|이번에는"
    r"|또 ?다른|후속 (?:발주|주문)|재계약|증설"
    r"|second (?:deal|order|contract|agreement|partnership)|another|additional (?:order|contract|supply)"
    r"|follow-on order|new (?:order|deal)|separate",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"본계약|정식 계약|최종 계약|후속|업무협약에 이어|MOU에 이어|구체화|본격|마무리|완료|확정"
    r"|definitive|final|finali[sz]e"
    r"|complete|following (?:an|the|their) (?:mou|memorandum|agreement)|formal(?:ly|ise|ize)?",
    re.IGNORECASE,
)


def context(
    title: str | None, text: str, start: int | None, end: int | None, evidence: str, names: list[str]
) -> dict[str, list[str]]:
    """The features of one mention: sorted `terms`, `amounts`, `topics`, `cues`. Offsets are in title + newline +
    text."""
    around = _around((title or "") + "\n" + text, start, end) if start is not None and end is not None else evidence
    if title and any(name in title for name in names):
        around = title + "\n" + around
    terms, topics = _words(around, {fold(name) for name in names})
    cues = [name for name, pattern in (("more", _MORE), ("step", _STEP)) if pattern.search(around)]
    return {"terms": sorted(terms), "amounts": sorted(_amounts(around)), "topics": sorted(topics), "cues": cues}


def weight(term: str) -> float:
    """How telling a shared word is: inverse document frequency in Korean tech news, 1 for words not in the list."""
    return _weights().get(term, 1.0)


def _around(full: str, start: int, end: int) -> str:
    """The evidence with the sentence before and after it, within its paragraph."""
    opening = full.rfind("\n", 0, start) + 1
    closing = full.find("\n", end)
    before = _SENTENCE_END.split(full[opening:start].strip())
    after = _SENTENCE_END.split(full[end : closing if closing >= 0 else len(full)].strip())
    return "\n".join([before[-1], full[start:end], after[0]])


def _words(text: str, parties: set[str]) -> tuple[set[str], set[str]]:
    """Content words without endings, and the numbers of the topics they belong to."""
    lowered = text.casefold()
    topics = {str(number) for number, forms in enumerate(_topics()) if any(form.search(lowered) for form in forms)}
    terms = set()
    for word in _WORD.findall(text):
        stem = stem_of(word)
        if len(stem) >= 2 and not any(stem in party or party in stem for party in parties if len(party) > 1):
            terms.add(stem)
    return terms, topics


def stem_of(word: str) -> str:
    """The word without particle or inflection, case folded; rough, but the same on both sides of a comparison."""
    if "가" <= word[0] <= "힣":
        stem = _PARTICLES.sub("", word)
        return stem if len(stem) >= 2 else word
    folded = word.casefold()
    stem = _ENGLISH_ENDING.sub("", folded)
    return stem if len(stem) >= 4 else folded


def _amounts(text: str) -> set[str]:
    """Sums of money as "krw:274000000000" and quantities as "mw:40", the same from Korean and English."""
    found = set()
    for match in _KOREAN_MONEY.finditer(text):
        trillions, hundreds, hundred_scale, tens, ten_scale, currency = match.groups()
        value = _number(trillions) * 1e12 + _number(hundreds) * 1e8 * (1000 if hundred_scale else 1)
        value += _number(tens) * 1e4 * {"천": 1000, "백": 100, None: 1}[ten_scale]
        if value:
            found.add(f"{_CURRENCY[currency]}:{value:.4g}")
    for match in _BARE_HUNDRED_MILLIONS.finditer(text):
        found.add(f"krw:{_number(match[1]) * 1e12 + _number(match[2]) * 1e8:.4g}")
    for sign, number, scale, currency in _ENGLISH_MONEY.findall(text):
        known = _CURRENCY.get((sign or currency).casefold())
        if known and (scale or sign or currency):
            found.add(f"{known}:{_number(number) * _SCALE.get(scale.casefold(), 1):.4g}")
    for number, scale, unit in _QUANTITY.findall(text):
        folded = unit.casefold()
        found.add(f"{_UNIT.get(folded, folded)}:{_number(number) * (1e4 if scale else 1):.4g}")
    return found


def _number(text: str | None) -> float:
    digits = (text or "").replace(",", "").strip(".")
    try:
        return float(digits) if digits else 0.0
    except ValueError:  # "1.2.3"
        return 0.0


@cache
def _weights() -> dict[str, float]:
    lines = _data("common_terms.tsv")
    return {term: float(value) for term, value in (line.split("\t") for line in lines)}


@cache
def _topics() -> list[list[re.Pattern[str]]]:
    """One list of patterns a topic: Hangul anywhere, Latin as whole words."""
    topics = []
    for line in _data("topics.txt"):
        forms = [form.strip().casefold() for form in line.split("|")]
        topics.append([re.compile(re.escape(f) if not f.isascii() else rf"\b{re.escape(f)}(?:s|es)?\b") for f in forms])
    return topics


def _data(name: str) -> Iterable[str]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
