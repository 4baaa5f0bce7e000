"""Names that only say where something is, who reports it, or what the parties call themselves together."""

import re
from collections.abc import Mapping, Sequence

from nlp.places import is_place
from nlp.recognition import Mention
from nlp.unlisted import organization_type

_SITED_AFTER = re.compile(
    r"^에\s(?:위치|있는|자리|소재|들어서|들어설|세운|세워|조성|짓는|지은)|^에서\s(?:열린|열리는|개최|진행)"
)
_OFFICE = re.compile(r"(?:시|군|구|도)청$")
_COUNTIES = ("시", "군", "구")
_BRANCHES = ("본부", "지사", "지점", "지부", "사업장", "공장", "캠퍼스", "영업소")
_UNITS = ("연구원", "연구소", "기술원", "연구센터", "R&D센터", "사업본부", "사업부")
_BRANCH_AFTER = re.compile(r"^(?:\s?\([^()]{0,40}\))?(?:에서|에\s)")
_IN_BRACKETS = re.compile(r"['’\"”]?\s?\(([^()]{10,160})\)")
_FEWEST = 3  # members that make a team
_OUTLET = re.compile(r"(?:통신|뉴스|일보|신문|방송|타임스|저널|포스트|TV)$")
_REPORTS = re.compile(r"^\s?(?:등)?(?:에|은|는|이|가|을|를)?\s?(?:따르면|인용|보도(?!자료|전문))")


def without_bystanders(full: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, in their order, without those that only tell of place or source."""
    starts = {mention.start: mention for mention in mentions}
    ends = {mention.end: mention for mention in mentions}
    return [
        one
        for one in mentions
        if not (_is_site(full, one) or _is_province(one, starts) or _is_part(full, one, ends))
        and not (_is_outlet(full, one) or _is_team(full, one, starts))
    ]


def _is_site(full: str, mention: Mention) -> bool:
    """Whether a city or county is only where something stands or takes place, `정선군청에서`."""
    after = full[mention.end : mention.end + 12]
    if after.startswith("에서 ") and _OFFICE.search(mention.surface):
        return True
    return _type(mention) == "government" and bool(_SITED_AFTER.match(after))


def _is_outlet(full: str, mention: Mention) -> bool:
    """Whether it is the outlet that reports; a listed firm only if the table says that it is one."""
    if any("media" not in one.tags for one in mention.organizations) or not _OUTLET.search(mention.surface):
        return False
    return bool(_REPORTS.match(full[mention.end : mention.end + 12]))


def _is_team(full: str, mention: Mention, starts: Mapping[int, Mention]) -> bool:
    """Whether it is what those in the bracket after it call themselves: `드림팀(나래전자, 하늘텔, 바다항공)`."""
    members = _IN_BRACKETS.match(full, mention.end)
    if mention.organizations or members is None:
        return False
    return members.start(1) in starts and sum(members.start(1) <= start < members.end(1) for start in starts) >= _FEWEST


def _is_part(full: str, mention: Mention, ends: Mapping[int, Mention]) -> bool:
    """Whether it is a part of the organisation before it.

    The branch where something takes place, `한국전력공사 남서울본부에서`, or what a firm has for research:
    `나래전자 미래기술원`.
    """
    owner = ends.get(mention.start - 1) if full[max(mention.start - 1, 0) : mention.start] == " " else None
    if owner is None or mention.organizations:
        return False
    if mention.surface.endswith(_UNITS):
        return _type(owner) == "company"
    return mention.surface.endswith(_BRANCHES) and bool(_BRANCH_AFTER.match(full[mention.end : mention.end + 50]))


def _is_province(mention: Mention, starts: Mapping[int, Mention]) -> bool:
    """Whether it only says where the county after it lies: `경기도 성남시`."""
    county = starts.get(mention.end + 1)
    if county is None or not county.surface.endswith(_COUNTIES) or _type(county) != "government":
        return False
    return _type(mention) == "government" and (mention.surface.endswith(("도", "시")) or is_place(mention.surface))


def _type(mention: Mention) -> str:
    return mention.organizations[0].type if mention.organizations else organization_type(mention.surface)
