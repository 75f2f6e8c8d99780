"""Render feedback in QCon's way, by three votes: the question, the thanks, and the results for organisers."""

from collections.abc import Sequence
from typing import Any

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import (
    Block,
    Message,
    actions,
    bold,
    button,
    escape_with_links,
    fitting_count,
    is_link,
    section,
    sections,
    shorten,
)
from bot.blockkit.talk_row import RowStyle, row_of_lines
from bot.handlers.feedback.repository import MAX_COMMENT, TalkFeedback
from bot.planning.interests import Suggestion
from bot.schedule.models import Talk

MIN_COUNT = 5  # votes or people; smaller numbers are shown as "fewer than 5", so that nobody can be traced

VOTE_LABELS = {"green": "👍 Liked it", "yellow": "😐 Okay", "red": "👎 Not for me"}

COUNTED_VOTES = {"green": "liked it", "yellow": "okay", "red": "not for me"}  # after a number of votes

COMMENT_FIELD = "comment"

MAX_TALKS_ASKED = 12  # talks in the message of one evening

RESULTS_CHARACTERS = 10_000  # of all results in one message

MAX_COMMENTS = 3  # shown of one talk


def vote_buttons(talk: Talk) -> list[dict[str, Any]]:
    """The three buttons, with a symbol and words, since a symbol alone says nothing to many people."""
    return [
        button(words, action_ids.numbered(action_ids.VOTE, number), f"{colour} {talk.id}")
        for number, (colour, words) in enumerate(VOTE_LABELS.items())
    ]


def evening_message(talks: Sequence[Talk], missed: Sequence[Suggestion] = (), when: str = "today") -> Message:
    """The question about all saved talks of a day, sent once in the evening; with recordings for who wants them."""
    asked = talks[:MAX_TALKS_ASKED]
    text = f"How were the talks you saved {when}? One tap each; you can change your mind."
    blocks = [section(text)] if asked else []
    for talk in asked:
        blocks += [section(f"*{talk_text.escaped_title(talk, 200)}*"), actions(vote_buttons(talk))]
    lines = [f"{text} {'; '.join(talk_text.escaped_title(talk, 90) for talk in asked)}"] if asked else []
    if missed:
        lines.append("Recordings of talks you may have missed:")
        blocks += [section(bold(lines[-1])), *map(_missed_row, missed)]
        lines += [talk_text.escaped_title(row.talk, 90) for row in missed]
    stop = actions([inputs.settings_button("these messages")])
    return Message("\n".join(lines), (*blocks, stop))


def _missed_row(missed: Suggestion) -> Block:
    title = bold(talk_text.escaped_title(missed.talk, 200))
    link = f"<{missed.talk.recording}|Recording>" if is_link(missed.talk.recording) else "Recorded"
    return row_of_lines(
        (title, f"{talk_text.reason_line(missed.reason)} · {link}"), missed.talk, RowStyle(dismissable=True)
    )


def thanks_message(talk: Talk, colour: str) -> Message:
    text = f"Thank you. Your vote for *{talk_text.escaped_title(talk, 200)}*: {VOTE_LABELS[colour]}. Tap another to change it."
    return Message(text, (section(text, button("Add a comment", action_ids.COMMENT, f"{colour} {talk.id}")),))


def comment_form(talk: Talk, colour: str, before: str) -> dict[str, Any]:
    """A modal with one field, which begins with the earlier comment; no reader learns the author."""
    question, hint = "What should the speaker know?", "Organisers see this without your name."
    element = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": MAX_COMMENT}
    element |= {"initial_value": before} if before else {}
    field = inputs.labelled_field(COMMENT_FIELD, question, element, optional=True, hint=hint)
    blocks = [section(f"*{talk_text.escaped_title(talk, 200)}*"), field]
    vote = f"{colour} {talk.id}"
    return inputs.modal(
        action_ids.COMMENT_SUBMITTED, "Your comment", blocks, submit="Send", close="Cancel", metadata=vote
    )


def results_message(feedback: Sequence[tuple[Talk, TalkFeedback]]) -> Message:
    """The results for organisers. Few votes are not told apart."""
    if not feedback:
        return Message("No votes yet.")
    lines = [_result_lines(talk, tally) for talk, tally in feedback]
    fitting = fitting_count(lines, RESULTS_CHARACTERS)
    rest = len(lines) - fitting
    shown = [
        f"*Feedback so far*. Ratings appear once a talk has {MIN_COUNT} votes.",
        *lines[:fitting],
        *([f"\nand {rest} more talks"] if rest else []),
    ]
    return Message("\n".join(shown), tuple(sections(shown)))


def _result_lines(talk: Talk, tally: TalkFeedback) -> str:
    counted = ", ".join(f"{getattr(tally.votes, colour)} {words}" for colour, words in COUNTED_VOTES.items())
    vote_counts = counted if tally.votes.total >= MIN_COUNT else f"Fewer than {MIN_COUNT} votes"
    comments = tally.comments
    quotes = "".join(f"\n    “{escape_with_links(shorten(comment, 200))}”" for comment in comments[:MAX_COMMENTS])
    more = f"\n    and {len(comments) - MAX_COMMENTS} more comments" if len(comments) > MAX_COMMENTS else ""
    return f"\n*{talk_text.escaped_title(talk, 120)}*\n{vote_counts}{quotes}{more}"
