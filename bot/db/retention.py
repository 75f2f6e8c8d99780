"""Retention: how long rows are kept, with a rule for every table that grows, and deleting old rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    literal_column,
    select,
    tuple_,
    union_all,
)

from bot.db.database import Transaction
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


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """A rule for one table. `old` gets the moment or day before which rows are old: a value, or a parameter for one.

    It returns the condition that finds them.
    """

    table: Table
    kept_for: timedelta
    old: Callable[[Any], ColumnElement[bool]]
    by_conference_time: bool = False
    by_day: bool = False

    def before(self, now: datetime, conference_now: datetime) -> datetime | date:
        """Return the moment or day before which rows are old."""
        moment = (conference_now if self.by_conference_time else now) - self.kept_for
        return moment.date() if self.by_day else moment


def _orphans(table: Table) -> RetentionRule:
    """A rule that deletes rows whose delivery is gone."""
    return RetentionRule(table, timedelta(), lambda _: ~exists().where(DELIVERIES.c.id == table.c.delivery))


_D, _R, _S, _V = DELIVERIES.c, REVISIONS.c, SUBSCRIPTIONS.c, SOURCES.c

_HOUR, _DAY, _MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)

_SEASON, _YEAR = timedelta(days=90), timedelta(days=400)  # a yearly conference still has last year's choices

RETENTION_RULES = (
    RetentionRule(SEEN, _DAY, lambda before: SEEN.c.at < before),
    RetentionRule(CONVERSATIONS, _HOUR, lambda before: CONVERSATIONS.c.at < before),
    RetentionRule(PACING, _HOUR, lambda before: PACING.c.free_at < before),
    # A pause without an end stays until it is lifted.
    RetentionRule(PAUSES, _DAY, lambda before: PAUSES.c.until < before),
    RetentionRule(REMINDERS, _MONTH, lambda before: REMINDERS.c.start < before, by_conference_time=True),
    RetentionRule(DELIVERIES, _MONTH, lambda before: and_(_D.changed_at < before, _D.state.in_(ENDED))),
    _orphans(DELIVERY_TALKS),
    _orphans(DELIVERY_EVENTS),
    RetentionRule(
        REVISIONS, _MONTH, lambda before: and_(_R.published_at < before, _R.number <= NEWEST_NUMBER - REVISIONS_KEPT)
    ),
    RetentionRule(
        SOURCES,
        _MONTH,
        lambda before: and_(_V.seen_at < before, _V.number < NEWEST_ACCEPTED, _V.number.not_in(NEWEST_OF_CONFERENCES)),
    ),
    # They are applied to every version of the source.
    RetentionRule(AMENDMENTS, _YEAR, lambda before: AMENDMENTS.c.at < before),
    RetentionRule(ALERTS, _MONTH, lambda before: ALERTS.c.closed_at < before),
    RetentionRule(SUBSCRIPTIONS, _MONTH, lambda before: and_(_S.changed_at < before, ~_S.active)),
    RetentionRule(AGENDA, _YEAR, lambda before: AGENDA.c.saved_at < before),
    RetentionRule(PEOPLE, _YEAR, lambda before: PEOPLE.c.changed_at < before),
    RetentionRule(FEEDBACK, _YEAR, lambda before: FEEDBACK.c.voted_at < before),
    RetentionRule(INTERESTS, _YEAR, lambda before: INTERESTS.c.named_at < before),
    RetentionRule(DISMISSALS, _YEAR, lambda before: DISMISSALS.c.dismissed_at < before),
    RetentionRule(FORMER_ANCHORS, _YEAR, lambda before: FORMER_ANCHORS.c.machine < before),
    RetentionRule(FEEDS, _YEAR, lambda before: FEEDS.c.made_at < before),
    RetentionRule(QUESTIONS, _YEAR, lambda before: QUESTIONS.c.day < before, by_day=True),
    RetentionRule(UNANSWERED, _SEASON, lambda before: UNANSWERED.c.day < before, by_day=True),
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
    """Find the rules that have something to delete, in their order. Mostly there are none, and this is one statement."""
    now = await tx.now()
    moments = {f"before_{number}": rule.before(now, conference_now) for number, rule in enumerate(RETENTION_RULES)}
    numbers = (await tx.execute(_WITH_OLD_ROWS, moments)).scalars()
    return [RETENTION_RULES[number] for number in sorted(numbers)]


async def delete_old_rows(tx: Transaction, rule: RetentionRule, conference_now: datetime) -> int:
    """Delete a batch of old rows and return their number. Call it until it returns 0."""
    key = list(rule.table.primary_key.columns)
    batch = select(*key).where(rule.old(rule.before(await tx.now(), conference_now))).limit(DELETE_BATCH)
    return (await tx.execute(delete(rule.table).where(tuple_(*key).in_(batch)))).rowcount
