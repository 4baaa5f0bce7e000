"""The command line: one module a group of commands, joined here."""

import sqlite3
import sys
from datetime import datetime
from pathlib import Path

import click

from crawler import SourceError
from db import DatabaseError
from db.connection import explain
from jehyu import __version__, logs
from jehyu.cli import ask, backfill, curate, operate, pipeline, quality, sources, train
from jehyu.cli.context import OPENED, App
from jehyu.lock import AlreadyRunning
from jehyu.outcome import Outcome
from jehyu.schedule import ScheduleError
from jehyu.settings import SettingsError, load_settings

EXPECTED = (DatabaseError, ScheduleError, SettingsError, SourceError, OSError)
"""Errors whose message tells a person what to do; anything else is a fault of ours and shows its traceback."""


class Commands(click.Group):
    """A group that turns the errors a person can do something about into one line and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except AlreadyRunning as error:
            _say(str(error))
            ctx.exit(Outcome.REFUSED)
        except BrokenPipeError:  # `jehyu events | head`
            ctx.exit(Outcome.OK)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):  # faults of ours
            raise
        except sqlite3.Error as error:  # of a command that only reads: what writes explains its own
            _say(f"jehyu: {explain(error, ctx.meta[OPENED])}")
            ctx.exit(Outcome.NOTHING)
        except EXPECTED as error:
            _say(f"jehyu: {error}")
            ctx.exit(Outcome.NOTHING)


def _say(text: str) -> None:
    """A line on standard error; where that is cron's log, it says when."""
    when = "" if sys.stderr.isatty() else f"{datetime.now():%Y-%m-%d %H:%M} "
    click.echo(when + text, err=True)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Settings file (default: ./jehyu.toml)."
)
@click.option("-v", "--verbose", is_flag=True, help="Log what the stages do.")
@click.pass_context
def main(ctx: click.Context, config: Path | None, verbose: bool) -> None:
    """Who in Korean tech has allied with whom, read from the news.

    \b
    jehyu demo                 the whole job offline, on a bundled newsroom
    jehyu run                  crawl, extract, resolve; what cron calls
    jehyu events --new         what is new
    jehyu serve                open the database in Datasette
    """
    settings = load_settings(config)
    logs.set_up(settings, verbose=verbose)
    ctx.obj = App(settings, config)


for command in (
    pipeline.demo,
    pipeline.run,
    pipeline.crawl,
    pipeline.extract,
    pipeline.resolve,
    backfill.backfill_source,
    ask.events,
    ask.explain,
    curate.review,
    curate.companies,
    sources.sources,
    operate.schedule,
    operate.health,
    operate.backup,
    operate.restore,
    operate.serve,
    quality.evaluate,
    train.train,
):
    main.add_command(command)
