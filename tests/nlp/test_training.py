"""What training makes of labels and text: offsets hold, labels land where their evidence is, names change soundly."""

import hashlib
import json
import pickle
import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer

pytest.importorskip("torch")
pytest.importorskip("safetensors")

from nlp.encoder import MODEL
from nlp.training.augment import NameSwapper, sound_class, with_longer_list, with_strays
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
def tokenizer() -> Tokenizer:
    if not (MODEL / "tokenizer.json").exists():
        pytest.skip("no trained model in this checkout")
    return Tokenizer.from_file(str(MODEL / "tokenizer.json"))


@pytest.fixture(scope="module")
def examples(tokenizer: Tokenizer) -> list[Example]:
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


def test_a_word_that_stands_for_a_name_teaches_the_pair_reader_only(tokenizer: Tokenizer) -> None:
    from nlp.training.batches import make_batch, token_spans

    row = ROW | {"title": "", "text": "가람재단이 문을 열었다. 재단은 하늘소프트와 업무협약을 맺었다."}
    parties = [party("가람재단"), party("하늘소프트")]
    row["events"] = [ROW["events"][0] | {"parties": parties, "evidence": row["text"][14:]}]
    row["organizations"] = [
        {"start": start, "end": start + len(name), "surface": name, "key": name, "type": "company"}
        for name in ("가람재단", "하늘소프트")
        for start in [row["text"].index(name) + 1]
    ]
    (example,) = ArticleReader(tokenizer, NameFinder([])).examples(row, "test")
    called = [mention for mention in example.mentions if mention.called]
    assert [example.text[m.start : m.end] for m in called] == ["재단"]
    assert called[0].group == example.mentions[0].group
    spans = token_spans(tokenizer.encode(example.text), example.text)
    place = spans.index((called[0].start, called[0].end))
    assert make_batch([example], tokenizer).tags[0, place] == 0
    swapped = NameSwapper([example]).swap(example, random.Random(1), share=1.0)
    assert make_batch([swapped], tokenizer).tags[0, place] == 0


def test_words_of_several_nouns_that_much_news_has_are_no_names(tokenizer: Tokenizer) -> None:
    news = ["회사는 화상회의를 도입했다.", "병원이 화상회의를 쓴다.", "정부는 화상회의에 투자한다."]
    row = ROW | {"text": "나래로보틱스는 하늘소프트의 화상회의를 쓴다.", "events": []}
    plain, taught = (
        ArticleReader(tokenizer, NameFinder([]), news=texts).examples(row, "test")[0] for texts in ([], news)
    )
    place = taught.text.index("화상회의")
    assert not any(plain.known[place : place + 4])
    assert all(taught.known[place : place + 4])


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


SIGNERS = ["가람소프트", "나래전자", "다온랩"]


def _passage(text: str, names: list[str], pairs: list[tuple[int, int]]) -> Example:
    mentions = [Mention(text.index(name), text.index(name) + len(name), group) for group, name in enumerate(names)]
    labels = dict.fromkeys(pairs, (CORE, 1, 0))
    known = bytearray(b"\1" * len(text))
    return Example("test", "1", "ko", text, mentions, known, [0] * len(names), [True] * len(names), labels)


@pytest.mark.parametrize("seed", range(5))
def test_who_is_put_into_a_list_of_signers_signs_with_all(seed: int) -> None:
    example = _passage("가람소프트, 나래전자와 다온랩이 협약을 맺었다.", SIGNERS, [(0, 1), (0, 2), (1, 2)])
    longer = with_longer_list(example, random.Random(seed))
    assert len(longer.groups) == 4
    assert {pair for pair, label in longer.pairs.items() if label == (CORE, 1, 0)} == {
        (a, b) for b in range(4) for a in range(b)
    }
    assert len(longer.known) == len(longer.text)
    names = {m.group: longer.text[m.start : m.end] for m in longer.mentions}
    assert [names[group] for group in range(3)] == SIGNERS
    assert longer.text.replace(f"{names[3]}, ", "") == example.text


def test_who_is_put_beside_a_partner_deals_with_the_other_and_perhaps_with_the_one() -> None:
    example = _passage("가람소프트는 올해 나래전자와 협약을 맺었다. 다온랩은 빠졌다.", SIGNERS, [(0, 1)])
    for seed in range(6):
        longer = with_longer_list(example, random.Random(seed))
        beside, other = (0, 1) if longer.mentions[0].group == 3 else (1, 0)
        assert longer.pairs[other, 3] == (CORE, 1, 0)
        assert longer.pairs[beside, 3][0] == IGNORE
        assert (2, 3) not in longer.pairs


