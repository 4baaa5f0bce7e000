"""Reading company partnerships out of Korean and English news."""

from nlp.reader import Reader, load_reader

__all__ = ["Reader", "load_reader"]
