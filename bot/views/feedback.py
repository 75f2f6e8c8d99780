"""Feedback in QCon's way: green, yellow or red, in words; the question, the thanks, and the organisers' results."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.schedule.model import Talk
from bot.views import ids
from bot.views.blocks import actions, button, escape, plain, section, sections, shorten
from bot.views.message import Block, Message
from bot.views.report.figures import FEW

WORDS = {"green": "Liked it", "yellow": "It was okay", "red": "Not for me"}
ASKED_AT_ONCE = 12  # talks in one evening's message
CHARACTERS = 10_000  # of the results
COMMENTS = 3  # told of one talk


def votes(talk: Talk, first: int = 0) -> list[dict[str, Any]]:
    """The three buttons; colour and word together, for a colour alone says nothing to many."""
    return [
        button(f"{colour.title()}: {words}", ids.nth(ids.VOTE, first + number), f"{colour} {talk.id}")
        for number, (colour, words) in enumerate(WORDS.items())
    ]


def question(talk: Talk) -> tuple[Block, ...]:
    """One talk and its three answers."""
    return section(f"*{escape(shorten(talk.title, 200))}*"), actions(votes(talk))


def evening(talks: Sequence[Talk]) -> Message:
    """The day's saved talks together, once."""
    asked = talks[:ASKED_AT_ONCE]
    text = "How were the talks you saved? Green, yellow or red: one tap each, and you can change your mind."
    blocks = [block for talk in asked for block in question(talk)]
    titles = "; ".join(escape(shorten(talk.title, 90)) for talk in asked)
    stop = actions([button("Change or stop these messages", ids.SETTINGS)])
    return Message(f"{text} {titles}", (section(text), *blocks, stop))


def thanks(talk: Talk, colour: str) -> Message:
    """Said to the one who voted."""
    text = f"Thank you. Your vote for *{escape(shorten(talk.title, 200))}*: {colour}, “{WORDS[colour].lower()}”. Another tap changes it."
    return Message(text, (section(text, button("Add a comment", ids.COMMENT, f"{colour} {talk.id}")),))


def comment_form(talk: Talk, colour: str, before: str) -> dict[str, Any]:
    """A modal with one field; who wrote it is told to nobody."""
    field: Block = {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": True,
        "max_length": 3_000,
    } | ({"initial_value": before} if before else {})
    hint = plain("Organisers read it without your name.", 150)
    return {
        "type": "modal",
        "callback_id": ids.COMMENT_GIVEN,
        "private_metadata": f"{colour} {talk.id}",
        "title": plain("Your comment", 24),
        "submit": plain("Send", 24),
        "close": plain("Cancel", 24),
        "blocks": [
            section(f"*{escape(shorten(talk.title, 200))}*"),
            {
                "type": "input",
                "block_id": "comment",
                "optional": True,
                "label": plain("What should the speaker know?", 150),
                "element": field,
                "hint": hint,
            },
        ],
    }


def results(tallies: Sequence[tuple[Talk, Mapping[str, int], Sequence[str]]]) -> Message:
    """For organisers: each talk's `{colour: votes}` and its comments, the most voted on first. Few votes are not told."""
    if not tallies:
        return Message("Nobody has voted yet.")
    lines: list[str] = []
    left = CHARACTERS
    for talk, votes, comments in tallies:
        line = _result(talk, votes, comments)
        left -= len(line)
        if left < 0:
            break
        lines.append(line)
    rest = len(tallies) - len(lines)
    told = [
        f"*Feedback so far*, in colours from {FEW} votes on, so that none can be traced",
        *lines,
        *([f"and {rest} more talks"] if rest else []),
    ]
    return Message("\n".join(told), tuple(sections(told)))


def _result(talk: Talk, votes: Mapping[str, int], comments: Sequence[str]) -> str:
    enough = sum(votes.values()) >= FEW
    counted = ", ".join(f"{votes[colour]} {colour}" for colour in WORDS) if enough else f"fewer than {FEW} votes"
    said = "".join(f"\n    “{escape(shorten(comment, 200))}”" for comment in comments[:COMMENTS])
    more = f"\n    and {len(comments) - COMMENTS} more comments" if len(comments) > COMMENTS else ""
    return f"*{escape(shorten(talk.title, 120))}*: {counted}{said}{more}"
