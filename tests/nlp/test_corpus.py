"""The corpus reader: marks become offsets, mistakes are named, parts are fixed."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from nlp.corpus import STORIES, CorpusError, load_story, main, read_corpus, split_of, strip_marks

STORY: dict[str, Any] = {
    "family": "harbour-robots",
    "organizations": {
        "narae": {"names": ["나래로보틱스", "Narae Robotics"], "type": "company", "country": "KR"},
        "fjord": {"names": ["피오르드", "Fjord"], "type": "company", "country": "NO"},
        "port": {"names": ["새벽항만공단"], "type": "government", "country": "KR"},
        "fund": {"names": [], "type": "company", "country": None, "description": "외국 투자사"},
    },
    "articles": [
        {
            "id": "harbour-robots-1",
            "outlet": "demo",
            "lang": "ko",
            "published": "2026-03-05",
            "title": "⟦나래로보틱스⟧, ⟦피오르드⟧와 손잡다",
            "text": "⟦나래|narae⟧는 4일 ⟦피오르드⟧와 협약을 맺었다. ⟦한빛일보⟧가 전했다.",
            "events": [
                {
                    "event": "deal",
                    "parties": ["fjord", "narae"],
                    "kind": "mou",
                    "status": "signed",
                    "new": True,
                    "date": "2026-03-04",
                    "evidence": "나래는 4일 ⟦피오르드⟧와 협약을 맺었다.",
                }
            ],
        }
    ],
}


def write(folder: Path, story: dict[str, Any], name: str = "a.yaml") -> Path:
    (folder / name).write_text(yaml.safe_dump(story, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def changed(**event: Any) -> dict[str, Any]:
    story: dict[str, Any] = json.loads(json.dumps(STORY))
    story["articles"][0]["events"][0].update(event)
    return story


def test_marks_become_offsets_in_title_and_text(tmp_path: Path) -> None:
    (row,) = read_corpus(write(tmp_path, STORY))
    full = row["title"] + "\n" + row["text"]
    assert [(full[o["start"] : o["end"]], o["key"]) for o in row["organizations"]] == [
        ("나래로보틱스", "narae"), ("피오르드", "fjord"), ("나래", "narae"), ("피오르드", "fjord"), ("한빛일보", None),
    ]  # fmt: skip
    assert "⟦" not in full
    assert row["split"] == split_of("harbour-robots")


def test_an_event_has_the_guides_shape_with_the_korean_company_first(tmp_path: Path) -> None:
    (row,) = read_corpus(write(tmp_path, STORY))
    (event,) = row["events"]
    assert event["parties"][1]["names"] == ["나래로보틱스", "나래", "Narae Robotics"]
    assert event["pairs"] == [[1, 0]]
    assert event["korean"] is True
    assert event["parties"][0]["country"] == "NO", "Norway is no boolean"
    assert event["evidence"] in row["text"]


def test_default_pairs_leave_out_pairs_without_a_company(tmp_path: Path) -> None:
    story = changed(parties=["narae", "port", "fund"])
    story["articles"][0]["text"] += " ⟦새벽항만공단⟧도 함께했다."
    (row,) = read_corpus(write(tmp_path, story))
    assert row["events"][0]["pairs"] == [[0, 1], [0, 2], [2, 1]]
    assert row["events"][0]["parties"][2] == {
        "names": [], "type": "company", "country": None, "description": "외국 투자사",
    }  # fmt: skip


def test_a_pair_that_is_optional_is_not_required_too(tmp_path: Path) -> None:
    story = changed(pairs=[["narae", "fjord"]], optional_pairs=[["fjord", "narae"]])
    (row,) = read_corpus(write(tmp_path, story))
    (event,) = row["events"]
    assert (event["pairs"], event["optional_pairs"]) == ([], [[0, 1]])


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"evidence": "없는 문장"}, "evidence is no exact part"),
        ({"parties": ["narae", "nobody"]}, "no organization has the key 'nobody'"),
        ({"parties": ["narae", "port"]}, "party port has no mark"),
        ({"pairs": [["narae", "port"]]}, "'port', which is no party"),
        ({"date": "2026-02-30"}, "date"),
        ({"kind": "friendship"}, "kind"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_mistake_is_named_with_file_and_article(tmp_path: Path, event: dict[str, Any], message: str) -> None:
    with pytest.raises(CorpusError) as error:
        list(read_corpus(write(tmp_path, changed(**event))))
    assert message in str(error.value)
    assert "a.yaml" in str(error.value)
    assert "harbour-robots-1" in str(error.value)


def test_every_file_with_a_mistake_is_listed(tmp_path: Path) -> None:
    write(tmp_path, changed(kind="friendship"))
    write(tmp_path, changed(status="hoped"), "b.yaml")
    with pytest.raises(CorpusError) as error:
        list(read_corpus(tmp_path))
    assert "a.yaml" in str(error.value)
    assert "b.yaml" in str(error.value)


def test_a_family_or_article_may_stand_once_only(tmp_path: Path) -> None:
    write(tmp_path, STORY)
    with pytest.raises(CorpusError, match=r"b\.yaml: family harbour-robots already stands in a\.yaml"):
        list(read_corpus(write(tmp_path, STORY, "b.yaml")))


def test_a_key_given_twice_in_a_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("family: one\nfamily: two\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="'family' stands 2 times"):
        load_story(path)


@pytest.mark.parametrize("marked", ["⟦나래", "나래⟧", "⟦나래⟦로보⟧⟧", "⟦⟧"])
def test_unbalanced_marks_are_refused(marked: str) -> None:
    with pytest.raises(ValueError, match="unbalanced mark"):
        strip_marks(marked)


def test_an_ambiguous_unkeyed_mark_asks_for_a_key(tmp_path: Path) -> None:
    story = changed()
    story["organizations"]["fjord"]["names"].append("나래로보틱스")
    with pytest.raises(CorpusError, match="may be fjord or narae"):
        list(read_corpus(write(tmp_path, story)))


def test_the_command_writes_the_parts_and_fails_loudly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stories = tmp_path / "stories"
    stories.mkdir()
    write(stories, STORY)
    assert main([str(tmp_path / "out"), "--stories", str(stories)]) == 0
    lines = [line for part in ("train", "dev", "test") for line in (tmp_path / "out" / f"{part}.jsonl").open()]
    assert [json.loads(line)["id"] for line in lines] == ["harbour-robots-1"]
    write(stories, changed(evidence="없는 문장"))
    assert main([str(tmp_path / "out"), "--stories", str(stories)]) == 1
    assert "evidence" in capsys.readouterr().err


def test_the_shipped_corpus_is_sound() -> None:
    if not STORIES.is_dir():
        pytest.skip("no stories in this checkout")
    rows = list(read_corpus())
    assert len({row["id"] for row in rows}) == len(rows)
