"""Parties and deal words are marked in a sentence without changing it."""

from hypothesis import given
from hypothesis import strategies as st

from web.marking import Named, mark


def roles(sentence: str, start: int | None, *parties: Named) -> list[tuple[str, str]]:
    return [(piece.text, piece.role) for piece in mark(sentence, start, parties) if piece.role]


def test_offsets_choose_the_right_occurrence() -> None:
    sentence = "KT는 KT클라우드와 업무협약을 체결했다."
    marked = mark(sentence, 10, [Named("KT", 14, 16, "kt")])
    assert [piece.text for piece in marked][:2] == ["KT는 ", "KT"]


def test_a_form_without_offsets_is_found_where_it_first_stands() -> None:
    assert roles("네오와 라온이 손잡았다", None, Named("라온", None, None, "raon")) == [
        ("라온", "party"),
        ("손잡았", "deal"),
    ]


def test_wrong_offsets_do_not_mark_other_words() -> None:
    assert ("라온", "party") in roles("네오와 라온이 협력한다", 0, Named("라온", 0, 2, "raon"))


def test_english_deal_words() -> None:
    found = roles(
        "Neo signed a memorandum of understanding with Raon.",
        0,
        Named("Neo", 0, 3, "neo"),
        Named("Raon", 46, 50, "raon"),
    )
    assert found == [("Neo", "party"), ("signed", "deal"), ("memorandum of understanding", "deal"), ("Raon", "party")]


def test_overlapping_parties_are_marked_once() -> None:
    assert roles("삼성전자가 왔다", 0, Named("삼성전자", 0, 4, "a"), Named("삼성", 0, 2, "b")) == [
        ("삼성전자", "party")
    ]


@given(st.text(max_size=60), st.lists(st.tuples(st.text(min_size=1, max_size=4), st.integers(-5, 70)), max_size=4))
def test_the_sentence_is_never_changed(sentence: str, forms: list[tuple[str, int]]) -> None:
    parties = [Named(form, start, start + len(form), None) for form, start in forms]
    assert "".join(piece.text for piece in mark(sentence, 0, parties)) == sentence
