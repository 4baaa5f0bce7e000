"""The company table keeps its rules, and lookup answers what a reader of news needs."""

import csv
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.gazetteer import COLUMNS, TABLE, Gazetteer, GazetteerError, fold, load
from nlp.products import PRODUCTS


@pytest.fixture(scope="module")
def table() -> Gazetteer:
    return load()


def write(folder: Path, *rows: dict[str, str], name: str = "firms.csv") -> Path:
    with (folder / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        for row in rows:
            writer.writerow({"type": "company", "country": "KR", "source": "test", **row})
    return folder


def ids(table: Gazetteer, name: str) -> set[str]:
    return {organization.id for organization in table.lookup(name)}


def test_table_is_large_enough(table: Gazetteer) -> None:
    by_file = {path.name: len(load_rows(path)) for path in TABLE.glob("*.csv")}
    assert len(table) >= 3_500
    assert by_file["foreign.csv"] >= 500
    assert by_file["unlisted.csv"] >= 500
    listed = load_rows(TABLE / "listed.csv")
    assert all(row["ticker"] for row in listed)
    assert not [ticker for ticker, n in Counter(row["ticker"] for row in listed).items() if n > 1]


def load_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_rows_are_sorted_by_id_so_that_two_people_can_edit_a_file() -> None:
    for path in TABLE.glob("*.csv"):
        order = [row["id"] for row in load_rows(path)]
        assert order == sorted(order), path.name


def test_every_row_has_provenance_and_a_name(table: Gazetteer) -> None:
    assert all(organization.source and organization.names for organization in table.organizations)


def test_subsidiary_never_bears_its_parents_canonical_name_unmarked(table: Gazetteer) -> None:
    for organization in table.organizations:
        if organization.parent is None:
            continue
        shared = {fold(n) for n in organization.names} & {fold(table[organization.parent].name)}
        assert shared <= {fold(n) for n in organization.ambiguous}, organization.id


@pytest.mark.parametrize(
    ("name", "org_id"),
    [
        ("삼성전자", "samsung-electronics"),
        ("Samsung Electronics Co., Ltd.", "samsung-electronics"),
        ("㈜카카오", "kakao"),
        ("SKT", "sk-telecom"),
        ("LG유플러스", "lg-uplus"),
        ("LGU+", "lg-uplus"),
        ("네이버클라우드", "naver-cloud"),
        ("오픈에이아이", "openai"),
        ("한국마이크로소프트", "microsoft"),
        ("퓨리오사AI", "furiosaai"),
        ("토스", "viva-republica"),
        ("대우조선해양", "hanwha-ocean"),
        ("KAIST", "kaist"),
        ("과기정통부", "ministry-of-science-and-ict"),
    ],
)
def test_known_organisations_are_found_by_the_forms_news_uses(table: Gazetteer, name: str, org_id: str) -> None:
    assert org_id in ids(table, name)


def test_group_firm_and_brand_stay_apart(table: Gazetteer) -> None:
    assert ids(table, "현대차그룹") == {"hyundai-motor-group"}
    assert ids(table, "현대자동차") == {"hyundai-motor"}
    assert "hyundai-motor-group" in table.ancestors("hyundai-mobis")
    assert "kt" not in ids(table, "KT&G")
    assert "kakao" not in ids(table, "카카오뱅크")


@pytest.mark.parametrize("form", ["대상", "한화", "오늘의집", "Meta", "Apple", "기아", "SK", "레이", "우리로"])
def test_names_that_mean_something_else_too_are_marked(table: Gazetteer, form: str) -> None:
    marked = [surface for surface in table.surfaces() if surface.form == form]
    assert marked
    assert all(surface.ambiguous for surface in marked)


@pytest.mark.parametrize("form", ["삼성전자", "네이버", "SK텔레콤", "엔비디아", "구글", "쿠팡", "농심"])
def test_plain_names_are_not_marked(table: Gazetteer, form: str) -> None:
    assert not any(surface.ambiguous for surface in table.surfaces() if surface.form == form)


def test_surfaces_and_aliases_agree_with_lookup(table: Gazetteer) -> None:
    for form, organization, _ in table.surfaces():
        assert organization in table.lookup(form)
        assert form in table.aliases_of(organization.id)


def test_former_names_carry_the_month_until_which_they_held(table: Gazetteer) -> None:
    assert dict(table["hanwha-ocean"].former) == {"대우조선해양": "2023-05"}


def test_unknown_name_is_unknown(table: Gazetteer) -> None:
    assert table.lookup("없는이름주식회사가나다") == []
    with pytest.raises(KeyError):
        table.aliases_of("no-such-id")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("주식회사 카카오", "카카오"),
        ("(주)카카오", "㈜ 카카오"),
        ("NVIDIA Corp.", "nvidia"),
        ("Coupang, Inc.", "coupang"),
        ("Siemens AG", "Siemens"),
        ("Estée Lauder", "estee lauder"),
        ("L'Oreal", "L’Oréal"),
        ("ＫＴ", "kt"),
        ("Booking.com", "bookingcom"),
    ],
)
def test_spellings_of_one_name_fold_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_fold_keeps_what_tells_names_apart() -> None:
    assert fold("KT&G") != fold("KT")
    assert fold("LGU+") != fold("LGU")
    assert fold("Co") == "co"  # nothing but a legal form: kept
    assert fold("코리아에셋") != fold("코리아")


