"""Names of organisations that the company table lacks, found by how news introduces and uses them.

Every name carries the `source` that found it; how far each source is to be trusted is learnt (`confidence.py`).
"""

# ruff: noqa: E501 (patterns are lists of words; broken lines would hide them)

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spacy.tokens import Doc

from nlp.matching import PARTICLES
from nlp.persons import POST_AFTER, is_person
from nlp.places import is_place
from nlp.products import is_called_product, is_product
from nlp.sentences import Sentence
from nlp.tokenizer import is_common_noun

_SUFFIXES = {
    "university": r"대학교|대학원|여자대학교|과학기술원|과기원|폴리텍대학?|대학|여대|교대|공대|사이버대|[가-힣]{2,}대",
    "hospital": r"병원|의료원|의원|메디컬센터|안과|치과|한의원|피부과|성형외과",
    "institute": r"연구원|연구소|기술원|연구재단|과학원|테크노파크|혁신센터|연구센터",
    "association": r"협회|협의회|연합회|조합|중앙회|재단|학회|연맹|노조|협의체|진흥회|상공회의소|위원회|포럼",
    "government": r"[가-힣]{1,4}(?:특별시|광역시|특별자치도|특별자치시)|[가-힣]{2,3}(?:시청|군청|구청|도청|교육청|시|도|군)|[가-힣]{2,}(?:진흥원|공단|관리원|평가원|정보원|보증기금|"
    r"경찰청|경찰서|소방서|보건소|우체국|교육청|개발청|조달청|우정사업본부|투자청)|[가-힣]{2,}부(?=\s|$)",
    "company": r"은행|증권|보험|생명|화재|손보|카드|캐피탈|캐피털|자산운용|인베스트먼트|벤처스|파트너스|홀딩스|그룹|테크|텍|테크놀로지|테크놀로지스|시스템즈|시스템|시스템스|소프트|솔루션|솔루션즈|"
    r"네트웍스|네트워크|네트웍|바이오|바이오로직스|바이오사이언스|제약|파마|파마슈티컬|파마슈티컬스|헬스케어|메디칼|메디컬|메디|로보틱스|로봇|로보|모빌리티|에너지|전자|전기|일렉트릭|일렉트로닉스|"
    r"건설|중공업|엔지니어링|산업|산업개발|공업|화학|케미칼|머티리얼즈|엔터테인먼트|엔터|스튜디오|스튜디오스|게임즈|게임스|랩스|랩|클라우드|코리아|글로벌|인터내셔널|파이낸셜|오토모티브|머티리얼|에어로스페이스|다이내믹스|푸드|푸드빌|식품|유통|물류|"
    r"항공|해운|로지스틱스|커머스|미디어|콘텐츠|커뮤니케이션즈|컴퍼니|코퍼레이션|테라퓨틱스|세미컨덕터|세라퓨틱스|인더스트리|디스플레이|반도체|이노베이션|텔레콤|호텔앤리조트|앤리조트|"
    r"면세점|백화점|쇼핑|홈쇼핑|페이|뱅크|저축은행|공사|농협|자동차|모터스|오토|배터리|소재|에이아이|씨엔에스|크래프트|웍스|웨어|플랫폼|뮤직|픽쳐스|필름|에듀|스쿨|비전|시큐리티|정보통신|"
    r"엔지니어스|디자인|브로스|컨설팅|법인|법무법인|회계법인|디지털|리테일|쉬핑|테크윈|신탁|리츠|펀드|에쿼티|트레이딩",
}
_SUFFIX = {kind: re.compile(rf"(?:{words})$") for kind, words in _SUFFIXES.items()}
_TAIL_WORD = re.compile(
    r"^(?:코리아|파트너스|벤처스|캐피탈|캐피털|클라우드|테크놀로지스|테크놀로지|그룹|홀딩스|인베스트먼트|에너지|마린|글로벌|에쿼티|자산운용|증권|은행|소프트|시스템즈|시스템|솔루션|솔루션즈|"
    r"네트웍스|바이오|테라퓨틱스|파마|파마슈티컬|파마슈티컬스|파이낸셜|오토모티브|머티리얼|머티리얼즈|다이내믹스|에어로스페이스|로보틱스|모빌리티|일렉트릭|엔터테인먼트|스튜디오|게임즈|랩스|대학교|연구원|연구소|협회|재단|병원|안과|치과|의원|한의원|피부과|성형외과|벤처캐피탈|세미컨덕터|코퍼레이션|컴퍼니|"
    r"커피|게임|뮤직|모터스|인더스트리|인터내셔널|재팬|차이나|아시아|에셋|앤드|AI|에이아이|Korea|Group|헬스케어|메디칼|사이언스|이노베이션|디스플레이|웹서비스)$"
)
_DESCRIPTOR = (
    r"(?:기업|업체|스타트업|회사|전문기업|전문업체|제조사|개발사|운영사|제약사|운용사|벤처기업|벤처|선사|보험사|통신사|게임사|유통사|은행|대행사|공급사|제작사|투자사|중견기업|강소기업|"
    r"팹리스|자회사|계열사|관계사|합작법인|플랫폼사|서비스사|파운드리|컨설팅사|금융사|증권사|카드사|건설사|시행사|시공사|수입사|유통업체|판매사|출판사|기획사|엔터사|총판|유니콘|핀테크|"
    r"완성차\s?업체|빅테크|싱크탱크)"
)
_CORPORATE = re.compile(
    r"(?:㈜|\(주\)|（주）|주식회사\s?|사단법인\s?|재단법인\s?|법무법인\s?|농업회사법인\s?|사회적기업\s?|사회적협동조합\s?)([가-힣A-Za-z0-9][가-힣A-Za-z0-9&+.]*)"
)
_CORPORATE_AFTER = re.compile(r"([가-힣A-Za-z0-9][가-힣A-Za-z0-9&+.]*)(?:㈜|\(주\)|\s주식회사)(?![가-힣A-Za-z])")
_NAME = r"(?<![가-힣A-Za-z0-9])([A-Z][A-Za-z0-9&+.]*(?: [A-Z][A-Za-z0-9&+.]+){2,3}|[가-힣A-Za-z0-9][가-힣A-Za-z0-9&+.]*(?: [가-힣A-Za-z0-9&+.]{2,})?)"
_LED = re.compile(
    _NAME
    + r"['’\"”]?\s?\((?:(?:공동)?대표|이하\s|총장|원장|회장|병원장|이사장|사장|행장|시장|군수|구청장|CEO|대표이사|각자대표|학장|소장|센터장|협회장|지사장|청장|도지사|한국\s?대표|KOSDAQ|KOSPI|"
    r"코스닥|코스피|NASDAQ|NYSE|\d{6}[,)]|종목코드|구,|옛)"
)
_SPELLED = re.compile(_NAME + r"['’\"”]?\s?\(((?=[^()]*[A-Z])[A-Za-z][A-Za-z0-9&.\- ]*[a-z][A-Za-z0-9&.\- ]*)\)")
_INTRODUCED = re.compile(_DESCRIPTOR + r"(?:인|이자)?[\s,]\s?['‘\"“]?([가-힣A-Za-z0-9][가-힣A-Za-z0-9&+.\-]*)")
_QUOTED_FIRM = re.compile(_DESCRIPTOR + r"(?:인)?[\s,]?\s?['‘\"“]([^'’\"”\n]{2,20})['’\"”]")
_DEFINED = re.compile(r"(?:이하|약칭|옛|구)[,:]?\s*['‘\"“]?([가-힣A-Za-z0-9][가-힣A-Za-z0-9&+. ]*?)['’\"”]?\s?\)")
_WORD = re.compile(r"[가-힣A-Za-z0-9](?:[가-힣A-Za-z0-9&+]|\.(?=[A-Za-z])|(?<=[A-Za-z0-9])-(?=[A-Za-z0-9])|(?<![A-Za-z0-9가-힣][A-Za-z])(?<=[A-Za-z])-(?=[가-힣]))*")
_HANJA_NATION = r"[美日中英獨佛韓]"
_HEADLINE_PARTNER = re.compile(
    rf"(?:^|[,…·]\s?|\s){_HANJA_NATION}?\s?['‘\"“]?([가-힣A-Za-z0-9][가-힣A-Za-z0-9&+.]*)['’\"”]?(?:와|과|랑)\s(?:[^\s,…]+\s){{0,3}}?(?:손잡|맞손|협약|업무협약|MOU|제휴|협력|협업|파트너십|계약|공동)"
)
_HEADLINE_LIST = re.compile(
    r"^(?:\[[^\]]*\]\s*)?([가-힣A-Za-z0-9&+.]{2,}(?:\s[A-Z]{2,4})?(?:\s?[-–·ㆍ∙×X&x]\s?[가-힣A-Za-z0-9&+.]{2,}){1,4})(?=[\s,…'\"‘“])"
)
_HEADLINE_TARGET = re.compile(
    r"[,…]\s(?:[^\s,…]+\s){0,4}?(?:['‘“\"](?P<quoted>[^'’”\"]{2,16})['’”\"]|(?P<bare>[가-힣A-Za-z0-9&+.]{2,}))\s"
    r"(?:[^\s,…]+\s)?(?:지분|경영권|인수|품는|품었|품에|투자)"
)
_GENERIC = frozenset(
    ["한국", "미국", "중국", "일본", "유럽", "영국", "독일", "프랑스", "대만", "인도", "베트남", "호주", "캐나다", "싱가포르", "태국", "인도네시아", "말레이시아", "필리핀", "러시아", "우크라이나", "이스라엘", "사우디", "사우디아라비아", "아랍에미리트", "브라질", "멕시코", "스페인", "이탈리아", "네덜란드", "스위스", "스웨덴", "북한", "홍콩", "남미", "북미", "중동", "동남아", "동남아시아", "아시아", "아프리카", "국내", "해외", "글로벌", "서울", "부산", "대구", "인천", "광주", "대전", "울산", "세종", "경기", "강원", "충북", "충남", "전북", "전남", "경북", "경남", "제주", "수도권", "지역", "정부", "당국", "업계", "시장", "기업", "회사", "업체", "고객", "고객사", "파트너", "파트너사", "협력사", "스타트업", "대기업", "중소기업", "중견기업", "벤처", "그룹", "계열사", "자회사", "모회사", "본사", "지사", "법인", "양사", "양측", "두회사", "3사", "관계자", "대표", "투자자", "투자사", "사업자", "통신사", "은행권", "금융권", "금융", "산업", "산업계", "학계", "대학", "대학교", "병원", "연구소", "연구원", "협회", "재단", "조합", "기관", "단체", "센터", "위원회", "공사", "공단", "은행", "증권", "보험", "카드", "플랫폼", "서비스", "솔루션", "제품", "기술", "데이터", "클라우드", "인공지능", "반도체", "배터리", "로봇", "자동차", "전기차", "바이오", "제약", "게임", "콘텐츠", "미디어", "에너지", "시스템", "네트워크", "프로젝트", "프로그램", "사업", "계약", "협약", "업무협약", "협력", "파트너십", "컨소시엄", "얼라이언스", "동맹", "AI", "IT", "ICT", "CEO", "CTO", "CFO", "COO", "CES", "MWC", "MOU", "NDA", "R&D", "ESG", "IPO", "5G", "6G", "GPU", "CPU", "NPU", "HBM", "LLM", "SaaS", "PaaS", "IaaS", "API", "B2B", "B2C", "B2G", "IoT", "VR", "AR", "XR", "OTT", "DX", "AX", "ERP", "CRM", "SCM", "PoC", "IP", "PC", "TV", "APP", "IR", "PR", "VC", "AC", "M&A", "ETF", "ODA", "SMR", "LNG", "ESS", "EV", "UAM", "MRO", "FDA", "EU", "UN", "WTO", "FTA", "APEC", "OECD", "GDP", "CDMO", "CMO", "CRO", "ADC", "AICC", "SNS", "K-팝", "K팝", "AIDC", "GPUaaS", "MVNO", "QR", "ICO", "NFT", "STO", "DB", "AWS사업", "지난해", "올해", "내년", "이날", "이번", "최근", "현재", "오늘", "전날", "상반기", "하반기", "이재명", "트럼프", "대통령", "국회", "여당", "야당", "국민", "시민", "청년", "학생", "고객들", "소상공인", "농가", "농민", "대학생", "직원", "임직원", "글로벌기업", "빅테크", "외국계", "사모펀드", "시중은행", "국책은행", "저축은행", "지자체", "공공기관", "금융기관", "금융회사", "금융사", "보험사", "카드사", "증권사", "건설사", "제조사", "제약사", "게임사", "항공사", "조선사", "대학병원", "종합병원", "상급종합병원", "초등학교", "고등학교", "중학교", "유치원", "어린이집", "매체", "언론", "방송", "신문", "홈페이지", "온라인", "오프라인", "모바일", "경영진", "임원진", "체인", "호텔체인", "투자은행", "제지공장", "사단법인", "재단법인", "사회적협동조합", "협동조합", "법무법인", "회계법인", "주식회사", "농업회사법인", "이커머스", "전자상거래", "멘토링", "푸드", "커머스", "손자회사", "선급금", "중남미", "운용사", "액셀러레이터", "벤처캐피탈", "유전체", "너도나도", "참여사", "회원사", "공급사", "발주처", "채권단", "주주", "최대주주", "주정부", "연방정부", "철강", "조선", "방산", "원전", "석유화학", "오사카", "도쿄", "베이징", "상하이", "상대", "상대방", "상대사", "모바일월드콩그레스", "갤러리", "라운지", "스토어", "쇼핑몰", "편의점", "백화점", "면세점", "약국", "학원", "병의원", "치과", "한의원", "요양병원", "동물병원", "카페", "레스토랑", "호텔", "리조트", "아파트", "프랜차이즈", "오픈이노베이션", "추진위원회", "조직위원회", "이사회", "주주총회", "사무국"]
)
_NOT_NAMES = re.compile(
    r"^(?:\d+.*|[가-힣]|[A-Za-z]|[A-Z](?:씨|사|군|양)|벤처투자|금융투자|.*(?:하는|했던|위한|통한|대한|관련|사업|서비스|시장|기술|제품|계약|협약|(?<!벤처)(?<!금융)투자|플랫폼사업|분야|부문|산업계|업계|업체|기업|회사|관계자|들|시대|분기|뱅킹|항로|앱|케이크|초콜릿|학과|학부|캠퍼스|산업단지|공업단지|산단|동우회장|회장|대표|은행장|경영진|공장|부지사|도지사|부시장|부군수|장관|차관|노조|측|사업부|사업본부|(?<!백화)(?<!면세)(?<!서)(?<!할인)(?<!편의)(?<!전문)점))$"
)
# Sources that go by a word's use or ending only, not by what the text says of it.
USED_ALONE = frozenset(("suffix", "with", "subject", "object", "listed", "headline", "initial"))
_BARE_SUFFIX = re.compile(
    r"^(?:종합|대학|상급|국립|시립|공공|지방|중앙|전국|국제|글로벌|신규|주요|해당|우리|각|타|전자|전기|차세대|친환경|신재생|재생|인공지능|자율주행|디지털|스마트|첨단)[가-힣]{1,4}$"
)


