"""Jehyu: who in Korean tech has allied with whom, read from the news."""

from importlib.metadata import version

__version__ = version("jehyu")
