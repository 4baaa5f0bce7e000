"""What the commands share: settings, the database option, the console, progress."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from jehyu.presenting import Row, partnership_table
from jehyu.settings import Settings
from nlp import load_reader

DATABASE = "jehyu.db"
OPENED = "jehyu.opened"
"""The key under which a command's context remembers the file that it works on."""


@dataclass(frozen=True)
class App:
    """What the command group knows before a command runs."""

    settings: Settings
    config: Path | None


def database_option(*, must_exist: bool, default: str | None = None) -> Callable[[Any], Any]:
    """``--db FILE``; unless a command has a ``default`` of its own it is ``$JEHYU_DB``, else ``jehyu.db`` here."""
    return click.option(
        "--db",
        "database",
        type=click.Path(path_type=Path, dir_okay=False, exists=must_exist, resolve_path=True),
        default=default or DATABASE,
        envvar=None if default else "JEHYU_DB",
        callback=_remembered,
        show_default=True,
        help="The SQLite file.",
    )


def _remembered(ctx: click.Context, _option: click.Parameter, database: Path) -> Path:
    """Where an error of SQLite is told, the file is named."""
    ctx.meta[OPENED] = database
    return database


def day_option(name: str, text: str) -> Callable[[Any], Any]:
    """An option that takes a day, YYYY-MM-DD."""
    return click.option(name, type=click.DateTime(["%Y-%m-%d"]), help=text)


def publish_threshold() -> float:
    """The confidence from which on events are shown by default; the rest waits for review."""
    return load_reader().thresholds["publish"]


def show_partnerships(rows: Sequence[Row], title: str) -> None:
    """A table of partnerships as wide as the screen, or a line that says there are none."""
    screen = console()
    if rows:
        screen.print(partnership_table(rows, title))
    else:
        screen.print(f"{title}: none")


def console(*, to_stderr: bool = False) -> Console:
    return Console(stderr=to_stderr, highlight=False)


@contextmanager
def progress_bar(label: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error that takes (done, of how many); nothing where nobody looks (a pipe, cron, --quiet)."""
    screen = console(to_stderr=True)
    bar = Progress(
        TextColumn(f"{label:<9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=screen,
        disable=quiet or not screen.is_terminal,
    )
    with bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
