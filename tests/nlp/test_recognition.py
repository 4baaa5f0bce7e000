"""Names in running text: the table's, and those it lacks."""

import re

import pytest

from nlp import Reader, load_reader
from nlp.article import parse_article
from nlp.beginnings import whole_name
from nlp.boundaries import is_outdone
from nlp.encoder import load_encoder
from nlp.endings import bare_names, whole_place
from nlp.gazetteer import load
from nlp.generic import generic_places
from nlp.linking import Linker, provisional_id
from nlp.persons import without_person
from nlp.recognition import Mention


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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("카카오가 우주기업 나래 스페이스(Narae Space)와 공급 계약을 맺었다.", "나래 스페이스"),
        ("카카오가 미국 나래스페이스(Narae Space)와 공급 계약을 맺었다.", "나래스페이스"),
    ],
)
def test_a_name_spelled_in_two_latin_words_may_have_two_words(reader: Reader, text: str, name: str) -> None:
    assert provisional_id(name) in found(reader, text)


def test_the_articles_own_short_form_is_the_same_organisation(reader: Reader) -> None:
    entities = found(reader, "네이버는 가람전자통신공업(이하 가람공업)과 협약을 맺었다. 가람공업은 부품을 공급한다.")
    assert any({"가람전자통신공업", "가람공업"} <= set(names) for names in entities.values())


@pytest.mark.parametrize(
    "pair",
    ["나래손보 나래손해보험", "새봄과기대 새봄과학기술대학교", "가온TP 가온테크노파크", "HG PE HG프라이빗에쿼티"],
)
def test_a_usual_abbreviation_is_the_same_organisation(pair: str) -> None:
    names = pair.rsplit(" ", 1)
    mentions = [Mention(pair.rindex(name), pair.rindex(name) + len(name), name, (), "model") for name in names]
    (entity,) = Linker(load()).link(pair, mentions, "ko")
    assert entity.names == names


def countries(text: str, *names: str) -> list[str | None]:
    mentions = [Mention(m.start(), m.end(), name, (), "model") for name in names for m in re.finditer(name, text)]
    entities = Linker(load()).link(text, sorted(mentions, key=lambda one: one.start), "ko")
    return [entity.country for entity in sorted(entities, key=lambda one: names.index(one.name))]


@pytest.mark.parametrize(
    "text",
    [
        "나래로보, 네덜란드 벨트공대와 공동연구\n로봇 기업 나래로보가 벨트공대와 손잡았다.",
        "미국 벨트공대와 나래로보가 협약을 맺었다.",
        "나래로보가 독일 인공지능 연구로 이름난 벨트공대와 협약을 맺었다.",
    ],
)
def test_a_nation_is_that_of_the_name_it_stands_before(text: str) -> None:
    home, abroad = countries(text, "나래로보", "벨트공대")
    assert home == "KR"
    assert abroad in ("NL", "US", "DE")


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
        "카카오가 소프트웨어와 크레인의 공급 계약을 맺었다.",
        "이가온 나래생명 채널팀장과 카카오가 업무협약을 맺었다.",
    ],
)
def test_persons_departments_and_common_nouns_are_no_organisations(reader: Reader, text: str) -> None:
    names = {name for forms in found(reader, text).values() for name in forms}
    assert "카카오" in names
    assert not names & {"이가온", "구자온", "투자은행", "간호학과", "새봄대 간호학과", "택스온"}
    assert not names & {"소프트웨어", "크레인"}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("카카오는 아스타나 지하철공사와 협약을 맺었다.", "아스타"),
        ("카카오와 새봄병원, 코골이 베개 환자 200명 연구. 양측은 공동연구 협약을 맺었다.", "코골"),
    ],
)
def test_a_part_of_a_dictionary_word_is_no_name(text: str, part: str) -> None:
    names = {name for forms in found(load_reader(), text).values() for name in forms}
    assert "카카오" in names
    assert part not in names


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


