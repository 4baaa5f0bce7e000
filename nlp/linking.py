"""From mentions to organisations: the table's where it is known, else a provisional one named by the article itself."""

# ruff: noqa: E501 (patterns are lists of words; broken lines would hide them)

import hashlib
import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nlp.article import has_hangul
from nlp.gazetteer import Gazetteer, Organization, fold
from nlp.recognition import Mention
from nlp.sentences import BREAK
from nlp.unlisted import is_tail_word, organization_type
from nlp.unlisted_english import organization_type_english

_SOURCES = (
    "table",
    "corporate",
    "led",
    "model",
    "spelled",
    "introduced",
    "suffix",
    "headline",
    "defined",
    "doubtful",
    "with",
    "listed",
    "subject",
    "object",
    "initial",
)
_PARENTHESIS = re.compile(
    r"^['’\"”]?\s?\((?:이하|약칭|옛|구|일명|the\s)?[,:]?\s*['‘“\"]?([가-힣A-Za-z0-9][^()]{0,40}?)['’”\"]?(?:\s?[,;/·].{0,40}?)?\)"
)
_TICKER = re.compile(r"^\.?,?\s?\((?:[A-Z][A-Za-z.]{1,11}(?:\s[A-Z]{1,4})?)\s?:\s?([A-Z][A-Z0-9.]{1,5})\b[^()]{0,40}\)")
_QUOTED_FORMS = re.compile(r"^\.?,?\s?\([^()]*[“\"‘][^()]{1,70}\)")
_QUOTED_FORM = re.compile(r"[“\"‘]([A-Z][A-Za-z0-9&.\- ]{1,30}?),?[”\"’]")
_SELF_NAMES = frozenset(("company", "the company", "group", "the group", "firm", "corporation", "institute", "bank"))
_NATION_BEFORE = (
    ("US", r"미국(?:의|\s)|美\s?|실리콘밸리|북미|US-based|U\.S\.|American"), ("JP", r"일본(?:의|\s)|日\s?|Japan"), ("CN", r"중국(?:의|\s)|中\s?|Chin(?:a|ese)"),
    ("GB", r"영국|英|UK|British"), ("DE", r"독일|獨|German"), ("FR", r"프랑스|佛|French|France"), ("TW", r"대만|Taiwan"), ("SG", r"싱가포르|Singapore"),
    ("VN", r"베트남|Vietnam"), ("IN", r"인도\s|Indian?\b"), ("IL", r"이스라엘|Israel"), ("CA", r"캐나다|Canad"), ("AU", r"호주|Australia"), ("SA", r"사우디|Saudi"),
    ("AE", r"아랍에미리트|UAE|두바이|Dubai|아부다비"), ("ID", r"인도네시아|Indonesia"), ("TH", r"태국|Thai"), ("MY", r"말레이시아|Malaysia"), ("PH", r"필리핀|Philippine"),
    ("NL", r"네덜란드|Dutch"), ("CH", r"스위스|Swiss"), ("SE", r"스웨덴|Swed"), ("ES", r"스페인|Spanish"), ("IT", r"이탈리아|Italian"), ("HK", r"홍콩|Hong Kong"),
    ("PL", r"폴란드|Polish|Poland"), ("BR", r"브라질|Brazil"), ("KZ", r"카자흐스탄"), ("UZ", r"우즈베키스탄"), ("MN", r"몽골"), ("NO", r"노르웨이|Norw"), ("DK", r"덴마크|Danish"),
    ("KR", r"국내(?!외)|한국(?:의|\s)|South Korea|Korean|Seoul-based"),
)  # fmt: skip
_NATION = re.compile("|".join(f"(?P<{country}>{words})" for country, words in _NATION_BEFORE))
_FROM_NATION = re.compile(r"[^,.()·\n]{0,28}")  # `미국 인공지능 반도체 기업 X`
_SHORTEST_ALIAS = 2
_SURELY_SHORT = 4  # letters of a Hangul name that another begins with by chance only seldom
# Longer endings first: 과기대 ends with 대.
_ABBREVIATED = (
    ("과기대", "과학기술대학교"), ("과기원", "과학기술원"), ("대병원", "대학교병원"), ("여대", "여자대학교"), ("교대", "교육대학교"),
    ("공대", "공과대학교"), ("외대", "외국어대학교"), ("대", "대학교"), ("손보", "손해보험"),
    ("tp", "테크노파크"), ("신보", "신용보증재단"), ("pe", "프라이빗에쿼티"),
    ("重", "중공업"), ("證", "증권"), ("銀", "은행"), ("車", "자동차"),
)  # fmt: skip