def organization_type(name: str) -> str:
    """The type that a name's ending tells, company where it tells none."""
    for kind in ("university", "hospital", "institute", "association", "government"):
        if _SUFFIX[kind].search(name) and not name.endswith(("공사", "시스템", "도로", "전시", "자동차부")):
            return kind
    return "company"


def tells_kind(name: str) -> bool:
    """Whether a Korean name's ending tells what sort of organisation it is."""
    return any(pattern.search(name) for pattern in _SUFFIX.values())


def is_tail_word(word: str) -> bool:
    """Whether a Korean word only ends names of firms and is none by itself: 캐피털, 테라퓨틱스."""
    return bool(_TAIL_WORD.match(word) or _SUFFIX["company"].fullmatch(word))


def is_no_firm(name: str, full: str) -> bool:
    """Whether the article itself shows that a name is a person's or a product's."""
    return is_person(name, full) or is_called_product(name, full)


def unlisted_korean(doc: Doc, full: str, sentences: Sequence[Sentence], known: set[str]) -> dict[str, str]:
    """{name: source} of organisations that Korean `sentences` speak of and `known` (surfaces found already) lacks.

    `full` is the text of `doc`, which would put it together again from its tokens.
    """
    found: dict[str, str] = {}

    def add(name: str, source: str) -> None:
        name = name.strip(" .&+-'‘’\"")
        if name in known or name in found or not is_korean_name(name) or is_no_firm(name, full):
            return
        if source not in USED_ALONE or not is_common_noun(name):
            found[name] = source

    morphemes = [_Morpheme(token.idx, len(token), token.tag_) for token in doc if token.tag_]
    for sentence in sentences:
        text = full[sentence.start : sentence.end]
        words = _nominal_words(text, sentence, morphemes)
        stems = {word.start: word for word in words}
        for pattern, source in (
            (_CORPORATE, "corporate"),
            (_CORPORATE_AFTER, "corporate"),
            (_LED, "led"),
            (_SPELLED, "spelled"),
        ):
            for match in pattern.finditer(text):
                whole = source == "spelled" and _is_of_two_words(match.group(1), match.group(2))
                add(match.group(1) if whole else _last_words(match.group(1), stems, match.start(1)), source)
        for match in _INTRODUCED.finditer(text):
            word = stems.get(match.start(1))
            if word is not None and word.proper:
                add(word.joined, "introduced")
        for match in _QUOTED_FIRM.finditer(text):
            add(match.group(1), "introduced")
        for match in _DEFINED.finditer(text):
            add(match.group(1), "defined")
        for word in words:
            use = _source_of_use(word, text)
            if use:
                add(word.joined, use)
        if sentence.in_title:
            for name in _headline_names(text, words):
                add(name, "headline")
    return found


