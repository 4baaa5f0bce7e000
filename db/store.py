"""The store: the only thing that writes to the database. One class, made of one part a subject."""

from __future__ import annotations

from db.articles import Articles
from db.notices import Notices
from db.reviews import Reviews
from db.runs import Runs


class Store(Reviews, Articles, Runs, Notices):
    """`Store(path)` opens (and makes or migrates) a database file. Methods are listed in docs/database.md."""
