"""What training makes of labels and text: offsets hold, labels land where their evidence is, names change soundly."""

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

from nlp.encoder import MODEL
from nlp.training.augment import NameSwapper, sound_class
from nlp.training.data import (
    BACKGROUND,
    CORE,
    IGNORE,
    ArticleReader,
    Example,
    Mention,
    NameFinder,
    labelled_pairs,
    occurrences,
    part_of,
)

FILLER = " ".join(f"업계는 올해 시장이 {n}% 커질 것으로 내다봤다." for n in range(60))


def party(*names: str, kind: str = "company") -> dict[str, Any]:
    return {"names": list(names), "type": kind, "country": "KR"}


ROW: dict[str, Any] = {
    "id": "t-1",
    "lang": "ko",
    "title": "나래로보틱스 소식",
    "text": f"나래로보틱스는 하늘소프트와 업무협약을 맺었다. {FILLER} "
    "나래로보틱스는 지난해 새벽대학교와 연구 계약을 했다. 나래로보틱스와 하늘소프트는 바다모빌리티와 경쟁한다.",
    "events": [
        {
            "parties": [party("나래로보틱스"), party("하늘소프트")],
            "pairs": [[0, 1]], "kind": "mou", "status": "signed", "new": True,
            "evidence": "나래로보틱스는 하늘소프트와 업무협약을 맺었다.",
        },
        {
            "parties": [party("나래로보틱스"), party("새벽대학교", kind="university")],
            "pairs": [[0, 1]], "kind": "joint_development", "status": "signed", "new": False,
            "evidence": "나래로보틱스는 지난해 새벽대학교와 연구 계약을 했다.",
        },
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    tokenizers = pytest.importorskip("tokenizers")
    if not (MODEL / "tokenizer.json").exists():
        pytest.skip("no trained model in this checkout")
    tokenizer = tokenizers.Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    return ArticleReader(tokenizer, NameFinder(["바다모빌리티"])).examples(ROW, "test")


def named(example: Example) -> dict[tuple[str, str], int]:
    name = {m.group: example.text[m.start : m.end] for m in example.mentions}
    return {(name[a], name[b]): label[0] for a, b, label in labelled_pairs(example)}


def test_a_label_lands_where_its_evidence_is_and_is_unknown_elsewhere(examples: list[Example]) -> None:
    first, last = named(examples[0]), named(examples[-1])
    assert first["나래로보틱스", "하늘소프트"] == CORE
    assert last["나래로보틱스", "하늘소프트"] == IGNORE
    assert last["나래로보틱스", "새벽대학교"] == BACKGROUND


def test_a_known_name_without_a_deal_is_partner_of_nobody(examples: list[Example]) -> None:
    assert {label for pair, label in named(examples[-1]).items() if "바다모빌리티" in pair} == {0}


def test_particles_are_known_to_be_no_names_and_unlabelled_nouns_are_not_judged(examples: list[Example]) -> None:
    example = examples[0]
    place = example.text.index("는 하늘소프트")
    assert example.known[place] == 1
    assert example.known[example.text.index("업계")] == 0


def test_new_names_keep_offsets_and_the_sound_that_particles_need() -> None:
    text = "나래로보틱스는 하늘과 손잡았다. 나래로보틱스가 밝혔다."
    places = [(0, 6, 0), (8, 10, 1), (18, 24, 0)]
    known = bytearray(b"\1" * len(text))
    example = Example("test", "1", "ko", text, [Mention(*place) for place in places], known, [0, 0], [True, True])
    swapped = NameSwapper([example]).swap(example, random.Random(1), share=1.0)
    names = [swapped.text[m.start : m.end] for m in swapped.mentions]
    assert names[0] == names[2]
    assert [sound_class(name) for name in names] == [sound_class(text[a:b]) for a, b, _ in places]
    assert swapped.text.replace(names[0], "X").replace(names[1], "Y") == "X는 Y과 손잡았다. X가 밝혔다."
    assert len(swapped.known) == len(swapped.text)
    assert all(one.end <= following.start for one, following in pairwise(swapped.mentions))


def test_names_are_found_at_word_starts_before_particles_only() -> None:
    finder = NameFinder(["대상", "한화", "Meta"])
    text = "대상은 한화와 만났다. 대상자는 여럿이다. 북한화도 있다. Metadata, Meta."
    assert [text[a:b] for a, b in finder.find(text)] == ["대상", "한화", "Meta"]


def test_a_latin_name_is_no_part_of_a_longer_word() -> None:
    assert list(occurrences("ARM and CHARM, arm ARMs", "ARM")) == [(0, 3)]


def test_the_held_out_part_is_fixed_and_about_fifteen_per_cent() -> None:
    held = [n for n in range(4000) if part_of(f"row-{n}") == "dev"]
    assert 0.12 < len(held) / 4000 < 0.18
    assert part_of("row-1") == part_of("row-1")


def test_a_shipped_model_is_the_network_it_came_from(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from nlp.training.export import export
    from nlp.training.shipped import from_shipped

    if not (MODEL / "encoder.onnx").exists():
        pytest.skip("no trained model in this checkout")
    network = from_shipped(MODEL)
    export(network, MODEL / "tokenizer.json", tmp_path, name="again")
    again = from_shipped(tmp_path)
    for name, weights in network.state_dict().items():
        assert torch.allclose(weights, again.state_dict()[name], atol=0.02), name
