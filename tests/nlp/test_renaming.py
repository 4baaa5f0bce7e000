"""Written articles with names of the company table, from which the reader's sureness is learnt."""

from typing import Any

from nlp.gazetteer import load
from nlp.renaming import Renamer
from nlp.training.augment import sound_class

TABLE = load()


def row() -> dict[str, Any]:
    """An article in which two invented firms sign and a listed one is a bystander."""
    title, text = "가람로보·나루렌즈, 로봇 눈 개발", "가람로보는 4일 나루렌즈와 협약을 맺었다. 네이버는 빠졌다."
    article = f"{title}\n{text}"
    marks = [
        {"start": start, "end": start + len(surface), "surface": surface, "key": key, "type": "company"}
        for surface, key in (("가람로보", "garam"), ("나루렌즈", "naru"), ("네이버", None))
        for start in (place for place in range(len(article)) if article.startswith(surface, place))
    ]
    parties = [{"names": [name], "type": "company", "country": "KR"} for name in ("가람로보", "나루렌즈")]
    event = {"parties": parties, "pairs": [[0, 1]], "new": True, "kind": "mou", "status": "signed"}
    return {"id": "z-001-1", "lang": "ko", "title": title, "text": text, "events": [event], "organizations": marks}


def test_invented_parties_get_listed_names_that_take_the_same_particles() -> None:
    renamed = Renamer(TABLE).renamed(row())
    assert renamed is not None
    article = f"{renamed['title']}\n{renamed['text']}"
    assert renamed["text"].endswith("협약을 맺었다. 네이버는 빠졌다.")
    for before, party in zip(("가람로보", "나루렌즈"), renamed["events"][0]["parties"], strict=True):
        if before not in article:
            (one,) = {found.id: found for name in party["names"] for found in TABLE.lookup(name)}.values()
            assert one.type == "company" and one.country == "KR"
            assert [name for name in one.names if name in article and sound_class(name) == sound_class(before)]
    assert "가람로보" not in article or "나루렌즈" not in article


def test_the_same_article_gets_the_same_names() -> None:
    assert Renamer(TABLE).renamed(row()) == Renamer(TABLE).renamed(row())


def test_who_stands_in_the_table_keeps_its_name() -> None:
    known = row()
    known["organizations"] = [{**mark, "key": "naver"} for mark in known["organizations"] if not mark["key"]]
    assert Renamer(TABLE).renamed(known) is None