@dataclass(slots=True)
class Entity:
    """An organisation in one article. `mentions` in order of place; `names` holds every form the article gives it.

    `tagged` is how surely the encoder takes the best of its mentions for an organisation's name, None if it read none.
    """

    org_id: str
    name: str
    type: str
    country: str | None
    organization: Organization | None
    source: str
    names: list[str] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    tagged: float | None = None

    @property
    def aliases(self) -> list[str]:
        listed = self.organization.names if self.organization else ()
        return [name for name in dict.fromkeys((*listed, *self.names)) if name != self.name]


class Linker:
    """`link(full, mentions, lang)` groups mentions by the organisation they mean."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def link(self, full: str, mentions: Sequence[Mention], lang: str) -> list[Entity]:
        same = _Names(self._defined_together(full, mentions))
        chosen = [self._choose(mention, mentions, full) for mention in mentions]
        roots = [same.root(_in_full(mention.surface)) for mention in mentions]
        listed = {
            root: organization
            for mention, root, organization in zip(mentions, roots, chosen, strict=True)
            if organization and root == _in_full(mention.surface)  # the name before the bracket, not the one in it
        }
        entities: dict[str, Entity] = {}
        for mention, root, own in zip(mentions, roots, chosen, strict=True):
            organization = own or listed.get(root)  # `TSM` of `Taiwan Semiconductor Manufacturing (NYSE:TSM)`
            key = organization.id if organization else root
            entities.setdefault(key, _entity(key, mention, organization, full, lang)).mentions.append(mention)
        title_end = full.find("\n")
        merged = self._merge_groups(full, _merge_short_forms(list(entities.values()), title_end), title_end)
        ends = sorted(mention.end for mention in mentions)
        for entity in merged:
            _describe(entity, full, lang, ends)
        return merged

    def is_family(self, one: Entity, two: Entity) -> bool:
        """Whether both belong to one group: one is above the other, or another stands above both."""
        if one.organization is None or two.organization is None:
            return False
        return self._root(one) == self._root(two)

    def _root(self, entity: Entity) -> str:
        return (entity.org_id, *self._gazetteer.ancestors(entity.org_id))[-1]

    def _belongs_to(self, one: Entity, group: Entity) -> bool:
        return one.organization is not None and group.org_id in self._gazetteer.ancestors(one.org_id)

    def _merge_groups(self, full: str, entities: list[Entity], title_end: int) -> list[Entity]:
        """`Samsung` after `Samsung Electronics`, or in the headline, is that firm, if no other of the group is named.

        Where one sentence names both, it tells of two: `SK는 SK실트론 지분을 판다`.
        """
        kept = list(entities)
        for group in entities:
            listed = group.organization
            if listed is None or not listed.tags & {"group", "holding"}:
                continue
            family = [one for one in entities if self._belongs_to(one, group)]
            if len(family) != 1:
                continue
            firm = family[0]
            if not _is_called_as(group, listed, firm) or _share_sentence(full, group, firm):
                continue
            in_body = [mention.start for mention in group.mentions if mention.start > title_end]
            if firm.mentions[0].start < min(in_body, default=math.inf):
                firm.mentions += group.mentions
                kept.remove(group)
        return kept

    def _choose(self, mention: Mention, mentions: Sequence[Mention], full: str) -> Organization | None:
        """Of several bearers of a name, the one that the article names otherwise too, or whose context it speaks of."""
        if not mention.organizations:
            return self._by_other_spelling(mention.surface)
        if len(mention.organizations) == 1:
            return mention.organizations[0]
        elsewhere = {one.id for other in mentions if len(other.organizations) == 1 for one in other.organizations}

        def evidence(one: Organization) -> tuple[int, int, int]:
            return one.id in elsewhere, sum(word in full for word in one.context), "defunct" not in one.tags

        return max(mention.organizations, key=evidence)

    def _by_other_spelling(self, surface: str) -> Organization | None:
        """Who alone bears the name when legal form and spacing are put aside: `Samsung Electronics Co`."""
        found = self._gazetteer.lookup(surface)
        if len(found) != 1 or fold(surface) in {fold(name) for name in found[0].ambiguous}:
            return None
        return found[0]

    def _defined_together(self, full: str, mentions: Sequence[Mention]) -> Iterable[tuple[str, str]]:
        """Pairs of folded names that the article itself equates: `퓨리오사AI(FuriosaAI)`, `한국수력원자력(이하 한수원)`."""
        for mention in mentions:
            for other in _equated(full, mention):
                yield _in_full(mention.surface), _in_full(other)


class _Names:
    """Folded names that mean the same within an article (a small union-find)."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._parent: dict[str, str] = {}
        for main, other in pairs:
            if main and other and self.root(main) != self.root(other):
                self._parent[self.root(other)] = self.root(main)

    def root(self, name: str) -> str:
        while name in self._parent:
            name = self._parent[name]
        return name