@pytest.mark.parametrize("seed", range(5))
def test_words_that_are_no_names_stand_as_partners_of_nobody(seed: int) -> None:
    example = _passage(
        "가람소프트, 나래전자와 다온랩이 수소 연료전지를 위한 협약을 맺었다.", SIGNERS, [(0, 1), (0, 2), (1, 2)]
    )
    strange = with_strays(example, random.Random(seed))
    words = {strange.text[m.start : m.end] for m in strange.mentions if m.group >= 3}
    assert words
    assert words <= {
        "수소",
        "연료전지",
        "위한",
        "협약",
        "맺었다",
        "수소 연료전지",
        "연료전지를 위한",
        "위한 협약",
        "협약을 맺었다",
    }
    assert (strange.text, strange.pairs) == (example.text, example.pairs)
    assert [m for m in strange.mentions if m.group < 3] == example.mentions


def test_a_stray_word_stays_outside_for_the_tagger_and_is_no_partner_for_the_pair_reader(tokenizer: Tokenizer) -> None:
    from nlp.training.batches import make_batch
    from nlp.training.data import NONE

    example = _passage("가람소프트, 나래전자가 수소 협약을 맺었다. 다온랩은 빠졌다.", SIGNERS, [(0, 1)])
    strange = with_strays(example, random.Random(1))
    plain, batch = make_batch([example], tokenizer), make_batch([strange], tokenizer)
    assert batch.tags.tolist() == plain.tags.tolist()
    assert plain.partners.tolist() == [CORE, CORE, NONE]
    assert sorted(batch.partners.tolist()) == [NONE] * (len(strange.groups) - 2) + [CORE, CORE]


def test_of_many_pairs_without_a_relation_only_some_are_learnt_but_all_are_seen(tokenizer: Tokenizer) -> None:
    from nlp.training.batches import MOST_NEGATIVES, make_batch
    from nlp.training.data import NONE

    names = [f"가람{letter}" for letter in "가나다라마바사아자차"]
    batch = make_batch([_passage(" ".join(names), names, [(0, 1)])], tokenizer, random.Random(1))
    relations = batch.labels[:, 0].tolist()
    assert len(relations) == 45
    assert (relations.count(CORE), relations.count(NONE)) == (1, MOST_NEGATIVES)


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


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """The network of the shipped model, and a folder into which it was exported anew."""
    from nlp.training.export import export
    from nlp.training.shipped import from_shipped

    if not (MODEL / "encoder.onnx").exists():
        pytest.skip("no trained model in this checkout")
    network, folder = from_shipped(MODEL), tmp_path_factory.mktemp("again")
    export(network, MODEL / "tokenizer.json", folder, name="again")
    return network, folder


def test_a_shipped_model_is_the_network_it_came_from(exported: tuple[Any, Path]) -> None:
    torch = pytest.importorskip("torch")
    from nlp.training.shipped import from_shipped

    network, folder = exported
    again = from_shipped(folder)
    for name, weights in network.state_dict().items():
        assert torch.allclose(weights, again.state_dict()[name], atol=0.02), name


def test_eight_bits_leave_the_states_as_they_were(exported: tuple[Any, Path]) -> None:
    torch = pytest.importorskip("torch")
    from nlp.encoder import Encoder

    network, folder = exported
    text = "가람소프트, 나래전자와 협약\n가람소프트가 나래전자에 서버를 공급하기로 하고 3일 계약을 맺었다."
    ids = Tokenizer.from_file(str(MODEL / "tokenizer.json")).encode(text).ids
    with torch.no_grad():
        exact = network.encoder(torch.tensor([ids]))[0]
    rounded = torch.from_numpy(Encoder(folder).read(text)._states)
    assert float(torch.cosine_similarity(exact, rounded, dim=1).min()) > 0.99


def test_the_heads_of_the_reader_judge_as_those_that_were_trained(tokenizer: Tokenizer) -> None:
    torch = pytest.importorskip("torch")
    from nlp.encoder import pair_scalars
    from nlp.heads import Heads
    from nlp.training import network as trained
    from nlp.training.batches import make_batch, token_spans

    torch.manual_seed(3)
    heads = trained.Heads().eval()
    torch.nn.init.normal_(heads.again.weight)  # at nought, as it begins, it would hide the second look
    example = _passage("가람소프트, 나래전자와 다온랩이 협약을 맺었다.", SIGNERS, [(0, 1)])
    batch = make_batch([example], tokenizer)
    states = torch.randn(*batch.ids.shape, trained.WIDTH)
    with torch.no_grad():
        read = heads.relate(states, heads.span_states(states, batch.pairs.spans), batch.pairs, batch.mask)
    config = {
        "types": list("abc"), "kinds": list("abcdefghijkl"), "statuses": list("abcdefg"),
        "context_heads": trained.CONTEXT_HEADS, "temperature": 1.0, "tag_threshold": 0.5,
    }  # fmt: skip
    reader = Heads({name: weight.numpy() for name, weight in heads.state_dict().items()}, config)
    places = token_spans(tokenizer.encode(example.text), example.text)
    members = [[(first, last)] for _, first, last in batch.pairs.spans.tolist()]
    pairs = [(0, 1), (0, 2), (1, 2)]
    seen = [pair_scalars(example.text, places, members, a, b) for a, b in pairs]
    found = reader.relate(states[0].numpy(), members, pairs, seen)
    for one, expected in zip(found, read.relation.softmax(1).tolist(), strict=True):
        assert [one.none, one.background, one.core] == pytest.approx(expected, abs=1e-5)