def test_the_town_or_market_of_an_english_firm_is_not_part_of_its_name(reader: Reader) -> None:
    text = "Samsung Electronics signed a contract with Tarn Ventures of San Francisco and the University of Northmoor."
    text += " It signed one with Grupo Belmar for Mexico and one with Salt Naturals for the United Arab Emirates."
    names = {name for forms in found(reader, text, "en").values() for name in forms}
    assert {"Tarn Ventures", "University of Northmoor", "Grupo Belmar", "Salt Naturals"} <= names


@pytest.mark.parametrize(
    ("text", "lang", "wrong"),
    [
        ("가온소프트는 강남구에 위치한 새벽협회 사옥에서 업무협약을 체결했다.", "ko", "강남구"),
        ("Gaon Inc. secures $3.3M to build robots under an agreement with Saebyeok Co.", "en", "3M"),
    ],
)
def test_a_site_and_the_end_of_a_number_are_no_parties(reader: Reader, text: str, lang: str, wrong: str) -> None:
    assert wrong not in {name for names in found(reader, text, lang).values() for name in names}


@pytest.mark.parametrize(
    ("text", "lang", "place"),
    [
        ("카카오는 스톡홀름에서 나래로보와 공급 계약을 맺었다. 스톡홀름과 부천의 공장이 쓴다.", "ko", "스톡홀름"),
        ("Kakao signed a supply deal with Narae Robotics of Bergen, with plants in Dresden.", "en", "Dresden"),
    ],
)
def test_a_city_is_no_organisation(reader: Reader, text: str, lang: str, place: str) -> None:
    names = {name for forms in found(reader, text, lang).values() for name in forms}
    assert not {name for name in names if place in name}
    assert {"카카오", "Kakao"} & names


def test_a_nations_firm_is_named_after_the_nation(reader: Reader) -> None:
    text = "Kakao signed a supply deal with Germany's Lindauer Werke on Monday."
    assert "Lindauer Werke" in {form for forms in found(reader, text, "en").values() for form in forms}


def test_a_heading_in_capitals_is_no_organisation(reader: Reader) -> None:
    text = "ROBOTS: Narae Robotics has agreed to supply 50 robots to Kakao."
    assert "ROBOTS" not in {name for forms in found(reader, text, "en").values() for name in forms}


def named(*surfaces: str) -> list[str]:
    mentions = [Mention(0, len(surface), surface, (), "model") for surface in surfaces]
    bare = bare_names(mentions)
    assert all(one.end == len(one.surface) for one in bare)
    return [one.surface for one in bare]


def test_what_sticks_to_the_end_of_a_name_is_cut_off() -> None:
    assert named("이든컴퓨트가", "바른측정이", "페이뜰과") == ["이든컴퓨트", "바른측정", "페이뜰"]
    assert named("Leon Power)", "나래로보(NRB)", "Narae\nTexas") == ["Leon Power", "나래로보", "Narae"]
    assert named("Narae Lunar Institute and", "Bank of the") == ["Narae Lunar Institute", "Bank of"]
    assert named("Narae Brands CEO John Kim", "Narae Robotics Director") == ["Narae Brands", "Narae Robotics"]
    assert named("Narae Founder Group", "World CFO Forum") == ["Narae Founder Group", "World CFO Forum"]
    assert named("자람배터리", "자람배터리다") == ["자람배터리", "자람배터리"]


def test_a_name_that_ends_like_a_particle_is_left_whole() -> None:
    whole = ["카카오페이", "한빛치과", "연세안과", "서울신경과", "부산상의", "닌텐도", "자람배터리다", "두나무"]
    assert named(*whole) == whole