class _NominalWord:
    """A word's noun part in a sentence: `stem`, the particle after it, and whether Kiwi takes it for a proper name."""

    def __init__(self, start: int, stem: str, particle: str, proper: bool, follower: str) -> None:
        self.start, self.stem, self.particle, self.proper, self.follower = start, stem, particle, proper, follower
        self.joined = stem


class _Morpheme(NamedTuple):
    start: int
    length: int
    tag: str


def _nominal_words(text: str, sentence: Sentence, morphemes: Sequence[_Morpheme]) -> list[_NominalWord]:
    first = bisect_left(morphemes, (sentence.start,))
    tokens = morphemes[first : bisect_left(morphemes, (sentence.end,))]
    words: list[_NominalWord] = []
    position = 0
    for match in _WORD.finditer(text):
        stem_end, proper, verbal = match.start(), False, False
        while position < len(tokens) and tokens[position].start - sentence.start < match.start():
            position += 1
        scan = position
        while scan < len(tokens) and tokens[scan].start - sentence.start < match.end():
            tag = tokens[scan].tag
            if (
                tag.startswith(("N", "SL", "SN", "SW", "XPN", "XSN", "XR", "SH", "UN", "W", "SO", "SP", "SS"))
                and "+" not in tag
            ):
                stem_end = tokens[scan].start - sentence.start + tokens[scan].length
                proper = proper or tag in ("NNP", "SL", "UN")
            else:
                verbal = not tag.startswith("J") and not tag.startswith("VCP")
                break
            scan += 1
        stem = text[match.start() : min(stem_end, match.end())]
        particle = text[min(stem_end, match.end()) : match.end()]
        if not stem or (verbal and particle):
            stem, particle = _by_particle(match.group()) if proper or not stem else ("", "")
            if not stem:
                continue
        words.append(_NominalWord(match.start(), stem, particle, proper, text[match.end() : match.end() + 12]))
    _join(words, text)
    return words


