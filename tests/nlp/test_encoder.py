"""The shipped model at run time: what it promises callers, not how good it is (docs/model-card.md measures that)."""

import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from nlp.encoder import MODEL, Encoder, load_encoder
from nlp.passages import passages

TITLE = "나래로보틱스, 하늘소프트와 물류 로봇 업무협약"
BODY = (
    "나래로보틱스는 하늘소프트와 물류 로봇 관제 시스템을 함께 개발하는 업무협약을 체결했다고 4일 밝혔다. "
    "양사는 오는 9월까지 시범 운영을 마칠 계획이다. 한편 경쟁사 바다모빌리티는 이날 새 제품을 내놨다."
)
TEXT = f"{TITLE}\n{BODY}"


def places(name: str, text: str = TEXT) -> list[tuple[int, int]]:
    starts = [i for i in range(len(text)) if text.startswith(name, i)]
    return [(i, i + len(name)) for i in starts]


GROUPS = [places("나래로보틱스"), places("하늘소프트"), places("바다모빌리티")]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = load_encoder()
    if found is None:
        pytest.skip("no trained model in this checkout")
    return found


def test_no_model_is_told_by_none(tmp_path: Path) -> None:
    assert load_encoder(tmp_path) is None


def test_the_artefact_fits_the_repository() -> None:
    if load_encoder() is None:
        pytest.skip("no trained model in this checkout")
    assert sum(path.stat().st_size for path in MODEL.iterdir()) <= 45 * 2**20


def test_the_partners_are_told_from_the_bystander(encoder: Encoder) -> None:
    relations = {(r.first, r.second): r for r in encoder.read(TEXT).relate(GROUPS)}
    assert set(relations) == {(0, 1), (0, 2), (1, 2)}
    assert relations[0, 1].core > 2 * max(relations[0, 2].core, relations[1, 2].core)
    assert max(relations[0, 1].kind, key=relations[0, 1].kind.__getitem__) == "mou"


def test_probabilities_sum_to_one(encoder: Encoder) -> None:
    for relation in encoder.read(TEXT).relate(GROUPS):
        assert relation.core + relation.background + relation.none == pytest.approx(1, abs=1e-5)
        assert sum(relation.kind.values()) == pytest.approx(1, abs=1e-5)
        assert sum(relation.status.values()) == pytest.approx(1, abs=1e-5)


def test_names_are_found_without_their_particles(encoder: Encoder) -> None:
    found = {TEXT[span.start : span.end] for span in encoder.read(TEXT).spans}
    assert {"나래로보틱스", "하늘소프트"} <= found


def test_candidates_are_judged_in_order(encoder: Encoder) -> None:
    name, verb = places("하늘소프트")[0], places("밝혔다")[0]
    judged = encoder.read(TEXT, [name, verb, (10_000, 10_004)]).candidates
    assert judged[0] is not None and judged[1] is not None
    assert judged[0].probability > judged[1].probability
    assert judged[2] is None


def test_a_group_outside_the_passage_has_no_relation(encoder: Encoder) -> None:
    relations = encoder.read(TEXT).relate([GROUPS[0], [(10_000, 10_004)], GROUPS[1]])
    assert [(r.first, r.second) for r in relations] == [(0, 2)]


def test_what_was_read_before_changes_nothing(encoder: Encoder) -> None:
    alone = encoder.read(TEXT).relate(GROUPS)
    encoder.read("Something else altogether was read in between, and it was longer than a few words.")
    assert encoder.read(TEXT).relate(GROUPS) == alone


def test_the_order_of_groups_changes_no_probability(encoder: Encoder) -> None:
    first = encoder.read(TEXT).relate(GROUPS[:2])[0]
    second = encoder.read(TEXT).relate(GROUPS[1::-1])[0]
    assert first.core == pytest.approx(second.core, abs=1e-5)


def test_it_loads_where_torch_is_not_installed() -> None:
    if load_encoder() is None:
        pytest.skip("no trained model in this checkout")
    program = "import sys; sys.modules['torch'] = None; from nlp.encoder import load_encoder; load_encoder().version"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_passages_cover_the_article_and_keep_offsets(encoder: Encoder) -> None:
    article = f"{TITLE}\n" + " ".join(f"{i}번째로 {BODY}" for i in range(12))
    found = encoder.passages(article)
    assert len(found) > 2
    assert found[0].start == len(TITLE) + 1
    assert found[-1].end == len(article)
    for one, following in itertools.pairwise(found):
        assert one.start < following.start <= one.end
    for passage in found:
        for start, end in places("나래로보틱스", article):
            inside = passage.from_article(start, end)
            assert inside is None or passage.text[inside[0] : inside[1]] == "나래로보틱스"
            if inside:
                assert passage.to_article(inside[0]) == start


def test_a_passage_keeps_to_its_budget_even_without_sentences() -> None:
    found = passages("제목\n" + "쉼없이 이어지는 글 " * 400, list, 200)
    assert all(len(passage.text) <= 210 for passage in found)
    assert "".join(found[0].text.split("\n")[1:]).startswith("쉼없이")


def test_an_article_without_title_or_text_is_one_passage() -> None:
    assert len(passages("\n짧은 글이다.", list, 200)) == 1
    assert passages("제목뿐\n", list, 200)[0].text == "제목뿐\n"
