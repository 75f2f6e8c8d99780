"""Store and read what tells the interests of people, for what is shown to each of them alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, delete, select

from bot.db.database import Transaction
from bot.db.tables import AGENDA, DISMISSALS, FEEDBACK, INTERESTS, PEOPLE
from bot.planning.interests import Profile

PRAISE = "green"  # the vote of those who liked a talk


async def profiles_of(tx: Transaction, workspace: str, people: Sequence[str]) -> Mapping[str, Profile]:
    """The profile of each of these people, by person."""
    topics = await _values(tx, INTERESTS.c.topic, workspace, people)
    saved = await _values(tx, AGENDA.c.talk, workspace, people)
    liked = await _values(tx, FEEDBACK.c.talk, workspace, people, FEEDBACK.c.vote == PRAISE)
    dismissed = await _values(tx, DISMISSALS.c.talk, workspace, people)
    c = PEOPLE.c
    query = select(c.person, c.by_saved, c.catch_up).where(c.workspace == workspace, c.person.in_(people))
    choices = {row.person: (row.by_saved, row.catch_up) for row in await tx.execute(query)}
    return {
        person: Profile(
            tuple(sorted(topics.get(person, ()))),
            *choices.get(person, (False, False)),
            saved=frozenset(saved.get(person, ())),
            liked=frozenset(liked.get(person, ())),
            dismissed=frozenset(dismissed.get(person, ())),
        )
        for person in people
    }


async def set_interests(tx: Transaction, workspace: str, person: str, topics: Sequence[str]) -> None:
    """Store these topics, each once, in place of the earlier ones."""
    c, now = INTERESTS.c, await tx.now()
    await tx.execute(delete(INTERESTS).where(c.workspace == workspace, c.person == person))
    rows = [
        {"workspace": workspace, "person": person, "topic": topic, "named_at": now} for topic in dict.fromkeys(topics)
    ]
    if rows:
        await tx.execute(tx.insert(INTERESTS).values(rows).on_conflict_do_nothing())


async def dismiss(tx: Transaction, workspace: str, person: str, talk: str) -> None:
    """Never suggest this talk to this person again."""
    row = {"workspace": workspace, "person": person, "talk": talk, "dismissed_at": await tx.now()}
    await tx.execute(tx.insert(DISMISSALS).values(row).on_conflict_do_nothing())


async def _values(
    tx: Transaction, column: Column[Any], workspace: str, people: Sequence[str], *where: ColumnElement[bool]
) -> dict[str, list[str]]:
    """The values of a column in the rows of these people, by person."""
    c = column.table.c
    rows = await tx.execute(
        select(c.person, column.label("value")).where(c.workspace == workspace, c.person.in_(people), *where)
    )
    values: dict[str, list[str]] = {}
    for row in rows:
        values.setdefault(row.person, []).append(row.value)
    return values
