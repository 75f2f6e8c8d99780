"""Feedback in QCon's way: green, yellow or red, in words; the question, the thanks, and the organisers' results."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.blockkit import action_ids
from bot.blockkit.blocks import Block, Message, actions, button, escape, plain, section, sections, shorten
from bot.schedule.models import Talk

MIN_COUNT = 5  # votes or people: what fewer than these did is told as "fewer than 5"

VOTE_LABELS = {"green": "Liked it", "yellow": "It was okay", "red": "Not for me"}

MAX_TALKS_ASKED = 12  # talks in one evening's message

RESULTS_CHARACTERS = 10_000  # of the results

MAX_COMMENTS = 3  # told of one talk


def vote_buttons(talk: Talk, first: int = 0) -> list[dict[str, Any]]:
    """The three buttons; colour and word together, for a colour alone says nothing to many."""
    return [
        button(
            f"{colour.title()}: {words}", action_ids.numbered(action_ids.VOTE, first + number), f"{colour} {talk.id}"
        )
        for number, (colour, words) in enumerate(VOTE_LABELS.items())
    ]


def feedback_question(talk: Talk) -> tuple[Block, ...]:
    """One talk and its three answers."""
    return section(f"*{escape(shorten(talk.title, 200))}*"), actions(vote_buttons(talk))


def evening_message(talks: Sequence[Talk]) -> Message:
    """The day's saved talks together, once."""
    asked = talks[:MAX_TALKS_ASKED]
    text = "How were the talks you saved? Green, yellow or red: one tap each, and you can change your mind."
    blocks = [block for talk in asked for block in feedback_question(talk)]
    titles = "; ".join(escape(shorten(talk.title, 90)) for talk in asked)
    stop = actions([button("Change or stop these messages", action_ids.SETTINGS)])
    return Message(f"{text} {titles}", (section(text), *blocks, stop))


def thanks_message(talk: Talk, colour: str) -> Message:
    """Said to the one who voted."""
    text = f"Thank you. Your vote for *{escape(shorten(talk.title, 200))}*: {colour}, “{VOTE_LABELS[colour].lower()}”. Another tap changes it."
    return Message(text, (section(text, button("Add a comment", action_ids.COMMENT, f"{colour} {talk.id}")),))


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
        "callback_id": action_ids.COMMENT_SUBMITTED,
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


def results_message(feedback: Sequence[tuple[Talk, Mapping[str, int], Sequence[str]]]) -> Message:
    """For organisers: each talk's `{colour: votes}` and its comments, the most voted on first. Few votes are not told."""
    if not feedback:
        return Message("Nobody has voted yet.")
    lines: list[str] = []
    left = RESULTS_CHARACTERS
    for talk, votes, comments in feedback:
        line = _result_lines(talk, votes, comments)
        left -= len(line)
        if left < 0:
            break
        lines.append(line)
    rest = len(feedback) - len(lines)
    told = [
        f"*Feedback so far*, in colours from {MIN_COUNT} votes on, so that none can be traced",
        *lines,
        *([f"and {rest} more talks"] if rest else []),
    ]
    return Message("\n".join(told), tuple(sections(told)))


def _result_lines(talk: Talk, votes: Mapping[str, int], comments: Sequence[str]) -> str:
    enough = sum(votes.values()) >= MIN_COUNT
    counted = (
        ", ".join(f"{votes[colour]} {colour}" for colour in VOTE_LABELS) if enough else f"fewer than {MIN_COUNT} votes"
    )
    said = "".join(f"\n    “{escape(shorten(comment, 200))}”" for comment in comments[:MAX_COMMENTS])
    more = f"\n    and {len(comments) - MAX_COMMENTS} more comments" if len(comments) > MAX_COMMENTS else ""
    return f"*{escape(shorten(talk.title, 120))}*: {counted}{said}{more}"
