"""What all tables share: their registry, and how a moment and an id are kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, MetaData, String, or_, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

METADATA = MetaData()

# Compared byte by byte in both databases, so that a range of ids with one beginning is exact.
Id = String().with_variant(String(collation="C"), "postgresql")

FURTHEST = timedelta(hours=1)  # no lease, delay or hold with an end is longer

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 in UTC: exact, ordered and subtractable in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + value * _MICROSECOND


def later(moment: ColumnElement[datetime], by: timedelta) -> ColumnElement[datetime]:
    """In SQL: `moment` and so much more; a negative stretch goes back."""
    return type_coerce(type_coerce(moment, BigInteger) + by // _MICROSECOND, Moment)


def minute(moment: ColumnElement[datetime]) -> ColumnElement[int]:
    """In SQL: minutes since 1970."""
    return type_coerce(moment, BigInteger) // 60_000_000


def passed(moment: ColumnElement[datetime | None], now: datetime) -> ColumnElement[bool]:
    """In SQL: whether a moment of machine time is over, or was never set.

    One that is further ahead than the bot ever sets one was written before the clock was put back: it is over too.
    """
    return or_(moment.is_(None), moment <= now, moment > now + FURTHEST)
