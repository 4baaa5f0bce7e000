"""schedule, health, backup, restore, serve: what keeps Jehyu running by itself."""

from pathlib import Path

import click

from db import backup as copies
from jehyu.cli.context import App, database_option
from jehyu.lock import run_lock
from jehyu.outcome import Outcome
from jehyu.schedule import Schedule, install_crontab, install_systemd


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
    try:
        plan = Schedule(database, every, log or database.with_name(database.name + ".log"), app.config)
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
@click.pass_context
def health(ctx: click.Context, database: Path) -> None:
    """Say of each source whether it is well; exit with 1 if one is not."""
    ctx.exit(Outcome.OK)


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

    click.echo(f"http://{host}:{port}  (Ctrl-C ends it)")
    serve_site(database, host, port, show_bodies=show_bodies)