def test_a_syllable_that_fits_no_name_before_it_belongs_to_the_name() -> None:
    assert whole_place("관계사 나래아이 주식을 샀다.", 4, 7) == (4, 8)
    assert whole_place("관계사 나래아가 주식을 샀다.", 4, 7) == (4, 7)
    assert whole_place("관계사 나래온이 주식을 샀다.", 4, 7) == (4, 7)
    assert whole_place("It sold R-Narae shares.", 10, 15) == (8, 15)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("카카오는 경기도 성남시와 업무협약을 맺었다.", "경기도"),
        ("카카오는 한국전력공사 남서울본부에서 한국수자원공사와 업무협약을 맺었다.", "남서울본부"),
        ("나래드림팀(카카오, 네이버, 삼성전자)이 부산시와 협약을 맺었다.", "나래드림팀"),
        ("카카오는 15일 정선군청에서 나래소프트와 협약을 맺었다.", "정선군청"),
        ("카카오는 경제부지사가 온 자리에서 나래소프트와 협약을 맺었다.", "경제부지사"),
        ("3일 블룸버그통신 등에 따르면 카카오는 나래소프트와 계약을 맺었다.", "블룸버그통신"),
    ],
)
def test_a_province_a_branch_and_the_outlet_that_reports_are_no_parties(reader: Reader, text: str, wrong: str) -> None:
    names = {name for forms in found(reader, text).values() for name in forms}
    assert wrong not in names and "카카오" in names


def test_a_kind_of_organisation_alone_is_no_name_and_a_long_latin_name_is_whole(reader: Reader) -> None:
    text = "Kakao signed an agreement with the Institute and the National Water Development Organization."
    names = {name for forms in found(reader, text, "en").values() for name in forms}
    assert "Institute" not in names and "National Water Development Organization" in names
    text = "카카오는 Narae Investment Management(대표 김하늘)와 협력한다."
    names = {name for forms in found(reader, text).values() for name in forms}
    assert "Narae Investment Management" in names


@pytest.mark.parametrize(
    ("text", "surface", "whole"),
    [
        ("안내문을 통해 트루밀라 캐피털이 지분을 인수했다.", "캐피털", "트루밀라 캐피털"),
        ("앱 결제 기능 확장우리카드는 협약을 체결했다.", "확장우리카드", "우리카드"),
        ("신한은행신한은행이 나래소프트와 손잡았다.", "신한은행신한은행", "신한은행"),
        ("지난해 캐피털이 지분을 인수했다.", "캐피털", None),
        ("사진=라이나생명라이나생명보험이 손잡았다.", "라이나생명라이나생명보험", "라이나생명보험"),
        ("사우디 투자청은 협약을 체결했다.", "투자청", "사우디 투자청"),
        ("이날 투자청은 협약을 체결했다.", "투자청", None),
        ("나래캐피털이 지분을 인수했다.", "나래캐피털", "나래캐피털"),
    ],
)
def test_a_lost_or_glued_beginning_is_mended(text: str, surface: str, whole: str | None) -> None:
    start = text.index(surface)
    mended = whole_name(text, Mention(start, start + len(surface), surface, (), "model"), load())
    assert (mended and mended.surface) == whole
    assert mended is None or text[mended.start : mended.end] == whole


@pytest.mark.parametrize(
    ("text", "org_id", "named"),
    [
        ("[서울=뉴시스] 나래소프트는 카카오와 계약을 맺었다.", "newsis", False),
        ("나래소프트가 계약을 맺었다. 사진=카카오", "kakao", False),
        ("나래소프트가 계약을 맺었다. /카카오 제공", "kakao", False),
        ("나래소프트가 계약을 맺었다. ◇공급=카카오는 로봇을 공급하기로 했다.", "kakao", True),
        ("나래병원은 상담 로봇 ‘카카오이’를 들여오는 계약을 맺었다.", "kakao", False),
        ("나래병원은 ‘카카오’와 계약을 맺었다.", "kakao", True),
    ],
)
def test_a_credit_and_a_longer_quoted_word_name_nobody(reader: Reader, text: str, org_id: str, named: bool) -> None:
    assert (org_id in found(reader, text)) == named


@pytest.mark.parametrize(
    ("text", "org_id", "meant"),
    [
        ("가온로보틱스(대표 김하늘)는 3일 애플과 로봇 부품 공급 계약을 체결했다고 밝혔다.", "apple", True),
        ("나래마트(대표 김하늘)는 3일 누리영농과 애플 망고 공급 계약을 체결했다고 밝혔다.", "apple", False),
    ],
)
def test_a_listed_name_that_is_also_a_word_is_meant_where_the_encoder_is_sure(
    text: str, org_id: str, meant: bool
) -> None:
    if load_encoder() is None:
        pytest.skip("no trained model in this checkout")
    assert (org_id in found(load_reader(), text)) == meant


