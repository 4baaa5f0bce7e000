"""backfill: what an outlet published before Jehyu watched it."""

from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from crawler import Report, backfill, load_sources, select
from crawler.report import Outcome as Fared
from db import Store
from jehyu.cli.context import App, database_option, day_option, progress_bar
from jehyu.cli.pipeline import quiet_option, source_line
from jehyu.lock import run_lock
from jehyu.outcome import Outcome
from jehyu.stages import crawler_settings


@click.command("backfill")
@click.argument("name")
@database_option(must_exist=False)
@day_option("--since", "The day to go back to.")
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="Articles fetched at most.")
@quiet_option
@click.pass_context
def backfill_source(
    ctx: click.Context, name: str, database: Path, since: datetime | None, limit: int, quiet: bool
) -> None:
    """Fetch what the outlet NAME published since a day, from its archive pages and sitemaps, newest first.

    As slowly as any crawl, within `crawl.run_time_limit`. Called again it goes on where it left off, and asks for no
    article that is stored. The next `jehyu run` reads what came.
    """
    if since is None:
        raise click.UsageError("say how far back to go: --since YYYY-MM-DD")
    app: App = ctx.obj
    (source,) = select(load_sources(), [name])
    with run_lock(database), closing(Store(database)) as store, progress_bar("backfill", quiet=quiet) as show:

        def on_progress(report: Report) -> None:
            show(report.new + report.changed + report.unchanged + report.failed, report.asked + report.unchanged)

        report = backfill(
            store,
            source,
            since,
            limit=limit,
            time_limit=app.settings.crawl.run_time_limit,
            settings=crawler_settings(app.settings),
            on_progress=on_progress,
        )
    click.echo(source_line(report))
    if report.left or report.cut:
        click.echo("there is more: run it again to go on")
    ctx.exit(Outcome.of(report.outcome != Fared.BROKEN, report.outcome not in (Fared.OK, Fared.NOTHING_NEW)))
