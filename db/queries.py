"""Questions to the database, for the command line and the site: plain dictionaries, nothing is written.

Every function takes a path or an open connection (db.connect(path, readonly=True)).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from db.connection import connect
from db.names import fold
from db.vocabulary import STANDING, sql_list

Source = sqlite3.Connection | str | Path

_LIVE = "e.merged_into IS NULL AND e.withdrawn_at IS NULL"
_LAST_RUN = "(SELECT max(id) FROM runs WHERE resolved_at IS NOT NULL)"


def events(
    source: Source,
    *,
    new: bool = False,
    run_id: int | None = None,
    since: str | None = None,
    changed_since: str | None = None,
    company: str | None = None,
    country: str | None = None,
    kind: str | None = None,
    status: str | Sequence[str] = STANDING,
    min_confidence: float = 0.0,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Live events, newest deal first, each with `parties`, `pairs`, `evidence`, `url`, `headline`, `outlet`.

    `new`: first seen in the last run that resolved; `run_id`: in that run. `since`: first seen from this ISO day or
    time
    on; `changed_since`: new or changed. `company`: any name or id of a party. `country`: of any party.
    """
    where, values = [_LIVE], dict[str, Any]()
    statuses = (status,) if isinstance(status, str) else tuple(status)
    where.append(f"e.status IN ({', '.join(f':status{at}' for at in range(len(statuses)))})")
    values |= {f"status{at}": word for at, word in enumerate(statuses)}
    where.append("e.confidence >= :min_confidence")
    values["min_confidence"] = min_confidence
    if new:
        where.append(f"e.first_run_id = {_LAST_RUN}")
    for given, condition in (
        (run_id, "e.first_run_id = :run_id"),
        (since, "e.first_seen_at >= :since"),
        (changed_since, "e.changed_at >= :changed_since"),
        (kind, "e.kind = :kind"),
        (country, "e.id IN (SELECT event_id FROM event_parties WHERE country = :country)"),
    ):
        if given is not None:
            where.append(condition)
    values |= {"run_id": run_id, "since": since, "changed_since": changed_since, "kind": kind, "country": country}
    with opened(source) as conn:
        if company is not None:
            orgs = org_ids(conn, company)
            where.append(f"e.id IN (SELECT event_id FROM event_parties WHERE org_id IN ({_marks('org', orgs)}))")
            values |= {f"org{at}": org for at, org in enumerate(orgs)}
        return _events(conn, " AND ".join(where), values, limit)


def event(source: Source, event_id: str) -> dict[str, Any] | None:
    """One event with everything about it, redirects followed; None when no event ever had this id.

    Beside the columns of `events`: `asked` (the id asked for), `parties`, `pairs`, `history`, `reports` (mentions with
    article), `log`, `reviews`, `former_ids`.
    """
    with opened(source) as conn:
        current = follow(conn, event_id)
        if current is None:
            return None
        found = _events(conn, "e.id = :id", {"id": current}, None)[0]
        found["asked"] = event_id
        found["former_ids"] = _former_ids(conn, current)
        ids = [current, *found["former_ids"]]
        found["history"] = _rows(conn, "SELECT * FROM event_history WHERE event_id = ? ORDER BY position", [current])
        found["reports"] = reports(conn, current)
        listed = f"event_id IN ({', '.join('?' * len(ids))})"
        found["log"] = _rows(conn, f"SELECT * FROM event_log WHERE {listed} ORDER BY id", ids)
        found["reviews"] = _rows(conn, f"SELECT * FROM reviews WHERE {listed} ORDER BY id", ids)
        return found


def follow(source: Source, event_id: str) -> str | None:
    """The id an event bears now; None when no event ever had this one."""
    with opened(source) as conn:
        row = conn.execute("SELECT id, merged_into FROM events WHERE id = ?", [event_id]).fetchone()
        while row is not None and row["merged_into"] is not None:
            row = conn.execute("SELECT id, merged_into FROM events WHERE id = ?", [row["merged_into"]]).fetchone()
        return row["id"] if row else None


