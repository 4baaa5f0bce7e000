"""What a sentence says of a deal: its kind, how far it has come, and whether it is told as news."""

# ruff: noqa: E501 (patterns are lists of words; broken lines would hide them)

import re
from collections.abc import Sequence

from nlp.cues import Cue

_MEMORANDUM = {
    "ko": r"업무\s?협약|양해\s?각서|MOU|업무협력\s?협약|의향서|LOI",
    "en": r"\bMOUs?\b|\bMoUs?\b|memorand(?:um|a) of understanding|letters? of intent|\bLOI\b|business agreement",
}
# The most telling words first: "업무협약을 맺고 공동 개발한다" is an mou.
_KINDS = {
    "ko": (
        ("mou", rf"{_MEMORANDUM['ko']}|투자협약|상생협약|산학협약|협약"),
        ("joint_venture", r"합작|조인트\s?벤처|\bJV\b|공동\s?(?:법인|출자)"),
        ("acquisition", r"인수\s?합병|M&A|인수(?!인계|위)|합병|경영권|최대주주|매각|지분[^.]{0,15}(?:전량|100%|매입|사들)"),
        ("investment", r"투자\s?(?:유치|를\s?(?:유치|단행|집행|받)|받|했|한다|하기로|계약|참여)|(?:전략적|후속|시드|지분|신규|프리|브릿지|직접)\s?투자|시리즈\s?[A-G]|출자|유상증자|지분[^.]{0,12}(?:취득|확보)|투자자로|팁스"),
        ("consortium", r"컨소시엄|얼라이언스|연합체"),
        ("license", r"라이선스|라이센스|기술\s?(?:수출|이전)|판권|사용권"),
        ("distribution", r"총판|유통\s?(?:계약|파트너|협력|한다|을\s?맡)|판매\s?(?:계약|대행|제휴|한다|협력)|퍼블리싱|독점\s?(?:판매|유통|공급)|리셀러|대리점|입점|국내\s?(?:판매|유통)|판권"),
        ("joint_development", r"공동\s?(?:개발|연구|제작|실증|기획)|공동으로\s?(?:개발|연구)|함께\s?(?:개발|연구)|손잡고[^.]{0,25}개발|협력(?:해|하여)[^.]{0,25}개발|기술\s?(?:협력|검증)|실증"),
        ("supply", r"공급\s?(?:계약|한다|했|하기|키로|을)|공급|납품|수주|발주|구축\s?(?:사업|계약|한다|했|을\s?맡)|위탁\s?(?:생산|개발|운영)|사업자로\s?선정|CMO|CDMO|수출\s?계약|시스템\s?구축"),
        ("adoption", r"도입|탑재|적용|채택|연동|이용\s?계약"),
        ("alliance", r"맞손|손(?:을)?\s?잡|동맹|제휴|파트너십|협력|협업|공조|연합|협의|체결|합의|함께"),
    ),
    "en": (
        ("mou", _MEMORANDUM["en"]),
        ("joint_venture", r"joint ventures?|\bJVs?\b"),
        ("acquisition", r"\bacquir|\bacquisition|takeover|\bmerg|buyout|\bto buy\b|\bbought\b|controlling stake|\bbuys?\b"),
        ("distribution", r"\bdistribut|\bresell|sales (?:agent|rights)|\bpublish(?:ing|er)?\b"),
        ("license", r"\blicens|\blicence"),
        ("investment", r"\binvest|funding|series [a-g]\b|seed round|\braise[sd]?\b|backed by|\bstake"),
        ("consortium", r"consorti"),
        ("joint_development", r"jointly (?:develop|research|build|create|conduct|test)|co-?develop|joint (?:research|development|project|study)|develop\w* (?:\w+ ){0,6}(?:with|together)|(?:collaborat|partner|work)\w* (?:\w+ ){0,6}to (?:co-)?develop"),
        ("supply", r"\bsuppl(?:y|ies|ied|ier|ying)|\border\b|\bcontract\b|procure|\bdeliver|awarded|\bbuild\b|construct(?!ion)|manufactur"),
        ("adoption", r"\badopt|\bdeploy|\bintegrat|powered by|\bimplement|\bselected\b|\bchosen?\b|\bchooses?\b|equipp|\buses\b|\busing\b|introduc"),
        ("alliance", r"partner|collaborat|alliance|team|joins? |cooperat|work|tie|agree|deal|sign|pact|together"),
    ),
}  # fmt: skip
_KIND_PATTERNS = {
    lang: [(kind, re.compile(words, re.I if lang == "en" else 0)) for kind, words in kinds]
    for lang, kinds in _KINDS.items()
}

_NAMED_MEMORANDUM = re.compile("|".join(_MEMORANDUM.values()), re.I)

