"""What a group of mentions says about its deal: parties, kind, status, date, history, confidence.

A pure function of the mentions and of what persons corrected; no clock, no database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from typing import Any

from db.resolution.mention import RANK, Mention, Party

_PRECISION = {"day": 0, "month": 1, "quarter": 2, "year": 3, None: 4}
# Kinds that say least; a more telling one of as many outlets goes before them.
_VAGUE = {"other": 2, "alliance": 1}
# A concluded deal reported again as another kind after this many days has entered a new stage.
STAGE_DAYS = 21


@dataclass(frozen=True)
class Step:
    """A row of the history: from `at` (ISO day) on, by this mention."""

    at: str
    status: str
    kind: str
    date: str | None
    mention_id: int
    reason: str


@dataclass
class Deal:
    """An event as computed from its mentions."""

    mentions: list[Mention]
    kind: str
    status: str
    date: str | None
    precision: str | None
    confidence: float
    parties: list[Party]
    pairs: list[tuple[int, int]]
    history: list[Step]
    best: Mention
    title: str = ""
    review: str | None = None

    @property
    def outlets(self) -> int:
        """Independent tellings: near copies count once."""
        return len({mention.group for mention in self.mentions})

    @property
    def named_by(self) -> Mention:
        """The mention the id comes from: the first that tells it as news."""
        return next(mention for mention in self.mentions if mention.new)


def deal_of(mentions: Sequence[Mention], names: Mapping[str, str]) -> Deal | None:
    """The deal a group of mentions (in canonical order) tells; None when it is only background or not Korean.

    `names` gives organisations' names by id.
    """
    fresh = [mention for mention in mentions if mention.new]
    if not fresh:
        return None
    history = _history(fresh)
    standing = _standing(fresh, history)
    parties, pairs = _parties(standing)
    if not pairs or not any(party.country == "KR" for party in parties):
        return None
    last = history[-1]
    day, precision = _vote_date(_dating(fresh))
    deal = Deal(
        mentions=list(mentions),
        kind=last.kind,
        status=last.status,
        date=day,
        precision=precision,
        confidence=_confidence(standing),
        parties=[_named(party, names) for party in parties],
        pairs=pairs,
        history=history,
        best=_best(standing, last),
    )
    deal.title = title_of(deal.parties)
    return deal


def title_of(parties: Iterable[Party]) -> str:
    """The parties' names, as "카카오 × 오픈AI"."""
    return " × ".join(party.name or party.description or "?" for party in parties)


def iso_day(number: int) -> str:
    """A day number as an ISO date."""
    return Date.fromordinal(number).isoformat()


def _history(fresh: Sequence[Mention]) -> list[Step]:
    """The steps of a deal: each report that took it further, ended or denied it, in order of the days it happened.

    A weaker status reported later says nothing new; a concluded deal told as another kind much later is a new stage.
    """
    ordered = sorted(fresh, key=lambda mention: (mention.day, -RANK[mention.status], mention.order))
    stages: list[list[Mention]] = []
    for mention in ordered:
        if stages and not _further(stages[-1], mention):
            if mention.status == stages[-1][0].status:
                stages[-1].append(mention)
            continue
        stages.append([mention])
    return [_step(stage, first=at == 0) for at, stage in enumerate(stages)]


def _further(stage: list[Mention], mention: Mention) -> bool:
    first = stage[0]
    if first.status == mention.status:
        concluded = mention.status == "signed" and mention.kind not in {told.kind for told in stage}
        return concluded and mention.day - max(told.day for told in stage) > STAGE_DAYS
    if mention.status == "denied":
        return RANK[first.status] < 3
    if first.status in ("denied", "ended"):
        return RANK[mention.status] >= 3 or first.status == "denied"
    return RANK[mention.status] > RANK[first.status]


def _step(stage: list[Mention], *, first: bool) -> Step:
    kind = _vote_kind(stage)
    day, _ = _vote_date(stage)
    lead = stage[0]
    reason = "first report" if first else f"reported as {lead.status}"
    return Step(iso_day(lead.day), lead.status, kind, day, lead.id, reason)


def _by_outlet(mentions: Iterable[Mention], value: Any) -> Counter[Any]:
    """Votes for a value, one for each independent outlet that gives it."""
    return Counter(choice for choice, _ in {(value(mention), mention.group) for mention in mentions})


def _vote_kind(mentions: Sequence[Mention]) -> str:
    votes = _by_outlet(mentions, lambda mention: mention.kind)
    confidence: dict[str, float] = {}
    for mention in mentions:
        confidence[mention.kind] = max(confidence.get(mention.kind, 0.0), mention.confidence)
    return str(min(votes, key=lambda kind: (-votes[kind], _VAGUE.get(kind, 0), -confidence[kind], kind)))


def _vote_date(mentions: Sequence[Mention]) -> tuple[str | None, str | None]:
    """The date most independent outlets give, among those of the finest precision; ties to the earliest told."""
    dated = [mention for mention in mentions if mention.date]
    if not dated:
        return None, None
    finest = min(_PRECISION[mention.precision] for mention in dated)
    fine = [mention for mention in dated if _PRECISION[mention.precision] == finest]
    votes = _by_outlet(fine, lambda mention: mention.date)
    told = {mention.date: mention.order for mention in sorted(fine, key=lambda mention: mention.order, reverse=True)}
    day = min(votes, key=lambda choice: (-votes[choice], told[choice]))
    return day, next(mention.precision for mention in fine if mention.date == day)


