"""Retention: how long rows are kept, with a rule for every table that grows, and deleting old rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, delete, exists, select, tuple_

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
    """A rule for one table. `old` gets the moment before which rows are old, and returns the condition that finds them."""

    table: Table
    kept_for: timedelta
    old: Callable[[datetime], ColumnElement[bool]]
    by_conference_time: bool = False


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
    RetentionRule(QUESTIONS, _YEAR, lambda before: QUESTIONS.c.day < before.date()),
    RetentionRule(UNANSWERED, _SEASON, lambda before: UNANSWERED.c.day < before.date()),
)


async def delete_old_rows(tx: Transaction, rule: RetentionRule, conference_now: datetime) -> int:
    """Delete a batch of old rows and return their number. Call it until it returns 0."""
    now = conference_now if rule.by_conference_time else await tx.now()
    key = list(rule.table.primary_key.columns)
    batch = select(*key).where(rule.old(now - rule.kept_for)).limit(DELETE_BATCH)
    return (await tx.execute(delete(rule.table).where(tuple_(*key).in_(batch)))).rowcount