def reports(source: Source, event_id: str) -> list[dict[str, Any]]:
    """The live mentions of an event in order of publication, with article and outlet; `surfaces` are the parties' names
    as the article has them, with their offsets."""
    with opened(source) as conn:
        found = _rows(
            conn,
            "SELECT m.id AS mention_id, m.kind, m.status, m.new, m.date, m.date_precision, m.confidence, m.evidence,"
            " m.evidence_start, m.evidence_end, a.id AS article_id, a.url, a.title, a.lang,"
            " a.published_at, a.text_group,"
            " s.name AS outlet, s.name_en AS outlet_en FROM mentions m JOIN articles a ON a.id = m.article_id"
            " LEFT JOIN sources s ON s.id = a.source_id WHERE m.event_id = ? AND m.withdrawn_at IS NULL"
            " ORDER BY a.published_at, a.url, m.evidence_start",
            [event_id],
        )
        for report in found:
            report["surfaces"] = _rows(
                conn,
                'SELECT org_id, name, surface, start, "end" FROM mention_parties WHERE mention_id = ?'
                " ORDER BY position",
                [report["mention_id"]],
            )
        return found


def changes(source: Source, since: str) -> dict[str, list[dict[str, Any]]]:
    """What happened to events since an ISO day or time: lists `new`, `changed`, `withdrawn`, `merged`.

    An event stands in one list only, under the weightiest of what happened to it; `changed` rows have `log` entries.
    """
    with opened(source) as conn:
        new = _events(conn, f"{_LIVE} AND e.first_seen_at >= :since", {"since": since}, None)
        changed = _events(
            conn,
            f"{_LIVE} AND e.first_seen_at < :since AND e.changed_at >= :since",
            {"since": since},
            None,
        )
        for row in changed:
            row["log"] = _rows(conn, "SELECT * FROM event_log WHERE event_id = ? AND at >= ?", [row["id"], since])
        withdrawn = _events(
            conn,
            "e.withdrawn_at >= :since AND e.first_seen_at < :since AND e.merged_into IS NULL",
            {"since": since},
            None,
        )
        merged = _rows(
            conn,
            "SELECT id, merged_into, title, changed_at FROM events WHERE merged_into IS NOT NULL AND changed_at >= ?1"
            " AND first_seen_at < ?1 ORDER BY id",
            [since],
        )
        return {"new": new, "changed": changed, "withdrawn": withdrawn, "merged": merged}


def org_ids(source: Source, name: str) -> list[str]:
    """Organisations a name or id stands for, provisional ones by what they became."""
    with opened(source) as conn:
        found = _rows(
            conn,
            "SELECT coalesce(o.merged_into, o.id) AS id FROM organizations o WHERE o.id = ?1"
            " UNION SELECT org_id FROM aliases WHERE key = ?2",
            [name, fold(name)],
        )
        return sorted(row["id"] for row in found)


def companies(source: Source, *, limit: int | None = None) -> list[dict[str, Any]]:
    """Organisations that stand in live deals, most deals first, with `deals`, `first_on`, `last_on`."""
    with opened(source) as conn:
        return _rows(
            conn,
            "SELECT o.*, count(*) AS deals, min(e.date) AS first_on, max(e.date) AS last_on FROM event_parties p"
            f" JOIN events e ON e.id = p.event_id JOIN organizations o ON o.id = p.org_id WHERE {_LIVE}"
            f" AND e.status IN ({sql_list(STANDING)}) GROUP BY o.id ORDER BY deals DESC, o.name LIMIT ?",
            [-1 if limit is None else limit],
        )


def company(source: Source, name: str) -> dict[str, Any] | None:
    """One organisation by any name or id: its columns, `aliases`, `partners` (each with deals and dates)."""
    with opened(source) as conn:
        found = org_ids(conn, name)
        if not found:
            return None
        row = _rows(conn, "SELECT * FROM organizations WHERE id = ?", [found[0]])[0]
        row["aliases"] = _rows(conn, "SELECT alias, origin FROM aliases WHERE org_id = ? ORDER BY alias", [found[0]])
        row["partners"] = _rows(
            conn,
            "SELECT o.id, o.name, o.country, o.tags, count(*) AS deals, min(d.date) AS first_on,"
            " max(d.date) AS last_on FROM partner_deals d LEFT JOIN organizations o ON o.id = d.partner_id"
            " WHERE d.org_id = ? AND d.standing GROUP BY d.partner_id ORDER BY deals DESC, o.name",
            [found[0]],
        )
        return row


