import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.pipeline import load_pipeline
from nlp.tokenizer import KiwiTokenizer


def tokenizer() -> KiwiTokenizer:
    return KiwiTokenizer(spacy.blank("xx").vocab)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("가나다했을와의 \n\t.AI·(“”)3日😀\u200b"), max_size=60))
def test_the_text_is_kept_to_the_character(text: str) -> None:
    assert tokenizer()(text).text == text


def test_particles_are_tokens_of_their_own_with_kiwis_tags() -> None:
    doc = tokenizer()("삼성전자가 협약을 맺었다.")
    tags = {token.text: token.tag_ for token in doc}
    assert tags["가"] == "JKS"
    assert tags["을"] == "JKO"


def test_outside_the_regions_words_carry_no_tag() -> None:
    text = "삼성전자가 웃었다. 네이버가 손잡았다."
    doc = tokenizer().analyse(text, [(11, len(text))])
    assert doc.text == text
    assert doc[0].text == "삼성전자가" and doc[0].tag_ == ""
    assert any(token.text == "네이버" and token.tag_.startswith("N") for token in doc)


def test_the_pipeline_uses_it_through_spacys_registry() -> None:
    nlp = load_pipeline("ko", False)
    assert isinstance(nlp.tokenizer, KiwiTokenizer)
    assert nlp.pipe_names == ["jehyu_organizations", "jehyu_partnerships"]
