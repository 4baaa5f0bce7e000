"""The database: schema, the store (the only writer), event resolution, queries."""

from db.connection import DatabaseError, connect
from db.store import Store

__all__ = ["DatabaseError", "Store", "connect"]
