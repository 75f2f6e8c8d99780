"""What people thought of a talk: green, yellow or red, one vote a person a talk, and a comment if they like."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select, update

from bot.db.database import Transaction
from bot.db.tables import FEEDBACK

VOTES = ("green", "yellow", "red")

MAX_COMMENT = 3_000  # characters


@dataclass(frozen=True, slots=True)
class TalkFeedback:
    """One talk's votes and comments, without their authors."""

    talk: str
    green: int = 0
    yellow: int = 0
    red: int = 0
    comments: tuple[str, ...] = ()


async def set_vote(tx: Transaction, workspace: str, person: str, talk: str, colour: str) -> None:
    """Count this vote in place of the person's earlier one; what they wrote with it stays."""
    here = {"workspace": workspace, "person": person, "talk": talk}
    values = {"vote": colour, "voted_at": await tx.now()}
    insert = tx.insert(FEEDBACK).values(here | values | {"comment": ""})
    await tx.execute(insert.on_conflict_do_update(index_elements=list(here), set_=values))


async def set_comment(tx: Transaction, workspace: str, person: str, talk: str, words: str) -> None:
    """Keep these words with the person's vote, in place of earlier ones; without a vote there is nothing to keep."""
    c = FEEDBACK.c
    mine = (c.workspace == workspace, c.person == person, c.talk == talk)
    await tx.execute(update(FEEDBACK).where(*mine).values(comment=words.strip()[:MAX_COMMENT]))


async def own_votes(tx: Transaction, workspace: str, person: str) -> dict[str, tuple[str, str]]:
    """This person's own votes: `{talk: (colour, comment)}`."""
    c = FEEDBACK.c
    rows = await tx.execute(select(c.talk, c.vote, c.comment).where(c.workspace == workspace, c.person == person))
    return {row.talk: (row.vote, row.comment) for row in rows}


async def all_feedback(tx: Transaction, workspace: str) -> tuple[TalkFeedback, ...]:
    """Every talk that was voted on, the most votes first; comments in no order that tells whose they are."""
    c = FEEDBACK.c
    number = func.count().label("number")
    counted = await tx.execute(select(c.talk, c.vote, number).where(c.workspace == workspace).group_by(c.talk, c.vote))
    votes: dict[str, Counter[str]] = {}
    for row in counted:
        votes.setdefault(row.talk, Counter())[row.vote] = row.number
    written = await tx.execute(
        select(c.talk, c.comment).where(c.workspace == workspace, c.comment != "").order_by(c.comment)
    )
    comments: dict[str, list[str]] = {}
    for row in written:
        comments.setdefault(row.talk, []).append(row.comment)
    found = (
        TalkFeedback(talk, count["green"], count["yellow"], count["red"], tuple(comments.get(talk, ())))
        for talk, count in votes.items()
    )
    return tuple(sorted(found, key=lambda tally: (-(tally.green + tally.yellow + tally.red), tally.talk)))
