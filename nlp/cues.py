"""The words news uses for deals: which words they are, which kind of deal each speaks of, and what denies a deal.

Without the encoder a sentence that has none of these words is never read further, so the lists err on the wide side; how
much a word is worth is learnt, not written here.
"""

# ruff: noqa: E501 (patterns are lists of words; broken lines would hide them)

import re
from typing import NamedTuple


class Cue(NamedTuple):
    """A deal word in a text: offsets, and the group of `GROUPS` it belongs to."""

    start: int
    end: int
    group: str


# Order matters: the first group that matches at a place names it. Groups that share a kind differ in how sure they are.
_KOREAN_GROUPS = {
    "mou": r"업무\s?협약|양해\s?각서|MOU|업무협력\s?(?:협약|합의)|투자협약|상생협약|산학협약|의향서|LOI|협약",
    "joint_venture": r"합작(?:법인|회사|사|투자|공장|으로)?|조인트\s?벤처|JV|공동\s?(?:법인|출자)",
    "acquisition": r"인수\s?합병|M&A|인수(?!인계|위)|합병|지분(?:을|\s)?\s?(?:전량|\d[\d.]*%)?[^.]{0,12}(?:취득|매입|매각|확보|사들)|경영권|최대주주|품었|품는다|품에\s안|매각",
    "investment": r"투자\s?유치|투자(?:를|금)?\s?(?:를\s)?(?:유치|집행|단행|받|참여|확보)|(?:전략적|후속|시드|지분|프리)\s?투자|시리즈\s?[A-G](?![A-Za-z])|출자|유상증자|투자사|투자했|투자한다|투자하|투자자로",
    "license": r"라이선스|라이센스|기술\s?(?:수출|이전|도입)|IP\s?(?:계약|사용)|판권|사용권",
    "distribution": r"총판|유통\s?(?:계약|파트너|협력)|판매\s?(?:계약|대행|제휴|권)|퍼블리싱|독점\s?(?:공급|판매|유통)|리셀러|대리점|입점|독점\s?계약",
    "consortium": r"컨소시엄|얼라이언스|연합체|협의체|연맹",
    "joint_development": r"공동\s?(?:개발|연구|기획|제작|실증|R&D)|공동으로\s?(?:개발|연구|기획|제작)|함께\s?(?:개발|연구)|기술\s?(?:협력|협업|검증)|실증|산학\s?협력",
    "supply": r"공급\s?(?:계약|한다|했|하|받|키로|망)?|납품|수주|발주|수급|구축\s?(?:사업|계약|한다|했|하)|위탁\s?(?:생산|개발|운영|제조)|장기\s?계약|사업자로\s?선정|사업자\s?선정|낙점|CMO|CDMO|양산",
    "adoption": r"도입|탑재|적용|채택|연동|활용해|기반으로|이용\s?계약",
    "joinhands": r"맞손|손(?:을)?\s?(?:잡|맞잡)|의기투합|맞잡|뭉쳤|뭉친다|동맹|제휴|파트너십|파트너쉽|파트너로|협력|협업|공조|연합|콜라보|컬래버|공동\s?(?:사업|마케팅|추진|진출|운영|대응|출시|브랜드)|팀업|원팀|시너지",
    "contract": r"계약|체결|합의|서명|맺었|맺고|맺는|맺은|맺기|협의|협상",
    "together": r"(?:와|과)\s?(?:함께|공동|나란히)|연계|참여|선정|지원\s?사업|공동",
}
_ENGLISH_GROUPS = {
    "mou": r"MOUs?|memorand(?:um|a) of understanding|letters? of intent|LOI|business agreement|MoUs?",
    "joint_venture": r"joint ventures?|JVs?",
    "acquisition": r"acqui(?:re[sd]?|ring|sitions?)|takeovers?|merge(?:r|d|s)?|buy(?:ing)? (?:a |the )?(?:stake|control)|buyout|to buy|bought|sells? (?:its|a|the)|stakes?",
    "investment": r"invest(?:s|ed|ing|ments?|ors?)?|funding|Series [A-G]|seed round|raise[sd]?|backed by|led by|capital increase",
    "license": r"licens(?:e[sd]?|ing)|licence[sd]?|IP rights",
    "distribution": r"distribut(?:e[sd]?|ing|ion|ors?)|resell(?:er|ing)?s?|publishing|sales (?:agent|partner|rights)|exclusive (?:rights|sales)",
    "consortium": r"consorti(?:um|a)|alliance of",
    "joint_development": r"jointly (?:develop|research|build|create|conduct|test)\w*|co-?develop\w*|joint (?:research|development|project|study|test|pilot)|develop\w* (?:\w+ ){0,4}with",
    "supply": r"suppl(?:y|ies|ied|ier|iers|ying)|orders?|contracts?|procure\w*|deliver(?:y|s|ed)?|built? (?:by|for)|construct\w*|manufactur\w+ for|foundry|provide[sd]?|selected|chosen|awarded",
    "adoption": r"adopt(?:s|ed|ing|ion)?|deploy(?:s|ed|ing|ment)?|integrat(?:e[sd]?|ing|ion)|powered by|implement(?:s|ed)?|us(?:es|ing) |built on|introduc\w+|equipp\w+|choose[s]?|rolls? out",
    "joinhands": r"partner(?:s|ed|ing|ships?)?|collaborat(?:e[sd]?|ing|ions?|ive)|alliances?|team(?:s|ed|ing)? (?:up|with)|joins? (?:hands|forces)|joined (?:hands|forces)|joining (?:hands|forces)|cooperat(?:e[sd]?|ing|ion|ive)|work(?:s|ing|ed)? (?:together|with|closely)|tie-?ups?|ties up|hand in hand|in tandem",
    "contract": r"agree(?:s|d|ment|ments)?|deals?|sign(?:s|ed|ing)?|pacts?|inks?|inked|seals?|concluded|talks|negotiat\w+",
    "together": r"together with|along with|with|joins?|joined|launch\w*",
}
GROUPS = tuple(_KOREAN_GROUPS)

