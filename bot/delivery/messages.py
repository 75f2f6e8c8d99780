"""Messages that the bot sends unasked: the morning's digest, reminders and welcomes.

A reminder names the time of the sessions, since it may come a little late and stays in the conversation.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.agenda_rows import agenda_lines, agenda_page, agenda_rows
from bot.blockkit.blocks import Block, Message, actions, and_more, bold, button, context, escape, section
from bot.blockkit.talk_row import RowStyle, row_of_lines, talk_buttons
from bot.blockkit.talk_text import RenderContext
from bot.delivery.models import is_user_id
from bot.questions.models import Reader
from bot.schedule.models import Conference, Schedule, Talk
from bot.schedule.queries import agenda_days
from bot.schedule.texts import counted

MAX_LINES = 8  # sessions in one message; a button shows the rest

REMINDER_TITLE_CHARACTERS = 150  # real titles have up to 189

NOTE_CHARACTERS = 200

STARTS_AT = "Starts at "  # the first words of a reminder


def morning_digest(
    talks: Sequence[Talk],
    schedule: Schedule,
    day: date,
    zone: ZoneInfo | None = None,
    moved: frozenset[str] = frozenset(),
) -> Message:
    """The talks of one day that a person saved. The day is named, since the message stays; `zone` is the person's.

    `moved` are the ids of the talks that have moved lately.
    """
    ctx = RenderContext(schedule, talks[0].start, Reader(zone, stays=True), moved)
    days = agenda_days(talks, schedule)
    lines, left_out = agenda_lines(days, ctx)
    head = f"Your day, {talk_text.day_name(day, schedule.conference)}: {counted(len(talks), 'talk')}"
    shown = agenda_page(days, ctx, 0)
    rows = agenda_rows(shown.items, ctx, RowStyle(frozenset(talk.id for talk in talks), says_saved=False), dated=False)
    rest = len(talks) - len(shown.items)
    buttons = [button("My agenda", action_ids.AGENDA), button("Turn off or change", action_ids.SETTINGS)]
    blocks = (section(bold(head)), *rows, *map(context, and_more(rest)), actions(buttons))
    return Message("\n".join([head, *lines, *and_more(left_out)]), blocks)


def reminder_message(
    talks: Sequence[Talk], conference: Conference, zone: ZoneInfo | None = None, *, personal: bool
) -> Message:
    """Sessions that start together. In a `personal` one nothing is offered to be saved: it is saved.

    `zone` is the person's time zone, where it is known.
    """
    shown = talks[:MAX_LINES]
    clock = talk_text.clock_time(talks[0].start, conference) + talk_text.reader_time(talks[0].start, conference, zone)
    saved = frozenset(talk.id for talk in talks) if personal else frozenset()
    rest = len(talks) - len(shown)
    more = f"{rest} more at {talk_text.clock_time(talks[0].start, conference)}"
    buttons = [inputs.talks_at_button(more, talks[0].start, conference)] if rest else []
    buttons += [inputs.settings_button("reminders")] if personal else []
    lines = [line for talk in shown for line in (reminder_line(talk, conference, zone), *_remarks(talk))]
    lines[0] = STARTS_AT + lines[0]
    if len(talks) == 1:
        blocks = [section("\n".join(lines))]
        buttons = [*talk_buttons(talks[0], saved=None if personal else False), *buttons]
    else:
        rows = (_reminder_row(talk, RowStyle(saved)) for talk in shown)
        blocks = [section(bold(f"Starting at {clock}")), *rows]
    lines += [f"and {rest} more at {clock}"] if rest else []
    return Message("\n".join(lines), (*blocks, *([actions(buttons)] if buttons else [])))


def _reminder_row(talk: Talk, style: RowStyle) -> Block:
    """A session among several that start together: title, speakers and place, remarks."""
    title = bold(talk_text.escaped_title(talk, REMINDER_TITLE_CHARACTERS))
    about = talk_text.join_parts(talk_text.escaped_place(talk), talk_text.speaker_names(talk.speakers))
    return row_of_lines((title, about, *_remarks(talk)), talk, style)


def reminder_line(talk: Talk, conference: Conference, zone: ZoneInfo | None = None) -> str:
    """`*10:35 · Fleming, 3rd floor* · Complex Event Flows · Bernd Ruecker`, escaped; with the reader's time in `zone`."""
    when = talk_text.clock_time(talk.start, conference) + talk_text.reader_time(talk.start, conference, zone)
    where = talk_text.join_parts(when, talk_text.escaped_place(talk))
    title = talk_text.escaped_title(talk, REMINDER_TITLE_CHARACTERS)
    return talk_text.join_parts(f"*{where}*", title, talk_text.speaker_names(talk.speakers))


def rehearsal_message(message: Message, conversation: str) -> Message:
    """The message as a rehearsal posts it in its one channel, with its recipient, whom it does not mention by name."""
    recipient = "a person's direct message" if is_user_id(conversation) else f"<#{conversation}>"
    mark = f"Rehearsal · would go to {recipient}"
    return Message(f"{mark}\n{message.text}", (context(mark), *message.blocks))


def _remarks(talk: Talk) -> tuple[str, ...]:
    """Lines on what people should know before they go: that the talk is full, and an organiser's note."""
    full = ("The room is full.",) if talk.full else ()
    return (*full, *talk_text.organiser_note(talk, NOTE_CHARACTERS))


def channel_welcome(schedule: Schedule, command: str, bot_user: str) -> Message:
    """A welcome to a channel, short enough to pin: what to ask, and how to turn reminders off."""
    name, typed = escape(schedule.conference.name), escape(command)
    mention = f"<@{bot_user}>" if bot_user else "Mention me"
    text = (
        f"Hello! I know the schedule of {name}. Ask me in a thread: {mention} who talks about …, when is …, what's next. "
        f"The answer to `{typed} next` is shown only to whoever typed it. I post here only after an organiser types `{typed} remind here`; "
        f"`{typed} remind here off` stops it."
    )
    return Message(text, (section(text),))


def personal_welcome(schedule: Schedule, command: str) -> Message:
    """A welcome to a person, with three questions to begin with, and when the bot writes unasked."""
    text = (
        f"Hello! I know the schedule of {escape(schedule.conference.name)}. Ask me anything about it, right here. "
        f"I'll only message you first about talks you've saved, or with news from the organisers; to change that, type `{escape(command)} settings`. Try:"
    )
    questions = [
        button(question, action_ids.numbered(action_ids.ASK, number), question)
        for number, question in enumerate(suggested_questions(schedule))
    ]
    return Message(text, (section(text), actions(questions)))


def suggested_questions(schedule: Schedule) -> Sequence[str]:
    """Three questions that this schedule can answer."""
    talks = [talk for talk in schedule.given if talk.speakers and not talk.is_break]
    times_on = Counter(speaker.id for talk in talks for speaker in talk.speakers)
    # Staff who open and close a conference, or an organisation, speak several times: rather name somebody who speaks once.
    speakers = sorted((talk.speakers[0] for talk in talks), key=lambda speaker: times_on[speaker.id] > 1)
    about = next((f"When is {speaker.name} on?" for speaker in speakers if len(speaker.name) < 50), "What's on now?")
    return ("What's on next?", about, "All talks")