_STATUSES = {
    "ko": (
        ("denied", r"사실\s?무근|부인했|사실이\s?아니|검토한\s?바\s?없|결정된\s?바\s?없|계획이?\s?없"),
        ("ended", r"무산|결렬|철회|해지|파기|중단(?:했|하기|됐|키로|\s?선언)|포기|종료(?:했|하기|됐|키로)|결별|인수하지\s?않|끝냈|해산|접었|백지화|불발|취소"),
        ("rumoured", r"알려졌|알려진|관측|추정|거론|소식통|것으로\s?보인|것으로\s?전해|전해졌|가능성|유력|설이\s|루머|점쳐|후보로|물망|예상된|전망이다|보도했"),
        ("talks", r"논의(?!를\s?거쳐)|검토|협상|협의(?:를|하고|\s?중|했)|타진|추진(?:\s?중|하고|한다|할|을)|모색|면담|회동|만나|실사|입찰|우선협상|의향|희망"),
        ("planned", r"계획(?:이다|이라|입니다|을)|예정|방침|하기로|키로|할\s?것|나설|추진(?:하기로|키로)|맺기로|착수할|목표"),
        ("signed", r"체결|맺었|맺고|맺은|맺는|서명|계약(?:을)?\s?(?:했|완료)|조인|설립했|인수(?:를)?\s?(?:완료|했)|인수\s?계약|투자\s?(?:유치|를\s?유치|했|를\s?단행)|유치했|출자했|취득했|수주|확보했|낙점|협약식|MOU|업무협약|협약|투자(?:에)?\s?참여|약정"),
    ),
    "en": (
        ("denied", r"\bdenie[sd]\b|\bno plans?\b|not true|groundless|dismiss"),
        ("ended", r"terminat|scrapp|withdr[ae]w|called off|fell through|collaps|\bended\b|abandon|cancel|walked away|beaten"),
        ("rumoured", r"reported(?:ly)?\b|rumou?r|sources? (?:said|familiar)|speculat|expected to (?:sign|announce)|likely to|according to (?:\w+ ){0,3}sources"),
        ("talks", r"in talks|negotiat|discuss|explor(?:e|ing) |considering|mulling|weighing|seek(?:s|ing)? to|reviewing|met with"),
        ("planned", r"\bplans? to\b|\bwill (?:sign|invest|acquire|establish|form|build|supply|launch|set up|begin|start)|\bto (?:sign|invest|acquire|establish|form|build|supply|launch)\b|intends? to|agreed to"),
        ("signed", r"\bsign(?:s|ed|ing)\b|\binked?s?\b|\bsealed\b|entered into|concluded|\bagreement\b|\bcontract\b|\bMOU\b|memorandum|acquired|\bclosed\b|completed|raised|secured|won\b|invested|\bfinali[sz]|agreed to (?:buy|acquire|sell|purchase|take (?:over|an? (?:[^ ]+ )?stake))"),
    ),
}  # fmt: skip
STATUS_PATTERNS = {
    lang: [(status, re.compile(words, re.I if lang == "en" else 0)) for status, words in statuses]
    for lang, statuses in _STATUSES.items()
}
_SIGNED_KINDS = frozenset({"mou", "acquisition", "investment", "license", "supply", "joint_venture"})
_DECIDED = re.compile(r"체결|맺었|맺고|서명|계약을\s?했|투자협약|업무협약|유치했|인수했")


def read_kind(texts: Sequence[str], lang: str) -> str:
    """The kind that the sentences' words tell, the most telling word of all of them first; `other` where none does."""
    for kind, pattern in _KIND_PATTERNS[lang]:
        if any(pattern.search(text) for text in texts):
            return kind
    return "other"


def names_memorandum(texts: Sequence[str]) -> bool:
    """Whether a memorandum is named as such: a bare `협약` may be any agreement."""
    return any(_NAMED_MEMORANDUM.search(text) for text in texts)


def read_status(text: str, kind: str, lang: str) -> str:
    """How far the deal has come, as the words of its sentence say."""
    marks = {status for status, pattern in STATUS_PATTERNS[lang] if pattern.search(text)}
    for status in ("denied", "ended"):
        if status in marks:
            return status
    if "signed" in marks and (lang == "en" or _DECIDED.search(text)):
        return "signed"
    for status in ("rumoured", "talks"):
        if status in marks and not ("planned" in marks and status == "talks"):
            return status
    if "planned" in marks and "signed" not in marks:
        return "planned"
    return "signed" if "signed" in marks and kind in _SIGNED_KINDS else "announced"


def nearest_cue(cues: Sequence[Cue], position: int) -> Cue | None:
    """The deal word nearest after `position`, else the last before it."""
    after = [cue for cue in cues if cue.start >= position]
    return after[0] if after else cues[-1] if cues else None
