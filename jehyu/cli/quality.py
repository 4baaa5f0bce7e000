"""evaluate: how well the reader reads, measured on labelled articles."""

from pathlib import Path

import click
from rich.console import Console

from nlp import evaluation


@click.command()
@click.argument("gold", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--no-model", is_flag=True, help="Rules only, without the trained encoder.")
@click.option("--errors", is_flag=True, help="List each error by class.")
def evaluate(gold: Path, no_model: bool, errors: bool) -> None:
    """Score the reader on GOLD (JSONL labelled by the annotation guide), with the baselines beside it."""
