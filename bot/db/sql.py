"""Building blocks for SQL that works in both databases: column types, triggers, time, parameter tables, INSERT."""

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

# Both databases compare ids byte by byte, so that a range of ids with a common prefix is exact.
Id = String().with_variant(String(collation="C"), "postgresql")

MAX_CLOCK_SKEW = timedelta(minutes=10)  # no lease, delay or temporary pause is longer

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Convert an aware moment to microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """A column type for aware datetimes, stored as microseconds since 1970 in UTC.

    In this form both databases can compare and subtract them exactly.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + value * _MICROSECOND


@dataclass(frozen=True, slots=True)
class DatabaseTrigger:
    """A trigger. For each database it gives the event, such as `AFTER INSERT ON x`, and the statement to run."""

    name: str
    postgresql: tuple[str, str]
    sqlite: tuple[str, str]

    def statements(self, on_postgresql: bool) -> tuple[str, ...]:
        """The statements that create the trigger, in place of an older one of the same name."""
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


def add(moment: ColumnElement[Any], by: timedelta) -> ColumnElement[datetime]:
    """In SQL: `moment` plus a duration, which may be negative."""
    # type_coerce would make a bound parameter lose its own type.
    return moment.op("+", return_type=Moment())(literal(by // _MICROSECOND, BigInteger))


def minute_of(moment: ColumnElement[datetime]) -> ColumnElement[int]:
    """In SQL: minutes since 1970."""
    return type_coerce(moment, BigInteger) // 60_000_000


def is_past(moment: ColumnElement[datetime | None], now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """In SQL: true if a moment of real time is past, or was never set.

    A moment further ahead than MAX_CLOCK_SKEW was written before the clock was set back, and counts as past too.
    """
    return or_(moment.is_(None), moment <= now, add(moment, -MAX_CLOCK_SKEW) > now)


def real_time(on_postgresql: bool) -> ColumnElement[datetime]:
    """In SQL: real time. PostgreSQL uses its own clock unless `Transaction.now_param` gives a time."""
    given = bindparam("machine", type_=Moment)
    if not on_postgresql:
        return given
    server_time = cast(extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)
    return type_coerce(func.coalesce(given, server_time), Moment)


def values_table(on_postgresql: bool, *names: str) -> FromClause:
    """In SQL: a table of rows that come as parameters (see `values_params`), one parameter for each column."""
    if on_postgresql:
        arrays = [bindparam(f"given_{name}", type_=ARRAY(String)) for name in names]
        return func.unnest(*arrays).table_valued(*names).render_derived("given")
    rows = func.json_each(bindparam("given")).table_valued("value")
    parts = (func.json_extract(rows.c.value, f"$[{number}]").label(name) for number, name in enumerate(names))
    return select(*parts).subquery("given")


def values_params(on_postgresql: bool, **columns: Sequence[str]) -> dict[str, Any]:
    """The parameters for `values_table`, from columns of equal length."""
    if on_postgresql:
        return {f"given_{name}": list(column) for name, column in columns.items()}
    return {"given": json.dumps(list(zip(*columns.values(), strict=True)))}


UpsertInsert = postgresql.Insert | sqlite.Insert


def insert(table: Table, on_postgresql: bool) -> UpsertInsert:
    """An `INSERT INTO table` that supports ON CONFLICT, which SQLAlchemy has once for each database."""
    return postgresql.insert(table) if on_postgresql else sqlite.insert(table)
