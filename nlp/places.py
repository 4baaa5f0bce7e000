"""Which names are places: a city where something stands is no party, unless its government signs under its own name."""

from functools import cache
from importlib.resources import files

PLACES = "places.txt"


@cache
def _places() -> frozenset[str]:
    lines = (files("nlp") / "data" / PLACES).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def is_place(name: str) -> bool:
    """Whether `name` is a city, country or state and nothing more; with 시, 군 or 도 at the end it is a government."""
    return name in _places()
