"""sources …: the list of outlets, a live check, a draft for a new one, pages kept for private regression."""

from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from crawler import Source, load_sources, select
from crawler.draft import check, draft, freeze, replay
from crawler.failures import ReadError
from jehyu.cli.context import App, console
from jehyu.outcome import Outcome
from jehyu.stages import crawler_settings

folder_type = click.Path(path_type=Path, file_okay=False)


@click.group()
def sources() -> None:
    """The outlets Jehyu reads."""


@sources.command("list")
def list_sources() -> None:
    """Every outlet: its family, how it is found, whether it is on, how far its entry is proven."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("name", "outlet", "family", "language", "found by", "state"):
        table.add_column(heading, overflow="fold")
    table.add_column("verified", no_wrap=True)
    for source in load_sources().values():
        state = "on" if source.enabled else f"off: {source.off}"
        verified = source.verified.isoformat() if source.verified else "unverified"
        table.add_row(source.id, source.name, source.family, source.lang, _entries(source), state, verified)
    console().print(table)


def _entries(source: Source) -> str:
    kinds = {"feed": source.feeds, "sitemap": source.sitemaps, "list": source.lists, "JSON": source.api}
    return ", ".join(kind for kind, entries in kinds.items() if entries) or "–"


@sources.command("new")
@click.argument("url")
@click.pass_obj
def new_source(app: App, url: str) -> None:
    """Look at the site at URL and draft its entry: feeds, sitemap, CMS family, and what could be read with it."""
    try:
        found = draft(url, crawler_settings(app.settings))
    except ReadError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{found.toml.rstrip()}\n")
    for note in found.notes:
        click.echo(f"# {note}")
    for article in found.articles:
        click.echo(f"# read {article.published or 'no time'}  {article.title}  ({len(article.text)} characters)")


@sources.command("check")
@click.argument("names", nargs=-1)
@click.pass_context
def check_sources(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Crawl a few articles of each source live (by default all) and hold them against its own assertions."""
    app: App = ctx.obj
    sound = failed = 0
    for source in select(load_sources(), names):
        report, problems = check(source, crawler_settings(app.settings))
        sound, failed = sound + (not problems), failed + bool(problems)
        click.echo(f"{source.id}: " + ("; ".join(problems) or f"well, {report.new} articles read"))
    ctx.exit(Outcome.of(sound, failed))


@sources.command()
@click.argument("name")
@click.argument("url")
@click.argument("folder", type=folder_type)
@click.pass_obj
def fixture(app: App, name: str, url: str, folder: Path) -> None:
    """Keep the page at URL, and what is read from it now, in FOLDER: others' text, so outside this project."""
    try:
        path = freeze(select(load_sources(), [name])[0], url, folder, crawler_settings(app.settings))
    except (ReadError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(path)


@sources.command("replay")
@click.argument("folder", type=folder_type)
@click.pass_context
def replay_fixtures(ctx: click.Context, folder: Path) -> None:
    """Read every page kept in FOLDER again; name those that now read otherwise."""
    different = 0
    for path, what in replay(folder, load_sources()):
        click.echo(f"{path}: {what}")
        different += 1
    ctx.exit(Outcome.PARTLY if different else Outcome.OK)
