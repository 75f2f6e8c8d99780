"""Store votes on talks: one vote per person and talk, green, yellow or red, and a comment with it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select, update

from bot.db.database import Transaction
from bot.db.tables import FEEDBACK

MAX_COMMENT = 3_000  # characters


class Votes(NamedTuple):
    """How many voted for each colour."""

    green: int = 0
    yellow: int = 0
    red: int = 0

    @property
    def total(self) -> int:
        return sum(self)


NO_VOTES = Votes()


@dataclass(frozen=True, slots=True)
class TalkFeedback:
    """One talk's votes and comments, without their authors."""

    talk: str
    votes: Votes = NO_VOTES
    comments: tuple[str, ...] = ()


async def set_vote(tx: Transaction, workspace: str, person: str, talk: str, colour: str) -> None:
    """Store the vote in place of the person's earlier one; their comment stays."""
    key = {"workspace": workspace, "person": person, "talk": talk}
    values = {"vote": colour, "voted_at": await tx.now()}
    insert = tx.insert(FEEDBACK).values(key | values | {"comment": ""})
    await tx.execute(insert.on_conflict_do_update(index_elements=list(key), set_=values))


async def set_comment(tx: Transaction, workspace: str, person: str, talk: str, words: str) -> None:
    """Store the comment with the person's vote, in place of an earlier one; without a vote nothing is stored."""
    c = FEEDBACK.c
    own = (c.workspace == workspace, c.person == person, c.talk == talk)
    await tx.execute(update(FEEDBACK).where(*own).values(comment=words.strip()[:MAX_COMMENT]))


async def own_votes(tx: Transaction, workspace: str, person: str) -> dict[str, tuple[str, str]]:
    """The person's votes: `{talk: (colour, comment)}`."""
    c = FEEDBACK.c
    rows = await tx.execute(select(c.talk, c.vote, c.comment).where(c.workspace == workspace, c.person == person))
    return {row.talk: (row.vote, row.comment) for row in rows}


async def all_feedback(tx: Transaction, workspace: str) -> tuple[TalkFeedback, ...]:
    """Every talk with votes, most votes first. Comments are in alphabetical order, which hides their authors."""
    c, comments = FEEDBACK.c, defaultdict(list)
    written = select(c.talk, c.comment).where(c.workspace == workspace, c.comment != "").order_by(c.comment)
    for row in await tx.execute(written):
        comments[row.talk].append(row.comment)
    numbers = [func.count().filter(c.vote == colour) for colour in Votes._fields]
    voted = await tx.execute(select(c.talk, *numbers).where(c.workspace == workspace).group_by(c.talk))
    tallies = [TalkFeedback(row.talk, Votes(*row[1:]), tuple(comments[row.talk])) for row in voted]
    return tuple(sorted(tallies, key=lambda tally: (-tally.votes.total, tally.talk)))