def provisional_id(name: str) -> str:
    """A stable id for an organisation that the table lacks: the same for every spelling that folds alike."""
    key = fold(name)
    slug = re.sub(r"[^a-z0-9]+", "-", key).strip("-")[:24]
    digest = hashlib.sha256(key.encode()).hexdigest()[:10]
    return f"x-{slug}-{digest}" if slug else f"x-{digest}"


def _in_full(name: str) -> str:
    """A folded name with the abbreviation that Korean news makes of its last word written out: `나래손보`, `새봄과기대`."""
    folded = fold(name)
    short, long = next((pair for pair in _ABBREVIATED if folded.endswith(pair[0])), ("", ""))
    return folded[: len(folded) - len(short)] + long


def _equated(full: str, mention: Mention) -> list[str]:
    """The other names that brackets right after a mention give it: `(FuriosaAI)`, `(NASDAQ: QS)`, `(“ABC” or the “Company”)`."""
    after = full[mention.end : mention.end + 120]
    match = _PARENTHESIS.match(after)
    if match and _may_equate(mention.surface, match.group(1), match.group(0)):
        return [match.group(1).strip()]
    found = []
    ticker = _TICKER.match(after)
    if ticker:
        found.append(ticker.group(1))
        after = after[ticker.end() :]
    quoted = _QUOTED_FORMS.match(after)
    if quoted:
        found += [form for form in _QUOTED_FORM.findall(quoted.group()) if form.casefold() not in _SELF_NAMES]
    return found


def _may_equate(surface: str, inside: str, bracket: str) -> bool:
    if re.search(r"이하|약칭|옛|일명", bracket[:6]):
        return True
    if re.match(r"^(?:대표|총장|원장|회장|사장|시장|\d|CEO|NASDAQ|NYSE|KOSDAQ|KOSPI|KRX|코스닥|코스피)", inside):
        return False
    latin_inside, latin_surface = inside.isascii(), surface.isascii()
    if latin_inside != latin_surface:
        return bool(re.match(r"^[A-Z0-9]", inside)) if latin_inside else len(inside) <= 12
    return latin_inside and inside.isupper() and surface[:1] == inside[:1]


def _entity(key: str, mention: Mention, organization: Organization | None, full: str, lang: str) -> Entity:
    if organization is not None:
        name = (organization.name_en if lang == "en" else None) or organization.name
        return Entity(organization.id, name, organization.type, organization.country, organization, mention.source)
    kind = (
        organization_type_english(mention.surface) if mention.surface.isascii() else organization_type(mention.surface)
    )
    return Entity(key, mention.surface, kind, None, None, mention.source)


