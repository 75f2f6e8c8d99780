"""Messages that the bot sends unasked: the morning's digest, reminders and welcomes.

A reminder names the time of the sessions, since it may come a little late and stays in the conversation.
"""

from collections.abc import Sequence
from datetime import date

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.agenda_rows import agenda_lines
from bot.blockkit.blocks import Block, Message, actions, button, context, escape, section, sections, shorten
from bot.delivery.models import is_user_id
from bot.schedule.models import Conference, Schedule, Talk
from bot.schedule.queries import agenda_days

MAX_LINES = 8  # sessions in one message; a button shows the rest

REMINDER_TITLE_CHARACTERS = 150  # real titles have up to 189

MAX_NAMES = 3  # speakers in one line

NOTE_CHARACTERS = 200


def morning_digest(talks: Sequence[Talk], schedule: Schedule, day: date) -> Message:
    """The talks of one day that a person saved. The day is named, since the message stays."""
    conference = schedule.conference
    lines, left_out = agenda_lines(agenda_days(talks, schedule), conference)
    count = f"{len(talks)} talk" if len(talks) == 1 else f"{len(talks)} talks"
    head = f"Your {talk_text.day_name(day, conference)}: {count}."
    lines += [f"and {left_out} more"] if left_out else []
    buttons = [
        *inputs.details_button(talks, conference),
        button("My agenda", action_ids.AGENDA),
        button("Change or stop this", action_ids.SETTINGS),
    ]
    return Message("\n".join([head, *lines]), (section(head), *sections(lines), actions(buttons)))


def reminder_message(talks: Sequence[Talk], conference: Conference, *, personal: bool) -> Message:
    """Sessions that start together, one line each. In a `personal` one there are no buttons to save: they are saved."""
    shown = talks[:MAX_LINES]
    lines = [line for talk in shown for line in (reminder_line(talk, conference), *_remarks(talk))]
    blocks: list[Block] = sections(lines)
    rest = len(talks) - len(shown)
    more = [_more_talks(talks, rest, conference)] if rest else []
    if personal:
        blocks.append(actions([*inputs.details_button(shown, conference), *more, _stop_hint()]))
    else:
        blocks.append(actions([*inputs.talk_buttons(shown, conference), *more]))
    omitted = [f"and {rest} more at {talk_text.clock_time(talks[0].start, conference)}"] if rest else []
    return Message("\n".join(lines + omitted), tuple(blocks))


def reminder_line(talk: Talk, conference: Conference) -> str:
    """`*10:35 · Fleming, 3rd floor* · Complex Event Flows · Bernd Ruecker`, escaped."""
    when = talk_text.clock_time(talk.start, conference)
    where = f"{when} · {escape(talk.room.place)}" if talk.room else when
    parts = [f"*{where}*", escape(shorten(talk.title, REMINDER_TITLE_CHARACTERS)), escape(_speaker_names(talk))]
    return " · ".join(part for part in parts if part)


def rehearsal_message(message: Message, conversation: str) -> Message:
    """The message as a rehearsal posts it in its one channel, with its recipient, whom it does not mention by name."""
    recipient = "a person’s direct message" if is_user_id(conversation) else f"<#{conversation}>"
    mark = f"Rehearsal · would go to {recipient}"
    return Message(f"{mark}\n{message.text}", (context(mark), *message.blocks))


def _remarks(talk: Talk) -> tuple[str, ...]:
    """Lines on what people should know before they go: that the talk is full, and an organiser's note."""
    full = ("Full: nobody else gets in.",) if talk.full else ()
    return (*full, *talk_text.organiser_note(talk, NOTE_CHARACTERS))


def _speaker_names(talk: Talk) -> str:
    names = [speaker.name for speaker in talk.speakers]
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(names[:MAX_NAMES]) + more


def _more_talks(talks: Sequence[Talk], rest: int, conference: Conference) -> dict[str, object]:
    start = talks[0].start
    question = f"what's on {talk_text.day_name(start, conference)} at {talk_text.clock_time(start, conference)}"
    return button(f"{rest} more at {talk_text.clock_time(start, conference)}", action_ids.MORE, question)


def _stop_hint() -> dict[str, object]:
    return button("Change or stop reminders", action_ids.SETTINGS)


def channel_welcome(schedule: Schedule, command: str, bot_user: str) -> Message:
    """A welcome to a channel, short enough to pin: what to ask, and how to turn reminders off."""
    name, typed = escape(schedule.conference.name), escape(command)
    mention = f"<@{bot_user}>" if bot_user else "Mention me"
    text = (
        f"Hello! I know the talks of {name}. {mention} answers in a thread: who talks about …, when is …, what's next. "
        f"`{typed} next` is answered to you alone. I post here only if an organiser says `{typed} remind here`; "
        f"`{typed} remind here off` ends that."
    )
    return Message(text, (section(text),))


def personal_welcome(schedule: Schedule, command: str) -> Message:
    """A welcome to a person, with three questions to begin with, and when the bot writes unasked."""
    text = (
        f"Hello! I know the talks of {escape(schedule.conference.name)}: ask me in your own words, right here. "
        f"I write first only about talks you save; `{escape(command)} settings` changes or stops that. To begin with:"
    )
    questions = [
        button(question, action_ids.numbered(action_ids.ASK, number), question)
        for number, question in enumerate(suggested_questions(schedule))
    ]
    return Message(text, (section(text), actions(questions)))


def suggested_questions(schedule: Schedule) -> Sequence[str]:
    """Three questions that this schedule can answer."""
    speaker = next((talk.speakers[0].name for talk in schedule.talks if talk.speakers and not talk.is_break), "")
    about = f"When is {speaker} on?" if 0 < len(speaker) < 50 else "What's on now?"
    return ("What's on next?", about, "All talks")
