"""review …, companies …: what people decide, and the organisations."""

import getpass
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from db import Store, queries
from db.reviews import ReviewError
from jehyu.cli.context import console, database_option, show_partnerships
from jehyu.presenting import pair_rows

database = database_option(must_exist=True)
reviewer_option = click.option("--reviewer", default=getpass.getuser, help="Who decides (default: you).")
COLUMNS = ("id", "name", "country", "deals", "first_on", "last_on")
note_option = click.option("--note", help="Why.")


@click.group()
def review() -> None:
    """Decide about events. A decision outlives every re-reading and can be undone."""


@review.command("list")
@database
@click.option("--limit", default=20, show_default=True)
def list_open(database: Path, limit: int) -> None:
    """Events to look at: decisions reopened by a changed article, then the least sure."""
    show_partnerships(pair_rows(queries.to_review(database, limit=limit)), "To review")


@review.command()
@click.argument("event")
@database
@reviewer_option
@note_option
def confirm(event: str, database: Path, reviewer: str, note: str | None) -> None:
    """EVENT was checked and is right."""
    _decide(database, "confirm", event, reviewer=reviewer, note=note)


@review.command()
@click.argument("event")
@database
@reviewer_option
@note_option
def reject(event: str, database: Path, reviewer: str, note: str | None) -> None:
    """EVENT is no partnership; it stays out however its articles are read again."""
    _decide(database, "reject", event, reviewer=reviewer, note=note)


@review.command()
@click.argument("event")
@click.argument("target", metavar="kind|status|date|party:ORG")
@click.argument("value")
@database
@reviewer_option
@note_option
def correct(event: str, target: str, value: str, database: Path, reviewer: str, note: str | None) -> None:
    """Put VALUE in place of what the machine read; "-" as a date means that the day is not known."""
    _decide(database, "correct", event, target, None if value == "-" else value, reviewer=reviewer, note=note)


@review.command()
@click.argument("event")
@click.argument("other")
@database
@reviewer_option
@note_option
def merge(event: str, other: str, database: Path, reviewer: str, note: str | None) -> None:
    """EVENT and OTHER are one deal; the later id becomes a redirect."""
    _decide(database, "merge", event, other, reviewer=reviewer, note=note)


@review.command()
@click.argument("event")
@click.argument("mentions", type=int, nargs=-1, required=True)
@database
@reviewer_option
@note_option
def split(event: str, mentions: tuple[int, ...], database: Path, reviewer: str, note: str | None) -> None:
    """Take MENTIONS (numbers, as `jehyu explain` shows them) out of EVENT into one of their own."""
    _decide(database, "split", event, mentions, reviewer=reviewer, note=note)


@review.command()
@click.argument("alias")
@click.argument("organization")
@database
@reviewer_option
@note_option
def alias(alias: str, organization: str, database: Path, reviewer: str, note: str | None) -> None:
    """ALIAS is a name of ORGANIZATION (an id, as `jehyu companies` shows it)."""
    _decide(database, "add_alias", alias, organization, reviewer=reviewer, note=note)


@review.command()
@click.argument("decision", type=int)
@database
def undo(decision: int, database: Path) -> None:
    """Take DECISION (its number) back."""
    with closing(Store(database)) as store:
        store.undo(decision)
    click.echo(f"decision {decision} undone")


def _decide(database: Path, action: str, *arguments: Any, reviewer: str, note: str | None) -> None:
    with closing(Store(database)) as store:
        try:
            number = getattr(store, action)(*arguments, reviewer=reviewer, note=note)
        except ReviewError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"decision {number}; `jehyu review undo {number}` takes it back")


@click.command()
@click.argument("name", required=False)
@database
@click.option("--limit", default=40, show_default=True)
def companies(name: str | None, database: Path, limit: int) -> None:
    """The organisations in live deals, most deals first; with NAME one of them and its partners."""
    table = Table(header_style="bold", pad_edge=False)
    if name is None:
        rows = queries.companies(database, limit=limit)
    else:
        company = queries.company(database, name)
        if company is None:
            raise click.ClickException(f"no organisation is called {name!r}")
        console().print(f"{company['name']} ({company['id']}): {', '.join(row['alias'] for row in company['aliases'])}")
        rows = company["partners"][:limit]
    for column in COLUMNS:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(str(row[column] or "–") for column in COLUMNS))
    console().print(table)
