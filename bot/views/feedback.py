"""Feedback in QCon's way: green, yellow or red, in words; the question, the thanks, and the organisers' results."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.schedule.model import Talk
from bot.views import ids
from bot.views.blocks import actions, button, clip, escape, header, plain, section
from bot.views.message import Block, Message

WORDS = {"green": "Liked it", "yellow": "It was okay", "red": "Not for me"}
ASKED_AT_ONCE = 12  # talks in one evening's message
SHOWN = 40  # talks in the results


def question(talk: Talk) -> tuple[Block, ...]:
    """One talk and its three answers."""
    return (
        section(f"*{escape(clip(talk.title, 200))}*"),
        actions(
            [
                button(f"{colour.title()}: {words}", ids.nth(ids.VOTE, number), f"{colour} {talk.id}")
                for number, (colour, words) in enumerate(WORDS.items())
            ]
        ),
    )


def evening(talks: Sequence[Talk], command: str) -> Message:
    """The day's saved talks together, once."""
    text = "How were your talks today? Green, yellow or red: one tap each, and you can change your mind."
    stop = f"To get no such message: `{escape(command)} settings`."
    blocks = [block for talk in talks[:ASKED_AT_ONCE] for block in question(talk)]
    titles = "; ".join(escape(talk.title) for talk in talks[:ASKED_AT_ONCE])
    return Message(f"{text} {titles}", (section(text), *blocks, section(stop)))


def thanks(talk: Talk, colour: str) -> Message:
    """Said to the one who voted."""
    text = (
        f"Thank you. Your vote for *{escape(talk.title)}*: {colour}, “{WORDS[colour].lower()}”. Another tap changes it."
    )
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
            section(f"*{escape(clip(talk.title, 200))}*"),
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
    """For organisers: each talk's `{colour: votes}` and its comments, the most voted on first."""
    if not tallies:
        return Message("Nobody has voted yet.")
    lines = []
    for talk, votes, comments in tallies[:SHOWN]:
        counted = ", ".join(f"{votes[colour]} {colour}" for colour in WORDS)
        said = "".join(f"\n    “{escape(clip(comment, 200))}”" for comment in comments[:3])
        lines.append(f"*{escape(clip(talk.title, 120))}*: {counted}{said}")
    more = [f"and {len(tallies) - SHOWN} more talks"] if len(tallies) > SHOWN else []
    text = "\n".join(lines + more)
    return Message(
        clip(f"*Feedback so far*\n{text}", 11_000), (header("Feedback so far"), *(section(line) for line in lines[:45]))
    )
