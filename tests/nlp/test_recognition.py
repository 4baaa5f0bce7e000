"""Names in running text: the table's, and those it lacks."""

import pytest

from nlp import Reader, load_reader
from nlp.article import parse_article
from nlp.linking import provisional_id


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(model=False)


def found(reader: Reader, text: str, lang: str = "ko") -> dict[str, list[str]]:
    view = reader.view(parse_article({"id": 1, "title": "", "text": text, "lang": lang}))
    assert view is not None
    return {entity.org_id: entity.names for entity in view.entities}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("카카오가 오픈AI와 손잡았다.", {"kakao", "openai"}),
        ("LG유플러스·구글, AI 협력", {"lg-uplus", "google"}),
        ("SK텔레콤-엔비디아 맞손", {"sk-telecom", "nvidia"}),
        ("삼성전자의 협력사", {"samsung-electronics"}),
    ],
)
def test_listed_names_with_particles_and_in_lists(reader: Reader, text: str, expected: set[str]) -> None:
    assert expected <= set(found(reader, text))


def test_a_longer_word_is_not_the_name_it_begins_with(reader: Reader) -> None:
    assert "kakao" not in found(reader, "카카오톡과 연동하는 협력 서비스다.")


@pytest.mark.parametrize(
    "text",
    [
        "네이버는 스타트업 다온로보와 협력한다.",
        "네이버는 ㈜다온로보와 협력한다.",
        "네이버는 다온로보(대표 김하늘)와 협력한다.",
        "네이버는 다온로보(DaonRobo)와 협력한다.",
    ],
)
def test_names_the_table_lacks(reader: Reader, text: str) -> None:
    assert provisional_id("다온로보") in found(reader, text)


def test_the_articles_own_short_form_is_the_same_organisation(reader: Reader) -> None:
    entities = found(reader, "네이버는 가람전자통신공업(이하 가람공업)과 협약을 맺었다. 가람공업은 부품을 공급한다.")
    assert any({"가람전자통신공업", "가람공업"} <= set(names) for names in entities.values())


def test_a_provisional_id_is_the_same_for_every_spelling() -> None:
    assert provisional_id("㈜다온로보") == provisional_id("다온 로보") == provisional_id("다온로보")
    assert provisional_id("다온로보") != provisional_id("다온로봇")


def test_english_names(reader: Reader) -> None:
    entities = found(reader, "Daon Robotics, a Seoul-based startup, signed a deal with Microsoft.", "en")
    assert "microsoft" in entities
    assert provisional_id("Daon Robotics") in entities


@pytest.mark.parametrize(
    "text",
    [
        "카카오가 프로골퍼 이가온과 후원 계약을 맺었다.",
        "카카오는 구자온 전 부회장과 지분 인수 계약을 맺었다. 구자온의 지분은 20%다.",
        "카카오는 글로벌 투자은행과 협약을 맺었다.",
        "카카오가 AI 세금 솔루션 '택스온(TAX ON)'으로 은행들과 협약을 맺었다. 택스온과 연동한다.",
        "카카오가 새봄대 간호학과와 업무협약을 체결했다.",
    ],
)
def test_persons_departments_and_common_nouns_are_no_organisations(reader: Reader, text: str) -> None:
    names = {name for forms in found(reader, text).values() for name in forms}
    assert "카카오" in names
    assert not names & {"이가온", "구자온", "투자은행", "간호학과", "새봄대 간호학과", "택스온"}


def test_a_headlines_short_form_is_the_name_that_the_body_gives_in_full(reader: Reader) -> None:
    article = {"id": 1, "title": "Kelvar signs with Samsung Electronics for three years", "lang": "en",
               "text": "Kelvar Genomics signed a supply contract with Samsung Electronics on Monday."}  # fmt: skip
    view = reader.view(parse_article(article))
    assert view is not None
    found = [set(entity.names) for entity in view.entities if "Kelvar" in entity.names]
    assert found == [{"Kelvar", "Kelvar Genomics"}]


def test_tickers_and_quoted_forms_are_names_too(reader: Reader) -> None:
    text = "Kelvar Motors Inc. (NASDAQ: KLVR) (“Kelvar” or the “Company”) signed an agreement with Samsung Electronics."
    names = next(forms for forms in found(reader, text, "en").values() if "KLVR" in forms)
    assert "Kelvar" in names and "Company" not in names


def test_the_town_of_an_english_firm_is_not_part_of_its_name(reader: Reader) -> None:
    text = "Samsung Electronics signed a contract with Tarn Ventures of San Francisco and the University of Northmoor."
    names = {name for forms in found(reader, text, "en").values() for name in forms}
    assert {"Tarn Ventures", "University of Northmoor"} <= names


@pytest.mark.parametrize(
    ("text", "lang", "wrong"),
    [
        ("가온소프트는 강남구에 위치한 새벽협회 사옥에서 업무협약을 체결했다.", "ko", "강남구"),
        ("Gaon Inc. secures $3.3M to build robots under an agreement with Saebyeok Co.", "en", "3M"),
    ],
)
def test_a_site_and_the_end_of_a_number_are_no_parties(reader: Reader, text: str, lang: str, wrong: str) -> None:
    assert wrong not in {name for names in found(reader, text, lang).values() for name in names}
