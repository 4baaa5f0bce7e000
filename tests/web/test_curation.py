"""People decide, the machine's values stay beside; who is not a curator changes nothing."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from invented_site import Visitor, event_id

from web import datasette


def one(database: Path, sql: str, *values: Any) -> Any:
    row = sqlite3.connect(database).execute(sql, values).fetchone()
    return row[0] if row else None


def act(curator: Visitor, event: str, **fields: str) -> None:
    """Post a decision from the event's page and expect to be led back with a message."""
    token = curator.token(f"/event/{event}")
    response = curator.post(f"/review/event/{event}", {"csrftoken": token, **fields})
    assert response.status_code == 302, response.text
    assert "ds_messages" in response.cookies


def test_readers_cannot_decide_nor_see_the_forms(database: Path) -> None:
    reader = Visitor(datasette(database))
    event = event_id(reader, "narae", "orbix")
    assert reader.get("/review").status_code == 403
    assert "csrftoken" not in reader.get(f"/event/{event}").text
    for path in (f"/review/event/{event}", "/review/undo/1", "/review/company/narae"):
        assert reader.post(path, {"action": "reject", "alias": "x"}).status_code == 403
    assert one(database, "SELECT count(*) FROM reviews") == 0


def test_another_site_cannot_decide_for_a_curator(curator: Visitor, database: Path) -> None:
    event = event_id(curator, "narae", "orbix")
    curator.token(f"/event/{event}")
    assert curator.post(f"/review/event/{event}", {"action": "reject"}).status_code == 403
    assert one(database, "SELECT count(*) FROM reviews") == 0


def test_confirm(curator: Visitor, database: Path) -> None:
    event = event_id(curator, "narae", "orbix")
    act(curator, event, action="confirm")
    assert one(database, "SELECT review FROM events WHERE id = ?", event) == "confirmed"
    assert "사람이 확인" in curator.get(f"/event/{event}").text


def test_reject_takes_it_out_of_the_lists(curator: Visitor, database: Path) -> None:
    event = event_id(curator, "narae", "orbix")
    act(curator, event, action="reject", note="같은 이름의 다른 회사")
    assert event not in curator.get("/deals").text
    page = curator.get(f"/event/{event}").text
    assert "철회" in page and "같은 이름의 다른 회사" in page


@pytest.mark.parametrize(
    ("target", "value", "column"),
    [("kind", "supply", "kind"), ("status", "ended", "status"), ("date", "2025-03", "date")],
)
def test_correct_keeps_the_machines_value_beside(
    curator: Visitor, database: Path, target: str, value: str, column: str
) -> None:
    event = event_id(curator, "narae", "orbix")
    machine = one(database, f"SELECT {column} FROM events WHERE id = ?", event)
    act(curator, event, action="correct", target=target, **{f"{target}_is": value})
    assert one(database, f"SELECT {column} FROM events WHERE id = ?", event) == value
    assert machine in one(database, "SELECT machine_value FROM reviews")


def test_correct_a_party_by_name(curator: Visitor, database: Path) -> None:
    event = event_id(curator, "solbi", "narae")
    act(curator, event, action="correct", target="party", party="narae", party_is="Orbix")
    assert {"solbi", "orbix"} == {
        row[0]
        for row in sqlite3.connect(database).execute("SELECT org_id FROM event_parties WHERE event_id = ?", [event])
    }


def test_merge_and_undo(curator: Visitor, database: Path) -> None:
    first, second = event_id(curator, "narae", "orbix"), event_id(curator, "solbi", "narae")
    act(curator, first, action="merge", other=f"http://localhost/event/{second}")
    moved = one(database, "SELECT id FROM events WHERE merged_into IS NOT NULL")
    assert curator.get(f"/event/{moved}").status_code == 301
    token = curator.token("/review")
    assert curator.post("/review/undo/1", {"csrftoken": token}).status_code == 302
    assert one(database, "SELECT count(*) FROM events WHERE merged_into IS NOT NULL") == 0


def test_split(curator: Visitor, database: Path) -> None:
    event = event_id(curator, "narae", "orbix")
    mentions = [
        row[0] for row in sqlite3.connect(database).execute("SELECT id FROM mentions WHERE event_id = ?", [event])
    ]
    assert len(mentions) == 2
    before = one(database, "SELECT count(*) FROM events WHERE withdrawn_at IS NULL AND merged_into IS NULL")
    act(curator, event, action="split", mentions=str(mentions[1]))
    assert one(database, "SELECT count(*) FROM events WHERE withdrawn_at IS NULL AND merged_into IS NULL") == before + 1


def test_add_a_name(curator: Visitor, database: Path) -> None:
    token = curator.token("/company/narae")
    assert curator.post("/review/company/narae", {"csrftoken": token, "alias": "나래일렉"}).status_code == 302
    assert "나래일렉" in curator.get("/company/narae").text
    assert curator.get("/jehyu/by_company.json?company=나래일렉&_shape=array").json()


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "nonsense"},
        {"action": "correct", "target": "kind", "kind_is": "marriage"},
        {"action": "correct", "target": "date", "date_is": "soon"},
        {"action": "correct", "target": "party", "party": "narae", "party_is": "없는회사"},
        {"action": "merge", "other": "no-such-event"},
        {"action": "split", "mentions": "1; drop table events"},
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    curator: Visitor, database: Path, fields: dict[str, str]
) -> None:
    event = event_id(curator, "narae", "orbix")
    act(curator, event, **fields)
    assert one(database, "SELECT count(*) FROM reviews") == 0


def test_other_curators_can_be_named(database: Path) -> None:
    visitor = Visitor(datasette(database, metadata={"plugins": {"jehyu": {"curators": {"role": "analyst"}}}}))
    visitor.cookies["ds_actor"] = visitor.site.sign({"a": {"id": "mina", "role": "analyst"}}, "actor")
    assert visitor.get("/review").status_code == 200
    visitor.cookies["ds_actor"] = visitor.site.sign({"a": {"id": "mina", "role": "guest"}}, "actor")
    assert visitor.get("/review").status_code == 403
