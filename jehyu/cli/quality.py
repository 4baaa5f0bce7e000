"""evaluate: how well the reader reads, measured on labelled articles."""

from pathlib import Path

import click

from nlp import evaluation


@click.command()
@click.argument("gold", type=click.Path(path_type=Path, dir_okay=False, exists=True), nargs=-1, required=True)
@click.option("--rules-only", is_flag=True, help="Leave the trained encoder out.")
@click.option("--errors", type=click.IntRange(0), default=0, metavar="N", help="List the first N errors by class.")
@click.option("--processes", type=click.IntRange(1), default=1, show_default=True)
def evaluate(gold: tuple[Path, ...], rules_only: bool, errors: int, processes: int) -> None:
    """Score the reader on GOLD files (JSONL, labelled by the annotation guide), with the baselines beside it."""
    arguments = [*map(str, gold), "--baselines", f"--errors={errors}", f"--processes={processes}"]
    evaluation.main([*arguments, "--rules-only"] if rules_only else arguments)