def _by_particle(word: str) -> tuple[str, str]:
    """Noun and particle of a word that Kiwi takes for a verb: the longest particle that leaves two syllables or more."""
    for cut in range(2, len(word) + 1):
        if PARTICLES.fullmatch(word[cut:]) and cut < len(word):
            return word[:cut], word[cut:]
    return "", ""


def _join(words: list[_NominalWord], text: str) -> None:
    """Names of two words: `스노우플레이크 코리아`, `SMD Semiconductor`."""
    for left, right in itertools.pairwise(words):
        end = left.start + len(left.stem)
        if left.particle or text[end : right.start] != " ":
            continue
        latin = left.stem.isascii() and right.stem.isascii() and left.stem[0].isupper() and right.stem[0].isupper()
        if (left.proper and _TAIL_WORD.match(right.stem)) or (
            latin and left.stem not in _GENERIC and right.stem not in _GENERIC
        ):
            left.joined = f"{left.stem} {right.stem}"
            left.particle, left.follower = right.particle, right.follower


def _source_of_use(word: _NominalWord, text: str) -> str | None:
    """How the word itself shows that it names an organisation, if it does."""
    after = text[word.start + len(word.joined) + len(word.particle) :]
    if POST_AFTER.match(after) and not word.particle:
        return None
    name = word.joined
    if tells_kind(name) and len(name) >= 3 and not _BARE_SUFFIX.match(name):
        return "suffix" if word.proper or len(name) >= 5 else None
    if not word.proper or len(name) < 2:
        return None
    if re.match(r"^(?:와|과)(?:의|는|도)?$", word.particle):
        return "with"
    if re.match(r"^(?:은|는|이|가)$", word.particle):
        return "subject"
    if re.match(r"^(?:에|로부터|으로부터|에게|에서|의|을|를)$", word.particle):
        return "object"
    if re.match(r"^\s?[·ㆍ,]\s?|^\s(?:등|및)\s", after):
        return "listed"
    return None


