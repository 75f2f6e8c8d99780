"""Store the topic of each conversation, and count questions and unanswered words.

With the topic any process can answer "and when is that?". Counts hold no person, and the words of a question only where
nothing was found for them, so that organisers can learn from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from bot.db.database import Transaction
from bot.db.sql import add, real_time
from bot.db.tables import CONVERSATIONS, QUESTIONS, UNANSWERED

REMEMBERED_FOR = timedelta(minutes=30)

ConversationRef = tuple[str, str, str]  # workspace, conversation, person


async def recall_conversation(tx: Transaction, workspace: str, conversation: str, person: str) -> str | None:
    """The JSON that was stored last for this conversation; None after half an hour."""
    c, since = CONVERSATIONS.c, add(real_time(tx.on_postgresql), -REMEMBERED_FOR)
    this_conversation = (c.workspace == workspace, c.conversation == conversation, c.person == person)
    query = select(c.memory).where(*this_conversation, c.at > since)
    memory: str | None = (await tx.execute(query, tx.now_param)).scalar_one_or_none()
    return memory


async def remember_conversations(tx: Transaction, memories: Mapping[ConversationRef, str]) -> None:
    """Store this JSON for each conversation, in place of the earlier one."""
    at = await tx.now()
    rows = [
        {"workspace": workspace, "conversation": conversation, "person": person, "memory": memory, "at": at}
        for (workspace, conversation, person), memory in sorted(
            memories.items()
        )  # sorted, so that two transactions cannot deadlock
    ]
    insert = tx.insert(CONVERSATIONS)
    newest = {"memory": insert.excluded.memory, "at": insert.excluded.at}
    key = [CONVERSATIONS.c.workspace, CONVERSATIONS.c.conversation, CONVERSATIONS.c.person]
    if rows:
        await tx.execute(insert.on_conflict_do_update(index_elements=key, set_=newest), rows)


_KEY = ("workspace", "day", "kind", "answered")

QuestionKey = tuple[str, date, str, bool]  # workspace, day, kind, answered


@dataclass(frozen=True, slots=True)
class QuestionCount:
    """The number of questions of one kind on one day."""

    day: date
    kind: str
    answered: bool
    times: int


async def add_question_counts(tx: Transaction, asked: Mapping[QuestionKey, int]) -> None:
    """Add to the counts of questions. After a lost commit they may be added twice, which does no harm."""
    rows = [dict(zip(_KEY, key, strict=True)) | {"times": times} for key, times in sorted(asked.items())]
    insert = tx.insert(QUESTIONS)
    total = {"times": QUESTIONS.c.times + insert.excluded.times}
    if rows:
        await tx.execute(insert.on_conflict_do_update(index_elements=_KEY, set_=total), rows)


async def question_counts(tx: Transaction, workspace: str) -> tuple[QuestionCount, ...]:
    """The counts of this workspace by day and kind."""
    c = QUESTIONS.c
    query = select(c.day, c.kind, c.answered, c.times).where(c.workspace == workspace)
    rows = await tx.execute(query.order_by(c.day, c.kind, c.answered))
    return tuple(QuestionCount(row.day, row.kind, row.answered, row.times) for row in rows)


MAX_WORDS_CHARACTERS = 200  # characters of one question


async def add_unanswered(tx: Transaction, asked: Mapping[tuple[date, str], int]) -> None:
    """Add to the counts of unanswered words of a day. After a lost commit they may be added twice."""
    rows = [
        {"day": day, "words": words[:MAX_WORDS_CHARACTERS], "times": times}
        for (day, words), times in sorted(asked.items())
    ]
    insert = tx.insert(UNANSWERED)
    total = {"times": UNANSWERED.c.times + insert.excluded.times}
    if rows:
        await tx.execute(insert.on_conflict_do_update(index_elements=("day", "words"), set_=total), rows)


async def unanswered_totals(tx: Transaction) -> dict[str, int]:
    """The words that nothing was found for with their counts over all days, the most frequent first."""
    c = UNANSWERED.c
    times = func.sum(c.times).label("times")
    query = select(c.words, times).group_by(c.words).order_by(times.desc(), c.words)
    return {row.words: row.times for row in await tx.execute(query)}
