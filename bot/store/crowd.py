"""Many people at once, with what they saved: for rehearsals, before anything of it is due."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import insert

from bot.store.agenda import AGENDA
from bot.store.database import Transaction
from bot.store.people import PEOPLE, Preferences


async def insert_attendees(
    tx: Transaction, workspace: str, choices: Mapping[str, Preferences], agendas: Mapping[str, Sequence[str]]
) -> None:
    """Keep what these people chose and which talks they saved, both by their Slack ids; none of them is known yet."""
    now = await tx.now()
    people = [asdict(chosen) | {"person": person} for person, chosen in choices.items()]
    saved = [{"person": person, "talk": talk} for person, talks in agendas.items() for talk in talks]
    if people:
        await tx.execute(insert(PEOPLE).values(workspace=workspace, changed_at=now), people)
    if saved:
        await tx.execute(insert(AGENDA).values(workspace=workspace, saved_at=now), saved)