def test_a_smaller_share_of_the_data_lies_in_a_larger(examples: list[Example]) -> None:
    from nlp.training.data import share_of
    from nlp.training.train import Settings
    from nlp.training.workers import Run

    shares = [share_of(f"row-{n}") for n in range(2000)]
    assert 0.45 < sum(share < 0.5 for share in shares) / 2000 < 0.55
    run = Run(MODEL, MODEL, MODEL, 1, 1, None, Settings(), real=0.25, written=0.5)
    written, klue = (replace(examples[0], source=source) for source in ("jehyu-train", "klue-news"))
    assert [run.share(one) for one in (examples[0], written, replace(klue, related=False))] == [0.25, 0.5, 1.0]


def test_two_workers_train_one_network(tmp_path: Path, examples: list[Example]) -> None:
    torch = pytest.importorskip("torch")
    from nlp.training.train import Settings
    from nlp.training.workers import Run, run_workers

    states = []
    for folder in ("once", "again"):
        run = Run(MODEL, tmp_path / "examples.pkl", tmp_path / folder, 1, 1, None, Settings(steps=2, tokens=600))
        run.examples.write_bytes(pickle.dumps((examples * 8, [])))
        run_workers(2, run)
        states.append(torch.load(run.folder / "state.pt"))
        lines = [json.loads(line) for line in (run.folder / "log.jsonl").read_text().splitlines()]
        assert sum("settings" in line for line in lines) == 1
    assert states[0]["step"] == 2
    assert all(torch.equal(states[0]["network"][name], states[1]["network"][name]) for name in states[0]["network"])


def test_a_mark_that_its_reader_doubted_teaches_the_tagger_nothing(tokenizer: Tokenizer) -> None:
    from nlp.training.batches import make_batch, token_spans

    text = "나래로보틱스는 한빛시의 새벽엔진을 쓴다."
    marks = [("나래로보틱스", False), ("한빛시", True)]
    organizations = [
        {"start": (at := text.index(name) + 1), "end": at + len(name), "surface": name, "key": None, "type": None}
        | ({"unsure": True} if doubted else {})
        for name, doubted in marks
    ]
    row = ROW | {"title": "", "text": text, "events": [], "organizations": organizations}
    (example,) = ArticleReader(tokenizer, NameFinder([])).examples(row, "test")
    tags, spans = make_batch([example], tokenizer).tags[0], token_spans(tokenizer.encode(example.text), example.text)

    def tag(word: str) -> int:
        place = example.text.index(word)
        return int(tags[next(i for i, (start, end) in enumerate(spans) if start <= place < end)])

    assert (tag("나래"), tag("한빛시"), tag("새벽엔진")) == (1, IGNORE, 0)


def test_labels_are_joined_with_the_text_they_were_made_of_and_no_other() -> None:
    from nlp.training.join import joined

    title, text = "나래소프트, 하늘텔과 협약", "나래소프트는 하늘텔과 협약을 맺었다. 그 밖의 일."
    whole = f"{title}\n{text}"
    article = {"id": "1", "lang": "ko", "title": title, "text": text}
    cut = whole.index(" 그 밖")
    label = {
        "id": "1", "sha256": hashlib.sha256(whole.encode()).hexdigest(), "cut": cut,
        "events": [{"parties": [party("나래소프트"), party("하늘텔")], "evidence_span": [len(title) + 1, cut]}],
        "organizations": [[0, 5]], "unsure": [[7, 10]],
    }  # fmt: skip
    changed = article | {"text": text + "!"}
    (row,) = joined([label], [changed, article])
    assert row["text"] == "나래소프트는 하늘텔과 협약을 맺었다."
    assert row["events"][0]["evidence"] == row["text"]
    assert [(mark["surface"], mark["key"], mark.get("unsure", False)) for mark in row["organizations"]] == [
        ("나래소프트", "나래소프트", False), ("하늘텔", "하늘텔", True),
    ]  # fmt: skip
    assert list(joined([label], [changed])) == []
