"""train: teaching the encoder, for those who have the articles and the extra packages."""

import click

from jehyu.outcome import Outcome

NEEDED = "training needs packages that reading does not: pip install 'jehyu[train]'"


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}, add_help_option=False
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="STEP …")
@click.pass_context
def train(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Train the encoder: vocabulary, prepare, fit, export, measure (docs/training.md)."""
    try:
        from nlp.training.__main__ import main as steps
    except ModuleNotFoundError as error:
        click.echo(f"jehyu: {NEEDED} ({error.name} is missing)", err=True)
        ctx.exit(Outcome.NOTHING)
    steps.main(list(arguments) or ["--help"], prog_name=ctx.command_path)
