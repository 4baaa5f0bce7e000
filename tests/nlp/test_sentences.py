import itertools

from hypothesis import given
from hypothesis import strategies as st

from nlp.sentences import split_sentences


def pieces(title: str, text: str) -> list[str]:
    full = f"{title}\n{text}"
    return [full[one.start : one.end] for one in split_sentences(full, len(title))]


def test_title_is_the_first_sentence_and_glued_sentences_part() -> None:
    assert pieces("가온, 나래와 맞손", "협약을 맺었다.31일 밝혔다.") == [
        "가온, 나래와 맞손",
        "협약을 맺었다.",
        "31일 밝혔다.",
    ]


def test_a_quotation_stays_in_its_sentence() -> None:
    assert len(pieces("", "그는 “손을 잡겠다. 곧 알린다.”고 말했다. 끝이다.")) == 3
    assert pieces("", "그는 “손을 잡겠다.”고 말했다.") == ["그는 “손을 잡겠다.”고 말했다."]


def test_abbreviations_and_decimals_end_nothing() -> None:
    assert pieces("", "Gaon Co. Ltd. signed with Narae Inc. on Jan. 3. It rose 3.5 percent.") == [
        "Gaon Co. Ltd. signed with Narae Inc. on Jan. 3.",
        "It rose 3.5 percent.",
    ]


def test_a_name_parted_from_its_particle_by_a_line_break_is_one_sentence() -> None:
    assert pieces("", "가온테크\n는 나래전자와 협약을 맺었다.") == ["가온테크\n는 나래전자와 협약을 맺었다."]


@given(st.text(max_size=40), st.text(max_size=200))
def test_sentences_are_in_order_and_inside_the_text(title: str, text: str) -> None:
    title = title.replace("\n", " ")
    full = f"{title}\n{text}"
    found = split_sentences(full, len(title))
    assert all(one.start < one.end <= len(full) for one in found)
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))
    assert "".join("".join(full[one.start : one.end].split()) for one in found) == "".join(full.split())
