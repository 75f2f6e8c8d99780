"""What the bot could not answer: words counted by day, without their authors, so that organisers can learn from it."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Column, Date, Integer, String, Table, func, select

from bot.store.columns import METADATA
from bot.store.database import Transaction

UNANSWERED = Table(
    "unanswered",
    METADATA,
    Column("day", Date, primary_key=True),  # the venue's
    Column("words", String, primary_key=True),
    Column("times", Integer, nullable=False),
)

MAX_WORDS_CHARACTERS = 200  # characters of one question


async def add_unanswered(tx: Transaction, asked: Mapping[tuple[date, str], int]) -> None:
    """Count these normalised words of a day so often more. A lost commit may count them twice; nobody minds."""
    rows = [
        {"day": day, "words": words[:MAX_WORDS_CHARACTERS], "times": times}
        for (day, words), times in sorted(asked.items())
    ]
    insert = tx.insert(UNANSWERED)
    more = {"times": UNANSWERED.c.times + insert.excluded.times}
    if rows:
        await tx.execute(insert.on_conflict_do_update(index_elements=("day", "words"), set_=more), rows)


async def unanswered_totals(tx: Transaction) -> dict[str, int]:
    """All words and how often they were asked for over all days, the most frequent first."""
    c = UNANSWERED.c
    times = func.sum(c.times).label("times")
    query = select(c.words, times).group_by(c.words).order_by(times.desc(), c.words)
    return {row.words: row.times for row in await tx.execute(query)}