def dependence(source: Source, *, tag: str = "big-tech", min_deals: int = 1) -> list[dict[str, Any]]:
    """How far each Korean company leans on foreign big tech: shares of its standing partnerships.

    Rows: `org_id`, `company`, `sector`, `deals`, `foreign_share`, `big_tech_share` (foreign partners with `tag`),
    `us_big_tech_share`, and `sector_big_tech_share` of its whole sector to compare with.
    """
    with opened(source) as conn:
        return _rows(
            conn,
            "WITH big AS (SELECT id FROM organizations WHERE country != 'KR'"
            " AND EXISTS (SELECT 1 FROM json_each(tags) WHERE value = :tag)),"
            " deals AS (SELECT org_id, max(abroad) AS abroad, max(partner_id IN big) AS big,"
            " max(partner_country = 'US' AND partner_id IN big) AS us_big"
            " FROM partner_deals WHERE country = 'KR' AND standing GROUP BY org_id, event_id),"
            " sectors AS (SELECT c.sector, avg(coalesce(d.big, 0)) AS share FROM deals d"
            " JOIN organizations c ON c.id = d.org_id GROUP BY c.sector)"
            " SELECT c.id AS org_id, c.name AS company, c.sector, count(*) AS deals,"
            " round(avg(coalesce(d.abroad, 0)), 3) AS foreign_share, round(avg(coalesce(d.big, 0)),"
            " 3) AS big_tech_share,"
            " round(avg(coalesce(d.us_big, 0)), 3) AS us_big_tech_share, round(s.share, 3) AS sector_big_tech_share"
            " FROM deals d JOIN organizations c ON c.id = d.org_id LEFT JOIN sectors s ON s.sector IS c.sector"
            " GROUP BY c.id HAVING count(*) >= :min_deals ORDER BY big_tech_share DESC, deals DESC, c.name",
            {"tag": tag, "min_deals": min_deals},
        )


def to_review(source: Source, *, max_confidence: float = 0.7, limit: int = 100) -> list[dict[str, Any]]:
    """Events a person should look at: decisions reopened by a changed article, then the least sure unreviewed ones."""
    with opened(source) as conn:
        reopened = [
            row["event_id"]
            for row in conn.execute(
                "SELECT DISTINCT event_id FROM reviews WHERE reopened_at IS NOT NULL AND undone_at IS NULL"
                " AND event_id IS NOT NULL ORDER BY event_id"
            )
        ]
        current = [found for found in dict.fromkeys(follow(conn, old) for old in reopened) if found]
        first = [dict(row, reopened=True) for old in current for row in _events(conn, "e.id = :id", {"id": old}, None)]
        unsure = _events(
            conn,
            f"{_LIVE} AND e.review IS NULL AND e.confidence <= :top",
            {"top": max_confidence},
            limit,
            order="e.confidence, e.id",
        )
        return (first + [dict(row, reopened=False) for row in unsure if row["id"] not in current])[:limit]


def _events(
    conn: sqlite3.Connection,
    where: str,
    values: dict[str, Any],
    limit: int | None,
    order: str = "coalesce(e.date, substr(e.first_reported_at, 1, 10)) DESC, e.id",
) -> list[dict[str, Any]]:
    found = _rows(
        conn,
        "SELECT e.*, m.evidence, a.url, a.title AS headline, s.name AS outlet FROM events e"
        " LEFT JOIN mentions m ON m.id = e.mention_id LEFT JOIN articles a ON a.id = m.article_id"
        f" LEFT JOIN sources s ON s.id = a.source_id WHERE {where} ORDER BY {order} LIMIT :limit",
        values | {"limit": -1 if limit is None else limit},
    )
    for row in found:
        row["parties"] = _rows(
            conn,
            "SELECT org_id, name, type, country, description FROM event_parties WHERE event_id = ? ORDER BY position",
            [row["id"]],
        )
        pairs = conn.execute(
            "SELECT company_position, partner_position FROM event_pairs WHERE event_id = ?", [row["id"]]
        ).fetchall()
        row["pairs"] = [(pair["company_position"], pair["partner_position"]) for pair in pairs]
    return found


def _former_ids(conn: sqlite3.Connection, event_id: str) -> list[str]:
    rows = conn.execute(
        "WITH RECURSIVE former(id) AS (SELECT id FROM events WHERE merged_into = ?"
        " UNION SELECT e.id FROM events e JOIN former ON e.merged_into = former.id) SELECT id FROM former ORDER BY id",
        [event_id],
    )
    return [row["id"] for row in rows]


def _marks(name: str, values: Sequence[Any]) -> str:
    return ", ".join(f":{name}{at}" for at in range(len(values))) or "NULL"


def _rows(conn: sqlite3.Connection, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
    return [dict(row) for row in conn.execute(sql, values)]


@contextlib.contextmanager
def opened(source: Source) -> Iterator[sqlite3.Connection]:
    """The connection itself, or one to the file, read-only, closed at the end."""
    if isinstance(source, sqlite3.Connection):
        yield source
        return
    conn = connect(source, readonly=True)
    try:
        yield conn
    finally:
        conn.close()
