"""INSERT that knows ON CONFLICT, which both databases spell alike and SQLAlchemy has once for each."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

UpsertInsert = postgresql.Insert | sqlite.Insert


def insert(table: Table, on_postgresql: bool) -> UpsertInsert:
    """`INSERT INTO table`."""
    return postgresql.insert(table) if on_postgresql else sqlite.insert(table)