@given(st.text(alphabet="가나다카카오 ab.,()㈜주-&+é", min_size=1))
def test_fold_is_idempotent_on_its_own_output(name: str) -> None:
    key = fold(name)
    assert fold(key) == key


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "7"}, "firms.csv:2: id '7' must be a slug"),
        ({"id": "Ab"}, "must be a slug"),
        ({"type": "firm"}, "type 'firm' is none of"),
        ({"country": "Korea"}, "two capitals"),
        ({"sector": "magic"}, "sector 'magic' is none of"),
        ({"tags": "startup|cool"}, "tag 'cool' is none of"),
        ({"name_ko": ""}, "needs name_ko or name_en"),
        ({"source": ""}, "source is empty"),
        ({"ambiguous": "나"}, "ambiguous '나' is none of the row's names"),
        ({"former": "옛이름"}, "must read name@YYYY-MM"),
        ({"former": "옛이름@2023-13"}, "must read name@YYYY-MM"),
        ({"parent": "nobody"}, "parent 'nobody' is no id"),
        ({"parent": "a-firm"}, "is its own ancestor"),
    ],
)
def test_bad_row_is_named_by_file_and_line(tmp_path: Path, row: dict[str, str], message: str) -> None:
    with pytest.raises(GazetteerError) as caught:
        load(write(tmp_path, {"id": "a-firm", "name_ko": "가", **row}))
    assert message in str(caught.value)
    assert "firms.csv:2" in str(caught.value)


def test_same_id_in_two_files_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"id": "a-firm", "name_ko": "가"}, name="a.csv")
    write(tmp_path, {"id": "a-firm", "name_ko": "나"}, name="b.csv")
    with pytest.raises(GazetteerError, match=r"b\.csv:2: id 'a-firm' is taken by a\.csv:2"):
        load(tmp_path)


def test_shared_name_must_be_marked_in_both_rows(tmp_path: Path) -> None:
    one, other = {"id": "one", "name_ko": "가온", "ambiguous": "가온"}, {"id": "two", "name_ko": "(주)가온"}
    with pytest.raises(GazetteerError, match="put it into ambiguous in each"):
        load(write(tmp_path, one, other))
    both = load(write(tmp_path, one, {**other, "ambiguous": "(주)가온"}))
    assert ids(both, "가온") == {"one", "two"}


@pytest.mark.parametrize("broken", ["id,type\na,b\n", ",".join(COLUMNS) + "\na-firm,company\n"])
def test_broken_csv_says_where(tmp_path: Path, broken: str) -> None:
    (tmp_path / "firms.csv").write_text(broken, encoding="utf-8")
    with pytest.raises(GazetteerError, match=r"firms\.csv:[12]"):
        load(tmp_path)


def test_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match="no organisation found"):
        load(tmp_path)


def test_loads_quickly() -> None:
    times = []
    for _ in range(3):
        start = time.process_time()
        load()
        times.append(time.process_time() - start)
    assert min(times) < 0.6  # 0.2 s on an idle core; slack for a shared one


def test_a_product_bears_no_name_that_always_means_an_organisation(table: Gazetteer) -> None:
    lines = (TABLE.parent / PRODUCTS).read_text(encoding="utf-8").splitlines()
    names = [line for line in lines if not line.startswith("#")]
    assert names == sorted(set(names)) and all(name == name.strip() and len(name) > 1 for name in names)
    sure = {fold(surface.form) for surface in table.surfaces() if not surface.ambiguous}
    assert [name for name in names if fold(name) in sure] == []
