"""What stands in a Korean article's body but is not its text: reporter lines, captions, copyright, related news.

Works a paragraph at a time and only on shapes that no sentence of an article has; in doubt a paragraph stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_ROLE = r"(?:선임|수석|전문|인턴|객원|취재|영상|사진)?\s?(?:기자|특파원|에디터|논설위원|PD|앵커|리포터|연구원|통신원)"
_NAME = r"[가-힣]{2,4}"

# At the very beginning of the first paragraphs: where, when and by whom, never part of the sentence.
_AGENCY = r"(?:연합뉴스|뉴시스|뉴스1|뉴스핌|이데일리|포커스뉴스|국제뉴스|아이뉴스24)"
_IN = r"(?:[^()\[\]【】〔〕]|\([^()]{1,12}\))"  # within brackets, which may hold a pair: [헤럴드경제(세종)=…]
_OPEN, _SHUT = r"^[(\[【〔]\s?", r"\s?[)\]】〕]"
_REPORTERS = rf"(?:{_NAME}[·,\s]*){{1,3}}\s?{_ROLE}"
_BYLINE = rf"(?:\s*{_REPORTERS})?\s*(?:=\s*)?"
_PLACE = r"[A-Z][A-Za-z.'’]+(?:[ /-][A-Z][A-Za-z.'’]+){0,3}(?:, [A-Z][A-Za-z.]+(?: [A-Z][a-z]+){0,2}){0,2}"
_DAY = r"(?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8}\.?)(?:,? \d{4})?"
_WIRE = (
    r"(?:Yonhap(?: Infomax)?|Newsis|News1|Reuters|AP|AFP|UPI|dpa|EFE|TNS|Bloomberg|Xinhua|Kyodo(?: News)?|"
    r"B(?:usiness|USINESS) ?W(?:ire|IRE)|GLOBE ?NEWSWIRE|PR ?Newswire|PRNewswire|Korea Bizwire|ACN Newswire|AsiaNet)"
)
_DASH = r"\s*(?:--+|[—–-])\s*"
_CITY = (
    r"(?:SEOUL|BUSAN|INCHEON|DAEJEON|DAEGU|GWANGJU|ULSAN|SEJONG|SEONGNAM|PANGYO|SUWON|JEJU|TOKYO|BEIJING|SHANGHAI|TAIPEI|"
    r"HONG KONG|SINGAPORE|HANOI|NEW YORK|WASHINGTON|SAN FRANCISCO|SAN JOSE|LAS VEGAS|LOS ANGELES|LONDON|PARIS|BERLIN|"
    r"BARCELONA|BRUSSELS|DUBAI|RIYADH|NEW DELHI)"
)
_LEAD_INS = tuple(
    re.compile(shape)
    for shape in (
        # (서울=연합뉴스) 홍길동 기자 = · [세종=○○뉴스] · [Seoul=Newsis]
        rf"{_OPEN}[가-힣]{{2,8}}(?:\([가-힣]{{1,8}}\))?\s?=\s?(?!{_IN}*\d{{3}}){_IN}{{2,40}}{_SHUT}{_BYLINE}",
        rf"{_OPEN}[A-Z][a-z]+ ?= ?[A-Z][\w ]{{1,20}}{_SHUT}"
        r"(?:\s*(?:Reporter |By )?[A-Z][\w-]+(?: [A-Z][\w-]+){1,2} =)?\s*",
        # [매체명 홍길동 기자] · [매체명(세종)=홍길동 기자 hong@…] · (연합뉴스)
        rf"{_OPEN}(?:{_IN}{{0,30}}[\s=|/·])?{_REPORTERS}(?:\s*[,·/=|]?\s*(?:{_MAIL}|{_REPORTERS}|{_IN}{{2,12}}=?))?{_SHUT}{_BYLINE}",
        rf"{_OPEN}{_IN}{{0,30}}{_AGENCY}(?:\s{_IN}{{0,20}})?{_SHUT}{_BYLINE}",
        r"^[(\[【][\w.가-힣]{0,20}(?:뉴스|경제|일보|신문|투데이|타임스|타임즈|데일리|헤럴드|미디어|이코노미|조선|비즈|토마토|저널|포스트|"
        r"매거진|와이어|통신|리뷰|24|IT|TV)[)\]】]\s*",
        r"^[\[<]\s?(?:앵커|기자|리포터|아나운서)\s?[\]>]\s*",
        # 홍길동 기자 = · 매체명 홍길동 기자 =
        rf"^(?:[\w가-힣]{{2,12}}\s)?{_REPORTERS}\s*=\s*",
        # SEOUL, Nov. 3 (Yonhap) -- · SEOUL, South Korea, Nov. 3, 2026 /PRNewswire/ -- · SEOUL (Reuters) - · SEOUL —
        rf"^{_PLACE}, ?{_DAY},? ?[(/\[][A-Z][A-Za-z0-9 .&=-]{{1,30}}[)/\]]{_DASH}",
        rf"^[A-Z][A-Z .'’-]+(?:, [A-Z][A-Za-z. ]{{2,20}}){{0,2}}(?:{_DASH})?\s?[(/\[]{_WIRE}[)/\]]{_DASH}",
        rf"^{_CITY}(?:, [A-Z][A-Za-z. ]{{2,20}})?(?:, {_DAY})?\s?(?:--+|[—–])\s*",
    )
)

# Anywhere: the whole paragraph is furniture.
_FURNITURE = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"^[/▶◇■☞▲△=※*\-\s(]*(?:{_NAME}[·,/\s]*){{1,3}}\s?{_ROLE}?\s*[(/|,=]?\s*{_MAIL}[)\s]*$",
        rf"^[/▶◎■(<\[\s]*(?:[\w가-힣]+\s){{0,4}}{_MAIL}[)>\]\s]*$",
        rf"^[/▶■(\[=]?\s*(?:[가-힣A-Za-z0-9·]{{2,12}}\s?[=|/]\s?)?(?:{_NAME}[·,\s]*){{1,3}}\s?{_ROLE}[)\]\s]*$",
        r"^(?:By|Reporter:?)\s(?:[A-Z][\w.-]+\s?){2,4}(?:\s?\(?" + _MAIL + r"\)?)?$",
        r"^\(?END\)?$",
        r"^[<\[(＜〈]?\s*(?:저작권자|저작권\s?[ⓒ©(<]|Copyrights?\b).{0,160}$",
        r"^[<\[(＜〈]?\s*[ⓒ©Ⓒ].{0,120}$",
        r"^.{0,100}(?:무단\s?전재|재배포\s?금지|AI\s?학습.{0,8}금지|All rights reserved).{0,60}$",
        r"^[▶☞◆■▷●➤→※#*\s]+(?:네이버|카카오톡?|구글|유튜브|텔레그램|카톡).{0,40}(?:구독|채널|추가|바로\s?가기).{0,40}$",
        r"^.{0,20}(?:제보는|기사\s?제보|제보하기|뉴스\s?제보).{0,80}$",
        r"^[▶☞▷➤].{0,120}$",
        r"^(?:#[\w가-힣·&.+-]+[\s,]*)+$",
        r"^[◎■]?\s?공감언론 뉴시스.{0,60}$",
        r"^(?:좋아요|싫어요|댓글|공유하기|스크랩|인쇄|글자\s?크기|기사\s?듣기|구독하기|SNS\s?기사\s?보내기|다른\s?기사\s?보기|"
        r"기자의 다른 기사|첫 번째 댓글을 작성해 보세요\.?|로딩중|뉴스 요약쏙|기사\s?원문|본문\s?바로가기)[\s\d]*$",
        r"^(?:사진|그래픽|자료|이미지|영상|출처|일러스트|표)\s?(?:제공)?\s?[=:/|].{0,100}$",
        r"^[\[(【<]\s?(?:사진|그래픽|자료|이미지|영상|출처|일러스트|표)\s?(?:제공)?\s?[=:/|].{0,100}[\])】>]\.?$",
        r"^(?:this article was (?:originally written in korean and )?translated|본 기사는 .{0,30}번역).{0,200}$",
    )
)

# "… 있다. 연합뉴스": a caption that names its agency or photographer after the sentence.
_CAPTION = re.compile(
    rf"^.{{10,170}}[.다함음]\s?[\[(/]?\s?(?:연합뉴스|뉴시스|뉴스1|로이터|AP|AFP|EPA|게티이미지\w*|[\w가-힣]{{2,12}}\s제공|"
    rf"(?:[가-힣]+=)?{_NAME}\s{_ROLE}|[\w가-힣]{{2,10}} 캡처)(?:[ ·/]?(?:연합뉴스|뉴시스|뉴스1))?[\])]?$"
)

# A short paragraph that ends in a credit is a caption; a long one that does is text with a credit at its end.
_CREDIT = re.compile(
    r"\s*(?:[\[(/<【]?\s?/?(?:사진|그래픽|자료|이미지|출처|일러스트|캡처)\s?(?:제공|출처)?\s?[=:].{1,40}|"
    r"[\[(](?:사진|그래픽|자료|이미지)\s?제공\s?[^\])]{1,30}[\])]|"
    r"[\[(/]\s?[^\])/]{1,30}\s제공[\])]|[\[(]?\s?ⓒ\s?.{1,30}|"
    r"[(\[/](?:Photo )?(?:Courtesy (?:of|:)|Photo(?: by)?:?|Image:?|Credit:?|Screenshot).{1,60}[)\]]?)\s*$",
    re.IGNORECASE,
)
_LONGEST_CAPTION = 180
_LONGEST_EDGE = 100

_RELATED = re.compile(
    r"^[\[<【■▶◆☞#\s]*(?:(?:관련|많이\s?본|주요|추천|인기|함께\s?(?:보면|읽으면)?\s?(?:좋은)?|오늘의\s?(?:핫|주요)?)\s?(?:기사|뉴스)|"
    r"이\s?기사와\s?관련된\s?기사|이\s?시[각간]\s?(?:주요|많이)?.{0,12}|"
    r"Related (?:articles?|stories|news)|Read more|Also read|More (?:from|on) .{0,40}|Recommended(?: for you)?)"
    r"[\]>】:\s]*$",
    re.IGNORECASE,
)
_PROSE = re.compile(r"(?:[다요죠음함임됨까네][.!?…]|[a-z)\d][.!?])[\"'”’)\]]*$")

_TAIL_MAIL = re.compile(rf"\s*[/(\[=]?\s*(?:(?:{_NAME}[·,\s]*){{1,3}}{_ROLE}\s*)?[(\[]?{_MAIL}[)\]]?\s*$")


def clean(paragraphs: Iterable[str]) -> list[str]:
    """The paragraphs that are the article's own text, in order, whitespace folded, lead-ins and credits taken off."""
    kept = list(_without_related(_fold(paragraphs)))
    kept = [p for p in kept if not is_furniture(p)]
    kept = [p for p in (_lead_in_off(p) if i < 2 else p for i, p in enumerate(kept)) if p]
    kept = [p for p in (_credit_off(p) for p in kept) if p]
    return [p for p in (_mail_off(p) if i >= len(kept) * 2 // 3 else p for i, p in enumerate(kept)) if p]


def trim(paragraphs: list[str]) -> list[str]:
    """The paragraphs from the first sentence to the last: what stands outside is a heading, a menu or a box."""
    sentences = [i for i, p in enumerate(paragraphs) if _PROSE.search(p)]
    return paragraphs[sentences[0] : sentences[-1] + 1] if sentences else []


def trim_edges(paragraphs: list[str]) -> list[str]:
    """The paragraphs without the short ones before the first and behind the last sentence."""
    sentences = [i for i, p in enumerate(paragraphs) if _PROSE.search(p)]
    if not sentences:
        return paragraphs
    first, last = sentences[0], sentences[-1]
    return [p for i, p in enumerate(paragraphs) if first <= i <= last or len(p) > _LONGEST_EDGE]


def is_furniture(paragraph: str) -> bool:
    """Whether the whole paragraph is a reporter line, copyright notice, hashtag row, appeal or credit."""
    return any(shape.match(paragraph) for shape in (*_FURNITURE, _CAPTION))


def _fold(paragraphs: Iterable[str]) -> Iterator[str]:
    """Whitespace folded to one blank, invisible characters out, empty and repeated neighbours left out."""
    last = None
    for paragraph in paragraphs:
        folded = re.sub(r"\s+", " ", re.sub(r"[\u200b-\u200f\u2060\ufeff\xad]", "", paragraph)).strip()
        if folded and folded != last:
            last = folded
            yield folded


def _without_related(paragraphs: Iterable[str]) -> Iterator[str]:
    """Drops each "related news" heading with the headlines under it, up to the next sentence."""
    inside = False
    for paragraph in paragraphs:
        if _RELATED.match(paragraph):
            inside = True
        elif not inside or _PROSE.search(paragraph):
            inside = False
            yield paragraph


def _lead_in_off(paragraph: str) -> str:
    for shape in _LEAD_INS * 2:  # [매체명] may be followed by 홍길동 기자 =
        if match := shape.match(paragraph):
            paragraph = paragraph[match.end() :].lstrip()
    return paragraph


def _credit_off(paragraph: str) -> str:
    match = _CREDIT.search(paragraph)
    if not match:
        return paragraph
    return "" if len(paragraph) <= _LONGEST_CAPTION else paragraph[: match.start()]


def _mail_off(paragraph: str) -> str:
    match = _TAIL_MAIL.search(paragraph)
    # Only after a finished sentence: an address may be what the sentence is about.
    return paragraph[: match.start()] if match and _PROSE.search(paragraph[: match.start()].rstrip()) else paragraph
