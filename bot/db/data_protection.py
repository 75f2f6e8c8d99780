"""Data protection: how long rows are kept, and how those of one person or of everybody are exported or deleted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Date,
    String,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
    union_all,
    update,
)

from bot.db.database import Transaction
from bot.db.sql import METADATA
from bot.db.tables import (
    AGENDA,
    ALERTS,
    AMENDMENTS,
    CONVERSATIONS,
    DELIVERIES,
    DELIVERY_EVENTS,
    DELIVERY_TALKS,
    DISMISSALS,
    ENDED,
    FEEDBACK,
    FEEDS,
    FORMER_ANCHORS,
    INTERESTS,
    NEWEST_ACCEPTED,
    NEWEST_NUMBER,
    NEWEST_OF_CONFERENCES,
    PACING,
    PAUSES,
    PEOPLE,
    QUESTIONS,
    REMINDERS,
    REVISIONS,
    SEEN,
    SOURCES,
    SUBSCRIPTIONS,
    UNANSWERED,
)

DELETE_BATCH = 2_000  # rows in one transaction, so that nobody has to wait for the clean-up

REVISIONS_KEPT = 100  # at least; a message may have to be compared with the revision it was written from


_ALL = true()


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """A rule that deletes rows of one table once a moment or day in them is long past; without one, at any time."""

    table: Table
    since: Column[Any] | None
    kept_for: timedelta = timedelta()
    only: ColumnElement[bool] = _ALL  # these rows
    by_conference_time: bool = False

    def old(self, before: Any) -> ColumnElement[bool]:
        """In SQL: whether a row is old. `before` is what `self.before` returns, or a parameter for it."""
        return self.only if self.since is None else and_(self.since < before, self.only)

    def before(self, now: datetime, conference_now: datetime) -> datetime | date:
        moment = (conference_now if self.by_conference_time else now) - self.kept_for
        return moment.date() if self.since is not None and isinstance(self.since.type, Date) else moment


def _orphans(table: Table) -> RetentionRule:
    """A rule that deletes rows whose delivery is gone."""
    return RetentionRule(table, None, only=~exists().where(DELIVERIES.c.id == table.c.delivery))


_D, _R, _S, _V = DELIVERIES.c, REVISIONS.c, SUBSCRIPTIONS.c, SOURCES.c

_HOUR, _DAY, _MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)

_SEASON, _YEAR = timedelta(days=90), timedelta(days=400)  # a yearly conference still has last year's choices

RETENTION_RULES = (
    RetentionRule(SEEN, SEEN.c.at, _DAY),
    RetentionRule(CONVERSATIONS, CONVERSATIONS.c.at, _HOUR),
    RetentionRule(PACING, PACING.c.free_at, _HOUR),
    RetentionRule(PAUSES, PAUSES.c.until, _DAY),  # a pause without an end stays until it is lifted
    RetentionRule(REMINDERS, REMINDERS.c.start, _MONTH, by_conference_time=True),
    RetentionRule(DELIVERIES, _D.changed_at, _MONTH, only=_D.state.in_(ENDED)),
    _orphans(DELIVERY_TALKS),
    _orphans(DELIVERY_EVENTS),
    RetentionRule(REVISIONS, _R.published_at, _MONTH, only=_R.number <= NEWEST_NUMBER - REVISIONS_KEPT),
    RetentionRule(
        SOURCES, _V.seen_at, _MONTH, only=and_(_V.number < NEWEST_ACCEPTED, _V.number.not_in(NEWEST_OF_CONFERENCES))
    ),
    RetentionRule(AMENDMENTS, AMENDMENTS.c.at, _YEAR),  # they are applied to every version of the source
    RetentionRule(ALERTS, ALERTS.c.closed_at, _MONTH),
    RetentionRule(SUBSCRIPTIONS, _S.changed_at, _MONTH, only=~_S.active),
    RetentionRule(AGENDA, AGENDA.c.saved_at, _YEAR),
    RetentionRule(PEOPLE, PEOPLE.c.changed_at, _YEAR),
    RetentionRule(FEEDBACK, FEEDBACK.c.voted_at, _YEAR),
    RetentionRule(INTERESTS, INTERESTS.c.named_at, _YEAR),
    RetentionRule(DISMISSALS, DISMISSALS.c.dismissed_at, _YEAR),
    RetentionRule(FORMER_ANCHORS, FORMER_ANCHORS.c.machine, _YEAR),
    RetentionRule(FEEDS, FEEDS.c.made_at, _YEAR),
    RetentionRule(QUESTIONS, QUESTIONS.c.day, _YEAR),
    RetentionRule(UNANSWERED, UNANSWERED.c.day, _SEASON),
)


_WITH_OLD_ROWS: CompoundSelect[Any] = union_all(
    *(
        select(literal_column(str(number))).where(
            exists().select_from(rule.table).where(rule.old(bindparam(f"before_{number}")))
        )
        for number, rule in enumerate(RETENTION_RULES)
    )
)


async def rules_with_old_rows(tx: Transaction, conference_now: datetime) -> list[RetentionRule]:
    """Find the rules that have something to delete, in their order.

    Mostly there are none, and this is one statement.
    """
    now = await tx.now()
    moments = {f"before_{number}": rule.before(now, conference_now) for number, rule in enumerate(RETENTION_RULES)}
    numbers = (await tx.execute(_WITH_OLD_ROWS, moments)).scalars()
    return [RETENTION_RULES[number] for number in sorted(numbers)]


async def delete_old_rows(tx: Transaction, rule: RetentionRule, conference_now: datetime) -> int:
    """Delete a batch of old rows and return their number. Call it until it returns 0."""
    key = list(rule.table.primary_key.columns)
    batch = select(*key).where(rule.old(rule.before(await tx.now(), conference_now))).limit(DELETE_BATCH)
    return (await tx.execute(delete(rule.table).where(tuple_(*key).in_(batch)))).rowcount


# Tables about people: what they chose, what was sent to them, what they typed. Reports list them in this order.
ABOUT_PEOPLE: tuple[Table, ...] = (
    AGENDA,
    FEEDBACK,
    PEOPLE,
    FEEDS,
    INTERESTS,
    DISMISSALS,
    DELIVERIES,
    DELIVERY_TALKS,
    DELIVERY_EVENTS,
    SUBSCRIPTIONS,
    CONVERSATIONS,
    UNANSWERED,
    PAUSES,
    PACING,
)

NAMED_IN = (REVISIONS.c.published_by, AMENDMENTS.c.by, AMENDMENTS.c.undone_by)  # rows that stay, with the name removed

ANONYMOUS = "an organiser"


async def count_personal_rows(tx: Transaction) -> dict[str, int]:
    """Count the rows about people, by table. Empty tables are left out."""
    counts: dict[str, int] = {}
    for table in ABOUT_PEOPLE:
        if number := (await tx.execute(select(func.count()).select_from(table))).scalar_one():
            counts[table.name] = number
    return counts


async def erase_personal_rows(tx: Transaction, expected: dict[str, int]) -> bool:
    """Delete all rows about people, but only if their counts are as `expected`; false if they are not.

    This way, nothing is deleted that the operator has not seen counted.
    """
    if await count_personal_rows(tx) != expected:
        return False
    if not tx.on_postgresql:
        await tx.execute(text("PRAGMA secure_delete = ON"))  # otherwise SQLite leaves the bytes in the file
    for table in ABOUT_PEOPLE:
        await tx.execute(delete(table))
    for column in NAMED_IN:
        person = or_(column.like("U%"), column.like("W%"))
        await tx.execute(update(column.table).where(person).values({column: ANONYMOUS}))
    return True


# The column with the person to whom a row belongs. Exports list the tables in this order.
OWNER_COLUMNS: Mapping[Table, Column[str]] = {
    AGENDA: AGENDA.c.person,
    FEEDBACK: FEEDBACK.c.person,
    PEOPLE: PEOPLE.c.person,
    FEEDS: FEEDS.c.person,
    INTERESTS: INTERESTS.c.person,
    DISMISSALS: DISMISSALS.c.person,
    CONVERSATIONS: CONVERSATIONS.c.person,
    DELIVERIES: DELIVERIES.c.conversation,
    DELIVERY_TALKS: DELIVERY_TALKS.c.conversation,
}

# Columns with the author of rows that belong to everyone.
AUTHOR_COLUMNS: tuple[Column[str], ...] = (SUBSCRIPTIONS.c.turned_on_by, PAUSES.c.by)

RowsByTable = Sequence[Mapping[str, Any]]


async def personal_rows(tx: Transaction, workspace: str, person: str) -> dict[str, RowsByTable]:
    """All rows of one person, by table and as they are stored. Empty tables are left out."""
    rows_by_table = {}
    for table, owner in (*OWNER_COLUMNS.items(), *((column.table, column) for column in AUTHOR_COLUMNS)):
        rows = await tx.execute(select(table).where(table.c.workspace == workspace, owner == person))
        rows_by_table[table.name] = [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it
    return {name: rows for name, rows in rows_by_table.items() if rows}


async def delete_personal_rows(tx: Transaction, workspace: str, person: str) -> None:
    """Delete all rows of one person, deliveries that are still to be sent included.

    What they created for everyone, and what was said to others, stays without their id.
    """
    sent = select(DELIVERIES.c.id).where(DELIVERIES.c.workspace == workspace, DELIVERIES.c.conversation == person)
    await tx.execute(delete(DELIVERY_EVENTS).where(DELIVERY_EVENTS.c.delivery.in_(sent)))
    for table, owner in OWNER_COLUMNS.items():
        await tx.execute(delete(table).where(table.c.workspace == workspace, owner == person))
    for table in METADATA.sorted_tables:
        await _remove_mentions(tx, table, workspace, person)


async def _remove_mentions(tx: Transaction, table: Table, workspace: str, person: str) -> None:
    """Replace the person's id in the texts of the rows that stay. A row whose key holds the id is deleted."""
    texts = [column for column in table.columns if isinstance(column.type, String)]
    theirs = or_(false(), *(column.contains(person, autoescape=True) for column in texts))
    if "workspace" in table.c:
        theirs = and_(theirs, table.c.workspace == workspace)
    mention = re.compile(rf"<@{person}>|\b{person}\b")
    for row in (await tx.execute(select(table).where(theirs))).mappings():
        changed = {column.name: mention.sub(ANONYMOUS, row[column]) for column in texts if row[column]}
        changed = {name: text for name, text in changed.items() if text != row[name]}
        this_row = and_(*(key == row[key] for key in table.primary_key))
        if changed.keys() & table.primary_key.columns.keys():
            await tx.execute(delete(table).where(this_row))
        elif changed:
            await tx.execute(update(table).where(this_row).values(changed))