@pytest.mark.parametrize(
    ("text", "org_id"),
    [
        ("Orbis Robotics bought 8 percent of Hana Lidar on Monday and signed a supply deal.", "8percent"),
        ("At home, Orbis Robotics signed a supply deal with Hana Lidar.", "at-home"),
    ],
)
def test_words_of_a_text_are_not_a_name_that_is_written_as_one_or_in_capitals(
    reader: Reader, text: str, org_id: str
) -> None:
    assert org_id not in found(reader, text, "en")


@pytest.mark.skipif(load_encoder() is None, reason="no model")
@pytest.mark.parametrize(
    ("text", "org_id", "named"),
    [
        ("정부는 24일 외식업체 육성자금 지원 대상 41곳을 발표하고 네이버와 협약을 맺었다.", "daesang", False),
        ("식품기업 대상은 24일 네이버와 업무협약을 맺었다.", "daesang", True),
        ("네이버는 24일 서울 코엑스에서 카카오와 업무협약을 맺었다.", "coex", False),
    ],
)
def test_a_listed_name_that_the_encoder_takes_for_a_word_or_a_hall_is_none(text: str, org_id: str, named: bool) -> None:
    assert (org_id in found(load_reader(), text)) == named


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("하랑통신 윤가온 전무", "하랑통신"),
        ("알에프온 제갈연 대표", "알에프온"),
        ("하랑연구원 허민 단장", "하랑연구원"),
        ("하랑 클라우드와 협약", "하랑 클라우드와 협약"),
    ],
)
def test_a_person_behind_the_firm_is_no_part_of_its_name(text: str, name: str) -> None:
    start, end = without_person(text, 0, len(text))
    assert text[start:end] == name


def test_a_listed_firms_short_form_may_come_before_its_name(reader: Reader) -> None:
    text = "사진은 뤼튼 사업총괄. 뤼튼테크놀로지스는 3일 나래소프트와 업무협약을 체결했다."
    names = found(reader, text)
    assert sum("뤼튼" in name for forms in names.values() for name in forms[:1]) == 1


def test_firms_of_one_house_are_no_partners(reader: Reader) -> None:
    text = "가온나래 플레이스(Gaonnarae Place)는 가온나래 럭스(Gaonnarae Luxe)와 3일 업무협약을 체결했다고 밝혔다."
    assert reader.read({"id": 1, "title": None, "text": text, "lang": "ko", "published": "2026-03-04"})["events"] == []


def test_sister_companies_are_no_partners(reader: Reader) -> None:
    told = "3일 로봇을 공동 개발하는 업무협약을 체결했다고 밝혔다."
    for one, two, partners in (("LG전자", "LG유플러스", False), ("LG전자", "KT", True)):
        row = {"id": 1, "title": None, "text": f"{one}는 {two}와 {told}", "lang": "ko", "published": "2026-03-04"}
        assert bool(reader.read(row)["events"]) == partners, (one, two)


def test_a_firm_bought_of_late_is_no_family_of_its_buyer_yet(reader: Reader) -> None:
    text = "삼성전자는 플랙트그룹을 인수하는 계약을 체결했다고 14일 밝혔다."
    row = {"id": 1, "title": None, "text": text, "lang": "ko", "published": "2025-05-14"}
    assert [event["kind"] for event in reader.read(row)["events"]] == ["acquisition"]


def test_a_ticker_in_brackets_is_the_listed_firm_before_it(reader: Reader) -> None:
    text = "Samsung Electronics signed with Taiwan Semiconductor Manufacturing (NYSE:TSM). TSM will supply the chips."
    assert "TSM" in found(reader, text, "en")["tsmc"]


@pytest.mark.parametrize(
    ("text", "lang", "bare"),
    [
        ("Samsung Electronics signed a contract with Tesla. Samsung will build chips.", "en", "Samsung"),
        ("삼성전자가 테슬라와 공급 계약을 맺었다. 삼성은 칩을 만든다.", "ko", "삼성"),
    ],
)
def test_a_groups_bare_name_means_its_only_firm_of_the_article(reader: Reader, text: str, lang: str, bare: str) -> None:
    entities = found(reader, text, lang)
    assert bare in entities["samsung-electronics"]
    assert "samsung" not in entities


