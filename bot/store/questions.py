"""How much was asked: questions counted by day and kind, without their words and without who asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Boolean, Column, Date, Integer, String, Table, select

from bot.store.columns import METADATA
from bot.store.database import Transaction

QUESTIONS = Table(
    "questions",
    METADATA,
    Column("workspace", String, primary_key=True),
    Column("day", Date, primary_key=True),  # the venue's
    Column("kind", String, primary_key=True),  # one of bot.questions.tally.KINDS
    Column("answered", Boolean, primary_key=True),
    Column("times", Integer, nullable=False),
)

_KEY = ("workspace", "day", "kind", "answered")
QuestionKey = tuple[str, date, str, bool]  # the same


@dataclass(frozen=True, slots=True)
class QuestionCount:
    """So many questions of one kind on one day."""

    day: date
    kind: str
    answered: bool
    times: int


async def add_question_counts(tx: Transaction, asked: Mapping[QuestionKey, int]) -> None:
    """Count so many questions more of each kind. A lost commit may count them twice; nobody minds."""
    rows = [dict(zip(_KEY, key, strict=True)) | {"times": times} for key, times in sorted(asked.items())]
    insert = tx.insert(QUESTIONS)
    more = {"times": QUESTIONS.c.times + insert.excluded.times}
    if rows:
        await tx.execute(insert.on_conflict_do_update(index_elements=_KEY, set_=more), rows)


async def question_counts(tx: Transaction, workspace: str) -> tuple[QuestionCount, ...]:
    """Everything that was asked in this workspace, by day and kind."""
    c = QUESTIONS.c
    query = select(c.day, c.kind, c.answered, c.times).where(c.workspace == workspace)
    rows = await tx.execute(query.order_by(c.day, c.kind, c.answered))
    return tuple(QuestionCount(row.day, row.kind, row.answered, row.times) for row in rows)
