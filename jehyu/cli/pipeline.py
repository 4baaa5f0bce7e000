"""demo, run and the stages alone: crawl, extract, resolve."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import datetime
from functools import partial, reduce
from pathlib import Path
from typing import BinaryIO

import click

from crawler import Report, Source, load_sources, select
from crawler.report import Outcome as Fared
from db import Store, queries
from jehyu import stages
from jehyu.cli.context import (
    App,
    database_option,
    day_option,
    progress_bar,
    publish_threshold,
    show_partnerships,
)
from jehyu.demo import Newsroom
from jehyu.jsonl import extract_lines
from jehyu.lock import run_lock
from jehyu.outcome import Outcome
from jehyu.presenting import pair_rows
from jehyu.reading import read_all
from jehyu.rereading import Preview, preview
from jehyu.settings import Settings
from nlp import load_reader

Command = Callable[..., None]

DEMO_DATABASE = "jehyu-demo.db"

quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print only the one-line summary (for cron).")


def crawling_options(command: Command) -> Command:
    """What `run` and `crawl` share: the database, which outlets, from which day on, how loud."""
    options = (
        database_option(must_exist=False),
        click.option("--source", "names", multiple=True, metavar="NAME", help="Only this outlet (repeatable)."),
        day_option("--since", "Skip articles published before this day."),
        quiet_option,
    )
    return reduce(lambda decorated, option: option(decorated), reversed(options), command)


@click.command()
@database_option(must_exist=False, default=DEMO_DATABASE)
@click.option("--serve", is_flag=True, help="Go on serving the newsroom and the site afterwards, until Ctrl-C.")
@click.option("--port", default=8001, show_default=True, help="The site's port, with --serve.")
@click.pass_context
def demo(ctx: click.Context, database: Path, serve: bool, port: int) -> None:
    """Run the whole job offline on a bundled newsroom.

    Starts a small newsroom on the loopback interface, crawls it with the real spiders, extracts, resolves, and prints
    the new partnerships. A second demo finds nothing new.
    """
    with Newsroom() as newsroom:
        report = stages.run(database, newsroom.sources(), Settings(), stage=partial(progress_bar, quiet=False))
        _print_run(report, database, quiet=False)
        if serve:
            from web import serve as serve_site

            click.echo(f"the site is at http://127.0.0.1:{port} (Ctrl-C ends it)")
            serve_site(database, port=port)
        else:
            click.echo("browse them:  jehyu demo --serve")
    ctx.exit(report.outcome)


@click.command()
@crawling_options
@click.pass_context
def run(ctx: click.Context, database: Path, names: tuple[str, ...], since: datetime | None, quiet: bool) -> None:
    """Crawl, extract, resolve, tell; print what is new.

    Exit code: 0 all well, 1 partly failed, 2 nothing could be done, 3 another run is at work.
    """
    app: App = ctx.obj
    chosen = chosen_sources(app.settings, names)
    report = stages.run(database, chosen, app.settings, since=since, stage=partial(progress_bar, quiet=quiet))
    _print_run(report, database, quiet)
    ctx.exit(report.outcome)


@click.command()
@crawling_options
@click.pass_context
def crawl(ctx: click.Context, database: Path, names: tuple[str, ...], since: datetime | None, quiet: bool) -> None:
    """Ask the outlets and store their articles; what cannot be had is kept and tried again."""
    app: App = ctx.obj
    chosen = chosen_sources(app.settings, names)
    with run_lock(database), closing(Store(database)) as store:
        reports = stages.crawl(store, chosen, app.settings, since=since, stage=partial(progress_bar, quiet=quiet))
    for report in reports:
        if not quiet or report.outcome != Fared.OK:
            click.echo(source_line(report))
    answered = [report for report in reports if report.outcome not in (Fared.BROKEN, Fared.NOT_RUN)]
    troubled = [report for report in reports if report.outcome not in (Fared.OK, Fared.NOTHING_NEW)]
    ctx.exit(Outcome.of(len(answered), len(troubled)))


@click.command()
@database_option(must_exist=False)
@click.option("--all", "reread", is_flag=True, help="Read again what another version of the reader has read.")
@click.option("--jsonl", nargs=2, type=str, metavar="IN OUT", help="Read articles from IN, write to OUT (- = a pipe).")
@click.option("--processes", type=click.IntRange(1), help="Worker processes (default: the setting, 1).")
@click.option("--dry-run", is_flag=True, help="With --all: only show what would change.")
@click.option("--yes", is_flag=True, help="With --all: do it without showing first.")
@quiet_option
@click.pass_context
def extract(
    ctx: click.Context,
    database: Path,
    reread: bool,
    jsonl: tuple[str, str] | None,
    processes: int | None,
    dry_run: bool,
    yes: bool,
    quiet: bool,
) -> None:
    """Read pending articles and store the deals they report; with --jsonl from file to file, without a database.

    With --all everything kept is read again: first on a copy, to show which events would be added (+), changed (~),
    withdrawn (-) or merged (>); then, if you say so, for good.
    """
    app: App = ctx.obj
    settings, show = app.settings.with_processes(processes), partial(progress_bar, quiet=quiet)
    if jsonl:
        _extract_jsonl(*jsonl, settings)
        return
    if (dry_run or yes) and not reread:
        raise click.UsageError("--dry-run and --yes go with --all")
    if not database.exists():
        raise click.UsageError(f"{database}: no such database, so there is nothing to read")
    if reread and not yes:
        found = preview(database, load_reader(), settings, stage=show)
        _print_preview(found)
        if dry_run or not found.extracted.read or not click.confirm("apply this?"):
            return
    with run_lock(database), closing(Store(database)) as store:
        done = stages.extract(store, load_reader(), settings, reread=reread, stage=show)
    click.echo(f"{done.read} articles read, {done.failed} failed, {done.mentions} reports of deals")
    ctx.exit(Outcome.of(done.read, done.failed))


@click.command()
@database_option(must_exist=True)
def resolve(database: Path) -> None:
    """Turn reports into events: one event for one deal. Safe to repeat."""
    with run_lock(database), closing(Store(database)) as store:
        run_id = store.start_run()
        done = store.resolve(run_id)
        line = f"{len(done.new)} new events, {len(done.changed)} changed, {len(done.withdrawn)} withdrawn"
        store.finish_run(run_id, "ok", f"resolve: {line}")
    click.echo(line)


def chosen_sources(settings: Settings, names: Sequence[str]) -> list[Source]:
    """The sources named, else those enabled as the settings have it. Raises SourceError for an unknown name."""
    sources = load_sources()
    if names:
        return select(sources, names)
    select(sources, (*settings.crawl.enable, *settings.crawl.disable))
    return [
        source
        for source in sources.values()
        if (source.enabled or source.id in settings.crawl.enable) and source.id not in settings.crawl.disable
    ]


def source_line(report: Report) -> str:
    """What one source did, in one line."""
    counts = f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged, {report.failed} failed"
    trouble = report.cut or next(iter(report.details), "")
    return f"{report.source_id}: {report.outcome.replace('_', ' ')} ({counts})" + (f": {trouble}" if trouble else "")


def _print_run(report: stages.RunReport, database: Path, quiet: bool) -> None:
    if not quiet:
        for source in report.sources:
            if source.outcome not in (Fared.OK, Fared.NOTHING_NEW):
                click.echo(source_line(source), err=True)
        found = queries.events(database, new=True)
        sure = [event for event in found if event["confidence"] >= publish_threshold()]
        show_partnerships(pair_rows(sure), "New partnerships")
        if len(found) > len(sure):
            click.echo(f"{len(found) - len(sure)} more are less sure: jehyu events --new --all --db {database}")
    # In cron's log a line must say when it was, and how it ended.
    when = f"{datetime.now():%Y-%m-%d %H:%M} {stages.OUTCOME_WORDS[report.outcome]}: " if quiet else ""
    click.echo(when + report.summary())


def _print_preview(found: Preview) -> None:
    for line in found.lines():
        click.echo(line)
    counts = f"{len(found.added)} events added, {len(found.changed)} changed, {len(found.withdrawn)} withdrawn"
    click.echo(f"{found.extracted.read} articles read again: {counts}, {len(found.merged)} merged; nothing was written")


def _extract_jsonl(source: str, target: str, settings: Settings) -> None:
    limits = settings.extract
    read = partial(read_all, load_reader(), processes=limits.processes, limit=limits.article_time_limit)
    with _binary(source) as lines, click.open_file(target, "w", encoding="utf-8") as out:
        for answer in extract_lines(lines, read):
            out.write(answer + "\n")
            out.flush()


def _binary(source: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if source == "-" else Path(source).open("rb")