def test_a_firms_group_is_another_organisation(reader: Reader) -> None:
    entities = found(reader, "Samsung Electronics Group signed an agreement with Kakao.", "en")
    assert "samsung-electronics" not in entities
    assert ["Samsung Electronics Group"] in entities.values()


def test_a_groups_bare_name_beside_two_of_its_firms_stays_the_group(reader: Reader) -> None:
    text = "삼성전자와 삼성SDS가 테슬라와 공급 계약을 맺었다. 삼성은 칩을 만든다."
    assert found(reader, text)["samsung"] == ["삼성"]


def test_a_listed_name_taken_apart_into_common_nouns_is_a_phrase(reader: Reader) -> None:
    assert "paesyeonpeulraetpom" not in found(reader, "네이버가 패션 플랫폼 포시마크를 인수하는 계약을 맺었다.")
    assert "paesyeonpeulraetpom" in found(reader, "네이버가 패션플랫폼과 계약을 맺었다.")


def test_an_organisation_is_also_called_by_the_end_of_its_name() -> None:
    text = "가람산업융합사업단이 행사를 열었다. 사업단은 나래소프트와 협약했다. 한빛은행과 새은행이 왔고 은행은 웃었다."
    banks = [(text.index(bank), text.index(bank) + len(bank)) for bank in ("한빛은행", "새은행")]
    named = [[(0, 9)], *([bank] for bank in banks)]
    place = text.index("사업단은")
    assert list(generic_places(text, named, "ko")) == [(0, (place, place + 3))]
    text = "Ulsan City leased the plot. The city will pay."
    assert list(generic_places(text, [[(0, 10)]], "en")) == [(0, (text.index("city"), text.index("city") + 4))]


@pytest.mark.parametrize(
    ("text", "name", "lang"),
    [
        ("나래은행이 협약했다. 네이버는 다른 은행들과도, 국내 은행과도 맺는다. 은행 계좌다.", "나래은행", "ko"),
        ("나래연구원이 협약했다. 김하늘 연구원은 웃었다.", "나래연구원", "ko"),
        ("나래공사가 협약했다. 센터 공사를 맡은 회사다.", "나래공사", "ko"),
        ("Narae Foundation signed. The deal lays the foundation for more.", "Narae Foundation", "en"),
    ],
)
def test_the_same_word_in_another_sense_stands_for_nobody(text: str, name: str, lang: str) -> None:
    assert list(generic_places(text, [[(0, len(name))]], lang)) == []


def test_a_group_that_deals_with_its_firm_is_not_the_firm(reader: Reader) -> None:
    text = "SK실트론 인수전이 뜨겁다. SK는 두산과 SK실트론 지분 매각 계약을 체결했다."
    assert "sk" in found(reader, text)
    text = "삼성전자와 호텔신라가 네이버와 공급 계약을 맺었다. 삼성은 웃었다."
    assert "samsung" in found(reader, text)


@pytest.mark.parametrize(
    ("text", "lang", "name"),
    [
        ("롯데정보통신은 보도자료를 통해 카카오와 업무협약을 체결했다고 밝혔다.", "ko", "롯데정보통신"),
        ("카카오는 경찰청 국가수사본부와 업무협약을 맺었다.", "ko", "경찰청"),
        ("카카오는 신용 보증 기금과 업무협약을 맺었다.", "ko", "신용 보증 기금"),
        ("Kakao signed an agreement with the Medicines for Malaria Venture.", "en", "Medicines for Malaria Venture"),
        ("Kakao signed a contract. Work for Hanbit Narae Games began.", "en", "Hanbit Narae Games"),
    ],
)
def test_names_that_look_like_bystanders_or_phrases_stay(reader: Reader, text: str, lang: str, name: str) -> None:
    assert name in {form for forms in found(reader, text, lang).values() for form in forms}


