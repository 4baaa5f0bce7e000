"""Partners that the article does not name: `해외 빅테크`, `a foreign big tech company`."""

# ruff: noqa: E501 (patterns are lists of words; broken lines would hide them)

import re
from collections.abc import Iterator

from nlp.recognition import Mention

_PLACES = r"해외|글로벌|북미|미국|유럽|중국|일본|국내|외국|외국계|동남아|중동|아시아|인도|베트남|독일|대만|오세아니아|아프리카|중남미|현지|익명의|다국적"
_KOREAN = re.compile(
    rf"(?:(?:{_PLACES})(?:의|\s)?\s?){{1,2}}(?:대형\s|소재\s|주요\s|유력\s|1위\s|최대\s|한\s|소재의\s)?"
    r"(?:빅테크(?:\s?기업)?|완성차\s?(?:업체|기업)|(?:[가-힣]{1,6}\s)?고객사|제약사|(?:글로벌\s)?선사|선주|통신사|반도체\s?(?:기업|업체|회사)|게임사|배터리\s?(?:기업|업체)|"
    r"자동차\s?(?:기업|업체)|전기차\s?(?:기업|업체)|데이터센터\s?(?:기업|업체)|투자자|사모펀드|운용사|에너지\s?(?:기업|업체)|바이오\s?(?:기업|업체))"
    r"(?=(?:와|과|에|로부터|으로부터|의|향|측)|\s)"
)
_ENGLISH = re.compile(
    r"\b(?:an?|one|another)\s(?:(?:undisclosed|unnamed|major|large|leading|global|foreign|overseas|North American|U\.S\.|US|American|European|Chinese|Japanese|international|multinational|"
    r"top-tier|local)\s){1,3}(?:big tech (?:company|firm)|tech (?:company|giant|firm)|automaker|carmaker|chipmaker|shipping company|shipowner|shipper|client|customer|"
    r"pharmaceutical company|drugmaker|carrier|semiconductor (?:company|firm)|battery (?:maker|company)|company|firm|hyperscaler|investor)\b"
)


def undisclosed_partners(full: str, lang: str) -> Iterator[Mention]:
    """Mentions with source `undisclosed`; their surface is the description of the party."""
    for match in (_ENGLISH if lang == "en" else _KOREAN).finditer(full):
        yield Mention(match.start(), match.end(), match.group().strip(), (), "undisclosed")


def description(surface: str) -> str:
    """What the article calls the party, without the article."""
    return re.sub(r"^(?:an?|one|another)\s", "", surface)
