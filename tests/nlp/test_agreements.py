"""Who signed one paper is told as one deal, whatever sentence tells of each pair."""

import pytest

from nlp.agreements import Claim, share_agreements
from nlp.sentences import Sentence

DAY, ROSTER = Sentence(0, 20, 0, in_title=False), Sentence(20, 60, 1, in_title=False)
CORE, BACKGROUND = 1, 2


def claim(
    one: int, two: int, sentence: Sentence = ROSTER, kind: str = "alliance", date: str | None = None, label: int = CORE
) -> Claim:
    return Claim(one, two, label, sentence, {kind: 0.8, "other": 0.2}, {"signed": 1.0}, date, date and "day", 0.8)


def test_signers_share_the_day_that_only_one_sentence_tells() -> None:
    claims = [claim(0, 1, DAY, "mou", "2026-03-10"), claim(0, 2, kind="mou"), claim(1, 2)]
    agreed = share_agreements(claims)
    assert len({one.deal for one in agreed}) == 1
    assert {(one.kind, one.date, one.precision) for one in agreed} == {("mou", "2026-03-10", "day")}
    assert {one.sentence for one in agreed} == {ROSTER}
    assert [(one.one, one.two, one.confidence) for one in agreed] == [(0, 1, 0.8), (0, 2, 0.8), (1, 2, 0.8)]


def test_four_signers_are_one_agreement_though_a_pair_is_missing() -> None:
    claims = [claim(0, 1, DAY), claim(0, 2), claim(0, 3), claim(1, 2), claim(1, 3, kind="mou")]
    assert len({one.deal for one in share_agreements(claims)}) == 1


@pytest.mark.parametrize(
    "claims",
    [
        [claim(0, 1, DAY, "supply", "2026-03-10"), claim(0, 2, kind="investment")],
        [claim(0, 1, DAY, date="2026-03-10"), claim(0, 2, date="2026-04-01"), claim(1, 2)],
        [claim(0, 1, DAY, "mou", label=BACKGROUND), claim(0, 2), claim(1, 2)],
    ],
    ids=["a hub with two partners", "two days", "an old deal beside new ones"],
)
def test_separate_deals_stay_as_they_were(claims: list[Claim]) -> None:
    assert share_agreements(claims) == claims


def test_two_days_stay_apart_though_an_undated_pair_lies_between() -> None:
    first, second = "2026-03-10", "2026-04-01"
    claims = [claim(0, 1), claim(0, 2, date=first), claim(1, 2), claim(0, 3, date=second), claim(1, 3, date=second)]
    assert {one.date for one in share_agreements(claims) if 2 in (one.one, one.two)} == {first}
    assert {one.date for one in share_agreements(claims) if 3 in (one.one, one.two)} == {second}


def test_nothing_claimed_is_nothing_agreed() -> None:
    assert share_agreements([]) == []
