"""The site in a process of its own, for `benchmarks.site`: `python -m benchmarks.site_server FILE --port N`."""

from pathlib import Path

import click

from web import serve


@click.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--port", type=int, required=True)
def main(path: Path, port: int) -> None:
    """Serve the database PATH."""
    serve(path, port=port)


if __name__ == "__main__":
    main()