def _merge_short_forms(entities: list[Entity], title_end: int) -> list[Entity]:
    """`뤼튼` after `뤼튼테크놀로지스`: an unlisted name that begins another name of the article, and comes later or in the
    headline, is its short form."""
    kept: list[Entity] = []
    for entity in sorted(entities, key=lambda one: -len(one.name)):
        target = None
        if entity.organization is None:
            target = next((other for other in kept if _is_short_form(entity, other, title_end)), None)
        if target is None:
            kept.append(entity)
        else:
            target.mentions += entity.mentions
    return sorted(kept, key=lambda one: min(mention.start for mention in one.mentions))


def _is_short_form(short: Entity, long: Entity, title_end: int) -> bool:
    if len(short.name) < _SHORTEST_ALIAS:
        return False
    in_body = [mention.start for mention in short.mentions if mention.start > title_end]
    first = long.mentions[0].start <= min(in_body, default=long.mentions[0].start)
    forms = {mention.surface for mention in long.mentions if mention.surface != short.name}
    if not in_body and _begins_another(short.name, forms):
        return True
    return any(
        form.startswith(short.name) and _is_name_head(short.name, form)
        # A caption may give the short form before: that of a listed firm is known by the word it leaves out.
        and (first or (long.organization is not None and is_tail_word(form[len(short.name) :].strip())))
        for form in forms
    )


def _begins_another(short: str, forms: Iterable[str]) -> bool:
    """Whether a long Hangul name begins one of `forms` but for spaces: a headline's `메리디안 안과`, 메리디안안과연구소."""
    head = short.replace(" ", "")
    if head.isascii() or len(head) < _SURELY_SHORT:
        return False
    return any(form.replace(" ", "").startswith(head) for form in forms)


def _is_name_head(short: str, form: str) -> bool:
    rest = form[len(short) :].strip()
    if short.isascii():
        return form[len(short)] in " ,." and len(short) >= 3
    return len(short) >= 2 and len(rest) >= 2 and organization_type(form) == organization_type(short)


def _is_called_as(group: Entity, listed: Organization, firm: Entity) -> bool:
    """Whether all mentions of a group, `listed` in the table, are the bare word that begins a name of its firm."""
    bare = {fold(mention.surface) for mention in group.mentions}
    forms = {fold(mention.surface) for mention in firm.mentions}
    return bare <= {fold(name) for name in listed.ambiguous} and all(
        any(form.startswith(word) and form != word for form in forms) for word in bare
    )


def _share_sentence(full: str, one: Entity, two: Entity) -> bool:
    places = [sorted((first.start, second.start)) for first in one.mentions for second in two.mentions]
    return any(BREAK.search(full, *place) is None for place in places)


def _describe(entity: Entity, full: str, lang: str, ends: Sequence[int]) -> None:
    entity.mentions.sort(key=lambda mention: mention.start)
    entity.source = min((mention.source for mention in entity.mentions), key=_SOURCES.index)
    entity.names = list(dict.fromkeys(mention.surface for mention in entity.mentions))
    for mention in entity.mentions:
        entity.names += [other for other in _equated(full, mention) if other not in entity.names]
    if entity.organization is None:
        entity.name = max((mention.surface for mention in entity.mentions), key=len)
        entity.org_id = provisional_id(entity.name)
        entity.country = _country(entity, full, lang, ends)


def _country(entity: Entity, full: str, lang: str, ends: Sequence[int]) -> str | None:
    """The nation said right before a name; a Korean article's unlisted organisation is Korean unless it says so.

    `ends` are where the article's names end, in order: a nation before another name is that other's.
    """
    for mention in entity.mentions:
        other = bisect_right(ends, mention.start) - 1
        begin = max(mention.start - 40, ends[other] if other >= 0 else 0)
        nations = list(_NATION.finditer(full, begin, mention.start))
        if nations and _FROM_NATION.fullmatch(full, nations[-1].end(), mention.start):
            return nations[-1].lastgroup
    return "KR" if lang == "ko" and has_hangul(entity.name) else None
