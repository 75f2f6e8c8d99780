"""What all tables share: their registry, how a moment and an id are kept, and rows that a statement brings along.

INSERT that knows ON CONFLICT, which both databases spell alike and SQLAlchemy has once for each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    MetaData,
    String,
    Table,
    bindparam,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

METADATA = MetaData()

# Compared byte by byte in both databases, so that a range of ids with one beginning is exact.
Id = String().with_variant(String(collation="C"), "postgresql")

MAX_CLOCK_SKEW = timedelta(minutes=10)  # no lease, delay or hold with an end is longer

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Since 1970, of an aware moment."""
    return (moment - _EPOCH) // _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 in UTC: exact, ordered and subtractable in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + value * _MICROSECOND


@dataclass(frozen=True, slots=True)
class DatabaseTrigger:
    """Something that the database does by itself on every change: when, and the statement it runs then."""

    name: str
    postgresql: tuple[str, str]
    sqlite: tuple[str, str]

    def statements(self, on_postgresql: bool) -> tuple[str, ...]:
        """What creates it, in place of an older one of that name."""
        when, body = self.postgresql if on_postgresql else self.sqlite
        if not on_postgresql:
            return (
                f"DROP TRIGGER IF EXISTS {self.name}",
                f"CREATE TRIGGER {self.name} {when} BEGIN {body}; END",
            )
        function = f"RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$"
        table = when.split(" ON ")[1].split()[0]
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() {function}",
            f"DROP TRIGGER IF EXISTS {self.name} ON {table}",
            f"CREATE TRIGGER {self.name} {when} EXECUTE FUNCTION {self.name}()",
        )


@dataclass(frozen=True, slots=True)
class Backfill:
    """Rows of a new table that are made of what is there already; both databases understand the statement."""

    statement: str


def add(moment: ColumnElement[Any], by: timedelta) -> ColumnElement[datetime]:
    """In SQL: `moment` and so much more; a negative stretch goes back."""
    # Not type_coerce: a bound parameter would lose its own type by it.
    return moment.op("+", return_type=Moment())(literal(by // _MICROSECOND, BigInteger))


def minute_of(moment: ColumnElement[datetime]) -> ColumnElement[int]:
    """In SQL: minutes since 1970."""
    return type_coerce(moment, BigInteger) // 60_000_000


def is_past(moment: ColumnElement[datetime | None], now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """In SQL: whether a moment of machine time is over, or was never set.

    One that is further ahead than the bot ever sets one was written before the clock was put back: it is over too.
    """
    return or_(moment.is_(None), moment <= now, add(moment, -MAX_CLOCK_SKEW) > now)


def real_time(on_postgresql: bool) -> ColumnElement[datetime]:
    """In SQL: machine time, which is PostgreSQL's own unless `Transaction.now_param` tells another."""
    told = bindparam("machine", type_=Moment)
    if not on_postgresql:
        return told
    own = cast(extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)
    return type_coerce(func.coalesce(told, own), Moment)


def values_table(on_postgresql: bool, *names: str) -> FromClause:
    """In SQL: rows that the statement's parameters bring along (see `values_params`), one parameter a column however many rows."""
    if on_postgresql:
        arrays = [bindparam(f"given_{name}", type_=ARRAY(String)) for name in names]
        return func.unnest(*arrays).table_valued(*names).render_derived("given")
    each = func.json_each(bindparam("given")).table_valued("value")
    parts = (func.json_extract(each.c.value, f"$[{number}]").label(name) for number, name in enumerate(names))
    return select(*parts).subquery("given")


def values_params(on_postgresql: bool, **columns: Sequence[str]) -> dict[str, Any]:
    """The parameters for `values_table`."""
    if on_postgresql:
        return {f"given_{name}": list(column) for name, column in columns.items()}
    return {"given": json.dumps(list(zip(*columns.values(), strict=True)))}


UpsertInsert = postgresql.Insert | sqlite.Insert


def insert(table: Table, on_postgresql: bool) -> UpsertInsert:
    """`INSERT INTO table`."""
    return postgresql.insert(table) if on_postgresql else sqlite.insert(table)
