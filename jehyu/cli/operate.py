"""schedule, health, backup, restore, serve: what keeps Jehyu running by itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from crawler import Source, load_sources
from crawler.health import Health, examine
from db import backup as copies
from db import queries
from db.base import KST
from jehyu.cli.context import App, console, database_option, publish_threshold
from jehyu.cli.pipeline import chosen_sources
from jehyu.lock import run_lock
from jehyu.outcome import Outcome
from jehyu.schedule import Schedule, install_crontab, install_systemd
from jehyu.settings import Settings

LONGEST_PAUSE = timedelta(hours=26)
"""Between the starts of two runs: the rarest schedule is once a day."""


@click.command()
@database_option(must_exist=False)
@click.option("--every", default=30, show_default=True, metavar="MINUTES", help="5 to 30 dividing an hour, or hours.")
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False, resolve_path=True), help="Default: FILE.log")
@click.option("--install", is_flag=True, help="Write the line into this user's crontab.")
@click.option(
    "--systemd", "units", type=click.Path(path_type=Path, file_okay=False), help="Write the units here instead."
)
@click.pass_obj
def schedule(app: App, database: Path, every: int, log: Path | None, install: bool, units: Path | None) -> None:
    """Print, or install, the crontab line and the systemd timer that call `jehyu run`."""
    output = log or database.with_name(database.name + ".log")
    if missing := [path.parent for path in (database, output) if not path.parent.is_dir()]:
        raise click.UsageError(f"no such folder: {missing[0]}")  # cron would fail, and nobody reads its mail
    try:
        plan = Schedule(database, every, output, app.config, app.settings.written)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if install:
        click.echo(f"in your crontab now:\n{install_crontab(plan)}")
    elif units:
        for path in install_systemd(plan, units):
            click.echo(path)
        click.echo("then: systemctl --user enable --now jehyu.timer")
    else:
        click.echo(f"# crontab\n{plan.crontab_line()}")
        for name, text in plan.systemd_units().items():
            click.echo(f"\n# {name}\n{text}", nl=False)


@click.command()
@database_option(must_exist=True)
@click.option("--all", "everything", is_flag=True, help="Also the sources that are off.")
@click.pass_context
def health(ctx: click.Context, database: Path, everything: bool) -> None:
    """Say of each source how it stands by the last seven days, and when the last run was.

    Exit code: 0 all well, 1 a source or the schedule needs somebody.
    """
    app: App = ctx.obj
    with queries.opened(database) as conn:
        found = examine(conn, watched_sources(app.settings, everything))
        last = conn.execute("SELECT * FROM runs WHERE outcome IS NOT 'refused' ORDER BY id DESC LIMIT 1").fetchone()
    console().print(_health_table(found))
    troubled = sum(one.alarming for one in found)
    click.echo(f"{len(found)} sources, {troubled} need attention; {_run_line(last)}")
    silent = _silence(last)
    if silent:
        click.echo(silent)
    ctx.exit(Outcome.PARTLY if troubled or silent else Outcome.OK)


def watched_sources(settings: Settings, everything: bool) -> list[Source]:
    """All sources as the settings have them on or off; only those that are on unless ``everything``."""
    on = {source.id for source in chosen_sources(settings, ())}
    return [
        source.model_copy(update={"off": None if source.id in on else source.off or "off in the settings"})
        for source in load_sources().values()
        if everything or source.id in on
    ]


def _health_table(found: Iterable[Health]) -> Table:
    """Those that need somebody first."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("source", "stands", "newest", "articles", "last run", "why"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("newest", "last run"))
    for one in sorted(found, key=lambda one: (not one.alarming, one.source_id)):
        failed = ", ".join(f"{failure} {count}" for failure, count in one.failures)
        why = "; ".join(filter(None, (*one.problems, failed and f"failures this week: {failed}")))
        word = Text(one.verdict.replace("_", " "), style="bold red" if one.alarming else "")
        when = [f"{moment:%m-%d %H:%M}" if moment else "–" for moment in (one.newest_at, one.last_run_at)]
        table.add_row(one.source_id, word, when[0], str(one.articles), when[1], why)
    return table


def _run_line(run: Mapping[str, Any] | None) -> str:
    if run is None:
        return "there was no run yet"
    when = run["started_at"][:16].replace("T", " ")
    return f"last run {when} (times are Seoul's): {run['outcome'] or 'still at work'}, {run['summary'] or ''}"


def _silence(run: Mapping[str, Any] | None) -> str | None:
    """What says that runs no longer happen or no longer get anywhere: nothing else would tell."""
    if run is None or datetime.now(KST) - datetime.fromisoformat(run["started_at"]) > LONGEST_PAUSE:
        return "no run has begun for more than a day: is the schedule installed, and cron or the timer at work?"
    return "the last run got nothing done: its message stands above" if run["outcome"] == "failed" else None


@click.command()
@database_option(must_exist=True)
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def backup(database: Path, target: Path) -> None:
    """Copy the database to TARGET while it may be in use, and check the copy."""
    copies.backup(database, target)
    click.echo(f"{target}: {target.stat().st_size:,} bytes, checked")


@click.command()
@database_option(must_exist=False)
@click.argument("source", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def restore(database: Path, source: Path) -> None:
    """Put the backup SOURCE in the database's place, after checking it; the present file is kept beside it."""
    with run_lock(database):
        kept = copies.restore(source, database)
    click.echo(f"{database}: restored" + (f"; the file that was there is {kept}" if kept else ""))


@click.command()
@database_option(must_exist=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True)
@click.option("--show-bodies", is_flag=True, help="Let readers see article texts; see docs/site.md on rights.")
def serve(database: Path, host: str, port: int, show_bodies: bool) -> None:
    """Open the database in Datasette, read-only."""
    from web import serve as serve_site  # Datasette takes half a second to import, which no other command needs

    def announce(address: str, login: str) -> None:
        click.echo(f"{address}  (Ctrl-C ends it)\nto curate, open once: {login}")

    metadata = {"plugins": {"jehyu": {"sure": publish_threshold()}}}
    serve_site(database, host, port, show_bodies=show_bodies, metadata=metadata, announce=announce)
