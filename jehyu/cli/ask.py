"""events, explain: asking the database."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from db import queries
from db.resolution import explain as resolution
from db.vocabulary import STANDING, STATUSES
from jehyu.cli.context import console, database_option, day_option, publish_threshold, show_partnerships
from jehyu.presenting import as_csv, as_json, pair_rows

FORMATS = ("table", "json", "csv", "atom", "md")


@click.command()
@database_option(must_exist=True)
@click.option("--new", is_flag=True, help="Only events first seen in the last run.")
@day_option("--since", "Only events first seen on or after this day.")
@click.option("--company", metavar="NAME", help="Only deals of this organisation, by any of its names.")
@click.option(
    "--all", "everything", is_flag=True, help="Also what is below the published threshold, and talks, rumours …"
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--limit", type=click.IntRange(1), help="At most this many events.")
def events(
    database: Path,
    new: bool,
    since: datetime | None,
    company: str | None,
    everything: bool,
    form: str,
    limit: int | None,
) -> None:
    """Print partnerships, newest first.

    By default those at or above the confidence at which, on held-out articles, 19 of 20 are right (docs/quality.md).
    """
    found = queries.events(
        database,
        new=new,
        since=f"{since:%Y-%m-%d}" if since else None,
        company=company,
        status=STATUSES if everything else STANDING,
        min_confidence=0.0 if everything else publish_threshold(),
        limit=limit,
    )
    title = "New partnerships" if new else f"Partnerships of {company}" if company else "Partnerships"
    if form == "table":
        show_partnerships(pair_rows(found), title)
    elif form in ("json", "csv"):
        click.echo((as_json if form == "json" else as_csv)(pair_rows(found)).rstrip("\n"))
    else:
        title = "새 제휴" if new else f"제휴: {company}" if company else "제휴"  # as the rest of the document
        click.echo(_document(database, form, title, [event["id"] for event in found]).rstrip("\n"))


def _document(database: Path, form: str, title: str, ids: list[str]) -> str:
    from web import feed, reading  # the site's package takes half a second to import

    with queries.opened(database) as conn:
        listed = reading.events(conn, ids)
    if form == "md":
        return feed.markdown(title, listed)
    return feed.atom(title, database.absolute().as_uri(), listed, site="http://127.0.0.1:8001").decode()


@click.command()
@click.argument("event_id", metavar="EVENT")
@database_option(must_exist=True)
def explain(event_id: str, database: Path) -> None:
    """Say why the reports of EVENT are one event, and which near ones are not."""
    told = resolution.explain(database, event_id)
    if told is None:
        raise click.ClickException(f"no event ever had the id {event_id!r}")
    screen = console()
    screen.print(f"{told['id']}: {len(told['mentions'])} reports (one deal from {told['threshold']:.2f} on)")
    for report in told["mentions"]:
        _print_report(screen, report)
    if told["near"]:
        screen.print("\nnear, but not this deal:")
    for report in told["near"]:
        _print_report(screen, report)
    for decision in told["decisions"]:
        note = f": {decision['note']}" if decision["note"] else ""
        screen.print(f"decision {decision['id']}: {decision['action']} by {decision['reviewer']}{note}")


def _print_report(screen: Console, report: dict[str, Any]) -> None:
    sure = "the only report" if report["probability"] is None else f"{report['probability']:.2f}"
    elsewhere = f" → {report['event_id'] or 'no event'}"
    screen.print(
        f"\n{report['mention_id']}  {(report['published_at'] or '')[:10]}  {report['kind']}, {report['status']},"
        f" {report['date'] or 'day unknown'}  {sure}{elsewhere}\n  {report['url']}\n  {report['evidence']}",
        markup=False,
    )
    if report["reasons"]:
        reasons = ", ".join(f"{name} {points:+.1f}" for name, _value, points in report["reasons"][:6])
        screen.print(f"  as {report['closest']}: {reasons}", style="dim", markup=False)