NEGATIVE = {
    "ko": r"소송|고소|고발|가처분|특허\s?침해|과징금|제재|경쟁사|경쟁\s?업체|라이벌|맞서|대항|견제|제치고|추격|대비\s|주가|상승|하락|급등|급락|시총|"
    r"목표주가|코스피|코스닥|증시|매수|영업이익|전망치|순매수|특징주|별세|부고|인사|영입|출신|선임|"
    r"수상|시상|전시회|박람회|부스|CES|MWC|벤치마크|점유율|순위|설문|조사\s?결과",
    "en": r"lawsuit|sued?|sues|fined|penalt|rival|compet|compar|benchmark|outperform|shares? (?:rose|fell|jump|clos|gain)|stock|index|"
    r"market share|analyst|appoint|joined as|former|award|exhibit|booth|CES|MWC|survey|rank",
}
BACKGROUND = {
    "ko": r"앞서|지난해|작년|재작년|기존|이전에|과거|당시|그동안|지금까지|이미|한편|올해\s?초|(?:19|20)\d\d년(?:에|부터|\s?\d+월)|바\s?있|"
    r"해\s?왔|해왔|주요\s?(?:고객|파트너|투자)|고객사|설립(?:된|한)|출범|수년|누적|이후|연초|상반기|하반기|전에도|첫\s?제휴|부터\s|"
    r"운영\s?중|진행\s?중|이어오|맺어온|제공\s?중|공급\s?중",
    "en": r"previous(?:ly)?|last year|earlier|founded|since (?:19|20)\d\d|has been|have been|already|existing|past|prior|such as|clients|customers include|"
    r"about [A-Z]|in (?:19|20)\d\d|headquartered|longtime|ongoing|currently|portfolio|including|a year ago|years ago|had ",
}
FRESH = {
    "ko": r"밝혔|발표|전했|공시|체결했|체결한다|맺었|맺는다|손잡고|맞손|나선다|나섰다|하기로|키로|이번\s|신규|\d일\s|오는|이날|본격",
    "en": r"announce[sd]?|today|said|signed|signs|unveil|has (?:signed|partnered|entered|selected|joined)|on (?:Mon|Tues|Wednes|Thurs|Fri)day|new |will ",
}

_PATTERNS = {
    "ko": re.compile("|".join(f"(?P<{group}>{words})" for group, words in _KOREAN_GROUPS.items())),
    "en": re.compile("|".join(rf"(?P<{group}>\b(?:{words})(?!\w))" for group, words in _ENGLISH_GROUPS.items()), re.I),
}
MARKERS = {
    name: {lang: re.compile(words[lang], re.I if lang == "en" else 0) for lang in ("ko", "en")}
    for name, words in (("negative", NEGATIVE), ("background", BACKGROUND), ("fresh", FRESH))
}


def find_cues(text: str, lang: str) -> list[Cue]:
    """Every deal word in `text`, in order."""
    return [Cue(match.start(), match.end(), match.lastgroup or "") for match in _PATTERNS[lang].finditer(text)]