def test_a_firm_is_not_the_listed_one_in_its_bracket(reader: Reader) -> None:
    entities = found(reader, "Narae(네이버)는 카카오와 계약을 맺었다. 네이버는 빠졌다.")
    assert "Narae" not in entities["naver"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("나래식품의 어린이식 브랜드 푸르디가 하늘마트와 협업했다.", "푸르디"),
        ("하늘화장품은 걸그룹 에어리와 공급 계약을 맺었다.", "에어리"),
        ("나래소프트는 K-콘텐츠와 손잡았다. 나래소프트는 신메뉴와 계약했다.", "K-콘텐츠"),
        ("나래은행은 골드뱅킹과 협약을 맺었다.", "골드뱅킹"),
        ("나래소프트는 A사와 공급 계약을 맺었다.", "A사"),
        ("나래은행은 하늘극장 왕십리점과 협약을 맺었다.", "왕십리점"),
        ("나래건설은 푸르지오와 손잡고 아파트를 짓는다.", "푸르지오"),
        ("나래소프트는 갤럭시 S26과 연동 계약을 맺었다.", "갤럭시 S26"),
        ("카카오 미래기술원은 나래소프트와 업무협약을 맺었다.", "미래기술원"),
    ],
)
def test_brands_performers_terms_and_a_firms_own_institute_are_no_parties(reader: Reader, text: str, name: str) -> None:
    assert not any(name in form for forms in found(reader, text).values() for form in forms)


@pytest.mark.parametrize(
    ("text", "name", "named"),
    [
        ("Gaon Bio signed with Narae Pharma to use BloomLink, its linker technology.", "BloomLink", False),
        ("Gaon Bio and Narae Pharma agreed to sell BloomLink, a software tool for clinics.", "BloomLink", False),
        ("Gaon Bio signed with Narae Pharma on Harding disease.", "Harding", False),
        ("Gaon Bio signed with BloomLink, a software developer.", "BloomLink", True),
    ],
)
def test_an_english_text_calls_some_names_things(reader: Reader, text: str, name: str, named: bool) -> None:
    assert (name in {form for forms in found(reader, text, "en").values() for form in forms}) == named


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("이탈리아의 패션 브랜드 푸르디가 하늘마트와 업무협약을 맺었다.", "푸르디"),
        ("풀무원은 디저트 브랜드 노랑드와 업무협약을 맺었다.", "노랑드"),
        ("카카오와 한빛미래기술원은 업무협약을 맺었다.", "한빛미래기술원"),
    ],
)
def test_a_brand_of_nobody_named_and_an_institute_of_its_own_may_be_parties(
    reader: Reader, text: str, name: str
) -> None:
    assert name in {form for forms in found(reader, text).values() for form in forms}


@pytest.mark.parametrize(
    ("text", "found_name", "tagged_name", "outdone"),
    [
        ("Gaon signed with Third Eye on Monday.", "Eye", "Third Eye", True),
        ("Gaon signed with Dawn Fund of Abu Dhabi.", "Dawn Fund of Abu Dhabi", "Dawn Fund", True),
        ("가온은 플럭스 픽처스와 협약을 맺었다.", "픽처스", "플럭스 픽처스", True),
        ("가온은 스위스 바젤나인과 협약을 맺었다.", "바젤나인", "스위스 바젤나인", False),
        ("가온은 누리필름만 협약에 불렀다.", "누리필름", "누리필름만", False),
        ("㈜누리아틀리에, ㈜가온이 손잡았다. 누리아틀리에는 로봇을 만든다.", "누리아틀리", "누리아틀리에", True),
        ("가온로보틱스 노조가 파업에 들어갔다.", "가온로보틱스", "가온로보틱스 노조", False),
    ],
)
def test_the_surer_bounds_of_a_name_stand(text: str, found_name: str, tagged_name: str, outdone: bool) -> None:
    one, other = (
        Mention(text.index(name), text.index(name) + len(name), name, (), "with") for name in (found_name, tagged_name)
    )
    assert is_outdone(text, one, other, 0.98) == outdone
    assert not is_outdone(text, one, other, 0.6)