def _headline_names(text: str, words: Sequence[_NominalWord]) -> Iterable[str]:
    match = _HEADLINE_LIST.match(text)
    if match:
        yield from re.split(r"\s?[-–·ㆍ∙×&]\s?|\sX\s|\sx\s", match.group(1))
    yield from (match.group(1) for match in _HEADLINE_PARTNER.finditer(text))
    proper = {word.start: word for word in words if word.proper}
    for match in _HEADLINE_TARGET.finditer(text):
        if match["quoted"]:
            yield match["quoted"]
        elif match.start("bare") in proper:
            yield proper[match.start("bare")].joined
    first = next(iter(words), None)
    if first is not None and first.proper and first.follower.startswith((",", "…", "·")) and not first.particle:
        yield first.joined


def _last_words(name: str, stems: dict[int, _NominalWord], start: int) -> str:
    """The part of a two-word match that is the name: both words only where they were joined."""
    first, _, second = name.partition(" ")
    if name.isascii() and " " in second:
        while first in _GENERIC and second:
            name = second
            first, _, second = name.partition(" ")
        return name
    word = stems.get(start)
    if word is not None and name == word.stem + word.particle:
        return word.stem
    if not second or (word is not None and word.joined == name):
        return name
    return second


def _is_of_two_words(name: str, latin: str) -> bool:
    """`나래 스페이스(Narae Space)` is one name, `미국 나래(Narae Space)` and `로봇 나래(Narae)` are not."""
    first, _, second = name.partition(" ")
    return bool(second) and len(latin.split()) == 2 and is_korean_name(first) and not is_common_noun(first)


def is_korean_name(name: str) -> bool:
    """Whether `name` is none of the words, phrases and forms that name no organisation."""
    if len(name) < 2 or len(name) > 30 or name in _GENERIC or _NOT_NAMES.match(name):
        return False
    if name.count(" ") > 1 and name.split()[-1] in _GENERIC:  # `케이팝 팬미디어 그룹` says what a firm is
        return False
    if is_product(name) or is_place(name):
        return False
    if name.isascii() and name.isupper() and len(name) <= 3:
        return False
    return any(character.isalpha() for character in name)
