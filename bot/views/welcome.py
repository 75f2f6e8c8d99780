"""The first words: to a channel that invites the bot, and to a person who opens its page."""

from collections.abc import Sequence

from bot.schedule.model import Schedule
from bot.views import ids
from bot.views.blocks import actions, button, escape, section
from bot.views.message import Message


def channel_welcome(schedule: Schedule, command: str, bot_user: str) -> Message:
    """Short enough to pin: what to ask, and how to silence it."""
    name, said = escape(schedule.conference.name), escape(command)
    mention = f"<@{bot_user}>" if bot_user else "Mention me"
    text = (
        f"Hello! I know the talks of {name}. {mention} answers in a thread: who talks about …, when is …, what's next. "
        f"`{said} next` is answered to you alone. I post here only if an organiser says `{said} remind here`; "
        f"`{said} remind here off` ends that."
    )
    return Message(text, (section(text),))


def personal_welcome(schedule: Schedule, command: str) -> Message:
    """Three questions to begin with; and when the bot writes first."""
    text = (
        f"Hello! I know the talks of {escape(schedule.conference.name)}: ask me in your own words, right here. "
        f"I write first only about talks you save; `{escape(command)} settings` changes or stops that. To begin with:"
    )
    asked = [
        button(question, ids.numbered(ids.ASK, at), question)
        for at, question in enumerate(suggested_questions(schedule))
    ]
    return Message(text, (section(text), actions(asked)))


def suggested_questions(schedule: Schedule) -> Sequence[str]:
    """Three questions that this schedule has an answer to."""
    speaker = next((talk.speakers[0].name for talk in schedule.talks if talk.speakers and not talk.is_break), "")
    about = f"When is {speaker} on?" if 0 < len(speaker) < 50 else "What's on now?"
    return ("What's on next?", about, "All talks")
