"""The rows of the table of questions."""

from datetime import date

from sqlalchemy import select

from bot.db.database import Transaction
from bot.db.tables import QUESTIONS

QuestionRow = tuple[date, str, bool, int]  # day, kind, answered, times


async def question_rows(tx: Transaction, workspace: str) -> list[QuestionRow]:
    """The rows of a workspace, in order of their key."""
    c = QUESTIONS.c
    query = select(c.day, c.kind, c.answered, c.times).where(c.workspace == workspace)
    rows = await tx.execute(query.order_by(c.day, c.kind, c.answered))
    return [(row.day, row.kind, row.answered, row.times) for row in rows]