def _dating(fresh: Sequence[Mention]) -> Sequence[Mention]:
    """The mentions that date the deal: those of its first concluded stage, else of all."""
    concluded = [mention for mention in fresh if RANK[mention.status] in (2, 3, 4)]
    if not concluded:
        return fresh
    start = min(mention.day for mention in concluded)
    return [mention for mention in concluded if mention.day - start <= STAGE_DAYS]


def _standing(fresh: Sequence[Mention], history: Sequence[Step]) -> list[Mention]:
    """The mentions whose word on the parties counts: rumours name nobody once the deal is told as fact."""
    best = max(RANK[step.status] for step in history)
    if best < 3:
        return list(fresh)
    sure = [mention for mention in fresh if RANK[mention.status] >= 2]
    return sure or list(fresh)


def _parties(mentions: Sequence[Mention]) -> tuple[list[Party], list[tuple[int, int]]]:
    """All pairs enough outlets tell, and their parties, Korean companies first. An unnamed partner gives way to a named
    one of the same company."""
    key_of = _keys(mentions)
    support = Counter[tuple[str, str]]()
    tellings: dict[str, list[Party]] = {}
    firsts: Counter[str] = Counter()
    seen = set()
    for mention in mentions:
        for one, other in mention.pairs:
            ends = [mention.parties[one], mention.parties[other]]
            keys = [key_of[party.org_id] for party in ends]
            for key, party in zip(keys, ends, strict=True):
                tellings.setdefault(key, []).append(party)
            pair = (min(keys), max(keys))
            firsts[keys[0]] += 1
            if keys[0] != keys[1] and (pair, mention.group) not in seen:
                seen.add((pair, mention.group))
                support[pair] += 1
    hidden = _unnamed_needed(support)
    enough = max(support.values(), default=0) / 5
    kept = [pair for pair in support if support[pair] >= enough and (not _unnamed(pair) or pair in hidden)]
    facts = {key: _merged(key, tellings[key]) for pair in kept for key in pair}
    order = sorted(facts, key=lambda key: (facts[key].country != "KR", facts[key].type != "company", -firsts[key], key))
    place = {key: at for at, key in enumerate(order)}
    pairs = sorted((min(place[a], place[b]), max(place[a], place[b])) for a, b in kept)
    return [facts[key] for key in order], pairs


def _keys(mentions: Sequence[Mention]) -> dict[str | None, str]:
    """What makes two mentions' parties one: the organisation; of unlisted ones that sound alike in two languages, the
    one more mentions name. All unnamed ones of an event are one."""
    told = Counter(org for mention in mentions for org in mention.orgs)
    langs: dict[str, set[str | None]] = {}
    alike: dict[str, set[str]] = {}
    for mention in mentions:
        for org in mention.orgs:
            langs.setdefault(org, set()).add(mention.lang)
            alike.setdefault(mention.sounds.get(org, org), set()).add(org)
    keys: dict[str | None, str] = {None: "?"}
    for orgs in alike.values():
        best = min(orgs, key=lambda org: (-told[org], org))
        keys.update({org: org if langs[org] & langs[best] else best for org in orgs})
    return keys


def _unnamed(pair: tuple[str, str]) -> bool:
    return "?" in pair


def _unnamed_needed(support: Counter[tuple[str, str]]) -> set[tuple[str, str]]:
    """Pairs with an unnamed partner whose company has no named partner."""
    named = {org for pair in support if not _unnamed(pair) for org in pair}
    return {pair for pair in support if _unnamed(pair) and not (set(pair) - {"?"}) & named}


def _merged(key: str, tellings: Sequence[Party]) -> Party:
    """One party from its tellings: the fact most of them give."""

    def most(values: Iterable[str | None]) -> str | None:
        votes = Counter(value for value in values if value)
        return min(votes, key=lambda value: (-votes[value], value)) if votes else None

    return Party(
        org_id=None if key == "?" else key,
        name=most(party.name for party in tellings),
        type=most(party.type for party in tellings),
        country=most(party.country for party in tellings),
        description=most(party.description for party in tellings),
    )


def _named(party: Party, names: Mapping[str, str]) -> Party:
    name = names.get(party.org_id, party.name) if party.org_id else party.name
    return Party(party.org_id, name, party.type, party.country, party.description)


def _confidence(mentions: Sequence[Mention]) -> float:
    """The surest telling, raised by each further independent one, which is worth half as much as if it stood alone."""
    best: dict[int, float] = {}
    for mention in mentions:
        best[mention.group] = max(best.get(mention.group, 0.0), mention.confidence)
    first, *rest = sorted(best.values(), reverse=True)
    doubt = 1 - first
    for value in rest:
        doubt *= 1 - value / 2
    return round(min(0.99, 1 - doubt), 4)


def _best(standing: Sequence[Mention], last: Step) -> Mention:
    """The evidence to show first: of the last stage's kind if there is one, most confident, most partners named."""
    return min(
        standing,
        key=lambda mention: (
            mention.status != last.status,
            mention.kind != last.kind,
            mention.hidden,
            -mention.confidence,
            mention.order,
        ),
    )
