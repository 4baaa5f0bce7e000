"""The store: the only thing that writes to the database. One class, made of one part a subject."""

from __future__ import annotations

from db.articles import Articles
from db.extractions import Extractions
from db.resolution.writer import Resolving
from db.runs import Runs


class Store(Extractions, Articles, Runs, Resolving):
    """`Store(path)` opens (and makes or migrates) a database file. Methods are listed in docs/database.md."""
