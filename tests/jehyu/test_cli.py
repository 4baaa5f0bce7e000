"""The command line as a person uses it, on the demo newsroom's database."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

FOUNDING = {
    ("2025-02-04", "카카오", "오픈AI"),
    ("2025-03-03", "SK텔레콤", None),
    ("2025-03-04", "LG유플러스", "구글"),
    ("2025-03-05", "KT", "마이크로소프트"),
    ("2025-03-21", "네이버클라우드", "엔비디아"),
}
"""Day, company and partner of the five deals that started the project; None for an undisclosed partner."""


def jehyu(*arguments: str | Path, stdin: str | None = None) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "jehyu", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=280, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that `jehyu demo` leaves."""
    database = tmp_path_factory.mktemp("demo") / "demo.db"
    done = jehyu("demo", "--db", database)
    assert done.returncode == 0, done.stderr
    assert "New partnerships" in done.stdout and "jehyu demo --serve" in done.stdout
    return database


def rows(database: Path, *arguments: str) -> list[dict[str, object]]:
    done = jehyu("events", "--db", database, "--format", "json", *arguments)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def test_the_demo_finds_each_founding_deal_exactly_once(demo: Path) -> None:
    found = [
        (row["announced_on"], row["company"], None if row["partner_country"] is None else row["partner"])
        for row in rows(demo)
    ]
    named = [(day, company, partner) for day, company, partner in found if (day, company) in {f[:2] for f in FOUNDING}]
    assert set(named) == FOUNDING
    assert len(named) == len(FOUNDING)


def test_a_second_demo_finds_nothing_new(demo: Path) -> None:
    done = jehyu("demo", "--db", demo)
    assert done.returncode == 0, done.stderr
    assert "New partnerships: none" in done.stdout
    assert " 0 new articles; 0 read; 0 new events, 0 changed, 0 withdrawn" in done.stdout


def test_every_format_tells_the_same_deals(demo: Path) -> None:
    events = {row["event_id"] for row in rows(demo)}
    assert events
    lines = jehyu("events", "--db", demo, "--format", "csv").stdout.splitlines()
    assert {row["event_id"] for row in csv.DictReader(lines)} == events
    atom = ElementTree.fromstring(jehyu("events", "--db", demo, "--format", "atom").stdout)
    assert len(atom.findall("{http://www.w3.org/2005/Atom}entry")) == len(events)
    assert jehyu("events", "--db", demo, "--format", "md").stdout.count("\n- **") == len(events)


def test_a_company_is_found_by_any_of_its_names(demo: Path) -> None:
    by_name = [rows(demo, "--all", "--company", name) for name in ("카카오", "Kakao", "kakao")]
    assert by_name[0] and by_name[0] == by_name[1] == by_name[2]


def test_a_rejected_event_stays_out_until_the_decision_is_undone(demo: Path) -> None:
    event = str(rows(demo)[0]["event_id"])
    rejected = jehyu("review", "reject", event, "--db", demo, "--note", "no deal")
    assert rejected.returncode == 0, rejected.stderr
    assert event not in {row["event_id"] for row in rows(demo)}
    number = rejected.stdout.split()[1].rstrip(";")
    assert jehyu("review", "undo", number, "--db", demo).returncode == 0
    assert event in {row["event_id"] for row in rows(demo)}


def test_extract_streams_lines_and_answers_bad_ones_in_place() -> None:
    article = {"id": "a", "url": None, "title": None, "text": "날씨가 맑다.", "published": None}
    done = jehyu("extract", "--jsonl", "-", "-", stdin=f"{json.dumps(article)}\nbroken\n{json.dumps(article)}\n")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", None, "a"]
    assert answers[1]["error"].startswith("line 2: not JSON")


def test_a_missing_database_is_named(tmp_path: Path) -> None:
    done = jehyu("events", "--db", tmp_path / "none.db")
    assert done.returncode == 2
    assert "none.db" in done.stderr


def test_an_unreachable_network_is_said_in_one_line_a_source(tmp_path: Path) -> None:
    settings = tmp_path / "jehyu.toml"
    settings.write_text("[crawl]\nsource_time_limit = 120\nrun_time_limit = 180\n")
    done = jehyu("--config", settings, "crawl", "--db", tmp_path / "n.db", "--source", "bloter", "--source", "etnews")
    assert done.returncode == 2
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["bloter", "etnews"]
    assert "Traceback" not in done.stderr
