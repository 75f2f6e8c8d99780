"""Count the reminders that were owed, posted, lost and sent twice."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.db.database import Database, Transaction
from bot.db.tables import CANCELLED, DEAD, DELIVERIES, DELIVERY_TALKS, ENDED, EXPIRED, SENT
from bot.delivery.models import REMINDER
from bot.fake_slack.workspace import Journal

REASONED = (DEAD, EXPIRED, CANCELLED)


@dataclass(frozen=True, slots=True)
class Count:
    """Deliveries, counted by the database and by the fake Slack, which knows what was really posted."""

    owed: int  # reminders of talks that people saved before the first day
    deliveries: int
    states: Mapping[str, int]
    landed: int
    lost: int
    twice: int


@dataclass(frozen=True, slots=True)
class _Line:
    """One item of a delivery."""

    delivery: str
    kind: str
    state: str
    whose: tuple[str, str]  # the conversation and the talk
    start: datetime
    withdrawn: bool


async def count(
    database: Database, journal: Journal, agendas: Mapping[str, Sequence[str]], untouched: Collection[str]
) -> Count:
    """Count; `agendas` are the talks that people saved before the first day, owed are those that no organiser changed."""
    states = await database.read(_states)
    lines = await database.read(_lines)
    landed = journal.by_delivery()
    owed = {(person, talk) for person, talks in agendas.items() for talk in talks if talk in untouched}
    accounted = {line.whose for line in lines if line.kind == REMINDER and _is_accounted_for(line, landed)}
    never = [id for id, (state, posted) in states.items() if state == SENT and posted not in landed]
    open_ = [id for id, (state, _) in states.items() if state not in ENDED]
    return Count(
        len(owed),
        len(states),
        dict(Counter(state for state, _ in states.values())),
        len(landed),
        len(owed - accounted) + len(never) + len(open_),
        sum(times - 1 for times in landed.values()) + _twice(lines, landed),
    )


def _is_accounted_for(line: _Line, landed: Counter[str]) -> bool:
    return line.delivery in landed or line.state in REASONED or line.withdrawn


def _twice(lines: Sequence[_Line], landed: Counter[str]) -> int:
    """The number of reminders that repeat another for the same talk, start and conversation."""
    posted = Counter((*line.whose, line.start) for line in lines if line.kind == REMINDER and line.delivery in landed)
    return sum(times - 1 for times in posted.values())


async def _states(tx: Transaction) -> dict[str, tuple[str, str]]:
    """The state of each delivery by its id, and the delivery whose message it is: an edit posts none of its own."""
    d = DELIVERIES.c
    rows = await tx.execute(select(d.id, d.state, d.corrects))
    return {row.id: (row.state, row.corrects or row.id) for row in rows}


async def _lines(tx: Transaction) -> list[_Line]:
    d, t = DELIVERIES.c, DELIVERY_TALKS.c
    parts = (d.id, d.kind, d.state, t.conversation, t.talk, t.start, t.withdrawn)
    rows = await tx.execute(select(*parts).where(t.delivery == d.id))
    return [
        _Line(row.id, row.kind, row.state, (row.conversation, row.talk), row.start, row.withdrawn is not None)
        for row in rows
    ]
