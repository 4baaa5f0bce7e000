"""sources …: the list of outlets, a live check, a draft for a new one, a page kept for private regression."""

import click
from rich.table import Table

from crawler import Source, load_sources
from jehyu.cli.context import console


@click.group()
def sources() -> None:
    """The outlets Jehyu reads."""


@sources.command("list")
def list_sources() -> None:
    """Every outlet: its family, how it is found, whether it is on, how far its entry is proven."""
    table = Table(header_style="bold", pad_edge=False)
    for heading in ("name", "outlet", "family", "language", "found by", "state", "verified"):
        table.add_column(heading, overflow="fold")
    for source in load_sources().values():
        state = "on" if source.enabled else f"off: {source.off}"
        verified = source.verified.isoformat() if source.verified else "unverified"
        table.add_row(source.id, source.name, source.family, source.lang, _entries(source), state, verified)
    console().print(table)


def _entries(source: Source) -> str:
    kinds = {"feed": source.feeds, "sitemap": source.sitemaps, "list": source.lists, "JSON": source.api}
    return ", ".join(kind for kind, entries in kinds.items() if entries) or "–"
