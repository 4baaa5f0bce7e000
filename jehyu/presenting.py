"""Partnerships as people read them in a terminal, and as programs read them: table, JSON, CSV."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]
"""A row of the `partnerships` view, or of one with the same columns."""


def pair_rows(events: Iterable[Row]) -> list[dict[str, Any]]:
    """Events of `db.queries` as rows of the `partnerships` view: one a company–partner pair."""
    return [
        _pair_row(event, event["parties"][company], event["parties"][partner])
        for event in events
        for company, partner in event["pairs"]
    ]


def _pair_row(event: Row, company: Row, partner: Row) -> dict[str, Any]:
    return {
        "event_id": event["id"],
        "company": company["name"] or company["description"],
        "company_country": company["country"],
        "partner": partner["name"] or partner["description"],
        "partner_country": partner["country"],
        "kind": event["kind"],
        "status": event["status"],
        "announced_on": event["date"],
        "date_precision": event["date_precision"],
        "first_seen_at": event["first_seen_at"],
        "article_count": event["article_count"],
        "outlet_count": event["outlet_count"],
        "confidence": event["confidence"],
        "evidence": event["evidence"],
        "url": event["url"],
    }


def partnership_table(rows: Iterable[Row], title: str | None = None) -> Table:
    """One line a company–partner pair. rich knows Hangul is two columns wide and folds to the screen."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("day", no_wrap=True)
    table.add_column("company", overflow="fold", min_width=14)
    table.add_column("partner", overflow="fold", min_width=14)
    table.add_column("deal")
    table.add_column("outlets", justify="right", no_wrap=True)
    table.add_column("sure", justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row["announced_on"] or "–",
            _party(row["company"], row["company_country"]),
            _party(row["partner"], row["partner_country"]),
            f"{row['kind'].replace('_', ' ')}, {row['status']}",
            str(row["outlet_count"]),
            f"{row['confidence']:.2f}",
        )
    return table


def _party(name: str | None, country: str | None) -> Text:
    text = Text(name or "undisclosed")
    if country:
        text.append(f" {country}", style="dim")
    return text


def as_json(rows: Sequence[Row]) -> str:
    """A JSON array of the rows, Hangul as it is."""
    return json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=1)


def as_csv(rows: Sequence[Row]) -> str:
    """CSV with a header line. A cell that a spreadsheet would run as a formula is kept from it by an apostrophe."""
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _inert(value) for key, value in row.items()} for row in rows)
    return out.getvalue()


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
