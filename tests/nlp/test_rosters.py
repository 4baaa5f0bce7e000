"""Signers told as a list stand and fall together."""

from nlp import load_reader
from nlp.article import parse_article
from nlp.rosters import alike, find_rosters

TEXT = (
    "누리해운은 수소 선박 실증을 위한 공동 협약을 맺었다고 4일 밝혔다. "
    "협약에는 가온조선, 새벽엔진, 바다에너지, 한빛대학교가 참여한다."
)


def test_the_members_of_a_list_are_alike_to_each_other_and_to_who_stands_outside() -> None:
    view = load_reader().view(
        parse_article({"id": "1", "title": None, "text": TEXT, "lang": "ko", "published": "2025-03-04"})
    )
    assert view is not None
    place = {entity.name: index for index, entity in enumerate(view.entities)}
    (roster,) = find_rosters(view)
    members = [place[name] for name in ("가온조선", "새벽엔진", "바다에너지", "한빛대학교")]
    assert roster == set(members)
    hub = place["누리해운"]
    one, two = sorted(members[:2])
    assert len(alike(one, two, [roster])) == 5
    first, second = sorted((hub, members[0]))
    assert alike(first, second, [roster]) == {(min(hub, other), max(hub, other)) for other in members[1:]}
