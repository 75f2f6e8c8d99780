"""Once a day for those who want it: the digest in the morning, and in the evening the question how it was.

What people get once a day about the talks they saved: the morning's digest, the evening's question how it was."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, exists, insert, literal, select

from bot.db.database import Database, Transaction
from bot.db.sql import Moment
from bot.db.tables import ACTIVE, AGENDA, DELIVERIES, DELIVERY_TALKS, PEOPLE, UNIQUE_ITEM
from bot.delivery import restore_guard
from bot.delivery.enqueue import NO_EXPIRY, NO_TALK
from bot.delivery.models import DIGEST, EVENING, LOW, ScheduleProvider
from bot.schedule.models import Schedule

_T = DELIVERY_TALKS.c


@dataclass(frozen=True, slots=True)
class DailyMessage:
    """One kind of message on one day of the venue's calendar, to everyone who wants it and saved one of its talks."""

    kind: str  # DIGEST or EVENING
    day: str  # ISO 8601
    due: datetime  # conference time
    expires: datetime  # conference time
    talks: Sequence[str]


async def enqueue_daily(tx: Transaction, message: DailyMessage) -> int:
    """Make the deliveries of this round for those who have none yet; how many these are."""
    batch = secrets.token_hex(6)
    here = {"kind": literal(message.kind), "occasion": literal(message.day), "due": literal(message.due, Moment)}
    await _insert_daily_lines(tx, here, _recipient_lines(batch, message))
    await _insert_daily_lines(tx, here, _saved_talk_lines(batch, message))
    return await _daily_deliveries(tx, batch, message)


def _recipient_lines(batch: str, message: DailyMessage) -> Select[*tuple[Any, ...]]:
    """Each person once: a line without a talk stands for the round."""
    p, a = PEOPLE.c, AGENDA.c
    saved = exists().where(a.workspace == p.workspace, a.person == p.person, a.talk.in_(message.talks))
    delivery = literal(batch) + "." + p.workspace + "." + p.person + f".{message.kind}-{message.day}"
    wants = p.digest if message.kind == DIGEST else p.reminded
    columns = (delivery, p.workspace, p.person, literal(NO_TALK), literal(NO_EXPIRY, Moment))
    return select(*columns).where(wants, saved)


def _saved_talk_lines(batch: str, round_: DailyMessage) -> Select[*tuple[Any, ...]]:
    """The talks that those people saved."""
    a = AGENDA.c
    columns = (_T.delivery, _T.workspace, _T.conversation, a.talk, literal(NO_EXPIRY, Moment))
    mine = (a.workspace == _T.workspace, a.person == _T.conversation, a.talk.in_(round_.talks))
    return select(*columns).where(*_daily_id_prefix(batch), _T.talk == NO_TALK, *mine)


async def _insert_daily_lines(tx: Transaction, here: Mapping[str, Any], source: Select[*tuple[Any, ...]]) -> None:
    columns = ("delivery", "workspace", "conversation", "talk", "start", *here)
    lines = tx.insert(DELIVERY_TALKS).from_select(columns, source.add_columns(*here.values()))
    await tx.execute(lines.on_conflict_do_nothing(index_elements=UNIQUE_ITEM, index_where=ACTIVE))


async def _daily_deliveries(tx: Transaction, batch: str, message: DailyMessage) -> int:
    values = {
        "id": _T.delivery,
        "workspace": _T.workspace,
        "conversation": _T.conversation,
        "kind": _T.kind,
        "occasion": _T.occasion,
        "start": _T.due,
        "due": _T.due,
        "expires": literal(message.expires, Moment),
        "rank": literal(LOW),
        "content": literal(json.dumps(message.day)),
        "changed_at": literal(await tx.now(), Moment),
        **restore_guard.initial_state(restore_guard.starts_before_restore(_T.due), "of the day"),
    }
    rows = select(*values.values()).where(*_daily_id_prefix(batch), _T.talk == NO_TALK)
    return (await tx.execute(insert(DELIVERIES).from_select(list(values), rows))).rowcount


def _daily_id_prefix(batch: str) -> tuple[Any, ...]:
    return _T.delivery > f"{batch}.", _T.delivery < f"{batch}/"  # "/" comes after "." byte by byte


BEFORE_FIRST_TALK = timedelta(hours=1)

MORNING = time(8, 0)  # on the venue's clock: no later than that, however late the first talk

EVENING_FROM, EVENING_UNTIL = time(18, 0), time(21, 0)  # no earlier and no later, whenever the last talk ends

USEFUL_FOR = timedelta(hours=3)


class DailyScheduler:
    """One node's look at the day; who is told is decided in the database, once for all nodes."""

    def __init__(self, database: Database, conference: ScheduleProvider) -> None:
        self._database = database
        self._conference = conference
        self._enqueued: set[tuple[str, str]] = set()  # what this node need not look into again

    async def enqueue_due(self, now: datetime) -> None:
        """Begin what is due by `now`, in conference time."""
        for round_ in daily_messages(self._conference.current.schedule, now):
            if now < round_.due:
                self._enqueued.discard((round_.kind, round_.day))  # a rehearsal jumped back
            elif now < round_.expires and (round_.kind, round_.day) not in self._enqueued:
                await self._database.write(enqueue_daily, round_)
                self._enqueued.add((round_.kind, round_.day))


def daily_messages(schedule: Schedule, now: datetime) -> tuple[DailyMessage, ...]:
    """The digest and the evening's question of the venue's day at an aware `now`; none on a day without talks."""
    conference = schedule.conference
    day = conference.day_of(now)
    talks = [talk for talk in schedule.talks_on(day) if not talk.is_break and not talk.cancelled]
    if not talks:
        return ()
    ids = tuple(talk.id for talk in talks)
    morning = min(_local_moment(schedule, day, MORNING), talks[0].start - BEFORE_FIRST_TALK)
    latest = max(talk.end for talk in talks)
    evening = min(max(_local_moment(schedule, day, EVENING_FROM), latest), _local_moment(schedule, day, EVENING_UNTIL))
    return tuple(
        DailyMessage(kind, day.isoformat(), due, due + USEFUL_FOR, ids)
        for kind, due in ((DIGEST, morning), (EVENING, evening))
    )


def _local_moment(schedule: Schedule, day: date, clock: time) -> datetime:
    """A time on the venue's clock of that day, as a moment that can be compared and counted with."""
    return datetime.combine(day, clock, schedule.conference.timezone).astimezone(schedule.talks[0].start.tzinfo)
